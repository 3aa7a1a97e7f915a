//! Special functions, running extremes and counts: edges, accuracy, numbers by hand, in graphs, too.

use ml_core::{DType, Result, Tensor, ops::Draws};

use crate::reference::{both, both_one, says};

fn values(x: &Tensor) -> Vec<f64> {
    x.to_vec::<f64>().unwrap()
}

#[test]
fn the_inverse_of_the_error_function_undoes_it() -> Result<()> {
    let x = Tensor::linspace(-5.0, 5.0, 4001)?;
    let back = values(&x.erf()?.erfinv()?);
    for (x, back) in values(&x).into_iter().zip(back) {
        // The error function loses what the inverse cannot get back: an ulp of it, divided by its slope.
        let slope = (-x * x).exp() * std::f64::consts::FRAC_2_SQRT_PI;
        let allowed = 4.0 * f64::EPSILON * (x.abs() + 1.0 / slope);
        assert!(
            (x - back).abs() <= allowed || back.is_infinite(),
            "{back} for {x}"
        );
    }
    // Beside 1: erfc(4) and erfc(5) lie 1.54e-8 and 1.54e-12 from there.
    let tail = Tensor::from([1.541_725_790_028_002e-8, 1.537_459_794_428_035e-12]).rsub_scalar(1.0)?;
    let found = values(&tail.erfinv()?);
    assert!(
        (found[0] - 4.0).abs() < 1e-8 && (found[1] - 5.0).abs() < 1e-4,
        "{found:?}"
    );
    let edges = values(&Tensor::from([-1.0, 1.0, 0.0, 1.1, f64::NAN]).erfinv()?);
    assert_eq!(edges[..3], [f64::NEG_INFINITY, f64::INFINITY, 0.0]);
    assert!(edges[3].is_nan() && edges[4].is_nan());
    says(Tensor::from(1).erfinv(), "erfinv");
    Ok(())
}

#[test]
fn derivatives_of_the_gamma_function_satisfy_their_recurrence() -> Result<()> {
    // ψ⁽ⁿ⁾(x + 1) = ψ⁽ⁿ⁾(x) + (-1)ⁿ·n! / xⁿ⁺¹, across where the terms end and the series begins.
    let x = Tensor::linspace(0.05, 30.0, 600)?;
    let mut factorial = 1.0;
    for order in 0..5u32 {
        factorial *= f64::from(order.max(1));
        let sign = if order % 2 == 0 { 1.0 } else { -1.0 };
        let (here, next) = (
            values(&x.polygamma(order)?),
            values(&x.add_scalar(1.0)?.polygamma(order)?),
        );
        for ((x, here), next) in values(&x).into_iter().zip(here).zip(next) {
            let step = sign * factorial / x.powi(order as i32 + 1);
            let size = here.abs().max(next.abs()).max(1.0);
            assert!((next - here - step).abs() <= 2e-14 * size, "order {order} at {x}");
        }
    }
    let below = Tensor::from([-20.3, -7.5, -1.999, -0.75, -1e-3]);
    for order in 0..2 {
        let (here, next) = (below.polygamma(order)?, below.add_scalar(1.0)?.polygamma(order)?);
        for ((x, here), next) in values(&below).into_iter().zip(values(&here)).zip(values(&next)) {
            let step = if order == 0 { 1.0 / x } else { -1.0 / (x * x) };
            let size = here.abs().max(next.abs());
            assert!((next - here - step).abs() <= 1e-12 * size, "order {order} at {x}");
        }
    }
    // By tables: ψ(1/2) = -γ - 2·ln 2, ψ'(1/2) = π²/2, ψ''(1) = -2·ζ(3).
    let half = Tensor::from(0.5);
    let table = [
        (half.digamma()?, -1.963_510_026_021_423_5),
        (Tensor::from(-0.5).digamma()?, 0.036_489_973_978_576_52),
        (half.polygamma(1)?, 4.934_802_200_544_679),
        (Tensor::from(1.0).polygamma(2)?, -2.404_113_806_319_188_6),
        (Tensor::from(-0.5).lgamma()?, 1.265_512_123_484_645_4),
    ];
    for (found, expected) in table {
        assert!(
            (found.item::<f64>()? - expected).abs() < 1e-14,
            "{found:?}, not {expected}"
        );
    }
    // The lower half: by reflection for the orders 0 and 1, with the poles as in PyTorch.
    let edges = Tensor::from([0.0, -0.0, -1.0, f64::NAN]);
    let digamma = values(&edges.digamma()?);
    assert_eq!(digamma[..2], [f64::NEG_INFINITY, f64::INFINITY]);
    assert!(digamma[2].is_nan() && digamma[3].is_nan());
    let trigamma = values(&edges.polygamma(1)?);
    assert!(trigamma[..3].iter().all(|&y| y > 1e30) && trigamma[3].is_nan());
    assert!(Tensor::from(-0.5).polygamma(2)?.item::<f64>()?.is_nan());
    says(half.polygamma(101), "polygamma: order = 101: must be at most 100");
    Ok(())
}

