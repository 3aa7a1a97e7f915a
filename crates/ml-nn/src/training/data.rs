//! What a model is fed with.

use ml_core::{Error, Result, Tensor, ndarray::Dimension};

/// One tensor for each input or output of a model, by position or by name; the first axis counts examples.
///
/// Made from a tensor, several, several with names, or an array of `ndarray`.
#[derive(Debug, Clone, Default)]
pub struct Tensors(Vec<(Option<String>, Tensor)>);

impl From<Tensor> for Tensors {
    fn from(tensor: Tensor) -> Self {
        Self(vec![(None, tensor)])
    }
}

impl From<&Tensor> for Tensors {
    fn from(tensor: &Tensor) -> Self {
        Self(vec![(None, tensor.clone())])
    }
}

impl From<Vec<Tensor>> for Tensors {
    fn from(tensors: Vec<Tensor>) -> Self {
        Self(tensors.into_iter().map(|tensor| (None, tensor)).collect())
    }
}

impl<const N: usize> From<[&Tensor; N]> for Tensors {
    fn from(tensors: [&Tensor; N]) -> Self {
        Self(tensors.into_iter().map(|tensor| (None, tensor.clone())).collect())
    }
}

impl<const N: usize> From<[(&str, &Tensor); N]> for Tensors {
    fn from(tensors: [(&str, &Tensor); N]) -> Self {
        let named = |(name, tensor): (&str, &Tensor)| (Some(name.to_owned()), tensor.clone());
        Self(tensors.into_iter().map(named).collect())
    }
}

impl<T: ml_core::dtype::Element, D: Dimension> From<ml_core::ndarray::Array<T, D>> for Tensors {
    fn from(array: ml_core::ndarray::Array<T, D>) -> Self {
        Tensor::from_ndarray(array).into()
    }
}

impl Tensors {
    /// The tensors in the order of `names`, of which there is one for each input or output.
    pub(crate) fn in_order(self, what: &'static str, names: &[String]) -> Result<Vec<Tensor>> {
        if self.0.len() != names.len() {
            return Err(Error::Data {
                op: what,
                problem: format!(
                    "{} for {} ({})",
                    counted(self.0.len()),
                    names.len(),
                    names.join(", ")
                ),
                remedy: "give one tensor for each input of the model, one label for each output",
            });
        }
        if self.0.iter().all(|(name, _)| name.is_none()) {
            return Ok(self.0.into_iter().map(|(_, tensor)| tensor).collect());
        }
        let named = |name: &String| {
            let found = self.0.iter().find(|(known, _)| known.as_ref() == Some(name));
            found
                .map(|(_, tensor)| tensor.clone())
                .ok_or_else(|| Error::Column {
                    op: what,
                    column: name.clone(),
                    problem: format!(
                        "is missing; given were: {}",
                        self.0
                            .iter()
                            .filter_map(|(name, _)| name.as_deref())
                            .collect::<Vec<_>>()
                            .join(", ")
                    ),
                })
        };
        names.iter().map(named).collect()
    }
}

fn counted(tensors: usize) -> String {
    match tensors {
        0 => "no tensor".to_owned(),
        1 => "1 tensor".to_owned(),
        several => format!("{several} tensors"),
    }
}

/// One batch of examples, for training on batches of your own.
#[derive(Debug, Clone)]
pub struct Batch {
    /// What goes in.
    pub x: Tensors,
    /// What should come out.
    pub y: Tensors,
    /// A weight for every example.
    pub sample_weight: Option<Tensor>,
}

impl Batch {
    /// Without weights.
    pub fn new(x: impl Into<Tensors>, y: impl Into<Tensors>) -> Self {
        Self {
            x: x.into(),
            y: y.into(),
            sample_weight: None,
        }
    }
}

/// Examples in memory: inputs, labels, weights.
#[derive(Debug, Clone)]
pub(crate) struct Data {
    tensors: Vec<Tensor>,
    rows: usize,
}

impl Data {
    /// Inputs, labels and weights of one call, which must have as many rows.
    pub(crate) fn new(
        op: &'static str,
        x: Vec<Tensor>,
        y: Vec<Tensor>,
        weights: Option<Tensor>,
    ) -> Result<Self> {
        let rows = |tensor: &Tensor| {
            tensor.shape().first().copied().ok_or_else(|| Error::BadShape {
                op,
                shape: Vec::new(),
                rule: "the first axis must count examples".to_owned(),
            })
        };
        let first = x.first().map_or(Ok(0), rows)?;
        let others = x.iter().map(|tensor| ("another input", tensor));
        let labels = y.iter().map(|tensor| ("y", tensor));
        let weighed = weights.iter().map(|tensor| ("sample_weight", tensor));
        for (right_name, tensor) in others.chain(labels).chain(weighed) {
            let right = rows(tensor)?;
            if right != first {
                return Err(Error::Length {
                    op,
                    left_name: "x",
                    left: first,
                    right_name,
                    right,
                });
            }
        }
        let tensors = [x, y, weights.into_iter().collect()].concat();
        if first == 0 {
            return Err(Error::Empty {
                op,
                what: "the data".to_owned(),
                least: "1 example",
            });
        }
        Ok(Self { tensors, rows: first })
    }

    pub(crate) fn rows(&self) -> usize {
        self.rows
    }

    pub(crate) fn tensors(&self) -> &[Tensor] {
        &self.tensors
    }

    /// Rows `start..stop` of everything.
    pub(crate) fn part(&self, start: usize, stop: usize) -> Result<Self> {
        let part = |tensor: &Tensor| tensor.narrow(0, Some(start as isize), Some(stop as isize));
        Ok(Self {
            tensors: self.tensors.iter().map(part).collect::<Result<_>>()?,
            rows: stop - start,
        })
    }

    /// Batches of `size` rows from that of number `first` on, the last one maybe smaller; in this order, or as they lie.
    pub(crate) fn batches(
        &self,
        size: usize,
        first: usize,
        order: Option<Vec<usize>>,
    ) -> impl Iterator<Item = Result<Vec<Tensor>>> + '_ {
        (first..self.rows.div_ceil(size)).map(move |number| {
            let (start, stop) = (number * size, ((number + 1) * size).min(self.rows));
            match &order {
                None => Ok(self.part(start, stop)?.tensors),
                Some(order) => {
                    let rows: Vec<i64> = order[start..stop].iter().map(|&row| row as i64).collect();
                    let rows = Tensor::from(rows);
                    self.tensors.iter().map(|tensor| tensor.take(&rows, 0)).collect()
                }
            }
        })
    }
}

/// Refuses NaN and infinities, naming the first row that holds one.
pub(crate) fn check_finite(op: &'static str, what: &'static str, tensors: &[Tensor]) -> Result<()> {
    for tensor in tensors.iter().filter(|tensor| tensor.dtype().is_float()) {
        // Zero times a number is zero unless the number is NaN or infinite.
        let sum = tensor
            .mul_scalar(0.0)?
            .sum_all()?
            .cast(ml_core::DType::F64)?
            .item::<f64>()?;
        if sum == 0.0 {
            continue;
        }
        let values = tensor.cast(ml_core::DType::F64)?.to_vec::<f64>()?;
        let width = (values.len() / tensor.shape().first().copied().unwrap_or(1).max(1)).max(1);
        if let Some(position) = values.iter().position(|value| !value.is_finite()) {
            return Err(Error::NotFinite {
                op,
                what,
                value: values[position],
                row: position / width,
                column: (position % width).to_string(),
                remedy: "fill or drop missing values first",
            });
        }
    }
    Ok(())
}
