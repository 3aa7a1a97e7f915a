//! Words beside a point, with an arrow if they stand off.

use ml_core::Result;

use super::{Draw, Extent, Frame, check_size};
use crate::numbers;
use crate::scale::Scale;
use crate::scene::{Anchor, Point, Scene, Stroke, Text};
use crate::style::{INK, SMALL, setters};
use crate::{Axes, Color};

/// A note about the point `(x, y)`. It is moved as far as needed to stay inside the figure.
#[derive(Debug, Clone, PartialEq)]
pub struct Annotation {
    text: String,
    x: f64,
    y: f64,
    offset: (f64, f64),
    arrow: bool,
    size: f64,
    color: Color,
}

impl Axes {
    /// Writes `text` above right of the point `(x, y)`; [`offset`](Annotation::offset) moves it away and
    /// [`arrow`](Annotation::arrow) points back. Line breaks in the text are kept.
    ///
    /// # Examples
    /// ```
    /// let mut figure = ml_plot::Figure::new(400, 300);
    /// figure.axes().line(0..3, [2.0, 1.0, 3.0])?;
    /// figure.axes().annotate("minimum", 1.0, 1.0).offset(30.0, -40.0).arrow(true);
    /// assert!(figure.to_svg()?.contains("aria-label=\"minimum\""));
    /// # Ok::<(), ml_core::Error>(())
    /// ```
    pub fn annotate(
        &mut self,
        text: impl Into<String>,
        x: impl Into<f64>,
        y: impl Into<f64>,
    ) -> &mut Annotation {
        self.add(Annotation {
            text: text.into(),
            x: x.into(),
            y: y.into(),
            offset: (6.0, -9.0),
            arrow: false,
            size: SMALL,
            color: INK,
        })
    }
}

impl Annotation {
    setters! {
        /// Whether an arrow leads from the text to the point. Default false.
        arrow: bool,
        /// Font size in pixels, at least 0. Default 11.
        size: f64,
        /// Colour of text and arrow. Default nearly black.
        color: Color,
    }

    /// From the point to the nearest edge of the text in pixels, right and down; (0, 0) centres the text on
    /// the point. Default (6, -9).
    pub fn offset(&mut self, right: f64, down: f64) -> &mut Self {
        self.offset = (right, down);
        self
    }

    /// The text in place: the side of it that faces the point stands at the offset.
    fn placed(&self, [x, y]: Point, scene: &Scene) -> Text {
        let (right, down) = self.offset;
        let side = |d: f64| {
            if d > 4.0 {
                0.0
            } else if d < -4.0 {
                1.0
            } else {
                0.5
            }
        };
        // Beside the point, the text's middle is level with the offset.
        let anchor = Anchor(side(right), if right == 0.0 { side(down) } else { 0.5 });
        let mut text = Text::new(&self.text, [x + right, y + down], anchor, self.size, self.color);
        let (bounds, edge) = (text.bounds(), 4.0);
        let inside = |low: f64, high: f64, end: f64| (edge - low).max(0.0) - (high - end + edge).max(0.0);
        text.at[0] += inside(bounds.left, bounds.right, scene.width);
        text.at[1] += inside(bounds.top, bounds.bottom, scene.height);
        text
    }
}

impl Draw for Annotation {
    fn name(&self) -> &'static str {
        "annotate"
    }

    fn check(&self) -> Result<()> {
        numbers::setting("annotate x", self.x, true, "finite")?;
        numbers::setting("annotate y", self.y, true, "finite")?;
        numbers::setting("offset right", self.offset.0, true, "finite")?;
        numbers::setting("offset down", self.offset.1, true, "finite")?;
        check_size("size", self.size)
    }

    fn extent(&self, _: [Scale; 2]) -> Extent {
        Extent::airy(Some((self.x, self.x)), Some((self.y, self.y)))
    }

    fn draw(&self, _: &Frame, _: &mut Scene) {}

    fn draw_above(&self, frame: &Frame, scene: &mut Scene) {
        let Some(point) = frame
            .at(self.x, self.y)
            .filter(|p| frame.area.grown(1.0).contains(*p))
        else {
            return;
        };
        let text = self.placed(point, scene);
        if self.arrow {
            let bounds = text.bounds().grown(2.0);
            let start = [
                point[0].clamp(bounds.left, bounds.right),
                point[1].clamp(bounds.top, bounds.bottom),
            ];
            arrow(start, point, 4.0, Stroke::solid(self.color, 1.0), scene);
        }
        scene.text(text);
    }

    fn obstacles(&self, frame: &Frame) -> Vec<Point> {
        let scene = Scene::new(f64::MAX, f64::MAX, Color::WHITE);
        let bounds = frame
            .at(self.x, self.y)
            .map(|point| self.placed(point, &scene).bounds());
        bounds.iter().flat_map(super::bar::fill_points).collect()
    }
}

/// A line with a head that ends `gap` pixels before `end`.
pub(crate) fn arrow(start: Point, end: Point, gap: f64, stroke: Stroke, scene: &mut Scene) {
    const HEAD: f64 = 7.0;
    let (dx, dy) = (end[0] - start[0], end[1] - start[1]);
    let length = dx.hypot(dy);
    if length <= gap + HEAD {
        return;
    }
    let (dx, dy) = (dx / length, dy / length);
    let back = |by: f64, aside: f64| [end[0] - dx * by - dy * aside, end[1] - dy * by + dx * aside];
    scene.line(vec![start, back(gap + HEAD * 0.7, 0.0)], stroke);
    let head = vec![
        back(gap, 0.0),
        back(gap + HEAD, HEAD * 0.42),
        back(gap + HEAD, -HEAD * 0.42),
    ];
    scene.polygon(head, stroke.color);
}
