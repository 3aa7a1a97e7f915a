//! Softmax regression.

use ml::{
    classic::{
        linear::{LogisticRegression, LogisticSolver, MultiClass, one_hot},
        metrics::{cross_entropy, entropy, kl_divergence, log_loss},
    },
    core::{
        Tensor,
        ndarray::{Axis, array},
    },
    plot::{Color, ColorMap, Figure, Legend, Marker, mesh},
    prelude::*,
};

use crate::{
    data,
    support::{AnyResult, Book, Chapter},
};

/// The species in the order of their numbers.
pub(crate) const SPECIES: [(&str, Marker, Color); 3] = [
    ("setosa", Marker::Circle, Color::ORANGE),
    ("versicolor", Marker::Square, Color::BLUE),
    ("virginica", Marker::Triangle, Color::GREEN),
];

pub(crate) fn run(book: &mut Chapter) -> AnyResult {
    let (x, y) = data::petals();
    printed(book, &x, &y)?;
    regions(book, &x, &y)?;
    strategies(book, &x, &y)?;
    cross_entropies(book)
}

/// `LogisticRegression(multi_class="multinomial", solver="lbfgs", C=10)`.
fn of_the_book() -> LogisticRegression {
    LogisticRegression::default()
        .multi_class(MultiClass::Multinomial)
        .solver(LogisticSolver::Lbfgs)
        .c(10.0)
}

fn printed(book: &mut Chapter, x: &Array2<f64>, y: &Array1<i64>) -> AnyResult {
    book.section("Softmax regression");
    // The book's solver stopped a little before the minimum, 5e-9 off; here it goes all the way, as Scikit-Learn 1.9
    // does at a tight tolerance: 6.38014500e-07, 0.0574929951, 0.942506367.
    let model = of_the_book().tol(1e-11).max_iter(1000).fit(x.view(), y.view())?;
    let flower = array![[5.0, 2.0]];
    book.number(
        "N04-15",
        "class of [5, 2]",
        model.predict(flower.view())?[0] as f64,
        Book::Exact(2.0),
    );
    let p = model.predict_proba(flower.view())?;
    let tolerances = [1e-12, 1e-8, 1e-8];
    for (class, printed) in [6.380_148_96e-7, 0.057_492_999_5, 0.942_506_362]
        .into_iter()
        .enumerate()
    {
        let label = format!("probability of {}", SPECIES[class].0);
        book.number(
            "N04-15",
            &label,
            p[[0, class]],
            Book::Within(printed, tolerances[class]),
        );
    }
    let early = of_the_book()
        .fit(x.view(), y.view())?
        .predict_proba(flower.view())?;
    println!("  with the default tolerance {early}");
    // Equations 4-19 to 4-21 by hand.
    let scores = Tensor::from_ndarray(flower.dot(&model.coef.t()) + &model.intercept);
    let by_hand = scores.softmax(-1)?.to_vec::<f64>()?;
    let off = by_hand
        .iter()
        .zip(&p)
        .fold(0.0_f64, |most, (a, b)| most.max((a - b).abs()));
    book.number(
        "C04-105",
        "softmax of the scores by hand",
        off,
        Book::Within(0.0, 1e-15),
    );
    let best = scores.argmax(-1)?.to_vec::<i64>()?;
    book.number(
        "C04-106",
        "the largest score decides",
        best[0] as f64,
        Book::Exact(2.0),
    );
    Ok(())
}

/// Points of the classes over their areas.
pub(crate) fn draw_regions(
    (x, y): (&Array2<f64>, &Array1<i64>),
    probabilities: impl Fn(ArrayView2<'_, f64>) -> Result<Array2<f64>>,
) -> AnyResult<Figure> {
    let (across, up) = ((0.0, 8.0), (0.0, 3.5));
    let p = probabilities(mesh(across, up, 480, 320).view())?;
    let best = |row: ArrayView1<'_, f64>| {
        (0..3).fold(0, |best, class| if row[class] > row[best] { class } else { best })
    };
    let classes = p
        .map_axis(Axis(1), |row| best(row) as f64)
        .into_shape_with_order((320, 480))?;
    let versicolor = p.column(1).to_owned().into_shape_with_order((320, 480))?;
    let mut figure = Figure::new(720, 400);
    let axes = figure.axes();
    axes.x_label("petal length (cm)")
        .y_label("petal width (cm)")
        .legend(Legend::UpperLeft);
    axes.decision_surface(across, up, classes.view())?
        .colors(SPECIES.map(|(_, _, color)| color));
    let levels = [0.15, 0.3, 0.45, 0.6, 0.75, 0.9];
    axes.contour(across, up, versicolor.view(), levels)?
        .color_map(ColorMap::Viridis)
        .label("versicolor 15% to 90%");
    for (class, (name, marker, color)) in SPECIES.into_iter().enumerate() {
        let rows: Vec<usize> = (0..x.nrows()).filter(|&row| y[row] == class as i64).collect();
        let shown = x.select(Axis(0), &rows);
        axes.scatter(shown.column(0), shown.column(1))?
            .marker(marker)
            .color(color)
            .size(6.5)
            .label(name);
    }
    Ok(figure)
}

