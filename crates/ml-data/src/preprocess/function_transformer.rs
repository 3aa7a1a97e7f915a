//! A function of your own as a transformer.

use std::{fmt, sync::Arc};

use ml_core::{
    Error, Features, FitContext, FittedTransformer, Params, Result, Target, Transformer, check,
    ndarray::Array2,
    params::{Value, unknown},
};
use serde::{Deserialize, Deserializer, Serialize, Serializer, de, ser};

use super::elementwise::map_owned;
use crate::learn::named;

type Function = Arc<dyn Fn(Array2<f64>) -> Result<Array2<f64>> + Send + Sync>;

/// Applies a function that has nothing to learn.
///
/// [`named`](Self::named) takes one of the ready functions ([`FunctionTransformer::FUNCTIONS`]),
/// which work number by number, can be undone where an inverse is known, tuned
/// (`set_param("func", "sqrt")`), saved and loaded. [`new`](Self::new) takes any closure from matrix
/// to matrix; a closure cannot be stored, so saving it is an error that names it. A transformer with
/// a file form of its own implements [`Transformer`] for a plain struct.
///
/// # Examples
/// ```
/// use ml_core::{FitContext, Transformer, ndarray::array};
/// use ml_data::preprocess::FunctionTransformer;
///
/// let log = FunctionTransformer::named("log1p")?;
/// let (_, y) = log.fit_transform_features(array![[0.0, 1.0]].into(), None, &FitContext::default())?;
/// assert_eq!(y.dense("")?, array![[0.0, 2.0_f64.ln()]]);
///
/// let twice = FunctionTransformer::new("twice", |x| Ok(x * 2.0));
/// let error = serde_json::to_string(&twice).unwrap_err();
/// assert!(error.to_string().contains("twice"));
/// # Ok::<(), ml_core::Error>(())
/// ```
#[derive(Clone)]
pub struct FunctionTransformer {
    name: String,
    /// `None` for a ready function, found by its name.
    closure: Option<Function>,
}

/// A [`FunctionTransformer`] that knows the number of columns.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct FittedFunctionTransformer {
    function: FunctionTransformer,
    n_columns: usize,
    n_columns_out: usize,
}

/// Name, function and inverse (where there is one) of a ready function.
type Ready = (&'static str, fn(f64) -> f64, Option<fn(f64) -> f64>);

const READY: [Ready; 9] = [
    ("abs", f64::abs, None),
    ("cbrt", f64::cbrt, Some(|v| v * v * v)),
    ("exp", f64::exp, Some(f64::ln)),
    ("expm1", f64::exp_m1, Some(f64::ln_1p)),
    ("log", f64::ln, Some(f64::exp)),
    ("log1p", f64::ln_1p, Some(f64::exp_m1)),
    ("reciprocal", f64::recip, Some(f64::recip)),
    ("sqrt", f64::sqrt, Some(|v| v * v)),
    ("square", |v| v * v, None),
];

const OP: &str = "FunctionTransformer";

impl FunctionTransformer {
    /// The names of the ready functions.
    pub const FUNCTIONS: [&'static str; 9] = {
        let mut names = [""; 9];
        let mut i = 0;
        while i < names.len() {
            names[i] = READY[i].0;
            i += 1;
        }
        names
    };

    /// A ready function.
    ///
    /// # Errors
    /// [`Error::Parameter`] for a name that is not in [`FUNCTIONS`](Self::FUNCTIONS).
    pub fn named(name: &str) -> Result<Self> {
        let domain = format!("one of {}", Self::FUNCTIONS.join(", "));
        check::parameter("func", format!("{name:?}"), ready(name).is_some(), &domain)?;
        Ok(Self {
            name: name.to_owned(),
            closure: None,
        })
    }

    /// A closure from matrix to matrix, under a name for messages. It must keep the number of rows.
    pub fn new(
        name: &str,
        function: impl Fn(Array2<f64>) -> Result<Array2<f64>> + Send + Sync + 'static,
    ) -> Self {
        Self {
            name: name.to_owned(),
            closure: Some(Arc::new(function)),
        }
    }

    fn apply(&self, x: Features) -> Result<Features> {
        let (n_rows, n_columns) = (x.n_rows(), x.n_columns());
        let names = x.names().map(<[String]>::to_vec);
        let x = x.into_dense(OP)?;
        let out = match (&self.closure, ready(&self.name)) {
            (Some(closure), _) => closure(x)?,
            (None, Some((_, function, _))) => map_owned(x, |_, v| function(v)),
            (None, None) => return Err(self.nameless()),
        };
        if out.nrows() != n_rows {
            return Err(Error::Data {
                op: OP,
                problem: format!("{:?} made {} rows of {n_rows}", self.name, out.nrows()),
                remedy: "give one row for every row",
            });
        }
        let names = names.map(|names| self.names(&names, n_columns, out.ncols()));
        named(out.into(), names)
    }

    /// The input's names if the columns stay as many, otherwise numbers behind the function's name.
    fn names(&self, names_in: &[String], n_in: usize, n_out: usize) -> Vec<String> {
        if n_in == n_out {
            return names_in.to_vec();
        }
        (0..n_out).map(|j| format!("{}{j}", self.name)).collect()
    }

    fn nameless(&self) -> Error {
        Error::Parameter {
            name: "func".to_owned(),
            value: format!("{:?}", self.name),
            domain: format!("one of {}", Self::FUNCTIONS.join(", ")),
        }
    }
}

fn ready(name: &str) -> Option<Ready> {
    READY.into_iter().find(|(n, ..)| *n == name)
}

impl fmt::Debug for FunctionTransformer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct(OP).field("func", &self.name).finish()
    }
}

