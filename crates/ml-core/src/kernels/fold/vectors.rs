//! Folds of neighbours in vector registers, several vectors at once.
//!
//! Written out for each instruction: what the compiler makes of a loop over lanes is scalar as soon as NaN matters.

use pulp::Simd;

/// Vectors that are folded side by side: the next addition begins long before the one before it is done.
const TOGETHER: usize = 4;

/// A fold that processors have instructions for.
#[derive(Clone, Copy)]
pub(crate) enum Known<T> {
    Sum,
    SumOfSquares,
    /// `Σ (x - mean)²`.
    Deviations(T),
    /// NaN if there is one.
    Largest,
    /// NaN if there is one.
    Smallest,
}

/// Element types, whether they have vectors or not.
pub(crate) trait Folded: Copy {
    /// `values`, at least one of them, folded by vectors if the type has any; part of a [`Loop`](crate::kernels::simd::Loop).
    #[inline(always)]
    fn fold<S: Simd>(_: S, _: Known<Self>, _: &[Self]) -> Option<Self> {
        None
    }
}

impl Folded for i32 {}
impl Folded for i64 {}
impl Folded for u8 {}

/// The instructions.
trait Lanes: Copy + PartialOrd {
    type Vector<S: Simd>: Copy;
    type Mask<S: Simd>: Copy;
    const ZERO: Self;
    const INFINITY: Self;
    const LOWEST: Self;

    fn vectors<S: Simd>(values: &[Self]) -> (&[Self::Vector<S>], &[Self]);
    /// Fewer values than a vector has lanes, and which lanes those are.
    fn partial<S: Simd>(simd: S, values: &[Self]) -> (Self::Vector<S>, Self::Mask<S>);
    fn splat<S: Simd>(simd: S, value: Self) -> Self::Vector<S>;
    fn add<S: Simd>(simd: S, a: Self::Vector<S>, b: Self::Vector<S>) -> Self::Vector<S>;
    fn sub<S: Simd>(simd: S, a: Self::Vector<S>, b: Self::Vector<S>) -> Self::Vector<S>;
    fn mul<S: Simd>(simd: S, a: Self::Vector<S>, b: Self::Vector<S>) -> Self::Vector<S>;
    fn max<S: Simd>(simd: S, a: Self::Vector<S>, b: Self::Vector<S>) -> Self::Vector<S>;
    fn min<S: Simd>(simd: S, a: Self::Vector<S>, b: Self::Vector<S>) -> Self::Vector<S>;
    fn numbers<S: Simd>(simd: S, x: Self::Vector<S>) -> Self::Mask<S>;
    fn both<S: Simd>(simd: S, a: Self::Mask<S>, b: Self::Mask<S>) -> Self::Mask<S>;
    fn select<S: Simd>(
        simd: S,
        mask: Self::Mask<S>,
        yes: Self::Vector<S>,
        no: Self::Vector<S>,
    ) -> Self::Vector<S>;
    fn sum<S: Simd>(simd: S, x: Self::Vector<S>) -> Self;
    fn largest<S: Simd>(simd: S, x: Self::Vector<S>) -> Self;
    fn smallest<S: Simd>(simd: S, x: Self::Vector<S>) -> Self;
}

