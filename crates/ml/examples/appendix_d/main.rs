//! Appendix D, "Autodiff": one function differentiated in four ways.
//!
//! `cargo run --release --example appendix_d`. The book's function `x²y + y + 2` at (3, 4): by rules on a formula, by finite
//! differences, in forward mode with dual numbers and in reverse mode on a graph, with what each costs; then the same with
//! tensors. Needs no data. Report: `target/book/appendix_d/`.

#[path = "../support/mod.rs"]
mod support;

use std::{cell::Cell, process::ExitCode};

use ml::core::{
    Result, Tensor,
    autodiff::{
        self,
        lessons::{
            Number, differences,
            dual::{self, DualNumber},
            expression::Expression,
            f, reverse,
        },
    },
};
use support::{AnyResult, Book, Chapter};

fn main() -> ExitCode {
    support::run("appendix_d", "Autodiff", chapter)
}

fn chapter(book: &mut Chapter) -> AnyResult {
    by_hand(book)?;
    finite_differences(book);
    forward_mode(book);
    reverse_mode(book);
    costs(book);
    with_tensors(book)
}

fn by_hand(book: &mut Chapter) -> AnyResult {
    book.section("By hand: rules on formulas");
    let (x, y) = (Expression::Variable("x"), Expression::Variable("y"));
    let formula = x.clone().power(2.0) * y.clone() + y.clone() + 2.0;
    let (df_dx, df_dy) = (
        formula.derivative("x").simplified(),
        formula.derivative("y").simplified(),
    );
    println!("f = {formula}\ndf/dx = {df_dx}\ndf/dy = {df_dy}");
    let at = [("x", 3.0), ("y", 4.0)];
    book.number("ND-03", "f(3, 4)", formula.value(&at)?, Book::Exact(42.0));
    book.number("ND-02", "df/dx by hand", df_dx.value(&at)?, Book::Exact(24.0));
    book.number("ND-02", "df/dy by hand", df_dy.value(&at)?, Book::Exact(10.0));

    let g = Expression::Constant(5.0) + x * y;
    let slope = g.derivative("x");
    println!("g = {g}\ndg/dx = {slope}");
    book.text("ND-05", "dg/dx, simplified", &slope.simplified().to_string(), "y");
    Ok(())
}

fn finite_differences(book: &mut Chapter) {
    book.section("Finite differences");
    let f = |x: f64, y: f64| f(&x, &y);
    let df_dx = differences::derivative(f, 3.0, 4.0, 0.00001, 0.0);
    let df_dy = differences::derivative(f, 3.0, 4.0, 0.0, 0.00001);
    book.number("ND-01", "df/dx", df_dx, Book::Within(24.000039999805264, 1e-9));
    book.number("ND-01", "df/dy", df_dy, Book::Within(10.000000000331966, 1e-9));
}

fn forward_mode(book: &mut Chapter) {
    book.section("Forward mode: dual numbers");
    let number = DualNumber::new(42.0, 24.0);
    println!("{number} is the pair ({}, {})", number.value, number.slope);
    let along_x = f(&DualNumber::new(3.0, 1.0), &DualNumber::new(4.0, 0.0));
    let along_y = f(&DualNumber::new(3.0, 0.0), &DualNumber::new(4.0, 1.0));
    book.text("ND-03", "f(3 + ε, 4)", &along_x.to_string(), "42 + 24ε");
    book.number("ND-02", "df/dx in forward mode", along_x.slope, Book::Exact(24.0));
    book.number("ND-02", "df/dy in forward mode", along_y.slope, Book::Exact(10.0));
}

fn reverse_mode(book: &mut Chapter) {
    book.section("Reverse mode: figure D-3");
    let graph = reverse::Graph::default();
    let (n1, n2, n3) = (graph.leaf(3.0), graph.leaf(4.0), graph.leaf(2.0));
    let n4 = n1 * n1;
    let n5 = n4 * n2;
    let n6 = n2 + n3;
    let n7 = n5 + n6;
    let gradients = n7.backward();
    for (name, node) in [n1, n2, n3, n4, n5, n6, n7].iter().enumerate() {
        println!(
            "n{} = {:2}   df/dn{0} = {}",
            name + 1,
            node.value(),
            gradients[node.index()]
        );
    }
    book.number("ND-03", "n7", n7.value(), Book::Exact(42.0));
    book.number("ND-04", "df/dn5", gradients[n5.index()], Book::Exact(1.0));
    book.number("ND-04", "df/dn4", gradients[n4.index()], Book::Exact(4.0));
    book.number(
        "ND-02",
        "df/dx in reverse mode",
        gradients[n1.index()],
        Book::Exact(24.0),
    );
    book.number(
        "ND-02",
        "df/dy in reverse mode",
        gradients[n2.index()],
        Book::Exact(10.0),
    );
}

