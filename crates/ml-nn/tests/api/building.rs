//! Stacks, graphs, types of one's own; names, weights, summaries, errors before there is data.

use ml_core::{DType, Result, Tensor, ops::Spec};
use ml_nn::{
    Activation, Input, Model, Place, Sequential, connect,
    layers::{
        Add, BatchNormalization, Concatenate, Context, Dense, Dropout, Flatten, IntoLayer, Layer, Module,
        Scope,
    },
};
use serde::{Deserialize, Serialize};

use crate::random;

fn classifier() -> Model {
    Sequential::new()
        .add(Flatten.input_shape([28, 28]))
        .add(Dense::new(300).activation(Activation::Relu))
        .add(Dense::new(100).activation(Activation::Relu))
        .add(Dense::new(10).activation(Activation::Softmax))
        .into_model()
}

/// Reproduces N10-03 and W10-10.
#[test]
fn the_summary_of_the_book() -> Result<()> {
    let expected = "\
Model: \"sequential\"
_________________________________________________________________
Layer (type)                 Output Shape              Param #   
=================================================================
flatten (Flatten)            (None, 784)               0         
_________________________________________________________________
dense (Dense)                (None, 300)               235500    
_________________________________________________________________
dense_1 (Dense)              (None, 100)               30100     
_________________________________________________________________
dense_2 (Dense)              (None, 10)                1010      
=================================================================
Total params: 266,610
Trainable params: 266,610
Non-trainable params: 0
_________________________________________________________________";
    assert_eq!(classifier().summary()?, expected);
    Ok(())
}

/// Reproduces N10-04 and W10-11.
#[test]
fn layers_are_found_by_name_and_number_and_start_as_glorot_says() -> Result<()> {
    let model = classifier();
    model.ensure_built()?;
    let names: Vec<String> = model.layers().into_iter().map(|(name, _)| name).collect();
    assert_eq!(names, ["flatten", "dense", "dense_1", "dense_2"]);
    let hidden = model.layer("dense")?;
    assert!(hidden.same(&model.layers()[1].1));
    let weights = hidden.get_weights();
    assert_eq!(
        (weights[0].spec(), weights[1].spec()),
        (Spec::new(DType::F32, [784, 300]), Spec::new(DType::F32, [300]))
    );
    assert!(weights[0].to_vec::<f32>()?.iter().all(|w| w.abs() <= 0.0744));
    assert!(weights[1].to_vec::<f32>()?.iter().all(|&b| b == 0.0));
    assert_eq!(hidden.weights()[0].variable.name(), "dense/kernel");
    let missing = model.layer("dense_7").unwrap_err().to_string();
    assert!(
        missing.contains("\"dense_7\"") && missing.contains("flatten, dense, dense_1, dense_2"),
        "{missing}"
    );
    Ok(())
}

/// Reproduces N10-18.
#[test]
fn wide_and_deep_in_three_variants() -> Result<()> {
    let relu = || Dense::new(30).activation(Activation::Relu);
    let wide = Input::new([5]).name("wide_input").place();
    let deep = Input::new([6]).name("deep_input").place();
    let hidden = deep.then(relu())?.then(relu())?;
    let joined = connect(Concatenate::new(), &[&wide, &hidden])?;
    let output = joined.then(Dense::new(1).named("main_output"))?;
    let aux = hidden.then(Dense::new(1).named("aux_output"))?;
    let one = Model::functional(&[&wide, &deep], &[&output])?;
    assert_eq!(one.count_params()?, 1176);
    assert_eq!(one.input_names(), ["wide_input", "deep_input"]);
    let two = Model::functional(&[&wide, &deep], &[&output, &aux])?;
    assert_eq!(two.count_params()?, 1207);
    assert_eq!(two.output_names(), ["main_output", "aux_output"]);
    let summary = two.summary()?;
    assert!(summary.contains("concatenate (Concatenate)"), "{summary}");
    assert!(
        summary.contains("wide_input[0][0]") && summary.contains("Total params: 1,207"),
        "{summary}"
    );
    let outputs = two.predict_all([
        ("deep_input", &random(&[3, 6], 1)),
        ("wide_input", &random(&[3, 5], 2)),
    ])?;
    assert_eq!(outputs[1].shape().to_vec(), [3, 1]);
    // Both models hold the same layers, hence the same weights.
    assert!(one.layer("main_output")?.same(&two.layer("main_output")?));
    Ok(())
}

