//! The four ways of appendix D: the book's numbers, and what each way costs.

use std::cell::Cell;

use ml_core::autodiff::lessons::{
    Number, differences,
    dual::{self, DualNumber},
    expression::Expression,
    f, g,
    reverse::{self, Graph},
};
use proptest::prelude::*;

fn variables() -> [Expression; 2] {
    [Expression::Variable("x"), Expression::Variable("y")]
}

/// Reproduces ND-01, in the order of operations of the listing, and N12-02.
#[test]
fn finite_differences_are_the_books_to_the_last_digits() {
    let book = |x: f64, y: f64| f(&x, &y);
    let slope = |x_step, y_step| differences::derivative(book, 3.0, 4.0, x_step, y_step);
    assert!((slope(0.00001, 0.0) - 24.000039999805264).abs() < 1e-9);
    assert!((slope(0.0, 0.00001) - 10.000000000331966).abs() < 1e-9);

    let chapter = |w1: f64, w2: f64| 3.0 * w1.powi(2) + 2.0 * w1 * w2;
    let slope = |x_step, y_step| differences::derivative(chapter, 5.0, 3.0, x_step, y_step);
    assert!((slope(1e-6, 0.0) - 36.000003007075065).abs() < 1e-9);
    assert!((slope(0.0, 1e-6) - 10.000000003174137).abs() < 1e-9);
}

/// Reproduces ND-02 and ND-03.
#[test]
fn forward_and_reverse_mode_are_exact() {
    let dual = f(&DualNumber::new(3.0, 1.0), &DualNumber::new(4.0, 0.0));
    assert_eq!(
        (dual, dual.to_string().as_str()),
        (DualNumber::new(42.0, 24.0), "42 + 24ε")
    );
    let at = [3.0, 4.0];
    let forward = dual::gradient(|n| f(&n[0], &n[1]), &at);
    let backward = reverse::gradient(|n| f(&n[0], &n[1]), &at);
    for answer in [forward, backward] {
        assert_eq!((answer.value, answer.partial), (42.0, vec![24.0, 10.0]));
    }
}

/// Reproduces ND-04 and XD-020: figure D-3 from the output down to the leaves.
#[test]
fn the_nodes_of_figure_d3_have_the_books_gradients() {
    let graph = Graph::default();
    let (n1, n2, n3) = (graph.leaf(3.0), graph.leaf(4.0), graph.leaf(2.0));
    let n4 = n1 * n1;
    let n5 = n4 * n2;
    let n6 = n2 + n3;
    let n7 = n5 + n6;
    let nodes = [n1, n2, n3, n4, n5, n6, n7];
    assert_eq!(nodes.map(|n| n.value()), [3.0, 4.0, 2.0, 9.0, 36.0, 6.0, 42.0]);
    let gradients = n7.backward();
    assert_eq!(
        nodes.map(|n| gradients[n.index()]),
        [24.0, 10.0, 1.0, 4.0, 1.0, 1.0, 1.0]
    );
    assert_eq!((graph.len(), graph.is_empty()), (7, false));
    // A gradient in the middle: of n5 = x²y alone, nothing flows through n6.
    let inner = n5.backward();
    assert_eq!([inner[n1.index()], inner[n2.index()]], [24.0, 9.0]);
}

/// Reproduces ND-05 and XD-008 to XD-010: `0 + (0·x + y·1)` is `y`.
#[test]
fn the_derivative_of_g_simplifies_to_y() {
    let [x, y] = variables();
    let by_figure = Expression::Constant(5.0) + x.clone() * y.clone();
    let slope = by_figure.derivative("x");
    assert_eq!(
        (slope.to_string().as_str(), slope.operations()),
        ("0 + 1 * y + x * 0", 4)
    );
    assert_eq!(slope.simplified(), y);
    assert_eq!(g(&x, &y).derivative("x").simplified(), y);
    assert_eq!(g(&x, &y).derivative("y").simplified(), x);
}

/// Reproduces XD-002 and XD-003: the rules, and equation D-1.
#[test]
fn the_rules_of_manual_differentiation() {
    let [x, y] = variables();
    let slope = |expression: Expression| expression.derivative("x").simplified().to_string();
    assert_eq!(slope(Expression::Constant(7.0)), "0");
    assert_eq!(slope(x.clone() * 3.0), "3");
    assert_eq!(slope(x.clone().power(5.0)), "5 * x^4");
    assert_eq!(slope(x.clone().power(2.0) + x.clone() * 4.0), "2 * x + 4");
    assert_eq!(slope(x.clone().power(3.0) * 2.0), "6 * x^2");
    let book = x.clone().power(2.0) * y.clone() + y.clone() + 2.0;
    assert_eq!(slope(book.clone()), "2 * x * y");
    assert_eq!(book.derivative("y").simplified().to_string(), "x^2 + 1");
    let at = [("x", 3.0), ("y", 4.0)];
    let partial = |name| book.derivative(name).value(&at).unwrap();
    assert_eq!([partial("x"), partial("y")], [24.0, 10.0]);
    let error = book.value(&at[..1]).unwrap_err().to_string();
    assert_eq!(error, "variable y = missing: must be given a value");
}

