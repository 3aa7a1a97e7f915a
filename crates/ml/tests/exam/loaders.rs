//! Every loader, on a cache that holds nothing and on one that holds rubbish.

use std::fs;

use ml::data::{
    datasets as sets,
    registry::{Cache, Fetcher, Mirror, Registry},
};
use proptest::{collection::vec, prelude::*};

use super::examiner::{examine, holds, survives};

type Load = fn(&Cache) -> Result<(), ml::data::registry::Error>;

/// A loader, its data set, and how to call it.
const LOADERS: [(&str, &str, Load); 17] = [
    ("bccd_in", "bccd", |c| sets::bccd_in(c).map(drop)),
    ("california_housing_in", "california-housing", |c| {
        sets::california_housing_in(c).map(drop)
    }),
    ("cifar10_in", "cifar10-jpeg", |c| sets::cifar10_in(c).map(drop)),
    ("fashion_mnist_in", "fashion-mnist", |c| {
        sets::fashion_mnist_in(c).map(drop)
    }),
    ("flowers_in", "flowers", |c| sets::flowers_in(c).map(drop)),
    ("housing_in", "housing", |c| sets::housing_in(c).map(drop)),
    ("housing_csv_in", "housing", |c| sets::housing_csv_in(c).map(drop)),
    ("housing_table_in", "housing", |c| {
        sets::housing_table_in(c).map(drop)
    }),
    ("imdb_in", "imdb", |c| sets::imdb_in(c).map(drop)),
    ("jsb_chorales_in", "jsb-chorales", |c| {
        sets::jsb_chorales_in(c).map(drop)
    }),
    ("lifesat_in", "lifesat", |c| sets::lifesat_in(c).map(drop)),
    ("lifesat_files_in", "lifesat", |c| {
        sets::lifesat_files_in(c).map(drop)
    }),
    ("mnist_in", "mnist", |c| sets::mnist_in(c).map(drop)),
    ("shakespeare_in", "shakespeare", |c| {
        sets::shakespeare_in(c).map(drop)
    }),
    ("spa_eng_in", "spa-eng", |c| sets::spa_eng_in(c).map(drop)),
    ("spam_assassin_in", "spam-assassin", |c| {
        sets::spam_assassin_in(c).map(drop)
    }),
    ("titanic_in", "titanic", |c| sets::titanic_in(c).map(drop)),
];

/// The files that the loaders read.
const FILES: [(&str, &[&str]); 14] = [
    ("housing", &["housing.csv"]),
    ("california-housing", &["cal_housing.csv"]),
    ("lifesat", &["oecd_bli_2015.csv", "gdp_per_capita.csv"]),
    ("mnist", &IDX),
    ("fashion-mnist", &IDX),
    ("titanic", &["train.csv", "test.csv"]),
    ("jsb-chorales", &["train/a.csv", "valid/a.csv", "test/a.csv"]),
    ("shakespeare", &["input.txt"]),
    (
        "imdb",
        &[
            "train/pos/0_9.txt",
            "train/neg/0_1.txt",
            "test/pos/x.txt",
            "test/neg/0_1.txt",
        ],
    ),
    ("spa-eng", &["spa.txt"]),
    ("spam-assassin", &["easy_ham/1.a", "spam/1.a"]),
    (
        "flowers",
        &[
            "daisy/a.jpg",
            "dandelion/a.jpg",
            "roses/a.jpg",
            "sunflowers/a.jpg",
            "tulips/a.jpg",
        ],
    ),
    (
        "bccd",
        &[
            "ImageSets/Main/train.txt",
            "ImageSets/Main/val.txt",
            "ImageSets/Main/test.txt",
            "JPEGImages/a.jpg",
            "Annotations/a.xml",
        ],
    ),
    (
        "cifar10-jpeg",
        &[
            "data_batch_1.bin",
            "test_batch.bin",
            "train/airplane/a.jpg",
            "test/airplane/a.jpg",
        ],
    ),
];

const IDX: [&str; 4] = [
    "train-images-idx3-ubyte",
    "train-labels-idx1-ubyte",
    "t10k-images-idx3-ubyte",
    "t10k-labels-idx1-ubyte",
];

/// They give paths, a text or whatever table there is.
const CONTENT_IS_FREE: [&str; 7] = [
    "housing_csv_in",
    "housing_in",
    "housing_table_in",
    "lifesat_files_in",
    "shakespeare_in",
    "flowers_in",
    "spam_assassin_in",
];

pub(crate) fn members() -> Vec<String> {
    let registry = ["Cache", "Fetcher", "Mirror", "Registry"];
    LOADERS
        .iter()
        .map(|(name, ..)| *name)
        .chain(registry)
        .map(str::to_owned)
        .collect()
}

