//! Lines of equal value, by marching squares.

use std::collections::BTreeMap;

use ml_core::Result;
use ml_core::ndarray::ArrayView2;

use super::surface::Grid;
use super::{Draw, Entry, Extent, Frame, Key, check_size};
use crate::color_map::ColorMap;
use crate::numbers::{self, Number};
use crate::scale::Scale;
use crate::scene::{Point, Scene, Stroke};
use crate::style::{Dash, setters};
use crate::{Axes, Color};

/// Lines along which a value stays the same.
#[derive(Debug, Clone, PartialEq)]
pub struct Contour {
    grid: Grid,
    levels: Vec<f64>,
    color: Color,
    color_map: Option<ColorMap>,
    width: f64,
    dash: Dash,
    label: String,
}

impl Axes {
    /// Draws the lines at which `values`, given at the points of [`mesh`](crate::mesh), equal each of `levels`.
    ///
    /// # Errors
    /// [`Error::Empty`](ml_core::Error::Empty) below 2 x 2 points or without levels,
    /// [`Error::NotFinite`](ml_core::Error::NotFinite), or [`Error::Parameter`](ml_core::Error::Parameter) for a
    /// range whose ends are not finite and in order.
    ///
    /// # Examples
    /// ```
    /// use ml_core::ndarray::array;
    ///
    /// let mut figure = ml_plot::Figure::new(300, 200);
    /// let values = array![[0.0, 1.0], [0.0, 1.0]];
    /// figure.axes().contour((0.0, 1.0), (0.0, 1.0), values.view(), [0.5])?.label("boundary");
    /// assert!(figure.to_svg()?.contains("aria-label=\"boundary\""));
    /// # Ok::<(), ml_core::Error>(())
    /// ```
    pub fn contour<N: Number>(
        &mut self,
        x: (f64, f64),
        y: (f64, f64),
        values: ArrayView2<'_, N>,
        levels: impl IntoIterator<Item = impl Number>,
    ) -> Result<&mut Contour> {
        let grid = Grid::new("contour", x, y, values)?;
        let levels = numbers::column("contour", "levels", levels)?;
        let (color, label) = (Color::rgb(60, 60, 60), String::new());
        Ok(self.add(Contour {
            grid,
            levels,
            color,
            color_map: None,
            width: 1.4,
            dash: Dash::Solid,
            label,
        }))
    }
}

impl Contour {
    setters! {
        /// Colour of all lines. Default dark grey.
        color: Color,
        /// Colours the lines by their level instead. Default none.
        color_map: Option<ColorMap>,
        /// Width in pixels, at least 0. Default 1.4.
        width: f64,
        /// Pattern. Default solid.
        dash: Dash,
        /// Text in the legend. Default none.
        label: String,
    }

    fn stroke(&self, level: f64) -> Stroke {
        let (low, high) = numbers::range(&self.levels).unwrap_or((0.0, 1.0));
        let share = if high > low {
            (level - low) / (high - low)
        } else {
            0.5
        };
        let color = self.color_map.map_or(self.color, |map| map.color(share));
        Stroke {
            color,
            width: self.width,
            dash: self.dash,
        }
    }
}

/// An edge of the grid: its first point and whether it runs along x.
type Edge = (usize, usize, bool);

/// The lines of one level, in fractions of rows and columns.
fn lines(grid: &Grid, level: f64) -> Vec<Vec<Point>> {
    let mut links: BTreeMap<Edge, Vec<Edge>> = BTreeMap::new();
    for (a, b) in segments(grid, level) {
        links.entry(a).or_default().push(b);
        links.entry(b).or_default().push(a);
    }
    let mut lines = Vec::new();
    // Open lines first, from an end that touches one segment only; what then remains is closed.
    for least in [1, 2] {
        let starts: Vec<Edge> = links
            .iter()
            .filter(|(_, l)| l.len() == least)
            .map(|(e, _)| *e)
            .collect();
        for start in starts {
            let line = walk(&mut links, start);
            if line.len() > 1 {
                lines.push(line.into_iter().map(|edge| crossing(grid, level, edge)).collect());
            }
        }
    }
    lines
}

/// Follows links from edge to edge and removes them.
fn walk(links: &mut BTreeMap<Edge, Vec<Edge>>, start: Edge) -> Vec<Edge> {
    let (mut line, mut here) = (vec![start], start);
    while let Some(next) = links.get_mut(&here).and_then(Vec::pop) {
        if let Some(back) = links.get_mut(&next) {
            back.retain(|e| *e != here);
        }
        line.push(next);
        here = next;
    }
    line
}

