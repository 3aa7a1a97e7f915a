//! What a primitive operation is, and the one way to apply it.

use std::{fmt, ops::RangeInclusive, sync::Arc};

use serde::{Deserialize, Serialize};
use smallvec::{SmallVec, smallvec};

use super::Block;
use crate::{
    DType, Error, Result, Shape, Tensor,
    autodiff::{self, Rule, Tape},
    graph,
    tensor::{Array, Value},
};

/// Element type and shape of a tensor, known before its values are.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Spec {
    /// Element type.
    pub dtype: DType,
    /// Lengths of the axes; [`Shape::UNKNOWN`] for one that may vary.
    pub shape: Shape,
}

impl Spec {
    /// This element type and shape.
    pub fn new(dtype: DType, shape: impl Into<Shape>) -> Self {
        Self {
            dtype,
            shape: shape.into(),
        }
    }
}

impl fmt::Display for Spec {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}{}", self.dtype, self.shape)
    }
}

/// Specs of the outputs of a primitive: nearly always one.
pub type Specs = SmallVec<[Spec; 1]>;
/// Values of the outputs of a primitive.
pub type Arrays = SmallVec<[Array; 1]>;
/// Gradients or tangents, one an input; `None` for zero.
pub type Gradients = SmallVec<[Option<Tensor>; 2]>;

/// An operand as whoever runs an operation has it.
#[doc(hidden)]
#[derive(Debug)]
pub enum Input<'a> {
    /// Somebody may look at it later.
    Kept(&'a Array),
    /// Nobody needs it any more: the result of this number may be computed in its memory, if nobody else holds that and
    /// the result has its type and shape.
    Spent(&'a mut Array, usize),
}

impl Input<'_> {
    /// The operand.
    pub fn array(&self) -> &Array {
        match self {
            Self::Kept(array) => array,
            Self::Spent(array, _) => array,
        }
    }
}

/// Values of the outputs of a primitive; `None` for one that lies in the operand it was computed over.
#[doc(hidden)]
pub type Results = SmallVec<[Option<Array>; 1]>;

/// An application of a primitive that is being differentiated.
#[derive(Clone, Copy)]
pub struct Call<'c> {
    /// What it was applied to. Only element types and shapes where [`Primitive::saves`] says so.
    pub inputs: &'c [Tensor],
    /// What it gave.
    pub outputs: &'c [Tensor],
    /// For which inputs a gradient is wanted.
    pub wanted: &'c [bool],
}

/// What a reverse rule looks at, so that nothing else is kept in memory until then.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Saves {
    /// Whether it needs the values of the inputs, or only their types and shapes.
    pub inputs: bool,
    /// Whether it needs the values of the outputs.
    pub outputs: bool,
}

impl Saves {
    /// Types and shapes alone.
    pub const NOTHING: Self = Self {
        inputs: false,
        outputs: false,
    };
    /// The values of the inputs.
    pub const INPUTS: Self = Self {
        inputs: true,
        outputs: false,
    };
    /// The values of the outputs.
    pub const OUTPUTS: Self = Self {
        inputs: false,
        outputs: true,
    };
    /// The values of both.
    pub const ALL: Self = Self {
        inputs: true,
        outputs: true,
    };
}

/// An operation defined once: name, types and shapes, kernel, derivatives.
///
/// Derivatives are written with tensor operations, so that they have derivatives themselves. To add one:
/// a file in `ops/`, a line in `ops/mod.rs`, a row in the table of `tests/api/ops_table.rs`. A primitive of
/// your own crate works the same: implement this under `#[typetag::serde(name = "...")]`, and call
/// [`apply`].
#[typetag::serde]
pub trait Primitive: fmt::Debug + Send + Sync {
    /// Its name in graphs, files and messages.
    fn name(&self) -> &'static str;

    /// How many operands it takes: any other number is refused before the operation sees them. Unless a primitive
    /// says otherwise, one.
    fn arity(&self) -> RangeInclusive<usize> {
        1..=1
    }

    /// Types and shapes of the outputs, from those of the inputs; unknown axes stay unknown where they matter.
    ///
    /// # Errors
    /// What does not fit: this is the one place where an operation checks its operands.
    fn infer(&self, inputs: &[Spec]) -> Result<Specs>;

