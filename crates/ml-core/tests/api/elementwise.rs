//! Operations on every element: values, edges, layouts, errors.

use ml_core::{DType, Error, Result, Tensor, autodiff::Tape, graph::Function};
use proptest::prelude::*;

use crate::reference::says;

type Unary = fn(&Tensor) -> Result<Tensor>;
type Binary = fn(&Tensor, &Tensor) -> Result<Tensor>;

fn unary(name: &str) -> Option<Unary> {
    Some(match name {
        "exp" => Tensor::exp,
        "exp2" => Tensor::exp2,
        "exp_m1" => Tensor::exp_m1,
        "log" => Tensor::log,
        "log1p" => Tensor::log1p,
        "log2" => Tensor::log2,
        "log10" => Tensor::log10,
        "sqrt" => Tensor::sqrt,
        "rsqrt" => Tensor::rsqrt,
        "reciprocal" => Tensor::reciprocal,
        "abs" => Tensor::abs,
        "sin" => Tensor::sin,
        "cos" => Tensor::cos,
        "tan" => Tensor::tan,
        "asin" => Tensor::asin,
        "acos" => Tensor::acos,
        "atan" => Tensor::atan,
        "sinh" => Tensor::sinh,
        "cosh" => Tensor::cosh,
        "tanh" => Tensor::tanh,
        "asinh" => Tensor::asinh,
        "acosh" => Tensor::acosh,
        "atanh" => Tensor::atanh,
        "erf" => Tensor::erf,
        "erfc" => Tensor::erfc,
        "sigmoid" => Tensor::sigmoid,
        "log_sigmoid" => Tensor::log_sigmoid,
        "hard_sigmoid" => Tensor::hard_sigmoid,
        "softplus" => Tensor::softplus,
        "softsign" => Tensor::softsign,
        "relu" => Tensor::relu,
        "relu6" => Tensor::relu6,
        "leaky_relu" => |x| x.leaky_relu(0.2),
        "elu" => |x| x.elu(1.5),
        "selu" => Tensor::selu,
        "gelu" => Tensor::gelu,
        "gelu_tanh" => Tensor::gelu_tanh,
        "silu" => Tensor::silu,
        "mish" => Tensor::mish,
        "hard_swish" => Tensor::hard_swish,
        "floor" => Tensor::floor,
        "ceil" => Tensor::ceil,
        "round" => Tensor::round,
        "trunc" => Tensor::trunc,
        "clip" => |x| x.clip(-1.0, 2.0),
        _ => return None,
    })
}

fn binary(name: &str) -> Binary {
    match name {
        "floor_div" => Tensor::floor_div,
        "remainder" => Tensor::remainder,
        "maximum" => Tensor::maximum,
        "minimum" => Tensor::minimum,
        "pow" => Tensor::pow,
        "atan2" => Tensor::atan2,
        other => panic!("the fixture holds {other}, which no test knows"),
    }
}

fn numbers(field: &str) -> Vec<f64> {
    let parse = |text: &str| text.parse().expect("the fixture holds numbers");
    field.split(',').map(parse).collect()
}

/// Equal, both NaN, or apart by no more than `tolerance` of their size (or of 1e-300).
fn close(got: f64, expected: f64, tolerance: f64) -> bool {
    got == expected
        || (got.is_nan() && expected.is_nan())
        || (got - expected).abs() <= tolerance * expected.abs().max(1e-300)
}

#[test]
fn values_agree_with_pytorch() -> Result<()> {
    let table = include_str!("../fixtures/elementwise/reference.txt");
    assert_eq!(table.lines().count(), 51);
    for line in table.lines() {
        let fields: Vec<&str> = line.split(' ').collect();
        let operands: Vec<Vec<f64>> = fields[1..].iter().map(|field| numbers(field)).collect();
        let expected = operands.last().expect("a result");
        let apply = |cast: DType| {
            let x = Tensor::from(operands[0].clone()).cast(cast)?;
            let y = match unary(fields[0]) {
                Some(op) => op(&x)?,
                None => binary(fields[0])(&x, &Tensor::from(operands[1].clone()).cast(cast)?)?,
            };
            y.cast(DType::F64)?.to_vec::<f64>()
        };
        for (element, got) in apply(DType::F64)?.into_iter().enumerate() {
            // 1 + tanh and 1 + erf cancel far below 0, in PyTorch and here, each in its own way.
            // exp(-x²) at x = 20 multiplies the rounding of x² by 400.
            let allowed = match fields[0] {
                "gelu" | "gelu_tanh" => 1e-9,
                "erfc" => 2e-13,
                _ => 4e-15,
            };
            let expected = expected[element];
            let tiny = fields[0].starts_with("gelu") && expected.abs() < 1e-8;
            assert!(
                close(got, expected, allowed) || (tiny && (got - expected).abs() < 1e-14),
                "{}({}) = {got}, PyTorch {expected}",
                fields[0],
                operands[0][element]
            );
        }
    }
    Ok(())
}