#[test]
fn a_missing_set_says_how_to_get_it() {
    let home = tempfile::tempdir().unwrap();
    for (loader, name, load) in LOADERS {
        let error = load(&Cache::new(home.path())).unwrap_err().to_string();
        assert!(
            error.contains(&format!("cargo xtask fetch {name}")),
            "{loader}: {error}"
        );
    }
}

/// Every file of every data set with these bytes.
fn fill(cache: &Cache, bytes: &[u8]) -> std::io::Result<()> {
    for (name, files) in FILES {
        for file in files {
            let path = cache.folder(name).join(file);
            fs::create_dir_all(path.parent().expect("it lies in the cache"))?;
            fs::write(path, bytes)?;
        }
    }
    Ok(())
}

#[test]
fn rubbish_is_refused_by_the_name_of_its_file() {
    let rubbish = prop_oneof![
        vec(any::<u8>(), 0..60),
        Just(Vec::new()),
        Just(vec![0; 40]),
        Just(vec![0xff; 40]),
        // The head of an image file, whose length is a lie.
        Just([0, 0, 8, 3, 0x7f, 0xff, 0xff, 0xff, 0, 0, 0, 28, 0, 0, 0, 28].to_vec()),
        "[a-z,\\n\\t\"]{0,40}".prop_map(String::into_bytes),
    ];
    examine(48, rubbish, |bytes| {
        let home = tempfile::tempdir().map_err(|e| TestCaseError::fail(e.to_string()))?;
        let cache = Cache::new(home.path());
        fill(&cache, &bytes).map_err(|e| TestCaseError::fail(e.to_string()))?;
        for (loader, name, load) in LOADERS {
            let answer = load_quietly(loader, load, &cache)?;
            if let Err(error) = answer {
                let named = error.contains(name) || error.contains(home.path().to_str().unwrap_or(name));
                holds(loader, named, || format!("the error names no file: {error}"))?;
            } else {
                let free = CONTENT_IS_FREE.contains(&loader) || bytes.is_empty() || is_text(&bytes);
                holds(loader, free, || format!("took {bytes:?} for data"))?;
            }
        }
        Ok(())
    });
}

/// Text may happen to be a table, if a poor one.
fn is_text(bytes: &[u8]) -> bool {
    std::str::from_utf8(bytes).is_ok()
}

fn load_quietly(loader: &str, load: Load, cache: &Cache) -> Result<Result<(), String>, TestCaseError> {
    let outcome = survives(loader, || Ok::<_, String>(load(cache).map_err(|e| e.to_string())))?;
    Ok(outcome.expect("the answer itself is passed on"))
}

#[test]
fn bad_registries_names_and_mirrors() {
    let line = prop_oneof![
        Just("[[dataset]]"),
        Just("[[dataset.file]]"),
        Just("name = \"a\""),
        Just("name = \"../a\""),
        Just("bytes = -1"),
        Just("bytes = 18446744073709551615"),
        Just("sha256 = [\"xyz\"]"),
        Just("gives = [\"/etc/passwd\"]"),
        Just("unpack = \"rar\""),
        Just("nonsense"),
    ];
    let place = prop_oneof![
        Just(""),
        Just("/nowhere/at/all"),
        Just("http://"),
        Just("ftp://x"),
        Just("\0")
    ];
    let name = prop_oneof![Just("housing"), Just("nowhere"), Just("../x"), Just("")];
    examine(200, (vec(line, 0..9), place, name), |(lines, place, name)| {
        survives("Registry", || Registry::parse(&lines.join("\n")))?;
        let home = tempfile::tempdir().map_err(|e| TestCaseError::fail(e.to_string()))?;
        let mut fetcher = Fetcher::new(Cache::new(home.path().join("cache")));
        survives("Fetcher", || fetcher.verify(name))?;
        // Real sources are never asked: the data set has none left.
        let lonely = "[[dataset]]\nname = \"housing\"\ntitle = \"\"\ndescription = \"\"\ntask = \"\"\nlicence = \"\"\n\
                      [[dataset.file]]\nname = \"a.bin\"\nbytes = 1\nsha256 = [\"00\"]\ngives = [\"a.bin\"]\nsources = []\n";
        if let Ok(registry) = Registry::parse(lonely) {
            fetcher.registry = registry;
            fetcher.retry.attempts = 1;
            fetcher.mirror = Some(Mirror::new(place));
            survives("Fetcher", || fetcher.fetch(name))?;
        }
        Ok(())
    });
}
