//! One exam for every layer; numbers by hand; what does not fit.

use ml_core::{
    DType, Result, Rng, Tensor,
    autodiff::{CheckOptions, Source, Tape, Variable, check_gradient},
    ops::Spec,
};
use ml_nn::{
    Activation, Input, Model, Sequential,
    activation::Rectifier,
    connect,
    initializers::{Constant, GlorotUniform},
    layers::{
        ActivationLayer, ActivityRegularization, Add, AlphaDropout, Average, BatchNormalization, Concatenate,
        Context, Dense, Dot, Dropout, Elu, Embedding, Flatten, GaussianNoise, InputLayer, IntoLayer, Lambda,
        Layer, LayerNormalization, LayerRef, LeakyRelu, Maximum, Minimum, Multiply, Normalization, PRelu,
        Permute, Relu, RepeatVector, Reshape, Softmax, Subtract,
    },
    regularizers::L2,
};

use crate::random;

/// A layer with the shapes of its inputs' examples.
struct Row {
    name: &'static str,
    layer: Box<dyn Layer>,
    shapes: &'static [&'static [usize]],
    dtype: DType,
}

fn row(name: &'static str, layer: impl Layer + 'static, shapes: &'static [&'static [usize]]) -> Row {
    Row {
        name,
        layer: Box::new(layer),
        shapes,
        dtype: DType::F64,
    }
}

const ROW: &[&[usize]] = &[&[4]];
const IMAGE: &[&[usize]] = &[&[3, 4]];
const THREE: &[&[usize]] = &[&[3, 4], &[3, 4], &[3, 4]];
const TWO: &[&[usize]] = &[&[3, 4], &[3, 4]];

fn rectifier() -> Relu {
    Relu(Rectifier {
        max_value: Some(0.8),
        negative_slope: 0.1,
        threshold: 0.2,
    })
}

fn table() -> Vec<Row> {
    let examples = random(&[50, 3, 4], 77);
    let prelu = |shared_axes| PRelu {
        alpha_initializer: Box::new(GlorotUniform),
        shared_axes,
        ..PRelu::default()
    };
    let sided = |axis| BatchNormalization::new().axis(axis);
    let dense = Dense::new(3)
        .activation(Activation::Tanh)
        .activity_regularizer(L2(0.1));
    let dot = |a, b| Dot::new(a, b).normalize(true);
    let mut rows = vec![
        row(
            "ActivationLayer",
            ActivationLayer::new(Activation::GeluTanh),
            IMAGE,
        ),
        row(
            "ActivityRegularization",
            ActivityRegularization { l1: 0.1, l2: 0.2 },
            IMAGE,
        ),
        row("Add", Add, THREE),
        row("AlphaDropout", AlphaDropout::new(0.3), IMAGE),
        row("Average", Average, THREE),
        row("BatchNormalization", sided(-1), ROW),
        row("BatchNormalization", sided(1), IMAGE),
        row("Concatenate", Concatenate::new(), &[&[3, 4], &[3, 2]]),
        row("Concatenate", Concatenate::new().axis(1), TWO),
        row("Dense", dense.clone(), ROW),
        row("Dense", dense, IMAGE),
        row("Dot", Dot::new(1, 1), &[&[4], &[4]]),
        row("Dot", Dot::new(2, 2), &[&[3, 4], &[2, 4]]),
        row("Dot", dot(1, 2), &[&[4, 3], &[2, 4]]),
        row("Dot", dot(-1, 1), &[&[4], &[4, 3]]),
        row("Dot", Dot::new(1, -1), &[&[4, 3], &[4]]),
        row("Dropout", Dropout::new(0.4), IMAGE),
        row("Elu", Elu { alpha: 1.5 }, IMAGE),
        row("Flatten", Flatten, IMAGE),
        row("GaussianNoise", GaussianNoise::new(0.5), IMAGE),
        row("InputLayer", InputLayer::new([3, 4]).dtype(DType::F64), IMAGE),
        row("Lambda", Lambda::new("cubes", |x| x.cube()), IMAGE),
        row("LayerNormalization", LayerNormalization::new(), IMAGE),
        row(
            "LayerNormalization",
            LayerNormalization {
                axis: 1,
                ..LayerNormalization::new()
            },
            IMAGE,
        ),
        row("LeakyRelu", LeakyRelu::default(), IMAGE),
        row("Maximum", Maximum, THREE),
        row("Minimum", Minimum, THREE),
        row("Multiply", Multiply, THREE),
        row("Normalization", Normalization::adapted(&examples).unwrap(), IMAGE),
        row("PRelu", prelu(vec![]), IMAGE),
        row("PRelu", prelu(vec![1]), IMAGE),
        row("Permute", Permute::new([2, 1]), IMAGE),
        row("Relu", rectifier(), IMAGE),
        row("RepeatVector", RepeatVector::new(3), ROW),
        row("Reshape", Reshape::new([2, -1]), IMAGE),
        row("Softmax", Softmax::default(), IMAGE),
        row("Softmax", Softmax { axis: 1 }, IMAGE),
        row("Subtract", Subtract, TWO),
        row("Embedding", Embedding::new(5, 3), IMAGE),
    ];
    rows.last_mut().unwrap().dtype = DType::I64;
    rows
}

