//! Derivative rules of primitives that count, order or look up: there are none to follow.

/// Inside `impl Primitive`: no gradient and no tangent passes, and nothing is kept for them.
macro_rules! discrete {
    () => {
        fn vjp(
            &self,
            call: &$crate::ops::Call<'_>,
            _: &[Option<$crate::Tensor>],
        ) -> $crate::Result<$crate::ops::Gradients> {
            Ok($crate::ops::Gradients::from_elem(None, call.inputs.len()))
        }

        fn jvp(
            &self,
            call: &$crate::ops::Call<'_>,
            _: &[Option<$crate::Tensor>],
        ) -> $crate::Result<$crate::ops::Gradients> {
            Ok($crate::ops::Gradients::from_elem(None, call.outputs.len()))
        }

        fn saves(&self) -> $crate::ops::Saves {
            $crate::ops::Saves::NOTHING
        }
    };
}
pub(crate) use discrete;