#[test]
fn f32_agrees_with_f64() -> Result<()> {
    let table = include_str!("../fixtures/elementwise/reference.txt");
    for line in table.lines() {
        let fields: Vec<&str> = line.split(' ').collect();
        let Some(op) = unary(fields[0]) else { continue };
        // Numbers that both types hold, so that only the functions differ.
        let x = Tensor::from(numbers(fields[1])).cast(DType::F32)?;
        let wide = op(&x.cast(DType::F64)?)?.to_vec::<f64>()?;
        for (element, got) in op(&x)?.to_vec::<f32>()?.into_iter().enumerate() {
            let expected = wide[element];
            let fits = expected.abs() < f64::from(f32::MAX) && expected.abs() > 1e-30;
            let cancels = ["gelu", "gelu_tanh", "mish", "tan"].contains(&fields[0]);
            let allowed = if cancels { 2e-6 } else { 3e-7 };
            let absolute = if cancels { 1e-6 } else { 1e-30 };
            assert!(
                !fits && !expected.is_nan()
                    || close(f64::from(got), expected, allowed)
                    || (f64::from(got) - expected).abs() < absolute,
                "{}({}) = {got}, in f64 {expected}",
                fields[0],
                numbers(fields[1])[element]
            );
        }
    }
    Ok(())
}

#[test]
fn sines_of_huge_angles_are_exact() -> Result<()> {
    let x = [3e6f32, -1e10, 1e30, f32::INFINITY];
    let expected: Vec<f32> = x.iter().map(|&x| f64::from(x).sin() as f32).collect();
    let got = Tensor::from(x).sin()?.to_vec::<f32>()?;
    assert_eq!(got[..3], expected[..3]);
    assert!(got[3].is_nan());
    assert_eq!(Tensor::from(1e10f32).cos()?.item::<f32>()?, 1e10f64.cos() as f32);
    Ok(())
}

#[test]
fn integers_wrap_around() -> Result<()> {
    let smallest = Tensor::from([i32::MIN, -3, 5]);
    assert_eq!(smallest.abs()?.to_vec::<i32>()?, [i32::MIN, 3, 5]);
    assert_eq!(smallest.sign()?.to_vec::<i32>()?, [-1, -1, 1]);
    assert_eq!(
        smallest.floor_div(&Tensor::from(-1))?.to_vec::<i32>()?,
        [i32::MIN, 3, -5]
    );
    assert_eq!(smallest.remainder(&Tensor::from(-1))?.to_vec::<i32>()?, [0, 0, 0]);
    assert_eq!(Tensor::from([200u8, 3]).cube()?.to_vec::<u8>()?, [0, 27]);
    assert_eq!(
        Tensor::from([200u8, 255])
            .floor_div(&Tensor::from(255u8))?
            .to_vec::<u8>()?,
        [0, 1]
    );
    assert_eq!(
        Tensor::from([3i64, -2])
            .pow(&Tensor::from([40i64, 63]))?
            .to_vec::<i64>()?,
        [3i64.wrapping_pow(40), i64::MIN]
    );
    assert_eq!(Tensor::from([7, -7, 8]).powi(2)?.to_vec::<i32>()?, [49, 49, 64]);
    assert_eq!(
        Tensor::from([1u8, 5])
            .square_difference(&Tensor::from([3u8, 3]))?
            .to_vec::<u8>()?,
        [4, 4]
    );
    assert_eq!(
        Tensor::from([-9, 2, 9]).clip(-2.5, 3.5)?.to_vec::<i32>()?,
        [-2, 2, 3]
    );
    assert_eq!(
        Tensor::from([7u8, 9]).clip(-1.0, f64::INFINITY)?.to_vec::<u8>()?,
        [7, 9]
    );
    assert_eq!(Tensor::from([-8, 9]).round()?.to_vec::<i32>()?, [-8, 9]);
    assert_eq!(
        Tensor::from([3, 9])
            .maximum(&Tensor::from([5, 1]))?
            .to_vec::<i32>()?,
        [5, 9]
    );
    assert_eq!(
        Tensor::from([3, 9])
            .minimum(&Tensor::from([5, 1]))?
            .to_vec::<i32>()?,
        [3, 1]
    );
    Ok(())
}