/// Inputs of so many examples: away from 0, where rectifiers bend.
fn inputs(row: &Row, examples: usize, seed: u64) -> Vec<Tensor> {
    let mut rng = Rng::new(seed);
    let tensor = |shape: &&[usize]| {
        let shape: Vec<usize> = [examples].into_iter().chain(shape.iter().copied()).collect();
        let len = shape.iter().product();
        if row.dtype == DType::I64 {
            return Tensor::from_vec((0..len).map(|_| rng.below(5) as i64).collect(), shape).unwrap();
        }
        let values = (0..len).map(|_| 2.0 * rng.uniform() - 1.0).collect();
        Tensor::from_vec::<f64>(values, shape).unwrap()
    };
    row.shapes.iter().map(tensor).collect()
}

fn built(row: &Row) -> Result<LayerRef> {
    let model = Model::new(row.layer.clone()).seed(3);
    let specs: Vec<Spec> = inputs(row, 1, 0)
        .iter()
        .map(|x| {
            let lengths = x.shape().iter().enumerate();
            let lengths = lengths.map(|(axis, &length)| match axis {
                0 => ml_core::Shape::UNKNOWN,
                _ => length,
            });
            Spec::new(x.dtype(), lengths.collect::<ml_core::Shape>())
        })
        .collect();
    model.build_for(&specs)?;
    Ok(model.as_layer())
}

/// The numbers of the outputs and losses while training, in the same step always.
fn training(layer: &LayerRef, inputs: &[Tensor]) -> Result<Tensor> {
    let context = Context::training(7, 0i64);
    let outputs = layer.call(inputs, &context)?;
    let mut flat = vec![outputs[0].reshape(&[-1])?];
    for loss in context.losses() {
        flat.push(loss.reshape(&[-1])?);
    }
    Tensor::concat(&flat.iter().collect::<Vec<_>>(), 0)
}

/// Sum of the squares of all that [`training`] gives, and its gradients with regard to the weights that learn.
fn gradients(layer: &LayerRef, inputs: &[Tensor], weights: &[Variable]) -> Result<Vec<Tensor>> {
    let tape = Tape::new();
    tape.watch_variables(weights)?;
    let loss = training(layer, inputs)?.square()?.sum_all()?;
    let sources: Vec<&dyn Source> = weights.iter().map(|weight| weight as &dyn Source).collect();
    let found = tape.gradient(&loss, &sources)?;
    Ok(found
        .into_iter()
        .map(|gradient| gradient.expect("every weight gets a gradient"))
        .collect())
}

#[test]
fn every_layer_has_a_row() {
    let listed: Vec<&str> = include_str!("../../src/layers/mod.rs")
        .lines()
        .skip_while(|line| !line.starts_with("pub use activation::"))
        .flat_map(|line| {
            let names = line.split("::").nth(1).unwrap_or_default();
            names.split([',', ' ', '{', '}', ';'])
        })
        .filter(|name| !name.is_empty())
        .collect();
    assert!(listed.len() > 25, "{listed:?}");
    let table = table();
    for name in listed {
        assert!(table.iter().any(|row| row.name == name), "{name} has no row");
    }
}

