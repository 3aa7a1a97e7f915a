//! The list of data sets: what there is, from where, and how to know that it is right.

use std::path::{Component, Path};

use serde::Deserialize;

use super::{Error, Result};

/// The built-in list, `datasets/registry.toml` of the workspace.
const BUILTIN: &str = include_str!("../../../../datasets/registry.toml");

/// A list of data sets.
///
/// ```
/// use ml_data::registry::Registry;
///
/// let registry = Registry::builtin();
/// assert_eq!(registry.get("mnist")?.task, "classification");
/// # Ok::<(), ml_data::registry::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Registry {
    #[serde(rename = "dataset")]
    datasets: Vec<Dataset>,
}

/// One data set of the registry.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Dataset {
    /// Its name: the folder in the cache and in a mirror.
    pub name: String,
    /// A line for a table.
    pub title: String,
    /// What a row is and what is known of it.
    pub description: String,
    /// What it is used for: "regression", "classification", "text".
    pub task: String,
    /// Terms of use, as far as they are known.
    pub licence: String,
    /// What a user should know about the sources: differences, missing checksums.
    #[serde(default)]
    pub note: Option<String>,
    /// The files to download, alternatives included.
    #[serde(rename = "file")]
    pub files: Vec<Download>,
}

/// One file to download, and what becomes of it.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Download {
    /// Its name in a mirror, in the folder named after the data set.
    pub name: String,
    /// Its size. A repacked copy may differ; a download stops at twice this size.
    pub bytes: u64,
    /// Accepted SHA-256 of the file; none where the wrapper varies or where it is not known.
    #[serde(default)]
    pub sha256: Vec<String>,
    /// How to open it.
    #[serde(default)]
    pub unpack: Unpack,
    /// Only the entries of this folder inside the archive are taken, without the folder.
    #[serde(default)]
    pub within: Option<String>,
    /// SHA-256 of the one file that results, where the wrapper varies.
    #[serde(default)]
    pub unpacked_sha256: Option<String>,
    /// Files and folders that must result, relative to the data set's folder.
    pub gives: Vec<String>,
    /// Where to get it, in order: an address (a base address if it ends in `/`), or `debian:` and the
    /// folder of an installed package, used when it exists.
    pub sources: Vec<String>,
    /// The file that this one can stand in for: another form of the same data.
    #[serde(default)]
    pub instead_of: Option<String>,
}

/// How a downloaded file is opened.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Unpack {
    /// Used as it is.
    #[default]
    None,
    /// One compressed file.
    Gz,
    /// A tape archive.
    Tar,
    /// A tape archive compressed by gzip.
    Tgz,
    /// A tape archive compressed by bzip2.
    Tbz2,
    /// A zip archive.
    Zip,
}

impl Registry {
    /// The data sets that come with this crate.
    pub fn builtin() -> Self {
        Self::parse(BUILTIN).expect("a unit test parses the built-in registry")
    }

    /// A registry of one's own, in the same TOML form.
    ///
    /// # Errors
    /// [`Error::Manifest`] naming the entry that is wrong.
    pub fn parse(text: &str) -> Result<Self> {
        let registry: Self = toml::from_str(text).map_err(|e| Error::Manifest {
            problem: e.to_string(),
        })?;
        for (i, dataset) in registry.datasets.iter().enumerate() {
            if registry.datasets[..i].iter().any(|d| d.name == dataset.name) {
                return problem(&dataset.name, "comes twice");
            }
            dataset.check()?;
        }
        Ok(registry)
    }

    /// The data sets, in the order of the list.
    pub fn datasets(&self) -> &[Dataset] {
        &self.datasets
    }

    /// The data set of this name.
    ///
    /// # Errors
    /// [`Error::Unknown`] listing the names that exist.
    pub fn get(&self, name: &str) -> Result<&Dataset> {
        self.datasets
            .iter()
            .find(|d| d.name == name)
            .ok_or_else(|| Error::Unknown {
                name: name.to_owned(),
                known: self
                    .datasets
                    .iter()
                    .map(|d| d.name.as_str())
                    .collect::<Vec<_>>()
                    .join(", "),
            })
    }
}

impl Dataset {
    /// Bytes to download, by the first form of each file.
    pub fn bytes(&self) -> u64 {
        self.parts().iter().map(|forms| forms[0].bytes).sum()
    }

    /// What must be had, each with the forms it comes in, best first.
    pub fn parts(&self) -> Vec<Vec<&Download>> {
        let is_form_of = |form: &Download, file: &Download| form.instead_of.as_deref() == Some(&file.name);
        let first = self.files.iter().filter(|file| file.instead_of.is_none());
        first
            .map(|file| {
                let others = self.files.iter().filter(|form| is_form_of(form, file));
                std::iter::once(file).chain(others).collect()
            })
            .collect()
    }

