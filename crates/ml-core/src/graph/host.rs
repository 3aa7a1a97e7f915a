//! Code of the host inside graphs.

use std::{fmt, ops::RangeInclusive, sync::Arc};

use serde::{Deserialize, Deserializer, Serialize, Serializer, de, ser};
use smallvec::SmallVec;

use crate::{
    Error, Result, Tensor,
    ops::{Arrays, Call, Gradients, Primitive, Spec, Specs, apply_many},
    tensor::Array,
};

type Body = dyn Fn(&[Tensor]) -> Result<Vec<Tensor>> + Send + Sync;

/// A closure as an operation.
#[derive(Clone)]
struct Host {
    body: Arc<Body>,
    outputs: Vec<Spec>,
}

/// What a file could hold of a closure: nothing.
const NOT_STORED: &str = "a host function cannot be stored: it is code";

impl Serialize for Host {
    fn serialize<S: Serializer>(&self, _: S) -> Result<S::Ok, S::Error> {
        Err(ser::Error::custom(NOT_STORED))
    }
}

impl<'de> Deserialize<'de> for Host {
    fn deserialize<D: Deserializer<'de>>(_: D) -> Result<Self, D::Error> {
        Err(de::Error::custom(NOT_STORED))
    }
}

impl fmt::Debug for Host {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Host({:?})", self.outputs)
    }
}

#[typetag::serde(name = "host_function")]
impl Primitive for Host {
    fn name(&self) -> &'static str {
        "host_function"
    }

    fn arity(&self) -> RangeInclusive<usize> {
        0..=usize::MAX
    }

    fn infer(&self, _: &[Spec]) -> Result<Specs> {
        Ok(self.outputs.iter().cloned().collect())
    }

    fn forward(&self, inputs: &[&Array]) -> Result<Arrays> {
        let inputs: Vec<Tensor> = inputs.iter().map(|&array| Tensor::from(array.clone())).collect();
        let results = (self.body)(&inputs)?;
        let announced = |(result, spec): (&Tensor, &Spec)| {
            result.dtype() == spec.dtype && result.shape().matches(&spec.shape)
        };
        if results.len() != self.outputs.len() || !results.iter().zip(&self.outputs).all(announced) {
            return Err(Error::Graph {
                function: "host_function".to_owned(),
                problem: format!(
                    "gave {:?} where {:?} was announced",
                    results.iter().map(Tensor::spec).collect::<Vec<_>>(),
                    self.outputs
                ),
                remedy: "announce the types and shapes that the closure returns",
            });
        }
        results.iter().map(|result| result.array().cloned()).collect()
    }

    fn vjp(&self, _: &Call<'_>, _: &[Option<Tensor>]) -> Result<Gradients> {
        Err(Error::Gradient {
            op: "host_function",
            problem: "nothing is known of how its results depend on its operands".to_owned(),
            remedy: "use stop_gradient() on the operands, or write it with tensor operations",
        })
    }

    /// It may do anything: it runs at every call, in its place.
    fn is_stateful(&self) -> bool {
        true
    }
}

/// Calls `body` with the values of `inputs`: any code, which runs whenever the graph does, in program order
/// (book section 12.4.2). `outputs` says beforehand what it gives.
///
/// It costs what graphs are for: nothing of it is optimised, no gradient flows through it, and a graph that
/// holds it cannot be saved.
///
/// # Errors
/// Those of `body`; [`Error::Graph`] if it gives something else than announced.
///
/// # Examples
/// ```
/// use ml_core::{DType, Tensor, graph::{Function, host_function}, ops::Spec};
///
/// let f = Function::unary("f", |x| {
///     let largest = |x: &[Tensor]| {
///         let values = x[0].to_vec::<f64>()?; // values are there: this runs with the graph
///         Ok(vec![Tensor::from(values.into_iter().fold(f64::MIN, f64::max))])
///     };
///     Ok(host_function(&[Spec::new(DType::F64, [])], largest, &[x])?.remove(0))
/// });
/// assert_eq!(f.apply(&[&Tensor::from([3.0, 7.0, 5.0])])?.item::<f64>()?, 7.0);
/// assert_eq!(f.apply(&[&Tensor::from([9.0, 7.0, 5.0])])?.item::<f64>()?, 9.0);
/// # Ok::<(), ml_core::Error>(())
/// ```
pub fn host_function(
    outputs: &[Spec],
    body: impl Fn(&[Tensor]) -> Result<Vec<Tensor>> + Send + Sync + 'static,
    inputs: &[&Tensor],
) -> Result<SmallVec<[Tensor; 1]>> {
    apply_many(
        Host {
            body: Arc::new(body),
            outputs: outputs.to_vec(),
        },
        inputs,
    )
}
