//! Checking derivatives against finite differences (book appendix D: "a good way to check that other methods
//! are implemented correctly").

use std::fmt;

use derive_setters::Setters;

use super::{functions::gradient, jvp, vjp};
use crate::{DType, Error, Result, Rng, Shape, Tensor, tensor::Array};

/// What [`check_gradient`] compares, and how closely.
#[derive(Debug, Clone, PartialEq, Setters)]
#[setters(borrow_self = false)]
#[non_exhaustive]
pub struct CheckOptions {
    /// How far an element is moved to either side, as a share of its size and at least of 1. Default
    /// `6e-6`, the cube root of the precision of `f64`, where truncation and rounding weigh the same.
    pub step: f64,
    /// Largest error allowed, as a share of the largest number compared, and at least of 1. Default `1e-7`.
    pub tolerance: f64,
    /// Whether second derivatives are checked, too. Default true.
    pub second_order: bool,
    /// Whether forward mode is checked against reverse mode. Default true.
    pub forward: bool,
    /// Seed of the directions along which several outputs are joined into one number. Default 0.
    pub seed: u64,
}

impl Default for CheckOptions {
    fn default() -> Self {
        Self {
            step: f64::EPSILON.cbrt(),
            tolerance: 1e-7,
            second_order: true,
            forward: true,
            seed: 0,
        }
    }
}

/// What [`check_gradient`] found: the comparison that came off worst.
#[derive(Debug, Clone, PartialEq)]
pub struct Comparison {
    /// What was compared: "gradient", "second derivative", "forward mode".
    pub what: &'static str,
    /// Number of the input, from 0.
    pub input: usize,
    /// Index of the element in that input; empty where all elements count together.
    pub element: Vec<usize>,
    /// What automatic differentiation says.
    pub computed: f64,
    /// What it should be: by central differences, or by the other mode.
    pub expected: f64,
}

impl Comparison {
    /// The difference, relative to the larger of the two numbers where that exceeds 1.
    pub fn error(&self) -> f64 {
        let size = self.computed.abs().max(self.expected.abs()).max(1.0);
        let error = (self.computed - self.expected).abs() / size;
        // Neither number may be NaN, and two infinities are no agreement.
        if error.is_finite() { error } else { f64::INFINITY }
    }
}

impl fmt::Display for Comparison {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} of input {}", self.what, self.input)?;
        if !self.element.is_empty() {
            write!(f, " at element {:?}", self.element)?;
        }
        write!(
            f,
            ": computed {}, expected {}, error {:.1e}",
            self.computed,
            self.expected,
            self.error()
        )
    }
}

/// Compares the derivatives of `f` at `inputs` with central differences: the gradient of every element,
/// the second derivatives along a random direction, and forward mode with reverse mode. Returns the worst
/// comparison.
///
/// Several outputs are joined into one number by random weights, so a mistake in any of them shows. `f` must
/// be smooth around `inputs`: keep away from kinks such as 0 for `relu`. **Cost**: four evaluations of `f` an
/// element.
///
/// # Errors
/// [`Error::Gradient`] that names the input, the element and both numbers, if they differ by more than
/// [`CheckOptions::tolerance`]; [`Error::DType`] unless inputs and output are `f64`; those of `f`.
///
/// # Examples
/// ```
/// use ml_core::{Tensor, autodiff::{CheckOptions, check_gradient, custom_gradient}};
///
/// let inputs = [Tensor::from([0.5, 2.0]), Tensor::from([3.0, -1.0])];
/// let worst = check_gradient(|x| x[0].mul(&x[1]), &inputs, &CheckOptions::default())?;
/// assert!(worst.error() < 1e-7);
///
/// // The derivative of x² is 2x, not x.
/// let wrong = |x: &[Tensor]| {
///     custom_gradient(&[&x[0]], |x| x[0].square(), |call, d| Ok(vec![Some(d.mul(&call.inputs[0])?)]))
/// };
/// let error = check_gradient(wrong, &inputs[..1], &CheckOptions::default()).unwrap_err();
/// assert!(error.to_string().contains("gradient of input 0 at element [0]"));
/// # Ok::<(), ml_core::Error>(())
/// ```
pub fn check_gradient(
    f: impl Fn(&[Tensor]) -> Result<Tensor>,
    inputs: &[Tensor],
    options: &CheckOptions,
) -> Result<Comparison> {
    let require = |tensor: &Tensor| {
        tensor
            .dtype()
            .require("check_gradient", tensor.dtype() == DType::F64, "f64")
    };
    inputs.iter().try_for_each(require)?;
    let output = f(inputs)?;
    require(&output)?;
    let mut check = Check::new(&output, inputs, options);
    let weights = check.weights.clone();
    let weighted = |x: &[Tensor]| f(x)?.mul(&weights)?.sum_all();
    check.first_order(&weighted)?;
    if options.forward {
        check.forward(&f)?;
    }
    if options.second_order {
        check.second_order(&weighted)?;
    }
    check.worst.ok_or(Error::Empty {
        op: "check_gradient",
        what: "the list of inputs".to_owned(),
        least: "1 element",
    })
}

struct Check<'c> {
    inputs: &'c [Tensor],
    options: &'c CheckOptions,
    /// Of the outputs.
    weights: Tensor,
    /// A direction in the space of the inputs.
    direction: Vec<Tensor>,
    worst: Option<Comparison>,
}

