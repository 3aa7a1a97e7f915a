//! A function that is traced once per input signature.

use std::{
    fmt,
    sync::{
        Arc, PoisonError, RwLock,
        atomic::{AtomicBool, AtomicUsize, Ordering},
    },
};

use smallvec::SmallVec;

use super::{
    Argument, Concrete, Parameter, RunOptions, argument::listed, stack::is_being_traced, trace::Trace,
};
use crate::{Error, Result, Tensor, ops::Spec};

type Body = dyn Fn(&[Argument]) -> Result<Vec<Tensor>> + Send + Sync;

/// From this many graphs for plain values on, a warning says what they cost.
const MANY_VALUES: usize = 8;

/// A closure on tensors that becomes a graph per input signature (book section 12.4).
///
/// The first call with a new signature *traces*: it runs the closure with symbols in place of tensors, and
/// every operation adds a node to a graph. The graph is optimised and runs from then on; the closure does not
/// run again. A signature is the type and shape of every tensor, the value of every plain argument, and the
/// identity of every variable. A tensor that differs from a known signature in lengths alone is traced with
/// those lengths unknown, and the same graph then serves any length.
///
/// What to know when writing one (book section 12.4.2):
/// - only tensor operations are part of the graph; everything else in the closure (printing, counting, random
///   numbers of another library) happens while tracing only;
/// - a Rust loop or `if` runs while tracing: a loop unrolls. [`while_loop`](super::while_loop()),
///   [`for_range`](super::for_range()) and [`cond`](super::cond()) become part of the graph;
/// - variables are created outside, or at the first call only, and captured by cloning their handle;
/// - functions may call functions: their operations are inlined.
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

    /// The graph for tensors of these types and shapes, traced if it is not there yet.
    ///
    /// # Errors
    /// As [`call`](Self::call) while tracing.
    pub fn concrete(&self, specs: &[Spec]) -> Result<Arc<Concrete>> {
        let parameters: Vec<_> = specs.iter().cloned().map(Parameter::Tensor).collect();
        let same = |concrete: &Arc<Concrete>| {
            let known = concrete.signature();
            known.len() == specs.len()
                && known
                    .iter()
                    .zip(specs)
                    .all(|(known, spec)| matches!(known, Parameter::Tensor(k) if k == spec))
        };
        if let Some(known) = self.traced().iter().find(|concrete| same(concrete)) {
            return Ok(Arc::clone(known));
        }
        self.check_count(specs.len())?;
        self.add(parameters)
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

    /// The graph that was traced for exactly these tensors.
    fn known(&self, arguments: &[&Tensor]) -> Option<Arc<Concrete>> {
        if self.eager {
            return None;
        }
        self.found(arguments, |parameter, tensor| parameter.is_tensor_like(tensor))
    }

    /// The first graph whose parameters `fit` the arguments.
    fn found<A>(&self, arguments: &[A], fit: impl Fn(&Parameter, &A) -> bool) -> Option<Arc<Concrete>> {
        let known = self.concretes.read().unwrap_or_else(PoisonError::into_inner);
        let fits = |concrete: &&Arc<Concrete>| {
            let parameters = concrete.signature();
            parameters.len() == arguments.len() && parameters.iter().zip(arguments).all(|(p, a)| fit(p, a))
        };
        known.iter().find(fits).cloned()
    }

    /// The graph that serves a call, traced if need be.
    fn serving(&self, arguments: &[Argument]) -> Result<Arc<Concrete>> {
        let exact = self.found(arguments, Parameter::is);
        if let Some(concrete) = exact.or_else(|| self.found(arguments, Parameter::serves)) {
            return Ok(concrete);
        }
        self.check(arguments)?;
        if let Some(declared) = &self.declared {
            return self.add(declared.iter().cloned().map(Parameter::Tensor).collect());
        }
        if let Some(relaxed) = self.relaxed(arguments) {
            // A closure may need to know the lengths: then each shape has its own graph after all.
            if let Ok(concrete) = self.add(relaxed) {
                return Ok(concrete);
            }
        }
        self.add(arguments.iter().map(Parameter::of).collect())
    }

    /// A signature that serves both these arguments and one that was traced before.
    fn relaxed(&self, arguments: &[Argument]) -> Option<Vec<Parameter>> {
        let known = self.concretes.read().unwrap_or_else(PoisonError::into_inner);
        known.iter().rev().filter(|_| self.relax).find_map(|concrete| {
            let parameters = concrete.signature();
            if parameters.len() != arguments.len() {
                return None;
            }
            parameters
                .iter()
                .zip(arguments)
                .map(|(p, a)| p.relaxed(a))
                .collect()
        })
    }

    fn check_count(&self, count: usize) -> Result<()> {
        match self.arity {
            Some(arity) if arity != count => Err(Error::Graph {
                function: self.name.clone(),
                problem: format!("takes {arity} arguments, but was called with {count}"),
                remedy: "pass as many as its closure takes",
            }),
            _ => Ok(()),
        }
    }

    fn check(&self, arguments: &[Argument]) -> Result<()> {
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
        Err(Error::Graph {
            function: self.name.clone(),
            problem: format!(
                "its signature is {}, but it was called with {}",
                listed(declared),
                listed(arguments.iter().map(Parameter::of)),
            ),
            remedy: "pass tensors of that type and shape, or declare no signature",
        })
    }

    /// Traces for `signature` and keeps the graph.
    fn add(&self, signature: Vec<Parameter>) -> Result<Arc<Concrete>> {
        let first = !self.begun.swap(true, Ordering::AcqRel);
        let traced = self.trace(&signature, first);
        if traced.is_err() && first {
            self.begun.store(false, Ordering::Release);
        }
        let concrete = Arc::new(traced?);
        let mut known = self.concretes.write().unwrap_or_else(PoisonError::into_inner);
        known.push(Arc::clone(&concrete));
        let for_values = |concrete: &&Arc<Concrete>| {
            concrete
                .signature()
                .iter()
                .any(|parameter| matches!(parameter, Parameter::Value(_)))
        };
        if known.iter().filter(for_values).count() == MANY_VALUES {
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

impl fmt::Debug for Function {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let graphs: Vec<_> = self.traced().iter().map(|c| listed(c.signature())).collect();
        write!(f, "Function({:?}, graphs for [{}])", self.name, graphs.join(", "))
    }
}
