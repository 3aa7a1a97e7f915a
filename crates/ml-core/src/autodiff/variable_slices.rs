//! Assignments to a part of a variable (book section 12.2.4).

use super::Variable;
use crate::{Result, Tensor, ops::Index};

/// A part of a [`Variable`], to be read or replaced: what [`Variable::slice`] returns.
#[derive(Debug, Clone, Copy)]
pub struct VariableSlice<'v> {
    variable: &'v Variable,
    index: &'v [Index],
}

impl Variable {
    /// The part that `index` names, written with [`at!`](crate::at).
    ///
    /// A part is assigned to by name; there is no `v[0, 1] = 42`:
    ///
    /// ```compile_fail
    /// use ml_core::autodiff::Variable;
    ///
    /// let v = Variable::new([[1.0f32, 2.0], [3.0, 4.0]]);
    /// v[[0, 1]] = 42.0; // cannot index into a value of type `Variable`
    /// ```
    ///
    /// # Examples
    /// ```
    /// use ml_core::{at, autodiff::Variable};
    ///
    /// let v = Variable::new([[2.0f32, 4.0, 6.0], [8.0, 10.0, 12.0]]);
    /// v.slice(&at![0, 1]).assign(42.0f32)?;
    /// v.slice(&at![.., 2]).assign([0.0f32, 1.0])?;
    /// assert_eq!(v.read().to_vec::<f32>()?, [2.0, 42.0, 0.0, 8.0, 10.0, 1.0]);
    /// # Ok::<(), ml_core::Error>(())
    /// ```
    pub fn slice<'v>(&'v self, index: &'v [Index]) -> VariableSlice<'v> {
        VariableSlice {
            variable: self,
            index,
        }
    }

    /// Replaces the positions `indices` along axis 0 by `updates`, which broadcasts; of several for one position
    /// the last one stays.
    ///
    /// # Errors
    /// As [`Tensor::scatter_update`] and [`assign`](Self::assign).
    pub fn scatter_update(&self, indices: &Tensor, updates: &Tensor) -> Result<()> {
        self.update(updates, |current, updates| {
            current.scatter_update(indices, updates, 0)
        })
    }

    /// Adds `updates` at the positions `indices` along axis 0.
    ///
    /// # Errors
    /// As [`Tensor::scatter_add`] and [`assign`](Self::assign).
    pub fn scatter_add(&self, indices: &Tensor, updates: &Tensor) -> Result<()> {
        self.update(updates, |current, updates| {
            current.scatter_add(indices, updates, 0)
        })
    }

    /// Subtracts `updates` at the positions `indices` along axis 0.
    ///
    /// # Errors
    /// As [`Tensor::scatter_add`] and [`assign`](Self::assign).
    pub fn scatter_sub(&self, indices: &Tensor, updates: &Tensor) -> Result<()> {
        self.update(updates, |current, updates| {
            current.scatter_add(indices, &updates.neg()?, 0)
        })
    }

    /// Replaces what the rows of `indices` name by `updates`.
    ///
    /// # Errors
    /// As [`Tensor::scatter_nd_update`] and [`assign`](Self::assign).
    ///
    /// # Examples
    /// ```
    /// use ml_core::{Tensor, autodiff::Variable};
    ///
    /// let v = Variable::new([[2.0f32, 42.0, 0.0], [8.0, 10.0, 1.0]]);
    /// v.scatter_nd_update(&Tensor::from([[0, 0], [1, 2]]), &Tensor::from([100.0f32, 200.0]))?;
    /// assert_eq!(v.read().to_vec::<f32>()?, [100.0, 42.0, 0.0, 8.0, 10.0, 200.0]);
    /// # Ok::<(), ml_core::Error>(())
    /// ```
    pub fn scatter_nd_update(&self, indices: &Tensor, updates: &Tensor) -> Result<()> {
        self.update(updates, |current, updates| {
            current.scatter_nd_update(indices, updates)
        })
    }

    /// Adds `updates` to what the rows of `indices` name.
    ///
    /// # Errors
    /// As [`Tensor::scatter_nd_add`] and [`assign`](Self::assign).
    pub fn scatter_nd_add(&self, indices: &Tensor, updates: &Tensor) -> Result<()> {
        self.update(updates, |current, updates| {
            current.scatter_nd_add(indices, updates)
        })
    }
}

impl VariableSlice<'_> {
    /// The current value of the part; followed by the tapes that watch the variable.
    ///
    /// # Errors
    /// As [`Tensor::index`].
    pub fn read(self) -> Result<Tensor> {
        self.variable.read().index(self.index)
    }

    /// Replaces the part by `value`, which broadcasts to it.
    ///
    /// Threads that replace parts at once do not undo each other.
    ///
    /// # Errors
    /// As [`Tensor::slice_update`] and [`Variable::assign`].
    pub fn assign(self, value: impl Into<Tensor>) -> Result<()> {
        self.variable.update(&value.into(), |current, value| {
            current.slice_update(self.index, value)
        })
    }

    /// Adds `value`, which broadcasts, to the part.
    ///
    /// # Errors
    /// As [`Tensor::slice_add`] and [`Variable::assign`].
    pub fn assign_add(self, value: impl Into<Tensor>) -> Result<()> {
        self.variable.update(&value.into(), |current, value| {
            current.slice_add(self.index, value)
        })
    }

    /// Subtracts `value`, which broadcasts, from the part.
    ///
    /// # Errors
    /// As [`Tensor::slice_add`] and [`Variable::assign`].
    pub fn assign_sub(self, value: impl Into<Tensor>) -> Result<()> {
        self.variable.update(&value.into(), |current, value| {
            current.slice_add(self.index, &value.neg()?)
        })
    }
}
