//! Tables: reading, summaries, arrays, features.

use ml_core::{
    Column, Error, Features, Target,
    ndarray::{Array1, Array2, array},
};
use ml_data::{
    IntoFeatures, IntoTarget, datasets,
    polars::prelude::{DataFrame, DataType, NamedFrom, Series, df},
    table::*,
};
use proptest::prelude::*;
use serde_json::Value;

fn fixture(name: &str) -> Value {
    let all: Value = serde_json::from_str(include_str!("../fixtures/table.json")).expect("valid JSON");
    all[name].clone()
}

fn number(value: &Value) -> f64 {
    value.as_f64().unwrap_or(f64::NAN)
}

fn list(value: &Value) -> &[Value] {
    value.as_array().expect("a list")
}

fn close(ours: f64, theirs: f64, tolerance: f64) -> bool {
    (ours.is_nan() && theirs.is_nan()) || ours == theirs || (ours - theirs).abs() <= tolerance * theirs.abs()
}

/// The table of the fixture with gaps as nulls.
fn gappy() -> DataFrame {
    let fixture = fixture("gappy");
    let columns = fixture["values"].as_object().expect("columns");
    let columns: Vec<_> = columns
        .iter()
        .map(|(name, values)| {
            let values: Vec<Option<f64>> = list(values).iter().map(Value::as_f64).collect();
            Series::new(name.into(), values).into()
        })
        .collect();
    DataFrame::new_infer_height(columns).expect("columns of equal height")
}

fn message<T>(result: Result<T, Error>) -> String {
    result.err().expect("an error").to_string()
}

fn csv(text: &str) -> DataFrame {
    parse_csv(text, &CsvOptions::default()).expect("a table")
}

// Reading

#[test]
fn types_are_those_of_all_cells() {
    let df = csv("i,f,b,t,e\n1,1,true,x,\n-2,2.5,False,,\n,1e3,,7,\n");
    let types: Vec<String> = df.dtypes().iter().map(ToString::to_string).collect();
    assert_eq!(types, ["i64", "f64", "bool", "str", "f64"]);
    assert_eq!(
        info(&df).columns.iter().map(|c| c.present).collect::<Vec<_>>(),
        [2, 3, 2, 2, 0]
    );
}

#[test]
fn a_type_that_shows_late_counts_too() {
    // The guess is made from the first thousand rows.
    let rows = |last: &[&str]| -> String {
        let mut text = "a,b,c,d\n".to_owned();
        (0..3_000).for_each(|i| text.push_str(&format!("{i},true,,{i}.5\n")));
        text.push_str(&last.join(","));
        text
    };
    let types = |df: DataFrame| df.dtypes().iter().map(ToString::to_string).collect::<Vec<_>>();
    assert_eq!(
        types(csv(&rows(&["1", "false", "5", "1"]))),
        ["i64", "bool", "i64", "f64"]
    );
    assert_eq!(
        types(csv(&rows(&["1.5", "no", "x", "none"]))),
        ["f64", "str", "str", "str"]
    );
    let df = csv(&rows(&["1.5", "true", "2.5", "3"]));
    assert_eq!(df.height(), 3_001);
    assert_eq!(numbers(&df, "a").unwrap().sum(), 2_999.0 * 3_000.0 / 2.0 + 1.5);
}

/// Reproduces C01-072.
#[test]
fn thousands_tabs_latin1_and_markers_are_read_as_in_pandas() {
    let fixture = fixture("gdp");
    let latin1: Vec<u8> = fixture["text"]
        .as_str()
        .unwrap()
        .chars()
        .map(|c| c as u8)
        .collect();
    let options = CsvOptions::default()
        .delimiter('\t')
        .thousands(',')
        .encoding(Encoding::Latin1)
        .na_values(["n/a".to_owned()]);
    let df = parse_csv(latin1, &options).unwrap();
    let cells = |name: &str| list(&fixture["cells"][name]).to_vec();
    assert_eq!(text(&df, "Country").unwrap().to_vec(), cells("Country"));
    let gdp: Vec<f64> = cells("GDP").iter().map(number).collect();
    assert!(
        numbers(&df, "GDP")
            .unwrap()
            .iter()
            .zip(&gdp)
            .all(|(&a, &b)| close(a, b, 0.0))
    );
    assert_eq!(classes(&df, "Population").unwrap().to_vec(), [22_671, 28, 9_851]);
    assert_eq!(df.column("Note").unwrap().null_count(), 2);
    assert_eq!(df.column("GDP").unwrap().dtype(), &DataType::Float64);
}

