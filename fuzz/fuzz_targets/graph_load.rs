//! Loads arbitrary bytes as a graph, and damaged copies of sound ones; runs and differentiates what loads. See
//! `fuzz/README.md`.
#![no_main]

use std::{
    collections::HashSet,
    fs,
    panic::Location,
    path::PathBuf,
    sync::{Mutex, OnceLock},
};

use libfuzzer_sys::fuzz_target;
use ml_core::{
    DType, Persist, Result, Shape, Tensor,
    autodiff::{Source, Tape},
    graph::{Concrete, Function, Graph, Kind},
    ops::Spec,
};
use ml_fuzz::{GRAPH, forge, sound_payloads};

/// Graphs with a larger tensor than this are loaded but not run.
const MOST_ELEMENTS: usize = 1 << 12;

fn payloads() -> &'static [Vec<u8>] {
    static PAYLOADS: OnceLock<Vec<Vec<u8>>> = OnceLock::new();
    PAYLOADS.get_or_init(sound_payloads)
}

fn load(payload: &[u8]) {
    if let Ok(graph) = Graph::from_bytes(&forge(GRAPH, payload)) {
        let bytes = graph.to_bytes().expect("what was loaded can be stored");
        let again = Graph::from_bytes(&bytes).expect("what was stored can be loaded");
        assert_eq!(again.to_dot(), graph.to_dot());
        let (run, differentiate) = (is_small(&graph), is_small_or_open(&graph));
        let Ok(concrete) = Concrete::try_from(graph) else {
            return;
        };
        let inputs: Vec<Tensor> = concrete
            .graph()
            .inputs()
            .map(|node| some(&node.outputs[0]))
            .collect();
        if run {
            let _ = concrete.call(&inputs.iter().collect::<Vec<_>>());
            let _ = slopes(&concrete, &inputs);
        }
        if differentiate {
            let _ = traced_slopes(concrete, &inputs);
        }
    }
}

/// Whether every tensor is small, and no loop goes on for as long as a condition says.
fn is_small(graph: &Graph) -> bool {
    graph.nodes().iter().all(|node| {
        let few =
            |spec: &Spec| spec.shape.is_known() && spec.shape.iter().product::<usize>() <= MOST_ELEMENTS;
        let inner = match &node.kind {
            Kind::Primitive(primitive) => {
                !matches!(primitive.name(), "while" | "repeat" | "one_hot")
                    && primitive.subgraphs().into_iter().all(is_small)
            }
            _ => true,
        };
        inner && node.outputs.iter().all(few)
    })
}

/// As [`is_small`], where lengths may be unknown and loops may be endless: enough where nothing runs.
fn is_small_or_open(graph: &Graph) -> bool {
    graph.nodes().iter().all(|node| {
        let few = |spec: &Spec| {
            let known = spec.shape.iter().filter(|&&length| length != Shape::UNKNOWN);
            known.fold(1usize, |product, &length| product.saturating_mul(length)) <= MOST_ELEMENTS
        };
        let inner = match &node.kind {
            Kind::Primitive(primitive) => primitive.subgraphs().into_iter().all(is_small_or_open),
            _ => true,
        };
        inner && node.outputs.iter().all(few)
    })
}

/// A tensor of this type and shape.
fn some(spec: &Spec) -> Tensor {
    let lengths: Vec<i64> = spec
        .shape
        .iter()
        .map(|&length| if length > MOST_ELEMENTS { 2 } else { length as i64 })
        .collect();
    let len: i64 = lengths.iter().product::<i64>().min(MOST_ELEMENTS as i64);
    let values: Vec<f64> = (0..len).map(|i| 0.25 * (i % 7) as f64 - 0.5).collect();
    let made = Tensor::from(values).cast(match spec.dtype {
        DType::Str => DType::F64,
        dtype => dtype,
    });
    made.and_then(|made| made.reshape(&lengths))
        .unwrap_or_else(|_| Tensor::from(0.5))
}

