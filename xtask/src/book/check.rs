//! `cargo xtask book --check`: every row is accounted for, and what a row names exists.

use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
    path::Path,
};

use anyhow::{Context, Result, bail};

use super::{
    companion::{Page, Row},
    is_program, shown,
};

/// Checks all pages under `docs/book`.
pub(crate) fn run(root: &Path) -> Result<()> {
    let sources = Sources::read(root)?;
    let mut problems = Vec::new();
    let mut total = 0;
    let mut names: Vec<String> = Vec::new();
    for entry in fs::read_dir(root.join("docs/book")).context("reading docs/book")? {
        let file = entry?.file_name().to_string_lossy().into_owned();
        names.extend(file.strip_suffix(".md").map(str::to_owned));
    }
    names.sort();
    for name in names.iter().filter(|name| *name != "README") {
        let page = Page::read(root, name)?;
        total += page.rows.len();
        problems.extend(numbering(&page));
        for row in &page.rows {
            problems.extend(
                row_problems(root, &sources, row)
                    .into_iter()
                    .map(|p| format!("{name}: {}: {p}", row.id)),
            );
        }
    }
    if problems.is_empty() {
        println!("docs/book: {total} rows, all accounted for");
        return Ok(());
    }
    bail!("docs/book does not hold:\n  {}", problems.join("\n  "))
}

/// Every declared row is there once, and no other.
fn numbering(page: &Page) -> Vec<String> {
    let mut problems = Vec::new();
    for (prefix, rows) in &page.declared {
        let start = format!("{prefix}-");
        let mut seen = BTreeSet::new();
        for number in page.rows.iter().filter_map(|row| row.id.strip_prefix(&start)) {
            let number: usize = number.parse().unwrap_or(0);
            if !seen.insert(number) {
                problems.push(format!("{}: {prefix}-{number:03} comes twice", page.name));
            }
        }
        let missing = rows.difference(&seen);
        problems.extend(missing.map(|n| format!("{}: {prefix}-{n:03} is missing", page.name)));
        let extra = seen.difference(rows);
        problems.extend(extra.map(|n| format!("{}: {prefix}-{n:03} is not among the declared", page.name)));
    }
    problems
}

fn row_problems(root: &Path, sources: &Sources, row: &Row) -> Vec<String> {
    let mut problems = Vec::new();
    let paths = references(&row.home).chain(references(&row.shown));
    for path in paths {
        if !sources.has(root, path) {
            problems.push(format!("`{path}` does not exist"));
        }
    }
    if !matches!(row.tier.as_str(), "code" | "explained" | "named" | "number") {
        problems.push(format!("{:?} is no tier", row.tier));
    }
    if row.id.starts_with('N') != (row.tier == "number") {
        problems.push("numbers, and only they, are of the tier `number`".to_owned());
    }
    if row.tier == "number" && row.program().is_none_or(|name| !is_program(name)) {
        problems.push(format!(
            "names no program that `cargo xtask book` runs: {:?}",
            row.home
        ));
    }
    // A required row either names code, or says that it is advice, or which later chapter builds it.
    let marks = ["practice: ", "later: chapter "];
    let marked = marks.iter().any(|mark| row.home.starts_with(mark));
    let required = row.tier != "named";
    if required && !marked && references(&row.home).next().is_none() {
        problems.push(format!(
            "names no API path, and is not marked as practice or as a later chapter's: {:?}",
            row.home
        ));
    }
    if row.shown.is_empty() {
        problems.push("says nothing about how it is shown".to_owned());
    }
    if required && !marked {
        problems.extend(shown::problem(root, row));
    }
    problems
}

/// What a cell names in backticks, leaving out words of code that are no reference to anything.
pub(super) fn references(cell: &str) -> impl Iterator<Item = &str> {
    const FOLDERS: [&str; 5] = ["crates/", "docs/", "datasets/", "benches/", "xtask/"];
    cell.split('`').skip(1).step_by(2).filter(|text| {
        let is_path = text.starts_with("ml") && text.contains("::");
        is_path || text.starts_with("cargo xtask ") || FOLDERS.iter().any(|folder| text.starts_with(folder))
    })
}

/// The text of every source file, by crate.
struct Sources {
    by_crate: BTreeMap<String, Vec<String>>,
}

impl Sources {
    fn read(root: &Path) -> Result<Self> {
        let mut by_crate = BTreeMap::new();
        for entry in fs::read_dir(root.join("crates")).context("reading crates")? {
            let entry = entry?;
            let mut files = Vec::new();
            collect(&entry.path().join("src"), &mut files)?;
            by_crate.insert(entry.file_name().to_string_lossy().replace('-', "_"), files);
        }
        let mut xtask = Vec::new();
        collect(&root.join("xtask/src"), &mut xtask)?;
        by_crate.insert("xtask".to_owned(), xtask);
        Ok(Self { by_crate })
    }

