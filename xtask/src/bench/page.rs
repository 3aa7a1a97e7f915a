//! `docs/benchmarks.md`, made of what is kept.

use std::{fs, path::Path};

use anyhow::{Context, Result};

use super::{
    figures::{self, Figures},
    measure::{Series, median, ratio},
    results::{Results, Run},
    workload::{Target, WORKLOADS, Workload},
};

const HEAD: &str = "\
# Benchmarks

Written by `cargo xtask bench --peers`, which runs our program and the peers' in turn, round by round, on the same data and \
number of threads. A figure is the median of the rounds. A ratio is the peer's median divided by ours, so above 1 we are faster or \
smaller, with the lowest and the highest of the rounds' own ratios. Seconds are of the call alone, data loaded (load_s is the \
loading, where that is a part of the work); peak memory is that of the \
whole process. Where a program times many figures, each is the fastest of seven repeats of at least 20 ms, and the ratio is \
that of the fastest peer. Every round is in [results.json](../benches/results.json), the programs in [benches](../benches).
";

/// Writes the page anew.
pub(super) fn write(root: &Path, results: &Results) -> Result<()> {
    let path = root.join("docs/benchmarks.md");
    fs::write(&path, page(results)).with_context(|| format!("writing {}", path.display()))
}

fn page(results: &Results) -> String {
    let measured: Vec<(&Workload, &Run)> = WORKLOADS
        .iter()
        .filter_map(|w| Some((w, results.workloads.get(w.name)?)))
        .collect();
    let mut page = HEAD.to_owned();
    page += "\n## What is wanted, and what is there\n\n| workload | measure | required | aim | measured | |\n|---|---|---|---|---|---|\n";
    for (workload, run) in &measured {
        for target in workload.targets {
            let [measure, required, aim, found, verdict] = verdict(target, run);
            page += &format!(
                "| [{0}](#{0}) | {measure} | {required} | {aim} | {found} | {verdict} |\n",
                workload.name
            );
        }
    }
    for (workload, run) in &measured {
        page += &format!("\n{}", section(workload, run));
    }
    page
}

/// `[measure, required, aim, measured, verdict]`
fn verdict(target: &Target, run: &Run) -> [String; 5] {
    let values = |name: &str, measure: &str| -> Option<&Vec<f64>> {
        let series = run.programs.iter().find(|s| s.name == name)?;
        series.measures.get(measure)
    };
    let said = |reached: bool, yes: &str, no: &str| if reached { yes } else { no }.to_owned();
    let compared = |peer: &str, measure: &str, required: f64, aim: Option<f64>, theirs: Option<&Vec<f64>>| {
        let found = values("ml", measure)
            .zip(theirs)
            .map(|(ours, theirs)| ratio(ours, theirs).of_medians);
        let word = match (found, aim) {
            (None, _) => "not measured".to_owned(),
            (Some(found), Some(aim)) if found >= aim => "aim reached".to_owned(),
            (Some(found), _) => said(found >= required, "met", "missed"),
        };
        [
            format!("{measure}, {peer}"),
            format!("{required}x"),
            aim.map_or(String::new(), |aim| format!("{aim}x")),
            found.map_or(String::new(), |found| format!("{found:.2}x")),
            word,
        ]
    };
    match *target {
        Target::Figures { required, floor, aim } => {
            let found = Figures::of(&run.programs);
            let word = match &found {
                None => "not measured".to_owned(),
                Some(found) if found.mean() >= aim && found.least().1 >= floor => "aim reached".to_owned(),
                Some(found) => said(
                    found.mean() >= required && found.least().1 >= floor,
                    "met",
                    "missed",
                ),
            };
            [
                "all figures, fastest peer".to_owned(),
                format!("{required}x, each {floor}x"),
                format!("{aim}x"),
                found.map_or(String::new(), |found| {
                    let (name, least) = found.least();
                    format!("{:.2}x, {name} {least:.2}x", found.mean())
                }),
                word,
            ]
        }
        Target::Ratio {
            peer,
            measure,
            required,
            aim,
        } => compared(peer, measure, required, aim, values(peer, measure)),
        Target::Fastest {
            measure,
            required,
            aim,
        } => {
            let peers = run.programs.iter().skip(1);
            let fastest = peers
                .filter_map(|peer| Some((peer, peer.measures.get(measure)?)))
                .min_by(|(_, a), (_, b)| median(a).total_cmp(&median(b)));
            let name = fastest.map_or("fastest peer".to_owned(), |(peer, _)| {
                format!("fastest peer: {}", peer.name)
            });
            compared(&name, measure, required, aim, fastest.map(|(_, values)| values))
        }
        Target::Value {
            measure,
            near,
            within,
        } => {
            let found = values("ml", measure).map(|ours| median(ours));
            [
                measure.to_owned(),
                format!("{near} ± {within}"),
                String::new(),
                found.map_or(String::new(), number),
                found.map_or("not measured".to_owned(), |found| {
                    said((found - near).abs() <= within, "met", "missed")
                }),
            ]
        }
    }
}

