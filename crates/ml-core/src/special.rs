//! Special functions and quantiles of distributions.

use statrs::distribution::{ContinuousCDF, Normal, StudentsT};

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

fn check_probability(probability: f64) -> Result<()> {
    let valid = probability > 0.0 && probability < 1.0;
    check::parameter("probability", probability, valid, "in (0, 1)")
}
