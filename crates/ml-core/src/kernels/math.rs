//! Elementary functions without branches, which become vector instructions inside
//! [`vectorize`](super::simd::vectorize).
//!
//! Products and sums are fused (`mul_add`): one instruction wherever the processor has it, and the same bits
//! everywhere. On x86-64 processors from before 2013, which lack it, the C library computes it, slowly.
//! Largest errors, in units in the last place (ulp), over sweeps of the whole domain (`tests` below):
//!
//! | function | f32 | f64 |
//! |---|---|---|
//! | `exp`, `log` | 1.1 | 1.1 |
//! | `exp_m1`, `log1p` | 1.5 | 1.1 |
//! | `tanh` | 1.3 | 1.3 |
//! | `sigmoid` | 2 | 1.8 |
//! | `softplus` | 1.6 | 1.6 |
//! | `erf` | 1.2 | that of `libm` |
//! | `exp2`, `log2`, `log10`, `pow`, `sinh`, `cosh`, `sin`, `cos` | 0.51 | those of the standard library |
//!
//! The sigmoid is 0 where it would be subnormal.
//!
//! Functions that are not here (`tan`, `asin`, `cbrt`, ...) are the standard library's in both types. The
//! polynomials are minimax fits made by `tests/fixtures/math/coefficients.py`.

use std::ops::{Add, Div, Mul, Neg, Sub};

/// What the functions need to know of `f32` and `f64`.
pub(crate) trait Real:
    Copy
    + PartialOrd
    + Add<Output = Self>
    + Sub<Output = Self>
    + Mul<Output = Self>
    + Div<Output = Self>
    + Neg<Output = Self>
    + 'static
{
    const ZERO: Self;
    const HALF: Self;
    const ONE: Self;
    const TWO: Self;
    const INFINITY: Self;
    const NAN: Self;
    /// Smallest normal number.
    const TINY: Self;
    const LOG2_E: Self;
    /// `ln 2` as the sum of two numbers.
    const LN2: [Self; 2];
    /// Added and taken away again, it rounds to a whole number, which stands in its lowest bits in between.
    const ROUND: Self;
    /// `e^x` is 0 below the first and infinite above the second.
    const EXP_RANGE: [Self; 2];
    /// `e^x - 1` is -1 below minus this, and `tanh` is 1 above half of it.
    const SATURATED: Self;
    /// The sigmoid is not normal, and taken as 0, below minus this.
    const SIGMOID_END: Self;
    /// Where the formula of [`tanh`] changes.
    const TANH_NEAR_END: Self;
    /// `(e^r - 1 - r) / r²` for `|r| <= ln 2 / 2`.
    const EXP: &'static [Self];
    /// `(tanh(x) / x - 1) / x²` by powers of `x²`, for `|x|` up to 0.55.
    const TANH: &'static [Self];
    /// `(log((1 + s) / (1 - s)) / s - 2) / s²` by powers of `s²`, for `(1 + s) / (1 - s)` between √½ and √2.
    const LOG: &'static [Self];

    /// `self · factor + term`, rounded once.
    fn fma(self, factor: Self, term: Self) -> Self;
    fn abs(self) -> Self;
    fn sign_of(self, other: Self) -> Self;
    /// `2^n` of `n + ROUND`, if it is a normal number.
    fn power(rounded: Self) -> Self;
    /// Two powers of 2 whose product is `2^n` of `n + ROUND`, for any `n` of twice the range of exponents.
    fn halves(rounded: Self) -> [Self; 2];
    /// `(m, k, 2^-k)` with `x = m · 2^k` and `m` between √½ and √2, for positive finite numbers. The last is 0
    /// where it would not be normal.
    fn parts(x: Self) -> (Self, Self, Self);
}

