//! Runs programs in turn and keeps what they measured.

use std::{
    collections::BTreeMap,
    ffi::OsStr,
    ffi::OsString,
    path::{Path, PathBuf},
    process::Command,
};

use anyhow::{Context, Result, bail};

/// One side of a comparison.
pub(super) struct Program {
    pub(super) name: &'static str,
    path: PathBuf,
    arguments: Vec<OsString>,
    threads: usize,
}

/// What one side measured: a value a round for every measure.
pub(super) struct Series {
    pub(super) name: &'static str,
    pub(super) measures: BTreeMap<String, Vec<f64>>,
}

impl Program {
    pub(super) fn new<A: AsRef<OsStr>>(
        name: &'static str,
        path: &Path,
        arguments: impl IntoIterator<Item = A>,
        threads: usize,
    ) -> Self {
        let arguments = arguments.into_iter().map(|a| a.as_ref().to_owned()).collect();
        Self {
            name,
            path: path.to_owned(),
            arguments,
            threads,
        }
    }

    /// One run; the program's last line is a JSON object of numbers. `None` if it says that it has no
    /// such workload (exit status 3).
    fn run(&self, data: &Path) -> Result<Option<BTreeMap<String, f64>>> {
        let mut command = Command::new(&self.path);
        command.args(&self.arguments).arg(data);
        for variable in [
            "RAYON_NUM_THREADS",
            "POLARS_MAX_THREADS",
            "OMP_NUM_THREADS",
            "OPENBLAS_NUM_THREADS",
            "MKL_NUM_THREADS",
            "BENCH_THREADS",
        ] {
            command.env(variable, self.threads.to_string());
        }
        let output = command
            .output()
            .with_context(|| format!("starting {}", self.name))?;
        if output.status.code() == Some(3) {
            return Ok(None);
        }
        if !output.status.success() {
            bail!(
                "{} failed ({}):\n{}",
                self.name,
                output.status,
                String::from_utf8_lossy(&output.stderr)
            );
        }
        let text = String::from_utf8_lossy(&output.stdout);
        let line = text.lines().last().unwrap_or_default();
        serde_json::from_str(line)
            .map(Some)
            .with_context(|| format!("{} printed no JSON: {line:?}", self.name))
    }
}

/// One warm-up each, then `rounds` rounds of one run each, in turn, so that a drift of the machine's
/// speed meets everybody.
pub(super) fn alternate(programs: &[Program], data: &Path, rounds: usize) -> Result<Vec<Series>> {
    let mut sides = Vec::new();
    for program in programs {
        if program.run(data)?.is_some() {
            sides.push((
                program,
                Series {
                    name: program.name,
                    measures: BTreeMap::new(),
                },
            ));
        }
    }
    for _ in 0..rounds {
        for (program, series) in &mut sides {
            for (measure, value) in program.run(data)?.unwrap_or_default() {
                series.measures.entry(measure).or_default().push(value);
            }
        }
    }
    Ok(sides.into_iter().map(|(_, series)| series).collect())
}

/// Middle of the sorted values.
pub(super) fn median(values: &[f64]) -> f64 {
    let mut sorted = values.to_vec();
    sorted.sort_by(f64::total_cmp);
    let middle = sorted.len() / 2;
    match sorted.len() {
        0 => f64::NAN,
        n if n % 2 == 1 => sorted[middle],
        _ => 0.5 * (sorted[middle - 1] + sorted[middle]),
    }
}

/// Ratio theirs / ours, round by round.
pub(super) fn ratios(ours: &[f64], theirs: &[f64]) -> Vec<f64> {
    ours.iter().zip(theirs).map(|(o, t)| t / o).collect()
}

#[cfg(test)]
mod tests {
    use super::{median, ratios};

    #[test]
    fn the_median_of_an_even_count_is_the_middle_of_two() {
        assert_eq!(median(&[4.0, 1.0, 3.0, 2.0]), 2.5);
        assert_eq!(median(&[3.0, 1.0, 2.0]), 2.0);
    }

    #[test]
    fn ratios_pair_the_rounds() {
        assert_eq!(ratios(&[1.0, 2.0], &[3.0, 4.0]), [3.0, 2.0]);
    }
}
