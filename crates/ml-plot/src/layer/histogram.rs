//! How often values fall into each of a row of equal bins.

use ml_core::Result;

use super::bar::fill_points;
use super::{Draw, Entry, Extent, Frame, Key, Reach, check_alpha};
use crate::numbers::{self, Number};
use crate::scale::Scale;
use crate::scene::{Point, Rect, Scene, Stroke};
use crate::style::setters;
use crate::{Axes, Color};

/// Counts of values in equal bins; the last bin includes its upper edge, NaN is left out.
#[derive(Debug, Clone, PartialEq)]
pub struct Histogram {
    values: Vec<f64>,
    bins: usize,
    range: Option<(f64, f64)>,
    density: bool,
    color: Color,
    alpha: f64,
    label: String,
}

impl Axes {
    /// Adds a histogram of `values` with `bins` bins of equal width.
    ///
    /// # Errors
    /// [`Error::Empty`](ml_core::Error::Empty), [`Error::NotFinite`](ml_core::Error::NotFinite) for an
    /// infinite value, or [`Error::Parameter`](ml_core::Error::Parameter) unless there are 1 to 100,000 bins.
    ///
    /// # Examples
    /// ```
    /// let mut figure = ml_plot::Figure::new(400, 300);
    /// let histogram = figure.axes().histogram([1.0, 2.0, 2.5, 4.0], 3)?;
    /// assert_eq!(histogram.counts(), [1.0, 2.0, 1.0]);
    /// # Ok::<(), ml_core::Error>(())
    /// ```
    pub fn histogram(
        &mut self,
        values: impl IntoIterator<Item = impl Number>,
        bins: usize,
    ) -> Result<&mut Histogram> {
        let values = numbers::column("histogram", "values", values)?;
        ml_core::check::parameter(
            "bins",
            bins,
            (1..=100_000).contains(&bins),
            "between 1 and 100000",
        )?;
        let color = self.next_color();
        Ok(self.add(Histogram {
            values,
            bins,
            range: None,
            density: false,
            color,
            alpha: 1.0,
            label: String::new(),
        }))
    }
}

impl Histogram {
    setters! {
        /// Colour. Default: the next of the palette.
        color: Color,
        /// Opacity, 0 to 1; below 1 lets several histograms share the axes. Default 1.
        alpha: f64,
        /// Whether the bars' areas sum to 1 instead of their heights to the number of values. Default false.
        density: bool,
        /// Text in the legend. Default none.
        label: String,
    }

    /// The outer edges of the bins; values outside are not counted. Default: the smallest and largest value.
    pub fn range(&mut self, low: f64, high: f64) -> &mut Self {
        self.range = Some((low, high));
        self
    }

    /// The `bins + 1` edges of the bins.
    #[must_use]
    pub fn edges(&self) -> Vec<f64> {
        let (low, high) = self.ends();
        let share = |i: usize| i as f64 / self.bins as f64;
        (0..=self.bins)
            .map(|i| low * (1.0 - share(i)) + high * share(i))
            .collect()
    }

    /// The height of each bar: a count, or a density.
    #[must_use]
    pub fn counts(&self) -> Vec<f64> {
        let (low, high) = self.ends();
        let width = high / 2.0 - low / 2.0;
        let mut counts = vec![0.0; self.bins];
        for &value in self.values.iter().filter(|v| **v >= low && **v <= high) {
            let bin = ((value / 2.0 - low / 2.0) / width * self.bins as f64) as usize;
            counts[bin.min(self.bins - 1)] += 1.0;
        }
        if self.density {
            let total: f64 = counts.iter().sum();
            let area = total * (high - low) / self.bins as f64;
            counts.iter_mut().for_each(|c| *c /= area.max(f64::MIN_POSITIVE));
        }
        counts
    }

    /// Equal values get bins around them.
    fn ends(&self) -> (f64, f64) {
        let (low, high) = self
            .range
            .or_else(|| numbers::range(&self.values))
            .unwrap_or((0.0, 1.0));
        let room = if low.abs() < 1e15 { 0.5 } else { low.abs() * 1e-3 };
        if low < high {
            (low, high)
        } else {
            (low - room, high + room)
        }
    }

    fn rects(&self, frame: &Frame) -> Vec<Rect> {
        let base = if frame.y.scale == Scale::Log {
            frame.y.sorted().0
        } else {
            0.0
        };
        let edges = self.edges();
        let bars = edges
            .windows(2)
            .zip(self.counts())
            .filter(|(_, count)| *count > 0.0);
        bars.map(|(edge, count)| frame.rect((edge[0], edge[1]), (base, count)))
            .collect()
    }
}

impl Draw for Histogram {
    fn name(&self) -> &'static str {
        "histogram"
    }

    fn check(&self) -> Result<()> {
        check_alpha(self.alpha)?;
        let (low, high) = self.range.unwrap_or((0.0, 1.0));
        numbers::setting("range low", low, true, "finite")?;
        numbers::setting("range high", high, high > low, "finite and above low")
    }

    fn extent(&self, scales: [Scale; 2]) -> Extent {
        let counts = self.counts();
        let highest = counts.iter().fold(0.0_f64, |m, &c| m.max(c));
        let y = match scales[1] {
            Scale::Linear => Reach {
                low: 0.0,
                high: highest,
                flush: (true, false),
            },
            Scale::Log => {
                let least = counts
                    .iter()
                    .filter(|c| **c > 0.0)
                    .fold(highest, |m, &c| m.min(c));
                Reach {
                    low: least / 2.0,
                    high: highest,
                    flush: (true, false),
                }
            }
        };
        Extent {
            x: Some(Reach::airy(self.ends())),
            y: (highest > 0.0).then_some(y),
        }
    }

    fn draw(&self, frame: &Frame, scene: &mut Scene) {
        let rects = self.rects(frame);
        // A hairline of white parts the bars where there is room for one.
        let wide = rects.iter().all(|r| r.width() > 4.0);
        let edge = wide.then_some(Stroke::solid(Color::WHITE, 0.6));
        for rect in rects {
            scene.rect(rect, self.color.faded(self.alpha), edge);
        }
    }

    fn entry(&self) -> Option<Entry> {
        Entry::new(&self.label, Key::Patch(self.color.faded(self.alpha)))
    }

    fn obstacles(&self, frame: &Frame) -> Vec<Point> {
        self.rects(frame).iter().flat_map(fill_points).collect()
    }
}
