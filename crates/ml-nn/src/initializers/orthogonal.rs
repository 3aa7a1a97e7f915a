//! Orthogonal matrices.

use ml_core::{DType, Error, Result, Rng, Shape, Tensor};
use serde::{Deserialize, Serialize};

use super::{Initializer, tensor_of};

/// `gain` times a random matrix whose columns are orthonormal, or its rows where it has fewer of them.
///
/// Of more than two axes, all but the last count as one. Source: Saxe et al., "Exact solutions to the nonlinear
/// dynamics of learning in deep linear neural networks" (2014).
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Orthogonal {
    /// What the matrix is multiplied by. Default 1.
    pub gain: f64,
}

impl Default for Orthogonal {
    fn default() -> Self {
        Self { gain: 1.0 }
    }
}

#[typetag::serde]
impl Initializer for Orthogonal {
    fn values(&self, shape: &Shape, dtype: DType, rng: &mut Rng) -> Result<Tensor> {
        let Some((&columns, lead)) = shape.split_last().filter(|(_, lead)| !lead.is_empty()) else {
            return Err(Error::BadShape {
                op: "Orthogonal",
                shape: shape.to_vec(),
                rule: "at least 2 axes are needed".to_owned(),
            });
        };
        let rows: usize = lead.iter().product();
        let (long, short) = (rows.max(columns), rows.min(columns));
        let normal = tensor_of(&Shape::from([long, short]), DType::F64, || rng.standard_normal())?;
        let (q, r) = normal.qr()?;
        // The signs of R's diagonal make the distribution uniform over orthogonal matrices.
        let q = q.mul(&r.diag_part(0)?.sign()?)?;
        let q = if rows < columns { q.transpose()? } else { q };
        let lengths: Vec<i64> = shape.iter().map(|&length| length as i64).collect();
        q.mul_scalar(self.gain)?.reshape(&lengths)?.cast(dtype)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_shorter_side_is_orthonormal() {
        for shape in [[5, 3], [3, 5]] {
            let w = Orthogonal { gain: 2.0 }
                .values(&Shape::from(shape), DType::F64, &mut Rng::new(4))
                .unwrap();
            let t = w.transpose().unwrap();
            let gram = if shape[0] > shape[1] {
                t.matmul(&w)
            } else {
                w.matmul(&t)
            };
            let gram = gram.unwrap().to_vec::<f64>().unwrap();
            for (position, v) in gram.into_iter().enumerate() {
                let expected = if position / 3 == position % 3 { 4.0 } else { 0.0 };
                assert!((v - expected).abs() < 1e-12, "{v} at {position}");
            }
        }
    }
}
