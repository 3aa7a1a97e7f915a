//! `cargo xtask ci`: what a change must pass before it is shared.

use std::process::Command;

use anyhow::{Context, Result, bail};

/// Runs `.ci/run`, the one list of checks.
pub(crate) fn run() -> Result<()> {
    let script = crate::workspace_root().join(".ci/run");
    let status = Command::new("bash")
        .arg(&script)
        .status()
        .context("starting bash")?;
    if !status.success() {
        bail!("{} failed ({status})", script.display());
    }
    Ok(())
}
