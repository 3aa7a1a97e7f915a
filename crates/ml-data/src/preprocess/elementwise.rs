//! Transformers that map every number by itself, knowing only its column.
//!
//! A new scaler writes [`Elementwise`] and its `learn`, then one line of [`elementwise!`].

use std::sync::Arc;

use ml_core::{
    Column, Error, Features, Float, Result, Table, check,
    ndarray::{Array1, Array2, ArrayView1, ArrayView2, Axis, Zip},
};
use rayon::prelude::*;

use super::numbers::{CHUNK_ROWS, SERIAL_ELEMENTS, refuse_text};

/// A fitted transformer that maps every number by itself, knowing only its column.
pub(crate) trait Elementwise<F>: Sync {
    /// For messages.
    const NAME: &'static str;

    /// Columns seen at fit.
    fn n_columns(&self) -> usize;

    /// The transformed value; NaN stays NaN.
    fn map(&self, column: usize, value: F) -> F;

    /// Undoes [`map`](Self::map).
    fn unmap(&self, column: usize, value: F) -> F;

    /// Whether 0 maps to 0 both ways, so that a sparse matrix stays sparse.
    fn keeps_zeros(&self) -> bool;
}

/// A new matrix of mapped values.
pub(crate) fn map_view<F: Float>(x: ArrayView2<'_, F>, map: impl Fn(usize, F) -> F + Sync) -> Array2<F> {
    let mut out = Array2::zeros(x.raw_dim());
    let fill = |mut to: ml_core::ndarray::ArrayViewMut2<'_, F>, from: ArrayView2<'_, F>| {
        for (mut to, from) in to.rows_mut().into_iter().zip(from.rows()) {
            for (j, (to, &from)) in to.iter_mut().zip(from).enumerate() {
                *to = map(j, from);
            }
        }
    };
    if x.len() < SERIAL_ELEMENTS {
        fill(out.view_mut(), x);
    } else {
        out.axis_chunks_iter_mut(Axis(0), CHUNK_ROWS)
            .into_par_iter()
            .zip(x.axis_chunks_iter(Axis(0), CHUNK_ROWS))
            .for_each(|(to, from)| fill(to, from));
    }
    out
}

/// The same matrix, mapped in place.
pub(crate) fn map_owned<F: Float>(mut x: Array2<F>, map: impl Fn(usize, F) -> F + Sync) -> Array2<F> {
    let change = |mut chunk: ml_core::ndarray::ArrayViewMut2<'_, F>| {
        for mut row in chunk.rows_mut() {
            for (j, v) in row.iter_mut().enumerate() {
                *v = map(j, *v);
            }
        }
    };
    if x.len() < SERIAL_ELEMENTS {
        change(x.view_mut());
    } else {
        x.axis_chunks_iter_mut(Axis(0), CHUNK_ROWS)
            .into_par_iter()
            .for_each(change);
    }
    x
}

/// One column, mapped in place by a sole owner and into a new one otherwise.
pub(crate) fn map_column(
    values: ml_core::ndarray::ArcArray1<f64>,
    map: impl Fn(f64) -> f64 + Sync,
) -> ml_core::ndarray::ArcArray1<f64> {
    let parallel = values.len() >= SERIAL_ELEMENTS;
    match values.try_into_owned_nocopy() {
        Ok(mut own) if parallel => {
            own.par_mapv_inplace(&map);
            own.into_shared()
        }
        Ok(mut own) => {
            own.mapv_inplace(&map);
            own.into_shared()
        }
        Err(shared) if parallel => new_column(shared.view(), map).into_shared(),
        Err(shared) => shared.mapv(map).into_shared(),
    }
}

fn new_column(from: ArrayView1<'_, f64>, map: impl Fn(f64) -> f64 + Sync) -> Array1<f64> {
    let mut out = Array1::zeros(from.len());
    Zip::from(&mut out).and(from).par_for_each(|to, &v| *to = map(v));
    out
}

/// Maps features of any storage, keeping their names and, where possible, their storage.
pub(crate) fn map_features<T: Elementwise<f64>>(
    fitted: &T,
    x: Features,
    map: impl Fn(usize, f64) -> f64 + Sync,
) -> Result<Features> {
    let op = T::NAME;
    check::columns(op, fitted.n_columns(), x.n_columns())?;
    Ok(match x {
        Features::Dense { values, names } => {
            let values = match values.try_into_owned_nocopy() {
                Ok(own) => map_owned(own, map),
                Err(shared) => map_view(shared.view(), map),
            };
            Features::Dense {
                values: values.into_shared(),
                names,
            }
        }
        Features::Sparse { mut values, names } => {
            if !fitted.keeps_zeros() {
                return Err(Error::Kind {
                    op,
                    found: "a sparse matrix".to_owned(),
                    expected: "a dense one (centring moves the zeros)",
                    remedy: "make it dense, or leave out the centring (with_mean(false), MaxAbsScaler)",
                });
            }
            let own = Arc::make_mut(&mut values);
            for mut row in own.outer_iterator_mut() {
                for (j, v) in row.iter_mut() {
                    *v = map(j, *v);
                }
            }
            Features::Sparse { values, names }
        }
        Features::Table(table) => {
            map_table(op, table, |_, j, values| Ok(map_column(values, |v| map(j, v))))?.into()
        }
    })
}

