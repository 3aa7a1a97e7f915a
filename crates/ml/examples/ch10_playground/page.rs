//! All drawings in one HTML page without any other file: a slider, a button, curves of the losses.

use std::fmt::Write as _;

use crate::{
    network::{CELLS, Frame},
    sets::{HALF, Plane},
    terminal::COLORS,
};

/// The page.
pub(crate) fn page(title: &str, plane: &Plane, frames: &[Frame]) -> String {
    let title = title.replace('&', "&amp;").replace('<', "&lt;");
    let mut data = String::new();
    for frame in frames {
        // Two hexadecimal digits a cell.
        let cells = frame
            .surface
            .iter()
            .fold(String::with_capacity(2 * CELLS * CELLS), |mut text, p| {
                let _ = write!(text, "{:02x}", (255.0 * p.clamp(0.0, 1.0)).round() as u8);
                text
            });
        let number = |v: f64| {
            if v.is_finite() {
                format!("{v:.5}")
            } else {
                "null".to_owned()
            }
        };
        let _ = writeln!(
            data,
            "{{e:{},l:{},t:{},a:{},s:\"{cells}\"}},",
            frame.epoch,
            number(frame.loss),
            number(frame.test_loss),
            number(frame.test_accuracy)
        );
    }
    let colors = COLORS.map(|[r, g, b]| format!("[{r},{g},{b}]")).join(",");
    format!(
        "<!doctype html>\n<html lang=\"en\"><meta charset=\"utf-8\"><title>Playground</title>\n<style>{STYLE}</style>\n\
         <h1>{title}</h1>\n<canvas id=\"surface\" width=\"{CELLS}\" height=\"{CELLS}\"></canvas>\n{}\n\
         <p><button id=\"play\">Play</button> <input id=\"slider\" type=\"range\" min=\"0\" max=\"{}\" value=\"{}\"> \
         <span id=\"line\"></span></p>\n<svg id=\"curves\" viewBox=\"0 0 480 120\"></svg>\n\
         <script>\nconst cells={CELLS},colors=[{colors}],frames=[\n{data}];\n{SCRIPT}</script></html>\n",
        points(plane),
        frames.len().saturating_sub(1),
        frames.len().saturating_sub(1),
    )
}

/// The points over the drawing: rings for those that it was trained on, discs for those that it is tested on.
fn points(plane: &Plane) -> String {
    let side = 2.0 * HALF;
    let mut text = format!("<svg id=\"points\" viewBox=\"-{HALF} -{HALF} {side} {side}\">\n");
    let half = plane.points.len() / 2;
    for (number, (point, class)) in plane.points.iter().zip(&plane.classes).enumerate() {
        let name = if *class { "one" } else { "zero" };
        let seen = if number < half { " seen" } else { "" };
        let _ = writeln!(
            text,
            "<circle class=\"{name}{seen}\" cx=\"{:.3}\" cy=\"{:.3}\" r=\".09\"/>",
            point[0], -point[1]
        );
    }
    text + "</svg>"
}

const STYLE: &str = "body{font:15px sans-serif;margin:2em;color:#222}h1{font-size:1.2em}\
#surface,#points{width:480px;height:480px;position:absolute;left:2em;top:4.5em}#surface{image-rendering:auto}\
p{margin-top:510px}#slider{width:320px;vertical-align:middle}#curves{width:480px;height:120px;border:1px solid #ccc}\
.one{fill:#08456e;stroke:#fff;stroke-width:.02}.zero{fill:#a85a08;stroke:#fff;stroke-width:.02}.seen{fill-opacity:.25}\
.seen.one{stroke:#08456e}.seen.zero{stroke:#a85a08}polyline{fill:none;stroke-width:1.5}";

const SCRIPT: &str = r##"const byId = id => document.getElementById(id);
const canvas = byId("surface").getContext("2d"), slider = byId("slider");
function mix(p) {
  const place = 2 * p, low = Math.min(1, Math.floor(place)), share = place - low;
  return colors[low].map((level, i) => level + share * (colors[low + 1][i] - level));
}
function show(number) {
  const frame = frames[number];
  if (!frame) return;
  const image = canvas.createImageData(cells, cells);
  for (let i = 0; i < cells * cells; i++) {
    image.data.set([...mix(parseInt(frame.s.substr(2 * i, 2), 16) / 255), 255], 4 * i);
  }
  canvas.putImageData(image, 0, 0);
  byId("line").textContent = `epoch ${frame.e}: loss ${frame.l}, test loss ${frame.t}, test accuracy ${frame.a}`;
}
function curve(key, color) {
  const most = Math.max(...frames.flatMap(frame => [frame.l, frame.t]).filter(Number.isFinite));
  const points = frames.map((frame, i) => `${480 * i / Math.max(1, frames.length - 1)},${118 - 114 * frame[key] / most}`);
  return `<polyline points="${points.join(" ")}" stroke="${color}"/>`;
}
byId("curves").innerHTML = curve("l", "#999") + curve("t", "#222");
slider.oninput = () => show(+slider.value);
let timer;
byId("play").onclick = () => {
  clearInterval(timer);
  let number = 0;
  timer = setInterval(() => {
    slider.value = number;
    show(number);
    if (++number >= frames.length) clearInterval(timer);
  }, 120);
};
show(frames.length - 1);
"##;
