//! Criteria for classes: Gini impurity and entropy.

use std::marker::PhantomData;

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

/// Class weights of a node or of the moved side of a split, and what Gini needs of them.
#[derive(Debug, Default)]
pub(super) struct Side {
    classes: Vec<f64>,
    weight: f64,
    /// Sum of the squares of the class weights.
    squares: f64,
    /// Sum of the products with the class weights of the whole node.
    product: f64,
}

impl Side {
    fn new(n_classes: usize) -> Self {
        Self {
            classes: vec![0.0; n_classes],
            ..Self::default()
        }
    }

    fn clear(&mut self) {
        self.classes.fill(0.0);
        (self.weight, self.squares, self.product) = (0.0, 0.0, 0.0);
    }
}

/// How the two criteria differ.
pub(super) trait Rule {
    /// Merit of the undivided node: the negative impurity times the weight, up to a constant.
    fn base(total: &Side) -> f64;

    /// Merit of both sides together, less that of the node.
    fn gain(moved: &Side, total: &Side, base: f64) -> f64;

    /// Impurity of a node.
    fn impurity(total: &Side) -> f64;
}

/// Gini impurity. Its sums of squares follow every row in O(1), and are exact for whole weights.
#[derive(Debug)]
pub(super) struct Gini;

impl Rule for Gini {
    fn base(total: &Side) -> f64 {
        total.squares / total.weight
    }

    #[inline(always)]
    fn gain(moved: &Side, total: &Side, base: f64) -> f64 {
        // Σ (t - m)² = Σ t² - 2·Σ t·m + Σ m².
        let rest_squares = total.squares - 2.0 * moved.product + moved.squares;
        let rest_weight = total.weight - moved.weight;
        // Both fractions over one denominator: a single division.
        let sum = moved.squares * rest_weight + rest_squares * moved.weight;
        sum / (moved.weight * rest_weight) - base
    }

    fn impurity(total: &Side) -> f64 {
        1.0 - total.squares / (total.weight * total.weight)
    }
}

/// Entropy, from the class weights each time.
#[derive(Debug)]
pub(super) struct Entropy;

impl Entropy {
    /// `Σ c·log2(c / weight)`.
    #[inline(always)]
    fn merit(classes: impl Iterator<Item = f64>, weight: f64) -> f64 {
        // The rest of a class may round to a little less than nothing.
        classes
            .map(|c| if c > 0.0 { c * (c / weight).log2() } else { 0.0 })
            .sum()
    }
}

impl Rule for Entropy {
    fn base(total: &Side) -> f64 {
        Self::merit(total.classes.iter().copied(), total.weight)
    }

    #[inline(always)]
    fn gain(moved: &Side, total: &Side, base: f64) -> f64 {
        let rest = total.classes.iter().zip(&moved.classes).map(|(t, m)| t - m);
        Self::merit(moved.classes.iter().copied(), moved.weight)
            + Self::merit(rest, total.weight - moved.weight)
            - base
    }

    fn impurity(total: &Side) -> f64 {
        -Self::base(total) / total.weight
    }
}

/// A classification criterion over the rows of one tree.
pub(super) struct Classification<R> {
    items: Vec<WeightedClass>,
    total: Side,
    /// Merit of the undivided node.
    base: f64,
    moved: Side,
    rule: PhantomData<R>,
}

impl<R: Rule> Classification<R> {
    /// Class numbers below `n_classes` and weights of all rows; rows of weight 0 are never asked for.
    pub(super) fn new(classes: &[u32], n_classes: usize, weights: &[f64]) -> Self {
        let item = |(&class, &weight): (&u32, &f64)| WeightedClass { class, weight };
        Self {
            items: classes.iter().zip(weights).map(item).collect(),
            total: Side::new(n_classes),
            base: 0.0,
            moved: Side::new(n_classes),
            rule: PhantomData,
        }
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
        total.clear();
        for &row in rows {
            let item = self.items[row as usize];
            total.classes[item.class as usize] += item.weight;
            total.weight += item.weight;
        }
        total.squares = total.classes.iter().map(|c| c * c).sum();
        values.extend_from_slice(&total.classes);
        let pure = total.classes.iter().filter(|&&c| c > 0.0).count() == 1;
        self.base = R::base(total);
        NodeStatistics {
            weight: total.weight,
            impurity: if pure { 0.0 } else { R::impurity(total) },
            pure,
        }
    }

    fn is_pure(&self, rows: &[u32]) -> bool {
        let first = self.items[rows[0] as usize].class;
        rows.iter().all(|&row| self.items[row as usize].class == first)
    }

    #[inline(always)]
    fn reset(&mut self) {
        self.moved.clear();
    }

    #[inline(always)]
    fn shift(&mut self, WeightedClass { class, weight }: WeightedClass) {
        let moved = &mut self.moved;
        let so_far = &mut moved.classes[class as usize];
        moved.squares += weight * (2.0 * *so_far + weight);
        moved.product += weight * self.total.classes[class as usize];
        moved.weight += weight;
        *so_far += weight;
    }

    fn bin_width(&self) -> Option<usize> {
        Some(self.total.classes.len())
    }

    #[inline(always)]
    fn fill(&self, bins: &mut [f64], bin: usize, item: WeightedClass) {
        bins[bin * self.total.classes.len() + item.class as usize] += item.weight;
    }

    #[inline(always)]
    fn shift_bin(&mut self, bins: &[f64], bin: usize) {
        let width = self.total.classes.len();
        let bin = &bins[bin * width..(bin + 1) * width];
        let (mut squares, mut product, mut weight) = (0.0, 0.0, 0.0);
        let classes = self.moved.classes.iter_mut().zip(&self.total.classes).zip(bin);
        for ((moved, total), by) in classes {
            *moved += by;
            squares += *moved * *moved;
            product += total * by;
            weight += by;
        }
        self.moved.squares = squares;
        self.moved.product += product;
        self.moved.weight += weight;
    }

    #[inline(always)]
    fn side_weights(&self) -> (f64, f64) {
        (self.moved.weight, self.total.weight - self.moved.weight)
    }

    #[inline(always)]
    fn gain(&self) -> f64 {
        R::gain(&self.moved, &self.total, self.base)
    }
}
