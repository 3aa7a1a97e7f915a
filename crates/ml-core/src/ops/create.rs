//! Numbers in rows: ranges and grids.

use std::ops::Range;

use crate::{DType, Error, Result, Shape, Tensor, dtype::Element, tensor::Array};

/// Numbers that ranges are made of: `i32`, `i64`, `f32`, `f64`.
pub trait Countable: Element + Copy + PartialOrd + std::fmt::Display + private::Sealed {
    /// How many steps lead from `start` to before `stop`; 0 if the other way, `None` if they cannot be counted.
    #[doc(hidden)]
    fn steps(start: Self, stop: Self, step: Self) -> Option<u64>;
    /// The number after so many steps.
    #[doc(hidden)]
    fn at(start: Self, step: Self, number: usize) -> Self;
    /// 1.
    #[doc(hidden)]
    const UNIT: Self;
}

mod private {
    pub trait Sealed {}
}

macro_rules! countable {
    ($($type:ty: $unit:literal, $start:ident, $stop:ident, $step:ident => $steps:expr, $number:ident => $at:expr;)*) => { $(
        impl private::Sealed for $type {}
        impl Countable for $type {
            fn steps($start: Self, $stop: Self, $step: Self) -> Option<u64> { $steps }
            fn at($start: Self, $step: Self, $number: usize) -> Self { $at }
            const UNIT: Self = $unit;
        }
    )* };
}
countable! {
    i32: 1, start, stop, step => whole_steps(start.into(), stop.into(), step.into()),
        number => start.wrapping_add(step.wrapping_mul(number as i32));
    i64: 1, start, stop, step => whole_steps(start.into(), stop.into(), step.into()),
        number => start.wrapping_add(step.wrapping_mul(number as i64));
    f32: 1.0, start, stop, step => real_steps(start.into(), stop.into(), step.into()),
        number => (f64::from(start) + number as f64 * f64::from(step)) as f32;
    f64: 1.0, start, stop, step => real_steps(start, stop, step), number => start + number as f64 * step;
}

fn whole_steps(start: i128, stop: i128, step: i128) -> Option<u64> {
    if step == 0 {
        return None;
    }
    let (distance, step) = if step > 0 {
        (stop - start, step)
    } else {
        (start - stop, -step)
    };
    u64::try_from((distance.max(0) + step - 1) / step).ok()
}

fn real_steps(start: f64, stop: f64, step: f64) -> Option<u64> {
    let count = ((stop - start) / step).ceil();
    // Not a number where an end is not, or where the step is 0 and so are the distance.
    (count.is_finite() && step != 0.0 && count < isize::MAX as f64).then_some(count.max(0.0) as u64)
}

impl Tensor {
    /// The numbers from `range.start` up to `range.end`, which is left out, in steps of 1.
    ///
    /// `Tensor::range(0..10)` holds `i32`, as TensorFlow's `tf.range(10)`.
    ///
    /// # Errors
    /// As [`arange`](Self::arange).
    ///
    /// # Examples
    /// ```
    /// use ml_core::{DType, Tensor};
    ///
    /// let t = Tensor::range(0..4)?;
    /// assert_eq!((t.dtype(), t.to_vec::<i32>()?), (DType::I32, vec![0, 1, 2, 3]));
    /// # Ok::<(), ml_core::Error>(())
    /// ```
    pub fn range<T: Countable>(range: Range<T>) -> Result<Tensor> {
        Self::arange(range.start, range.end, T::UNIT)
    }

    /// `start`, `start + step`, `start + 2·step`, ... before `stop`; nothing if that lies the other way.
    ///
    /// With a step that has no exact binary form, rounding decides whether `stop` is reached: prefer
    /// [`linspace`](Self::linspace).
    ///
    /// # Errors
    /// [`Error::Parameter`] for a step of 0 or ends that are not finite, [`Error::Size`] for more numbers than
    /// memory can hold.
    ///
    /// # Examples
    /// ```
    /// use ml_core::Tensor;
    ///
    /// assert_eq!(Tensor::arange(5, 0, -2)?.to_vec::<i32>()?, [5, 3, 1]);
    /// assert_eq!(Tensor::arange(0.0, 1.0, 0.25)?.to_vec::<f64>()?, [0.0, 0.25, 0.5, 0.75]);
    /// # Ok::<(), ml_core::Error>(())
    /// ```
    pub fn arange<T: Countable>(start: T, stop: T, step: T) -> Result<Tensor> {
        let count = T::steps(start, stop, step).ok_or_else(|| Error::Parameter {
            name: "arange: start, stop, step".to_owned(),
            value: format!("{start}, {stop}, {step}"),
            domain: "finite numbers, the step other than 0".to_owned(),
        })?;
        let shape = Shape::from([usize::try_from(count).unwrap_or(usize::MAX - 1)]);
        let count = shape.checked_room("arange", T::DTYPE)?;
        let values: Vec<T> = (0..count).map(|number| T::at(start, step, number)).collect();
        Ok(Tensor::from(Array::dense(values, shape)))
    }

