//! Where everything of one axes goes: the ticks for a given area, and the room that labels need around it.

use super::{Axes, Axis, color_bar, legend};
use crate::font;
use crate::layer::Frame;
use crate::scale::Span;
use crate::scene::{Anchor, Rect, Text};
use crate::style::{MEDIUM, SMALL, SOFT_INK};
use crate::ticks::{self, Ticks};

/// Length of a tick.
pub(crate) const TICK: f64 = 4.0;
/// From the end of a tick to its label.
pub(crate) const TICK_GAP: f64 = 4.0;
/// From tick labels to the label of the axis.
pub(crate) const LABEL_GAP: f64 = 6.0;
/// From the area to its title.
pub(crate) const TITLE_GAP: f64 = 7.0;
/// Angle of names too long to stand side by side.
const OBLIQUE: f64 = -40.0;

/// Room around an area.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub(crate) struct Margins {
    pub(crate) left: f64,
    pub(crate) top: f64,
    pub(crate) right: f64,
    pub(crate) bottom: f64,
}

impl Margins {
    pub(crate) fn max(self, other: Self) -> Self {
        Self {
            left: self.left.max(other.left),
            top: self.top.max(other.top),
            right: self.right.max(other.right),
            bottom: self.bottom.max(other.bottom),
        }
    }
}

/// The layout of one axes in a given area.
#[derive(Debug, Clone)]
pub(crate) struct Plan {
    pub(crate) frame: Frame,
    pub(crate) x_ticks: Ticks,
    pub(crate) y_ticks: Ticks,
    pub(crate) margins: Margins,
    x_angle: f64,
}

impl Plan {
    pub(crate) fn new(axes: &Axes, limits: [(f64, f64); 2], room: Rect) -> Self {
        let area = snapped(if axes.is_equal() {
            equal(axes, limits, room)
        } else {
            room
        });
        let x = Span {
            scale: axes.x.scale,
            values: limits[0],
            pixels: (area.left, area.right),
        };
        let y = Span {
            scale: axes.y.scale,
            values: limits[1],
            pixels: (area.bottom, area.top),
        };
        let [x_names, y_names] = axes.names();
        let (mut x_ticks, mut y_ticks) = (Ticks::default(), Ticks::default());
        if axes.framed {
            x_ticks = fitting(&axes.x, x_names, &x, |t| font::width(&t.label, SMALL) + 12.0);
            y_ticks = fitting(&axes.y, y_names, &y, |_| SMALL * 2.4);
        }
        let frame = Frame { area, x, y };
        let mut plan = Self {
            frame,
            x_ticks,
            y_ticks,
            margins: Margins::default(),
            x_angle: 0.0,
        };
        if overlaps(&plan.x_ticks, &x, |t| font::width(&t.label, SMALL) + 6.0) {
            plan.x_angle = OBLIQUE;
        }
        plan.margins = plan.measure(axes);
        plan
    }

    /// The labels of the x axis in place.
    pub(crate) fn x_labels(&self) -> Vec<Text> {
        let top = self.frame.area.bottom + TICK + TICK_GAP;
        let text = |tick: &ticks::Tick| {
            let x = self.frame.x.at(tick.value);
            if self.x_angle == 0.0 {
                return Text::new(&tick.label, [x, top], Anchor::TOP, SMALL, SOFT_INK);
            }
            let end = Text::new(&tick.label, [x + 4.0, top + 3.0], Anchor::RIGHT, SMALL, SOFT_INK);
            end.turned(self.x_angle)
        };
        self.x_ticks.major.iter().map(text).collect()
    }

    /// The labels of the y axis in place.
    pub(crate) fn y_labels(&self) -> Vec<Text> {
        let right = self.frame.area.left - TICK - TICK_GAP;
        let text = |tick: &ticks::Tick| {
            let at = [right, self.frame.y.at(tick.value)];
            Text::new(&tick.label, at, Anchor::RIGHT, SMALL, SOFT_INK)
        };
        self.y_ticks.major.iter().map(text).collect()
    }

    /// The lowest edge of ticks and their labels.
    pub(crate) fn x_labels_end(&self) -> f64 {
        let ends = self.x_labels().into_iter().map(|t| t.bounds().bottom);
        ends.fold(self.frame.area.bottom, f64::max)
    }

    /// The left edge of ticks and their labels.
    pub(crate) fn y_labels_end(&self) -> f64 {
        self.y_labels()
            .into_iter()
            .map(|t| t.bounds().left)
            .fold(self.frame.area.left, f64::min)
    }