#[test]
fn configurations_come_back() -> Result<()> {
    for row in table() {
        let text = serde_json::to_string(&row.layer).unwrap();
        let back: Box<dyn Layer> = serde_json::from_str(&text).unwrap();
        assert_eq!(serde_json::to_string(&back).unwrap(), text, "{}", row.name);
        // Built twice from one seed, it is the same layer; a function has to be given again.
        if row.name != "Lambda" {
            let again = built(&Row { layer: back, ..row })?;
            assert!(again.is_built());
        }
    }
    Ok(())
}

#[test]
fn shapes_known_beforehand_are_those_of_the_data() -> Result<()> {
    for row in table() {
        let layer = built(&row)?;
        let known = layer.outputs().unwrap().to_vec();
        for examples in [1, 3] {
            for context in [Context::inference(), Context::training(1, 0i64)] {
                let outputs = layer.call(&inputs(&row, examples, 4), &context)?;
                assert_eq!(known.len(), outputs.len(), "{}", row.name);
                for (spec, output) in known.iter().zip(&outputs) {
                    assert_eq!(spec.dtype, output.dtype(), "{}", row.name);
                    let shape = output.shape();
                    assert!(
                        spec.shape.matches(shape) && shape[0] == examples && spec.shape[1..] == shape[1..],
                        "{}: {spec}, but {shape:?}",
                        row.name
                    );
                }
            }
        }
    }
    Ok(())
}

#[test]
fn gradients_match_central_differences() -> Result<()> {
    let step = f64::EPSILON.cbrt();
    for row in table() {
        // Rows of an embedding are f32 beside whole numbers: its own test is below.
        if row.dtype == DType::I64 {
            continue;
        }
        let layer = built(&row)?;
        let x = inputs(&row, 3, 5);
        check_gradient(|x| training(&layer, x), &x, &CheckOptions::default())
            .unwrap_or_else(|error| panic!("{}: {error}", row.name));
        let weights: Vec<Variable> = layer
            .weights()
            .into_iter()
            .filter(|weight| weight.trainable)
            .map(|weight| weight.variable)
            .collect();
        let loss = || training(&layer, &x)?.square()?.sum_all()?.item::<f64>();
        for (weight, gradient) in weights.iter().zip(gradients(&layer, &x, &weights)?) {
            let (value, gradient) = (weight.value(), gradient.to_vec::<f64>()?);
            let numbers = value.to_vec::<f64>()?;
            for (place, gradient) in gradient.iter().enumerate() {
                let moved = |by: f64| -> Result<f64> {
                    let mut numbers = numbers.clone();
                    numbers[place] += by;
                    weight.assign(&Tensor::from_vec(numbers, value.shape())?)?;
                    loss()
                };
                let slope = (moved(step)? - moved(-step)?) / (2.0 * step);
                assert!(
                    (slope - gradient).abs() <= 1e-7 * slope.abs().max(1.0),
                    "{}: {} at {place}: {gradient}, not {slope}",
                    row.name,
                    weight.name()
                );
            }
            weight.assign(&value)?;
        }
    }
    Ok(())
}

#[test]
fn rows_of_an_embedding_get_the_gradients_of_where_they_were_used() -> Result<()> {
    let model = Sequential::new()
        .add(
            Embedding::new(4, 2)
                .embeddings_initializer(Constant(1.0))
                .input_spec(DType::I64, [3]),
        )
        .into_model();
    model.ensure_built()?;
    let rows = model.weights()[0].variable.clone();
    let tape = Tape::new();
    tape.watch_variables(std::slice::from_ref(&rows))?;
    let y = model.call(&[Tensor::from([[3i64, 1, 3]])], &Context::inference())?;
    let loss = y[0]
        .mul(&Tensor::from([[[1f32, 2.0], [3.0, 4.0], [5.0, 6.0]]]))?
        .sum_all()?;
    let gradient = tape.gradient(&loss, &[&rows])?.remove(0).unwrap();
    // Row 3 was used at places 0 and 2.
    assert_eq!(
        gradient.to_vec::<f32>()?,
        [0.0, 0.0, 3.0, 4.0, 0.0, 0.0, 6.0, 8.0]
    );
    Ok(())
}

