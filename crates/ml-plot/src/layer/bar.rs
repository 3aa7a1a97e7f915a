//! Bars, upright or lying.

use ml_core::Result;

use super::{Draw, Entry, Extent, Frame, Key, Names, Reach, check_alpha, names};
use crate::numbers::{self, Number};
use crate::scale::Scale;
use crate::scene::{Anchor, Point, Rect, Scene, Stroke, Text};
use crate::style::{INK, SMALL, setters};
use crate::ticks;
use crate::{Axes, Color};

/// Bars from zero (from the bottom on a logarithmic axis); a NaN leaves a gap.
#[derive(Debug, Clone, PartialEq)]
pub struct Bar {
    names: Vec<String>,
    heights: Vec<f64>,
    lying: bool,
    color: Color,
    width: f64,
    offset: f64,
    alpha: f64,
    show_values: bool,
    label: String,
}

impl Axes {
    /// Adds an upright bar a name, at x = 0, 1, 2, ...
    ///
    /// # Errors
    /// [`Error::Empty`](ml_core::Error::Empty), [`Error::Length`](ml_core::Error::Length), or
    /// [`Error::NotFinite`](ml_core::Error::NotFinite) for an infinite height.
    ///
    /// # Examples
    /// ```
    /// let mut figure = ml_plot::Figure::new(400, 300);
    /// figure.axes().bar(["tree", "forest"], [0.81, 0.93])?.show_values(true);
    /// assert!(figure.to_svg()?.contains("aria-label=\"forest\""));
    /// # Ok::<(), ml_core::Error>(())
    /// ```
    pub fn bar(
        &mut self,
        names: impl IntoIterator<Item = impl Into<String>>,
        heights: impl IntoIterator<Item = impl Number>,
    ) -> Result<&mut Bar> {
        self.bars(names.into_iter().map(Into::into).collect(), heights, false)
    }

    /// Adds a lying bar a name, the first on top: room for long names.
    ///
    /// # Errors
    /// As [`bar`](Self::bar).
    pub fn barh(
        &mut self,
        names: impl IntoIterator<Item = impl Into<String>>,
        lengths: impl IntoIterator<Item = impl Number>,
    ) -> Result<&mut Bar> {
        self.bars(names.into_iter().map(Into::into).collect(), lengths, true)
    }

    fn bars(
        &mut self,
        names: Vec<String>,
        heights: impl IntoIterator<Item = impl Number>,
        lying: bool,
    ) -> Result<&mut Bar> {
        let heights = numbers::column("bar", "heights", heights)?;
        numbers::same_length("bar", ("names", names.len()), ("heights", heights.len()))?;
        let color = self.next_color();
        Ok(self.add(Bar {
            names,
            heights,
            lying,
            color,
            width: 0.7,
            offset: 0.0,
            alpha: 1.0,
            show_values: false,
            label: String::new(),
        }))
    }
}

impl Bar {
    setters! {
        /// Colour. Default: the next of the palette.
        color: Color,
        /// Thickness, of the distance from bar to bar; above 0, at most 1. Default 0.7.
        width: f64,
        /// Shift along the names, in the same unit: two sets of width 0.4 stand side by side at -0.2 and 0.2.
        /// Default 0.
        offset: f64,
        /// Opacity, 0 to 1. Default 1.
        alpha: f64,
        /// Whether each bar's number stands at its end. Default false.
        show_values: bool,
        /// Text in the legend. Default none.
        label: String,
    }

    /// A number that would leave the frame stands inside the end of its bar instead.
    fn within(&self, text: Text, bar: Rect) -> Text {
        let Anchor(across, down) = text.anchor;
        let [x, y] = text.at;
        let at = match (self.lying, across + down > 1.0) {
            (false, true) => [x, bar.top + 4.0],
            (false, false) => [x, bar.bottom - 4.0],
            (true, false) => [bar.right - 4.0, y],
            (true, true) => [bar.left + 4.0, y],
        };
        let anchor = if self.lying {
            Anchor(1.0 - across, down)
        } else {
            Anchor(across, 1.0 - down)
        };
        let color = if self.color.is_dark() { Color::WHITE } else { INK };
        Text {
            at,
            anchor,
            color,
            ..text
        }
    }