macro_rules! real {
    ($type:ident, $bits:ident, $mantissa:literal, $($consts:item)*) => {
        impl Real for $type {
            const ZERO: Self = 0.0;
            const HALF: Self = 0.5;
            const ONE: Self = 1.0;
            const TWO: Self = 2.0;
            const INFINITY: Self = $type::INFINITY;
            const NAN: Self = $type::NAN;
            const TINY: Self = $type::MIN_POSITIVE;
            const LOG2_E: Self = std::$type::consts::LOG2_E;
            const ROUND: Self = 1.5 * (1u64 << $mantissa) as $type;
            $($consts)*

            #[inline(always)]
            fn fma(self, factor: Self, term: Self) -> Self {
                self.mul_add(factor, term)
            }

            #[inline(always)]
            fn abs(self) -> Self {
                self.abs()
            }

            #[inline(always)]
            fn sign_of(self, other: Self) -> Self {
                self.copysign(other)
            }

            #[inline(always)]
            fn power(rounded: Self) -> Self {
                // The shift leaves of the bits of n only those that an exponent has.
                Self::from_bits((rounded.to_bits() << $mantissa).wrapping_add(Self::ONE.to_bits()))
            }

            #[inline(always)]
            fn halves(rounded: Self) -> [Self; 2] {
                /// Makes every n positive; half of it is taken away after halving.
                const SHIFT: $bits = 4096;
                let n = rounded.to_bits().wrapping_sub(Self::ROUND.to_bits());
                let half = (n.wrapping_add(SHIFT) >> 1).wrapping_sub(SHIFT / 2);
                let power = |n: $bits| Self::from_bits((n << $mantissa).wrapping_add(Self::ONE.to_bits()));
                [power(half), power(n.wrapping_sub(half))]
            }

            #[inline(always)]
            fn parts(x: Self) -> (Self, Self, Self) {
                /// Makes subnormal numbers normal.
                const SCALE: $type = (1u64 << ($mantissa + 2)) as $type;
                const ROOT: $bits = std::$type::consts::FRAC_1_SQRT_2.to_bits();
                const BIAS: $bits = $type::ONE.to_bits() >> $mantissa;
                /// A number whose last place is 1: whole numbers in its low bits are added to it.
                const WHOLE: $type = (1u64 << $mantissa) as $type;
                let small = x < Self::TINY;
                let bits = (if small { x * SCALE } else { x }).to_bits();
                // Counted from √½ on, the exponent changes where m does.
                let from_root = bits.wrapping_add(Self::ONE.to_bits() - ROOT);
                let exponent = from_root >> $mantissa;
                let m = Self::from_bits((from_root & ((1 << $mantissa) - 1)).wrapping_add(ROOT));
                let k = Self::from_bits(exponent | WHOLE.to_bits()) - (WHOLE + BIAS as $type);
                let inverse = Self::from_bits((2 * BIAS).saturating_sub(exponent) << $mantissa);
                (m, if small { k - ($mantissa + 2) as $type } else { k }, inverse)
            }
        }
    };
}