impl PartialEq for FunctionTransformer {
    /// Two closures are equal if they are clones of the same one.
    fn eq(&self, other: &Self) -> bool {
        let same = match (&self.closure, &other.closure) {
            (Some(a), Some(b)) => Arc::ptr_eq(a, b),
            (None, None) => true,
            _ => false,
        };
        same && self.name == other.name
    }
}

impl Serialize for FunctionTransformer {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        if self.closure.is_some() {
            return Err(ser::Error::custom(format!(
                "{OP} {:?} holds a closure, which cannot be stored; use FunctionTransformer::named, or \
                 implement Transformer for a struct",
                self.name
            )));
        }
        self.name.serialize(to)
    }
}

impl<'de> Deserialize<'de> for FunctionTransformer {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        Self::named(&String::deserialize(from)?).map_err(de::Error::custom)
    }
}

impl Params for FunctionTransformer {
    fn type_name(&self) -> &'static str {
        OP
    }

    fn params(&self) -> Vec<(String, Value)> {
        vec![("func".to_owned(), self.name.as_str().into())]
    }

    fn set_param(&mut self, path: &str, value: &Value) -> Result<()> {
        if path != "func" {
            return Err(unknown(OP, path, ["func"]));
        }
        *self = Self::named(value.as_str().unwrap_or(&value.to_string()))?;
        Ok(())
    }
}

#[ml_core::typetag::serde]
impl Transformer for FunctionTransformer {
    fn fit_features(
        &self,
        x: &Features,
        _: Option<&Target>,
        context: &FitContext<'_>,
    ) -> Result<Box<dyn FittedTransformer>> {
        context.reject_weights(OP)?;
        // How many columns a closure makes is known only by running it; no row is enough.
        let probe = self.apply(x.select_rows(&[]))?;
        Ok(Box::new(FittedFunctionTransformer {
            function: self.clone(),
            n_columns: x.n_columns(),
            n_columns_out: probe.n_columns(),
        }))
    }
}

#[ml_core::typetag::serde]
impl FittedTransformer for FittedFunctionTransformer {
    fn name(&self) -> String {
        OP.to_owned()
    }

    fn transform_features(&self, x: Features) -> Result<Features> {
        check::columns(OP, self.n_columns, x.n_columns())?;
        self.function.apply(x)
    }

    fn inverse_transform_features(&self, x: Features) -> Result<Features> {
        let Some((_, _, Some(inverse))) =
            ready(&self.function.name).filter(|_| self.function.closure.is_none())
        else {
            return Err(Error::Unsupported {
                owner: format!("{OP} {:?}", self.function.name),
                what: "inverse_transform",
                remedy: "keep the original rows",
            });
        };
        check::columns(OP, self.n_columns, x.n_columns())?;
        let names = x.names().map(<[String]>::to_vec);
        named(map_owned(x.into_dense(OP)?, |_, v| inverse(v)).into(), names)
    }

    fn row_wise(&self) -> bool {
        self.function.closure.is_none()
    }

    fn names_out(&self, names_in: &[String]) -> Result<Vec<String>> {
        check::columns(OP, self.n_columns, names_in.len())?;
        Ok(self.function.names(names_in, self.n_columns, self.n_columns_out))
    }

    fn as_any(&self) -> &dyn std::any::Any {
        self
    }
}