    /// The outputs. Operands have passed [`infer`](Self::infer) or are checked here just the same.
    ///
    /// # Errors
    /// As [`infer`](Self::infer), and what only values can tell.
    fn forward(&self, inputs: &[&Array]) -> Result<Arrays>;

    /// What [`forward`](Self::forward) gives for a few elements that lie alike, by the shortest way: something of the
    /// very type and shape of every operand. `None` for all other operands.
    #[doc(hidden)]
    fn few(&self, inputs: &[&Tensor]) -> Option<Array> {
        let _ = inputs;
        None
    }

    /// As [`forward`](Self::forward), where results may be computed over operands. After an error all operands are as
    /// they were.
    #[doc(hidden)]
    fn forward_over(&self, inputs: &mut [Input<'_>]) -> Result<Results> {
        let inputs: SmallVec<[&Array; 4]> = inputs.iter().map(Input::array).collect();
        Ok(self.forward(&inputs)?.into_iter().map(Some).collect())
    }

    /// Reverse rule: from the gradients of the outputs to those of the inputs.
    ///
    /// # Errors
    /// [`Error::Gradient`] where there is none; errors of the operations it consists of.
    fn vjp(&self, call: &Call<'_>, gradients: &[Option<Tensor>]) -> Result<Gradients>;

    /// Forward rule: from tangents of the inputs to those of the outputs.
    ///
    /// Unless a primitive brings its own: the reverse rule is linear in the gradient, and the derivative
    /// of that is the forward rule.
    ///
    /// # Errors
    /// As [`vjp`](Self::vjp).
    fn jvp(&self, call: &Call<'_>, tangents: &[Option<Tensor>]) -> Result<Gradients> {
        transposed_vjp(call, tangents, &|call, gradients| self.vjp(call, gradients))
    }

    /// What [`vjp`](Self::vjp) looks at.
    fn saves(&self) -> Saves {
        Saves::ALL
    }

    /// Whether running it twice differs from running it once: it then keeps its place in the order.
    fn is_stateful(&self) -> bool {
        false
    }

    /// The same operation, giving what its reverse rule cannot compute again as further outputs.
    #[doc(hidden)]
    fn recorded(&self) -> Option<Arc<dyn Primitive>> {
        None
    }

    /// The graphs inside it: branches, or the parts of a loop.
    #[doc(hidden)]
    fn subgraphs(&self) -> Vec<&graph::Graph> {
        Vec::new()
    }

    /// Its loop over elements, if it has one that can be fused with its neighbours'.
    #[doc(hidden)]
    fn block(&self) -> Option<&dyn Block> {
        None
    }
}

/// [`Primitive::vjp`] of some primitive.
type ReverseRule<'r> = dyn Fn(&Call<'_>, &[Option<Tensor>]) -> Result<Gradients> + 'r;

/// The forward rule by differentiating the reverse rule with respect to the gradient it is given.
pub(crate) fn transposed_vjp(
    call: &Call<'_>,
    tangents: &[Option<Tensor>],
    vjp: &ReverseRule<'_>,
) -> Result<Gradients> {
    let tape = Tape::persistent();
    // Only floating-point outputs have gradients.
    let watch = |output: &Tensor| {
        let float = output.dtype().is_float();
        float.then(|| tape.watch(&output.zeros_like()?)).transpose()
    };
    let gradients: SmallVec<[Option<Tensor>; 1]> = call.outputs.iter().map(watch).collect::<Result<_>>()?;
    let wanted: SmallVec<[bool; 4]> = tangents.iter().map(Option::is_some).collect();
    let linear = vjp(
        &Call {
            wanted: &wanted,
            ..*call
        },
        &gradients,
    )?;
    let mut pulled: SmallVec<[Option<Tensor>; 2]> = smallvec![None; gradients.len()];
    for (gradient, tangent) in linear.iter().zip(tangents) {
        let (Some(gradient), Some(tangent)) = (gradient, tangent) else {
            continue;
        };
        for (pulled, watched) in pulled.iter_mut().zip(&gradients) {
            let Some(watched) = watched else { continue };
            let part = tape.vector_jacobian(gradient, tangent, &[watched])?.remove(0);
            *pulled = match (pulled.take(), part) {
                (Some(sum), Some(part)) => Some(sum.add(&part)?),
                (sum, part) => sum.or(part),
            };
        }
    }
    Ok(pulled)
}

/// Applies a primitive with one output: computes, or adds to the graph that is being traced; and records
/// for the tapes that follow an input.
///
/// # Errors
/// Those of the primitive.
#[inline]
pub fn apply<P: Primitive + 'static>(primitive: P, inputs: &[&Tensor]) -> Result<Tensor> {
    if let Some(array) = primitive.few(inputs) {
        let mut output = Tensor::from(array);
        if inputs.iter().any(|input| input.origin.is_some()) {
            let tapes = autodiff::tapes_of(inputs);
            let saves = primitive.saves();
            if !tapes.is_empty() && saves == Saves::NOTHING {
                output.origin = Some(autodiff::record_alike(tapes, || Rule::of(primitive), inputs));
            } else if !tapes.is_empty() {
                let outputs = std::slice::from_mut(&mut output);
                remember(tapes, || Rule::of(primitive), saves, inputs, outputs);
            }
        }
        return Ok(output);
    }
    Ok(apply_many(primitive, inputs)?
        .pop()
        .expect("infer and forward of a primitive give an output"))
}

