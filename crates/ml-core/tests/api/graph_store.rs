//! Graphs in files.

use ml_core::{
    DType, Error, Persist, Result, Tensor,
    autodiff::{Tape, Variable},
    graph::{Concrete, Function, Graph, for_range},
    ops::Spec,
    persist::FORMAT_VERSION,
};
use proptest::prelude::*;
use sha2::{Digest, Sha256};

/// A graph with a bit of everything: constants, a loop, variables inside and outside of it.
fn everything() -> (Function, Variable) {
    let v = Variable::named("v", [1.0, 2.0]);
    let handle = v.clone();
    let f = Function::unary("everything", move |x| {
        let body = |_: &Tensor, y: &[Tensor]| {
            handle.assign_add(&Tensor::from([0.5, 0.25]))?;
            Ok(vec![y[0].mul(&handle.read())?.tanh()?])
        };
        let looped = for_range(0, 3, body, &[&x.add_scalar(0.25)?])?;
        let sum = looped[0].add(&handle.read())?;
        sum.matmul(&Tensor::from([[1.0], [2.0]]))
    });
    (f, v)
}

#[test]
fn a_graph_is_loaded_without_the_code_that_made_it() -> Result<()> {
    let (f, v) = everything();
    let x = Tensor::from([[0.1, -0.2], [0.3, 0.4]]);
    let concrete = f.concrete(&[x.spec()])?;
    let folder = tempfile::tempdir().expect("a temporary folder");
    let path = folder.path().join("f.graph");
    concrete.graph().save(&path)?;
    let loaded = Concrete::try_from(Graph::load(&path)?)?;
    assert_eq!(loaded.graph().to_string(), concrete.graph().to_string());
    let expected = f.apply(&[&x])?.to_vec::<f64>()?;
    assert_eq!(loaded.call(&[&x])?[0].to_vec::<f64>()?, expected);
    // The variable inside the loop and outside is one, with the value it had when the graph was saved.
    assert_eq!(loaded.graph().variables().len(), 1);
    assert_eq!(
        loaded.graph().variables()[0].value().to_vec::<f64>()?,
        [2.5, 2.75]
    );
    assert_eq!(v.value().to_vec::<f64>()?, [2.5, 2.75]);
    Ok(())
}

#[test]
fn a_loaded_graph_has_gradients() -> Result<()> {
    let f = Function::unary("f", |x| {
        Ok(for_range(0, 2, |_, y| Ok(vec![y[0].mul(x)?.exp()?]), &[x])?.remove(0))
    });
    let x = Tensor::from(0.3);
    let loaded = Concrete::try_from(Graph::from_bytes(&f.concrete(&[x.spec()])?.graph().to_bytes()?)?)?;
    let slope = |call: &dyn Fn(&Tensor) -> Result<Tensor>| {
        let tape = Tape::new();
        let x = tape.watch(&x)?;
        tape.gradient(&call(&x)?, &[&x])?
            .remove(0)
            .expect("it depends on x")
            .item::<f64>()
    };
    assert_eq!(
        slope(&|x| f.apply(&[x]))?,
        slope(&|x| Ok(loaded.call(&[x])?.remove(0)))?
    );
    Ok(())
}

#[test]
fn loading_again_gives_the_same_bytes() -> Result<()> {
    let (f, _) = everything();
    let bytes = f.concrete(&[Spec::new(DType::F64, [2, 2])])?.graph().to_bytes()?;
    assert_eq!(Graph::from_bytes(&bytes)?.to_bytes()?, bytes);
    Ok(())
}

