//! Appendix D, "Autodiff": one function differentiated in four ways.
//!
//! `cargo run --release --example appendix_d`. The book's function `x²y + y + 2` at (3, 4): by rules on a formula, by finite
//! differences, in forward mode with dual numbers and in reverse mode on a graph, with what each costs; then the same with
//! tensors. Needs no data. Report and figures: `target/book/appendix_d/`.

#[path = "../support/mod.rs"]
mod support;

mod figures;

use std::{cell::Cell, process::ExitCode};

use ml::core::{
    Result, Tensor,
    autodiff::{
        self,
        lessons::{
            Number, differences,
            dual::{self, DualNumber},
            expression::Expression,
            f, g, reverse,
        },
    },
};
use support::{AnyResult, Book, Chapter};

/// Step of the book's finite differences.
const STEP: f64 = 0.00001;

fn main() -> ExitCode {
    support::run("appendix_d", "Autodiff", |book| {
        by_hand(book)?;
        pruned(book)?;
        finite_differences(book);
        both_modes(book);
        dual_numbers(book)?;
        nodes(book)?;
        costs(book);
        with_tensors(book)
    })
}

fn variables() -> [Expression; 2] {
    [Expression::Variable("x"), Expression::Variable("y")]
}

/// Equation D-1.
fn by_hand(book: &mut Chapter) -> AnyResult {
    book.section("By hand: rules on formulas");
    let [x, y] = variables();
    let formula = x.power(2.0) * y.clone() + y + 2.0;
    println!("  f = {formula}");
    let at = [("x", 3.0), ("y", 4.0)];
    for (name, expected, value) in [("x", "2 * x * y", 24.0), ("y", "x^2 + 1", 10.0)] {
        let slope = formula.derivative(name).simplified();
        book.text("XD-003", &format!("df/d{name}"), &slope.to_string(), expected);
        let ours = slope.value(&at)?;
        book.number(
            "XD-003",
            &format!("df/d{name} at (3, 4)"),
            ours,
            Book::Exact(value),
        );
    }
    Ok(())
}

/// Figure D-1.
fn pruned(book: &mut Chapter) -> AnyResult {
    book.section("Forward mode on a graph, and pruning (figure D-1)");
    let [x, y] = variables();
    let formula = g(&x, &y);
    let slope = formula.derivative("x");
    let left = slope.simplified();
    println!("  g = {formula}\n  dg/dx = {slope}");
    book.text("ND-05", "dg/dx, simplified", &left.to_string(), "y");
    let operations = left.operations() as f64;
    book.number("ND-05", "operations that are left", operations, Book::Exact(0.0));
    let drawn = figures::formulas(&[("g", &formula), ("∂g/∂x", &slope), ("∂g/∂x, pruned", &left)])?;
    book.figure(
        "D-1",
        "A formula, its derivative by the rules, and what is left of that",
        &drawn,
    )?;
    Ok(())
}

/// The appendix's two listings.
fn finite_differences(book: &mut Chapter) {
    book.section("Finite differences (listings 1 and 2)");
    let f = |x: f64, y: f64| f(&x, &y);
    let df_dx = differences::derivative(f, 3.0, 4.0, STEP, 0.0);
    let df_dy = differences::derivative(f, 3.0, 4.0, 0.0, STEP);
    book.number("ND-01", "df/dx", df_dx, Book::Within(24.000039999805264, 1e-9));
    book.number("ND-01", "df/dy", df_dy, Book::Within(10.000000000331966, 1e-9));
}

fn both_modes(book: &mut Chapter) {
    book.section("Forward and reverse mode");
    let at = [3.0, 4.0];
    let forward = dual::gradient(|n| f(&n[0], &n[1]), &at);
    let backward = reverse::gradient(|n| f(&n[0], &n[1]), &at);
    for (mode, answer) in [("forward", forward), ("reverse", backward)] {
        let label = |what: &str| format!("{what} in {mode} mode");
        book.number("ND-03", &label("f(3, 4)"), answer.value, Book::Exact(42.0));
        let [df_dx, df_dy] = [answer.partial[0], answer.partial[1]];
        book.number("ND-02", &label("df/dx"), df_dx, Book::Exact(24.0));
        book.number("ND-02", &label("df/dy"), df_dy, Book::Exact(10.0));
    }
    let (x, y) = (DualNumber::new(3.0, 1.0), DualNumber::new(4.0, 0.0));
    book.text("ND-03", "f(3 + ε, 4)", &f(&x, &y).to_string(), "42 + 24ε");
}

/// Figure D-2.
fn dual_numbers(book: &mut Chapter) -> AnyResult {
    book.section("Dual numbers (figure D-2)");
    let number = DualNumber::new(42.0, 24.0);
    let pair = format!("({:?}, {:?})", number.value, number.slope);
    book.text("XD-013", &format!("{number} is a pair"), &pair, "(42.0, 24.0)");
    let (x, y) = (DualNumber::new(3.0, 0.0), DualNumber::new(4.0, 1.0));
    book.text("XD-016", "f(3, 4 + ε)", &f(&x, &y).to_string(), "42 + 10ε");
    book.figure("D-2", "Forward mode with dual numbers", &figures::dual()?)?;
    Ok(())
}