#[test]
fn quotes_line_ends_and_short_rows_are_understood() {
    let df = csv("\u{feff}name,n\r\n\"Oslo, \"\"NO\"\"\",1\r\n\"two\nlines\",2\r\nBergen\r\n");
    let names = text(&df, "name").unwrap();
    assert_eq!(names.to_vec(), ["Oslo, \"NO\"", "two\nlines", "Bergen"]);
    assert!(numbers(&df, "n").unwrap()[2].is_nan());
}

#[test]
fn empty_lines_are_skipped_as_in_pandas() {
    assert_eq!(csv("a,b\n\n1,2\n\n,\n\n").height(), 2);
}

#[test]
fn parts_of_a_file_are_read() {
    let text = "written by hand\na,b\n1,2\n3,4\n5,6\n";
    let options = CsvOptions::default()
        .skip_rows(1_usize)
        .n_rows(2_usize)
        .columns(vec!["b".to_owned()]);
    assert_eq!(
        parse_csv(text, &options).unwrap(),
        df!("b" => [2_i64, 4]).unwrap()
    );
    let bare = parse_csv("1,2\n3,4", &CsvOptions::default().has_header(false)).unwrap();
    assert_eq!(
        bare,
        df!("column_1" => [1_i64, 3], "column_2" => [2_i64, 4]).unwrap()
    );
}

#[test]
fn files_that_are_no_tables_say_why() {
    let parse = |bytes: &[u8]| message(parse_csv(bytes, &CsvOptions::default()));
    assert!(
        parse(b"").contains("give a file with a header and rows"),
        "{}",
        parse(b"")
    );
    let long = parse(b"a,b\n1,2,3\n");
    assert!(
        long.contains("more fields") && long.contains("check the delimiter"),
        "{long}"
    );
    let latin1 = parse(b"town\nK\xf8benhavn\n");
    assert!(latin1.contains("set encoding to Latin1"), "{latin1}");
    let bare = CsvOptions::default().has_header(false);
    let open = message(parse_csv(",,1,\"\"\"\",\0\"\"\"\n,,\"", &bare));
    assert!(
        open.contains("quotes do not pair up; check delimiter, quotes"),
        "{open}"
    );
    let missing = message(read_csv("nowhere/none.csv", &CsvOptions::default()));
    assert!(missing.starts_with("nowhere/none.csv: cannot read:"), "{missing}");
    assert_eq!(
        message(parse_csv("a", &CsvOptions::default().delimiter('→'))),
        "delimiter = →: must be one ASCII character, neither a quote nor a line break"
    );
    let options = CsvOptions::default().columns(vec!["z".to_owned()]);
    let unknown = message(parse_csv("a,b\n1,2", &options));
    assert!(
        unknown.contains("\"z\" is missing; the table has: a, b"),
        "{unknown}"
    );

    let file = tempfile::NamedTempFile::new().unwrap();
    std::fs::write(file.path(), "a\n1,2\n").unwrap();
    let named = message(read_csv(file.path(), &CsvOptions::default()));
    assert!(named.starts_with(&file.path().display().to_string()), "{named}");
}

// Summaries

#[test]
fn diamonds_are_described_and_correlated_as_in_pandas() {
    let (df, fixture) = (datasets::diamonds_frame(), fixture("diamonds"));
    let description = describe(&df).unwrap();
    let theirs = fixture["describe"].as_object().unwrap();
    assert_eq!(description.columns.len(), theirs.len());
    for (name, theirs) in theirs {
        let ours = description.get(name).unwrap().values();
        for (ours, theirs) in ours.iter().zip(list(theirs)) {
            assert!(
                close(*ours, number(theirs), 1e-12),
                "{name}: {ours} against {theirs}"
            );
        }
    }
    compare(&corr(&df).unwrap(), &fixture["corr"]);
}

