//! `partial_fit` on a file ten times larger than the memory that the process may take.
//!
//! A binary of its own: the limit is the process's.

#![cfg(target_os = "linux")]

#[path = "../../examples/ch04_streaming/stream.rs"]
mod stream;

#[test]
fn a_file_of_ten_times_the_memory_is_learned() {
    const ROOM: u64 = 16 << 20;
    const FILE: u64 = 10 * ROOM;
    const BLOCK: usize = 1 << 20;
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("rows.csv");
    stream::write(&path, FILE).unwrap();
    assert!(path.metadata().unwrap().len() >= FILE);
    let outcome = stream::learn(&path, BLOCK, ROOM).unwrap();
    assert!(!outcome.whole_fits, "the limit is none");
    assert!(
        outcome.blocks >= 150 && outcome.rows > 1_500_000,
        "{} blocks of {} rows",
        outcome.blocks,
        outcome.rows
    );
    let best = stream::best_accuracy();
    assert!(
        (outcome.accuracy - best).abs() < 0.005,
        "{} instead of {best}",
        outcome.accuracy
    );
}