#[test]
fn one_thread_and_two_give_the_same_bits() -> Result<()> {
    let pool = |threads| {
        rayon::ThreadPoolBuilder::new()
            .num_threads(threads)
            .build()
            .unwrap()
    };
    let bits = |row: &Row, threads: usize| -> Vec<u64> {
        pool(threads).install(|| {
            let layer = built(row).unwrap();
            // More than one piece of work.
            let x = inputs(row, 3_000, 6);
            let weights: Vec<Variable> = layer
                .weights()
                .into_iter()
                .filter(|weight| weight.trainable)
                .map(|weight| weight.variable)
                .collect();
            let answers = layer.call(&x, &Context::inference()).unwrap().remove(0);
            let gradients = gradients(&layer, &x, &weights).unwrap();
            [answers]
                .iter()
                .chain(&gradients)
                .flat_map(|t| t.cast(DType::F64).unwrap().to_vec::<f64>().unwrap())
                .map(f64::to_bits)
                .collect()
        })
    };
    for row in table() {
        assert!(bits(&row, 1) == bits(&row, 2), "{}", row.name);
    }
    Ok(())
}

#[test]
fn an_example_does_not_depend_on_those_beside_it() -> Result<()> {
    for row in table() {
        let layer = built(&row)?;
        let (two, others) = (inputs(&row, 2, 8), inputs(&row, 2, 9));
        let part = |x: &Tensor, from: isize, to: isize| x.narrow(0, Some(from), Some(to)).unwrap();
        let mixed: Vec<Tensor> = two
            .iter()
            .zip(&others)
            .map(|(a, b)| Tensor::concat(&[&part(b, 0, 1), &part(a, 1, 2)], 0).unwrap())
            .collect();
        let answer = |x: &[Tensor]| layer.call(x, &Context::inference()).unwrap().remove(0);
        let (whole, mixed) = (answer(&two), answer(&mixed));
        let second = |y: &Tensor| part(y, 1, 2).cast(DType::F64).unwrap().to_vec::<f64>().unwrap();
        assert_eq!(second(&whole), second(&mixed), "{}", row.name);
        let first = |y: &Tensor| part(y, 0, 1).cast(DType::F64).unwrap().to_vec::<f64>().unwrap();
        let unchanged = matches!(row.name, "GaussianNoise" | "Dropout" | "AlphaDropout");
        if unchanged {
            assert_eq!(whole.to_vec::<f64>()?, two[0].to_vec::<f64>()?, "{}", row.name);
        }
        assert_ne!(first(&whole), first(&mixed), "{}", row.name);
    }
    Ok(())
}

/// A layer of several inputs applied to two.
fn merged(layer: impl IntoLayer, a: &Tensor, b: &Tensor) -> Result<Vec<f32>> {
    let place = |t: &Tensor| Input::new(&t.shape()[1..]).place();
    let (first, second) = (place(a), place(b));
    let output = connect(layer, &[&first, &second])?;
    Model::functional(&[&first, &second], &[&output])?
        .predict([a, b])?
        .to_vec::<f32>()
}

#[test]
fn two_inputs_are_joined_as_by_hand() -> Result<()> {
    let (a, b) = (
        Tensor::from([[1.0f32, 2.0, -3.0]]),
        Tensor::from([[4.0f32, -5.0, 6.0]]),
    );
    assert_eq!(merged(Add, &a, &b)?, [5.0, -3.0, 3.0]);
    assert_eq!(merged(Subtract, &a, &b)?, [-3.0, 7.0, -9.0]);
    assert_eq!(merged(Multiply, &a, &b)?, [4.0, -10.0, -18.0]);
    assert_eq!(merged(Average, &a, &b)?, [2.5, -1.5, 1.5]);
    assert_eq!(merged(Maximum, &a, &b)?, [4.0, 2.0, 6.0]);
    assert_eq!(merged(Minimum, &a, &b)?, [1.0, -5.0, -3.0]);
    assert_eq!(merged(Dot::new(1, 1), &a, &b)?, [-24.0]);
    // 24 / √(14 · 77).
    let cosine = merged(Dot::new(1, 1).normalize(true), &a, &b)?;
    assert!((cosine[0] + 0.730_974).abs() < 1e-6, "{cosine:?}");
    let (a, b) = (
        Tensor::from([[[1.0f32, 2.0], [3.0, 4.0]]]),
        Tensor::from([[[5.0f32, 6.0], [7.0, 8.0]]]),
    );
    // Rows with rows, columns with columns, and rows with columns: the product of matrices.
    assert_eq!(merged(Dot::new(2, 2), &a, &b)?, [17.0, 23.0, 39.0, 53.0]);
    assert_eq!(merged(Dot::new(1, 1), &a, &b)?, [26.0, 30.0, 38.0, 44.0]);
    assert_eq!(merged(Dot::new(2, 1), &a, &b)?, [19.0, 22.0, 43.0, 50.0]);
    Ok(())
}

