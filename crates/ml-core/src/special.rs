//! Special functions and quantiles of distributions.

use statrs::distribution::{ChiSquared, ContinuousCDF, Normal, StudentsT};

use crate::{Result, check};

/// Quantile of Student's t distribution: the `t` below which the share `probability` lies.
///
/// # Errors
/// [`Error::Parameter`](crate::Error::Parameter) unless `0 < probability < 1` and `freedom > 0`.
///
/// # Examples
/// ```
/// let t = ml_core::special::student_t_quantile(0.975, 10.0)?;
/// assert!((t - 2.228_138_851_96).abs() < 1e-8);
/// # Ok::<(), ml_core::Error>(())
/// ```
pub fn student_t_quantile(probability: f64, freedom: f64) -> Result<f64> {
    check_probability(probability)?;
    check::parameter(
        "freedom",
        freedom,
        freedom > 0.0 && freedom.is_finite(),
        "finite and > 0",
    )?;
    let t = StudentsT::new(0.0, 1.0, freedom).expect("the degrees of freedom were checked");
    Ok(t.inverse_cdf(probability))
}

/// Quantile of the standard normal distribution.
///
/// # Errors
/// [`Error::Parameter`](crate::Error::Parameter) unless `0 < probability < 1`.
pub fn normal_quantile(probability: f64) -> Result<f64> {
    check_probability(probability)?;
    Ok(Normal::standard().inverse_cdf(probability))
}

/// Share of the chi-square distribution above `value`: the p-value of a test with that statistic.
///
/// # Errors
/// [`Error::Parameter`](crate::Error::Parameter) unless `value >= 0` and `freedom > 0`, both finite.
///
/// # Examples
/// ```
/// let p = ml_core::special::chi_square_tail(3.841_458_820_7, 1.0)?;
/// assert!((p - 0.05).abs() < 1e-9);
/// # Ok::<(), ml_core::Error>(())
/// ```
pub fn chi_square_tail(value: f64, freedom: f64) -> Result<f64> {
    let valid = value.is_finite() && value >= 0.0;
    check::parameter("value", value, valid, "finite and >= 0")?;
    let valid = freedom.is_finite() && freedom > 0.0;
    check::parameter("freedom", freedom, valid, "finite and > 0")?;
    let distribution = ChiSquared::new(freedom).expect("the degrees of freedom were checked");
    Ok(distribution.sf(value))
}

fn check_probability(probability: f64) -> Result<()> {
    let valid = probability > 0.0 && probability < 1.0;
    check::parameter("probability", probability, valid, "in (0, 1)")
}
