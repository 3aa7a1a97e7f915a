//! Mistakes that any operation can be given: other numbers of operands, shapes that are half known, nothing along
//! an axis, operations of damaged files.

use ml_core::{
    DType, Persist, Result, Shape, Tensor,
    autodiff::{Source, Tape},
    graph::{Concrete, Function, Graph},
    ops::{Arrays, Call, Gradients, Primitive, Spec, Specs, apply},
    tensor::Array,
};
use serde::{Deserialize, Serialize};

/// Gives its operand, and has no way back.
#[derive(Debug, Clone, Copy, Serialize, Deserialize)]
struct OneWay;

#[ml_core::typetag::serde(name = "test_one_way")]
impl Primitive for OneWay {
    fn name(&self) -> &'static str {
        "one_way"
    }

    fn infer(&self, inputs: &[Spec]) -> Result<Specs> {
        Ok(Specs::from_elem(inputs[0].clone(), 1))
    }

    fn forward(&self, inputs: &[&Array]) -> Result<Arrays> {
        Ok(Arrays::from_elem(inputs[0].clone(), 1))
    }

    fn vjp(&self, _: &Call<'_>, _: &[Option<Tensor>]) -> Result<Gradients> {
        panic!("what is wrong with the fields shows here")
    }
}

/// A pair, of which one may be missing.
#[derive(Debug, Clone, Copy, Serialize, Deserialize)]
struct OneOrTwo;

#[ml_core::typetag::serde(name = "test_one_or_two")]
impl Primitive for OneOrTwo {
    fn name(&self) -> &'static str {
        "one_or_two"
    }

    fn arity(&self) -> std::ops::RangeInclusive<usize> {
        1..=2
    }

    fn infer(&self, inputs: &[Spec]) -> Result<Specs> {
        Ok(Specs::from_elem(inputs[0].clone(), 1))
    }

    fn forward(&self, inputs: &[&Array]) -> Result<Arrays> {
        Ok(Arrays::from_elem(inputs[0].clone(), 1))
    }

    fn vjp(&self, call: &Call<'_>, gradients: &[Option<Tensor>]) -> Result<Gradients> {
        let mut back = Gradients::from_elem(None, call.inputs.len());
        back[0] = gradients[0].clone();
        Ok(back)
    }
}

fn message<T: std::fmt::Debug>(result: Result<T>) -> String {
    result.map_or_else(|error| error.to_string(), |_| "no error".to_owned())
}

#[test]
fn another_number_of_operands_is_refused() {
    let x = Tensor::from(1.0);
    assert_eq!(
        message(apply(OneWay, &[])),
        "one_way: number of operands = 0: must be 1"
    );
    assert_eq!(
        message(apply(OneWay, &[&x, &x])),
        "one_way: number of operands = 2: must be 1"
    );
    assert_eq!(
        message(apply(OneOrTwo, &[&x, &x, &x])),
        "one_or_two: number of operands = 3: must be 1 to 2"
    );
    assert!(apply(OneOrTwo, &[&x]).is_ok() && apply(OneOrTwo, &[&x, &x]).is_ok());
    // While tracing, too.
    let f = Function::unary("f", |x| apply(OneWay, &[x, x]));
    assert_eq!(
        message(f.apply(&[&x])),
        "one_way: number of operands = 2: must be 1"
    );
}

#[test]
fn lengths_that_are_not_known_yet_are_question_marks() {
    let f = Function::binary("f", |x, y| x.matmul(y));
    let specs = [[Shape::UNKNOWN, 3], [4, Shape::UNKNOWN]].map(|shape| Spec::new(DType::F64, shape));
    let error = message(f.concrete(&specs));
    assert!(
        error.starts_with("matmul: cannot combine shape [?, 3] with [4, ?]; "),
        "{error}"
    );
    let f = Function::unary("f", |x| x.inverse());
    let error = message(f.concrete(&[Spec::new(DType::F64, [Shape::UNKNOWN])]));
    assert!(error.starts_with("inverse: shape [?] does not fit; "), "{error}");
}

#[test]
fn a_way_back_that_fails_is_an_error_for_graphs_from_files() -> Result<()> {
    let f = Function::unary("f", |x| apply(OneWay, &[x])?.square());
    let x = Tensor::from([1.0, 2.0]);
    let bytes = f.concrete(&[x.spec()])?.graph().to_bytes()?;
    let loaded = std::sync::Arc::new(Concrete::try_from(Graph::from_bytes(&bytes)?)?);
    assert_eq!(loaded.call(&[&x])?[0].to_vec::<f64>()?, [1.0, 4.0]);
    let expected = "graph: \"one_way\" cannot have these fields or operands; the file is damaged: restore it from a \
                    copy, or save the graph again";
    let gradient = |call: &dyn Fn(&Tensor) -> Result<Tensor>, x: &Tensor| {
        let tape = Tape::new();
        let x = tape.watch(x)?;
        let y = call(&x)?;
        Ok(tape
            .gradient_of(&[&y], &[&x as &dyn Source])?
            .remove(0)
            .expect("it depends on x"))
    };
    assert_eq!(
        message(gradient(&|x| Ok(loaded.call(&[x])?.remove(0)), &x)),
        expected
    );
    // Inside a function, whose graph is then as little to be trusted.
    let again = std::sync::Arc::clone(&loaded);
    let outer = Function::unary("outer", move |x| Ok(again.call(&[x])?.remove(0)));
    assert_eq!(message(gradient(&|x| outer.apply(&[x]), &x)), expected);
    let slope = Function::unary("slope", move |x| {
        gradient(&|x| Ok(loaded.call(&[x])?.remove(0)), x)
    });
    assert_eq!(message(slope.apply(&[&x])), expected);
    Ok(())
}

#[test]
fn nothing_along_an_axis_has_a_sum_but_no_largest() -> Result<()> {
    let none = Tensor::zeros([2, 0], DType::F32)?;
    assert_eq!(none.sum(&[1])?.to_vec::<f32>()?, [0.0, 0.0]);
    assert!(!none.cast(DType::Bool)?.any_all()?.item::<bool>()?);
    for (result, op) in [
        (none.max(&[1]), "max"),
        (none.min(&[1]), "min"),
        (none.argmax(1), "argmax"),
        (none.argmin(-1), "argmin"),
    ] {
        let error = message(result);
        assert!(error.starts_with(op) && error.contains("is empty"), "{error}");
    }
    assert_eq!(
        message(none.median(1)),
        "quantile: axis 1 of shape [2, 0] is empty; at least 1 element needed"
    );
    Ok(())
}
