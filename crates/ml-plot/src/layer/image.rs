//! Pictures: grey levels through a colour map, or red, green and blue.

use ml_core::ndarray::{ArrayView2, ArrayView3};
use ml_core::{Error, Result};

use super::{ColorScale, Draw, Extent, Frame, Reach};
use crate::color_map::ColorMap;
use crate::numbers::{self, Number};
use crate::scale::Scale;
use crate::scene::{Pixels, Scene, Shape};
use crate::style::setters;
use crate::{Axes, Color};

#[derive(Debug, Clone, PartialEq)]
enum Source {
    /// Numbers for the colour map.
    Levels(Vec<f64>),
    /// Red, green, blue, opacity.
    Colors(Vec<u8>),
}

/// A picture; each pixel is a unit square around its column and row, the first row on top.
#[derive(Debug, Clone, PartialEq)]
pub struct Image {
    width: usize,
    height: usize,
    source: Source,
    color_map: ColorMap,
    limits: Option<(f64, f64)>,
    color_bar: bool,
    color_label: String,
    smooth: bool,
    placed: Option<[f64; 4]>,
}

impl Axes {
    /// Adds a grey picture `[rows, columns]`; black and white are the smallest and largest value unless
    /// [`limits`](Image::limits) are set. NaN pixels are transparent.
    ///
    /// # Errors
    /// [`Error::Empty`], or [`Error::NotFinite`] for an infinite value.
    ///
    /// # Examples
    /// ```
    /// use ml_core::ndarray::Array2;
    /// use ml_plot::{ColorMap, Figure};
    ///
    /// let digit = Array2::from_shape_fn((28, 28), |(row, column)| (row + column) as f64);
    /// let mut figure = Figure::new(300, 300);
    /// figure.axes().framed(false).image(digit.view())?.color_map(ColorMap::Binary);
    /// assert!(figure.to_svg()?.contains("data:image/png;base64,"));
    /// # Ok::<(), ml_core::Error>(())
    /// ```
    pub fn image<N: Number>(&mut self, levels: ArrayView2<'_, N>) -> Result<&mut Image> {
        let levels = numbers::matrix("image", "levels", levels)?;
        let (height, width) = levels.dim();
        Ok(self.add(Image::new(
            width,
            height,
            Source::Levels(levels.iter().copied().collect()),
        )))
    }

    /// Adds a colour picture `[rows, columns, 3]`: from 0 to 255 for whole numbers, from 0 to 1 for others.
    ///
    /// # Errors
    /// [`Error::Empty`], [`Error::Shape`] unless there are three channels, or [`Error::Data`] for a value
    /// outside the range.
    ///
    /// # Examples
    /// ```
    /// use ml_core::ndarray::Array3;
    ///
    /// let mut figure = ml_plot::Figure::new(300, 200);
    /// figure.axes().image_rgb(Array3::<u8>::from_elem((20, 30, 3), 128).view())?;
    /// assert!(figure.to_svg()?.contains("<image"));
    /// # Ok::<(), ml_core::Error>(())
    /// ```
    pub fn image_rgb<N: Number>(&mut self, colors: ArrayView3<'_, N>) -> Result<&mut Image> {
        let op = "image_rgb";
        let (height, width, channels) = colors.dim();
        if channels != 3 {
            let (left, right) = (vec![height, width, channels], vec![height, width, 3]);
            return Err(Error::Shape {
                op,
                left,
                right,
                rule: "a colour picture is [rows, columns, 3]",
            });
        }
        if height * width == 0 {
            return Err(Error::Empty {
                op,
                what: "colors".to_owned(),
                least: "1 pixel",
            });
        }
        let mut rgba = Vec::with_capacity(height * width * 4);
        for ((row, column, channel), value) in colors.indexed_iter() {
            let share = value.number() / N::FULL;
            if !(0.0..=1.0).contains(&share) {
                let problem = format!("{} at row {row}, column {column}", value.number());
                let remedy = "scale colours to 0..1, or to 0..255 as whole numbers";
                return Err(Error::Data { op, problem, remedy });
            }
            rgba.push((share * 255.0).round() as u8);
            if channel == 2 {
                rgba.push(255);
            }
        }
        Ok(self.add(Image::new(width, height, Source::Colors(rgba))))
    }
}

