//! Elements as words of one width.

use half::{bf16, f16};

use crate::tensor::Text;

/// Element types as words.
pub(super) trait Words: Sized {
    /// A word an element, aligned with the others; `alone` is a scalar.
    fn words(elements: &[&Self], precision: usize, alone: bool) -> Vec<String>;
}

/// A float: exactly, and as the shortest decimal number that names it among its type.
struct Number {
    exact: f64,
    short: f64,
}

/// A number in parts: with sign, without the point.
struct Parts {
    whole: String,
    fraction: String,
    exponent: i32,
}

impl Parts {
    fn of(text: &str) -> Self {
        let (mantissa, exponent) = text.split_once('e').unwrap_or((text, "0"));
        let (whole, fraction) = mantissa.split_once('.').unwrap_or((mantissa, ""));
        Self {
            whole: whole.to_owned(),
            fraction: fraction.trim_end_matches('0').to_owned(),
            exponent: exponent.parse().unwrap_or(0),
        }
    }
}

impl Number {
    /// As a decimal fraction, with at most `precision` digits after the point.
    fn positional(&self, precision: usize) -> Parts {
        let short = Parts::of(&self.short.to_string());
        match short.fraction.len() > precision {
            true => Parts::of(&format!("{:.precision$}", self.exact)),
            false => short,
        }
    }

    /// With one digit before the point, and a power of ten.
    fn scientific(&self, precision: usize) -> Parts {
        let short = Parts::of(&format!("{:e}", self.short));
        match short.fraction.len() > precision {
            true => Parts::of(&format!("{:.precision$e}", self.exact)),
            false => short,
        }
    }
}

/// NumPy's choice: powers of ten for the very large and small, and for a wide spread. Large is what has more
/// digits than the type, but no more than 8.
fn needs_powers(numbers: &[Number], digits: u32) -> bool {
    // The limits are compared in the element type: the f32 next to 1e-4 is not less than it.
    let sizes = numbers.iter().map(|number| number.short.abs());
    let sizes = sizes.filter(|size| size.is_finite() && *size != 0.0);
    let (least, most) = sizes.fold((f64::INFINITY, 0.0f64), |(least, most), size| {
        (least.min(size), most.max(size))
    });
    most != 0.0 && (most >= 10f64.powi(digits.min(8) as i32) || least < 1e-4 || most / least > 1000.0)
}

fn floats(numbers: &[Number], digits: u32, precision: usize) -> Vec<String> {
    let powers = needs_powers(numbers, digits);
    let parts: Vec<Option<Parts>> = numbers
        .iter()
        .map(|number| {
            number.exact.is_finite().then(|| match powers {
                true => number.scientific(precision),
                false => number.positional(precision),
            })
        })
        .collect();
    let longest = |of: &dyn Fn(&Parts) -> usize| parts.iter().flatten().map(of).max().unwrap_or(0);
    let power = longest(&|parts| parts.exponent.unsigned_abs().to_string().len()).max(2);
    let (mut left, fraction) = (
        longest(&|parts| parts.whole.len()),
        longest(&|parts| parts.fraction.len()),
    );
    // After the point.
    let right = if powers { fraction + 2 + power } else { fraction };
    let other = |number: &Number| match number.exact {
        x if x.is_nan() => "nan",
        x if x > 0.0 => "inf",
        _ => "-inf",
    };
    for (number, _) in numbers.iter().zip(&parts).filter(|(_, parts)| parts.is_none()) {
        left = left.max(other(number).len().saturating_sub(right + 1));
    }
    let word = |(number, parts): (&Number, &Option<Parts>)| match parts {
        None => format!("{:>1$}", other(number), left + 1 + right),
        Some(parts) if powers => {
            let sign = if parts.exponent < 0 { '-' } else { '+' };
            let exponent = parts.exponent.unsigned_abs();
            format!(
                "{:>left$}.{:0<fraction$}e{sign}{exponent:0power$}",
                parts.whole, parts.fraction
            )
        }
        Some(parts) => format!("{:>left$}.{:<fraction$}", parts.whole, parts.fraction),
    };
    numbers.iter().zip(&parts).map(word).collect()
}

/// The shortest decimal number that `same` takes for the float.
fn shortest(exact: f64, same: impl Fn(f64) -> bool) -> f64 {
    (0..17)
        .filter_map(|digits| format!("{exact:.digits$e}").parse().ok())
        .find(|&candidate| same(candidate))
        .unwrap_or(exact)
}

macro_rules! float_words {
    ($($type:ty, $digits:literal: $x:ident => $exact:expr, $short:expr;)*) => { $(
        impl Words for $type {
            fn words(elements: &[&Self], precision: usize, _: bool) -> Vec<String> {
                let number = |&&$x: &&Self| Number { exact: $exact, short: $short };
                floats(&elements.iter().map(number).collect::<Vec<_>>(), $digits, precision)
            }
        }
    )* };
}
float_words! {
    f64, 15: x => x, x;
    // The digits that name it as f32 are those of another f64.
    f32, 6: x => f64::from(x), x.to_string().parse().unwrap_or(f64::from(x));
    f16, 3: x => x.to_f64(), shortest(x.to_f64(), |short| f16::from_f64(short) == x);
    bf16, 2: x => x.to_f64(), shortest(x.to_f64(), |short| bf16::from_f64(short) == x);
}

fn aligned(words: Vec<String>) -> Vec<String> {
    let width = words.iter().map(String::len).max().unwrap_or(0);
    words.into_iter().map(|word| format!("{word:>width$}")).collect()
}

macro_rules! plain_words {
    ($($type:ty),*) => { $(
        impl Words for $type {
            fn words(elements: &[&Self], _: usize, _: bool) -> Vec<String> {
                aligned(elements.iter().map(ToString::to_string).collect())
            }
        }
    )* };
}
plain_words!(i32, i64, u8);

impl Words for bool {
    fn words(elements: &[&Self], _: usize, alone: bool) -> Vec<String> {
        let width = if alone { 0 } else { "false".len() };
        elements.iter().map(|truth| format!("{truth:>width$}")).collect()
    }
}

/// Quoted: as text if the bytes are UTF-8, else as `b"..."` with escapes.
impl Words for Text {
    fn words(elements: &[&Self], _: usize, _: bool) -> Vec<String> {
        let quoted = |text: &&Self| match std::str::from_utf8(text) {
            Ok(text) => format!("{text:?}"),
            Err(_) => format!("{text:?}"),
        };
        elements.iter().map(quoted).collect()
    }
}
