//! The programs: ours, the Rust peers' and the Python peers', built or installed.

use std::{
    env, fs,
    path::{Path, PathBuf},
    process::Command,
};

use anyhow::{Context, Result, bail};

use super::{measure::Program, workload::Workload};

/// Rust libraries in one program: a package that the workspace does not know.
struct RustPeers {
    /// Under `benches`, and under the folder of what is built.
    folder: &'static str,
    binary: &'static str,
    /// What the program calls each library, and the package whose version is told.
    libraries: &'static [(&'static str, &'static str)],
}

impl RustPeers {
    fn source(&self, root: &Path) -> PathBuf {
        root.join("benches").join(self.folder)
    }
}

const RUST_PEERS: [RustPeers; 2] = [
    RustPeers {
        folder: "rust-peers",
        binary: "ml-bench-rust-peers",
        libraries: &[("smartcore", "smartcore"), ("linfa", "linfa")],
    },
    RustPeers {
        folder: "tensor-peers",
        binary: "ml-bench-tensor-peers",
        libraries: &[
            ("candle", "candle-core"),
            ("burn-flex", "burn-flex"),
            ("burn-ndarray", "burn-ndarray"),
        ],
    },
];

/// Programs that are ready to run.
pub(super) struct Sides {
    ours: PathBuf,
    peers: Option<Peers>,
    scripts: PathBuf,
}

struct Peers {
    python: PathBuf,
    python_version: String,
    rust: Vec<Library>,
}

/// A Rust library, ready to run.
struct Library {
    name: &'static str,
    version: String,
    program: PathBuf,
}

impl Sides {
    /// Builds our side and, if there are workloads to compare, the peers' that run them.
    pub(super) fn build(root: &Path, folder: &Path, compared: Option<&[&Workload]>) -> Result<Self> {
        // First, since what is missing there is told at once.
        let python = compared
            .map(|workloads| Ok::<_, anyhow::Error>((python(folder)?, workloads)))
            .transpose()?;
        println!("building ml-bench");
        let ours = build(root, "ml-bench", &target(root))?;
        let peers = python
            .map(|((python, python_version), workloads)| -> Result<Peers> {
                let runs = |library: &str| workloads.iter().any(|w| w.rust.contains(&library));
                Ok(Peers {
                    python,
                    python_version,
                    rust: build_rust_peers(root, &runs)?,
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
        for (name, package) in workload.libraries {
            let script = self.scripts.join(workload.group_script()).into_os_string();
            let arguments = [script, (*name).into(), workload.name.into()];
            let version = package_version(&peers.python, package);
            programs.push(Program::new(name, &version, &peers.python, arguments));
        }
        for library in peers.rust.iter().filter(|l| workload.rust.contains(&l.name)) {
            let arguments = [library.name, workload.name];
            programs.push(Program::new(
                library.name,
                &library.version,
                &library.program,
                arguments,
            ));
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
    build_rust_peers(root, &|_| true)?;
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

/// The libraries that `runs` asks for, their programs built.
fn build_rust_peers(root: &Path, runs: &dyn Fn(&str) -> bool) -> Result<Vec<Library>> {
    let mut ready = Vec::new();
    for peers in &RUST_PEERS {
        if !peers.libraries.iter().any(|(name, _)| runs(name)) {
            continue;
        }
        println!("building {}", peers.binary);
        // Apart from ours, so that neither build undoes the other's.
        let target = target(root).join(peers.folder);
        let program = build(&peers.source(root), peers.binary, &target)?;
        let versions = versions(root, peers)?;
        ready.extend(
            peers
                .libraries
                .iter()
                .zip(versions)
                .map(|(&(name, _), version)| Library {
                    name,
                    version,
                    program: program.clone(),
                }),
        );
    }
    Ok(ready)
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

/// The version of each library, as the committed lock file has it.
fn versions(root: &Path, peers: &RustPeers) -> Result<Vec<String>> {
    let path = peers.source(root).join("Cargo.lock");
    let lock = fs::read_to_string(&path).with_context(|| format!("reading {}", path.display()))?;
    peers
        .libraries
        .iter()
        .map(|(_, package)| {
            locked_version(&lock, package).with_context(|| format!("no {package} in {}", path.display()))
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
    use super::{super::workload::WORKLOADS, RUST_PEERS, locked_version, versions};

    #[test]
    fn a_version_is_that_of_the_whole_name() {
        let lock = "[[package]]\nname = \"linfa-nn\"\nversion = \"0.7.1\"\n\n[[package]]\nname = \"linfa\"\nversion = \"0.8.1\"\n";
        assert_eq!(locked_version(lock, "linfa").as_deref(), Some("0.8.1"));
        assert_eq!(locked_version(lock, "nn"), None);
    }

    #[test]
    fn the_committed_lock_files_name_every_library() {
        for peers in &RUST_PEERS {
            let versions = versions(&crate::workspace_root(), peers).unwrap();
            assert_eq!(versions.len(), peers.libraries.len());
        }
    }

    #[test]
    fn every_rust_peer_of_a_workload_is_in_some_program() {
        let known: Vec<&str> = RUST_PEERS.iter().flat_map(|p| p.libraries).map(|l| l.0).collect();
        for workload in &WORKLOADS {
            assert!(
                workload.rust.iter().all(|name| known.contains(name)),
                "{}",
                workload.name
            );
        }
    }
}