/// A file around `payload` with a checksum that matches.
fn forge(payload: &[u8]) -> Vec<u8> {
    let mut bytes = b"\x89mlm\r\n\x1a\n".to_vec();
    bytes.extend(FORMAT_VERSION.to_le_bytes());
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

fn payload() -> Vec<u8> {
    let (f, _) = everything();
    let concrete = f.concrete(&[Spec::new(DType::F64, [2, 2])]).expect("it traces");
    let bytes = concrete.graph().to_bytes().expect("it can be stored");
    let header = forge(&[]).len() - 32;
    bytes[header..bytes.len() - 32].to_vec()
}

#[test]
fn a_forged_file_is_read_like_a_written_one() {
    let graph = Graph::from_bytes(&forge(&payload())).expect("the payload is whole");
    assert_eq!(graph.count("while"), 1);
}

#[test]
fn an_unknown_operation_is_an_error() {
    let payload = payload();
    // The name of the node, of its constant, and, what matters, of the operation.
    let places = payload
        .windows(5)
        .enumerate()
        .filter(|(_, bytes)| bytes == b"while")
        .map(|(at, _)| at);
    let mut unknown = payload.clone();
    places.for_each(|at| unknown[at..at + 5].copy_from_slice(b"whilf"));
    let error = Graph::from_bytes(&forge(&unknown)).unwrap_err();
    assert!(
        matches!(&error, Error::File { .. }) && error.to_string().contains("whilf"),
        "{error}"
    );
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(400))]

    /// A damaged file with a right checksum is an error, or a graph that is sound and can be stored again.
    #[test]
    fn damage_never_panics(flips in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 1..4), cut in any::<prop::sample::Index>(), whole in any::<bool>()) {
        let mut payload = payload();
        for (at, byte) in flips {
            let at = at.index(payload.len());
            payload[at] = byte;
        }
        if !whole {
            payload.truncate(cut.index(payload.len()));
        }
        match Graph::from_bytes(&forge(&payload)) {
            Err(error) => prop_assert!(matches!(error, Error::File { .. }), "{error}"),
            Ok(graph) => {
                prop_assert!(graph.to_dot().starts_with("digraph"));
                prop_assert!(graph.to_bytes().is_ok());
                prop_assert!(Concrete::try_from(graph).is_ok());
            }
        }
    }
}

/// The families of graphs that are fuzzed: what is damaged there is what must load here.
#[path = "../../../../fuzz/src/lib.rs"]
#[allow(dead_code, unreachable_pub, reason = "it is the library of the fuzz targets")]
mod families;

/// What the graphs are called with: `sin` of 1 to 9.
fn argument() -> Result<Tensor> {
    Tensor::from_vec((1..10).map(|n| f64::from(n).sin()).collect(), [3, 3])
}

/// With `ML_BLESS=1` stores the graphs anew, and what they give.
fn bless(folder: &std::path::Path) -> Result<()> {
    let mut results = serde_json::Map::new();
    for (function, spec) in families::sound_graphs()? {
        let name = function.name().replace(' ', "_");
        let graph = function.concrete(std::slice::from_ref(&spec))?.graph().clone();
        graph.save(folder.join(format!("{name}.graph")))?;
        let result = function.apply(&[&argument()?])?.cast(DType::F64)?;
        results.insert(name, result.to_vec::<f64>()?.into());
    }
    let text = serde_json::to_string_pretty(&results).expect("numbers are JSON");
    std::fs::write(folder.join("results.json"), text + "\n").expect("the folder is there");
    Ok(())
}

/// The files were written by the version that is named in them: a field of an operation that is renamed, or means
/// something else, is noticed here.
#[test]
fn graphs_of_earlier_days_give_what_they_gave() -> Result<()> {
    let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/graphs");
    if std::env::var_os("ML_BLESS").is_some() {
        bless(&folder)?;
    }
    let text = std::fs::read_to_string(folder.join("results.json")).expect("the results are stored");
    let results: serde_json::Map<String, serde_json::Value> = serde_json::from_str(&text).expect("JSON");
    assert_eq!(results.len(), families::sound_graphs()?.len());
    for (name, expected) in results {
        let stored = Concrete::try_from(Graph::load(folder.join(format!("{name}.graph")))?)?;
        let found = stored
            .call(&[&argument()?])?
            .remove(0)
            .cast(DType::F64)?
            .to_vec::<f64>()?;
        // JSON has no NaN: it stands there as null.
        let expected: Vec<Option<f64>> = serde_json::from_value(expected).expect("numbers");
        let close = |(a, b): (&f64, &Option<f64>)| match b {
            Some(b) => (a - b).abs() <= 1e-9 * b.abs().max(1.0),
            None => a.is_nan(),
        };
        assert!(
            found.len() == expected.len() && found.iter().zip(&expected).all(close),
            "{name}: {found:?} instead of {expected:?}"
        );
    }
    Ok(())
}
