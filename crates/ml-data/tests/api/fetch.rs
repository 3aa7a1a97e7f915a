//! Downloads over loopback: broken, slow, wrong, redirected, resumed.

use std::{
    env, fs,
    process::{Child, Command, Stdio},
    thread,
    time::{Duration, Instant},
};

use ml_data::registry::{Cache, Error};

use super::{
    registry::{Corner, sha256},
    server::{Answer, Server},
};

/// Long enough to span several reads of a socket.
fn body() -> Vec<u8> {
    (0..300_000_u64).map(|i| ((i * i) >> 3) as u8).collect()
}

/// A corner with the data set `a` of one file, `a.bin`, registered at the server.
fn corner(server: &Server, body: &[u8]) -> Corner {
    let url = format!("{}/a.bin", server.base);
    Corner::new(&[(
        "a.bin",
        &format!("sha256 = [\"{}\"]", sha256(body)),
        &["a.bin"],
        &[&url],
    )])
}

fn served(answers: &[Answer]) -> (Server, Corner) {
    let server = Server::start(&[("/a.bin", &body()), ("/moved/a.bin", &body())], answers);
    let corner = corner(&server, &body());
    (server, corner)
}

#[test]
fn a_download_lands_with_its_checksums() {
    let (server, corner) = served(&[]);
    let fetched = corner.fetcher.fetch("a").unwrap();
    assert!(fetched.fresh);
    assert_eq!(fs::read(fetched.folder.join("a.bin")).unwrap(), body());
    assert_eq!(corner.fetcher.verify("a").unwrap(), 1);
    assert!(!corner.fetcher.fetch("a").unwrap().fresh);
    assert_eq!(server.ranges(), [None], "the second fetch asked nobody");
    corner.assert_tidy();
}

#[test]
fn a_dropped_connection_is_resumed_where_it_broke() {
    let (server, corner) = served(&[Answer::DropAfter(100_000), Answer::DropAfter(50_000)]);
    corner.fetcher.fetch("a").unwrap();
    let resumed = ["bytes=100000-", "bytes=150000-"].map(|range| Some(range.to_owned()));
    assert_eq!(server.ranges(), [vec![None], resumed.to_vec()].concat());
    assert_eq!(corner.read("a.bin"), body());
}

#[test]
fn the_next_process_resumes_what_the_last_one_left() {
    let (server, mut corner) = served(&[Answer::DropAfter(100_000)]);
    corner.fetcher.retry.attempts = 1;
    let error = corner.fetcher.fetch("a").unwrap_err();
    assert!(matches!(error, Error::Download { attempts: 1, .. }), "{error}");
    assert!(error.to_string().contains("ML_DATASETS_MIRROR"), "{error}");
    assert!(!corner.fetcher.cache.folder("a").exists(), "nothing half-written");
    corner.fetcher.fetch("a").unwrap();
    assert_eq!(server.ranges(), [None, Some("bytes=100000-".to_owned())]);
    assert_eq!(corner.read("a.bin"), body());
}

#[test]
fn a_wrong_beginning_from_before_is_replaced() {
    let (server, mut corner) = served(&[Answer::DropAfter(100_000)]);
    corner.fetcher.retry.attempts = 1;
    corner.fetcher.fetch("a").unwrap_err();
    fs::write(&corner.parts()[0], vec![7; 100_000]).unwrap();
    corner.fetcher.fetch("a").unwrap();
    assert_eq!(server.ranges(), [None, Some("bytes=100000-".to_owned()), None]);
    assert_eq!(corner.read("a.bin"), body());
}

#[test]
fn a_part_that_is_whole_needs_no_server_and_one_too_long_starts_anew() {
    for (kept, requests) in [(body(), 1), (vec![7; 400_000], 3)] {
        let (server, mut corner) = served(&[Answer::DropAfter(10)]);
        corner.fetcher.retry.attempts = 1;
        corner.fetcher.fetch("a").unwrap_err();
        fs::write(&corner.parts()[0], kept).unwrap();
        corner.fetcher.retry.attempts = 2;
        corner.fetcher.fetch("a").unwrap();
        assert_eq!(server.ranges().len(), requests);
        assert_eq!(corner.read("a.bin"), body());
    }
}

