//! Power cuts in small: processes that are killed half-way, and disks that are full. Nothing is lost, nothing is half-written, and the
//! next run succeeds. Downloads over HTTP that are killed are in `crates/ml-data/tests/api/fetch.rs`.

#[cfg(all(test, unix))]
mod disk;
#[cfg(all(test, unix))]
mod goods;
#[cfg(all(test, unix))]
mod kill;
