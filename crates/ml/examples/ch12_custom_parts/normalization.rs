//! Exercise 12: layer normalisation.

use ml::{
    core::{Result, Rng, Tensor, ops::Spec},
    nn::{
        Sequential,
        initializers::Ones,
        layers::{IntoLayer, Layer, LayerNormalization, LayerRef, Module, Scope, WeightSpec, unary},
    },
};
use serde::{Deserialize, Serialize};

use crate::support::{AnyResult, Book, Chapter};

/// Added to the standard deviation, or to the variance.
const EPSILON: f64 = 0.001;

/// `α·(X - μ) / (σ + ε) + β`, with mean and standard deviation of each example; or with `√(σ² + ε)` below the fraction, as
/// the layer that is there already.
#[derive(Debug, Clone, Serialize, Deserialize)]
struct MyLayerNormalization {
    below_the_root: bool,
}

#[typetag::serde]
impl Layer for MyLayerNormalization {
    fn build(&self, inputs: &[Spec], scope: &mut Scope<'_>) -> Result<Box<dyn Module>> {
        let features = scope.last_axis(&inputs[0])?;
        let alpha = scope.weight(WeightSpec::new("alpha", [features]).initializer(Ones))?;
        let beta = scope.weight(WeightSpec::new("beta", [features]))?;
        let below_the_root = self.below_the_root;
        Ok(unary(move |x, _| {
            let (mean, variance) = x.moments(&[-1], true)?;
            let deviation = match below_the_root {
                true => variance.add_scalar(EPSILON)?.sqrt()?,
                false => variance.sqrt()?.add_scalar(EPSILON)?,
            };
            let normal = x.sub(&mean)?.div(&deviation)?;
            alpha.read().mul(&normal)?.add(&beta.read())
        }))
    }
}

pub(crate) fn run(book: &mut Chapter) -> AnyResult {
    book.section("Exercise 12");
    // Where ε stands moves a result z by about ε·z/σ: columns of deviation 10 keep that below 0.001.
    let mut rng = Rng::new(12);
    let values: Vec<f32> = (0..1000 * 8)
        .map(|_| rng.normal(1.0, 10.0).map(|x| x as f32))
        .collect::<Result<_>>()?;
    let x = Tensor::from_vec(values, [1000, 8])?;
    let output = |layer: LayerRef| -> Result<Tensor> {
        let model = Sequential::new().add(layer.input_shape([8])).into_model();
        model.ensure_built()?;
        // The same scale and shift in all of them, other than 1 and 0.
        let scale: Vec<f32> = (0..8u8).map(|i| 0.5 + f32::from(i) / 8.0).collect();
        let shift: Vec<f32> = (0..8u8).map(|i| f32::from(i) - 4.0).collect();
        model.set_weights(&[Tensor::from(scale), Tensor::from(shift)])?;
        model.predict(&x)
    };
    let ready = output(LayerNormalization::new().into_layer())?;
    for (below_the_root, label, by) in [
        (
            true,
            "largest distance to LayerNormalization, ε in the same place",
            1e-5,
        ),
        (false, "with ε added to σ, as the exercise says", 1e-3),
    ] {
        let ours = output(MyLayerNormalization { below_the_root }.into_layer())?;
        let distance = f64::from(ours.sub(&ready)?.abs()?.max_all()?.item::<f32>()?);
        book.number("N12-10", label, distance, Book::Within(0.0, by));
    }
    Ok(())
}
