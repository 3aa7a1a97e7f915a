//! A fold a row.

use ml_core::{Error, Result, Target};
use serde::{Deserialize, Serialize};

use super::{Fold, Folds, Splitter};

/// Tests on every single row in turn: as many folds as rows, so for small data only.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct LeaveOneOut;

impl Splitter for LeaveOneOut {
    fn split(&self, n_rows: usize, _: Option<&Target>, _: Option<&[i64]>) -> Result<Folds> {
        if n_rows < 2 {
            return Err(Error::Data {
                op: "LeaveOneOut",
                problem: format!("nothing is left to train on with {n_rows} rows"),
                remedy: "bring at least 2 rows",
            });
        }
        let fold = move |tested| Fold::where_test(n_rows, |row| row == tested);
        Ok(Box::new((0..n_rows).map(fold)))
    }
}