    fn rects(&self, frame: &Frame) -> Vec<(f64, Rect)> {
        let axis = if self.lying { frame.x } else { frame.y };
        // Zero is infinitely far down a logarithmic axis.
        let base = if axis.scale == Scale::Log {
            axis.sorted().0
        } else {
            0.0
        };
        let rect = |(i, &height): (usize, &f64)| {
            let middle = i as f64 + self.offset;
            let across = (middle - self.width / 2.0, middle + self.width / 2.0);
            let along = (base, height);
            let rect = if self.lying {
                frame.rect(along, across)
            } else {
                frame.rect(across, along)
            };
            (!height.is_nan()).then_some((height, rect))
        };
        self.heights.iter().enumerate().filter_map(rect).collect()
    }
}

impl Draw for Bar {
    fn name(&self) -> &'static str {
        "bar"
    }

    fn check(&self) -> Result<()> {
        check_alpha(self.alpha)?;
        numbers::setting(
            "width",
            self.width,
            self.width > 0.0 && self.width <= 1.0,
            "above 0, at most 1",
        )?;
        numbers::setting(
            "offset",
            self.offset,
            self.offset.abs() <= 1.0,
            "between -1 and 1",
        )
    }

    fn extent(&self, scales: [Scale; 2]) -> Extent {
        let count = self.heights.len() as f64;
        let across = Reach::flush((-0.6, count - 0.4));
        let along = numbers::range(&self.heights).map(|(low, high)| match scales[usize::from(!self.lying)] {
            Scale::Linear => {
                // Numbers at the ends of bars need room inside the frame.
                let room = if self.show_values {
                    0.06 + 0.06 * f64::from(u8::from(self.lying))
                } else {
                    0.0
                };
                let (down, up) = (low.min(0.0), high.max(0.0));
                let room = (up - down) * room;
                let (down, up) = (
                    if low < 0.0 { down - room } else { down },
                    if high > 0.0 { up + room } else { up },
                );
                Reach {
                    low: down,
                    high: up,
                    flush: (low >= 0.0, high <= 0.0),
                }
            }
            Scale::Log => Reach::airy((low, high)),
        });
        if self.lying {
            Extent {
                x: along,
                y: Some(across),
            }
        } else {
            Extent {
                x: Some(across),
                y: along,
            }
        }
    }

    fn draw(&self, frame: &Frame, scene: &mut Scene) {
        for (_, rect) in self.rects(frame) {
            scene.rect(rect, self.color.faded(self.alpha), None::<Stroke>);
        }
    }

    fn draw_above(&self, frame: &Frame, scene: &mut Scene) {
        let shown = self.rects(frame).into_iter().filter(|_| self.show_values);
        for (value, rect) in shown {
            let (anchor, at) = match (self.lying, value < 0.0) {
                (false, false) => (Anchor::BOTTOM, [rect.centre()[0], rect.top - 2.0]),
                (false, true) => (Anchor::TOP, [rect.centre()[0], rect.bottom + 2.0]),
                (true, false) => (Anchor::LEFT, [rect.right + 4.0, rect.centre()[1]]),
                (true, true) => (Anchor::RIGHT, [rect.left - 4.0, rect.centre()[1]]),
            };
            let text = Text::new(&ticks::short(value, 3), at, anchor, SMALL, INK);
            let inside = text
                .bounds()
                .corners()
                .iter()
                .all(|corner| frame.area.contains(*corner));
            scene.text(if inside { text } else { self.within(text, rect) });
        }
    }

    fn entry(&self) -> Option<Entry> {
        Entry::new(&self.label, Key::Patch(self.color.faded(self.alpha)))
    }

    fn obstacles(&self, frame: &Frame) -> Vec<Point> {
        self.rects(frame)
            .iter()
            .flat_map(|(_, rect)| fill_points(rect))
            .collect()
    }

    fn downwards(&self) -> bool {
        self.lying
    }

    fn names(&self) -> [Option<Names>; 2] {
        let names = names(&self.names);
        if self.lying { [None, names] } else { [names, None] }
    }
}

/// Points all over a rectangle, for the placing of legends.
pub(crate) fn fill_points(rect: &Rect) -> Vec<Point> {
    let part = |i: usize| i as f64 / 8.0;
    let at = |i: usize| {
        [
            rect.left + rect.width() * part(i % 9),
            rect.top + rect.height() * part(i / 9),
        ]
    };
    (0..81).map(at).collect()
}