fn compare(ours: &Correlation, theirs: &Value) {
    assert_eq!(ours.names.len(), theirs.as_object().expect("columns").len());
    for (j, right) in ours.names.iter().enumerate() {
        for (i, left) in ours.names.iter().enumerate() {
            let (ours, theirs) = (ours.get(left, right).unwrap_or(9.0), number(&theirs[right][i]));
            assert!(
                close(ours, theirs, 1e-10),
                "{left}, {right} ({i}, {j}): {ours} against {theirs}"
            );
        }
    }
}

#[test]
fn gaps_are_left_out_as_in_pandas() {
    let (df, fixture) = (gappy(), fixture("gappy"));
    for (name, theirs) in fixture["describe"].as_object().unwrap() {
        let ours = describe(&df).unwrap().get(name).unwrap().values();
        for (ours, theirs) in ours.iter().zip(list(theirs)) {
            assert!(
                close(*ours, number(theirs), 1e-12),
                "{name}: {ours} against {theirs}"
            );
        }
    }
    compare(&corr(&df).unwrap(), &fixture["corr"]);
    for (name, theirs) in ["a", "b", "c", "d", "constant"]
        .iter()
        .zip(list(&fixture["median"]))
    {
        assert!(close(median(&df, name).unwrap(), number(theirs), 1e-14));
    }
    let complete = drop_missing(&df, &["a", "c"]).unwrap().height();
    assert_eq!(Some(complete as u64), fixture["complete"].as_u64());

    // A NaN counts as a gap just as a null does.
    let x: Array2<f64> = to_array(&df, MissingInArray::Nan).unwrap();
    let names = df.get_column_names();
    let with_nan = from_array(x.view(), &names, MissingInFrame::Nan).unwrap();
    compare(&corr(&with_nan).unwrap(), &fixture["corr"]);
    assert_eq!(drop_missing(&with_nan, &["a", "c"]).unwrap().height(), complete);
    assert_eq!(info(&with_nan).columns, info(&df).columns);
}

#[test]
fn summaries_print_as_tables() {
    let df = df!("n" => [Some(1), Some(2), None, Some(4)], "name" => ["a", "b", "b", "d"]).unwrap();
    assert_eq!(
        describe(&df).unwrap().to_string(),
        "              n\ncount  3.000000\nmean   2.333333\nstd    1.527525\nmin    1.000000\n\
         25%    1.500000\n50%    2.000000\n75%    3.000000\nmax    4.000000"
    );
    let info = info(&df).to_string();
    let expected = "Rows: 4, 0 to 3\nColumns: 2\n \
                    #   Column  Present           Type\n---  ------  ----------------  ----\n \
                    0   n       3 present         i32 \n 1   name    4 present         str \n\
                    Types: i32(1), str(1)\nMemory: ";
    assert!(info.starts_with(expected), "{info}");
    assert_eq!(
        value_counts(&df, "name").unwrap().to_string(),
        "name\nb         2\na         1\nd         1"
    );
    let corr = corr(&df).unwrap().to_string();
    assert_eq!(corr, "                   n\nn           1.000000");
}

/// Reproduces C02-023.
#[test]
fn ties_in_counts_keep_the_order_of_appearance() {
    let df = df!(
        "town" => [Some("Oslo"), Some("Bergen"), None, Some("Tromsø"), Some("Tromsø"), Some("Bergen")],
        "n" => [3.0, 1.0, f64::NAN, 1.0, 3.0, 2.0],
        "yes" => [true, true, false, true, false, true]
    )
    .unwrap();
    let pairs = |name| value_counts(&df, name).unwrap().iter().collect::<Vec<_>>();
    let expected = [("Bergen", 2), ("Tromsø", 2), ("Oslo", 1)].map(|(town, n)| (town.to_owned(), n));
    assert_eq!(pairs("town"), expected);
    let n = value_counts(&df, "n").unwrap();
    assert_eq!((n.counts.as_slice(), n.missing), ([2, 2, 1].as_slice(), 1));
    assert_eq!(n.values, Series::new("n".into(), [3.0, 1.0, 2.0]));
    assert_eq!(n.proportions(), [0.4, 0.4, 0.2]);
    assert_eq!(pairs("yes"), [("true".to_owned(), 4), ("false".to_owned(), 2)]);
}

