//! The search for a node's best split: what its two implementations share.

use ml_core::Rng;

use super::{columns::Columns, criterion::Criterion, features::FeaturePool};

/// When to stop, and how to choose, in numbers of this training set.
#[derive(Debug, Clone)]
pub(crate) struct Growth {
    pub(crate) max_depth: usize,
    pub(crate) min_samples_split: usize,
    pub(crate) min_samples_leaf: usize,
    /// Least weight of a leaf.
    pub(crate) min_weight_leaf: f64,
    pub(crate) max_features: usize,
    pub(crate) max_leaf_nodes: Option<usize>,
    pub(crate) min_impurity_decrease: f64,
    pub(crate) ccp_alpha: f64,
    /// One random threshold a feature instead of the best one.
    pub(crate) random_thresholds: bool,
}

impl Growth {
    /// Whether both sides of a split are large enough for leaves.
    #[inline(always)]
    pub(super) fn allows(&self, n_moved: usize, n_rest: usize, (moved, rest): (f64, f64)) -> bool {
        n_moved.min(n_rest) >= self.min_samples_leaf && moved.min(rest) >= self.min_weight_leaf
    }
}

/// Where the rows of a node stand in the arrays of a [`Finder`].
#[derive(Debug, Clone, Copy)]
pub(super) struct Span {
    pub(super) rows: usize,
    /// Where its presorted entries stand.
    pub(super) entries: usize,
    pub(super) n: usize,
}

/// Gains that differ by less than this share of a node's impurity count as equal.
///
/// The same two sides reached through two features give the same gain, up to the rounding of sums
/// taken in another order; the tie rule must not depend on that. What it can cost is as small.
pub(super) const TIE: f64 = 1e-10;

/// Best cut within one feature: the ranks on both sides of it.
#[derive(Debug, Clone, Copy)]
pub(super) struct Cut {
    pub(super) gain: f64,
    /// Ranks up to this one go left.
    pub(super) lower: u32,
    pub(super) upper: u32,
    /// The threshold that was drawn; otherwise it is the midpoint.
    pub(super) drawn: Option<f64>,
}

impl Cut {
    pub(super) const NONE: Self = Self {
        gain: f64::NEG_INFINITY,
        lower: 0,
        upper: 0,
        drawn: None,
    };

    /// Takes up a lower cut unless it gains less; for searches from the highest threshold down, where
    /// the lowest of equal cuts comes last.
    #[inline(always)]
    pub(super) fn lower_it(&mut self, lower: u32, upper: u32, gain: f64, tie: f64) {
        if gain > f64::NEG_INFINITY && gain >= self.gain - tie {
            *self = Self::between(lower, upper, gain.max(self.gain));
        }
    }

    pub(super) fn between(lower: u32, upper: u32, gain: f64) -> Self {
        Self {
            gain,
            lower,
            upper,
            drawn: None,
        }
    }
}

/// The best split of a node so far.
#[derive(Debug, Clone, Copy)]
pub(super) struct Best {
    pub(super) feature: usize,
    pub(super) cut: Cut,
}

impl Best {
    /// The better of two splits of different features; among equals the lowest feature wins (and,
    /// within a feature, the lowest threshold, which is up to the searches).
    pub(super) fn choose(best: Option<Self>, feature: usize, cut: Cut, tie: f64) -> Option<Self> {
        if cut.gain == f64::NEG_INFINITY {
            return best;
        }
        let new = Self { feature, cut };
        let Some(mut old) = best else { return Some(new) };
        let difference = new.cut.gain - old.cut.gain;
        let wins = difference > tie || (difference >= -tie && feature < old.feature);
        // The higher of two equal gains: a row of near ties must not lead downhill.
        let gain = new.cut.gain.max(old.cut.gain);
        if wins {
            old = new;
        }
        old.cut.gain = gain;
        Some(old)
    }

    pub(super) fn threshold(&self, columns: &Columns) -> f64 {
        let midpoint = || columns.threshold(self.feature, self.cut.lower, self.cut.upper);
        self.cut.drawn.unwrap_or_else(midpoint)
    }
}

/// What a search may use and change besides its own arrays.
pub(super) struct Tools<'a, K> {
    pub(super) criterion: &'a mut K,
    pub(super) features: &'a mut FeaturePool,
    pub(super) rng: &'a mut Rng,
    pub(super) growth: &'a Growth,
    /// Gains closer than this are equal.
    pub(super) tie: f64,
}

/// The rows of a growing tree, arranged by node.
pub(super) trait Finder<K: Criterion> {
    /// All rows, those of a node side by side.
    fn arranged(&self) -> &[u32];

    /// The node of all rows.
    fn root(&self) -> Span {
        Span {
            rows: 0,
            entries: 0,
            n: self.arranged().len(),
        }
    }

    fn rows(&self, span: Span) -> &[u32] {
        &self.arranged()[span.rows..span.rows + span.n]
    }

    /// The best split of a node that the criterion has begun.
    fn find(&mut self, span: Span, tools: &mut Tools<'_, K>) -> Option<Best>;

    /// Rearranges the rows of a node by side: left and right child. The order within a side stays.
    ///
    /// A child for which `is_leaf` holds is not going to be searched. `varying` lists the features
    /// that may vary in the node.
    fn divide(
        &mut self,
        span: Span,
        best: &Best,
        varying: &[u32],
        is_leaf: &dyn Fn(&[u32]) -> bool,
    ) -> [(Span, bool); 2];
}

/// The rows of positive weight: the others are as good as absent.
pub(crate) fn weighted_rows(weights: &[f64]) -> Vec<u32> {
    let rows = 0..weights.len() as u32;
    rows.filter(|&row| weights[row as usize] > 0.0).collect()
}

/// Moves the elements for which `keep` holds to the front, the others behind them, in order.
#[inline(always)]
pub(super) fn partition<T: Copy>(items: &mut [T], spare: &mut [T], keep: impl Fn(T) -> bool) -> usize {
    let (mut kept, mut moved) = (0, 0);
    // Both writes always happen and only one counts: no branch to mispredict.
    for i in 0..items.len() {
        let item = items[i];
        let stays = keep(item);
        items[kept] = item;
        spare[moved] = item;
        kept += usize::from(stays);
        moved += usize::from(!stays);
    }
    items[kept..].copy_from_slice(&spare[..moved]);
    kept
}
