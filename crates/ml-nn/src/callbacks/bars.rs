//! An observer that draws as Keras does.

use std::{
    fmt,
    io::{IsTerminal, Write},
    sync::{Mutex, PoisonError},
    time::{Duration, Instant},
};

use ml_core::Observer;

/// Characters of a bar.
const WIDTH: u64 = 30;
/// Between two drawings: a terminal takes longer than a step.
const BETWEEN: Duration = Duration::from_millis(50);
/// What a terminal is told (ECMA-48, and DEC's private mode 7).
const ERASE_REST: &str = "\x1b[K";
const NO_WRAP: &str = "\x1b[?7l";
const WRAP: &str = "\x1b[?7h";

/// Writes the progress of training as Keras does: on a terminal a bar with time left, loss and metrics; elsewhere one
/// plain line an epoch. Give it to [`Progress`](super::Progress).
///
/// ```text
/// Epoch 1/30
/// 1719/1719 [==============================] - 3s 2ms/step - loss: 0.7218 - accuracy: 0.7660
/// ```
///
/// A failure to write is no reason to end a training: it is ignored.
///
/// # Examples
/// ```
/// use ml_core::{Observer, Tensor};
/// use ml_nn::{Compile, Fit, Sequential, callbacks::{KerasBars, Progress}, layers::{Dense, IntoLayer}};
///
/// let (x, y) = (Tensor::from([[1.0f32], [2.0]]), Tensor::from([[2.0f32], [4.0]]));
/// let mut model = Sequential::new().add(Dense::new(1).input_shape([1])).into_model();
/// model.compile(Compile::new("sgd", "mse"))?;
/// let bars = KerasBars::plain(Vec::<u8>::new());
/// model.fit(&x, &y, Fit::new().epochs(2).batch_size(1).callback(Progress::new(&bars)))?;
/// let text = String::from_utf8(bars.into_inner()).expect("text");
/// let lines: Vec<&str> = text.lines().collect();
/// assert_eq!((lines.len(), lines[2]), (4, "Epoch 2/2"));
/// assert!(lines[3].starts_with("2/2 [==============================] - 0s ") && lines[3].contains("/step - loss: "));
/// # Ok::<(), ml_core::Error>(())
/// ```
pub struct KerasBars<W> {
    terminal: bool,
    state: Mutex<State<W>>,
}

struct State<W> {
    out: W,
    total: u64,
    done: u64,
    text: String,
    started: Instant,
    drawn: Option<Instant>,
}

impl<W> fmt::Debug for KerasBars<W> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "KerasBars(terminal: {})", self.terminal)
    }
}

impl<W: Write + IsTerminal> KerasBars<W> {
    /// To standard output or error: with bars if that is a terminal that can draw.
    pub fn new(out: W) -> Self {
        let dumb = std::env::var_os("TERM").is_some_and(|term| term == "dumb");
        let terminal = out.is_terminal() && !dumb;
        Self::with(out, terminal)
    }
}

impl<W: Write> KerasBars<W> {
    /// Plain lines, to anything.
    pub fn plain(out: W) -> Self {
        Self::with(out, false)
    }

    /// What it wrote to.
    pub fn into_inner(self) -> W {
        self.state
            .into_inner()
            .unwrap_or_else(PoisonError::into_inner)
            .out
    }

    fn with(out: W, terminal: bool) -> Self {
        let state = State {
            out,
            total: 0,
            done: 0,
            text: String::new(),
            started: Instant::now(),
            drawn: None,
        };
        Self {
            terminal,
            state: Mutex::new(state),
        }
    }

    fn change(&self, body: impl FnOnce(&mut State<W>)) {
        let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        body(&mut state);
        let due = state.drawn.is_none_or(|drawn| drawn.elapsed() >= BETWEEN);
        if self.terminal && due {
            state.draw(false);
        }
    }
}

/// As Keras: seconds, minutes, hours as far as they are needed.
fn clock(time: Duration) -> String {
    let seconds = time.as_secs();
    match seconds {
        0..60 => format!("{seconds}s"),
        60..3600 => format!("{}:{:02}", seconds / 60, seconds % 60),
        _ => format!(
            "{}:{:02}:{:02}",
            seconds / 3600,
            seconds % 3600 / 60,
            seconds % 60
        ),
    }
}

