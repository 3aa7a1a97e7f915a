//! Cross-entropy of logits and labels, without ever computing a probability that could underflow.

use std::ops::RangeInclusive;

use serde::{Deserialize, Serialize};

use super::{
    Arrays, Call, Gradients, Primitive, Saves, Spec, Specs, apply, elementwise::outputs, one, same_dtype,
};
use crate::{
    DType, Error, Result, Shape, Tensor,
    kernels::softmax::{self, Form, Number},
    tensor::{Array, scratch},
};

/// `log Σ exp(x) - x[label]` along the last axis.
#[derive(Debug, Clone, Copy, Serialize, Deserialize)]
struct SparseCrossEntropy;

/// The slope of it: softmax along the last axis, less 1 at the label.
#[derive(Debug, Clone, Copy, Serialize, Deserialize)]
struct LessLabel;

fn check(op: &'static str, logits: &Spec, labels: &Spec) -> Result<()> {
    logits.dtype.require_float(op)?;
    labels
        .dtype
        .require(op, labels.dtype.is_integer(), "class numbers as i32, i64 or u8")?;
    let rank = logits.shape.rank();
    let fits = rank > 0 && Shape::from(&logits.shape[..rank - 1]).matches(&labels.shape);
    if fits {
        return Ok(());
    }
    Err(Error::Shape {
        op,
        left: logits.shape.to_vec(),
        right: labels.shape.to_vec(),
        rule: "the labels must have the axes of the logits but the last, along which the classes are",
    })
}

/// The labels as positions of the last axis of `logits`.
fn positions(op: &'static str, logits: &Array, labels: &Array) -> Result<Vec<usize>> {
    let axis = logits.shape().rank() - 1;
    let classes = logits.shape()[axis];
    let position = |label: i64| {
        let fits = usize::try_from(label).ok().filter(|&label| label < classes);
        fits.ok_or(Error::Index {
            op,
            index: label,
            axis,
            length: classes,
        })
    };
    match labels.dtype() {
        DType::I32 => labels
            .elements::<i32>()
            .iter()
            .map(|&label| position(label.into()))
            .collect(),
        DType::I64 => labels
            .elements::<i64>()
            .iter()
            .map(|&label| position(label))
            .collect(),
        _ => labels
            .elements::<u8>()
            .iter()
            .map(|&label| position(label.into()))
            .collect(),
    }
}

fn losses<T: Number>(logits: &Array, labels: &[usize], shape: &Shape) -> Array {
    let values = logits.elements::<T>();
    let mut out = scratch::<T>(labels.len());
    if !labels.is_empty() {
        let classes = values.len() / labels.len();
        softmax::log_sum_exp_rows(&values, classes, &mut out);
        for ((loss, row), &label) in out.iter_mut().zip(values.chunks_exact(classes)).zip(labels) {
            *loss = *loss - row[label];
        }
    }
    Array::dense(out, shape.clone())
}

fn slopes<T: Number>(logits: &Array, labels: &[usize]) -> Array {
    let axis = logits.shape().rank() - 1;
    let mut slopes = softmax::softmax::<T>(logits, axis, Form::Share);
    let classes = logits.shape()[axis];
    let values = slopes
        .unique_slice_mut::<T>()
        .expect("softmax makes an array of its own");
    for (row, &label) in values.chunks_exact_mut(classes.max(1)).zip(labels) {
        row[label] = row[label] - T::ONE;
    }
    slopes
}

#[typetag::serde(name = "sparse_cross_entropy")]
impl Primitive for SparseCrossEntropy {
    fn name(&self) -> &'static str {
        "cross_entropy"
    }

    fn arity(&self) -> RangeInclusive<usize> {
        2..=2
    }

    fn infer(&self, inputs: &[Spec]) -> Result<Specs> {
        check("cross_entropy", &inputs[0], &inputs[1])?;
        Ok(one(inputs[0].dtype, inputs[1].shape.clone()))
    }

    fn forward(&self, inputs: &[&Array]) -> Result<Arrays> {
        let (logits, labels) = (inputs[0], inputs[1]);
        self.infer(&[
            Spec::new(logits.dtype(), logits.shape()),
            Spec::new(labels.dtype(), labels.shape()),
        ])?;
        let positions = positions("cross_entropy", logits, labels)?;
        Ok(outputs(match logits.dtype() {
            DType::F32 => losses::<f32>(logits, &positions, labels.shape()),
            _ => losses::<f64>(logits, &positions, labels.shape()),
        }))
    }

    fn vjp(&self, call: &Call<'_>, gradients: &[Option<Tensor>]) -> Result<Gradients> {
        let slope = |d: &Tensor| {
            let slope = apply(LessLabel, &[&call.inputs[0], &call.inputs[1]])?;
            slope.mul(&d.expand_dims(-1)?)
        };
        let back = gradients[0].as_ref().map(slope).transpose()?;
        Ok([back, None].into())
    }

    fn jvp(&self, call: &Call<'_>, tangents: &[Option<Tensor>]) -> Result<Gradients> {
        let along = |d: &Tensor| {
            apply(LessLabel, &[&call.inputs[0], &call.inputs[1]])?
                .mul(d)?
                .sum(&[-1])
        };
        Ok(Gradients::from_elem(
            tangents[0].as_ref().map(along).transpose()?,
            1,
        ))
    }

    fn saves(&self) -> Saves {
        Saves::INPUTS
    }
}

