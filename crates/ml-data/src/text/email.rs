//! An e-mail: its headers, its parts, and what a reader sees.

use mail_parser::{HeaderValue, Message, MessageParser, MimeHeaders, PartType};
use ml_core::{Column, Result, Table, TextColumn};
use serde::{Deserialize, Serialize};

use super::html::html_to_text;

/// An e-mail, decoded: transfer encodings, character sets and encoded words are undone.
///
/// Source of the format: RFC 5322 (messages), RFC 2045 to 2047 (MIME). Nothing is refused: spam is often damaged, and a
/// text without headers is a body.
///
/// # Examples
/// ```
/// use ml_data::text::Email;
///
/// let email = Email::parse(
///     b"From: Ann <ann@a.example>\nSubject: =?utf-8?q?caf=C3=A9?=\nContent-Type: text/html\n\n<p>At&nbsp;9?</p>",
/// );
/// assert_eq!(email.header("subject"), Some("café"));
/// assert_eq!(email.structure, "text/html");
/// assert_eq!(email.body, "At 9?");
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Email {
    /// Names and values of the header lines, in their order; folded lines are joined.
    pub headers: Vec<(String, String)>,
    /// Types of the parts: `text/plain`, `multipart(text/plain, text/html)`.
    pub structure: String,
    /// The first part that is plain text; without one, the first that is HTML, by
    /// [`html_to_text`]; without that, empty.
    pub body: String,
}

impl Email {
    /// Name of the column of header lines in [`table`](Self::table).
    pub const HEADERS: &'static str = "headers";
    /// Name of its column of bodies.
    pub const BODY: &'static str = "body";

    /// Reads an e-mail from its bytes; the first line of a mailbox (`From ...`) is skipped.
    pub fn parse(raw: &[u8]) -> Self {
        let raw = without_envelope(raw);
        let parser = MessageParser::new().with_mime_headers().default_header_text();
        let message = parser.parse(raw).filter(|_| starts_with_header(raw));
        let Some(message) = message else {
            return Self {
                headers: Vec::new(),
                structure: "text/plain".to_owned(),
                body: String::from_utf8_lossy(raw).into_owned(),
            };
        };
        Self {
            headers: headers(&message),
            structure: structure(&message, 0, 0),
            body: body(&message).unwrap_or_default(),
        }
    }

    /// The value of the first header of this name, whatever its case.
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers
            .iter()
            .find(|(known, _)| known.eq_ignore_ascii_case(name))
            .map(|(_, value)| value.as_str())
    }

    /// A row an e-mail, with the columns of text `headers` (a line a header) and `body`.
    ///
    /// # Errors
    /// Those of [`Table::new`]; these two columns do not meet them.
    pub fn table<'a>(emails: impl IntoIterator<Item = &'a Self>) -> Result<Table> {
        let lines = |email: &Self| -> String {
            let line = |(name, value): &(String, String)| format!("{name}: {value}\n");
            email.headers.iter().map(line).collect()
        };
        let (headers, bodies): (Vec<_>, Vec<_>) = emails
            .into_iter()
            .map(|email| (Some(lines(email)), Some(&email.body)))
            .unzip();
        Table::new([
            (
                Self::HEADERS.to_owned(),
                Column::Text(TextColumn::collect(headers)),
            ),
            (Self::BODY.to_owned(), Column::Text(TextColumn::collect(bodies))),
        ])
    }
}

/// Without the line that mailboxes put before every e-mail.
fn without_envelope(raw: &[u8]) -> &[u8] {
    if !raw.starts_with(b"From ") {
        return raw;
    }
    let end = raw.iter().position(|&byte| byte == b'\n');
    end.map_or(raw, |end| &raw[end + 1..])
}

/// Whether there is a name before the first colon: visible characters without a space.
fn starts_with_header(raw: &[u8]) -> bool {
    let name = raw.split(|&byte| byte == b':').next().unwrap_or_default();
    !name.is_empty() && name.len() < raw.len() && name.iter().all(u8::is_ascii_graphic)
}

fn headers(message: &Message<'_>) -> Vec<(String, String)> {
    let raw = |header: &mail_parser::Header<'_>| {
        let range = header.offset_start() as usize..header.offset_end() as usize;
        let bytes = message.raw_message().get(range).unwrap_or_default();
        String::from_utf8_lossy(bytes).into_owned()
    };
    let one = |header: &mail_parser::Header<'_>| {
        let value = match header.value() {
            HeaderValue::Text(text) => text.to_string(),
            _ => raw(header),
        };
        let value = value.split_whitespace().collect::<Vec<_>>().join(" ");
        (header.name().to_owned(), value)
    };
    message.headers().iter().map(one).collect()
}

/// Deeper nesting is cut off: no honest e-mail has it.
const DEEPEST: usize = 10;

/// The types of a part and of those inside.
fn structure(message: &Message<'_>, part: u32, depth: usize) -> String {
    let Some(here) = message.part(part).filter(|_| depth < DEEPEST) else {
        return "...".to_owned();
    };
    match &here.body {
        PartType::Multipart(parts) => {
            let parts: Vec<String> = parts
                .iter()
                .map(|&id| structure(message, id, depth + 1))
                .collect();
            format!("multipart({})", parts.join(", "))
        }
        PartType::Message(inner) => format!("message({})", structure(inner, 0, depth + 1)),
        _ => match here.content_type() {
            Some(kind) => {
                format!("{}/{}", kind.ctype(), kind.subtype().unwrap_or("plain")).to_ascii_lowercase()
            }
            None => "text/plain".to_owned(),
        },
    }
}

/// Plain text if there is any, else what HTML says.
fn body(message: &Message<'_>) -> Option<String> {
    let is_attached = |part: &&mail_parser::MessagePart<'_>| {
        part.content_disposition()
            .is_some_and(|kind| kind.is_attachment())
    };
    let mut html = None;
    for part in message.parts.iter().filter(|part| !is_attached(part)) {
        match &part.body {
            PartType::Text(text) => return Some(text.to_string()),
            PartType::Html(text) if html.is_none() => html = Some(html_to_text(text)),
            _ => {}
        }
    }
    let inner = || {
        message.parts.iter().find_map(|part| match &part.body {
            PartType::Message(inner) => body(inner),
            _ => None,
        })
    };
    html.or_else(inner)
}
