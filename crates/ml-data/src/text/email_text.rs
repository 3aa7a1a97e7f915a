//! Which parts of an e-mail are read.

use derive_setters::Setters;
use ml_core::{Column, Features, FitContext, FittedTransformer, Result, Table, Target, TextColumn, check};
use serde::{Deserialize, Serialize};

use super::{Email, columns};
use crate::learn::{Learn, takes_features};

/// The text of e-mails: a table of `headers` and `body`, as [`Email::table`] makes it, becomes one column `text`.
///
/// Header lines tell much (mailers, relays), but also which mailbox the e-mails were collected from: what is learned from
/// them may not hold elsewhere.
///
/// # Examples
/// ```
/// use ml_core::{Features, Fit, Transform};
/// use ml_data::text::{Email, EmailText};
///
/// let emails = [Email::parse(b"Subject: hi\n\nsee you")];
/// let text = EmailText::default().strip_headers(false).fit(Email::table(&emails)?, ())?;
/// let Features::Table(table) = text.transform(Email::table(&emails)?)? else { unreachable!() };
/// assert_eq!(table.names(), ["text"]);
/// # let ml_core::Column::Text(text) = &table.columns()[0] else { unreachable!() };
/// assert_eq!(text.get(0), Some("Subject: hi\nsee you"));
/// # Ok::<(), ml_core::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Setters, Serialize, Deserialize)]
pub struct EmailText {
    /// Whether the header lines are left out. Default true.
    pub strip_headers: bool,
}

impl Default for EmailText {
    fn default() -> Self {
        Self { strip_headers: true }
    }
}

ml_core::impl_params!(EmailText);

/// What [`EmailText`] becomes; there is nothing to learn.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct FittedEmailText {
    settings: EmailText,
    n_columns: usize,
}

const OP: &str = "EmailText";

impl Learn for EmailText {
    type Fitted = FittedEmailText;

    fn learn(&self, x: Features, _: Option<&Target>, context: &FitContext<'_>) -> Result<FittedEmailText> {
        context.reject_weights(OP)?;
        let fitted = FittedEmailText {
            settings: self.clone(),
            n_columns: x.n_columns(),
        };
        fitted.texts(columns::table(OP, &x)?)?;
        Ok(fitted)
    }
}

impl FittedEmailText {
    /// Headers and bodies of every row.
    fn texts<'a>(&self, table: &'a Table) -> Result<(Option<&'a TextColumn>, &'a TextColumn)> {
        check::columns(OP, self.n_columns, table.n_columns())?;
        let headers = match self.settings.strip_headers {
            true => None,
            false => Some(columns::named(OP, table, Email::HEADERS)?),
        };
        Ok((headers, columns::named(OP, table, Email::BODY)?))
    }
}

takes_features!(EmailText => FittedEmailText);

#[ml_core::typetag::serde]
impl FittedTransformer for FittedEmailText {
    fn name(&self) -> String {
        OP.to_owned()
    }

    fn transform_features(&self, x: Features) -> Result<Features> {
        let (headers, bodies) = self.texts(columns::table(OP, &x)?)?;
        let text = match headers {
            None => bodies.clone(),
            Some(headers) => TextColumn::collect(headers.iter().zip(bodies.iter()).map(|pair| match pair {
                (None, None) => None,
                (headers, body) => Some(headers.unwrap_or_default().to_owned() + body.unwrap_or_default()),
            })),
        };
        Ok(Table::new([("text".to_owned(), Column::Text(text))])?.into())
    }

    fn row_wise(&self) -> bool {
        true
    }

    fn names_out(&self, names_in: &[String]) -> Result<Vec<String>> {
        check::columns(OP, self.n_columns, names_in.len())?;
        Ok(vec!["text".to_owned()])
    }

    fn as_any(&self) -> &dyn std::any::Any {
        self
    }
}