#[typetag::serde(name = "softmax_less_label")]
impl Primitive for LessLabel {
    fn name(&self) -> &'static str {
        "softmax_less_label"
    }

    fn arity(&self) -> RangeInclusive<usize> {
        2..=2
    }

    fn infer(&self, inputs: &[Spec]) -> Result<Specs> {
        check("softmax_less_label", &inputs[0], &inputs[1])?;
        Ok(one(inputs[0].dtype, inputs[0].shape.clone()))
    }

    fn forward(&self, inputs: &[&Array]) -> Result<Arrays> {
        let (logits, labels) = (inputs[0], inputs[1]);
        self.infer(&[
            Spec::new(logits.dtype(), logits.shape()),
            Spec::new(labels.dtype(), labels.shape()),
        ])?;
        let positions = positions("cross_entropy", logits, labels)?;
        Ok(outputs(match logits.dtype() {
            DType::F32 => slopes::<f32>(logits, &positions),
            _ => slopes::<f64>(logits, &positions),
        }))
    }

    /// The label is constant: the derivative is that of softmax.
    fn vjp(&self, call: &Call<'_>, gradients: &[Option<Tensor>]) -> Result<Gradients> {
        let back = |d: &Tensor| {
            let y = call.inputs[0].softmax(-1)?;
            y.mul(&d.sub(&d.mul(&y)?.sum_keep(&[-1])?)?)
        };
        Ok([gradients[0].as_ref().map(back).transpose()?, None].into())
    }

    fn saves(&self) -> Saves {
        Saves::INPUTS
    }
}

impl Tensor {
    /// Cross-entropy of these logits with `labels`, an example each: `log Σ exp(x) - x[label]`.
    ///
    /// Labels are class numbers, `[..., classes]` with `[...]` giving `[...]`; or shares of each class of the
    /// logits' own type and shape, `-Σ share · log_softmax(x)`. Take the mean for the loss of a batch. Keras's
    /// `sparse_categorical_crossentropy` and `categorical_crossentropy` with `from_logits=True`.
    ///
    /// # Errors
    /// [`Error::Index`] for a class that does not exist, [`Error::Shape`] unless the labels fit,
    /// [`Error::DType`] unless the logits are `f32` or `f64`, [`Error::MixedDTypes`] for shares of another type.
    ///
    /// # Examples
    /// ```
    /// use ml_core::Tensor;
    ///
    /// let logits = Tensor::from([[0.0, 3f64.ln()], [1000.0, 0.0]]);
    /// let loss = logits.cross_entropy(&Tensor::from([1i64, 0]))?.to_vec::<f64>()?;
    /// assert!((loss[0] - (4f64 / 3.0).ln()).abs() < 1e-12 && loss[1] == 0.0);
    /// # Ok::<(), ml_core::Error>(())
    /// ```
    pub fn cross_entropy(&self, labels: &Tensor) -> Result<Tensor> {
        if labels.dtype().is_integer() {
            return apply(SparseCrossEntropy, &[self, labels]);
        }
        same_dtype("cross_entropy", self.dtype(), labels.dtype())?;
        if !self.shape().matches(labels.shape()) || self.rank() == 0 {
            return Err(Error::Shape {
                op: "cross_entropy",
                left: self.shape().to_vec(),
                right: labels.shape().to_vec(),
                rule: "shares of each class must have the shape of the logits, classes along the last axis",
            });
        }
        labels.mul(&self.log_softmax(-1)?)?.sum(&[-1])?.neg()
    }
}
