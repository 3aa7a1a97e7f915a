//! The book's loop (listings 44 to 49).

use ml::{
    core::{
        Result, Rng, Tensor,
        autodiff::{Source, Tape, Variable},
    },
    nn::{
        Activation, Model, Sequential,
        constraints::NonNeg,
        initializers::HeNormal,
        layers::{Context, Dense, IntoLayer},
        losses,
        metrics::{IntoMetric, Mean, MeanOf, MetricState},
        optimizers::{BoundOptimizer, IntoOptimizer, Nadam},
        regularizers::L2,
    },
};

use crate::{
    housing::{Housing, variance},
    status::{print_status_bar, status_bar},
    support::{AnyResult, Chapter},
};

const BATCH: usize = 32;

/// Listing 44: two layers that share a regulariser's settings. It is never compiled.
fn network() -> Model {
    let l2_reg = L2(0.05);
    let hidden = Dense::new(30)
        .activation(Activation::Elu(1.0))
        .kernel_initializer(HeNormal)
        .kernel_regularizer(l2_reg);
    Sequential::new()
        .add(hidden.input_shape([8]))
        .add(Dense::new(1).kernel_regularizer(l2_reg))
        .into_model()
        .seed(42)
}

/// Listing 45: rows at random, with replacement.
fn random_batch(x: &Tensor, y: &Tensor, rng: &mut Rng) -> Result<(Tensor, Tensor)> {
    let rows: Vec<i64> = (0..BATCH).map(|_| rng.below(x.shape()[0]) as i64).collect();
    let rows = Tensor::from(rows);
    Ok((x.take(&rows, 0)?, y.take(&rows, 0)?))
}

/// What the batch sampler and the status bar do.
pub(crate) fn sampled(book: &mut Chapter) -> AnyResult {
    book.section("Batches and status bar");
    let x = Tensor::from((0..100).map(|i| i as f32).collect::<Vec<f32>>()).expand_dims(-1)?;
    let mut rng = Rng::new(1);
    let mut seen = vec![0usize; 100];
    for _ in 0..100 / BATCH {
        let (batch, same) = random_batch(&x, &x, &mut rng)?;
        if !batch.all_close(&same, 0.0, 0.0)? {
            return Err("rows and labels of a batch belong together".into());
        }
        for row in batch.to_vec::<f32>()? {
            seen[row as usize] += 1;
        }
    }
    let (twice, never) = (seen.iter().any(|&n| n > 1), seen.contains(&0));
    book.claim(
        "C12-162",
        "an epoch of random batches sees some rows twice, some never",
        "100 rows",
        twice && never,
    );
    let mean = Mean.named("loss").start();
    mean.call(&x, &Tensor::from([0.5f32, 1.0]))?;
    let bar = status_bar(64, 11_610, &[&mean])?;
    book.text("C12-163", "the bar", &bar, "64/11610 - loss: 0.7500");
    Ok(())
}

/// What the loop needs besides data.
struct Loop {
    model: Model,
    variables: Vec<Variable>,
    optimizer: BoundOptimizer,
    mean_loss: MetricState,
    mae: MetricState,
}

impl Loop {
    /// Listing 47.
    fn new(model: Model) -> Result<Self> {
        model.ensure_built()?;
        let trainable = model.weights().into_iter().filter(|weight| weight.trainable);
        let variables: Vec<Variable> = trainable.map(|weight| weight.variable).collect();
        Ok(Self {
            optimizer: Nadam::new(0.01).bind(&variables)?,
            variables,
            model,
            mean_loss: Mean.start(),
            mae: MeanOf::new(losses::MeanAbsoluteError).start(),
        })
    }

