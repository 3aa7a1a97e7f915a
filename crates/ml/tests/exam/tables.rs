//! Tables: reading, summaries, conversions.

use ml::{
    core::ndarray::ArrayView1,
    data::{
        polars::prelude::{DataFrame, IntoColumn, NamedFrom, Series},
        table::{self, CsvOptions, Cut, Encoding, MissingInArray, MissingInFrame, cut, parse_csv},
    },
    prelude::*,
};
use proptest::{collection::vec, option, prelude::*};

use super::{
    examiner::{examine, lives, survives},
    inputs,
};

pub(crate) fn members() -> Vec<String> {
    [
        "parse_csv",
        "read_csv",
        "csv_blocks",
        "CsvOptions",
        "to_array",
        "from_array",
        "corr",
        "cut",
        "Cut",
        "describe",
        "info",
        "frame_to_features",
        "frame_into_features",
        "drop_missing",
        "fill_missing",
        "median",
        "select_rows",
        "numbers",
        "classes",
        "text",
        "value_counts",
        "IntoFeatures",
        "IntoTarget",
    ]
    .map(str::to_owned)
    .to_vec()
}

/// Columns of every kind, with gaps; names may be empty.
fn frame() -> impl Strategy<Value = DataFrame> {
    (0usize..6).prop_flat_map(|rows| {
        let word = option::weighted(0.8, prop_oneof![Just("red"), Just(""), Just("1.5")]);
        let column = prop_oneof![
            vec(option::weighted(0.8, inputs::number()), rows).prop_map(|v| Series::new("".into(), v)),
            vec(option::weighted(0.8, any::<i64>()), rows).prop_map(|v| Series::new("".into(), v)),
            vec(option::weighted(0.8, any::<bool>()), rows).prop_map(|v| Series::new("".into(), v)),
            vec(word, rows).prop_map(|v| Series::new("".into(), v)),
            Just(Series::new_null("".into(), rows)),
        ];
        vec(column, 0..4).prop_map(move |columns| {
            let named = columns
                .into_iter()
                .zip(["a", "b", ""])
                .map(|(column, name)| column.with_name(name.into()));
            DataFrame::new(rows, named.map(IntoColumn::into_column).collect()).expect("columns of one length")
        })
    })
}

#[test]
fn bad_frames() {
    let name = prop_oneof![Just("a"), Just("b"), Just(""), Just("nowhere")];
    let input = (frame(), name, inputs::number(), vec(inputs::count(), 0..3));
    examine(1000, input, |(df, name, value, rows)| {
        lives("info", || table::info(&df).to_string())?;
        if let Some(seen) = survives("describe", || table::describe(&df))? {
            lives("describe", || seen.to_string())?;
        }
        if let Some(seen) = survives("corr", || table::corr(&df))? {
            survives("corr", || seen.with(name))?;
            lives("corr", || seen.get(name, "a"))?;
        }
        if let Some(seen) = survives("value_counts", || table::value_counts(&df, name))? {
            lives("value_counts", || {
                (seen.to_string(), seen.proportions(), seen.get("red"))
            })?;
        }
        survives("to_array", || table::to_array::<f64>(&df, MissingInArray::Refuse))?;
        survives("to_array", || table::to_array::<f32>(&df, MissingInArray::Nan))?;
        survives("numbers", || table::numbers(&df, name))?;
        survives("classes", || table::classes(&df, name))?;
        survives("text", || table::text(&df, name))?;
        survives("median", || table::median(&df, name))?;
        survives("fill_missing", || table::fill_missing(&df, name, value))?;
        survives("drop_missing", || table::drop_missing(&df, &[name]))?;
        survives("drop_missing", || table::drop_missing(&df, &[]))?;
        survives("select_rows", || table::select_rows(&df, &rows))?;
        survives("frame_to_features", || table::frame_to_features(&df))?;
        survives("frame_into_features", || table::frame_into_features(df.clone()))?;
        survives("IntoFeatures", || (&df).into_features())?;
        for column in df.columns() {
            survives("IntoTarget", || column.into_target())?;
        }
        Ok(())
    });
}

#[test]
fn bad_matrices_and_names() {
    let names = vec(prop_oneof![Just("a"), Just("b"), Just("")], 0..5);
    examine(400, (inputs::matrix(), names), |(x, names)| {
        for missing in [MissingInFrame::Null, MissingInFrame::Nan] {
            survives("from_array", || table::from_array(x.view(), &names, missing))?;
        }
        Ok(())
    });
}

#[test]
fn bad_bins() {
    let input = (inputs::list(), inputs::list(), 0usize..9, any::<(bool, bool)>());
    examine(
        600,
        input,
        |(values, edges, labels, (left_closed, include_lowest))| {
            let (values, labels) = (ArrayView1::from(&values), vec!["x"; labels]);
            survives("cut", || cut(values, &edges, &labels))?;
            let bins = Cut {
                edges,
                left_closed,
                include_lowest,
            };
            survives("Cut", || bins.bins(values))?;
            survives("Cut", || bins.labels(values, &labels))?;
            lives("Cut", || (bins.n_bins(), bins.intervals())).map(drop)
        },
    );
}

#[test]
fn bad_files() {
    let options = (
        prop_oneof![Just(','), Just('\t'), Just('"'), Just('\n'), Just('é')],
        option::of(prop_oneof![Just(','), Just('1'), Just('.'), Just('é')]),
        any::<(bool, bool)>(),
        inputs::count(),
        option::of(inputs::count()),
        option::of(vec(prop_oneof![Just("a"), Just("nowhere"), Just("")], 0..3)),
    );
    let bytes = prop_oneof![
        "([a1,.\\-]{0,6}[,\\t\"\\n\\r]){0,12}".prop_map(String::into_bytes),
        vec(any::<u8>(), 0..60),
        Just(Vec::new()),
        Just(b"a,a\n1,2\n".to_vec()),
        Just(b"a,b\n1\n1,2,3\n".to_vec()),
        Just(b"a,b\n\"1,2\n".to_vec()),
    ];
    examine(2000, (bytes, options), |(bytes, options)| {
        let (delimiter, thousands, (latin, has_header), skip_rows, n_rows, columns) = options;
        let options = CsvOptions {
            delimiter,
            thousands,
            encoding: if latin { Encoding::Latin1 } else { Encoding::Utf8 },
            has_header,
            skip_rows,
            n_rows,
            columns: columns.map(|names| names.into_iter().map(str::to_owned).collect()),
            ..CsvOptions::default()
        };
        survives("parse_csv", || parse_csv(bytes.clone(), &options)).map(drop)
    });
    in_blocks();
    let error = table::read_csv("/nowhere/at/all.csv", &CsvOptions::default()).unwrap_err();
    assert!(error.to_string().contains("/nowhere/at/all.csv"), "{error}");
}

/// Files of any bytes in blocks of any size.
fn in_blocks() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("any.csv");
    let bytes = prop_oneof![
        vec(any::<u8>(), 0..200),
        "[a-c0-9,.\"\n]{0,200}".prop_map(String::into_bytes)
    ];
    examine(300, (bytes, 0usize..60), |(bytes, size)| {
        std::fs::write(&path, bytes).unwrap();
        survives("csv_blocks", || {
            table::csv_blocks(&path, &CsvOptions::default(), size)?.collect::<ml::Result<Vec<_>>>()
        })
        .map(drop)
    });
}
