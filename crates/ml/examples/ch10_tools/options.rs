//! What `fit` can be told.

use ml::{
    core::{DType, Result, Tensor},
    nn::{Evaluate, Fit, Model},
};

use crate::{
    housing::Housing,
    network,
    support::{AnyResult, Book, Chapter},
};

pub(crate) fn run(book: &mut Chapter, housing: &Housing) -> AnyResult {
    book.section("Options of fit");
    split(book, housing)?;
    weights(book, housing)?;
    again(book, housing)
}

fn same(a: &Model, b: &Model) -> Result<bool> {
    let pairs = a.get_weights().into_iter().zip(b.get_weights());
    let equal: Vec<bool> = pairs
        .map(|(a, b)| a.all_close(&b, 0.0, 0.0))
        .collect::<Result<_>>()?;
    Ok(equal.into_iter().all(|equal| equal))
}

/// A share for validation is the last part of the data as given.
fn split(book: &mut Chapter, housing: &Housing) -> AnyResult {
    let (x, y) = (&housing.x_train, &housing.y_train);
    let mut by_share = network(1e-3)?;
    let history = by_share.fit(x, y, Fit::new().validation_split(0.1))?;
    let kept = (x.shape()[0] as f64 * 0.9) as isize;
    let part = |t: &Tensor, from, to| t.narrow(0, from, to);
    let (first, last) = ((None, Some(kept)), (Some(kept), None));
    let mut by_hand = network(1e-3)?;
    let fit = Fit::new().validation_data(&part(x, last.0, last.1)?, &part(y, last.0, last.1)?);
    let expected = by_hand.fit(&part(x, first.0, first.1)?, &part(y, first.0, first.1)?, fit)?;
    let equal = same(&by_share, &by_hand)? && history.get("val_loss") == expected.get("val_loss");
    book.claim(
        "C10-083",
        "validation_split(0.1) holds out the last tenth, before shuffling",
        "same bits",
        equal,
    );
    let params = &history.params;
    book.text(
        "C10-080",
        "epochs and batch size unless told",
        &format!("{}, {:?}", params.epochs, params.batch_size),
        "1, Some(32)",
    );
    Ok(())
}

/// Districts that count more.
fn weights(book: &mut Chapter, housing: &Housing) -> AnyResult {
    let (x, y) = (&housing.x_test, &housing.y_test);
    let model = network(1e-3)?;
    let plain = model.evaluate(x, y)?.values()[0];
    let twos = Tensor::ones([x.shape()[0]], DType::F32)?.mul_scalar(2.0)?;
    let twice = model
        .evaluate_with(x, y, Evaluate::new().batch_size(128).sample_weight(&twos))?
        .values()[0];
    book.number(
        "C10-091",
        "loss when every row counts 2, in batches of 128",
        twice,
        Book::Share(2.0 * plain, 1e-5),
    );
    Ok(())
}

/// A second call goes on from the first one's weights.
fn again(book: &mut Chapter, housing: &Housing) -> AnyResult {
    let mut model = network(1e-3)?;
    let losses: Vec<f64> = (0..3)
        .map(|_| {
            Ok(model
                .fit(&housing.x_train, &housing.y_train, Fit::new())?
                .get("loss")[0])
        })
        .collect::<Result<_>>()?;
    let falls = losses[1] < losses[0] && losses[2] < losses[1];
    book.claim(
        "C10-081",
        "every further fit begins where the last one ended",
        format!("{losses:.4?}"),
        falls,
    );
    Ok(())
}
