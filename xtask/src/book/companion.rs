//! The companion pages `docs/book/<chapter>.md`: tables whose first column is a row id.

use std::{collections::BTreeSet, fs, path::Path};

use anyhow::{Context, Result, bail};

/// One page.
pub(crate) struct Page {
    /// `ch02` or `appendix-b`.
    pub(crate) name: String,
    /// The rows of all its tables.
    pub(crate) rows: Vec<Row>,
    /// What the front line declares: the number of rows under each prefix, such as `C02` 125.
    pub(crate) declared: Vec<(String, BTreeSet<usize>)>,
}

/// `| id | tier | what | where | shown by |`
pub(crate) struct Row {
    pub(crate) id: String,
    pub(crate) tier: String,
    pub(crate) home: String,
    pub(crate) shown: String,
}

impl Page {
    pub(crate) fn read(root: &Path, name: &str) -> Result<Self> {
        let path = root.join(format!("docs/book/{name}.md"));
        let text = fs::read_to_string(&path).with_context(|| format!("reading {}", path.display()))?;
        Self::parse(name, &text).with_context(|| format!("in {}", path.display()))
    }

    fn parse(name: &str, text: &str) -> Result<Self> {
        let mut page = Self {
            name: name.to_owned(),
            rows: Vec::new(),
            declared: Vec::new(),
        };
        for line in text.lines() {
            if let Some(list) = line.strip_prefix("Rows: ") {
                page.declared = list
                    .trim_end_matches('.')
                    .split(", ")
                    .map(declaration)
                    .collect::<Result<_>>()?;
            }
            let cells: Vec<&str> = line
                .trim()
                .trim_matches('|')
                .split(" | ")
                .map(str::trim)
                .collect();
            let [id, tier, _, home, shown] = cells[..] else {
                continue;
            };
            if is_row_id(id) {
                let [id, tier, home, shown] = [id, tier, home, shown].map(str::to_owned);
                page.rows.push(Row {
                    id,
                    tier,
                    home,
                    shown,
                });
            }
        }
        if page.declared.is_empty() {
            bail!("no line `Rows: C02 125, N02 30.` declares how many rows there are");
        }
        Ok(page)
    }

    /// The ids of the numbers that this program must reproduce.
    pub(crate) fn numbers_of(&self, program: &str) -> impl Iterator<Item = &String> {
        self.rows
            .iter()
            .filter(move |row| row.program() == Some(program))
            .map(|row| &row.id)
    }
}

impl Row {
    /// The program that reports a number: a chapter may have several.
    pub(crate) fn program(&self) -> Option<&str> {
        let (_, path) = self.home.split_once("crates/ml/examples/")?;
        let (program, _) = path.split_once('/')?;
        self.id.starts_with('N').then_some(program)
    }
}

/// `C02 125`: rows 1 to 125; `XF 1-8 10-18`: just these, where the numbering has gaps.
fn declaration(text: &str) -> Result<(String, BTreeSet<usize>)> {
    let (prefix, list) = text
        .split_once(' ')
        .with_context(|| format!("{text:?} is not `PREFIX COUNT`"))?;
    let number = |text: &str| {
        text.parse::<usize>()
            .with_context(|| format!("{text:?} is not a number"))
    };
    let mut rows = BTreeSet::new();
    for part in list.split(' ') {
        match part.split_once('-') {
            Some((first, last)) => rows.extend(number(first)?..=number(last)?),
            None if list == part => rows.extend(1..=number(part)?),
            None => rows.extend([number(part)?]),
        }
    }
    Ok((prefix.to_owned(), rows))
}

/// `C02-045`, `N01-003`, `XB-012`.
fn is_row_id(cell: &str) -> bool {
    let Some((prefix, number)) = cell.split_once('-') else {
        return false;
    };
    (2..=3).contains(&prefix.len())
        && prefix.starts_with(['C', 'N', 'X'])
        && !number.is_empty()
        && number.bytes().all(|b| b.is_ascii_digit())
}

#[cfg(test)]
mod tests {
    use super::Page;

    #[test]
    fn rows_and_declarations_are_read_from_the_tables() {
        let text = "Rows: C02 1, N02 1.\n\n| row | tier | what | where | shown by |\n|---|---|---|---|---|\n\
                    | C02-001 | code | a | `ml_data::split::KFold` | ch02 |\n\
                    | N02-001 | number | b | `crates/ml/examples/ch02/split.rs::run` | ch02 |\n";
        let page = Page::parse("ch02", text).unwrap();
        assert_eq!(page.rows.len(), 2);
        assert_eq!(
            page.declared,
            [("C02".to_owned(), [1].into()), ("N02".to_owned(), [1].into())]
        );
        assert_eq!(page.numbers_of("ch02").collect::<Vec<_>>(), ["N02-001"]);
        assert_eq!(page.numbers_of("ch02_more").count(), 0);
    }

    #[test]
    fn a_numbering_may_have_gaps() {
        let page = Page::parse("appendix-f", "Rows: XF 1-3 5, NF 2.\n").unwrap();
        assert_eq!(
            page.declared,
            [
                ("XF".to_owned(), [1, 2, 3, 5].into()),
                ("NF".to_owned(), [1, 2].into())
            ]
        );
        assert!(Page::parse("appendix-f", "Rows: XF 1-x.").is_err());
    }

    #[test]
    fn a_page_without_a_declaration_is_refused() {
        assert!(Page::parse("ch02", "nothing").is_err());
    }
}