    fn measure(&self, axes: &Axes) -> Margins {
        let area = self.frame.area;
        let mut outer = area;
        for bounds in self.x_labels().iter().chain(&self.y_labels()).map(Text::bounds) {
            outer = Rect::new(
                outer.left.min(bounds.left),
                outer.top.min(bounds.top),
                outer.right.max(bounds.right),
                outer.bottom.max(bounds.bottom),
            );
        }
        let mut margins = Margins {
            left: area.left - outer.left,
            top: area.top - outer.top,
            right: outer.right - area.right,
            bottom: outer.bottom - area.bottom,
        };
        if !axes.y.label.is_empty() {
            margins.left += LABEL_GAP + height(&wrapped(&axes.y.label, MEDIUM, area.height()), MEDIUM);
        }
        if !axes.x.label.is_empty() {
            margins.bottom += LABEL_GAP + height(&wrapped(&axes.x.label, MEDIUM, area.width()), MEDIUM);
        }
        if !axes.title.is_empty() {
            let title = wrapped(&axes.title, axes.title_size, area.width());
            margins.top = margins.top.max(TITLE_GAP + height(&title, axes.title_size));
        }
        if let Some(scale) = axes.color_scale() {
            margins.right = margins.right.max(color_bar::width(&scale, area.height()));
        }
        margins.right = margins.right.max(legend::outside_width(axes));
        margins
    }
}

/// Height of a text that may have several lines.
pub(crate) fn height(text: &str, size: f64) -> f64 {
    Text::new(text, [0.0, 0.0], Anchor::TOP, size, SOFT_INK)
        .bounds()
        .height()
}

/// A text broken between words so that its lines stay within `room` where words allow.
///
/// However small the room, lines stay this long: each further line would only take more room away.
pub(crate) fn wrapped(text: &str, size: f64, room: f64) -> String {
    let room = room.max(8.0 * size);
    let mut lines: Vec<String> = Vec::new();
    for line in text.lines() {
        let mut current = String::new();
        for word in line.split(' ') {
            let longer = if current.is_empty() {
                word.to_owned()
            } else {
                format!("{current} {word}")
            };
            if !current.is_empty() && font::width(&longer, size) > room * 1.1 {
                lines.push(std::mem::replace(&mut current, word.to_owned()));
            } else {
                current = longer;
            }
        }
        lines.push(current);
    }
    lines.join("\n")
}

/// Edges on the middles of pixels, where thin lines are crisp.
fn snapped(area: Rect) -> Rect {
    let snap = |v: f64| v.floor() + 0.5;
    Rect::new(
        snap(area.left),
        snap(area.top),
        snap(area.right),
        snap(area.bottom),
    )
}

/// The largest area inside `room` in which units are equally long on both axes.
fn equal(axes: &Axes, limits: [(f64, f64); 2], room: Rect) -> Rect {
    let [width, height] = [(&axes.x, limits[0]), (&axes.y, limits[1])]
        .map(|(axis, (a, b))| (axis.scale.apply(a) - axis.scale.apply(b)).abs());
    let unit = (room.width() / width).min(room.height() / height);
    let [x, y] = room.centre();
    let (w, h) = ((width * unit / 2.0).max(0.5), (height * unit / 2.0).max(0.5));
    Rect::new(x - w, y - h, x + w, y + h)
}

/// As many ticks as fit without touching; names always show, unless they are too many.
fn fitting(
    axis: &Axis,
    names: Option<Vec<ticks::Tick>>,
    span: &Span,
    room: impl Fn(&ticks::Tick) -> f64,
) -> Ticks {
    let (low, high) = span.sorted();
    if let Some(marks) = axis.ticks.clone().or(names) {
        let inside = marks
            .into_iter()
            .filter(|t| t.value >= low && t.value <= high)
            .collect::<Vec<_>>();
        let every = (inside.len() as f64 * SMALL * 1.15 / span.length().max(1.0))
            .ceil()
            .max(1.0) as usize;
        return Ticks {
            major: inside.into_iter().step_by(every).collect(),
            minor: Vec::new(),
        };
    }
    let most = (span.length() / 38.0).clamp(2.0, 9.0) as usize;
    let mut best = ticks::ticks(axis.scale, low, high, most);
    for count in (2..most).rev() {
        if !overlaps(&best, span, &room) {
            break;
        }
        best = ticks::ticks(axis.scale, low, high, count);
    }
    if overlaps(&best, span, &room) {
        best.major.truncate(1);
    }
    best
}

fn overlaps(ticks: &Ticks, span: &Span, room: impl Fn(&ticks::Tick) -> f64) -> bool {
    ticks.major.windows(2).any(|pair| {
        let distance = (span.at(pair[1].value) - span.at(pair[0].value)).abs();
        distance < (room(&pair[0]) + room(&pair[1])) / 2.0
    })
}

impl Axes {
    /// Names along x and along y, of the first layer that has them.
    pub(super) fn names(&self) -> [Option<Vec<ticks::Tick>>; 2] {
        let all: Vec<_> = self.layers.iter().map(|layer| layer.names()).collect();
        [0, 1].map(|axis| all.iter().find_map(|names| names[axis].clone()))
    }
}
