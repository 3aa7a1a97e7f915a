//! A whole training step as one function: forward, backward, update with momentum; several variables, dropout, and a
//! last batch of another size.

use std::sync::Arc;

use ml_core::{
    Result, Rng, Tensor,
    autodiff::{Source, Tape, Variable, checkpoint},
    graph::{Function, RunOptions},
    ops::Draws,
};

const SIZES: [usize; 4] = [12, 48, 24, 5];
const RATE: f64 = 0.05;
const MOMENTUM: f64 = 0.9;

/// Kernels and biases of three layers, and how fast each moves.
#[derive(Clone)]
struct Network {
    weights: Vec<Variable>,
    speeds: Vec<Variable>,
}

fn random(shape: &[usize], scale: f64, rng: &mut Rng) -> Result<Tensor> {
    let len: usize = shape.iter().product();
    let values = (0..len).map(|_| scale * (2.0 * rng.uniform() - 1.0)).collect();
    Tensor::from_vec(values, shape)
}

impl Network {
    fn new() -> Result<Self> {
        let mut rng = Rng::new(3);
        let mut weights = Vec::new();
        for sizes in SIZES.windows(2) {
            weights.push(Variable::new(random(sizes, 0.4, &mut rng)?));
            weights.push(Variable::new(random(&sizes[1..], 0.1, &mut rng)?));
        }
        let still = |weight: &Variable| Ok(Variable::new(weight.value().zeros_like()?));
        let speeds = weights.iter().map(still).collect::<Result<_>>()?;
        Ok(Self { weights, speeds })
    }

    fn layer(&self, number: usize, x: &Tensor) -> Result<Tensor> {
        x.matmul(&self.weights[2 * number].read())?
            .add(&self.weights[2 * number + 1].read())
    }

    /// The mean loss, after one step of gradient descent.
    fn step(
        &self,
        x: &Tensor,
        labels: &Tensor,
        drop: &dyn Fn(&Tensor) -> Result<Tensor>,
        again: bool,
    ) -> Result<Tensor> {
        let tape = Tape::new();
        tape.watch_variables(&self.weights)?;
        let hidden = self.layer(0, x)?.relu()?;
        let hidden = drop(&hidden)?;
        let network = self.clone();
        let hidden = match again {
            true => checkpoint(
                move |x| Ok(vec![network.layer(1, &x[0])?.tanh()?]),
                &[&hidden],
                &[&self.weights[2], &self.weights[3]],
            )?
            .remove(0),
            false => self.layer(1, &hidden)?.tanh()?,
        };
        let loss = self.layer(2, &hidden)?.cross_entropy(labels)?.mean_all()?;
        let sources: Vec<&dyn Source> = self.weights.iter().map(|w| w as &dyn Source).collect();
        let gradients = tape.gradient_or_zeros(&loss, &sources)?;
        for ((weight, speed), gradient) in self.weights.iter().zip(&self.speeds).zip(gradients) {
            speed.assign(
                &speed
                    .read()
                    .mul_scalar(MOMENTUM)?
                    .sub(&gradient.mul_scalar(RATE)?)?,
            )?;
            weight.assign_add(&speed.read())?;
        }
        Ok(loss)
    }

    fn state(&self) -> Result<Vec<Vec<f64>>> {
        let all = self.weights.iter().chain(&self.speeds);
        all.map(|variable| variable.value().to_vec()).collect()
    }
}

/// Batches of 32, 32 and 20 rows, three times over: features, labels, and which of the hidden units stay.
fn batches() -> Result<Vec<[Tensor; 3]>> {
    let mut rng = Rng::new(5);
    let batch = |rows: usize| {
        let x = random(&[rows, SIZES[0]], 1.0, &mut rng)?;
        // The label is the number of the largest of the first five features.
        let labels = x.narrow(1, None, Some(SIZES[3] as isize))?.argmax(1)?;
        let stays: Vec<f64> = (0..rows * SIZES[1])
            .map(|_| if rng.below(4) == 0 { 0.0 } else { 4.0 / 3.0 })
            .collect();
        Ok([x, labels, Tensor::from_vec(stays, [rows, SIZES[1]])?])
    };
    [32, 32, 20].repeat(3).into_iter().map(batch).collect()
}

/// Losses, step by step, and what the variables hold in the end.
fn trained(again: bool, prepare: impl Fn(Function) -> Function) -> Result<(Vec<f64>, Vec<Vec<f64>>, usize)> {
    let network = Network::new()?;
    let own = network.clone();
    let step = prepare(Function::new("step", move |x| {
        let drop = |hidden: &Tensor| hidden.mul(&x[2]);
        Ok(vec![own.step(&x[0], &x[1], &drop, again)?])
    }));
    let losses = batches()?
        .iter()
        .map(|batch| step.apply(&[&batch[0], &batch[1], &batch[2]])?.item::<f64>())
        .collect::<Result<_>>()?;
    Ok((losses, network.state()?, step.trace_count()))
}

