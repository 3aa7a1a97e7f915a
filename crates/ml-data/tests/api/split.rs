//! Splitting rows: Scikit-Learn's very rows, the partition laws, and every refusal by its text.

use ml_core::{
    Features, Seed, Table, Target,
    features::{Column, TextColumn},
    ndarray::{Array1, Array2, array},
};
use ml_data::split::{
    Fold, GroupKFold, KFold, LeaveOneOut, Rows, ShuffleSplit, Size, Splitter, StratifiedKFold,
    StratifiedShuffleSplit, TimeSeriesSplit, TrainTestSplit, in_test_set, permutation_split,
    split_by_derived_id, split_by_id,
};
use proptest::prelude::*;
use serde_json::Value;
use sha2::{Digest, Sha256};

/// As in `fixtures/make_split.py`.
fn strata(n: usize, n_classes: usize) -> Vec<i64> {
    let share = |i: usize| ((i * 7919 % 101) as f64).powi(2) / 10201.0;
    (0..n).map(|i| (share(i) * n_classes as f64) as i64).collect()
}

fn fixture() -> Value {
    serde_json::from_str(include_str!("../fixtures/split.json")).expect("in the fixture")
}

fn rows(value: &Value) -> Vec<usize> {
    serde_json::from_value(value.clone()).expect("in the fixture")
}

/// The folds of the fixture's splitter, from ours.
fn folds(case: &Value) -> Vec<Fold> {
    let n = case["n"].as_u64().expect("in the fixture") as usize;
    let seed = Seed::numpy(case["seed"].as_u64().expect("in the fixture") as u32);
    let size = |name: &str| -> Option<Size> {
        serde_json::from_value(case["options"].get(name).cloned().unwrap_or(Value::Null))
            .expect("in the fixture")
    };
    let count = |name: &str| {
        case["options"]
            .get(name)
            .and_then(Value::as_u64)
            .map(|v| v as usize)
    };
    let (test_size, train_size, n_splits) = (size("test_size"), size("train_size"), 3);
    let once = TrainTestSplit {
        test_size,
        train_size,
        shuffle: true,
        seed,
    };
    let (y, groups) = (Target::from(strata(n, 4)), strata(n, 9));
    let splitter: Box<dyn Splitter> = match case["splitter"].as_str().expect("in the fixture") {
        "train_test_split" => return vec![once.fold(n).expect("valid parameters")],
        "train_test_split stratified" => {
            return vec![once.fold_stratified(&strata(n, 4)).expect("valid parameters")];
        }
        "ShuffleSplit" => Box::new(ShuffleSplit {
            n_splits,
            test_size,
            train_size,
            seed,
        }),
        "StratifiedShuffleSplit" => Box::new(StratifiedShuffleSplit {
            n_splits,
            test_size,
            train_size,
            seed,
        }),
        "KFold" => Box::new(KFold::default().n_splits(4)),
        "KFold shuffled" => Box::new(KFold {
            n_splits: 4,
            shuffle: true,
            seed,
        }),
        "StratifiedKFold" => Box::new(StratifiedKFold::default().n_splits(4)),
        "StratifiedKFold shuffled" => Box::new(StratifiedKFold {
            n_splits: 4,
            shuffle: true,
            seed,
        }),
        "GroupKFold" => Box::new(GroupKFold::default().n_splits(3)),
        "GroupKFold shuffled" => Box::new(GroupKFold {
            n_splits,
            shuffle: true,
            seed,
        }),
        "LeaveOneOut" => Box::new(LeaveOneOut),
        "TimeSeriesSplit" => Box::new(TimeSeriesSplit {
            n_splits: 4,
            max_train_size: count("max_train_size"),
            test_size: count("test_size"),
            gap: count("gap").unwrap_or(0),
        }),
        unknown => panic!("the fixture names an unknown splitter: {unknown}"),
    };
    splitter
        .split(n, Some(&y), Some(&groups))
        .expect("valid parameters")
        .collect()
}

