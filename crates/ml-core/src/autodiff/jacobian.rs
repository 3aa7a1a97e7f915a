//! Jacobians: a reverse sweep for each element of the target (book section 12.3.8).

use rayon::prelude::*;

use super::{Source, Tape, backward::Reverse, rows::stack_rows};
use crate::{DType, Error, Result, Tensor, dtype::Element, tensor::Array};

impl Tape {
    /// Partial derivatives of every element of `target` with respect to every element of each source: the
    /// shape of the target followed by that of the source.
    ///
    /// One reverse sweep for each element of the target, in parallel; the result does not depend on the
    /// number of threads. `None` for a source that the target does not depend on. **Cost**: `target.len()`
    /// gradients; where an element of the target depends on its own row of the source only, take
    /// [`batch_jacobian`](Self::batch_jacobian).
    ///
    /// # Errors
    /// As [`gradient`](Self::gradient); [`Error::Gradient`] if an axis of target or source is known only when
    /// a traced function runs: the number of sweeps must be known.
    ///
    /// # Examples
    /// ```
    /// use ml_core::{Tensor, autodiff::Tape};
    ///
    /// let tape = Tape::new();
    /// let x = tape.watch(&Tensor::from([1.0, 2.0, 3.0]))?;
    /// let jacobian = tape.jacobian(&x.square()?, &[&x])?.remove(0).expect("the target depends on x");
    /// assert_eq!(jacobian.to_vec::<f64>()?, [2.0, 0.0, 0.0, 0.0, 4.0, 0.0, 0.0, 0.0, 6.0]);
    /// # Ok::<(), ml_core::Error>(())
    /// ```
    pub fn jacobian(&self, target: &Tensor, sources: &[&dyn Source]) -> Result<Vec<Option<Tensor>>> {
        const OP: &str = "jacobian";
        require_known(OP, "the target", target)?;
        let values: Vec<Tensor> = sources.iter().map(|source| source.value()).collect();
        for value in &values {
            require_known(OP, "a source", value)?;
        }
        let seed = |element: usize| one_hot(target, |position| position == element);
        let stacked = self.rows(target, sources, target.len(), &seed)?;
        let arrange = |(stacked, value): (Option<Tensor>, &Tensor)| {
            let lengths = target.shape().iter().chain(value.shape().iter());
            stacked.map(|rows| rows.reshape(&signed(lengths))).transpose()
        };
        stacked.into_iter().zip(&values).map(arrange).collect()
    }

    /// Jacobian of each row of `target` with respect to the same row of `source`: of shapes `[batch, ...n]`
    /// and `[batch, ...m]`, one of shape `[batch, ...n, ...m]`.
    ///
    /// Row `i` of the target must depend on no row of the source but `i`, as a network's outputs on a batch
    /// do: then one sweep serves all rows at once, `target.len() / batch` in all. `None` if the target does
    /// not depend on the source.
    ///
    /// # Errors
    /// As [`jacobian`](Self::jacobian); [`Error::Shape`] unless both have a first axis, of one length.
    ///
    /// # Examples
    /// ```
    /// use ml_core::{Tensor, autodiff::Tape};
    ///
    /// let tape = Tape::new();
    /// let x = tape.watch(&Tensor::from([[1.0, 2.0], [3.0, 4.0]]))?;
    /// let jacobian = tape.batch_jacobian(&x.square()?, &x)?.expect("the target depends on x");
    /// assert_eq!(jacobian.shape().to_vec(), [2, 2, 2]);
    /// assert_eq!(jacobian.to_vec::<f64>()?, [2.0, 0.0, 0.0, 4.0, 6.0, 0.0, 0.0, 8.0]);
    /// # Ok::<(), ml_core::Error>(())
    /// ```
    pub fn batch_jacobian(&self, target: &Tensor, source: &dyn Source) -> Result<Option<Tensor>> {
        const OP: &str = "batch_jacobian";
        let value = source.value();
        require_known(OP, "the target", target)?;
        require_known(OP, "the source", &value)?;
        let (Some(&batch), true) = (
            target.shape().first(),
            target.shape().first() == value.shape().first(),
        ) else {
            return Err(Error::Shape {
                op: OP,
                left: target.shape().to_vec(),
                right: value.shape().to_vec(),
                rule: "target and source must have the batch as their first axis",
            });
        };
        let width = target.shape()[1..].iter().product();
        let seed = |component: usize| one_hot(target, |position| position % width == component);
        let Some(stacked) = self.rows(target, &[source], width, &seed)?.remove(0) else {
            return Ok(None);
        };
        // [...n, batch, ...m]: the batch comes first.
        let inner: usize = value.shape()[1..].iter().product();
        let flat = stacked
            .reshape(&signed(&[width, batch, inner]))?
            .swap_axes(0, 1)?;
        let lengths = target.shape().iter().chain(&value.shape()[1..]);
        flat.reshape(&signed(lengths)).map(Some)
    }

