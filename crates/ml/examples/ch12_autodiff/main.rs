//! Chapter 12, section 12.3.8: gradients with a tape.
//!
//! `cargo run --release --example ch12_autodiff`. The book's `3·w1² + 2·w1·w2` at (5, 3): rules on the formula, finite differences, the tape and its
//! rules, a penalty on a gradient, Jacobian and Hessian, stopped gradients, and a custom gradient where the automatic one is not a number.
//! Needs no data. Report: `target/book/ch12_autodiff/`.

#[path = "../support/mod.rs"]
mod support;

use std::process::ExitCode;

use ml::core::{
    Error, Result, Tensor,
    autodiff::{
        self, Source, Tape, Variable,
        lessons::{differences, expression::Expression},
    },
};
use support::{AnyResult, Book, Chapter};

/// One entry a source; none where the target does not depend on it.
type Gradients = Vec<Option<Tensor>>;

fn main() -> ExitCode {
    support::run("ch12_autodiff", "Computing gradients with autodiff", |book| {
        by_hand(book)?;
        finite_differences(book);
        tapes(book)?;
        second_call(book)?;
        paused(book)?;
        penalty_on_a_gradient(book)?;
        several_outputs(book)?;
        custom_gradient(book)
    })
}

fn f(w1: &Tensor, w2: &Tensor) -> Result<Tensor> {
    w1.square()?.mul_scalar(3.0)?.add(&w1.mul(w2)?.mul_scalar(2.0)?)
}

/// Listing 34.
fn by_hand(book: &mut Chapter) -> AnyResult {
    book.section("By hand (listing 34)");
    let (w1, w2) = (Expression::Variable("w1"), Expression::Variable("w2"));
    let f = w1.clone().power(2.0) * 3.0 + w1 * w2 * 2.0;
    for (name, expected) in [("w1", 36.0), ("w2", 10.0)] {
        let slope = f.derivative(name).simplified();
        let at = slope.value(&[("w1", 5.0), ("w2", 3.0)])?;
        let label = format!("df/d{name} = {slope} at (5, 3)");
        book.number("C12-140", &label, at, Book::Exact(expected));
    }
    Ok(())
}

/// Listing 35.
fn finite_differences(book: &mut Chapter) {
    book.section("Finite differences (listing 35)");
    let f = |w1: f64, w2: f64| 3.0 * w1.powi(2) + 2.0 * w1 * w2;
    let along_w1 = differences::derivative(f, 5.0, 3.0, 1e-6, 0.0);
    let along_w2 = differences::derivative(f, 5.0, 3.0, 0.0, 1e-6);
    let (w1, w2) = (36.000003007075065, 10.000000003174137);
    book.number("N12-02", "df/dw1", along_w1, Book::Within(w1, 1e-9));
    book.number("N12-02", "df/dw2", along_w2, Book::Within(w2, 1e-9));
}

/// Listings 36 and 38 to 41.
fn tapes(book: &mut Chapter) -> AnyResult {
    book.section("Tapes (listings 36 and 38 to 41)");
    let mut agree = |listing: &str, gradients: &Gradients, expected: &str| -> AnyResult {
        book.text("N12-03", listing, &show(gradients)?, expected);
        Ok(())
    };
    agree("36: variables", &of_variables()?, "36.0, 10.0")?;
    agree("38: a persistent tape, one by one", &one_by_one()?, "36.0, 10.0")?;
    agree("39: constants", &of_constants(false)?, "None, None")?;
    agree("40: watched constants", &of_constants(true)?, "36.0, 10.0")?;
    let (value, gradients) = with_a_stop()?;
    agree("41: stop_gradient", &gradients, "30.0, None")?;
    // Stopping changes no value: 3·25 + 2·15.
    book.number("C12-150", "f with stop_gradient", value, Book::Exact(105.0));
    Ok(())
}

/// `36.0` or `None`, as the book prints a list of gradients.
fn show(gradients: &Gradients) -> Result<String> {
    let texts = gradients.iter().map(|gradient| match gradient {
        Some(gradient) => Ok(format!("{:?}", gradient.item::<f32>()?)),
        None => Ok("None".to_owned()),
    });
    Ok(texts.collect::<Result<Vec<String>>>()?.join(", "))
}