/// First and second derivatives on tapes.
fn slopes(concrete: &Concrete, inputs: &[Tensor]) -> Result<()> {
    let (outer, inner) = (Tape::new(), Tape::persistent());
    let watch = |tensor: &Tensor| match tensor.dtype().is_float() {
        true => inner.watch(&outer.watch(tensor)?),
        false => Ok(tensor.clone()),
    };
    let watched = inputs.iter().map(watch).collect::<Result<Vec<_>>>()?;
    let results = concrete.call(&watched.iter().collect::<Vec<_>>())?;
    let sources: Vec<&dyn Source> = watched.iter().map(|x| x as &dyn Source).collect();
    let targets: Vec<&Tensor> = results.iter().filter(|y| y.dtype().is_float()).collect();
    let first = inner.gradient_of(&targets, &sources)?;
    let first: Vec<&Tensor> = first.iter().flatten().collect();
    outer.gradient_of(&first, &sources)?;
    Ok(())
}

/// The graph of the derivatives, traced and optimised.
fn traced_slopes(concrete: Concrete, inputs: &[Tensor]) -> Result<()> {
    let specs: Vec<Spec> = inputs.iter().map(Tensor::spec).collect();
    let slopes = Function::new("slopes", move |x| {
        let tape = Tape::new();
        let watch = |tensor: &Tensor| match tensor.dtype().is_float() {
            true => tape.watch(tensor),
            false => Ok(tensor.clone()),
        };
        let watched = x.iter().map(watch).collect::<Result<Vec<_>>>()?;
        let results = concrete.call(&watched.iter().collect::<Vec<_>>())?;
        let sources: Vec<&dyn Source> = watched.iter().map(|x| x as &dyn Source).collect();
        let targets: Vec<&Tensor> = results.iter().filter(|y| y.dtype().is_float()).collect();
        Ok(tape
            .gradient_of(&targets, &sources)?
            .into_iter()
            .flatten()
            .collect())
    });
    slopes.concrete(&specs).map(|_| ())
}

/// Notes where a panic came from, once. The loader turns panics of primitives with hostile fields into errors: they
/// must not abort here. Any other panic still ends the process, since it leaves the target.
fn note(place: Option<&Location<'_>>) {
    static SEEN: Mutex<Option<HashSet<String>>> = Mutex::new(None);
    let place = place.map(ToString::to_string).unwrap_or_default();
    let mut seen = SEEN.lock().unwrap_or_else(|poisoned| poisoned.into_inner());
    if seen.get_or_insert_default().insert(place.clone()) {
        eprintln!("panic at {place}");
    }
}

/// Writes the sound graphs, and a patch on each, into the folder that `SEEDS` names.
fn write_seeds() -> std::io::Result<()> {
    let Some(folder) = std::env::var_os("SEEDS").map(PathBuf::from) else {
        return Ok(());
    };
    fs::create_dir_all(&folder)?;
    for (number, payload) in payloads().iter().enumerate() {
        fs::write(folder.join(format!("sound-{number}")), payload)?;
        fs::write(folder.join(format!("patch-{number}")), [number as u8, 40, 0, 1])?;
    }
    Ok(())
}

fuzz_target!(init: {
    write_seeds().expect("the folder of seeds can be written");
    std::panic::set_hook(Box::new(|info| note(info.location())));
}, |bytes: &[u8]| {
    let _ = Graph::from_bytes(bytes);
    load(bytes);
    // As patches of three bytes on one of the sound graphs: which; then where, and what.
    let Some((&which, patches)) = bytes.split_first() else {
        return;
    };
    let mut damaged = payloads()[usize::from(which) % payloads().len()].clone();
    for patch in patches.chunks_exact(3) {
        let at = usize::from(u16::from_le_bytes([patch[0], patch[1]])) % damaged.len();
        damaged[at] = patch[2];
    }
    load(&damaged);
});