    /// `count` numbers from `start` to `stop`, both included, at equal distances.
    ///
    /// # Errors
    /// [`Error::DType`] for integers, [`Error::Size`] for more numbers than memory can hold.
    ///
    /// # Examples
    /// ```
    /// use ml_core::Tensor;
    ///
    /// assert_eq!(Tensor::linspace(0.0, 1.0, 5)?.to_vec::<f64>()?, [0.0, 0.25, 0.5, 0.75, 1.0]);
    /// # Ok::<(), ml_core::Error>(())
    /// ```
    pub fn linspace<T: Countable + Into<f64>>(start: T, stop: T, count: usize) -> Result<Tensor> {
        T::DTYPE.require_float("linspace")?;
        let shape = Shape::from([count]);
        shape.checked_room("linspace", DType::F64)?;
        let (first, last): (f64, f64) = (start.into(), stop.into());
        let step = (last - first) / count.saturating_sub(1).max(1) as f64;
        let values: Vec<f64> = (0..count)
            .map(|number| match number + 1 == count && count > 1 {
                true => last,
                false => number as f64 * step + first,
            })
            .collect();
        Tensor::from(Array::dense(values, shape)).cast(T::DTYPE)
    }

    /// `count` numbers from `base^start` to `base^stop`, both included, at equal ratios.
    ///
    /// # Errors
    /// As [`linspace`](Self::linspace).
    ///
    /// # Examples
    /// ```
    /// use ml_core::Tensor;
    ///
    /// assert_eq!(Tensor::logspace(0.0, 3.0, 4, 10.0)?.to_vec::<f64>()?, [1.0, 10.0, 100.0, 1000.0]);
    /// # Ok::<(), ml_core::Error>(())
    /// ```
    pub fn logspace<T: Countable + Into<f64>>(start: T, stop: T, count: usize, base: f64) -> Result<Tensor> {
        T::DTYPE.require_float("logspace")?;
        let exponents = Tensor::linspace::<f64>(start.into(), stop.into(), count)?.to_vec::<f64>()?;
        let values: Vec<f64> = exponents
            .into_iter()
            .map(|exponent| base.powf(exponent))
            .collect();
        Tensor::from(values).cast(T::DTYPE)
    }

    /// Every element `number`, of this tensor's shape and element type.
    ///
    /// # Errors
    /// As [`number_like`](Self::number_like).
    ///
    /// # Examples
    /// ```
    /// use ml_core::Tensor;
    ///
    /// assert_eq!(Tensor::from([1, 2]).full_like(7.0)?.to_vec::<i32>()?, [7, 7]);
    /// # Ok::<(), ml_core::Error>(())
    /// ```
    pub fn full_like(&self, number: f64) -> Result<Tensor> {
        self.number_like(number)?.broadcast_like(self)
    }

    /// Coordinates of a grid: of vectors of lengths `m`, `n`, ... one tensor `[m, n, ...]` each, which varies
    /// along its own axis ("ij" indexing; NumPy's default exchanges the first two axes).
    ///
    /// # Errors
    /// [`Error::BadShape`] for what is no vector, [`Error::Size`] for more elements than memory can hold.
    ///
    /// # Examples
    /// ```
    /// use ml_core::Tensor;
    ///
    /// let grid = Tensor::meshgrid(&[&Tensor::from([1, 2]), &Tensor::from([3, 4, 5])])?;
    /// assert_eq!(grid[0].to_vec::<i32>()?, [1, 1, 1, 2, 2, 2]);
    /// assert_eq!(grid[1].to_vec::<i32>()?, [3, 4, 5, 3, 4, 5]);
    /// # Ok::<(), ml_core::Error>(())
    /// ```
    pub fn meshgrid(vectors: &[&Tensor]) -> Result<Vec<Tensor>> {
        if let Some(other) = vectors.iter().find(|vector| vector.rank() != 1) {
            return Err(Error::BadShape {
                op: "meshgrid",
                shape: other.shape().to_vec(),
                rule: "every operand must be a vector".to_owned(),
            });
        }
        let rank = vectors.len();
        let mut wide = Vec::with_capacity(rank);
        for (axis, vector) in vectors.iter().enumerate() {
            let mut x = (*vector).clone();
            for _ in 0..axis {
                x = x.expand_dims(0)?;
            }
            for _ in axis + 1..rank {
                x = x.expand_dims(-1)?;
            }
            wide.push(x);
        }
        let shape: Shape = vectors.iter().map(|vector| vector.shape()[0]).collect();
        if shape.is_known() {
            return wide.iter().map(|x| x.broadcast_to(&shape)).collect();
        }
        // Only the running graph knows the lengths: zeros of all of them together have the shape.
        let mut like = Tensor::zeros([], DType::I64)?;
        for x in &wide {
            let zeros = Tensor::zeros([], DType::I64)?.broadcast_like(&x.stop_gradient())?;
            like = like.add(&zeros)?;
        }
        wide.iter().map(|x| x.broadcast_like(&like)).collect()
    }
}
