//! Products of a block of rows with a few vectors: what several classes ask of the same rows.
//!
//! A general matrix product is slow for so few columns; here every value that is loaded serves several classes.

use ml_core::Float;

use super::vector::{Cell, Loop, vectorize};

/// Sums side by side along the columns.
const LANES: usize = 16;
/// Classes that share a load of the row, and rows that share one of the weights.
const CLASSES: usize = 4;
const ROWS: usize = 2;
/// Columns whose gradient stays in registers while the rows pass.
const STRIP: usize = 16;

/// `out[row][class] = Σ x[row]·w[class]`, for rows of `x` and of `w` with `columns` each.
pub(crate) fn scores<X: Cell<F>, F: Float>(x: &[X], w: &[F], columns: usize, out: &mut [F]) {
    vectorize(Scores { x, w, columns, out });
}

struct Scores<'a, X, F> {
    x: &'a [X],
    w: &'a [F],
    columns: usize,
    out: &'a mut [F],
}

impl<X: Cell<F>, F: Float> Loop for Scores<'_, X, F> {
    type Output = ();

    #[inline(always)]
    fn run(self) {
        let n_classes = self.w.len() / self.columns;
        let rows = self
            .x
            .chunks(ROWS * self.columns)
            .zip(self.out.chunks_mut(ROWS * n_classes));
        for (x, out) in rows {
            let mut class = 0;
            while class < n_classes {
                let width = (n_classes - class).min(CLASSES);
                let w = &self.w[class * self.columns..(class + width) * self.columns];
                let out = (&mut *out, n_classes, class);
                match (x.len() / self.columns, width) {
                    (2, 4) => tile::<X, F, 2, 4>(x, w, self.columns, out),
                    (2, 3) => tile::<X, F, 2, 3>(x, w, self.columns, out),
                    (2, 2) => tile::<X, F, 2, 2>(x, w, self.columns, out),
                    (2, _) => tile::<X, F, 2, 1>(x, w, self.columns, out),
                    (_, 4) => tile::<X, F, 1, 4>(x, w, self.columns, out),
                    (_, 3) => tile::<X, F, 1, 3>(x, w, self.columns, out),
                    (_, 2) => tile::<X, F, 1, 2>(x, w, self.columns, out),
                    (_, _) => tile::<X, F, 1, 1>(x, w, self.columns, out),
                }
                class += width;
            }
        }
    }
}

/// `R` rows times `C` classes.
#[inline(always)]
fn tile<X: Cell<F>, F: Float, const R: usize, const C: usize>(
    x: &[X],
    w: &[F],
    columns: usize,
    (out, n_classes, class): (&mut [F], usize, usize),
) {
    let mut sums = [[[F::zero(); LANES]; C]; R];
    let mut column = 0;
    while column + LANES <= columns {
        let mut xs = [[F::zero(); LANES]; R];
        for r in 0..R {
            let from = &x[r * columns + column..][..LANES];
            for lane in 0..LANES {
                xs[r][lane] = from[lane].value();
            }
        }
        for c in 0..C {
            let w = &w[c * columns + column..][..LANES];
            for r in 0..R {
                for lane in 0..LANES {
                    sums[r][c][lane] = xs[r][lane].mul_add(w[lane], sums[r][c][lane]);
                }
            }
        }
        column += LANES;
    }
    for r in 0..R {
        for c in 0..C {
            let mut sum = F::zero();
            for part in sums[r][c] {
                sum += part;
            }
            for j in column..columns {
                sum = x[r * columns + j].value().mul_add(w[c * columns + j], sum);
            }
            out[r * n_classes + class + c] = sum;
        }
    }
}

/// `gradient[class] += Σ residual[row][class]·x[row]` over the rows of a block; `gradient` has `stride` numbers a class.
pub(crate) fn gather<X: Cell<F>, F: Float>(
    x: &[X],
    residuals: &[F],
    columns: usize,
    gradient: (&mut [f64], usize),
) {
    vectorize(Gather {
        x,
        residuals,
        columns,
        gradient,
    });
}

struct Gather<'a, X, F> {
    x: &'a [X],
    residuals: &'a [F],
    columns: usize,
    gradient: (&'a mut [f64], usize),
}

impl<X: Cell<F>, F: Float> Loop for Gather<'_, X, F> {
    type Output = ();

    #[inline(always)]
    fn run(self) {
        let (gradient, stride) = self.gradient;
        let n_rows = self.x.len() / self.columns;
        let n_classes = self.residuals.len() / n_rows.max(1);
        let mut class = 0;
        while class < n_classes {
            let width = (n_classes - class).min(CLASSES);
            let of = (self.residuals, n_classes, class);
            let to = (&mut gradient[class * stride..], stride);
            match width {
                4 => strips::<X, F, 4>(self.x, of, self.columns, to),
                3 => strips::<X, F, 3>(self.x, of, self.columns, to),
                2 => strips::<X, F, 2>(self.x, of, self.columns, to),
                _ => strips::<X, F, 1>(self.x, of, self.columns, to),
            }
            class += width;
        }
    }
}

/// The gradients of `C` classes, a strip of columns at a time.
#[inline(always)]
fn strips<X: Cell<F>, F: Float, const C: usize>(
    x: &[X],
    (residuals, n_classes, class): (&[F], usize, usize),
    columns: usize,
    (gradient, stride): (&mut [f64], usize),
) {
    let mut column = 0;
    while column + STRIP <= columns {
        let mut sums = [[F::zero(); STRIP]; C];
        for (x, residuals) in x.chunks_exact(columns).zip(residuals.chunks_exact(n_classes)) {
            let x = &x[column..][..STRIP];
            for c in 0..C {
                let residual = residuals[class + c];
                for lane in 0..STRIP {
                    sums[c][lane] = x[lane].value().mul_add(residual, sums[c][lane]);
                }
            }
        }
        for c in 0..C {
            for lane in 0..STRIP {
                gradient[c * stride + column + lane] += sums[c][lane].as_f64();
            }
        }
        column += STRIP;
    }
    for (x, residuals) in x.chunks_exact(columns).zip(residuals.chunks_exact(n_classes)) {
        for c in 0..C {
            for j in column..columns {
                gradient[c * stride + j] += x[j].value().as_f64() * residuals[class + c].as_f64();
            }
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
