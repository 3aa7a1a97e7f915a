//! Points, each with its own size and colour if need be.

use ml_core::Result;

use super::{ColorScale, Draw, Entry, Extent, Frame, Key, check_alpha, check_size};
use crate::color_map::ColorMap;
use crate::numbers::{self, Number};
use crate::scale::Scale;
use crate::scene::{Point, Scene, Shape, Spot, Stroke};
use crate::style::{Marker, setters};
use crate::{Axes, Color};

/// Points; those with a NaN among x, y, area or colour value are left out.
#[derive(Debug, Clone, PartialEq)]
pub struct Scatter {
    x: Vec<f64>,
    y: Vec<f64>,
    areas: Option<Vec<f64>>,
    values: Option<Vec<f64>>,
    value_limits: Option<(f64, f64)>,
    color: Color,
    color_map: ColorMap,
    color_label: String,
    color_bar: bool,
    size: f64,
    marker: Marker,
    alpha: f64,
    edge: Option<Color>,
    label: String,
}

impl Axes {
    /// Adds a point at every `(x[i], y[i])`.
    ///
    /// # Errors
    /// [`Error::Empty`](ml_core::Error::Empty), [`Error::Length`](ml_core::Error::Length), or
    /// [`Error::NotFinite`](ml_core::Error::NotFinite) for an infinite value.
    ///
    /// # Examples
    /// ```
    /// let mut figure = ml_plot::Figure::new(400, 300);
    /// let points = figure.axes().scatter([1.0, 2.0, 3.0], [2.0, 1.0, 4.0])?;
    /// points.areas([20.0, 80.0, 45.0])?.values([0.1, 0.5, 0.9])?.color_label("price");
    /// assert!(figure.to_svg()?.contains("aria-label=\"price\""));
    /// # Ok::<(), ml_core::Error>(())
    /// ```
    pub fn scatter(
        &mut self,
        x: impl IntoIterator<Item = impl Number>,
        y: impl IntoIterator<Item = impl Number>,
    ) -> Result<&mut Scatter> {
        let (x, y) = numbers::pair("scatter", x, y)?;
        let color = self.next_color();
        Ok(self.add(Scatter {
            x,
            y,
            areas: None,
            values: None,
            value_limits: None,
            color,
            color_map: ColorMap::default(),
            color_label: String::new(),
            color_bar: true,
            size: 6.0,
            marker: Marker::Circle,
            alpha: 1.0,
            edge: None,
            label: String::new(),
        }))
    }
}

impl Scatter {
    setters! {
        /// Colour of all points, unless [`values`](Self::values) decide. Default: the next of the palette.
        color: Color,
        /// Colours of the values. Default viridis.
        color_map: ColorMap,
        /// Text beside the colour bar. Default none.
        color_label: String,
        /// Whether values get a colour bar. Default true.
        color_bar: bool,
        /// Diameter of all points in pixels, at least 0, unless [`areas`](Self::areas) decide. Default 6.
        size: f64,
        /// Shape of the points. Default a disc.
        marker: Marker,
        /// Opacity, 0 to 1; a small one shows where points crowd. Default 1.
        alpha: f64,
        /// Colour of a thin outline. Default none.
        edge: Option<Color>,
        /// Text in the legend. Default none.
        label: String,
    }

    /// An area for each point, in square pixels: a disc of area `s` is `√s` wide.
    ///
    /// # Errors
    /// [`Error::Length`](ml_core::Error::Length), [`Error::NotFinite`](ml_core::Error::NotFinite), or
    /// [`Error::Data`](ml_core::Error::Data) for a negative area.
    pub fn areas(&mut self, areas: impl IntoIterator<Item = impl Number>) -> Result<&mut Self> {
        let areas = numbers::column("scatter", "areas", areas)?;
        numbers::same_length("scatter", ("x", self.x.len()), ("areas", areas.len()))?;
        if let Some(row) = areas.iter().position(|&a| a < 0.0) {
            return Err(ml_core::Error::Data {
                op: "scatter",
                problem: format!("the area of point {row} is {}", areas[row]),
                remedy: "areas must be at least 0",
            });
        }
        self.areas = Some(areas);
        Ok(self)
    }

