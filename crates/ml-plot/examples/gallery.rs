//! One figure of every kind, as PNG and SVG under `target/gallery`.
//!
//! `cargo run --release -p ml-plot --example gallery` prints the folder.

use std::path::Path;

use ml_core::Result;
use ml_core::ndarray::{Array2, Array3};
use ml_core::random::Rng;
use ml_plot::diagram::{Direction, Outline};
use ml_plot::{Color, ColorMap, Dash, Diagram, Figure, Legend, Marker, Scale, mesh};

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
        ("band", band()?),
        ("heatmap", heatmap()?),
        ("surface", surface()?),
        ("contour", contour()?),
        ("notes", notes()?),
        ("histograms", histograms()?),
        ("scatter_matrix", scatter_matrix()?),
        ("images", images()?),
        ("picture", picture()?),
        ("tree", tree()?),
        ("graph", graph()?),
        ("loop", learning_loop()?),
        ("markers", markers()?),
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

fn band() -> Result<Figure> {
    let x: Vec<f64> = (0..100).map(|i| f64::from(i) / 10.0).collect();
    let mut figure = Figure::subplots(900, 360, 1, 2);
    let left = figure.at(0, 0)?;
    left.title("Mean and deviation")
        .x_label("t")
        .y_label("f(t)")
        .legend(Legend::Outside);
    left.line(&x, x.iter().map(|x| x.sin()))?.label("mean");
    left.filled_band(
        &x,
        x.iter().map(|x| x.sin() - 0.3),
        x.iter().map(|x| x.sin() + 0.3),
    )?
    .label("± 0.3");
    let right = figure.at(0, 1)?;
    right.title("Ten folds").x_label("max_depth").y_label("accuracy");
    right
        .error_bars(
            1..=6,
            [0.71, 0.8, 0.86, 0.88, 0.875, 0.86],
            [0.02, 0.03, 0.02, 0.015, 0.02, 0.03],
        )?
        .label("validation");
    right.hline(0.9).label("goal");
    Ok(figure)
}

fn heatmap() -> Result<Figure> {
    let mut figure = Figure::subplots(1000, 420, 1, 2);
    let counts = Array2::from_shape_fn((10, 10), |(i, j)| {
        if i == j {
            5000 + 97 * i as i32
        } else {
            (i * j) as i32
        }
    });
    let left = figure.at(0, 0)?;
    left.title("Confusion matrix")
        .x_label("predicted class")
        .y_label("actual class");
    left.heatmap(counts.view())?
        .show_values(true)
        .color_label("instances")
        .digits(4usize);
    let correlations = Array2::from_shape_fn((4, 4), |(i, j)| 1.0 - 0.45 * (i as f64 - j as f64).abs());
    let names = [
        "median_house_value",
        "median_income",
        "total_rooms",
        "housing_median_age",
    ];
    let right = figure.at(0, 1)?;
    right.title("Correlations");
    right
        .heatmap(correlations.view())?
        .names(names, names)?
        .show_values(true)
        .limits(-1.0, 1.0)
        .color_map(ColorMap::Coolwarm);
    Ok(figure)
}

fn surface() -> Result<Figure> {
    let (x, y) = ((-3.0, 3.0), (-3.0, 3.0));
    let class = |x: f64, y: f64| f64::from(u8::from(x * x + y > 1.0)) + f64::from(u8::from(x > 1.5));
    let points = mesh(x, y, 300, 300);
    let classes = Array2::from_shape_fn((300, 300), |(i, j)| {
        let point = points.row(i * 300 + j);
        class(point[0], point[1])
    });
    let mut figure = Figure::new(600, 440);
    let axes = figure.axes();
    axes.title("Decision boundaries")
        .x_label("petal length (cm)")
        .y_label("petal width (cm)");
    axes.decision_surface(x, y, classes.view())?;
    axes.contour(x, y, classes.view(), [0.5, 1.5])?;
    let (px, py) = (normal(4, 150), normal(5, 150));
    for (k, (name, marker)) in [
        ("setosa", Marker::Circle),
        ("versicolor", Marker::Square),
        ("virginica", Marker::Triangle),
    ]
    .into_iter()
    .enumerate()
    {
        let of_class = |i: &usize| class(px[*i], py[*i]) == k as f64;
        let chosen: Vec<usize> = (0..150).filter(of_class).collect();
        axes.scatter(chosen.iter().map(|&i| px[i]), chosen.iter().map(|&i| py[i]))?
            .label(name)
            .marker(marker);
    }
    Ok(figure)
}

