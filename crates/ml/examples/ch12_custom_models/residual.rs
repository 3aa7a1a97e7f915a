//! Residual blocks (listings 30 and 31).

use ml::{
    core::{Result, Tensor, ops::Spec},
    nn::{
        Activation, Compile, Fit, Model,
        initializers::HeNormal,
        layers::{Dense, Layer, Module, Scope, unary},
    },
    plot::{
        Diagram, Figure,
        diagram::{Direction, Outline},
    },
};
use serde::{Deserialize, Serialize};

use crate::{
    housing::{Housing, tamed, variance},
    support::{AnyResult, Book, Chapter},
};

/// How often the first block is applied, with the same weights each time.
const TIMES: usize = 1 + 3;

fn dense(units: usize) -> Dense {
    Dense::new(units)
        .activation(Activation::Elu(1.0))
        .kernel_initializer(HeNormal)
}

/// Listing 30: dense layers, whose input is added to what they give.
#[derive(Debug, Clone, Serialize, Deserialize)]
struct ResidualBlock {
    layers: usize,
    units: usize,
}

#[typetag::serde]
impl Layer for ResidualBlock {
    fn build(&self, inputs: &[Spec], scope: &mut Scope<'_>) -> Result<Box<dyn Module>> {
        let mut hidden = Vec::new();
        for number in 0..self.layers {
            hidden.push(scope.layer(&format!("dense_{number}"), dense(self.units), inputs)?);
        }
        Ok(unary(move |x, context| {
            let mut z = x.clone();
            for layer in &hidden {
                z = layer.apply(&z, context)?;
            }
            x.add(&z)
        }))
    }
}

/// Listing 31.
#[derive(Debug, Clone, Serialize, Deserialize)]
struct ResidualRegressor {
    outputs: usize,
}

#[typetag::serde]
impl Layer for ResidualRegressor {
    fn build(&self, inputs: &[Spec], scope: &mut Scope<'_>) -> Result<Box<dyn Module>> {
        let hidden = scope.layer("hidden1", dense(30), inputs)?;
        let between = hidden.outputs().unwrap_or_default().to_vec();
        let block = || ResidualBlock { layers: 2, units: 30 };
        let block1 = scope.layer("block1", block(), &between)?;
        let block2 = scope.layer("block2", block(), &between)?;
        let out = scope.layer("out", Dense::new(self.outputs), &between)?;
        Ok(unary(move |x, context| {
            let mut z = hidden.apply(x, context)?;
            for _ in 0..TIMES {
                z = block1.apply(&z, context)?;
            }
            out.apply(&block2.apply(&z, context)?, context)
        }))
    }
}

pub(crate) fn described(book: &mut Chapter) -> AnyResult {
    book.section("Residual blocks");
    let model = Model::new(ResidualRegressor { outputs: 1 }).seed(42);
    model.build([8])?;
    println!("{}", model.summary()?);
    // 8·30 + 30, two blocks of two layers of 30·30 + 30, 30 + 1: the first block counts once.
    let expected = 270.0 + 4.0 * 930.0 + 31.0;
    book.number(
        "C12-122",
        "parameters",
        model.count_params()? as f64,
        Book::Exact(expected),
    );
    let of_the_block = model.layer("block1")?.weights().len();
    book.number(
        "C12-121",
        "weights found inside a block",
        of_the_block as f64,
        Book::Exact(4.0),
    );
    book.figure("12-3", "a model of residual blocks", &drawn()?)?;
    Ok(())
}

pub(crate) fn trained(book: &mut Chapter, housing: &Housing) -> AnyResult {
    let mut model = Model::new(ResidualRegressor { outputs: 1 }).seed(42);
    model.compile(Compile::new("nadam", "mse"))?;
    // Applied five times over, blocks carry an outlier far.
    let (x_train, x_test) = (tamed(&housing.x_train)?, tamed(&housing.x_test)?);
    let history = model.fit(&x_train, &housing.y_train, Fit::new().epochs(5))?;
    println!("  loss: {:.4?}", history.get("loss"));
    let mse = model.evaluate(&x_test, &housing.y_test)?.values()[0];
    let mean = variance(&housing.y_test)?;
    let label = "compiled, trained, tested as any other: below half of what the mean costs";
    book.claim(
        "C12-123",
        label,
        format!("{mse:.4} of {mean:.4}"),
        mse < 0.5 * mean,
    );
    let path = book.folder().join("my_custom_model");
    model.save(&path)?;
    let mut loaded = Model::load(&path)?;
    let again = loaded.evaluate(&x_test, &housing.y_test)?.values()[0];
    book.number("C12-124", "saved and loaded whole", again, Book::Exact(mse));
    let go_on = |model: &mut Model| -> Result<f64> {
        Ok(model.fit(&x_train, &housing.y_train, Fit::new())?.get("loss")[0])
    };
    let (ours, theirs) = (go_on(&mut model)?, go_on(&mut loaded)?);
    book.number("C12-124", "and goes on from there", theirs, Book::Exact(ours));
    let three: Tensor = x_test.narrow(0, Some(0), Some(3))?;
    book.text(
        "C12-123",
        "answers",
        &model.predict(&three)?.spec().to_string(),
        "f32[3, 1]",
    );
    Ok(())
}

/// Figure 12-3: the model, and what is inside a block.
fn drawn() -> Result<Figure> {
    let mut diagram = Diagram::new();
    diagram.direction(Direction::Right);
    let repeated = format!("residual block\n{TIMES} times, the same weights");
    let texts = ["input", "dense", repeated.as_str(), "residual block 2", "dense"];
    let nodes = texts.map(|text| diagram.node(text));
    for pair in nodes.windows(2) {
        diagram.edge(pair[0], pair[1])?;
    }
    let inside = ["in", "dense", "dense", "+"].map(|name| diagram.node(name));
    diagram.style(inside[3])?.outline(Outline::Round);
    for pair in inside.windows(2) {
        diagram.edge(pair[0], pair[1])?;
    }
    diagram.edge(inside[0], inside[3])?;
    diagram.edge(nodes[2], inside[0])?.dashed(true);
    diagram.figure()
}