#[test]
fn a_training_step_does_as_a_graph_what_it_does_eagerly() -> Result<()> {
    let (losses, state, traces) = trained(false, |f| f.run_eagerly(true))?;
    assert_eq!((losses.len(), traces), (9, 0));
    assert!(losses[8] < losses[0] - 0.1, "it learns nothing: {losses:?}");
    let options = [
        RunOptions::default(),
        RunOptions::default().inter_op(1).intra_op(1),
        RunOptions::default().inter_op(2),
        RunOptions::default().inter_op(2).intra_op(1),
        RunOptions::default().inter_op(3).intra_op(2),
    ];
    for (options, again) in options.into_iter().zip([false, true, false, true, false]) {
        let (found, held, traces) = trained(again, |f| f.options(options))?;
        // For 32 rows, then for any number.
        assert_eq!(traces, 2, "{options:?}");
        let close = |a: &f64, b: &f64| (a - b).abs() <= 1e-12 * b.abs().max(1.0);
        assert!(
            found.iter().zip(&losses).all(|(a, b)| close(a, b)),
            "{found:?}, not {losses:?}"
        );
        let all = held.iter().flatten().zip(state.iter().flatten());
        assert!(
            all.into_iter().all(|(a, b)| close(a, b)),
            "other weights with {options:?}"
        );
    }
    Ok(())
}

#[test]
fn dropout_in_a_graph_draws_anew_at_every_step_and_the_same_on_any_threads() -> Result<()> {
    let run = |options: RunOptions| -> Result<(Vec<f64>, Vec<Vec<f64>>)> {
        let network = Network::new()?;
        let (own, draws) = (network.clone(), Arc::new(Draws::new(9)));
        let step = Function::binary("step", move |x, labels| {
            own.step(x, labels, &|hidden| draws.dropout(hidden, 0.25), false)
        })
        .options(options);
        let [x, labels, _] = batches()?.swap_remove(0);
        let losses = (0..6).map(|_| step.apply(&[&x, &labels])?.item::<f64>());
        Ok((losses.collect::<Result<Vec<_>>>()?, network.state()?))
    };
    let expected = run(RunOptions::default())?;
    for options in [
        RunOptions::default().inter_op(2),
        RunOptions::default().inter_op(2).intra_op(1),
        RunOptions::default().intra_op(2),
    ] {
        assert_eq!(run(options)?, expected, "{options:?}");
    }
    // One batch, one network, no learning: the losses differ by what was dropped.
    let (network, draws) = (Network::new()?, Draws::new(9));
    let forward = Function::unary("forward", move |x| {
        network
            .layer(1, &draws.dropout(&network.layer(0, x)?.relu()?, 0.25)?)?
            .sum_all()
    });
    let x = batches()?.swap_remove(0)[0].clone();
    let sums = (0..5)
        .map(|_| forward.apply(&[&x])?.item::<f64>())
        .collect::<Result<Vec<_>>>()?;
    assert!(sums.windows(2).all(|pair| pair[0] != pair[1]), "{sums:?}");
    Ok(())
}

#[test]
fn gradients_of_dropout_flow_through_what_stays() -> Result<()> {
    let x = Tensor::full([4000], 2.0)?;
    let slope = |x: &Tensor| -> Result<Vec<Tensor>> {
        let tape = Tape::new();
        let x = tape.watch(x)?;
        let y = Draws::new(7).dropout(&x, 0.25)?;
        Ok(vec![
            y.stop_gradient(),
            tape.gradient_or_zeros(&y.square()?.sum_all()?, &[&x])?.remove(0),
        ])
    };
    let traced = Function::new("slope", move |x| slope(&x[0]));
    for results in [slope(&x)?, traced.call(&[&x])?] {
        let (y, gradient) = (results[0].to_vec::<f64>()?, results[1].to_vec::<f64>()?);
        // y = x / (1 - 0.25) or 0; the derivative of y² is 2·y / 0.75.
        let one = |(y, g): (&f64, &f64)| {
            (*y == 0.0 && *g == 0.0) || ((y - 2.0 / 0.75).abs() < 1e-12 && (g - 2.0 * y / 0.75).abs() < 1e-12)
        };
        assert!(y.iter().zip(&gradient).all(one));
        // Five standard errors around a quarter: the square root of 4000 / 4 · 3 / 4 is 27.4.
        let dropped = y.iter().filter(|&&y| y == 0.0).count();
        assert!((863..1137).contains(&dropped), "{dropped} of 4000 dropped");
    }
    Ok(())
}