fn weights() -> [Variable; 2] {
    [Variable::named("w1", 5.0f32), Variable::named("w2", 3.0f32)]
}

fn of_variables() -> Result<Gradients> {
    let [w1, w2] = weights();
    let tape = Tape::new();
    tape.watch_variables([&w1, &w2])?;
    let z = f(&w1.read(), &w2.read())?;
    let sources: [&dyn Source; 2] = [&w1, &w2];
    tape.gradient(&z, &sources)
}

fn one_by_one() -> Result<Gradients> {
    let [w1, w2] = weights();
    let tape = Tape::persistent();
    tape.watch_variables([&w1, &w2])?;
    let z = f(&w1.read(), &w2.read())?;
    let along_w1 = tape.gradient(&z, &[&w1])?.remove(0);
    Ok(vec![along_w1, tape.gradient(&z, &[&w2])?.remove(0)])
}

fn of_constants(watched: bool) -> Result<Gradients> {
    let (mut c1, mut c2) = (Tensor::from(5.0f32), Tensor::from(3.0f32));
    let tape = Tape::new();
    if watched {
        (c1, c2) = (tape.watch(&c1)?, tape.watch(&c2)?);
    }
    tape.gradient(&f(&c1, &c2)?, &[&c1, &c2])
}

/// The second term counts as a constant.
fn with_a_stop() -> Result<(f64, Gradients)> {
    let tape = Tape::new();
    let (w1, w2) = (
        tape.watch(&Tensor::from(5.0f32))?,
        tape.watch(&Tensor::from(3.0f32))?,
    );
    let second = w1.mul(&w2)?.mul_scalar(2.0)?.stop_gradient();
    let z = w1.square()?.mul_scalar(3.0)?.add(&second)?;
    Ok((f64::from(z.item::<f32>()?), tape.gradient(&z, &[&w1, &w2])?))
}

/// Listing 37: the first call erases the tape.
fn second_call(book: &mut Chapter) -> AnyResult {
    book.section("A used tape (listing 37)");
    let [w1, w2] = weights();
    let tape = Tape::new();
    tape.watch_variables([&w1, &w2])?;
    let z = f(&w1.read(), &w2.read())?;
    book.text(
        "N12-04",
        "first call",
        &show(&tape.gradient(&z, &[&w1])?)?,
        "36.0",
    );
    let again = tape.gradient(&z, &[&w2]);
    let refused = matches!(again, Err(Error::Gradient { .. }));
    let text = again.err().map(|error| error.to_string()).unwrap_or_default();
    book.claim("N12-04", "a second call is an error", text, refused);
    Ok(())
}

/// What need not be recorded costs no memory.
fn paused(book: &mut Chapter) -> AnyResult {
    book.section("A pause in the recording");
    let [w1, w2] = weights();
    let tape = Tape::new();
    tape.watch_variables([&w1, &w2])?;
    let aside = tape.stop_recording(|| f(&w1.read(), &w2.read()))?;
    let text = format!(
        "{}, {}",
        aside.item::<f32>()?,
        show(&tape.gradient(&aside, &[&w1])?)?
    );
    book.text("C12-142", "value and gradient", &text, "105, None");
    Ok(())
}

/// Why one watches inputs: a penalty on activations that vary a lot when the inputs vary little.
fn penalty_on_a_gradient(book: &mut Chapter) -> AnyResult {
    book.section("A penalty on a gradient");
    let (w, x) = (Variable::new(0.5), Tensor::from(2.0));
    let outer = Tape::new();
    outer.watch_variables([&w])?;
    let inner = Tape::new();
    let x = inner.watch(&x)?;
    let activation = w.read().mul(&x)?.tanh()?;
    let slope = inner.gradient_or_zeros(&activation, &[&x])?.remove(0);
    let penalty = slope.square()?;
    let gradient = outer.gradient_or_zeros(&penalty, &[&w])?.remove(0);
    // With a = tanh(wx) and s = 1 - a²: the penalty is w²s², its derivative 2ws² - 4w²axs².
    let a = 1.0f64.tanh();
    let s = 1.0 - a * a;
    let expected = 2.0 * 0.5 * s * s - 4.0 * 0.25 * a * 2.0 * s * s;
    let ours: f64 = gradient.item()?;
    let near = Book::Within(expected, 1e-12);
    book.number("C12-146", "d(da/dx)²/dw, by hand and by two tapes", ours, near);
    Ok(())
}

