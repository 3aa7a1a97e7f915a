//! A number for every axis of a tensor.

use std::{
    fmt,
    hash::{Hash, Hasher},
    ops::{Deref, DerefMut},
};

use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// Axes that need no memory of their own.
const FEW: usize = 4;

/// Lengths or steps. Up to four are copied and compared as they lie, whatever their number: every operation does it.
#[derive(Clone)]
pub(crate) enum Axes<T> {
    /// How many there are; those beyond are 0.
    Few(usize, [T; FEW]),
    Many(Vec<T>),
}

impl<T: Copy + Default> Axes<T> {
    #[inline]
    pub(crate) fn new() -> Self {
        Self::Few(0, [T::default(); FEW])
    }

    #[inline]
    pub(crate) fn from_slice(values: &[T]) -> Self {
        if values.len() > FEW {
            return Self::Many(values.to_vec());
        }
        let mut few = [T::default(); FEW];
        few.iter_mut()
            .zip(values)
            .for_each(|(slot, &value)| *slot = value);
        Self::Few(values.len(), few)
    }

    #[inline]
    pub(crate) fn from_elem(value: T, len: usize) -> Self {
        let mut axes = Self::new();
        (0..len).for_each(|_| axes.push(value));
        axes
    }

    /// For every axis what `next` makes of `start` and the axes after it, the last one first.
    #[inline]
    pub(crate) fn scan_back<U: Copy + Default>(&self, start: U, next: impl Fn(U, T) -> U) -> Axes<U> {
        let mut state = start;
        match self {
            Self::Few(len, few) => {
                let mut out = [U::default(); FEW];
                for axis in (0..FEW).rev() {
                    if axis < *len {
                        out[axis] = state;
                        state = next(state, few[axis]);
                    }
                }
                Axes::Few(*len, out)
            }
            Self::Many(all) => {
                let mut out = vec![U::default(); all.len()];
                for (out, &value) in out.iter_mut().zip(all).rev() {
                    *out = state;
                    state = next(state, value);
                }
                Axes::Many(out)
            }
        }
    }

    #[inline]
    pub(crate) fn push(&mut self, value: T) {
        match self {
            Self::Few(len, few) if *len < FEW => {
                few[*len] = value;
                *len += 1;
            }
            _ => self.insert(self.len(), value),
        }
    }

    /// # Panics
    /// Beyond the end.
    pub(crate) fn insert(&mut self, axis: usize, value: T) {
        let mut all = self.to_vec();
        all.insert(axis, value);
        *self = Self::from_slice(&all);
    }

    /// # Panics
    /// If there is no such axis.
    #[inline]
    pub(crate) fn remove(&mut self, axis: usize) {
        match self {
            Self::Few(len, few) => {
                assert!(axis < *len, "axis {axis} of {len}");
                few.copy_within(axis + 1.., axis);
                *len -= 1;
                few[FEW - 1] = T::default();
            }
            Self::Many(all) => {
                all.remove(axis);
                *self = Self::from_slice(&all[..]);
            }
        }
    }
}

impl<T> Deref for Axes<T> {
    type Target = [T];

    #[inline]
    fn deref(&self) -> &[T] {
        match self {
            Self::Few(len, few) => &few[..*len],
            Self::Many(all) => all,
        }
    }
}

impl<T> DerefMut for Axes<T> {
    #[inline]
    fn deref_mut(&mut self) -> &mut [T] {
        match self {
            Self::Few(len, few) => &mut few[..*len],
            Self::Many(all) => all,
        }
    }
}

impl<T: Copy + Default> Default for Axes<T> {
    fn default() -> Self {
        Self::new()
    }
}

impl<T: PartialEq> PartialEq for Axes<T> {
    #[inline]
    fn eq(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::Few(len, few), Self::Few(other_len, other)) => len == other_len && few == other,
            _ => **self == **other,
        }
    }
}

impl<T: Eq> Eq for Axes<T> {}

impl<T: Hash> Hash for Axes<T> {
    fn hash<H: Hasher>(&self, state: &mut H) {
        (**self).hash(state);
    }
}

impl<T: fmt::Debug> fmt::Debug for Axes<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        (**self).fmt(f)
    }
}

impl<T: Copy + Default> FromIterator<T> for Axes<T> {
    fn from_iter<I: IntoIterator<Item = T>>(values: I) -> Self {
        let mut axes = Self::new();
        values.into_iter().for_each(|value| axes.push(value));
        axes
    }
}

impl<T: Copy + Default> From<&[T]> for Axes<T> {
    fn from(values: &[T]) -> Self {
        Self::from_slice(values)
    }
}

impl<'a, T> IntoIterator for &'a Axes<T> {
    type Item = &'a T;
    type IntoIter = std::slice::Iter<'a, T>;

    fn into_iter(self) -> Self::IntoIter {
        self.iter()
    }
}

impl<T: Serialize> Serialize for Axes<T> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_seq(&**self)
    }
}

impl<'de, T: Copy + Default + Deserialize<'de>> Deserialize<'de> for Axes<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Ok(Self::from_slice(&Vec::deserialize(deserializer)?))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_is_a_vector_of_any_length() {
        let mut axes = Axes::<usize>::new();
        let mut vector = Vec::new();
        for step in 0..40 {
            if step % 3 == 2 {
                let at = step % vector.len();
                axes.remove(at);
                vector.remove(at);
            } else if step % 5 == 0 {
                axes.insert(vector.len() / 2, step);
                vector.insert(vector.len() / 2, step);
            } else {
                axes.push(step);
                vector.push(step);
            }
            assert_eq!(*axes, *vector);
            assert_eq!(axes, Axes::from_slice(&vector));
            assert_eq!(axes, vector.iter().copied().collect());
        }
        for len in [0, 1, 3, 4, 5, axes.len()] {
            let after = Axes::from_slice(&vector[..len]).scan_back(0, |sum, value| sum + value);
            let by_hand: Vec<usize> = (0..len).map(|axis| vector[axis + 1..len].iter().sum()).collect();
            assert_eq!(*after, *by_hand);
        }
        let stored = serde_json::to_string(&axes).unwrap();
        assert_eq!(stored, serde_json::to_string(&vector).unwrap());
        assert_eq!(serde_json::from_str::<Axes<usize>>(&stored).unwrap(), axes);
    }
}
