//! Loops over elements: what primitives call to compute.
//!
//! Binaries are built for the baseline processor; [`simd`] picks the widest instructions that the one at
//! hand has. What is combined over elements is cut into pieces whose size does not depend on the number of
//! threads, so results are the same bits on one thread or many. This is the only module that may hold `unsafe`
//! code.

pub(crate) mod accumulate;
mod aligned;
pub(crate) mod arithmetic;
pub(crate) mod broadcast;
pub(crate) mod elementwise;
pub(crate) mod fold;
pub(crate) mod fused;
pub(crate) mod gather;
pub(crate) mod gemm;
pub(crate) mod math;
pub(crate) mod matmul;
mod pack;
pub(crate) mod parallel;
pub(crate) mod reduce;
pub(crate) mod scan;
pub(crate) mod shared;
pub(crate) mod simd;
pub(crate) mod softmax;
pub(crate) mod sort;
pub(crate) mod strided;