#[test]
fn the_list_of_correlations_is_sorted() {
    let df = df!("x" => [1, 2, 3, 4], "down" => [4, 3, 2, 1], "flat" => [1, 1, 1, 1], "some" => [1, 0, 2, 1])
        .unwrap();
    let corr = corr(&df).unwrap();
    let names: Vec<String> = corr
        .with("x")
        .unwrap()
        .into_iter()
        .map(|(name, _)| name)
        .collect();
    assert_eq!(names, ["x", "some", "down", "flat"]);
    assert!(corr.get("flat", "flat").unwrap().is_nan());
    assert_eq!(
        message(corr.with("y")),
        "corr: column \"y\" is missing; the table has: x, down, flat, some"
    );
}

/// Reproduces C02-045.
#[test]
fn bins_are_those_of_pandas() {
    let fixture = fixture("cut");
    let parse = |v: &Value| v.as_str().unwrap().parse::<f64>().unwrap();
    let values: Array1<f64> = list(&fixture["values"]).iter().map(parse).collect();
    for case in list(&fixture["cuts"]) {
        let edges: Vec<f64> = list(&case["edges"]).iter().map(parse).collect();
        let cut = Cut::new(edges)
            .left_closed(case["right"] == false)
            .include_lowest(case["lowest"] == true);
        let theirs: Vec<Option<usize>> = list(&case["bins"])
            .iter()
            .map(|v| v.as_u64().map(|v| v as usize))
            .collect();
        assert_eq!(cut.bins(values.view()).unwrap(), theirs, "{cut:?}");
    }
    let cut = Cut::new([0.0, 1.5, f64::INFINITY]);
    assert_eq!(cut.intervals(), ["(0, 1.5]", "(1.5, inf]"]);
    assert_eq!(
        cut.clone().include_lowest(true).intervals(),
        ["[0, 1.5]", "(1.5, inf]"]
    );
    assert_eq!(cut.left_closed(true).intervals(), ["[0, 1.5)", "[1.5, inf)"]);
}

#[test]
fn bad_bins_are_refused() {
    let values = array![1.0, -3.0];
    assert_eq!(
        message(cut(values.view(), &[0.0, 0.0], &[1])),
        "edges = [0.0, 0.0]: must be at least two numbers in ascending order, none twice"
    );
    assert_eq!(
        message(cut(values.view(), &[0.0, 2.0], &[1, 2])),
        "labels = 2 labels: must be one a bin, which makes 1"
    );
    assert!(message(Cut::new([f64::NAN, 1.0]).bins(values.view())).starts_with("edges = [NaN, 1.0]"));
    assert!(message(cut(values.view(), &[0.0, 2.0], &[1])).contains("the value -3 at row 1 is in no bin"),);
}

// Gaps, rows, arrays

