//! A scene as SVG. Text becomes outlines of the embedded font, so every viewer shows the same picture.

use std::collections::BTreeSet;
use std::fmt::Write;

use super::{Pixels, Point, Rect, Scene, Shape, Spot, Stroke, Text, dense, encode};
use crate::style::Marker;
use crate::{Color, font};

/// The document.
pub(crate) fn to_svg(scene: &Scene) -> String {
    let mut writer = Writer {
        size: (scene.width, scene.height),
        ..Writer::default()
    };
    for shape in &scene.shapes {
        writer.shape(shape);
    }
    let (width, height) = (number(scene.width), number(scene.height));
    let mut svg = String::with_capacity(writer.body.len() + 4096);
    add(
        &mut svg,
        format_args!("<svg xmlns=\"http://www.w3.org/2000/svg\" "),
    );
    add(
        &mut svg,
        format_args!("xmlns:xlink=\"http://www.w3.org/1999/xlink\" width=\"{width}\" height=\"{height}\" "),
    );
    add(&mut svg, format_args!("viewBox=\"0 0 {width} {height}\">\n"));
    writer.definitions(&mut svg);
    if scene.background.alpha > 0 {
        let fill = fill(Some(scene.background));
        add(
            &mut svg,
            format_args!("<rect width=\"{width}\" height=\"{height}\"{fill}/>\n"),
        );
    }
    svg.push_str(&writer.body);
    svg.push_str("</svg>\n");
    svg
}

#[derive(Default)]
struct Writer {
    body: String,
    size: (f64, f64),
    // Ordered sets: the same figure gives the same bytes.
    glyphs: BTreeSet<u16>,
    definitions: BTreeSet<String>,
}

impl Writer {
    fn definitions(&self, svg: &mut String) {
        if self.glyphs.is_empty() && self.definitions.is_empty() {
            return;
        }
        svg.push_str("<defs>\n");
        for definition in &self.definitions {
            add(svg, format_args!("{definition}\n"));
        }
        for &glyph in &self.glyphs {
            add(
                svg,
                format_args!("<path id=\"g{glyph}\" d=\"{}\"/>\n", font::outline(glyph)),
            );
        }
        svg.push_str("</defs>\n");
    }

    fn shape(&mut self, shape: &Shape) {
        match shape {
            Shape::Path {
                runs,
                closed,
                fill: inside,
                stroke,
            } => {
                let data = path_data(runs, *closed);
                let (fill, stroke) = (fill(*inside), outline(stroke.as_ref()));
                self.add(format_args!("<path d=\"{data}\"{fill}{stroke}/>\n"));
            }
            Shape::Rect {
                rect,
                radius,
                fill: inside,
                stroke,
            } => {
                let (place, fill, stroke) = (placed(rect), fill(*inside), outline(stroke.as_ref()));
                let round = if *radius > 0.0 {
                    format!(" rx=\"{}\"", number(*radius))
                } else {
                    String::new()
                };
                self.add(format_args!("<rect{place}{round}{fill}{stroke}/>\n"));
            }
            Shape::Markers { marker, spots, edge } => {
                let (width, height) = self.size;
                let many = spots.len() > dense::MOST && edge.is_none();
                match many
                    .then(|| dense::image(*marker, spots, width, height))
                    .flatten()
                {
                    Some(image) => self.shape(&image),
                    None => self.markers(*marker, spots, edge.as_ref()),
                }
            }
            Shape::Text(text) => self.text(text),
            Shape::Image { rect, pixels, smooth } => self.image(rect, pixels, *smooth),
            Shape::Clip { rect, shapes } => {
                let id = clip_id(rect);
                self.definitions.insert(format!(
                    "<clipPath id=\"{id}\"><rect{}/></clipPath>",
                    placed(rect)
                ));
                self.add(format_args!("<g clip-path=\"url(#{id})\">\n"));
                shapes.iter().for_each(|s| self.shape(s));
                self.body.push_str("</g>\n");
            }
        }
    }

