//! A table of numbers as coloured cells.

use ml_core::Result;
use ml_core::ndarray::{Array2, ArrayView2};

use super::{ColorScale, Draw, Extent, Frame, Names, Reach, names};
use crate::color_map::ColorMap;
use crate::numbers::{self, Number};
use crate::scale::Scale;
use crate::scene::{Anchor, Rect, Scene, Text};
use crate::style::{INK, SMALL, setters};
use crate::{Axes, Color, font, ticks};

/// Coloured cells, the first row on top; a NaN stays empty.
#[derive(Debug, Clone, PartialEq)]
pub struct Heatmap {
    values: Array2<f64>,
    rows: Vec<String>,
    columns: Vec<String>,
    limits: Option<(f64, f64)>,
    color_map: ColorMap,
    color_bar: bool,
    color_label: String,
    show_values: bool,
    digits: usize,
}

/// Rows or columns that are numbered one by one when they have no names.
const NUMBERED: usize = 25;

impl Axes {
    /// Adds a cell for every number of a matrix, row 0 on top.
    ///
    /// # Errors
    /// [`Error::Empty`](ml_core::Error::Empty), or [`Error::NotFinite`](ml_core::Error::NotFinite) for an infinite value.
    ///
    /// # Examples
    /// ```
    /// use ml_core::ndarray::array;
    ///
    /// let mut figure = ml_plot::Figure::new(400, 300);
    /// let confusion = array![[53, 4], [2, 41]];
    /// figure.axes().heatmap(confusion.view())?.show_values(true).names(["no", "yes"], ["no", "yes"])?;
    /// assert!(figure.to_svg()?.contains("aria-label=\"53\""));
    /// # Ok::<(), ml_core::Error>(())
    /// ```
    pub fn heatmap<N: Number>(&mut self, values: ArrayView2<'_, N>) -> Result<&mut Heatmap> {
        let values = numbers::matrix("heatmap", "values", values)?;
        Ok(self.add(Heatmap {
            values,
            rows: Vec::new(),
            columns: Vec::new(),
            limits: None,
            color_map: ColorMap::default(),
            color_bar: true,
            color_label: String::new(),
            show_values: false,
            digits: 3,
        }))
    }
}

impl Heatmap {
    setters! {
        /// Colours of the values. Default viridis.
        color_map: ColorMap,
        /// Whether a colour bar stands beside the cells. Default true.
        color_bar: bool,
        /// Text beside the colour bar. Default none.
        color_label: String,
        /// Whether each cell holds its number. Default false.
        show_values: bool,
        /// Significant digits of these numbers. Default 3.
        digits: usize,
    }

    /// The values at both ends of the colour map. Default: the smallest and largest value.
    pub fn limits(&mut self, low: f64, high: f64) -> &mut Self {
        self.limits = Some((low, high));
        self
    }

    /// Names of the rows, from the top, and of the columns. Default: numbers from 0.
    ///
    /// # Errors
    /// [`Error::Length`](ml_core::Error::Length) unless there is one name a row and a column.
    pub fn names(
        &mut self,
        rows: impl IntoIterator<Item = impl Into<String>>,
        columns: impl IntoIterator<Item = impl Into<String>>,
    ) -> Result<&mut Self> {
        self.rows = rows.into_iter().map(Into::into).collect();
        self.columns = columns.into_iter().map(Into::into).collect();
        let (rows, columns) = self.values.dim();
        numbers::same_length("heatmap", ("values", rows), ("names of rows", self.rows.len()))?;
        let left_name = "values (transposed)";
        numbers::same_length(
            "heatmap",
            (left_name, columns),
            ("names of columns", self.columns.len()),
        )?;
        Ok(self)
    }

    fn scale(&self) -> ColorScale {
        let limits = self
            .limits
            .or_else(|| numbers::range(&self.values))
            .unwrap_or((0.0, 1.0));
        ColorScale {
            map: self.color_map,
            limits,
            label: self.color_label.clone(),
        }
    }
}

fn cell(frame: &Frame, row: usize, column: usize) -> Rect {
    let sides = |i: usize| (i as f64 - 0.5, i as f64 + 0.5);
    frame.rect(sides(column), sides(row))
}

