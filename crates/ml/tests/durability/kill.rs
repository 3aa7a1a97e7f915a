//! Processes that are killed, without a chance to clean up.

use std::{
    env, fs,
    io::{BufRead, BufReader},
    path::{Path, PathBuf},
    process::Child,
    thread,
    time::Duration,
};

use ml::{core::persist::write_atomically, prelude::*};

use super::goods::{answer, fetcher, mirror, model, names, process};

/// Not a test of its own: saves models in turn, or stops in the middle of one, until it is killed.
#[test]
fn saving_process() {
    let Some(path) = env::var_os("TEST_SAVE_HALF").map(PathBuf::from) else {
        let Some(path) = env::var_os("TEST_SAVE").map(PathBuf::from) else {
            return;
        };
        let models = [model(20_000, 1.0), model(30_000, 2.0)];
        println!("ready");
        loop {
            for model in &models {
                model.save(&path).unwrap();
            }
        }
    };
    let bytes = model(20_000, 2.0).to_bytes().unwrap();
    write_atomically(&path, |file| {
        file.write_all(&bytes[..bytes.len() / 2])?;
        file.flush()?;
        println!("ready");
        thread::sleep(Duration::from_secs(600));
        Ok(())
    })
    .unwrap();
}

/// Starts the process, and waits until it is at work.
fn at_work(helper: &str, variables: &[(&str, &Path)]) -> Child {
    let mut child = process(helper, &[], variables).spawn().unwrap();
    let stdout = child.stdout.take().expect("it is piped");
    let ready = BufReader::new(stdout)
        .lines()
        .any(|line| line.unwrap().contains("ready"));
    assert!(ready, "{helper} ended before it began");
    child
}

fn kill(mut child: Child) {
    child.kill().unwrap();
    let status = child.wait().unwrap();
    assert!(!status.success(), "it was killed: {status}");
}

#[test]
fn a_killed_save_leaves_the_old_model() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("model.ml");
    model(10, 1.0).save(&path).unwrap();
    kill(at_work("kill::saving_process", &[("TEST_SAVE_HALF", &path)]));
    let half: Vec<String> = names(folder.path())
        .into_iter()
        .filter(|n| n != "model.ml")
        .collect();
    assert!(
        half.len() == 1 && half[0].starts_with(".saving-"),
        "it was killed in the middle, so the half is beside the whole: {half:?}"
    );
    assert_eq!(answer(&path), 1.0, "the old model");
    model(20_000, 2.0).save(&path).unwrap();
    assert_eq!(answer(&path), 2.0, "the next run");
}

#[test]
fn a_save_killed_at_any_moment_leaves_a_whole_model() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("model.ml");
    model(10, 1.0).save(&path).unwrap();
    let mut rng = Rng::new(11);
    for _ in 0..10 {
        let child = at_work("kill::saving_process", &[("TEST_SAVE", &path)]);
        thread::sleep(Duration::from_micros((60_000.0 * rng.uniform()) as u64));
        kill(child);
        assert!([1.0, 2.0].contains(&answer(&path)));
    }
    model(5, 3.0).save(&path).unwrap();
    assert_eq!(answer(&path), 3.0, "the next run");
}

/// Not a test of its own: fetches from the mirror again and again, until it is killed.
#[test]
fn fetching_process() {
    let (Some(home), Some(mirror)) = (env::var_os("TEST_FETCH"), env::var_os("TEST_MIRROR")) else {
        return;
    };
    let mut fetcher = fetcher(Path::new(&home), Path::new(&mirror));
    fetcher.force = true;
    println!("ready");
    loop {
        fetcher.fetch("a").unwrap();
    }
}

#[test]
fn a_fetch_killed_at_any_moment_leaves_all_or_nothing() {
    let (home, mirror) = (tempfile::tempdir().unwrap(), mirror());
    let fetcher = fetcher(home.path(), mirror.path());
    let good = fs::read(mirror.path().join("a/a.bin")).unwrap();
    let mut rng = Rng::new(12);
    for _ in 0..10 {
        let variables = [("TEST_FETCH", home.path()), ("TEST_MIRROR", mirror.path())];
        let child = at_work("kill::fetching_process", &variables);
        thread::sleep(Duration::from_micros((30_000.0 * rng.uniform()) as u64));
        kill(child);
        let landed = fetcher.cache.folder("a");
        if landed.exists() {
            assert_eq!(
                fs::read(landed.join("a.bin")).unwrap(),
                good,
                "all of it or nothing"
            );
            assert_eq!(fetcher.verify("a").unwrap(), 1);
        }
        fetcher.fetch("a").unwrap();
        assert_eq!(fs::read(landed.join("a.bin")).unwrap(), good, "the next run");
    }
}
