//! One workload a run: `ml-bench WORKLOAD FOLDER` prints its measures as one line of JSON;
//! `ml-bench prepare FOLDER [WORKLOAD..]` writes the data that everybody reads.

mod core;
mod figures;
mod linear;
mod measure;
mod networks;
mod nn;
mod prepare;
mod work;

use std::{env, path::Path};

use anyhow::Result;

fn main() -> Result<()> {
    let arguments: Vec<String> = env::args().skip(1).collect();
    let [name, folder, rest @ ..] = &arguments[..] else {
        anyhow::bail!("usage: ml-bench WORKLOAD FOLDER, or ml-bench prepare FOLDER [WORKLOAD..]");
    };
    let folder = Path::new(folder);
    if name == "prepare" {
        return prepare::run(folder, rest);
    }
    measure::report(work::run(name, folder)?)
}
