//! Colours and the palette that successive layers take.

use ml_core::{Error, Result};

/// A colour in sRGB with opacity.
///
/// # Examples
/// ```
/// use ml_plot::Color;
///
/// assert_eq!(Color::hex("#ff8000")?, Color::rgb(255, 128, 0));
/// # Ok::<(), ml_core::Error>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Color {
    /// Red, 0 to 255.
    pub red: u8,
    /// Green, 0 to 255.
    pub green: u8,
    /// Blue, 0 to 255.
    pub blue: u8,
    /// Opacity: 0 invisible, 255 solid.
    pub alpha: u8,
}

/// Ten colours that are told apart at a glance; layers take them in turn.
pub const PALETTE: [Color; 10] = [
    Color::BLUE,
    Color::ORANGE,
    Color::GREEN,
    Color::RED,
    Color::PURPLE,
    Color::BROWN,
    Color::PINK,
    Color::GRAY,
    Color::OLIVE,
    Color::TEAL,
];

impl Color {
    /// Pure black.
    pub const BLACK: Self = Self::rgb(0, 0, 0);
    /// Pure white.
    pub const WHITE: Self = Self::rgb(255, 255, 255);
    /// First of the [`PALETTE`].
    pub const BLUE: Self = Self::rgb(43, 112, 178);
    /// Second of the palette.
    pub const ORANGE: Self = Self::rgb(232, 126, 38);
    /// Third of the palette.
    pub const GREEN: Self = Self::rgb(58, 148, 70);
    /// Fourth of the palette.
    pub const RED: Self = Self::rgb(203, 53, 57);
    /// Fifth of the palette.
    pub const PURPLE: Self = Self::rgb(137, 100, 186);
    /// Sixth of the palette.
    pub const BROWN: Self = Self::rgb(134, 86, 74);
    /// Seventh of the palette.
    pub const PINK: Self = Self::rgb(219, 122, 184);
    /// Eighth of the palette.
    pub const GRAY: Self = Self::rgb(122, 122, 122);
    /// Ninth of the palette.
    pub const OLIVE: Self = Self::rgb(176, 174, 42);
    /// Tenth of the palette.
    pub const TEAL: Self = Self::rgb(38, 176, 190);

    /// A solid colour from red, green and blue.
    #[must_use]
    pub const fn rgb(red: u8, green: u8, blue: u8) -> Self {
        Self {
            red,
            green,
            blue,
            alpha: 255,
        }
    }

    /// A colour from `"#rrggbb"`.
    ///
    /// # Errors
    /// [`Error::Parameter`] for any other text.
    pub fn hex(text: &str) -> Result<Self> {
        let digits = text
            .strip_prefix('#')
            .filter(|d| d.len() == 6 && d.bytes().all(|b| b.is_ascii_hexdigit()));
        match digits.and_then(|d| u32::from_str_radix(d, 16).ok()) {
            Some(code) => Ok(Self::from_code(code)),
            None => Err(Error::Parameter {
                name: "color".to_owned(),
                value: format!("{text:?}"),
                domain: "\"#rrggbb\" with six hexadecimal digits".to_owned(),
            }),
        }
    }

    pub(crate) const fn from_code(code: u32) -> Self {
        Self::rgb((code >> 16) as u8, (code >> 8) as u8, code as u8)
    }

    /// The same colour with its opacity multiplied by `alpha`, 0 to 1.
    #[must_use]
    pub fn faded(self, alpha: f64) -> Self {
        Self {
            alpha: (f64::from(self.alpha) * alpha.clamp(0.0, 1.0)).round() as u8,
            ..self
        }
    }

    /// The colour `share` of the way to `other`, component by component.
    #[must_use]
    pub fn blend(self, other: Self, share: f64) -> Self {
        let share = share.clamp(0.0, 1.0);
        let mix = |a: u8, b: u8| (f64::from(a) + (f64::from(b) - f64::from(a)) * share).round() as u8;
        Self {
            red: mix(self.red, other.red),
            green: mix(self.green, other.green),
            blue: mix(self.blue, other.blue),
            alpha: mix(self.alpha, other.alpha),
        }
    }

    /// Whether black text reads worse on it than white text.
    pub(crate) fn is_dark(self) -> bool {
        let [r, g, b] = [self.red, self.green, self.blue].map(f64::from);
        0.299 * r + 0.587 * g + 0.114 * b < 140.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_six_hexadecimal_digits_make_a_colour() {
        assert_eq!(Color::hex("#2b70b2").unwrap(), Color::BLUE);
        for wrong in ["2b70b2", "#2b70b", "#2b70bg", "#+b70b2", "", "#ééé"] {
            let error = Color::hex(wrong);
            assert_eq!(
                error.unwrap_err().to_string(),
                format!("color = {wrong:?}: must be \"#rrggbb\" with six hexadecimal digits")
            );
        }
    }

    #[test]
    fn half_way_is_the_mean() {
        assert_eq!(Color::BLACK.blend(Color::WHITE, 0.5), Color::rgb(128, 128, 128));
        assert_eq!(Color::RED.faded(0.5).alpha, 128);
    }
}
