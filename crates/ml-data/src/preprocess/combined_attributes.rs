//! Ratios of the columns of the housing table.

use derive_setters::Setters;
use ml_core::{
    Column, Features, Fit, FitContext, FittedTransformer, Float, Result, Table, Target, Transform,
    Transformer, check,
    ndarray::{Array1, Array2, ArrayView1, ArrayView2, Zip, s},
};
use serde::{Deserialize, Serialize};

use super::{
    elementwise::map_rows,
    numbers::{SERIAL_ELEMENTS, not_empty, refuse_text},
};
use crate::learn::named;

/// Appends rooms / households, population / households and, if wanted, bedrooms / rooms.
///
/// The names of the new columns are `rooms_per_hhold`, `pop_per_hhold` and `bedrooms_per_room`.
/// There is nothing to learn; fitting only checks that the columns exist. A divisor of 0 gives an
/// infinity (0 / 0: NaN, a missing value), which the scalers and models that follow refuse by name.
///
/// `add_bedrooms_per_room` shows how to gate a step that one is not sure of: a search can switch it.
///
/// # Examples
/// ```
/// use ml_core::{Fit, Transform, ndarray::array};
/// use ml_data::preprocess::CombinedAttributes;
///
/// let x = array![[-122.2, 37.9, 41.0, 880.0, 129.0, 322.0, 126.0]];
/// let wide = CombinedAttributes::default().fit(x.view(), ())?.transform(x.view())?;
/// assert_eq!(wide.ncols(), 10);
/// assert_eq!(wide[[0, 7]], 880.0 / 126.0);
/// # Ok::<(), ml_core::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq, Setters, Serialize, Deserialize)]
pub struct CombinedAttributes {
    /// Whether to append bedrooms / rooms. Default true.
    pub add_bedrooms_per_room: bool,
    /// Position of the number of rooms. Default 3.
    pub rooms: usize,
    /// Position of the number of bedrooms. Default 4.
    pub bedrooms: usize,
    /// Position of the population. Default 5.
    pub population: usize,
    /// Position of the number of households. Default 6.
    pub households: usize,
}

impl Default for CombinedAttributes {
    fn default() -> Self {
        Self {
            add_bedrooms_per_room: true,
            rooms: 3,
            bedrooms: 4,
            population: 5,
            households: 6,
        }
    }
}

ml_core::impl_params!(CombinedAttributes);

/// [`CombinedAttributes`] that knows the number of columns.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct FittedCombinedAttributes {
    settings: CombinedAttributes,
    n_columns: usize,
}

const OP: &str = "CombinedAttributes";

impl CombinedAttributes {
    fn learn(&self, n_columns: usize, context: &FitContext<'_>) -> Result<FittedCombinedAttributes> {
        context.reject_weights(OP)?;
        let positions = [
            ("rooms", self.rooms),
            ("bedrooms", self.bedrooms),
            ("population", self.population),
            ("households", self.households),
        ];
        for (name, position) in positions {
            let domain = format!("the position of a column, below {n_columns}");
            check::parameter(name, position, position < n_columns, &domain)?;
        }
        Ok(FittedCombinedAttributes {
            settings: self.clone(),
            n_columns,
        })
    }

    /// Name, dividend and divisor of every new column.
    fn ratios(&self) -> Vec<(&'static str, usize, usize)> {
        let mut ratios = vec![
            ("rooms_per_hhold", self.rooms, self.households),
            ("pop_per_hhold", self.population, self.households),
        ];
        if self.add_bedrooms_per_room {
            ratios.push(("bedrooms_per_room", self.bedrooms, self.rooms));
        }
        ratios
    }
}

impl FittedCombinedAttributes {
    fn widen<F: Float>(&self, x: ArrayView2<'_, F>) -> Array2<F> {
        let ratios = self.settings.ratios();
        let n = self.n_columns;
        map_rows(x, n + ratios.len(), |mut to, from| {
            to.slice_mut(s![..n]).assign(&from);
            for (k, &(_, dividend, divisor)) in ratios.iter().enumerate() {
                to[n + k] = from[dividend] / from[divisor];
            }
        })
    }

    /// New columns beside the old ones, which are not copied.
    fn widen_table(&self, table: Table) -> Result<Table> {
        refuse_text(OP, &table)?;
        let mut columns = table.into_columns();
        for (name, dividend, divisor) in self.settings.ratios() {
            if let (Column::Number(a), Column::Number(b)) = (&columns[dividend].1, &columns[divisor].1) {
                let ratio = divide(a.view(), b.view()).into_shared();
                columns.push((name.to_owned(), Column::Number(ratio)));
            }
        }
        Table::new(columns)
    }
}

fn divide(a: ArrayView1<'_, f64>, b: ArrayView1<'_, f64>) -> Array1<f64> {
    let mut out = Array1::zeros(a.len());
    let zip = Zip::from(&mut out).and(a).and(b);
    if a.len() < SERIAL_ELEMENTS {
        zip.for_each(|to, &a, &b| *to = a / b);
    } else {
        zip.par_for_each(|to, &a, &b| *to = a / b);
    }
    out
}

impl<F: Float> Fit<ArrayView2<'_, F>> for CombinedAttributes {
    type Fitted = FittedCombinedAttributes;

    fn fit_with(
        &self,
        x: ArrayView2<'_, F>,
        (): (),
        context: &FitContext<'_>,
    ) -> Result<FittedCombinedAttributes> {
        check::not_empty(OP, x)?;
        self.learn(x.ncols(), context)
    }
}

impl<F: Float> Transform<ArrayView2<'_, F>> for FittedCombinedAttributes {
    type Output = Array2<F>;

    fn transform(&self, x: ArrayView2<'_, F>) -> Result<Array2<F>> {
        check::columns(OP, self.n_columns, x.ncols())?;
        Ok(self.widen(x))
    }
}

#[ml_core::typetag::serde]
impl Transformer for CombinedAttributes {
    fn fit_features(
        &self,
        x: &Features,
        _: Option<&Target>,
        context: &FitContext<'_>,
    ) -> Result<Box<dyn FittedTransformer>> {
        not_empty(OP, x)?;
        if let Features::Table(table) = x {
            refuse_text(OP, table)?;
        }
        Ok(Box::new(self.learn(x.n_columns(), context)?))
    }
}

#[ml_core::typetag::serde]
impl FittedTransformer for FittedCombinedAttributes {
    fn name(&self) -> String {
        OP.to_owned()
    }

    fn transform_features(&self, x: Features) -> Result<Features> {
        check::columns(OP, self.n_columns, x.n_columns())?;
        let names = x.names().map(|names| self.names_out(names)).transpose()?;
        let wide = match x {
            Features::Table(table) => Features::from(self.widen_table(table)?),
            other => Features::from(self.widen(other.dense(OP)?.view())),
        };
        named(wide, names)
    }

    fn row_wise(&self) -> bool {
        true
    }

    fn names_out(&self, names_in: &[String]) -> Result<Vec<String>> {
        check::columns(OP, self.n_columns, names_in.len())?;
        let new = self
            .settings
            .ratios()
            .into_iter()
            .map(|(name, ..)| name.to_owned());
        Ok(names_in.iter().cloned().chain(new).collect())
    }

    fn as_any(&self) -> &dyn std::any::Any {
        self
    }
}
