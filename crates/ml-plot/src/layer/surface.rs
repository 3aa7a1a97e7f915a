//! What a model says everywhere in a plane: classes as areas, values as bands of colour.

use ml_core::ndarray::{Array2, ArrayView2};
use ml_core::{Error, Result};

use super::{ColorScale, Draw, Extent, Frame, Reach};
use crate::color_map::ColorMap;
use crate::numbers::{self, Number};
use crate::scale::Scale;
use crate::scene::{Pixels, Scene, Shape};
use crate::style::setters;
use crate::{Axes, Color, PALETTE};

/// The points of a regular grid, `[rows * columns, 2]`: x runs fastest, y grows with the row.
///
/// Predict at these points, shape the result `[rows, columns]`, and hand it to
/// [`Axes::decision_surface`], [`Axes::filled_contour`] or [`Axes::contour`].
///
/// # Examples
/// ```
/// use ml_core::ndarray::array;
///
/// let points = ml_plot::mesh((0.0, 1.0), (5.0, 6.0), 2, 2);
/// assert_eq!(points, array![[0.0, 5.0], [1.0, 5.0], [0.0, 6.0], [1.0, 6.0]]);
/// ```
#[must_use]
pub fn mesh(x: (f64, f64), y: (f64, f64), columns: usize, rows: usize) -> Array2<f64> {
    let at = |(low, high): (f64, f64), i: usize, n: usize| {
        low + (high - low) * i as f64 / n.saturating_sub(1).max(1) as f64
    };
    Array2::from_shape_fn((rows * columns, 2), |(point, axis)| match axis {
        0 => at(x, point % columns, columns),
        _ => at(y, point / columns, rows),
    })
}

/// A grid of numbers over a rectangle of the plane, row 0 at the low end of y.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Grid {
    pub(crate) x: (f64, f64),
    pub(crate) y: (f64, f64),
    pub(crate) values: Array2<f64>,
}

impl Grid {
    pub(crate) fn new<N: Number>(
        op: &'static str,
        x: (f64, f64),
        y: (f64, f64),
        values: ArrayView2<'_, N>,
    ) -> Result<Self> {
        let values = numbers::matrix(op, "values", values)?;
        for (name, (low, high)) in [("x", x), ("y", y)] {
            numbers::setting(&format!("{op} {name} low"), low, true, "finite")?;
            numbers::setting(
                &format!("{op} {name} high"),
                high,
                high > low,
                "finite and above low",
            )?;
        }
        if values.nrows() < 2 || values.ncols() < 2 {
            let what = format!("values ({} x {})", values.nrows(), values.ncols());
            return Err(Error::Empty {
                op,
                what,
                least: "2 rows and 2 columns",
            });
        }
        Ok(Self { x, y, values })
    }

    /// The value between the points of the grid, `row` and `column` being fractions of steps.
    fn between(&self, row: f64, column: f64) -> f64 {
        let (rows, columns) = self.values.dim();
        let (i, j) = ((row as usize).min(rows - 2), (column as usize).min(columns - 2));
        let (v, h) = (row - i as f64, column - j as f64);
        let value = |i, j| self.values[[i, j]];
        let low = value(i, j) * (1.0 - h) + value(i, j + 1) * h;
        let high = value(i + 1, j) * (1.0 - h) + value(i + 1, j + 1) * h;
        low * (1.0 - v) + high * v
    }

    pub(crate) fn extent(&self) -> Extent {
        Extent {
            x: Some(Reach::flush(self.x)),
            y: Some(Reach::flush(self.y)),
        }
    }