/// Reproduces C02-041, C02-046.
#[test]
fn the_rows_are_those_of_scikit_learn() {
    let fixture = fixture();
    let cases = fixture["small"].as_array().unwrap();
    assert!(cases.len() > 40);
    for case in cases {
        let expected: Vec<Fold> = case["folds"]
            .as_array()
            .unwrap()
            .iter()
            .map(|fold| Fold {
                train: rows(&fold["train"]),
                test: rows(&fold["test"]),
            })
            .collect();
        let name = format!(
            "{} n {} seed {} {}",
            case["splitter"], case["n"], case["seed"], case["options"]
        );
        assert_eq!(folds(case), expected, "{name}");
    }
}

fn digest(rows: &[usize]) -> String {
    let bytes: Vec<u8> = rows.iter().flat_map(|&row| (row as i64).to_le_bytes()).collect();
    Sha256::digest(&bytes)
        .iter()
        .map(|b| format!("{b:02x}"))
        .collect()
}

/// Reproduces C02-034, C02-036, N02-005.
#[test]
fn splits_of_as_many_rows_as_the_housing_data_are_those_of_scikit_learn() {
    let (n, seed) = (20_640, Seed::numpy(42));
    for case in fixture()["large"].as_array().unwrap() {
        let splitter = case["splitter"].as_str().unwrap();
        let fold = match splitter {
            "train_test_split" => TrainTestSplit::default()
                .test_size(0.2)
                .seed(seed)
                .fold(n)
                .unwrap(),
            "StratifiedShuffleSplit" => {
                let splitter = StratifiedShuffleSplit::default()
                    .n_splits(1)
                    .test_size(0.2)
                    .seed(seed);
                splitter.split_by(&strata(n, 5)).unwrap().next().unwrap()
            }
            _ => permutation_split(n, 0.2, seed).unwrap(),
        };
        assert_eq!((fold.train.len(), fold.test.len()), (16_512, 4_128));
        assert_eq!(Value::from(digest(&fold.train)), case["train"], "{splitter}");
        assert_eq!(Value::from(digest(&fold.test)), case["test"], "{splitter}");
    }
}

/// Reproduces C02-037, C02-038, N02-006.
#[test]
fn the_hash_split_is_stable_when_rows_are_added() {
    let ids: Vec<i64> = (0..20_640).collect();
    let fold = split_by_id(&ids, 0.2).unwrap();
    assert_eq!((fold.train.len(), fold.test.len()), (16_512, 4_128));
    let earlier = split_by_id(&ids[..15_000], 0.2).unwrap();
    assert_eq!(fold.test[..earlier.test.len()], earlier.test);
    // By Python: zlib.crc32(numpy.int64(0)) = 1696784233, below half of 2^32 and above a fifth.
    assert!(in_test_set(0, 0.5) && !in_test_set(0, 0.2));
}

/// Reproduces C02-040: the fraction of a derived identifier is cut off towards zero.
#[test]
fn a_derived_identifier_is_truncated() {
    let derived = split_by_derived_id(&[-121_847.37, 5.99, -0.5], 0.5).unwrap();
    assert_eq!(derived, split_by_id(&[-121_847, 5, 0], 0.5).unwrap());
    assert_eq!(
        split_by_derived_id(&[1.0, f64::NAN], 0.5)
            .unwrap_err()
            .to_string(),
        "split_by_derived_id: ids holds NaN at row 1, column 0; derive the identifier from columns without \
         missing values"
    );
    assert_eq!(
        split_by_derived_id(&[1e19], 0.5).unwrap_err().to_string(),
        "split_by_derived_id: the identifier 10000000000000000000 of row 0 does not fit 64 bits; derive \
         smaller identifiers"
    );
}

/// Reproduces N02-010: the chance that a random sample of 1,000 is skewed is about 12%.
#[test]
fn random_samples_of_a_thousand_are_often_skewed() {
    let women = ml_core::NumpyRng::new(42).binomial(1000, 0.513, 20_000).unwrap();
    let skewed = women.iter().filter(|&&n| n <= 490 || n >= 540).count();
    assert!((0.10..0.13).contains(&(skewed as f64 / 20_000.0)));
}

