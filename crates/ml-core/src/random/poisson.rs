//! Counts of events at a constant rate, from uniform numbers in `[0, 1)`: as NumPy's legacy generator makes them.

/// A count with this mean, which is at least 0 and below 2⁶³.
pub(super) fn poisson(mean: f64, uniform: impl FnMut() -> f64) -> i64 {
    if mean >= 10.0 {
        large(mean, uniform)
    } else if mean == 0.0 {
        0
    } else {
        small(mean, uniform)
    }
}

/// Multiplies uniform numbers until the product falls below `exp(-mean)` (Knuth).
fn small(mean: f64, mut uniform: impl FnMut() -> f64) -> i64 {
    let limit = (-mean).exp();
    let (mut count, mut product) = (0, 1.0);
    loop {
        product *= uniform();
        if product <= limit {
            return count;
        }
        count += 1;
    }
}

/// Transformed rejection with squeeze: PTRS (Hörmann, Insurance: Mathematics and Economics 12, 1993).
fn large(mean: f64, mut uniform: impl FnMut() -> f64) -> i64 {
    let log_mean = mean.ln();
    let b = 0.931 + 2.53 * mean.sqrt();
    let a = -0.059 + 0.02483 * b;
    let inverse_alpha = 1.1239 + 1.1328 / (b - 3.4);
    let v_r = 0.9277 - 3.6224 / (b - 2.0);
    loop {
        let u = uniform() - 0.5;
        let v = uniform();
        let us = 0.5 - u.abs();
        let k = ((2.0 * a / us + b) * u + mean + 0.43).floor() as i64;
        if us >= 0.07 && v <= v_r {
            return k;
        }
        if k < 0 || (us < 0.013 && v > us) {
            continue;
        }
        let left = v.ln() + inverse_alpha.ln() - (a / (us * us) + b).ln();
        if left <= -mean + k as f64 * log_mean - log_gamma((k + 1) as f64) {
            return k;
        }
    }
}

/// `log(gamma(x))` for `x >= 1` (Zhang and Jin, "Computation of Special Functions", 1996), with the
/// very roundings that decide NumPy's Poisson numbers.
fn log_gamma(x: f64) -> f64 {
    const COEFFICIENTS: [f64; 10] = [
        8.333333333333333e-02,
        -2.777777777777778e-03,
        7.936507936507937e-04,
        -5.952380952380952e-04,
        8.417508417508418e-04,
        -1.917526917526918e-03,
        6.41025641025641e-03,
        -2.955065359477124e-02,
        1.796443723688307e-01,
        -1.3924322169059e+00,
    ];
    const LOG_TWO_PI: f64 = 1.8378770664093453e+00;
    if x == 1.0 || x == 2.0 {
        return 0.0;
    }
    let steps = if x < 7.0 { (7.0 - x) as i64 } else { 0 };
    let mut x0 = x + steps as f64;
    let x2 = (1.0 / x0) * (1.0 / x0);
    let series = COEFFICIENTS.iter().rev().skip(1);
    let series = series.fold(COEFFICIENTS[9], |sum, &c| sum * x2 + c);
    let mut log_gamma = series / x0 + 0.5 * LOG_TWO_PI + (x0 - 0.5) * x0.ln() - x0;
    for _ in 0..steps {
        log_gamma -= (x0 - 1.0).ln();
        x0 -= 1.0;
    }
    log_gamma
}
