//! Powers and products of columns.

use derive_setters::Setters;
use ml_core::{
    Error, Fit, FitContext, Float, Result, Transform, check,
    ndarray::{Array2, ArrayView2},
};
use serde::{Deserialize, Serialize};

use super::{adapter::dense_transformer, elementwise::map_rows};

/// All products of columns up to a degree: for `a`, `b` and degree 2: `1, a, b, a², ab, b²`.
///
/// The number of columns explodes: `n` columns and degree `d` give `(n + d)! / (n!·d!)`. Above
/// [`MANY_FEATURES`] there is a warning, above [`MAX_FEATURES`] an error.
///
/// # Examples
/// ```
/// use ml_core::{Fit, Transform, ndarray::array};
/// use ml_data::preprocess::PolynomialFeatures;
///
/// let x = array![[2.0, 3.0]];
/// let polynomial = PolynomialFeatures::default().fit(x.view(), ())?;
/// assert_eq!(polynomial.transform(x.view())?, array![[1.0, 2.0, 3.0, 4.0, 6.0, 9.0]]);
/// # Ok::<(), ml_core::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq, Setters, Serialize, Deserialize)]
pub struct PolynomialFeatures {
    /// Largest number of factors. Default 2.
    pub degree: usize,
    /// Whether to leave out powers, so that a column enters a product once at most. Default false.
    pub interaction_only: bool,
    /// Whether to begin with a column of ones. Default true.
    pub include_bias: bool,
}

impl Default for PolynomialFeatures {
    fn default() -> Self {
        Self {
            degree: 2,
            interaction_only: false,
            include_bias: true,
        }
    }
}

ml_core::impl_params!(PolynomialFeatures);

/// Output columns above which a warning is given.
pub const MANY_FEATURES: usize = 10_000;

/// Output columns above which fitting fails.
pub const MAX_FEATURES: usize = 10_000_000;

/// [`PolynomialFeatures`] that knows the columns.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct FittedPolynomialFeatures {
    n_columns: usize,
    /// How every output column is made.
    products: Vec<Product>,
}

/// An output column: an earlier one times an input column.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
enum Product {
    One,
    Column(usize),
    Times { earlier: usize, column: usize },
}

const OP: &str = "PolynomialFeatures";

impl PolynomialFeatures {
    /// How many columns `n` columns become, if that can be counted.
    fn count(&self, n: usize) -> Option<usize> {
        let mut total = usize::from(self.include_bias);
        let mut of_degree = 1_usize;
        for k in 1..=self.degree {
            // n choose k, or with repetition n + k - 1 choose k, from its predecessor.
            let factor = if self.interaction_only {
                (n + 1).saturating_sub(k)
            } else {
                n.checked_add(k - 1)?
            };
            of_degree = of_degree.checked_mul(factor)? / k;
            total = total.checked_add(of_degree)?;
            if of_degree == 0 || total > MAX_FEATURES {
                break;
            }
        }
        Some(total)
    }

    fn products(&self, n_columns: usize) -> Vec<Product> {
        let mut all = Vec::new();
        if self.include_bias {
            all.push(Product::One);
        }
        // Products of the degree before: position, and the last column that is a factor.
        let mut before: Vec<(usize, usize)> = Vec::new();
        for k in 1..=self.degree {
            let mut now = Vec::new();
            if k == 1 {
                for column in 0..n_columns {
                    now.push((all.len(), column));
                    all.push(Product::Column(column));
                }
            }
            for &(earlier, last) in &before {
                for column in last + usize::from(self.interaction_only)..n_columns {
                    now.push((all.len(), column));
                    all.push(Product::Times { earlier, column });
                }
            }
            if now.is_empty() {
                break;
            }
            before = now;
        }
        all
    }
}

impl<F: Float> Fit<ArrayView2<'_, F>> for PolynomialFeatures {
    type Fitted = FittedPolynomialFeatures;

    fn fit_with(
        &self,
        x: ArrayView2<'_, F>,
        (): (),
        context: &FitContext<'_>,
    ) -> Result<FittedPolynomialFeatures> {
        context.reject_weights(OP)?;
        check::not_empty(OP, x)?;
        let n_columns = x.ncols();
        match self.count(n_columns) {
            Some(0) => Err(Error::Empty {
                op: OP,
                what: "the result (degree 0 without bias)".to_owned(),
                least: "degree 1 or include_bias",
            }),
            Some(count) if count <= MAX_FEATURES => {
                if count > MANY_FEATURES {
                    tracing::warn!(
                        columns = n_columns,
                        degree = self.degree,
                        features = count,
                        "{EXPLOSION}"
                    );
                }
                let products = self.products(n_columns);
                Ok(FittedPolynomialFeatures { n_columns, products })
            }
            _ => Err(Error::Data {
                op: OP,
                problem: format!(
                    "{n_columns} columns at degree {} make more than {MAX_FEATURES} features",
                    self.degree
                ),
                remedy: "lower the degree, select columns first, or use a kernel method",
            }),
        }
    }
}

const EXPLOSION: &str = "the number of polynomial features grows combinatorially; consider a lower degree";

impl FittedPolynomialFeatures {
    /// Number of output columns.
    pub fn n_output_features(&self) -> usize {
        self.products.len()
    }

    /// `[output columns, input columns]`: the exponent of every input in every output.
    pub fn powers(&self) -> Array2<usize> {
        let mut powers = Array2::zeros((self.products.len(), self.n_columns));
        for (k, product) in self.products.iter().enumerate() {
            match *product {
                Product::One => {}
                Product::Column(column) => powers[[k, column]] = 1,
                Product::Times { earlier, column } => {
                    let row = powers.row(earlier).to_owned();
                    powers.row_mut(k).assign(&row);
                    powers[[k, column]] += 1;
                }
            }
        }
        powers
    }

    fn name(&self, powers: &[usize], names: &[String]) -> String {
        let factor = |(&power, name): (&usize, &String)| match power {
            0 => None,
            1 => Some(name.clone()),
            power => Some(format!("{name}^{power}")),
        };
        let factors: Vec<String> = powers.iter().zip(names).filter_map(factor).collect();
        if factors.is_empty() {
            "1".to_owned()
        } else {
            factors.join(" ")
        }
    }
}

impl<F: Float> Transform<ArrayView2<'_, F>> for FittedPolynomialFeatures {
    type Output = Array2<F>;

    fn transform(&self, x: ArrayView2<'_, F>) -> Result<Array2<F>> {
        check::columns(OP, self.n_columns, x.ncols())?;
        Ok(map_rows(x, self.products.len(), |mut to, from| {
            for (k, product) in self.products.iter().enumerate() {
                to[k] = match *product {
                    Product::One => F::one(),
                    Product::Column(column) => from[column],
                    Product::Times { earlier, column } => to[earlier] * from[column],
                };
            }
        }))
    }
}

dense_transformer!(PolynomialFeatures => FittedPolynomialFeatures, |this, names| {
    let powers = this.powers();
    powers.rows().into_iter().map(|row| this.name(&row.to_vec(), names)).collect()
});