    /// What the files of the data set's folder must be, for one form of each part.
    pub(super) fn is_complete(&self, folder: &Path) -> bool {
        let there = |file: &&Download| file.gives.iter().all(|path| folder.join(path).exists());
        self.parts().iter().all(|forms| forms.iter().any(there))
    }

    fn check(&self) -> Result<()> {
        if !is_plain_name(&self.name) {
            return problem(&self.name, "its name must be a plain folder name");
        }
        if self.files.is_empty() {
            return problem(&self.name, "it has no files");
        }
        for file in &self.files {
            if let Err(what) = file.check(&self.files) {
                return problem(&self.name, &format!("file {:?}: {what}", file.name));
            }
        }
        Ok(())
    }
}

impl Download {
    fn check(&self, all: &[Self]) -> Result<(), &'static str> {
        let is_sha256 = |text: &String| text.len() == 64 && text.bytes().all(|b| b.is_ascii_hexdigit());
        if !is_plain_name(&self.name) {
            return Err("its name must be a plain file name");
        }
        if !self.sha256.iter().chain(&self.unpacked_sha256).all(is_sha256) {
            return Err("a checksum must be 64 hexadecimal digits");
        }
        if self.unpacked_sha256.is_some() && self.gives.len() != 1 {
            return Err("unpacked_sha256 is for exactly one resulting file");
        }
        if self.gives.is_empty() || !self.gives.iter().all(|path| is_relative(path)) {
            return Err("gives must list relative paths");
        }
        match &self.instead_of {
            Some(other) if !all.iter().any(|f| f.name == *other && f.instead_of.is_none()) => {
                Err("instead_of must name another file of the data set")
            }
            _ => Ok(()),
        }
    }
}

fn problem<T>(name: &str, what: &str) -> Result<T> {
    Err(Error::Manifest {
        problem: format!("data set {name:?}: {what}"),
    })
}

/// One ordinary path component that does not start with a dot: those are ours.
fn is_plain_name(name: &str) -> bool {
    is_relative(name) && Path::new(name).components().count() == 1 && !name.starts_with('.')
}

fn is_relative(path: &str) -> bool {
    !path.is_empty()
        && !path.contains('\\')
        && Path::new(path)
            .components()
            .all(|c| matches!(c, Component::Normal(_)))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn entry(file: &str) -> String {
        format!(
            "[[dataset]]\nname = \"a\"\ntitle = \"\"\ndescription = \"\"\ntask = \"\"\nlicence = \"\"\n\
             [[dataset.file]]\nbytes = 1\nsources = []\n{file}\n"
        )
    }

    fn message(text: &str) -> String {
        Registry::parse(text).unwrap_err().to_string()
    }

    #[test]
    fn the_builtin_registry_is_sound() {
        let registry = Registry::builtin();
        assert!(registry.datasets().len() >= 13);
        for dataset in registry.datasets() {
            assert!(dataset.bytes() > 0, "{}", dataset.name);
            for forms in dataset.parts() {
                assert!(
                    forms.iter().any(|form| !form.sources.is_empty()),
                    "{}",
                    dataset.name
                );
            }
        }
        let error = registry.get("hausing").unwrap_err().to_string();
        assert!(
            error.starts_with("there is no data set \"hausing\"; there are: housing, "),
            "{error}"
        );
    }

    #[test]
    fn a_bad_entry_is_named() {
        let good = entry("name = \"f\"\ngives = [\"f\"]");
        assert!(Registry::parse(&good).is_ok());
        assert!(message(&format!("{good}{good}")).contains("data set \"a\": comes twice"));
        for (file, problem) in [
            ("name = \"../f\"\ngives = [\"f\"]", "plain file name"),
            ("name = \".f\"\ngives = [\"f\"]", "plain file name"),
            ("name = \"f\"\ngives = [\"/etc/f\"]", "relative paths"),
            ("name = \"f\"\ngives = []", "relative paths"),
            (
                "name = \"f\"\ngives = [\"f\"]\nsha256 = [\"12\"]",
                "64 hexadecimal digits",
            ),
            (
                "name = \"f\"\ngives = [\"f\"]\ninstead_of = \"g\"",
                "must name another file",
            ),
            ("name = \"f\"\ngives = [\"f\"]\nshaa = 1", "unknown field"),
        ] {
            let text = message(&entry(file));
            assert!(text.contains(problem), "{file}: {text}");
        }
    }
}
