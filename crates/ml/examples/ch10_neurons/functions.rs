//! The functions and their derivatives.

use ml::{
    core::{Result, Tensor, autodiff},
    nn::Activation,
    plot::{Dash, Figure, Legend},
};

use crate::support::{AnyResult, Book, Chapter};

type Function = fn(&Tensor) -> Result<Tensor>;

pub(crate) fn run(book: &mut Chapter) -> AnyResult {
    identities(book)?;
    values(book)?;
    derivatives(book)?;
    book.figure("10-8", "activation functions and their derivatives", &draw()?)?;
    Ok(())
}

/// The derivative at each point.
fn slope(function: Function, z: &Tensor) -> Result<Tensor> {
    Ok(autodiff::gradient(|z| function(&z[0])?.sum_all(), &[z])?.remove(0))
}

fn grid(points: usize) -> Result<Tensor> {
    let step = 10.0 / (points - 1) as f64;
    let values: Vec<f64> = (0..points).map(|i| -5.0 + step * i as f64).collect();
    Ok(Tensor::from(values))
}

/// `tanh(z) = 2σ(2z) - 1`.
fn identities(book: &mut Chapter) -> AnyResult {
    book.section("Activation functions");
    let z = grid(1001)?;
    let by_sigmoid = z.mul_scalar(2.0)?.sigmoid()?.mul_scalar(2.0)?.sub_scalar(1.0)?;
    let distance = z.tanh()?.sub(&by_sigmoid)?.abs()?.max_all()?.item::<f64>()?;
    book.number(
        "N10-05",
        "largest |tanh(z) - (2σ(2z) - 1)| on -5..5",
        distance,
        Book::Within(0.0, 1e-6),
    );
    let by_hand = z.neg()?.exp()?.add_scalar(1.0)?.reciprocal()?;
    let sigmoid = Activation::Sigmoid.apply(&z)?;
    let same = sigmoid.all_close(&by_hand, 1e-12, 0.0)?;
    book.claim(
        "C10-024",
        "the logistic function is 1 / (1 + exp(-z))",
        "checked",
        same,
    );
    let mean = z.tanh()?.mean_all()?.item::<f64>()?;
    book.number(
        "C10-025",
        "mean of tanh over -5..5: centred",
        mean,
        Book::Within(0.0, 1e-12),
    );
    Ok(())
}

/// The rectifier and its smooth variant; probabilities.
fn values(book: &mut Chapter) -> AnyResult {
    let z = Tensor::from([-20.0, -1.0, 0.0, 1.0, 20.0]);
    let relu = Activation::Relu.apply(&z)?.to_vec::<f64>()?;
    book.text(
        "C10-026",
        "ReLU at -20, -1, 0, 1, 20",
        &format!("{relu:?}"),
        "[0.0, 0.0, 0.0, 1.0, 20.0]",
    );
    let softplus = Activation::Softplus.apply(&z)?.to_vec::<f64>()?;
    let near = softplus[0] < 1e-8 && (softplus[4] - 20.0).abs() < 1e-8;
    book.claim(
        "C10-027",
        "softplus is near 0 far below 0, near z far above",
        format!("{softplus:.4?}"),
        near,
    );
    book.number(
        "C10-027",
        "softplus(0) = log 2",
        softplus[2],
        Book::Within(2f64.ln(), 1e-15),
    );
    let softmax = Activation::Softmax.apply(&Tensor::from([[1.0, 2.0, 3.0]]))?;
    book.number(
        "C10-028",
        "softmax: sum",
        softmax.sum_all()?.item()?,
        Book::Within(1.0, 1e-15),
    );
    // exp(3) / (exp(1) + exp(2) + exp(3))
    let largest = softmax.max_all()?.item::<f64>()?;
    let expected = 1.0 / ((-2f64).exp() + (-1f64).exp() + 1.0);
    book.number(
        "C10-028",
        "softmax of (1, 2, 3): the last",
        largest,
        Book::Within(expected, 1e-15),
    );
    let same = Activation::Linear.apply(&z)?.to_vec::<f64>()? == z.to_vec::<f64>()?;
    book.claim(
        "C10-029",
        "no activation leaves outputs as they are",
        "checked",
        same,
    );
    let by_name = "relu".parse::<Activation>()? == Activation::Relu;
    book.claim("C10-060", "\"relu\" names the function", "checked", by_name);
    Ok(())
}

/// Slopes by reverse mode beside their formulas.
fn derivatives(book: &mut Chapter) -> AnyResult {
    book.section("Their derivatives");
    let z = grid(201)?;
    let sigmoid = z.sigmoid()?;
    let formula = sigmoid.mul(&sigmoid.rsub_scalar(1.0)?)?;
    let agrees = slope(Tensor::sigmoid, &z)?.all_close(&formula, 1e-12, 1e-15)?;
    book.claim("C10-030", "σ' = σ(1 - σ)", "checked", agrees);
    let formula = z.tanh()?.square()?.rsub_scalar(1.0)?;
    let agrees = slope(Tensor::tanh, &z)?.all_close(&formula, 1e-12, 1e-15)?;
    book.claim("C10-030", "tanh' = 1 - tanh²", "checked", agrees);
    let of_relu = slope(Tensor::relu, &Tensor::from([-1.0, 0.0, 1.0]))?.to_vec::<f64>()?;
    book.text(
        "C10-026",
        "slopes of ReLU at -1, 0, 1",
        &format!("{of_relu:?}"),
        "[0.0, 0.0, 1.0]",
    );
    // Flat: nothing to go down along. The logistic function has a slope everywhere (exercise 4).
    let flat = slope(Tensor::step, &z)?.abs()?.max_all()?.item::<f64>()?;
    book.number("C10-024", "largest slope of a step", flat, Book::Exact(0.0));
    let least = slope(Tensor::sigmoid, &z)?.min_all()?.item::<f64>()?;
    book.claim(
        "C10-024",
        "the logistic function is never flat",
        format!("{least:.5}"),
        least > 0.0,
    );
    Ok(())
}

/// Figure 10-8.
fn draw() -> Result<Figure> {
    let functions: [(&str, Function, Dash); 4] = [
        ("step", Tensor::step, Dash::Solid),
        ("sigmoid", Tensor::sigmoid, Dash::Dashed),
        ("tanh", Tensor::tanh, Dash::Solid),
        ("ReLU", Tensor::relu, Dash::DashDot),
    ];
    let z = grid(400)?;
    let at = z.to_vec::<f64>()?;
    let mut figure = Figure::subplots(960, 360, 1, 2);
    let axes = figure.at(0, 0)?;
    axes.title("Activation functions")
        .y_limits(-1.2, 1.2)
        .legend(Legend::LowerRight);
    for (name, function, dash) in functions {
        axes.line(&at, function(&z)?.to_vec::<f64>()?)?
            .dash(dash)
            .label(name);
    }
    let axes = figure.at(0, 1)?;
    axes.title("Derivatives").y_limits(-0.2, 1.2);
    for (name, function, dash) in functions {
        let slope = slope(function, &z)?;
        axes.line(&at, slope.to_vec::<f64>()?)?.dash(dash).label(name);
    }
    Ok(figure)
}
