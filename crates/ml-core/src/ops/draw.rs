//! Random tensors from an explicit generator.

use std::{
    ops::RangeInclusive,
    sync::{
        Arc, Mutex, PoisonError,
        atomic::{AtomicU64, Ordering},
    },
};

use rayon::prelude::*;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use super::{Arrays, Call, Gradients, Primitive, Saves, Spec, Specs, apply, elementwise::outputs, one};
use crate::{
    DType, Error, NumpyRng, Result, Rng, Shape, Tensor, check,
    dtype::Element,
    random::Generator,
    tensor::{Array, scratch},
};

/// Elements that one stream of random numbers fills.
const PIECE: usize = 4 << 10;
/// Where TensorFlow cuts a truncated normal distribution off, in standard deviations.
const CUT_OFF: f64 = 2.0;

/// Makes random tensors; clones are handles of one generator.
///
/// Every draw has a number, and every piece of it a stream of its own that follows from seed, draw and piece: the
/// same program gives the same bits on any number of threads. Inside a traced function a draw is a step of the
/// graph, which gives fresh numbers at every call (book section 12.4.3); one made outside and used there is a
/// constant.
///
/// # Examples
/// ```
/// use ml_core::{DType, ops::Draws};
///
/// let draws = Draws::new(42);
/// let x = draws.normal([1000], 10.0, 2.0, DType::F64)?;
/// assert!((x.mean_all()?.item::<f64>()? - 10.0).abs() < 0.3);
/// let again = Draws::new(42).normal([1000], 10.0, 2.0, DType::F64)?;
/// assert_eq!(x.to_vec::<f64>()?, again.to_vec::<f64>()?);
/// # Ok::<(), ml_core::Error>(())
/// ```
#[derive(Debug, Clone)]
pub struct Draws(Source);

#[derive(Debug, Clone)]
enum Source {
    /// The seed, and how many draws were made.
    Fast(u64, Arc<AtomicU64>),
    /// NumPy's generator, in the order of the draws.
    Numpy(Arc<Mutex<NumpyRng>>),
}

/// One draw: where its numbers come from.
#[derive(Debug)]
enum Stream {
    /// Seed and number of the draw, and how often it has run.
    Fast {
        seed: u64,
        draw: u64,
        runs: AtomicU64,
    },
    Numpy(Arc<Mutex<NumpyRng>>),
}

/// What a stored [`Stream::Fast`] remembers.
#[derive(Serialize, Deserialize)]
struct Stored {
    seed: u64,
    draw: u64,
    runs: u64,
}

impl Serialize for Stream {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::Fast { seed, draw, runs } => {
                let runs = runs.load(Ordering::Relaxed);
                Stored {
                    seed: *seed,
                    draw: *draw,
                    runs,
                }
                .serialize(serializer)
            }
            Self::Numpy(_) => Err(serde::ser::Error::custom(
                "draws from NumPy's generator share one state and cannot be stored; use Draws::new(seed)",
            )),
        }
    }
}

impl<'de> Deserialize<'de> for Stream {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let Stored { seed, draw, runs } = Stored::deserialize(deserializer)?;
        Ok(Self::Fast {
            seed,
            draw,
            runs: AtomicU64::new(runs),
        })
    }
}

#[derive(Debug, Clone, Copy, Serialize, Deserialize)]
enum Distribution {
    Normal {
        mean: f64,
        deviation: f64,
    },
    Uniform {
        low: f64,
        high: f64,
    },
    Truncated {
        mean: f64,
        deviation: f64,
    },
    Gamma {
        alpha: f64,
        scale: f64,
    },
    /// Counts of events at this mean rate.
    Poisson {
        mean: f64,
    },
    /// `low..high`.
    Integers {
        low: i64,
        high: i64,
    },
    /// True with this probability.
    Bernoulli {
        p: f64,
    },
    /// `0..n` in random order, for the first length of the operand or the only one of the shape.
    Permutation,
    /// Positions along the last axis of the operand, by the exponentials of its elements.
    Categorical {
        samples: usize,
    },
}

/// Random elements of `shape`, or of the operand's.
#[derive(Debug, Serialize, Deserialize)]
struct Draw {
    stream: Stream,
    distribution: Distribution,
    dtype: DType,
    shape: Option<Shape>,
}

