//! Metrics of classification against Scikit-Learn, by hand, by their laws, and at their edges.

mod agreement;
mod by_hand;
mod laws;
mod ranked_labels;
mod refusals;
mod scorers;

use ml_core::{Result, ndarray::Array2};

use super::metrics::close;

fn matrix<T: Clone>(rows: &[Vec<T>]) -> Array2<T> {
    Array2::from_shape_vec((rows.len(), rows[0].len()), rows.concat()).unwrap()
}

fn all_close<'a>(ours: impl IntoIterator<Item = &'a f64>, theirs: &[f64], tolerance: f64) {
    let ours: Vec<f64> = ours.into_iter().copied().collect();
    assert_eq!(ours.len(), theirs.len(), "{ours:?} is not {theirs:?}");
    ours.iter()
        .zip(theirs)
        .for_each(|(&ours, &theirs)| close(ours, theirs, tolerance));
}

fn error<T>(result: Result<T>) -> String {
    match result {
        Ok(_) => panic!("it should have failed"),
        Err(error) => error.to_string(),
    }
}
