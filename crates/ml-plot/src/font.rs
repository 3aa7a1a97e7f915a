//! The embedded font: widths and outlines of text, without any font of the system.

use std::fmt::Write;
use std::sync::OnceLock;

use ttf_parser::{Face, GlyphId, OutlineBuilder};

/// DejaVu Sans: Latin, Greek, mathematical signs and arrows. See `fonts/LICENSE-DejaVu.txt`.
static FONT: &[u8] = include_bytes!("../fonts/DejaVuSans.ttf");

/// Height of a capital letter, of the font size.
pub(crate) const CAP_HEIGHT: f64 = 0.729;
/// Room above the baseline, of the font size.
pub(crate) const ASCENT: f64 = 0.76;
/// Room below the baseline, of the font size.
pub(crate) const DESCENT: f64 = 0.24;

fn face() -> &'static Face<'static> {
    static FACE: OnceLock<Face<'static>> = OnceLock::new();
    FACE.get_or_init(|| Face::parse(FONT, 0).expect("the embedded font is a valid TrueType file"))
}

/// Font units in one font size.
pub(crate) fn units_per_em() -> f64 {
    f64::from(face().units_per_em())
}

/// A glyph and where it starts, in font units from the start of the text.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Placed {
    pub(crate) glyph: u16,
    pub(crate) x: i32,
}

/// The glyphs of one line of text and its width in font units.
///
/// A character that the font lacks shows as the replacement sign, so its absence is seen.
pub(crate) fn shape(text: &str) -> (Vec<Placed>, i32) {
    let face = face();
    let missing = face.glyph_index('\u{fffd}').unwrap_or(GlyphId(0));
    let (mut placed, mut x, mut last) = (Vec::new(), 0, None);
    for character in text.chars().filter(|c| !c.is_control()) {
        let glyph = face.glyph_index(character).unwrap_or(missing);
        x += last.map_or(0, |left| kerning(face, left, glyph));
        placed.push(Placed { glyph: glyph.0, x });
        x += i32::from(face.glyph_hor_advance(glyph).unwrap_or(0));
        last = Some(glyph);
    }
    (placed, x)
}

/// How much closer than usual two glyphs stand ("AV"), in font units; negative is closer.
fn kerning(face: &Face<'_>, left: GlyphId, right: GlyphId) -> i32 {
    let Some(table) = face.tables().kern else {
        return 0;
    };
    let mut horizontal = table
        .subtables
        .into_iter()
        .filter(|t| t.horizontal && !t.variable);
    horizontal
        .find_map(|t| t.glyphs_kerning(left, right))
        .map_or(0, i32::from)
}

/// Width of the widest line of `text` at a font size.
pub(crate) fn width(text: &str, size: f64) -> f64 {
    let units = text.lines().map(|line| shape(line).1).max().unwrap_or(0);
    f64::from(units) * size / units_per_em()
}

/// The outline of a glyph as the data of an SVG path, y downwards, in font units; empty for a space.
pub(crate) fn outline(glyph: u16) -> String {
    let mut path = PathData(String::new());
    // No bounding box means no outline, as for a space.
    let _ = face().outline_glyph(GlyphId(glyph), &mut path);
    path.0
}

struct PathData(String);

impl PathData {
    fn push(&mut self, command: char, numbers: &[f32]) {
        self.0.push(command);
        for (i, n) in numbers.iter().enumerate() {
            // The coordinates of a TrueType outline are halves at most; whole units are far below a pixel.
            let n = n.round() as i32;
            let space = if i > 0 && n >= 0 { " " } else { "" };
            write!(self.0, "{space}{n}").expect("writing to a string cannot fail");
        }
    }
}

impl OutlineBuilder for PathData {
    fn move_to(&mut self, x: f32, y: f32) {
        self.push('M', &[x, -y]);
    }

    fn line_to(&mut self, x: f32, y: f32) {
        self.push('L', &[x, -y]);
    }

    fn quad_to(&mut self, x1: f32, y1: f32, x: f32, y: f32) {
        self.push('Q', &[x1, -y1, x, -y]);
    }

    fn curve_to(&mut self, x1: f32, y1: f32, x2: f32, y2: f32, x: f32, y: f32) {
        self.push('C', &[x1, -y1, x2, -y2, x, -y]);
    }

    fn close(&mut self) {
        self.0.push('Z');
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn widths_are_those_of_the_font() {
        // Advance of a digit in DejaVu Sans: 1303 of 2048 units; of a space: 651.
        assert!((width("12", 2048.0) - 2606.0).abs() < 1e-9);
        assert!((width("1 2", 2048.0) - 3257.0).abs() < 1e-9);
        assert_eq!(width("", 12.0), 0.0);
    }

    #[test]
    fn the_widest_line_counts() {
        assert_eq!(width("a\nabc\nab", 12.0), width("abc", 12.0));
    }

    #[test]
    fn pairs_are_kerned() {
        assert!(width("AV", 100.0) < width("A", 100.0) + width("V", 100.0));
    }

    #[test]
    fn greek_and_signs_have_their_own_outlines() {
        let missing = shape("\u{fffd}").0[0].glyph;
        for c in "αβγθλμσΔΣ×−±≤≥≈∞√∂∇→←⁻⁰¹²³₀₁²éñüß€½°…–“”".chars()
        {
            assert_ne!(shape(&c.to_string()).0[0].glyph, missing, "{c}");
        }
        assert_eq!(shape("漢").0[0].glyph, missing);
        assert!(outline(shape(" ").0[0].glyph).is_empty());
        assert!(outline(shape("A").0[0].glyph).starts_with('M'));
    }
}
