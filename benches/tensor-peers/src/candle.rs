//! candle, on the processor.

use anyhow::{Context, Result, bail};
use candle_core::{D, Device, Tensor, Var};
use candle_nn::{loss::cross_entropy, ops};

use crate::{
    figures::{ADDS, BATCH, CHAIN, FORMS, Figures, LAYERS, PRODUCTS, PeakMemory, SIDE, SIZES},
    values,
};

/// Runs a group.
pub(crate) fn run(group: &str) -> Result<Figures> {
    let mut figures = Figures::default();
    let mut data = Data(42);
    match group {
        "core-matmul" => matmul(&mut figures, &mut data)?,
        "core-elementwise" => elementwise(&mut figures, &mut data)?,
        "core-reductions" => reductions(&mut figures, &mut data)?,
        "core-small-ops" => small_ops(&mut figures, &mut data)?,
        "core-fused" => fused(&mut figures, &mut data)?,
        "core-mlp-backward" => mlp_backward(&mut figures, &mut data)?,
        _ => bail!("candle: no group {group:?}"),
    }
    Ok(figures)
}

struct Data(u64);

impl Data {
    fn tensor(&mut self, shape: &[usize]) -> Result<Tensor> {
        let values = values(&mut self.0, shape.iter().product());
        Ok(Tensor::from_vec(values, shape, &Device::Cpu)?)
    }
}

fn matmul(figures: &mut Figures, data: &mut Data) -> Result<()> {
    for [m, k, n] in PRODUCTS {
        for (form, turned_a, turned_b) in FORMS {
            let a = if turned_a { data.tensor(&[k, m])?.t()? } else { data.tensor(&[m, k])? };
            let b = if turned_b { data.tensor(&[n, k])?.t()? } else { data.tensor(&[k, n])? };
            figures.time(format!("{m}x{k}x{n}_{form}"), || Ok(a.matmul(&b)?))?;
        }
    }
    for (form, turned_a, turned_b) in FORMS {
        let (mut a, mut b) = (data.tensor(&[SIDE; 3])?, data.tensor(&[SIDE; 3])?);
        if turned_a {
            a = a.t()?;
        }
        if turned_b {
            b = b.t()?;
        }
        figures.time(format!("64x(64x64x64)_{form}"), || Ok(a.matmul(&b)?))?;
    }
    Ok(())
}

fn elementwise(figures: &mut Figures, data: &mut Data) -> Result<()> {
    for size in SIZES {
        let (x, row) = (data.tensor(&[size / 100, 100])?, data.tensor(&[100])?);
        figures.time(format!("add_{size}"), || Ok(x.broadcast_add(&row)?))?;
        figures.time(format!("exp_{size}"), || Ok(x.exp()?))?;
        figures.time(format!("tanh_{size}"), || Ok(x.tanh()?))?;
        figures.time(format!("sigmoid_{size}"), || Ok(ops::sigmoid(&x)?))?;
        figures.time(format!("gelu_{size}"), || Ok(x.gelu_erf()?))?;
    }
    Ok(())
}

fn reductions(figures: &mut Figures, data: &mut Data) -> Result<()> {
    for size in SIZES {
        let (x, cube) = (data.tensor(&[size / 100, 100])?, data.tensor(&[size / 100, 10, 10])?);
        let (gain, bias) = (data.tensor(&[100])?, data.tensor(&[100])?);
        figures.time(format!("sum_{size}"), || Ok(x.sum_all()?))?;
        figures.time(format!("sum_rows_{size}"), || Ok(x.sum(1)?))?;
        figures.time(format!("sum_columns_{size}"), || Ok(x.sum(0)?))?;
        figures.time(format!("sum_two_axes_{size}"), || Ok(cube.sum((0, 2))?))?;
        figures.time(format!("max_{size}"), || Ok(x.max(1)?))?;
        figures.time(format!("mean_{size}"), || Ok(x.mean(0)?))?;
        figures.time(format!("softmax_{size}"), || Ok(ops::softmax_last_dim(&x)?))?;
        figures.time(format!("softmax_columns_{size}"), || Ok(ops::softmax(&x, 0)?))?;
        figures.time(format!("layer_norm_{size}"), || layer_norm(&x, &gain, &bias))?;
    }
    Ok(())
}

fn layer_norm(x: &Tensor, gain: &Tensor, bias: &Tensor) -> Result<Tensor> {
    let away = x.broadcast_sub(&x.mean_keepdim(D::Minus1)?)?;
    let deviation = (away.sqr()?.mean_keepdim(D::Minus1)? + 1e-5)?.sqrt()?;
    Ok(away.broadcast_div(&deviation)?.broadcast_mul(gain)?.broadcast_add(bias)?)
}

fn adds(x: &Tensor, y: &Tensor) -> Result<Tensor> {
    let mut sum = x.clone();
    for _ in 0..ADDS {
        sum = sum.add(y)?;
    }
    Ok(sum)
}

fn small_ops(figures: &mut Figures, data: &mut Data) -> Result<()> {
    let (x, y) = (data.tensor(&[10])?, data.tensor(&[10])?);
    figures.time("forward", || adds(&x, &y))?;
    let watched = Var::from_tensor(&x)?;
    figures.time("forward_backward", || {
        let gradients = adds(&watched, &y)?.sum_all()?.backward()?;
        Ok(gradients.get(&watched).context("the sum depends on x")?.clone())
    })
}

/// Multiplication and addition of a number are one operation here.
fn fused(figures: &mut Figures, data: &mut Data) -> Result<()> {
    let x = data.tensor(&[CHAIN])?;
    figures.time("chain", || {
        let y = x.affine(2.0, 1.0)?.tanh()?.mul(&x)?.affine(1.0, -0.5)?;
        Ok(ops::sigmoid(&y.sqr()?.add(&x)?)?.affine(3.0, 0.0)?.relu()?)
    })
}

fn mlp_backward(figures: &mut Figures, data: &mut Data) -> Result<()> {
    let x = data.tensor(&[BATCH, LAYERS[0]])?;
    let labels: Vec<u32> = (0..BATCH as u32).map(|i| i % LAYERS[3] as u32).collect();
    let labels = Tensor::from_vec(labels, BATCH, &Device::Cpu)?;
    let mut weights = Vec::new();
    for sides in LAYERS.windows(2) {
        weights.push(Var::from_tensor(&(data.tensor(sides)? * 0.1)?)?);
        weights.push(Var::from_tensor(&Tensor::zeros(
            sides[1],
            candle_core::DType::F32,
            &Device::Cpu,
        )?)?);
    }
    let step = || {
        let mut layer = x.clone();
        for (number, weight) in weights.chunks_exact(2).enumerate() {
            layer = layer.matmul(&weight[0])?.broadcast_add(&weight[1])?;
            if number + 2 < LAYERS.len() {
                layer = layer.relu()?;
            }
        }
        let gradients = cross_entropy(&layer, &labels)?.backward()?;
        Ok(gradients.get(&weights[0]).context("the loss depends on the weights")?.clone())
    };
    let before = PeakMemory::now()?;
    // A single way here stands beside our two.
    figures.time("eager", step)?;
    figures.time("function", step)?;
    figures.growth("step_growth", &before)
}
