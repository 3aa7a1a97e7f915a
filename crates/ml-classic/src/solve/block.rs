//! Products of a block of rows with a few vectors: what several classes ask of the same rows.
//!
//! A general matrix product is slow for so few columns; here every value that is loaded serves several classes.

use std::ops::Range;

use ml_core::Float;

use super::vector::{Loop, vectorize};

/// Numbers that are computed side by side.
const LANES: usize = 16;
/// Classes that share a load of a row: their sums stay in registers.
const CLASSES: usize = 5;
/// Rows that share a load of the weights.
const ROWS: usize = 2;

type Lanes<F> = [F; LANES];

/// `sums += x·w`.
#[inline(always)]
fn add_product<F: Float>(x: &Lanes<F>, w: &Lanes<F>, sums: &mut Lanes<F>) {
    for lane in 0..LANES {
        sums[lane] = x[lane].mul_add(w[lane], sums[lane]);
    }
}

/// Halves are added up until one number is left.
#[inline(always)]
fn total<F: Float>(sums: &Lanes<F>) -> F {
    let mut eight = [F::zero(); 8];
    for lane in 0..8 {
        eight[lane] = sums[lane] + sums[lane + 8];
    }
    let mut four = [F::zero(); 4];
    for lane in 0..4 {
        four[lane] = eight[lane] + eight[lane + 4];
    }
    (four[0] + four[2]) + (four[1] + four[3])
}

/// The classes in groups of much the same size, at most [`CLASSES`].
#[inline(always)]
fn groups(n_classes: usize) -> impl Iterator<Item = Range<usize>> {
    let count = n_classes.div_ceil(CLASSES);
    (0..count).map(move |group| group * n_classes / count..(group + 1) * n_classes / count)
}

/// `out[row][class] = Σ x[row]·w[class]`, for rows of `x` and of `w` with `columns` each.
pub(crate) fn scores<F: Float>(x: &[F], w: &[F], columns: usize, out: &mut [F]) {
    vectorize(Scores { x, w, columns, out });
}

struct Scores<'a, F> {
    x: &'a [F],
    w: &'a [F],
    columns: usize,
    out: &'a mut [F],
}

impl<F: Float> Loop for Scores<'_, F> {
    type Output = ();

    #[inline(always)]
    fn run(self) {
        let Self { x, w, columns, out } = self;
        let n_classes = w.len() / columns;
        for (x, out) in x.chunks(ROWS * columns).zip(out.chunks_mut(ROWS * n_classes)) {
            for group in groups(n_classes) {
                let w = &w[group.start * columns..group.end * columns];
                let out = (&mut *out, n_classes, group.start);
                match (x.len() / columns, group.len()) {
                    (ROWS, 5) => tile::<F, ROWS, 5>(x, w, columns, out),
                    (ROWS, 4) => tile::<F, ROWS, 4>(x, w, columns, out),
                    (ROWS, 3) => tile::<F, ROWS, 3>(x, w, columns, out),
                    (ROWS, 2) => tile::<F, ROWS, 2>(x, w, columns, out),
                    (ROWS, _) => tile::<F, ROWS, 1>(x, w, columns, out),
                    (_, 5) => tile::<F, 1, 5>(x, w, columns, out),
                    (_, 4) => tile::<F, 1, 4>(x, w, columns, out),
                    (_, 3) => tile::<F, 1, 3>(x, w, columns, out),
                    (_, 2) => tile::<F, 1, 2>(x, w, columns, out),
                    (_, _) => tile::<F, 1, 1>(x, w, columns, out),
                }
            }
        }
    }
}

/// `R` rows times `C` classes.
#[inline(always)]
fn tile<F: Float, const R: usize, const C: usize>(
    x: &[F],
    w: &[F],
    columns: usize,
    (out, n_classes, class): (&mut [F], usize, usize),
) {
    let x: [_; R] = std::array::from_fn(|r| x[r * columns..(r + 1) * columns].as_chunks::<LANES>());
    let w: [_; C] = std::array::from_fn(|c| w[c * columns..(c + 1) * columns].as_chunks::<LANES>());
    let mut sums = [[[F::zero(); LANES]; C]; R];
    for chunk in 0..columns / LANES {
        let mut values = [[F::zero(); LANES]; R];
        for r in 0..R {
            values[r] = x[r].0[chunk];
        }
        for c in 0..C {
            let w = &w[c].0[chunk];
            for r in 0..R {
                add_product(&values[r], w, &mut sums[r][c]);
            }
        }
    }
    for r in 0..R {
        for c in 0..C {
            let rest = x[r].1.iter().zip(w[c].1);
            out[r * n_classes + class + c] = rest.fold(total(&sums[r][c]), |sum, (x, w)| x.mul_add(*w, sum));
        }
    }
}

