//! The file, and summaries of each kind.

use std::{
    fs::{self, File},
    io::{BufWriter, Write},
    path::{Path, PathBuf},
    process,
    sync::atomic::{AtomicU64, Ordering},
    time::{SystemTime, UNIX_EPOCH},
};

use ml_core::{Error, Result, Tensor, check};
use prost::Message;

use super::{
    media,
    messages::{
        AudioPluginData, DataClass, Event, PluginData, Summary, SummaryMetadata, SummaryValue, TensorProto,
        What,
    },
    record::write_record,
};

/// Writes summaries to an event file, which TensorBoard shows (book section 10.2.7, `tf.summary`).
///
/// What was written is in the file after [`flush`](Self::flush), or when the writer is dropped.
///
/// # Examples
/// ```
/// use ml_core::Tensor;
/// use ml_nn::tensorboard::SummaryWriter;
///
/// let folder = tempfile::tempdir().expect("a temporary folder");
/// let mut writer = SummaryWriter::create(folder.path().join("my_logs"))?;
/// for step in 1..=1000i64 {
///     writer.scalar("my_scalar", (step as f64 / 10.0).sin(), step)?;
/// }
/// writer.histogram("my_hist", &Tensor::from([0.1f32, 0.5, 0.9]), 1)?;
/// writer.text("my_text", "The step is 1", 1)?;
/// writer.flush()?;
/// let name = writer.path().file_name().expect("a name").to_string_lossy();
/// assert!(name.starts_with("events.out.tfevents.") && name.ends_with(".v2"));
/// # Ok::<(), ml_core::Error>(())
/// ```
#[derive(Debug)]
pub struct SummaryWriter {
    path: PathBuf,
    out: BufWriter<File>,
}

/// As many as TensorFlow makes.
const BUCKETS: usize = 30;
/// Nobody can see more of them.
const MOST_BUCKETS: usize = 100_000;

/// Seconds since 1970.
pub(super) fn now() -> f64 {
    SystemTime::now()
        .duration_since(UNIX_EPOCH)
        .map_or(0.0, |time| time.as_secs_f64())
}

fn host() -> String {
    let name = std::env::var("HOSTNAME")
        .ok()
        .or_else(|| fs::read_to_string("/etc/hostname").ok());
    let name = name.unwrap_or_default();
    let plain = |c: &char| c.is_ascii_alphanumeric() || "-_.".contains(*c);
    match name.trim().chars().filter(plain).collect::<String>() {
        name if name.is_empty() => "localhost".to_owned(),
        name => name,
    }
}

impl SummaryWriter {
    /// A new event file in this folder, which is made with all folders above it. Its name tells time, host, process
    /// and how many files the process has made.
    ///
    /// # Errors
    /// [`Error::Io`].
    pub fn create(folder: impl AsRef<Path>) -> Result<Self> {
        static FILES: AtomicU64 = AtomicU64::new(0);
        let folder = folder.as_ref();
        let failed = |path: &Path, source| Error::Io {
            path: path.to_owned(),
            action: "create",
            source,
        };
        fs::create_dir_all(folder).map_err(|source| failed(folder, source))?;
        let number = FILES.fetch_add(1, Ordering::Relaxed);
        let (time, host, process) = (now() as u64, host(), process::id());
        let path = folder.join(format!(
            "events.out.tfevents.{time:010}.{host}.{process}.{number}.v2"
        ));
        let out = File::create_new(&path).map_err(|source| failed(&path, source))?;
        let mut writer = Self {
            out: BufWriter::new(out),
            path,
        };
        writer.event(0, What::FileVersion("brain.Event:2".to_owned()))?;
        Ok(writer)
    }

    /// The file.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Hands everything to the operating system: TensorBoard can see it.
    ///
    /// # Errors
    /// [`Error::Io`].
    pub fn flush(&mut self) -> Result<()> {
        self.out.flush().map_err(|source| self.failed(source))
    }

    fn failed(&self, source: std::io::Error) -> Error {
        Error::Io {
            path: self.path.clone(),
            action: "write",
            source,
        }
    }

    pub(super) fn event(&mut self, step: i64, what: What) -> Result<()> {
        let event = Event {
            wall_time: now(),
            step,
            what: Some(what),
        };
        write_record(&mut self.out, &event.encode_to_vec()).map_err(|source| self.failed(source))
    }

