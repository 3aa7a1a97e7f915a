//! The looks that layers share: dashes, markers, sizes and greys.

use crate::Color;

/// Pattern of a line.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Dash {
    /// Unbroken. The default.
    #[default]
    Solid,
    /// Long strokes.
    Dashed,
    /// Dots.
    Dotted,
    /// Strokes and dots in turn.
    DashDot,
}

impl Dash {
    /// Lengths of strokes and gaps in widths of the line; empty when unbroken.
    pub(crate) fn pattern(self) -> &'static [f64] {
        match self {
            Self::Solid => &[],
            Self::Dashed => &[4.5, 2.5],
            Self::Dotted => &[1.2, 1.8],
            Self::DashDot => &[5.5, 2.0, 1.2, 2.0],
        }
    }
}

/// Shape of a point.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Marker {
    /// A disc. The default.
    #[default]
    Circle,
    /// An upright square.
    Square,
    /// A triangle standing on a side.
    Triangle,
    /// A square standing on a corner.
    Diamond,
    /// A star with five points.
    Star,
    /// An oblique cross.
    Cross,
    /// An upright cross.
    Plus,
}

impl Marker {
    /// Runs of points in units of the diameter around the centre, and whether they are filled outlines;
    /// none for a disc.
    pub(crate) fn outline(self) -> (Vec<Vec<[f64; 2]>>, bool) {
        let around = |corners: usize, radius: fn(usize) -> f64, start: f64| -> Vec<[f64; 2]> {
            let angle = |i: usize| start + std::f64::consts::TAU * i as f64 / corners as f64;
            (0..corners)
                .map(|i| [radius(i) * angle(i).cos(), radius(i) * angle(i).sin()])
                .collect()
        };
        let up = -std::f64::consts::FRAC_PI_2;
        match self {
            Self::Circle => (Vec::new(), true),
            Self::Square => (
                vec![vec![[-0.45, -0.45], [0.45, -0.45], [0.45, 0.45], [-0.45, 0.45]]],
                true,
            ),
            Self::Triangle => (vec![vec![[0.0, -0.52], [0.52, 0.42], [-0.52, 0.42]]], true),
            Self::Diamond => (vec![around(4, |_| 0.6, up)], true),
            Self::Star => (
                vec![around(10, |i| if i % 2 == 0 { 0.65 } else { 0.27 }, up)],
                true,
            ),
            Self::Cross => (
                vec![
                    vec![[-0.42, -0.42], [0.42, 0.42]],
                    vec![[-0.42, 0.42], [0.42, -0.42]],
                ],
                false,
            ),
            Self::Plus => (
                vec![vec![[-0.55, 0.0], [0.55, 0.0]], vec![[0.0, -0.55], [0.0, 0.55]]],
                false,
            ),
        }
    }
}

/// Font size of tick labels, legends and notes.
pub(crate) const SMALL: f64 = 11.0;
/// Font size of axis labels.
pub(crate) const MEDIUM: f64 = 12.0;
/// Font size of the titles of axes.
pub(crate) const LARGE: f64 = 13.5;
/// Font size of the title of a figure.
pub(crate) const HUGE: f64 = 16.0;

/// Titles and axis labels.
pub(crate) const INK: Color = Color::rgb(38, 38, 38);
/// Tick labels.
pub(crate) const SOFT_INK: Color = Color::rgb(75, 75, 75);
/// Frames and ticks.
pub(crate) const SPINE: Color = Color::rgb(130, 130, 130);
/// Grid lines.
pub(crate) const GRID: Color = Color::rgb(229, 229, 229);

/// Methods that set a field each and return the layer for the next.
macro_rules! setters {
    ($($(#[$doc:meta])* $name:ident: $type:ty),* $(,)?) => {$(
        $(#[$doc])*
        pub fn $name(&mut self, $name: impl Into<$type>) -> &mut Self {
            self.$name = $name.into();
            self
        }
    )*};
}
pub(crate) use setters;
