//! `ml-bench-tensor-peers PEER WORKLOAD FOLDER` runs a group of `core-*` or a workload of `nn-*` with another Rust
//! library for tensors, and prints what it measured as one line of JSON.

mod burn;
mod burn_networks;
mod candle;
mod candle_networks;
mod data;
// One clock and one list of figures for both sides: a difference there would pass for one in speed.
#[path = "../../ours/src/figures.rs"]
mod figures;
#[path = "../../ours/src/measure.rs"]
// A part of it serves our other workloads only.
#[allow(dead_code)]
mod measure;

#[path = "../../ours/src/networks.rs"]
mod networks;

use std::{env, path::Path};

use anyhow::{Result, bail};
use measure::Measures;

fn main() -> Result<()> {
    let arguments: Vec<String> = env::args().skip(1).collect();
    let [peer, workload, folder] = &arguments[..] else {
        bail!("usage: ml-bench-tensor-peers PEER WORKLOAD FOLDER");
    };
    if workload == "nn-start" {
        return measure::report(networks::start([peer, "nn-first-batch", folder].map(Into::into))?);
    }
    measure::report(run(peer, workload, Path::new(folder))?)
}

fn run(peer: &str, workload: &str, folder: &Path) -> Result<Measures> {
    let networks = workload.starts_with("nn-");
    let device = match peer {
        "candle" if networks => return candle_networks::run(workload, folder),
        "candle" => return Ok(candle::run(workload)?.measures()),
        "burn-flex" => ::burn::tensor::Device::flex(),
        // Deprecated, and still asked for.
        #[allow(deprecated)]
        "burn-ndarray" => ::burn::tensor::Device::ndarray(),
        _ => bail!("no peer {peer:?}; there are: burn-flex, burn-ndarray, candle"),
    };
    match networks {
        true => burn_networks::run(workload, folder, &device),
        false => Ok(burn::run(workload, &device)?.measures()),
    }
}

/// Values between -0.5 and 0.5 that anybody could have drawn.
fn values(seed: &mut u64, len: usize) -> Vec<f32> {
    let next = || {
        // Knuth's linear congruential generator (MMIX): its high bits are random enough here.
        *seed = seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (*seed >> 40) as f32 / (1u64 << 24) as f32 - 0.5
    };
    std::iter::repeat_with(next).take(len).collect()
}
