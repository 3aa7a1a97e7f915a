//! Every mistake is an error that says what is wrong.

use ml_core::ndarray::{Array2, Array3, array};
use ml_plot::{Color, Diagram, Figure, Scale};

fn none() -> [f64; 0] {
    []
}

#[test]
fn data_that_cannot_be_drawn() {
    let mut figure = Figure::new(300, 200);
    let axes = figure.axes();
    let text = |error: ml_core::Error| error.to_string();
    assert_eq!(
        text(axes.line(none(), none()).unwrap_err()),
        "line: x is empty; at least 1 number needed"
    );
    assert_eq!(
        text(axes.line([f64::NAN], [1.0]).unwrap_err()),
        "line: x (nothing but NaN) is empty; at least 1 number needed"
    );
    assert_eq!(
        text(axes.scatter([1.0, 2.0], [1.0]).unwrap_err()),
        "scatter: x has 2 rows, but y has 1; they must match one to one"
    );
    assert_eq!(
        text(axes.line([1.0, f64::INFINITY], [1.0, 2.0]).unwrap_err()),
        "line: x holds inf at row 1, column 0; leave infinite values out, or write NaN, which is skipped"
    );
    assert_eq!(
        text(axes.histogram([1.0], 0).unwrap_err()),
        "bins = 0: must be between 1 and 100000"
    );
    assert_eq!(
        text(axes.bar(["a"], [1.0, 2.0]).unwrap_err()),
        "bar: names has 1 rows, but heights has 2; they must match one to one"
    );
    assert_eq!(
        text(axes.scatter([1.0], [1.0]).unwrap().areas([-1.0]).unwrap_err()),
        "scatter: the area of point 0 is -1; areas must be at least 0"
    );
}

#[test]
fn settings_outside_their_domain() {
    let mut figure = Figure::new(300, 200);
    figure.axes().line(0..2, 0..2).unwrap().alpha(1.5);
    assert_eq!(
        figure.to_svg().unwrap_err().to_string(),
        "alpha = 1.5: must be between 0 and 1"
    );
    let mut figure = Figure::new(300, 200);
    figure.axes().scatter(0..2, 0..2).unwrap().size(f64::NAN);
    assert_eq!(
        figure.to_svg().unwrap_err().to_string(),
        "size = NaN: must be between 0 and 10000 pixels"
    );
    let mut figure = Figure::new(300, 200);
    figure.axes().x_limits(1.0, 1.0);
    assert_eq!(
        figure.to_svg().unwrap_err().to_string(),
        "x_limits = 1 to 1: must be finite and different"
    );
    assert_eq!(
        Figure::new(0, 200).to_svg().unwrap_err().to_string(),
        "width = 0: must be 1 to 20000 pixels"
    );
    assert_eq!(
        Figure::subplots(100, 100, 0, 3).to_svg().unwrap_err().to_string(),
        "subplots = 0 x 3: must be 1 to 2500 axes"
    );
    assert_eq!(
        Figure::new(100, 100).scale(0.0).to_png().unwrap_err().to_string(),
        "scale = 0: must be positive, with a picture of 1 to 100 million pixels"
    );
    assert_eq!(
        Figure::subplots(100, 100, 1, 2).at(1, 0).unwrap_err().to_string(),
        "axes = (1, 0): must be a row below 1 and a column below 2, counted from 0"
    );
}

#[test]
fn logarithmic_axes_refuse_what_is_not_positive() {
    let mut figure = Figure::new(300, 200);
    figure
        .axes()
        .x_scale(Scale::Log)
        .line([0.0, 1.0], [1.0, 2.0])
        .unwrap();
    assert_eq!(
        figure.to_svg().unwrap_err().to_string(),
        "line: x holds 0, which a logarithmic axis cannot show; leave out values that are not positive, or use \
         a linear axis"
    );
    let mut figure = Figure::new(300, 200);
    figure.axes().y_scale(Scale::Log).y_limits(-1.0, 1.0);
    assert_eq!(
        figure.to_svg().unwrap_err().to_string(),
        "y_limits = -1 to 1: must be finite, different and positive on a logarithmic axis"
    );
}

