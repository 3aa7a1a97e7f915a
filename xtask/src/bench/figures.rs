//! Programs that time many figures: each against the fastest peer.

use std::collections::BTreeMap;

use super::{
    measure::{GEOMETRIC_MEAN, Series, median},
    page::{number, program},
};

/// What the names of seconds end with.
const SECONDS: &str = "_s";

/// For every figure, the fastest peer's seconds divided by ours.
pub(super) struct Figures<'s> {
    ratios: BTreeMap<&'s str, f64>,
}

impl<'s> Figures<'s> {
    /// Of ours, which comes first, and the peers; `None` without figures that both sides have.
    pub(super) fn of(series: &'s [Series]) -> Option<Self> {
        let (ours, peers) = series.split_first()?;
        let ratios: BTreeMap<&str, f64> = timed(ours)
            .filter_map(|(name, own)| Some((short(name), fastest(peers, name)? / median(own))))
            .collect();
        (!ratios.is_empty()).then_some(Self { ratios })
    }

    /// Geometric mean of the ratios.
    pub(super) fn mean(&self) -> f64 {
        let logs: f64 = self.ratios.values().map(|ratio| ratio.ln()).sum();
        (logs / self.ratios.len() as f64).exp()
    }

    /// The figure with the lowest ratio.
    pub(super) fn least(&self) -> (&'s str, f64) {
        let lowest = self.ratios.iter().min_by(|a, b| a.1.total_cmp(b.1));
        let (&name, &ratio) = lowest.expect("of() refuses to be without figures");
        (name, ratio)
    }
}

fn timed(series: &Series) -> impl Iterator<Item = (&str, &[f64])> {
    let measures = series
        .measures
        .iter()
        .map(|(name, values)| (name.as_str(), &values[..]));
    measures.filter(|&(name, _)| name.ends_with(SECONDS) && name != GEOMETRIC_MEAN)
}

fn short(name: &str) -> &str {
    name.strip_suffix(SECONDS).unwrap_or(name)
}

/// The least of the peers' medians.
fn fastest(peers: &[Series], measure: &str) -> Option<f64> {
    let medians = peers
        .iter()
        .filter_map(|peer| Some(median(peer.measures.get(measure)?)));
    medians.min_by(f64::total_cmp)
}

/// A row a figure, a column a program, and how we stand beside the fastest peer.
pub(super) fn table(series: &[Series]) -> String {
    let Some((ours, peers)) = series.split_first() else {
        return String::new();
    };
    let names: Vec<String> = series.iter().map(program).collect();
    let mut table = format!(
        "| figure | {} | ratio |\n|---|{}---|\n",
        names.join(" | "),
        "---|".repeat(series.len())
    );
    let sizes = ours
        .measures
        .keys()
        .filter(|name| name.ends_with("_mib"))
        .map(String::as_str);
    for measure in timed(ours).map(|(name, _)| name).chain(sizes) {
        let cells: Vec<String> = series
            .iter()
            .map(|side| {
                side.measures
                    .get(measure)
                    .map_or(String::new(), |v| value(measure, median(v)))
            })
            .collect();
        let ratio = fastest(peers, measure)
            .filter(|_| measure.ends_with(SECONDS))
            .map_or(String::new(), |best| {
                format!("{:.2}x", best / median(&ours.measures[measure]))
            });
        table += &format!("| {} | {} | {ratio} |\n", short(measure), cells.join(" | "));
    }
    if let Some(figures) = Figures::of(series) {
        table += &format!(
            "| geometric mean | {} {:.2}x |\n",
            "| ".repeat(series.len()),
            figures.mean()
        );
    }
    table
}

/// Seconds in a unit that fits; what else there is as it is.
fn value(measure: &str, value: f64) -> String {
    if !measure.ends_with(SECONDS) {
        return number(value);
    }
    let (scaled, unit) = match value {
        v if v >= 1.0 => (v, "s"),
        v if v >= 1e-3 => (v * 1e3, "ms"),
        v => (v * 1e6, "µs"),
    };
    let digits = match scaled {
        v if v >= 100.0 => 0,
        v if v >= 10.0 => 1,
        _ => 2,
    };
    format!("{scaled:.digits$} {unit}")
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::{Figures, Series, table, value};

    fn side(name: &str, measures: &[(&str, &[f64])]) -> Series {
        Series {
            name: name.to_owned(),
            version: "1".to_owned(),
            measures: measures
                .iter()
                .map(|&(name, values)| (name.to_owned(), values.to_vec()))
                .collect::<BTreeMap<_, _>>(),
        }
    }

    fn three() -> Vec<Series> {
        vec![
            side(
                "ml",
                &[
                    ("a_s", &[2e-6, 1e-6, 1e-6]),
                    ("b_s", &[0.5]),
                    ("geometric_mean_s", &[9.0]),
                    ("peak_mib", &[5.0]),
                ],
            ),
            side(
                "slow",
                &[
                    ("a_s", &[4e-6]),
                    ("b_s", &[0.25]),
                    ("geometric_mean_s", &[1.0]),
                    ("peak_mib", &[7.0]),
                ],
            ),
            side("fast", &[("a_s", &[2e-6])]),
        ]
    }

    #[test]
    fn a_figure_is_held_against_the_fastest_peer_that_has_it() {
        // By hand: 2/1 by the third, 0.25/0.5 by the second; their geometric mean is 1.
        let series = three();
        let figures = Figures::of(&series).unwrap();
        assert_eq!(figures.least(), ("b", 0.5));
        assert!((figures.mean() - 1.0).abs() < 1e-12);
    }

    #[test]
    fn the_table_has_a_row_a_figure_and_leaves_out_what_is_not_there() {
        let table = table(&three());
        let lines: Vec<&str> = table.lines().collect();
        assert_eq!(lines[0], "| figure | ml 1 | slow 1 | fast 1 | ratio |");
        assert_eq!(lines[2], "| a | 1.00 µs | 4.00 µs | 2.00 µs | 2.00x |");
        assert_eq!(lines[3], "| b | 500 ms | 250 ms |  | 0.50x |");
        assert_eq!(lines[4], "| peak_mib | 5.0000 | 7.0000 |  |  |");
        assert_eq!(lines[5], "| geometric mean | | | |  1.00x |");
    }

    #[test]
    fn alone_there_are_no_ratios() {
        let alone = [three().remove(0)];
        assert!(Figures::of(&alone).is_none());
        assert!(table(&alone).ends_with("| peak_mib | 5.0000 |  |\n"));
    }

    #[test]
    fn units_fit_the_seconds() {
        assert_eq!(
            ["1.50 s", "20.0 ms", "153 µs"],
            [1.5, 0.02, 153e-6].map(|s| value("x_s", s))
        );
    }
}
