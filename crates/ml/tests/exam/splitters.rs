//! Everything that splits rows.

use std::collections::HashSet;

use ml::{
    core::Target,
    data::split::{
        Fold, GroupKFold, KFold, LeaveOneOut, Rows, ShuffleSplit, Size, Splitter, StratifiedKFold,
        StratifiedShuffleSplit, TimeSeriesSplit, TrainTestSplit, in_test_set, permutation_split,
        split_by_derived_id, split_by_id,
    },
};
use proptest::{collection::vec, option, prelude::*};

use super::{
    examiner::{Outcome, examine, holds, lives, survives},
    inputs,
};

const SPLITTERS: [&str; 7] = [
    "KFold",
    "StratifiedKFold",
    "GroupKFold",
    "LeaveOneOut",
    "ShuffleSplit",
    "StratifiedShuffleSplit",
    "TimeSeriesSplit",
];

pub(crate) fn members() -> Vec<String> {
    let others = [
        "TrainTestSplit",
        "Size",
        "Fold",
        "Rows",
        "Splitter",
        "permutation_split",
        "split_by_id",
        "split_by_derived_id",
        "in_test_set",
    ];
    SPLITTERS.into_iter().chain(others).map(str::to_owned).collect()
}

fn size() -> impl Strategy<Value = Option<Size>> {
    let any = prop_oneof![
        inputs::number().prop_map(Size::Share),
        inputs::count().prop_map(Size::Count)
    ];
    option::weighted(0.7, any)
}

/// The parameters of all splitters at once.
type Settings = (usize, bool, Option<Size>, Option<Size>, Option<usize>, usize);

fn settings() -> impl Strategy<Value = Settings> {
    (
        inputs::count(),
        any::<bool>(),
        size(),
        size(),
        option::of(inputs::count()),
        inputs::count(),
    )
}

fn splitter(
    which: usize,
    (n_splits, shuffle, test_size, train_size, limit, gap): Settings,
) -> Box<dyn Splitter> {
    let seed = 3.into();
    match which {
        0 => Box::new(KFold {
            n_splits,
            shuffle,
            seed,
        }),
        1 => Box::new(StratifiedKFold {
            n_splits,
            shuffle,
            seed,
        }),
        2 => Box::new(GroupKFold {
            n_splits,
            shuffle,
            seed,
        }),
        3 => Box::new(LeaveOneOut),
        4 => Box::new(ShuffleSplit {
            n_splits,
            test_size,
            train_size,
            seed,
        }),
        5 => Box::new(StratifiedShuffleSplit {
            n_splits,
            test_size,
            train_size,
            seed,
        }),
        _ => Box::new(TimeSeriesSplit {
            n_splits,
            max_train_size: limit,
            test_size: limit.map(|n| n / 2),
            gap,
        }),
    }
}

/// Both sides hold rows that there are, each once, and no row is on both.
fn sound(name: &str, fold: &Fold, n_rows: usize) -> Outcome {
    let rows: HashSet<usize> = fold.train.iter().chain(&fold.test).copied().collect();
    let all = fold.train.len() + fold.test.len();
    let good = rows.len() == all && rows.iter().all(|&row| row < n_rows);
    holds(name, good, || format!("{fold:?} of {n_rows} rows"))
}

#[test]
fn bad_settings_rows_strata_and_groups() {
    for (which, name) in SPLITTERS.into_iter().enumerate() {
        let input = (0usize..9).prop_flat_map(|rows| {
            let groups = prop_oneof![4 => vec(0i64..3, rows), 1 => vec(inputs::class(), 0..9)];
            (
                settings(),
                Just(rows),
                option::weighted(0.8, inputs::target(rows)),
                option::weighted(0.8, groups),
            )
        });
        examine(256, input, |(settings, rows, y, groups)| {
            let splitter = splitter(which, settings);
            let folds = survives(name, || splitter.split(rows, y.as_ref(), groups.as_deref()))?;
            // A random splitter may be asked for any number of splits; a few of them tell.
            let folds = folds
                .map(|folds| lives(name, || folds.take(20).collect::<Vec<_>>()))
                .transpose()?;
            folds
                .iter()
                .flatten()
                .try_for_each(|fold| sound(name, fold, rows))
        });
    }
}

#[test]
fn bad_sizes_of_a_single_split() {
    let input = (
        inputs::list(),
        vec(inputs::class(), 0..9),
        size(),
        size(),
        any::<bool>(),
    );
    examine(400, input, |(rows, strata, test_size, train_size, shuffle)| {
        let name = "TrainTestSplit";
        let split = TrainTestSplit {
            test_size,
            train_size,
            shuffle,
            seed: 1.into(),
        };
        survives(name, || split.split(&rows))?;
        survives(name, || split.split((&rows, &strata)))?;
        survives(name, || split.split_stratified(&rows, strata.as_slice()))?;
        if let Some(fold) = survives(name, || split.fold_stratified(strata.as_slice()))? {
            sound(name, &fold, strata.len())?;
        }
        match survives(name, || split.fold(rows.len()))? {
            Some(fold) => sound(name, &fold, rows.len()),
            None => Ok(()),
        }
    });
}

#[test]
fn bad_ratios_and_identifiers() {
    let ids = vec(prop_oneof![inputs::class(), any::<i64>()], 0..9);
    examine(
        400,
        (ids, inputs::list(), inputs::number()),
        |(ids, derived, ratio)| {
            lives("in_test_set", || in_test_set(i64::MIN, ratio))?;
            for (name, n, fold) in [
                (
                    "split_by_id",
                    ids.len(),
                    survives("split_by_id", || split_by_id(&ids, ratio))?,
                ),
                (
                    "split_by_derived_id",
                    derived.len(),
                    survives("split_by_derived_id", || split_by_derived_id(&derived, ratio))?,
                ),
                (
                    "permutation_split",
                    derived.len(),
                    survives("permutation_split", || permutation_split(derived.len(), ratio, 1))?,
                ),
            ] {
                fold.iter().try_for_each(|fold| sound(name, fold, n))?;
            }
            Ok(())
        },
    );
}

#[test]
fn rows_that_do_not_exist() {
    let rows = vec(inputs::count(), 0..4);
    examine(
        256,
        (inputs::features(), inputs::list(), rows),
        |(x, list, rows)| {
            let y = Target::from(list.clone());
            survives("Rows", || x.take_rows(&rows))?;
            survives("Rows", || y.take_rows(&rows))?;
            survives("Rows", || list.take_rows(&rows))?;
            survives("Rows", || (&x, &y, &list).take_rows(&rows))?;
            let fold = Fold {
                train: rows.clone(),
                test: rows,
            };
            survives("Fold", || fold.take(&x)).map(drop)
        },
    );
}
