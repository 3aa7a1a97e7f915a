//! Stable orders of lanes, NaN last; extremes, NaN first of all; places in sorted lanes.

use std::cmp::Ordering;

use half::{bf16, f16};

use super::parallel;
use crate::{
    Shape,
    dtype::Element,
    tensor::{Array, Text, scratch},
};

/// What sorting an element is worth, in additions.
const SORT: usize = 32;

/// Elements that have an order; 0 equals -0.
pub(crate) trait Sortable: Element {
    /// Bits of [`key`](Self::key) that are used; 0 if there is none.
    const KEY_BITS: u32;

    /// A number that is ordered as the elements are.
    fn key(&self) -> u64 {
        0
    }

    /// Whether it is NaN, which has no place in the order.
    fn is_nan(&self) -> bool {
        false
    }

    /// The order of two that are not NaN.
    fn order(&self, other: &Self) -> Ordering {
        self.key().cmp(&other.key())
    }

    /// The order of any two: NaN last, either way.
    fn order_nan_last(&self, other: &Self, descending: bool) -> Ordering {
        match (self.is_nan(), other.is_nan()) {
            (false, false) if descending => other.order(self),
            (false, false) => self.order(other),
            (a, b) => a.cmp(&b),
        }
    }
}

macro_rules! sortable_floats {
    ($($type:ty, $bits:ty: $x:ident => $convert:expr;)*) => { $(
        impl Sortable for $type {
            const KEY_BITS: u32 = <$bits>::BITS;

            #[inline(always)]
            fn key(&self) -> u64 {
                let $x = *self;
                // Adding 0 makes 0 of -0. A negative float is the smaller the larger its bits are.
                let bits = ($convert + 0.0).to_bits();
                let sign: $bits = 1 << (<$bits>::BITS - 1);
                u64::from(if bits & sign == 0 { bits | sign } else { !bits })
            }

            #[inline(always)]
            fn is_nan(&self) -> bool {
                <$type>::is_nan(*self)
            }
        }
    )* };
}
sortable_floats! {
    f32, u32: x => x;
    f64, u64: x => x;
    f16, u32: x => x.to_f32();
    bf16, u32: x => x.to_f32();
}

macro_rules! sortable_whole {
    ($($type:ty, $bits:literal: $x:ident => $key:expr;)*) => { $(
        impl Sortable for $type {
            const KEY_BITS: u32 = $bits;

            #[inline(always)]
            fn key(&self) -> u64 {
                let $x = *self;
                $key
            }
        }
    )* };
}
sortable_whole! {
    i32, 32: x => u64::from(x as u32 ^ 1 << 31);
    i64, 64: x => x as u64 ^ 1 << 63;
    u8, 8: x => u64::from(x);
    bool, 1: x => u64::from(x);
}

impl Sortable for Text {
    const KEY_BITS: u32 = 0;

    fn order(&self, other: &Self) -> Ordering {
        self.cmp(other)
    }
}

/// The stable order of `lane`: writes the position of the first, second, ... element.
fn sort_lane<T: Sortable>(lane: &[T], descending: bool, out: &mut [i64]) {
    let key = |x: &T| match (x.is_nan(), descending) {
        (true, _) => u64::MAX >> (64 - T::KEY_BITS.max(1)),
        (false, false) => x.key(),
        (false, true) => !x.key() & u64::MAX >> (64 - T::KEY_BITS.max(1)),
    };
    // Key and position in one number, or one pair: sorting those needs no look at the elements, and is
    // stable because no two are the same.
    if T::KEY_BITS == 0 {
        let mut order: Vec<usize> = (0..lane.len()).collect();
        order.sort_by(|&a, &b| lane[a].order_nan_last(&lane[b], descending));
        out.iter_mut()
            .zip(order)
            .for_each(|(out, position)| *out = position as i64);
    } else if T::KEY_BITS <= 32 && u32::try_from(lane.len()).is_ok() {
        let packed = |(position, x)| key(x) << 32 | position as u64;
        let mut order: Vec<u64> = lane.iter().enumerate().map(packed).collect();
        order.sort_unstable();
        let position = |packed: u64| i64::from(packed as u32);
        out.iter_mut()
            .zip(order)
            .for_each(|(out, packed)| *out = position(packed));
    } else {
        let mut order: Vec<(u64, usize)> = lane.iter().enumerate().map(|(i, x)| (key(x), i)).collect();
        order.sort_unstable();
        out.iter_mut()
            .zip(order)
            .for_each(|(out, (_, position))| *out = position as i64);
    }
}