impl<'c> Check<'c> {
    fn new(output: &Tensor, inputs: &'c [Tensor], options: &'c CheckOptions) -> Self {
        let mut rng = Rng::new(options.seed);
        // Between 0.5 and 1.5: no element is left out by chance.
        let mut around_one = |shape: &Shape| {
            let values = (0..shape.len()).map(|_| 0.5 + rng.uniform()).collect();
            Tensor::from(Array::dense::<f64>(values, shape.clone()))
        };
        Self {
            inputs,
            options,
            weights: around_one(output.shape()),
            direction: inputs.iter().map(|input| around_one(input.shape())).collect(),
            worst: None,
        }
    }

    fn first_order(&mut self, f: &dyn Fn(&[Tensor]) -> Result<Tensor>) -> Result<()> {
        let computed = gradient(f, &self.inputs.iter().collect::<Vec<_>>())?;
        self.against_differences("gradient", f, &computed)
    }

    /// Of the slope of `f` along the direction.
    fn second_order(&mut self, f: &dyn Fn(&[Tensor]) -> Result<Tensor>) -> Result<()> {
        let direction = self.direction.clone();
        let slope = |x: &[Tensor]| {
            let gradients = gradient(f, &x.iter().collect::<Vec<_>>())?;
            dot(&gradients, &direction)
        };
        let computed = gradient(slope, &self.inputs.iter().collect::<Vec<_>>())?;
        self.against_differences("second derivative", &slope, &computed)?;
        // Forward over reverse must say the same along the direction.
        let inputs: Vec<&Tensor> = self.inputs.iter().collect();
        let dual = jvp(slope, &inputs, &direction.iter().collect::<Vec<_>>())?;
        let expected = dot(&computed, &direction)?.item()?;
        self.compare(
            "forward over reverse mode",
            0,
            Vec::new(),
            dual.tangent.item()?,
            expected,
        )
    }

    /// `weights · (J · direction) = (weights · J) · direction`.
    fn forward(&mut self, f: &dyn Fn(&[Tensor]) -> Result<Tensor>) -> Result<()> {
        for (number, input) in self.inputs.iter().enumerate() {
            let with = |x: &[Tensor]| {
                let mut all = self.inputs.to_vec();
                all[number] = x[0].clone();
                f(&all)
            };
            let direction = &self.direction[number];
            let dual = jvp(with, &[input], &[direction])?;
            let (_, pull) = vjp(with, &[input])?;
            let pulled = pull.apply(&self.weights)?;
            let forward = dot(&[dual.tangent], std::slice::from_ref(&self.weights))?.item()?;
            let reverse = dot(&pulled, std::slice::from_ref(direction))?.item()?;
            self.compare("forward mode", number, Vec::new(), forward, reverse)?;
        }
        Ok(())
    }

    fn against_differences(
        &mut self,
        what: &'static str,
        f: &dyn Fn(&[Tensor]) -> Result<Tensor>,
        computed: &[Tensor],
    ) -> Result<()> {
        for (number, computed) in computed.iter().enumerate() {
            let shape = computed.shape().clone();
            let mut values = self.inputs[number].to_vec::<f64>()?;
            for (flat, computed) in computed.to_vec::<f64>()?.into_iter().enumerate() {
                let value = values[flat];
                let step = self.options.step * value.abs().max(1.0);
                let mut at = |value: f64| {
                    values[flat] = value;
                    let mut inputs = self.inputs.to_vec();
                    inputs[number] = Tensor::from(Array::dense(values.clone(), shape.clone()));
                    f(&inputs)?.item::<f64>()
                };
                let (above, below) = (at(value + step)?, at(value - step)?);
                values[flat] = value;
                // What was really added, after rounding.
                let expected = (above - below) / ((value + step) - (value - step));
                self.compare(what, number, index(flat, &shape), computed, expected)?;
            }
        }
        Ok(())
    }

    fn compare(
        &mut self,
        what: &'static str,
        input: usize,
        element: Vec<usize>,
        computed: f64,
        expected: f64,
    ) -> Result<()> {
        let comparison = Comparison {
            what,
            input,
            element,
            computed,
            expected,
        };
        if comparison.error() > self.options.tolerance {
            return Err(Error::Gradient {
                op: "check_gradient",
                problem: comparison.to_string(),
                remedy: "correct the rule, move the inputs away from kinks, or allow a larger tolerance",
            });
        }
        let worst = self.worst.as_ref().map_or(-1.0, Comparison::error);
        if comparison.error() > worst {
            self.worst = Some(comparison);
        }
        Ok(())
    }
}

/// `Σ a·b` over all elements of all tensors.
fn dot(a: &[Tensor], b: &[Tensor]) -> Result<Tensor> {
    let products = a.iter().zip(b).map(|(a, b)| a.mul(b)?.sum_all());
    let zero = Ok(Tensor::from(0.0));
    products.fold(zero, |sum, product| sum?.add(&product?))
}

/// The index of element number `flat` in row-major order.
fn index(mut flat: usize, shape: &Shape) -> Vec<usize> {
    let mut index = vec![0; shape.rank()];
    for (position, &length) in index.iter_mut().zip(shape.iter()).rev() {
        *position = flat % length;
        flat /= length;
    }
    index
}
