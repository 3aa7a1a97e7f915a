//! A picture: one axes, or several in a grid.

use std::fs;
use std::path::Path;

use ml_core::{Error, Result, check, persist::write_atomically};

use crate::Color;
use crate::axes::{Axes, Margins, Plan, wrapped};
use crate::numbers;
use crate::scene::{self, Anchor, Rect, Scene, Text};
use crate::style::{HUGE, INK, setters};

/// Free border of the picture.
const BORDER: f64 = 10.0;
/// Free space between neighbouring axes.
const GAP: f64 = 16.0;
/// No area gets smaller, however little room labels leave.
const LEAST: f64 = 8.0;
/// Axes that one figure may have.
const MOST: usize = 2_500;

/// A picture with one axes or a grid of them, saved as PNG or SVG.
///
/// Lengths are in pixels of the figure; a PNG has [`scale`](Self::scale) times as many each way.
/// The same figure always gives the same bytes.
///
/// # Examples
/// ```
/// use ml_plot::Figure;
///
/// let mut figure = Figure::new(600, 400);
/// let axes = figure.axes();
/// axes.title("Learning curve").x_label("epoch").y_label("loss");
/// axes.line(1..=4, [2.3, 1.1, 0.7, 0.6])?.label("training");
/// axes.line(1..=4, [2.2, 1.3, 1.0, 0.9])?.label("validation");
/// let png = figure.to_png()?;
/// assert_eq!(png[..8], *b"\x89PNG\r\n\x1a\n");
/// # Ok::<(), ml_core::Error>(())
/// ```
#[derive(Debug)]
pub struct Figure {
    width: u32,
    height: u32,
    rows: usize,
    columns: usize,
    axes: Vec<Axes>,
    title: String,
    scale: f64,
    background: Color,
    gap: f64,
}

impl Figure {
    /// A figure of `width` x `height` pixels with one axes.
    #[must_use]
    pub fn new(width: u32, height: u32) -> Self {
        Self::subplots(width, height, 1, 1)
    }

    /// A figure of `width` x `height` pixels with a grid of axes.
    #[must_use]
    pub fn subplots(width: u32, height: u32, rows: usize, columns: usize) -> Self {
        Self {
            width,
            height,
            rows,
            columns,
            // A count outside the limits is reported when the figure is drawn.
            axes: (0..rows.saturating_mul(columns).clamp(1, MOST))
                .map(|_| Axes::default())
                .collect(),
            title: String::new(),
            scale: 2.0,
            background: Color::WHITE,
            gap: GAP,
        }
    }

    setters! {
        /// Text above all axes. Default none.
        title: String,
        /// Pixels of a PNG for each pixel of the figure, so that 2 suits today's screens. Default 2.
        scale: f64,
        /// What is behind everything. Default white.
        background: Color,
    }

    pub(crate) fn gap(&mut self, gap: f64) -> &mut Self {
        self.gap = gap;
        self
    }

    /// The only axes, or the first of several.
    pub fn axes(&mut self) -> &mut Axes {
        &mut self.axes[0]
    }

    pub(crate) fn all_axes(&mut self) -> impl Iterator<Item = &mut Axes> {
        self.axes.iter_mut()
    }

    /// The axes in a row and a column, from 0.
    ///
    /// # Errors
    /// [`Error::Parameter`] outside the grid.
    pub fn at(&mut self, row: usize, column: usize) -> Result<&mut Axes> {
        let (rows, columns) = (self.rows, self.columns);
        let domain = format!("a row below {rows} and a column below {columns}, counted from 0");
        let valid = row < rows && column < columns;
        check::parameter("axes", format!("({row}, {column})"), valid, &domain)?;
        Ok(&mut self.axes[row * columns + column])
    }

    /// The figure as SVG that shows alike in every viewer: texts are outlines, with their words as labels.
    ///
    /// # Errors
    /// [`Error::Parameter`] for a setting outside its domain; [`Error::Data`] for values that the scale
    /// of an axis cannot show.
    pub fn to_svg(&self) -> Result<String> {
        Ok(scene::to_svg(&self.scene()?))
    }

    /// The figure as PNG.
    ///
    /// # Errors
    /// As [`to_svg`](Self::to_svg), and [`Error::Parameter`] for a scale that makes the picture empty or
    /// larger than 100 million pixels.
    pub fn to_png(&self) -> Result<Vec<u8>> {
        scene::rasterise(&self.scene()?, self.scale)
    }

    /// Writes the figure as PNG or SVG, by the extension of `path`, and makes missing folders.
    ///
    /// The file appears whole or not at all.
    ///
    /// # Errors
    /// As [`to_png`](Self::to_png); [`Error::File`] for another extension; [`Error::Io`] when the
    /// operating system refuses.
    pub fn save(&self, path: impl AsRef<Path>) -> Result<()> {
        let path = path.as_ref();
        let extension = path
            .extension()
            .and_then(|e| e.to_str())
            .unwrap_or("")
            .to_ascii_lowercase();
        let bytes = match extension.as_str() {
            "png" => self.to_png()?,
            "svg" => self.to_svg()?.into_bytes(),
            _ => {
                return Err(Error::File {
                    path: path.to_owned(),
                    problem: format!("no picture format has the extension {extension:?}"),
                    remedy: "name the file .png or .svg",
                });
            }
        };
        write(path, &bytes)
    }