#[test]
fn a_shared_layer_has_one_set_of_weights_and_models_are_layers() -> Result<()> {
    let (a, b) = (Input::new([4]).place(), Input::new([4]).place());
    let shared = Dense::new(3).named("shared");
    let joined = connect(Concatenate::new(), &[&a.then(&shared)?, &b.then(&shared)?])?;
    let model = Model::functional(&[&a, &b], &[&joined])?;
    assert_eq!(model.count_params()?, 15);
    assert_eq!(model.input_names(), ["input_1", "input_2"]);
    let x = random(&[2, 4], 3);
    let y = model.predict([&x, &x])?.to_vec::<f32>()?;
    assert_eq!(y[..3], y[3..6]);

    let inner = Sequential::new()
        .add(Dense::new(3).input_shape([4]))
        .add(Dense::new(2));
    let outer = Sequential::new()
        .add(inner.named("inner"))
        .add(Dense::new(1))
        .into_model();
    assert_eq!(outer.count_params()?, 15 + 8 + 3);
    let names: Vec<String> = outer
        .weights()
        .iter()
        .map(|w| w.variable.name().to_owned())
        .collect();
    assert_eq!(names[0], "inner/dense/kernel");
    let clone = outer.clone_model();
    assert_eq!(clone.count_params()?, 26);
    assert!(!clone.weights()[0].variable.same(&outer.weights()[0].variable));
    Ok(())
}

/// The book's residual block and regressor (section 12.3.6).
#[derive(Debug, Clone, Serialize, Deserialize)]
struct ResidualBlock {
    layers: usize,
    units: usize,
}

#[derive(Debug, Clone, Serialize, Deserialize)]
struct ResidualRegressor {
    outputs: usize,
}

#[typetag::serde]
impl Layer for ResidualBlock {
    fn build(&self, inputs: &[Spec], scope: &mut Scope<'_>) -> Result<Box<dyn Module>> {
        let mut hidden = Vec::new();
        for number in 0..self.layers {
            let dense = Dense::new(self.units)
                .activation(Activation::Elu(1.0))
                .kernel_initializer(ml_nn::initializers::HeNormal);
            hidden.push(scope.layer(&format!("dense_{number}"), dense, inputs)?);
        }
        Ok(ml_nn::layers::unary(move |x, context| {
            hidden
                .iter()
                .try_fold(x.clone(), |z, layer| layer.apply(&z, context))?
                .add(x)
        }))
    }
}

#[typetag::serde]
impl Layer for ResidualRegressor {
    fn build(&self, inputs: &[Spec], scope: &mut Scope<'_>) -> Result<Box<dyn Module>> {
        let first = scope.layer("hidden", Dense::new(30).activation(Activation::Elu(1.0)), inputs)?;
        let specs = first.outputs().unwrap_or_default().to_vec();
        let block = || ResidualBlock { layers: 2, units: 30 };
        let one = scope.layer("block1", block(), &specs)?;
        let two = scope.layer("block2", block(), &specs)?;
        let out = scope.layer("out", Dense::new(self.outputs), &specs)?;
        Ok(Box::new(move |inputs: &[Tensor], context: &Context| {
            let mut z = first.apply(&inputs[0], context)?;
            for _ in 0..4 {
                z = one.apply(&z, context)?; // the same weights four times
            }
            Ok(vec![out.apply(&two.apply(&z, context)?, context)?])
        }))
    }
}

#[test]
fn a_type_of_ones_own_is_a_model() -> Result<()> {
    let model = Model::new(ResidualRegressor { outputs: 1 });
    let unbuilt = model.summary().unwrap_err().to_string();
    assert!(
        unbuilt.contains("\"residual_regressor\" is not built"),
        "{unbuilt}"
    );
    model.build([8])?;
    assert_eq!(model.count_params()?, 270 + 4 * 930 + 31);
    assert_eq!(model.layer("block1")?.weights().len(), 4);
    assert_eq!(model.predict(random(&[5, 8], 1))?.shape().to_vec(), [5, 1]);
    Ok(())
}