    /// A value for each point, shown as a colour of the map with a colour bar.
    ///
    /// # Errors
    /// [`Error::Length`](ml_core::Error::Length) or [`Error::NotFinite`](ml_core::Error::NotFinite).
    pub fn values(&mut self, values: impl IntoIterator<Item = impl Number>) -> Result<&mut Self> {
        let values = numbers::column("scatter", "values", values)?;
        numbers::same_length("scatter", ("x", self.x.len()), ("values", values.len()))?;
        self.values = Some(values);
        Ok(self)
    }

    /// The values at both ends of the colour map. Default: the smallest and largest value.
    pub fn value_limits(&mut self, low: f64, high: f64) -> &mut Self {
        self.value_limits = Some((low, high));
        self
    }

    fn spots(&self, frame: &Frame) -> Vec<Spot> {
        let colors = self.colors();
        let spot = |i: usize| {
            let at = frame.at(self.x[i], self.y[i])?;
            let diameter = self.areas.as_ref().map_or(self.size, |areas| areas[i].sqrt());
            let value = self.values.as_ref().map(|values| values[i]);
            let color = match (&colors, value) {
                (Some(scale), Some(value)) => scale.color(value),
                _ => self.color,
            };
            let shown = !diameter.is_nan() && !value.is_some_and(f64::is_nan);
            shown.then_some(Spot {
                at,
                diameter,
                color: color.faded(self.alpha),
            })
        };
        (0..self.x.len()).filter_map(spot).collect()
    }

    fn colors(&self) -> Option<ColorScale> {
        let values = self.values.as_ref()?;
        let limits = self.value_limits.or_else(|| numbers::range(values))?;
        Some(ColorScale {
            map: self.color_map,
            limits,
            label: self.color_label.clone(),
        })
    }

    fn outline(&self) -> Option<Stroke> {
        self.edge.map(|color| Stroke::solid(color, 0.8))
    }
}

impl Draw for Scatter {
    fn name(&self) -> &'static str {
        "scatter"
    }

    fn check(&self) -> Result<()> {
        check_alpha(self.alpha)?;
        check_size("size", self.size)?;
        let (low, high) = self.value_limits.unwrap_or((0.0, 1.0));
        numbers::setting("value_limits low", low, true, "finite")?;
        numbers::setting("value_limits high", high, high > low, "finite and above low")
    }

    fn extent(&self, _: [Scale; 2]) -> Extent {
        Extent::airy(numbers::range(&self.x), numbers::range(&self.y))
    }

    fn draw(&self, frame: &Frame, scene: &mut Scene) {
        let spots = self.spots(frame);
        // Points wholly outside would only make the file larger.
        let near = |s: &Spot| frame.area.grown(s.diameter).contains(s.at);
        let spots: Vec<Spot> = spots.into_iter().filter(near).collect();
        scene.push(Shape::Markers {
            marker: self.marker,
            spots,
            edge: self.outline(),
        });
    }

    fn entry(&self) -> Option<Entry> {
        // The middle of the map stands for points of many colours.
        let color = self.colors().map_or(self.color, |scale| scale.map.color(0.5));
        let diameter = self.areas.as_ref().map_or(self.size.clamp(5.0, 12.0), |_| 9.0);
        let color = color.faded(self.alpha.max(0.5));
        Entry::new(
            &self.label,
            Key::Spot(
                self.marker,
                Spot {
                    at: [0.0, 0.0],
                    diameter,
                    color,
                },
            ),
        )
    }

    fn color_scale(&self) -> Option<ColorScale> {
        self.colors().filter(|_| self.color_bar)
    }

    fn obstacles(&self, frame: &Frame) -> Vec<Point> {
        self.spots(frame).into_iter().map(|s| s.at).collect()
    }
}
