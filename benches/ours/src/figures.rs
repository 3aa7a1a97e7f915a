//! What is timed in the groups of `core-*`, and how: our side and the Rust peers include this file.

use std::{fs, hint::black_box, time::Instant};

use anyhow::{Context, Result};

use crate::measure::{Measures, status_mib};

/// Seconds that a figure is repeated for, at least, and how often that is done; the fastest counts.
const LONG_ENOUGH: f64 = 0.02;
const REPEATS: usize = 7;

/// `m`, `k`, `n` of `[m, k] · [k, n]`.
pub(crate) const PRODUCTS: [[usize; 3]; 7] = [
    [32, 784, 300],
    [128, 784, 512],
    [256, 256, 256],
    [512, 512, 512],
    [1024, 1024, 1024],
    [2048, 2048, 2048],
    [64, 576, 3136],
];
/// Which factor is transposed: a name, the left one, the right one.
pub(crate) const FORMS: [(&str, bool, bool); 3] =
    [("nn", false, false), ("tn", true, false), ("nt", false, true)];
/// Matrices of a batch, and their sides.
pub(crate) const SIDE: usize = 64;
/// Elements of a tensor; its rows have 100.
pub(crate) const SIZES: [usize; 3] = [1_000, 100_000, 10_000_000];
/// Widths of the network, from its inputs on.
pub(crate) const LAYERS: [usize; 4] = [784, 300, 100, 10];
pub(crate) const BATCH: usize = 32;
pub(crate) const ADDS: usize = 1_000;
/// Elements that the chain of operations runs over.
pub(crate) const CHAIN: usize = 1_000_000;

/// The figures of one group.
#[derive(Default)]
pub(crate) struct Figures {
    seconds: Vec<(String, f64)>,
    mebibytes: Vec<(String, f64)>,
}

impl Figures {
    /// The fastest of several repeats of `action`.
    pub(crate) fn time<R>(
        &mut self,
        name: impl Into<String>,
        mut action: impl FnMut() -> Result<R>,
    ) -> Result<()> {
        action()?;
        let start = Instant::now();
        action()?;
        let rounds = (LONG_ENOUGH / start.elapsed().as_secs_f64().max(1e-7)).ceil() as usize;
        let mut best = f64::INFINITY;
        for _ in 0..REPEATS {
            let start = Instant::now();
            for _ in 0..rounds {
                black_box(action()?);
            }
            best = best.min(start.elapsed().as_secs_f64() / rounds as f64);
        }
        self.seconds.push((name.into(), best));
        Ok(())
    }

    /// Keeps by how much the process has grown since `before`, at most.
    pub(crate) fn growth(&mut self, name: &str, before: &PeakMemory) -> Result<()> {
        self.mebibytes.push((name.to_owned(), before.growth()?));
        Ok(())
    }

    /// All figures, and the geometric mean of the seconds.
    pub(crate) fn measures(self) -> Measures {
        let logs: f64 = self.seconds.iter().map(|(_, seconds)| seconds.ln()).sum();
        let mean = (logs / self.seconds.len() as f64).exp();
        let seconds = self.seconds.into_iter().map(|(name, value)| (name + "_s", value));
        let mebibytes = self
            .mebibytes
            .into_iter()
            .map(|(name, value)| (name + "_mib", value));
        seconds
            .chain(mebibytes)
            .chain([("geometric_mean_s".to_owned(), mean)])
            .map(|(name, value)| (name, value.into()))
            .collect()
    }
}

/// The resident set at some moment; what comes after is measured from there.
pub(crate) struct PeakMemory {
    before: f64,
}

impl PeakMemory {
    /// Forgets the peak so far, and notes what is resident.
    pub(crate) fn now() -> Result<Self> {
        fs::write("/proc/self/clear_refs", "5").context("forgetting the peak of memory")?;
        Ok(Self {
            before: status_mib("VmRSS:")?,
        })
    }

    /// MiB from then to the peak since.
    pub(crate) fn growth(&self) -> Result<f64> {
        Ok(status_mib("VmHWM:")? - self.before)
    }
}
