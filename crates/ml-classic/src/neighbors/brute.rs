//! All distances, one by one.

use ml_core::{Float, ndarray::ArrayView2};

use super::{metric::Metric, nearest::Nearest};

/// The nearest of all `rows` to `query`.
pub(super) fn search<F: Float>(rows: ArrayView2<'_, F>, query: &[F], metric: Metric, nearest: &mut Nearest) {
    for (row, values) in rows.rows().into_iter().enumerate() {
        let values = values
            .to_slice()
            .expect("training rows are kept in standard layout");
        let distance = metric.reduced(query, values);
        if distance <= nearest.worst() {
            nearest.offer(distance, row);
        }
    }
}
