//! Prepare the data: fill gaps, encode text, combine, scale, all as one object.

use ml::{
    core::ndarray::Array1,
    data::{
        pipeline::{ColumnTransformer, FittedColumnTransformer, Pipeline},
        polars::prelude::DataFrame,
        preprocess::{CombinedAttributes, OneHotEncoder, OrdinalEncoder, SimpleImputer, StandardScaler},
        table::{
            MissingInArray, MissingInFrame, describe, drop_missing, fill_missing, from_array, median,
            numbers, text, to_array,
        },
    },
    prelude::*,
};

use crate::{
    split::Sets,
    support::{AnyResult, Book, Chapter},
};

const LABEL: &str = "median_house_value";
const CATEGORY: &str = "ocean_proximity";

/// The training set in every form that the rest of the program needs.
pub(crate) struct Training {
    /// Predictors as they were fetched.
    pub(crate) frame: DataFrame,
    /// Labels.
    pub(crate) y: Array1<f64>,
    /// Predictors as the models see them: 16 columns.
    pub(crate) x: Features,
    /// What makes the one from the other.
    pub(crate) prepare: FittedColumnTransformer,
}

/// Names of the columns of numbers.
pub(crate) fn number_names(frame: &DataFrame) -> Vec<String> {
    let names = frame.get_column_names().into_iter().map(|name| name.to_string());
    names.filter(|name| name != CATEGORY).collect()
}

/// The full preparation, not fitted: the numbers go through three steps, the text through one.
pub(crate) fn preparation(frame: &DataFrame) -> ColumnTransformer {
    let numeric = Pipeline::new()
        .step("imputer", SimpleImputer::median())
        .step("attribs_adder", CombinedAttributes::default())
        .step("std_scaler", StandardScaler::default());
    ColumnTransformer::new()
        .with("num", numeric, number_names(frame))
        .with("cat", OneHotEncoder::default(), [CATEGORY])
}

pub(crate) fn run(book: &mut Chapter, housing: &DataFrame, sets: &Sets) -> AnyResult<Training> {
    book.section("Preparing the data");
    lookups(book, housing, sets)?;
    let y = numbers(&sets.train, LABEL)?;
    let frame = sets.train.drop(LABEL)?;
    gaps(book, &frame)?;
    categories(book, &frame)?;

    let (prepare, x) = preparation(&frame).fit_transform(&frame)?;
    println!("  columns: {}", x.names_or_numbers().join(", "));
    book.number(
        "N02-016",
        "columns of the prepared matrix",
        x.n_columns() as f64,
        Book::Exact(16.0),
    );
    let is_dense = matches!(x, Features::Dense { .. });
    book.claim(
        "N02-016",
        "the prepared matrix is dense",
        format!("{is_dense}"),
        is_dense,
    );
    Ok(Training { frame, y, x, prepare })
}

/// The rows that the book prints, by their number in the file and by their place in the training set.
fn lookups(book: &mut Chapter, housing: &DataFrame, sets: &Sets) -> AnyResult {
    let printed = [
        (17606, 286_600.0, "<1H OCEAN"),
        (18632, 340_600.0, "<1H OCEAN"),
        (14650, 196_900.0, "NEAR OCEAN"),
        (3230, 46_300.0, "INLAND"),
        (3555, 254_500.0, "<1H OCEAN"),
    ];
    let (labels, places) = (numbers(housing, LABEL)?, text(housing, CATEGORY)?);
    for (place, (row, label, category)) in printed.into_iter().enumerate() {
        book.number(
            "N02-018",
            &format!("training row {place}"),
            sets.rows.train[place] as f64,
            Book::Exact(row as f64),
        );
        book.number(
            "N02-018",
            &format!("label of row {row}"),
            labels[row],
            Book::Exact(label),
        );
        book.text(
            "N02-018",
            &format!("category of row {row}"),
            &places[row],
            category,
        );
    }
    Ok(())
}

/// Three ways with missing values, and the imputer, which does the third for every column at once.
fn gaps(book: &mut Chapter, frame: &DataFrame) -> AnyResult {
    let (column, rows) = ("total_bedrooms", frame.height());
    println!(
        "  option 1 keeps {} of {rows} rows",
        drop_missing(frame, &[column])?.height()
    );
    println!(
        "  option 2 keeps {} of {} columns",
        frame.drop(column)?.width(),
        frame.width()
    );
    let middle = median(frame, column)?;
    let filled = fill_missing(frame, column, middle)?;
    let gaps = frame.column(column)?.null_count() - filled.column(column)?.null_count();
    println!("  option 3 fills {gaps} gaps with {middle}");

    let numeric = frame.drop(CATEGORY)?;
    let matrix = to_array::<f64>(&numeric, MissingInArray::Nan)?;
    let imputer = SimpleImputer::median().fit(matrix.view(), ())?;
    let printed = [-118.51, 34.26, 29.0, 2119.5, 433.0, 1164.0, 408.0, 3.5409];
    let description = describe(&numeric)?;
    for ((name, ours), book_says) in number_names(frame).iter().zip(&imputer.statistics).zip(printed) {
        let column_median = description
            .get(name)
            .ok_or("every numeric column is described")?
            .median;
        book.number(
            "N02-013",
            &format!("median of {name}"),
            *ours,
            Book::Digits(book_says, 4),
        );
        book.number(
            "N02-013",
            &format!("{name}: the imputer against the column"),
            *ours,
            Book::Within(column_median, 1e-12),
        );
    }
    let complete = imputer.transform(matrix.view())?;
    let back = from_array(complete.view(), &number_names(frame), MissingInFrame::Nan)?;
    println!("{}", back.head(Some(3)));
    Ok(())
}

/// Text as codes, and as one column a category.
fn categories(book: &mut Chapter, frame: &DataFrame) -> AnyResult {
    let column = frame.select([CATEGORY])?;
    let ordinal = OrdinalEncoder::default().fit(&column, ())?;
    let names: Vec<String> = ordinal.categories[0].iter().map(ToString::to_string).collect();
    book.text(
        "N02-014",
        "categories",
        &names.join(", "),
        "<1H OCEAN, INLAND, ISLAND, NEAR BAY, NEAR OCEAN",
    );
    let codes = ordinal.transform(&column)?.dense("codes")?;
    let first: Vec<String> = codes
        .column(0)
        .iter()
        .take(10)
        .map(|code| format!("{code:.0}"))
        .collect();
    book.text(
        "N02-014",
        "codes of the first ten rows",
        &first.join(" "),
        "0 0 4 1 0 1 0 1 0 0",
    );

    let one_hot = OneHotEncoder::default().fit(&column, ())?.transform(&column)?;
    let Features::Sparse { values, .. } = one_hot else {
        return Err("one-hot codes are sparse".into());
    };
    book.number(
        "N02-015",
        "rows of the one-hot matrix",
        values.rows() as f64,
        Book::Exact(16_512.0),
    );
    book.number("N02-015", "columns", values.cols() as f64, Book::Exact(5.0));
    book.number(
        "N02-015",
        "stored elements",
        values.nnz() as f64,
        Book::Exact(16_512.0),
    );
    Ok(())
}
