//! Drawings on a terminal, two cells a character; plain lines elsewhere.

use std::{
    fmt::Write as _,
    io::{self, IsTerminal, Write},
};

use crate::{
    network::{CELLS, Frame},
    sets::{HALF, Plane},
};

/// Class 0, undecided, class 1: red, green, blue.
pub(crate) const COLORS: [[u8; 3]; 3] = [[245, 147, 34], [232, 234, 235], [8, 119, 189]];

/// The colour of a probability.
pub(crate) fn color(probability: f64) -> [u8; 3] {
    let place = 2.0 * probability.clamp(0.0, 1.0);
    let (from, to) = if place < 1.0 {
        (COLORS[0], COLORS[1])
    } else {
        (COLORS[1], COLORS[2])
    };
    let share = place.fract() + if place == 2.0 { 1.0 } else { 0.0 };
    std::array::from_fn(|i| {
        (f64::from(from[i]) + share * (f64::from(to[i]) - f64::from(from[i]))).round() as u8
    })
}

/// Where drawings are shown.
pub(crate) struct Screen {
    terminal: bool,
    shown: bool,
}

impl Screen {
    pub(crate) fn new() -> Self {
        Self {
            terminal: io::stdout().is_terminal(),
            shown: false,
        }
    }

    /// Draws over the drawing before; without a terminal, a line.
    pub(crate) fn show(&mut self, frame: &Frame, plane: &Plane) -> io::Result<()> {
        let line = format!(
            "epoch {:>4}  loss {:.4}  test loss {:.4}  test accuracy {:.3}",
            frame.epoch, frame.loss, frame.test_loss, frame.test_accuracy
        );
        let mut out = io::stdout().lock();
        if !self.terminal {
            return writeln!(out, "{line}");
        }
        if self.shown {
            // Back to the first line of the drawing.
            write!(out, "\x1b[{}A", CELLS / 2 + 1)?;
        }
        self.shown = true;
        write!(out, "{}", picture(frame, plane))?;
        writeln!(out, "\x1b[2K{line}")?;
        out.flush()
    }
}

/// The surface with the test points, as lines of half blocks: the upper cell is the character, the lower one what is behind.
fn picture(frame: &Frame, plane: &Plane) -> String {
    let mut cells: Vec<[u8; 3]> = frame.surface.iter().map(|&p| color(p)).collect();
    for (point, class) in plane
        .points
        .iter()
        .zip(&plane.classes)
        .skip(plane.points.len() / 2)
    {
        let place = |v: f64| ((v / HALF + 1.0) / 2.0 * CELLS as f64).clamp(0.0, CELLS as f64 - 1.0) as usize;
        let (column, row) = (place(point[0]), place(-point[1]));
        // Darker than any surface.
        cells[row * CELLS + column] = COLORS[if *class { 2 } else { 0 }].map(|level| level / 2);
    }
    let mut text = String::new();
    for pair in cells.chunks_exact(2 * CELLS) {
        for column in 0..CELLS {
            let ([r, g, b], [br, bg, bb]) = (pair[column], pair[CELLS + column]);
            // Writing to a text cannot fail.
            let _ = write!(text, "\x1b[38;2;{r};{g};{b};48;2;{br};{bg};{bb}m▀");
        }
        text.push_str("\x1b[0m\n");
    }
    text
}
