//! A function that is traced once per input signature.

mod serving;

use std::{
    fmt,
    sync::{
        Arc, Mutex, PoisonError, RwLock,
        atomic::{AtomicBool, AtomicUsize, Ordering},
    },
};

use smallvec::SmallVec;

use super::{Argument, Concrete, Parameter, RunOptions, argument::listed};
use crate::{Error, Result, Tensor, ops::Spec};

type Body = dyn Fn(&[Argument]) -> Result<Vec<Tensor>> + Send + Sync;

/// A closure on tensors that becomes a graph per input signature (book section 12.4).
///
/// The first call with a new signature *traces*: it runs the closure with symbols in place of tensors, and
/// every operation adds a node to a graph. The graph is optimised and runs from then on; the closure does not
/// run again. A signature is the type and shape of every tensor, the value of every plain argument, and the
/// identity of every variable. A tensor that differs from a known signature in lengths alone is traced with
/// those lengths unknown, and the same graph then serves any length. If that fails, each shape has its own graph
/// after all.
///
/// What to know when writing one (book section 12.4.2):
/// - only tensor operations are part of the graph; everything else in the closure (printing, counting, random
///   numbers of another library) happens while tracing only;
/// - a Rust loop or `if` runs while tracing: a loop unrolls. [`while_loop`](super::while_loop()),
///   [`for_range`](super::for_range()) and [`cond`](super::cond()) become part of the graph;
/// - variables are created outside, or at the first call only, and captured by cloning their handle;
/// - functions may call functions: their operations are inlined;
/// - a length that is unknown while tracing reads [`Shape::UNKNOWN`](crate::Shape::UNKNOWN) in
///   [`shape()`](Tensor::shape). Take lengths from [`length()`](Tensor::length) or [`len()`](Tensor::len), which make
///   such a trace fail, so that the closure sees numbers only; or as tensors from
///   [`shape_tensor()`](Tensor::shape_tensor) and [`size_tensor()`](Tensor::size_tensor), so that one graph serves all;
/// - threads may call one function at the same time. Each signature is traced once; what the closure itself keeps
///   must be safe to share.
///
/// A call with tensors that a [`Tape`](crate::autodiff::Tape) follows is recorded like the operations
/// themselves.
///
/// # Examples
/// ```
/// use ml_core::{Tensor, graph::Function};
///
/// let cube = Function::unary("cube", |x| x.square()?.mul(x));
/// assert_eq!(cube.apply(&[&Tensor::from(2.0f32)])?.item::<f32>()?, 8.0);
/// assert_eq!(cube.apply(&[&Tensor::from(3.0f32)])?.item::<f32>()?, 27.0);
/// assert_eq!(cube.trace_count(), 1);
/// cube.apply(&[&Tensor::from([1, 2])])?; // another type and shape, another graph
/// assert_eq!(cube.trace_count(), 2);
/// # Ok::<(), ml_core::Error>(())
/// ```
pub struct Function {
    name: String,
    body: Box<Body>,
    arity: Option<usize>,
    names: Vec<String>,
    declared: Option<Vec<Spec>>,
    relax: bool,
    eager: bool,
    options: RunOptions,
    concretes: RwLock<Vec<Arc<Concrete>>>,
    /// Held while tracing, so that no signature is traced twice.
    tracing: Mutex<()>,
    /// Relaxed signatures that the closure could not be traced for.
    refused: Mutex<Vec<Vec<Parameter>>>,
    /// Whether a trace has begun: only the first may create variables.
    begun: AtomicBool,
    traces: AtomicUsize,
}

impl Function {
    /// A function of any number of tensors, with any number of results.
    pub fn new(
        name: impl Into<String>,
        body: impl Fn(&[Tensor]) -> Result<Vec<Tensor>> + Send + Sync + 'static,
    ) -> Self {
        Self::with_arguments(name, move |arguments| {
            let tensors = arguments.iter().map(|argument| argument.tensor().cloned());
            body(&tensors.collect::<Result<Vec<_>>>()?)
        })
    }

    /// A function of one tensor, with one result.
    pub fn unary(
        name: impl Into<String>,
        body: impl Fn(&Tensor) -> Result<Tensor> + Send + Sync + 'static,
    ) -> Self {
        let body = move |x: &[Argument]| Ok(vec![body(x[0].tensor()?)?]);
        Self {
            arity: Some(1),
            ..Self::with_arguments(name, body)
        }
    }