/// One number of a distribution by either generator.
fn number(distribution: Distribution, rng: &mut dyn Generator) -> f64 {
    match distribution {
        Distribution::Normal { mean, deviation } => mean + deviation * rng.standard_normal(),
        Distribution::Uniform { low, high } => low + (high - low) * rng.uniform(),
        Distribution::Truncated { mean, deviation } => loop {
            let z = rng.standard_normal();
            if z.abs() <= CUT_OFF {
                break mean + deviation * z;
            }
        },
        Distribution::Gamma { alpha, scale } => scale * rng.standard_gamma(alpha),
        Distribution::Poisson { mean } => rng.poisson(mean) as f64,
        Distribution::Bernoulli { p } => f64::from(u8::from(rng.uniform() < p)),
        Distribution::Integers { .. } | Distribution::Permutation | Distribution::Categorical { .. } => {
            unreachable!("these are drawn as integers, see Draw::forward")
        }
    }
}

impl Distribution {
    /// Refuses parameters outside their domain, be they given by a program or by a stored graph.
    fn check(self, dtype: DType) -> Result<()> {
        match self {
            Self::Normal { mean, deviation } | Self::Truncated { mean, deviation } => {
                dtype.require_float("random_normal")?;
                check::parameter("mean", mean, mean.is_finite(), "finite")?;
                let valid = deviation.is_finite() && deviation >= 0.0;
                check::parameter("deviation", deviation, valid, "finite and at least 0")
            }
            Self::Uniform { low, high } => {
                dtype.require_float("random_uniform")?;
                let range = high - low;
                check::parameter(
                    "high - low",
                    range,
                    range.is_finite() && range >= 0.0,
                    "finite and at least 0",
                )
            }
            Self::Gamma { alpha, scale } => {
                dtype.require_float("random_gamma")?;
                let positive = |value: f64| value.is_finite() && value > 0.0;
                check::parameter("alpha", alpha, positive(alpha), "finite and above 0")?;
                check::parameter("scale", scale, positive(scale), "finite and above 0")
            }
            Self::Poisson { mean } => {
                let valid = dtype == DType::I64 || dtype.is_float();
                dtype.require("random_poisson", valid, "i64, f32 or f64")?;
                // Beyond it, counts are no longer whole numbers that f64 tells apart.
                check::parameter("mean", mean, (0.0..=1e15).contains(&mean), "between 0 and 1e15")
            }
            Self::Integers { low, high } => {
                let (least, most) = match dtype {
                    DType::I32 => (i64::from(i32::MIN), i64::from(i32::MAX)),
                    DType::U8 => (0, i64::from(u8::MAX)),
                    _ => (i64::MIN, i64::MAX),
                };
                dtype.require("random_integers", dtype.is_integer(), "i32, i64 or u8")?;
                check::parameter("high", high, low < high, &format!("above low = {low}"))?;
                check::parameter("low", low, low >= least, &format!("at least {least} for {dtype}"))?;
                check::parameter(
                    "high - 1",
                    high - 1,
                    high - 1 <= most,
                    &format!("at most {most} for {dtype}"),
                )
            }
            Self::Bernoulli { p } => {
                let valid = dtype == DType::Bool || dtype.is_float();
                dtype.require("random_bernoulli", valid, "bool, f32 or f64")?;
                check::parameter("p", p, (0.0..=1.0).contains(&p), "between 0 and 1")
            }
            Self::Permutation | Self::Categorical { .. } => {
                dtype.require("random_positions", dtype == DType::I64, "i64")
            }
        }
    }
}

impl Draw {
    fn shape(&self, like: Option<&Shape>) -> Result<Shape> {
        let shape = match (&self.shape, like) {
            (Some(shape), _) => shape.clone(),
            (None, Some(like)) => like.clone(),
            (None, None) => Shape::scalar(),
        };
        Ok(match self.distribution {
            Distribution::Permutation => Shape::from([shape.first().copied().unwrap_or(1)]),
            Distribution::Categorical { samples } => {
                let Some(lead) = shape.rank().checked_sub(1) else {
                    let rule = "at least 1 axis is needed, along which the classes are".to_owned();
                    return Err(Error::BadShape {
                        op: "categorical",
                        shape: shape.to_vec(),
                        rule,
                    });
                };
                shape[..lead].iter().copied().chain([samples]).collect()
            }
            _ => shape,
        })
    }

