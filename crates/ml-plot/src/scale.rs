//! How the numbers of an axis become positions along it.

/// Scale of an axis.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Scale {
    /// Equal steps show equal differences. The default.
    #[default]
    Linear,
    /// Equal steps show equal ratios; positive numbers only.
    Log,
}

impl Scale {
    pub(crate) fn apply(self, value: f64) -> f64 {
        match self {
            Self::Linear => value,
            Self::Log => value.log10(),
        }
    }

    pub(crate) fn undo(self, value: f64) -> f64 {
        match self {
            Self::Linear => value,
            Self::Log => 10_f64.powf(value),
        }
    }
}

/// A stretch of an axis laid over a stretch of pixels.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Span {
    pub(crate) scale: Scale,
    /// The value at `start`, and at `end`: swapped on an inverted axis.
    pub(crate) values: (f64, f64),
    pub(crate) pixels: (f64, f64),
}

/// Farther off than any picture; keeps coordinates in what renderers can hold.
const FAR: f64 = 1e5;

impl Span {
    /// The position of `value` in pixels.
    pub(crate) fn at(&self, value: f64) -> f64 {
        let [low, high, value] = [self.values.0, self.values.1, value].map(|v| self.scale.apply(v));
        // Halves first: a range as wide as the numbers themselves does not overflow.
        let width = high / 2.0 - low / 2.0;
        // A range too small for its half to be a number shows everything in the middle.
        let share = if width == 0.0 {
            0.5
        } else {
            (value / 2.0 - low / 2.0) / width
        };
        let pixel = self.pixels.0 + share * (self.pixels.1 - self.pixels.0);
        if pixel.is_nan() {
            pixel
        } else {
            pixel.clamp(-FAR, FAR)
        }
    }

    pub(crate) fn length(&self) -> f64 {
        (self.pixels.1 - self.pixels.0).abs()
    }

    /// Smaller and larger value.
    pub(crate) fn sorted(&self) -> (f64, f64) {
        let (a, b) = self.values;
        (a.min(b), a.max(b))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ends_and_middles() {
        let linear = Span {
            scale: Scale::Linear,
            values: (0.0, 10.0),
            pixels: (100.0, 0.0),
        };
        assert_eq!([0.0, 5.0, 10.0].map(|v| linear.at(v)), [100.0, 50.0, 0.0]);
        let log = Span {
            scale: Scale::Log,
            values: (1.0, 100.0),
            pixels: (0.0, 10.0),
        };
        assert_eq!(log.at(10.0), 5.0);
        assert_eq!(log.at(0.0), -1e5);
    }

    #[test]
    fn the_widest_range_does_not_overflow() {
        let span = Span {
            scale: Scale::Linear,
            values: (f64::MIN, f64::MAX),
            pixels: (0.0, 10.0),
        };
        assert_eq!(span.at(0.0), 5.0);
    }
}
