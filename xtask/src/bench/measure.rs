//! Runs programs in turn and keeps what they measured.

use std::{
    collections::BTreeMap,
    ffi::{OsStr, OsString},
    io::{Write, stdout},
    path::{Path, PathBuf},
    process::Command,
};

use anyhow::{Context, Result, bail};
use serde::{Deserialize, Serialize};

/// One side of a comparison.
pub(super) struct Program {
    pub(super) name: String,
    pub(super) version: String,
    path: PathBuf,
    arguments: Vec<OsString>,
}

/// What one side measured: a value a round for every measure.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(super) struct Series {
    pub(super) name: String,
    pub(super) version: String,
    pub(super) measures: BTreeMap<String, Vec<f64>>,
}

/// How often, and on how many threads.
#[derive(Clone, Copy)]
pub(super) struct Plan {
    pub(super) warm_up: bool,
    pub(super) rounds: usize,
    pub(super) threads: usize,
}

/// What programs of many figures add to them.
pub(super) const GEOMETRIC_MEAN: &str = "geometric_mean_s";

/// How each library that may be underneath is told the number of threads.
const THREAD_VARIABLES: [&str; 7] = [
    "RAYON_NUM_THREADS",
    "POLARS_MAX_THREADS",
    "OMP_NUM_THREADS",
    "OPENBLAS_NUM_THREADS",
    "MKL_NUM_THREADS",
    "MATMUL_NUM_THREADS",
    "BENCH_THREADS",
];

impl Program {
    pub(super) fn new<A: AsRef<OsStr>>(
        name: &str,
        version: &str,
        path: &Path,
        arguments: impl IntoIterator<Item = A>,
    ) -> Self {
        Self {
            name: name.to_owned(),
            version: version.to_owned(),
            path: path.to_owned(),
            arguments: arguments.into_iter().map(|a| a.as_ref().to_owned()).collect(),
        }
    }

    /// One run; the program's last line is a JSON object of numbers.
    fn run(&self, data: &Path, threads: usize) -> Result<BTreeMap<String, f64>> {
        let mut command = Command::new(&self.path);
        command.args(&self.arguments).arg(data);
        for variable in THREAD_VARIABLES {
            command.env(variable, threads.to_string());
        }
        let output = command
            .output()
            .with_context(|| format!("starting {}", self.path.display()))?;
        if !output.status.success() {
            let said = String::from_utf8_lossy(&output.stderr);
            bail!("{} failed ({}):\n{}", self.name, output.status, said.trim_end());
        }
        let text = String::from_utf8_lossy(&output.stdout);
        let line = text.lines().last().unwrap_or_default();
        serde_json::from_str(line).with_context(|| format!("{} printed no measures: {line:?}", self.name))
    }
}

/// Runs the programs in turn, round by round, so that a drift of the machine's speed meets everybody.
/// A program that fails is left out from then on, and why is told in the second list.
pub(super) fn alternate(programs: &[Program], data: &Path, plan: Plan) -> (Vec<Series>, Vec<String>) {
    let mut sides: Vec<(&Program, Series)> = programs.iter().map(|p| (p, Series::of(p))).collect();
    let mut failures = Vec::new();
    let warm_up = usize::from(plan.warm_up);
    for round in 0..plan.rounds + warm_up {
        let counts = round >= warm_up;
        if counts {
            print!("  round {}/{}:", round + 1 - warm_up, plan.rounds);
        } else {
            print!("  warm-up:  ");
        }
        sides.retain_mut(|(program, series)| match program.run(data, plan.threads) {
            Ok(measured) => {
                progress(&program.name, &measured);
                if counts {
                    series.add(measured);
                }
                true
            }
            Err(error) => {
                eprintln!("\n  {error:#}");
                failures.push(format!("{error:#}"));
                false
            }
        });
        println!();
    }
    (sides.into_iter().map(|(_, series)| series).collect(), failures)
}

