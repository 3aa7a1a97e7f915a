//! From a table to a stored model and back, on data that is part of the crate: no network, no files, under a minute.
//!
//! `cargo run --release --example quickstart`. Diamonds: explore, split, prepare, compare, tune, test once with an interval, save, load in
//! another process, predict. Digits: the same for a classification. Figures and a page: `target/quickstart/`.

mod diamonds;
mod digits;
mod page;

use std::{
    env, fs,
    path::{Path, PathBuf},
    process::ExitCode,
    time::Instant,
};

use ml::core::observer::ProgressBars;
use page::Page;

/// What a part returns: any error, with its message.
type AnyResult<T = ()> = Result<T, Box<dyn std::error::Error>>;

fn main() -> ExitCode {
    // The program calls itself to show that a stored pipeline predicts in another process.
    let outcome = match &env::args().collect::<Vec<_>>()[..] {
        [_, command, model] if command == "predict" => diamonds::predict_stored(Path::new(model)),
        _ => show(),
    };
    match outcome {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("quickstart: {error}");
            ExitCode::FAILURE
        }
    }
}

fn show() -> AnyResult {
    let start = Instant::now();
    let folder = PathBuf::from("target/quickstart");
    fs::create_dir_all(&folder)?;
    let mut page = Page::new(&folder);
    let bars = ProgressBars::new();
    diamonds::run(&mut page, &bars)?;
    digits::run(&mut page, &bars)?;
    let file = page.finish()?;
    println!(
        "\nDone in {:.1} s. Page with all figures: {}",
        start.elapsed().as_secs_f64(),
        file.display()
    );
    Ok(())
}
