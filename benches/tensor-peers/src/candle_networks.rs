//! candle's networks.

use std::path::Path;

use anyhow::{Result, bail};
use candle_core::{DType, Device, Module, ModuleT, Tensor};
use candle_nn::{
    AdamW, BatchNorm, BatchNormConfig, Dropout, Linear, Optimizer, ParamsAdamW, SGD, VarBuilder, VarMap, batch_norm,
    linear, loss, ops,
};

use crate::{
    data::{Rows, epochs, first_batch, houses, images},
    measure::{Measures, measures},
    networks::{
        ADAM_RATE, CLASSES, DROPPED, EPOCHS, HIDDEN, HOUSING_EPOCHS, HOUSING_RATE, PIXELS, SGD_RATE, answers,
    },
};

const CPU: &Device = &Device::Cpu;

/// Runs a workload.
pub(crate) fn run(workload: &str, folder: &Path) -> Result<Measures> {
    match workload {
        "nn-classifier" => train_classifier(&images(folder)?, false),
        "nn-classifier-adam" => train_classifier(&images(folder)?, true),
        "nn-housing" => housing(&houses(folder)?),
        "nn-latency" => latency(&images(folder)?),
        "nn-first-batch" => one_batch(),
        _ => bail!("candle: no workload {workload:?}"),
    }
}

impl<T: candle_core::WithDType> Rows<T> {
    fn tensors(&self) -> Result<(Tensor, Tensor)> {
        let x = Tensor::from_slice(&self.x, (self.y.len(), self.width), CPU)?;
        Ok((x, Tensor::from_slice(&self.y, self.y.len(), CPU)?))
    }
}

struct Network {
    hidden: Vec<(Linear, Option<BatchNorm>)>,
    dropout: Dropout,
    output: Linear,
}

impl Network {
    fn new(variables: &VarMap, mut inputs: usize, hidden: &[usize], outputs: usize, full: bool) -> Result<Self> {
        let builder = VarBuilder::from_varmap(variables, DType::F32, CPU);
        let mut layers = Vec::new();
        for (number, &units) in hidden.iter().enumerate() {
            let dense = linear(inputs, units, builder.pp(format!("dense{number}")))?;
            let config = BatchNormConfig { momentum: 0.01, eps: 1e-3, ..Default::default() };
            let norm = full.then(|| batch_norm(units, config, builder.pp(format!("norm{number}"))));
            layers.push((dense, norm.transpose()?));
            inputs = units;
        }
        let output = linear(inputs, outputs, builder.pp("output"))?;
        Ok(Self { hidden: layers, dropout: Dropout::new(DROPPED as f32), output })
    }

    fn forward(&self, x: &Tensor, train: bool) -> candle_core::Result<Tensor> {
        let mut layer = x.clone();
        for (dense, norm) in &self.hidden {
            layer = dense.forward(&layer)?.relu()?;
            if let Some(norm) = norm {
                layer = self.dropout.forward(&norm.forward_t(&layer, train)?, train)?;
            }
        }
        self.output.forward(&layer)
    }
}

fn train(
    (x, y): (Tensor, Tensor),
    count: usize,
    mut optimizer: impl Optimizer,
    loss: impl Fn(&Tensor, &Tensor) -> candle_core::Result<Tensor>,
) -> Result<Measures> {
    epochs(x.dim(0)?, count, |rows| {
        let rows = Tensor::new(rows, CPU)?;
        let loss = loss(&x.index_select(&rows, 0)?, &y.index_select(&rows, 0)?)?;
        optimizer.backward_step(&loss)?;
        Ok(loss.to_scalar::<f32>()?)
    })
}

fn train_classifier(images: &Rows<u32>, full: bool) -> Result<Measures> {
    let variables = VarMap::new();
    let network = Network::new(&variables, PIXELS, &HIDDEN, CLASSES, full)?;
    let loss = |x: &Tensor, y: &Tensor| loss::cross_entropy(&network.forward(x, true)?, y);
    let (data, weights) = (images.tensors()?, variables.all_vars());
    if !full {
        return train(data, EPOCHS, SGD::new(weights, SGD_RATE)?, loss);
    }
    // Without decay, AdamW is Adam.
    let settings = ParamsAdamW { lr: ADAM_RATE, eps: 1e-7, weight_decay: 0.0, ..Default::default() };
    train(data, EPOCHS, AdamW::new(weights, settings)?, loss)
}

fn housing(houses: &Rows<f32>) -> Result<Measures> {
    let variables = VarMap::new();
    let network = Network::new(&variables, houses.width, &[30], 1, false)?;
    let loss = |x: &Tensor, y: &Tensor| loss::mse(&network.forward(x, true)?.squeeze(1)?, y);
    train(houses.tensors()?, HOUSING_EPOCHS, SGD::new(variables.all_vars(), HOUSING_RATE)?, loss)
}

fn latency(images: &Rows<u32>) -> Result<Measures> {
    let network = Network::new(&VarMap::new(), PIXELS, &HIDDEN, CLASSES, false)?;
    let (x, _) = images.tensors()?;
    let image = |row| Ok(x.narrow(0, row, 1)?);
    answers(image, |image| {
        let probabilities = ops::softmax(&network.forward(&image, false)?, 1)?;
        Ok(probabilities.to_vec2::<f32>()?)
    })
}

fn one_batch() -> Result<Measures> {
    let variables = VarMap::new();
    let network = Network::new(&variables, PIXELS, &HIDDEN, CLASSES, false)?;
    let (x, y) = first_batch().tensors()?;
    let loss = loss::cross_entropy(&network.forward(&x, true)?, &y)?;
    SGD::new(variables.all_vars(), SGD_RATE)?.backward_step(&loss)?;
    Ok(measures([("loss", f64::from(loss.to_scalar::<f32>()?))]))
}
