//! Figures of many small axes: a histogram a column, every column against every other, a wall of images.

use ml_core::ndarray::ArrayView2;
use ml_core::{Error, Result};

use crate::numbers::{self, Number};
use crate::{ColorMap, Figure};

impl Figure {
    /// A histogram for every named column, about as many rows of axes as columns of axes.
    ///
    /// # Errors
    /// [`Error::Empty`] without columns or for a column without numbers, [`Error::NotFinite`] for an infinite
    /// value, [`Error::Parameter`] unless there are 1 to 100,000 bins.
    ///
    /// # Examples
    /// ```
    /// use ml_core::ndarray::array;
    /// use ml_plot::Figure;
    ///
    /// let x = array![[1.0, 20.0], [2.0, 30.0], [2.5, 35.0]];
    /// let figure = Figure::histograms(800, 400, ["age", "income"].into_iter().zip(x.columns()), 50)?;
    /// assert!(figure.to_svg()?.contains("aria-label=\"income\""));
    /// # Ok::<(), ml_core::Error>(())
    /// ```
    pub fn histograms(
        width: u32,
        height: u32,
        columns: impl IntoIterator<Item = (impl Into<String>, impl IntoIterator<Item = impl Number>)>,
        bins: usize,
    ) -> Result<Self> {
        let columns = named("histograms", columns)?;
        let across = (columns.len() as f64).sqrt().ceil() as usize;
        let mut figure = Self::subplots(width, height, columns.len().div_ceil(across), across);
        for (i, (name, values)) in columns.iter().enumerate() {
            let axes = figure.at(i / across, i % across)?;
            axes.title(name.as_str()).histogram(values, bins)?;
        }
        figure.hide_from(columns.len());
        Ok(figure)
    }

    /// Every named column against every other: y down the rows, x along the columns, and on the diagonal the
    /// histogram of a column in 30 bins.
    ///
    /// # Errors
    /// As [`histograms`](Self::histograms), and [`Error::Length`] for columns of unequal length.
    ///
    /// # Examples
    /// ```
    /// use ml_plot::Figure;
    ///
    /// let figure = Figure::scatter_matrix(600, 400, [("a", [1.0, 2.0, 3.0]), ("b", [2.0, 1.0, 4.0])])?;
    /// assert!(figure.to_svg()?.contains("aria-label=\"b\""));
    /// # Ok::<(), ml_core::Error>(())
    /// ```
    pub fn scatter_matrix(
        width: u32,
        height: u32,
        columns: impl IntoIterator<Item = (impl Into<String>, impl IntoIterator<Item = impl Number>)>,
    ) -> Result<Self> {
        const BINS: usize = 30;
        let columns = named("scatter_matrix", columns)?;
        for (_, values) in &columns {
            let first = ("the first column", columns[0].1.len());
            numbers::same_length("scatter_matrix", first, ("another", values.len()))?;
        }
        let count = columns.len();
        let mut figure = Self::subplots(width, height, count, count);
        figure.gap(5.0);
        let color = crate::Color::BLUE;
        for (row, column) in (0..count * count).map(|i| (i / count, i % count)) {
            let axes = figure.at(row, column)?;
            axes.grid(false);
            if row == column {
                axes.histogram(&columns[row].1, BINS)?;
            } else {
                let points = axes.scatter(&columns[column].1, &columns[row].1)?;
                points.size(3.0).alpha(0.4).color(color);
            }
            // Numbers and names only along the left and the lower edge.
            if row + 1 == count {
                axes.x_label(columns[column].0.as_str());
            } else {
                axes.x_ticks([(0.0, ""); 0]);
            }
            if column == 0 {
                axes.y_label(columns[row].0.as_str());
            }
            // The diagonal's heights are counts, not the values that the row is about.
            if column > 0 || row == column {
                axes.y_ticks([(0.0, ""); 0]);
            }
        }
        Ok(figure)
    }

    /// Grey images `[rows, columns]` side by side, `across` a row, without frames; titles can be set through
    /// [`at`](Self::at).
    ///
    /// # Errors
    /// [`Error::Empty`] without images or for an image without pixels, [`Error::NotFinite`] for an infinite
    /// value, [`Error::Parameter`] unless `across` is at least 1.
    ///
    /// # Examples
    /// ```
    /// use ml_core::ndarray::Array2;
    /// use ml_plot::{ColorMap, Figure};
    ///
    /// let digits = vec![Array2::<u8>::zeros((8, 8)); 10];
    /// let figure = Figure::image_grid(500, 220, 5, digits.iter().map(|image| image.view()), ColorMap::Binary)?;
    /// assert_eq!(figure.to_svg()?.matches("<image").count(), 10);
    /// # Ok::<(), ml_core::Error>(())
    /// ```
    pub fn image_grid<'a, N: Number + 'a>(
        width: u32,
        height: u32,
        across: usize,
        images: impl IntoIterator<Item = ArrayView2<'a, N>>,
        color_map: ColorMap,
    ) -> Result<Self> {
        let images: Vec<ArrayView2<'_, N>> = images.into_iter().collect();
        ml_core::check::parameter("across", across, across > 0, "at least 1")?;
        if images.is_empty() {
            let what = "the list of images".to_owned();
            return Err(Error::Empty {
                op: "image_grid",
                what,
                least: "1 image",
            });
        }
        let across = across.min(images.len());
        let mut figure = Self::subplots(width, height, images.len().div_ceil(across), across);
        figure.gap(4.0);
        for (i, image) in images.iter().enumerate() {
            let axes = figure.at(i / across, i % across)?;
            axes.framed(false)
                .title_size(crate::style::SMALL)
                .image(*image)?
                .color_map(color_map);
        }
        figure.hide_from(images.len());
        Ok(figure)
    }

    /// Leaves the places after the last axes empty.
    fn hide_from(&mut self, count: usize) {
        self.all_axes().skip(count).for_each(|axes| {
            axes.framed(false);
        });
    }
}

fn named(
    op: &'static str,
    columns: impl IntoIterator<Item = (impl Into<String>, impl IntoIterator<Item = impl Number>)>,
) -> Result<Vec<(String, Vec<f64>)>> {
    let mut all = Vec::new();
    for (name, values) in columns {
        let name = name.into();
        let values: Vec<f64> = values.into_iter().map(Number::number).collect();
        // The error names the column, not only its row.
        let values = numbers::column(op, "a column", values).map_err(|error| match error {
            Error::Empty { op, least, .. } => Error::Empty {
                op,
                what: format!("column {name:?}"),
                least,
            },
            Error::NotFinite {
                op,
                what,
                value,
                row,
                remedy,
                ..
            } => Error::NotFinite {
                op,
                what,
                value,
                row,
                column: name.clone(),
                remedy,
            },
            other => other,
        })?;
        all.push((name, values));
    }
    if all.is_empty() {
        return Err(Error::Empty {
            op,
            what: "the list of columns".to_owned(),
            least: "1 column",
        });
    }
    Ok(all)
}