/// `gradient[class] += Σ residual[row][class]·x[row]` over the rows of a block; `gradient` has `stride` numbers a class.
pub(crate) fn gather<F: Float>(x: &[F], residuals: &[F], columns: usize, gradient: (&mut [f64], usize)) {
    vectorize(Gather {
        x,
        residuals,
        columns,
        gradient,
    });
}

struct Gather<'a, F> {
    x: &'a [F],
    residuals: &'a [F],
    columns: usize,
    gradient: (&'a mut [f64], usize),
}

impl<F: Float> Loop for Gather<'_, F> {
    type Output = ();

    #[inline(always)]
    fn run(self) {
        let (gradient, stride) = self.gradient;
        let n_rows = self.x.len() / self.columns;
        let n_classes = self.residuals.len() / n_rows.max(1);
        for group in groups(n_classes) {
            let of = (self.residuals, n_classes, group.start);
            let to = (&mut gradient[group.start * stride..], stride);
            match group.len() {
                5 => strips::<F, 5>(self.x, of, self.columns, to),
                4 => strips::<F, 4>(self.x, of, self.columns, to),
                3 => strips::<F, 3>(self.x, of, self.columns, to),
                2 => strips::<F, 2>(self.x, of, self.columns, to),
                _ => strips::<F, 1>(self.x, of, self.columns, to),
            }
        }
    }
}

/// The gradients of `C` classes, a strip of columns at a time.
#[inline(always)]
fn strips<F: Float, const C: usize>(
    x: &[F],
    of: (&[F], usize, usize),
    columns: usize,
    (gradient, stride): (&mut [f64], usize),
) {
    let mut column = 0;
    // Two are all that fits the registers, of single precision.
    while size_of::<F>() <= 4 && column + 2 * LANES <= columns {
        strip::<F, C, 2>(x, of, columns, column, (gradient, stride));
        column += 2 * LANES;
    }
    while column + LANES <= columns {
        strip::<F, C, 1>(x, of, columns, column, (gradient, stride));
        column += LANES;
    }
    let (residuals, n_classes, class) = of;
    for (x, residuals) in x.chunks_exact(columns).zip(residuals.chunks_exact(n_classes)) {
        for c in 0..C {
            for j in column..columns {
                gradient[c * stride + j] += x[j].as_f64() * residuals[class + c].as_f64();
            }
        }
    }
}

/// `V` times [`LANES`] columns from `column` on, whose gradients stay in registers while the rows pass.
#[inline(always)]
fn strip<F: Float, const C: usize, const V: usize>(
    x: &[F],
    (residuals, n_classes, class): (&[F], usize, usize),
    columns: usize,
    column: usize,
    (gradient, stride): (&mut [f64], usize),
) {
    let mut sums = [[[F::zero(); LANES]; V]; C];
    for (x, residuals) in x.chunks_exact(columns).zip(residuals.chunks_exact(n_classes)) {
        let x = x[column..column + V * LANES].as_chunks::<LANES>().0;
        let residuals = &residuals[class..class + C];
        for c in 0..C {
            let residual = [residuals[c]; LANES];
            for v in 0..V {
                add_product(&x[v], &residual, &mut sums[c][v]);
            }
        }
    }
    for c in 0..C {
        let gradient = &mut gradient[c * stride + column..][..V * LANES];
        for (sum, part) in gradient.iter_mut().zip(sums[c].as_flattened()) {
            *sum += part.as_f64();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn products_of_any_size_are_right() {
        for (rows, columns, classes) in [
            (1, 1, 1),
            (2, 16, 4),
            (3, 17, 5),
            (5, 100, 3),
            (8, 33, 2),
            (7, 64, 10),
            (9, 83, 12),
            (4, 40, 6),
        ] {
            let x: Vec<f64> = (0..rows * columns).map(|i| (i % 11) as f64 - 5.0).collect();
            let w: Vec<f64> = (0..classes * columns).map(|i| (i % 7) as f64 - 3.0).collect();
            let mut out = vec![0.0; rows * classes];
            scores(&x, &w, columns, &mut out);
            let mut gradient = vec![1.0; classes * (columns + 1)];
            gather(&x, &out, columns, (&mut gradient, columns + 1));
            for row in 0..rows {
                for class in 0..classes {
                    let sum: f64 = (0..columns)
                        .map(|j| x[row * columns + j] * w[class * columns + j])
                        .sum();
                    assert_eq!(out[row * classes + class], sum, "{rows} {columns} {classes}");
                }
            }
            for class in 0..classes {
                for j in 0..columns {
                    let sum: f64 = (0..rows)
                        .map(|row| x[row * columns + j] * out[row * classes + class])
                        .sum();
                    assert_eq!(
                        gradient[class * (columns + 1) + j],
                        1.0 + sum,
                        "{rows} {columns} {classes}"
                    );
                }
            }
        }
    }
}