#[test]
fn tables_and_pictures_that_cannot_be_drawn() {
    let mut figure = Figure::new(300, 200);
    let axes = figure.axes();
    let text = |error: ml_core::Error| error.to_string();
    assert_eq!(
        text(axes.heatmap(Array2::<f64>::zeros((0, 3)).view()).unwrap_err()),
        "heatmap: values is empty; at least 1 number needed"
    );
    assert_eq!(
        text(
            axes.image(array![[1.0, 2.0], [f64::NEG_INFINITY, 0.0]].view())
                .unwrap_err()
        ),
        "image: levels holds -inf at row 1, column 0; leave infinite values out, or write NaN, which is skipped"
    );
    assert_eq!(
        text(axes.image_rgb(Array3::<u8>::zeros((2, 2, 4)).view()).unwrap_err()),
        "image_rgb: cannot combine shape [2, 2, 4] with [2, 2, 3]; a colour picture is [rows, columns, 3]"
    );
    assert_eq!(
        text(
            axes.image_rgb(Array3::from_elem((1, 1, 3), 7.5).view())
                .unwrap_err()
        ),
        "image_rgb: 7.5 at row 0, column 0; scale colours to 0..1, or to 0..255 as whole numbers"
    );
    let classes = array![[0.0, 0.5], [1.0, 1.0]];
    assert_eq!(
        text(
            axes.decision_surface((0.0, 1.0), (0.0, 1.0), classes.view())
                .unwrap_err()
        ),
        "decision_surface: 0.5 is not the number of a class; number the classes 0, 1, 2, ...; for values use \
         filled_contour"
    );
    assert_eq!(
        text(
            axes.contour((0.0, 1.0), (2.0, 1.0), classes.view(), [0.5])
                .unwrap_err()
        ),
        "contour y high = 1: must be finite and above low"
    );
    assert_eq!(
        text(
            axes.filled_contour((0.0, 1.0), (0.0, 1.0), array![[1.0]].view(), 5)
                .unwrap_err()
        ),
        "filled_contour: values (1 x 1) is empty; at least 2 rows and 2 columns needed"
    );
    assert_eq!(
        text(axes.error_bars([1.0], [1.0], [-0.5]).unwrap_err()),
        "error_bars: the error of point 0 is -0.5; errors must be at least 0"
    );
    assert_eq!(
        text(axes.filled_band([1.0], [1.0], [1.0, 2.0]).unwrap_err()),
        "filled_band: x has 1 rows, but high has 2; they must match one to one"
    );
}

#[test]
fn grids_name_the_column() {
    let text = |error: ml_core::Error| error.to_string();
    assert_eq!(
        text(Figure::histograms(300, 200, [("age", [f64::NAN])], 10).unwrap_err()),
        "histograms: column \"age\" is empty; at least 1 number needed"
    );
    assert_eq!(
        text(Figure::scatter_matrix(300, 200, [("age", [1.0, f64::INFINITY])]).unwrap_err()),
        "scatter_matrix: a column holds inf at row 1, column age; leave infinite values out, or write NaN, which \
         is skipped"
    );
    assert_eq!(
        text(Figure::scatter_matrix(300, 200, [("a", vec![1.0]), ("b", vec![1.0, 2.0])]).unwrap_err()),
        "scatter_matrix: the first column has 1 rows, but another has 2; they must match one to one"
    );
}

#[test]
fn diagrams_need_nodes_of_their_own() {
    let mut diagram = Diagram::new();
    assert_eq!(
        diagram.figure().unwrap_err().to_string(),
        "Diagram: the diagram is empty; at least 1 node needed"
    );
    let mut other = Diagram::new();
    other.node("a");
    let foreign = other.node("b");
    let own = diagram.node("c");
    assert_eq!(
        diagram.edge(own, foreign).unwrap_err().to_string(),
        "node = 1: must be a node of this diagram, which has 1"
    );
}

/// Odd numbers in every place: a figure comes out or an error, never a panic.
#[test]
fn odd_numbers_never_panic() {
    let odd = [
        0.0,
        -0.0,
        1.0,
        -1.0,
        f64::MAX,
        f64::MIN,
        f64::MIN_POSITIVE,
        5e-324,
        1e300,
        f64::NAN,
    ];
    for &a in &odd {
        for &b in &odd {
            for scale in [Scale::Linear, Scale::Log] {
                let mut figure = Figure::subplots(300, 200, 2, 3);
                for axes in 0..6 {
                    let axes = figure.at(axes / 3, axes % 3).unwrap();
                    axes.x_scale(scale).y_scale(scale);
                }
                let _ = figure
                    .at(0, 0)
                    .unwrap()
                    .line([a, b], [b, a])
                    .map(|l| l.label("l").width(3));
                let _ = figure
                    .at(0, 1)
                    .unwrap()
                    .scatter([a, b], [a, a])
                    .and_then(|s| s.values([a, b]));
                let _ = figure.at(0, 2).unwrap().histogram([a, b], 7);
                let _ = figure
                    .at(1, 0)
                    .unwrap()
                    .bar(["x", "y"], [a, b])
                    .map(|l| l.show_values(true));
                let _ = figure
                    .at(1, 1)
                    .unwrap()
                    .heatmap(array![[a, b]].view())
                    .map(|h| h.show_values(true));
                let _ = figure
                    .at(1, 2)
                    .unwrap()
                    .error_bars([a, b], [a, b], [b.abs(), 0.0]);
                figure.axes().hline(a).color(Color::RED);
                figure.axes().annotate("n", b, a);
                if let Ok(svg) = figure.to_svg() {
                    assert!(
                        !svg.contains("NaN") && !svg.contains("\"inf"),
                        "{a:e} {b:e} {scale:?}"
                    );
                }
            }
        }
    }
}
