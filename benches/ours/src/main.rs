//! One workload a run: `ml-bench WORKLOAD FOLDER` prints its measures as one line of JSON;
//! `ml-bench prepare FOLDER [WORKLOAD..]` writes the data that everybody reads.

mod prepare;
mod work;

use std::{env, fs, path::Path, time::Instant};

use anyhow::{Context, Result};
use serde_json::{Map, Value};

fn main() -> Result<()> {
    let arguments: Vec<String> = env::args().skip(1).collect();
    let [name, folder, rest @ ..] = &arguments[..] else {
        anyhow::bail!("usage: ml-bench WORKLOAD FOLDER, or ml-bench prepare FOLDER [WORKLOAD..]");
    };
    let folder = Path::new(folder);
    if name == "prepare" {
        return prepare::run(folder, rest);
    }
    let mut measures = work::run(name, folder)?;
    measures.insert("peak_mib".to_owned(), peak_mib()?.into());
    println!("{}", Value::Object(measures));
    Ok(())
}

type Measures = Map<String, Value>;

/// The result and the seconds of one call.
fn timed<T, E>(action: impl FnOnce() -> Result<T, E>) -> Result<(T, f64), E> {
    let start = Instant::now();
    let result = action()?;
    Ok((result, start.elapsed().as_secs_f64()))
}

/// Largest resident set of this process so far, as Linux counts it.
fn peak_mib() -> Result<f64> {
    let status = fs::read_to_string("/proc/self/status").context("reading this process's status")?;
    let line = status
        .lines()
        .find_map(|l| l.strip_prefix("VmHWM:"))
        .context("no peak memory in the status")?;
    let kib: f64 = line
        .trim()
        .trim_end_matches(" kB")
        .trim()
        .parse()
        .context("peak memory is not a number")?;
    Ok(kib / 1024.0)
}