fn contour() -> Result<Figure> {
    let (x, y) = ((-2.0, 2.0), (-1.5, 1.5));
    let points = mesh(x, y, 80, 60);
    let values = Array2::from_shape_fn((60, 80), |(i, j)| {
        let p = points.row(i * 80 + j);
        p[0] * p[0] + 3.0 * p[1] * p[1] + (2.0 * p[0]).sin()
    });
    let mut figure = Figure::new(600, 420);
    let axes = figure.axes();
    axes.title("Cost").x_label("θ₁").y_label("θ₂");
    axes.filled_contour(x, y, values.view(), 12)?.color_label("J(θ)");
    axes.contour(x, y, values.view(), [0.0, 1.0, 2.0, 4.0])?
        .color(Color::WHITE)
        .dash(Dash::Dashed);
    axes.line([1.8, 1.0, 0.3, -0.3, -0.6], [1.2, 0.5, 0.2, 0.05, 0.0])?
        .marker(Marker::Circle)
        .color(Color::ORANGE)
        .label("gradient descent");
    Ok(figure)
}

fn notes() -> Result<Figure> {
    let mut figure = Figure::new(640, 420);
    let axes = figure.axes();
    axes.title("Does money make people happier?")
        .x_label("GDP per capita (USD)")
        .y_label("life satisfaction")
        .x_limits(0, 60_000)
        .y_limits(0, 10);
    axes.scatter(
        [12_240, 27_195, 37_675, 50_962, 55_805],
        [4.9, 5.8, 6.5, 7.3, 7.2],
    )?
    .label("countries")
    .size(8.0);
    for (name, gdp, value, right, down) in [
        ("Hungary", 12_240.0, 4.9, 0.0, 40.0),
        ("Korea", 27_195.0, 5.8, 0.0, 50.0),
        ("France", 37_675.0, 6.5, 20.0, 50.0),
        ("Australia", 50_962.0, 7.3, -30.0, -50.0),
        ("United States", 55_805.0, 7.2, 0.0, 50.0),
    ] {
        axes.annotate(name, gdp, value).offset(right, down).arrow(true);
    }
    axes.function(|x| 4.85 + 4.91e-5 * x, 0.0, 60_000.0)?
        .label("θ₀ = 4.85, θ₁ = 4.91×10⁻⁵")
        .color(Color::RED);
    axes.function(|x| 8.0 - 5e-5 * x, 0.0, 60_000.0)?
        .label("θ₀ = 8, θ₁ = −5×10⁻⁵")
        .color(Color::GREEN)
        .dash(Dash::DashDot);
    Ok(figure)
}

const NAMES: [&str; 9] = [
    "longitude",
    "latitude",
    "housing_median_age",
    "total_rooms",
    "total_bedrooms",
    "population",
    "households",
    "median_income",
    "median_house_value",
];

fn column(i: u64) -> Vec<f64> {
    let scale = 10_f64.powi(i as i32 % 6);
    normal(10 + i, 3000)
        .iter()
        .map(|v| {
            if i.is_multiple_of(2) {
                v * scale
            } else {
                v.exp() * scale
            }
        })
        .collect()
}

fn histograms() -> Result<Figure> {
    Figure::histograms(1200, 900, NAMES.into_iter().zip((0..9).map(column)), 50)
}

fn scatter_matrix() -> Result<Figure> {
    let names = [
        "median_house_value",
        "median_income",
        "total_rooms",
        "housing_median_age",
    ];
    Figure::scatter_matrix(
        1000,
        700,
        names
            .into_iter()
            .zip((0..4).map(|i| column(i).into_iter().take(800).collect::<Vec<_>>())),
    )
}

fn images() -> Result<Figure> {
    let digit = |k: usize| {
        Array2::from_shape_fn((28, 28), move |(i, j)| {
            let distance = (i as f64 - 14.0).hypot(j as f64 - 14.0 + k as f64 * 0.3) - 8.0 + k as f64 * 0.4;
            (-distance * distance / 4.0).exp()
        })
    };
    let digits: Vec<Array2<f64>> = (0..20).map(digit).collect();
    let mut figure = Figure::image_grid(
        760,
        380,
        10,
        digits.iter().map(|image| image.view()),
        ColorMap::Binary,
    )?;
    figure.title("Rings");
    for i in 0..20 {
        figure.at(i / 10, i % 10)?.title(format!("{i}"));
    }
    Ok(figure)
}