/// Figure D-3.
fn nodes(book: &mut Chapter) -> AnyResult {
    book.section("The nodes of reverse mode (figure D-3)");
    let graph = reverse::Graph::default();
    let nodes = figures::nodes(&graph);
    let [n1, n2, _, n4, n5, _, n7] = nodes;
    let gradients = n7.backward();
    let gradient = |node: reverse::Node<'_>| gradients[node.index()];
    book.number("XD-020", "n4 = x × x", n4.value(), Book::Exact(9.0));
    book.number("XD-020", "n7", n7.value(), Book::Exact(42.0));
    book.number("XD-020", "df/dn7", gradient(n7), Book::Exact(1.0));
    book.number("ND-04", "df/dn5", gradient(n5), Book::Exact(1.0));
    book.number("ND-04", "df/dn4", gradient(n4), Book::Exact(4.0));
    book.number("XD-020", "df/dx", gradient(n1), Book::Exact(24.0));
    book.number("XD-020", "df/dy", gradient(n2), Book::Exact(10.0));
    let drawn = figures::reverse(&nodes, &gradients)?;
    book.figure(
        "D-3",
        "Reverse mode: values on the way forward, gradients on the way back",
        &drawn,
    )?;
    Ok(())
}

fn costs(book: &mut Chapter) {
    book.section("What each way costs");
    let mut report = |label: &str, ours: f64, expected: f64| {
        book.number("ND-06", label, ours, Book::Exact(expected));
    };
    let [in_listing, at_least] = calls_for_two_inputs();
    report(
        "2 inputs, finite differences: calls in the listing",
        in_listing,
        4.0,
    );
    report("2 inputs, finite differences: calls at least", at_least, 3.0);

    let at: Vec<f64> = (0..1000).map(|i| f64::from(i) / 1000.0).collect();
    let calls = Cell::new(0);
    let count = || calls.set(calls.get() + 1);
    differences::gradient(|n| (count(), chain(n)).1, &at, STEP);
    report(
        "1000 inputs, finite differences: calls",
        f64::from(calls.take()),
        1001.0,
    );
    let forward = dual::gradient(|n| (count(), chain(n)).1, &at);
    report(
        "1000 inputs, forward mode: traversals",
        f64::from(calls.take()),
        1000.0,
    );
    let backward = reverse::gradient(|n| (count(), chain(n)).1, &at);
    // The call is the traversal forward; the graph is then walked back once.
    let traversals = f64::from(calls.take()) + (backward.traversals - 1) as f64;
    report("1000 inputs, reverse mode: traversals", traversals, 2.0);
    let same = forward.partial == backward.partial;
    let label = "both modes give the same 1000 derivatives";
    book.claim("XD-021", label, same.to_string(), same);
}

/// As the listing has it, and when the value of the function is computed once for both.
fn calls_for_two_inputs() -> [f64; 2] {
    let calls = Cell::new(0);
    let counted = |x: f64, y: f64| {
        calls.set(calls.get() + 1);
        f(&x, &y)
    };
    differences::derivative(counted, 3.0, 4.0, STEP, 0.0);
    differences::derivative(counted, 3.0, 4.0, 0.0, STEP);
    let in_listing = f64::from(calls.take());
    differences::gradient(|n| counted(n[0], n[1]), &[3.0, 4.0], STEP);
    [in_listing, f64::from(calls.take())]
}

/// The sum of the products of neighbours: a function of any number of inputs.
fn chain<N: Number>(n: &[N]) -> N {
    let products = n.windows(2).map(|pair| pair[0].clone() * pair[1].clone());
    products.fold(n[0].clone() * 0.0, |sum, product| sum + product)
}

fn with_tensors(book: &mut Chapter) -> AnyResult {
    book.section("The same with tensors");
    let f = |n: &[Tensor]| -> Result<Tensor> { n[0].square()?.mul(&n[1])?.add(&n[1])?.add_scalar(2.0) };
    let (x, y) = (Tensor::from(3.0), Tensor::from(4.0));
    let (value, partial) = autodiff::value_and_gradient(f, &[&x, &y])?;
    let (df_dx, df_dy) = (partial[0].item()?, partial[1].item()?);
    book.number("XD-018", "f(3, 4) on a tape", value.item()?, Book::Exact(42.0));
    book.number("XD-018", "df/dx on a tape", df_dx, Book::Exact(24.0));
    book.number("XD-018", "df/dy on a tape", df_dy, Book::Exact(10.0));
    let dual = autodiff::jvp(f, &[&x, &y], &[&Tensor::from(1.0), &Tensor::from(0.0)])?;
    book.text("XD-012", "f(3 + ε, 4) of tensors", &dual.to_string(), "42 + 24ε");
    // Gradient checking: finite differences confirm a rule, or this fails.
    let worst = autodiff::check_gradient(f, &[x, y], &autodiff::CheckOptions::default())?;
    println!("  check_gradient: {worst}");
    Ok(())
}
