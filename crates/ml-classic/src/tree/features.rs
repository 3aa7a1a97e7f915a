//! Which features a node looks at.

use ml_core::Rng;

/// Draws features without replacement, and remembers those that are constant in a node: they are
/// constant in its whole subtree, and need not be looked at again.
///
/// One array serves all nodes of a depth-first growth. Its layout during a node:
/// `[known constants | constants found now | not drawn yet | drawn]`. A node only moves what stands
/// behind the constants that it knew, so a sibling that is processed later finds the constants of
/// their parent where they were.
#[derive(Debug)]
pub(super) struct FeaturePool {
    features: Vec<u32>,
    max_features: usize,
    undrawn_known: usize,
    first: usize,
    end: usize,
    visited: usize,
    useful: usize,
}

impl FeaturePool {
    pub(super) fn new(n_features: usize, max_features: usize) -> Self {
        Self {
            features: (0..n_features as u32).collect(),
            max_features,
            undrawn_known: 0,
            first: 0,
            end: 0,
            visited: 0,
            useful: 0,
        }
    }

    /// A new node, in which the first `n_constant` features of the array are known to be constant.
    pub(super) fn begin(&mut self, n_constant: usize) {
        self.undrawn_known = n_constant;
        self.first = n_constant;
        self.end = self.features.len();
        self.visited = 0;
        self.useful = 0;
    }

    /// The next feature to look at.
    ///
    /// Constant features count as drawn, but at least one feature that varies is drawn if there is
    /// one (as Scikit-Learn does). Without a choice (`max_features` = all) nothing is random.
    pub(super) fn draw(&mut self, rng: &mut Rng) -> Option<usize> {
        if self.max_features >= self.features.len() {
            if self.first == self.end {
                return None;
            }
            self.take(self.end - 1);
            return Some(self.features[self.end] as usize);
        }
        while self.first < self.end && (self.visited < self.max_features || self.useful == 0) {
            self.visited += 1;
            let drawn = rng.below(self.undrawn_known + self.end - self.first);
            if drawn < self.undrawn_known {
                self.undrawn_known -= 1;
                continue;
            }
            self.take(self.first + drawn - self.undrawn_known);
            return Some(self.features[self.end] as usize);
        }
        None
    }

    fn take(&mut self, at: usize) {
        self.end -= 1;
        self.useful += 1;
        self.features.swap(at, self.end);
    }

    /// The feature drawn last is constant in this node.
    pub(super) fn found_constant(&mut self) {
        self.features.swap(self.first, self.end);
        self.first += 1;
        self.end += 1;
        self.useful -= 1;
    }

    /// Number of features known to be constant in this node and below.
    pub(super) fn n_constant(&self) -> usize {
        self.first
    }

    /// The features that may vary in this node, and those that do not count any more.
    pub(super) fn varying(&self) -> &[u32] {
        &self.features[self.first..]
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn draws_every_feature_once_and_keeps_constants_in_front() {
        let mut rng = Rng::new(1);
        let mut pool = FeaturePool::new(6, 5);
        for _ in 0..50 {
            pool.begin(0);
            let mut seen = Vec::new();
            while let Some(feature) = pool.draw(&mut rng) {
                seen.push(feature);
                if feature < 2 {
                    pool.found_constant();
                }
            }
            let constants = seen.iter().filter(|&&f| f < 2).count();
            seen.sort_unstable();
            seen.dedup();
            assert_eq!(seen.len(), 5, "five different features");
            assert_eq!(pool.n_constant(), constants);
            assert!(pool.features[..constants].iter().all(|&f| f < 2));
        }
    }

    #[test]
    fn goes_on_until_a_feature_varies() {
        let mut rng = Rng::new(2);
        let mut pool = FeaturePool::new(10, 1);
        pool.begin(0);
        let mut last = None;
        while let Some(feature) = pool.draw(&mut rng) {
            last = Some(feature);
            if feature != 7 {
                pool.found_constant();
            }
        }
        assert_eq!(last, Some(7));
    }
}
