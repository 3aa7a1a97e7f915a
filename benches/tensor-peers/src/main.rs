//! `ml-bench-tensor-peers PEER GROUP FOLDER` runs a group of `core-*` with another Rust library for tensors, and
//! prints its figures as one line of JSON.

mod burn;
mod candle;
// One clock and one list of figures for both sides: a difference there would pass for one in speed.
#[path = "../../ours/src/figures.rs"]
mod figures;
#[path = "../../ours/src/measure.rs"]
// A part of it serves our other workloads only.
#[allow(dead_code)]
mod measure;

use std::env;

use anyhow::{Result, bail};

fn main() -> Result<()> {
    let arguments: Vec<String> = env::args().skip(1).collect();
    let [peer, group, ..] = &arguments[..] else {
        bail!("usage: ml-bench-tensor-peers PEER GROUP FOLDER");
    };
    let figures = match peer.as_str() {
        "burn-flex" => burn::run(group, &::burn::tensor::Device::flex())?,
        // Deprecated, and still asked for.
        #[allow(deprecated)]
        "burn-ndarray" => burn::run(group, &::burn::tensor::Device::ndarray())?,
        "candle" => candle::run(group)?,
        _ => bail!("no peer {peer:?}; there are: burn-flex, burn-ndarray, candle"),
    };
    measure::report(figures.measures())
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
