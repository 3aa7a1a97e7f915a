//! The bar that tells which colour means which value.

use super::Axes;
use super::plan::{LABEL_GAP, TICK, TICK_GAP, height};
use crate::font;
use crate::layer::ColorScale;
use crate::scale::{Scale, Span};
use crate::scene::{Anchor, Pixels, Rect, Scene, Shape, Stroke, Text};
use crate::style::{INK, MEDIUM, SMALL, SOFT_INK, SPINE};
use crate::ticks::{self, Tick};

/// From the area to the bar.
const GAP: f64 = 14.0;
const WIDTH: f64 = 14.0;
/// Steps of colour from bottom to top.
const STEPS: usize = 128;

impl Axes {
    /// The scale of the first layer that has one.
    pub(crate) fn color_scale(&self) -> Option<ColorScale> {
        self.layers.iter().find_map(|layer| layer.color_scale())
    }
}

/// Room that bar, ticks and label need right of an area.
pub(crate) fn width(scale: &ColorScale, length: f64) -> f64 {
    let widest = marks(scale, length)
        .iter()
        .map(|t| font::width(&t.label, SMALL))
        .fold(0.0, f64::max);
    let label = if scale.label.is_empty() {
        0.0
    } else {
        LABEL_GAP + height(&scale.label, MEDIUM)
    };
    GAP + WIDTH + TICK + TICK_GAP + widest + label
}

pub(crate) fn draw(scale: &ColorScale, area: Rect, scene: &mut Scene) {
    let bar = Rect::new(area.right + GAP, area.top, area.right + GAP + WIDTH, area.bottom);
    let color = |i: usize| scale.map.color(1.0 - i as f64 / (STEPS - 1) as f64);
    let rgba = (0..STEPS)
        .flat_map(|i| [color(i).red, color(i).green, color(i).blue, 255])
        .collect();
    let pixels = Pixels {
        width: 1,
        height: STEPS,
        rgba,
    };
    scene.push(Shape::Image {
        rect: bar,
        pixels,
        smooth: false,
    });
    let stroke = Stroke::solid(SPINE, 1.0);
    scene.rect(bar, None, Some(stroke));
    let span = Span {
        scale: Scale::Linear,
        values: limits(scale),
        pixels: (bar.bottom, bar.top),
    };
    let mut end = bar.right + TICK + TICK_GAP;
    for tick in marks(scale, area.height()) {
        let y = span.at(tick.value);
        scene.line(vec![[bar.right, y], [bar.right + TICK, y]], stroke);
        let at = [bar.right + TICK + TICK_GAP, y];
        let text = Text::new(&tick.label, at, Anchor::LEFT, SMALL, SOFT_INK);
        end = end.max(text.bounds().right);
        scene.text(text);
    }
    let beside = [end + LABEL_GAP, area.centre()[1]];
    scene.text(Text::new(&scale.label, beside, Anchor::TOP, MEDIUM, INK).turned(-90.0));
}

fn marks(scale: &ColorScale, length: f64) -> Vec<Tick> {
    let (low, high) = limits(scale);
    let count = (length / 40.0).clamp(2.0, 8.0) as usize;
    ticks::ticks(Scale::Linear, low, high, count).major
}

/// One value only still needs a bar of some height.
fn limits(scale: &ColorScale) -> (f64, f64) {
    let (low, high) = scale.limits;
    let room = (low.abs() * 0.05).max(1e-3);
    if low < high {
        (low, high)
    } else {
        (low - room, high + room)
    }
}
