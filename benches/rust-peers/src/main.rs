//! `ml-bench-rust-peers PEER WORKLOAD FOLDER` runs one workload of another Rust library on the data that
//! `ml-bench prepare` wrote, and prints its measures as one line of JSON. Exit status 3: the library has
//! nothing for that workload.

mod data;
mod linfa;
// One clock for both sides: a difference in how they measure would pass for a difference in speed.
#[path = "../../ours/src/measure.rs"]
mod measure;
mod smartcore;

use std::{env, path::Path, process::ExitCode};

use anyhow::{Result, bail};
use measure::Measures;

/// What tells the caller that the peer has no such workload.
const NO_SUCH_WORKLOAD: u8 = 3;

fn main() -> Result<ExitCode> {
    let arguments: Vec<String> = env::args().skip(1).collect();
    let [peer, workload, folder] = &arguments[..] else {
        bail!("usage: ml-bench-rust-peers PEER WORKLOAD FOLDER");
    };
    let folder = Path::new(folder);
    let measured = match peer.as_str() {
        "linfa" => linfa::run(workload, folder)?,
        "smartcore" => smartcore::run(workload, folder)?,
        _ => bail!("no peer {peer:?}; there are: linfa, smartcore"),
    };
    match measured {
        Some(measures) => measure::report(measures)?,
        None => return Ok(ExitCode::from(NO_SUCH_WORKLOAD)),
    }
    Ok(ExitCode::SUCCESS)
}
