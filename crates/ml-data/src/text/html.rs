//! What a reader sees of HTML.

use mail_parser::decoders::html::add_html_token;

/// Elements inside a line: taken away without leaving a space.
const INLINE: [&str; 14] = [
    "abbr", "b", "big", "em", "font", "i", "s", "small", "span", "strong", "sub", "sup", "tt", "u",
];

/// Elements whose contents nobody reads.
const HIDDEN: [&str; 4] = ["head", "script", "style", "title"];

/// The longest name of a character reference, with its number of characters to spare.
const LONGEST_REFERENCE: usize = 34;

/// The text of an HTML document: tags, comments, scripts and styles gone, character references replaced, one space
/// between words.
///
/// The address of a link stands before its words, so that it can be counted. Damage is forgiven, as browsers do: what is
/// no tag is text.
///
/// # Examples
/// ```
/// use ml_data::text::html_to_text;
///
/// let html = "<p>Buy <b>n</b>ow &amp; <a href='http://a.example/?x'>here</a></p><p>Bye";
/// assert_eq!(html_to_text(html), "Buy now & http://a.example/?x here Bye");
/// ```
pub fn html_to_text(html: &str) -> String {
    let mut text = String::with_capacity(html.len() / 2);
    let mut rest = html;
    // Hidden elements that the document does not close any more: looked for once.
    let mut unclosed = [false; HIDDEN.len()];
    while let Some(start) = rest.find('<') {
        push_text(&mut text, &rest[..start]);
        rest = &rest[start..];
        if let Some(after) = rest.strip_prefix("<!--") {
            rest = after.find("-->").map_or("", |end| &after[end + 3..]);
            continue;
        }
        let Some(tag) = tag(rest) else {
            text.push('<');
            rest = &rest[1..];
            continue;
        };
        rest = &rest[tag.len()..];
        let name = name(tag);
        if let Some(hidden) = HIDDEN.iter().position(|hidden| *hidden == name)
            && !unclosed[hidden]
        {
            match after_closing(rest, &name) {
                Some(after) => rest = after,
                None => unclosed[hidden] = true,
            }
        }
        if !INLINE.contains(&name.trim_start_matches('/')) {
            text.push(' ');
        }
        if name == "a"
            && let Some(address) = attribute(tag, "href")
        {
            push_text(&mut text, address);
            text.push(' ');
        }
    }
    push_text(&mut text, rest);
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// The tag at the start of `rest`, from `<` to `>`; `None` if that `<` starts no tag.
fn tag(rest: &str) -> Option<&str> {
    let first = rest.as_bytes().get(1)?;
    if !(first.is_ascii_alphabetic() || matches!(first, b'/' | b'!' | b'?')) {
        return None;
    }
    let mut quote = None;
    for (at, byte) in rest.bytes().enumerate() {
        match (quote, byte) {
            (None, b'>') => return Some(&rest[..=at]),
            (None, b'"' | b'\'') => quote = Some(byte),
            (Some(open), byte) if byte == open => quote = None,
            _ => {}
        }
    }
    // A quote that is never closed is a slip: the tag ends at the first `>`, or with the text.
    Some(rest.find('>').map_or(rest, |end| &rest[..=end]))
}

/// Its name in lower case, with the slash of a closing tag.
fn name(tag: &str) -> String {
    let inside = tag.trim_start_matches('<');
    let end = inside
        .char_indices()
        .find(|&(at, c)| !(c.is_ascii_alphanumeric() || at == 0 && c == '/'))
        .map_or(inside.len(), |(at, _)| at);
    inside[..end].to_ascii_lowercase()
}

/// What follows the closing tag of `name`, if there is one: a document that never closes it goes on after the opening one.
fn after_closing<'a>(rest: &'a str, name: &str) -> Option<&'a str> {
    let mut from = 0;
    while let Some(start) = rest[from..].find("</") {
        let start = from + start;
        let candidate = &rest.as_bytes()[start + 2..];
        if candidate.len() >= name.len() && candidate[..name.len()].eq_ignore_ascii_case(name.as_bytes()) {
            return Some(rest[start..].find('>').map_or("", |end| &rest[start + end + 1..]));
        }
        from = start + 2;
    }
    None
}

