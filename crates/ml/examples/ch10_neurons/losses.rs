//! Losses by hand.

use ml::{
    core::{Result, Tensor},
    nn::losses::{
        BinaryCrossentropy, CategoricalCrossentropy, Huber, IntoLoss, LossRef, MeanAbsoluteError,
        MeanSquaredError, SparseCategoricalCrossentropy,
    },
};

use crate::support::{AnyResult, Book, Chapter};

pub(crate) fn run(book: &mut Chapter) -> AnyResult {
    errors(book)?;
    cross_entropies(book)
}

fn value(loss: LossRef, y_true: &Tensor, y_pred: &Tensor) -> Result<f64> {
    loss.value(y_true, y_pred, None)?.item()
}

/// Errors of 0.5 and of 10: what an outlier costs.
fn errors(book: &mut Chapter) -> AnyResult {
    book.section("Losses of regression");
    let (y_true, y_pred) = (Tensor::from([[0.0], [0.0]]), Tensor::from([[0.5], [10.0]]));
    let mse = value(MeanSquaredError.into_loss(), &y_true, &y_pred)?;
    book.number(
        "C10-034",
        "MSE of errors 0.5 and 10: (0.25 + 100) / 2",
        mse,
        Book::Exact(50.125),
    );
    let mae = value(MeanAbsoluteError.into_loss(), &y_true, &y_pred)?;
    book.number("C10-035", "MAE: (0.5 + 10) / 2", mae, Book::Exact(5.25));
    let huber = value(Huber::default().into_loss(), &y_true, &y_pred)?;
    book.number(
        "C10-036",
        "Huber, δ = 1: (0.125 + 9.5) / 2",
        huber,
        Book::Exact(4.8125),
    );
    book.claim(
        "C10-036",
        "an outlier costs Huber and MAE little, MSE much",
        format!("{mse}, {mae}, {huber}"),
        mse > 9.0 * mae && huber < mae,
    );
    Ok(())
}

/// `-log` of the probability of what was right.
fn cross_entropies(book: &mut Chapter) -> AnyResult {
    book.section("Losses of classification");
    let y_pred = Tensor::from([[0.1, 0.7, 0.2]]);
    let sparse = value(
        SparseCategoricalCrossentropy::new().into_loss(),
        &Tensor::from([1i64]),
        &y_pred,
    )?;
    let expected = -(0.7f64.ln());
    book.number(
        "C10-072",
        "sparse, class 1 at probability 0.7: -log 0.7",
        sparse,
        Book::Within(expected, 1e-9),
    );
    let one_hot = Tensor::from([1i64]).one_hot(3)?.cast(ml::core::DType::F64)?;
    book.text(
        "C10-076",
        "class 1 of 3 as a vector",
        &format!("{:?}", one_hot.to_vec::<f64>()?),
        "[0.0, 1.0, 0.0]",
    );
    book.number(
        "C10-076",
        "and back",
        one_hot.argmax(-1)?.to_vec::<i64>()?[0] as f64,
        Book::Exact(1.0),
    );
    let dense = value(CategoricalCrossentropy::new().into_loss(), &one_hot, &y_pred)?;
    book.number(
        "C10-073",
        "categorical, of the vector: the same",
        dense,
        Book::Within(expected, 1e-6),
    );
    let (y_true, y_pred) = (Tensor::from([[1.0], [0.0]]), Tensor::from([[0.8], [0.4]]));
    let binary = value(BinaryCrossentropy::new().into_loss(), &y_true, &y_pred)?;
    let expected = -(0.8f64.ln() + 0.6f64.ln()) / 2.0;
    book.number(
        "C10-074",
        "binary: -(log 0.8 + log 0.6) / 2",
        binary,
        Book::Within(expected, 1e-6),
    );
    Ok(())
}
