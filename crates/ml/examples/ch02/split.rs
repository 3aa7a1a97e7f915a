//! Create a test set, and show what stratifying is worth.

use ml::{
    core::ndarray::Array1,
    data::{
        polars::prelude::DataFrame,
        split::{
            Fold, StratifiedShuffleSplit, TrainTestSplit, permutation_split, split_by_derived_id, split_by_id,
        },
        table::{cut, numbers},
    },
    plot::Figure,
    prelude::*,
};

use crate::support::{AnyResult, Book, Chapter};

/// Edges of the income categories 1 to 5, in tens of thousands of dollars.
const EDGES: [f64; 6] = [0.0, 1.5, 3.0, 4.5, 6.0, f64::INFINITY];
/// The book's seed.
const SEED: u32 = 42;

/// The stratified sets, and where their rows stood.
pub(crate) struct Sets {
    pub(crate) train: DataFrame,
    pub(crate) test: DataFrame,
    pub(crate) rows: Fold,
}

/// What needs no data.
pub(crate) fn arithmetic(book: &mut Chapter) -> AnyResult {
    book.section("Splitting");
    let fold = permutation_split(20_640, 0.2, Seed::numpy(SEED))?;
    book.number(
        "N02-005",
        "training rows",
        fold.train.len() as f64,
        Book::Exact(16_512.0),
    );
    book.number(
        "N02-005",
        "test rows",
        fold.test.len() as f64,
        Book::Exact(4_128.0),
    );
    let ids: Vec<i64> = (0..20_640).collect();
    let by_id = split_by_id(&ids, 0.2)?;
    book.number(
        "N02-006",
        "test rows by the hash of the row number",
        by_id.test.len() as f64,
        Book::Exact(4_128.0),
    );
    let skewed = binomial_at_most(490, 1000, 0.513) + 1.0 - binomial_at_most(539, 1000, 0.513);
    book.number(
        "N02-010",
        "chance of a skewed survey",
        skewed,
        Book::Within(0.12, 0.01),
    );
    Ok(())
}

/// Probability of at most `k` successes in `n` trials.
fn binomial_at_most(k: u32, n: u32, p: f64) -> f64 {
    // Each term from the one before, in logarithms: the first alone would underflow.
    let mut log_term = f64::from(n) * (1.0 - p).ln();
    let mut sum = log_term.exp();
    for i in 0..k {
        log_term += (f64::from(n - i) / f64::from(i + 1) * p / (1.0 - p)).ln();
        sum += log_term.exp();
    }
    sum
}

pub(crate) fn run(book: &mut Chapter, housing: &DataFrame) -> AnyResult<Sets> {
    let (longitude, latitude) = (numbers(housing, "longitude")?, numbers(housing, "latitude")?);
    let place = &longitude * 1000.0 + &latitude;
    let by_place = split_by_derived_id(&place.to_vec(), 0.2)?;
    println!("  by longitude and latitude: {} test rows", by_place.test.len());

    let income = numbers(housing, "median_income")?;
    let category: Array1<i64> = cut(income.view(), &EDGES, &[1, 2, 3, 4, 5])?;
    let mut figure = Figure::new(600, 400);
    let overall = proportions(category.iter().copied());
    figure.axes().x_label("income category").y_label("districts");
    figure.axes().bar(
        ["1", "2", "3", "4", "5"],
        overall.map(|share| share * income.len() as f64),
    )?;
    book.figure("2-9", "districts by income category", &figure)?;

    let stratified = StratifiedShuffleSplit::default()
        .n_splits(1)
        .test_size(0.2)
        .seed(Seed::numpy(SEED));
    let rows = stratified
        .split_by(category.view())?
        .next()
        .ok_or("one split was asked for")?;
    let random = TrainTestSplit::default()
        .test_size(0.2)
        .seed(Seed::numpy(SEED))
        .fold(housing.height())?;
    compare(book, &category, overall, &rows, &random);
    let (train, test) = rows.take(housing)?;
    Ok(Sets { train, test, rows })
}

/// Figure 2-10: the share of each category overall, and in both test sets.
fn compare(book: &mut Chapter, category: &Array1<i64>, overall: [f64; 5], stratified: &Fold, random: &Fold) {
    let of = |fold: &Fold| proportions(fold.test.iter().map(|&row| category[row]));
    let (stratified, random) = (of(stratified), of(random));
    let printed_overall = [0.039826, 0.318847, 0.350581, 0.176308, 0.114438];
    let printed_stratified = [0.039729, 0.318798, 0.350533, 0.176357, 0.114583];
    let printed_random = [0.040213, 0.324370, 0.358527, 0.167393, 0.109496];
    println!("  category  overall   stratified random    random %error  stratified %error");
    for i in 0..5 {
        let error = |share: f64| 100.0 * (share / overall[i] - 1.0);
        println!(
            "  {}         {:.6}  {:.6}   {:.6}  {:>12.6}  {:>17.6}",
            i + 1,
            overall[i],
            stratified[i],
            random[i],
            error(random[i]),
            error(stratified[i])
        );
    }
    for i in 0..5 {
        let label = |set: &str| format!("{set}, category {}", i + 1);
        book.number(
            "N02-007",
            &label("overall"),
            overall[i],
            Book::Digits(printed_overall[i], 6),
        );
        book.number(
            "N02-008",
            &label("stratified test set"),
            stratified[i],
            Book::Digits(printed_stratified[i], 6),
        );
        book.number(
            "N02-009",
            &label("random test set"),
            random[i],
            Book::Digits(printed_random[i], 6),
        );
    }
}

fn proportions(categories: impl Iterator<Item = i64>) -> [f64; 5] {
    let mut counts = [0.0; 5];
    let mut total = 0.0;
    for category in categories {
        counts[(category - 1) as usize] += 1.0;
        total += 1.0;
    }
    counts.map(|count| count / total)
}