#[test]
fn running_extremes_take_the_last_of_equals_and_keep_nan() -> Result<()> {
    let x = Tensor::from([[2.0, 5.0, 5.0, 1.0], [3.0, f64::NAN, 9.0, 9.0]]);
    let found = both(&[&x], |x| {
        let ((y, at), (least, _)) = (x[0].cummax(-1)?, x[0].cummin(0)?);
        Ok(vec![y, at, least])
    })?;
    assert_eq!(values(&found[0])[..5], [2.0, 5.0, 5.0, 5.0, 3.0]);
    assert!(values(&found[0])[5..].iter().all(|y| y.is_nan()));
    assert_eq!(found[1].to_vec::<i64>()?, [0, 1, 2, 2, 0, 1, 1, 1]);
    assert_eq!(values(&found[2])[..5], [2.0, 5.0, 5.0, 1.0, 2.0]);
    // Along the first of three axes, with empty ones, of integers.
    let cube = Tensor::from([[[3, 1]], [[2, 4]]]);
    assert_eq!(cube.cummax(0)?.0.to_vec::<i32>()?, [3, 1, 3, 4]);
    assert_eq!(
        Tensor::zeros([0, 2], DType::F32)?.cummin(0)?.0.shape().to_vec(),
        [0, 2]
    );
    says(cube.cummax(3), "axis");
    says(Tensor::from(true).cummax(0), "cummax");
    says(Tensor::from("a").expand_dims(0)?.cummax(0), "cummax");
    Ok(())
}

#[test]
fn running_logarithms_of_sums_of_exponentials_neither_overflow_nor_vanish() -> Result<()> {
    let infinite = f64::NEG_INFINITY;
    let x = Tensor::from([
        [-1000.0, 0.0, 1000.0, 999.0],
        [infinite, infinite, 3.0, infinite],
        [700.0, 710.0, f64::INFINITY, 1.0],
    ]);
    let y = values(&both_one(&[&x], |x| x[0].logcumsumexp(1))?);
    assert_eq!(y[..3], [-1000.0, 0.0, 1000.0]);
    assert!((y[3] - (1000.0 + (-1f64).exp().ln_1p())).abs() < 1e-12);
    assert_eq!(y[4..8], [infinite, infinite, 3.0, 3.0]);
    assert!((y[9] - (710.0 + (-10f64).exp().ln_1p())).abs() < 1e-12);
    assert_eq!(y[10..], [f64::INFINITY; 2]);
    says(Tensor::from([1]).logcumsumexp(0), "logcumsumexp");
    Ok(())
}

#[test]
fn membership_masks_histograms_and_means_without_nan() -> Result<()> {
    let x = Tensor::from([[1.0, f64::NAN], [3.0, -0.0]]);
    let among = Tensor::from([[0.0, f64::NAN], [1.0, 7.0]]);
    let found = both_one(&[&x, &among], |x| x[0].is_in(&x[1]))?;
    assert_eq!(found.to_vec::<bool>()?, [true, false, false, true]);
    let none = Tensor::zeros([0], DType::F64)?;
    assert_eq!(x.is_in(&none)?.to_vec::<bool>()?, [false; 4]);
    assert_eq!(
        Tensor::from(["b", "c"])
            .is_in(&Tensor::from(["a", "b"]))?
            .to_vec::<bool>()?,
        [true, false]
    );
    says(x.is_in(&Tensor::from(1)), "f64");
    let mask = both_one(&[&Tensor::from([[0, 2], [5, 1]])], |x| x[0].sequence_mask(2))?;
    assert_eq!(
        mask.to_vec::<bool>()?,
        [false, false, true, true, true, true, true, false]
    );
    says(Tensor::from(1.0).sequence_mask(2), "sequence_mask");

    let x = Tensor::from([
        -1.0,
        0.0,
        0.1,
        0.25,
        0.5,
        0.99,
        1.0,
        1.01,
        f64::NAN,
        f64::INFINITY,
    ]);
    let found = both(&[&x], |x| {
        let (counts, edges) = x[0].histogram(4, 0.0, 1.0)?;
        Ok(vec![counts, edges])
    })?;
    assert_eq!(found[0].to_vec::<i64>()?, [2, 1, 1, 2]);
    assert_eq!(values(&found[1]), [0.0, 0.25, 0.5, 0.75, 1.0]);
    assert_eq!(x.histogram(3, 50.0, 60.0)?.0.to_vec::<i64>()?, [0; 3]);
    says(x.histogram(0, 0.0, 1.0), "histogram: bins");
    says(x.histogram(3, 1.0, 1.0), "histogram: low");
    says(x.histogram(3, 0.0, f64::INFINITY), "histogram: high");

    let x = Tensor::from([[1.0, f64::NAN, 3.0], [f64::NAN, f64::NAN, f64::NAN]]);
    let found = both(&[&x], |x| {
        Ok(vec![x[0].nansum(&[1])?, x[0].nanmean(&[1])?, x[0].nanmean(&[])?])
    })?;
    assert_eq!(values(&found[0]), [4.0, 0.0]);
    assert!(values(&found[1])[0] == 2.0 && values(&found[1])[1].is_nan());
    assert_eq!(found[2].item::<f64>()?, 2.0);
    Ok(())
}

