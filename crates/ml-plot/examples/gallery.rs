//! One figure of every kind, as PNG and SVG under `target/gallery`.
//!
//! `cargo run --release -p ml-plot --example gallery` prints the folder.

use std::path::Path;

use ml_core::Result;
use ml_core::random::Rng;
use ml_plot::{ColorMap, Dash, Figure, Legend, Marker, Scale};

fn main() -> Result<()> {
    let folder = std::env::var_os("CARGO_TARGET_DIR").unwrap_or_else(|| "target".into());
    let folder = Path::new(&folder).join("gallery");
    for (name, figure) in [
        ("line", lines()?),
        ("scatter", scatter()?),
        ("density", density()?),
        ("histogram", histogram()?),
        ("bars", bars()?),
        ("log", log()?),
    ] {
        figure.save(folder.join(name).with_extension("png"))?;
        figure.save(folder.join(name).with_extension("svg"))?;
    }
    println!("figures in {}", folder.display());
    Ok(())
}

fn lines() -> Result<Figure> {
    let mut figure = Figure::new(640, 420);
    let axes = figure.axes();
    axes.title("Learning curves of a linear regression")
        .x_label("training instances")
        .y_label("RMSE");
    let sizes: Vec<f64> = (1..80).map(f64::from).collect();
    axes.line(&sizes, sizes.iter().map(|n| 2.0 - 2.0 / n.sqrt()))?
        .label("training")
        .marker(Marker::Circle)
        .marker_size(4.0);
    axes.line(&sizes, sizes.iter().map(|n| 2.0 + 3.0 / n))?
        .label("validation")
        .width(2.5);
    axes.line([0.0, 80.0], [2.0, 2.0])?
        .dash(Dash::Dashed)
        .label("noise of the data")
        .color(ml_plot::Color::GRAY);
    Ok(figure)
}

fn normal(seed: u64, n: usize) -> Vec<f64> {
    let mut rng = Rng::new(seed);
    (0..n).map(|_| rng.standard_normal()).collect()
}

fn scatter() -> Result<Figure> {
    let (x, y, z) = (normal(1, 400), normal(2, 400), normal(3, 400));
    let mut figure = Figure::new(700, 480);
    let axes = figure.axes();
    axes.title("Points with sizes and colours")
        .x_label("longitude")
        .y_label("latitude");
    let points = axes.scatter(&x, &y)?;
    points
        .areas(z.iter().map(|z| 60.0 * (z * z) + 4.0))?
        .values(x.iter().map(|x| 200_000.0 + 90_000.0 * x))?;
    points
        .color_map(ColorMap::Jet)
        .color_label("median house value")
        .alpha(0.4)
        .label("population");
    Ok(figure)
}

fn density() -> Result<Figure> {
    let (x, y) = (normal(1, 20_000), normal(2, 20_000));
    let mut figure = Figure::new(600, 420);
    let axes = figure.axes();
    axes.title("20,000 points with alpha 0.1")
        .x_label("x")
        .y_label("x + noise");
    axes.scatter(&x, x.iter().zip(&y).map(|(x, y)| x + y))?.alpha(0.1);
    Ok(figure)
}

fn histogram() -> Result<Figure> {
    let mut figure = Figure::new(600, 400);
    let axes = figure.axes();
    axes.title("Two samples")
        .x_label("value")
        .y_label("count")
        .legend(Legend::Auto);
    axes.histogram(normal(1, 5000), 50)?
        .alpha(0.7)
        .label("standard normal");
    axes.histogram(normal(2, 5000).iter().map(|v| v * 0.5 + 2.0), 50)?
        .alpha(0.7)
        .label("narrower, shifted");
    Ok(figure)
}

fn bars() -> Result<Figure> {
    let mut figure = Figure::subplots(900, 360, 1, 2);
    figure.title("Models compared");
    let names = [
        "linear regression",
        "decision tree",
        "random forest",
        "k nearest neighbours",
    ];
    let left = figure.at(0, 0)?;
    left.y_label("RMSE").title("upright");
    left.bar(names, [68_628.0, 71_407.0, 50_182.0, 61_000.0])?
        .show_values(true);
    let right = figure.at(0, 1)?;
    right.x_label("importance").title("lying");
    right
        .barh(
            ["median_income", "INLAND", "pop_per_hhold", "longitude"],
            [0.366, 0.165, 0.109, 0.073],
        )?
        .show_values(true);
    Ok(figure)
}

fn log() -> Result<Figure> {
    let mut figure = Figure::new(600, 420);
    let axes = figure.axes();
    axes.title("Learning rate")
        .x_label("learning rate")
        .y_label("loss")
        .x_scale(Scale::Log)
        .y_scale(Scale::Log);
    axes.function(|rate| 0.01 / rate + rate * rate * 20.0 + 1e-3, 1e-5, 10.0)?
        .label("0.01/η + 20 η²");
    Ok(figure)
}