#[test]
fn each_mistake_names_the_column() {
    let df = df!("n" => [Some(1), None], "t" => ["a", "b"], "e" => [f64::NAN, f64::NAN]).unwrap();
    let unknown = "column \"z\" is missing; the table has: n, t, e";
    assert!(message(drop_missing(&df, &["z"])).ends_with(unknown));
    assert!(message(fill_missing(&df, "z", 0.0)).ends_with(unknown));
    assert!(message(median(&df, "z")).ends_with(unknown));
    assert!(message(value_counts(&df, "z")).ends_with(unknown));
    assert!(message(numbers(&df, "z")).ends_with(unknown));
    assert_eq!(
        message(numbers(&df, "t")),
        "numbers: column \"t\" holds text where numbers are expected"
    );
    assert_eq!(
        message(median(&df, "e")),
        "median: column \"e\" has no value; drop it"
    );
    assert_eq!(
        message(classes(&df, "n")),
        "classes: column \"n\" has 1 missing values; drop those rows (drop_missing)"
    );
    assert_eq!(
        message(text(&df, "n")),
        "text: column \"n\" is of type i32 where text is expected"
    );
    assert!(
        message(drop_missing(&df, &[])).contains("the table, once 2 rows with gaps are dropped, is empty")
    );
    assert!(message(select_rows(&df, &[0, 2])).contains("there is no row 2, only 2"));
    let only_text = df.select(["t"]).unwrap();
    assert!(message(describe(&only_text)).contains("no column holds numbers"));
    assert!(message(corr(&only_text)).contains("no column holds numbers"));
    let refused: Result<Array2<f64>, _> = to_array(&df.select(["n"]).unwrap(), MissingInArray::Refuse);
    assert!(message(refused).contains("column \"n\" has no value at row 1"));
    let twice = from_array(array![[1.0, 2.0]].view(), &["a", "a"], MissingInFrame::Nan);
    assert!(message(twice).contains("\"a\" comes twice"));
}

#[test]
fn empty_tables_are_no_panic() {
    let empty = df!("n" => Vec::<f64>::new(), "t" => Vec::<String>::new()).unwrap();
    assert_eq!(describe(&empty).unwrap().get("n").unwrap().count, 0);
    assert!(corr(&empty).unwrap().get("n", "n").unwrap().is_nan());
    assert_eq!(value_counts(&empty, "t").unwrap().counts, [0_usize; 0]);
    assert_eq!(info(&empty).n_rows, 0);
    assert_eq!(frame_to_features(&empty).unwrap().n_rows(), 0);
    assert_eq!(frame_to_features(&DataFrame::empty()).unwrap().n_columns(), 0);
}

// Features and targets

#[test]
fn every_kind_of_column_becomes_numbers_or_text() {
    let categories = Series::new("cat".into(), [Some("b"), None, Some("b")])
        .cast(&DataType::from_categories(
            ml_data::polars::prelude::Categories::global(),
        ))
        .unwrap();
    let mut df = df!(
        "float" => [Some(0.5), None, Some(f64::NAN)],
        "single" => [0.5_f32, 1.5, 2.5],
        "integer" => [Some(7_i64), None, Some(-7)],
        "unsigned" => [7_u32, 8, 9],
        "truth" => [Some(true), None, Some(false)],
        "text" => [Some("x"), None, Some("x")]
    )
    .unwrap();
    df.with_column(categories.into()).unwrap();
    df.with_column(Series::new_null("nothing".into(), 3).into())
        .unwrap();
    let Features::Table(table) = (&df).into_features().unwrap() else {
        unreachable!()
    };
    let number = |name| match table.get(name) {
        Some(Column::Number(values)) => values.iter().map(|v| format!("{v}")).collect::<Vec<_>>(),
        other => panic!("{name}: {other:?}"),
    };
    assert_eq!(number("float"), ["0.5", "NaN", "NaN"]);
    assert_eq!(number("single"), ["0.5", "1.5", "2.5"]);
    assert_eq!(number("integer"), ["7", "NaN", "-7"]);
    assert_eq!(number("unsigned"), ["7", "8", "9"]);
    assert_eq!(number("truth"), ["1", "NaN", "0"]);
    assert_eq!(number("nothing"), ["NaN", "NaN", "NaN"]);
    for (name, value) in [("text", "x"), ("cat", "b")] {
        let Some(Column::Text(text)) = table.get(name) else {
            panic!("{name} is text")
        };
        assert_eq!(text.iter().collect::<Vec<_>>(), [Some(value), None, Some(value)]);
        assert_eq!(text.values.len(), 1);
    }
    // The frame was only borrowed, so it still has its gaps as nulls.
    assert_eq!(df.column("float").unwrap().null_count(), 1);
}

