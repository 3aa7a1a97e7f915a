//! A data set by name into the cache.

use std::{
    fmt, fs,
    path::{Path, PathBuf},
    sync::Arc,
};

use ml_core::{Observer, observer::Silent};

use super::{
    Cache, Dataset, Download, Error, Limits, Mirror, Registry, Result, Retry, cache::remove_folder, checksum,
    error::io, http::Web, origin::Origin, transfer::Transfer, unpack::unpack,
};

/// Brings data sets into the cache and checks them.
///
/// A data set lands whole or not at all: files are downloaded beside it (resumed where an earlier
/// attempt stopped), compared with the registry's checksums, unpacked into a folder of their own, and
/// that folder is renamed. Several threads or processes may fetch the same data set: one works, the
/// others wait and find it done.
///
/// ```no_run
/// use ml_data::registry::Fetcher;
///
/// let housing = Fetcher::from_env()?.fetch("housing")?;
/// assert!(housing.folder.join("housing.csv").exists());
/// # Ok::<(), ml_data::registry::Error>(())
/// ```
#[derive(Clone)]
pub struct Fetcher {
    /// The data sets that exist. Default: the built-in ones.
    pub registry: Registry,
    /// Where they are kept.
    pub cache: Cache,
    /// What serves them in place of their original sources, if anything. Default none.
    pub mirror: Option<Mirror>,
    /// Told of downloads. Default: nobody.
    pub observer: Arc<dyn Observer>,
    /// Patience with servers.
    pub retry: Retry,
    /// What an archive may unpack to.
    pub limits: Limits,
    /// Whether to fetch what is there already. Default false.
    pub force: bool,
}

/// A data set in the cache.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fetched {
    /// Its folder.
    pub folder: PathBuf,
    /// Whether it had to be fetched: false if it was there.
    pub fresh: bool,
}

impl fmt::Debug for Fetcher {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Fetcher")
            .field("cache", &self.cache)
            .field("mirror", &self.mirror)
            .field("retry", &self.retry)
            .field("limits", &self.limits)
            .field("force", &self.force)
            .finish_non_exhaustive()
    }
}

impl Fetcher {
    /// Fetches the built-in data sets from their original sources into `cache`.
    pub fn new(cache: Cache) -> Self {
        Self {
            registry: Registry::builtin(),
            cache,
            mirror: None,
            observer: Arc::new(Silent),
            retry: Retry::default(),
            limits: Limits::default(),
            force: false,
        }
    }

    /// As the environment says: `ML_DATASETS` names the cache, `ML_DATASETS_MIRROR` the mirror.
    ///
    /// # Errors
    /// As [`Cache::from_env`].
    pub fn from_env() -> Result<Self> {
        let mirror = Mirror::from_env();
        Ok(Self {
            mirror,
            ..Self::new(Cache::from_env()?)
        })
    }

    /// Makes sure that the data set is in the cache.
    ///
    /// # Errors
    /// [`Error::Unknown`]; the reason of its one source, or [`Error::Unavailable`] with the reason of
    /// each; [`Error::Core`] if the disk refuses. The cache is then as it was, but for the parts that
    /// the next attempt resumes.
    pub fn fetch(&self, name: &str) -> Result<Fetched> {
        let dataset = self.registry.get(name)?;
        let folder = self.cache.folder(name);
        if !self.force && self.cache.has(dataset) {
            return Ok(Fetched { folder, fresh: false });
        }
        let task = format!("fetch {name}");
        let waiting = || {
            self.observer
                .message(&task, "waiting for another process that fetches it")
        };
        let _lock = self.cache.lock(name, waiting)?;
        // Whoever held the lock may have done the work.
        if !self.force && self.cache.has(dataset) {
            return Ok(Fetched { folder, fresh: false });
        }
        let staged = self.stage(dataset)?;
        let folder = self.cache.land(name, &staged)?;
        remove_folder(&self.parts(name))?;
        tracing::debug!(data_set = name, folder = %folder.display(), "fetched");
        Ok(Fetched { folder, fresh: true })
    }

    /// Compares every file of a fetched data set with the checksum it had on arrival, and with the
    /// registry's where it has one of the file itself; returns the number of files.
    ///
    /// # Errors
    /// [`Error::Missing`] if it was never fetched, [`Error::Changed`] naming the first file that is
    /// missing or has changed.
    pub fn verify(&self, name: &str) -> Result<usize> {
        let dataset = self.registry.get(name)?;
        self.cache.path(name, checksum::LIST)?;
        let folder = self.cache.folder(name);
        let count = checksum::verify_list(name, &folder)?;
        for file in dataset
            .files
            .iter()
            .filter(|f| f.gives.iter().all(|g| folder.join(g).exists()))
        {
            if let Some((expected, actual)) = mismatch(file, &folder)? {
                let problem = format!("{} has SHA-256 {actual}, registered is {expected}", file.gives[0]);
                return Err(Error::Changed {
                    name: name.to_owned(),
                    problem,
                });
            }
        }
        Ok(count)
    }