real! { f32, u32, 23,
    const LN2: [Self; 2] = [std::f32::consts::LN_2, (std::f64::consts::LN_2 - std::f32::consts::LN_2 as f64) as f32];
    const EXP_RANGE: [Self; 2] = [-104.0, 89.0];
    const SATURATED: Self = 20.0;
    const SIGMOID_END: Self = 87.3;
    const TANH_NEAR_END: Self = 0.55;
    const EXP: &'static [Self] = &[0.5, 0.166_665_18, 0.041_666_202, 0.008_368_953, 0.001_395_059_6];
    const TANH: &'static [Self] = &[-0.333_333_2, 0.133_326_02, -0.053_853_86, 0.021_077_765, -0.006_282_481];
    const LOG: &'static [Self] = &[0.666_666_7, 0.400_003_37, 0.285_372_38, 0.235_835_7];
}
real! { f64, u64, 52,
    // The second is what the first lacks.
    const LN2: [Self; 2] = [std::f64::consts::LN_2, 2.319_046_813_846_299_6e-17];
    const EXP_RANGE: [Self; 2] = [-746.0, 710.0];
    const SATURATED: Self = 40.0;
    const SIGMOID_END: Self = 708.3;
    const TANH_NEAR_END: Self = 0.55;
    const EXP: &'static [Self] = &[
        0.500_000_000_000_001_3,
        0.166_666_666_666_667,
        0.041_666_666_666_514_32,
        0.008_333_333_333_307_03,
        0.001_388_888_894_733_197_7,
        0.000_198_412_699_177_705_94,
        2.480_148_958_975_459e-5,
        2.755_721_594_825_437_3e-6,
        2.763_141_408_414_969_5e-7,
        2.511_797_488_699_083_5e-8,
    ];
    const TANH: &'static [Self] = &[
        -0.333_333_333_333_333,
        0.133_333_333_333_268_33,
        -0.053_968_253_963_879,
        0.021_869_488_389_111_666,
        -0.008_863_232_652_900_482,
        0.003_592_092_533_506_970_7,
        -0.001_455_545_989_547_089_8,
        0.000_588_457_069_202_701_7,
        -0.000_233_412_774_933_447_9,
        8.336_013_031_321_596e-5,
        -1.952_106_249_744_695_7e-5,
    ];
    const LOG: &'static [Self] = &[
        0.666_666_666_666_673_5,
        0.399_999_999_994_111_07,
        0.285_714_287_432_603_8,
        0.222_221_984_761_358_93,
        0.181_835_697_352_601_27,
        0.153_139_033_021_175_07,
        0.147_975_076_186_322_5,
    ];
}

/// The polynomial with these coefficients, from the constant upwards.
#[inline(always)]
fn horner<R: Real>(x: R, coefficients: &[R]) -> R {
    let mut sum = R::ZERO;
    for (n, &c) in coefficients.iter().rev().enumerate() {
        sum = if n == 0 { c } else { sum.fma(x, c) };
    }
    sum
}

/// `(n + ROUND, e^r - 1)` with `x = n · ln 2 + r`.
#[inline(always)]
fn reduced_exp<R: Real>(x: R) -> (R, R) {
    let rounded = x.fma(R::LOG2_E, R::ROUND);
    let n = rounded - R::ROUND;
    let r = n.fma(-R::LN2[1], n.fma(-R::LN2[0], x));
    (rounded, (r * r).fma(horner(r, R::EXP), r))
}

/// `x` moved into a range; NaN stays.
#[inline(always)]
fn within<R: Real>(x: R, [low, high]: [R; 2]) -> R {
    let x = if x < low { low } else { x };
    if x > high { high } else { x }
}

/// `e^x`.
#[inline(always)]
pub(crate) fn exp<R: Real>(x: R) -> R {
    let (rounded, q) = reduced_exp(within(x, R::EXP_RANGE));
    let [first, second] = R::halves(rounded);
    (q + R::ONE) * first * second
}

/// `e^x - 1` where `e^x` is far from the ends of its range.
#[inline(always)]
fn exp_m1_inside<R: Real>(x: R) -> R {
    let (rounded, q) = reduced_exp(x);
    let power = R::power(rounded);
    power.fma(q, power - R::ONE)
}

/// `e^x - 1`, accurate near 0.
#[inline(always)]
pub(crate) fn exp_m1<R: Real>(x: R) -> R {
    let (rounded, q) = reduced_exp(within(x, [-R::SATURATED, R::EXP_RANGE[1]]));
    // Half the power, so that the largest does not overflow before its time.
    let half = R::power(rounded - R::ONE);
    let y = half.fma(q, half - R::HALF) * R::TWO;
    // Below, halving would lose bits, and the sign of 0.
    if x.abs() < R::TINY * (R::TWO + R::TWO) {
        x
    } else {
        y
    }
}

/// `log(1 + f) + k · ln 2`, for `1 + f` between √½ and √2.
#[inline(always)]
fn log_of_parts<R: Real>(f: R, k: R) -> R {
    let s = f / (f + R::TWO);
    let z = s * s;
    let tail = z * horner(z, R::LOG);
    let half_square = R::HALF * f * f;
    // f = 2·s + s·f, of which s · (tail + f²/2) is left when f - f²/2 goes first.
    let low = s.fma(half_square + tail, k * R::LN2[1]);
    k.fma(R::LN2[0], f - (half_square - low))
}

