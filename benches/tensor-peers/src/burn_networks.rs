//! burn's networks, on any of its backends.

use std::path::Path;

use anyhow::{Result, bail};
use burn::{
    module::Module,
    nn::{
        BatchNorm, BatchNormConfig, Dropout, DropoutConfig, Linear, LinearConfig,
        loss::{CrossEntropyLossConfig, MseLoss, Reduction},
    },
    optim::{AdamConfig, GradientsParams, ModuleOptimizer, SgdConfig},
    tensor::{Device, Int, Tensor, TensorData, activation},
};

use crate::{
    data::{Rows, epochs, first_batch, houses, images},
    measure::{Measures, measures},
    networks::{
        ADAM_RATE, CLASSES, DROPPED, EPOCHS, HIDDEN, HOUSING_EPOCHS, HOUSING_RATE, PIXELS, SGD_RATE, answers,
    },
};

/// Runs a workload.
pub(crate) fn run(workload: &str, folder: &Path, device: &Device) -> Result<Measures> {
    let learning = &device.clone().autodiff();
    match workload {
        "nn-classifier" => train_classifier(&images(folder)?, false, learning),
        "nn-classifier-adam" => train_classifier(&images(folder)?, true, learning),
        "nn-housing" => housing(&houses(folder)?, learning),
        "nn-latency" => latency(&images(folder)?, device),
        "nn-first-batch" => one_batch(learning),
        _ => bail!("burn: no workload {workload:?}"),
    }
}

impl<T> Rows<T> {
    fn inputs(&self, device: &Device) -> Tensor<2> {
        Tensor::from_data(TensorData::new(self.x.clone(), [self.y.len(), self.width]), device)
    }
}

impl Rows<u32> {
    fn classes(&self, device: &Device) -> Tensor<1, Int> {
        let classes: Vec<i64> = self.y.iter().map(|&class| class.into()).collect();
        Tensor::from_data(TensorData::new(classes, [self.y.len()]), device)
    }
}

#[derive(Module, Debug)]
struct Network {
    hidden: Vec<Linear>,
    norms: Vec<BatchNorm>,
    dropout: Dropout,
    output: Linear,
}

impl Network {
    fn new(mut inputs: usize, hidden: &[usize], outputs: usize, full: bool, device: &Device) -> Self {
        let (mut layers, mut norms) = (Vec::new(), Vec::new());
        for &units in hidden {
            layers.push(LinearConfig::new(inputs, units).init(device));
            if full {
                norms.push(BatchNormConfig::new(units).with_epsilon(1e-3).with_momentum(0.01).init(device));
            }
            inputs = units;
        }
        Self {
            hidden: layers,
            norms,
            dropout: DropoutConfig::new(DROPPED).init(),
            output: LinearConfig::new(inputs, outputs).init(device),
        }
    }

    fn forward(&self, x: Tensor<2>) -> Tensor<2> {
        let mut layer = x;
        for (number, dense) in self.hidden.iter().enumerate() {
            layer = activation::relu(dense.forward(layer));
            if let Some(norm) = self.norms.get(number) {
                layer = self.dropout.forward(norm.forward(layer));
            }
        }
        self.output.forward(layer)
    }
}

/// A step, and its loss.
fn step(
    network: Network,
    optimizer: &mut ModuleOptimizer,
    rate: f64,
    loss: impl Fn(&Network) -> Tensor<1>,
) -> (Network, f32) {
    let loss = loss(&network);
    let gradients = GradientsParams::from_grads(loss.backward(), &network);
    (optimizer.step(rate, network, gradients), loss.into_scalar::<f32>())
}

fn train_classifier(data: &Rows<u32>, full: bool, device: &Device) -> Result<Measures> {
    let (x, y) = (data.inputs(device), data.classes(device));
    let cross_entropy = CrossEntropyLossConfig::new().init(device);
    let (mut optimizer, rate) = match full {
        true => (AdamConfig::new().with_epsilon(1e-7).init(), ADAM_RATE),
        false => (SgdConfig::new().init(), SGD_RATE),
    };
    let mut network = Some(Network::new(PIXELS, &HIDDEN, CLASSES, full, device));
    epochs(data.y.len(), EPOCHS, |rows| {
        let rows = Tensor::<1, Int>::from_data(TensorData::from(rows), device);
        let (x, y) = (x.clone().select(0, rows.clone()), y.clone().select(0, rows));
        let before = network.take().expect("every step gives it back");
        let (after, loss) = step(before, &mut optimizer, rate, |network| {
            cross_entropy.forward(network.forward(x.clone()), y.clone())
        });
        network = Some(after);
        Ok(loss)
    })
}

fn housing(data: &Rows<f32>, device: &Device) -> Result<Measures> {
    let x = data.inputs(device);
    let y = Tensor::<2>::from_data(TensorData::new(data.y.clone(), [data.y.len(), 1]), device);
    let mut optimizer = SgdConfig::new().init();
    let mut network = Some(Network::new(data.width, &[30], 1, false, device));
    epochs(data.y.len(), HOUSING_EPOCHS, |rows| {
        let rows = Tensor::<1, Int>::from_data(TensorData::from(rows), device);
        let (x, y) = (x.clone().select(0, rows.clone()), y.clone().select(0, rows));
        let before = network.take().expect("every step gives it back");
        let (after, loss) = step(before, &mut optimizer, HOUSING_RATE, |network| {
            MseLoss::new().forward(network.forward(x.clone()), y.clone(), Reduction::Mean)
        });
        network = Some(after);
        Ok(loss)
    })
}

fn latency(data: &Rows<u32>, device: &Device) -> Result<Measures> {
    let network = Network::new(PIXELS, &HIDDEN, CLASSES, false, device);
    let x = data.inputs(device);
    answers(
        |row| Ok(x.clone().narrow(0, row, 1)),
        |image| Ok(activation::softmax(network.forward(image), 1).into_data()),
    )
}

fn one_batch(device: &Device) -> Result<Measures> {
    let data = first_batch();
    let (x, y) = (data.inputs(device), data.classes(device));
    let cross_entropy = CrossEntropyLossConfig::new().init(device);
    let network = Network::new(PIXELS, &HIDDEN, CLASSES, false, device);
    let (_, loss) = step(network, &mut SgdConfig::new().init(), SGD_RATE, |network| {
        cross_entropy.forward(network.forward(x.clone()), y.clone())
    });
    Ok(measures([("loss", loss.into())]))
}