/// A program's seconds, on the line of its round; of many, their mean.
fn progress(name: &str, measured: &BTreeMap<String, f64>) {
    if let Some(mean) = measured.get(GEOMETRIC_MEAN) {
        print!("  {name} {:.3} ms", 1e3 * mean);
        // Only a matter of looks: what cannot be shown now is shown with the line's end.
        let _ = stdout().flush();
        return;
    }
    let seconds: Vec<String> = measured
        .iter()
        .filter(|(measure, _)| measure.ends_with("_s"))
        .map(|(_, value)| format!("{value:.3}"))
        .collect();
    print!("  {name} {} s", seconds.join("/"));
    let _ = stdout().flush();
}

impl Series {
    fn of(program: &Program) -> Self {
        Self {
            name: program.name.clone(),
            version: program.version.clone(),
            measures: BTreeMap::new(),
        }
    }

    fn add(&mut self, measured: BTreeMap<String, f64>) {
        for (measure, value) in measured {
            self.measures.entry(measure).or_default().push(value);
        }
    }
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

/// How much more a peer takes than we do.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Ratio {
    /// Their median divided by ours.
    pub(super) of_medians: f64,
    /// The lowest of the rounds' own ratios.
    pub(super) lowest: f64,
    /// The highest of them.
    pub(super) highest: f64,
}

/// Theirs divided by ours.
pub(super) fn ratio(ours: &[f64], theirs: &[f64]) -> Ratio {
    let rounds = ours.iter().zip(theirs).map(|(o, t)| t / o);
    let (lowest, highest) = rounds.fold((f64::INFINITY, 0.0_f64), |(l, h), r| (l.min(r), h.max(r)));
    Ratio {
        of_medians: median(theirs) / median(ours),
        lowest,
        highest,
    }
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::{Plan, Program, Ratio, alternate, median, ratio};

    const PLAN: Plan = Plan {
        warm_up: true,
        rounds: 2,
        threads: 3,
    };

    /// A program of the shell, which gets the folder as its last argument.
    fn shell(name: &str, script: &str) -> Program {
        Program::new(name, "1", Path::new("/bin/sh"), ["-c", script])
    }

    #[test]
    fn the_median_of_an_even_count_is_the_middle_of_two() {
        assert_eq!(median(&[4.0, 1.0, 3.0, 2.0]), 2.5);
        assert_eq!(median(&[3.0, 1.0, 2.0]), 2.0);
    }

    #[test]
    fn a_ratio_is_that_of_the_medians_and_spreads_as_the_rounds_do() {
        // By hand: medians 2 and 6; rounds 6/1, 4/2, 8/4.
        let expected = Ratio {
            of_medians: 3.0,
            lowest: 2.0,
            highest: 6.0,
        };
        assert_eq!(ratio(&[1.0, 2.0, 4.0], &[6.0, 4.0, 8.0]), expected);
    }

    #[test]
    fn rounds_are_counted_after_the_warm_up_and_threads_are_passed_on() {
        let script = r#"echo noise; echo "{\"fit_s\": $RAYON_NUM_THREADS, \"folder\": ${#0}}""#;
        let (series, failures) = alternate(&[shell("a", script)], Path::new("/four"), PLAN);
        assert_eq!(failures, Vec::<String>::new());
        assert_eq!(series[0].measures["fit_s"], [3.0, 3.0]);
        assert_eq!(series[0].measures["folder"], [5.0, 5.0]);
    }

    #[test]
    fn a_program_that_fails_is_left_out_and_named() {
        let programs = [
            shell("bad", "echo broken >&2; exit 7"),
            shell("mute", "true"),
            shell("good", r#"echo '{"fit_s": 1}'"#),
        ];
        let (series, failures) = alternate(&programs, Path::new("."), PLAN);
        assert_eq!(series.len(), 1);
        assert_eq!(series[0].name, "good");
        assert_eq!(failures[0], "bad failed (exit status: 7):\nbroken");
        assert!(
            failures[1].starts_with("mute printed no measures: \"\""),
            "{}",
            failures[1]
        );
    }
}