#[test]
fn nothing_is_computed_of_nothing() -> Result<()> {
    let none = Tensor::zeros([0, 3], DType::F32)?;
    for shape in [
        none.exp()?,
        none.add(&Tensor::from(1.0f32))?,
        none.add(&Tensor::zeros([1, 3], DType::F32)?)?,
    ] {
        assert_eq!(shape.shape().to_vec(), [0, 3]);
    }
    assert_eq!(none.equal(&none)?.shape().to_vec(), [0, 3]);
    let condition = Tensor::zeros([0, 1], DType::Bool)?;
    assert_eq!(Tensor::select(&condition, &none, &none)?.shape().to_vec(), [0, 3]);
    assert_eq!(
        Tensor::from(3.0)
            .square_difference(&Tensor::from(1.0))?
            .shape()
            .rank(),
        0
    );
    Ok(())
}

#[test]
fn comparisons_know_every_type() -> Result<()> {
    let words = Tensor::from(["b", "a", "c"]);
    assert_eq!(
        words.less(&Tensor::from("b"))?.to_vec::<bool>()?,
        [false, true, false]
    );
    assert_eq!(
        words.not_equal(&Tensor::from("b"))?.to_vec::<bool>()?,
        [false, true, true]
    );
    let nan = Tensor::from([f32::NAN, 1.0]);
    assert_eq!(nan.less_equal(&nan)?.to_vec::<bool>()?, [false, true]);
    assert_eq!(
        nan.greater_equal(&Tensor::from(1.0f32))?.to_vec::<bool>()?,
        [false, true]
    );
    assert_eq!(
        nan.greater(&Tensor::from(0.5f32))?.to_vec::<bool>()?,
        [false, true]
    );
    assert_eq!(
        Tensor::from([true, false])
            .equal(&Tensor::from(true))?
            .to_vec::<bool>()?,
        [true, false]
    );
    let half = Tensor::from([1.0, 2.0]).cast(DType::F16)?;
    assert_eq!(
        half.less(&Tensor::from(1.5).cast(DType::F16)?)?
            .to_vec::<bool>()?,
        [true, false]
    );
    Ok(())
}

#[test]
fn selection_broadcasts_and_takes_any_type() -> Result<()> {
    let rows = Tensor::from([[true], [false]]);
    let y = Tensor::select(&rows, &Tensor::from([1, 2, 3]), &Tensor::from(0))?;
    assert_eq!(y.to_vec::<i32>()?, [1, 2, 3, 0, 0, 0]);
    let texts = Tensor::select(
        &Tensor::from([true, false]),
        &Tensor::from("yes"),
        &Tensor::from(["no", "never"]),
    )?;
    assert!(
        texts
            .equal(&Tensor::from(["yes", "never"]))?
            .to_vec::<bool>()?
            .iter()
            .all(|&same| same)
    );
    Ok(())
}

#[test]
fn a_safe_selection_has_a_safe_gradient() -> Result<()> {
    // The square root where x > 0, else 0: its argument is made safe, too, or 0 · ∞ would be NaN.
    let root = |x: &Tensor, safe: bool| {
        let positive = x.greater(&Tensor::from(0.0))?;
        let argument = if safe {
            Tensor::select(&positive, x, &Tensor::from(1.0))?
        } else {
            x.clone()
        };
        Tensor::select(&positive, &argument.sqrt()?, &Tensor::from(0.0))
    };
    for (safe, expected) in [(true, 0.0), (false, f64::NAN)] {
        let tape = Tape::new();
        let x = tape.watch(&Tensor::from([4.0, 0.0]))?;
        let gradient = tape
            .gradient(&root(&x, safe)?, &[&x])?
            .remove(0)
            .expect("it depends on x");
        let gradient = gradient.to_vec::<f64>()?;
        assert_eq!(gradient[0], 0.25);
        assert!(close(gradient[1], expected, 0.0), "{gradient:?}");
    }
    Ok(())
}

