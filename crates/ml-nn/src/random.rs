//! Random numbers inside a training step: a function of seed, place and step, with no state of their own.

use std::ops::RangeInclusive;

use ml_core::{
    DType, Error, Result, Rng, Tensor, check,
    ops::{Arrays, Call, Gradients, Primitive, Saves, Spec, Specs, apply},
    tensor::Array,
};
use rayon::prelude::*;
use serde::{Deserialize, Serialize};

/// Elements that one stream of random numbers fills.
const PIECE: usize = 4 << 10;
/// Below this many elements one thread is faster.
const SPREAD: usize = 64 << 10;

/// What is drawn.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub(crate) enum Distribution {
    /// `1 / keep` with this probability, otherwise 0.
    Kept { keep: f64 },
    /// Normal with mean 0.
    Normal { deviation: f64 },
    /// Uniform between 0 and 1.
    Uniform,
}

/// Random elements in the shape of the first operand, for the step that the second one counts.
///
/// The same seed, place and step give the same bits on any number of threads, in any graph, and after a restart.
#[derive(Debug, Clone, Serialize, Deserialize)]
struct Noise {
    seed: u64,
    place: u64,
    distribution: Distribution,
}

impl Noise {
    fn fill<T: Send>(&self, out: &mut [T], step: i64, of: impl Fn(f64) -> T + Sync) {
        let base = Rng::new(self.seed).stream(self.place).stream(step as u64);
        let fill = |(piece, out): (usize, &mut [T])| {
            let mut rng = base.stream(piece as u64);
            self.fill_piece(out, &mut rng, &of);
        };
        if out.len() < SPREAD {
            out.chunks_mut(PIECE).enumerate().for_each(fill);
        } else {
            out.par_chunks_mut(PIECE).enumerate().for_each(fill);
        }
    }

    fn fill_piece<T>(&self, out: &mut [T], rng: &mut Rng, of: &impl Fn(f64) -> T) {
        match self.distribution {
            Distribution::Kept { keep } => {
                // 32 random bits decide: two elements a number.
                let limit = (keep * 2f64.powi(32)) as u64;
                let kept = |bits: u64| of(if bits < limit { 1.0 / keep } else { 0.0 });
                for pair in out.chunks_mut(2) {
                    let bits = rng.next_u64();
                    pair[0] = kept(bits >> 32);
                    if let Some(second) = pair.get_mut(1) {
                        *second = kept(bits & u64::from(u32::MAX));
                    }
                }
            }
            Distribution::Normal { deviation } => {
                out.iter_mut()
                    .for_each(|value| *value = of(deviation * rng.standard_normal()));
            }
            Distribution::Uniform => out.iter_mut().for_each(|value| *value = of(rng.uniform())),
        }
    }
}

#[typetag::serde(name = "nn_noise")]
impl Primitive for Noise {
    fn name(&self) -> &'static str {
        "noise"
    }

    fn arity(&self) -> RangeInclusive<usize> {
        2..=2
    }

    fn infer(&self, inputs: &[Spec]) -> Result<Specs> {
        inputs[0].dtype.require_float("noise")?;
        inputs[1]
            .dtype
            .require("noise", inputs[1].dtype == DType::I64, "i64 as the step")?;
        Ok([inputs[0].clone()].into_iter().collect())
    }

    fn forward(&self, inputs: &[&Array]) -> Result<Arrays> {
        let step = inputs[1].values::<i64>()?;
        let step = *step.first().ok_or(Error::Empty {
            op: "noise",
            what: "the step".to_owned(),
            least: "1 number",
        })?;
        let (shape, len) = (inputs[0].shape().clone(), inputs[0].len());
        let array = match inputs[0].dtype() {
            DType::F32 => {
                let mut out = vec![0f32; len];
                self.fill(&mut out, step, |v| v as f32);
                Array::new(out, shape)?
            }
            _ => {
                let mut out = vec![0f64; len];
                self.fill(&mut out, step, |v| v);
                Array::new(out, shape)?
            }
        };
        Ok([array].into_iter().collect())
    }

    fn vjp(&self, call: &Call<'_>, _: &[Option<Tensor>]) -> Result<Gradients> {
        Ok(Gradients::from_elem(None, call.inputs.len()))
    }

    fn saves(&self) -> Saves {
        Saves::NOTHING
    }
}

/// Where the random numbers of a step come from.
#[derive(Debug, Clone)]
pub(crate) struct Stream {
    pub(crate) seed: u64,
    /// How many steps were made before, an `i64` scalar.
    pub(crate) step: Tensor,
}

impl Stream {
    /// Random elements like `x`; `place` tells apart the draws of one step.
    pub(crate) fn noise(&self, x: &Tensor, place: u64, distribution: Distribution) -> Result<Tensor> {
        if let Distribution::Kept { keep } = distribution {
            check::parameter(
                "rate",
                1.0 - keep,
                keep > 0.0 && keep <= 1.0,
                "at least 0 and below 1",
            )?;
        }
        let noise = Noise {
            seed: self.seed,
            place,
            distribution,
        };
        apply(noise, &[&x.stop_gradient(), &self.step])
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn drawn(seed: u64, place: u64, step: i64) -> Vec<f32> {
        let stream = Stream {
            seed,
            step: Tensor::from(step),
        };
        let x = Tensor::zeros([100, 1000], DType::F32).unwrap();
        stream
            .noise(&x, place, Distribution::Kept { keep: 0.8 })
            .unwrap()
            .to_vec()
            .unwrap()
    }

    #[test]
    fn draws_follow_from_seed_place_and_step_alone() {
        let first = drawn(1, 2, 3);
        assert_eq!(first, drawn(1, 2, 3));
        for other in [drawn(2, 2, 3), drawn(1, 3, 3), drawn(1, 2, 4)] {
            assert_ne!(first, other);
        }
        // Five standard errors around 80 000 of 100 000: the square root of 100 000 · 0.16 is 126.5.
        let kept = first.iter().filter(|&&v| v == 1.25).count();
        assert!((79_367..80_633).contains(&kept), "{kept}");
        assert!(first.iter().all(|&v| v == 0.0 || v == 1.25));
    }

    #[test]
    fn one_thread_or_many_draw_the_same() {
        let pool = rayon::ThreadPoolBuilder::new().num_threads(1).build().unwrap();
        assert_eq!(pool.install(|| drawn(9, 0, 0)), drawn(9, 0, 0));
    }
}