fn regions(book: &mut Chapter, x: &Array2<f64>, y: &Array1<i64>) -> AnyResult {
    let model = of_the_book().tol(1e-11).max_iter(1000).fit(x.view(), y.view())?;
    let figure = draw_regions((x, y), |points| model.predict_proba(points))?;
    book.figure("4-25", "decision regions of softmax regression", &figure)?;
    // Where all scores are equal: (coef_k - coef_0)·x = intercept_0 - intercept_k.
    let lines = ml::core::ndarray::stack![
        Axis(0),
        &model.coef.row(1) - &model.coef.row(0),
        &model.coef.row(2) - &model.coef.row(0)
    ];
    let right = array![
        model.intercept[0] - model.intercept[1],
        model.intercept[0] - model.intercept[2]
    ];
    let meeting = ml::core::linalg::solve(lines.view(), right.view())?;
    let p = model.predict_proba(meeting.view().insert_axis(Axis(0)))?;
    let third = p.iter().all(|p| (p - 1.0 / 3.0).abs() < 1e-9);
    book.claim(
        "C04-114",
        "where the boundaries meet every class has a third",
        format!("{p:.6} at {meeting:.2}"),
        third,
    );
    Ok(())
}

/// One against the rest, and solvers that cannot do softmax.
fn strategies(book: &mut Chapter, x: &Array2<f64>, y: &Array1<i64>) -> AnyResult {
    book.section("One against the rest");
    let rest = of_the_book()
        .multi_class(MultiClass::OneVersusRest)
        .tol(1e-11)
        .max_iter(1000);
    let (rest, softmax) = (
        rest.fit(x.view(), y.view())?,
        of_the_book().fit(x.view(), y.view())?,
    );
    let point = array![[5.0, 2.0]];
    let (a, b) = (
        rest.predict_proba(point.view())?,
        softmax.predict_proba(point.view())?,
    );
    let same = rest.predict(point.view())? == softmax.predict(point.view())?;
    book.claim(
        "C04-113",
        "another model of the same class",
        format!("{a:.4} beside {b:.4}"),
        same && a != b,
    );
    let refused = of_the_book()
        .solver(LogisticSolver::CoordinateDescent)
        .fit(x.view(), y.view());
    let refused = refused.err().ok_or("a solver of one line")?.to_string();
    book.claim(
        "C04-111",
        "a solver that cannot do softmax is refused",
        refused.clone(),
        refused.contains("one_versus_rest"),
    );
    Ok(())
}

/// Cross-entropy of two classes, of a code, of distributions.
fn cross_entropies(book: &mut Chapter) -> AnyResult {
    book.section("Cross-entropy");
    let mut rng = NumpyRng::new(42);
    let p = rng.rand(200);
    let y = rng.rand(200).mapv(|draw| usize::from(draw < 0.4));
    // Equation 4-17 for two classes, equation 4-22 for K = 2, and the metric.
    let terms = y
        .iter()
        .zip(&p)
        .map(|(&y, p)| y as f64 * p.ln() + (1.0 - y as f64) * (1.0 - p).ln());
    let log_loss_by_hand = -terms.sum::<f64>() / 200.0;
    let both = ml::core::ndarray::stack![Axis(1), 1.0 - &p, p];
    let targets = one_hot(y.view(), 2)?;
    let cross_entropy_by_hand = -(&targets * &both.mapv(f64::ln)).sum() / 200.0;
    book.number(
        "N04-18",
        "cross-entropy of two classes is the log loss",
        cross_entropy_by_hand,
        Book::Within(log_loss_by_hand, 1e-12),
    );
    let metric = log_loss(y.view(), both.view(), &[0, 1])?;
    book.number(
        "N04-18",
        "and what metrics::log_loss gives",
        metric,
        Book::Within(log_loss_by_hand, 1e-12),
    );

    let even = Array1::from_elem(8, 0.125);
    book.number(
        "C04-109",
        "bits for eight kinds of weather",
        entropy(even.view(), 2.0)?,
        Book::Exact(3.0),
    );
    // A code word of 1 bit for sun; the others share those that begin with the other bit, log2(14) bits each.
    let mut code = Array1::from_elem(8, 1.0 / 14.0);
    code[0] = 0.5;
    let mut sunny = Array1::from_elem(8, 0.01 / 7.0);
    sunny[0] = 0.99;
    let whole = cross_entropy(sunny.view(), code.view(), 2.0)?;
    let parts = entropy(sunny.view(), 2.0)? + kl_divergence(sunny.view(), code.view(), 2.0)?;
    book.number(
        "C04-109",
        "cross-entropy is entropy and divergence",
        whole,
        Book::Within(parts, 1e-12),
    );
    book.claim(
        "C04-109",
        "almost always sunny: the short word for sun beats three bits a day, and 1 or 4 bits come near",
        format!(
            "{whole:.3} bits a day, {:.3} with words of 1 and 4 bits",
            0.99 * 1.0 + 0.01 * 4.0
        ),
        whole < 1.04,
    );
    Ok(())
}