/// Positions of the elements of every lane of `x` along its last axis, in order.
pub(crate) fn argsort<T: Sortable>(x: &Array, descending: bool) -> Array {
    let n = x.shape().last().copied().unwrap_or(1);
    let values = x.elements::<T>();
    let mut out = scratch::<i64>(values.len());
    parallel::fill_rows(&mut out, n, SORT, |first, out| {
        for (lane, out) in values[first * n..].chunks_exact(n).zip(out.chunks_exact_mut(n)) {
            sort_lane(lane, descending, out);
        }
    });
    Array::dense(out, x.shape().clone())
}

/// Positions of the `k` largest elements of every lane along the last axis, the largest first; of equal ones
/// the earlier first, NaN last.
pub(crate) fn top_k<T: Sortable>(x: &Array, k: usize) -> Array {
    let n = x.shape().last().copied().unwrap_or(1);
    let mut shape = x.shape().clone();
    if let Some(last) = shape.last_mut() {
        *last = k;
    }
    let values = x.elements::<T>();
    let mut out = scratch::<i64>(shape.len());
    parallel::fill_rows(&mut out, k, SORT * n / k.max(1), |first, out| {
        for (lane, out) in values[first * n..].chunks_exact(n).zip(out.chunks_exact_mut(k)) {
            let by_rank = |&a: &usize, &b: &usize| lane[a].order_nan_last(&lane[b], true).then(a.cmp(&b));
            let mut order: Vec<usize> = (0..n).collect();
            if k < n {
                order.select_nth_unstable_by(k, by_rank);
                order.truncate(k);
            }
            order.sort_unstable_by(by_rank);
            out.iter_mut()
                .zip(order)
                .for_each(|(out, position)| *out = position as i64);
        }
    });
    Array::dense(out, shape)
}

/// Position of the largest (or smallest) element of every lane along the middle axis of `[outer, n, inner]`:
/// the first of equal ones; the first NaN, if there is one.
pub(crate) fn extreme<T: Sortable>(
    x: &Array,
    [outer, n, inner]: [usize; 3],
    smallest: bool,
    shape: Shape,
) -> Array {
    let values = x.elements::<T>();
    let mut out = scratch::<i64>(outer * inner);
    let better = |new: &T, best: &T| match (new.is_nan(), best.is_nan()) {
        (_, true) => false,
        (true, false) => true,
        _ if smallest => new.order(best).is_lt(),
        _ => new.order(best).is_gt(),
    };
    parallel::fill_rows(&mut out, inner, 2 * n, |first, out| {
        for (number, best) in out.chunks_exact_mut(inner).enumerate() {
            let slab = &values[(first + number) * n * inner..][..n * inner];
            best.fill(0);
            for (k, row) in slab.chunks_exact(inner).enumerate().skip(1) {
                for (column, (best, new)) in best.iter_mut().zip(row).enumerate() {
                    if better(new, &slab[*best as usize * inner + column]) {
                        *best = k as i64;
                    }
                }
            }
        }
    });
    Array::dense(out, shape)
}

/// Where every one of `wanted` would go in `sorted`, ascending with NaN last: before its equals, or after.
pub(crate) fn search<T: Sortable>(sorted: &Array, wanted: &Array, after: bool) -> Array {
    let (sorted, values) = (sorted.elements::<T>(), wanted.elements::<T>());
    let mut out = scratch::<i64>(values.len());
    let cost = 4 * (usize::BITS - sorted.len().leading_zeros()) as usize;
    parallel::fill(&mut out, cost, |start, out| {
        for (out, x) in out.iter_mut().zip(&values[start..]) {
            let before = |s: &T| match s.order_nan_last(x, false) {
                Ordering::Less => true,
                Ordering::Equal => after,
                Ordering::Greater => false,
            };
            *out = sorted.partition_point(before) as i64;
        }
    });
    Array::dense(out, wanted.shape().clone())
}