/// As [`apply`], for primitives with several outputs.
///
/// # Errors
/// Those of the primitive.
#[inline]
pub fn apply_many<P: Primitive + 'static>(primitive: P, inputs: &[&Tensor]) -> Result<SmallVec<[Tensor; 1]>> {
    check_arity(&primitive, inputs.len())?;
    // Pushed, not collected: this runs at every operation, and a collection asks more than once for its length.
    let mut arrays: SmallVec<[&Array; 4]> = SmallVec::new();
    for input in inputs {
        if let Value::Array(array) = &input.value {
            arrays.push(array);
        }
    }
    let tapes = autodiff::tapes_of(inputs);
    // Tracing starts with a symbol, or with something stateful inside the traced closure.
    let traced = arrays.len() < inputs.len() || (primitive.is_stateful() && graph::is_tracing());
    if traced {
        let primitive: Arc<dyn Primitive> = Arc::new(primitive);
        return apply_shared(&primitive, inputs, tapes, None, Rule::Primitive);
    }
    check_room(&primitive, &arrays)?;
    let mut outputs = tensors(primitive.forward(&arrays)?);
    if !tapes.is_empty() {
        let saves = primitive.saves();
        remember(tapes, || Rule::of(primitive), saves, inputs, &mut outputs);
    }
    Ok(outputs)
}

/// As [`apply_many`], for a primitive that is shared already.
pub(crate) fn apply_dyn(primitive: &Arc<dyn Primitive>, inputs: &[&Tensor]) -> Result<SmallVec<[Tensor; 1]>> {
    apply_ruled(primitive, inputs, Rule::Primitive)
}

/// As [`apply_dyn`], recorded with the rule that `rule` makes of the primitive.
pub(crate) fn apply_ruled(
    primitive: &Arc<dyn Primitive>,
    inputs: &[&Tensor],
    rule: impl FnOnce(Arc<dyn Primitive>) -> Rule,
) -> Result<SmallVec<[Tensor; 1]>> {
    check_arity(&**primitive, inputs.len())?;
    let arrays: Option<SmallVec<[&Array; 4]>> = inputs.iter().map(|input| input.array().ok()).collect();
    let tapes = autodiff::tapes_of(inputs);
    let traced = primitive.is_stateful() && graph::is_tracing();
    apply_shared(
        primitive,
        inputs,
        tapes,
        arrays.as_deref().filter(|_| !traced),
        rule,
    )
}