#[test]
fn everything_with_rows_is_split_by_the_same_rows() {
    let x = Array2::from_shape_fn((10, 2), |(i, j)| (10 * i + j) as f64);
    let y: Array1<i64> = (0..10).collect();
    let names: Vec<String> = (0..10).map(|i| format!("row {i}")).collect();
    let table = Table::new([
        (
            "number".to_owned(),
            Column::Number(y.mapv(|v| v as f64).into_shared()),
        ),
        (
            "text".to_owned(),
            Column::Text(TextColumn::collect(names.iter().map(Some))),
        ),
    ]);
    let table = table.unwrap();
    let (features, target) = (Features::from(x.view()), Target::from(&y));
    let split = TrainTestSplit::default().test_size(3).seed(42);
    let fold = split.fold(10).unwrap();

    let (train, test) = split
        .split((&x, y.view(), &names, &table, (&features, &target)))
        .unwrap();
    assert_eq!((train.0.nrows(), test.0.nrows()), (7, 3));
    assert_eq!(test.1.mapv(|v| v as usize).to_vec(), fold.test);
    assert_eq!(train.1.mapv(|v| v as usize).to_vec(), fold.train);
    assert_eq!(test.0.column(0), test.1.mapv(|v| 10.0 * v as f64));
    assert_eq!(test.2[0], format!("row {}", fold.test[0]));
    let Some(Column::Text(text)) = test.3.get("text") else {
        panic!("the column of text is gone")
    };
    assert_eq!(text.get(0), Some(&*test.2[0]));
    assert_eq!(test.4.0.dense("test").unwrap(), test.0);
    assert_eq!(test.4.1, Target::from(&test.1));

    let (x_train, x_test) = split.shuffle(false).split(&x).unwrap();
    assert_eq!((x_train, x_test), fold_of_first_seven(&x));
}

fn fold_of_first_seven(x: &Array2<f64>) -> (Array2<f64>, Array2<f64>) {
    let fold = Fold {
        train: (0..7).collect(),
        test: (7..10).collect(),
    };
    fold.take(x).expect("valid parameters")
}

#[cfg(feature = "tables")]
#[test]
fn data_frames_are_split_by_the_same_rows() {
    use ml_data::polars::prelude::{DataFrame, NamedFrom, Series};

    let (a, b) = (
        Series::new("a".into(), [1i64, 2, 3, 4]),
        Series::new("b".into(), ["p", "q", "r", "s"]),
    );
    let frame = DataFrame::new(4, vec![a.clone().into(), b.into()]).unwrap();
    let fold = Fold {
        train: vec![3, 0],
        test: vec![2, 1],
    };
    let ((train, a_train), (test, _)) = fold.take((&frame, &a)).unwrap();
    assert_eq!((train.height(), test.height()), (2, 2));
    assert_eq!(a_train, Series::new("a".into(), [4i64, 1]));
    assert_eq!(train.column("b").unwrap().get(0).unwrap().get_str(), Some("s"));
    assert_eq!(
        frame.take_rows(&[4]).unwrap_err().to_string(),
        "row = 4: must be below the 4 rows there are"
    );
}

/// Reproduces C02-043 to C02-046: the strata of any type keep their share.
#[test]
fn strata_keep_their_shares_whatever_their_type() {
    let words: Vec<String> = strata(500, 5).iter().map(|s| format!("stratum {s}")).collect();
    let split = TrainTestSplit::default().test_size(0.2).seed(Seed::numpy(1));
    let (_, test) = split.split_stratified(&words, &words).unwrap();
    for word in ["stratum 0", "stratum 1", "stratum 4"] {
        let share =
            |words: &[String]| words.iter().filter(|w| *w == word).count() as f64 / words.len() as f64;
        assert!((share(&test) - share(&words)).abs() <= 1.0 / 100.0, "{word}");
    }
    // Names sort as the numbers do, so the rows are the same.
    assert_eq!(
        split.fold_stratified(&words).unwrap(),
        split.fold_stratified(&strata(500, 5)).unwrap()
    );
}

