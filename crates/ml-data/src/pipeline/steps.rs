//! Named parts: their names and their hyperparameters by path.

use ml_core::{
    Params, Result, Transformer, check,
    params::{SEPARATOR, Value, split_path, unknown},
};

/// Names that address nested hyperparameters: unique, not empty, without `__`.
///
/// # Errors
/// [`Error::Parameter`](ml_core::Error::Parameter) with the offending name.
pub(crate) fn check_names<'a>(names: impl IntoIterator<Item = &'a str>) -> Result<()> {
    let names: Vec<&str> = names.into_iter().collect();
    for (i, name) in names.iter().enumerate() {
        let valid = !name.is_empty() && !name.contains(SEPARATOR);
        let shown = format!("{name:?}");
        check::parameter("step name", &shown, valid, "not empty and without \"__\"")?;
        check::parameter(
            "step name",
            &shown,
            !names[..i].contains(name),
            "different from all other step names",
        )?;
    }
    Ok(())
}

/// The hyperparameters of a part, by path.
pub(crate) fn nested(name: &str, part: &dyn Params) -> Vec<(String, Value)> {
    let path = |(inner, value): (String, Value)| (format!("{name}{SEPARATOR}{inner}"), value);
    part.params().into_iter().map(path).collect()
}

/// The hyperparameters of all parts, by path.
pub(crate) fn nested_all(parts: &[(String, Box<dyn Transformer>)]) -> Vec<(String, Value)> {
    parts
        .iter()
        .flat_map(|(name, part)| nested(name, &**part))
        .collect()
}

/// The parts as owners of hyperparameters.
pub(crate) fn parts_mut(
    parts: &mut [(String, Box<dyn Transformer>)],
) -> impl Iterator<Item = (&str, &mut dyn Params)> {
    let parts = parts.iter_mut();
    parts.map(|(name, part)| (name.as_str(), &mut **part as &mut dyn Params))
}

/// Sets a hyperparameter of the part that `path` begins with.
///
/// # Errors
/// [`Error::UnknownParameter`](ml_core::Error::UnknownParameter) if there is no such part, and as
/// [`Params::set_param`].
pub(crate) fn set_nested<'a>(
    owner: &str,
    parts: impl IntoIterator<Item = (&'a str, &'a mut dyn Params)>,
    path: &str,
    value: &Value,
) -> Result<()> {
    let mut known = Vec::new();
    for (name, part) in parts {
        match split_path(path) {
            Some((first, rest)) if first == name => return part.set_param(rest, value),
            _ => known.push(format!("{name}{SEPARATOR}...")),
        }
    }
    Err(unknown(owner, path, known.iter().map(String::as_str)))
}