/// The value of an attribute, without its quotes.
fn attribute<'a>(tag: &'a str, wanted: &str) -> Option<&'a str> {
    let lower = tag.to_ascii_lowercase();
    let start = lower
        .match_indices(wanted)
        .find(|&(at, _)| lower[..at].ends_with(|c: char| c.is_ascii_whitespace()))?
        .0;
    let value = tag[start + wanted.len()..]
        .trim_start()
        .strip_prefix('=')?
        .trim_start();
    let value = match value.as_bytes().first()? {
        b'"' => value[1..].split(['"', '>']).next()?,
        b'\'' => value[1..].split(['\'', '>']).next()?,
        _ => value.split([' ', '\t', '\r', '\n', '>']).next()?,
    };
    Some(value.trim())
}

/// Appends text with its character references (`&amp;`, `&#38;`) replaced; unknown ones stay as they are.
fn push_text(out: &mut String, text: &str) {
    let mut rest = text;
    while let Some(start) = rest.find('&') {
        out.push_str(&rest[..start]);
        rest = &rest[start..];
        let end = rest.bytes().take(LONGEST_REFERENCE).position(|byte| byte == b';');
        let reference = end.map(|end| &rest[..=end]).filter(|reference| {
            reference[1..reference.len() - 1]
                .bytes()
                .all(|byte| byte.is_ascii_alphanumeric() || byte == b'#')
        });
        match reference {
            Some(reference) => {
                add_html_token(out, reference.as_bytes(), false);
                rest = &rest[reference.len()..];
            }
            None => {
                out.push('&');
                rest = &rest[1..];
            }
        }
    }
    out.push_str(rest);
}

#[cfg(test)]
mod tests {
    use super::html_to_text;

    #[test]
    fn what_nobody_reads_goes() {
        let html = "<!doctype html><HTML><head><title>T</title></head><style>p {}</style>\
                    <body><!-- <p>no</p> -->yes<script>if (a < b) {}</SCRIPT> and yes</body>";
        assert_eq!(html_to_text(html), "yes and yes");
        assert_eq!(html_to_text("<td>a</td><td>b</td>c<br>d<b>e</b>"), "a b c de");
        assert_eq!(html_to_text("v<!-- filler -->iagra"), "viagra");
    }

    #[test]
    fn references_become_characters() {
        assert_eq!(
            html_to_text("&lt;b&gt; &#65;&#x42; &eacute; AT&T &nope; &"),
            "<b> AB é AT&T &nope; &"
        );
        assert_eq!(html_to_text("a&nbsp;b"), "a b");
    }

    #[test]
    fn elements_that_are_never_closed_are_looked_for_once() {
        // Were each opening tag to look through all that follows, this would take minutes.
        let html = "<style>a<script>b".repeat(300_000);
        let text = html_to_text(&html);
        assert_eq!(text.len(), 2 * 600_000 - 1);
        assert!(text.starts_with("a b a b"));
        assert_eq!(html_to_text("<style>a<script>b</script>c<style>d"), "a c d");
    }

    #[test]
    fn damage_is_forgiven() {
        assert_eq!(html_to_text("1 < 2 <3"), "1 < 2 <3");
        assert_eq!(html_to_text("a <b"), "a");
        assert_eq!(html_to_text("<a href=\"x>go</a> on"), "x go on");
        assert_eq!(html_to_text("<style>p {} text"), "p {} text");
        assert_eq!(
            html_to_text("<a HREF=http://b.example>x</a> <a name=h>y</a>"),
            "http://b.example x y"
        );
        assert_eq!(html_to_text("<p title='1 > 0'>z"), "z");
        assert_eq!(html_to_text("ü<ä>ö&ß;"), "ü<ä>ö&ß;");
        assert_eq!(html_to_text(""), "");
    }
}