#[test]
fn what_does_not_fit_is_refused_before_there_is_data_and_the_layer_is_named() {
    let model = Sequential::new()
        .add(Dense::new(3).input_shape([4]))
        .add(Dense::new(0).named("empty"))
        .into_model();
    assert_eq!(
        model.ensure_built().unwrap_err().to_string(),
        "layer \"empty\" (Dense): units = 0: must be at least 1"
    );
    let twins = Sequential::new()
        .add(Dense::new(3).named("a").input_shape([4]))
        .add(Dense::new(3).named("a"))
        .into_model();
    assert!(
        twins
            .ensure_built()
            .unwrap_err()
            .to_string()
            .contains("two layers are named \"a\"")
    );
    let (a, b) = (Input::new([4, 2]).place(), Input::new([5, 3]).place());
    let error = connect(Concatenate::new(), &[&a, &b]).unwrap_err().to_string();
    assert!(
        error.starts_with("layer \"concatenate\" (Concatenate): "),
        "{error}"
    );
    let only = a.then(Flatten).unwrap();
    let error = Model::functional(&[&b], &[&only]).unwrap_err().to_string();
    assert!(error.contains("not among the inputs"), "{error}");
    // The book's footnote: rows of 784 numbers where images are expected.
    let error = classifier()
        .predict(random(&[6, 784], 1))
        .unwrap_err()
        .to_string();
    assert!(
        error.contains("expected flatten_input to be f32[?, 28, 28], but got f32[6, 784]"),
        "{error}"
    );
    let error = classifier()
        .set_weights(&[random(&[2], 1)])
        .unwrap_err()
        .to_string();
    assert!(error.contains("weights"), "{error}");
}

#[test]
fn layers_survive_json_by_name_and_hyperparameters() -> Result<()> {
    let stack = Sequential::new()
        .add(Flatten.input_shape([2, 2]))
        .add(
            Dense::new(3)
                .activation(Activation::LeakyRelu(0.1))
                .kernel_constraint(ml_nn::constraints::NonNeg)
                .named("first"),
        )
        .add(BatchNormalization::new())
        .add(Dropout::new(0.2).frozen())
        .add(Dense::new(2));
    let layer: Box<dyn Layer> = Box::new(stack);
    let text = serde_json::to_string(&layer).unwrap();
    let back: Box<dyn Layer> = serde_json::from_str(&text).unwrap();
    assert_eq!(serde_json::to_string(&back).unwrap(), text);
    assert!(
        text.starts_with("{\"class_name\":\"Sequential\",\"config\""),
        "{text}"
    );
    let model = Model::new(back);
    assert_eq!(model.count_params()?, 15 + 12 + 8);
    assert!(model.layer("first").is_ok() && !model.layer("dropout")?.trainable());
    let unknown = text.replace("\"Flatten\"", "\"MyFlatten\"");
    let error = serde_json::from_str::<Box<dyn Layer>>(&unknown)
        .unwrap_err()
        .to_string();
    assert!(error.contains("MyFlatten"), "{error}");
    Ok(())
}

/// What computes relies on the number of inputs: it is counted before.
#[test]
fn another_number_of_inputs_is_refused_and_nothing_panics() -> Result<()> {
    let context = Context::inference();
    let x = random(&[2, 3], 1);
    let said = |model: &Model, inputs: &[Tensor]| model.call(inputs, &context).unwrap_err().to_string();
    let stack = Sequential::new().add(Dense::new(1).input_shape([3])).into_model();
    stack.ensure_built()?;
    let fed = |needs: &str, with: usize| {
        format!(
            "build: takes {needs}, but is fed with {with}; connect as many as it takes; a sequential model feeds each layer \
             with one"
        )
    };
    assert_eq!(
        said(&stack, &[]),
        format!("model \"sequential\" (Sequential): {}", fed("1 input", 0))
    );
    assert!(said(&stack, &[x.clone(), x.clone()]).ends_with(&fed("1 input", 2)));
    let (a, b) = (Input::new([3]).place(), Input::new([3]).place());
    let joined = connect(Add, &[&a, &b])?;
    let graph = Model::functional(&[&a, &b], &[&joined])?;
    graph.ensure_built()?;
    for count in [0, 1, 3] {
        assert!(said(&graph, &vec![x.clone(); count]).ends_with(&fed("2 inputs", count)));
    }
    // As a layer in another graph, before there is data.
    let again = connect(graph.as_layer(), &[&a, &b, &a]);
    assert!(again.unwrap_err().to_string().ends_with(&fed("2 inputs", 3)));
    // A layer that joins any number may be shared by places with different numbers.
    let add = Add.into_layer();
    let (two, c) = (connect(&add, &[&a, &b])?, Input::new([3]).place());
    let three = connect(&add, &[&two, &b, &c])?;
    let shared = Model::functional(&[&a, &b, &c], &[&three])?;
    let sum = shared.predict([&x, &x, &x])?;
    assert!(sum.all_close(&x.mul_scalar(4.0)?, 1e-6, 1e-6)?);
    Ok(())
}

