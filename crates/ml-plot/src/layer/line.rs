//! Lines through points.

use ml_core::Result;

use super::{Draw, Entry, Extent, Frame, Key, check_alpha, check_size};
use crate::numbers::{self, Number};
use crate::scale::Scale;
use crate::scene::{Point, Scene, Shape, Spot, Stroke};
use crate::style::{Dash, Marker, setters};
use crate::{Axes, Color};

/// A line through points in the given order, broken where a coordinate is NaN.
#[derive(Debug, Clone, PartialEq)]
pub struct Line {
    x: Vec<f64>,
    y: Vec<f64>,
    color: Color,
    width: f64,
    dash: Dash,
    marker: Option<Marker>,
    marker_size: f64,
    alpha: f64,
    label: String,
}

impl Axes {
    /// Adds a line through the points `(x[i], y[i])`; NaN breaks it.
    ///
    /// # Errors
    /// [`Error::Empty`](ml_core::Error::Empty), [`Error::Length`](ml_core::Error::Length), or
    /// [`Error::NotFinite`](ml_core::Error::NotFinite) for an infinite value.
    ///
    /// # Examples
    /// ```
    /// use ml_plot::{Dash, Figure};
    ///
    /// let mut figure = Figure::new(400, 300);
    /// figure.axes().line(0..4, [0.0, 1.0, 4.0, 9.0])?.dash(Dash::Dashed).label("x²");
    /// assert!(figure.to_svg()?.contains("stroke-dasharray"));
    /// # Ok::<(), ml_core::Error>(())
    /// ```
    pub fn line(
        &mut self,
        x: impl IntoIterator<Item = impl Number>,
        y: impl IntoIterator<Item = impl Number>,
    ) -> Result<&mut Line> {
        let (x, y) = numbers::pair("line", x, y)?;
        let color = self.next_color();
        Ok(self.add(Line {
            x,
            y,
            color,
            width: 1.8,
            dash: Dash::Solid,
            marker: None,
            marker_size: 6.0,
            alpha: 1.0,
            label: String::new(),
        }))
    }

    /// Adds the graph of a function, sampled at 400 places between two values of x (evenly by the
    /// scale of the axis).
    ///
    /// # Errors
    /// As [`line`](Self::line); the ends must be finite.
    ///
    /// # Examples
    /// ```
    /// let mut figure = ml_plot::Figure::new(400, 300);
    /// figure.axes().function(|x| x.sin(), 0.0, 6.28)?;
    /// assert!(figure.to_svg()?.starts_with("<svg"));
    /// # Ok::<(), ml_core::Error>(())
    /// ```
    pub fn function(&mut self, function: impl Fn(f64) -> f64, low: f64, high: f64) -> Result<&mut Line> {
        const SAMPLES: usize = 400;
        let scale = self.x_scale_now();
        let ends = [low, high].map(|v| scale.apply(v));
        let at = |i: usize| scale.undo(ends[0] + (ends[1] - ends[0]) * i as f64 / (SAMPLES - 1) as f64);
        let x: Vec<f64> = (0..SAMPLES).map(at).collect();
        let y: Vec<f64> = x.iter().map(|&x| function(x)).collect();
        self.line(x, y)
    }
}

impl Line {
    setters! {
        /// Colour. Default: the next of the palette.
        color: Color,
        /// Width in pixels, at least 0. Default 1.8.
        width: f64,
        /// Pattern. Default solid.
        dash: Dash,
        /// Marks every point. Default none.
        marker: Option<Marker>,
        /// Diameter of the markers in pixels, at least 0. Default 6.
        marker_size: f64,
        /// Opacity, 0 to 1. Default 1.
        alpha: f64,
        /// Text in the legend. Default none.
        label: String,
    }

    fn stroke(&self) -> Stroke {
        Stroke {
            color: self.color.faded(self.alpha),
            width: self.width,
            dash: self.dash,
        }
    }

    fn spot(&self, at: Point) -> Spot {
        Spot {
            at,
            diameter: self.marker_size,
            color: self.color.faded(self.alpha),
        }
    }
}

impl Draw for Line {
    fn name(&self) -> &'static str {
        "line"
    }

    fn check(&self) -> Result<()> {
        check_alpha(self.alpha)?;
        check_size("width", self.width)?;
        check_size("marker_size", self.marker_size)
    }

    fn extent(&self, _: [Scale; 2]) -> Extent {
        Extent::airy(numbers::range(&self.x), numbers::range(&self.y))
    }

    fn draw(&self, frame: &Frame, scene: &mut Scene) {
        let runs = frame.runs(&self.x, &self.y);
        if self.width > 0.0 {
            let lines: Vec<_> = runs.iter().filter(|run| run.len() > 1).cloned().collect();
            if !lines.is_empty() {
                scene.lines(lines, self.stroke());
            }
        }
        if let Some(marker) = self.marker {
            let spots = runs.iter().flatten().map(|&at| self.spot(at)).collect();
            scene.push(Shape::Markers {
                marker,
                spots,
                edge: None,
            });
        }
    }

    fn entry(&self) -> Option<Entry> {
        let marker = self.marker.map(|m| (m, self.spot([0.0, 0.0])));
        Entry::new(&self.label, Key::Line(self.stroke(), marker))
    }

    fn obstacles(&self, frame: &Frame) -> Vec<Point> {
        // Points along every stretch, so that a legend sees a long straight line too.
        let dense = |pair: &[Point]| -> Vec<Point> {
            let ([x0, y0], [x1, y1]) = (pair[0], pair[1]);
            let steps = ((x1 - x0).hypot(y1 - y0) / 8.0).clamp(1.0, 200.0) as usize;
            let part = |i: usize| i as f64 / steps as f64;
            (0..=steps)
                .map(|i| [x0 + (x1 - x0) * part(i), y0 + (y1 - y0) * part(i)])
                .collect()
        };
        let runs = frame.runs(&self.x, &self.y);
        runs.iter()
            .flat_map(|run| run.windows(2))
            .flat_map(dense)
            .collect()
    }
}
