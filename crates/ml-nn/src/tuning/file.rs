//! Study files: what a search was, and a line for each trial that is over.
//!
//! Every line is a JSON object with its checksum, `{"trial": ..., "crc32c": ...}`; the first one, `{"study": ...}`, says what
//! was searched and how. The whole file is replaced atomically each time a trial ends, so that a crash leaves all lines or
//! all but the last, never half of one; whatever else is found in a file is damage.

use std::{
    collections::BTreeMap,
    fs,
    path::{Path, PathBuf},
    sync::{Mutex, PoisonError},
};

use ml_core::{Error, Result, persist::write_atomically};
use serde::Serialize;
use serde_json::{Value, json};

use super::{Proposal, TrialRecord, Tuner};

/// Of this layout.
const FORMAT: u64 = 1;

/// The trials that a file has, and its lines.
pub(super) struct StudyFile {
    path: Option<PathBuf>,
    known: BTreeMap<usize, TrialRecord>,
    lines: Mutex<String>,
}

impl StudyFile {
    /// The file of a search, if it has one: as it is, or new.
    pub(super) fn open(tuner: &Tuner) -> Result<Self> {
        let mut study = Self {
            path: tuner.path().cloned(),
            known: BTreeMap::new(),
            lines: Mutex::default(),
        };
        let Some(path) = tuner.path() else {
            return Ok(study);
        };
        let mut identity = tuner.identity()?;
        identity["format"] = FORMAT.into();
        let text = match fs::read_to_string(path) {
            Ok(text) => text,
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => line("study", &identity)?,
            Err(error) if error.kind() == std::io::ErrorKind::InvalidData => {
                return Err(damaged(path, "is no text".to_owned()));
            }
            Err(source) => {
                return Err(Error::Io {
                    path: path.clone(),
                    action: "read",
                    source,
                });
            }
        };
        study.known = read(path, &text, &identity)?;
        study.lines = Mutex::new(text);
        Ok(study)
    }

    /// The trial of this number, if the file has it.
    pub(super) fn known(&self, number: usize, proposal: &Proposal) -> Result<Option<TrialRecord>> {
        let Some(known) = self.known.get(&number) else {
            return Ok(None);
        };
        let again = proposal.again.unwrap_or(number);
        let same = |known: &TrialRecord| {
            known.values == proposal.values && known.budget == proposal.budget && known.configuration == again
        };
        match same(known) {
            true => Ok(Some(known.clone())),
            false => Err(self.foreign(format!(
                "trial {number} tried {}, but this search tries {}",
                known.values, proposal.values
            ))),
        }
    }

    /// Adds a trial.
    pub(super) fn add(&self, trial: &TrialRecord) -> Result<()> {
        let Some(path) = &self.path else {
            return Ok(());
        };
        let line = line("trial", trial)?;
        // What a thread that panicked left behind is a whole number of lines.
        let mut lines = self.lines.lock().unwrap_or_else(PoisonError::into_inner);
        let longer = lines.clone() + &line;
        write_atomically(path, |file| file.write_all(longer.as_bytes()))?;
        *lines = longer;
        Ok(())
    }

    /// Refuses a file with trials that the search, which made so many, did not make.
    pub(super) fn check_all_used(&self, trials: usize) -> Result<()> {
        match self.known.keys().find(|&&number| number >= trials) {
            None => Ok(()),
            Some(number) => {
                Err(self.foreign(format!("has a trial {number}, but this search makes {trials}")))
            }
        }
    }

    fn foreign(&self, problem: String) -> Error {
        Error::File {
            path: self.path.clone().unwrap_or_default(),
            problem,
            remedy: "go on with the search that made the file, or give another file",
        }
    }
}

fn checksum(content: &Value) -> String {
    format!("{:08x}", crc32c::crc32c(content.to_string().as_bytes()))
}

fn line(kind: &str, content: &impl Serialize) -> Result<String> {
    let content = serde_json::to_value(content).map_err(|error| Error::Data {
        op: "tuning",
        problem: format!("a {kind} cannot be written down: {error}"),
        remedy: "use names and values that JSON can hold",
    })?;
    let sum = checksum(&content);
    Ok(format!("{}\n", json!({ kind: content, "crc32c": sum })))
}

fn damaged(path: &Path, problem: String) -> Error {
    Error::File {
        path: path.to_owned(),
        problem,
        remedy: "restore the file, or remove it to begin anew",
    }
}

/// The content of a line, which must be to the byte what is written for it: not even digits that make no difference may
/// have changed.
fn content(text: &str, kind: &str) -> Result<Value, String> {
    let mut object: Value = serde_json::from_str(text).map_err(|error| format!("is no JSON: {error}"))?;
    let content = object
        .get_mut(kind)
        .map(Value::take)
        .ok_or_else(|| format!("is no {kind}"))?;
    let written = line(kind, &content).map_err(|error| error.to_string())?;
    match written.strip_suffix('\n') == Some(text) {
        true => Ok(content),
        false => Err("is damaged: its checksum is not that of its content".to_owned()),
    }
}

fn read(path: &Path, text: &str, identity: &Value) -> Result<BTreeMap<usize, TrialRecord>> {
    let at = |number: usize, problem: String| damaged(path, format!("line {} {problem}", number + 1));
    if !text.ends_with('\n') {
        return Err(damaged(
            path,
            "is empty or ends in the middle of a line".to_owned(),
        ));
    }
    let mut lines = text.lines().enumerate();
    let (_, first) = lines.next().unwrap_or_default();
    let study = content(first, "study").map_err(|problem| at(0, problem))?;
    if let Some(part) = different(&study, identity) {
        return Err(Error::File {
            path: path.to_owned(),
            problem: format!(
                "is of another search: its {part} is {}, not {}",
                study.get(part).unwrap_or(&Value::Null),
                identity[part]
            ),
            remedy: "go on with the search that made the file, or give another file",
        });
    }
    let mut known = BTreeMap::new();
    for (number, line) in lines {
        let trial = content(line, "trial").map_err(|problem| at(number, problem))?;
        let trial: TrialRecord =
            serde_json::from_value(trial).map_err(|error| at(number, format!("is no trial: {error}")))?;
        if let Some(twice) = known.insert(trial.number, trial) {
            return Err(at(number, format!("has trial {} once more", twice.number)));
        }
    }
    Ok(known)
}

/// The first part in which two descriptions of a search differ.
fn different<'i>(study: &Value, identity: &'i Value) -> Option<&'i str> {
    let parts = identity.as_object()?;
    let differs = |(name, value): &(&String, &Value)| study.get(name.as_str()) != Some(*value);
    parts.iter().find(differs).map(|(name, _)| name.as_str())
}
