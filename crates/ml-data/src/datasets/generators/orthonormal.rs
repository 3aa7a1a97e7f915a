//! Orthonormal columns.

use ml_core::ndarray::{Array1, Array2, s};

/// The factor `q` of `a = q r`, `[m, n]` with `m >= n`, by Householder's reflections with LAPACK's
/// choice of signs.
pub(super) fn orthonormal(mut a: Array2<f64>) -> Array2<f64> {
    let (m, n) = a.dim();
    let mut reflections = Vec::with_capacity(n);
    for k in 0..n {
        let column = a.slice(s![k.., k]).to_owned();
        let reflection = Reflection::of(column);
        reflection.apply(&mut a, k);
        reflections.push(reflection);
    }
    let mut q = Array2::zeros((m, n));
    q.diag_mut().fill(1.0);
    for (k, reflection) in reflections.iter().enumerate().rev() {
        reflection.apply(&mut q, k);
    }
    q
}

/// `1 - tau v v'`, which takes a vector to a multiple of the first axis.
struct Reflection {
    v: Array1<f64>,
    tau: f64,
}

impl Reflection {
    fn of(mut v: Array1<f64>) -> Self {
        let first = v[0];
        let rest = v.slice(s![1..]);
        let rest = rest.dot(&rest);
        if rest == 0.0 {
            return Self { v, tau: 0.0 };
        }
        // Away from the vector, so that nothing cancels.
        let image = -(first * first + rest).sqrt().copysign(first);
        v.mapv_inplace(|v| v / (first - image));
        v[0] = 1.0;
        let tau = (image - first) / image;
        Self { v, tau }
    }

    /// Reflects the rows from `k` on.
    fn apply(&self, a: &mut Array2<f64>, k: usize) {
        for mut column in a.slice_mut(s![k.., ..]).columns_mut() {
            let length = self.tau * self.v.dot(&column);
            column.scaled_add(-length, &self.v);
        }
    }
}

#[cfg(test)]
mod tests {
    use ml_core::{NumpyRng, ndarray::Array2};

    use super::orthonormal;

    #[test]
    fn columns_are_orthonormal_and_span_the_same() {
        let a = NumpyRng::new(0).randn((6, 4));
        let q = orthonormal(a.clone());
        let near = |x: Array2<f64>, y: &Array2<f64>| (x - y).iter().all(|d| d.abs() < 1e-14);
        assert!(near(q.t().dot(&q), &Array2::eye(4)));
        assert!(near(q.dot(&q.t().dot(&a)), &a));
    }
}
