//! How a model gets its loss and optimizer, and is called.

use std::sync::OnceLock;

use ml_core::{Error, Result, Tensor, graph::Function};

use super::{Compile, Model, advice::advise};
use crate::{layers::Context, optimizers::BoundOptimizer, training::Ready};

impl Model {
    /// Says what it is trained for and how. What was learned stays; steps, momenta and rates begin anew.
    ///
    /// # Errors
    /// [`Error::Parameter`] for a name that does not exist or a setting outside its domain, [`Error::Data`] for an output
    /// that does not exist, or that is of one number where the loss compares classes.
    ///
    /// # Warnings
    /// Through `tracing`: an activation function at the output that does not suit the loss (book section 10.2.2), a hidden
    /// layer whose units start alike (10.1.4), dense layers without an activation function between them (10.1.4).
    pub fn compile(&mut self, compile: Compile) -> Result<()> {
        if self.root.inputs().is_some() {
            self.ensure_built()?;
        }
        let compiled = compile.resolve(&self.output_names())?;
        if self.is_built() {
            advise(&self.root, &compiled)?;
            self.advised = true;
        }
        self.compiled = Some(compiled);
        self.ready = OnceLock::new();
        Ok(())
    }

    /// Whether it has a loss and an optimizer.
    pub fn is_compiled(&self) -> bool {
        self.compiled.is_some()
    }

    /// What trains it.
    pub(crate) fn ready(&self) -> Result<&Ready> {
        if let Some(ready) = self.ready.get() {
            return Ok(ready);
        }
        let compiled = self.compiled.clone().ok_or_else(|| Error::Data {
            op: "fit",
            problem: format!(
                "model {:?} is not compiled: it has no loss and no optimizer",
                self.name
            ),
            remedy: "call compile(Compile::new(optimizer, loss)) first",
        })?;
        self.ensure_built()?;
        if !self.advised {
            advise(&self.root, &compiled)?;
        }
        let ready = Ready::new(&self.root, compiled, self.seed)?;
        Ok(self.ready.get_or_init(|| ready))
    }

    /// The optimizer with what it keeps, of a model that is compiled and built.
    ///
    /// # Errors
    /// [`Error::Data`] unless it is.
    pub fn optimizer(&self) -> Result<&BoundOptimizer> {
        Ok(&self.ready()?.state.optimizer)
    }

    /// How often steps of training and testing were traced so far.
    ///
    /// # Errors
    /// As [`optimizer`](Self::optimizer).
    pub fn trace_count(&self) -> Result<usize> {
        Ok(self.ready()?.trace_count())
    }

    /// The outputs for these inputs, for loops of your own: recorded by tapes, part of functions that are being traced.
    ///
    /// # Errors
    /// [`Error::Within`] naming the layer where something does not fit.
    pub fn call(&self, inputs: &[Tensor], context: &Context) -> Result<Vec<Tensor>> {
        self.root.call(inputs, context)
    }

    /// What answers, as one function.
    pub(crate) fn forward(&self) -> &Function {
        self.forward.get_or_init(|| {
            let root = self.root.clone();
            Function::new("predict", move |inputs| root.call(inputs, &Context::inference()))
        })
    }
}