/// Pieces of the line inside each cell, from edge to edge.
fn segments(grid: &Grid, level: f64) -> Vec<(Edge, Edge)> {
    let (rows, columns) = grid.values.dim();
    let mut segments = Vec::new();
    for (i, j) in (0..rows - 1).flat_map(|i| (0..columns - 1).map(move |j| (i, j))) {
        let corners = [(i, j), (i, j + 1), (i + 1, j + 1), (i + 1, j)].map(|at| grid.values[at]);
        if corners.iter().any(|v| v.is_nan()) {
            continue;
        }
        let (bottom, right, top, left) = ((i, j, true), (i, j + 1, false), (i + 1, j, true), (i, j, false));
        let case = corners
            .iter()
            .enumerate()
            .fold(0, |case, (k, v)| case | usize::from(*v >= level) << k);
        // In a saddle the middle decides which corners belong together.
        let high_middle = corners.iter().map(|v| v / 4.0).sum::<f64>() >= level;
        match case {
            1 | 14 => segments.push((left, bottom)),
            2 | 13 => segments.push((bottom, right)),
            3 | 12 => segments.push((left, right)),
            4 | 11 => segments.push((right, top)),
            6 | 9 => segments.push((bottom, top)),
            7 | 8 => segments.push((left, top)),
            5 | 10 if (case == 5) == high_middle => segments.extend([(left, top), (bottom, right)]),
            5 | 10 => segments.extend([(left, bottom), (right, top)]),
            _ => {}
        }
    }
    segments
}

/// Where the level crosses an edge: column and row with their fractions.
fn crossing(grid: &Grid, level: f64, (i, j, along_x): Edge) -> Point {
    let from = grid.values[[i, j]];
    let to = if along_x {
        grid.values[[i, j + 1]]
    } else {
        grid.values[[i + 1, j]]
    };
    let share = ((level - from) / (to - from)).clamp(0.0, 1.0);
    if along_x {
        [j as f64 + share, i as f64]
    } else {
        [j as f64, i as f64 + share]
    }
}

impl Draw for Contour {
    fn name(&self) -> &'static str {
        "contour"
    }

    fn check(&self) -> Result<()> {
        check_size("width", self.width)
    }

    fn extent(&self, _: [Scale; 2]) -> Extent {
        self.grid.extent()
    }

    fn draw(&self, frame: &Frame, scene: &mut Scene) {
        let (rows, columns) = self.grid.values.dim();
        let part = |(low, high): (f64, f64), at: f64, n: usize| low + (high - low) * at / (n - 1) as f64;
        let pixel =
            |[column, row]: Point| frame.at(part(self.grid.x, column, columns), part(self.grid.y, row, rows));
        for &level in self.levels.iter().filter(|l| !l.is_nan()) {
            let lines = lines(&self.grid, level);
            let runs: Vec<Vec<Point>> = lines
                .into_iter()
                .map(|line| line.into_iter().filter_map(pixel).collect())
                .collect();
            if !runs.is_empty() {
                scene.lines(runs, self.stroke(level));
            }
        }
    }

    fn entry(&self) -> Option<Entry> {
        let middle = self.levels[self.levels.len() / 2];
        Entry::new(&self.label, Key::Line(self.stroke(middle), None))
    }
}

#[cfg(test)]
mod tests {
    use ml_core::ndarray::{Array2, array};

    use super::*;

    fn grid(values: Array2<f64>) -> Grid {
        Grid {
            x: (0.0, 1.0),
            y: (0.0, 1.0),
            values,
        }
    }

    #[test]
    fn a_slope_is_cut_by_one_straight_line() {
        let slope = grid(array![[0.0, 1.0, 2.0], [0.0, 1.0, 2.0], [0.0, 1.0, 2.0]]);
        assert_eq!(lines(&slope, 0.5), [vec![[0.5, 0.0], [0.5, 1.0], [0.5, 2.0]]]);
        assert!(lines(&slope, 5.0).is_empty());
    }

    #[test]
    fn a_peak_is_ringed_by_one_closed_line() {
        let peak = grid(array![[0.0, 0.0, 0.0], [0.0, 2.0, 0.0], [0.0, 0.0, 0.0]]);
        let rings = lines(&peak, 1.0);
        assert_eq!(rings.len(), 1);
        assert_eq!(rings[0].len(), 5);
        assert_eq!(rings[0][0], rings[0][4]);
    }

    #[test]
    fn saddles_and_holes_end() {
        let saddle = grid(array![[1.0, 0.0], [0.0, 1.0]]);
        assert_eq!(lines(&saddle, 0.5).len(), 2);
        let hole = grid(array![[1.0, f64::NAN, 0.0], [0.0, 1.0, 0.0], [1.0, 0.0, 1.0]]);
        assert!(!lines(&hole, 0.5).is_empty());
    }
}
