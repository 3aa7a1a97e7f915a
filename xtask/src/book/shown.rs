//! What shows a row: one function, a test or a part of a program, that really does.

use std::{fs, path::Path};

use super::{check::references, companion::Row};

/// What is wrong with the cell `shown by` of a row that needs a proof.
pub(super) fn problem(root: &Path, row: &Row) -> Option<String> {
    let named: Vec<&str> = references(&row.shown).filter(|r| r.contains(".rs")).collect();
    let [path] = named[..] else {
        return Some(format!(
            "is shown by {} functions instead of one: {:?}",
            named.len(),
            row.shown
        ));
    };
    let Some((file, function)) = split(path) else {
        return Some(format!(
            "is shown by a whole file, not by a function of it: `{path}`"
        ));
    };
    let text = fs::read_to_string(root.join(file)).unwrap_or_default();
    // That it exists is the business of the check of all references.
    let found = find(&text, function)?;
    if !file.contains("/examples/") && !found.is_test {
        return Some(format!("`{path}` is neither a test nor part of a program"));
    }
    // The program reports a number under its id, so the function that does so holds it.
    if row.tier == "number" && !found.body.contains(&format!("\"{}\"", row.id)) {
        return Some(format!("`{path}` does not report {}", row.id));
    }
    None
}

/// `crates/x/y.rs::z` as a file and a function.
pub(super) fn split(path: &str) -> Option<(&str, &str)> {
    let (file, function) = path.split_once("::")?;
    file.ends_with(".rs").then_some((file, function))
}

/// A function found in a source file.
pub(super) struct Function<'a> {
    /// From its name to the brace that closes it, which stands below the `fn`.
    pub(super) body: &'a str,
    pub(super) is_test: bool,
}

/// The function of this name, wherever it is nested; a formatted file is assumed.
pub(super) fn find<'a>(text: &'a str, name: &str) -> Option<Function<'a>> {
    let starts = |call: char| {
        let text = &text;
        let pattern = format!("fn {name}{call}");
        text.match_indices(&pattern).map(|(at, _)| at).collect::<Vec<_>>()
    };
    let at = *[starts('('), starts('<')].concat().first()?;
    let line = text[..at].rfind('\n').map_or(0, |end| end + 1);
    let indent = text[line..].len() - text[line..].trim_start_matches(' ').len();
    let close = format!("\n{}}}", " ".repeat(indent));
    let end = text[at..].find(&close).map_or(text.len(), |end| at + end);
    let attributes = text[..line]
        .lines()
        .rev()
        .take_while(|line| line.trim_start().starts_with(['#', '/']));
    let is_test = attributes
        .into_iter()
        .any(|line| line.trim_start().starts_with("#[test]"));
    Some(Function {
        body: &text[at..end],
        is_test,
    })
}

#[cfg(test)]
mod tests {
    use super::{find, split};

    const TEXT: &str = "fn plain<T>(x: T) {\n    \"N01-001\";\n}\n\n/// Reproduces a figure.\n#[test] // by hand\nfn checked() \
                        {\n    \"N01-002\";\n}\n\nmod inner {\n    #[test]\n    fn nested() {\n        1;\n    }\n}\n";

    #[test]
    fn a_function_is_found_with_its_body_and_its_attribute() {
        let plain = find(TEXT, "plain").unwrap();
        assert!(!plain.is_test && plain.body.contains("N01-001") && !plain.body.contains("N01-002"));
        assert!(find(TEXT, "checked").unwrap().is_test);
        let nested = find(TEXT, "nested").unwrap();
        assert!(nested.is_test && nested.body.ends_with("1;"));
        assert!(find(TEXT, "check").is_none());
    }

    #[test]
    fn a_path_has_a_file_and_a_function() {
        assert_eq!(split("crates/a/b.rs::c"), Some(("crates/a/b.rs", "c")));
        assert_eq!(split("crates/a/b.rs"), None);
        assert_eq!(split("ml_core::Fit"), None);
    }
}