macro_rules! lanes {
    (
        $type:ty, $vector:ident, $mask:ident, $split:ident, $load:ident, $between:ident, $splat:ident,
        $add:ident, $sub:ident, $mul:ident, $max:ident, $min:ident, $equal:ident, $and:ident, $select:ident,
        $sum:ident, $largest:ident, $smallest:ident
    ) => {
        impl Lanes for $type {
            type Vector<S: Simd> = S::$vector;
            type Mask<S: Simd> = S::$mask;
            const ZERO: Self = 0.0;
            const INFINITY: Self = Self::INFINITY;
            const LOWEST: Self = Self::NEG_INFINITY;

            #[inline(always)]
            fn vectors<S: Simd>(values: &[Self]) -> (&[S::$vector], &[Self]) {
                S::$split(values)
            }

            #[inline(always)]
            fn partial<S: Simd>(simd: S, values: &[Self]) -> (S::$vector, S::$mask) {
                (
                    simd.$load(values),
                    simd.$between(0, values.len() as _).mask(),
                )
            }

            #[inline(always)]
            fn splat<S: Simd>(simd: S, value: Self) -> S::$vector {
                simd.$splat(value)
            }

            #[inline(always)]
            fn add<S: Simd>(simd: S, a: S::$vector, b: S::$vector) -> S::$vector {
                simd.$add(a, b)
            }

            #[inline(always)]
            fn sub<S: Simd>(simd: S, a: S::$vector, b: S::$vector) -> S::$vector {
                simd.$sub(a, b)
            }

            #[inline(always)]
            fn mul<S: Simd>(simd: S, a: S::$vector, b: S::$vector) -> S::$vector {
                simd.$mul(a, b)
            }

            #[inline(always)]
            fn max<S: Simd>(simd: S, a: S::$vector, b: S::$vector) -> S::$vector {
                simd.$max(a, b)
            }

            #[inline(always)]
            fn min<S: Simd>(simd: S, a: S::$vector, b: S::$vector) -> S::$vector {
                simd.$min(a, b)
            }

            #[inline(always)]
            fn numbers<S: Simd>(simd: S, x: S::$vector) -> S::$mask {
                simd.$equal(x, x)
            }

            #[inline(always)]
            fn both<S: Simd>(simd: S, a: S::$mask, b: S::$mask) -> S::$mask {
                simd.$and(a, b)
            }

            #[inline(always)]
            fn select<S: Simd>(simd: S, mask: S::$mask, yes: S::$vector, no: S::$vector) -> S::$vector {
                simd.$select(mask, yes, no)
            }

            #[inline(always)]
            fn sum<S: Simd>(simd: S, x: S::$vector) -> Self {
                simd.$sum(x)
            }

            #[inline(always)]
            fn largest<S: Simd>(simd: S, x: S::$vector) -> Self {
                simd.$largest(x)
            }

            #[inline(always)]
            fn smallest<S: Simd>(simd: S, x: S::$vector) -> Self {
                simd.$smallest(x)
            }
        }

        impl Folded for $type {
            #[inline(always)]
            fn fold<S: Simd>(simd: S, known: Known<Self>, values: &[Self]) -> Option<Self> {
                Some(fold(simd, known, values))
            }
        }
    };
}
lanes!(
    f32,
    f32s,
    m32s,
    as_simd_f32s,
    partial_load_f32s,
    mask_between_m32s,
    splat_f32s,
    add_f32s,
    sub_f32s,
    mul_f32s,
    max_f32s,
    min_f32s,
    equal_f32s,
    and_m32s,
    select_f32s,
    reduce_sum_f32s,
    reduce_max_f32s,
    reduce_min_f32s
);
lanes!(
    f64,
    f64s,
    m64s,
    as_simd_f64s,
    partial_load_f64s,
    mask_between_m64s,
    splat_f64s,
    add_f64s,
    sub_f64s,
    mul_f64s,
    max_f64s,
    min_f64s,
    equal_f64s,
    and_m64s,
    select_f64s,
    reduce_sum_f64s,
    reduce_max_f64s,
    reduce_min_f64s
);

#[inline(always)]
fn fold<S: Simd, T: Lanes>(simd: S, known: Known<T>, values: &[T]) -> T {
    match known {
        Known::Sum => add_up(
            simd,
            values,
            #[inline(always)]
            |x| x,
        ),
        Known::SumOfSquares => add_up(
            simd,
            values,
            #[inline(always)]
            |x| T::mul(simd, x, x),
        ),
        Known::Deviations(mean) => {
            let mean = T::splat(simd, mean);
            add_up(
                simd,
                values,
                #[inline(always)]
                |x| {
                    let away = T::sub(simd, x, mean);
                    T::mul(simd, away, away)
                },
            )
        }
        Known::Largest => extreme(
            simd,
            values,
            #[inline(always)]
            |a, b| T::max(simd, a, b),
            #[inline(always)]
            |x| T::largest(simd, x),
            T::INFINITY,
            #[inline(always)]
            |a, b| a > b,
        ),
        Known::Smallest => extreme(
            simd,
            values,
            #[inline(always)]
            |a, b| T::min(simd, a, b),
            #[inline(always)]
            |x| T::smallest(simd, x),
            T::LOWEST,
            #[inline(always)]
            |a, b| a < b,
        ),
    }
}

#[inline(always)]
fn add_up<S: Simd, T: Lanes>(simd: S, values: &[T], lift: impl Fn(T::Vector<S>) -> T::Vector<S>) -> T {
    let (vectors, rest) = T::vectors::<S>(values);
    let zero = T::splat(simd, T::ZERO);
    let mut sum = zero;
    if !rest.is_empty() {
        let (padded, there) = T::partial(simd, rest);
        sum = T::select(simd, there, lift(padded), zero);
    }
    let (groups, last) = vectors.as_chunks::<TOGETHER>();
    if !groups.is_empty() {
        let mut sums = [zero; TOGETHER];
        for group in groups {
            for lane in 0..TOGETHER {
                sums[lane] = T::add(simd, sums[lane], lift(group[lane]));
            }
        }
        let [a, b, c, d] = sums;
        sum = T::add(simd, sum, T::add(simd, T::add(simd, a, b), T::add(simd, c, d)));
    }
    for &x in last {
        sum = T::add(simd, sum, lift(x));
    }
    T::sum(simd, sum)
}

