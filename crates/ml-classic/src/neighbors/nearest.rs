//! The k nearest so far.

/// The `k` pairs (reduced distance, row) that come first in ascending order; equal distances by row.
pub(super) struct Nearest {
    k: usize,
    // Ascending. k is small, so that shifting beats a heap.
    pairs: Vec<(f64, usize)>,
}

impl Nearest {
    pub(super) fn new(k: usize) -> Self {
        Self {
            k,
            pairs: Vec::with_capacity(k + 1),
        }
    }

    /// The largest distance that still counts: infinite until there are `k`.
    #[inline]
    pub(super) fn worst(&self) -> f64 {
        if self.pairs.len() < self.k {
            f64::INFINITY
        } else {
            self.pairs[self.k - 1].0
        }
    }

    #[inline]
    pub(super) fn offer(&mut self, distance: f64, row: usize) {
        if self.pairs.len() == self.k && (distance, row) >= self.pairs[self.k - 1] {
            return;
        }
        let at = self.pairs.partition_point(|&pair| pair < (distance, row));
        self.pairs.insert(at, (distance, row));
        self.pairs.truncate(self.k);
    }

    /// Writes distances and rows, nearest first, and starts anew.
    pub(super) fn drain(&mut self, distances: &mut [f64], rows: &mut [usize]) {
        let slots = distances.iter_mut().zip(rows);
        for ((distance, row), (d, r)) in slots.zip(self.pairs.drain(..)) {
            (*distance, *row) = (d, r);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::Nearest;

    #[test]
    fn keeps_the_nearest_and_breaks_ties_by_row() {
        let mut nearest = Nearest::new(3);
        for (distance, row) in [(2.0, 5), (1.0, 9), (1.0, 2), (2.0, 4), (3.0, 0)] {
            nearest.offer(distance, row);
        }
        assert_eq!(nearest.worst(), 2.0);
        let (mut d, mut r) = ([0.0; 3], [0; 3]);
        nearest.drain(&mut d, &mut r);
        assert_eq!((d, r), ([1.0, 1.0, 2.0], [2, 9, 4]));
    }
}