/// `y` where a logarithm of `x` exists, else what stands for it.
#[inline(always)]
fn log_domain<R: Real>(x: R, y: R) -> R {
    let y = if x > R::ZERO { y } else { R::NAN };
    let y = if x == R::ZERO { -R::INFINITY } else { y };
    if x == R::INFINITY { x } else { y }
}

/// Natural logarithm.
#[inline(always)]
pub(crate) fn log<R: Real>(x: R) -> R {
    let (m, k, _) = R::parts(x);
    log_domain(x, log_of_parts(m - R::ONE, k))
}

/// `log(1 + x)`, accurate near 0.
#[inline(always)]
pub(crate) fn log1p<R: Real>(x: R) -> R {
    let sum = x + R::ONE;
    // What the sum lost to rounding.
    let lost = if x > R::ONE {
        R::ONE - (sum - x)
    } else {
        x - (sum - R::ONE)
    };
    let (m, k, inverse) = R::parts(sum);
    let y = log_domain(sum, log_of_parts(lost.fma(inverse, m - R::ONE), k));
    if x.abs() < R::TINY { x } else { y }
}

/// Hyperbolic tangent.
#[inline(always)]
pub(crate) fn tanh<R: Real>(x: R) -> R {
    let square = x * x;
    let near = (x * square).fma(horner(square, R::TANH), x);
    let size = within(x.abs(), [R::ZERO, R::SATURATED]);
    let (rounded, q) = reduced_exp(size + size);
    let power = R::power(rounded);
    let far = R::ONE - R::TWO / power.fma(q, power + R::ONE);
    let y = if x.abs() < R::TANH_NEAR_END { near } else { far };
    y.sign_of(x)
}

/// `1 / (1 + e^-x)`.
#[inline(always)]
pub(crate) fn sigmoid<R: Real>(x: R) -> R {
    let (rounded, q) = reduced_exp(within(-x, [-(R::SATURATED + R::SATURATED), R::EXP_RANGE[1]]));
    // Half the power, so that it does not overflow before the result is 0.
    let half = R::power(rounded - R::ONE);
    let y = R::HALF / (half.fma(q, R::HALF) + half);
    if -x > R::SIGMOID_END { R::ZERO } else { y }
}

/// `log(1 + e^x)`, written so that nothing overflows: `max(x, 0) + log1p(e^-|x|)`.
#[inline(always)]
pub(crate) fn softplus<R: Real>(x: R) -> R {
    let positive = if x > R::ZERO { x } else { R::ZERO };
    positive + log1p(exp(-x.abs()))
}

/// `x · tanh(softplus(x))`; with `e = e^x` the tangent is `e·(e + 2) / (e·(e + 2) + 2)`.
#[inline(always)]
pub(crate) fn mish<R: Real>(x: R) -> R {
    // Where e² is beyond the last place of 1, the tangent is 1.
    let e = exp(if x > R::SATURATED { R::SATURATED } else { x });
    let square = e * (e + R::TWO);
    x * (square / (square + R::TWO))
}

/// Where the formula of [`erf`] changes.
const ERF_NEAR_END: f32 = 0.9375;
/// `erf(x) / x - 1` by powers of `x²`, for `|x|` up to [`ERF_NEAR_END`].
const ERF_NEAR: [f32; 7] = [
    0.128_379_17,
    -0.376_126_32,
    0.112_836_87,
    -0.026_858_85,
    0.005_199_6,
    -0.000_812_580_8,
    8.296_618e-5,
];
/// From here on the error function is 1.
const ERF_END: f32 = 4.0;
/// `-log(erfc(x))` by powers of `x`, from [`ERF_NEAR_END`] to [`ERF_END`].
const ERF_FAR: [f32; 8] = [
    -0.000_180_347_91,
    1.129_542_2,
    0.633_291_84,
    0.108_340_76,
    -0.025_158_703,
    0.004_185_998_3,
    -0.000_437_550_1,
    2.136_259_7e-5,
];

