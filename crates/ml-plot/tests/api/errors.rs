//! Every mistake is an error that says what is wrong.

use ml_plot::{Figure, Scale};

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