fn section(workload: &Workload, run: &Run) -> String {
    let mut text = format!(
        "## {}\n\n{}. {} rounds, {} threads, {}.",
        workload.name,
        workload.what,
        rounds(run),
        run.threads,
        run.machine
    );
    if !workload.note.is_empty() {
        text += &format!(" {}", workload.note);
    }
    text += "\n\n";
    if workload.is_of_figures() {
        return text + &figures::table(&run.programs);
    }
    text += "| measure | program | median | ratio |\n|---|---|---|---|\n";
    for [measure, program, value, ratio] in rows(&run.programs) {
        text += &format!("| {measure} | {program} | {value} | {ratio} |\n");
    }
    text
}

fn rounds(run: &Run) -> usize {
    let ours = run.programs.first().and_then(|s| s.measures.values().next());
    ours.map_or(0, Vec::len)
}

/// What the terminal shows.
pub(super) fn summary(workload: &Workload, series: &[Series]) -> Vec<String> {
    if workload.is_of_figures() {
        return figures::table(series).lines().map(str::to_owned).collect();
    }
    rows(series)
        .into_iter()
        .map(|[measure, name, value, ratio]| format!("{measure:<10} {name:<20} {value:>12}  {ratio}"))
        .collect()
}

/// `[measure, program, median, ratio]`; what is no cost, such as an accuracy, has no ratio.
fn rows(series: &[Series]) -> Vec<[String; 4]> {
    let Some((ours, peers)) = series.split_first() else {
        return Vec::new();
    };
    let mut rows = Vec::new();
    for (measure, values) in &ours.measures {
        let cost = ["_s", "_us", "_mib"].iter().any(|unit| measure.ends_with(unit));
        let value = number(median(values));
        rows.push([measure.clone(), program(ours), value, String::new()]);
        for peer in peers {
            let Some(theirs) = peer.measures.get(measure) else {
                continue;
            };
            let all = ratio(values, theirs);
            let ratio = format!("{:.2}x ({:.2} to {:.2})", all.of_medians, all.lowest, all.highest);
            let ratio = if cost { ratio } else { String::new() };
            rows.push([measure.clone(), program(peer), number(median(theirs)), ratio]);
        }
    }
    rows
}

pub(super) fn program(series: &Series) -> String {
    format!("{} {}", series.name, series.version)
}

