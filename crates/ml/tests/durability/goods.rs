//! What the tests save, draw and fetch, small and large.

use std::{
    collections::BTreeSet,
    env, fs,
    path::Path,
    process::{Command, Stdio},
};

use ml::{
    classic::neighbors::{FittedKNeighborsRegressor, KNeighborsRegressor},
    data::registry::{Cache, Fetcher, Mirror, Registry},
    plot::Figure,
    prelude::*,
};

/// Bytes of the file that is fetched.
pub(crate) const FETCHED_BYTES: usize = 600_000;

pub(crate) type Near = FittedKNeighborsRegressor<f64>;

/// A model that remembers `rows` rows, each answered with `answer`.
pub(crate) fn model(rows: usize, answer: f64) -> Near {
    let x = Array2::from_shape_fn((rows, 4), |(i, j)| (i * (j + 1)) as f64);
    let y = Array1::from_elem(rows, answer);
    KNeighborsRegressor::default()
        .n_neighbors(1)
        .fit(x.view(), y.view())
        .unwrap()
}

/// What a loaded model answers.
pub(crate) fn answer(path: &Path) -> f64 {
    let x = Array2::zeros((1, 4));
    Near::load(path).unwrap().predict(x.view()).unwrap()[0]
}

/// A figure of `side` pixels, of noise, which no format makes small.
pub(crate) fn figure(side: u32) -> Figure {
    let mut rng = Rng::new(1);
    let noise = Array2::from_shape_fn((side as usize, side as usize), |_| rng.uniform());
    let mut figure = Figure::new(side, side);
    figure.axes().image(noise.view()).unwrap();
    figure
}

/// Fetches the data set `a` of one file into `home/cache` from a folder mirror.
pub(crate) fn fetcher(home: &Path, mirror: &Path) -> Fetcher {
    let mut fetcher = Fetcher::new(Cache::new(home.join("cache")));
    fetcher.registry = Registry::parse(&format!(
        "[[dataset]]\nname = \"a\"\ntitle = \"\"\ndescription = \"\"\ntask = \"\"\nlicence = \"\"\n\
         [[dataset.file]]\nname = \"a.bin\"\nbytes = {FETCHED_BYTES}\ngives = [\"a.bin\"]\nsources = []\n"
    ))
    .unwrap();
    fetcher.mirror = Some(Mirror::new(mirror.to_str().unwrap()));
    fetcher
}

/// A mirror that holds the data set.
pub(crate) fn mirror() -> tempfile::TempDir {
    let mirror = tempfile::tempdir().unwrap();
    fs::create_dir(mirror.path().join("a")).unwrap();
    let bytes: Vec<u8> = (0..FETCHED_BYTES as u64).map(|i| ((i * i) >> 3) as u8).collect();
    fs::write(mirror.path().join("a/a.bin"), bytes).unwrap();
    mirror
}

/// The names in a folder.
pub(crate) fn names(folder: &Path) -> BTreeSet<String> {
    let entries = fs::read_dir(folder).unwrap();
    entries
        .map(|e| e.unwrap().file_name().to_string_lossy().into_owned())
        .collect()
}

/// A helper test of this very program as another process, told by variables of the environment.
pub(crate) fn process(helper: &str, through: &[&str], variables: &[(&str, &Path)]) -> Command {
    let exe = env::current_exe().unwrap();
    let mut words = through
        .iter()
        .map(Into::into)
        .collect::<Vec<std::ffi::OsString>>();
    words.push(exe.into());
    let mut command = Command::new(&words[0]);
    command.args(&words[1..]).args(["--exact", helper, "--nocapture"]);
    command
        .envs(variables.iter().copied())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped());
    command
}
