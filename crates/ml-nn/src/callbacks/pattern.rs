//! The names of files of checkpoints: `model-{epoch:02d}-{val_loss:.2f}.safetensors`.

use std::path::{Path, PathBuf};

use ml_core::{Error, Result};

use crate::training::Logs;

/// The path with its placeholders filled in.
pub(super) fn filled(pattern: &Path, epoch: usize, batch: Option<usize>, logs: &Logs) -> Result<PathBuf> {
    let text = pattern.to_string_lossy();
    let mut rest = &*text;
    let mut path = String::new();
    while let Some((before, from)) = rest.split_once('{') {
        let (field, after) = from
            .split_once('}')
            .ok_or_else(|| bad(pattern, "a { without }".to_owned()))?;
        let (name, format) = field.split_once(':').unwrap_or((field, ""));
        let whole = match name {
            "epoch" => Some(epoch + 1),
            "batch" => batch.map(|batch| batch + 1),
            _ => None,
        };
        let value = whole.map(|n| n as f64).or_else(|| logs.get(name));
        let value = value.ok_or_else(|| {
            let known: Vec<&str> = logs.iter().map(|(name, _)| name).collect();
            bad(
                pattern,
                format!("no {name:?}; there are epoch, {}", known.join(", ")),
            )
        })?;
        path += before;
        path += &formatted(value, whole.is_some(), format)
            .ok_or_else(|| bad(pattern, format!("no format {format:?}: use 02d, .3f or .2e")))?;
        rest = after;
    }
    Ok(PathBuf::from(path + rest))
}

fn bad(pattern: &Path, problem: String) -> Error {
    Error::Parameter {
        name: "path".to_owned(),
        value: format!("{pattern:?}"),
        domain: format!("a pattern of {{epoch}}, {{batch}} and names of the logs; it has {problem}"),
    }
}

/// A number in one of Python's formats: `02d`, `d`, `.3f`, `.2e`; without one as it is shortest.
fn formatted(value: f64, whole: bool, format: &str) -> Option<String> {
    if format.is_empty() {
        return Some(value.to_string());
    }
    let (width, kind) = format.split_at_checked(format.len() - 1)?;
    let (pad, digits) = width.split_once('.').unwrap_or((width, "6"));
    let number = |text: &str| match text {
        "" => Some(0),
        text => text.parse::<usize>().ok().filter(|&n| n <= 100),
    };
    let (zeros, width, digits) = (pad.starts_with('0'), number(pad)?, number(digits)?);
    let text = match kind {
        "d" if whole => value.to_string(),
        "f" => format!("{value:.digits$}"),
        "e" => {
            // Python writes at least two digits of the exponent, with its sign.
            let text = format!("{value:.digits$e}");
            let (mantissa, exponent) = text.split_once('e')?;
            let exponent: i32 = exponent.parse().ok()?;
            format!(
                "{mantissa}e{}{:02}",
                if exponent < 0 { '-' } else { '+' },
                exponent.abs()
            )
        }
        _ => return None,
    };
    Some(match zeros {
        true => format!("{text:0>width$}"),
        false => format!("{text:>width$}"),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn patterns_are_filled_as_in_python() -> Result<()> {
        let mut logs = Logs::default();
        logs.insert("val_loss", 0.012_345);
        let filled = |pattern: &str| filled(Path::new(pattern), 4, None, &logs);
        let shown = |pattern: &str| Ok::<_, Error>(filled(pattern)?.display().to_string());
        assert_eq!(shown("m-{epoch:02d}-{val_loss:.2f}.st")?, "m-05-0.01.st");
        assert_eq!(shown("{epoch}/{val_loss:.1e}")?, "5/1.2e-02");
        assert_eq!(shown("{epoch:4d}{val_loss}")?, "   50.012345");
        for (pattern, text) in [
            ("{loss}", "no \"loss\""),
            ("{epoch", "without }"),
            ("{epoch:q}", "no format"),
        ] {
            let error = filled(pattern).unwrap_err().to_string();
            assert!(error.contains(text), "{error}");
        }
        Ok(())
    }
}