#[test]
fn other_kinds_are_refused_by_name() {
    let lists = Series::new("lists".into(), [Series::new("".into(), [1, 2])]);
    let df = DataFrame::new_infer_height(vec![lists.into()]).unwrap();
    assert_eq!(
        message(frame_to_features(&df)),
        "frame_to_features: column \"lists\" is of type list[i32], which is neither numbers nor text; \
         convert or drop it"
    );
    assert!(message(df.column("lists").unwrap().into_target()).contains("\"lists\" is of type list[i32]"));
    assert!(message(numbers(&df, "lists")).contains("list[i32]"));
}

#[test]
fn the_type_of_a_column_says_what_kind_of_target_it_is() {
    let df = df!("f" => [0.5, 1.0], "i" => [1_i64, 2], "b" => [true, false], "t" => ["a", "b"]).unwrap();
    let target = |name: &str| df.column(name).unwrap().into_target();
    assert_eq!(target("f").unwrap(), Target::from(vec![0.5, 1.0]));
    assert_eq!(target("i").unwrap(), Target::from(vec![1_i64, 2]));
    assert_eq!(target("b").unwrap(), Target::from(vec![1_i64, 0]));
    assert!(message(target("t")).contains("encode it first (LabelEncoder)"));
    assert_eq!(numbers(&df, "i").unwrap(), array![1.0, 2.0]);
    assert!(message(classes(&df, "f")).contains("holds 0.5 at row 0 where whole numbers are expected"));
    let series = df.column("i").unwrap().as_materialized_series();
    assert_eq!(series.into_target().unwrap(), target("i").unwrap());
}

#[test]
fn chunks_and_blocks_do_not_show() {
    // More rows than one block of the text encoder, in several chunks.
    let part = |start: i64| {
        let rows = start..start + 50_000;
        df!(
            "n" => rows.clone().map(|i| (i % 7 != 0).then_some(i as f64)).collect::<Vec<_>>(),
            "t" => rows.map(|i| (i % 11 != 0).then(|| format!("value {}", i * 31 % 1_000))).collect::<Vec<_>>()
        )
        .unwrap()
    };
    let mut df = part(0);
    df.vstack_mut(&part(50_000)).unwrap();
    df.vstack_mut(&part(100_000)).unwrap();
    assert_eq!(df.max_n_chunks(), 3);
    for features in [
        frame_to_features(&df).unwrap(),
        frame_into_features(df.clone()).unwrap(),
    ] {
        let Features::Table(table) = features else {
            unreachable!()
        };
        let (Some(Column::Number(n)), Some(Column::Text(t))) = (table.get("n"), table.get("t")) else {
            panic!("a number and a text")
        };
        assert_eq!(t.values.len(), 1_000);
        assert_eq!(t.values[0], "value 31");
        for row in 0..150_000 {
            assert!(close(
                n[row],
                if row % 7 == 0 { f64::NAN } else { row as f64 },
                0.0
            ));
            let expected = (row % 11 != 0).then(|| format!("value {}", row * 31 % 1_000));
            assert_eq!(t.get(row), expected.as_deref());
        }
    }
}

// Laws

/// Columns of a few numbers with gaps.
fn columns() -> impl Strategy<Value = Vec<Vec<Option<f64>>>> {
    let cell = prop_oneof![4 => (-100..100).prop_map(|v| Some(f64::from(v) / 4.0)), 1 => Just(None)];
    (1..30_usize).prop_flat_map(move |n| prop::collection::vec(prop::collection::vec(cell.clone(), n), 1..4))
}

