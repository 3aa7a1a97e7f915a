//! Criteria for classes: Gini impurity and entropy.

use serde::{Deserialize, Serialize};

use super::criterion::{Criterion, NodeStatistics};

/// What a split of a classification tree is to reduce; `p` is the share of each class in a node.
///
/// The two usually give similar trees; Gini is a little faster and, where they differ, tends to
/// isolate the most frequent class in a branch of its own, while entropy gives slightly more
/// balanced trees.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ClassCriterion {
    /// `1 - Σ p²`: 0 for a pure node.
    #[default]
    Gini,
    /// `-Σ p·log2(p)`, in bits: 0 for a pure node.
    Entropy,
    /// Another name of [`Entropy`](Self::Entropy).
    LogLoss,
}

/// Class and weight of a row.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct WeightedClass {
    class: u32,
    weight: f64,
}

/// How the two criteria differ: what is kept per side, and what it is worth.
pub(super) trait Rule: Default {
    /// Weight `by` of one class, which had `weight` so far, joins this side.
    fn add(&mut self, weight: f64, by: f64);

    /// Weight `by` of one class, which had `weight` so far, leaves this side.
    fn remove(&mut self, weight: f64, by: f64);

    /// The merit of a side with these class weights: the negative impurity times its weight, up to
    /// a constant that is the same for all splits of a node.
    fn merit(&self, classes: &[f64], weight: f64) -> f64;

    /// Impurity of a node.
    fn impurity(classes: &[f64], weight: f64) -> f64;
}

/// Gini's side keeps the sum of squares of the class weights, so that a row costs O(1).
#[derive(Debug, Default)]
pub(super) struct Gini {
    squares: f64,
}

impl Rule for Gini {
    #[inline(always)]
    fn add(&mut self, weight: f64, by: f64) {
        self.squares += by * (2.0 * weight + by);
    }

    #[inline(always)]
    fn remove(&mut self, weight: f64, by: f64) {
        self.squares -= by * (2.0 * weight - by);
    }

    #[inline(always)]
    fn merit(&self, _: &[f64], weight: f64) -> f64 {
        self.squares / weight
    }

    fn impurity(classes: &[f64], weight: f64) -> f64 {
        1.0 - classes.iter().map(|c| c * c).sum::<f64>() / (weight * weight)
    }
}

/// Entropy is computed from the class weights each time, which keeps equal splits equal.
#[derive(Debug, Default)]
pub(super) struct Entropy;

impl Rule for Entropy {
    #[inline(always)]
    fn add(&mut self, _: f64, _: f64) {}

    #[inline(always)]
    fn remove(&mut self, _: f64, _: f64) {}

    #[inline(always)]
    fn merit(&self, classes: &[f64], weight: f64) -> f64 {
        -weight * Self::impurity(classes, weight)
    }

    #[inline(always)]
    fn impurity(classes: &[f64], weight: f64) -> f64 {
        let term = |&c: &f64| {
            if c > 0.0 {
                c / weight * (c / weight).log2()
            } else {
                0.0
            }
        };
        -classes.iter().map(term).sum::<f64>()
    }
}

#[derive(Debug, Default)]
struct Side<R> {
    classes: Vec<f64>,
    weight: f64,
    rule: R,
}

/// A classification criterion over the rows of one tree.
pub(super) struct Classification<R> {
    items: Vec<WeightedClass>,
    total: Side<R>,
    /// Merit of the undivided node.
    base: f64,
    moved: Side<R>,
    rest: Side<R>,
}

impl<R: Rule> Classification<R> {
    /// Class numbers below `n_classes` and weights of all rows; rows of weight 0 are never asked for.
    pub(super) fn new(classes: &[u32], n_classes: usize, weights: &[f64]) -> Self {
        let item = |(&class, &weight): (&u32, &f64)| WeightedClass { class, weight };
        let side = || Side {
            classes: vec![0.0; n_classes],
            weight: 0.0,
            rule: R::default(),
        };
        Self {
            items: classes.iter().zip(weights).map(item).collect(),
            total: side(),
            base: 0.0,
            moved: side(),
            rest: side(),
        }
    }

    #[inline(always)]
    fn shift_class(&mut self, class: usize, by: f64) {
        let (moved, rest) = (&mut self.moved.classes[class], &mut self.rest.classes[class]);
        self.moved.rule.add(*moved, by);
        self.rest.rule.remove(*rest, by);
        *moved += by;
        *rest -= by;
    }

    #[inline(always)]
    fn shift_weight(&mut self, by: f64) {
        self.moved.weight += by;
        self.rest.weight = self.total.weight - self.moved.weight;
    }
}

impl<R: Rule> Criterion for Classification<R> {
    type Item = WeightedClass;

    #[inline(always)]
    fn item(&self, row: u32) -> WeightedClass {
        self.items[row as usize]
    }

    fn n_values(&self) -> usize {
        self.total.classes.len()
    }

    fn begin(&mut self, rows: &[u32], values: &mut Vec<f64>) -> NodeStatistics {
        let total = &mut self.total;
        total.classes.fill(0.0);
        total.weight = 0.0;
        for &row in rows {
            let item = self.items[row as usize];
            total.classes[item.class as usize] += item.weight;
            total.weight += item.weight;
        }
        total.rule = R::default();
        for &class in &total.classes {
            total.rule.add(0.0, class);
        }
        self.base = total.rule.merit(&total.classes, total.weight);
        values.extend_from_slice(&total.classes);
        let pure = total.classes.iter().filter(|&&c| c > 0.0).count() == 1;
        NodeStatistics {
            weight: total.weight,
            impurity: if pure {
                0.0
            } else {
                R::impurity(&total.classes, total.weight)
            },
            pure,
        }
    }

    fn is_pure(&self, rows: &[u32]) -> bool {
        let first = self.items[rows[0] as usize].class;
        rows.iter().all(|&row| self.items[row as usize].class == first)
    }

    #[inline(always)]
    fn reset(&mut self) {
        self.moved.classes.fill(0.0);
        self.moved.weight = 0.0;
        self.moved.rule = R::default();
        self.rest.classes.copy_from_slice(&self.total.classes);
        self.rest.weight = self.total.weight;
        self.rest.rule = R::default();
        for &class in &self.total.classes {
            self.rest.rule.add(0.0, class);
        }
    }

    #[inline(always)]
    fn shift(&mut self, item: WeightedClass) {
        self.shift_class(item.class as usize, item.weight);
        self.shift_weight(item.weight);
    }

    fn bin_width(&self) -> usize {
        self.total.classes.len()
    }

    #[inline(always)]
    fn fill(&self, bins: &mut [f64], bin: usize, item: WeightedClass) {
        bins[bin * self.total.classes.len() + item.class as usize] += item.weight;
    }

    #[inline(always)]
    fn shift_bin(&mut self, bin: &[f64]) -> bool {
        let mut weight = 0.0;
        for (class, &by) in bin.iter().enumerate() {
            self.shift_class(class, by);
            weight += by;
        }
        self.shift_weight(weight);
        weight > 0.0
    }

    #[inline(always)]
    fn side_weights(&self) -> (f64, f64) {
        (self.moved.weight, self.rest.weight)
    }

    #[inline(always)]
    fn gain(&self) -> f64 {
        self.moved.rule.merit(&self.moved.classes, self.moved.weight)
            + self.rest.rule.merit(&self.rest.classes, self.rest.weight)
            - self.base
    }
}
