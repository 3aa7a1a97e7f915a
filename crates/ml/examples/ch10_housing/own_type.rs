//! Wide & Deep as a type: any Rust code may stand between the layers.

use ml::{
    core::{Result, Tensor, ops::Spec},
    nn::{
        Activation, Compile, Fit, Model,
        layers::{Context, Dense, Layer, Module, Scope},
        optimizers::Sgd,
    },
};
use serde::{Deserialize, Serialize};

use crate::{
    housing::Housing,
    support::{AnyResult, Book, Chapter},
    wide_deep::{deep, judged, network_of_two_outputs, wide},
};

/// Listing W10-28: what the constructor of the book takes.
#[derive(Debug, Clone, Serialize, Deserialize)]
struct WideAndDeep {
    units: usize,
    activation: Activation,
}

impl Default for WideAndDeep {
    fn default() -> Self {
        Self {
            units: 30,
            activation: Activation::Relu,
        }
    }
}

#[typetag::serde]
impl Layer for WideAndDeep {
    /// Makes the layers; what it returns uses them.
    fn build(&self, inputs: &[Spec], scope: &mut Scope<'_>) -> Result<Box<dyn Module>> {
        let [wide, deep] = scope.exactly(inputs)?;
        let hidden = || Dense::new(self.units).activation(self.activation.clone());
        let hidden1 = scope.layer("hidden1", hidden(), std::slice::from_ref(deep))?;
        let between = hidden1.outputs().unwrap_or_default().to_vec();
        let hidden2 = scope.layer("hidden2", hidden(), &between)?;
        let columns = scope.last_axis(wide)? + self.units;
        let joined = Spec::new(wide.dtype, [wide.shape[0], columns]);
        let main_output = scope.layer("main_output", Dense::new(1), &[joined])?;
        let aux_output = scope.layer("aux_output", Dense::new(1), &between)?;
        Ok(Box::new(move |inputs: &[Tensor], context: &Context| {
            let deep = hidden2.apply(&hidden1.apply(&inputs[1], context)?, context)?;
            let concat = Tensor::concat(&[&inputs[0], &deep], -1)?;
            Ok(vec![
                main_output.apply(&concat, context)?,
                aux_output.apply(&deep, context)?,
            ])
        }))
    }

    fn input_names(&self) -> Vec<String> {
        ["wide_input", "deep_input"].map(str::to_owned).to_vec()
    }

    fn output_names(&self) -> Vec<String> {
        ["main_output", "aux_output"].map(str::to_owned).to_vec()
    }
}

pub(crate) fn run(book: &mut Chapter, housing: &Housing) -> AnyResult {
    book.section("The same as a type");
    let inputs = |x: &Tensor| -> Result<[Tensor; 2]> { Ok([wide(x)?, deep(x)?]) };
    let ([train_a, train_b], [test_a, test_b]) = (inputs(&housing.x_train)?, inputs(&housing.x_test)?);
    let mut model = Model::new(WideAndDeep::default()).seed(42);
    // Not built yet: it has never seen an input.
    let unbuilt = model
        .summary()
        .err()
        .map(|error| error.to_string())
        .unwrap_or_default();
    book.claim(
        "C10-068",
        "no summary before it is built",
        &unbuilt,
        unbuilt.contains("is not built"),
    );
    model.build_for(&[
        Spec::new(ml::core::DType::F32, [ml::core::Shape::UNKNOWN, 5]),
        Spec::new(ml::core::DType::F32, [ml::core::Shape::UNKNOWN, 6]),
    ])?;
    book.number(
        "N10-18",
        "parameters of the type",
        model.count_params()? as f64,
        Book::Exact(1_207.0),
    );
    // With the same weights it gives the same answers as the graph.
    let graph = network_of_two_outputs()?.seed(42);
    graph.ensure_built()?;
    for name in ["main_output", "aux_output"] {
        graph
            .layer(name)?
            .set_weights(&model.layer(name)?.get_weights())?;
    }
    for (of_graph, of_type) in [("dense", "hidden1"), ("dense_1", "hidden2")] {
        graph
            .layer(of_graph)?
            .set_weights(&model.layer(of_type)?.get_weights())?;
    }
    let (ours, theirs) = (
        model.predict_all([&test_a, &test_b])?,
        graph.predict_all([&test_a, &test_b])?,
    );
    let equal = ours
        .iter()
        .zip(&theirs)
        .map(|(a, b)| a.all_close(b, 1e-6, 1e-6))
        .collect::<Result<Vec<_>>>()?;
    book.claim(
        "C10-111",
        "answers of the type and of the graph are the same",
        "both outputs",
        equal == [true, true],
    );
    model.compile(Compile::new(Sgd::new(0.01), "mse").loss_weights([0.9, 0.1]))?;
    let (y, y_test) = (&housing.y_train, &housing.y_test);
    model.fit([&train_a, &train_b], [y, y], Fit::new().epochs(10))?;
    let logs = model.evaluate([&test_a, &test_b], [y_test, y_test])?;
    judged(book, "C10-111", "the type", logs.values()[1], housing)
}