#[test]
fn noise_has_its_mean_and_variance_and_selu_keeps_its_own() -> Result<()> {
    let mut rng = Rng::new(1);
    let normal: Vec<f64> = (0..100_000).map(|_| rng.standard_normal()).collect();
    let x = Tensor::from_vec(normal, [1_000, 100])?;
    let passed = |layer: LayerRef| -> Result<(f64, f64)> {
        let model = Model::new(layer.input_spec(DType::F64, [100]));
        model.ensure_built()?;
        let y = model.call(std::slice::from_ref(&x), &Context::training(5, 0i64))?;
        let (mean, variance) = y[0].moments(&[0, 1], false)?;
        Ok((mean.item()?, variance.item()?))
    };
    // Standard errors: about 0.003 of means, 0.005 of variances; five of them.
    let (mean, variance) = passed(GaussianNoise::new(2.0).into_layer())?;
    assert!(
        mean.abs() < 0.036 && (variance - 5.0).abs() < 0.11,
        "{mean}, {variance}"
    );
    let (mean, variance) = passed(AlphaDropout::new(0.2).into_layer())?;
    assert!(
        mean.abs() < 0.016 && (variance - 1.0).abs() < 0.03,
        "{mean}, {variance}"
    );
    Ok(())
}

#[test]
fn normalization_adapts_in_batches_as_in_one() -> Result<()> {
    let x = random(&[90, 3], 2).mul_scalar(5.0)?.add_scalar(3.0)?;
    let whole = Normalization::adapted(&x)?;
    let mut parts = Normalization::new();
    for (from, to) in [(0, 10), (10, 11), (11, 90)] {
        parts.adapt(&x.narrow(0, Some(from), Some(to))?)?;
    }
    assert_eq!(parts.count, 90);
    let near = |a: &[f64], b: &[f64]| a.iter().zip(b).all(|(a, b)| (a - b).abs() < 1e-12 * b.abs());
    assert!(
        near(&parts.mean, &whole.mean) && near(&parts.variance, &whole.variance),
        "{parts:?}"
    );
    let model = Sequential::new().add(whole.input_shape([3])).into_model();
    let (mean, variance) = model.predict(&x)?.moments(&[0], false)?;
    assert!(mean.to_vec::<f32>()?.iter().all(|mean| mean.abs() < 1e-5));
    assert!(
        variance
            .to_vec::<f32>()?
            .iter()
            .all(|variance| (variance - 1.0).abs() < 1e-5)
    );
    // Two weights of three numbers, which do not learn.
    assert_eq!(model.count_params()?, 6);
    assert!(model.weights().iter().all(|weight| !weight.trainable));
    Ok(())
}

