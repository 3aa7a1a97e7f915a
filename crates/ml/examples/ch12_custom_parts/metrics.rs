//! Metrics that remember (listings 22 to 25).

use ml::{
    core::{DType, Result, Tensor, autodiff::Variable},
    nn::{
        Activation, Compile, Fit, Sequential,
        layers::{Dense, IntoLayer},
        losses::{Huber, IntoLoss},
        metrics::{IntoMetric, MeanOf, Metric, Precision},
    },
};
use serde::{Deserialize, Serialize};

use crate::{
    housing::Housing,
    losses::{create_huber, huber as huber_of},
    support::{AnyResult, Book, Chapter},
};

/// Listings 23 and 24: the mean of two precisions is not the precision.
pub(crate) fn precision(book: &mut Chapter) -> AnyResult {
    book.section("Precision over batches");
    let batches = [
        ([0, 1, 1, 1, 0, 1, 0, 1], [1, 1, 0, 1, 0, 1, 0, 1]),
        ([0, 1, 0, 0, 1, 0, 1, 1], [1, 0, 1, 1, 0, 0, 0, 0]),
    ];
    let numbers = |values: [i32; 8]| Tensor::from(values.map(|value| value as f32));
    let precision = Precision::default().start();
    let mut alone = Vec::new();
    for ((labels, predictions), expected) in batches.into_iter().zip([0.8, 0.5]) {
        let so_far = precision.call(&numbers(labels), &numbers(predictions))?;
        book.number("N12-05", "precision so far", so_far, Book::Within(expected, 1e-7));
        alone.push(
            Precision::default()
                .start()
                .call(&numbers(labels), &numbers(predictions))?,
        );
    }
    let mean = (alone[0] + alone[1]) / 2.0;
    book.number(
        "N12-05",
        "mean of the batches' precisions, which is wrong",
        mean,
        Book::Within(0.4, 1e-7),
    );
    book.number("N12-05", "result()", precision.result()?, Book::Within(0.5, 1e-7));
    let state = || -> Result<Vec<f64>> {
        precision
            .variables()
            .iter()
            .map(|variable| variable.value().cast(DType::F64)?.item())
            .collect()
    };
    book.text(
        "N12-05",
        "true and false positives",
        &format!("{:?}", state()?),
        "[4.0, 4.0]",
    );
    precision.reset_state()?;
    book.text(
        "N12-05",
        "after reset_state",
        &format!("{:?}", state()?),
        "[0.0, 0.0]",
    );
    Ok(())
}

/// Listing 25: a sum and a count, and the threshold in the file.
#[derive(Debug, Clone, Serialize, Deserialize)]
struct HuberMetric {
    threshold: f64,
}

#[typetag::serde]
impl Metric for HuberMetric {
    fn state(&self) -> Vec<(&'static str, Tensor)> {
        vec![("total", Tensor::from(0.0)), ("count", Tensor::from(0.0))]
    }

    fn update(&self, state: &[Variable], y_true: &Tensor, y_pred: &Tensor, _: Option<&Tensor>) -> Result<()> {
        let losses = huber_of(self.threshold, y_true, y_pred)?;
        state[0].assign_add(&losses.sum_all()?.cast(DType::F64)?)?;
        state[1].assign_add(&y_true.size_tensor()?.cast(DType::F64)?)
    }

    fn result(&self, state: &[Variable]) -> Result<Tensor> {
        state[0].read().div(&state[1].read())
    }
}

/// By hand: 2·|10| - 2 = 18; with (|-5| → 8) and (0 → 0) the mean is 26/3.
pub(crate) fn huber(book: &mut Chapter) -> AnyResult {
    book.section("A streaming Huber metric");
    let metric = HuberMetric { threshold: 2.0 }.start();
    let first = metric.call(&Tensor::from([[2.0]]), &Tensor::from([[12.0]]))?;
    book.number("C12-092", "after an error of 10", first, Book::Exact(18.0));
    let second = metric.call(&Tensor::from([[0.0], [5.0]]), &Tensor::from([[5.0], [5.0]]))?;
    book.number(
        "C12-092",
        "after errors of 5 and 0 more",
        second,
        Book::Within(26.0 / 3.0, 1e-12),
    );
    let names: Vec<&str> = metric
        .variables()
        .iter()
        .map(|variable| variable.name())
        .collect();
    book.text(
        "C12-091",
        "its state",
        &names.join(", "),
        "huber_metric/total, huber_metric/count",
    );
    // The simpler way: the mean of a loss is a metric already.
    let simpler = MeanOf::new(Huber::new(2.0)).start();
    simpler.call(&Tensor::from([[2.0]]), &Tensor::from([[12.0]]))?;
    let second = simpler.call(&Tensor::from([[0.0], [5.0]]), &Tensor::from([[5.0], [5.0]]))?;
    book.number(
        "C12-092",
        "by MeanOf(Huber)",
        second,
        Book::Within(26.0 / 3.0, 1e-12),
    );
    Ok(())
}

/// Listing 22: any loss is a metric too; the mean over the epoch is kept for it.
pub(crate) fn in_training(book: &mut Chapter, housing: &Housing) -> AnyResult {
    book.section("Metrics in training");
    let mut model = Sequential::new()
        .add(Dense::new(30).activation(Activation::Selu).input_shape([8]))
        .add(Dense::new(1))
        .into_model()
        .seed(42);
    let compile = Compile::new("nadam", create_huber(2.0).into_loss())
        .metric(MeanOf::new(create_huber(2.0)))
        .metric(HuberMetric { threshold: 2.0 });
    model.compile(compile)?;
    let fit = Fit::new()
        .epochs(2)
        .validation_data(&housing.x_valid, &housing.y_valid);
    let history = model.fit(&housing.x_train, &housing.y_train, fit)?;
    // 3,870 is no multiple of 32: means of batches would differ, these do not.
    let last = |name: &str| history.last(name).unwrap_or(f64::NAN);
    let (loss, function, object) = (last("val_loss"), last("val_huber_fn"), last("val_huber_metric"));
    book.number(
        "C12-086",
        "the function as a metric is the loss",
        function,
        Book::Share(loss, 1e-6),
    );
    book.number(
        "C12-094",
        "and so is the streaming metric",
        object,
        Book::Share(loss, 1e-6),
    );
    Ok(())
}