    /// `ml_data::split::KFold`, `ml_core::Rng::stream`, `crates/.../x.rs::test_name`, `docs/errors.md`,
    /// `cargo xtask fetch`.
    fn has(&self, root: &Path, path: &str) -> bool {
        if let Some(command) = path.strip_prefix("cargo xtask ") {
            let name = command.split(' ').next().unwrap_or_default();
            return self.by_crate["xtask"]
                .iter()
                .any(|text| text.contains(&format!("\"{name}\" =>")))
                || root.join(format!("xtask/src/{name}.rs")).exists()
                || root.join(format!("xtask/src/{name}")).exists();
        }
        if let Some((file, function)) = shown::split(path) {
            let text = fs::read_to_string(root.join(file)).unwrap_or_default();
            return shown::find(&text, function).is_some();
        }
        if path.contains('/') {
            return root.join(path).exists();
        }
        let mut parts = path.split("::");
        let Some(files) = parts.next().and_then(|name| self.by_crate.get(name)) else {
            return false;
        };
        let names: Vec<&str> = parts.collect();
        // The last name must be defined; where it is a method, so must the type before it.
        let Some((last, before)) = names.split_last() else {
            return true;
        };
        let last_is_method = before
            .last()
            .is_some_and(|owner| owner.starts_with(char::is_uppercase));
        if last_is_method {
            let owner = before[before.len() - 1];
            return files
                .iter()
                .any(|text| defines(text, owner) || text.contains(&format!(" for {owner}")))
                && files
                    .iter()
                    .any(|text| defines(text, last) || has_member(text, last));
        }
        files
            .iter()
            .any(|text| defines(text, last) || passes_on(text, last))
    }
}

fn collect(folder: &Path, files: &mut Vec<String>) -> Result<()> {
    for entry in fs::read_dir(folder).with_context(|| format!("reading {}", folder.display()))? {
        let path = entry?.path();
        if path.is_dir() {
            collect(&path, files)?;
        } else if path.extension().is_some_and(|e| e == "rs") {
            files.push(fs::read_to_string(&path).with_context(|| format!("reading {}", path.display()))?);
        }
    }
    Ok(())
}

fn defines(text: &str, name: &str) -> bool {
    const KINDS: [&str; 8] = [
        "fn",
        "struct",
        "enum",
        "trait",
        "type",
        "const",
        "mod",
        "macro_rules!",
    ];
    KINDS.iter().any(|kind| {
        let start = format!("{kind} {name}");
        text.match_indices(&start)
            .any(|(at, _)| !text[at + start.len()..].starts_with(|c: char| c.is_alphanumeric() || c == '_'))
    })
}

/// Whether the name is re-exported.
fn passes_on(text: &str, name: &str) -> bool {
    let word = |line: &str| {
        line.split(|c: char| !c.is_alphanumeric() && c != '_')
            .any(|w| w == name)
    };
    let statements = text.split(';').filter(|s| s.contains("pub use "));
    statements
        .into_iter()
        .map(|s| &s[s.find("pub use ").unwrap_or_default()..])
        .any(word)
}

/// A field, a setter made from one, or a variant.
fn has_member(text: &str, name: &str) -> bool {
    let starts_line = |line: &str| {
        let line = line.trim().trim_start_matches("pub ");
        line.strip_prefix(name)
            .is_some_and(|rest| rest.starts_with([':', ',', '(', ' ', '{']) || rest.is_empty())
    };
    text.lines().any(starts_line)
}

#[cfg(test)]
mod tests {
    use super::{defines, has_member, passes_on, references};

    #[test]
    fn a_definition_is_found_by_its_whole_name() {
        assert!(defines("pub struct KFold {", "KFold"));
        assert!(!defines("pub struct KFolds {", "KFold"));
        assert!(defines("pub fn cut<F>(", "cut"));
    }

    #[test]
    fn a_re_export_passes_a_name_on() {
        assert!(passes_on(
            "pub use regression::{\n    max_error, mean_error,\n};",
            "mean_error"
        ));
        assert!(!passes_on("use regression::mean_error;", "mean_error"));
    }

    #[test]
    fn words_of_code_are_no_references() {
        let cell = "`fit(x)` of `ml_core::Fit`, see `docs/errors.md` and `cargo xtask fetch`";
        let found: Vec<&str> = references(cell).collect();
        assert_eq!(found, ["ml_core::Fit", "docs/errors.md", "cargo xtask fetch"]);
    }

    #[test]
    fn a_field_counts_as_a_member() {
        assert!(has_member("    pub alpha: f64,", "alpha"));
        assert!(!has_member("    pub alphabet: f64,", "alpha"));
    }
}
