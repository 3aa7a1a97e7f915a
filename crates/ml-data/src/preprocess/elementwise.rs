//! Transformers that map every number by itself, knowing only its column.
//!
//! A new scaler writes [`Elementwise`] and its `learn`, then one line of [`elementwise!`].

use std::sync::Arc;

use ml_core::{
    Column, Features, Float, Result, Table, check,
    ndarray::{ArcArray2, Array1, Array2, ArrayView1, ArrayView2, ArrayViewMut1, Axis, Zip},
    sprs::CsMat,
};
use rayon::prelude::*;

use super::numbers::{CHUNK_ROWS, SERIAL_ELEMENTS, moves_zeros, refuse_text};

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

/// A new matrix, each of its rows made of a row of `x`.
pub(crate) fn map_rows<F: Float>(
    x: ArrayView2<'_, F>,
    n_columns: usize,
    make: impl Fn(ArrayViewMut1<'_, F>, ArrayView1<'_, F>) + Sync + Send,
) -> Array2<F> {
    let mut out = Array2::zeros((x.nrows(), n_columns));
    let parallel = out.len() >= SERIAL_ELEMENTS;
    let rows = Zip::from(out.rows_mut()).and(x.rows());
    if parallel {
        rows.par_for_each(make);
    } else {
        rows.for_each(make);
    }
    out
}

/// A new matrix of mapped values.
pub(crate) fn map_view<F: Float>(
    x: ArrayView2<'_, F>,
    map: impl Fn(usize, F) -> F + Sync + Send,
) -> Array2<F> {
    map_rows(x, x.ncols(), |mut to, from| {
        for (j, (to, &from)) in to.iter_mut().zip(from).enumerate() {
            *to = map(j, from);
        }
    })
}

/// A matrix mapped in place by a sole owner and into a new one otherwise.
pub(crate) fn map_shared(x: ArcArray2<f64>, map: impl Fn(usize, f64) -> f64 + Sync + Send) -> ArcArray2<f64> {
    let mapped = match x.try_into_owned_nocopy() {
        Ok(own) => map_owned(own, map),
        Err(shared) => map_view(shared.view(), map),
    };
    mapped.into_shared()
}

/// The listed values of a sparse matrix by rows, mapped; the others stay zero.
pub(crate) fn map_sparse(mut x: Arc<CsMat<f64>>, map: impl Fn(usize, f64) -> f64) -> Arc<CsMat<f64>> {
    for mut row in Arc::make_mut(&mut x).outer_iterator_mut() {
        for (j, v) in row.iter_mut() {
            *v = map(j, *v);
        }
    }
    x
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
    map: impl Fn(usize, f64) -> f64 + Sync + Send,
) -> Result<Features> {
    let op = T::NAME;
    check::columns(op, fitted.n_columns(), x.n_columns())?;
    Ok(match x {
        Features::Dense { values, names } => Features::Dense {
            values: map_shared(values, map),
            names,
        },
        Features::Sparse { .. } if !fitted.keeps_zeros() => return Err(moves_zeros(op)),
        Features::Sparse { values, names } => Features::Sparse {
            values: map_sparse(values, map),
            names,
        },
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