    /// Everything in its place.
    pub(crate) fn scene(&self) -> Result<Scene> {
        let valid = |side: u32| (1..=20_000).contains(&side);
        check::parameter("width", self.width, valid(self.width), "1 to 20000 pixels")?;
        check::parameter("height", self.height, valid(self.height), "1 to 20000 pixels")?;
        let grid = format!("{} x {}", self.rows, self.columns);
        let valid = self.rows.checked_mul(self.columns) == Some(self.axes.len());
        check::parameter("subplots", grid, valid, "1 to 2500 axes")?;
        let (width, height) = (f64::from(self.width), f64::from(self.height));
        let mut scene = Scene::new(width, height, self.background);
        let mut room = Rect::new(0.0, 0.0, width, height).grown(-BORDER);
        let title = Text::new(
            &wrapped(&self.title, HUGE, room.width() / 1.1),
            [width / 2.0, BORDER],
            Anchor::TOP,
            HUGE,
            INK,
        );
        if !self.title.is_empty() {
            room.top = title.bounds().bottom + BORDER;
        }
        scene.text(title);
        for (axes, plan) in self.axes.iter().zip(self.plans(room)?) {
            axes.draw(&plan, &mut scene);
        }
        Ok(scene)
    }

    /// Areas of equal size, with the room around them that the labels of their rows and columns need.
    fn plans(&self, room: Rect) -> Result<Vec<Plan>> {
        let mut limits = Vec::with_capacity(self.axes.len());
        for axes in &self.axes {
            axes.check()?;
            limits.push(axes.limits()?);
        }
        let mut margins = vec![
            Margins {
                left: 40.0,
                top: 20.0,
                right: 10.0,
                bottom: 30.0
            };
            self.axes.len()
        ];
        let mut plans = Vec::new();
        // Ticks depend on the room, and the room on the ticks' labels: it settles in a few rounds.
        for round in 0..4 {
            let areas = self.areas(room, &margins);
            let each = self.axes.iter().zip(&limits).zip(areas);
            plans = each
                .map(|((axes, limits), area)| Plan::new(axes, *limits, area))
                .collect();
            let needed = plans.iter().map(|plan: &Plan| plan.margins);
            // The last rounds only ever make more room, so that nothing is cut off.
            margins = needed
                .zip(&margins)
                .map(|(new, old)| if round < 2 { new } else { new.max(*old) })
                .collect();
        }
        Ok(plans)
    }

    fn areas(&self, room: Rect, margins: &[Margins]) -> Vec<Rect> {
        let column = |c: usize| (0..self.rows).map(move |r| margins[r * self.columns + c]);
        let row = |r: usize| (0..self.columns).map(move |c| margins[r * self.columns + c]);
        let most = |sides: &mut dyn Iterator<Item = Margins>| sides.fold(Margins::default(), Margins::max);
        let columns: Vec<Margins> = (0..self.columns).map(|c| most(&mut column(c))).collect();
        let rows: Vec<Margins> = (0..self.rows).map(|r| most(&mut row(r))).collect();
        let taken_x: f64 = columns.iter().map(|m| m.left + m.right).sum();
        let taken_y: f64 = rows.iter().map(|m| m.top + m.bottom).sum();
        let share = |length: f64, taken: f64, count: usize| {
            ((length - taken - self.gap * (count - 1) as f64) / count as f64).max(LEAST)
        };
        let width = share(room.width(), taken_x, self.columns);
        let height = share(room.height(), taken_y, self.rows);
        let mut areas = Vec::with_capacity(self.axes.len());
        let mut top = room.top;
        for m in rows {
            let mut left = room.left;
            for n in &columns {
                let (x, y) = (left + n.left, top + m.top);
                areas.push(Rect::new(x, y, x + width, y + height));
                left = x + width + n.right + self.gap;
            }
            top += m.top + height + m.bottom + self.gap;
        }
        areas
    }
}

/// Makes the folder if need be; nobody ever sees half a picture.
fn write(path: &Path, bytes: &[u8]) -> Result<()> {
    if let Some(folder) = path.parent().filter(|f| !f.as_os_str().is_empty()) {
        fs::create_dir_all(folder).map_err(|source| Error::Io {
            path: path.to_owned(),
            action: "create the folder of",
            source,
        })?;
    }
    write_atomically(path, |file| file.write_all(bytes))
}

/// A count as a setting of a figure that is computed from data.
pub(crate) fn side(name: &str, pixels: f64) -> Result<u32> {
    numbers::setting(
        name,
        pixels,
        (1.0..=20_000.0).contains(&pixels),
        "1 to 20000 pixels",
    )?;
    Ok(pixels.round() as u32)
}

#[cfg(test)]
mod tests {
    use ml_core::ndarray::Array2;

    use super::*;
    use crate::scene::Shape;
    use crate::{ColorMap, Diagram, Legend, Scale};