/// Error function, in `f32`.
#[inline(always)]
pub(crate) fn erf(x: f32) -> f32 {
    let near = x.fma(horner(x * x, &ERF_NEAR), x);
    let size = within(x.abs(), [0.0, ERF_END]);
    let far = (-exp_m1_inside(-horner(size, &ERF_FAR))).copysign(x);
    if x.abs() < ERF_NEAR_END { near } else { far }
}

/// Hyperbolic sine of `f32` numbers, computed in `f64`.
#[inline(always)]
pub(crate) fn sinh(x: f32) -> f32 {
    // Far beyond where the result is infinite, so that nothing is divided by infinity.
    let e = exp_m1(within(f64::from(x.abs()), [0.0, 100.0]));
    ((0.5 * (e + e / (e + 1.0))) as f32).copysign(x)
}

/// Hyperbolic cosine of `f32` numbers, computed in `f64`.
#[inline(always)]
pub(crate) fn cosh(x: f32) -> f32 {
    let e = exp(f64::from(x.abs()));
    (0.5 * (e + 1.0 / e)) as f32
}

/// `2^x` of `f32` numbers, computed in `f64`.
#[inline(always)]
pub(crate) fn exp2(x: f32) -> f32 {
    exp(f64::from(x) * std::f64::consts::LN_2) as f32
}

/// Logarithm to base 2 of `f32` numbers, computed in `f64`.
#[inline(always)]
pub(crate) fn log2(x: f32) -> f32 {
    (log(f64::from(x)) * std::f64::consts::LOG2_E) as f32
}

/// Logarithm to base 10 of `f32` numbers, computed in `f64`.
#[inline(always)]
pub(crate) fn log10(x: f32) -> f32 {
    (log(f64::from(x)) * std::f64::consts::LOG10_E) as f32
}

/// `x^y` of `f32` numbers, computed in `f64`, with the exceptions of IEEE 754.
#[inline(always)]
pub(crate) fn pow(x: f32, y: f32) -> f32 {
    let size = exp(f64::from(y) * log(f64::from(x.abs())));
    let size = if y == 0.0 || x == 1.0 || (x == -1.0 && y.is_infinite()) {
        1.0
    } else {
        size
    };
    let whole = y.trunc() == y;
    let odd = whole && (0.5 * y).trunc() != 0.5 * y;
    let signed = if x.is_sign_negative() && odd { -size } else { size };
    let fraction_of_negative = x < 0.0 && x > f32::NEG_INFINITY && !whole;
    if fraction_of_negative {
        f32::NAN
    } else {
        signed as f32
    }
}

/// `(sin, cos)` of `f32` numbers up to [`TRIGONOMETRIC_END`] in size, computed in `f64`.
#[inline(always)]
pub(crate) fn sin_cos(x: f32) -> (f32, f32) {
    const FRAC_PI_2_TAIL: f64 = 6.123_233_995_736_766e-17;
    let x = f64::from(x);
    let rounded = x.fma(std::f64::consts::FRAC_2_PI, f64::ROUND);
    let n = rounded - f64::ROUND;
    let r = n.fma(-FRAC_PI_2_TAIL, n.fma(-std::f64::consts::FRAC_PI_2, x));
    let z = r * r;
    let sin = r * horner(z, &SIN);
    let cos = horner(z, &COS);
    let quadrant = rounded.to_bits();
    let (a, b) = if quadrant & 1 == 0 { (sin, cos) } else { (cos, sin) };
    let a = if quadrant & 2 == 0 { a } else { -a };
    let b = if quadrant.wrapping_add(1) & 2 == 0 { b } else { -b };
    (a as f32, b as f32)
}

