//! Taking names out of a table.

use ml_core::{Column, Error, Result, Table, TextColumn};
use sha2::{Digest, Sha256};

/// What [`anonymise`] does to a column.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Protection {
    /// Leaves it out.
    Drop,
    /// Replaces every value by the first 16 hexadecimal digits of SHA-256 of `salt` and the value: equal values stay equal, and
    /// cannot be read or, as long as the salt is secret, guessed.
    Hash {
        /// A secret; another one gives unrelated values.
        salt: String,
    },
}

/// The table with the named columns dropped or hashed; numbers are hashed in their shortest decimal form.
///
/// # Errors
/// [`Error::Column`] if the table has no column of a given name.
///
/// # Examples
/// ```
/// use ml_core::{Column, Table, TextColumn};
/// use ml_data::quality::{Protection, anonymise};
///
/// let names = Column::Text(TextColumn::collect([Some("Ada"), None, Some("Ada")]));
/// let table = Table::new([("name".to_owned(), names)])?;
/// let safe = anonymise(&table, &[("name", Protection::Hash { salt: "s".into() })])?;
/// let Some(Column::Text(text)) = safe.get("name") else { panic!("a hashed column is text") };
/// assert_eq!(text.get(0), text.get(2));
/// assert_ne!(text.get(0), Some("Ada"));
/// assert_eq!(text.get(1), None);
/// # Ok::<(), ml_core::Error>(())
/// ```
pub fn anonymise(table: &Table, columns: &[(&str, Protection)]) -> Result<Table> {
    for (name, _) in columns {
        if table.position(name).is_none() {
            let problem = format!("is missing; the table has: {}", table.names().join(", "));
            return Err(Error::Column {
                op: "anonymise",
                column: (*name).to_owned(),
                problem,
            });
        }
    }
    let protection = |name: &str| columns.iter().find(|(n, _)| *n == name).map(|(_, p)| p);
    let kept = table.iter().filter_map(|(name, column)| match protection(name) {
        None => Some((name.to_owned(), column.clone())),
        Some(Protection::Drop) => None,
        Some(Protection::Hash { salt }) => Some((name.to_owned(), Column::Text(hashed(column, salt)))),
    });
    Table::new(kept.collect::<Vec<_>>())
}

fn hashed(column: &Column, salt: &str) -> TextColumn {
    match column {
        Column::Text(text) => TextColumn {
            codes: text.codes.clone(),
            values: text.values.iter().map(|value| digest(salt, value)).collect(),
        },
        Column::Number(values) => TextColumn::collect(
            values
                .iter()
                .map(|v| (!v.is_nan()).then(|| digest(salt, &v.to_string()))),
        ),
    }
}

fn digest(salt: &str, value: &str) -> String {
    let mut hasher = Sha256::new();
    hasher.update(salt.as_bytes());
    // Keeps ("a", "bc") apart from ("ab", "c").
    hasher.update([0]);
    hasher.update(value.as_bytes());
    hasher
        .finalize()
        .iter()
        .take(8)
        .map(|byte| format!("{byte:02x}"))
        .collect()
}

#[cfg(test)]
mod tests {
    use ml_core::ndarray::array;

    use super::*;

    #[test]
    fn dropped_columns_are_gone_and_unknown_ones_are_refused() {
        let number = Column::Number(array![1.0].into_shared());
        let table = Table::new([("a".to_owned(), number.clone()), ("b".to_owned(), number)]).unwrap();
        assert_eq!(
            anonymise(&table, &[("a", Protection::Drop)]).unwrap().names(),
            ["b"]
        );
        let error = anonymise(&table, &[("c", Protection::Drop)]).unwrap_err();
        assert_eq!(
            error.to_string(),
            "anonymise: column \"c\" is missing; the table has: a, b"
        );
    }

    #[test]
    fn the_salt_changes_every_value() {
        assert_ne!(digest("a", "x"), digest("b", "x"));
        assert_ne!(digest("a", "bc"), digest("ab", "c"));
    }
}
