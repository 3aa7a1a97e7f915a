//! Looks at data before and after the launch.

use ml::data::quality::{InputMonitor, Protection, anonymise, near_duplicates, profile};
use proptest::prelude::*;

use super::{
    examiner::{examine, holds, lives, survives},
    inputs,
};

pub(crate) fn members() -> Vec<String> {
    ["profile", "InputMonitor", "anonymise", "near_duplicates"]
        .map(str::to_owned)
        .to_vec()
}

#[test]
fn bad_tables() {
    let limits = (inputs::number(), inputs::number(), inputs::number());
    examine(
        600,
        (inputs::table(), inputs::table(), limits),
        |(table, later, (missing, shift, ratio))| {
            let seen = lives("profile", || profile(&table))?;
            holds("profile", seen.columns.len() == table.n_columns(), || {
                "columns are missing".to_owned()
            })?;
            lives("profile", || seen.to_string())?;
            for monitor in [
                InputMonitor::default(),
                InputMonitor {
                    missing,
                    mean_shift: shift,
                    deviation_ratio: ratio,
                },
            ] {
                if let Some(fitted) = survives("InputMonitor", || monitor.learn(&table))? {
                    lives("InputMonitor", || fitted.check(&later))?;
                }
            }
            let salted = Protection::Hash { salt: String::new() };
            for column in ["size", "nowhere", ""] {
                survives("anonymise", || {
                    anonymise(&table, &[(column, salted.clone()), (column, Protection::Drop)])
                })?;
            }
            Ok(())
        },
    );
}

#[test]
fn bad_pairs_of_matrices() {
    examine(
        400,
        (
            inputs::matrix(),
            inputs::matrix(),
            inputs::number(),
            any::<bool>(),
        ),
        |(a, b, tolerance, same)| {
            let b = if same { &a } else { &b };
            survives("near_duplicates", || {
                near_duplicates(a.view(), b.view(), tolerance)
            })
            .map(drop)
        },
    );
}