#[test]
fn ties_share_the_gradient() -> Result<()> {
    for (op, expected) in [
        (Tensor::maximum as Binary, [0.0, 0.5, 1.0]),
        (Tensor::minimum, [1.0, 0.5, 0.0]),
    ] {
        let tape = Tape::new();
        let a = tape.watch(&Tensor::from([1.0, 2.0, 3.0]))?;
        let y = op(&a, &Tensor::from(2.0))?;
        let gradient = tape.gradient(&y, &[&a])?.remove(0).expect("it depends on a");
        assert_eq!(gradient.to_vec::<f64>()?, expected);
    }
    Ok(())
}

#[test]
fn operands_of_one_layout_keep_it() -> Result<()> {
    let a = Tensor::from([[1.0, 2.0, 3.0], [4.0, 5.0, 6.0]]).transpose()?;
    let sum = a.add(&a)?;
    assert_eq!(sum.to_vec::<f64>()?, [2.0, 8.0, 4.0, 10.0, 6.0, 12.0]);
    assert_eq!(
        a.mul(&Tensor::from(10.0))?.to_vec::<f64>()?,
        [10.0, 40.0, 20.0, 50.0, 30.0, 60.0]
    );
    assert_eq!(
        Tensor::from(10.0).sub(&a)?.to_vec::<f64>()?,
        [9.0, 6.0, 8.0, 5.0, 7.0, 4.0]
    );
    assert_eq!(a.neg()?.to_vec::<f64>()?, [-1.0, -4.0, -2.0, -5.0, -3.0, -6.0]);
    // Views that repeat elements.
    let repeated = Tensor::from([[1.0], [2.0]]).broadcast_to([2, 3])?;
    assert_eq!(
        repeated.exp()?.log()?.to_vec::<f64>()?,
        [1.0, 1.0, 1.0, 2.0, 2.0, 2.0]
    );
    assert_eq!(
        repeated.add(&a.transpose()?)?.to_vec::<f64>()?,
        [2.0, 3.0, 4.0, 6.0, 7.0, 8.0]
    );
    assert_eq!(
        repeated.add(&repeated)?.to_vec::<f64>()?,
        [2.0, 2.0, 2.0, 4.0, 4.0, 4.0]
    );
    Ok(())
}

/// Element `index` of `x` broadcast to `shape`, by arithmetic on indices.
fn element(x: &[f64], own: &[usize], shape: &[usize], index: usize) -> f64 {
    let (mut rest, mut position, mut step) = (index, 0, 1);
    for axis in (0..shape.len()).rev() {
        let at = rest % shape[axis];
        rest /= shape[axis];
        if let Some(inner) = (axis + own.len()).checked_sub(shape.len()) {
            position += if own[inner] == 1 { 0 } else { at * step };
            step *= own[inner];
        }
    }
    x[position]
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(200))]

    #[test]
    fn broadcasting_agrees_with_indices(
        shape in prop::collection::vec(prop_oneof![1usize..5, 90usize..140], 1..4),
        masks in prop::collection::vec(0u8..8, 3),
        leads in prop::collection::vec(0usize..3, 3),
    ) {
        let operand = |number: usize| {
            let mut own = shape.clone();
            for (axis, length) in own.iter_mut().enumerate() {
                if masks[number] >> axis & 1 == 1 { *length = 1; }
            }
            own.drain(..leads[number].min(shape.len()));
            let values: Vec<f64> = (0..own.iter().product::<usize>()).map(|v| (v * 7 % 101) as f64 + number as f64 / 4.0).collect();
            (values, own)
        };
        let [a, b, c] = [operand(0), operand(1), operand(2)];
        let tensor = |(values, own): &(Vec<f64>, Vec<usize>)| Tensor::from_vec(values.clone(), own.as_slice());
        let difference = tensor(&a)?.sub(&tensor(&b)?)?;
        let joined = difference.shape().to_vec();
        for (index, got) in difference.to_vec::<f64>()?.into_iter().enumerate() {
            prop_assert_eq!(got, element(&a.0, &a.1, &joined, index) - element(&b.0, &b.1, &joined, index));
        }
        let condition = tensor(&c)?.greater(&Tensor::from(50.0))?;
        let chosen = Tensor::select(&condition, &tensor(&a)?, &tensor(&b)?)?;
        let joined = chosen.shape().to_vec();
        for (index, got) in chosen.to_vec::<f64>()?.into_iter().enumerate() {
            let from = if element(&c.0, &c.1, &joined, index) > 50.0 { &a } else { &b };
            prop_assert_eq!(got, element(&from.0, &from.1, &joined, index));
        }
    }
}

