//! Every round of every program, kept beside the page that is made of them.

use std::{collections::BTreeMap, fs, path::PathBuf};

use anyhow::{Context, Result};
use serde::{Deserialize, Serialize};

use super::measure::Series;

/// What was measured last, workload by workload.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(transparent)]
pub(super) struct Results {
    pub(super) workloads: BTreeMap<String, Run>,
}

/// One comparison.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(super) struct Run {
    /// Processor, cores, memory.
    pub(super) machine: String,
    pub(super) threads: usize,
    /// Ours first.
    pub(super) programs: Vec<Series>,
}

fn path() -> PathBuf {
    crate::workspace_root().join("benches/results.json")
}

impl Results {
    /// What is kept; nothing if there is no file yet.
    pub(super) fn load() -> Result<Self> {
        let path = path();
        if !path.exists() {
            return Ok(Self::default());
        }
        let text = fs::read_to_string(&path).with_context(|| format!("reading {}", path.display()))?;
        serde_json::from_str(&text).with_context(|| format!("{} holds no results", path.display()))
    }

    pub(super) fn save(&self) -> Result<()> {
        let path = path();
        let text = serde_json::to_string_pretty(self).context("writing results as JSON")?;
        fs::write(&path, text + "\n").with_context(|| format!("writing {}", path.display()))
    }
}

/// Processor, cores and memory, from what Linux says of itself.
pub(super) fn machine() -> String {
    let cpu = fs::read_to_string("/proc/cpuinfo").unwrap_or_default();
    let model = cpu
        .lines()
        .find_map(|l| l.strip_prefix("model name"))
        .and_then(|l| l.split(": ").nth(1));
    let cores = std::thread::available_parallelism().map_or(1, usize::from);
    let memory = fs::read_to_string("/proc/meminfo").unwrap_or_default();
    let kib = memory.lines().find_map(|l| {
        let value = l.strip_prefix("MemTotal:")?.trim().strip_suffix(" kB")?;
        value.trim().parse::<f64>().ok()
    });
    let memory = kib.map_or("unknown memory".to_owned(), |kib| {
        format!("{:.0} GiB", kib / 1024.0 / 1024.0)
    });
    format!(
        "{}, {cores} cores, {memory}",
        model.unwrap_or("unknown processor")
    )
}