    /// Neighbours of one colour and size share a group and a definition, which keeps dense scatters small.
    fn markers(&mut self, marker: Marker, spots: &[Spot], edge: Option<&Stroke>) {
        for group in spots.chunk_by(|a, b| a.color == b.color && a.diameter == b.diameter) {
            let Spot { diameter, color, .. } = group[0];
            let (runs, filled) = marker.outline();
            let style = if filled {
                format!("{}{}", fill(Some(color)), outline(edge))
            } else {
                let width = (diameter * 0.2).max(1.0);
                format!("{}{}", fill(None), outline(Some(&Stroke::solid(color, width))))
            };
            self.add(format_args!("<g{style}>"));
            if marker == Marker::Circle && group.len() == 1 {
                let ([x, y], r) = (group[0].at, diameter / 2.0);
                let (x, y, r) = (number(x), number(y), number(r));
                self.add(format_args!("<circle cx=\"{x}\" cy=\"{y}\" r=\"{r}\"/>"));
            } else {
                let id = self.define_marker(marker, runs, filled, diameter);
                for spot in group {
                    let (x, y) = (number(spot.at[0]), number(spot.at[1]));
                    self.add(format_args!("<use xlink:href=\"#{id}\" x=\"{x}\" y=\"{y}\"/>"));
                }
            }
            self.body.push_str("</g>\n");
        }
    }

    fn define_marker(
        &mut self,
        marker: Marker,
        mut runs: Vec<Vec<Point>>,
        filled: bool,
        diameter: f64,
    ) -> String {
        let id = format!("m{}-{}", marker as u8, number(diameter));
        let definition = if runs.is_empty() {
            format!("<circle id=\"{id}\" r=\"{}\"/>", number(diameter / 2.0))
        } else {
            runs.iter_mut().flatten().flatten().for_each(|v| *v *= diameter);
            format!("<path id=\"{id}\" d=\"{}\"/>", path_data(&runs, filled))
        };
        self.definitions.insert(definition);
        id
    }

    fn text(&mut self, text: &Text) {
        let scale = text.size / font::units_per_em();
        for (line, [x, y]) in text.baselines() {
            let place = if text.angle == 0.0 {
                format!("translate({} {})", number(text.at[0] + x), number(text.at[1] + y))
            } else {
                let [x0, y0] = text.at.map(number);
                let turn = number(text.angle);
                format!(
                    "translate({x0} {y0}) rotate({turn}) translate({} {})",
                    number(x),
                    number(y)
                )
            };
            // The words stay in the file for search and for screen readers.
            let (words, fill) = (escaped(line), fill(Some(text.color)));
            self.add(format_args!(
                "<g role=\"text\" aria-label=\"{words}\" transform=\"{place} scale({scale:.6})\"{fill}>"
            ));
            for glyph in font::shape(line).0 {
                self.glyphs.insert(glyph.glyph);
                self.add(format_args!(
                    "<use xlink:href=\"#g{}\" x=\"{}\"/>",
                    glyph.glyph, glyph.x
                ));
            }
            self.body.push_str("</g>\n");
        }
    }

    fn image(&mut self, rect: &Rect, pixels: &Pixels, smooth: bool) {
        let how = if smooth {
            ""
        } else {
            " image-rendering=\"optimizeSpeed\" style=\"image-rendering:pixelated\""
        };
        let (place, data) = (placed(rect), base64(&encode(pixels)));
        self.add(format_args!(
            "<image{place} preserveAspectRatio=\"none\"{how} xlink:href=\"data:image/png;base64,{data}\"/>\n"
        ));
    }

    fn add(&mut self, text: std::fmt::Arguments<'_>) {
        add(&mut self.body, text);
    }
}

fn add(to: &mut String, text: std::fmt::Arguments<'_>) {
    to.write_fmt(text).expect("writing to a string cannot fail");
}

/// A coordinate with at most two decimals, without needless zeros.
fn number(value: f64) -> String {
    let mut text = format!("{value:.2}");
    let kept = text.trim_end_matches('0').trim_end_matches('.').len();
    text.truncate(kept);
    if text == "-0" { "0".to_owned() } else { text }
}

