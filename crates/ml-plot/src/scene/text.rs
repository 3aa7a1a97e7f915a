//! Text in a scene: where its box lies.

use super::{Point, Rect};
use crate::{Color, font};

/// Which part of the text's box stands at its point: 0 left or top, 0.5 middle, 1 right or bottom.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Anchor(pub(crate) f64, pub(crate) f64);

impl Anchor {
    pub(crate) const CENTRE: Self = Self(0.5, 0.5);
    pub(crate) const TOP: Self = Self(0.5, 0.0);
    pub(crate) const BOTTOM: Self = Self(0.5, 1.0);
    pub(crate) const LEFT: Self = Self(0.0, 0.5);
    pub(crate) const RIGHT: Self = Self(1.0, 0.5);
}

/// Distance of the lines of a text, of the font size.
const LINE: f64 = 1.3;

/// One or more lines of text.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Text {
    pub(crate) string: String,
    pub(crate) at: Point,
    pub(crate) anchor: Anchor,
    pub(crate) size: f64,
    pub(crate) color: Color,
    /// Degrees clockwise around `at`.
    pub(crate) angle: f64,
}

/// A box around `text`, unrotated: its width, and the height from capitals to the last baseline
/// with a little air for what hangs below.
pub(crate) fn extent(text: &str, size: f64) -> (f64, f64) {
    let lines = text.lines().count().max(1) as f64;
    (
        font::width(text, size),
        size * ((lines - 1.0) * LINE + font::ASCENT + font::DESCENT),
    )
}

impl Text {
    pub(crate) fn new(string: &str, at: Point, anchor: Anchor, size: f64, color: Color) -> Self {
        Self {
            string: string.to_owned(),
            at,
            anchor,
            size,
            color,
            angle: 0.0,
        }
    }

    pub(crate) fn turned(mut self, degrees: f64) -> Self {
        self.angle = degrees;
        self
    }

    /// Each line with the start of its baseline relative to `at`, before turning.
    pub(crate) fn baselines(&self) -> impl Iterator<Item = (&str, Point)> {
        let (_, height) = extent(&self.string, self.size);
        // Centred text is centred on its capitals and digits, which is where the eye sees its middle.
        let middle = (font::ASCENT + font::DESCENT) / 2.0 - (font::ASCENT - font::CAP_HEIGHT / 2.0);
        let shift = middle * (1.0 - (2.0 * self.anchor.1 - 1.0).abs()) * self.size;
        let first = self.size * font::ASCENT - height * self.anchor.1 + shift;
        self.string.lines().enumerate().map(move |(i, line)| {
            let x = -self.anchor.0 * font::width(line, self.size);
            (line, [x, first + i as f64 * LINE * self.size])
        })
    }

    /// The upright box around the text as it stands, turned or not.
    pub(crate) fn bounds(&self) -> Rect {
        let (sin, cos) = self.angle.to_radians().sin_cos();
        let mut bounds: Option<Rect> = None;
        for (line, [x, y]) in self.baselines() {
            let right = x + font::width(line, self.size);
            let (top, bottom) = (y - font::ASCENT * self.size, y + font::DESCENT * self.size);
            for [px, py] in Rect::new(x, top, right, bottom).corners() {
                let [px, py] = [self.at[0] + px * cos - py * sin, self.at[1] + px * sin + py * cos];
                let old = bounds.unwrap_or(Rect::new(px, py, px, py));
                bounds = Some(Rect::new(
                    old.left.min(px),
                    old.top.min(py),
                    old.right.max(px),
                    old.bottom.max(py),
                ));
            }
        }
        bounds.unwrap_or(Rect::new(self.at[0], self.at[1], self.at[0], self.at[1]))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn centred_digits_stand_around_their_point() {
        let text = Text::new("0", [50.0, 50.0], Anchor::CENTRE, 10.0, Color::BLACK);
        let (_, [x, baseline]) = text.baselines().next().unwrap();
        assert!((x + font::width("0", 10.0) / 2.0).abs() < 1e-9);
        assert!((baseline - 10.0 * font::CAP_HEIGHT / 2.0).abs() < 1e-9);
    }

    #[test]
    fn a_quarter_turn_swaps_width_and_height() {
        let level = Text::new("loss", [0.0, 0.0], Anchor::CENTRE, 10.0, Color::BLACK);
        let (a, b) = (level.bounds(), level.clone().turned(-90.0).bounds());
        assert!((a.width() - b.height()).abs() < 1e-9);
        assert!((a.height() - b.width()).abs() < 1e-9);
    }
}
