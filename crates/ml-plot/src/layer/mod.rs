//! The things that axes show, one file each.

pub mod annotation;
pub mod band;
pub mod bar;
pub mod contour;
pub mod error_bars;
pub mod heatmap;
pub mod histogram;
pub mod image;
pub mod line;
pub mod rule;
pub mod scatter;
pub mod surface;

use std::any::Any;
use std::fmt::Debug;

use ml_core::Result;

use crate::color_map::ColorMap;
use crate::scale::{Scale, Span};
use crate::scene::{Point, Rect, Scene, Spot, Stroke};
use crate::style::Marker;
use crate::{Color, ticks};

/// What a layer needs of one axis.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Reach {
    pub(crate) low: f64,
    pub(crate) high: f64,
    /// Whether the axis ends right there, as under bars, instead of leaving some air.
    pub(crate) flush: (bool, bool),
}

impl Reach {
    pub(crate) fn airy((low, high): (f64, f64)) -> Self {
        Self {
            low,
            high,
            flush: (false, false),
        }
    }

    pub(crate) fn flush((low, high): (f64, f64)) -> Self {
        Self {
            low,
            high,
            flush: (true, true),
        }
    }

    /// Both together; the farther end decides whether it is flush.
    pub(crate) fn union(self, other: Self) -> Self {
        let low = if other.low < self.low { other } else { self };
        let high = if other.high > self.high { other } else { self };
        Self {
            low: low.low,
            high: high.high,
            flush: (low.flush.0, high.flush.1),
        }
    }
}

/// What a layer needs of both axes; `None` where it does not mind.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub(crate) struct Extent {
    pub(crate) x: Option<Reach>,
    pub(crate) y: Option<Reach>,
}

impl Extent {
    pub(crate) fn airy(x: Option<(f64, f64)>, y: Option<(f64, f64)>) -> Self {
        Self {
            x: x.map(Reach::airy),
            y: y.map(Reach::airy),
        }
    }
}

/// Where data lies on the picture.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Frame {
    pub(crate) area: Rect,
    pub(crate) x: Span,
    pub(crate) y: Span,
}

impl Frame {
    /// The pixel of a value; none when a coordinate is NaN.
    pub(crate) fn at(&self, x: f64, y: f64) -> Option<Point> {
        let point = [self.x.at(x), self.y.at(y)];
        (!x.is_nan() && !y.is_nan()).then_some(point)
    }

    /// The rectangle between two corners in data coordinates.
    pub(crate) fn rect(&self, (x0, x1): (f64, f64), (y0, y1): (f64, f64)) -> Rect {
        let ([a, b], [c, d]) = ([x0, x1].map(|v| self.x.at(v)), [y0, y1].map(|v| self.y.at(v)));
        Rect::new(a.min(b), c.min(d), a.max(b), c.max(d))
    }

    /// Runs of neighbours without NaN.
    pub(crate) fn runs(&self, x: &[f64], y: &[f64]) -> Vec<Vec<Point>> {
        let points: Vec<Option<Point>> = x.iter().zip(y).map(|(&x, &y)| self.at(x, y)).collect();
        let runs = points.split(Option::is_none).filter(|run| !run.is_empty());
        runs.map(|run| run.iter().flatten().copied().collect()).collect()
    }
}

/// The little picture beside a label in the legend.
#[derive(Debug, Clone)]
pub(crate) enum Key {
    Line(Stroke, Option<(Marker, Spot)>),
    Patch(Color),
    Spot(Marker, Spot),
}

/// A line of the legend.
#[derive(Debug, Clone)]
pub(crate) struct Entry {
    pub(crate) label: String,
    pub(crate) key: Key,
}

impl Entry {
    /// None without a label: such a layer stays out of the legend.
    pub(crate) fn new(label: &str, key: Key) -> Option<Self> {
        (!label.is_empty()).then(|| Self {
            label: label.to_owned(),
            key,
        })
    }
}

/// What a colour bar explains.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct ColorScale {
    pub(crate) map: ColorMap,
    pub(crate) limits: (f64, f64),
    pub(crate) label: String,
}

impl ColorScale {
    pub(crate) fn color(&self, value: f64) -> Color {
        let (low, high) = self.limits;
        let width = high / 2.0 - low / 2.0;
        let share = if width > 0.0 {
            (value / 2.0 - low / 2.0) / width
        } else {
            0.5
        };
        self.map.color(share)
    }
}

/// Names along an axis instead of numbers.
pub(crate) type Names = Vec<ticks::Tick>;

/// Names at 0, 1, 2, ...
pub(crate) fn names(names: &[String]) -> Option<Names> {
    let tick = |(i, name): (usize, &String)| ticks::Tick {
        value: i as f64,
        label: name.clone(),
    };
    (!names.is_empty()).then(|| names.iter().enumerate().map(tick).collect())
}

/// A thing that axes show.
pub(crate) trait Draw: Any + Debug + Send + Sync {
    /// The method that added it, for errors.
    fn name(&self) -> &'static str;

    /// Settings inside their domains.
    fn check(&self) -> Result<()> {
        Ok(())
    }

    fn extent(&self, scales: [Scale; 2]) -> Extent;

    fn draw(&self, frame: &Frame, scene: &mut Scene);

    /// Parts that lie above the frame and may leave it, such as notes.
    fn draw_above(&self, _frame: &Frame, _scene: &mut Scene) {}

    fn entry(&self) -> Option<Entry> {
        None
    }

    fn color_scale(&self) -> Option<ColorScale> {
        None
    }

    /// Points that a legend should not cover.
    fn obstacles(&self, _frame: &Frame) -> Vec<Point> {
        Vec::new()
    }

    /// Names along x and along y.
    fn names(&self) -> [Option<Names>; 2] {
        [None, None]
    }

    /// Whether it covers the whole area, so that a grid would only disturb.
    fn covers(&self) -> bool {
        false
    }

    /// Whether y should grow downwards, as the rows of a table do.
    fn downwards(&self) -> bool {
        false
    }

    /// Whether units should be equally long on both axes, as the sides of a pixel are.
    fn equal_aspect(&self) -> bool {
        false
    }
}

/// Opacity, 0 to 1.
pub(crate) fn check_alpha(alpha: f64) -> Result<()> {
    crate::numbers::setting("alpha", alpha, (0.0..=1.0).contains(&alpha), "between 0 and 1")
}

/// Width of a line or size of a marker.
pub(crate) fn check_size(name: &str, size: f64) -> Result<()> {
    crate::numbers::setting(
        name,
        size,
        (0.0..=1e4).contains(&size),
        "between 0 and 10000 pixels",
    )
}