    /// Fills `out`, every unit of `width` elements by `fill`; units of the fast generator have streams of their own.
    fn fill<T: Element>(
        &self,
        out: &mut [T],
        width: usize,
        fill: impl Fn(usize, &mut [T], &mut dyn Generator) + Sync,
    ) {
        let width = width.max(1);
        match &self.stream {
            Stream::Numpy(rng) => {
                let mut rng = rng.lock().unwrap_or_else(PoisonError::into_inner);
                out.chunks_mut(width)
                    .enumerate()
                    .for_each(|(unit, out)| fill(unit, out, &mut *rng));
            }
            Stream::Fast { seed, draw, runs } => {
                let run = runs.fetch_add(1, Ordering::Relaxed);
                let base = Rng::new(*seed).stream(*draw).stream(run);
                out.par_chunks_mut(width).enumerate().for_each(|(unit, out)| {
                    fill(unit, out, &mut base.stream(unit as u64));
                });
            }
        }
    }

    fn floats<T: Element>(&self, shape: Shape, of: impl Fn(f64) -> T + Sync) -> Array {
        let mut out = scratch::<T>(shape.len());
        self.fill(&mut out, PIECE, |_, out, rng| {
            out.iter_mut()
                .for_each(|value| *value = of(number(self.distribution, rng)));
        });
        Array::dense(out, shape)
    }

    fn integers<T: Element>(&self, shape: Shape, low: i64, high: i64, of: impl Fn(i64) -> T + Sync) -> Array {
        let mut out = scratch::<T>(shape.len());
        let count = high.wrapping_sub(low) as usize;
        self.fill(&mut out, PIECE, |_, out, rng| {
            out.iter_mut()
                .for_each(|value| *value = of(low.wrapping_add(rng.below(count) as i64)));
        });
        Array::dense(out, shape)
    }

    fn permutation(&self, shape: Shape) -> Array {
        let mut out = scratch::<i64>(shape.len());
        let whole = out.len();
        self.fill(&mut out, whole, |_, out, rng| {
            let order = rng.permutation(out.len());
            out.iter_mut()
                .zip(order)
                .for_each(|(value, position)| *value = position as i64);
        });
        Array::dense(out, shape)
    }

    fn categorical(&self, logits: &Array, shape: Shape, samples: usize) -> Result<Array> {
        let values: Vec<f64> = match logits.dtype() {
            DType::F32 => logits.elements::<f32>().iter().map(|&v| v.into()).collect(),
            _ => logits.elements::<f64>().into_owned(),
        };
        let classes = logits.shape()[logits.shape().rank() - 1];
        let sums = values
            .chunks(classes.max(1))
            .map(running_shares)
            .collect::<Result<Vec<_>>>()?;
        let mut out = scratch::<i64>(shape.len());
        if sums.is_empty() && !out.is_empty() {
            return Err(Error::Empty {
                op: "categorical",
                what: "the last axis".to_owned(),
                least: "1 class",
            });
        }
        self.fill(&mut out, samples, |row, out, rng| {
            let total = sums[row][classes - 1];
            for value in out {
                let u = rng.uniform() * total;
                *value = sums[row].partition_point(|&sum| sum <= u).min(classes - 1) as i64;
            }
        });
        Ok(Array::dense(out, shape))
    }
}

/// Running sums of the exponentials of a row, in units of the largest.
fn running_shares(row: &[f64]) -> Result<Vec<f64>> {
    let largest = row.iter().copied().fold(f64::NEG_INFINITY, f64::max);
    if !largest.is_finite() || row.iter().any(|v| v.is_nan()) {
        return Err(Error::Numerical {
            op: "categorical",
            problem: "a row of logits holds NaN or ∞, or nothing but -∞".to_owned(),
            remedy: "give every row a finite logit and no NaN",
        });
    }
    let mut sum = 0.0;
    Ok(row
        .iter()
        .map(|v| {
            sum += (v - largest).exp();
            sum
        })
        .collect())
}

