//! Input as nobody should give it, mixed with input that is fine.

use ml::{
    core::{Column, Table, TextColumn, ndarray::Axis, sprs::CsMat},
    prelude::*,
};
use proptest::{collection::vec, option, prelude::*};

/// A cell: mostly ordinary, sometimes a gap, an infinity, or so large that its square is one.
fn cell(bad: bool) -> BoxedStrategy<f64> {
    let good = prop_oneof![4 => -5i8..6, 1 => Just(0)].prop_map(f64::from);
    if !bad {
        return good.boxed();
    }
    let hostile = prop_oneof![
        Just(f64::NAN),
        Just(f64::INFINITY),
        Just(f64::NEG_INFINITY),
        huge(),
        Just(f64::MIN_POSITIVE),
        Just(-0.0),
    ];
    prop_oneof![3 => good, 1 => hostile].boxed()
}

fn huge() -> impl Strategy<Value = f64> {
    prop_oneof![Just(1e300), Just(-1e300), Just(f64::MAX), Just(f64::MIN)]
}

/// A number for a hyperparameter: in no domain, at an edge, or ordinary.
pub(crate) fn number() -> impl Strategy<Value = f64> {
    prop_oneof![
        Just(f64::NAN),
        Just(f64::INFINITY),
        Just(-1.0),
        Just(0.0),
        Just(0.5),
        Just(1.0),
        Just(1.5),
        Just(2.0),
        Just(1e-300),
        huge(),
    ]
}

/// A count for a hyperparameter that costs nothing when it is absurd.
pub(crate) fn count() -> impl Strategy<Value = usize> {
    prop_oneof![4 => 0usize..5, 1 => Just(100), 1 => Just(usize::MAX)]
}

/// Any value for a hyperparameter by name.
pub(crate) fn value() -> impl Strategy<Value = serde_json::Value> {
    use serde_json::json;
    prop_oneof![
        Just(json!(null)),
        Just(json!(true)),
        Just(json!("nonsense")),
        Just(json!("")),
        Just(json!([])),
        Just(json!({})),
        Just(json!([1e300, -1.0])),
        (-2i64..6).prop_map(|v| json!(v)),
        Just(json!(u64::MAX)),
        Just(json!(i64::MIN)),
        prop_oneof![Just(-0.5), Just(0.5), Just(1.5), Just(1e300), Just(-1e300)].prop_map(|v| json!(v)),
    ]
}

/// How the cells of a matrix look: ordinary, one value throughout, no value, all huge, or anything.
fn cells(rows: usize, columns: usize) -> BoxedStrategy<Vec<f64>> {
    let n = rows * columns;
    prop_oneof![
        4 => vec(cell(false), n),
        3 => vec(cell(true), n),
        1 => cell(true).prop_map(move |v| vec![v; n]),
        1 => vec(huge(), n),
        1 => Just(vec![f64::NAN; n]),
    ]
    .boxed()
}

/// A matrix of up to 7 rows and 4 columns, empty ones among them.
pub(crate) fn matrix() -> impl Strategy<Value = Array2<f64>> {
    (0usize..8, prop_oneof![1 => Just(0usize), 6 => 1usize..5]).prop_flat_map(|(rows, columns)| {
        cells(rows, columns)
            .prop_map(move |v| Array2::from_shape_vec((rows, columns), v).expect("a cell a place"))
    })
}

/// A list of up to 9 numbers.
pub(crate) fn list() -> impl Strategy<Value = Vec<f64>> {
    (0usize..10).prop_flat_map(|n| cells(n, 1))
}

pub(crate) fn class() -> impl Strategy<Value = i64> {
    prop_oneof![6 => 0i64..3, 1 => Just(i64::MIN), 1 => Just(i64::MAX)]
}

/// Numbers or classes: mostly one a row of `rows`, sometimes too few or too many.
pub(crate) fn target(rows: usize) -> BoxedStrategy<Target> {
    let length = prop_oneof![6 => Just(rows), 1 => 0usize..9];
    length
        .prop_flat_map(|n| {
            prop_oneof![
                cells(n, 1).prop_map(Target::from),
                vec(class(), n).prop_map(Target::from),
            ]
        })
        .boxed()
}

/// No weights, good ones, zeros, negative ones, gaps, or not one a row.
pub(crate) fn weights(rows: usize) -> BoxedStrategy<Option<Array1<f64>>> {
    let any = prop_oneof![
        3 => vec(cell(false).prop_map(f64::abs), rows),
        1 => Just(vec![0.0; rows]),
        1 => Just(vec![-1.0; rows]),
        1 => vec(cell(true), rows),
        1 => vec(cell(false), 0usize..9),
    ];
    option::weighted(0.5, any.prop_map(Array1::from)).boxed()
}

/// Dense, sparse, or a table with or without text.
pub(crate) fn features() -> impl Strategy<Value = Features> {
    prop_oneof![
        4 => matrix().prop_map(Features::from),
        1 => matrix().prop_map(|x| sparse(&x).into()),
        3 => table().prop_map(Features::from),
    ]
}

fn sparse(x: &Array2<f64>) -> CsMat<f64> {
    let mut cells = ml::core::sprs::TriMat::new(x.dim());
    for ((row, column), &v) in x.indexed_iter().filter(|(_, v)| **v != 0.0) {
        cells.add_triplet(row, column, v);
    }
    cells.to_csr()
}

/// Named columns; some hold text, with gaps.
pub(crate) fn table() -> impl Strategy<Value = Table> {
    let word = option::weighted(
        0.8,
        prop_oneof![Just("red"), Just("blue"), Just(""), Just("größer")],
    );
    (matrix(), vec(any::<bool>(), 4), vec(word, 8)).prop_map(|(x, text, words)| {
        let columns = x.axis_iter(Axis(1)).enumerate().map(|(i, column)| {
            let values = if text[i] {
                Column::Text(TextColumn::collect(
                    words.iter().cycle().skip(i).take(x.nrows()).copied(),
                ))
            } else {
                Column::Number(column.to_shared())
            };
            (["size", "colour", "weight", "age"][i].to_owned(), values)
        });
        Table::new(columns).expect("columns of one length and four names")
    })
}

/// Rows, a target and weights that mostly belong together.
pub(crate) fn lesson() -> impl Strategy<Value = (Features, Target, Option<Array1<f64>>)> {
    features().prop_flat_map(|x| {
        let rows = x.n_rows();
        (Just(x), target(rows), weights(rows))
    })
}

/// Rows from which anything can learn.
pub(crate) fn good_rows() -> (Features, Target, Target) {
    let x = Array2::from_shape_fn((9, 4), |(i, j)| ((i * (j + 2)) % 7) as f64 + i as f64);
    let y = Array1::from_shape_fn(9, |i| i as f64);
    let classes = Array1::from_shape_fn(9, |i| (i % 3) as i64);
    (x.into(), y.into(), classes.into())
}