/// The sum of the products of neighbours: a function of any number of inputs.
fn chain<N: Number>(n: &[N]) -> N {
    let products = n.windows(2).map(|pair| pair[0].clone() * pair[1].clone());
    products.fold(n[0].clone() * 0.0, |sum, product| sum + product)
}

fn costs(book: &mut Chapter) {
    book.section("What each way costs");
    let calls = Cell::new(0);
    let count = || calls.set(calls.get() + 1);
    let listing = |x_step, y_step| {
        let counted = |x: f64, y: f64| {
            count();
            f(&x, &y)
        };
        differences::derivative(counted, 3.0, 4.0, x_step, y_step)
    };
    listing(0.00001, 0.0);
    listing(0.0, 0.00001);
    book.number(
        "ND-06",
        "calls in the listing, 2 inputs",
        f64::from(calls.take()),
        Book::Exact(4.0),
    );
    let two = differences::gradient(
        |n| {
            count();
            f(&n[0], &n[1])
        },
        &[3.0, 4.0],
        0.00001,
    );
    book.number(
        "ND-06",
        "calls at least, 2 inputs",
        f64::from(calls.take()),
        Book::Exact(3.0),
    );
    println!("value {} and slopes {:?}", two.value, two.partial);

    let at: Vec<f64> = (0..1000).map(|i| f64::from(i) / 1000.0).collect();
    differences::gradient(
        |n| {
            count();
            chain(n)
        },
        &at,
        0.00001,
    );
    book.number(
        "ND-06",
        "finite differences, 1000 inputs",
        f64::from(calls.take()),
        Book::Exact(1001.0),
    );
    let forward = dual::gradient(
        |n| {
            count();
            chain(n)
        },
        &at,
    );
    book.number(
        "ND-06",
        "forward mode, 1000 inputs",
        f64::from(calls.take()),
        Book::Exact(1000.0),
    );
    let backward = reverse::gradient(
        |n| {
            count();
            chain(n)
        },
        &at,
    );
    // The call is the traversal forward; the graph is then walked back once.
    let traversals = f64::from(calls.take()) + (backward.traversals - 1) as f64;
    book.number("ND-06", "reverse mode, 1000 inputs", traversals, Book::Exact(2.0));
    let same = forward.partial == backward.partial;
    book.claim(
        "ND-06",
        "both modes give the same 1000 derivatives",
        same.to_string(),
        same,
    );
}

fn with_tensors(book: &mut Chapter) -> AnyResult {
    book.section("The same with tensors");
    let f = |n: &[Tensor]| -> Result<Tensor> { n[0].square()?.mul(&n[1])?.add(&n[1])?.add_scalar(2.0) };
    let (x, y) = (Tensor::from(3.0), Tensor::from(4.0));
    let (value, partial) = autodiff::value_and_gradient(f, &[&x, &y])?;
    book.number("ND-03", "f(3, 4) on a tape", value.item()?, Book::Exact(42.0));
    book.number("ND-02", "df/dx on a tape", partial[0].item()?, Book::Exact(24.0));
    book.number("ND-02", "df/dy on a tape", partial[1].item()?, Book::Exact(10.0));
    let dual = autodiff::jvp(f, &[&x, &y], &[&Tensor::from(1.0), &Tensor::from(0.0)])?;
    book.text("ND-03", "f(3 + ε, 4) of tensors", &dual.to_string(), "42 + 24ε");
    // Gradient checking: finite differences confirm a rule.
    let worst = autodiff::check_gradient(f, &[x, y], &autodiff::CheckOptions::default())?;
    println!("check_gradient: {worst}");
    Ok(())
}
