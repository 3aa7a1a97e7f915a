//! E-mails: spam and ham.

use super::files::{bytes, damaged, entries};
use crate::registry::{Cache, Result};

/// E-mails as they were sent, as [`spam_assassin`] reads them; `text::Email::parse` takes them apart.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SpamAssassin {
    /// 2,500 e-mails that somebody wanted, by file name.
    pub ham: Vec<Vec<u8>>,
    /// 500 that nobody wanted, by file name.
    pub spam: Vec<Vec<u8>>,
}

/// The first part of Apache SpamAssassin's public corpus: easy ham and spam of 2002.
///
/// Mailing lists make most of the ham, so the headers give much away.
///
/// # Errors
/// Says how to get the data if it is missing; names the folder that holds no e-mail.
pub fn spam_assassin() -> Result<SpamAssassin> {
    spam_assassin_in(&Cache::from_env()?)
}

/// As [`spam_assassin`], from this cache.
///
/// # Errors
/// As [`spam_assassin`].
pub fn spam_assassin_in(cache: &Cache) -> Result<SpamAssassin> {
    Ok(SpamAssassin {
        ham: emails(cache, "easy_ham")?,
        spam: emails(cache, "spam")?,
    })
}

fn emails(cache: &Cache, folder: &str) -> Result<Vec<Vec<u8>>> {
    let folder = cache.path("spam-assassin", folder)?;
    // Every e-mail is a file called <number>.<hash>; a file "cmds" of the collector lies beside them.
    let starts_with_digit = |path: &std::path::PathBuf| {
        let name = path.file_name().and_then(|name| name.to_str());
        name.is_some_and(|name| name.starts_with(|c: char| c.is_ascii_digit()))
    };
    let paths = entries(&folder)?.into_iter().filter(starts_with_digit);
    let emails: Vec<Vec<u8>> = paths.map(|path| bytes(&path)).collect::<Result<_>>()?;
    if emails.is_empty() {
        return Err(damaged(&folder, "holds no file called <number>.<hash>"));
    }
    Ok(emails)
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;

    #[test]
    fn e_mails_come_by_number_without_the_list_of_commands() {
        let home = tempfile::tempdir().unwrap();
        for (file, text) in [
            ("easy_ham/00002.b", "second"),
            ("easy_ham/00001.a", "first"),
            ("easy_ham/cmds", "mv a b"),
            ("spam/00001.c", "buy"),
        ] {
            let path = home.path().join("spam-assassin").join(file);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(path, text).unwrap();
        }
        let cache = Cache::new(home.path());
        let found = spam_assassin_in(&cache).unwrap();
        assert_eq!(found.ham, [b"first".to_vec(), b"second".to_vec()]);
        assert_eq!(found.spam, [b"buy".to_vec()]);
        fs::remove_file(home.path().join("spam-assassin/spam/00001.c")).unwrap();
        let error = spam_assassin_in(&cache).unwrap_err().to_string();
        assert!(error.contains("holds no file called <number>.<hash>"), "{error}");
    }
}
