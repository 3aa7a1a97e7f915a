//! Every round of every program, kept beside the page that is made of them.

use std::{collections::BTreeMap, fs, path::PathBuf};

use anyhow::{Context, Result};
use serde::{Deserialize, Serialize};
use serde_json::json;

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
        fs::write(&path, self.text()?).with_context(|| format!("writing {}", path.display()))
    }

    /// JSON with a line for each workload, so that measuring one changes one line.
    fn text(&self) -> Result<String> {
        let lines: Vec<String> = self
            .workloads
            .iter()
            .map(|(name, run)| Ok(format!("{}: {}", json!(name), serde_json::to_string(run)?)))
            .collect::<Result<_>>()?;
        Ok(format!("{{\n{}\n}}\n", lines.join(",\n")))
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

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::{Results, Run, Series};

    #[test]
    fn what_is_written_is_read_back_a_line_for_each_workload() {
        let series = Series {
            name: "ml".to_owned(),
            version: "1".to_owned(),
            measures: BTreeMap::from([("fit_s".to_owned(), vec![0.1, 1.0 / 3.0])]),
        };
        let run = Run {
            machine: "a \"machine\"".to_owned(),
            threads: 2,
            programs: vec![series],
        };
        let workloads = BTreeMap::from([("a".to_owned(), run.clone()), ("b".to_owned(), run)]);
        let results = Results { workloads };
        let text = results.text().unwrap();
        assert_eq!(text.lines().count(), 4);
        assert_eq!(serde_json::from_str::<Results>(&text).unwrap(), results);
    }
}
