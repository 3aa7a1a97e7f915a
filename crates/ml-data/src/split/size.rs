//! How many rows one side of a split gets.

use std::fmt;

use ml_core::{Error, Result, check};
use serde::{Deserialize, Deserializer, Serialize, Serializer, de};

/// A share of the rows (`0.2`) or a number of rows (`100`).
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Size {
    /// Between 0 and 1, both excluded.
    Share(f64),
    /// At least 1 and fewer than all.
    Count(usize),
}

impl From<f64> for Size {
    fn from(share: f64) -> Self {
        Self::Share(share)
    }
}

impl From<usize> for Size {
    fn from(count: usize) -> Self {
        Self::Count(count)
    }
}

impl fmt::Display for Size {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Share(share) => write!(f, "{share}"),
            Self::Count(count) => write!(f, "{count}"),
        }
    }
}

impl Size {
    fn check(self, name: &str, n_rows: usize) -> Result<()> {
        match self {
            Self::Share(share) => {
                let valid = share > 0.0 && share < 1.0;
                check::parameter(name, share, valid, "a share between 0 and 1, both excluded")
            }
            Self::Count(count) => {
                let domain = format!("at least 1 and fewer than the {n_rows} rows");
                check::parameter(name, count, count > 0 && count < n_rows, &domain)
            }
        }
    }
}

/// Rows to train on and to test on: a share is rounded up for the test side and down for the training
/// side; a side that is not given gets what the other leaves; `default` is the test side of neither.
pub(super) fn train_and_test(
    op: &'static str,
    n_rows: usize,
    train: Option<Size>,
    test: Option<Size>,
    default: f64,
) -> Result<(usize, usize)> {
    let test = test.or_else(|| train.is_none().then_some(Size::Share(default)));
    if let Some(size) = test {
        size.check("test_size", n_rows)?;
    }
    if let Some(size) = train {
        size.check("train_size", n_rows)?;
    }
    let n = n_rows as f64;
    let n_test = test.map(|size| match size {
        Size::Share(share) => (share * n).ceil() as usize,
        Size::Count(count) => count,
    });
    let n_train = train.map(|size| match size {
        Size::Share(share) => (share * n).floor() as usize,
        Size::Count(count) => count,
    });
    let (n_train, n_test) = match (n_train, n_test) {
        (Some(n_train), Some(n_test)) => (n_train, n_test),
        (Some(n_train), None) => (n_train, n_rows.saturating_sub(n_train)),
        (None, n_test) => {
            let n_test = n_test.expect("without a training size there is a test size");
            (n_rows.saturating_sub(n_test), n_test)
        }
    };
    let problem = if n_train.saturating_add(n_test) > n_rows {
        format!("{n_train} rows to train on and {n_test} to test on are more than the {n_rows} there are")
    } else if n_train == 0 {
        format!("with {n_test} of {n_rows} rows to test on, no row is left to train on")
    } else if n_test == 0 {
        format!("with {n_train} of {n_rows} rows to train on, no row is left to test on")
    } else {
        return Ok((n_train, n_test));
    };
    let remedy = "change test_size or train_size, or bring more rows";
    Err(Error::Data { op, problem, remedy })
}

/// For files that are not for people, whose format cannot tell a whole number from another.
#[derive(Serialize, Deserialize)]
enum Tagged {
    Share(f64),
    Count(usize),
}

impl Serialize for Size {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match (serializer.is_human_readable(), *self) {
            (true, Self::Share(share)) => serializer.serialize_f64(share),
            (true, Self::Count(count)) => serializer.serialize_u64(count as u64),
            (false, Self::Share(share)) => Tagged::Share(share).serialize(serializer),
            (false, Self::Count(count)) => Tagged::Count(count).serialize(serializer),
        }
    }
}

impl<'de> Deserialize<'de> for Size {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        if deserializer.is_human_readable() {
            return deserializer.deserialize_any(PlainNumber);
        }
        Ok(match Tagged::deserialize(deserializer)? {
            Tagged::Share(share) => Self::Share(share),
            Tagged::Count(count) => Self::Count(count),
        })
    }
}

struct PlainNumber;

impl de::Visitor<'_> for PlainNumber {
    type Value = Size;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a share of the rows such as 0.2, or a number of rows such as 100")
    }

    fn visit_f64<E: de::Error>(self, share: f64) -> Result<Size, E> {
        Ok(Size::Share(share))
    }

    fn visit_u64<E: de::Error>(self, count: u64) -> Result<Size, E> {
        usize::try_from(count).map(Size::Count).map_err(E::custom)
    }
}