#[typetag::serde(name = "draw")]
impl Primitive for Draw {
    fn name(&self) -> &'static str {
        match self.distribution {
            Distribution::Normal { .. } => "random_normal",
            Distribution::Uniform { .. } => "random_uniform",
            Distribution::Truncated { .. } => "random_truncated_normal",
            Distribution::Gamma { .. } => "random_gamma",
            Distribution::Poisson { .. } => "random_poisson",
            Distribution::Integers { .. } => "random_integers",
            Distribution::Bernoulli { .. } => "random_bernoulli",
            Distribution::Permutation => "random_permutation",
            Distribution::Categorical { .. } => "random_categorical",
        }
    }

    fn arity(&self) -> RangeInclusive<usize> {
        match self.distribution {
            Distribution::Categorical { .. } => 1..=1,
            _ => 0..=1,
        }
    }

    fn infer(&self, inputs: &[Spec]) -> Result<Specs> {
        self.distribution.check(self.dtype)?;
        if let (Distribution::Categorical { .. }, Some(logits)) = (self.distribution, inputs.first()) {
            logits.dtype.require_float("categorical")?;
        }
        let shape = self.shape(inputs.first().map(|like| &like.shape))?;
        if shape.is_known() {
            shape.checked_len(self.name())?;
        }
        Ok(one(self.dtype, shape))
    }

    fn forward(&self, inputs: &[&Array]) -> Result<Arrays> {
        self.distribution.check(self.dtype)?;
        let shape = self.shape(inputs.first().map(|like| like.shape()))?;
        shape.checked_room(self.name(), self.dtype)?;
        Ok(outputs(match (self.distribution, self.dtype) {
            (Distribution::Integers { low, high }, DType::I32) => {
                self.integers(shape, low, high, |v| v as i32)
            }
            (Distribution::Integers { low, high }, DType::U8) => self.integers(shape, low, high, |v| v as u8),
            (Distribution::Integers { low, high }, _) => self.integers(shape, low, high, |v| v),
            (Distribution::Permutation, _) => self.permutation(shape),
            (Distribution::Categorical { samples }, _) => match inputs.first() {
                Some(logits) => self.categorical(logits, shape, samples)?,
                None => {
                    return Err(Error::Empty {
                        op: "categorical",
                        what: "logits".to_owned(),
                        least: "1 row",
                    });
                }
            },
            (_, DType::Bool) => self.floats(shape, |v| v != 0.0),
            (_, DType::I64) => self.floats(shape, |v| v as i64),
            (_, DType::F32) => self.floats(shape, |v| v as f32),
            _ => self.floats(shape, |v| v),
        }))
    }

    fn vjp(&self, call: &Call<'_>, _: &[Option<Tensor>]) -> Result<Gradients> {
        Ok(Gradients::from_elem(None, call.inputs.len()))
    }

    fn jvp(&self, _: &Call<'_>, _: &[Option<Tensor>]) -> Result<Gradients> {
        Ok(Gradients::from_elem(None, 1))
    }

    fn saves(&self) -> Saves {
        Saves::NOTHING
    }

    fn is_stateful(&self) -> bool {
        true
    }
}

impl Draws {
    /// The fast generator of this seed.
    pub fn new(seed: u64) -> Self {
        Self(Source::Fast(seed, Arc::default()))
    }

    /// NumPy's legacy generator of this seed: uniform and normal numbers and permutations are those of
    /// `RandomState(seed)`, in the order in which they are drawn, on one thread.
    pub fn numpy(seed: u32) -> Self {
        Self(Source::Numpy(Arc::new(Mutex::new(NumpyRng::new(seed)))))
    }

    fn draw(
        &self,
        distribution: Distribution,
        dtype: DType,
        shape: Option<Shape>,
        like: &[&Tensor],
    ) -> Result<Tensor> {
        distribution.check(dtype)?;
        let stream = match &self.0 {
            Source::Fast(seed, draws) => Stream::Fast {
                seed: *seed,
                draw: draws.fetch_add(1, Ordering::Relaxed),
                runs: AtomicU64::new(0),
            },
            Source::Numpy(rng) => Stream::Numpy(Arc::clone(rng)),
        };
        apply(
            Draw {
                stream,
                distribution,
                dtype,
                shape,
            },
            like,
        )
    }

