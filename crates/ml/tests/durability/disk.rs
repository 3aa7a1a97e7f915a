//! Disks that are full, and files that may not grow.

use std::{
    env,
    fs::{self, File},
    io::Write,
    path::Path,
    process::Command,
};

use ml::prelude::*;

use super::goods::{FETCHED_BYTES, answer, fetcher, figure, mirror, model, names, process};

/// Rows of a model that takes several times the space there is.
const MANY: usize = 60_000;

/// The old model and the old figure, before the disk is full.
fn prepare(folder: &Path) {
    model(1, 1.0).save(folder.join("model.ml")).unwrap();
    figure(16).save(folder.join("figure.png")).unwrap();
}

/// Everything that writes is refused and names the file; what was there stays, and nothing else is left.
fn all_is_refused(folder: &Path, mirror: &Path) {
    let before = names(folder);
    let picture = fs::read(folder.join("figure.png")).unwrap();

    let error = model(MANY, 2.0)
        .save(folder.join("model.ml"))
        .unwrap_err()
        .to_string();
    assert!(error.contains("model.ml: cannot write"), "{error}");
    assert_eq!(answer(&folder.join("model.ml")), 1.0, "the old model");

    let error = figure(400)
        .save(folder.join("figure.png"))
        .unwrap_err()
        .to_string();
    assert!(error.contains("figure.png: cannot write"), "{error}");
    assert_eq!(
        fs::read(folder.join("figure.png")).unwrap(),
        picture,
        "the old figure"
    );

    let fetcher = fetcher(folder, mirror);
    let error = fetcher.fetch("a").unwrap_err().to_string();
    assert!(error.contains("cannot"), "{error}");
    assert!(!fetcher.cache.folder("a").exists(), "half a data set");
    let mut after = names(folder);
    after.remove("cache");
    assert_eq!(after, before, "something was left behind");
}

/// With room again, the same three succeed.
fn all_succeeds(folder: &Path, mirror: &Path) {
    model(MANY, 2.0).save(folder.join("model.ml")).unwrap();
    assert_eq!(answer(&folder.join("model.ml")), 2.0);
    figure(400).save(folder.join("figure.png")).unwrap();
    let fetcher = fetcher(folder, mirror);
    let fetched = fetcher.fetch("a").unwrap();
    assert_eq!(
        fs::read(fetched.folder.join("a.bin")).unwrap().len(),
        FETCHED_BYTES
    );
    assert_eq!(fetcher.verify("a").unwrap(), 1);
}

/// A small disk of its own, where the system grants one; gone when dropped.
struct SmallDisk(tempfile::TempDir);

impl SmallDisk {
    fn mount(kilobytes: u32) -> Result<Self, String> {
        let folder = tempfile::tempdir().map_err(|e| e.to_string())?;
        let size = format!("size={kilobytes}k");
        let mounted = Command::new("mount")
            .args(["-t", "tmpfs", "-o", &size, "tmpfs"])
            .arg(folder.path())
            .output()
            .map_err(|e| e.to_string())?;
        if mounted.status.success() {
            return Ok(Self(folder));
        }
        Err(String::from_utf8_lossy(&mounted.stderr).trim().to_owned())
    }

    /// Grows to a size.
    fn resize(&self, kilobytes: u32) {
        let options = format!("remount,size={kilobytes}k");
        let status = Command::new("mount")
            .args(["-o", &options])
            .arg(self.0.path())
            .status()
            .unwrap();
        assert!(status.success());
    }
}

impl Drop for SmallDisk {
    fn drop(&mut self) {
        // Nothing better can be done about a failure here than to leave the mount to the system.
        let _ = Command::new("umount").arg(self.0.path()).status();
    }
}

#[test]
fn a_full_disk_loses_nothing() {
    let disk = match SmallDisk::mount(512) {
        Ok(disk) => disk,
        Err(reason) => {
            eprintln!("skipped: no small disk can be mounted here ({reason})");
            return;
        }
    };
    let (folder, mirror) = (disk.0.path(), mirror());
    prepare(folder);
    let mut filler = File::create(folder.join("filler")).unwrap();
    while filler.write_all(&[0; 4096]).is_ok() {}
    drop(filler);
    all_is_refused(folder, mirror.path());
    disk.resize(64 << 10);
    all_succeeds(folder, mirror.path());
}

/// Not a test of its own: the process of [`a_limit_on_files_loses_nothing`] whose files may not grow.
#[test]
fn helper_process() {
    let (Some(folder), Some(mirror)) = (env::var_os("TEST_LIMITED"), env::var_os("TEST_MIRROR")) else {
        return;
    };
    // The limit holds here, or the rest would prove nothing.
    let probe = Path::new(&folder).join("probe");
    assert!(
        fs::write(&probe, vec![0; 1 << 20]).is_err(),
        "files may still grow"
    );
    fs::remove_file(probe).unwrap();
    all_is_refused(Path::new(&folder), Path::new(&mirror));
    println!("refused");
}

#[test]
fn a_limit_on_files_loses_nothing() {
    let (folder, mirror) = (tempfile::tempdir().unwrap(), mirror());
    prepare(folder.path());
    // Without the trap the system would end the process instead of refusing the write.
    let script = "trap '' XFSZ && ulimit -f 8 && exec \"$0\" \"$@\"";
    let variables = [("TEST_LIMITED", folder.path()), ("TEST_MIRROR", mirror.path())];
    let output = process("disk::helper_process", &["sh", "-c", script], &variables)
        .output()
        .unwrap();
    let said = String::from_utf8_lossy(&output.stdout);
    let complaint = String::from_utf8_lossy(&output.stderr);
    if complaint.contains("files may still grow") || complaint.contains("ulimit") {
        eprintln!("skipped: the shell cannot limit files here ({complaint})");
        return;
    }
    assert!(
        output.status.success() && said.contains("refused"),
        "{said}\n{complaint}"
    );
    all_succeeds(folder.path(), mirror.path());
}