/// Time of a step: seconds, milliseconds or microseconds.
fn per_step(time: Duration, steps: u64) -> String {
    let seconds = time.as_secs_f64() / steps.max(1) as f64;
    match seconds {
        1.0.. => format!("{seconds:.0}s/step"),
        1e-3.. => format!("{:.0}ms/step", seconds * 1e3),
        _ => format!("{:.0}us/step", seconds * 1e6),
    }
}

fn line(done: u64, total: u64, time: Duration, over: bool, text: &str) -> String {
    let bar = match total {
        0 => format!("{done}/Unknown"),
        total => {
            let filled = (done * WIDTH / total).min(WIDTH);
            let mut bar = "=".repeat(filled as usize);
            if filled > 0 && filled < WIDTH {
                bar.replace_range(bar.len() - 1.., ">");
            }
            let digits = total.to_string().len();
            format!("{done:>digits$}/{total} [{bar:.<30}]")
        }
    };
    let time = match (over || total == 0, done) {
        (true, _) => format!("{} {}", clock(time), per_step(time, done)),
        (false, 0) => "ETA: ?".to_owned(),
        (false, done) => format!(
            "ETA: {}",
            clock(time.mul_f64(total.saturating_sub(done) as f64 / done as f64))
        ),
    };
    match text {
        "" => format!("{bar} - {time}"),
        text => format!("{bar} - {time} - {text}"),
    }
}

impl<W: Write> State<W> {
    fn draw(&mut self, over: bool) {
        let line = line(self.done, self.total, self.started.elapsed(), over, &self.text);
        // A line that is longer than the terminal is wide would be drawn under itself: it is cut until the epoch is over.
        let (cut, uncut) = if over { ("", "") } else { (NO_WRAP, WRAP) };
        let _ = write!(self.out, "\r{cut}{line}{ERASE_REST}{uncut}");
        let _ = self.out.flush();
        self.drawn = Some(Instant::now());
    }
}

impl<W: Write + Send> Observer for KerasBars<W> {
    fn start(&self, task: &str, total: u64) {
        self.change(|state| {
            let _ = writeln!(state.out, "{task}");
            (state.total, state.done) = (total, 0);
            state.text.clear();
            (state.started, state.drawn) = (Instant::now(), None);
        });
    }

    fn advance(&self, _: &str, units: u64) {
        self.change(|state| state.done += units);
    }

    fn message(&self, _: &str, text: &str) {
        self.change(|state| text.clone_into(&mut state.text));
    }

    fn finish(&self, _: &str) {
        let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        if self.terminal {
            state.draw(true);
            let _ = writeln!(state.out);
        } else {
            let line = line(
                state.done,
                state.total,
                state.started.elapsed(),
                true,
                &state.text,
            );
            let _ = writeln!(state.out, "{line}");
        }
        let _ = state.out.flush();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_are_those_of_keras() {
        let ms = Duration::from_millis;
        assert_eq!(
            line(123, 1719, ms(246), false, "loss: 0.5000"),
            " 123/1719 [=>............................] - ETA: 3s - loss: 0.5000"
        );
        assert_eq!(
            line(1719, 1719, ms(3438), true, "loss: 0.5000"),
            "1719/1719 [==============================] - 3s 2ms/step - loss: 0.5000"
        );
        assert_eq!(line(5, 0, ms(100), false, ""), "5/Unknown - 0s 20ms/step");
        assert_eq!(
            line(0, 10, ms(0), false, ""),
            " 0/10 [..............................] - ETA: ?"
        );
        assert_eq!(
            (clock(ms(3_725_000)), clock(ms(65_000))),
            ("1:02:05".to_owned(), "1:05".to_owned())
        );
        assert_eq!(per_step(ms(1), 4), "250us/step");
    }

    #[test]
    fn a_terminal_gets_a_bar_that_is_drawn_over() {
        let bars = KerasBars::with(Vec::<u8>::new(), true);
        bars.start("Epoch 1/1", 2);
        bars.advance("Epoch 1/1", 2);
        bars.message("Epoch 1/1", "loss: 1.0000");
        bars.finish("Epoch 1/1");
        let text = String::from_utf8(bars.into_inner()).unwrap();
        assert_eq!(text.matches(NO_WRAP).count(), text.matches(WRAP).count());
        assert!(
            text.starts_with("Epoch 1/1\n\r\x1b[?7l0/2 [....") && text.ends_with("loss: 1.0000\x1b[K\n"),
            "{text:?}"
        );
    }
}
