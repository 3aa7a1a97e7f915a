//! Progress of long work.

/// Is told how long work gets on. Library code never prints; it tells the observer it was passed.
///
/// Tasks may nest (a search that fits forests); implementations must accept calls from several
/// threads at once.
pub trait Observer: Send + Sync {
    /// A task of `total` units begins.
    fn start(&self, task: &str, total: u64);

    /// `units` more are done.
    fn advance(&self, task: &str, units: u64);

    /// A remark on the task: the best score so far, the file being fetched.
    fn message(&self, _task: &str, _text: &str) {}

    /// The task is over.
    fn finish(&self, task: &str);
}

/// Ignores everything: the default.
#[derive(Debug, Clone, Copy, Default)]
pub struct Silent;

impl Observer for Silent {
    fn start(&self, _: &str, _: u64) {}
    fn advance(&self, _: &str, _: u64) {}
    fn finish(&self, _: &str) {}
}

#[cfg(feature = "progress")]
pub use bar::ProgressBars;

#[cfg(feature = "progress")]
mod bar {
    use std::{
        collections::BTreeMap,
        sync::{Mutex, PoisonError},
    };

    use indicatif::{MultiProgress, ProgressBar, ProgressStyle};

    use super::Observer;

    /// Draws a bar for every task on standard error; draws nothing when that is not a terminal.
    #[derive(Debug, Default)]
    pub struct ProgressBars {
        all: MultiProgress,
        running: Mutex<BTreeMap<String, ProgressBar>>,
    }

    impl ProgressBars {
        /// No bar yet; each task adds its own.
        pub fn new() -> Self {
            Self::default()
        }

        fn with(&self, task: &str, act: impl FnOnce(&ProgressBar)) {
            // A panic in another thread leaves the map whole, so its lock may be taken over.
            let running = self.running.lock().unwrap_or_else(PoisonError::into_inner);
            if let Some(bar) = running.get(task) {
                act(bar);
            }
        }
    }

    impl Observer for ProgressBars {
        fn start(&self, task: &str, total: u64) {
            let style = ProgressStyle::with_template("{prefix:<28} {bar:30} {pos}/{len} {elapsed} {msg}")
                .unwrap_or_else(|_| ProgressStyle::default_bar());
            let bar = self.all.add(
                ProgressBar::new(total)
                    .with_style(style)
                    .with_prefix(task.to_owned()),
            );
            let mut running = self.running.lock().unwrap_or_else(PoisonError::into_inner);
            running.insert(task.to_owned(), bar);
        }

        fn advance(&self, task: &str, units: u64) {
            self.with(task, |bar| bar.inc(units));
        }

        fn message(&self, task: &str, text: &str) {
            self.with(task, |bar| bar.set_message(text.to_owned()));
        }

        fn finish(&self, task: &str) {
            let mut running = self.running.lock().unwrap_or_else(PoisonError::into_inner);
            if let Some(bar) = running.remove(task) {
                bar.finish();
            }
        }
    }
}
