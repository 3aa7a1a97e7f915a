//! One file from one origin, resumed and retried until it is whole.

use std::{
    fs::{self, File},
    io::{Read, Seek, SeekFrom, Write},
    path::Path,
    thread,
    time::Duration,
};

use ml_core::Observer;

use super::{
    Download, Error, Result, checksum,
    error::io,
    http::{Retry, Web},
    origin::{Opened, Origin, Refusal},
};

/// Slack over twice the registered size, for small files.
const SLACK: u64 = 1 << 20;

/// What a transfer needs beside the file and its origin.
pub(super) struct Transfer<'a> {
    pub(super) file: &'a Download,
    pub(super) origin: &'a Origin,
    /// Name of the task for the observer.
    pub(super) task: &'a str,
    pub(super) observer: &'a dyn Observer,
    pub(super) retry: &'a Retry,
    pub(super) web: &'a Web,
}

/// How an attempt ended short of the whole file.
enum Setback {
    Retry(String),
    Final(Error),
}

impl Transfer<'_> {
    /// Brings the file to `part` and checks it. What an earlier process left there is resumed when a
    /// checksum can vouch for the result, else thrown away.
    pub(super) fn run(&self, part: &Path) -> Result<()> {
        if !self.vouched() {
            remove_file(part)?;
        }
        let resumed = length(part) > 0;
        if resumed && !self.file.sha256.is_empty() && self.check(part).is_ok() {
            return Ok(());
        }
        self.attempts(part)?;
        match self.check(part) {
            Err(_) if resumed => {
                // The old beginning may be at fault, so it gets one chance without.
                remove_file(part)?;
                self.attempts(part)?;
                self.check(part).inspect_err(|_| drop(remove_file(part)))
            }
            Err(error) => {
                remove_file(part)?;
                Err(error)
            }
            Ok(()) => Ok(()),
        }
    }

    /// Whether a checksum will tell bytes that do not belong together.
    fn vouched(&self) -> bool {
        !self.file.sha256.is_empty() || self.file.unpacked_sha256.is_some()
    }

    fn check(&self, part: &Path) -> Result<()> {
        if self.file.sha256.is_empty() {
            return Ok(());
        }
        let actual = checksum::of_file(part)?;
        if self
            .file
            .sha256
            .iter()
            .any(|expected| expected.eq_ignore_ascii_case(&actual))
        {
            return Ok(());
        }
        Err(Error::Checksum {
            file: self.file.name.clone(),
            origin: self.origin.to_string(),
            expected: self.file.sha256.join(" or "),
            actual,
        })
    }

    fn attempts(&self, part: &Path) -> Result<()> {
        let (mut wait, mut version, mut attempt) = (self.retry.first_wait, None, 1);
        loop {
            let result = self.attempt(part, &mut version);
            if let Err(Setback::Retry(reason)) = &result {
                self.observer.message(self.task, reason);
            }
            self.observer.finish(self.task);
            match result {
                Ok(()) => return Ok(()),
                Err(Setback::Final(error)) => return Err(error),
                Err(Setback::Retry(reason)) if attempt >= self.retry.attempts => {
                    return Err(self.failed(attempt, reason));
                }
                Err(Setback::Retry(reason)) => {
                    tracing::warn!(file = self.task, attempt, reason, "trying again");
                }
            }
            attempt += 1;
            thread::sleep(wait);
            wait = doubled(wait, self.retry.longest_wait);
        }
    }

    fn attempt(&self, part: &Path, version: &mut Option<String>) -> Result<(), Setback> {
        // Without a checksum only the server's word tells that the file is still the same.
        let from = if self.vouched() || version.is_some() {
            length(part)
        } else {
            0
        };
        let opened = match self.origin.open(from, version.as_deref(), self.web) {
            Ok(opened) => opened,
            Err(refusal) => return Err(self.setback(refusal, part)),
        };
        version.clone_from(&opened.version);
        self.copy(opened, part)
    }

    fn setback(&self, refusal: Refusal, part: &Path) -> Setback {
        match refusal {
            Refusal::Passing(reason) => Setback::Retry(reason),
            Refusal::Lasting(reason) => Setback::Final(self.failed(1, reason)),
            Refusal::NotFound => Setback::Final(Error::NotFound {
                file: self.file.name.clone(),
                origin: self.origin.to_string(),
            }),
            Refusal::PastTheEnd => match remove_file(part) {
                Ok(()) => Setback::Retry("the part kept from before does not fit".to_owned()),
                Err(error) => Setback::Final(error),
            },
        }
    }

    fn copy(&self, mut opened: Opened, part: &Path) -> Result<(), Setback> {
        let mut out = open_at(part, opened.start).map_err(Setback::Final)?;
        let allowed = 2 * self.file.bytes + SLACK;
        let mut at = opened.start;
        let mut buffer = vec![0; 1 << 16];
        self.observer
            .start(self.task, opened.total.unwrap_or(self.file.bytes));
        self.observer.advance(self.task, at);
        loop {
            let n = opened
                .reader
                .read(&mut buffer)
                .map_err(|e| Setback::Retry(e.to_string()))?;
            if n == 0 {
                break;
            }
            at += n as u64;
            if at > allowed {
                // Hopeless, so there is nothing to resume.
                remove_file(part).map_err(Setback::Final)?;
                return Err(Setback::Final(self.oversize(allowed)));
            }
            out.write_all(&buffer[..n])
                .map_err(|e| Setback::Final(io(part, "write")(e)))?;
            self.observer.advance(self.task, n as u64);
        }
        match opened.total {
            Some(total) if at < total => Err(Setback::Retry(format!("it ended after {at} of {total} bytes"))),
            _ => Ok(()),
        }
    }

    fn oversize(&self, allowed: u64) -> Error {
        Error::Oversize {
            file: self.file.name.clone(),
            origin: self.origin.to_string(),
            expected: self.file.bytes,
            allowed,
        }
    }

    fn failed(&self, attempts: u32, reason: String) -> Error {
        Error::Download {
            file: self.file.name.clone(),
            origin: self.origin.to_string(),
            attempts,
            reason,
        }
    }
}

/// Opens `part` for writing at `start`, without what lies behind.
fn open_at(part: &Path, start: u64) -> Result<File> {
    let open = File::options()
        .create(true)
        .truncate(false)
        .write(true)
        .open(part);
    let mut file = open.map_err(io(part, "create"))?;
    file.set_len(start).map_err(io(part, "truncate"))?;
    file.seek(SeekFrom::Start(start)).map_err(io(part, "write"))?;
    Ok(file)
}

fn length(part: &Path) -> u64 {
    fs::metadata(part).map_or(0, |m| m.len())
}

fn remove_file(path: &Path) -> Result<()> {
    match fs::remove_file(path) {
        Err(e) if e.kind() != std::io::ErrorKind::NotFound => Err(io(path, "remove")(e)),
        _ => Ok(()),
    }
}

fn doubled(wait: Duration, longest: Duration) -> Duration {
    (wait * 2).min(longest)
}
