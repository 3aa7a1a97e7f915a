//! Operations: one file each, with its documentation, shape rule, kernel and derivatives.
//!
//! A *primitive* computes on arrays and brings a reverse rule; everything else is composed of primitives and
//! needs neither. Eager execution, tapes, graphs and files all use the one definition.
//!
//! | family | files |
//! |---|---|
//! | how an operation is defined | `primitive`, `elementwise` |
//! | arithmetic | `add`, `sub`, `mul`, `div`, `neg`, `add_n`, `division`, `square`, `power`, `abs`, `round` |
//! | elementary functions | `exp`, `log`, `tanh`, `trigonometric`, `erf` |
//! | activations | `relu`, `sigmoid`, `softplus`, `elu`, `gelu`, `silu` |
//! | choice | `extremum`, `clip`, `select`, `step` |
//! | comparison, logic, bits | `compare`, `predicate`, `logical`, `bitwise` |
//! | several in one pass | `fused` |
//! | shapes | `reshape`, `transpose`, `broadcast` |
//! | more shapes | `squeeze`, `concat` (with stack, split, roll), `repeat` (with tile), `pad` |
//! | creation | `fill`, `create` (ranges, grids), `one_hot`, `diag` (with eye), `triangle` |
//! | indexing | `index` (slices), `mask`, `gather`, `scatter`, `segment` |
//! | order | `sort` (with top_k), `argmax`, `unique` (with searchsorted, bincount), `cumsum` (with cumprod) |
//! | reductions | `sum` |
//! | products | `matmul` |
//! | element types | `cast` |

mod discrete;
mod elementwise;
mod primitive;

mod abs;
mod add;
mod add_n;
mod bitwise;
mod broadcast;
mod cast;
mod clip;
mod compare;
mod argmax;
mod broadcast;
mod cast;
mod concat;
mod create;
mod cumsum;
mod diag;
mod div;
mod division;
mod elu;
mod erf;
mod exp;
mod extremum;
mod fill;
mod fused;
mod gelu;
mod log;
mod logical;
mod matmul;
mod mul;
mod neg;
mod power;
mod predicate;
mod gather;
mod index;
mod log;
mod mask;
mod matmul;
mod mul;
mod neg;
mod one_hot;
mod pad;
mod relu;
mod repeat;
mod reshape;
mod round;
mod scalar;
mod select;
mod shape_of;
mod sigmoid;
mod silu;
mod softplus;
mod scatter;
mod segment;
mod sort;
mod square;
mod squeeze;
mod step;
mod sub;
mod sum;
mod tanh;
mod transpose;
mod trigonometric;
mod triangle;
mod unique;

pub use primitive::{Arrays, Call, Gradients, Primitive, Saves, Spec, Specs, apply, apply_many};

pub use create::Countable;
pub use cumsum::Cumulative;
pub use index::Index;
pub use pad::Padding;
pub use segment::Reduction;
pub use sort::Order;
pub use unique::{Side, Unique};

pub(crate) use broadcast::sum_to_like;
pub(crate) use elementwise::{Binary, Integer, Refused, Unary, binary_primitive, unary_primitive};
#[allow(unused_imports)] // until the optimiser of graphs fuses
pub(crate) use fused::Fused;
pub use elementwise::{Block, Operand};
use gather::At;
pub(crate) use primitive::{apply_dyn, keep, one, same_dtype};
