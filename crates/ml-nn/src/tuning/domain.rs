//! The values that a hyperparameter may have.

use ml_core::{Result, check, params::Value};
use serde::{Deserialize, Serialize};

/// How a range is passed through.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Scale {
    /// Equal distances are equally likely.
    #[default]
    Linear,
    /// Equal ratios are equally likely: every decade as much as any other. For learning rates.
    Log,
    /// As `Log`, seen from the upper end: fine steps near `high`. For shares close to 1, such as momentum.
    ReverseLog,
}

/// The values that a hyperparameter may have, and how likely they are before anything is known.
///
/// Every domain is a function of a number between 0 and 1 ([`at`](Self::at)): drawing is drawing that number, and Bayesian
/// search measures distances in it.
///
/// # Examples
/// ```
/// use ml_nn::tuning::Domain;
///
/// assert_eq!(Domain::float(1e-4, 1e-2).log().at(0.5).as_f64().map(|rate| (rate * 1e6).round()), Some(1000.0));
/// assert_eq!(Domain::int(1, 99).at(0.999), 99);
/// assert_eq!(Domain::choice(["sgd", "adam"]).at(0.2), "sgd");
/// ```
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Domain {
    /// A whole number from `low` to `high`, both included, every `step`.
    Int {
        /// The least.
        low: i64,
        /// The greatest.
        high: i64,
        /// The distance of neighbours, at least 1; 1 unless the scale is linear.
        step: i64,
        /// How the range is passed through.
        scale: Scale,
    },
    /// A number between `low` and `high`.
    Float {
        /// The lower end.
        low: f64,
        /// The upper end.
        high: f64,
        /// How the range is passed through.
        scale: Scale,
    },
    /// One of these values, in no order.
    Choice(Vec<Value>),
    /// `false` or `true`.
    Bool,
    /// Always this value.
    Fixed(Value),
}

impl Domain {
    /// A whole number from `low` to `high`, both included.
    pub fn int(low: i64, high: i64) -> Self {
        Self::Int {
            low,
            high,
            step: 1,
            scale: Scale::Linear,
        }
    }

    /// A number between `low` and `high`.
    pub fn float(low: f64, high: f64) -> Self {
        Self::Float {
            low,
            high,
            scale: Scale::Linear,
        }
    }

    /// One of these values.
    pub fn choice<V: Into<Value>>(values: impl IntoIterator<Item = V>) -> Self {
        Self::Choice(values.into_iter().map(Into::into).collect())
    }

    /// Always this value.
    pub fn fixed(value: impl Into<Value>) -> Self {
        Self::Fixed(value.into())
    }

    /// On the logarithmic scale; ranges only, from above 0.
    #[must_use]
    pub fn log(self) -> Self {
        self.scaled(Scale::Log)
    }

    /// On the logarithmic scale seen from the upper end; ranges only, from above 0.
    #[must_use]
    pub fn reverse_log(self) -> Self {
        self.scaled(Scale::ReverseLog)
    }

    /// Every `step` only; whole numbers only.
    #[must_use]
    pub fn step(mut self, distance: i64) -> Self {
        if let Self::Int { step, .. } = &mut self {
            *step = distance;
        }
        self
    }

    fn scaled(mut self, to: Scale) -> Self {
        if let Self::Int { scale, .. } | Self::Float { scale, .. } = &mut self {
            *scale = to;
        }
        self
    }

    /// Refuses empty ranges and choices, and scales that do not fit.
    pub(super) fn check(&self, name: &str) -> Result<()> {
        let (valid, domain) = match self {
            Self::Int {
                low,
                high,
                step,
                scale: Scale::Linear,
            } => (
                low <= high && high.checked_sub(*low).is_some() && *step >= 1,
                "a range of whole numbers with low <= high and a step of at least 1",
            ),
            Self::Int { low, high, step, .. } => (
                *low >= 1 && low <= high && *step == 1,
                "a range of whole numbers with 1 <= low <= high and step 1 on a logarithmic scale",
            ),
            Self::Float {
                low,
                high,
                scale: Scale::Linear,
            } => (
                low <= high && (high - low).is_finite(),
                "a finite range with low <= high",
            ),
            Self::Float { low, high, .. } => (
                *low > 0.0 && low <= high && high.is_finite(),
                "a finite range with 0 < low <= high on a logarithmic scale",
            ),
            Self::Choice(values) => (!values.is_empty(), "a choice of at least one value"),
            Self::Bool | Self::Fixed(_) => return Ok(()),
        };
        check::parameter(&format!("domain of {name:?}"), format!("{self:?}"), valid, domain)
    }