    fn texts(shapes: &[Shape]) -> Vec<Text> {
        let inside = |shape: &Shape| match shape {
            Shape::Text(text) => vec![text.clone()],
            Shape::Clip { shapes, .. } => texts(shapes),
            _ => Vec::new(),
        };
        shapes.iter().flat_map(inside).collect()
    }

    /// No label leaves the figure, and no two labels overlap.
    fn labels_fit(figure: &Figure) {
        let scene = figure.scene().unwrap();
        let whole = Rect::new(0.0, 0.0, scene.width, scene.height);
        let texts = texts(&scene.shapes);
        assert!(!texts.is_empty());
        for (i, text) in texts.iter().enumerate() {
            let bounds = text.bounds();
            let inside = bounds.corners().iter().all(|corner| whole.contains(*corner));
            assert!(inside, "{:?} at {bounds:?} leaves {whole:?}", text.string);
            // The boxes around slanted names overlap although the names do not.
            for other in texts[i + 1..]
                .iter()
                .filter(|t| t.angle % 90.0 == 0.0 && text.angle % 90.0 == 0.0)
            {
                let apart = !bounds.grown(-1.5).overlaps(&other.bounds().grown(-1.5));
                assert!(apart, "{:?} lies on {:?}", text.string, other.string);
            }
        }
    }

    fn wave(n: usize) -> Vec<f64> {
        (0..n).map(|i| (i as f64 * 0.7).sin() * 1e5).collect()
    }

    #[test]
    fn labels_of_lines_fit_whatever_the_numbers() {
        for (width, height) in [(320, 240), (640, 480), (1500, 300)] {
            for factor in [1e-12, 1e-3, 1.0, 1e7, 1e300] {
                let mut figure = Figure::new(width, height);
                figure.title("A figure");
                let axes = figure.axes();
                axes.title("A title that has several words")
                    .x_label("x")
                    .y_label("a long label of an axis");
                let y: Vec<f64> = wave(50).iter().map(|v| v * factor / 1e5).collect();
                axes.line(0..50, &y).unwrap();
                labels_fit(&figure);
            }
        }
    }

    #[test]
    fn labels_of_every_kind_fit() {
        let y = wave(60);
        let mut figure = Figure::subplots(1000, 700, 2, 3);
        figure.title("Six kinds");
        let points = figure.at(0, 0).unwrap().scatter(&y, 0..60).unwrap();
        points.values(&y).unwrap().color_label("value of the point");
        let bars = figure.at(0, 1).unwrap();
        bars.bar(
            ["linear regression", "decision tree", "random forest"],
            [1.0, -2.0, 3.0],
        )
        .unwrap()
        .show_values(true);
        let lying = figure.at(0, 2).unwrap();
        lying
            .barh(["a very long name", "b"], [123_456.0, 5.0])
            .unwrap()
            .show_values(true);
        let log = figure.at(1, 0).unwrap();
        log.x_scale(Scale::Log)
            .y_scale(Scale::Log)
            .legend(Legend::Outside);
        log.function(|x| x * x, 1e-4, 1e4).unwrap().label("square");
        let table = Array2::from_shape_fn((4, 4), |(i, j)| (i * j) as f64 * 1111.0);
        let heatmap = figure.at(1, 1).unwrap().heatmap(table.view()).unwrap();
        heatmap.show_values(true).color_label("count");
        let notes = figure.at(1, 2).unwrap();
        notes.line(0..3, [0.0, 2.0, 1.0]).unwrap();
        notes
            .annotate("a note at the very edge of it all", 2.0, 1.0)
            .offset(40.0, -30.0)
            .arrow(true);
        labels_fit(&figure);
    }

    #[test]
    fn labels_of_grids_and_diagrams_fit() {
        let columns = || (0..9).map(|i| (format!("attribute_number_{i}"), wave(100)));
        labels_fit(&Figure::histograms(1000, 800, columns(), 50).unwrap());
        labels_fit(&Figure::scatter_matrix(900, 700, columns().take(4)).unwrap());
        let images = vec![Array2::<f64>::zeros((8, 8)); 3];
        let mut grid = Figure::image_grid(
            300,
            140,
            3,
            images.iter().map(|image| image.view()),
            ColorMap::Binary,
        )
        .unwrap();
        grid.at(0, 1).unwrap().title("7");
        labels_fit(&grid);
        let mut diagram = Diagram::new();
        let nodes: Vec<_> = (0..7)
            .map(|i| diagram.node(format!("node {i}\nwith two lines")))
            .collect();
        for i in 1..7 {
            diagram.edge(nodes[(i - 1) / 2], nodes[i]).unwrap().label("yes");
        }
        diagram.title("Tree");
        labels_fit(&diagram.figure().unwrap());
    }

    #[test]
    fn figures_too_small_for_their_labels_are_still_drawn() {
        for (width, height) in [(1, 1), (20, 20), (60, 1000)] {
            let mut figure = Figure::subplots(width, height, 2, 2);
            figure
                .axes()
                .title("title")
                .line(0..3, 0..3)
                .unwrap()
                .label("label");
            assert!(figure.to_png().unwrap().starts_with(b"\x89PNG"));
        }
    }
}