    /// Normal numbers.
    ///
    /// # Errors
    /// [`Error::Parameter`] unless the mean is finite and the deviation finite and at least 0, [`Error::DType`]
    /// unless `dtype` is `F32` or `F64`, [`Error::Size`] for too many elements.
    pub fn normal(&self, shape: impl Into<Shape>, mean: f64, deviation: f64, dtype: DType) -> Result<Tensor> {
        self.draw(
            Distribution::Normal { mean, deviation },
            dtype,
            Some(shape.into()),
            &[],
        )
    }

    /// Normal numbers, those beyond two standard deviations drawn again, as in TensorFlow.
    ///
    /// # Errors
    /// As [`normal`](Self::normal).
    pub fn truncated_normal(
        &self,
        shape: impl Into<Shape>,
        mean: f64,
        deviation: f64,
        dtype: DType,
    ) -> Result<Tensor> {
        self.draw(
            Distribution::Truncated { mean, deviation },
            dtype,
            Some(shape.into()),
            &[],
        )
    }

    /// Uniform numbers in `[low, high)`; rounding to `F32` can reach `high`.
    ///
    /// # Errors
    /// [`Error::Parameter`] unless `high - low` is finite and at least 0; else as [`normal`](Self::normal).
    ///
    /// # Examples
    /// ```
    /// use ml_core::{DType, ops::Draws};
    ///
    /// // NumPy's `RandomState(42).rand(2)`.
    /// let x = Draws::numpy(42).uniform([2], 0.0, 1.0, DType::F64)?;
    /// assert_eq!(x.to_vec::<f64>()?, [0.3745401188473625, 0.9507143064099162]);
    /// # Ok::<(), ml_core::Error>(())
    /// ```
    pub fn uniform(&self, shape: impl Into<Shape>, low: f64, high: f64, dtype: DType) -> Result<Tensor> {
        self.draw(
            Distribution::Uniform { low, high },
            dtype,
            Some(shape.into()),
            &[],
        )
    }

    /// Numbers from the exponential distribution with mean `scale`, the time between events that come at random: the
    /// density is `exp(-x / scale) / scale` for `x >= 0`.
    ///
    /// # Errors
    /// [`Error::Parameter`] unless `scale` is finite and above 0; else as [`normal`](Self::normal).
    ///
    /// # Examples
    /// ```
    /// use ml_core::{DType, ops::Draws};
    ///
    /// // NumPy's `RandomState(42).exponential(2.0, 2)`.
    /// let x = Draws::numpy(42).exponential([2], 2.0, DType::F64)?.to_vec::<f64>()?;
    /// assert!((x[0] - 0.9385361799537182).abs() < 1e-15 && (x[1] - 6.020242861835042).abs() < 1e-14);
    /// # Ok::<(), ml_core::Error>(())
    /// ```
    pub fn exponential(&self, shape: impl Into<Shape>, scale: f64, dtype: DType) -> Result<Tensor> {
        dtype.require_float("exponential")?;
        check::parameter(
            "exponential: scale",
            scale,
            scale.is_finite() && scale > 0.0,
            "finite and > 0",
        )?;
        // In f64, where 1 is never reached.
        let uniform = self.uniform(shape, 0.0, 1.0, DType::F64)?;
        uniform.rsub_scalar(1.0)?.log()?.mul_scalar(-scale)?.cast(dtype)
    }

    /// Numbers from the gamma distribution: density proportional to `x^(alpha - 1) exp(-x / scale)`, mean
    /// `alpha · scale`.
    ///
    /// No gradient flows to `alpha` and `scale`, which are plain numbers.
    ///
    /// # Errors
    /// [`Error::Parameter`] unless `alpha` and `scale` are finite and above 0; else as [`normal`](Self::normal).
    ///
    /// # Examples
    /// ```
    /// use ml_core::{DType, ops::Draws};
    ///
    /// // NumPy's `RandomState(42).gamma(2.0, 3.0, 2)`.
    /// let x = Draws::numpy(42).gamma([2], 2.0, 3.0, DType::F64)?.to_vec::<f64>()?;
    /// assert!((x[0] - 7.18103816960771).abs() < 1e-13 && (x[1] - 4.483394190646763).abs() < 1e-13);
    /// # Ok::<(), ml_core::Error>(())
    /// ```
    pub fn gamma(&self, shape: impl Into<Shape>, alpha: f64, scale: f64, dtype: DType) -> Result<Tensor> {
        self.draw(
            Distribution::Gamma { alpha, scale },
            dtype,
            Some(shape.into()),
            &[],
        )
    }