    /// A sweep for each of `count` seeds: for every source what arrived there, one below the other.
    fn rows(
        &self,
        target: &Tensor,
        sources: &[&dyn Source],
        count: usize,
        seed: &(dyn Fn(usize) -> Result<Tensor> + Sync),
    ) -> Result<Vec<Option<Tensor>>> {
        self.once(|consume| {
            let reverse = Reverse::new(&self.state, [target], &self.origins(sources))?;
            let row = |number: usize, consume| reverse.sweep(&[(target.clone(), seed(number)?)], consume);
            // The last sweep frees what the others needed, too.
            let others = 0..count.saturating_sub(1);
            // A record of the sweeps must not depend on which thread was faster.
            let mut rows: Vec<Vec<Option<Tensor>>> = match target.is_symbolic() || reverse.is_followed() {
                true => others.map(|number| row(number, false)).collect::<Result<_>>()?,
                false => others
                    .into_par_iter()
                    .map(|number| row(number, false))
                    .collect::<Result<_>>()?,
            };
            if count > 0 {
                rows.push(row(count - 1, consume)?);
            }
            let stacked = |(number, source): (usize, &&dyn Source)| {
                let column: Vec<&Option<Tensor>> = rows.iter().map(|row| &row[number]).collect();
                stack(&column, reverse.reaches(number), &source.value())
            };
            sources.iter().enumerate().map(stacked).collect()
        })
    }
}

/// `rows`, of the shape of `like`, below one another; those that are `None` are zero unless all are.
fn stack(rows: &[&Option<Tensor>], reached: bool, like: &Tensor) -> Result<Option<Tensor>> {
    if rows.is_empty() && reached {
        let mut shape = like.shape().clone();
        shape.insert(0, 0);
        return Tensor::zeros(shape, like.dtype()).map(Some);
    }
    if rows.iter().all(|row| row.is_none()) {
        return Ok(None);
    }
    let zero = like.zeros_like()?;
    let rows: Vec<Tensor> = rows
        .iter()
        .map(|row| row.as_ref().unwrap_or(&zero).clone())
        .collect();
    stack_rows(&rows).map(Some)
}

/// 1 where `hot` says so and 0 elsewhere, of the shape and type of `target`.
fn one_hot(target: &Tensor, hot: impl Fn(usize) -> bool) -> Result<Tensor> {
    fn values<T: Element + From<u8>>(len: usize, hot: impl Fn(usize) -> bool) -> Vec<T> {
        (0..len)
            .map(|position| T::from(u8::from(hot(position))))
            .collect()
    }
    let (shape, len) = (target.shape().clone(), target.len());
    Ok(Tensor::from(match target.dtype() {
        DType::F32 => Array::dense(values::<f32>(len, hot), shape),
        _ => Array::dense(values::<f64>(len, hot), shape),
    }))
}

fn require_known(op: &'static str, what: &str, tensor: &Tensor) -> Result<()> {
    tensor.dtype().require_float(op)?;
    if tensor.shape().is_known() {
        return Ok(());
    }
    Err(Error::Gradient {
        op,
        problem: format!(
            "{what} has shape {}, with a length that is known only when the function runs",
            tensor.shape()
        ),
        remedy: "call the traced function with a fixed shape, or take gradients of single elements",
    })
}

fn signed<'l>(lengths: impl IntoIterator<Item = &'l usize>) -> Vec<i64> {
    lengths.into_iter().map(|&length| length as i64).collect()
}