#[test]
fn large_arrays_on_threads_agree_with_small_ones() -> Result<()> {
    let x: Vec<f32> = (0..200_001).map(|n| (n as f32 - 1e5) / 2e4).collect();
    let whole = Tensor::from(x.clone()).tanh()?.to_vec::<f32>()?;
    for (chunk, part) in x.chunks(977).zip(whole.chunks(977)) {
        assert_eq!(Tensor::from(chunk).tanh()?.to_vec::<f32>()?, part);
    }
    Ok(())
}

#[test]
fn shapes_are_known_inside_functions() -> Result<()> {
    let x = Tensor::from([[1.0f32, 2.0, 3.0], [4.0, 5.0, 6.0]]);
    let f = Function::new("mean", |inputs| {
        let size = inputs[0].size_tensor()?.cast(DType::F32)?;
        Ok(vec![inputs[0].sum_all()?.div(&size)?, inputs[0].shape_tensor()?])
    });
    let results = f.call(&[&x])?;
    assert_eq!(results[0].item::<f32>()?, 3.5);
    assert_eq!(results[1].to_vec::<i64>()?, [2, 3]);
    Ok(())
}

#[test]
fn plain_numbers_take_the_type_of_the_tensor() -> Result<()> {
    // Reproduces C12-024.
    let t = Tensor::from([[1.0f32, 2.0, 3.0], [4.0, 5.0, 6.0]]);
    let sum = &t + 10.0;
    assert_eq!(sum.dtype(), DType::F32);
    assert_eq!(
        sum.to_vec::<f32>()?,
        t.add(&Tensor::from(10.0f32))?.to_vec::<f32>()?
    );
    assert_eq!(sum.to_vec::<f32>()?, [11.0, 12.0, 13.0, 14.0, 15.0, 16.0]);
    Ok(())
}

#[test]
fn bad_operands_are_errors_that_say_what_to_do() {
    let text = |result: Result<Tensor>| result.map(|_| ()).unwrap_err().to_string();
    let (float, double, whole) = (
        Tensor::from(1.0f32),
        Tensor::from([1.0, 2.0]),
        Tensor::from([1, 0]),
    );
    assert_eq!(
        text(float.maximum(&double)),
        "maximum: cannot mix f32 with f64; convert one of them: x.cast(DType::...)"
    );
    assert_eq!(
        text(whole.exp()),
        "exp: got elements of type i32, but needs f32 or f64; convert with x.cast(DType::...)"
    );
    assert_eq!(
        text(double.bitwise_and(&double)),
        "bitwise_and: got elements of type f64, but needs an integer type; convert with x.cast(DType::...)"
    );
    assert_eq!(
        text(Tensor::from("a").neg()),
        "neg: got elements of type string, but needs f32, f64 or an integer type; convert with x.cast(DType::...)"
    );
    assert_eq!(
        text(double.logical_not()),
        "logical_not: got elements of type f64, but needs bool; convert with x.cast(DType::...)"
    );
    assert_eq!(
        text(double.less(&Tensor::from([1.0, 2.0, 3.0]))),
        "less: cannot combine shape [2] with [3]; aligned at the last axis, lengths must be equal or one of them 1"
    );
    assert_eq!(
        text(whole.floor_div(&whole)),
        "floor_div: right operand = 0: must be other than 0: integers have no infinity; or cast to f32"
    );
    assert_eq!(
        text(whole.pow(&Tensor::from(-2))),
        "pow: right operand = -2: must be at least 0: integers have no fractions; or cast to f32"
    );
    assert_eq!(
        text(whole.powi(-1)),
        "powi: exponent = -1: must be at least 0: integers have no fractions; or cast to f32"
    );
    assert_eq!(
        text(whole.left_shift(&Tensor::from(32))),
        "left_shift: right operand = 32: must be 0 to 31: the type has 32 bits"
    );
    assert_eq!(
        text(double.clip(1.0, f64::NAN)),
        "clip: low = 1: must be at most the upper bound, and neither NaN"
    );
    assert_eq!(
        text(double.elu(f64::INFINITY)),
        "elu: alpha = inf: must be finite"
    );
    assert_eq!(
        text(Tensor::add_n(&[])),
        "add_n: the list of tensors is empty; at least 1 tensor needed"
    );
    assert_eq!(
        text(Tensor::add_n(&[&double, &Tensor::from(1.0)])),
        "add_n: cannot combine shape [2] with []; all tensors must have one shape; add() broadcasts"
    );
    assert_eq!(
        text(Tensor::select(&double, &double, &double)),
        "select: got elements of type f64, but needs a condition of bool; convert with x.cast(DType::...)"
    );
    assert!(matches!(whole.is_nan(), Err(Error::DType { op: "is_nan", .. })));
}