    /// A step: forward under the tape, backward, update, trackers.
    fn step(&self, x: &Tensor, y: &Tensor, step: i64) -> Result<()> {
        let tape = Tape::new();
        tape.watch_variables(&self.variables)?;
        let context = Context::training(42, step);
        let y_pred = self.model.call(std::slice::from_ref(x), &context)?.remove(0);
        let mut loss = y.square_difference(&y_pred)?.mean(&[-1])?.mean_all()?;
        for weight in self.model.weights() {
            if let Some(regularizer) = &weight.regularizer {
                loss = loss.add(&regularizer.penalty(&weight.variable.read())?)?;
            }
        }
        // Layers may have told losses of their own.
        for told in context.losses() {
            loss = loss.add(&told)?;
        }
        let sources: Vec<&dyn Source> = self.variables.iter().map(|v| v as &dyn Source).collect();
        let gradients = tape.gradient(&loss, &sources)?;
        self.optimizer.apply_gradients(&gradients)?;
        self.constrain()?;
        self.mean_loss.update_state(y, &loss.expand_dims(0)?, None)?;
        self.mae.update_state(y, &y_pred, None)
    }

    /// Listing 49: what the layers' constraints say of the weights.
    fn constrain(&self) -> Result<()> {
        for weight in self.model.weights() {
            if let Some(constraint) = &weight.constraint {
                weight
                    .variable
                    .assign(&constraint.apply(&weight.variable.read())?)?;
            }
        }
        Ok(())
    }

    /// Listing 48: epochs of steps; the mean losses of the epochs.
    fn run(&self, x: &Tensor, y: &Tensor, epochs: usize) -> Result<Vec<f64>> {
        let (rows, mut rng, mut means) = (x.shape()[0], Rng::new(42), Vec::new());
        let steps = rows / BATCH;
        for epoch in 0..epochs {
            println!("  Epoch {}/{epochs}", epoch + 1);
            for step in 0..steps {
                let (x, y) = random_batch(x, y, &mut rng)?;
                self.step(&x, &y, (epoch * steps + step) as i64)?;
                print_status_bar(step * BATCH, rows, &[&self.mean_loss, &self.mae])?;
            }
            print_status_bar(rows, rows, &[&self.mean_loss, &self.mae])?;
            means.push(self.mean_loss.result()?);
            self.mean_loss.reset_state()?;
            self.mae.reset_state()?;
        }
        Ok(means)
    }
}

pub(crate) fn by_hand(book: &mut Chapter, housing: &Housing) -> AnyResult {
    book.section("The loop");
    let by_hand = Loop::new(network())?;
    let means = by_hand.run(&housing.x_train, &housing.y_train, 5)?;
    let falls = means[4] < means[0];
    book.claim(
        "C12-165",
        "mean loss of the epochs: the last is below the first",
        format!("{means:.4?}"),
        falls,
    );
    book.claim(
        "C12-161",
        "the model was never compiled",
        "checked",
        !by_hand.model.is_compiled(),
    );
    let y_pred = by_hand.model.predict(&housing.x_valid)?;
    let mse = f64::from(
        y_pred
            .square_difference(&housing.y_valid)?
            .mean_all()?
            .item::<f32>()?,
    );
    let mean = variance(&housing.y_valid)?;
    book.claim(
        "C12-164",
        "validation MSE is below what the mean costs",
        format!("{mse:.4} of {mean:.4}"),
        mse < mean,
    );
    Ok(())
}

/// A constraint holds in a loop by hand only if the loop applies it.
pub(crate) fn constrained(book: &mut Chapter, housing: &Housing) -> AnyResult {
    book.section("Constraints by hand");
    let hidden = Dense::new(10)
        .activation(Activation::Elu(1.0))
        .kernel_constraint(NonNeg);
    let model = Sequential::new()
        .add(hidden.input_shape([8]))
        .add(Dense::new(1))
        .into_model()
        .seed(7);
    let by_hand = Loop::new(model)?;
    let least = |by_hand: &Loop| -> Result<f32> { by_hand.model.get_weights()[0].min_all()?.item() };
    let before = least(&by_hand)?;
    by_hand.run(&housing.x_train, &housing.y_train, 1)?;
    let after = least(&by_hand)?;
    let label = "smallest weight before training is negative, afterwards none is";
    book.claim(
        "C12-168",
        label,
        format!("{before:.3}, {after:.3}"),
        before < 0.0 && after >= 0.0,
    );
    Ok(())
}
