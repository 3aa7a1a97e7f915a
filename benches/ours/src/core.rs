//! The groups of `core-*`: tensors in `f32`, every shape a measure of its own, and the geometric mean of a group.

use anyhow::{Context, Result, bail};
use ml_core::{Rng, Tensor, autodiff::Tape, graph::Function};

use crate::{
    figures::{ADDS, BATCH, CHAIN, FORMS, Figures, LAYERS, PRODUCTS, PeakMemory, SIDE, SIZES},
    measure::Measures,
};

const SEED: u64 = 42;

/// The figures of one group, and where its data comes from.
struct Group {
    rng: Rng,
    figures: Figures,
}

/// Runs the group `name`.
pub(crate) fn run(name: &str) -> Result<Measures> {
    let mut group = Group {
        rng: Rng::new(SEED),
        figures: Figures::default(),
    };
    match name {
        "core-matmul" => group.matmul()?,
        "core-elementwise" => group.elementwise()?,
        "core-reductions" => group.reductions()?,
        "core-small-ops" => group.small_ops()?,
        "core-fused" => group.fused()?,
        "core-mlp-backward" => group.mlp_backward()?,
        _ => bail!("no group {name:?}"),
    }
    Ok(group.figures.measures())
}

impl Group {
    fn tensor(&mut self, shape: &[usize]) -> Result<Tensor> {
        let values = (0..shape.iter().product())
            .map(|_| self.rng.uniform() as f32 - 0.5)
            .collect();
        Ok(Tensor::from_vec(values, shape)?)
    }

    fn time(&mut self, name: impl Into<String>, action: impl FnMut() -> Result<Tensor>) -> Result<()> {
        self.figures.time(name, action)
    }

    fn matmul(&mut self) -> Result<()> {
        for [m, k, n] in PRODUCTS {
            for (form, turned_a, turned_b) in FORMS {
                let a = self.tensor(&if turned_a { [k, m] } else { [m, k] })?;
                let b = self.tensor(&if turned_b { [n, k] } else { [k, n] })?;
                let product = || Ok(a.matmul_transposed(turned_a, &b, turned_b)?);
                self.time(format!("{m}x{k}x{n}_{form}"), product)?;
            }
        }
        let (a, b) = (self.tensor(&[SIDE; 3])?, self.tensor(&[SIDE; 3])?);
        for (form, turned_a, turned_b) in FORMS {
            let product = || Ok(a.matmul_transposed(turned_a, &b, turned_b)?);
            self.time(format!("64x(64x64x64)_{form}"), product)?;
        }
        Ok(())
    }

    fn elementwise(&mut self) -> Result<()> {
        for size in SIZES {
            let x = self.tensor(&[size / 100, 100])?;
            let row = self.tensor(&[100])?;
            self.time(format!("add_{size}"), || Ok(x.add(&row)?))?;
            self.time(format!("exp_{size}"), || Ok(x.exp()?))?;
            self.time(format!("tanh_{size}"), || Ok(x.tanh()?))?;
            self.time(format!("sigmoid_{size}"), || Ok(x.sigmoid()?))?;
            self.time(format!("gelu_{size}"), || Ok(x.gelu()?))?;
        }
        Ok(())
    }

    fn reductions(&mut self) -> Result<()> {
        for size in SIZES {
            let x = self.tensor(&[size / 100, 100])?;
            let cube = self.tensor(&[size / 100, 10, 10])?;
            let (gain, bias) = (self.tensor(&[100])?, self.tensor(&[100])?);
            self.time(format!("sum_{size}"), || Ok(x.sum_all()?))?;
            self.time(format!("sum_rows_{size}"), || Ok(x.sum(&[1])?))?;
            self.time(format!("sum_columns_{size}"), || Ok(x.sum(&[0])?))?;
            self.time(format!("sum_two_axes_{size}"), || Ok(cube.sum(&[0, 2])?))?;
            self.time(format!("max_{size}"), || Ok(x.max(&[1])?))?;
            self.time(format!("mean_{size}"), || Ok(x.mean(&[0])?))?;
            self.time(format!("softmax_{size}"), || Ok(x.softmax(1)?))?;
            self.time(format!("softmax_columns_{size}"), || Ok(x.softmax(0)?))?;
            let norm = Function::new("layer_norm", |x| Ok(vec![layer_norm(&x[0], &x[1], &x[2])?]));
            let inputs = [&x, &gain, &bias];
            self.time(format!("layer_norm_{size}"), || Ok(norm.call(&inputs)?.remove(0)))?;
        }
        Ok(())
    }

