//! Several optimizers, and one of one's own.

use ml::{
    core::{
        Result, Tensor,
        autodiff::{Source, Tape, Variable},
    },
    nn::{
        Activation, Input, Model, connect,
        layers::{Concatenate, Context, Dense, IntoLayer},
        optimizers::{Adam, BoundOptimizer, IntoOptimizer, Optimizer, Sgd, Step},
        schedules::LearningRate,
    },
};
use serde::{Deserialize, Serialize};

use crate::{
    housing::{Housing, variance},
    support::{AnyResult, Book, Chapter},
};

/// Gradient descent with momentum, written anew: `m ← β·m - η·g`, `w ← w + m`.
#[derive(Debug, Clone, Serialize, Deserialize)]
struct MyMomentum {
    learning_rate: LearningRate,
    beta: f64,
}

#[typetag::serde]
impl Optimizer for MyMomentum {
    fn learning_rate(&self) -> &LearningRate {
        &self.learning_rate
    }

    fn slots(&self) -> Vec<(&'static str, f64)> {
        vec![("momentum", 0.0)]
    }

    fn update(&self, step: &Step<'_>) -> Result<Tensor> {
        let pull = step.gradient.mul(&step.scalar(step.rate)?)?;
        let momentum = step.slots[0].read().mul_scalar(self.beta)?.sub(&pull)?;
        step.slots[0].assign(&momentum)?;
        step.weight.add(&momentum)
    }
}

/// An optimizer of one's own beside the one that is there, and clipping.
pub(crate) fn own(book: &mut Chapter) -> AnyResult {
    book.section("An optimizer of one's own, and clipping");
    let gradients = [
        Tensor::from([1.0f32, -2.0]),
        Tensor::from([0.5f32, 3.0]),
        Tensor::from([-4.0f32, 0.25]),
    ];
    let moved = |optimizer: &dyn Fn(&[Variable]) -> Result<BoundOptimizer>| -> Result<Vec<f32>> {
        let weight = [Variable::named("w", Tensor::from([1.0f32, 1.0]))];
        let optimizer = optimizer(&weight)?;
        for gradient in &gradients {
            optimizer.apply_gradients(&[Some(gradient.clone())])?;
        }
        weight[0].value().to_vec()
    };
    let mine = MyMomentum {
        learning_rate: LearningRate::Constant(0.1),
        beta: 0.9,
    };
    let ours = moved(&|weight| mine.clone().bind(weight))?;
    let ready = moved(&|weight| Sgd::new(0.1).momentum(0.9).bind(weight))?;
    book.text(
        "C12-170",
        "three steps of MyMomentum, beside Sgd with momentum",
        &format!("{ours:?}"),
        &format!("{ready:?}"),
    );
    // A gradient (-3, 4) of length 5, shortened to 1, or each part to at most 1.
    let one_step = |optimizer: BoundOptimizer, weight: &Variable| -> Result<Vec<f32>> {
        optimizer.apply_gradients(&[Some(Tensor::from([-3.0f32, 4.0]))])?;
        weight.value().to_vec()
    };
    let weight = || Variable::named("w", Tensor::from([0.0f32, 0.0]));
    let w = weight();
    let by_norm = one_step(Sgd::new(1.0).clipnorm(1.0).bind(std::slice::from_ref(&w))?, &w)?;
    let near = (by_norm[0] - 0.6).abs() < 1e-6 && (by_norm[1] + 0.8).abs() < 1e-6;
    book.claim(
        "C12-167",
        "clipnorm 1 turns (-3, 4) into (-0.6, 0.8)",
        format!("moved by {by_norm:?}"),
        near,
    );
    let w = weight();
    let by_value = one_step(Sgd::new(1.0).clipvalue(1.0).bind(std::slice::from_ref(&w))?, &w)?;
    book.text(
        "C12-167",
        "clipvalue 1 turns it into (-1, 1)",
        &format!("moved by {by_value:?}"),
        "moved by [1.0, -1.0]",
    );
    Ok(())
}

/// Wide & Deep: the output adds what the wide and the deep path say.
fn network() -> Result<Model> {
    let (wide, deep) = (
        Input::new([5]).name("wide_input").place(),
        Input::new([6]).name("deep_input").place(),
    );
    let relu = |name: &str| Dense::new(30).activation(Activation::Relu).named(name);
    let deep_end = deep.then(relu("deep1"))?.then(relu("deep2"))?;
    let output = connect(Concatenate::new(), &[&wide, &deep_end])?.then(Dense::new(1).named("output"))?;
    Ok(Model::functional(&[&wide, &deep], &[&output])?.seed(42))
}

/// The paper's way: one rule for the wide path, another for the deep one.
pub(crate) fn of_two_paths(book: &mut Chapter, housing: &Housing) -> AnyResult {
    book.section("An optimizer for each path");
    let model = network()?;
    model.ensure_built()?;
    let of = |names: &[&str]| -> Result<Vec<Variable>> {
        let layers = names
            .iter()
            .map(|name| model.layer(name))
            .collect::<Result<Vec<_>>>()?;
        let weights = layers.iter().flat_map(|layer| layer.weights());
        Ok(weights.map(|weight| weight.variable).collect())
    };
    let (wide, deep) = (of(&["output"])?, of(&["deep1", "deep2"])?);
    let (slow, fast) = (Sgd::new(0.001).bind(&wide)?, Adam::new(0.001).bind(&deep)?);
    let columns = |x: &Tensor| -> Result<[Tensor; 2]> {
        Ok([x.narrow(1, Some(0), Some(5))?, x.narrow(1, Some(2), None)?])
    };
    let (rows, mut step) = (housing.x_train.shape()[0] as isize, 0i64);
    for _ in 0..3 {
        for start in (0..rows).step_by(32) {
            let part = |t: &Tensor| t.narrow(0, Some(start), Some((start + 32).min(rows)));
            let (x, y) = (columns(&part(&housing.x_train)?)?, part(&housing.y_train)?);
            let tape = Tape::persistent();
            tape.watch_variables(wide.iter().chain(&deep))?;
            let y_pred = model.call(&x, &Context::training(42, step))?.remove(0);
            let loss = y_pred.square_difference(&y)?.mean_all()?;
            for (optimizer, variables) in [(&slow, &wide), (&fast, &deep)] {
                let sources: Vec<&dyn Source> = variables.iter().map(|v| v as &dyn Source).collect();
                optimizer.apply_gradients(&tape.gradient(&loss, &sources)?)?;
            }
            step += 1;
        }
    }
    let [wide_test, deep_test] = columns(&housing.x_test)?;
    let y_pred = model.predict([&wide_test, &deep_test])?;
    let mse = f64::from(
        y_pred
            .square_difference(&housing.y_test)?
            .mean_all()?
            .item::<f32>()?,
    );
    let mean = variance(&housing.y_test)?;
    let label = "SGD for the wide path, Adam for the deep one: test MSE below half of what the mean costs";
    book.claim(
        "C12-171",
        label,
        format!("{mse:.4} of {mean:.4}"),
        mse < 0.5 * mean,
    );
    let steps = [&slow, &fast].map(|optimizer| optimizer.iterations().value().item::<i64>());
    let steps: Vec<i64> = steps.into_iter().collect::<Result<_>>()?;
    book.number(
        "C12-160",
        "steps of the one",
        steps[0] as f64,
        Book::Exact(step as f64),
    );
    book.number(
        "C12-160",
        "and of the other",
        steps[1] as f64,
        Book::Exact(step as f64),
    );
    Ok(())
}