    /// A function of two tensors, with one result.
    pub fn binary(
        name: impl Into<String>,
        body: impl Fn(&Tensor, &Tensor) -> Result<Tensor> + Send + Sync + 'static,
    ) -> Self {
        let body = move |x: &[Argument]| Ok(vec![body(x[0].tensor()?, x[1].tensor()?)?]);
        Self {
            arity: Some(2),
            ..Self::with_arguments(name, body)
        }
    }

    /// A function of tensors, plain values and variables.
    ///
    /// # Examples
    /// ```
    /// use ml_core::{Tensor, autodiff::Variable, graph::{Argument, Function}};
    ///
    /// let increment = Function::with_arguments("increment", |arguments| {
    ///     let counter = arguments[0].variable()?;
    ///     counter.assign_add(arguments[1].tensor()?)?;
    ///     Ok(vec![counter.read()])
    /// });
    /// let counter = Variable::new(0i32);
    /// let by_one = [Argument::from(&counter), Argument::from(1)];
    /// assert_eq!(increment.call_with(&by_one)?[0].item::<i32>()?, 1);
    /// assert_eq!(increment.call_with(&by_one)?[0].item::<i32>()?, 2);
    /// # Ok::<(), ml_core::Error>(())
    /// ```
    pub fn with_arguments(
        name: impl Into<String>,
        body: impl Fn(&[Argument]) -> Result<Vec<Tensor>> + Send + Sync + 'static,
    ) -> Self {
        Self {
            name: name.into(),
            body: Box::new(body),
            arity: None,
            names: Vec::new(),
            declared: None,
            relax: true,
            eager: false,
            options: RunOptions::default(),
            concretes: RwLock::new(Vec::new()),
            tracing: Mutex::new(()),
            refused: Mutex::new(Vec::new()),
            begun: AtomicBool::new(false),
            traces: AtomicUsize::new(0),
        }
    }

    /// Names of the arguments, for listings; `x`, `x_1`, ... unless given.
    #[must_use]
    pub fn argument_names<S: Into<String>>(mut self, names: impl IntoIterator<Item = S>) -> Self {
        self.names = names.into_iter().map(Into::into).collect();
        self
    }

    /// Restricts the function to tensors of these types and shapes, where
    /// [`Shape::UNKNOWN`](crate::Shape::UNKNOWN) stands for any length: one graph serves them all, anything
    /// else is an error (book appendix G).
    ///
    /// # Examples
    /// ```
    /// use ml_core::{DType, Shape, Tensor, graph::Function, ops::Spec};
    ///
    /// let f = Function::unary("f", |x| x.sum(&[1]))
    ///     .input_signature([Spec::new(DType::F32, [Shape::UNKNOWN, 3])]);
    /// assert_eq!(f.apply(&[&Tensor::ones([5, 3], DType::F32)?])?.shape().to_vec(), [5]);
    /// let wrong = f.apply(&[&Tensor::ones([2, 2], DType::F32)?]).unwrap_err();
    /// assert_eq!(
    ///     wrong.to_string(),
    ///     "f: its signature is (f32[?, 3]), but it was called with (f32[2, 2]); \
    ///      pass tensors of that type and shape, or declare no signature"
    /// );
    /// # Ok::<(), ml_core::Error>(())
    /// ```
    #[must_use]
    pub fn input_signature(mut self, specs: impl IntoIterator<Item = Spec>) -> Self {
        self.declared = Some(specs.into_iter().collect());
        self
    }

    /// Whether tensors that differ from a known signature in lengths alone are traced with those lengths
    /// unknown; otherwise every shape has a graph. Default true.
    #[must_use]
    pub fn relax_shapes(mut self, relax: bool) -> Self {
        self.relax = relax;
        self
    }

    /// Whether calls run the closure itself, without tracing: for debugging, since values can then be looked
    /// at and every side effect happens at every call. Default false.
    #[must_use]
    pub fn run_eagerly(mut self, eager: bool) -> Self {
        self.eager = eager;
        self
    }

    /// With how many threads its graphs run.
    #[must_use]
    pub fn options(mut self, options: RunOptions) -> Self {
        self.options = options;
        self
    }

