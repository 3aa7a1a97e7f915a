//! Where an axis is marked, and with what text.

use crate::scale::Scale;

/// A mark on an axis.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Tick {
    pub(crate) value: f64,
    pub(crate) label: String,
}

/// Marks with labels, and the small marks between them.
#[derive(Debug, Clone, PartialEq, Default)]
pub(crate) struct Ticks {
    pub(crate) major: Vec<Tick>,
    pub(crate) minor: Vec<f64>,
}

/// Marks between `low` and `high`, about `count` of them and at most one more.
pub(crate) fn ticks(scale: Scale, low: f64, high: f64, count: usize) -> Ticks {
    match scale {
        Scale::Linear => Ticks {
            major: linear(low, high, count.max(2)),
            minor: Vec::new(),
        },
        Scale::Log => log(low, high, count.max(2)),
    }
}

/// The smallest of 1, 2, 2.5, 5 times a power of ten that cuts `low..high` into at most `count` steps.
fn nice_step(low: f64, high: f64, count: usize) -> f64 {
    let rough = high / count as f64 - low / count as f64;
    let power = 10_f64.powf(rough.log10().floor());
    let nice = [1.0, 2.0, 2.5, 5.0, 10.0]
        .into_iter()
        .find(|nice| nice * power >= rough * (1.0 - 1e-9));
    nice.unwrap_or(10.0) * power
}

fn linear(low: f64, high: f64, count: usize) -> Vec<Tick> {
    let step = nice_step(low, high, count);
    if !(step.is_finite() && step > 0.0) {
        return labelled(vec![low, high], 0.0);
    }
    // A tenth of a thousandth of a step outside still counts as inside.
    let slack = step * 1e-4;
    let first = ((low - slack) / step).ceil();
    let last = ((high + slack) / step).floor();
    let marks = ((last - first) as usize).min(2 * count);
    let values = (0..=marks).map(|i| (first + i as f64) * step).collect();
    labelled(values, step)
}

fn labelled(values: Vec<f64>, step: f64) -> Vec<Tick> {
    let labels = labels(&values, step);
    values
        .into_iter()
        .zip(labels)
        .map(|(value, label)| Tick { value, label })
        .collect()
}

/// Texts of one kind for all values: plain with as many decimals as the step needs and a comma at
/// thousands, or with a common power of ten when plain would be long.
pub(crate) fn labels(values: &[f64], step: f64) -> Vec<String> {
    let largest = values.iter().fold(0.0_f64, |m, v| m.max(v.abs()));
    if largest == 0.0 {
        return values.iter().map(|_| "0".to_owned()).collect();
    }
    if (1e-4..1e6).contains(&largest) {
        let decimals = decimals(step).min(8);
        // Beside 10,000 there stands 5,000, not 5000.
        let uncut = if largest >= 1e4 { 3 } else { UNCUT };
        return values.iter().map(|&v| grouped(v, decimals, uncut)).collect();
    }
    let exponent = largest.log10().floor() as i32;
    let shown = |v: f64| mantissa(v, exponent);
    let decimals = decimals(shown(step)).min(8);
    let text = |v: f64| {
        if v == 0.0 {
            "0".to_owned()
        } else {
            format!("{}×10{}", plain(shown(v), decimals), superscript(exponent))
        }
    };
    values.iter().map(|&v| text(v)).collect()
}

/// `value / 10^exponent`, in two steps where that power itself is too small for a number.
fn mantissa(value: f64, exponent: i32) -> f64 {
    if exponent < -290 {
        value * 1e290 / 10_f64.powi(exponent + 290)
    } else {
        value / 10_f64.powi(exponent)
    }
}

/// Decimals that tell apart multiples of `step`.
fn decimals(step: f64) -> usize {
    if !(step.is_finite() && step > 0.0) {
        return 3;
    }
    let fits = |d: &usize| {
        let shifted = step * 10_f64.powi(*d as i32);
        (shifted - shifted.round()).abs() < 1e-6 * shifted
    };
    (0..=12).find(fits).unwrap_or(12)
}

/// Four digits read well without a comma, as years do.
const UNCUT: usize = 4;

/// `-12,345.60`: a true minus sign, commas at thousands.
pub(crate) fn plain(value: f64, decimals: usize) -> String {
    grouped(value, decimals, UNCUT)
}

/// The same, where up to `uncut` digits get no comma.
fn grouped(value: f64, decimals: usize, uncut: usize) -> String {
    let text = format!("{:.decimals$}", value.abs());
    let (whole, rest) = text.split_at(text.find('.').unwrap_or(text.len()));
    let negative = value < 0.0 && text.bytes().any(|b| b.is_ascii_digit() && b != b'0');
    let mut shown = String::from(if negative { "−" } else { "" });
    for (i, digit) in whole.chars().enumerate() {
        if i > 0 && (whole.len() - i).is_multiple_of(3) && whole.len() > uncut {
            shown.push(',');
        }
        shown.push(digit);
    }
    shown + rest
}

/// A number for people, with `digits` significant digits: `0.0312`, `1,235`, `4.2×10⁻⁷`.
pub(crate) fn short(value: f64, digits: usize) -> String {
    if value == 0.0 || !value.is_finite() {
        return if value == 0.0 {
            "0".to_owned()
        } else {
            value.to_string()
        };
    }
    let exponent = value.abs().log10().floor() as i32;
    if (-4..6).contains(&exponent) {
        let decimals = (digits as i32 - 1 - exponent).max(0) as usize;
        let text = plain(value, decimals);
        if !text.contains('.') {
            return text;
        }
        return text.trim_end_matches('0').trim_end_matches('.').to_owned();
    }
    let mantissa = short(mantissa(value, exponent), digits);
    format!("{mantissa}×10{}", superscript(exponent))
}

