//! Evaluate once on the test set, and see where the model is weak.

use ml::{
    classic::{
        metrics::{Scorer, rmse_interval, root_mean_squared_error},
        model_selection::FittedSearch,
        production::score_slices,
    },
    data::table::{numbers, text},
    prelude::*,
};

use crate::{
    prepare::Training,
    split::Sets,
    support::{AnyResult, Book, Chapter},
};

pub(crate) fn run(book: &mut Chapter, training: &Training, sets: &Sets, found: &FittedSearch) -> AnyResult {
    book.section("The test set, once");
    let y = numbers(&sets.test, "median_house_value")?;
    let x = training
        .prepare
        .transform(&sets.test.drop("median_house_value")?)?;
    let predicted = found.predict(&x)?.numbers("evaluate")?;
    let rmse = root_mean_squared_error(y.view(), predicted.view())?;
    book.number("N02-028", "test RMSE", rmse, Book::Share(47_730.2, 0.04));
    let (low, high) = rmse_interval(y.view(), predicted.view(), 0.95)?;
    book.number("N02-029", "95% interval, low", low, Book::Share(45_685.1, 0.04));
    book.number(
        "N02-029",
        "95% interval, high",
        high,
        Book::Share(49_691.25, 0.04),
    );
    let middle = (0.5 * (low * low + high * high)).sqrt();
    book.number(
        "N02-029",
        "middle of the squared ends against the RMSE",
        middle,
        Book::Within(rmse, 1e-6),
    );

    book.section("Where it errs");
    let places = text(&sets.test, "ocean_proximity")?.to_vec();
    let scorer = Scorer::by_name("neg_root_mean_squared_error")?;
    for slice in score_slices(found.model()?, &x, &y, &places, &scorer)? {
        println!(
            "  {:<12} {:>5} rows, RMSE {:>8.0}",
            slice.slice, slice.n_rows, -slice.score
        );
    }
    let mut errors: Vec<(usize, f64)> = predicted.iter().zip(&y).map(|(p, y)| p - y).enumerate().collect();
    errors.sort_by(|a, b| b.1.abs().total_cmp(&a.1.abs()));
    println!("  largest errors:");
    for &(row, error) in errors.iter().take(5) {
        println!(
            "  row {:>5}: label {:>7.0}, predicted {:>7.0}, {}",
            sets.rows.test[row],
            y[row],
            y[row] + error,
            places[row]
        );
    }
    Ok(())
}