#[test]
fn what_does_not_fit_a_layer_is_said() {
    let error = |layer: LayerRef, shape: &[usize]| {
        Model::new(layer.named("it"))
            .build(shape)
            .unwrap_err()
            .to_string()
    };
    let cases: [(LayerRef, &[usize], &str); 16] = [
        (
            Reshape::new([2, 4]).into_layer(),
            &[6],
            "Reshape: shape [6] does not fit; examples of this shape cannot be laid out as [2, 4]: the numbers of elements must be known and equal, lengths positive but for one -1",
        ),
        (
            Reshape::new([-1, -1]).into_layer(),
            &[6],
            "cannot be laid out as [-1, -1]",
        ),
        (
            Reshape::new([4, -1]).into_layer(),
            &[6],
            "cannot be laid out as [4, -1]",
        ),
        (
            Permute::new([1, 1]).into_layer(),
            &[2, 3],
            "the order [1, 1] must name every axis but the first once, from 1 on",
        ),
        (
            RepeatVector::new(0).into_layer(),
            &[2],
            "times = 0: must be at least 1",
        ),
        (
            RepeatVector::new(2).into_layer(),
            &[2, 3],
            "examples must be rows: [batch, features]",
        ),
        (
            LeakyRelu::new(f64::NAN).into_layer(),
            &[2],
            "negative_slope = NaN: must be finite",
        ),
        (
            Elu { alpha: f64::INFINITY }.into_layer(),
            &[2],
            "alpha = inf: must be finite",
        ),
        (
            Relu(Rectifier {
                max_value: Some(-1.0),
                ..Rectifier::default()
            })
            .into_layer(),
            &[2],
            "max_value = -1: must be at least the threshold",
        ),
        (
            PRelu {
                shared_axes: vec![2],
                ..PRelu::default()
            }
            .into_layer(),
            &[2],
            "shared_axes = 2: must be axes from 1 to 1",
        ),
        (
            Softmax { axis: 2 }.into_layer(),
            &[2],
            "Softmax: axis 2 is out of range for a tensor of 2 axes; use -2 to 2 - 1",
        ),
        (
            GaussianNoise::new(-1.0).into_layer(),
            &[2],
            "stddev = -1: must be finite and >= 0",
        ),
        (
            AlphaDropout::new(1.0).into_layer(),
            &[2],
            "rate = 1: must be at least 0 and below 1",
        ),
        (
            LayerNormalization {
                epsilon: 0.0,
                ..LayerNormalization::new()
            }
            .into_layer(),
            &[2],
            "epsilon = 0: must be finite and > 0",
        ),
        (
            Normalization::new().into_layer(),
            &[2],
            "Normalization: it knows neither mean nor variance; give it finite examples with the features of the model's: Normalization::adapted(&x)",
        ),
        (
            Embedding::new(3, 2).into_layer(),
            &[2],
            "Embedding: got elements of type f32, but needs whole numbers: declare the input so, .input_spec(DType::I64, [...])",
        ),
    ];
    for (layer, shape, expected) in cases {
        let found = error(layer, shape);
        assert!(
            found.starts_with("model \"it\" (") && found.contains(expected),
            "{found}\nnot: {expected}"
        );
    }
}

#[test]
fn inputs_that_do_not_fit_each_other_are_said() {
    let places = || (Input::new([3]).place(), Input::new([4]).place());
    let error = |layer: LayerRef| {
        let (a, b) = places();
        connect(layer, &[&a, &b]).unwrap_err().to_string()
    };
    let found = error(Add.into_layer());
    assert!(
        found.starts_with("layer \"add\" (Add): ") && found.contains("[?, 3]") && found.contains("[?, 4]"),
        "{found}"
    );
    assert_eq!(
        error(Dot::new(1, 1).into_layer()),
        "layer \"dot\" (Dot): Dot: cannot combine shape [?, 3] with [?, 4]; the two axes must have one length"
    );
    assert_eq!(
        error(Dot::new(0, 1).into_layer()),
        "layer \"dot\" (Dot): Dot: shape [?, 3] does not fit; 2 or 3 axes are needed, and axis 0 must not be the one that \
         counts examples"
    );
    assert_eq!(
        error(Dense::new(1).into_layer()),
        "layer \"dense\" (Dense): build: takes 1 input, but is fed with 2; connect as many as it takes; a sequential model \
         feeds each layer with one"
    );
    let (a, _) = places();
    assert_eq!(
        connect(Subtract, &[&a]).unwrap_err().to_string(),
        "layer \"subtract\" (Subtract): build: takes 2 inputs, but is fed with 1; connect as many as it takes; a sequential \
         model feeds each layer with one"
    );
}

#[test]
fn chains_of_thousands_of_layers_do_not_overflow_the_stack() -> Result<()> {
    let relu = || ActivationLayer::new(Activation::Relu);
    let x = random(&[3, 2], 1);
    let expected = x.relu()?.to_vec::<f32>()?;
    let stack: Sequential = (0..5_000).map(|_| relu().into_layer()).collect();
    let model = stack.into_model();
    assert_eq!(model.predict(&x)?.to_vec::<f32>()?, expected);
    assert_eq!(model.layers()[4_999].0, "activation_4999");
    let input = Input::new([2]).place();
    let mut place = input.clone();
    for _ in 0..5_000 {
        place = place.then(relu())?;
    }
    let model = Model::functional(&[&input], &[&place])?;
    assert!(format!("{place:?}").contains("f32[?, 2]"), "{place:?}");
    drop(place);
    assert_eq!(model.predict(&x)?.to_vec::<f32>()?, expected);
    Ok(())
}
