//! A status bar for loops by hand.

use std::io::{IsTerminal, Write, stdout};

use ml::{core::Result, nn::metrics::MetricState};

/// `11610/11610 - mean: 0.4523 - mae: 0.4810`: on a terminal on one line, elsewhere at the end of the epoch alone.
pub(crate) fn print_status_bar(iteration: usize, total: usize, metrics: &[&MetricState]) -> Result<()> {
    let last = iteration == total;
    if last || stdout().is_terminal() {
        let bar = status_bar(iteration, total, metrics)?;
        print!("\r{bar}{}", if last { "\n" } else { "" });
        // A terminal that cannot be written to is no reason to end a training.
        let _ = stdout().flush();
    }
    Ok(())
}

/// The line itself: every tracker with four decimals.
pub(crate) fn status_bar(iteration: usize, total: usize, metrics: &[&MetricState]) -> Result<String> {
    let mut bar = format!("{iteration}/{total}");
    for metric in metrics {
        bar += &format!(" - {}: {:.4}", metric.name(), metric.result()?);
    }
    Ok(bar)
}
