//! Hyperparameters of runs, for the tab HPARAMS.

use ml_core::{Error, Result, check};
use prost::Message;
use sha2::{Digest, Sha256};

use super::{
    SummaryWriter,
    hparams_messages::{
        About, Experiment, HParamInfo, HParams, Interval, Kind, ListValue, MetricInfo, MetricName,
        SessionEnd, SessionStart, StructValue, Values,
    },
    messages::{DataClass, TensorProto},
    writer::now,
};

/// A hyperparameter's value.
#[derive(Debug, Clone, PartialEq)]
pub enum Hyperparameter {
    /// A number.
    Number(f64),
    /// A choice.
    Text(String),
    /// A switch.
    Truth(bool),
}

impl From<f64> for Hyperparameter {
    fn from(value: f64) -> Self {
        Self::Number(value)
    }
}

impl From<&str> for Hyperparameter {
    fn from(value: &str) -> Self {
        Self::Text(value.to_owned())
    }
}

impl From<bool> for Hyperparameter {
    fn from(value: bool) -> Self {
        Self::Truth(value)
    }
}

impl Hyperparameter {
    /// The number of its type in files.
    fn kind(&self) -> i32 {
        match self {
            Self::Text(_) => 1,
            Self::Truth(_) => 2,
            Self::Number(_) => 3,
        }
    }

    fn message(self) -> StructValue {
        StructValue {
            kind: Some(match self {
                Self::Number(number) => Kind::Number(number),
                Self::Text(text) => Kind::Text(text),
                Self::Truth(truth) => Kind::Truth(truth),
            }),
        }
    }
}

/// The values that a study gives to a hyperparameter.
#[derive(Debug, Clone, PartialEq)]
pub enum Domain {
    /// All numbers from the first to the second.
    Interval(f64, f64),
    /// These, all of one type.
    Discrete(Vec<Hyperparameter>),
}

impl Domain {
    fn message(self, name: String) -> Result<HParamInfo> {
        let refused = |domain: &str| Error::Parameter {
            name: format!("the domain of {name:?}"),
            value: format!("{self:?}"),
            domain: domain.to_owned(),
        };
        let (kind, values) = match &self {
            Self::Interval(least, most) if least.is_finite() && most.is_finite() && least <= most => {
                let (min_value, max_value) = (*least, *most);
                (3, Values::Interval(Interval { min_value, max_value }))
            }
            Self::Interval(..) => return Err(refused("two finite numbers, the smaller one first")),
            Self::Discrete(values) => {
                let kind = values.first().map_or(0, Hyperparameter::kind);
                if kind == 0 || values.iter().any(|value| value.kind() != kind) {
                    return Err(refused("at least one value, all of one type"));
                }
                let values = values.iter().cloned().map(Hyperparameter::message).collect();
                (kind, Values::Discrete(ListValue { values }))
            }
        };
        let values = Some(values);
        Ok(HParamInfo { name, kind, values })
    }
}

impl SummaryWriter {
    /// What a study varies and which numbers it looks at, for the columns of the HPARAMS tab: once, in the folder that
    /// holds those of the runs. A metric is a folder below that of a run (`train`, `validation`, or nothing) and a tag in it.
    ///
    /// # Errors
    /// [`Error::Io`]; [`Error::Parameter`] for a domain without values or of several types.
    ///
    /// # Examples
    /// ```
    /// use ml_nn::tensorboard::{Domain, SummaryWriter};
    ///
    /// let root = tempfile::tempdir().expect("a temporary folder");
    /// let mut study = SummaryWriter::create(root.path())?;
    /// study.experiment(
    ///     [("rate", Domain::Interval(1e-4, 1e-1)), ("units", Domain::Discrete(vec![16.0.into(), 32.0.into()]))],
    ///     [("validation", "epoch_loss")],
    /// )?;
    /// let mut run = SummaryWriter::create(root.path().join("run_1"))?;
    /// run.hyperparameters([("rate", 0.01), ("units", 32.0)])?;
    /// let error = study.experiment([("rate", Domain::Interval(1.0, 0.0))], [("", "loss")]).unwrap_err().to_string();
    /// assert!(error.contains("\"rate\" = Interval(1.0, 0.0): must be two finite numbers"), "{error}");
    /// # Ok::<(), ml_core::Error>(())
    /// ```
    pub fn experiment(
        &mut self,
        hyperparameters: impl IntoIterator<Item = (impl Into<String>, Domain)>,
        metrics: impl IntoIterator<Item = (impl Into<String>, impl Into<String>)>,
    ) -> Result<()> {
        let infos = hyperparameters.into_iter();
        let metric = |(group, tag): (String, String)| MetricInfo {
            dataset_type: match group.as_str() {
                "train" => 1,
                "validation" => 2,
                _ => 0,
            },
            display_name: match group.as_str() {
                "" => tag.clone(),
                group => format!("{tag} ({group})"),
            },
            name: Some(MetricName { group, tag }),
        };
        let experiment = Experiment {
            time_created_secs: now(),
            hparam_infos: infos
                .map(|(name, domain)| domain.message(name.into()))
                .collect::<Result<_>>()?,
            metric_infos: metrics
                .into_iter()
                .map(|(group, tag)| metric((group.into(), tag.into())))
                .collect(),
        };
        self.about("_hparams_/experiment", About::Experiment(experiment))
    }

    /// The hyperparameters of the run, for the table and the plots of the HPARAMS tab: in the folder of the run. Runs of
    /// the same values are one group.
    ///
    /// # Errors
    /// [`Error::Io`]; [`Error::Parameter`] for none, or a name that is there twice.
    pub fn hyperparameters<V: Into<Hyperparameter>>(
        &mut self,
        values: impl IntoIterator<Item = (impl Into<String>, V)>,
    ) -> Result<()> {
        let mut start = SessionStart {
            start_time_secs: now(),
            ..SessionStart::default()
        };
        for (name, value) in values {
            let name = name.into();
            let value: Hyperparameter = value.into();
            let twice = start.hparams.insert(name.clone(), value.message()).is_some();
            check::parameter("hyperparameters", &name, !twice, "each name once")?;
        }
        let some = !start.hparams.is_empty();
        check::parameter("hyperparameters", start.hparams.len(), some, "at least 1")?;
        let mut hash = Sha256::new();
        for (name, value) in &start.hparams {
            hash.update(format!("{name:?}: {:?}\n", value.kind));
        }
        let bytes = hash.finalize();
        start.group_name = bytes.iter().map(|byte| format!("{byte:02x}")).collect();
        self.about("_hparams_/session_start_info", About::Start(start))?;
        let end = SessionEnd {
            status: 1,
            end_time_secs: now(),
        };
        self.about("_hparams_/session_end_info", About::End(end))
    }

    fn about(&mut self, tag: &str, about: About) -> Result<()> {
        let content = HParams { about: Some(about) }.encode_to_vec();
        let kind = ("hparams", DataClass::Unknown, content);
        self.summary(tag, 0, TensorProto::nothing(), kind)
    }
}