fn frame(columns: &[Vec<Option<f64>>]) -> DataFrame {
    let named = columns.iter().enumerate();
    let columns = named.map(|(i, values)| Series::new(format!("c{i}").into(), values).into());
    DataFrame::new_infer_height(columns.collect()).expect("columns of equal height")
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn quartiles_and_deviations_follow_their_definitions(columns in columns()) {
        let description = describe(&frame(&columns)).unwrap();
        for (summary, values) in description.columns.iter().zip(&columns) {
            let mut values: Vec<f64> = values.iter().flatten().copied().collect();
            values.sort_by(f64::total_cmp);
            let n = values.len() as f64;
            prop_assert_eq!(summary.count, values.len());
            if values.is_empty() { continue; }
            let mean = values.iter().sum::<f64>() / n;
            prop_assert!(close(summary.mean, mean, 1e-12) || mean.abs() < 1e-9);
            let variance = values.iter().map(|v| (v - mean) * (v - mean)).sum::<f64>() / (n - 1.0);
            prop_assert!(close(summary.std, variance.sqrt(), 1e-9));
            let quartiles = [summary.min, summary.first_quartile, summary.median, summary.third_quartile, summary.max];
            for (k, ours) in quartiles.into_iter().enumerate() {
                let place = k as f64 / 4.0 * (n - 1.0);
                let (low, high) = (values[place.floor() as usize], values[place.ceil() as usize]);
                prop_assert!((ours - (low + (high - low) * place.fract())).abs() < 1e-12);
            }
        }
    }

    #[test]
    fn correlation_is_symmetric_bounded_and_pairwise(columns in columns()) {
        let corr = corr(&frame(&columns)).unwrap();
        for (i, x) in columns.iter().enumerate() {
            for (j, y) in columns.iter().enumerate() {
                let pairs: Vec<(f64, f64)> = x.iter().zip(y).filter_map(|(x, y)| (*x).zip(*y)).collect();
                let n = pairs.len() as f64;
                let mean = |pick: fn(&(f64, f64)) -> f64| pairs.iter().map(pick).sum::<f64>() / n;
                let (mean_x, mean_y) = (mean(|p| p.0), mean(|p| p.1));
                let sum = |f: &dyn Fn(f64, f64) -> f64| pairs.iter().map(|&(x, y)| f(x - mean_x, y - mean_y)).sum::<f64>();
                let naive = sum(&|x, y| x * y) / (sum(&|x, _| x * x).sqrt() * sum(&|_, y| y * y).sqrt());
                let ours = corr.values[[i, j]];
                prop_assert!(ours.is_nan() == naive.is_nan() && !(ours - naive).abs().gt(&1e-9), "{ours} {naive}");
                prop_assert!(ours.is_nan() || (-1.0..=1.0).contains(&ours));
                prop_assert_eq!(ours.to_bits(), corr.values[[j, i]].to_bits());
            }
        }
    }

    #[test]
    fn a_bin_holds_its_values(
        values in prop::collection::vec(-20..20_i32, 0..30),
        edges in prop::collection::btree_set(-20..20_i32, 2..6),
        left_closed: bool,
        include_lowest: bool,
    ) {
        let values: Array1<f64> = values.into_iter().map(f64::from).collect();
        let edges: Vec<f64> = edges.into_iter().map(f64::from).collect();
        let cut = Cut::new(edges.clone()).left_closed(left_closed).include_lowest(include_lowest);
        for (&value, bin) in values.iter().zip(cut.bins(values.view()).unwrap()) {
            let owns = |i: usize| {
                let (a, b) = (edges[i], edges[i + 1]);
                match left_closed {
                    true => a <= value && value < b,
                    false => (a < value && value <= b) || (include_lowest && i == 0 && value == a),
                }
            };
            prop_assert_eq!(bin, (0..cut.n_bins()).find(|&i| owns(i)));
        }
    }

    #[test]
    fn arrays_become_tables_and_arrays_again(columns in columns()) {
        let df = frame(&columns);
        let x: Array2<f64> = to_array(&df, MissingInArray::Nan).unwrap();
        let back = from_array(x.view(), &df.get_column_names(), MissingInFrame::Null).unwrap();
        prop_assert!(back.equals_missing(&df));
    }

    #[test]
    fn any_bytes_give_a_table_or_an_error(bytes in prop::collection::vec(prop_oneof![any::<u8>(), Just(b','), Just(b'\n'), Just(b'"'), Just(b'1')], 0..60)) {
        if let Ok(df) = parse_csv(bytes.clone(), &CsvOptions::default()) {
            let _ = frame_to_features(&df).unwrap();
        }
        let _ = parse_csv(bytes, &CsvOptions::default().encoding(Encoding::Latin1).has_header(false));
    }
}
