//! `docs/benchmarks.md`: one section a workload, replaced when it is measured again.

use std::{fs, path::Path};

use anyhow::{Context, Result};

use super::{
    Args, Workload,
    measure::{Series, median, ratios},
};

const HEAD: &str = "# Benchmarks\n\nWritten by `cargo xtask bench --peers`: our program and each peer's run in turn on the \
same data and threads; every figure is the median of the rounds, every ratio the median of the rounds' ratios (peer / ours, \
so above 1 we are faster or smaller) with its lowest and highest. Peak memory is that of the whole process.\n";

/// A line for the terminal for each measure of each side.
pub(super) fn summary(series: &[Series]) -> Vec<String> {
    rows(series)
        .into_iter()
        .map(|[measure, name, value, ratio]| format!("{measure:<10} {name:<14} {value:>12}  {ratio}"))
        .collect()
}

/// `[measure, program, median, ratio]`
fn rows(series: &[Series]) -> Vec<[String; 4]> {
    let Some(ours) = series.first() else {
        return Vec::new();
    };
    let mut rows = Vec::new();
    for (measure, values) in &ours.measures {
        rows.push([
            measure.clone(),
            ours.name.to_owned(),
            number(median(values)),
            String::new(),
        ]);
        for peer in &series[1..] {
            let Some(theirs) = peer.measures.get(measure) else {
                continue;
            };
            let all = ratios(values, theirs);
            let (low, high) = all
                .iter()
                .fold((f64::INFINITY, 0.0f64), |(l, h), &r| (l.min(r), h.max(r)));
            let ratio = format!("{:.2}x ({low:.2} to {high:.2})", median(&all));
            rows.push([
                measure.clone(),
                peer.name.to_owned(),
                number(median(theirs)),
                ratio,
            ]);
        }
    }
    rows
}

fn number(value: f64) -> String {
    match value.abs() {
        v if v >= 100.0 => format!("{value:.0}"),
        v if v >= 10.0 => format!("{value:.1}"),
        _ => format!("{value:.4}"),
    }
}

/// Replaces the sections of what was measured and leaves the others.
pub(super) fn write(root: &Path, results: &[(&Workload, Vec<Series>)], args: &Args) -> Result<()> {
    let path = root.join("docs/benchmarks.md");
    let old = fs::read_to_string(&path).unwrap_or_default();
    let mut sections: Vec<(String, String)> = old
        .split("\n## ")
        .skip(1)
        .map(|text| {
            (
                text.lines().next().unwrap_or_default().to_owned(),
                text.trim_end().to_owned(),
            )
        })
        .collect();
    for (workload, series) in results {
        let text = section(workload, series, args);
        match sections.iter_mut().find(|(name, _)| name == workload.name) {
            Some((_, old)) => *old = text,
            None => sections.push((workload.name.to_owned(), text)),
        }
    }
    let mut page = HEAD.to_owned();
    for (_, text) in sections {
        page += &format!("\n## {text}\n");
    }
    fs::write(&path, page).with_context(|| format!("writing {}", path.display()))?;
    println!("\nwritten: {}", path.display());
    Ok(())
}

fn section(workload: &Workload, series: &[Series], args: &Args) -> String {
    let targets: Vec<String> = workload.targets.iter().map(|(m, t)| format!("{m} {t}")).collect();
    let mut text = format!(
        "{}\n\n{}. Wanted: {}. {} rounds, {} threads, {}.\n\n| measure | program | median | ratio |\n|---|---|---|---|\n",
        workload.name,
        workload.what,
        targets.join("; "),
        args.rounds,
        args.threads,
        machine()
    );
    for [measure, name, value, ratio] in rows(series) {
        text += &format!("| {measure} | {name} | {value} | {ratio} |\n");
    }
    text.trim_end().to_owned()
}

/// Processor and memory, from what Linux says of itself.
fn machine() -> String {
    let cpu = fs::read_to_string("/proc/cpuinfo").unwrap_or_default();
    let model = cpu
        .lines()
        .find_map(|l| l.strip_prefix("model name"))
        .and_then(|l| l.split(": ").nth(1));
    let cores = std::thread::available_parallelism().map_or(1, usize::from);
    let memory = fs::read_to_string("/proc/meminfo").unwrap_or_default();
    let kib = memory.lines().find_map(|l| {
        l.strip_prefix("MemTotal:")?
            .trim()
            .strip_suffix(" kB")?
            .trim()
            .parse::<f64>()
            .ok()
    });
    format!(
        "{}, {cores} cores, {:.0} GiB",
        model.unwrap_or("unknown processor"),
        kib.unwrap_or(0.0) / 1048576.0
    )
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::{Series, rows};

    #[test]
    fn a_ratio_above_one_says_that_the_peer_took_longer() {
        let side = |name, values: Vec<f64>| Series {
            name,
            measures: BTreeMap::from([("fit_s".to_owned(), values)]),
        };
        let rows = rows(&[side("ml", vec![1.0, 1.0]), side("peer", vec![2.0, 4.0])]);
        assert_eq!(rows[1], ["fit_s", "peer", "3.0000", "3.00x (2.00 to 4.00)"]);
    }
}
