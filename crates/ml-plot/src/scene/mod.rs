//! A figure as a list of shapes in pixels, y downwards: what both outputs are made from.

mod dense;
mod png;
mod svg;
mod text;

pub(crate) use png::{encode, rasterise};
pub(crate) use svg::to_svg;
pub(crate) use text::{Anchor, Text};

use crate::Color;
use crate::style::{Dash, Marker};

/// A point in pixels.
pub(crate) type Point = [f64; 2];

/// An upright rectangle in pixels.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub(crate) struct Rect {
    pub(crate) left: f64,
    pub(crate) top: f64,
    pub(crate) right: f64,
    pub(crate) bottom: f64,
}

impl Rect {
    pub(crate) fn new(left: f64, top: f64, right: f64, bottom: f64) -> Self {
        Self {
            left,
            top,
            right,
            bottom,
        }
    }

    pub(crate) fn width(&self) -> f64 {
        self.right - self.left
    }

    pub(crate) fn height(&self) -> f64 {
        self.bottom - self.top
    }

    pub(crate) fn centre(&self) -> Point {
        [
            f64::midpoint(self.left, self.right),
            f64::midpoint(self.top, self.bottom),
        ]
    }

    pub(crate) fn contains(&self, [x, y]: Point) -> bool {
        x >= self.left && x <= self.right && y >= self.top && y <= self.bottom
    }

    /// The smallest rectangle around both.
    pub(crate) fn around(self, other: Self) -> Self {
        Self::new(
            self.left.min(other.left),
            self.top.min(other.top),
            self.right.max(other.right),
            self.bottom.max(other.bottom),
        )
    }

    #[cfg(test)]
    pub(crate) fn overlaps(&self, other: &Self) -> bool {
        self.left < other.right
            && other.left < self.right
            && self.top < other.bottom
            && other.top < self.bottom
    }

    /// Edges moved outwards by a margin (inwards when it is negative).
    pub(crate) fn grown(&self, by: f64) -> Self {
        Self::new(self.left - by, self.top - by, self.right + by, self.bottom + by)
    }

    pub(crate) fn corners(&self) -> [Point; 4] {
        [
            [self.left, self.top],
            [self.right, self.top],
            [self.right, self.bottom],
            [self.left, self.bottom],
        ]
    }
}

/// How an outline is drawn.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Stroke {
    pub(crate) color: Color,
    pub(crate) width: f64,
    pub(crate) dash: Dash,
}

impl Stroke {
    pub(crate) fn solid(color: Color, width: f64) -> Self {
        Self {
            color,
            width,
            dash: Dash::Solid,
        }
    }
}

/// One marker of many.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Spot {
    pub(crate) at: Point,
    pub(crate) diameter: f64,
    pub(crate) color: Color,
}

/// A grid of RGBA pixels, row by row.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Pixels {
    pub(crate) width: usize,
    pub(crate) height: usize,
    pub(crate) rgba: Vec<u8>,
}

/// A thing to draw.
#[derive(Debug, Clone)]
pub(crate) enum Shape {
    /// Connected points, several runs in one shape.
    Path {
        runs: Vec<Vec<Point>>,
        closed: bool,
        fill: Option<Color>,
        stroke: Option<Stroke>,
    },
    Rect {
        rect: Rect,
        radius: f64,
        fill: Option<Color>,
        stroke: Option<Stroke>,
    },
    Markers {
        marker: Marker,
        spots: Vec<Spot>,
        edge: Option<Stroke>,
    },
    Text(Text),
    /// `smooth` says whether enlarging may blur the pixels.
    Image {
        rect: Rect,
        pixels: Pixels,
        smooth: bool,
    },
    /// Shapes of which only the part inside a rectangle shows.
    Clip {
        rect: Rect,
        shapes: Vec<Shape>,
    },
}

/// Everything that a figure shows, from back to front.
#[derive(Debug, Clone)]
pub(crate) struct Scene {
    pub(crate) width: f64,
    pub(crate) height: f64,
    pub(crate) background: Color,
    pub(crate) shapes: Vec<Shape>,
}

impl Scene {
    pub(crate) fn new(width: f64, height: f64, background: Color) -> Self {
        Self {
            width,
            height,
            background,
            shapes: Vec::new(),
        }
    }

    pub(crate) fn push(&mut self, shape: Shape) {
        self.shapes.push(shape);
    }

    /// An open line.
    pub(crate) fn line(&mut self, points: Vec<Point>, stroke: Stroke) {
        self.lines(vec![points], stroke);
    }

    /// Several open lines of one look.
    pub(crate) fn lines(&mut self, runs: Vec<Vec<Point>>, stroke: Stroke) {
        self.push(Shape::Path {
            runs,
            closed: false,
            fill: None,
            stroke: Some(stroke),
        });
    }

    /// A filled outline.
    pub(crate) fn polygon(&mut self, points: Vec<Point>, fill: Color) {
        self.push(Shape::Path {
            runs: vec![points],
            closed: true,
            fill: Some(fill),
            stroke: None,
        });
    }

    pub(crate) fn rect(&mut self, rect: Rect, fill: impl Into<Option<Color>>, stroke: Option<Stroke>) {
        self.push(Shape::Rect {
            rect,
            radius: 0.0,
            fill: fill.into(),
            stroke,
        });
    }

    pub(crate) fn text(&mut self, text: Text) {
        if !text.string.is_empty() {
            self.push(Shape::Text(text));
        }
    }

    /// Draws through `draw`, cut off at the edges of `rect`.
    pub(crate) fn clipped(&mut self, rect: Rect, draw: impl FnOnce(&mut Self)) {
        let mut inner = Self::new(self.width, self.height, self.background);
        draw(&mut inner);
        if !inner.shapes.is_empty() {
            self.push(Shape::Clip {
                rect,
                shapes: inner.shapes,
            });
        }
    }
}