/// C10-069.
#[test]
fn drawings_have_a_box_for_each_layer_and_arrows() -> Result<()> {
    let head = "  rankdir=TB;\n  node [shape=box, style=rounded, fontname=\"sans-serif\"];\n";
    let stack = Sequential::new()
        .add(Dense::new(4).named("a \"b\" \\c").input_shape([3]))
        .add(Dropout::new(0.5))
        .add(Dense::new(1))
        .into_model();
    let boxes = "  n0 [label=\"a \\\"b\\\" \\\\c\\nDense\\n(None, 4)\"];\n  \
                 n1 [label=\"dropout\\nDropout\\n(None, 4)\"];\n  \
                 n2 [label=\"dense\\nDense\\n(None, 1)\"];\n";
    assert_eq!(
        stack.to_dot()?,
        format!("digraph \"sequential\" {{\n{head}{boxes}  n0 -> n1;\n  n1 -> n2;\n}}\n")
    );
    // A layer that is used twice feeds, and is fed, twice; a model inside is one box.
    let (a, b) = (
        Input::new([3]).name("a").place(),
        Input::new([3]).name("b").place(),
    );
    let shared = stack.as_layer();
    let output = connect(Add, &[&a.then(&shared)?, &b.then(&shared)?])?;
    let dot = Model::functional(&[&a, &b], &[&output])?.to_dot()?;
    let arrows: Vec<&str> = dot.lines().filter(|line| line.contains("->")).collect();
    assert_eq!(
        arrows,
        ["  n0 -> n2;", "  n1 -> n2;", "  n2 -> n3;", "  n2 -> n3;"],
        "{dot}"
    );
    assert!(dot.contains("Sequential\\n(None, 1)"), "{dot}");
    let unbuilt = Sequential::new().add(Dense::new(1)).into_model().to_dot();
    assert!(unbuilt.unwrap_err().to_string().contains("is not built"));
    Ok(())
}

#[test]
fn graphs_that_compute_nothing_are_refused() -> Result<()> {
    let input = Input::new([2]).place();
    let output = input.then(Dense::new(1))?;
    let said = |inputs: &[&Place], outputs: &[&Place]| {
        let error = Model::functional(inputs, outputs).map(drop).unwrap_err();
        error.to_string()
    };
    assert_eq!(
        said(&[], &[&output]),
        "Model: the list of inputs is empty; at least 1 input needed"
    );
    assert_eq!(
        said(&[&input], &[]),
        "Model: the list of outputs is empty; at least 1 output needed"
    );
    assert_eq!(
        said(&[&input, &input], &[&output]),
        "Model: input 2 is the same as one before it; give each input once: a place can feed several layers"
    );
    Ok(())
}

#[test]
fn weights_that_no_memory_can_hold_are_refused() {
    let said = |units: usize| {
        let layer = Dense::new(units).input_shape([1000]);
        let model = Sequential::new().add(layer).into_model();
        model.ensure_built().unwrap_err().to_string()
    };
    // Four petabytes, and more than there are addresses.
    for units in [1 << 40, usize::MAX / 2] {
        let error = said(units);
        assert!(
            error.starts_with("layer \"dense\" (Dense): initializer: shape [1000, ")
                && error.ends_with("has more elements than memory can hold; use a smaller shape"),
            "{error}"
        );
    }
}
