//! Which graph serves a call, and how it comes into being.

use std::sync::{Arc, MutexGuard, PoisonError, atomic::Ordering};

use super::{
    super::{
        Argument, Concrete, Parameter,
        argument::listed,
        stack::{is_being_traced, is_tracing},
        trace::Trace,
    },
    Function,
};
use crate::{Error, Result, Tensor, ops::Spec};

/// From this many graphs for plain values on, a warning says what they cost.
const MANY_VALUES: usize = 8;

impl Function {
    /// The graph that was traced for exactly these tensors.
    pub(super) fn known(&self, arguments: &[&Tensor]) -> Option<Arc<Concrete>> {
        if self.eager {
            return None;
        }
        self.found(arguments, |parameter, tensor| parameter.is_tensor_like(tensor))
    }

    /// The first graph whose parameters `fit` the arguments.
    pub(super) fn found<A>(
        &self,
        arguments: &[A],
        fit: impl Fn(&Parameter, &A) -> bool,
    ) -> Option<Arc<Concrete>> {
        let known = self.concretes.read().unwrap_or_else(PoisonError::into_inner);
        let fits = |concrete: &&Arc<Concrete>| {
            let parameters = concrete.signature();
            parameters.len() == arguments.len() && parameters.iter().zip(arguments).all(|(p, a)| fit(p, a))
        };
        known.iter().find(fits).cloned()
    }

    /// The graph that serves a call, traced if need be.
    pub(super) fn serving(&self, arguments: &[Argument]) -> Result<Arc<Concrete>> {
        let found = || {
            let exact = self.found(arguments, Parameter::is);
            exact.or_else(|| self.found(arguments, Parameter::serves))
        };
        if let Some(concrete) = found() {
            return Ok(concrete);
        }
        self.check(arguments)?;
        let _alone = self.alone();
        // Another thread may have traced it meanwhile.
        if let Some(concrete) = found() {
            return Ok(concrete);
        }
        if let Some(declared) = &self.declared {
            return self.add(declared.iter().cloned().map(Parameter::Tensor).collect());
        }
        if let Some(relaxed) = self.relaxed(arguments) {
            match self.add(relaxed.clone()) {
                Ok(concrete) => return Ok(concrete),
                Err(error) => self.refuse(relaxed, &error),
            }
        }
        self.add(arguments.iter().map(Parameter::of).collect())
    }

