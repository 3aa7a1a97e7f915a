//! Learning curves of a training.

// Every program uses its part of it.
#![allow(dead_code)]

use ml::{core::Result, nn::History, plot::Figure};

/// A line for every number of the history (figure 10-12). Those of training are means over the epoch, so they are drawn
/// half an epoch to the left of those of validation, which are measured at its end.
pub(crate) fn learning_curves(history: &History, highest: f64) -> Result<Figure> {
    let mut figure = Figure::new(800, 500);
    let axes = figure.axes();
    axes.x_label("epoch").grid(true).y_limits(0.0, highest);
    for (name, values) in &history.history {
        let shift = if name.starts_with("val_") { 0.0 } else { -0.5 };
        let epochs: Vec<f64> = history.epoch.iter().map(|&epoch| epoch as f64 + shift).collect();
        axes.line(epochs, values)?.label(name.as_str());
    }
    Ok(figure)
}
