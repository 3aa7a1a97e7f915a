//! The chapter's figures.

use ml::{
    classic::linear::FittedLinearRegression,
    core::ndarray::Array2,
    data::{datasets::CountryStats, pipeline::FittedModelPipeline},
    plot::{Axes, Dash, Figure, Marker},
    prelude::*,
};

/// Right end of the axis for the book's first sample, US dollars.
const SAMPLE_END: f64 = 60_000.0;
/// Right end for all countries.
const END: f64 = 110_000.0;

fn framed(end: f64) -> Figure {
    let mut figure = Figure::new(720, 440);
    let axes = figure.axes();
    axes.x_label("GDP per capita (US dollars)")
        .y_label("life satisfaction")
        .x_limits(0.0, end)
        .y_limits(0.0, 10.0);
    figure
}

fn points(axes: &mut Axes, stats: &CountryStats, label: &str, marker: Marker) -> Result<()> {
    axes.scatter(&stats.gdp_per_capita, &stats.life_satisfaction)?
        .label(label)
        .marker(marker)
        .size(8.0);
    Ok(())
}

/// Intercept and slope.
type Line = (f64, f64);

fn parameters(model: &FittedLinearRegression<f64>) -> Line {
    (model.intercept, model.coef[0])
}

fn line(axes: &mut Axes, (intercept, slope): Line, end: f64, label: &str, dash: Dash) -> Result<()> {
    axes.line([0.0, end], [intercept, intercept + slope * end])?
        .label(label)
        .dash(dash);
    Ok(())
}

pub(crate) fn countries(sample: &CountryStats) -> Result<Figure> {
    let mut figure = framed(SAMPLE_END);
    let axes = figure.axes();
    points(axes, sample, "", Marker::Circle)?;
    for (name, right, down) in [
        ("Hungary", -40.0, 50.0),
        ("Korea", -40.0, 50.0),
        ("France", -40.0, 50.0),
        ("Australia", -60.0, 50.0),
        ("United States", -20.0, 60.0),
    ] {
        if let Some(i) = sample.countries.iter().position(|c| c == name) {
            let (x, y) = (sample.gdp_per_capita[i], sample.life_satisfaction[i]);
            axes.annotate(name, x, y).offset(right, down).arrow(true);
        }
    }
    Ok(figure)
}

pub(crate) fn possible_lines(sample: &CountryStats) -> Result<Figure> {
    let mut figure = framed(SAMPLE_END);
    let axes = figure.axes();
    points(axes, sample, "countries", Marker::Circle)?;
    for (intercept, slope, written) in [(0.0, 2e-5, "2"), (8.0, -5e-5, "−5"), (4.0, 5e-5, "5")] {
        let label = format!("θ₀ = {intercept}, θ₁ = {written}×10⁻⁵");
        line(axes, (intercept, slope), SAMPLE_END, &label, Dash::Solid)?;
    }
    Ok(figure)
}

pub(crate) fn best_line(sample: &CountryStats, model: &FittedLinearRegression<f64>) -> Result<Figure> {
    let mut figure = framed(SAMPLE_END);
    let axes = figure.axes();
    points(axes, sample, "countries", Marker::Circle)?;
    let (intercept, slope) = parameters(model);
    let label = format!("θ₀ = {intercept:.2}, θ₁ = {:.2}×10⁻⁵", 1e5 * slope);
    line(axes, (intercept, slope), SAMPLE_END, &label, Dash::Solid)?;
    Ok(figure)
}

/// The first sample and the countries that it lacks, with these lines.
fn both_samples(all: &CountryStats, lines: &[(Line, &str, Dash)]) -> Result<Figure> {
    let mut figure = framed(END);
    let axes = figure.axes();
    points(axes, &all.sample(), "first sample", Marker::Circle)?;
    points(axes, &all.missing(), "missing countries", Marker::Square)?;
    for &(parameters, label, dash) in lines {
        line(axes, parameters, END, label, dash)?;
    }
    Ok(figure)
}

pub(crate) fn all_countries(
    all: &CountryStats,
    old: &FittedLinearRegression<f64>,
    new: &FittedLinearRegression<f64>,
) -> Result<Figure> {
    let lines = [
        (parameters(old), "model of the first sample", Dash::Dashed),
        (parameters(new), "model of all countries", Dash::Solid),
    ];
    both_samples(all, &lines)
}

pub(crate) fn regularised(
    all: &CountryStats,
    old: &FittedLinearRegression<f64>,
    new: &FittedLinearRegression<f64>,
    held: Line,
) -> Result<Figure> {
    let lines = [
        (parameters(old), "model of the first sample", Dash::Dotted),
        (parameters(new), "model of all countries", Dash::Dashed),
        (held, "of the first sample, regularised", Dash::Solid),
    ];
    both_samples(all, &lines)
}

pub(crate) fn overfit(all: &CountryStats, model: &FittedModelPipeline) -> Result<Figure> {
    let mut figure = framed(END);
    let axes = figure.axes();
    points(axes, all, "countries", Marker::Circle)?;
    let (start, end) = (
        all.gdp_per_capita[0],
        all.gdp_per_capita[all.gdp_per_capita.len() - 1],
    );
    let x = Array2::from_shape_fn((500, 1), |(i, _)| start + (end - start) * i as f64 / 499.0);
    let y = model.predict(&x)?.numbers("figure 1-22")?;
    axes.line(x.column(0), &y)?.label("polynomial of degree 10");
    Ok(figure)
}