/// Reproduces XD-011: derivatives of derivatives.
#[test]
fn a_derivative_is_a_formula_and_has_derivatives() {
    let [x, y] = variables();
    let second = f(&x, &y).derivative("x").derivative("x").simplified();
    assert_eq!(second.value(&[("y", 4.0)]).unwrap(), 8.0);
    let mixed = f(&x, &y).derivative("x").derivative("y").simplified();
    assert_eq!(mixed.value(&[("x", 3.0)]).unwrap(), 6.0);
    let third = second.derivative("x").simplified();
    assert_eq!(third, Expression::Constant(0.0));
}

/// The sum of the products of neighbours, which has any number of inputs.
fn chain<N: Number>(n: &[N]) -> N {
    let products = n.windows(2).map(|pair| pair[0].clone() * pair[1].clone());
    products.fold(n[0].clone() * 0.0, |sum, product| sum + product)
}

/// Reproduces ND-06: how often the function is called.
#[test]
fn each_way_calls_the_function_as_often_as_the_book_says() {
    let calls = Cell::new(0);
    let counted = |x: f64, y: f64| {
        calls.set(calls.get() + 1);
        f(&x, &y)
    };
    differences::derivative(counted, 3.0, 4.0, 1e-5, 0.0);
    differences::derivative(counted, 3.0, 4.0, 0.0, 1e-5);
    assert_eq!(calls.take(), 4);
    differences::gradient(|n| counted(n[0], n[1]), &[3.0, 4.0], 1e-5);
    assert_eq!(calls.take(), 3);

    let at: Vec<f64> = (0..1000).map(|i| f64::from(i) / 1000.0).collect();
    let expected: Vec<f64> = (0..1000)
        .map(|i| at.get(i + 1).unwrap_or(&0.0) + if i > 0 { at[i - 1] } else { 0.0 })
        .collect();
    let differences = differences::gradient(
        |n| {
            calls.set(calls.get() + 1);
            chain(n)
        },
        &at,
        1e-5,
    );
    assert_eq!((calls.take(), differences.traversals), (1001, 1001));
    let forward = dual::gradient(
        |n| {
            calls.set(calls.get() + 1);
            chain(n)
        },
        &at,
    );
    assert_eq!((calls.take(), forward.traversals), (1000, 1000));
    let backward = reverse::gradient(
        |n| {
            calls.set(calls.get() + 1);
            chain(n)
        },
        &at,
    );
    // One traversal forward, which is the call, and one backward.
    assert_eq!((calls.take(), backward.traversals), (1, 2));
    assert_eq!((&forward.partial, &backward.partial), (&expected, &expected));
    let worst = differences
        .partial
        .iter()
        .zip(&expected)
        .map(|(a, b)| (a - b).abs());
    assert!(worst.fold(0.0, f64::max) < 1e-5);
}

#[test]
fn functions_without_inputs_have_no_derivatives() {
    let forward = dual::gradient(|_| DualNumber::new(7.0, 0.0), &[]);
    assert_eq!((forward.value, forward.partial.len()), (7.0, 0));
    assert_eq!(differences::gradient(|_| 7.0, &[], 1e-5).traversals, 1);
}

/// A polynomial whose shape the numbers choose.
fn polynomial<N: Number>(choices: &[(u8, f64)], x: &N, y: &N) -> N {
    choices
        .iter()
        .fold(x.clone(), |value, &(choice, number)| match choice % 5 {
            0 => value + y.clone(),
            1 => value * x.clone(),
            2 => value * number,
            3 => value + number,
            _ => value.clone() * y.clone() + value,
        })
}

proptest! {
    #[test]
    fn all_four_ways_agree(
        choices in prop::collection::vec((any::<u8>(), -1.5..1.5f64), 0..12),
        x in -1.5..1.5f64,
        y in -1.5..1.5f64,
    ) {
        let at = [x, y];
        let forward = dual::gradient(|n| polynomial(&choices, &n[0], &n[1]), &at);
        let backward = reverse::gradient(|n| polynomial(&choices, &n[0], &n[1]), &at);
        let numeric = differences::gradient(|n| polynomial(&choices, &n[0], &n[1]), &at, 1e-7);
        let [u, v] = variables();
        let formula = polynomial(&choices, &u, &v);
        let point = [("x", x), ("y", y)];
        for (number, name) in ["x", "y"].into_iter().enumerate() {
            let exact = forward.partial[number];
            let size = exact.abs().max(forward.value.abs()).max(1.0);
            let raw = formula.derivative(name);
            let simple = raw.simplified();
            prop_assert!(simple.operations() <= raw.operations());
            for other in [backward.partial[number], raw.value(&point).unwrap(), simple.value(&point).unwrap()] {
                prop_assert!((other - exact).abs() <= 1e-10 * size);
            }
            prop_assert!((numeric.partial[number] - exact).abs() <= 1e-3 * size);
        }
    }
}