    /// Keeps other threads from tracing this function meanwhile. A thread that is tracing already goes without: of
    /// two functions that call each other, each could wait for the other.
    pub(super) fn alone(&self) -> Option<MutexGuard<'_, ()>> {
        (!is_tracing()).then(|| self.tracing.lock().unwrap_or_else(PoisonError::into_inner))
    }

    /// A signature that serves both these arguments and one that was traced before, unless it was tried in vain.
    fn relaxed(&self, arguments: &[Argument]) -> Option<Vec<Parameter>> {
        let refused = self.refused.lock().unwrap_or_else(PoisonError::into_inner);
        let known = self.concretes.read().unwrap_or_else(PoisonError::into_inner);
        known.iter().rev().filter(|_| self.relax).find_map(|concrete| {
            let parameters = concrete.signature();
            if parameters.len() != arguments.len() {
                return None;
            }
            let relaxed: Vec<Parameter> = parameters
                .iter()
                .zip(arguments)
                .map(|(p, a)| p.relaxed(a))
                .collect::<Option<_>>()?;
            let same = |other: &Vec<Parameter>| other.iter().zip(&relaxed).all(|(a, b)| a.same(b));
            (!refused.iter().any(same)).then_some(relaxed)
        })
    }

    /// Remembers that the closure needs to know the lengths: each shape has its own graph from here on.
    fn refuse(&self, relaxed: Vec<Parameter>, error: &Error) {
        tracing::debug!(
            function = self.name,
            signature = listed(&relaxed),
            %error,
            "cannot be traced with unknown lengths, so that each shape gets a graph of its own"
        );
        let mut refused = self.refused.lock().unwrap_or_else(PoisonError::into_inner);
        refused.push(relaxed);
    }

    pub(super) fn check_count(&self, count: usize) -> Result<()> {
        match self.arity {
            Some(arity) if arity != count => Err(Error::Graph {
                function: self.name.clone(),
                problem: format!("takes {arity} arguments, but was called with {count}"),
                remedy: "pass as many as its closure takes",
            }),
            _ => Ok(()),
        }
    }

    pub(super) fn check(&self, arguments: &[Argument]) -> Result<()> {
        self.check_count(arguments.len())?;
        let Some(declared) = &self.declared else {
            return Ok(());
        };
        let tensors_fit = |(spec, argument): (&Spec, &Argument)| {
            matches!(argument, Argument::Tensor(_)) && Parameter::Tensor(spec.clone()).serves(argument)
        };
        if declared.len() == arguments.len() && declared.iter().zip(arguments).all(tensors_fit) {
            return Ok(());
        }
        let found: Vec<_> = arguments.iter().map(Parameter::of).collect();
        Err(self.outside(declared, &found))
    }

    /// What was asked for is not what was declared.
    pub(super) fn outside(&self, declared: &[Spec], found: &[Parameter]) -> Error {
        Error::Graph {
            function: self.name.clone(),
            problem: format!(
                "its signature is {}, but it was called with {}",
                listed(declared),
                listed(found),
            ),
            remedy: "pass tensors of that type and shape, or declare no signature",
        }
    }

    /// Traces for `signature` and keeps the graph.
    pub(super) fn add(&self, signature: Vec<Parameter>) -> Result<Arc<Concrete>> {
        let first = !self.begun.swap(true, Ordering::AcqRel);
        let traced = self.trace(&signature, first);
        if traced.is_err() && first {
            self.begun.store(false, Ordering::Release);
        }
        let concrete = Arc::new(traced?);
        let mut known = self.concretes.write().unwrap_or_else(PoisonError::into_inner);
        known.push(Arc::clone(&concrete));
        let is_value = |parameter: &Parameter| matches!(parameter, Parameter::Value(_));
        let for_values = |concrete: &&Arc<Concrete>| concrete.signature().iter().any(is_value);
        if for_values(&&concrete) && known.iter().filter(for_values).count() == MANY_VALUES {
            tracing::warn!(
                function = self.name,
                graphs = MANY_VALUES,
                "every distinct plain value has a graph of its own, which takes time to trace and memory for as \
                 long as the function lives; pass values that vary as tensors"
            );
        }
        Ok(concrete)
    }

    fn trace(&self, signature: &[Parameter], first: bool) -> Result<Concrete> {
        let owner = std::ptr::from_ref(self).addr();
        if is_being_traced(owner) {
            return Err(Error::Graph {
                function: self.name.clone(),
                problem: "calls itself while it is being traced".to_owned(),
                remedy: "a graph has no recursion: write a while_loop, or a plain Rust function",
            });
        }
        self.traces.fetch_add(1, Ordering::Relaxed);
        let trace = Trace::of_function(&self.name, first, owner);
        let symbols = signature
            .iter()
            .enumerate()
            .map(|(number, parameter)| match parameter {
                Parameter::Tensor(spec) => {
                    let name = self.names.get(number).map_or("x", String::as_str);
                    Argument::Tensor(trace.placeholder(name, spec.clone()))
                }
                Parameter::Value(value) => Argument::Value(value.clone()),
                Parameter::Variable(variable) => Argument::Variable(variable.clone()),
            });
        let symbols: Vec<_> = symbols.collect();
        let results = trace.enter(|| (self.body)(&symbols));
        // A broken rule explains errors that follow from it.
        trace.check()?;
        Ok(Concrete::new(
            trace.finish(&results?)?,
            signature.to_vec(),
            self.options,
        ))
    }
}
