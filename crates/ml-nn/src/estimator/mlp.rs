//! A stack of dense layers.

use ml_core::{Error, Result, check};
use serde::{Deserialize, Serialize};

use super::{BuildModel, Problem};
use crate::{
    Activation, Compile, Model, Sequential,
    choice::Choice,
    layers::{Dense, Dropout, IntoLayer},
    losses::LossRef,
    optimizers::{IntoOptimizer, OptimizerRef, Sgd},
    regularizers::L2,
};

/// A multilayer perceptron: hidden layers of the same size and activation function, and the output layer that the problem
/// needs (book tables 10-1 and 10-2): a number for each target of regression, a sigmoid for two classes, a softmax for more.
///
/// Without hidden layers it is a linear model.
///
/// # Examples
/// ```
/// use ml_core::{Fit as _, Score as _, ndarray::array};
/// use ml_nn::{Activation, estimator::{Mlp, NetworkClassifier}, optimizers::Adam};
///
/// // Exclusive or.
/// let (x, y) = (array![[0.0, 0.0], [0.0, 1.0], [1.0, 0.0], [1.0, 1.0]], array![0i64, 1, 1, 0]);
/// let network = Mlp::new().n_neurons(8).activation(Activation::Tanh).optimizer(Adam::new(0.1));
/// let fitted = NetworkClassifier::new(network).epochs(100).seed(42).fit(x.view(), y.view())?;
/// assert_eq!(fitted.score(x.view(), y.view())?, 1.0);
/// # Ok::<(), ml_core::Error>(())
/// ```
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Mlp {
    /// Number of hidden layers. Default 1.
    pub n_hidden: usize,
    /// Units of each hidden layer, at least 1. Default 30.
    pub n_neurons: usize,
    /// What hidden layers apply. Default ReLU.
    pub activation: Activation,
    /// Share of units that is dropped after each hidden layer in training, in `[0, 1)`. Default 0.
    pub dropout: f64,
    /// Penalty on the squares of all kernels, at least 0. Default 0.
    pub l2: f64,
    /// How weights move. Default stochastic gradient descent with rate 0.003.
    pub optimizer: OptimizerRef,
    /// Takes the place of the optimizer's rate, if given, so that a search can set it alone.
    pub learning_rate: Option<f64>,
    /// Name of the loss, if not the usual one: `mse`, `binary_crossentropy` or `sparse_categorical_crossentropy`.
    pub loss: Option<String>,
}
ml_core::impl_params!(Mlp);

impl Default for Mlp {
    fn default() -> Self {
        Self {
            n_hidden: 1,
            n_neurons: 30,
            activation: Activation::Relu,
            dropout: 0.0,
            l2: 0.0,
            optimizer: Sgd::new(3e-3).into_optimizer(),
            learning_rate: None,
            loss: None,
        }
    }
}

impl Mlp {
    /// With the defaults.
    pub fn new() -> Self {
        Self::default()
    }

    /// Sets the number of hidden layers.
    #[must_use]
    pub fn n_hidden(mut self, layers: usize) -> Self {
        self.n_hidden = layers;
        self
    }

    /// Sets the units of each hidden layer.
    #[must_use]
    pub fn n_neurons(mut self, units: usize) -> Self {
        self.n_neurons = units;
        self
    }

    /// Sets what hidden layers apply.
    #[must_use]
    pub fn activation(mut self, activation: Activation) -> Self {
        self.activation = activation;
        self
    }

    /// Sets the share of units that is dropped.
    #[must_use]
    pub fn dropout(mut self, rate: f64) -> Self {
        self.dropout = rate;
        self
    }

    /// Sets the penalty on the squares of kernels.
    #[must_use]
    pub fn l2(mut self, penalty: f64) -> Self {
        self.l2 = penalty;
        self
    }

    /// Sets the optimizer, with its own rate.
    #[must_use]
    pub fn optimizer(mut self, optimizer: impl IntoOptimizer) -> Self {
        self.optimizer = optimizer.into_optimizer();
        self.learning_rate = None;
        self
    }

    /// Sets the learning rate.
    #[must_use]
    pub fn learning_rate(mut self, rate: f64) -> Self {
        self.learning_rate = Some(rate);
        self
    }

    /// Sets the loss by name.
    #[must_use]
    pub fn loss(mut self, name: impl Into<String>) -> Self {
        self.loss = Some(name.into());
        self
    }

    fn check(&self) -> Result<()> {
        check::parameter("n_neurons", self.n_neurons, self.n_neurons >= 1, "at least 1")?;
        let valid = (0.0..1.0).contains(&self.dropout);
        check::parameter("dropout", self.dropout, valid, "at least 0 and below 1")?;
        let valid = self.l2 >= 0.0 && self.l2.is_finite();
        check::parameter("l2", self.l2, valid, "finite and at least 0")
    }

    fn dense(&self, units: usize, activation: Activation) -> Dense {
        let dense = Dense::new(units).activation(activation);
        match self.l2 {
            0.0 => dense,
            l2 => dense.kernel_regularizer(L2(l2)),
        }
    }
}

#[typetag::serde]
impl BuildModel for Mlp {
    fn build(&self, problem: &Problem) -> Result<Model> {
        self.check()?;
        let (last, loss) = match problem.classes {
            None => (Activation::Linear, "mse"),
            Some(0..=2) => (Activation::Sigmoid, "binary_crossentropy"),
            Some(_) => (Activation::Softmax, "sparse_categorical_crossentropy"),
        };
        let mut layers = Vec::with_capacity(2 * self.n_hidden + 1);
        for _ in 0..self.n_hidden {
            layers.push(self.dense(self.n_neurons, self.activation.clone()).into_layer());
            if self.dropout > 0.0 {
                layers.push(Dropout::new(self.dropout).into_layer());
            }
        }
        layers.push(self.dense(problem.outputs(), last).into_layer());
        layers[0] = layers[0].clone().input_shape([problem.inputs]);
        let optimizer = match self.learning_rate {
            Some(rate) => with_rate(&self.optimizer, rate)?,
            None => self.optimizer.clone(),
        };
        let loss: Choice<LossRef> = self.loss.as_deref().unwrap_or(loss).into();
        let mut model = layers
            .into_iter()
            .collect::<Sequential>()
            .into_model()
            .seed(problem.seed);
        model.compile(Compile::new(optimizer, loss))?;
        Ok(model)
    }
}

/// The optimizer with another rate. Optimizers are open to all, so their rate is changed where all of them have it: in
/// what is written down of them.
fn with_rate(optimizer: &OptimizerRef, rate: f64) -> Result<OptimizerRef> {
    let changed = || -> serde_json::Result<Option<OptimizerRef>> {
        let mut written = serde_json::to_value(optimizer)?;
        let Some(slot) = written.pointer_mut("/optimizer/config/learning_rate") else {
            return Ok(None);
        };
        *slot = serde_json::to_value(crate::schedules::LearningRate::Constant(rate))?;
        serde_json::from_value(written).map(Some)
    };
    changed().ok().flatten().ok_or_else(|| Error::Data {
        op: "Mlp",
        problem: format!(
            "learning_rate = {rate} cannot be set: {:?} has no field of this name",
            optimizer.optimizer
        ),
        remedy: "leave learning_rate out, and set the rate of the optimizer itself",
    })
}