/// The one that `beats` all others, `beyond` which there is none; `better` of two vectors, `reduce` of one.
#[inline(always)]
fn extreme<S: Simd, T: Lanes>(
    simd: S,
    values: &[T],
    better: impl Fn(T::Vector<S>, T::Vector<S>) -> T::Vector<S>,
    reduce: impl Fn(T::Vector<S>) -> T,
    beyond: T,
    beats: impl Fn(T, T) -> bool,
) -> T {
    let (vectors, rest) = T::vectors::<S>(values);
    let Some((&first, others)) = vectors.split_first() else {
        return one_by_one(values, beats);
    };
    // What the processor takes for the better of NaN and a number does not matter: lanes that met NaN are left out.
    macro_rules! take {
        ($state:expr, $x:expr) => {
            (
                better($state.0, $x),
                T::both(simd, $state.1, T::numbers(simd, $x)),
            )
        };
    }
    let mut state = (first, T::numbers(simd, first));
    let (groups, last) = others.as_chunks::<TOGETHER>();
    if !groups.is_empty() {
        let mut states = [state; TOGETHER];
        for group in groups {
            for lane in 0..TOGETHER {
                states[lane] = take!(states[lane], group[lane]);
            }
        }
        for (best, sound) in states {
            state = (better(state.0, best), T::both(simd, state.1, sound));
        }
    }
    for &x in last {
        state = take!(state, x);
    }
    if !rest.is_empty() {
        // The last whole vector: elements that it has in common with another do no harm.
        let lanes = (values.len() - rest.len()) / vectors.len();
        let last = T::vectors::<S>(&values[values.len() - lanes..]).0[0];
        state = take!(state, last);
    }
    let (best, sound) = state;
    let found = reduce(T::select(simd, sound, best, T::splat(simd, beyond)));
    if found == beyond {
        // Infinite, or NaN somewhere.
        return one_by_one(values, beats);
    }
    found
}

#[inline(always)]
fn one_by_one<T: Copy + PartialOrd>(values: &[T], beats: impl Fn(T, T) -> bool) -> T {
    let mut best = values[0];
    for &x in &values[1..] {
        #[allow(clippy::eq_op)]
        if best != best {
            break;
        }
        best = if beats(best, x) { best } else { x };
    }
    best
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::kernels::simd::arch;

    struct Of<'a, T>(Known<T>, &'a [T]);

    impl<T: Folded> pulp::WithSimd for Of<'_, T> {
        type Output = Option<T>;

        #[inline(always)]
        fn with_simd<S: Simd>(self, simd: S) -> Option<T> {
            T::fold(simd, self.0, self.1)
        }
    }

    /// Whole numbers, whose sums are exact in any order.
    fn numbers(len: usize) -> Vec<f32> {
        (0..len).map(|i| ((i * 37) % 23) as f32 - 11.0).collect()
    }

    #[test]
    fn every_length_agrees_with_one_by_one() {
        for len in 1..300 {
            let x = numbers(len);
            let of = |known| arch().dispatch(Of(known, &x)).unwrap();
            assert_eq!(of(Known::Sum), x.iter().sum::<f32>(), "{len}");
            assert_eq!(of(Known::SumOfSquares), x.iter().map(|x| x * x).sum::<f32>());
            let away = |x: &f32| (x - 3.0) * (x - 3.0);
            assert_eq!(of(Known::Deviations(3.0)), x.iter().map(away).sum::<f32>());
            assert_eq!(of(Known::Largest), x.iter().copied().fold(f32::MIN, f32::max));
            assert_eq!(of(Known::Smallest), x.iter().copied().fold(f32::MAX, f32::min));
            let wide: Vec<f64> = x.iter().copied().map(f64::from).collect();
            let of = |known| arch().dispatch(Of(known, &wide)).unwrap();
            assert_eq!(of(Known::Sum), wide.iter().sum::<f64>());
            assert_eq!(of(Known::Largest), wide.iter().copied().fold(f64::MIN, f64::max));
        }
    }

    #[test]
    fn infinity_is_found_beside_nothing_else_and_nan_beside_infinity() {
        for len in [1, 7, 16, 40, 200] {
            for place in 0..len {
                let mut x = numbers(len);
                x[place] = f32::INFINITY;
                let largest = arch().dispatch(Of(Known::Largest, &x)).unwrap();
                assert_eq!(largest, f32::INFINITY);
                x[(place + len / 2) % len] = f32::NAN;
                for known in [Known::Largest, Known::Smallest] {
                    assert!(
                        arch().dispatch(Of(known, &x)).unwrap().is_nan(),
                        "{place} of {len}"
                    );
                }
            }
        }
    }
}