fn placed(rect: &Rect) -> String {
    let [x, y, w, h] = [rect.left, rect.top, rect.width(), rect.height()].map(number);
    format!(" x=\"{x}\" y=\"{y}\" width=\"{w}\" height=\"{h}\"")
}

/// Equal rectangles get equal names, so several figures can stand in one HTML page.
fn clip_id(rect: &Rect) -> String {
    let [x, y, w, h] = [rect.left, rect.top, rect.width(), rect.height()].map(number);
    format!("c{x}_{y}_{w}_{h}")
}

fn fill(color: Option<Color>) -> String {
    paint("fill", color)
}

fn outline(stroke: Option<&Stroke>) -> String {
    let Some(stroke) = stroke else {
        return String::new();
    };
    let mut text = paint("stroke", Some(stroke.color));
    add(
        &mut text,
        format_args!(
            " stroke-width=\"{}\" stroke-linejoin=\"round\"",
            number(stroke.width)
        ),
    );
    if !stroke.dash.pattern().is_empty() {
        let lengths: Vec<String> = stroke
            .dash
            .pattern()
            .iter()
            .map(|l| number(l * stroke.width))
            .collect();
        add(
            &mut text,
            format_args!(" stroke-dasharray=\"{}\"", lengths.join(" ")),
        );
    }
    text
}

fn paint(what: &str, color: Option<Color>) -> String {
    let Some(Color {
        red,
        green,
        blue,
        alpha,
    }) = color
    else {
        return format!(" {what}=\"none\"");
    };
    let mut text = format!(" {what}=\"#{red:02x}{green:02x}{blue:02x}\"");
    if alpha < 255 {
        add(
            &mut text,
            format_args!(" {what}-opacity=\"{:.3}\"", f64::from(alpha) / 255.0),
        );
    }
    text
}

fn path_data(runs: &[Vec<Point>], closed: bool) -> String {
    let mut data = String::new();
    for run in runs {
        for (i, [x, y]) in run.iter().enumerate() {
            let command = match i {
                0 => "M",
                1 => "L",
                _ => " ",
            };
            add(&mut data, format_args!("{command}{} {}", number(*x), number(*y)));
        }
        if closed {
            data.push('Z');
        }
    }
    data
}

fn escaped(text: &str) -> String {
    let mut safe = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => safe.push_str("&amp;"),
            '<' => safe.push_str("&lt;"),
            '>' => safe.push_str("&gt;"),
            '"' => safe.push_str("&quot;"),
            // XML has no way to write other control characters.
            c if c.is_control() || matches!(c, '\u{fffe}' | '\u{ffff}') => {}
            c => safe.push(c),
        }
    }
    safe
}

fn base64(bytes: &[u8]) -> String {
    const SIGNS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let mut text = String::with_capacity(bytes.len().div_ceil(3) * 4);
    for three in bytes.chunks(3) {
        let bits = three.iter().fold(0_u32, |bits, &b| bits << 8 | u32::from(b)) << (8 * (3 - three.len()));
        for i in 0..4 {
            let sign = SIGNS[(bits >> (18 - 6 * i) & 63) as usize];
            text.push(if i <= three.len() { char::from(sign) } else { '=' });
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn base64_of_the_standard() {
        // RFC 4648, section 10.
        for (plain, coded) in [
            ("", ""),
            ("f", "Zg=="),
            ("fo", "Zm8="),
            ("foo", "Zm9v"),
            ("foobar", "Zm9vYmFy"),
        ] {
            assert_eq!(base64(plain.as_bytes()), coded);
        }
    }

    #[test]
    fn coordinates_are_short() {
        assert_eq!(
            [1.0, 0.5, 1.239, -0.001, 100.0].map(number),
            ["1", "0.5", "1.24", "0", "100"]
        );
    }

    #[test]
    fn words_are_escaped() {
        assert_eq!(escaped("a<b & \"c\"\u{0}"), "a&lt;b &amp; &quot;c&quot;");
    }
}