#[test]
fn a_server_that_ignores_ranges_still_serves() {
    let (_server, corner) = served(&[Answer::DropAfter(100_000), Answer::IgnoreRange]);
    corner.fetcher.fetch("a").unwrap();
    assert_eq!(corner.read("a.bin"), body());
}

#[test]
fn a_silent_server_is_given_up_and_tried_again() {
    let (server, mut corner) = served(&[Answer::StallAfter(1_000)]);
    corner.fetcher.retry.silence = Duration::from_millis(300);
    corner.fetcher.fetch("a").unwrap();
    assert_eq!(server.ranges(), [None, Some("bytes=1000-".to_owned())]);
}

#[test]
fn a_slow_server_is_waited_for() {
    // In all longer than the silence that is borne, but never silent for so long.
    let (server, mut corner) = served(&[Answer::Slow(20_000, Duration::from_millis(60))]);
    corner.fetcher.retry.silence = Duration::from_millis(600);
    corner.fetcher.fetch("a").unwrap();
    assert_eq!(server.ranges(), [None]);
}

#[test]
fn busy_servers_are_asked_again_and_redirects_followed() {
    let (server, corner) = served(&[
        Answer::Status(503),
        Answer::Status(429),
        Answer::Redirect("/moved/a.bin".to_owned()),
    ]);
    corner.fetcher.fetch("a").unwrap();
    assert_eq!(server.paths(), ["/a.bin", "/a.bin", "/a.bin", "/moved/a.bin"]);
}

#[test]
fn refusals_are_final_and_say_so() {
    let (server, corner) = served(&[Answer::Status(404)]);
    let error = corner.fetcher.fetch("a").unwrap_err().to_string();
    assert_eq!(error, format!("a.bin: not found at {}/a.bin", server.base));
    let (server, corner) = served(&[Answer::Status(403)]);
    let error = corner.fetcher.fetch("a").unwrap_err().to_string();
    assert!(
        error.contains("the server answered with status 403 (1 attempts)"),
        "{error}"
    );
    assert_eq!(server.ranges().len(), 1);
    let (server, corner) = served(&[
        Answer::Redirect("/a.bin".to_owned()),
        Answer::Redirect("/a.bin".to_owned()),
    ]);
    corner.fetcher.fetch("a").unwrap();
    assert_eq!(server.ranges().len(), 3);
    corner.assert_tidy();
}

#[test]
fn wrong_bytes_are_refused_with_both_checksums() {
    let server = Server::start(&[("/a.bin", b"something else")], &[]);
    let corner = corner(&server, &body());
    let error = corner.fetcher.fetch("a").unwrap_err();
    let Error::Checksum { expected, actual, .. } = &error else {
        panic!("{error}")
    };
    assert_eq!((expected, actual), (&sha256(&body()), &sha256(b"something else")));
    assert!(!corner.fetcher.cache.folder("a").exists());
    assert_eq!(corner.parts().len(), 0, "nothing of it was kept");
}

#[test]
fn a_flood_is_stopped() {
    // Registered with 10 bytes: more than twice that and a MiB is not read.
    let flood = vec![0; 3 << 20];
    let server = Server::start(&[("/a.bin", &flood)], &[]);
    let corner = corner(&server, &body());
    let error = corner.fetcher.fetch("a").unwrap_err();
    assert!(matches!(error, Error::Oversize { .. }), "{error}");
    assert_eq!(corner.parts().len(), 0);
}

#[test]
fn sources_are_tried_in_order_and_all_reasons_told() {
    let server = Server::start(&[("/good/a.bin", &body())], &[]);
    let urls = [format!("{}/bad/", server.base), format!("{}/good/", server.base)];
    let sum = format!("sha256 = [\"{}\"]", sha256(&body()));
    let corner = Corner::new(&[("a.bin", &sum, &["a.bin"], &[&urls[0], &urls[1]])]);
    corner.fetcher.fetch("a").unwrap();
    assert_eq!(server.paths(), ["/bad/a.bin", "/good/a.bin"]);
    let corner = Corner::new(&[("a.bin", &sum, &["a.bin"], &[&urls[0], &urls[0]])]);
    let error = corner.fetcher.fetch("a").unwrap_err().to_string();
    assert!(error.starts_with("data set a cannot be had from any of its sources:\n  a.bin: not found"));
}