#[test]
fn triangular_systems_look_at_one_triangle_only() -> Result<()> {
    let a = Tensor::from([[2.0, f64::NAN, f64::NAN], [1.0, 4.0, f64::NAN], [3.0, -2.0, 0.5]]);
    let b = Tensor::from([[2.0, 4.0], [9.0, 6.0], [1.0, 0.0]]);
    // By hand: x = (1, 2), (8, 4) / 4 = (2, 1), (1 - 3 + 4, 0 - 6 + 2) / 0.5 = (4, -8).
    let x = both_one(&[&a, &b], |x| x[0].solve_triangular(&x[1], true))?;
    assert_eq!(values(&x), [1.0, 2.0, 2.0, 1.0, 4.0, -8.0]);
    let (a, b) = (a.transpose()?, Tensor::from([1.0, 2.0, 3.0]));
    // From below: 6, (2 + 12) / 4, (1 - 3.5 - 18) / 2.
    assert_eq!(values(&a.solve_triangular(&b, false)?), [-10.25, 3.5, 6.0]);
    let singular = Tensor::from([[1.0, 0.0], [1.0, 0.0]]);
    says(
        singular.solve_triangular(&Tensor::from([1.0, 1.0]), true),
        "element 1 of its diagonal is 0",
    );
    says(
        singular.solve_triangular(&b, true),
        "solve_triangular: cannot combine",
    );
    let single =
        Tensor::from([[2.0f32, 0.0], [1.0, 4.0]]).solve_triangular(&Tensor::from([2.0f32, 9.0]), true)?;
    assert_eq!(single.to_vec::<f32>()?, [1.0, 2.0]);
    Ok(())
}

#[test]
fn lengths_of_hypotenuses_and_cross_products() -> Result<()> {
    let wide = Tensor::from([3e-200f64, 1e308, f64::INFINITY]);
    let y = values(&wide.hypot(&Tensor::from([4e-200, 1e308, f64::NAN]))?);
    assert!((y[0] / 5e-200 - 1.0).abs() < 1e-15 && (y[1] / 2f64.sqrt() / 1e308 - 1.0).abs() < 1e-15);
    let single = Tensor::from(3e30f32)
        .hypot(&Tensor::from(4e30f32))?
        .item::<f32>()?;
    assert!((single / 5e30 - 1.0).abs() < 1e-7);
    let (a, b) = (
        Tensor::from([[1, 2, 3], [0, 1, 0]]),
        Tensor::from([[4, 5, 6], [0, 0, 1]]),
    );
    assert_eq!(a.cross(&b, 1)?.to_vec::<i32>()?, [-3, 6, -3, 1, 0, 0]);
    says(a.cross(&b, 0), "axis 0 must have length 3");
    Ok(())
}

const NUMPY: [f64; 2] = [0.9385361799537182, 6.020242861835042];

#[test]
fn exponential_draws_have_their_law() -> Result<()> {
    let draws = Draws::new(3);
    let n = 100_000;
    let x = values(&draws.exponential([n], 2.5, DType::F64)?);
    let mean = x.iter().sum::<f64>() / n as f64;
    // Mean and deviation are both 2.5: five standard errors.
    assert!((mean - 2.5).abs() < 5.0 * 2.5 / (n as f64).sqrt(), "{mean}");
    // Above 2.5·ln 2 lies half of it: five times √(n / 4).
    let above = x.iter().filter(|&&x| x > 2.5 * 2f64.ln()).count() as f64;
    assert!(
        (above - n as f64 / 2.0).abs() < 2.5 * (n as f64).sqrt(),
        "{above}"
    );
    assert!(x.iter().all(|&x| x >= 0.0 && x.is_finite()));
    says(draws.exponential([1], 0.0, DType::F64), "exponential: scale");
    says(draws.exponential([1], 1.0, DType::I32), "exponential");
    // NumPy's RandomState(42).exponential(2.0, 2).
    let numpy = values(&Draws::numpy(42).exponential([2], 2.0, DType::F64)?);
    assert!(
        (numpy[0] - NUMPY[0]).abs() < 1e-15 && (numpy[1] - NUMPY[1]).abs() < 1e-14,
        "{numpy:?}"
    );
    Ok(())
}
