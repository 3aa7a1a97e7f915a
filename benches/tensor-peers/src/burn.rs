//! burn, on any of its backends.

use anyhow::{Context, Result, bail};
use burn::{
    nn::loss::CrossEntropyLossConfig,
    tensor::{Device, Int, Tensor, TensorData, activation},
};

use crate::{
    figures::{ADDS, BATCH, CHAIN, FORMS, Figures, LAYERS, PRODUCTS, PeakMemory, SIDE, SIZES},
    values,
};

/// Runs a group.
pub(crate) fn run(group: &str, device: &Device) -> Result<Figures> {
    let mut figures = Figures::default();
    let mut data = Data {
        seed: 42,
        device: device.clone(),
    };
    match group {
        "core-matmul" => matmul(&mut figures, &mut data)?,
        "core-elementwise" => elementwise(&mut figures, &mut data)?,
        "core-reductions" => reductions(&mut figures, &mut data)?,
        "core-small-ops" => small_ops(&mut figures, &mut data)?,
        "core-fused" => fused(&mut figures, &mut data)?,
        "core-mlp-backward" => mlp_backward(&mut figures, &mut data)?,
        _ => bail!("burn: no group {group:?}"),
    }
    Ok(figures)
}

struct Data {
    seed: u64,
    device: Device,
}

impl Data {
    fn tensor<const D: usize>(&mut self, shape: [usize; D]) -> Tensor<D> {
        let values = values(&mut self.seed, shape.iter().product());
        Tensor::from_data(TensorData::new(values, shape), &self.device)
    }
}

fn matmul(figures: &mut Figures, data: &mut Data) -> Result<()> {
    for [m, k, n] in PRODUCTS {
        for (form, turned_a, turned_b) in FORMS {
            let a = if turned_a { data.tensor([k, m]).transpose() } else { data.tensor([m, k]) };
            let b = if turned_b { data.tensor([n, k]).transpose() } else { data.tensor([k, n]) };
            figures.time(format!("{m}x{k}x{n}_{form}"), || Ok(a.clone().matmul(b.clone())))?;
        }
    }
    for (form, turned_a, turned_b) in FORMS {
        let (mut a, mut b) = (data.tensor([SIDE; 3]), data.tensor([SIDE; 3]));
        if turned_a {
            a = a.transpose();
        }
        if turned_b {
            b = b.transpose();
        }
        figures.time(format!("64x(64x64x64)_{form}"), || Ok(a.clone().matmul(b.clone())))?;
    }
    Ok(())
}

fn elementwise(figures: &mut Figures, data: &mut Data) -> Result<()> {
    for size in SIZES {
        let x = data.tensor([size / 100, 100]);
        let row = data.tensor([1, 100]);
        figures.time(format!("add_{size}"), || Ok(x.clone().add(row.clone())))?;
        figures.time(format!("exp_{size}"), || Ok(x.clone().exp()))?;
        figures.time(format!("tanh_{size}"), || Ok(x.clone().tanh()))?;
        figures.time(format!("sigmoid_{size}"), || Ok(activation::sigmoid(x.clone())))?;
        figures.time(format!("gelu_{size}"), || Ok(activation::gelu(x.clone())))?;
    }
    Ok(())
}

fn reductions(figures: &mut Figures, data: &mut Data) -> Result<()> {
    for size in SIZES {
        let x = data.tensor([size / 100, 100]);
        let cube = data.tensor([size / 100, 10, 10]);
        let (gain, bias) = (data.tensor([1, 100]), data.tensor([1, 100]));
        figures.time(format!("sum_{size}"), || Ok(x.clone().sum()))?;
        figures.time(format!("sum_rows_{size}"), || Ok(x.clone().sum_dim(1)))?;
        figures.time(format!("sum_columns_{size}"), || Ok(x.clone().sum_dim(0)))?;
        figures.time(format!("sum_two_axes_{size}"), || Ok(cube.clone().sum_dims(&[0, 2])))?;
        figures.time(format!("max_{size}"), || Ok(x.clone().max_dim(1)))?;
        figures.time(format!("mean_{size}"), || Ok(x.clone().mean_dim(0)))?;
        figures.time(format!("softmax_{size}"), || Ok(activation::softmax(x.clone(), 1)))?;
        figures.time(format!("softmax_columns_{size}"), || Ok(activation::softmax(x.clone(), 0)))?;
        figures.time(format!("layer_norm_{size}"), || Ok(layer_norm(&x, &gain, &bias)))?;
    }
    Ok(())
}

fn layer_norm(x: &Tensor<2>, gain: &Tensor<2>, bias: &Tensor<2>) -> Tensor<2> {
    let away = x.clone().sub(x.clone().mean_dim(1));
    let deviation = away.clone().square().mean_dim(1).add_scalar(1e-5).sqrt();
    away.div(deviation).mul(gain.clone()).add(bias.clone())
}

fn adds(x: &Tensor<1>, y: &Tensor<1>) -> Tensor<1> {
    let mut sum = x.clone();
    for _ in 0..ADDS {
        sum = sum.add(y.clone());
    }
    sum
}

fn small_ops(figures: &mut Figures, data: &mut Data) -> Result<()> {
    let (x, y) = (data.tensor([10]), data.tensor([10]));
    figures.time("forward", || Ok(adds(&x, &y)))?;
    let (watched, y) = (x.autodiff().require_grad(), y.autodiff());
    figures.time("forward_backward", || {
        let gradients = adds(&watched, &y).sum().backward();
        watched.grad(&gradients).context("the sum depends on x")
    })
}

fn fused(figures: &mut Figures, data: &mut Data) -> Result<()> {
    let x = data.tensor([CHAIN]);
    figures.time("chain", || {
        let y = x.clone().mul_scalar(2.0).add_scalar(1.0).tanh();
        let y = y.mul(x.clone()).sub_scalar(0.5).square().add(x.clone());
        Ok(activation::relu(activation::sigmoid(y).mul_scalar(3.0)))
    })
}

fn mlp_backward(figures: &mut Figures, data: &mut Data) -> Result<()> {
    data.device = data.device.clone().autodiff();
    let x = data.tensor([BATCH, LAYERS[0]]);
    let labels: Vec<i64> = (0..BATCH as i64).map(|i| i % LAYERS[3] as i64).collect();
    let labels = Tensor::<1, Int>::from_data(TensorData::new(labels, [BATCH]), &data.device);
    let layers: Vec<(Tensor<2>, Tensor<2>)> = LAYERS
        .windows(2)
        .map(|sides| {
            let weights = data.tensor([sides[0], sides[1]]).mul_scalar(0.1);
            let biases = Tensor::<2>::zeros([1, sides[1]], &data.device);
            (weights.require_grad(), biases.require_grad())
        })
        .collect();
    let loss = CrossEntropyLossConfig::new().init(&data.device);
    let step = || {
        let mut layer = x.clone();
        for (number, (weights, biases)) in layers.iter().enumerate() {
            layer = layer.matmul(weights.clone()).add(biases.clone());
            if number + 2 < LAYERS.len() {
                layer = activation::relu(layer);
            }
        }
        let gradients = loss.forward(layer, labels.clone()).backward();
        layers[0].0.grad(&gradients).context("the loss depends on the weights")
    };
    let before = PeakMemory::now()?;
    // A single way here stands beside our two.
    figures.time("eager", step)?;
    figures.time("function", step)?;
    figures.growth("step_growth", &before)
}
