//! Clock, peak memory, and the line of JSON that says what was measured.

use std::{fs, time::Instant};

use anyhow::{Context, Result};
use serde_json::{Map, Value};

/// A number for each measure.
pub(crate) type Measures = Map<String, Value>;

/// Measures from their names and values.
pub(crate) fn measures<const N: usize>(pairs: [(&str, f64); N]) -> Measures {
    pairs
        .into_iter()
        .map(|(name, value)| (name.to_owned(), value.into()))
        .collect()
}

/// The result and the seconds of one call.
pub(crate) fn timed<T, E>(action: impl FnOnce() -> Result<T, E>) -> Result<(T, f64), E> {
    let start = Instant::now();
    let result = action()?;
    Ok((result, start.elapsed().as_secs_f64()))
}

/// Prints the measures, and the peak memory of this process.
pub(crate) fn report(mut measures: Measures) -> Result<()> {
    measures.insert("peak_mib".to_owned(), peak_mib()?.into());
    println!("{}", Value::Object(measures));
    Ok(())
}

/// Largest resident set of this process so far, as Linux counts it.
fn peak_mib() -> Result<f64> {
    status_mib("VmHWM:")
}

/// A line of what Linux says of this process's memory.
pub(crate) fn status_mib(name: &str) -> Result<f64> {
    let status = fs::read_to_string("/proc/self/status").context("reading this process's status")?;
    let line = status
        .lines()
        .find_map(|l| l.strip_prefix(name))
        .with_context(|| format!("no {name} in this process's status"))?;
    let kib: f64 = line
        .trim()
        .trim_end_matches(" kB")
        .trim()
        .parse()
        .with_context(|| format!("{name} is not a number"))?;
    Ok(kib / 1024.0)
}