    /// The plane as pixels, about `side` along each side, through a colour for each value.
    fn pixels(&self, smooth: bool, frame: &Frame, color: impl Fn(f64) -> Color) -> Shape {
        const SIDE: usize = 400;
        let (rows, columns) = self.values.dim();
        let (height, width) = if smooth { (SIDE, SIDE) } else { (rows, columns) };
        let step = |i: usize, n: usize, points: usize| (i as f64 + 0.5) / n as f64 * (points - 1) as f64;
        let value = |i: usize, j: usize| {
            let (row, column) = (step(i, height, rows), step(j, width, columns));
            if smooth {
                self.between(row, column)
            } else {
                self.values[[i, j]]
            }
        };
        let shown = |v: f64| {
            if v.is_nan() {
                Color::WHITE.faded(0.0)
            } else {
                color(v)
            }
        };
        let mut rgba = Vec::with_capacity(width * height * 4);
        for i in 0..height {
            // Pictures start on top; y grows upwards unless the axis is turned round.
            let i = if frame.y.at(self.y.1) <= frame.y.at(self.y.0) {
                height - 1 - i
            } else {
                i
            };
            for j in 0..width {
                let c = shown(value(i, j));
                rgba.extend([c.red, c.green, c.blue, c.alpha]);
            }
        }
        let rect = frame.rect(self.x, self.y);
        Shape::Image {
            rect,
            pixels: Pixels { width, height, rgba },
            smooth: false,
        }
    }
}

/// Areas of the plane by class.
#[derive(Debug, Clone, PartialEq)]
pub struct DecisionSurface {
    grid: Grid,
    colors: Vec<Color>,
    alpha: f64,
}

/// Bands of colour by value.
#[derive(Debug, Clone, PartialEq)]
pub struct FilledContour {
    grid: Grid,
    levels: usize,
    limits: Option<(f64, f64)>,
    color_map: ColorMap,
    color_bar: bool,
    color_label: String,
}

impl Axes {
    /// Colours a rectangle of the plane by class: `classes[[row, column]]` is a number from 0 at the points
    /// of [`mesh`]. Class `k` has the palette's colour `k`, paled, so that points in full colour stand out.
    ///
    /// # Errors
    /// [`Error::Empty`] below 2 x 2 points, [`Error::NotFinite`], [`Error::Parameter`] for a range whose ends
    /// are not finite and in order, [`Error::Data`] for a class that is not a whole number from 0.
    ///
    /// # Examples
    /// ```
    /// use ml_core::ndarray::array;
    ///
    /// let mut figure = ml_plot::Figure::new(300, 200);
    /// figure.axes().decision_surface((0.0, 1.0), (0.0, 1.0), array![[0, 1], [1, 2]].view())?;
    /// assert!(figure.to_svg()?.contains("<image"));
    /// # Ok::<(), ml_core::Error>(())
    /// ```
    pub fn decision_surface<N: Number>(
        &mut self,
        x: (f64, f64),
        y: (f64, f64),
        classes: ArrayView2<'_, N>,
    ) -> Result<&mut DecisionSurface> {
        let op = "decision_surface";
        let grid = Grid::new(op, x, y, classes)?;
        let class = |v: f64| v.is_nan() || ((0.0..1e6).contains(&v) && v.fract() == 0.0);
        if let Some(class) = grid.values.iter().find(|v| !class(**v)) {
            let remedy = "number the classes 0, 1, 2, ...; for values use filled_contour";
            return Err(Error::Data {
                op,
                problem: format!("{class} is not the number of a class"),
                remedy,
            });
        }
        Ok(self.add(DecisionSurface {
            grid,
            colors: PALETTE.to_vec(),
            alpha: 0.28,
        }))
    }

