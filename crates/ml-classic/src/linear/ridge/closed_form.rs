//! The normal equation, its dual for wide data, and singular values.

use std::sync::Once;

use ml_core::{
    Error, Float, Result, linalg,
    ndarray::{Array2, ArrayView1, Axis},
};

use super::{problem::Problem, ridge::OP};
use crate::{
    linear::pitfalls::warn_of_closed_form,
    solve::{Gram, gather, is_tall, row_products, triangle},
};

static MANY_COLUMNS: Once = Once::new();

impl<F: Float> Problem<'_, '_, F> {
    /// `(XᵀX + alpha)·w = Xᵀy` (Eq. 4-9) by Cholesky's factors: `[columns, targets]`.
    pub(super) fn by_cholesky(&self) -> Result<Array2<f64>> {
        let shape = (self.x.n_rows(), self.x.n_columns());
        warn_of_closed_form(OP, shape, "use the solver \"conjugate_gradients\"", &MANY_COLUMNS);
        let singular = |_| Error::Numerical {
            op: OP,
            problem: format!("the normal equation is singular at alpha = {}", self.how.alpha),
            remedy: "raise alpha, or use the solver \"svd\"",
        };
        if self.x.n_columns() > self.x.n_rows() {
            return self.by_dual().map_err(singular);
        }
        let rows = (&self.targets[0].y[..], self.weights());
        let mut gram = Gram::new(self.x, rows, (&self.x_mean, self.y_means[0]));
        gram.xx.diag_mut().mapv_inplace(|v| v + self.how.alpha);
        let mut right = Array2::zeros((self.x.n_columns(), self.targets.len()));
        right.column_mut(0).assign(&gram.xy);
        for k in 1..self.targets.len() {
            let xy = self.back(&self.centred_target(k));
            right.column_mut(k).assign(&ArrayView1::from(&xy));
        }
        linalg::solve_spd(gram.xx.view(), right.view()).map_err(singular)
    }

    /// `w = Xᵀ·(X·Xᵀ + alpha)⁻¹·y` of wide data: `[columns, targets]`.
    fn by_dual(&self) -> Result<Array2<f64>> {
        let means = self.x_mean.as_slice().expect("an owned vector is contiguous");
        let roots = self.roots();
        let mut products = row_products(self.x, means, &roots);
        products.diag_mut().mapv_inplace(|v| v + self.how.alpha);
        let shares = linalg::solve_spd(products.view(), self.scaled_targets(&roots).view())?;
        let mut out = Array2::zeros((self.x.n_columns(), self.targets.len()));
        for (shares, mut to) in shares.columns().into_iter().zip(out.columns_mut()) {
            let factors: Vec<f64> = shares
                .iter()
                .zip(&roots)
                .map(|(share, root)| share * root)
                .collect();
            to.assign(&ArrayView1::from(&gather(self.x, means, &factors)));
        }
        Ok(out)
    }

    /// Centred rows and targets, or of tall data their triangle, which has the same singular values and products.
    fn reduced(&self) -> Result<(Array2<f64>, Array2<f64>)> {
        let (n_rows, columns) = (self.x.n_rows(), self.x.n_columns());
        let width = columns + self.targets.len();
        if !is_tall(n_rows, width) {
            return Ok(self.centred());
        }
        let means = self.x_mean.as_slice().expect("an owned vector is contiguous");
        let r = triangle(n_rows, width, |rows, mut to| {
            for (row, mut to) in rows.zip(to.rows_mut()) {
                let root = self.weights()[row].sqrt();
                let to = to.as_slice_mut().expect("a row of an owned matrix is contiguous");
                self.x.centred(row, means, root, &mut to[..columns]);
                for (k, to) in to[columns..].iter_mut().enumerate() {
                    *to = (self.targets[k].y[row] - self.y_means[k]) * root;
                }
            }
        })?;
        let (x, y) = r.view().split_at(Axis(1), columns);
        Ok((x.to_owned(), y.to_owned()))
    }

    /// `w = V·s / (s² + alpha)·Uᵀ·y`, leaving out what is 0 up to rounding: `[columns, targets]`.
    pub(super) fn by_singular_values(&self) -> Result<Array2<f64>> {
        if self.x.is_sparse() {
            return Err(Error::Unsupported {
                owner: format!("{OP} with the solver \"svd\""),
                what: "sparse rows",
                remedy: "use the solver \"conjugate_gradients\" or \"cholesky\"",
            });
        }
        let (x, y) = self.reduced()?;
        let svd = linalg::svd(x.view())?;
        let cutoff = 1e-15_f64.max(svd.s.first().copied().unwrap_or(0.0) * f64::EPSILON);
        let shares = svd.s.mapv(|s| {
            if s > cutoff {
                s / (s * s + self.how.alpha)
            } else {
                0.0
            }
        });
        Ok(svd
            .vt
            .t()
            .dot(&(&shares.insert_axis(Axis(1)) * &svd.u.t().dot(&y))))
    }
}
