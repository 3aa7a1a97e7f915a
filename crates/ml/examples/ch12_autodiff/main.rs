//! Chapter 12, section 12.3.8: gradients with a tape.
//!
//! `cargo run --release --example ch12_autodiff`. The book's `3·w1² + 2·w1·w2` at (5, 3): finite differences, the tape and its rules,
//! Jacobian and Hessian, stopped gradients, and a custom gradient where the automatic one is not a number. Needs no data. Report:
//! `target/book/ch12_autodiff/`.

#[path = "../support/mod.rs"]
mod support;

use std::process::ExitCode;

use ml::core::{
    Error, Result, Tensor,
    autodiff::{self, Source, Tape, Variable, lessons::differences},
};
use support::{AnyResult, Book, Chapter};

fn main() -> ExitCode {
    support::run("ch12_autodiff", "Computing gradients with autodiff", chapter)
}

fn chapter(book: &mut Chapter) -> AnyResult {
    finite_differences(book);
    variables(book)?;
    constants(book)?;
    stopped(book)?;
    several_outputs(book)?;
    softplus(book)
}

fn f(w1: &Tensor, w2: &Tensor) -> Result<Tensor> {
    w1.square()?.mul_scalar(3.0)?.add(&w1.mul(w2)?.mul_scalar(2.0)?)
}

/// "36" or "None", as the book prints a list of gradients.
fn show(gradients: &[Option<Tensor>]) -> Result<String> {
    let texts = gradients.iter().map(|gradient| match gradient {
        Some(gradient) => Ok(format!("{:?}", gradient.item::<f32>()?)),
        None => Ok("None".to_owned()),
    });
    Ok(texts.collect::<Result<Vec<String>>>()?.join(", "))
}

fn finite_differences(book: &mut Chapter) {
    book.section("Finite differences");
    let f = |w1: f64, w2: f64| 3.0 * w1.powi(2) + 2.0 * w1 * w2;
    let along_w1 = differences::derivative(f, 5.0, 3.0, 1e-6, 0.0);
    let along_w2 = differences::derivative(f, 5.0, 3.0, 0.0, 1e-6);
    book.number(
        "N12-02",
        "df/dw1",
        along_w1,
        Book::Within(36.000003007075065, 1e-9),
    );
    book.number(
        "N12-02",
        "df/dw2",
        along_w2,
        Book::Within(10.000000003174137, 1e-9),
    );
}

fn variables(book: &mut Chapter) -> AnyResult {
    book.section("A tape on variables");
    let (w1, w2) = (Variable::named("w1", 5.0f32), Variable::named("w2", 3.0f32));
    let sources: [&dyn Source; 2] = [&w1, &w2];
    let tape = Tape::new();
    tape.watch_variables([&w1, &w2])?;
    let z = f(&w1.read(), &w2.read())?;
    book.text(
        "N12-03",
        "tape.gradient",
        &show(&tape.gradient(&z, &sources)?)?,
        "36.0, 10.0",
    );
    // The first call erased the tape.
    let again = tape.gradient(&z, &sources);
    let refused = matches!(again, Err(Error::Gradient { .. }));
    let text = again.err().map(|error| error.to_string()).unwrap_or_default();
    book.claim("N12-04", "a second call is an error", text, refused);

    let tape = Tape::persistent();
    tape.watch_variables([&w1, &w2])?;
    let z = f(&w1.read(), &w2.read())?;
    let one_by_one = [
        tape.gradient(&z, &[&w1])?.remove(0),
        tape.gradient(&z, &[&w2])?.remove(0),
    ];
    book.text(
        "N12-03",
        "a persistent tape, one by one",
        &show(&one_by_one)?,
        "36.0, 10.0",
    );
    // What need not be recorded costs no memory.
    let aside = tape.stop_recording(|| f(&w1.read(), &w2.read()))?;
    let gradients = tape.gradient(&aside, &sources)?;
    book.text(
        "N12-03",
        "computed while paused",
        &show(&gradients)?,
        "None, None",
    );
    Ok(())
}

fn constants(book: &mut Chapter) -> AnyResult {
    book.section("Constants");
    let (c1, c2) = (Tensor::from(5.0f32), Tensor::from(3.0f32));
    let gradients = Tape::new().gradient(&f(&c1, &c2)?, &[&c1, &c2])?;
    book.text("N12-03", "constants", &show(&gradients)?, "None, None");
    let tape = Tape::new();
    let (c1, c2) = (tape.watch(&c1)?, tape.watch(&c2)?);
    let gradients = tape.gradient(&f(&c1, &c2)?, &[&c1, &c2])?;
    book.text("N12-03", "watched constants", &show(&gradients)?, "36.0, 10.0");
    Ok(())
}

