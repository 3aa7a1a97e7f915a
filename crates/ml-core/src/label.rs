//! Classes as users have them, and as algorithms count them.

use std::fmt::{Debug, Display};

use ndarray::{Array1, ArrayView1};
use serde::{Serialize, de::DeserializeOwned};

/// The class of a row: any integer, `bool`, `char` or `String`.
pub trait Label:
    Ord + Clone + Debug + Display + Serialize + DeserializeOwned + Send + Sync + 'static
{
}

macro_rules! labels {
    ($($t:ty),*) => { $(impl Label for $t {})* };
}
labels!(
    bool, char, String, u8, u16, u32, u64, usize, i8, i16, i32, i64, isize
);

/// The distinct labels in ascending order, and every label's position among them.
pub fn encode<L: Label>(labels: ArrayView1<'_, L>) -> (Vec<L>, Array1<usize>) {
    let mut classes: Vec<L> = labels.to_vec();
    classes.sort_unstable();
    classes.dedup();
    let codes = labels.map(|l| {
        classes
            .binary_search(l)
            .expect("the list was made of these very labels")
    });
    (classes, codes)
}