impl Image {
    fn new(width: usize, height: usize, source: Source) -> Self {
        Self {
            width,
            height,
            source,
            color_map: ColorMap::Gray,
            limits: None,
            color_bar: false,
            color_label: String::new(),
            smooth: false,
            placed: None,
        }
    }

    setters! {
        /// Colours of grey levels. Default black to white.
        color_map: ColorMap,
        /// Whether grey levels get a colour bar. Default false.
        color_bar: bool,
        /// Text beside the colour bar. Default none.
        color_label: String,
        /// Whether enlarging may blur pixels into each other. Default false.
        smooth: bool,
    }

    /// The levels at both ends of the colour map. Default: the smallest and largest level.
    pub fn limits(&mut self, low: f64, high: f64) -> &mut Self {
        self.limits = Some((low, high));
        self
    }

    /// Lays the picture over a part of the axes, for one that is the ground of other layers, such as a map:
    /// y grows upwards and the last row stands at `bottom`. Default: pixels count from the top left.
    pub fn placed(&mut self, left: f64, right: f64, bottom: f64, top: f64) -> &mut Self {
        self.placed = Some([left, right, bottom, top]);
        self
    }

    /// Left, right, bottom and top in data coordinates.
    fn sides(&self) -> [f64; 4] {
        self.placed
            .unwrap_or([-0.5, self.width as f64 - 0.5, self.height as f64 - 0.5, -0.5])
    }

    fn scale(&self) -> Option<ColorScale> {
        let Source::Levels(levels) = &self.source else {
            return None;
        };
        let limits = self
            .limits
            .or_else(|| numbers::range(levels))
            .unwrap_or((0.0, 1.0));
        Some(ColorScale {
            map: self.color_map,
            limits,
            label: self.color_label.clone(),
        })
    }

    fn rgba(&self) -> Vec<u8> {
        let scale = self.scale();
        match (&self.source, scale) {
            (Source::Levels(levels), Some(scale)) => {
                let color = |v: &f64| {
                    if v.is_nan() {
                        Color::WHITE.faded(0.0)
                    } else {
                        scale.color(*v)
                    }
                };
                levels
                    .iter()
                    .map(color)
                    .flat_map(|c| [c.red, c.green, c.blue, c.alpha])
                    .collect()
            }
            (Source::Colors(rgba), _) => rgba.clone(),
            (Source::Levels(_), None) => Vec::new(),
        }
    }
}

impl Draw for Image {
    fn name(&self) -> &'static str {
        "image"
    }

    fn check(&self) -> Result<()> {
        let (low, high) = self.limits.unwrap_or((0.0, 1.0));
        numbers::setting("limits low", low, true, "finite")?;
        numbers::setting("limits high", high, high > low, "finite and above low")?;
        let [left, right, bottom, top] = self.sides();
        let valid =
            left.is_finite() && bottom.is_finite() && right > left && top.is_finite() && top != bottom;
        numbers::setting(
            "placed right",
            right,
            valid,
            "above left, with finite sides of some length",
        )
    }

    fn extent(&self, _: [Scale; 2]) -> Extent {
        let [left, right, bottom, top] = self.sides();
        let y = (bottom.min(top), bottom.max(top));
        Extent {
            x: Some(Reach::flush((left, right))),
            y: Some(Reach::flush(y)),
        }
    }

    fn draw(&self, frame: &Frame, scene: &mut Scene) {
        let [left, right, bottom, top] = self.sides();
        let rect = frame.rect((left, right), (bottom, top));
        let mut rgba = self.rgba();
        // On an axis that the user turned round, the picture turns with it.
        if frame.y.at(top) > frame.y.at(bottom) {
            rgba = rgba.chunks(4 * self.width).rev().flatten().copied().collect();
        }
        let pixels = Pixels {
            width: self.width,
            height: self.height,
            rgba,
        };
        scene.push(Shape::Image {
            rect,
            pixels,
            smooth: self.smooth,
        });
    }

    fn color_scale(&self) -> Option<ColorScale> {
        self.scale().filter(|_| self.color_bar)
    }

    fn covers(&self) -> bool {
        true
    }

    fn downwards(&self) -> bool {
        self.placed.is_none()
    }

    fn equal_aspect(&self) -> bool {
        self.placed.is_none()
    }
}
