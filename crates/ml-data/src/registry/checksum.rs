//! SHA-256 of files, and the list of them that each fetched data set carries.

use std::{
    fs::{self, File},
    io::Read,
    path::Path,
};

use sha2::{Digest, Sha256};

use super::{Error, Result, error::io};

/// The list in a data set's folder, in the form that `sha256sum --check` reads.
pub(super) const LIST: &str = "SHA256SUMS";

/// SHA-256 of a file, in lower-case hexadecimal.
pub(super) fn of_file(path: &Path) -> Result<String> {
    let mut file = File::open(path).map_err(io(path, "read"))?;
    let mut hash = Sha256::new();
    let mut buffer = vec![0; 1 << 16];
    loop {
        let n = file.read(&mut buffer).map_err(io(path, "read"))?;
        if n == 0 {
            break;
        }
        hash.update(&buffer[..n]);
    }
    Ok(hash.finalize().iter().map(|byte| format!("{byte:02x}")).collect())
}

/// Writes the checksums of all files below `folder` into its list; returns how many.
pub(super) fn write_list(folder: &Path) -> Result<usize> {
    let mut files = Vec::new();
    walk(folder, "", &mut files)?;
    let mut text = String::new();
    for file in &files {
        text += &format!("{}  {file}\n", of_file(&folder.join(file))?);
    }
    let path = folder.join(LIST);
    fs::write(&path, text).map_err(io(path, "write"))?;
    Ok(files.len())
}

/// Compares all files of the list with their checksums; returns how many there are.
pub(super) fn verify_list(name: &str, folder: &Path) -> Result<usize> {
    let path = folder.join(LIST);
    let text = fs::read_to_string(&path).map_err(io(&path, "read"))?;
    let changed = |problem: String| Error::Changed {
        name: name.to_owned(),
        problem,
    };
    let mut count = 0;
    for line in text.lines() {
        let Some((expected, file)) = line.split_once("  ") else {
            return Err(changed(format!("{LIST} is damaged at {line:?}")));
        };
        let path = folder.join(file);
        if !path.exists() {
            return Err(changed(format!("{file} is missing")));
        }
        let actual = of_file(&path)?;
        if actual != expected {
            return Err(changed(format!(
                "{file} has changed: SHA-256 is {actual}, was {expected}"
            )));
        }
        count += 1;
    }
    Ok(count)
}

/// All files below `folder`, sorted, with `/` between folders whatever the platform.
fn walk(folder: &Path, prefix: &str, files: &mut Vec<String>) -> Result<()> {
    let entries = fs::read_dir(folder).map_err(io(folder, "read"))?;
    let mut entries = entries
        .collect::<Result<Vec<_>, _>>()
        .map_err(io(folder, "read"))?;
    entries.sort_by_key(fs::DirEntry::file_name);
    for entry in entries {
        let name = format!("{prefix}{}", entry.file_name().to_string_lossy());
        if entry.path().is_dir() {
            walk(&entry.path(), &format!("{name}/"), files)?;
        } else {
            files.push(name);
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_list_finds_every_change() {
        let folder = tempfile::tempdir().unwrap();
        let (root, inner) = (folder.path(), folder.path().join("b"));
        fs::create_dir(&inner).unwrap();
        fs::write(root.join("a"), "").unwrap();
        fs::write(inner.join("c"), "abc").unwrap();
        assert_eq!(write_list(root).unwrap(), 2);
        // The two published test values of SHA-256: the empty message and "abc".
        let list = fs::read_to_string(root.join(LIST)).unwrap();
        assert_eq!(
            list,
            "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855  a\n\
             ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad  b/c\n"
        );
        assert_eq!(verify_list("x", root).unwrap(), 2);
        fs::write(inner.join("c"), "abd").unwrap();
        assert!(
            verify_list("x", root)
                .unwrap_err()
                .to_string()
                .contains("b/c has changed")
        );
        fs::remove_file(inner.join("c")).unwrap();
        assert!(
            verify_list("x", root)
                .unwrap_err()
                .to_string()
                .contains("b/c is missing")
        );
    }
}