impl Draw for Heatmap {
    fn name(&self) -> &'static str {
        "heatmap"
    }

    fn check(&self) -> Result<()> {
        ml_core::check::parameter("digits", self.digits, (1..=15).contains(&self.digits), "1 to 15")?;
        let (low, high) = self.limits.unwrap_or((0.0, 1.0));
        numbers::setting("limits low", low, true, "finite")?;
        numbers::setting("limits high", high, high > low, "finite and above low")
    }

    fn extent(&self, _: [Scale; 2]) -> Extent {
        let reach = |count: usize| Some(Reach::flush((-0.5, count as f64 - 0.5)));
        let (rows, columns) = self.values.dim();
        Extent {
            x: reach(columns),
            y: reach(rows),
        }
    }

    fn draw(&self, frame: &Frame, scene: &mut Scene) {
        let scale = self.scale();
        if self.values.len() > 2_500 {
            let (rows, columns) = self.values.dim();
            let color = |v: &f64| {
                if v.is_nan() {
                    Color::WHITE.faded(0.0)
                } else {
                    scale.color(*v)
                }
            };
            let rgba = self
                .values
                .iter()
                .map(color)
                .flat_map(|c| [c.red, c.green, c.blue, c.alpha])
                .collect();
            let rect = frame.rect((-0.5, columns as f64 - 0.5), (-0.5, rows as f64 - 0.5));
            let pixels = crate::scene::Pixels {
                width: columns,
                height: rows,
                rgba,
            };
            scene.push(crate::scene::Shape::Image {
                rect,
                pixels,
                smooth: false,
            });
            return;
        }
        for ((row, column), &value) in self.values.indexed_iter().filter(|(_, v)| !v.is_nan()) {
            // A hair larger than the cell, so that no seam shows between neighbours.
            scene.rect(cell(frame, row, column).grown(0.25), scale.color(value), None);
        }
    }

    fn draw_above(&self, frame: &Frame, scene: &mut Scene) {
        if !self.show_values {
            return;
        }
        let scale = self.scale();
        let text = |v: f64| ticks::short(v, self.digits);
        let widest = self
            .values
            .iter()
            .map(|&v| font::width(&text(v), 1.0))
            .fold(1.0, f64::max);
        let room = cell(frame, 0, 0);
        // Smaller where cells are narrow; unreadable numbers are left out.
        let size = SMALL.min(0.88 * room.width() / widest).min(0.8 * room.height());
        let shown = self
            .values
            .indexed_iter()
            .filter(|(_, v)| !v.is_nan() && size >= 4.0);
        for ((row, column), &value) in shown {
            let color = if scale.color(value).is_dark() {
                Color::WHITE
            } else {
                INK
            };
            let at = cell(frame, row, column).centre();
            scene.text(Text::new(&text(value), at, Anchor::CENTRE, size, color));
        }
    }

    fn color_scale(&self) -> Option<ColorScale> {
        self.color_bar.then(|| self.scale())
    }

    fn names(&self) -> [Option<Names>; 2] {
        let (rows, columns) = self.values.dim();
        [(columns, &self.columns), (rows, &self.rows)].map(|(count, given)| {
            let numbered = if count <= NUMBERED { count } else { 0 };
            let numbers: Vec<String> = (0..numbered).map(|i| i.to_string()).collect();
            names(given).or_else(|| names(&numbers))
        })
    }

    fn covers(&self) -> bool {
        true
    }

    fn downwards(&self) -> bool {
        true
    }

    fn equal_aspect(&self) -> bool {
        self.values.nrows() == self.values.ncols()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn errors_name_what_is_missing() -> Result<()> {
        let mut axes = Axes::default();
        let values = Array2::<f64>::zeros((2, 3));
        let error = axes.heatmap(values.view())?.names(["a"], ["b"; 3]).unwrap_err();
        assert_eq!(
            error.to_string(),
            "heatmap: values has 2 rows, but names of rows has 1; they must match one to one"
        );
        Ok(())
    }
}
