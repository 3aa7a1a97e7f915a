//! Maps from numbers to colours.

use crate::Color;

/// A map from 0..1 to a colour.
///
/// # Examples
/// ```
/// use ml_plot::{Color, ColorMap};
///
/// assert_eq!(ColorMap::Gray.color(0.0), Color::BLACK);
/// assert_eq!(ColorMap::Jet.color(1.0), Color::rgb(128, 0, 0));
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum ColorMap {
    /// Dark blue over green to yellow; even steps to the eye, also for the colour-blind. The default.
    #[default]
    Viridis,
    /// Dark blue over magenta to yellow.
    Plasma,
    /// Blue over cyan, yellow to red: vivid, though uneven to the eye.
    Jet,
    /// Black to white.
    Gray,
    /// White to black: ink on paper.
    Binary,
    /// Blue over light grey to red, for values on both sides of a centre.
    Coolwarm,
}

/// Colours at equal steps of the published map, with straight lines between.
const VIRIDIS: [u32; 17] = [
    0x440154, 0x48186a, 0x472d7b, 0x424086, 0x3b528b, 0x33638d, 0x2c728e, 0x26828e, 0x21918c, 0x1fa088,
    0x28ae80, 0x3fbc73, 0x5ec962, 0x84d44b, 0xaddc30, 0xd8e219, 0xfde725,
];
const PLASMA: [u32; 17] = [
    0x0d0887, 0x310597, 0x4c02a1, 0x6600a7, 0x7e03a8, 0x9511a1, 0xaa2395, 0xbc3587, 0xcc4778, 0xda5a6a,
    0xe66c5c, 0xf0804e, 0xf89540, 0xfdac33, 0xfdc527, 0xf8df25, 0xf0f921,
];
const COOLWARM: [u32; 17] = [
    0x3b4cc0, 0x4e68d8, 0x6282ea, 0x779af7, 0x8db0fe, 0xa3c2fe, 0xb9d0f9, 0xccd9ed, 0xdddcdc, 0xecd3c5,
    0xf5c4ac, 0xf7b093, 0xf4987a, 0xeb7d62, 0xdd5f4b, 0xca3b37, 0xb40426,
];

impl ColorMap {
    /// The colour at `share`, 0 to 1; beyond, the colour of the nearer end.
    #[must_use]
    pub fn color(self, share: f64) -> Color {
        let share = if share.is_nan() {
            0.0
        } else {
            share.clamp(0.0, 1.0)
        };
        match self {
            Self::Viridis => between(&VIRIDIS, share),
            Self::Plasma => between(&PLASMA, share),
            Self::Coolwarm => between(&COOLWARM, share),
            Self::Gray => Color::BLACK.blend(Color::WHITE, share),
            Self::Binary => Color::WHITE.blend(Color::BLACK, share),
            Self::Jet => {
                // Three trapezia, each 3/4 wide with slopes of 4, centred at 3/4, 1/2 and 1/4.
                let trapezium = |centre: f64| {
                    (255.0 * (1.5 - 4.0 * (share - centre).abs()).clamp(0.0, 1.0)).round() as u8
                };
                Color::rgb(trapezium(0.75), trapezium(0.5), trapezium(0.25))
            }
        }
    }
}

fn between(table: &[u32; 17], share: f64) -> Color {
    let position = share * 16.0;
    let left = (position as usize).min(15);
    Color::from_code(table[left]).blend(Color::from_code(table[left + 1]), position - left as f64)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ends_are_those_of_the_published_maps() {
        assert_eq!(ColorMap::Viridis.color(0.0), Color::rgb(68, 1, 84));
        assert_eq!(ColorMap::Viridis.color(1.0), Color::rgb(253, 231, 37));
        assert_eq!(ColorMap::Coolwarm.color(0.5), Color::rgb(221, 220, 220));
        assert_eq!(ColorMap::Jet.color(0.0), Color::rgb(0, 0, 128));
        assert_eq!(ColorMap::Jet.color(0.5), Color::rgb(128, 255, 128));
        assert_eq!(ColorMap::Binary.color(7.0), Color::BLACK);
        assert_eq!(ColorMap::Gray.color(f64::NAN), Color::BLACK);
    }
}
