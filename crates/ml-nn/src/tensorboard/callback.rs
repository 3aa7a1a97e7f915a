//! What a training writes, and the folders of runs.

use std::path::{Path, PathBuf};

use ml_core::{Result, check};

use super::SummaryWriter;
use crate::{
    callbacks::{Callback, Run},
    files::named_weights,
};

/// How often loss and metrics are written.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum UpdateFreq {
    /// After every epoch.
    #[default]
    Epoch,
    /// Also after so many steps of training, as `batch_...`.
    Batches(usize),
}

/// Writes event files along the way of training (book section 10.2.7): in the folder `train` of the run `epoch_loss`
/// and the other numbers of each epoch, in `validation` those of validation under the same names. The folders are made.
///
/// Defaults as in Keras: every epoch, with the graph of the layers, without histograms of weights.
///
/// # Examples
/// ```
/// use ml_core::Tensor;
/// use ml_nn::{Compile, Fit, Sequential, layers::{Dense, IntoLayer}, tensorboard::{TensorBoard, run_folder}};
///
/// let root = tempfile::tempdir().expect("a temporary folder");
/// let run = run_folder(root.path());
/// let (x, y) = (Tensor::from([[1.0f32], [2.0]]), Tensor::from([[2.0f32], [4.0]]));
/// let mut model = Sequential::new().add(Dense::new(1).input_shape([1])).into_model();
/// model.compile(Compile::new("sgd", "mse"))?;
/// let board = TensorBoard::new(&run);
/// model.fit(&x, &y, Fit::new().epochs(3).validation_data(&x, &y).callback(board))?;
/// let files = |part: &str| std::fs::read_dir(run.join(part)).expect("the folder is there").count();
/// assert_eq!((files("train"), files("validation")), (1, 1));
/// # Ok::<(), ml_core::Error>(())
/// ```
#[derive(Debug)]
pub struct TensorBoard {
    folder: PathBuf,
    histogram_freq: usize,
    update_freq: UpdateFreq,
    write_graph: bool,
    train: Option<SummaryWriter>,
    validation: Option<SummaryWriter>,
}

impl TensorBoard {
    /// For the run in this folder.
    pub fn new(folder: impl AsRef<Path>) -> Self {
        Self {
            folder: folder.as_ref().to_owned(),
            histogram_freq: 0,
            update_freq: UpdateFreq::Epoch,
            write_graph: true,
            train: None,
            validation: None,
        }
    }

    /// After how many epochs the distributions of all weights are written; never for 0, the default.
    #[must_use]
    pub fn histogram_freq(mut self, epochs: usize) -> Self {
        self.histogram_freq = epochs;
        self
    }

    /// How often loss and metrics are written. Default after every epoch.
    #[must_use]
    pub fn update_freq(mut self, freq: UpdateFreq) -> Self {
        self.update_freq = freq;
        self
    }

    /// Whether the graph of the layers is written. Default true.
    #[must_use]
    pub fn write_graph(mut self, write: bool) -> Self {
        self.write_graph = write;
        self
    }
}

/// The writer of a part of the run, made when there is something to write.
fn writer<'w>(
    part: &'w mut Option<SummaryWriter>,
    folder: &Path,
    name: &str,
) -> Result<&'w mut SummaryWriter> {
    let made = match part.take() {
        Some(writer) => writer,
        None => SummaryWriter::create(folder.join(name))?,
    };
    Ok(part.insert(made))
}

/// How many steps were made.
fn steps(run: &Run<'_>) -> Result<i64> {
    run.model().optimizer()?.iterations().value().item()
}

impl Callback for TensorBoard {
    fn on_train_begin(&mut self, run: &mut Run<'_>) -> Result<()> {
        if let UpdateFreq::Batches(steps) = self.update_freq {
            check::parameter("update_freq", steps, steps > 0, "at least 1 step")?;
        }
        (self.train, self.validation) = (None, None);
        let train = writer(&mut self.train, &self.folder, "train")?;
        if self.write_graph {
            train.graph(run.model())?;
        }
        train.flush()
    }

    fn on_train_batch_end(&mut self, _: usize, run: &mut Run<'_>) -> Result<()> {
        let UpdateFreq::Batches(every) = self.update_freq else {
            return Ok(());
        };
        let step = steps(run)?;
        if step % every as i64 == 0 {
            let train = writer(&mut self.train, &self.folder, "train")?;
            for (name, value) in run.logs()?.iter() {
                train.scalar(&format!("batch_{name}"), value, step)?;
            }
        }
        Ok(())
    }

    fn on_epoch_end(&mut self, epoch: usize, run: &mut Run<'_>) -> Result<()> {
        let step = epoch as i64;
        for (name, value) in run.logs()?.iter() {
            let (part, folder, name) = match name.strip_prefix("val_") {
                Some(name) => (&mut self.validation, "validation", name),
                None => (&mut self.train, "train", name),
            };
            writer(part, &self.folder, folder)?.scalar(&format!("epoch_{name}"), value, step)?;
        }
        if self.histogram_freq > 0 && epoch.is_multiple_of(self.histogram_freq) {
            let train = writer(&mut self.train, &self.folder, "train")?;
            for (name, weight) in named_weights(&run.model().as_layer()) {
                train.histogram(&name, &weight.variable.value(), step)?;
            }
        }
        let writers = [&mut self.train, &mut self.validation];
        writers.into_iter().flatten().try_for_each(SummaryWriter::flush)
    }

    fn on_train_end(&mut self, _: &mut Run<'_>) -> Result<()> {
        (self.train, self.validation) = (None, None);
        Ok(())
    }
}

/// A folder for a run that begins now, below the folder of all runs: `run_2019_06_07-15_15_22`, by local time. It is
/// not made. Reproduces N10-17.
pub fn run_folder(root: impl AsRef<Path>) -> PathBuf {
    let now = chrono::Local::now();
    root.as_ref()
        .join(now.format("run_%Y_%m_%d-%H_%M_%S").to_string())
}
