//! Collects numbers with their tolerance and verdict, figures and printed text, and writes them as
//! `report.json` and `index.html` under `target/book/<chapter>/`.

use std::{
    env, fs,
    path::{Path, PathBuf},
    process::ExitCode,
};

use ml::{Result, core::Error, plot::Figure};
use serde::Serialize;

/// What a program's parts return: any error, with its message.
pub(crate) type AnyResult<T = ()> = std::result::Result<T, Box<dyn std::error::Error>>;

/// Runs a chapter's program and writes its report; an error is printed and makes the program fail.
pub(crate) fn run(name: &str, title: &str, chapter: impl FnOnce(&mut Chapter) -> AnyResult) -> ExitCode {
    let program = || -> AnyResult {
        let mut report = Chapter::new(name, title)?;
        chapter(&mut report)?;
        Ok(report.finish()?)
    };
    match program() {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("{name}: {error}");
            ExitCode::FAILURE
        }
    }
}

/// What the book says of a number, and how near ours must come.
#[derive(Debug, Clone)]
pub(crate) enum Book {
    /// Equal to the last bit.
    Exact(f64),
    /// Equal to this many decimals, as printed.
    Digits(f64, usize),
    /// Within an absolute distance.
    Within(f64, f64),
    /// Within a share of the book's value: 0.01 is 1%.
    Share(f64, f64),
}

/// One line of the table: the book's value, ours, the tolerance and the verdict.
#[derive(Debug, Serialize)]
pub(crate) struct Number {
    id: String,
    label: String,
    book: String,
    ours: String,
    tolerance: String,
    passed: bool,
}

#[derive(Debug, Serialize)]
pub(crate) struct Picture {
    figure: String,
    caption: String,
    file: String,
}

/// The report of one chapter.
#[derive(Debug, Serialize)]
pub(crate) struct Chapter {
    pub(crate) name: String,
    pub(crate) title: String,
    pub(crate) numbers: Vec<Number>,
    pub(crate) pictures: Vec<Picture>,
    pub(crate) not_run: Vec<String>,
    #[serde(skip)]
    folder: PathBuf,
}

impl Chapter {
    /// An empty report that will be written to `target/book/<name>/` (or `ML_BOOK_OUT/<name>/`).
    pub(crate) fn new(name: &str, title: &str) -> Result<Self> {
        let root = env::var_os("ML_BOOK_OUT").map_or_else(|| PathBuf::from("target/book"), PathBuf::from);
        let folder = root.join(name);
        fs::create_dir_all(&folder).map_err(|source| io(&folder, "create", source))?;
        println!("{name}: {title}");
        let (numbers, pictures, not_run) = (Vec::new(), Vec::new(), Vec::new());
        Ok(Self {
            name: name.to_owned(),
            title: title.to_owned(),
            numbers,
            pictures,
            not_run,
            folder,
        })
    }

    /// The chapter's folder, for files that the program makes.
    pub(crate) fn folder(&self) -> &Path {
        &self.folder
    }

    /// Prints a heading.
    pub(crate) fn section(&self, title: &str) {
        println!("\n== {title}");
    }

    /// Compares one number with the book's.
    pub(crate) fn number(&mut self, id: &str, label: &str, ours: f64, book: Book) {
        let (value, tolerance, passed) = match book {
            Book::Exact(v) => (v.to_string(), "exact".to_owned(), ours == v),
            Book::Digits(v, d) => (
                format!("{v:.d$}"),
                format!("{d} decimals"),
                format!("{ours:.d$}") == format!("{v:.d$}"),
            ),
            Book::Within(v, by) => (v.to_string(), format!("±{by}"), (ours - v).abs() <= by),
            Book::Share(v, by) => (
                v.to_string(),
                format!("±{}%", 100.0 * by),
                (ours - v).abs() <= by * v.abs(),
            ),
        };
        self.push(id, label, value, ours.to_string(), tolerance, passed);
    }

    /// Compares text that must agree letter by letter.
    pub(crate) fn text(&mut self, id: &str, label: &str, ours: &str, book: &str) {
        self.push(
            id,
            label,
            book.to_owned(),
            ours.to_owned(),
            "exact".to_owned(),
            ours == book,
        );
    }

    /// Checks a statement of the book about numbers: an order, a trend, a range.
    pub(crate) fn claim(&mut self, id: &str, label: &str, ours: impl Into<String>, holds: bool) {
        self.push(
            id,
            label,
            "holds".to_owned(),
            ours.into(),
            "statement".to_owned(),
            holds,
        );
    }

    fn push(&mut self, id: &str, label: &str, book: String, ours: String, tolerance: String, passed: bool) {
        let mark = if passed { "ok  " } else { "FAIL" };
        println!("  {mark} {id} {label}: ours {ours}, book {book} ({tolerance})");
        let (id, label) = (id.to_owned(), label.to_owned());
        self.numbers.push(Number {
            id,
            label,
            book,
            ours,
            tolerance,
            passed,
        });
    }

    /// Says that a part could not run, and why: the command then fails unless `--allow-missing`.
    pub(crate) fn not_run(&mut self, what: &str, why: impl std::fmt::Display) {
        println!("  NOT RUN {what}: {why}");
        self.not_run.push(format!("{what}: {why}"));
    }

    /// Saves a figure as PNG and SVG beside the report.
    pub(crate) fn figure(&mut self, number: &str, caption: &str, figure: &Figure) -> Result<()> {
        let stem = format!("figure-{number}");
        figure.save(self.folder.join(format!("{stem}.svg")))?;
        figure.save(self.folder.join(format!("{stem}.png")))?;
        println!("  figure {number}: {caption}");
        let (figure, caption, file) = (number.to_owned(), caption.to_owned(), format!("{stem}.png"));
        self.pictures.push(Picture {
            figure,
            caption,
            file,
        });
        Ok(())
    }

    /// Writes the report; the outcome is in the file, for `cargo xtask book` to judge.
    pub(crate) fn finish(self) -> Result<()> {
        let failed = self.numbers.iter().filter(|n| !n.passed).count();
        let total = self.numbers.len();
        println!(
            "\n{}: {} of {total} numbers agree with the book",
            self.name,
            total - failed
        );
        let json = serde_json::to_vec_pretty(&self).expect("strings and numbers always become JSON");
        self.write("report.json", &json)?;
        self.write("index.html", super::page::chapter(&self).as_bytes())
    }

    fn write(&self, file: &str, bytes: &[u8]) -> Result<()> {
        let path = self.folder.join(file);
        fs::write(&path, bytes).map_err(|source| io(&path, "write", source))
    }
}

impl Number {
    pub(crate) fn cells(&self) -> [&str; 5] {
        [&self.id, &self.label, &self.book, &self.ours, &self.tolerance]
    }

    pub(crate) fn passed(&self) -> bool {
        self.passed
    }
}

impl Picture {
    pub(crate) fn parts(&self) -> [&str; 3] {
        [&self.figure, &self.caption, &self.file]
    }
}

fn io(path: &Path, action: &'static str, source: std::io::Error) -> Error {
    Error::Io {
        path: path.to_owned(),
        action,
        source,
    }
}
