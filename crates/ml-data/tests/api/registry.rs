//! Folder mirrors, archives good and hostile, several fetching at once, checks of what is there.

use std::{
    fs,
    io::Write,
    path::{Path, PathBuf},
    thread,
    time::Duration,
};

use flate2::{Compression, write::GzEncoder};
use ml_data::registry::{Cache, Error, Fetcher, Mirror, Registry};
use sha2::{Digest, Sha256};
use tempfile::TempDir;

/// A cache, a mirror and a registry of its own: the data set `a`.
pub(crate) struct Corner {
    home: TempDir,
    pub(crate) fetcher: Fetcher,
}

/// Name, further lines of the registry, what results, and sources of a file.
pub(crate) type File<'a> = (&'a str, &'a str, &'a [&'a str], &'a [&'a str]);

impl Corner {
    pub(crate) fn new(files: &[File<'_>]) -> Self {
        let mut text =
            "[[dataset]]\nname = \"a\"\ntitle = \"\"\ndescription = \"\"\ntask = \"\"\nlicence = \"\"\n"
                .to_owned();
        for (name, lines, gives, sources) in files {
            text += &format!(
                "[[dataset.file]]\nname = {name:?}\nbytes = 10\ngives = {gives:?}\nsources = {sources:?}\n{lines}\n"
            );
        }
        let home = TempDir::new().unwrap();
        let mut fetcher = Fetcher::new(Cache::new(home.path().join("cache")));
        fetcher.registry = Registry::parse(&text).unwrap();
        fetcher.retry.attempts = 3;
        fetcher.retry.first_wait = Duration::from_millis(1);
        Self { home, fetcher }
    }

    /// The same with files in a folder mirror.
    fn mirrored(files: &[File<'_>], contents: &[(&str, &[u8])]) -> Self {
        let mut corner = Self::new(files);
        let mirror = corner.home.path().join("mirror");
        fs::create_dir_all(mirror.join("a")).unwrap();
        for (name, bytes) in contents {
            fs::write(mirror.join("a").join(name), bytes).unwrap();
        }
        corner.fetcher.mirror = Some(Mirror::new(mirror.to_str().unwrap()));
        corner
    }

    pub(crate) fn read(&self, path: &str) -> Vec<u8> {
        fs::read(self.fetcher.cache.folder("a").join(path)).unwrap()
    }

    pub(crate) fn parts(&self) -> Vec<PathBuf> {
        let folder = self.fetcher.cache.root().join(".work/a/parts");
        let Ok(entries) = fs::read_dir(folder) else {
            return Vec::new();
        };
        entries.map(|e| e.unwrap().path()).collect()
    }

    /// Nothing but the lock file is left of the work.
    pub(crate) fn assert_tidy(&self) {
        let work = fs::read_dir(self.fetcher.cache.root().join(".work/a")).unwrap();
        let names: Vec<_> = work.map(|e| e.unwrap().file_name()).collect();
        assert_eq!(names, ["lock"]);
    }
}

pub(crate) fn sha256(bytes: &[u8]) -> String {
    Sha256::digest(bytes)
        .iter()
        .map(|byte| format!("{byte:02x}"))
        .collect()
}

fn gz(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::default());
    encoder.write_all(bytes).unwrap();
    encoder.finish().unwrap()
}

/// A tape archive; names are written as they are, which the crate's own builder would refuse.
fn tar(entries: &[(&str, tar::EntryType, &[u8])]) -> Vec<u8> {
    let mut builder = tar::Builder::new(Vec::new());
    for (name, kind, bytes) in entries {
        let mut header = tar::Header::new_gnu();
        header.as_old_mut().name[..name.len()].copy_from_slice(name.as_bytes());
        header.set_entry_type(*kind);
        header.set_size(bytes.len() as u64);
        header.set_mode(0o644);
        if kind.is_symlink() || kind.is_hard_link() {
            header.set_link_name("/etc/passwd").unwrap();
        }
        header.set_cksum();
        builder.append(&header, *bytes).unwrap();
    }
    builder.into_inner().unwrap()
}

fn bz2(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = bzip2::write::BzEncoder::new(Vec::new(), bzip2::Compression::fast());
    encoder.write_all(bytes).unwrap();
    encoder.finish().unwrap()
}

fn zip(entries: &[(&str, &[u8])], link: Option<&str>) -> Vec<u8> {
    let mut writer = zip::ZipWriter::new(std::io::Cursor::new(Vec::new()));
    for (name, bytes) in entries {
        writer
            .start_file(*name, zip::write::SimpleFileOptions::default())
            .unwrap();
        writer.write_all(bytes).unwrap();
    }
    if let Some(name) = link {
        writer
            .add_symlink(name, "/etc/passwd", zip::write::SimpleFileOptions::default())
            .unwrap();
    }
    writer.finish().unwrap().into_inner()
}

use tar::EntryType::{Char, Directory, Link, Regular, Symlink};

#[test]
fn every_kind_of_archive_unpacks() {
    let tape = tar(&[
        ("top/", Directory, b""),
        ("top/b/c.txt", Regular, b"abc"),
        ("other.txt", Regular, b"x"),
    ]);
    let packed = zip(&[("top/b/c.txt", b"abc"), ("other.txt", b"x")], None);
    for (name, kind, bytes) in [
        ("f.tar", "tar", tape.clone()),
        ("f.tgz", "tgz", gz(&tape)),
        ("f.tbz2", "tbz2", bz2(&tape)),
        ("f.zip", "zip", packed),
    ] {
        let lines = format!("unpack = \"{kind}\"\nwithin = \"top\"");
        let corner = Corner::mirrored(&[(name, &lines, &["b/c.txt"], &[])], &[(name, &bytes)]);
        corner.fetcher.fetch("a").unwrap();
        assert_eq!(corner.read("b/c.txt"), b"abc", "{name}");
        assert!(!corner.fetcher.cache.folder("a").join("other.txt").exists());
        corner.assert_tidy();
    }
    let corner = Corner::mirrored(
        &[("f.gz", "unpack = \"gz\"", &["f"], &[])],
        &[("f.gz", &gz(b"abc"))],
    );
    corner.fetcher.fetch("a").unwrap();
    assert_eq!(corner.read("f"), b"abc");
}

#[test]
fn a_repacked_file_is_known_by_what_is_inside() {
    let lines = format!("unpack = \"gz\"\nunpacked_sha256 = \"{}\"", sha256(b"abc"));
    let files: &[File<'_>] = &[("f.gz", &lines, &["f"], &[])];
    let mut slow = GzEncoder::new(Vec::new(), Compression::none());
    slow.write_all(b"abc").unwrap();
    for bytes in [gz(b"abc"), slow.finish().unwrap()] {
        let corner = Corner::mirrored(files, &[("f.gz", &bytes)]);
        corner.fetcher.fetch("a").unwrap();
        assert_eq!(corner.fetcher.verify("a").unwrap(), 1);
    }
    let corner = Corner::mirrored(files, &[("f.gz", &gz(b"abd"))]);
    let error = corner.fetcher.fetch("a").unwrap_err();
    assert!(
        matches!(&error, Error::Checksum { actual, .. } if *actual == sha256(b"abd")),
        "{error}"
    );
    assert_eq!(corner.parts().len(), 0);
}

#[test]
fn hostile_archives_write_nothing() {
    let outside = "would be written outside";
    let link = "is a link or a device";
    let cases = [
        ("f.tar", tar(&[("../x", Regular, b"x")]), outside),
        ("f.tar", tar(&[("a/../../x", Regular, b"x")]), outside),
        ("f.tar", tar(&[("/tmp/x", Regular, b"x")]), outside),
        ("f.tar", tar(&[("..", Directory, b"")]), outside),
        ("f.tar", tar(&[("..\\x", Regular, b"x")]), outside),
        ("f.tar", tar(&[("c:x", Regular, b"x")]), outside),
        ("f.tar", tar(&[("x", Symlink, b"")]), link),
        ("f.tar", tar(&[("x", Link, b"")]), link),
        ("f.tar", tar(&[("x", Char, b"")]), link),
        (
            "f.tar",
            tar(&[("x", Regular, b"1"), ("x", Regular, b"2")]),
            "comes twice",
        ),
        ("f.zip", zip(&[("../x", b"x")], None), outside),
        ("f.zip", zip(&[("/tmp/x", b"x")], None), outside),
        ("f.zip", zip(&[], Some("x")), link),
        ("f.zip", b"no archive".to_vec(), "cannot be read"),
        ("f.tgz", b"no archive".to_vec(), "cannot be read"),
        ("f.tbz2", b"no archive".to_vec(), "cannot be read"),
        (
            "f.tbz2",
            bz2(&tar(&[("x", Regular, &[1; 5_000])]))[..40].to_vec(),
            "cannot be read",
        ),
        (
            "f.tgz",
            gz(&tar(&[("x", Regular, &[1; 5_000])]))[..40].to_vec(),
            "cannot be read",
        ),
    ];
    for (name, bytes, problem) in cases {
        let lines = format!("unpack = \"{}\"", &name[2..]);
        let corner = Corner::mirrored(&[(name, &lines, &["x"], &[])], &[(name, &bytes)]);
        let error = corner.fetcher.fetch("a").unwrap_err();
        assert!(matches!(error, Error::Archive { .. }), "{error}");
        assert!(error.to_string().contains(problem), "{error}");
        assert!(!corner.fetcher.cache.folder("a").exists());
        assert!(!corner.home.path().join("x").exists() && !Path::new("/tmp/x").exists());
    }
}

#[test]
fn bombs_are_stopped_early() {
    let zeros = vec![0; 64 << 20];
    let bombs = [
        ("f.gz", gz(&zeros)),
        ("f.tgz", gz(&tar(&[("x", Regular, &zeros)]))),
        ("f.zip", zip(&[("x", &zeros)], None)),
    ];
    for (name, bytes) in bombs {
        let lines = format!("unpack = \"{}\"", &name[2..]);
        let mut corner = Corner::mirrored(&[(name, &lines, &["x"], &[])], &[(name, &bytes)]);
        let error = corner.fetcher.fetch("a").unwrap_err().to_string();
        assert!(error.contains("more than the limits allow"), "{name}: {error}");
        corner.fetcher.limits.ratio = 2_000;
        corner.fetcher.fetch("a").unwrap();
    }
    let many: Vec<_> = ["x", "y", "z"].map(|name| (name, Regular, &b""[..])).to_vec();
    let mut corner = Corner::mirrored(
        &[("f.tar", "unpack = \"tar\"", &["x"], &[])],
        &[("f.tar", &tar(&many))],
    );
    corner.fetcher.limits.entries = 2;
    let error = corner.fetcher.fetch("a").unwrap_err().to_string();
    assert!(error.contains("one too many"), "{error}");
}

#[test]
fn an_archive_without_the_expected_file_is_refused() {
    let bytes = tar(&[("y", Regular, b"1")]);
    let corner = Corner::mirrored(
        &[("f.tar", "unpack = \"tar\"", &["x"], &[])],
        &[("f.tar", &bytes)],
    );
    let error = corner.fetcher.fetch("a").unwrap_err().to_string();
    assert!(
        error.contains("f.tar from ") && error.contains("x is not in it"),
        "{error}"
    );
}

#[test]
fn another_form_stands_in() {
    let files: &[File<'_>] = &[
        ("f", "", &["f"], &[]),
        ("f.gz", "unpack = \"gz\"\ninstead_of = \"f\"", &["g"], &[]),
    ];
    let corner = Corner::mirrored(files, &[("f.gz", &gz(b"abc"))]);
    corner.fetcher.fetch("a").unwrap();
    assert_eq!(corner.read("g"), b"abc");
    assert!(!corner.fetcher.fetch("a").unwrap().fresh);
}

#[test]
fn installed_folders_count_as_sources() {
    let home = TempDir::new().unwrap();
    fs::write(home.path().join("f"), "abc").unwrap();
    let source = format!("debian:{}", home.path().display());
    let corner = Corner::new(&[("f", "", &["f"], &["debian:/nowhere", &source])]);
    corner.fetcher.fetch("a").unwrap();
    assert_eq!(corner.read("f"), b"abc");
}

#[test]
fn a_missing_data_set_says_how_to_get_it() {
    let corner = Corner::mirrored(&[("f", "", &["f"], &[])], &[]);
    let error = corner.fetcher.cache.path("a", "f").unwrap_err();
    assert!(
        error
            .to_string()
            .contains("run `cargo xtask fetch a` (or set ML_DATASETS_MIRROR"),
        "{error}"
    );
    let shared = ml_core::Error::from(error).to_string();
    assert!(
        shared.contains("data set a is not here; run `cargo xtask fetch a`"),
        "{shared}"
    );
    assert!(matches!(corner.fetcher.verify("a"), Err(Error::Missing { .. })));
    assert!(matches!(corner.fetcher.fetch("b"), Err(Error::Unknown { .. })));
    assert!(matches!(corner.fetcher.fetch("a"), Err(Error::NotFound { .. })));
}

#[test]
fn changes_are_found_and_repaired() {
    let mut corner = Corner::mirrored(&[("f", "", &["f"], &[])], &[("f", b"abc")]);
    let folder = corner.fetcher.fetch("a").unwrap().folder;
    fs::write(folder.join("f"), "abd").unwrap();
    let error = corner.fetcher.verify("a").unwrap_err().to_string();
    assert!(
        error.contains("f has changed") && error.contains("--force"),
        "{error}"
    );
    corner.fetcher.force = true;
    assert!(corner.fetcher.fetch("a").unwrap().fresh);
    corner.fetcher.verify("a").unwrap();
    fs::remove_file(folder.join("f")).unwrap();
    corner.fetcher.force = false;
    assert!(
        corner.fetcher.fetch("a").unwrap().fresh,
        "a missing file is noticed"
    );
    corner.assert_tidy();
}

#[test]
fn leftovers_of_a_killed_process_do_no_harm() {
    let corner = Corner::mirrored(&[("f", "", &["f"], &[])], &[("f", b"abc")]);
    let work = corner.fetcher.cache.root().join(".work/a");
    for folder in ["new/.part0", "old", "parts"] {
        fs::create_dir_all(work.join(folder)).unwrap();
        fs::write(work.join(folder).join("f"), "half").unwrap();
    }
    corner.fetcher.fetch("a").unwrap();
    assert_eq!(corner.read("f"), b"abc");
    corner.assert_tidy();
}

#[test]
fn several_at_once_do_the_work_once() {
    let corner = Corner::mirrored(&[("f", "", &["f"], &[])], &[("f", &[7; 100_000])]);
    let fresh: usize = thread::scope(|scope| {
        let fetch = || usize::from(corner.fetcher.fetch("a").unwrap().fresh);
        let threads: Vec<_> = (0..8).map(|_| scope.spawn(fetch)).collect();
        threads.into_iter().map(|thread| thread.join().unwrap()).sum()
    });
    assert_eq!(fresh, 1);
    assert_eq!(corner.fetcher.verify("a").unwrap(), 1);
}

/// Not a test of its own: the second process of [`two_processes_at_once`], told by two variables.
#[test]
fn helper_process() {
    let (Ok(mirror), Ok(cache)) = (std::env::var("TEST_MIRROR"), std::env::var("TEST_CACHE")) else {
        return;
    };
    let mut corner = Corner::new(&[("f", "", &["f"], &[])]);
    corner.fetcher.cache = Cache::new(cache);
    corner.fetcher.mirror = Some(Mirror::new(&mirror));
    println!("fresh={}", corner.fetcher.fetch("a").unwrap().fresh);
}

#[test]
fn two_processes_at_once() {
    let corner = Corner::mirrored(&[("f", "", &["f"], &[])], &[("f", &[7; 1_000_000])]);
    let start = || {
        std::process::Command::new(std::env::current_exe().unwrap())
            .args(["--exact", "registry::helper_process", "--nocapture"])
            .env("TEST_MIRROR", corner.home.path().join("mirror"))
            .env("TEST_CACHE", corner.fetcher.cache.root())
            .stdout(std::process::Stdio::piped())
            .spawn()
            .unwrap()
    };
    let children = [start(), start(), start()];
    let outputs = children.map(|child| child.wait_with_output().unwrap());
    assert!(outputs.iter().all(|output| output.status.success()));
    let text: String = outputs
        .iter()
        .map(|output| String::from_utf8_lossy(&output.stdout))
        .collect();
    assert_eq!(
        (
            text.matches("fresh=true").count(),
            text.matches("fresh=false").count()
        ),
        (1, 2),
        "{text}"
    );
    assert_eq!(corner.fetcher.verify("a").unwrap(), 1);
}