/// Above this size [`sin_cos`] loses digits to its reduction by multiples of π/2.
pub(crate) const TRIGONOMETRIC_END: f32 = (1u32 << 20) as f32;
/// `sin(r) / r` by powers of `r²`, for `|r| <= π/4`: Taylor's, whose error there is below 2^-40.
const SIN: [f64; 7] = [
    1.0,
    -1.0 / 6.0,
    1.0 / 120.0,
    -1.0 / 5_040.0,
    1.0 / 362_880.0,
    -1.0 / 39_916_800.0,
    1.0 / 6_227_020_800.0,
];
/// `cos(r)` by powers of `r²`, likewise.
const COS: [f64; 8] = [
    1.0,
    -0.5,
    1.0 / 24.0,
    -1.0 / 720.0,
    1.0 / 40_320.0,
    -1.0 / 3_628_800.0,
    1.0 / 479_001_600.0,
    -1.0 / 87_178_291_200.0,
];

#[cfg(test)]
mod tests {
    use super::*;

    /// The error of `got` in units of the last place that an `f32` near `exact` has.
    fn ulps(got: f32, exact: f64) -> f64 {
        let nearest = exact as f32;
        if got == nearest || (got.is_nan() && exact.is_nan()) {
            return 0.0;
        }
        if nearest.is_infinite() || nearest.is_nan() || got.is_nan() || got.is_infinite() {
            // Next to the largest number, infinity is one place further.
            return if (f64::from(got) - exact).abs() < 2.1e31 {
                1.0
            } else {
                f64::INFINITY
            };
        }
        let exponent = (exact.abs().max(f64::from(f32::MIN_POSITIVE)).to_bits() >> 52) as i32 - 1023;
        (f64::from(got) - exact).abs() / f64::powi(2.0, exponent - 23)
    }

    /// The largest error over every 997th number there is, and the number it is at.
    fn sweep(f: impl Fn(f32) -> f32, exact: impl Fn(f64) -> f64) -> (f64, f32) {
        let edges = [
            0.0,
            -0.0,
            f32::INFINITY,
            f32::NEG_INFINITY,
            f32::NAN,
            f32::MAX,
            f32::MIN,
            1.0,
            -1.0,
        ];
        let all = (0..u32::MAX).step_by(997).map(f32::from_bits);
        all.chain(edges)
            .map(|x| (ulps(f(x), exact(f64::from(x))), x))
            .fold(
                (0.0, 0.0),
                |worst, here| if here.0 > worst.0 { here } else { worst },
            )
    }

