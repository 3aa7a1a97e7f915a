//! Loads arbitrary bytes as a graph, and damaged copies of a sound one; see `fuzz/README.md`.
#![no_main]

use std::sync::{Once, OnceLock};

use libfuzzer_sys::fuzz_target;
use ml_core::{
    DType, Persist, Result, Tensor,
    autodiff::Variable,
    graph::{Concrete, Function, Graph, cond, for_range, scan},
    ops::Spec,
};
use sha2::{Digest, Sha256};

/// A file around `payload` with a checksum that matches.
fn forge(payload: &[u8]) -> Vec<u8> {
    let mut bytes = b"\x89mlm\r\n\x1a\n".to_vec();
    bytes.extend(ml_core::persist::FORMAT_VERSION.to_le_bytes());
    bytes.extend((payload.len() as u64).to_le_bytes());
    for name in ["ml_core::Graph", "0.1.0"] {
        bytes.extend((name.len() as u16).to_le_bytes());
        bytes.extend(name.as_bytes());
    }
    bytes.extend(payload);
    let digest = Sha256::digest(&bytes);
    bytes.extend(digest);
    bytes
}

/// A graph with loops, branches, variables and constants.
fn sound() -> Result<Vec<u8>> {
    let v = Variable::named("v", [1.0, 2.0]);
    let f = Function::unary("f", move |x| {
        let body = |i: &Tensor, y: &[Tensor]| {
            v.assign_add(&Tensor::from([0.5, 0.25]))?;
            let next = y[0].mul(&v.read())?.tanh()?;
            cond(
                &i.less(&Tensor::from(2))?,
                || Ok(vec![next.neg()?]),
                || Ok(vec![next.transpose()?.transpose()?]),
            )
        };
        let looped = for_range(0, 3, body, &[x])?;
        let step = |s: &[Tensor], row: &[Tensor]| Ok((vec![s[0].add(&row[0])?], vec![s[0].sum_keep(&[0])?]));
        let (last, _) = scan(step, &[&looped[0].sum(&[0])?], &[&looped[0]])?;
        looped[0]
            .add(&last[0])?
            .matmul(&Tensor::from([[1.0], [2.0]]))?
            .reshape(&[-1])
    });
    f.concrete(&[Spec::new(DType::F64, [2, 2])])?.graph().to_bytes()
}

/// What of [`sound`] lies between the header and the checksum.
fn payload() -> &'static [u8] {
    static PAYLOAD: OnceLock<Vec<u8>> = OnceLock::new();
    PAYLOAD.get_or_init(|| {
        let bytes = sound().expect("the graph traces and can be stored");
        bytes[forge(&[]).len() - 32..bytes.len() - 32].to_vec()
    })
}

fn load(payload: &[u8]) {
    if let Ok(graph) = Graph::from_bytes(&forge(payload)) {
        let bytes = graph.to_bytes().expect("what was loaded can be stored");
        let again = Graph::from_bytes(&bytes).expect("what was stored can be loaded");
        assert_eq!(again.to_dot(), graph.to_dot());
        let _ = Concrete::try_from(graph);
    }
}

fuzz_target!(|bytes: &[u8]| {
    // The loader turns panics of primitives with hostile fields into errors: they must not abort here. Any
    // other panic still ends the process, since it leaves this closure.
    static QUIET: Once = Once::new();
    QUIET.call_once(|| std::panic::set_hook(Box::new(|_| ())));
    let _ = Graph::from_bytes(bytes);
    load(bytes);
    // As patches of three bytes on the sound one: where, and what.
    let mut damaged = payload().to_vec();
    for patch in bytes.chunks_exact(3) {
        let at = usize::from(u16::from_le_bytes([patch[0], patch[1]])) % damaged.len();
        damaged[at] = patch[2];
    }
    load(&damaged);
});
