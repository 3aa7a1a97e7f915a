//! Public behaviour, a file a topic.

#[cfg(test)]
mod building;
#[cfg(test)]
mod callbacks;
#[cfg(test)]
mod crash;
#[cfg(test)]
mod custom;
#[cfg(test)]
mod early;
#[cfg(test)]
mod estimator;
#[cfg(test)]
mod feeding;
#[cfg(test)]
mod files;
#[cfg(test)]
mod hooks;
#[cfg(test)]
mod hostile;
#[cfg(test)]
mod layers;
#[cfg(test)]
mod logic;
#[cfg(test)]
mod mistakes;
#[cfg(test)]
mod parity;
#[cfg(test)]
mod reference;
#[cfg(test)]
mod tensorboard;
#[cfg(test)]
mod training;
#[cfg(test)]
mod tuning;
#[cfg(test)]
mod warnings;

#[cfg(test)]
use ml_core::{Rng, Tensor};

/// Numbers between -1 and 1.
#[cfg(test)]
fn random(shape: &[usize], seed: u64) -> Tensor {
    let mut rng = Rng::new(seed);
    let len: usize = shape.iter().product();
    Tensor::from_vec(
        (0..len).map(|_| (2.0 * rng.uniform() - 1.0) as f32).collect(),
        shape,
    )
    .unwrap()
}

/// A Python that has this module: `ML_PYTHON`, which must have it, or that of the benchmarks' peers; `None`, with a message,
/// where there is none.
#[cfg(test)]
fn python(module: &str) -> Option<std::path::PathBuf> {
    let given = std::env::var_os("ML_PYTHON").map(std::path::PathBuf::from);
    let peers =
        || Some(std::path::Path::new(&std::env::var_os("HOME")?).join(".cache/ml-bench/peers/bin/python"));
    let python = given.clone().or_else(peers);
    if python.as_ref().is_some_and(|python| imports(python, module)) {
        return python;
    }
    assert!(
        given.is_none(),
        "ML_PYTHON = {given:?} has no {module}: install it, or unset ML_PYTHON"
    );
    eprintln!("skipped: no Python with {module}; set ML_PYTHON to one that has it");
    None
}

/// Whether this Python has this module.
#[cfg(test)]
fn imports(python: &std::path::Path, module: &str) -> bool {
    let import = std::process::Command::new(python)
        .args(["-c", &format!("import {module}")])
        .output();
    import.is_ok_and(|output| output.status.success())
}
