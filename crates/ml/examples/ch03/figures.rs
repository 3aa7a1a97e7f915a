//! Curves, matrices and galleries.

use ml::{
    classic::metrics::{OperatingPoint, PrecisionRecallCurve, RocCurve},
    plot::{Color, ColorMap, Dash, Figure, Legend},
    prelude::*,
};

use crate::look::image;

/// These rows as images, `across` a row.
pub(crate) fn gallery(x: &Array2<f64>, rows: &[usize], across: usize) -> Result<Figure> {
    let images: Vec<Array2<f64>> = rows.iter().map(|&row| image(x.row(row))).collect();
    let size = 40 * across as u32;
    Figure::image_grid(
        size,
        size,
        across,
        images.iter().map(|image| image.view()),
        ColorMap::Binary,
    )
}

/// Precision and recall against the threshold, with a point on both.
pub(crate) fn precision_and_recall(curve: &PrecisionRecallCurve, point: &OperatingPoint) -> Result<Figure> {
    let mut figure = Figure::new(700, 380);
    let axes = figure.axes();
    axes.x_label("threshold").y_limits(0.0, 1.0);
    let n = curve.thresholds.len();
    let places: Vec<usize> = thinned(n);
    let at = |values: &Array1<f64>| -> Vec<f64> { places.iter().map(|&i| values[i]).collect() };
    axes.line(at(&curve.thresholds), at(&curve.precision))?
        .dash(Dash::Dashed)
        .label("precision");
    axes.line(at(&curve.thresholds), at(&curve.recall))?
        .color(Color::GREEN)
        .label("recall");
    axes.vline(point.threshold).dash(Dash::Dotted);
    axes.scatter([point.threshold; 2], [point.precision, point.recall])?
        .color(Color::RED);
    Ok(figure)
}

/// Precision against recall.
pub(crate) fn precision_against_recall(
    curve: &PrecisionRecallCurve,
    point: &OperatingPoint,
) -> Result<Figure> {
    let mut figure = Figure::new(460, 400);
    let axes = figure.axes();
    axes.x_label("recall")
        .y_label("precision")
        .x_limits(0.0, 1.0)
        .y_limits(0.0, 1.0);
    let places = thinned(curve.recall.len());
    let at = |values: &Array1<f64>| -> Vec<f64> { places.iter().map(|&i| values[i]).collect() };
    axes.line(at(&curve.recall), at(&curve.precision))?;
    axes.scatter([point.recall], [point.precision])?.color(Color::RED);
    Ok(figure)
}

/// ROC curves beside that of a random classifier: the first of several dotted, a point on the first.
pub(crate) fn roc(curves: &[(&str, &RocCurve)], point: Option<(f64, f64)>) -> Result<Figure> {
    let mut figure = Figure::new(460, 420);
    let axes = figure.axes();
    axes.x_label("false positive rate")
        .y_label("true positive rate (recall)")
        .legend(Legend::LowerRight);
    for (number, (name, curve)) in curves.iter().enumerate() {
        let line = axes.line(&curve.false_positive_rate, &curve.true_positive_rate)?;
        line.label(*name);
        if number == 0 && curves.len() > 1 {
            line.dash(Dash::Dotted);
        }
    }
    axes.line([0.0, 1.0], [0.0, 1.0])?
        .color(Color::BLACK)
        .dash(Dash::Dashed)
        .label("random");
    if let Some((x, y)) = point {
        let recall = format!("recall {:.1}%", 100.0 * y);
        axes.scatter([x], [y])?.color(Color::RED).label(recall);
    }
    Ok(figure)
}

/// A matrix of true against predicted digits in grey.
pub(crate) fn matrix(values: ArrayView2<'_, f64>) -> Result<Figure> {
    let mut figure = Figure::new(480, 440);
    let axes = figure.axes();
    axes.x_label("predicted").y_label("actual");
    axes.heatmap(values)?.color_map(ColorMap::Gray);
    Ok(figure)
}

/// At most some thousand of `n` places, the ends among them: more points draw the same line.
fn thinned(n: usize) -> Vec<usize> {
    let step = n.div_ceil(2000).max(1);
    let mut places: Vec<usize> = (0..n).step_by(step).collect();
    if places.last() != Some(&(n - 1)) {
        places.push(n - 1);
    }
    places
}
