//! A filled band between two curves.

use ml_core::Result;

use super::{Draw, Entry, Extent, Frame, Key, check_alpha};
use crate::numbers::{self, Number};
use crate::scale::Scale;
use crate::scene::{Point, Scene};
use crate::style::setters;
use crate::{Axes, Color};

/// The area between a lower and an upper curve, broken where a number is NaN.
#[derive(Debug, Clone, PartialEq)]
pub struct Band {
    x: Vec<f64>,
    low: Vec<f64>,
    high: Vec<f64>,
    color: Color,
    alpha: f64,
    label: String,
}

impl Axes {
    /// Fills the area between `low[i]` and `high[i]` along `x`, in the colour of the layer before.
    ///
    /// # Errors
    /// [`Error::Empty`](ml_core::Error::Empty), [`Error::Length`](ml_core::Error::Length), or
    /// [`Error::NotFinite`](ml_core::Error::NotFinite) for an infinite value.
    ///
    /// # Examples
    /// ```
    /// let mut figure = ml_plot::Figure::new(400, 300);
    /// figure.axes().line(0..3, [1.0, 2.0, 2.5])?.label("mean");
    /// figure.axes().filled_band(0..3, [0.5, 1.0, 2.0], [1.5, 3.0, 3.0])?.label("± 1 standard deviation");
    /// assert!(figure.to_svg()?.contains("fill-opacity=\"0.2"));
    /// # Ok::<(), ml_core::Error>(())
    /// ```
    pub fn filled_band(
        &mut self,
        x: impl IntoIterator<Item = impl Number>,
        low: impl IntoIterator<Item = impl Number>,
        high: impl IntoIterator<Item = impl Number>,
    ) -> Result<&mut Band> {
        let op = "filled_band";
        let x = numbers::column(op, "x", x)?;
        let (low, high) = (
            numbers::column(op, "low", low)?,
            numbers::column(op, "high", high)?,
        );
        numbers::same_length(op, ("x", x.len()), ("low", low.len()))?;
        numbers::same_length(op, ("x", x.len()), ("high", high.len()))?;
        let color = self.last_color();
        Ok(self.add(Band {
            x,
            low,
            high,
            color,
            alpha: 0.22,
            label: String::new(),
        }))
    }
}

impl Band {
    setters! {
        /// Colour. Default: that of the layer before.
        color: Color,
        /// Opacity, 0 to 1. Default 0.22.
        alpha: f64,
        /// Text in the legend. Default none.
        label: String,
    }
}

impl Draw for Band {
    fn name(&self) -> &'static str {
        "filled_band"
    }

    fn check(&self) -> Result<()> {
        check_alpha(self.alpha)
    }

    fn extent(&self, _: [Scale; 2]) -> Extent {
        Extent::airy(
            numbers::range(&self.x),
            numbers::range(self.low.iter().chain(&self.high)),
        )
    }

    fn draw(&self, frame: &Frame, scene: &mut Scene) {
        let edges = |i: usize| {
            Some((
                frame.at(self.x[i], self.low[i])?,
                frame.at(self.x[i], self.high[i])?,
            ))
        };
        let edges: Vec<Option<(Point, Point)>> = (0..self.x.len()).map(edges).collect();
        for run in edges.split(Option::is_none).filter(|run| run.len() > 1) {
            let low = run.iter().flatten().map(|edge| edge.0);
            let high = run.iter().flatten().rev().map(|edge| edge.1);
            scene.polygon(low.chain(high).collect(), self.color.faded(self.alpha));
        }
    }

    fn entry(&self) -> Option<Entry> {
        Entry::new(&self.label, Key::Patch(self.color.faded(self.alpha)))
    }
}