    /// Counts of events that come at random, `mean` of them on average, as `I64`, `F32` or `F64`.
    ///
    /// # Errors
    /// [`Error::Parameter`] unless `mean` is between 0 and 1e15, [`Error::DType`] for another type,
    /// [`Error::Size`] for too many elements.
    ///
    /// # Examples
    /// ```
    /// use ml_core::{DType, ops::Draws};
    ///
    /// // NumPy's `RandomState(42).poisson(4.0, 4)`.
    /// let x = Draws::numpy(42).poisson([4], 4.0, DType::I64)?;
    /// assert_eq!(x.to_vec::<i64>()?, [5, 4, 4, 4]);
    /// # Ok::<(), ml_core::Error>(())
    /// ```
    pub fn poisson(&self, shape: impl Into<Shape>, mean: f64, dtype: DType) -> Result<Tensor> {
        self.draw(Distribution::Poisson { mean }, dtype, Some(shape.into()), &[])
    }

    /// Whole numbers from `low` up to, not including, `high`, all equally likely.
    ///
    /// # Errors
    /// [`Error::Parameter`] unless `low < high` and both fit the type, [`Error::DType`] unless `dtype` is an
    /// integer type.
    pub fn randint(&self, shape: impl Into<Shape>, low: i64, high: i64, dtype: DType) -> Result<Tensor> {
        self.draw(
            Distribution::Integers { low, high },
            dtype,
            Some(shape.into()),
            &[],
        )
    }

    /// Truths, each true with probability `p`.
    ///
    /// # Errors
    /// [`Error::Parameter`] unless `0 <= p <= 1`.
    pub fn bernoulli(&self, shape: impl Into<Shape>, p: f64) -> Result<Tensor> {
        self.draw(
            Distribution::Bernoulli { p },
            DType::Bool,
            Some(shape.into()),
            &[],
        )
    }

    /// Positions along the last axis of `logits`, with probabilities `softmax(logits)`: `[..., classes]` gives
    /// `[..., samples]` of `i64`, drawn with replacement.
    ///
    /// # Errors
    /// [`Error::Numerical`] for a row with NaN or ∞ or without a finite logit, [`Error::BadShape`] for a scalar,
    /// [`Error::DType`] unless the logits are `f32` or `f64`.
    pub fn categorical(&self, logits: &Tensor, samples: usize) -> Result<Tensor> {
        logits.dtype().require_float("categorical")?;
        self.draw(
            Distribution::Categorical { samples },
            DType::I64,
            None,
            &[&logits.stop_gradient()],
        )
    }

    /// `0..n` in random order, as `i64`.
    ///
    /// # Errors
    /// [`Error::Size`] for too many elements.
    pub fn permutation(&self, n: usize) -> Result<Tensor> {
        self.draw(Distribution::Permutation, DType::I64, Some(Shape::from([n])), &[])
    }

    /// The slices of `x` along its first axis in random order.
    ///
    /// # Errors
    /// [`Error::Axis`] for a scalar.
    pub fn shuffle(&self, x: &Tensor) -> Result<Tensor> {
        x.shape().axis("shuffle", 0)?;
        let order = self.draw(Distribution::Permutation, DType::I64, None, &[&x.stop_gradient()])?;
        x.take(&order, 0)
    }

    /// `x` with a share `rate` of its elements, drawn anew, set to 0 and the others divided by `1 - rate`, so
    /// that the expected value stays.
    ///
    /// # Errors
    /// [`Error::Parameter`] unless `0 <= rate < 1`, [`Error::DType`] unless the elements are `f32` or `f64`.
    pub fn dropout(&self, x: &Tensor, rate: f64) -> Result<Tensor> {
        x.dtype().require_float("dropout")?;
        check::parameter("rate", rate, (0.0..1.0).contains(&rate), "at least 0 and below 1")?;
        let kept = Distribution::Bernoulli { p: 1.0 - rate };
        let mask = self.draw(kept, x.dtype(), None, &[&x.stop_gradient()])?;
        x.mul(&mask.mul_scalar(1.0 / (1.0 - rate))?)
    }
}