#[test]
fn a_mirror_can_be_an_address() {
    let server = Server::start(&[("/m/a/a.bin", &body())], &[]);
    let mut corner = corner(&server, &body());
    corner.fetcher.mirror = Some(ml_data::registry::Mirror::new(&format!("{}/m/", server.base)));
    corner.fetcher.fetch("a").unwrap();
    assert_eq!(server.paths(), ["/m/a/a.bin"]);
}

#[test]
fn nobody_there_is_an_error_with_a_hint() {
    // Bound and dropped: nothing listens at this port.
    let port = std::net::TcpListener::bind("127.0.0.1:0")
        .unwrap()
        .local_addr()
        .unwrap()
        .port();
    let url = format!("http://127.0.0.1:{port}/a.bin");
    let corner = Corner::new(&[("a.bin", "", &["a.bin"], &[&url])]);
    let error = corner.fetcher.fetch("a").unwrap_err().to_string();
    assert!(
        error.contains("(3 attempts); offline? set ML_DATASETS_MIRROR"),
        "{error}"
    );
}

/// Not a test of its own: another process that fetches from the server, told by two variables.
#[test]
fn helper_process() {
    let (Ok(url), Ok(cache)) = (env::var("TEST_URL"), env::var("TEST_CACHE")) else {
        return;
    };
    let sum = format!("sha256 = [\"{}\"]", sha256(&body()));
    let mut corner = Corner::new(&[("a.bin", &sum, &["a.bin"], &[&url])]);
    corner.fetcher.cache = Cache::new(cache);
    println!("fresh={}", corner.fetcher.fetch("a").unwrap().fresh);
}

/// A process of its own that fetches into the corner's cache.
fn process(server: &Server, corner: &Corner) -> Child {
    Command::new(env::current_exe().unwrap())
        .args(["--exact", "fetch::helper_process", "--nocapture"])
        .env("TEST_URL", format!("{}/a.bin", server.base))
        .env("TEST_CACHE", corner.fetcher.cache.root())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap()
}

/// Bytes of the download so far.
fn downloaded(corner: &Corner) -> u64 {
    corner
        .parts()
        .first()
        .map_or(0, |part| fs::metadata(part).map_or(0, |m| m.len()))
}

fn wait_until(what: &str, mut done: impl FnMut() -> bool) {
    let start = Instant::now();
    while !done() {
        assert!(
            start.elapsed() < Duration::from_secs(30),
            "waited in vain until {what}"
        );
        thread::sleep(Duration::from_millis(2));
    }
}

#[test]
fn a_killed_download_goes_on_in_the_next_process() {
    let slow = Answer::Slow(10_000, Duration::from_millis(15));
    let (server, corner) = served(&[slow.clone(), slow]);
    let mut kept = Vec::new();
    for least in [50_000, 150_000] {
        let mut child = process(&server, &corner);
        wait_until("part of it is there", || downloaded(&corner) >= least);
        child.kill().unwrap();
        assert!(!child.wait().unwrap().success(), "it was killed");
        assert!(!corner.fetcher.cache.folder("a").exists(), "nothing half-written");
        kept.push(downloaded(&corner));
    }
    assert!(
        kept[1] > kept[0] && kept[1] < 300_000,
        "the second went on: {kept:?}"
    );
    // Here the lock of the dead is free, and what they left is used.
    corner.fetcher.fetch("a").unwrap();
    let asked: Vec<_> = kept.iter().map(|n| Some(format!("bytes={n}-"))).collect();
    assert_eq!(server.ranges(), [vec![None], asked].concat());
    assert_eq!(corner.read("a.bin"), body());
    corner.assert_tidy();
}

#[test]
fn of_two_processes_one_downloads_and_the_other_waits() {
    let (server, corner) = served(&[Answer::Slow(20_000, Duration::from_millis(20))]);
    let children = [process(&server, &corner), process(&server, &corner)];
    let outputs = children.map(|child| child.wait_with_output().unwrap());
    assert!(outputs.iter().all(|output| output.status.success()));
    let said = outputs
        .map(|output| String::from_utf8_lossy(&output.stdout).into_owned())
        .concat();
    let count = |what| said.matches(what).count();
    assert_eq!((count("fresh=true"), count("fresh=false")), (1, 1), "{said}");
    assert_eq!(server.ranges(), [None], "one request for both");
    assert_eq!(corner.read("a.bin"), body());
}