    #[test]
    fn f32_functions_are_as_exact_as_the_table_says() {
        type Case = (&'static str, f64, fn(f32) -> f32, fn(f64) -> f64);
        let cases: [Case; 19] = [
            ("exp", 1.1, exp, f64::exp),
            ("exp_m1", 1.5, exp_m1, f64::exp_m1),
            ("log", 1.1, log, f64::ln),
            ("log1p", 1.5, log1p, f64::ln_1p),
            ("tanh", 1.3, tanh, f64::tanh),
            ("sigmoid", 2.0, sigmoid, |x| {
                if x < -87.3 { 0.0 } else { 1.0 / (1.0 + (-x).exp()) }
            }),
            ("softplus", 1.6, softplus, |x| {
                x.max(0.0) + (-x.abs()).exp().ln_1p() + if x.is_nan() { x } else { 0.0 }
            }),
            ("erf", 1.2, erf, libm::erf),
            (
                "pow(x, 2.7)",
                0.51,
                |x| pow(x, 2.7),
                |x| x.powf(f64::from(2.7f32)),
            ),
            ("pow(x, -3)", 0.51, |x| pow(x, -3.0), |x| x.powf(-3.0)),
            (
                "pow(0.3, x)",
                0.51,
                |x| pow(0.3, x),
                |x| f64::from(0.3f32).powf(x),
            ),
            ("pow(-2, x)", 0.51, |x| pow(-2.0, x), |x| (-2f64).powf(x)),
            (
                "sin",
                0.51,
                |x| in_range(x, |x| sin_cos(x).0),
                |x| in_range_f64(x, f64::sin),
            ),
            (
                "cos",
                0.51,
                |x| in_range(x, |x| sin_cos(x).1),
                |x| in_range_f64(x, f64::cos),
            ),
            ("sinh", 0.51, sinh, f64::sinh),
            ("cosh", 0.51, cosh, f64::cosh),
            ("exp2", 0.51, exp2, f64::exp2),
            ("log2", 0.51, log2, f64::log2),
            ("log10", 0.51, log10, f64::log10),
        ];
        let mut report = String::new();
        let mut failed = false;
        for (name, allowed, f, exact) in cases {
            let (worst, at) = sweep(f, exact);
            failed |= worst > allowed;
            report += &format!("{name}: {worst:.3} ulp at {at:e}, allowed {allowed}\n");
        }
        println!("{report}");
        assert!(!failed, "{report}");
    }

    fn in_range(x: f32, f: impl Fn(f32) -> f32) -> f32 {
        if x.abs() <= TRIGONOMETRIC_END { f(x) } else { 0.0 }
    }

    fn in_range_f64(x: f64, f: impl Fn(f64) -> f64) -> f64 {
        if x.abs() <= f64::from(TRIGONOMETRIC_END) {
            f(x)
        } else {
            0.0
        }
    }

    #[test]
    fn f64_functions_are_as_exact_as_the_table_says() {
        let table = include_str!("../../tests/fixtures/math/reference.txt");
        let mut worst: std::collections::BTreeMap<&str, (f64, f64)> = Default::default();
        for line in table.lines() {
            let mut fields = line.split(' ');
            let name = fields.next().expect("a name");
            let [x, high, low] =
                std::array::from_fn(|_| fields.next().expect("a number").parse::<f64>().expect("a number"));
            let got = match name {
                "exp" => exp(x),
                "exp_m1" => exp_m1(x),
                "log" => log(x),
                "log1p" => log1p(x),
                "tanh" => tanh(x),
                "sigmoid" => sigmoid(x),
                _ => softplus(x),
            };
            let exponent = (high.abs().max(f64::MIN_POSITIVE).to_bits() >> 52) as i32 - 1023;
            let error = ((got - high) - low).abs() / f64::from(exponent - 52).exp2().max(f64::from_bits(1));
            let worst = worst.entry(name).or_default();
            if error > worst.0 || error.is_nan() {
                *worst = (error, x);
            }
        }
        println!("{worst:?}");
        for (name, (error, x)) in worst {
            let allowed = match name {
                "exp" | "exp_m1" | "log" | "log1p" => 1.1,
                "softplus" => 1.6,
                _ => 1.8,
            };
            assert!(error <= allowed, "{name}: {error} ulp at {x:e}");
        }
    }

    #[test]
    fn what_is_not_a_number_stays_so_and_signs_of_zero_stay() {
        for f in [exp::<f32>, exp_m1, log, log1p, tanh, sigmoid, softplus, erf] {
            assert!(f(f32::NAN).is_nan());
        }
        for f in [exp_m1::<f32>, log1p, tanh, erf] {
            assert!(f(-0.0) == 0.0 && f(-0.0).is_sign_negative() && f(0.0).is_sign_positive());
        }
        assert_eq!(exp(f64::NEG_INFINITY), 0.0);
        assert_eq!([log(0.0f64), log1p(-1.0f64)], [f64::NEG_INFINITY; 2]);
        assert!(log(-1.0f64).is_nan() && log1p(-1.5f64).is_nan());
        assert_eq!(
            [pow(0.0, -1.0), pow(-0.0, -3.0), pow(-0.0, 2.0)],
            [f32::INFINITY, f32::NEG_INFINITY, 0.0]
        );
        assert_eq!(
            [pow(f32::NAN, 0.0), pow(1.0, f32::NAN), pow(-1.0, f32::INFINITY)],
            [1.0; 3]
        );
        assert!(pow(-8.0, 1.0 / 3.0).is_nan() && pow(-2.0, f32::NAN).is_nan());
    }
}