    /// The name it was made with.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The results for these tensors; traces first if their signature is new.
    ///
    /// # Errors
    /// Those of the closure; [`Error::Graph`] if an operation fails when it runs, if the arguments do not fit
    /// the declared signature, if the function creates a variable after its first call, or calls itself.
    pub fn call(&self, arguments: &[&Tensor]) -> Result<Vec<Tensor>> {
        // What is asked for again and again is found without a copy of the arguments.
        if let Some(concrete) = self.known(arguments) {
            return concrete.run(arguments);
        }
        let arguments: SmallVec<[Argument; 4]> = arguments.iter().map(|&tensor| tensor.into()).collect();
        self.call_with(&arguments)
    }

    /// The single result for these tensors.
    ///
    /// # Errors
    /// As [`call`](Self::call); [`Error::Graph`] unless there is exactly one result.
    pub fn apply(&self, arguments: &[&Tensor]) -> Result<Tensor> {
        let mut results = self.call(arguments)?;
        match (results.pop(), results.len()) {
            (Some(result), 0) => Ok(result),
            (last, others) => Err(Error::Graph {
                function: self.name.clone(),
                problem: format!("has {} results, not one", others + usize::from(last.is_some())),
                remedy: "use call, which returns them all",
            }),
        }
    }

    /// As [`call`](Self::call), with plain values and variables among the arguments.
    ///
    /// # Errors
    /// As [`call`](Self::call).
    pub fn call_with(&self, arguments: &[Argument]) -> Result<Vec<Tensor>> {
        if self.eager {
            return self.eagerly(arguments);
        }
        let concrete = self.serving(arguments)?;
        let tensors = arguments.iter().filter_map(|argument| match argument {
            Argument::Tensor(tensor) => Some(tensor),
            Argument::Value(_) | Argument::Variable(_) => None,
        });
        concrete.run(&tensors.collect::<SmallVec<[&Tensor; 4]>>())
    }

    /// Runs the closure itself: no graph, values can be looked at (the book's `python_function`).
    ///
    /// # Errors
    /// Those of the closure; [`Error::Graph`] for the wrong number of arguments or a broken signature.
    pub fn eagerly(&self, arguments: &[Argument]) -> Result<Vec<Tensor>> {
        self.check(arguments)?;
        (self.body)(arguments)
    }

    /// The graph for tensors of these types and shapes, traced if it is not there yet. With a declared signature
    /// that is the one for all of it.
    ///
    /// # Errors
    /// As [`call`](Self::call) while tracing.
    pub fn concrete(&self, specs: &[Spec]) -> Result<Arc<Concrete>> {
        self.check_count(specs.len())?;
        let asked: Vec<_> = specs.iter().cloned().map(Parameter::Tensor).collect();
        let fits = |(spec, asked): (&Spec, &Parameter)| Parameter::Tensor(spec.clone()).covers(asked);
        let wanted = match &self.declared {
            Some(declared) if declared.len() == asked.len() && declared.iter().zip(&asked).all(fits) => {
                declared.iter().cloned().map(Parameter::Tensor).collect()
            }
            Some(declared) => return Err(self.outside(declared, &asked)),
            None => asked,
        };
        let found = || self.found(&wanted, Parameter::same);
        if let Some(known) = found() {
            return Ok(known);
        }
        let _alone = self.alone();
        found().map_or_else(|| self.add(wanted.clone()), Ok)
    }

    /// The graph for these arguments, traced if it is not there yet.
    ///
    /// # Errors
    /// As [`call`](Self::call) while tracing.
    pub fn concrete_with(&self, arguments: &[Argument]) -> Result<Arc<Concrete>> {
        self.serving(arguments)
    }

    /// The graphs so far, in the order of tracing.
    pub fn traced(&self) -> Vec<Arc<Concrete>> {
        self.concretes
            .read()
            .unwrap_or_else(PoisonError::into_inner)
            .clone()
    }

    /// How often the closure was traced.
    pub fn trace_count(&self) -> usize {
        self.traces.load(Ordering::Relaxed)
    }
}

impl fmt::Debug for Function {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let graphs: Vec<_> = self.traced().iter().map(|c| listed(c.signature())).collect();
        write!(f, "Function({:?}, graphs for [{}])", self.name, graphs.join(", "))
    }
}