    /// The value at this place of the way from 0 to 1.
    pub fn at(&self, place: f64) -> Value {
        let place = place.clamp(0.0, 1.0);
        match self {
            Self::Int {
                low,
                high,
                step,
                scale: Scale::Linear,
            } => {
                let count = (high - low) / step + 1;
                (low + step * part(place, count as f64) as i64).into()
            }
            Self::Int { low, high, scale, .. } => {
                // Half a step more at both ends, so that they are rounded to as often as the others.
                let (low, high) = (*low as f64, *high as f64);
                let value = scale.value(place, low - 0.5, high + 0.5).round().clamp(low, high);
                (value as i64).into()
            }
            Self::Float { low, high, scale } => scale.value(place, *low, *high).clamp(*low, *high).into(),
            Self::Choice(values) => values[part(place, values.len() as f64) as usize].clone(),
            Self::Bool => (place >= 0.5).into(),
            Self::Fixed(value) => value.clone(),
        }
    }

    /// The place of a value, for which [`at`](Self::at) gives it back; `None` for a value that is not in the domain.
    pub fn place(&self, value: &Value) -> Option<f64> {
        match self {
            Self::Int {
                low,
                high,
                step,
                scale: Scale::Linear,
            } => {
                let number = value.as_i64().filter(|v| (low..=high).contains(&v))?;
                let (above, count) = (number - low, (high - low) / step + 1);
                (above % step == 0).then(|| middle((above / step) as f64, count as f64))
            }
            Self::Int { low, high, scale, .. } => {
                let number = value.as_i64().filter(|v| (low..=high).contains(&v))?;
                Some(scale.place(number as f64, *low as f64 - 0.5, *high as f64 + 0.5))
            }
            Self::Float { low, high, scale } => {
                let number = value.as_f64().filter(|v| (low..=high).contains(&v))?;
                Some(scale.place(number, *low, *high))
            }
            Self::Choice(values) => {
                let index = values.iter().position(|known| known == value)?;
                Some(middle(index as f64, values.len() as f64))
            }
            Self::Bool => value.as_bool().map(|yes| if yes { 0.75 } else { 0.25 }),
            Self::Fixed(only) => (only == value).then_some(0.5),
        }
    }

    /// Coordinates for measuring distances: the place of a number, one axis a value for a choice, none for what is fixed.
    pub(super) fn axes(&self) -> usize {
        match self {
            Self::Choice(values) => values.len(),
            Self::Fixed(_) => 0,
            _ => 1,
        }
    }

    /// Puts the coordinates of a value into `out`, [`axes`](Self::axes) of them; a hyperparameter that is not in use lies in
    /// the middle of its axis, and on no axis of a choice.
    pub(super) fn coordinates(&self, value: Option<&Value>, out: &mut Vec<f64>) {
        match self {
            Self::Choice(values) => out.extend(values.iter().map(|v| f64::from(Some(v) == value))),
            Self::Fixed(_) => {}
            Self::Bool => out.push(value.map_or(0.5, |value| f64::from(value == &Value::Bool(true)))),
            _ => out.push(value.and_then(|value| self.place(value)).unwrap_or(0.5)),
        }
    }
}

/// Which of `count` equal parts a place lies in.
fn part(place: f64, count: f64) -> f64 {
    (place * count).floor().min(count - 1.0)
}

/// The middle of a part.
fn middle(index: f64, count: f64) -> f64 {
    (index + 0.5) / count
}

impl Scale {
    fn value(self, place: f64, low: f64, high: f64) -> f64 {
        let log = |place: f64| (low.ln() + place * (high.ln() - low.ln())).exp();
        match self {
            Self::Linear => low + place * (high - low),
            Self::Log => log(place),
            Self::ReverseLog => low + high - log(1.0 - place),
        }
    }

    fn place(self, value: f64, low: f64, high: f64) -> f64 {
        if low == high {
            return 0.5;
        }
        let log = |value: f64| (value.ln() - low.ln()) / (high.ln() - low.ln());
        let place = match self {
            Self::Linear => (value - low) / (high - low),
            Self::Log => log(value),
            Self::ReverseLog => 1.0 - log(low + high - value),
        };
        place.clamp(0.0, 1.0)
    }
}