    /// Colours a rectangle of the plane by value, in bands between `levels + 1` equal steps, with a colour
    /// bar: `values[[row, column]]` at the points of [`mesh`].
    ///
    /// # Errors
    /// As [`decision_surface`](Self::decision_surface); [`Error::Parameter`] unless there are 1 to 256 levels.
    ///
    /// # Examples
    /// ```
    /// use ml_core::ndarray::array;
    ///
    /// let mut figure = ml_plot::Figure::new(300, 200);
    /// figure.axes().filled_contour((0.0, 1.0), (0.0, 1.0), array![[0.0, 1.0], [1.0, 2.0]].view(), 8)?;
    /// assert!(figure.to_svg()?.contains("<image"));
    /// # Ok::<(), ml_core::Error>(())
    /// ```
    pub fn filled_contour<N: Number>(
        &mut self,
        x: (f64, f64),
        y: (f64, f64),
        values: ArrayView2<'_, N>,
        levels: usize,
    ) -> Result<&mut FilledContour> {
        let grid = Grid::new("filled_contour", x, y, values)?;
        ml_core::check::parameter("levels", levels, (1..=256).contains(&levels), "1 to 256")?;
        Ok(self.add(FilledContour {
            grid,
            levels,
            limits: None,
            color_map: ColorMap::default(),
            color_bar: true,
            color_label: String::new(),
        }))
    }
}

impl DecisionSurface {
    setters! {
        /// Opacity of the areas, 0 to 1. Default 0.28.
        alpha: f64,
    }

    /// Colours of classes 0, 1, 2, ..., used in turn. Default: the palette.
    pub fn colors(&mut self, colors: impl IntoIterator<Item = Color>) -> &mut Self {
        self.colors = colors.into_iter().collect();
        self
    }
}

impl FilledContour {
    setters! {
        /// Colours of the values. Default viridis.
        color_map: ColorMap,
        /// Whether a colour bar stands beside. Default true.
        color_bar: bool,
        /// Text beside the colour bar. Default none.
        color_label: String,
    }

    /// The values at both ends of the colour map. Default: the smallest and largest value.
    pub fn limits(&mut self, low: f64, high: f64) -> &mut Self {
        self.limits = Some((low, high));
        self
    }

    fn scale(&self) -> ColorScale {
        let limits = self
            .limits
            .or_else(|| numbers::range(&self.grid.values))
            .unwrap_or((0.0, 1.0));
        ColorScale {
            map: self.color_map,
            limits,
            label: self.color_label.clone(),
        }
    }
}

impl Draw for DecisionSurface {
    fn name(&self) -> &'static str {
        "decision_surface"
    }

    fn check(&self) -> Result<()> {
        super::check_alpha(self.alpha)?;
        ml_core::check::parameter(
            "colors",
            self.colors.len(),
            !self.colors.is_empty(),
            "at least 1 colour",
        )
    }

    fn extent(&self, _: [Scale; 2]) -> Extent {
        self.grid.extent()
    }

    fn draw(&self, frame: &Frame, scene: &mut Scene) {
        let color = |class: f64| self.colors[class as usize % self.colors.len()].faded(self.alpha);
        scene.push(self.grid.pixels(false, frame, color));
    }

    fn covers(&self) -> bool {
        true
    }
}

impl Draw for FilledContour {
    fn name(&self) -> &'static str {
        "filled_contour"
    }

    fn check(&self) -> Result<()> {
        let (low, high) = self.limits.unwrap_or((0.0, 1.0));
        numbers::setting("limits low", low, true, "finite")?;
        numbers::setting("limits high", high, high > low, "finite and above low")
    }

    fn extent(&self, _: [Scale; 2]) -> Extent {
        self.grid.extent()
    }

    fn draw(&self, frame: &Frame, scene: &mut Scene) {
        let scale = self.scale();
        let (low, high) = scale.limits;
        let bands = self.levels as f64;
        let color = |v: f64| {
            let share = (v - low) / (high - low).max(f64::MIN_POSITIVE);
            let band = (share * bands).floor().clamp(0.0, bands - 1.0);
            scale.map.color((band + 0.5) / bands)
        };
        scene.push(self.grid.pixels(true, frame, color));
    }

    fn color_scale(&self) -> Option<ColorScale> {
        self.color_bar.then(|| self.scale())
    }

    fn covers(&self) -> bool {
        true
    }
}
