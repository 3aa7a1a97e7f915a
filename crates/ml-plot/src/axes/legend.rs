//! The legend: which look means what.

use super::{Axes, Plan};
use crate::Color;
use crate::font;
use crate::layer::{Entry, Key};
use crate::scene::{Anchor, Point, Rect, Scene, Shape, Spot, Stroke, Text};
use crate::style::{INK, SMALL};

/// Where the legend stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Legend {
    /// Inside the area, where it covers least. The default.
    #[default]
    Auto,
    /// No legend.
    Hidden,
    /// Right of the area.
    Outside,
    /// Inside, top right.
    UpperRight,
    /// Inside, top left.
    UpperLeft,
    /// Inside, bottom left.
    LowerLeft,
    /// Inside, bottom right.
    LowerRight,
}

const PADDING: f64 = 7.0;
const KEY: f64 = 24.0;
const KEY_GAP: f64 = 7.0;
const ROW: f64 = SMALL * 1.5;
/// From the legend to the frame.
const INSET: f64 = 8.0;

/// Places to try, best first: shares of the free width and height.
const PLACES: [Point; 9] = [
    [1.0, 0.0],
    [0.0, 0.0],
    [0.0, 1.0],
    [1.0, 1.0],
    [1.0, 0.5],
    [0.0, 0.5],
    [0.5, 0.0],
    [0.5, 1.0],
    [0.5, 0.5],
];

/// Room that a legend outside needs right of the area.
pub(crate) fn outside_width(axes: &Axes) -> f64 {
    let entries = entries(axes);
    let outside = axes.legend == Legend::Outside && !entries.is_empty();
    if outside { size(&entries).0 + INSET } else { 0.0 }
}

pub(crate) fn draw(axes: &Axes, plan: &Plan, scene: &mut Scene) {
    let entries = entries(axes);
    if entries.is_empty() || axes.legend == Legend::Hidden {
        return;
    }
    let place = place(axes, plan, size(&entries));
    let border = Stroke::solid(Color::rgb(204, 204, 204), 0.8);
    let ground = Color::WHITE.faded(0.86);
    scene.push(Shape::Rect {
        rect: place,
        radius: 3.0,
        fill: Some(ground),
        stroke: Some(border),
    });
    for (i, entry) in entries.iter().enumerate() {
        let y = place.top + PADDING + ROW * (i as f64 + 0.5);
        key(&entry.key, place.left + PADDING, y, scene);
        let at = [place.left + PADDING + KEY + KEY_GAP, y];
        scene.text(Text::new(&entry.label, at, Anchor::LEFT, SMALL, INK));
    }
}

/// One line each; a label's own line breaks become spaces.
fn entries(axes: &Axes) -> Vec<Entry> {
    let one_line = |entry: Entry| Entry {
        label: entry.label.replace('\n', " "),
        ..entry
    };
    axes.layers
        .iter()
        .filter_map(|layer| layer.entry())
        .map(one_line)
        .collect()
}

fn size(entries: &[Entry]) -> (f64, f64) {
    let widest = entries
        .iter()
        .map(|e| font::width(&e.label, SMALL))
        .fold(0.0, f64::max);
    (
        2.0 * PADDING + KEY + KEY_GAP + widest,
        2.0 * PADDING + ROW * entries.len() as f64,
    )
}

fn place(axes: &Axes, plan: &Plan, (width, height): (f64, f64)) -> Rect {
    let area = plan.frame.area;
    let free = area.grown(-INSET);
    let at = |[x, y]: Point| {
        let left = free.left + (free.width() - width).max(0.0) * x;
        let top = free.top + (free.height() - height).max(0.0) * y;
        Rect::new(left, top, left + width, top + height)
    };
    match axes.legend {
        Legend::UpperRight => at([1.0, 0.0]),
        Legend::UpperLeft => at([0.0, 0.0]),
        Legend::LowerLeft => at([0.0, 1.0]),
        Legend::LowerRight => at([1.0, 1.0]),
        Legend::Outside => {
            let left = area.right + INSET;
            Rect::new(left, area.top, left + width, area.top + height)
        }
        Legend::Auto | Legend::Hidden => {
            let obstacles: Vec<Point> = axes
                .layers
                .iter()
                .flat_map(|layer| layer.obstacles(&plan.frame))
                .collect();
            let covered = |place: &Point| {
                let around = at(*place).grown(4.0);
                obstacles.iter().filter(|p| around.contains(**p)).count()
            };
            // The first of equals wins.
            PLACES
                .iter()
                .min_by_key(|place| covered(place))
                .map_or(at([1.0, 0.0]), |place| at(*place))
        }
    }
}

fn key(key: &Key, left: f64, y: f64, scene: &mut Scene) {
    let middle = [left + KEY / 2.0, y];
    let spot = |spot: &Spot| vec![Spot { at: middle, ..*spot }];
    match key {
        Key::Line(stroke, marker) => {
            if stroke.width > 0.0 {
                scene.line(vec![[left, y], [left + KEY, y]], *stroke);
            }
            if let Some((marker, s)) = marker {
                scene.push(Shape::Markers {
                    marker: *marker,
                    spots: spot(s),
                    edge: None,
                });
            }
        }
        Key::Patch(color) => scene.rect(Rect::new(left, y - 4.5, left + KEY, y + 4.5), *color, None),
        Key::Spot(marker, s) => scene.push(Shape::Markers {
            marker: *marker,
            spots: spot(s),
            edge: None,
        }),
    }
}