#[test]
fn numbers_beside_integers_must_be_in_their_range() -> Result<()> {
    let (two_31, two_63) = (2f64.powi(31), 2f64.powi(63));
    // What is just outside, and the closest f64 inside.
    let wide = Tensor::from(0i64);
    says(
        wide.number_like(two_63),
        "number beside a tensor of i64 = 922337203685477",
    );
    assert_eq!(wide.number_like(-two_63)?.item::<i64>()?, i64::MIN);
    assert_eq!(wide.number_like(two_63 - 1024.0)?.item::<i64>()?, i64::MAX - 1023);
    let narrow = Tensor::from(0i32);
    assert!(narrow.number_like(two_31).is_err() && narrow.number_like(-two_31 - 1.0).is_err());
    assert_eq!(narrow.number_like(two_31 - 1.0)?.item::<i32>()?, i32::MAX);
    let bytes = Tensor::from(0u8);
    assert!(bytes.number_like(256.0).is_err() && bytes.number_like(-1.0).is_err());
    assert_eq!(bytes.number_like(255.0)?.item::<u8>()?, 255);
    for number in [0.5, f64::NAN, f64::INFINITY] {
        assert!(wide.number_like(number).is_err());
    }
    Ok(())
}

#[test]
fn operators_take_tensors_and_plain_numbers_on_either_side() -> Result<()> {
    let (x, n) = (Tensor::from([7.5f32, -2.0]), Tensor::from([7, -2]));
    let floats = |y: Tensor| y.to_vec::<f32>();
    let whole = |y: Tensor| y.to_vec::<i32>();
    assert_eq!(floats(&x + 10)?, [17.5, 8.0]);
    assert_eq!(floats(10 - &x)?, [2.5, 12.0]);
    assert_eq!(floats(&x * 0.5)?, [3.75, -1.0]);
    assert_eq!(floats(1.5 / (&x - 0.0))?, [0.2, -0.75]);
    assert_eq!(floats(&x % 2.0)?, [1.5, 0.0]);
    assert_eq!(whole(&n + 10)?, [17, 8]);
    assert_eq!(whole(2.0 * &n)?, [14, -4]);
    // As in Python, the remainder has the sign of the divisor.
    assert_eq!(whole(&n % 4)?, [3, 2]);
    assert_eq!(whole(10 % &Tensor::from([4, 3]))?, [2, 1]);
    assert_eq!(whole(&n & 3)?, [3, 2]);
    assert_eq!(whole((&n | 8) ^ &n)?, [8, 0]);
    assert_eq!(whole(!&n)?, [-8, 1]);
    let (yes, no) = (x.greater(&x.zeros_like()?)?, Tensor::from([false, true]));
    assert_eq!((&yes & &no).to_vec::<bool>()?, [false, false]);
    assert_eq!((yes.clone() | no.clone()).to_vec::<bool>()?, [true, true]);
    assert_eq!((&yes ^ !no).to_vec::<bool>()?, [false, false]);
    Ok(())
}

#[test]
fn operators_panic_with_the_text_of_the_error() {
    let text = |f: &(dyn Fn() -> Tensor + std::panic::RefUnwindSafe)| {
        let panic = std::panic::catch_unwind(f).unwrap_err();
        panic.downcast_ref::<String>().expect("a text").clone()
    };
    assert!(text(&|| Tensor::from([1, 2]) + 0.5).starts_with("number beside a tensor of i32 = 0.5"));
    assert!(text(&|| Tensor::from(1.0) & 1).contains("bitwise_and"));
    assert!(text(&|| Tensor::from(1u8) - 256).contains("number beside a tensor of u8 = 256"));
    assert!(text(&|| Tensor::from([1, 2]) % Tensor::from([1, 2, 3])).contains("remainder"));
}
