//! Straight lines across the whole area.

use ml_core::Result;

use super::{Draw, Entry, Extent, Frame, Key, Reach, check_alpha, check_size};
use crate::numbers;
use crate::scale::Scale;
use crate::scene::{Point, Scene, Stroke};
use crate::style::{Dash, setters};
use crate::{Axes, Color};

/// A level or upright line from edge to edge.
#[derive(Debug, Clone, PartialEq)]
pub struct Rule {
    at: f64,
    upright: bool,
    color: Color,
    width: f64,
    dash: Dash,
    alpha: f64,
    label: String,
}

impl Axes {
    /// Adds a level line at `y`, a finite number.
    ///
    /// # Examples
    /// ```
    /// let mut figure = ml_plot::Figure::new(400, 300);
    /// figure.axes().hline(0.5).label("chance");
    /// figure.axes().vline(2.0);
    /// assert!(figure.to_svg()?.contains("aria-label=\"chance\""));
    /// # Ok::<(), ml_core::Error>(())
    /// ```
    pub fn hline(&mut self, y: impl Into<f64>) -> &mut Rule {
        self.add(Rule::new(y.into(), false))
    }

    /// Adds an upright line at `x`, a finite number.
    pub fn vline(&mut self, x: impl Into<f64>) -> &mut Rule {
        self.add(Rule::new(x.into(), true))
    }
}

impl Rule {
    fn new(at: f64, upright: bool) -> Self {
        let (color, label) = (Color::rgb(90, 90, 90), String::new());
        Self {
            at,
            upright,
            color,
            width: 1.2,
            dash: Dash::Dashed,
            alpha: 1.0,
            label,
        }
    }

    setters! {
        /// Colour. Default dark grey.
        color: Color,
        /// Width in pixels, at least 0. Default 1.2.
        width: f64,
        /// Pattern. Default dashed.
        dash: Dash,
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

    fn ends(&self, frame: &Frame) -> [Point; 2] {
        let area = frame.area;
        if self.upright {
            let x = frame.x.at(self.at);
            [[x, area.bottom], [x, area.top]]
        } else {
            let y = frame.y.at(self.at);
            [[area.left, y], [area.right, y]]
        }
    }
}

impl Draw for Rule {
    fn name(&self) -> &'static str {
        if self.upright { "vline" } else { "hline" }
    }

    fn check(&self) -> Result<()> {
        numbers::setting(self.name(), self.at, true, "finite")?;
        check_alpha(self.alpha)?;
        check_size("width", self.width)
    }

    fn extent(&self, _: [Scale; 2]) -> Extent {
        let reach = Some(Reach::airy((self.at, self.at)));
        if self.upright {
            Extent { x: reach, y: None }
        } else {
            Extent { x: None, y: reach }
        }
    }

    fn draw(&self, frame: &Frame, scene: &mut Scene) {
        scene.line(self.ends(frame).to_vec(), self.stroke());
    }

    fn entry(&self) -> Option<Entry> {
        Entry::new(&self.label, Key::Line(self.stroke(), None))
    }

    fn obstacles(&self, frame: &Frame) -> Vec<Point> {
        let [[x0, y0], [x1, y1]] = self.ends(frame);
        let part = |i: usize| i as f64 / 60.0;
        (0..=60)
            .map(|i| [x0 + (x1 - x0) * part(i), y0 + (y1 - y0) * part(i)])
            .collect()
    }
}