fn stopped(book: &mut Chapter) -> AnyResult {
    book.section("Stopped gradients");
    let tape = Tape::new();
    let (w1, w2) = (
        tape.watch(&Tensor::from(5.0f32))?,
        tape.watch(&Tensor::from(3.0f32))?,
    );
    let second = w1.mul(&w2)?.mul_scalar(2.0)?.stop_gradient();
    let z = w1.square()?.mul_scalar(3.0)?.add(&second)?;
    book.number(
        "N12-03",
        "the value is the same",
        f64::from(z.item::<f32>()?),
        Book::Exact(105.0),
    );
    let gradients = tape.gradient(&z, &[&w1, &w2])?;
    book.text("N12-03", "stop_gradient", &show(&gradients)?, "30.0, None");
    Ok(())
}

fn several_outputs(book: &mut Chapter) -> AnyResult {
    book.section("Vectors, Jacobians, Hessians");
    let x = Tensor::from([1.0, 2.0, 3.0]);
    // The gradient of a vector is that of its sum.
    let gradient = autodiff::gradient(|x| x[0].square(), &[&x])?.remove(0);
    println!("gradient of x²: {:?}", gradient.to_vec::<f64>()?);
    let jacobian = autodiff::jacobian(|x| x.square(), &x)?;
    println!("Jacobian of x²: {:?}", jacobian.to_vec::<f64>()?);
    let sum_of_rows = jacobian.sum(&[0])?.to_vec::<f64>()?;
    let same = sum_of_rows == gradient.to_vec::<f64>()?;
    book.claim(
        "C12-148",
        "the rows of the Jacobian add up to the gradient",
        format!("{sum_of_rows:?}"),
        same,
    );
    // d²f/dw²: [[6, 2], [2, 0]].
    let pick = Tensor::from([[1.0, 0.0], [0.0, 1.0]]);
    let of_vector = |w: &Tensor| {
        let part = |row: f64| w.mul(&pick.matmul(&Tensor::from([1.0 - row, row]))?)?.sum_all();
        f(&part(0.0)?, &part(1.0)?)
    };
    let hessian = autodiff::hessian(of_vector, &Tensor::from([5.0, 3.0]))?.to_vec::<f64>()?;
    let holds = hessian == [6.0, 2.0, 2.0, 0.0];
    book.claim(
        "C12-149",
        "Hessian of 3·w1² + 2·w1·w2 is [[6, 2], [2, 0]]",
        format!("{hessian:?}"),
        holds,
    );
    Ok(())
}

/// log(exp(z) + 1), whose derivative is inf / inf for large z.
fn naive(z: &Tensor) -> Result<Tensor> {
    z.exp()?.add_scalar(1.0)?.log()
}

/// The same with the derivative 1 / (1 + 1/exp(z)).
fn better(z: &Tensor) -> Result<Tensor> {
    autodiff::custom_gradient(
        &[z],
        |z| naive(&z[0]),
        |call, d| {
            let slope = call.inputs[0].exp()?.rdiv_scalar(1.0)?.add_scalar(1.0)?;
            Ok(vec![Some(d.div(&slope)?)])
        },
    )
}

fn softplus(book: &mut Chapter) -> AnyResult {
    book.section("A numerical trap, and a custom gradient");
    let z = Tensor::from([100.0f32]);
    let trapped = autodiff::gradient(|z| naive(&z[0]), &[&z])?[0].item::<f32>()?;
    book.claim(
        "N12-06",
        "softplus by autodiff at 100 is not a number",
        trapped.to_string(),
        trapped.is_nan(),
    );
    let rescued = autodiff::gradient(|z| better(&z[0]), &[&z])?[0].item::<f32>()?;
    book.number(
        "N12-06",
        "softplus with a custom gradient at 100",
        f64::from(rescued),
        Book::Exact(1.0),
    );
    let value = better(&z)?.item::<f32>()?;
    book.claim(
        "C12-152",
        "the value itself still explodes",
        value.to_string(),
        value.is_infinite(),
    );
    Ok(())
}
