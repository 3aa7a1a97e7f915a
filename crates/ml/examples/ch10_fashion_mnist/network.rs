//! The network before it is trained: layers, summary, weights.

use ml::{
    core::Result,
    nn::{
        Activation, Model, Sequential,
        layers::{Dense, Flatten, InputLayer, IntoLayer},
    },
};

use crate::support::{AnyResult, Book, Chapter};

/// What Keras prints, as the book shows it.
const SUMMARY: &str = "\
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

/// Listing W10-07: layer by layer.
pub(crate) fn model() -> Model {
    Sequential::new()
        .add(Flatten.input_shape([28, 28]))
        .add(Dense::new(300).activation(Activation::Relu))
        .add(Dense::new(100).activation(Activation::Relu))
        .add(Dense::new(10).activation(Activation::Softmax))
        .into_model()
        .seed(1)
}

/// Listing W10-08: from a list, with the shape in a layer of its own and activation functions by name.
fn from_a_list() -> Result<Model> {
    let dense = |units, activation: &str| -> Result<_> {
        Ok(Dense::new(units).activation(activation.parse()?).into_layer())
    };
    let layers = [
        InputLayer::new([28, 28]).into_layer(),
        Flatten.into_layer(),
        dense(300, "relu")?,
        dense(100, "relu")?,
        dense(10, "softmax")?,
    ];
    Ok(Sequential::from_iter(layers).into_model().seed(1))
}

pub(crate) fn describe(book: &mut Chapter) -> AnyResult {
    let model = model();
    summary(book, &model)?;
    layers(book, &model)?;
    weights(book, &model)
}

/// Listing W10-10.
fn summary(book: &mut Chapter, model: &Model) -> AnyResult {
    book.section("The network");
    let ours = model.summary()?;
    println!("{ours}");
    // Columns end in blanks, which the book does not show.
    let lines = |text: &str| text.lines().map(str::trim_end).collect::<Vec<_>>().join("\n");
    book.claim(
        "N10-03",
        "the summary is Keras's, line by line",
        "compared",
        lines(&ours) == SUMMARY,
    );
    book.number(
        "N10-03",
        "parameters",
        model.count_params()? as f64,
        Book::Exact(266_610.0),
    );
    let trainable = model.weights().iter().all(|weight| weight.trainable);
    book.claim("N10-03", "all of them trainable", "checked", trainable);
    let listed = from_a_list()?;
    let same = listed.count_params()? == model.count_params()? && listed.get_weights().len() == 6;
    book.claim(
        "C10-056",
        "the same network from a list of layers",
        "checked",
        same,
    );
    Ok(())
}

/// Listing W10-11.
fn layers(book: &mut Chapter, model: &Model) -> AnyResult {
    book.section("Its layers");
    let layers = model.layers();
    let names: Vec<&str> = layers.iter().map(|(name, _)| name.as_str()).collect();
    book.text(
        "C10-062",
        "names",
        &names.join(", "),
        "flatten, dense, dense_1, dense_2",
    );
    let hidden = &layers[1].1;
    let same = model.layer("dense")?.same(hidden);
    book.claim(
        "C10-063",
        "the second layer is the one named \"dense\"",
        "checked",
        same,
    );
    Ok(())
}

/// Listing W10-12.
fn weights(book: &mut Chapter, model: &Model) -> AnyResult {
    book.section("Its weights");
    let hidden = model.layer("dense")?;
    let weights = hidden.get_weights();
    let [kernel, bias] = &weights[..] else {
        return Err("a dense layer has a kernel and a bias".into());
    };
    book.text(
        "N10-04",
        "the kernel",
        &kernel.spec().to_string(),
        "f32[784, 300]",
    );
    book.text("N10-04", "the bias", &bias.spec().to_string(), "f32[300]");
    let zeros = bias.to_vec::<f32>()?.iter().all(|&b| b == 0.0);
    book.claim("N10-04", "all biases start at 0", "checked", zeros);
    let largest = f64::from(kernel.abs()?.max_all()?.item::<f32>()?);
    let limit = (6.0f64 / (784.0 + 300.0)).sqrt();
    let label = "first weights reach to Glorot's limit √(6 / (784 + 300)) and not beyond";
    book.claim(
        "N10-04",
        label,
        format!("{largest:.4} of {limit:.4}"),
        largest <= limit && largest > 0.99 * limit,
    );
    // What was read can be put back: here into another network of the same shape.
    let other = self::model().seed(7);
    other.ensure_built()?;
    other.layer("dense")?.set_weights(&weights)?;
    let taken = other.layer("dense")?.get_weights()[0].all_close(kernel, 0.0, 0.0)?;
    book.claim(
        "C10-064",
        "set_weights takes what get_weights gave",
        "checked",
        taken,
    );
    Ok(())
}