fn several_outputs(book: &mut Chapter) -> AnyResult {
    book.section("Vectors, Jacobians, Hessians");
    let x = Tensor::from([1.0, 2.0, 3.0]);
    let gradient = autodiff::gradient(|x| x[0].square(), &[&x])?.remove(0);
    let of_sum = autodiff::gradient(|x| x[0].square()?.sum_all(), &[&x])?.remove(0);
    let (gradient, of_sum) = (gradient.to_vec::<f64>()?, of_sum.to_vec::<f64>()?);
    let holds = gradient == of_sum && gradient == [2.0, 4.0, 6.0];
    let text = format!("{gradient:?}");
    book.claim(
        "C12-147",
        "the gradient of x² is that of its sum, 2x",
        text,
        holds,
    );
    let jacobian = autodiff::jacobian(|x| x.square(), &x)?.to_vec::<f64>()?;
    let holds = jacobian == [2.0, 0.0, 0.0, 0.0, 4.0, 0.0, 0.0, 0.0, 6.0];
    let text = format!("{jacobian:?}");
    book.claim(
        "C12-148",
        "the Jacobian of x² has 2x on its diagonal",
        text,
        holds,
    );
    let of_vector = |w: &Tensor| {
        let part = |place: i64| w.take(&Tensor::from(place), 0);
        f(&part(0)?, &part(1)?)
    };
    let hessian = autodiff::hessian(of_vector, &Tensor::from([5.0, 3.0]))?.to_vec::<f64>()?;
    let holds = hessian == [6.0, 2.0, 2.0, 0.0];
    let text = format!("{hessian:?}");
    book.claim("C12-149", "the Hessian of f is [[6, 2], [2, 0]]", text, holds);
    Ok(())
}

/// log(exp(z) + 1), whose derivative is inf / inf for large z.
fn naive(z: &Tensor) -> Result<Tensor> {
    z.exp()?.add_scalar(1.0)?.log()
}

/// The same with the derivative 1 / (1 + 1/exp(z)): listing 43.
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

/// The input itself where it is large, and nothing that explodes even where its result is not chosen.
fn safe(z: &Tensor) -> Result<Tensor> {
    let limit = Tensor::from(30.0f32);
    Tensor::select(&z.greater(&limit)?, z, &naive(&z.minimum(&limit)?)?)
}

/// Listings 42 and 43.
fn custom_gradient(book: &mut Chapter) -> AnyResult {
    book.section("A numerical trap and a custom gradient (listings 42 and 43)");
    type Softplus = fn(&Tensor) -> Result<Tensor>;
    let z = Tensor::from([100.0f32]);
    let slope = |f: Softplus| autodiff::gradient(|z| f(&z[0]), &[&z])?[0].item::<f32>();
    let text = slope(naive)?.to_string();
    book.text("N12-06", "naive softplus at 100", &text, "NaN");
    let ours = f64::from(slope(better)?);
    book.number("N12-06", "with a custom gradient", ours, Book::Exact(1.0));
    let value = better(&z)?.item::<f32>()?.to_string();
    book.text("C12-152", "the value itself still explodes", &value, "inf");
    for (label, f) in [
        ("with a selection", safe as Softplus),
        ("of the library", Tensor::softplus),
    ] {
        let text = format!("{} and {}", f(&z)?.item::<f32>()?, slope(f)?);
        book.text("C12-152", &format!("value and slope {label}"), &text, "100 and 1");
    }
    Ok(())
}