/// Refuses outputs for which the system has no memory, where operands stretch each other to so many elements.
#[inline]
fn check_room(primitive: &dyn Primitive, inputs: &[&Array]) -> Result<()> {
    /// No product of operands of fewer elements is large.
    const MANY: usize = 1 << 28;
    let most = inputs
        .iter()
        .fold(1usize, |most, input| most.saturating_mul(input.len()));
    if most < MANY {
        return Ok(());
    }
    let specs: SmallVec<[Spec; 3]> = inputs
        .iter()
        .map(|input| Spec::new(input.dtype(), input.shape()))
        .collect();
    for output in primitive.infer(&specs)? {
        // Of unknown lengths only the values tell.
        if output.shape.is_known() {
            output.shape.checked_room(primitive.name(), output.dtype)?;
        }
    }
    Ok(())
}

#[inline]
fn tensors(mut arrays: Arrays) -> SmallVec<[Tensor; 1]> {
    match (arrays.pop(), arrays.is_empty()) {
        (Some(only), true) => SmallVec::from_buf([only.into()]),
        (last, _) => arrays.into_iter().chain(last).map(Tensor::from).collect(),
    }
}

/// Computes if there are `arrays`, traces if not, and records for `tapes`.
fn apply_shared(
    primitive: &Arc<dyn Primitive>,
    inputs: &[&Tensor],
    tapes: autodiff::Tapes,
    arrays: Option<&[&Array]>,
    rule: impl FnOnce(Arc<dyn Primitive>) -> Rule,
) -> Result<SmallVec<[Tensor; 1]>> {
    let mut outputs: SmallVec<[Tensor; 1]> = match arrays {
        Some(arrays) => {
            check_room(&**primitive, arrays)?;
            tensors(primitive.forward(arrays)?)
        }
        None => graph::trace(primitive, inputs)?,
    };
    if !tapes.is_empty() {
        let saves = primitive.saves();
        remember(tapes, || rule(Arc::clone(primitive)), saves, inputs, &mut outputs);
    }
    Ok(outputs)
}

/// Records an operation for `tapes`, unless its outputs have no gradient.
fn remember(
    tapes: autodiff::Tapes,
    rule: impl FnOnce() -> Rule,
    saves: Saves,
    inputs: &[&Tensor],
    outputs: &mut [Tensor],
) {
    if outputs.iter().all(|output| !output.dtype().is_float()) {
        return;
    }
    let mut kept: SmallVec<[Tensor; 2]> = SmallVec::new();
    for input in inputs {
        kept.push(Tensor {
            value: keep(&input.value, saves.inputs),
            origin: input.origin.clone(),
        });
    }
    autodiff::record(tapes, rule, kept, outputs, saves.outputs);
}

/// Arrays smaller than this are kept whole: hollowing them out costs more than it saves.
///
/// Not so in debug builds: there the tests notice every rule that looks at what it did not ask for.
const SMALL: usize = if cfg!(debug_assertions) { 0 } else { 4 << 10 };

/// The value as a node keeps it: only type and shape unless it is needed.
pub(crate) fn keep(value: &Value, needed: bool) -> Value {
    match value {
        Value::Array(array) if !needed && array.bytes() > SMALL => Value::Array(array.hollow()),
        value => value.clone(),
    }
}

/// Refuses operands of different element types.
pub(crate) fn same_dtype(op: &'static str, left: DType, right: DType) -> Result<()> {
    if left == right {
        return Ok(());
    }
    Err(Error::MixedDTypes {
        op,
        left: left.name(),
        right: right.name(),
    })
}

/// Refuses another number of operands than `primitive` takes.
#[inline]
pub(crate) fn check_arity<P: Primitive + ?Sized>(primitive: &P, operands: usize) -> Result<()> {
    let arity = primitive.arity();
    if arity.contains(&operands) {
        return Ok(());
    }
    let (least, most) = arity.into_inner();
    Err(Error::Parameter {
        name: format!("{}: number of operands", primitive.name()),
        value: operands.to_string(),
        domain: match most {
            usize::MAX => format!("at least {least}"),
            most if most == least => most.to_string(),
            most => format!("{least} to {most}"),
        },
    })
}

/// One operand, and another whose shape it takes if `like`.
pub(crate) fn with_like(like: bool) -> RangeInclusive<usize> {
    let operands = 1 + usize::from(like);
    operands..=operands
}

/// Specs with a single one.
pub(crate) fn one(dtype: DType, shape: Shape) -> Specs {
    smallvec![Spec { dtype, shape }]
}
