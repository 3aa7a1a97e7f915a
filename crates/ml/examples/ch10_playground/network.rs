//! The network, and how it is trained and looked at.

use ml::{
    core::{Result, Tensor},
    nn::{
        Activation, Compile, Fit, Model, Sequential,
        callbacks::LambdaCallback,
        layers::{Dense, IntoLayer},
        optimizers::{Adam, IntoOptimizer, OptimizerRef, Sgd},
        regularizers::{L1, L2},
    },
};

use crate::sets::{HALF, Plane};

/// How weights move.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
pub(crate) enum Optimizer {
    /// Plain stochastic gradient descent.
    Sgd,
    /// Momentum 0.9.
    Momentum,
    /// Adam.
    Adam,
}

/// What large weights cost.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
pub(crate) enum Penalty {
    /// Nothing.
    None,
    /// Their absolute values.
    L1,
    /// Their squares.
    L2,
}

/// A network with two inputs and one output: the probability of class 1.
#[derive(Debug, Clone)]
pub(crate) struct Network {
    pub(crate) hidden: Vec<usize>,
    pub(crate) activation: Activation,
    pub(crate) optimizer: Optimizer,
    pub(crate) rate: f64,
    pub(crate) penalty: Penalty,
    pub(crate) penalty_rate: f64,
    pub(crate) seed: u64,
}

impl Network {
    /// Of these hidden layers, trained as the playground does unless told otherwise.
    pub(crate) fn new(hidden: &[usize], activation: Activation, seed: u64) -> Self {
        Self {
            hidden: hidden.to_vec(),
            activation,
            optimizer: Optimizer::Sgd,
            rate: 0.03,
            penalty: Penalty::None,
            penalty_rate: 0.0,
            seed,
        }
    }

    fn dense(&self, units: usize, activation: Activation) -> Dense {
        let dense = Dense::new(units).activation(activation);
        match self.penalty {
            Penalty::None => dense,
            Penalty::L1 => dense.kernel_regularizer(L1(self.penalty_rate)),
            Penalty::L2 => dense.kernel_regularizer(L2(self.penalty_rate)),
        }
    }

    /// The compiled model.
    pub(crate) fn build(&self) -> Result<Model> {
        let hidden = self
            .hidden
            .iter()
            .map(|&units| self.dense(units, self.activation.clone()));
        let mut layers: Vec<Dense> = hidden.collect();
        layers.push(self.dense(1, Activation::Sigmoid));
        let mut model = Sequential::new();
        for (number, layer) in layers.into_iter().enumerate() {
            model = match number {
                0 => model.add(layer.input_shape([2])),
                _ => model.add(layer),
            };
        }
        let optimizer: OptimizerRef = match self.optimizer {
            Optimizer::Sgd => Sgd::new(self.rate).into_optimizer(),
            Optimizer::Momentum => Sgd::new(self.rate).momentum(0.9).into_optimizer(),
            Optimizer::Adam => Adam::new(self.rate).into_optimizer(),
        };
        let mut model = model.into_model().seed(self.seed);
        model.compile(Compile::new(optimizer, "binary_crossentropy").metric("accuracy"))?;
        Ok(model)
    }
}

/// Cells of a drawing, across and up.
pub(crate) const CELLS: usize = 48;

/// What the network says after an epoch.
pub(crate) struct Frame {
    pub(crate) epoch: usize,
    pub(crate) loss: f64,
    pub(crate) test_loss: f64,
    pub(crate) test_accuracy: f64,
    /// Probabilities of class 1 in the middle of each cell, row by row from the top.
    pub(crate) surface: Vec<f64>,
}

/// How long to train, and how often to look.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Play {
    pub(crate) epochs: usize,
    pub(crate) batch_size: usize,
    pub(crate) every: usize,
}

impl Play {
    /// Trains; every drawing is shown as soon as it is there.
    pub(crate) fn run(
        self,
        network: &Network,
        plane: &Plane,
        mut show: impl FnMut(&Frame) -> std::io::Result<()>,
    ) -> Result<Vec<Frame>> {
        let mut model = network.build()?;
        let [(x, y), (test_x, test_y)] = plane.halves()?;
        let cells = cells()?;
        let mut frames = Vec::new();
        let draw = LambdaCallback::new().on_epoch_end(|epoch, run| {
            if (epoch + 1) % self.every != 0 && epoch + 1 != self.epochs {
                return Ok(());
            }
            let logs = run.logs()?;
            let of = |name| logs.get(name).unwrap_or(f64::NAN);
            let surface = run
                .model()
                .predict(&cells)?
                .cast(ml::core::DType::F64)?
                .to_vec::<f64>()?;
            let frame = Frame {
                epoch: epoch + 1,
                loss: of("loss"),
                test_loss: of("val_loss"),
                test_accuracy: of("val_accuracy"),
                surface,
            };
            show(&frame).map_err(|source| ml::Error::Io {
                path: "standard output".into(),
                action: "write",
                source,
            })?;
            frames.push(frame);
            Ok(())
        });
        let fit = Fit::new()
            .epochs(self.epochs)
            .batch_size(self.batch_size)
            .validation_data(&test_x, &test_y)
            .callback(draw);
        model.fit(&x, &y, fit)?;
        Ok(frames)
    }
}

/// The middles of the cells, row by row from the top.
fn cells() -> Result<Tensor> {
    let middle = |i: usize| (HALF * (2.0 * (i as f64 + 0.5) / CELLS as f64 - 1.0)) as f32;
    let all = (0..CELLS * CELLS).flat_map(|i| [middle(i % CELLS), -middle(i / CELLS)]);
    Tensor::from_vec(all.collect(), [CELLS * CELLS, 2])
}
