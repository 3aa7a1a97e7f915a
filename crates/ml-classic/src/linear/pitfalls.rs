//! Warnings of what the book warns of, each given once for a kind of estimator and with the remedy.

use std::sync::Once;

/// Side of a system of equations above which solving it takes long.
pub(super) const MANY: usize = 20_000;

/// Rows from which an order counts as one.
const SOME_ROWS: usize = 10;

/// The closed form costs about the cube of the smaller side: hopeless for very many columns and rows.
pub(super) fn warn_of_closed_form(op: &str, (rows, columns): (usize, usize), remedy: &str, once: &Once) {
    if rows.min(columns) > MANY {
        once.call_once(|| {
            tracing::warn!(
                rows,
                columns,
                "{op}: the closed form takes long with so many rows and columns; {remedy}"
            );
        });
    }
}

/// Without shuffling, rows that come class by class teach one class after the other, and the last one wins.
pub(super) fn warn_of_sorted_classes(op: &str, codes: &[usize], n_classes: usize, once: &Once) {
    let changes = codes.windows(2).filter(|pair| pair[0] != pair[1]).count();
    if codes.len() >= SOME_ROWS && n_classes > 1 && changes < n_classes {
        warn_of_order(op, "class", once);
    }
}

/// The same for rows sorted by a number.
pub(super) fn warn_of_sorted_numbers(op: &str, y: &[f64], once: &Once) {
    let sorted = |before: fn(&f64, &f64) -> bool| y.is_sorted_by(before);
    let differ = y.first() != y.last();
    if y.len() >= SOME_ROWS && differ && (sorted(|a, b| a <= b) || sorted(|a, b| a >= b)) {
        warn_of_order(op, "target", once);
    }
}

fn warn_of_order(op: &str, by: &str, once: &Once) {
    once.call_once(|| {
        tracing::warn!(
            "{op}: the rows are sorted by {by} and not shuffled; set shuffle, or shuffle them before"
        );
    });
}

/// An l1 penalty alone picks at random among columns that say the same.
pub(super) fn warn_of_erratic_choice(
    op: &str,
    (rows, columns): (usize, usize),
    likeness: impl FnOnce() -> f64,
    once: &Once,
) {
    /// Correlation of two columns above which either could stand for the other.
    const ALIKE: f64 = 0.99;
    if once.is_completed() {
        return;
    }
    let reason = if columns > rows {
        "there are more columns than rows"
    } else if likeness() > ALIKE {
        "some columns are strongly correlated"
    } else {
        return;
    };
    once.call_once(|| {
        tracing::warn!(
            rows,
            columns,
            "{op}: {reason}, so which weights become 0 is erratic; use ElasticNet with an l1_ratio near 1"
        );
    });
}

#[cfg(test)]
mod tests {
    use ml_core::ndarray::{Array2, array};

    use super::*;
    use crate::{heard::said, solve::Matrix};

    #[test]
    fn columns_on_different_scales_are_warned_of_once() {
        let text = "Op: the columns are on very different scales; scale them first (StandardScaler)";
        let of = |x: &Array2<f64>| {
            let rows = x.view();
            let design = rows.design("Op").unwrap();
            said(|once| design.warn_if_unscaled("Op", once))
        };
        assert_eq!(of(&array![[0.0, 0.0], [1.0, 1000.0], [2.0, 500.0]]), [text]);
        assert_eq!(of(&array![[0.0, 0.0], [1.0, 10.0], [2.0, 5.0]]), [""; 0]);
        // A constant column has no scale.
        assert_eq!(of(&array![[7.0, 0.0], [7.0, 10.0], [7.0, 5.0]]), [""; 0]);
    }

    #[test]
    fn the_closed_form_is_warned_of_once_above_its_limit() {
        let silent = said(|once| warn_of_closed_form("Op", (1_000_000, MANY), "rest", once));
        assert_eq!(silent, [""; 0]);
        let loud = said(|once| warn_of_closed_form("Op", (MANY + 1, MANY + 1), "use less", once));
        let text = "Op: the closed form takes long with so many rows and columns; use less";
        assert_eq!(loud, [text]);
    }

    #[test]
    fn sorted_rows_are_warned_of_once() {
        let sorted = [0, 0, 0, 0, 1, 1, 1, 2, 2, 2];
        let mixed = [0, 1, 2, 0, 1, 2, 0, 1, 2, 0];
        let text = "Op: the rows are sorted by class and not shuffled; set shuffle, or shuffle them before";
        assert_eq!(
            said(|once| warn_of_sorted_classes("Op", &sorted, 3, once)),
            [text]
        );
        assert_eq!(
            said(|once| warn_of_sorted_classes("Op", &mixed, 3, once)),
            [""; 0]
        );
        assert_eq!(
            said(|once| warn_of_sorted_classes("Op", &sorted[..9], 3, once)),
            [""; 0]
        );
        let falling: Vec<f64> = (0..10).map(|i| -f64::from(i)).collect();
        let text = "Op: the rows are sorted by target and not shuffled; set shuffle, or shuffle them before";
        assert_eq!(said(|once| warn_of_sorted_numbers("Op", &falling, once)), [text]);
        assert_eq!(
            said(|once| warn_of_sorted_numbers("Op", &[1.0; 20], once)),
            [""; 0]
        );
        let mut mixed = falling.clone();
        mixed.swap(0, 5);
        assert_eq!(said(|once| warn_of_sorted_numbers("Op", &mixed, once)), [""; 0]);
    }

    #[test]
    fn erratic_lassos_are_warned_of_once() {
        let wide = said(|once| warn_of_erratic_choice("Lasso", (5, 6), || 0.0, once));
        let end = "so which weights become 0 is erratic; use ElasticNet with an l1_ratio near 1";
        assert_eq!(wide, [format!("Lasso: there are more columns than rows, {end}")]);
        let alike = said(|once| warn_of_erratic_choice("Lasso", (6, 5), || 0.995, once));
        assert_eq!(
            alike,
            [format!("Lasso: some columns are strongly correlated, {end}")]
        );
        assert_eq!(
            said(|once| warn_of_erratic_choice("Lasso", (6, 5), || 0.9, once)),
            [""; 0]
        );
    }
}
