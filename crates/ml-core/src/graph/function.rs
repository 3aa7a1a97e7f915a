//! A function that is traced once per input signature.

use std::sync::{Arc, Mutex, PoisonError};

use super::{Graph, run::run, trace::Trace};
use crate::{Result, Tensor, ops::Spec, tensor::Array};

type Body = dyn Fn(&[Tensor]) -> Result<Vec<Tensor>> + Send + Sync;

/// A closure on tensors that becomes a graph per input signature (book section 12.4).
///
/// # Examples
/// ```
/// use ml_core::{Tensor, graph::Function};
///
/// let cube = Function::new("cube", |x| Ok(vec![x[0].square()?.mul(&x[0])?]));
/// assert_eq!(cube.call(&[&Tensor::from(2.0f32)])?[0].item::<f32>()?, 8.0);
/// # Ok::<(), ml_core::Error>(())
/// ```
pub struct Function {
    name: String,
    body: Box<Body>,
    traced: Mutex<Vec<(Vec<Spec>, Arc<Graph>)>>,
}

impl Function {
    /// A function of this name.
    pub fn new(
        name: impl Into<String>,
        body: impl Fn(&[Tensor]) -> Result<Vec<Tensor>> + Send + Sync + 'static,
    ) -> Self {
        Self {
            name: name.into(),
            body: Box::new(body),
            traced: Mutex::new(Vec::new()),
        }
    }

    /// The results for these arguments; traces first if their signature is new.
    ///
    /// # Errors
    /// Those of the closure, and of the operations when they run.
    pub fn call(&self, arguments: &[&Tensor]) -> Result<Vec<Tensor>> {
        let graph = self.graph(arguments)?;
        let arrays = arguments
            .iter()
            .map(|argument| argument.array())
            .collect::<Result<Vec<&Array>>>()?;
        run(&graph, &arrays)
    }

    fn graph(&self, arguments: &[&Tensor]) -> Result<Arc<Graph>> {
        let signature: Vec<Spec> = arguments.iter().map(|argument| argument.spec()).collect();
        let mut traced = self.traced.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some((_, graph)) = traced.iter().find(|(known, _)| *known == signature) {
            return Ok(Arc::clone(graph));
        }
        let trace = Trace::new(&self.name, traced.is_empty());
        let symbols: Vec<Tensor> = signature
            .iter()
            .map(|spec| trace.placeholder("x", spec.clone()))
            .collect();
        let outputs = trace.enter(|| (self.body)(&symbols))?;
        let graph = Arc::new(trace.finish(&outputs)?);
        traced.push((signature, Arc::clone(&graph)));
        Ok(graph)
    }
}