    fn small_ops(&mut self) -> Result<()> {
        let (x, y) = (self.tensor(&[10])?, self.tensor(&[10])?);
        self.time("forward", || adds(&x, &y))?;
        self.time("forward_backward", || {
            let tape = Tape::new();
            let watched = tape.watch(&x)?;
            let end = adds(&watched, &y)?;
            tape.gradient(&end, &[&watched])?
                .remove(0)
                .context("the sum depends on x")
        })
    }

    fn fused(&mut self) -> Result<()> {
        let x = self.tensor(&[CHAIN])?;
        let function = Function::new("chain", |x| Ok(vec![chain(&x[0])?]));
        self.time("chain", || Ok(function.call(&[&x])?.remove(0)))
    }

    fn mlp_backward(&mut self) -> Result<()> {
        let x = self.tensor(&[BATCH, LAYERS[0]])?;
        let labels: Vec<i64> = (0..BATCH as i64).map(|i| i % LAYERS[3] as i64).collect();
        let labels = Tensor::from(labels);
        let mut weights = Vec::new();
        for sides in LAYERS.windows(2) {
            weights.push(self.tensor(sides)?.mul_scalar(0.1)?);
            weights.push(Tensor::full([sides[1]], 0.0f32)?);
        }
        let before = PeakMemory::now()?;
        self.time("eager", || {
            let tape = Tape::new();
            let watched = weights
                .iter()
                .map(|w| tape.watch(w))
                .collect::<ml_core::Result<Vec<_>>>()?;
            let sources: Vec<&dyn ml_core::autodiff::Source> = watched.iter().map(|w| w as _).collect();
            let loss = mlp_loss(&x, &labels, &watched)?;
            tape.gradient(&loss, &sources)?
                .remove(0)
                .context("the loss depends on the weights")
        })?;
        let step = Function::new("step", |arguments: &[Tensor]| {
            let tape = Tape::new();
            let watched = arguments[2..]
                .iter()
                .map(|w| tape.watch(w))
                .collect::<ml_core::Result<Vec<_>>>()?;
            let sources: Vec<&dyn ml_core::autodiff::Source> = watched.iter().map(|w| w as _).collect();
            let loss = mlp_loss(&arguments[0], &arguments[1], &watched)?;
            Ok(tape.gradient(&loss, &sources)?.into_iter().flatten().collect())
        });
        let mut arguments = vec![&x, &labels];
        arguments.extend(&weights);
        self.time("function", || Ok(step.call(&arguments)?.remove(0)))?;
        self.figures.growth("step_growth", &before)
    }
}

fn layer_norm(x: &Tensor, gain: &Tensor, bias: &Tensor) -> ml_core::Result<Tensor> {
    let (mean, variance) = x.moments(&[-1], true)?;
    let scale = variance.add_scalar(1e-5)?.rsqrt()?;
    x.sub(&mean)?.mul(&scale)?.mul(gain)?.add(bias)
}

fn adds(x: &Tensor, y: &Tensor) -> Result<Tensor> {
    let mut sum = x.clone();
    for _ in 0..ADDS {
        sum = sum.add(y)?;
    }
    Ok(sum)
}

/// Ten operations, an element at a time.
fn chain(x: &Tensor) -> ml_core::Result<Tensor> {
    let y = x
        .mul_scalar(2.0)?
        .add_scalar(1.0)?
        .tanh()?
        .mul(x)?
        .sub_scalar(0.5)?;
    y.square()?.add(x)?.sigmoid()?.mul_scalar(3.0)?.relu()
}

fn mlp_loss(x: &Tensor, labels: &Tensor, weights: &[Tensor]) -> ml_core::Result<Tensor> {
    let mut layer = x.clone();
    for (number, weight) in weights.chunks_exact(2).enumerate() {
        layer = layer.matmul(&weight[0])?.add(&weight[1])?;
        if number + 2 < LAYERS.len() {
            layer = layer.relu()?;
        }
    }
    layer.cross_entropy(labels)?.mean_all()
}
