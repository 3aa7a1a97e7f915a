//! The widest vector instructions of the processor at hand.

use pulp::{Arch, Simd, WithSimd};

/// A loop without branches that the compiler turns into vector instructions.
///
/// Implementations mark `run`, and every function it calls, `#[inline(always)]`: what is not inlined is
/// compiled for the baseline processor.
pub(crate) trait Loop {
    type Output;

    fn run(self) -> Self::Output;
}

struct Wide<L>(L);

impl<L: Loop> WithSimd for Wide<L> {
    type Output = L::Output;

    #[inline(always)]
    fn with_simd<S: Simd>(self, _: S) -> L::Output {
        self.0.run()
    }
}

/// Runs a loop compiled for AVX-512, AVX2 with FMA, or what else there is.
#[inline]
pub(crate) fn vectorize<L: Loop>(body: L) -> L::Output {
    Arch::new().dispatch(Wide(body))
}
