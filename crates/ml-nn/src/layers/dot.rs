//! Products of two inputs.

use ml_core::{Error, Result, Tensor, ops::Spec};
use serde::{Deserialize, Serialize};

use super::{Context, Layer, Module, Scope};

/// Sum of products along one axis of each of two inputs, example by example: `[batch, n]` and `[batch, n]` give
/// `[batch, 1]`, `[batch, a, n]` and `[batch, b, n]` give `[batch, a, b]`.
///
/// # Examples
/// ```
/// use ml_core::Tensor;
/// use ml_nn::{Input, Model, connect, layers::Dot};
///
/// let (a, b) = (Input::new([2]).place(), Input::new([2]).place());
/// let model = Model::functional(&[&a, &b], &[&connect(Dot::new(1, 1), &[&a, &b])?])?;
/// let (x, y) = (Tensor::from([[1.0f32, 2.0]]), Tensor::from([[10.0f32, 20.0]]));
/// assert_eq!(model.predict([&x, &y])?.to_vec::<f32>()?, [50.0]);
/// # Ok::<(), ml_core::Error>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Dot {
    /// The axis of each input; negative counts from the end, the first axis (0) counts examples.
    pub axes: (isize, isize),
    /// Whether each input is divided by its length along its axis first, which gives the cosine. Default false.
    pub normalize: bool,
}

impl Dot {
    /// Along these axes.
    pub fn new(first: isize, second: isize) -> Self {
        Self {
            axes: (first, second),
            normalize: false,
        }
    }

    /// Sets [`normalize`](Self::normalize).
    #[must_use]
    pub fn normalize(mut self, normalize: bool) -> Self {
        self.normalize = normalize;
        self
    }
}

/// Keeps the quotient of a row of zeros finite: Keras's least sum of squares, 1e-12.
const LEAST_NORM: f64 = 1e-6;

/// The axis of an input of 2 or 3 axes, not the first.
fn axis_of(input: &Spec, axis: isize) -> Result<usize> {
    let found = input.shape.axis("Dot", axis)?;
    if found > 0 && (2..=3).contains(&input.shape.rank()) {
        return Ok(found);
    }
    Err(Error::BadShape {
        op: "Dot",
        shape: input.shape.to_vec(),
        rule: format!("2 or 3 axes are needed, and axis {axis} must not be the one that counts examples"),
    })
}

#[typetag::serde]
impl Layer for Dot {
    fn build(&self, inputs: &[Spec], scope: &mut Scope<'_>) -> Result<Box<dyn Module>> {
        let [first, second] = scope.exactly(inputs)?;
        let axes = [axis_of(first, self.axes.0)?, axis_of(second, self.axes.1)?];
        let lengths = [
            scope.known_axis(first, axes[0])?,
            scope.known_axis(second, axes[1])?,
        ];
        if lengths[0] != lengths[1] {
            return Err(Error::Shape {
                op: "Dot",
                left: first.shape.to_vec(),
                right: second.shape.to_vec(),
                rule: "the two axes must have one length",
            });
        }
        let normalize = self.normalize;
        Ok(Box::new(move |inputs: &[Tensor], _: &Context| {
            let prepared = |number: usize| {
                let (x, axis) = (&inputs[number], axes[number] as isize);
                match normalize {
                    true => x.normalize(&[axis], LEAST_NORM),
                    false => Ok(x.clone()),
                }
            };
            let (a, b) = (prepared(0)?, prepared(1)?);
            if a.rank() == 2 && b.rank() == 2 {
                return Ok(vec![a.mul(&b)?.sum_keep(&[-1])?]);
            }
            // As matrices: what is summed over is the last axis of `a`, and of `b`, or the first of a matrix.
            let matrix = |x: &Tensor| match x.rank() {
                2 => x.expand_dims(1),
                _ => Ok(x.clone()),
            };
            let summed_last = |x: &Tensor, axis: usize| x.rank() == 2 || axis == 2;
            let product = matrix(&a)?.matmul_transposed(
                !summed_last(&a, axes[0]),
                &matrix(&b)?,
                summed_last(&b, axes[1]),
            )?;
            // A row has no other axis than the one that is summed.
            let product = match (a.rank(), b.rank()) {
                (2, _) => product.squeeze(&[1])?,
                (_, 2) => product.squeeze(&[2])?,
                _ => product,
            };
            Ok(vec![product])
        }))
    }
}