    pub(super) fn summary(
        &mut self,
        tag: &str,
        step: i64,
        tensor: TensorProto,
        (plugin, class, content): (&str, DataClass, Vec<u8>),
    ) -> Result<()> {
        let plugin_data = PluginData {
            plugin_name: plugin.to_owned(),
            content,
        };
        let value = SummaryValue {
            tag: tag.to_owned(),
            tensor: Some(tensor),
            metadata: Some(SummaryMetadata {
                plugin_data: Some(plugin_data),
                data_class: class as i32,
            }),
        };
        self.event(step, What::Summary(Summary { value: vec![value] }))
    }

    /// A number.
    ///
    /// # Errors
    /// [`Error::Io`].
    pub fn scalar(&mut self, tag: &str, value: f64, step: i64) -> Result<()> {
        let kind = ("scalars", DataClass::Scalar, Vec::new());
        self.summary(tag, step, TensorProto::scalar(value as f32), kind)
    }

    /// How the elements of a tensor are distributed: 30 buckets between the smallest and the largest. NaN and
    /// infinities are left out.
    ///
    /// # Errors
    /// [`Error::Io`]; elements that are no numbers.
    pub fn histogram(&mut self, tag: &str, values: &Tensor, step: i64) -> Result<()> {
        self.histogram_of(tag, values, BUCKETS, step)
    }

    /// The same in so many buckets.
    ///
    /// # Errors
    /// As [`histogram`](Self::histogram); [`Error::Parameter`] for no bucket, or more than 100,000.
    pub fn histogram_of(&mut self, tag: &str, values: &Tensor, buckets: usize, step: i64) -> Result<()> {
        let valid = (1..=MOST_BUCKETS).contains(&buckets);
        check::parameter("buckets", buckets, valid, "from 1 to 100,000")?;
        let buckets = media::histogram(values, buckets)?;
        let lengths = [buckets.len(), 3];
        let kind = ("histograms", DataClass::Tensor, Vec::new());
        self.summary(tag, step, TensorProto::doubles(buckets.concat(), &lengths), kind)
    }

    /// Images `[images, height, width, channels]` of bytes, or of numbers between 0 and 1; 1 to 4 channels.
    ///
    /// # Errors
    /// [`Error::BadShape`], [`Error::Io`].
    pub fn image(&mut self, tag: &str, images: &Tensor, step: i64) -> Result<()> {
        let (width, height, files) = media::images(images)?;
        let sizes = [width, height].map(|length| length.to_string().into_bytes());
        let values: Vec<Vec<u8>> = sizes.into_iter().chain(files).collect();
        let lengths = [values.len()];
        let kind = ("images", DataClass::BlobSequence, Vec::new());
        self.summary(tag, step, TensorProto::strings(values, &lengths), kind)
    }

    /// A text, in Markdown.
    ///
    /// # Errors
    /// [`Error::Io`].
    pub fn text(&mut self, tag: &str, text: &str, step: i64) -> Result<()> {
        let kind = ("text", DataClass::Tensor, Vec::new());
        self.summary(tag, step, TensorProto::strings(vec![text.into()], &[]), kind)
    }

    /// Several texts under one tag, in Markdown: a table of one column.
    ///
    /// # Errors
    /// [`Error::Io`].
    pub fn texts<T: AsRef<str>>(&mut self, tag: &str, texts: &[T], step: i64) -> Result<()> {
        let kind = ("text", DataClass::Tensor, Vec::new());
        let values: Vec<Vec<u8>> = texts.iter().map(|text| text.as_ref().into()).collect();
        self.summary(tag, step, TensorProto::strings(values, &[texts.len()]), kind)
    }

    /// Sounds `[sounds, frames, channels]` of numbers between -1 and 1, so many frames a second.
    ///
    /// # Errors
    /// [`Error::BadShape`], [`Error::Io`]; [`Error::Parameter`] for a rate of 0.
    pub fn audio(&mut self, tag: &str, sounds: &Tensor, sample_rate: u32, step: i64) -> Result<()> {
        check::parameter("sample_rate", sample_rate, sample_rate > 0, "at least 1")?;
        let files = media::sounds(sounds, sample_rate)?;
        let lengths = [files.len(), 2];
        // Each with a label, which is empty.
        let values = files.into_iter().flat_map(|file| [file, Vec::new()]).collect();
        let content = AudioPluginData { encoding: 11 }.encode_to_vec();
        let kind = ("audio", DataClass::BlobSequence, content);
        self.summary(tag, step, TensorProto::strings(values, &lengths), kind)
    }
}
