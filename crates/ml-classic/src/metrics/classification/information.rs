//! Entropy and its kin, of distributions over the same outcomes.

use ml_core::{Error, Float, Result, check, ndarray::ArrayView1, ndarray::Axis};

use super::probabilities::check_probabilities;

/// Entropy of a distribution: `H(p) = -Σ p·log(p)`, the average length of the best code for its outcomes.
///
/// In units of the logarithm to `base`: 2 gives bits, `e` nats.
///
/// Source: Shannon, "A Mathematical Theory of Communication" (1948).
///
/// # Errors
/// No outcome, probabilities outside `[0, 1]` or that do not sum to 1, a base that is not finite and above 1.
///
/// # Examples
/// ```
/// use ml_classic::metrics::entropy;
/// use ml_core::ndarray::{Array1, array};
///
/// // Eight equally likely kinds of weather take three bits, a certain one none.
/// assert_eq!(entropy(Array1::from_elem(8, 0.125).view(), 2.0)?, 3.0);
/// assert_eq!(entropy(array![1.0, 0.0].view(), 2.0)?, 0.0);
/// # Ok::<(), ml_core::Error>(())
/// ```
pub fn entropy<F: Float>(p: ArrayView1<'_, F>, base: f64) -> Result<f64> {
    bits("entropy", p, p, base)
}

/// Cross-entropy of two distributions: `H(p, q) = -Σ p·log(q)`, the average length of a code made for `q` when the outcomes
/// follow `p`.
///
/// The entropy of `p` where `q` is right, more everywhere else; infinite where `q` rules out what happens. For the loss of
/// a classifier see [`log_loss`](crate::metrics::log_loss).
///
/// # Errors
/// As [`entropy`]; lengths that differ.
///
/// # Examples
/// ```
/// use ml_classic::metrics::cross_entropy;
/// use ml_core::ndarray::array;
///
/// // Codes of 1 bit for sun and 4 bits for each of the others, on four sunny days of five.
/// let p = array![0.8, 0.05, 0.05, 0.05, 0.05];
/// let q = array![0.5, 0.125, 0.125, 0.125, 0.125];
/// assert!((cross_entropy(p.view(), q.view(), 2.0)? - (0.8 * 1.0 + 0.2 * 3.0)).abs() < 1e-15);
/// # Ok::<(), ml_core::Error>(())
/// ```
pub fn cross_entropy<F: Float>(p: ArrayView1<'_, F>, q: ArrayView1<'_, F>, base: f64) -> Result<f64> {
    bits("cross_entropy", p, q, base)
}

/// Kullback-Leibler divergence (relative entropy): `D(p‖q) = Σ p·log(p/q) = H(p, q) - H(p)`, what a wrong assumption costs.
///
/// 0 where the distributions agree, and nowhere else; not symmetric; infinite where `q` rules out what happens.
///
/// Source: Kullback and Leibler, "On Information and Sufficiency", Ann. Math. Stat. 22 (1951).
///
/// # Errors
/// As [`cross_entropy`].
///
/// # Examples
/// ```
/// use ml_classic::metrics::kl_divergence;
/// use ml_core::ndarray::array;
///
/// let (fair, loaded) = (array![0.5, 0.5], array![0.25, 0.75]);
/// // ½·log₂(½/¼) + ½·log₂(½/¾) = 1 - ½·log₂(3).
/// assert!((kl_divergence(fair.view(), loaded.view(), 2.0)? - (1.0 - 0.5 * 3.0_f64.log2())).abs() < 1e-15);
/// assert_eq!(kl_divergence(fair.view(), fair.view(), 2.0)?, 0.0);
/// # Ok::<(), ml_core::Error>(())
/// ```
pub fn kl_divergence<F: Float>(p: ArrayView1<'_, F>, q: ArrayView1<'_, F>, base: f64) -> Result<f64> {
    check_pair("kl_divergence", p, q, base)?;
    let sum = sum(p, q, |p, q| p * (p / q).ln());
    // Rounding may leave a trace below what no divergence can be.
    Ok((sum / base.ln()).max(0.0))
}

fn bits<F: Float>(op: &'static str, p: ArrayView1<'_, F>, q: ArrayView1<'_, F>, base: f64) -> Result<f64> {
    check_pair(op, p, q, base)?;
    Ok(sum(p, q, |p, q| -p * q.ln()).max(0.0) / base.ln())
}

/// Over the outcomes that happen: the others count nothing, whatever the logarithm says.
fn sum<F: Float>(p: ArrayView1<'_, F>, q: ArrayView1<'_, F>, term: impl Fn(f64, f64) -> f64) -> f64 {
    let pairs = p.iter().zip(q).map(|(p, q)| (p.as_f64(), q.as_f64()));
    pairs.filter(|&(p, _)| p > 0.0).map(|(p, q)| term(p, q)).sum()
}

fn check_pair<F: Float>(
    op: &'static str,
    p: ArrayView1<'_, F>,
    q: ArrayView1<'_, F>,
    base: f64,
) -> Result<()> {
    check::parameter("base", base, base > 1.0 && base.is_finite(), "finite and > 1")?;
    if p.len() != q.len() {
        return Err(Error::Length {
            op,
            left_name: "p",
            left: p.len(),
            right_name: "q",
            right: q.len(),
        });
    }
    for p in [p, q] {
        let row = p.insert_axis(Axis(0));
        check::not_empty(op, row)?;
        check_probabilities(op, row)?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use ml_core::ndarray::array;

    use super::*;

    #[test]
    fn what_is_ruled_out_and_happens_costs_infinitely_much() {
        let (p, q) = (array![0.5, 0.5, 0.0], array![1.0, 0.0, 0.0]);
        assert_eq!(cross_entropy(p.view(), q.view(), 2.0).unwrap(), f64::INFINITY);
        assert_eq!(kl_divergence(p.view(), q.view(), 2.0).unwrap(), f64::INFINITY);
        // The other way round all that happens is expected: one bit too many.
        assert_eq!(kl_divergence(q.view(), p.view(), 2.0).unwrap(), 1.0);
        assert_eq!(entropy(q.view(), 2.0).unwrap(), 0.0);
    }

    #[test]
    fn the_three_belong_together() {
        let p = array![0.1_f32, 0.2, 0.3, 0.4];
        let q = array![0.4_f32, 0.3, 0.2, 0.1];
        let (p, q) = (p.view(), q.view());
        for base in [2.0, std::f64::consts::E, 10.0] {
            let whole = cross_entropy(p, q, base).unwrap();
            let parts = entropy(p, base).unwrap() + kl_divergence(p, q, base).unwrap();
            assert!((whole - parts).abs() < 1e-7, "{whole} {parts}");
        }
    }

    #[test]
    fn bad_distributions_are_refused() {
        let p = array![0.5, 0.5];
        let says = |result: Result<f64>, text: &str| assert_eq!(result.unwrap_err().to_string(), text);
        says(entropy(p.view(), 1.0), "base = 1: must be finite and > 1");
        says(
            entropy(array![0.5, 0.6].view(), 2.0),
            "entropy: the probabilities of row 0 sum to 1.1; divide every row by its sum, or pass predict_proba's result",
        );
        says(
            cross_entropy(p.view(), array![1.0].view(), 2.0),
            "cross_entropy: p has 2 rows, but q has 1; they must match one to one",
        );
        assert!(entropy(array![f64::NAN, 1.0].view(), 2.0).is_err());
        assert!(entropy::<f64>(array![].view(), 2.0).is_err());
    }
}
