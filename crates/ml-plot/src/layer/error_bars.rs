//! Uncertainty as a stroke with caps through each point.

use ml_core::{Error, Result};

use super::{Draw, Entry, Extent, Frame, Key};
use crate::numbers::{self, Number};
use crate::scale::Scale;
use crate::scene::{Point, Scene, Shape, Spot, Stroke};
use crate::style::{Marker, setters};
use crate::{Axes, Color};

/// Points with a stroke from `y - error` to `y + error`; those with a NaN are left out.
#[derive(Debug, Clone, PartialEq)]
pub struct ErrorBars {
    x: Vec<f64>,
    y: Vec<f64>,
    errors: Vec<f64>,
    color: Color,
    size: f64,
    label: String,
}

impl Axes {
    /// Adds points at `(x[i], y[i])` with strokes from `y[i] - errors[i]` to `y[i] + errors[i]`.
    ///
    /// # Errors
    /// [`Error::Empty`], [`Error::Length`], [`Error::NotFinite`] for an infinite value, or
    /// [`Error::Data`] for a negative error.
    ///
    /// # Examples
    /// ```
    /// let mut figure = ml_plot::Figure::new(400, 300);
    /// figure.axes().error_bars([1, 2, 3], [0.9, 0.8, 0.85], [0.02, 0.05, 0.01])?.label("accuracy");
    /// assert!(figure.to_svg()?.contains("aria-label=\"accuracy\""));
    /// # Ok::<(), ml_core::Error>(())
    /// ```
    pub fn error_bars(
        &mut self,
        x: impl IntoIterator<Item = impl Number>,
        y: impl IntoIterator<Item = impl Number>,
        errors: impl IntoIterator<Item = impl Number>,
    ) -> Result<&mut ErrorBars> {
        let op = "error_bars";
        let x = numbers::column(op, "x", x)?;
        let (y, errors) = (
            numbers::column(op, "y", y)?,
            numbers::column(op, "errors", errors)?,
        );
        numbers::same_length(op, ("x", x.len()), ("y", y.len()))?;
        numbers::same_length(op, ("x", x.len()), ("errors", errors.len()))?;
        if let Some(row) = errors.iter().position(|&e| e < 0.0) {
            let problem = format!("the error of point {row} is {}", errors[row]);
            return Err(Error::Data {
                op,
                problem,
                remedy: "errors must be at least 0",
            });
        }
        let color = self.next_color();
        Ok(self.add(ErrorBars {
            x,
            y,
            errors,
            color,
            size: 6.0,
            label: String::new(),
        }))
    }
}

impl ErrorBars {
    setters! {
        /// Colour. Default: the next of the palette.
        color: Color,
        /// Diameter of the points and width of the caps in pixels, at least 0. Default 6.
        size: f64,
        /// Text in the legend. Default none.
        label: String,
    }

    fn spot(&self, at: Point) -> Spot {
        Spot {
            at,
            diameter: self.size,
            color: self.color,
        }
    }

    /// Lower end, point and upper end in pixels.
    fn strokes(&self, frame: &Frame) -> Vec<[Point; 3]> {
        let bottom = frame.area.bottom + 10.0;
        let stroke = |i: usize| {
            let (x, y, error) = (self.x[i], self.y[i], self.errors[i]);
            let low = frame.at(x, y - error)?;
            // Below zero a logarithmic axis ends; the stroke then runs out of the picture.
            let low = if low[1].is_nan() { [low[0], bottom] } else { low };
            (!error.is_nan()).then_some([low, frame.at(x, y)?, frame.at(x, y + error)?])
        };
        (0..self.x.len()).filter_map(stroke).collect()
    }
}

impl Draw for ErrorBars {
    fn name(&self) -> &'static str {
        "error_bars"
    }

    fn check(&self) -> Result<()> {
        super::check_size("size", self.size)
    }

    fn extent(&self, scales: [Scale; 2]) -> Extent {
        let ends = |sign: f64| self.y.iter().zip(&self.errors).map(move |(y, e)| y + sign * e);
        let logarithmic = scales[1] == Scale::Log;
        let low = ends(-1.0)
            .zip(&self.y)
            .map(|(low, &y)| if logarithmic && low <= 0.0 { y } else { low });
        let all: Vec<f64> = low.chain(ends(1.0)).collect();
        Extent::airy(numbers::range(&self.x), numbers::range(&all))
    }

    fn draw(&self, frame: &Frame, scene: &mut Scene) {
        let (strokes, cap) = (self.strokes(frame), self.size * 0.6);
        let level = |[x, y]: Point| vec![[x - cap, y], [x + cap, y]];
        let lines = strokes
            .iter()
            .flat_map(|[low, _, high]| [vec![*low, *high], level(*low), level(*high)]);
        scene.lines(lines.collect(), Stroke::solid(self.color, 1.4));
        let spots = strokes.iter().map(|s| self.spot(s[1])).collect();
        scene.push(Shape::Markers {
            marker: Marker::Circle,
            spots,
            edge: None,
        });
    }

    fn entry(&self) -> Option<Entry> {
        let marker = Some((Marker::Circle, self.spot([0.0, 0.0])));
        Entry::new(&self.label, Key::Line(Stroke::solid(self.color, 1.4), marker))
    }

    fn obstacles(&self, frame: &Frame) -> Vec<Point> {
        self.strokes(frame).into_iter().flatten().collect()
    }
}
