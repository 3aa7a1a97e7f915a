//! The programs: ours, the Rust peers' and the Python peers', built or installed.

use std::{
    env, fs,
    path::{Path, PathBuf},
    process::Command,
};

use anyhow::{Context, Result, bail};

use super::{measure::Program, workload::Workload};

/// The manifest of the Rust peers, which the workspace does not know.
const RUST_PEERS: &str = "benches/rust-peers";
/// Their package and binary.
const RUST_BINARY: &str = "ml-bench-rust-peers";
/// What the versions of the Rust peers are called in the lock file.
const LIBRARIES: [&str; 2] = ["smartcore", "linfa"];

/// Programs that are ready to run.
pub(super) struct Sides {
    ours: PathBuf,
    peers: Option<Peers>,
    scripts: PathBuf,
}

struct Peers {
    python: PathBuf,
    python_version: String,
    rust: PathBuf,
    /// `[version]` of each of [`LIBRARIES`].
    rust_versions: Vec<String>,
}

impl Sides {
    /// Builds our side and, if asked for, what was set up of the peers'.
    pub(super) fn build(root: &Path, folder: &Path, peers: bool) -> Result<Self> {
        // First, since what is missing there is told at once.
        let python = peers.then(|| python(folder)).transpose()?;
        println!("building ml-bench");
        let ours = build(root, "ml-bench", &target(root))?;
        let peers = python
            .map(|(python, python_version)| -> Result<Peers> {
                Ok(Peers {
                    python,
                    python_version,
                    rust: build_rust_peers(root)?,
                    rust_versions: rust_versions(root)?,
                })
            })
            .transpose()?;
        Ok(Self {
            ours,
            peers,
            scripts: root.join("benches/peers"),
        })
    }

    /// Our side's binary.
    pub(super) fn ours(&self) -> &Path {
        &self.ours
    }

    /// Who runs a workload: we first.
    pub(super) fn programs(&self, workload: &Workload) -> Vec<Program> {
        let version = env!("CARGO_PKG_VERSION");
        let mut programs = vec![Program::new("ml", version, &self.ours, [workload.name])];
        let Some(peers) = &self.peers else {
            return programs;
        };
        if workload.python {
            let script = self.scripts.join(workload.script());
            programs.push(Program::new(
                "Scikit-Learn",
                &peers.python_version,
                &peers.python,
                [script],
            ));
        }
        for (name, package) in workload.tensors {
            let script = self.scripts.join("core.py").into_os_string();
            let arguments = [script, (*name).into(), workload.name.into()];
            let version = package_version(&peers.python, package);
            programs.push(Program::new(name, &version, &peers.python, arguments));
        }
        for (library, version) in LIBRARIES.iter().zip(&peers.rust_versions) {
            if workload.rust.contains(library) {
                programs.push(Program::new(
                    library,
                    version,
                    &peers.rust,
                    [library, workload.name],
                ));
            }
        }
        programs
    }
}

/// Makes the virtual environment of the Python peers in `folder`, and builds the Rust peers.
pub(super) fn set_up(root: &Path, folder: &Path) -> Result<()> {
    let environment = folder.join("peers");
    println!("installing the Python peers under {}", environment.display());
    check(
        Command::new("python3").args(["-m", "venv"]).arg(&environment),
        "python3 -m venv",
    )?;
    check(
        Command::new(environment.join("bin/python"))
            .args(["-m", "pip", "install", "--quiet", "--requirement"])
            .arg(root.join("benches/peers/requirements.txt")),
        "pip install",
    )?;
    build_rust_peers(root)?;
    Ok(())
}

/// Runs a command to its end; its output is the user's to see.
pub(super) fn check(command: &mut Command, what: &str) -> Result<()> {
    let status = command.status().with_context(|| format!("starting {what}"))?;
    if !status.success() {
        bail!("{what} failed ({status})");
    }
    Ok(())
}

/// The interpreter that [`set_up`] made, and its Scikit-Learn's version.
fn python(folder: &Path) -> Result<(PathBuf, String)> {
    let python = folder.join("peers/bin/python");
    let remedy = "run `cargo xtask bench --setup-peers` first";
    let output = Command::new(&python)
        .args(["-c", "import sklearn; print(sklearn.__version__)"])
        .output()
        .with_context(|| format!("no Python peers under {}: {remedy}", folder.display()))?;
    if !output.status.success() {
        bail!(
            "Scikit-Learn cannot be imported by {}: {remedy}",
            python.display()
        );
    }
    let version = String::from_utf8_lossy(&output.stdout).trim().to_owned();
    Ok((python, version))
}

/// The version of an installed package; that it is missing, its program will tell.
fn package_version(python: &Path, package: &str) -> String {
    let program = format!("from importlib.metadata import version; print(version({package:?}))");
    let output = Command::new(python).args(["-c", &program]).output();
    output.map_or_else(
        |_| String::new(),
        |output| String::from_utf8_lossy(&output.stdout).trim().to_owned(),
    )
}

fn build_rust_peers(root: &Path) -> Result<PathBuf> {
    println!("building the Rust peers");
    // Apart from ours, so that neither build undoes the other's.
    build(
        &root.join(RUST_PEERS),
        RUST_BINARY,
        &target(root).join("rust-peers"),
    )
}

/// Builds a release binary of the manifest in `folder` and says where it is.
fn build(folder: &Path, package: &str, target: &Path) -> Result<PathBuf> {
    let cargo = env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    let mut command = Command::new(cargo);
    command
        .args(["build", "--quiet", "--release", "--locked", "--package", package])
        .env("CARGO_TARGET_DIR", target)
        .current_dir(folder);
    check(&mut command, &format!("building {package}"))?;
    Ok(target.join("release").join(package))
}

fn target(root: &Path) -> PathBuf {
    env::var_os("CARGO_TARGET_DIR").map_or_else(|| root.join("target"), |folder| root.join(folder))
}

fn rust_versions(root: &Path) -> Result<Vec<String>> {
    let path = root.join(RUST_PEERS).join("Cargo.lock");
    let lock = fs::read_to_string(&path).with_context(|| format!("reading {}", path.display()))?;
    LIBRARIES
        .iter()
        .map(|library| {
            locked_version(&lock, library).with_context(|| format!("no {library} in {}", path.display()))
        })
        .collect()
}

/// The version of a package in a lock file, where it stands on the line after its name.
fn locked_version(lock: &str, package: &str) -> Option<String> {
    let name = format!("name = \"{package}\"");
    let line = lock.lines().skip_while(|&line| line != name).nth(1)?;
    Some(line.strip_prefix("version = \"")?.strip_suffix('"')?.to_owned())
}

#[cfg(test)]
mod tests {
    use super::{LIBRARIES, locked_version, rust_versions};

    #[test]
    fn a_version_is_that_of_the_whole_name() {
        let lock = "[[package]]\nname = \"linfa-nn\"\nversion = \"0.7.1\"\n\n[[package]]\nname = \"linfa\"\nversion = \"0.8.1\"\n";
        assert_eq!(locked_version(lock, "linfa").as_deref(), Some("0.8.1"));
        assert_eq!(locked_version(lock, "nn"), None);
    }

    #[test]
    fn the_committed_lock_file_names_every_library() {
        let versions = rust_versions(&crate::workspace_root()).unwrap();
        assert_eq!(versions.len(), LIBRARIES.len());
    }
}
