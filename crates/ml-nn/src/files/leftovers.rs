//! What a process that was killed in the middle of a save has left behind.

use std::{
    fs,
    path::{Path, PathBuf},
    time::Duration,
};

/// How [`write_atomically`](ml_core::persist::write_atomically) names a file that is not whole yet: this, and some letters.
const PREFIX: &str = ".saving-";
/// How many letters.
const LETTERS: usize = 6;
/// A file that is being written changes all the time. One that has not changed for so long is nobody's any more; others may be
/// of a process that is saving to the same folder now.
const STALE: Duration = Duration::from_secs(60 * 60);

/// Removes the leftovers in the folder of a file that is about to be written. What cannot be removed stays: it is no reason not
/// to save.
pub(super) fn sweep(path: &Path) {
    // Where the file will be written: beside what a link points to.
    let path = fs::canonicalize(path).unwrap_or_else(|_| path.to_owned());
    let folder = match path.parent() {
        Some(folder) if !folder.as_os_str().is_empty() => folder.to_owned(),
        _ => PathBuf::from("."),
    };
    let Ok(entries) = fs::read_dir(folder) else {
        return;
    };
    for entry in entries.flatten() {
        if is_leftover(&entry) {
            let _ = fs::remove_file(entry.path());
        }
    }
}

fn is_leftover(entry: &fs::DirEntry) -> bool {
    let name = entry.file_name();
    let letters = name.to_str().and_then(|name| name.strip_prefix(PREFIX));
    let named =
        letters.is_some_and(|l| l.len() == LETTERS && l.bytes().all(|byte| byte.is_ascii_alphanumeric()));
    if !named {
        return false;
    }
    // Of an entry itself, not of what it may point to.
    let age = entry.metadata().ok().filter(fs::Metadata::is_file);
    let age = age.and_then(|about| about.modified().ok()?.elapsed().ok());
    age.is_some_and(|age| age >= STALE)
}

#[cfg(test)]
mod tests {
    use std::{fs::File, time::SystemTime};

    use ml_core::persist::write_atomically;

    use super::*;

    /// A file that a process was writing so long ago.
    fn left(folder: &Path, name: &str, age: Duration) {
        let file = File::create(folder.join(name)).unwrap();
        file.set_modified(SystemTime::now() - age).unwrap();
    }

    #[test]
    fn the_next_save_removes_what_was_left_long_ago_and_nothing_else() {
        let folder = tempfile::tempdir().unwrap();
        let old = STALE + Duration::from_secs(60);
        left(folder.path(), ".saving-a1B2c3", old);
        left(folder.path(), ".saving-x9Y8z7", old);
        let kept = [
            (".saving-D4e5F6", Duration::from_secs(60)),
            (".saving-notes.txt", old),
            (".saving-", old),
            ("saving-a1B2c3", old),
        ];
        for (name, age) in kept {
            left(folder.path(), name, age);
        }
        fs::create_dir(folder.path().join(".saving-folder")).unwrap();
        let path = folder.path().join("weights.safetensors");
        super::super::write(&path, &[], serde_json::Map::new()).unwrap();
        let mut names: Vec<String> = fs::read_dir(folder.path())
            .unwrap()
            .map(|entry| entry.unwrap().file_name().into_string().unwrap())
            .collect();
        names.sort();
        let expected = [
            ".saving-",
            ".saving-D4e5F6",
            ".saving-folder",
            ".saving-notes.txt",
            "saving-a1B2c3",
            "weights.safetensors",
        ];
        assert_eq!(names, expected);
    }

    #[test]
    fn it_knows_the_names_that_saving_gives() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("file");
        let mut names = Vec::new();
        write_atomically(&path, |_| {
            let entries = fs::read_dir(folder.path())?;
            names.extend(entries.map(|entry| entry.unwrap().file_name().into_string().unwrap()));
            Ok(())
        })
        .unwrap();
        let letters = names[0].strip_prefix(PREFIX).unwrap();
        assert_eq!((names.len(), letters.len()), (1, LETTERS));
    }
}
