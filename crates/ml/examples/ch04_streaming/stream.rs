//! A file that does not fit in memory, made and learned from.

use std::{
    fs::File,
    io::{BufWriter, Write},
    path::Path,
};

use ml::{
    Result,
    classic::{linear::SGDClassifier, metrics::accuracy_score},
    core::{Error, NumpyRng, PartialFit, Predict, ndarray::Array1},
    data::table::{CsvOptions, MissingInArray, classes, csv_blocks, to_array},
};
use rlimit::{Resource, setrlimit};

/// Numbers a row, before its class.
const COLUMNS: usize = 10;
/// Rows that are drawn at a time.
const ROWS: usize = 10_000;
/// Standard deviation of what blurs the border between the classes, in units of the distance from it.
const NOISE: f64 = 0.25;

/// What became of a stream.
pub(crate) struct Outcome {
    pub(crate) rows: usize,
    pub(crate) blocks: usize,
    /// Share of the rows of the second half whose class was right, each predicted before it was learned from.
    pub(crate) accuracy: f64,
    /// Whether the process could have held the whole file.
    pub(crate) whole_fits: bool,
}

/// The accuracy of the best that can be known: for a border blurred by `NOISE`, `1 - acos(1/√(1 + NOISE²))/π`.
pub(crate) fn best_accuracy() -> f64 {
    1.0 - (1.0 / (1.0 + NOISE * NOISE).sqrt()).acos() / std::f64::consts::PI
}

/// Writes rows of ten numbers and a class until the file is that large.
pub(crate) fn write(path: &Path, bytes: u64) -> std::io::Result<()> {
    let mut rng = NumpyRng::new(42);
    let weights = rng.randn(COLUMNS);
    let length = weights.dot(&weights).sqrt();
    let mut out = BufWriter::new(File::create(path)?);
    let header: Vec<String> = (0..COLUMNS).map(|column| format!("x{column}")).collect();
    writeln!(out, "{},class", header.join(","))?;
    while out.get_ref().metadata()?.len() < bytes {
        let (x, noise) = (rng.randn((ROWS, COLUMNS)), rng.randn(ROWS));
        let border = x.dot(&weights) / length + NOISE * &noise;
        for (row, border) in x.rows().into_iter().zip(&border) {
            for value in row {
                write!(out, "{value:.5},")?;
            }
            writeln!(out, "{}", u8::from(*border > 0.0))?;
        }
    }
    out.flush()
}

/// Learns from a file a block at a time; after the first block the process may take `room` bytes of addresses more, and
/// no byte beyond.
pub(crate) fn learn(path: &Path, block_bytes: usize, room: u64) -> Result<Outcome> {
    let half = size(path)? / 2;
    let mut model = SGDClassifier::default().start(COLUMNS, vec![0, 1])?;
    let (mut rows, mut blocks, mut seen, mut right, mut whole_fits) = (0, 0, 0, 0.0, true);
    let address = Path::new("RLIMIT_AS");
    let (before, most) = Resource::AS.get().map_err(|source| io(address, "read", source))?;
    for block in csv_blocks(path, &CsvOptions::default(), block_bytes)? {
        let block = block?;
        let y: Array1<i64> = classes(&block, "class")?;
        let x = to_array::<f64>(
            &block.drop("class").map_err(|_| no_class(path))?,
            MissingInArray::Refuse,
        )?;
        if (blocks * block_bytes) as u64 >= half {
            let predicted = model.predict(x.view())?;
            seen += y.len();
            right += accuracy_score(y.view(), predicted.view())? * y.len() as f64;
        }
        model.partial_fit(x.view(), y.view())?;
        rows += y.len();
        blocks += 1;
        if blocks == 1 {
            // By now the threads run and the allocator has its first memory.
            setrlimit(Resource::AS, addresses()? + room, most)
                .map_err(|source| io(address, "set", source))?;
            whole_fits = Vec::<u8>::new().try_reserve_exact(2 * half as usize).is_ok();
        }
    }
    setrlimit(Resource::AS, before, most).map_err(|source| io(address, "lift", source))?;
    Ok(Outcome {
        rows,
        blocks,
        accuracy: right / seen as f64,
        whole_fits,
    })
}

fn size(path: &Path) -> Result<u64> {
    let metadata = std::fs::metadata(path).map_err(|source| io(path, "look at", source))?;
    Ok(metadata.len())
}

/// Addresses that the process uses, in bytes.
fn addresses() -> Result<u64> {
    let path = Path::new("/proc/self/status");
    let text = std::fs::read_to_string(path).map_err(|source| io(path, "read", source))?;
    let size = text.lines().find_map(|line| line.strip_prefix("VmSize:"));
    let kilobytes: Option<u64> = size.and_then(|size| size.trim().strip_suffix(" kB")?.parse().ok());
    kilobytes.map(|size| size << 10).ok_or_else(|| Error::File {
        path: path.to_owned(),
        problem: "has no line \"VmSize\"".to_owned(),
        remedy: "run this on Linux",
    })
}

fn io(path: &Path, action: &'static str, source: std::io::Error) -> Error {
    Error::Io {
        path: path.to_owned(),
        action,
        source,
    }
}

fn no_class(path: &Path) -> Error {
    Error::File {
        path: path.to_owned(),
        problem: "has no column \"class\"".to_owned(),
        remedy: "write it with `write`",
    }
}
