//! The numbers of each epoch as lines of a file.

use std::{
    fs::{File, OpenOptions},
    io::{self, Write},
    path::{Path, PathBuf},
};

use ml_core::{Error, Result};
use serde::{Deserialize, Serialize};

use super::{Callback, Memory, Run, monitor::foreign_memory};

/// Writes a line for every epoch: its number from 0, then loss and metrics by name (as Keras's `CSVLogger`). Each line
/// is in the file as soon as its epoch is over.
///
/// # Examples
/// ```
/// use ml_core::Tensor;
/// use ml_nn::{Compile, Fit, Sequential, callbacks::CsvLogger, layers::{Dense, IntoLayer}, optimizers::Sgd};
///
/// let folder = tempfile::tempdir().expect("a temporary folder");
/// let path = folder.path().join("log.csv");
/// let x = Tensor::from([[0.0f32], [0.0]]);
/// let y = Tensor::from([[2.0f32], [2.0]]);
/// let mut model = Sequential::new().add(Dense::new(1).input_shape([1])).into_model();
/// model.compile(Compile::new(Sgd::new(0.25), "mse").metric("mae"))?;
/// model.fit(&x, &y, Fit::new().epochs(2).callback(CsvLogger::new(&path)))?;
/// // By hand: the bias is 0, then 0 + 0.25 · 4 = 1.
/// let text = std::fs::read_to_string(&path).expect("just written");
/// assert_eq!(text, "epoch,loss,mae\n0,4,2\n1,1,1\n");
/// # Ok::<(), ml_core::Error>(())
/// ```
#[derive(Debug)]
pub struct CsvLogger {
    path: PathBuf,
    separator: String,
    append: bool,
    state: State,
    file: Option<File>,
}

#[derive(Debug, Clone, Default, Serialize, Deserialize)]
struct State {
    /// Names of the columns after `epoch`, once they are known.
    columns: Option<Vec<String>>,
    /// Bytes of the file that count: what a crash left after them is cut off.
    length: u64,
}

impl CsvLogger {
    /// To this file, anew.
    pub fn new(path: impl AsRef<Path>) -> Self {
        Self {
            path: path.as_ref().to_owned(),
            separator: ",".to_owned(),
            append: false,
            state: State::default(),
            file: None,
        }
    }

    /// What stands between the numbers. Default a comma.
    #[must_use]
    pub fn separator(mut self, separator: impl Into<String>) -> Self {
        self.separator = separator.into();
        self
    }

    /// Whether lines that are there stay, and their header serves. Default false.
    #[must_use]
    pub fn append(mut self, append: bool) -> Self {
        self.append = append;
        self
    }

    fn open(&mut self) -> io::Result<File> {
        let going_on = self.state.columns.is_some();
        let file = OpenOptions::new()
            .create(true)
            .read(true)
            .append(true)
            .open(&self.path)?;
        if going_on {
            // A crash may have left a line of an epoch that is made again.
            file.set_len(self.state.length)?;
        } else if !self.append {
            file.set_len(0)?;
        } else if file.metadata()?.len() > 0 {
            let text = std::fs::read_to_string(&self.path)?;
            let header = text.lines().next().unwrap_or_default();
            self.state.columns = Some(header.split(&self.separator).skip(1).map(str::to_owned).collect());
        }
        Ok(file)
    }

    fn write(&mut self, epoch: usize, run: &Run<'_>) -> Result<()> {
        let logs = run.logs()?;
        let failed = |path: &Path, source| Error::Io {
            path: path.to_owned(),
            action: "write",
            source,
        };
        if self.file.is_none() {
            let file = self.open().map_err(|source| failed(&self.path, source))?;
            self.file = Some(file);
        }
        let mut text = String::new();
        let columns = self.state.columns.get_or_insert_with(|| {
            let mut names: Vec<String> = logs.iter().map(|(name, _)| name.to_owned()).collect();
            // What is tested on after some epochs only may not be there after the first.
            let later = run.params().metrics.iter();
            let later: Vec<String> = later.filter(|name| logs.get(name).is_none()).cloned().collect();
            names.extend(later);
            let header = ["epoch".to_owned()].into_iter().chain(names.iter().cloned());
            text = header.collect::<Vec<_>>().join(&self.separator) + "\n";
            names
        });
        let numbers = columns.iter().map(|name| match logs.get(name) {
            Some(value) => value.to_string(),
            None => "NA".to_owned(),
        });
        let line = [epoch.to_string()].into_iter().chain(numbers);
        text += &(line.collect::<Vec<_>>().join(&self.separator) + "\n");
        if let Some(file) = &mut self.file {
            let written = file.write_all(text.as_bytes()).and_then(|()| file.metadata());
            self.state.length = written.map_err(|source| failed(&self.path, source))?.len();
        }
        Ok(())
    }
}

impl Callback for CsvLogger {
    fn on_train_begin(&mut self, _: &mut Run<'_>) -> Result<()> {
        (self.state, self.file) = (State::default(), None);
        Ok(())
    }

    fn on_epoch_end(&mut self, epoch: usize, run: &mut Run<'_>) -> Result<()> {
        self.write(epoch, run)
    }

    fn on_train_end(&mut self, _: &mut Run<'_>) -> Result<()> {
        self.file = None;
        Ok(())
    }

    fn memory(&self) -> Memory {
        Memory {
            values: serde_json::to_value(&self.state).unwrap_or_default(),
            tensors: Vec::new(),
        }
    }

    fn remember(&mut self, memory: Memory) -> Result<()> {
        self.state = State::deserialize(&memory.values).map_err(|error| foreign_memory(&error))?;
        Ok(())
    }
}
