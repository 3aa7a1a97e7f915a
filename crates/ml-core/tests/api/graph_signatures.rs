//! Lengths that a traced function does not know, and what it may ask of them.

use std::sync::{
    Arc,
    atomic::{AtomicUsize, Ordering},
};

use ml_core::{
    DType, Result, Shape, Tensor,
    graph::{Argument, Function},
    ops::Spec,
};

use crate::reference::says;

fn ones(shape: &[usize]) -> Result<Tensor> {
    Tensor::ones(shape, DType::F64)
}

/// What `f` gives for vectors of these lengths, and for which signatures it has graphs then.
fn for_lengths(f: &Function, lengths: &[usize]) -> Result<(Vec<f64>, Vec<String>)> {
    let call = |&length: &usize| f.apply(&[&ones(&[length])?])?.item::<f64>();
    let values = lengths.iter().map(call).collect::<Result<_>>()?;
    let signatures = f
        .traced()
        .iter()
        .map(|c| format!("{:?}", c.signature()))
        .collect();
    Ok((values, signatures))
}

#[test]
fn a_length_taken_as_a_number_gives_each_shape_a_graph() -> Result<()> {
    let bodies: [fn(&Tensor) -> Result<Tensor>; 5] = [
        |x| x.sum_all()?.div_scalar(x.len() as f64),
        |x| x.sum_all()?.div_scalar(x.length(0)? as f64),
        |x| x.sum_all()?.div_scalar(x.length(-1)? as f64),
        // Without a check: what is not a length of anything is noticed when it is used.
        |x| x.sum_all()?.div_scalar(x.shape()[0] as f64),
        |x| x.sum_all()?.div(&Tensor::from(x.shape()[0] as f64)),
    ];
    for (number, body) in bodies.into_iter().enumerate() {
        let f = Function::unary("mean", body);
        let (means, signatures) = for_lengths(&f, &[2, 3, 5, 3])?;
        assert_eq!(means, [1.0; 4], "body {number}");
        assert_eq!(signatures, ["[f64[2]]", "[f64[3]]", "[f64[5]]"], "body {number}");
    }
    let f32s = Function::unary("mean", |x| x.sum_all()?.div_scalar(x.shape()[0] as f64));
    for length in [2, 3] {
        let mean = f32s.apply(&[&Tensor::ones([length], DType::F32)?])?;
        assert_eq!(mean.item::<f32>()?, 1.0);
    }
    // As tensors, lengths are known when the graph runs, and one graph serves all from the second shape on.
    let f = Function::unary("mean", |x| x.sum_all()?.div(&x.size_tensor()?.cast(DType::F64)?));
    let (means, signatures) = for_lengths(&f, &[2, 3, 5])?;
    assert_eq!((means, signatures.len()), (vec![1.0; 3], 2));
    assert_eq!(signatures[1], "[f64[?]]");
    // A length that is known may be asked for, whatever the others are.
    let f = Function::unary("f", |x| x.sum(&[0])?.mul_scalar(x.length(1)? as f64)?.sum_all());
    for rows in [1, 2, 3] {
        assert_eq!(f.apply(&[&ones(&[rows, 2])?])?.item::<f64>()?, 4.0 * rows as f64);
    }
    assert_eq!(f.trace_count(), 2);
    Ok(())
}

#[test]
fn with_a_declared_signature_such_a_length_is_an_error() -> Result<()> {
    let declared = |body: fn(&Tensor) -> Result<Tensor>| {
        let f = Function::unary("f", body).input_signature([Spec::new(DType::F64, [Shape::UNKNOWN])]);
        f.apply(&[&Tensor::ones([2], DType::F64)?])
    };
    says(
        declared(|x| x.sum_all()?.div_scalar(x.len() as f64)),
        "f: the length of x:0, f64[?], is asked for while it is not known; take it from shape_tensor() or \
         size_tensor(), which know it when the graph runs, or leave no length open in the signature",
    );
    says(
        declared(|x| x.div_scalar(x.shape()[0] as f64)),
        "f: a length that shape() does not tell is used as a number while it is not known",
    );
    says(
        declared(|x| x.div_scalar(x.length(0)? as f64)),
        "f: the length of axis 0 of x:0 is not known while tracing",
    );
    says(
        declared(|x| x.squeeze(&[])),
        "squeeze: shape [?] does not fit; an unknown length might be 1 or not; name the axes to drop",
    );
    says(ones(&[2])?.length(1), "length");
    Ok(())
}

#[test]
fn dropping_all_axes_of_length_1_gives_each_shape_a_graph() -> Result<()> {
    let f = Function::unary("f", |x| x.squeeze(&[]));
    for (shape, dropped) in [
        (vec![2, 3], vec![2, 3]),
        (vec![2, 4], vec![2, 4]),
        (vec![2, 1], vec![2]),
        (vec![1, 1], vec![]),
    ] {
        assert_eq!(f.apply(&[&ones(&shape)?])?.shape().to_vec(), dropped);
    }
    Ok(())
}

#[test]
fn a_vain_attempt_is_not_repeated() -> Result<()> {
    let runs = Arc::new(AtomicUsize::new(0));
    let counted = Arc::clone(&runs);
    let f = Function::unary("f", move |x| {
        counted.fetch_add(1, Ordering::Relaxed);
        x.sum_all()?.div_scalar(x.len() as f64)
    });
    for_lengths(&f, &[2, 3, 4, 5, 6])?;
    // Once for each shape, and once with the length unknown.
    assert_eq!((runs.load(Ordering::Relaxed), f.traced().len()), (6, 5));
    Ok(())
}

#[test]
fn a_declared_signature_holds_for_graphs_that_are_asked_for_by_shape() -> Result<()> {
    let spec = Spec::new(DType::F32, [Shape::UNKNOWN, 3]);
    let f = Function::unary("f", |x| x.sum(&[1])).input_signature([spec.clone()]);
    let concrete = f.concrete(&[Spec::new(DType::F32, [5, 3])])?;
    assert_eq!(format!("{:?}", concrete.signature()), "[f32[?, 3]]");
    assert!(Arc::ptr_eq(&concrete, &f.concrete(&[spec])?));
    assert_eq!(f.trace_count(), 1);
    for (asked, listed) in [
        (vec![Spec::new(DType::F32, [5, 2])], "(f32[5, 2])"),
        (vec![Spec::new(DType::F64, [5, 3])], "(f64[5, 3])"),
        (vec![Spec::new(DType::F32, [5, Shape::UNKNOWN])], "(f32[5, ?])"),
    ] {
        says(
            f.concrete(&asked),
            &format!(
                "f: its signature is (f32[?, 3]), but it was called with {listed}; pass tensors of that type and \
                 shape, or declare no signature"
            ),
        );
    }
    says(f.concrete(&[]), "takes 1 arguments, but was called with 0");
    let wrong = f.concrete_with(&[Argument::from(&Tensor::ones([2, 2], DType::F32)?)]);
    says(wrong, "its signature is");
    assert_eq!(f.trace_count(), 1);
    Ok(())
}