pub(super) fn number(value: f64) -> String {
    match value.abs() {
        v if v >= 100.0 => format!("{value:.0}"),
        v if v >= 10.0 => format!("{value:.1}"),
        _ => format!("{value:.4}"),
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::{Results, Run, Series, Target, page, rows, verdict};

    fn side(name: &str, measure: &str, values: &[f64]) -> Series {
        Series {
            name: name.to_owned(),
            version: "1".to_owned(),
            measures: BTreeMap::from([(measure.to_owned(), values.to_vec())]),
        }
    }

    fn run(measure: &str, ours: &[f64], theirs: &[f64]) -> Run {
        Run {
            machine: "a machine".to_owned(),
            threads: 2,
            programs: vec![side("ml", measure, ours), side("Scikit-Learn", measure, theirs)],
        }
    }

    #[test]
    fn a_ratio_above_one_says_that_the_peer_took_longer() {
        let run = run("fit_s", &[1.0, 1.0], &[2.0, 4.0]);
        assert_eq!(
            rows(&run.programs)[1],
            ["fit_s", "Scikit-Learn 1", "3.0000", "3.00x (2.00 to 4.00)"]
        );
    }

    #[test]
    fn an_accuracy_has_no_ratio() {
        let run = run("accuracy", &[0.5], &[0.25]);
        assert_eq!(
            rows(&run.programs)[1],
            ["accuracy", "Scikit-Learn 1", "0.2500", ""]
        );
    }

    #[test]
    fn a_verdict_follows_the_ratio() {
        let target = Target::Ratio {
            peer: "Scikit-Learn",
            measure: "fit_s",
            required: 2.0,
            aim: Some(4.0),
        };
        for (theirs, word) in [(1.5, "missed"), (2.0, "met"), (4.5, "aim reached")] {
            assert_eq!(verdict(&target, &run("fit_s", &[1.0], &[theirs]))[4], word);
        }
        assert_eq!(
            verdict(&target, &run("other_s", &[1.0], &[1.0]))[4],
            "not measured"
        );
    }

    #[test]
    fn the_fastest_peer_decides_where_no_one_is_named() {
        let mut run = run("epoch_s", &[1.0], &[8.0]);
        run.programs.push(side("candle", "epoch_s", &[3.0]));
        let target = Target::Fastest {
            measure: "epoch_s",
            required: 2.0,
            aim: None,
        };
        let row = verdict(&target, &run);
        assert_eq!(row[0], "epoch_s, fastest peer: candle");
        assert_eq!(row[3..], ["3.00x", "met"]);
    }

    #[test]
    fn the_mean_and_the_least_of_the_figures_decide() {
        // By hand: ratios 2 and 0.5, geometric mean 1.
        let mut run = run("a_s", &[1.0], &[2.0]);
        run.programs[0].measures.insert("b_s".to_owned(), vec![2.0]);
        run.programs[1].measures.insert("b_s".to_owned(), vec![1.0]);
        for (required, floor, aim, word) in [
            (1.0, 0.5, 1.5, "met"),
            (1.0, 0.6, 1.5, "missed"),
            (1.1, 0.5, 1.5, "missed"),
            (0.5, 0.5, 0.9, "aim reached"),
        ] {
            let target = Target::Figures { required, floor, aim };
            assert_eq!(verdict(&target, &run)[3..], ["1.00x, b 0.50x", word]);
        }
    }

    #[test]
    fn a_value_is_wanted_on_both_sides() {
        let target = Target::Value {
            measure: "accuracy",
            near: 0.97,
            within: 0.01,
        };
        for (ours, word) in [(0.975, "met"), (0.95, "missed"), (0.99, "missed")] {
            assert_eq!(verdict(&target, &run("accuracy", &[ours], &[0.0]))[4], word);
        }
    }

    #[test]
    fn the_page_holds_what_was_measured_in_the_order_of_the_workloads() {
        let one = run("fit_s", &[1.0, 3.0, 2.0], &[8.0, 8.0, 8.0]);
        let results = Results {
            workloads: BTreeMap::from([
                ("tree".to_owned(), one.clone()),
                ("forest-regressor".to_owned(), one),
            ]),
        };
        let page = page(&results);
        assert!(page.contains("| [tree](#tree) | fit_s, Scikit-Learn | 1.5x | 3x | 4.00x | aim reached |"));
        assert!(page.contains("unlimited depth. 3 rounds, 2 threads, a machine."));
        assert!(page.find("## forest-regressor") < page.find("## tree"));
        assert!(!page.contains("## k-nn"));
    }
}