    /// Everything of the data set in a folder that only has to be renamed.
    fn stage(&self, dataset: &Dataset) -> Result<PathBuf> {
        let staged = self.cache.work(&dataset.name).join("new");
        // Left by a process that was killed: the lock says that nobody works there.
        remove_folder(&staged)?;
        let parts = self.parts(&dataset.name);
        for folder in [&staged, &parts] {
            fs::create_dir_all(folder).map_err(io(folder, "create"))?;
        }
        let result = self.fill(dataset, &staged);
        if result.is_err() {
            remove_folder(&staged)?;
        }
        result.map(|()| staged)
    }

    fn fill(&self, dataset: &Dataset, staged: &Path) -> Result<()> {
        let web = Web::new(&self.retry);
        for (i, forms) in dataset.parts().into_iter().enumerate() {
            let folder = staged.join(format!(".part{i}"));
            self.fill_part(dataset, &forms, &folder, &web)?;
            merge(&folder, staged)?;
        }
        checksum::write_list(staged)?;
        Ok(())
    }

    /// The first form from the first origin that serves it.
    fn fill_part(&self, dataset: &Dataset, forms: &[&Download], folder: &Path, web: &Web) -> Result<()> {
        let mut failures = Vec::new();
        for &file in forms {
            for origin in file.origins(dataset, self.mirror.as_ref()) {
                match self.fill_from(dataset, file, &origin, folder, web) {
                    Ok(()) => return Ok(()),
                    // A full disk is full for every source.
                    Err(error @ Error::Core(_)) => return Err(error),
                    Err(error) => failures.push(error),
                }
            }
        }
        // A form that a source lacks is no news beside a form that it has and that is wrong.
        if failures.iter().any(|e| !matches!(e, Error::NotFound { .. })) {
            failures.retain(|e| !matches!(e, Error::NotFound { .. }));
        }
        if failures.len() == 1 {
            return Err(failures.remove(0));
        }
        let attempts = failures.iter().map(|e| format!("\n  {e}")).collect();
        Err(Error::Unavailable {
            name: dataset.name.clone(),
            attempts,
        })
    }

    fn fill_from(
        &self,
        dataset: &Dataset,
        file: &Download,
        origin: &Origin,
        folder: &Path,
        web: &Web,
    ) -> Result<()> {
        let part = self.parts(&dataset.name).join(part_name(file, origin));
        let task = format!("{}/{}", dataset.name, file.name);
        let observer = &*self.observer;
        let transfer = Transfer {
            file,
            origin,
            task: &task,
            observer,
            retry: &self.retry,
            web,
        };
        transfer.run(&part)?;
        self.open(file, origin, &part, folder)
    }

    fn open(&self, file: &Download, origin: &Origin, part: &Path, folder: &Path) -> Result<()> {
        remove_folder(folder)?;
        fs::create_dir_all(folder).map_err(io(folder, "create"))?;
        let result = unpack(file, part, folder, &self.limits).and_then(|()| check(file, origin, folder));
        if matches!(result, Err(ref e) if !matches!(e, Error::Core(_))) {
            // Whole, yet wrong: resuming it would only repeat the mistake.
            fs::remove_file(part).map_err(io(part, "remove"))?;
        }
        result
    }

    fn parts(&self, name: &str) -> PathBuf {
        self.cache.work(name).join("parts")
    }
}

/// What must have come out of a download, and its checksum where the wrapper varies.
fn check(file: &Download, origin: &Origin, folder: &Path) -> Result<()> {
    if let Some(missing) = file.gives.iter().find(|path| !folder.join(path).exists()) {
        return Err(Error::Incomplete {
            file: file.name.clone(),
            origin: origin.to_string(),
            missing: missing.clone(),
        });
    }
    match mismatch(file, folder)? {
        None => Ok(()),
        Some((expected, actual)) => Err(Error::Checksum {
            file: format!("{} (unpacked)", file.name),
            origin: origin.to_string(),
            expected,
            actual,
        }),
    }
}

/// Expected and actual checksum of the unpacked file, where they are known and differ.
fn mismatch(file: &Download, folder: &Path) -> Result<Option<(String, String)>> {
    let Some(expected) = &file.unpacked_sha256 else {
        return Ok(None);
    };
    let actual = checksum::of_file(&folder.join(&file.gives[0]))?;
    Ok((!expected.eq_ignore_ascii_case(&actual)).then(|| (expected.clone(), actual)))
}

/// Bytes from two origins must not meet in one part, hence the origin's mark in the name.
fn part_name(file: &Download, origin: &Origin) -> String {
    format!(
        "{}.{:08x}.part",
        file.name,
        crc32fast::hash(origin.to_string().as_bytes())
    )
}

/// Moves the files of one part to those of the others.
fn merge(from: &Path, to: &Path) -> Result<()> {
    for entry in fs::read_dir(from).map_err(io(from, "read"))? {
        let entry = entry.map_err(io(from, "read"))?;
        let target = to.join(entry.file_name());
        fs::rename(entry.path(), &target).map_err(io(&target, "create"))?;
    }
    remove_folder(from)
}