/// A table of the same names with every column of numbers changed.
pub(crate) fn map_table(
    op: &'static str,
    table: Table,
    change: impl Fn(&str, usize, ml_core::ndarray::ArcArray1<f64>) -> Result<ml_core::ndarray::ArcArray1<f64>>,
) -> Result<Table> {
    refuse_text(op, &table)?;
    let mut columns = Vec::with_capacity(table.n_columns());
    for (j, (name, column)) in table.into_columns().into_iter().enumerate() {
        let column = match column {
            Column::Number(values) => Column::Number(change(&name, j, values)?),
            text => text,
        };
        columns.push((name, column));
    }
    Table::new(columns)
}

/// Derives every interface of an elementwise transformer from its `learn` and [`Elementwise`].
///
/// `learn(&self, x: &Numbers<F>, context: &FitContext) -> Result<Fitted<F>>`.
macro_rules! elementwise {
    ($unfitted:ident => $fitted:ident) => {
        ml_core::impl_params!($unfitted);

        impl<F: ml_core::Float> ml_core::Fit<ml_core::ndarray::ArrayView2<'_, F>> for $unfitted {
            type Fitted = $fitted<F>;

            fn fit_with(
                &self,
                x: ml_core::ndarray::ArrayView2<'_, F>,
                (): (),
                context: &ml_core::FitContext<'_>,
            ) -> ml_core::Result<$fitted<F>> {
                let x = $crate::preprocess::numbers::Numbers::of_matrix(stringify!($unfitted), x)?;
                self.learn(&x, context)
            }
        }

        #[ml_core::typetag::serde]
        impl ml_core::Transformer for $unfitted {
            fn fit_features(
                &self,
                x: &ml_core::Features,
                _: Option<&ml_core::Target>,
                context: &ml_core::FitContext<'_>,
            ) -> ml_core::Result<Box<dyn ml_core::FittedTransformer>> {
                let x = $crate::preprocess::numbers::NumericFeatures::new(stringify!($unfitted), x)?;
                Ok(Box::new(self.learn(&x.numbers()?, context)?))
            }
        }

        impl<F: ml_core::Float> ml_core::Transform<ml_core::ndarray::ArrayView2<'_, F>> for $fitted<F> {
            type Output = ml_core::ndarray::Array2<F>;

            fn transform(
                &self,
                x: ml_core::ndarray::ArrayView2<'_, F>,
            ) -> ml_core::Result<ml_core::ndarray::Array2<F>> {
                use $crate::preprocess::elementwise::{Elementwise, map_view};
                ml_core::check::columns(stringify!($unfitted), self.n_columns(), x.ncols())?;
                Ok(map_view(x, |column, v| self.map(column, v)))
            }
        }

        impl<F: ml_core::Float> ml_core::InverseTransform<ml_core::ndarray::ArrayView2<'_, F>>
            for $fitted<F>
        {
            type Output = ml_core::ndarray::Array2<F>;

            fn inverse_transform(
                &self,
                x: ml_core::ndarray::ArrayView2<'_, F>,
            ) -> ml_core::Result<ml_core::ndarray::Array2<F>> {
                use $crate::preprocess::elementwise::{Elementwise, map_view};
                ml_core::check::columns(stringify!($unfitted), self.n_columns(), x.ncols())?;
                Ok(map_view(x, |column, v| self.unmap(column, v)))
            }
        }

        #[ml_core::typetag::serde]
        impl ml_core::FittedTransformer for $fitted<f64> {
            fn name(&self) -> String {
                stringify!($unfitted).to_owned()
            }

            fn transform_features(&self, x: ml_core::Features) -> ml_core::Result<ml_core::Features> {
                use $crate::preprocess::elementwise::{Elementwise, map_features};
                map_features(self, x, |column, v| self.map(column, v))
            }

            fn inverse_transform_features(&self, x: ml_core::Features) -> ml_core::Result<ml_core::Features> {
                use $crate::preprocess::elementwise::{Elementwise, map_features};
                map_features(self, x, |column, v| self.unmap(column, v))
            }

            fn row_wise(&self) -> bool {
                true
            }

            fn names_out(&self, names_in: &[String]) -> ml_core::Result<Vec<String>> {
                use $crate::preprocess::elementwise::Elementwise;
                ml_core::check::columns(stringify!($unfitted), self.n_columns(), names_in.len())?;
                Ok(names_in.to_vec())
            }

            fn as_any(&self) -> &dyn std::any::Any {
                self
            }
        }
    };
}
pub(crate) use elementwise;
