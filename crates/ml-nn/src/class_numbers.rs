//! Whole numbers that must lie in a range: classes, things to look up.

use std::ops::RangeInclusive;

use ml_core::{
    DType, Error, Result, Tensor,
    ops::{Arrays, Call, Gradients, Primitive, Saves, Spec, Specs, apply},
    tensor::Array,
};
use serde::{Deserialize, Serialize};

/// Passes `i64` numbers on that lie in `0..count`, and refuses others, naming the first: where it runs a graph, too.
#[derive(Debug, Clone, Serialize, Deserialize)]
struct ClassNumbers {
    count: usize,
    op: String,
}

/// These numbers as `i64`; an error names the first that is not in `0..count`, and its place.
pub(crate) fn checked(op: &'static str, numbers: &Tensor, count: usize) -> Result<Tensor> {
    let numbers = numbers.cast(DType::I64)?;
    apply(
        ClassNumbers {
            count,
            op: op.to_owned(),
        },
        &[&numbers],
    )
}

#[typetag::serde(name = "nn_class_numbers")]
impl Primitive for ClassNumbers {
    fn name(&self) -> &'static str {
        "class_numbers"
    }

    fn arity(&self) -> RangeInclusive<usize> {
        1..=1
    }

    fn infer(&self, inputs: &[Spec]) -> Result<Specs> {
        inputs[0]
            .dtype
            .require("class_numbers", inputs[0].dtype == DType::I64, "i64")?;
        Ok([inputs[0].clone()].into_iter().collect())
    }

    fn forward(&self, inputs: &[&Array]) -> Result<Arrays> {
        let numbers = inputs[0].values::<i64>()?;
        let fits = |number: i64| usize::try_from(number).is_ok_and(|number| number < self.count);
        if let Some(place) = numbers.iter().position(|&number| !fits(number)) {
            return Err(Error::Data {
                op: "class numbers",
                problem: format!(
                    "{} takes 0 to {}, but the number at place {place} is {}",
                    self.op,
                    self.count.saturating_sub(1),
                    numbers[place]
                ),
                remedy: "number classes and things from 0 on, and give the layer as many units or rows as there are",
            });
        }
        Ok([inputs[0].clone()].into_iter().collect())
    }

    fn vjp(&self, call: &Call<'_>, _: &[Option<Tensor>]) -> Result<Gradients> {
        Ok(Gradients::from_elem(None, call.inputs.len()))
    }

    fn saves(&self) -> Saves {
        Saves::NOTHING
    }
}