#[test]
fn sizes_are_plain_numbers_for_people_and_tagged_for_files() {
    let split = TrainTestSplit::default().test_size(0.2).train_size(5);
    let json = serde_json::to_string(&split).unwrap();
    assert!(json.starts_with(r#"{"test_size":0.2,"train_size":5,"#), "{json}");
    assert_eq!(serde_json::from_str::<TrainTestSplit>(&json).unwrap(), split);
}

fn text<T>(result: ml_core::Result<T>) -> String {
    match result {
        Ok(_) => panic!("this must be refused"),
        Err(e) => e.to_string(),
    }
}

#[test]
fn sizes_outside_their_domain_are_refused() {
    let split = TrainTestSplit::default;
    let share = "must be a share between 0 and 1, both excluded";
    assert_eq!(
        text(split().test_size(1.5).fold(10)),
        format!("test_size = 1.5: {share}")
    );
    assert_eq!(
        text(split().test_size(f64::NAN).fold(10)),
        format!("test_size = NaN: {share}")
    );
    assert_eq!(
        text(split().train_size(0.0).fold(10)),
        format!("train_size = 0: {share}")
    );
    assert_eq!(
        text(split().test_size(10).fold(10)),
        "test_size = 10: must be at least 1 and fewer than the 10 rows"
    );
    assert_eq!(
        text(split().test_size(0.7).train_size(0.7).fold(10)),
        "TrainTestSplit: 7 rows to train on and 7 to test on are more than the 10 there are; change \
         test_size or train_size, or bring more rows"
    );
    assert_eq!(
        text(split().test_size(0.9).fold(1)),
        "TrainTestSplit: with 1 of 1 rows to test on, no row is left to train on; change test_size or \
         train_size, or bring more rows"
    );
    assert_eq!(
        text(split().fold(0)),
        "TrainTestSplit: with 0 of 0 rows to test on, no row is left to train on; change test_size or \
         train_size, or bring more rows"
    );
    assert_eq!(
        text(permutation_split(5, -0.1, 0)),
        "test_ratio = -0.1: must be between 0 and 1"
    );
    assert_eq!(
        text(split_by_id(&[1], 2.0)),
        "test_ratio = 2: must be between 0 and 1"
    );
}

#[test]
fn parts_of_different_length_are_refused() {
    let (x, y) = (array![[1.0], [2.0], [3.0]], array![1, 2]);
    assert_eq!(
        text(TrainTestSplit::default().split((&x, &y))),
        "split: the first part has 3 rows, but the second part has 2; they must match one to one"
    );
    assert_eq!(
        text(TrainTestSplit::default().split_stratified(&x, &y)),
        "TrainTestSplit: x has 3 rows, but y has 2; they must match one to one"
    );
    assert_eq!(
        text(x.take_rows(&[3])),
        "row = 3: must be below the 3 rows there are"
    );
}

#[test]
fn strata_that_cannot_be_kept_are_refused() {
    let splitter = StratifiedShuffleSplit::default().test_size(0.5);
    assert_eq!(
        text(splitter.split_by(&["a", "b", "a", "c", "c"].map(String::from))),
        "StratifiedShuffleSplit: stratum \"b\" has 1 member only (row 1); merge small strata, so that each \
         has at least 2 members"
    );
    assert_eq!(
        text(splitter.clone().test_size(1).split_by(&[0, 0, 1, 1])),
        "StratifiedShuffleSplit: 2 strata do not fit the 1 rows of the test set; make that side larger, or \
         use fewer strata"
    );
    assert_eq!(
        text(splitter.split(4, None, None)),
        "StratifiedShuffleSplit: there is no y to stratify by; pass the classes of the rows, or use a \
         splitter that is not stratified"
    );
    assert_eq!(
        text(splitter.split(2, Some(&vec![0.5, 1.5].into()), None)),
        "StratifiedShuffleSplit: got floating-point numbers where a target of integer classes (i64) is \
         needed; convert with mapv(|v| v as i64), or use a regressor"
    );
    assert_eq!(
        text(
            TrainTestSplit::default()
                .shuffle(false)
                .fold_stratified(&[0, 0, 1, 1])
        ),
        "TrainTestSplit: strata cannot be kept without shuffling; leave shuffle at true, or split without \
         strata"
    );
    assert_eq!(
        text(StratifiedKFold::default().split_by(&[0, 0, 1, 1])),
        "StratifiedKFold: n_splits = 5 is more than the 2 members of the largest class; use fewer splits or \
         more data"
    );
    assert_eq!(
        text(StratifiedKFold::default().split_by::<i64>(&[])),
        "StratifiedKFold: y is empty; at least 2 rows needed"
    );
}

#[test]
fn too_few_rows_or_groups_are_refused() {
    assert_eq!(
        text(KFold::default().n_splits(1).split(9, None, None)),
        "n_splits = 1: must be at least 2"
    );
    assert_eq!(
        text(KFold::default().split(4, None, None)),
        "KFold: n_splits = 5 is more than the 4 rows; use fewer splits or more data"
    );
    assert_eq!(
        text(GroupKFold::default().split(4, None, None)),
        "GroupKFold: there are no groups; pass the group of every row"
    );
    assert_eq!(
        text(GroupKFold::default().split(4, None, Some(&[1, 2]))),
        "GroupKFold: x has 4 rows, but groups has 2; they must match one to one"
    );
    assert_eq!(
        text(
            GroupKFold::default()
                .n_splits(3)
                .split(4, None, Some(&[1, 2, 2, 1]))
        ),
        "GroupKFold: n_splits = 3 is more than the 2 groups; use fewer splits or more data"
    );
    assert_eq!(
        text(LeaveOneOut.split(1, None, None)),
        "LeaveOneOut: nothing is left to train on with 1 rows; bring at least 2 rows"
    );
    assert_eq!(
        text(TimeSeriesSplit::default().split(5, None, None)),
        "TimeSeriesSplit: n_splits = 5 is more than the 4 rows after the first; use fewer splits or more data"
    );
    assert_eq!(
        text(TimeSeriesSplit::default().gap(usize::MAX).split(50, None, None)),
        format!(
            "TimeSeriesSplit: 5 splits with test_size = 8 and gap = {} leave none of 50 rows to train on; use \
             fewer splits, a smaller test_size or gap, or more rows",
            usize::MAX
        )
    );
    assert_eq!(
        text(ShuffleSplit::default().n_splits(0).split(9, None, None)),
        "n_splits = 0: must be at least 1"
    );
}

fn seeds() -> impl Strategy<Value = Seed> {
    prop_oneof![
        any::<u64>().prop_map(Seed::from),
        any::<u32>().prop_map(Seed::numpy)
    ]
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn folds_partition_the_rows(
        classes in proptest::collection::vec(0i64..3, 30..80),
        n_splits in 2usize..6,
        shuffle: bool,
        seed in seeds(),
    ) {
        let n = classes.len();
        let groups: Vec<i64> = (0..n as i64).map(|i| i * i % 11).collect();
        let splitters: [Box<dyn Splitter>; 4] = [
            Box::new(KFold { n_splits, shuffle, seed }),
            Box::new(StratifiedKFold { n_splits, shuffle, seed }),
            Box::new(GroupKFold { n_splits, shuffle, seed }),
            Box::new(LeaveOneOut),
        ];
        let y = Target::from(classes);
        for splitter in splitters {
            let split = || -> Vec<Fold> { splitter.split(n, Some(&y), Some(&groups)).unwrap().collect() };
            let mut tested = Vec::new();
            for fold in split() {
                let mut all = [fold.train, fold.test.clone()].concat();
                all.sort_unstable();
                prop_assert!(all.into_iter().eq(0..n), "{splitter:?}");
                tested.extend(fold.test);
            }
            tested.sort_unstable();
            prop_assert!(tested.into_iter().eq(0..n), "{splitter:?}");
            prop_assert_eq!(split(), split());
        }
    }

    #[test]
    fn shuffled_sides_are_disjoint_and_of_the_asked_size(
        n in 12usize..200,
        test in 0.25f64..0.7,
        seed in seeds(),
    ) {
        let classes: Vec<i64> = (0..n as i64).map(|i| i % 3).collect();
        let split = TrainTestSplit::default().test_size(test).seed(seed);
        for fold in [split.fold(n).unwrap(), split.fold_stratified(&classes).unwrap()] {
            prop_assert_eq!(fold.test.len(), (n as f64 * test).ceil() as usize);
            let mut all = [fold.train, fold.test].concat();
            all.sort_unstable();
            prop_assert!(all.into_iter().eq(0..n));
        }
        prop_assert_eq!(split.fold(n).unwrap(), split.fold(n).unwrap());
    }

    #[test]
    fn no_size_panics(n in 0usize..50, share in any::<f64>(), count: usize, seed in seeds()) {
        let classes: Vec<i64> = (0..n as i64).map(|i| i % 3).collect();
        for size in [Size::Share(share), Size::Count(count)] {
            let split = TrainTestSplit::default().test_size(size).seed(seed);
            let _ = (split.fold(n), split.fold_stratified(&classes));
            let _ = split.train_size(size).fold(n);
        }
    }
}
