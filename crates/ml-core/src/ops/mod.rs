//! Operations: one file each, with its documentation, shape rule, kernel and derivatives.
//!
//! A *primitive* computes on arrays and brings a reverse rule; everything else is composed of primitives and
//! needs neither. Eager execution, tapes, graphs and files all use the one definition.
//!
//! | family | files |
//! |---|---|
//! | how an operation is defined | `primitive`, `elementwise` |
//! | arithmetic | `add`, `sub`, `mul`, `div`, `neg`, `add_n`, `division`, `square`, `power`, `abs`, `round` |
//! | elementary functions | `exp`, `log`, `logit` (with logaddexp, xlogy), `tanh`, `trigonometric`, `hypot`, `erf` (with erfinv), `polygamma` (with lgamma, digamma), `lerp`, `flush` |
//! | activations | `relu`, `sigmoid`, `softplus`, `elu`, `gelu`, `silu` |
//! | choice | `extremum`, `clip`, `select`, `step` |
//! | comparison, logic, bits | `compare`, `close`, `predicate`, `logical`, `bitwise` |
//! | several in one pass | `fused`, `epilogue` |
//! | shapes | `reshape`, `transpose`, `broadcast` |
//! | more shapes | `squeeze`, `concat` (with stack, split, roll), `repeat` (with tile), `pad` |
//! | creation | `fill`, `create` (ranges, grids), `one_hot`, `diag` (with eye), `triangle` |
//! | indexing | `index` (slices), `mask`, `gather`, `scatter`, `segment` |
//! | order | `sort` (with top_k), `quantile` (with median, diff), `argmax`, `unique` (with searchsorted, bincount), `cumsum` (with cumprod), `cummax` (with logcumsumexp, sequence_mask), `members` (with histogram, nansum, cross) |
//! | reductions | `reduction`, `sum`, `mean`, `prod`, `max`, `truth`, `variance`, `norm`, `softmax`, `cross_entropy` |
//! | products | `matmul`, `tensordot` (with dot, outer, kron, matmul_bias), `einsum` |
//! | linear algebra | `linear_algebra` |
//! | signals, complex numbers as pairs | `fft` |
//! | randomness | `draw` |
//! | element types | `cast` |

mod discrete;
mod elementwise;
mod primitive;

mod abs;
mod add;
mod add_n;
mod argmax;
mod bitwise;
mod broadcast;
mod cast;
mod clip;
mod close;
mod compare;
mod concat;
mod create;
mod cross_entropy;
mod cummax;
mod cumsum;
mod diag;
mod div;
mod division;
mod draw;
mod einsum;
mod elu;
mod epilogue;
mod erf;
mod exp;
mod extremum;
mod fft;
mod fill;
mod flush;
mod fused;
mod gather;
mod gelu;
mod hypot;
mod index;
mod lerp;
mod linear_algebra;
mod log;
mod logical;
mod logit;
mod mask;
mod matmul;
mod max;
mod mean;
mod members;
mod mul;
mod neg;
mod norm;
mod one_hot;
mod pad;
mod polygamma;
mod power;
mod predicate;
mod prod;
mod quantile;
mod reduction;
mod relu;
mod repeat;
mod reshape;
mod round;
mod scalar;
mod scatter;
mod segment;
mod select;
mod shape_of;
mod sigmoid;
mod silu;
mod softmax;
mod softplus;
mod sort;
mod square;
mod squeeze;
mod step;
mod sub;
mod sum;
mod tanh;
mod tensordot;
mod transpose;
mod triangle;
mod trigonometric;
mod truth;
mod unique;
mod variance;

pub use draw::Draws;
pub use linear_algebra::MatrixNorm;
pub use norm::Norm;
pub use primitive::{Arrays, Call, Gradients, Primitive, Saves, Spec, Specs, apply, apply_many};
#[doc(hidden)]
pub use primitive::{Input, Results};

pub use create::Countable;
pub use cumsum::Cumulative;
pub use index::Index;
pub use pad::Padding;
pub use segment::Reduction;
pub use sort::Order;
pub use unique::{Side, Unique};

pub(crate) use broadcast::sum_to_like;
pub(crate) use elementwise::{Binary, Integer, Refused, Unary, binary_primitive, unary_primitive};
pub use elementwise::{Block, Operand};
pub(crate) use epilogue::Epilogue;
pub(crate) use fused::Fused;
use gather::At;
pub(crate) use matmul::MatMul;
pub(crate) use primitive::{
    apply_dyn, apply_ruled, check_arity, keep, one, same_dtype, transposed_vjp, with_like,
};
pub(crate) use square::Square;