fn picture() -> Result<Figure> {
    let colors = Array3::from_shape_fn((40, 60, 3), |(i, j, c)| {
        [i as f64 / 40.0, j as f64 / 60.0, 0.5][c]
    });
    let mut figure = Figure::subplots(900, 340, 1, 2);
    figure
        .at(0, 0)?
        .title("red, green, blue")
        .image_rgb(colors.view())?;
    let weights = Array2::from_shape_fn((28, 28), |(i, j)| {
        ((i as f64 - 14.0).powi(2) + (j as f64 - 14.0).powi(2)).sqrt()
    });
    figure
        .at(0, 1)?
        .title("Pixel importance")
        .framed(false)
        .image(weights.view())?
        .color_map(ColorMap::Plasma)
        .color_bar(true)
        .color_label("importance");
    Ok(figure)
}

fn tree() -> Result<Figure> {
    let mut tree = Diagram::new();
    tree.title("Iris, depth 2");
    let root = tree.node("petal length ≤ 2.45\ngini = 0.667\nsamples = 150\nvalue = [50, 50, 50]");
    let setosa = tree.node("gini = 0\nsamples = 50\nvalue = [50, 0, 0]\nclass = setosa");
    let split = tree.node("petal width ≤ 1.75\ngini = 0.5\nsamples = 100\nvalue = [0, 50, 50]");
    let versicolor = tree.node("gini = 0.168\nsamples = 54\nvalue = [0, 49, 5]\nclass = versicolor");
    let virginica = tree.node("gini = 0.043\nsamples = 46\nvalue = [0, 1, 45]\nclass = virginica");
    tree.style(setosa)?.fill(Color::rgb(250, 215, 185));
    tree.style(versicolor)?.fill(Color::rgb(200, 232, 205));
    tree.style(virginica)?.fill(Color::rgb(214, 200, 236));
    tree.edge(root, setosa)?.label("true");
    tree.edge(root, split)?.label("false");
    tree.edge(split, versicolor)?.label("true");
    tree.edge(split, virginica)?.label("false");
    tree.figure()
}

fn graph() -> Result<Figure> {
    let mut graph = Diagram::new();
    graph.direction(Direction::Right);
    let [x, y, two, square, product, sum, f] =
        ["x", "y", "2", "×", "×", "+", "f(x, y) = x²y + y + 2"].map(|name| graph.node(name));
    for node in [x, y, two, square, product, sum] {
        graph.style(node)?.outline(Outline::Round);
    }
    for (from, to) in [
        (x, square),
        (x, square),
        (square, product),
        (y, product),
        (product, sum),
        (y, sum),
        (two, sum),
        (sum, f),
    ] {
        graph.edge(from, to)?;
    }
    graph.figure()
}

fn learning_loop() -> Result<Figure> {
    let mut flow = Diagram::new();
    flow.direction(Direction::Right)
        .title("The machine learning approach");
    let [study, train, evaluate, launch, analyse] = [
        "study the\nproblem",
        "train a model\non data",
        "evaluate\nthe solution",
        "launch!",
        "analyse\nerrors",
    ]
    .map(|name| flow.node(name));
    flow.edge(study, train)?;
    flow.edge(train, evaluate)?;
    flow.edge(evaluate, launch)?.label("good");
    flow.edge(evaluate, analyse)?.label("not yet");
    flow.edge(analyse, study)?.dashed(true);
    flow.edge(launch, launch)?.label("monitor");
    flow.figure()
}

fn markers() -> Result<Figure> {
    let mut figure = Figure::new(560, 360);
    let axes = figure.axes();
    axes.title("Markers and dashes");
    let markers = [
        Marker::Circle,
        Marker::Square,
        Marker::Triangle,
        Marker::Diamond,
        Marker::Star,
        Marker::Cross,
        Marker::Plus,
    ];
    for (i, marker) in markers.into_iter().enumerate() {
        let dash = [Dash::Solid, Dash::Dashed, Dash::Dotted, Dash::DashDot][i % 4];
        axes.line(0..6, (0..6).map(|x| i as f64 + 0.1 * f64::from(x * x)))?
            .marker(marker)
            .marker_size(9.0)
            .dash(dash)
            .label(format!("{marker:?}, {dash:?}"));
    }
    axes.legend(Legend::Outside);
    Ok(figure)
}