fn superscript(exponent: i32) -> String {
    let sign = |c: char| match c {
        '-' => '⁻',
        '1' => '¹',
        '2' => '²',
        '3' => '³',
        digit => char::from_u32(0x2070 + digit as u32 - '0' as u32).unwrap_or(digit),
    };
    exponent.to_string().chars().map(sign).collect()
}

fn log(low: f64, high: f64, count: usize) -> Ticks {
    let (first, last) = (low.log10().floor() as i32, high.log10().ceil() as i32);
    let inside = |v: &f64| *v >= low * (1.0 - 1e-9) && *v <= high * (1.0 + 1e-9);
    let digits = |digits: &'static [f64]| {
        (first..=last).flat_map(move |e| digits.iter().map(move |d| d * 10_f64.powi(e)))
    };
    let decades: Vec<f64> = digits(&[1.0]).filter(inside).collect();
    let all: Vec<f64> = digits(&[2.0, 3.0, 4.0, 5.0, 6.0, 7.0, 8.0, 9.0])
        .filter(inside)
        .collect();
    if decades.len() >= 2 {
        let every = decades.len().div_ceil(count.max(1));
        let skip = |v: &&f64| (v.log10().round() as i32).rem_euclid(every as i32) == 0;
        let major: Vec<f64> = decades.iter().filter(skip).copied().collect();
        let major = if major.is_empty() { vec![decades[0]] } else { major };
        let minor = if every > 1 { decades } else { all };
        return Ticks {
            major: powers(major),
            minor,
        };
    }
    // Less than two decades: mark 1, 2 and 5, or where even those are lacking, as on a linear axis.
    let marks: Vec<f64> = digits(&[1.0, 2.0, 5.0]).filter(inside).collect();
    if marks.len() >= 2 {
        return Ticks {
            major: powers(marks),
            minor: all,
        };
    }
    Ticks {
        major: linear(low, high, count)
            .into_iter()
            .filter(|t| t.value > 0.0)
            .collect(),
        minor: Vec::new(),
    }
}

fn powers(values: Vec<f64>) -> Vec<Tick> {
    let plain_enough = values.iter().all(|v| (9e-4..1.1e5).contains(v));
    let text = |v: f64| {
        let exponent = v.log10().floor() as i32;
        let mantissa = (v / 10_f64.powi(exponent)).round();
        match plain_enough {
            true => short(v, 3),
            false if mantissa == 1.0 => format!("10{}", superscript(exponent)),
            false => format!("{mantissa}×10{}", superscript(exponent)),
        }
    };
    values
        .into_iter()
        .map(|value| Tick {
            value,
            label: text(value),
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn texts(scale: Scale, low: f64, high: f64, count: usize) -> Vec<String> {
        ticks(scale, low, high, count)
            .major
            .into_iter()
            .map(|t| t.label)
            .collect()
    }

    #[test]
    fn steps_are_round_numbers() {
        assert_eq!(
            texts(Scale::Linear, 0.0, 10.0, 5),
            ["0", "2", "4", "6", "8", "10"]
        );
        assert_eq!(texts(Scale::Linear, -0.3, 0.31, 4), ["−0.2", "0.0", "0.2"]);
        assert_eq!(
            texts(Scale::Linear, 0.0, 1.0, 4),
            ["0.00", "0.25", "0.50", "0.75", "1.00"]
        );
        assert_eq!(
            texts(Scale::Linear, 0.0, 500_000.0, 5)[1..3],
            ["100,000", "200,000"]
        );
        assert_eq!(
            texts(Scale::Linear, 1990.0, 2020.0, 3),
            ["1990", "2000", "2010", "2020"]
        );
        assert_eq!(
            texts(Scale::Linear, 0.0, 15_000.0, 3),
            ["0", "5,000", "10,000", "15,000"]
        );
    }

    #[test]
    fn large_and_small_numbers_share_a_power_of_ten() {
        assert_eq!(texts(Scale::Linear, 0.0, 2.1e6, 4), ["0", "1×10⁶", "2×10⁶"]);
        assert_eq!(texts(Scale::Linear, 0.0, 5e-5, 2), ["0", "2.5×10⁻⁵", "5.0×10⁻⁵"]);
    }

    #[test]
    fn logarithmic_axes_mark_decades() {
        assert_eq!(texts(Scale::Log, 1.0, 1000.0, 5), ["1", "10", "100", "1000"]);
        assert_eq!(
            texts(Scale::Log, 1e-8, 1.0, 5),
            ["10⁻⁸", "10⁻⁶", "10⁻⁴", "10⁻²", "10⁰"]
        );
        assert_eq!(texts(Scale::Log, 1.5, 30.0, 5), ["2", "5", "10", "20"]);
        assert_eq!(ticks(Scale::Log, 1.0, 10.0, 5).minor.len(), 8);
    }

    #[test]
    fn extremes_end_and_stay_few() {
        for (low, high) in [
            (1e16, 1e16 + 2.0),
            (f64::MIN, f64::MAX),
            (0.0, 5e-324),
            (1e-300, 1e-299),
            (-1e308, 1e308),
        ] {
            assert!(
                ticks(Scale::Linear, low, high, 6).major.len() <= 13,
                "{low} {high}"
            );
        }
        assert!(ticks(Scale::Log, 1e-300, 1e300, 6).major.len() <= 8);
    }

    #[test]
    fn short_numbers() {
        assert_eq!(
            [0.031_24, 1234.5, 4.2e-7, -0.5, 0.0].map(|v| short(v, 3)),
            ["0.0312", "1234", "4.2×10⁻⁷", "−0.5", "0"]
        );
    }
}
