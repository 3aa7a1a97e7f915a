//! Learning rates from low to high.

use ml_core::{Result, Tensor};
use ml_nn::{
    Compile, Fit, Model, Sequential,
    layers::{BatchNormalization, Dense, IntoLayer},
    optimizers::Sgd,
    schedules::ExponentialDecay,
    tuning::RangeTest,
};

use super::text;
use crate::random;

fn classifier() -> Result<(Model, Tensor, Tensor)> {
    let x = random(&[256, 4], 7);
    let y = x
        .sum_keep(&[1])?
        .greater_equal(&Tensor::from(0.0f32))?
        .cast(ml_core::DType::F32)?;
    let mut model = Sequential::new()
        .add(Dense::new(8).input_shape([4]))
        .add(BatchNormalization::new())
        .add(Dense::new(1).activation(ml_nn::Activation::Sigmoid))
        .into_model();
    model.compile(Compile::new(Sgd::new(0.1).momentum(0.9), "binary_crossentropy"))?;
    Ok((model, x, y))
}

#[test]
fn a_range_test_leaves_no_trace() -> Result<()> {
    let (mut tested, x, y) = classifier()?;
    let (mut plain, _, _) = classifier()?;
    for model in [&mut tested, &mut plain] {
        model.fit(&x, &y, Fit::new().epochs(1))?;
    }
    let found = RangeTest::new().steps(100).run(&mut tested, &x, &y)?;
    assert!((found.rates[0] - 1e-5).abs() < 1e-18 && found.rates.len() == found.losses.len());
    if found.rates.len() == 101 {
        assert!((found.rates[100] - 10.0).abs() < 1e-9);
    }
    let least = found.losses.iter().copied().fold(f64::INFINITY, f64::min);
    assert!(*found.losses.last().unwrap() > 1.5 * least, "{:?}", found.losses);
    let turn = found.turning_point()?;
    assert!(
        (found.suggestion()? - turn / 10.0).abs() < 1e-12 && turn > 1e-3,
        "{turn}"
    );
    let history = |model: &mut Model| model.fit(&x, &y, Fit::new().epochs(2));
    assert_eq!(
        history(&mut tested)?.get("loss"),
        history(&mut plain)?.get("loss")
    );
    Ok(())
}

#[test]
fn a_range_test_stops_where_it_is_told_to() -> Result<()> {
    let (mut model, x, y) = classifier()?;
    let found = RangeTest::new()
        .steps(200)
        .stop_above(3.0)
        .run(&mut model, &x, &y)?;
    let (last, before) = found.losses.split_last().unwrap();
    let least = before.iter().copied().fold(f64::INFINITY, f64::min);
    assert!(found.losses.len() == 201 || *last > 3.0 * least);
    let refused = |test: RangeTest, model: &mut Model| text(test.run(model, &x, &y));
    assert_eq!(
        refused(RangeTest::new().rates(0.0, 1.0), &mut model),
        "from = 0: must be finite and above 0"
    );
    assert_eq!(
        refused(RangeTest::new().rates(1.0, 1.0), &mut model),
        "to = 1: must be finite and above from"
    );
    assert_eq!(
        refused(RangeTest::new().steps(0), &mut model),
        "steps = 0: must be at least 1"
    );
    assert_eq!(
        refused(RangeTest::new().stop_above(1.0), &mut model),
        "stop_above = 1: must be above 1"
    );
    assert!(refused(RangeTest::new().batch_size(0), &mut model).starts_with("batch_size = 0"));
    let schedule = ExponentialDecay::new(0.1, 10.0, 0.5);
    model.compile(Compile::new(Sgd::new(schedule), "binary_crossentropy"))?;
    assert!(refused(RangeTest::new(), &mut model).contains("the rate follows the schedule"));
    Ok(())
}
