//! Thousands of markers as one image: an SVG with as many elements would be large and slow to show.

use resvg::tiny_skia::{FillRule, Paint, PathBuilder, Pixmap, Transform};

use super::{Pixels, Rect, Shape, Spot};
use crate::style::Marker;

/// More markers than this become an image.
pub(super) const MOST: usize = 4_000;

/// Pixels of the image for each pixel of the figure.
const DETAIL: f64 = 2.0;

/// The markers as an image; none when they cannot be filled, or there is no room for the pixels.
pub(super) fn image(marker: Marker, spots: &[Spot], width: f64, height: f64) -> Option<Shape> {
    let (runs, filled) = marker.outline();
    let mut path = PathBuilder::new();
    for run in &runs {
        for (i, [x, y]) in run.iter().enumerate() {
            let (x, y) = (*x as f32, *y as f32);
            if i == 0 {
                path.move_to(x, y)
            } else {
                path.line_to(x, y)
            }
        }
        path.close();
    }
    if runs.is_empty() {
        path.push_circle(0.0, 0.0, 0.5);
    }
    let path = path.finish().filter(|_| filled)?;
    let rect = bounds(spots, width, height)?;
    let mut pixmap = Pixmap::new((rect.width() * DETAIL) as u32, (rect.height() * DETAIL) as u32)?;
    let mut paint = Paint {
        anti_alias: true,
        ..Paint::default()
    };
    for spot in spots {
        let c = spot.color;
        paint.set_color_rgba8(c.red, c.green, c.blue, c.alpha);
        let size = (spot.diameter * DETAIL) as f32;
        let [x, y] = [spot.at[0] - rect.left, spot.at[1] - rect.top].map(|v| (v * DETAIL) as f32);
        let place = Transform::from_row(size, 0.0, 0.0, size, x, y);
        pixmap.fill_path(&path, &paint, FillRule::Winding, place, None);
    }
    let plain = pixmap.pixels().iter().map(|p| p.demultiply());
    let rgba = plain
        .flat_map(|p| [p.red(), p.green(), p.blue(), p.alpha()])
        .collect();
    let pixels = Pixels {
        width: pixmap.width() as usize,
        height: pixmap.height() as usize,
        rgba,
    };
    Some(Shape::Image {
        rect,
        pixels,
        smooth: true,
    })
}

/// Whole pixels around all markers, inside the figure.
fn bounds(spots: &[Spot], width: f64, height: f64) -> Option<Rect> {
    let around = |s: &Spot| Rect::new(s.at[0], s.at[1], s.at[0], s.at[1]).grown(s.diameter + 1.0);
    let all = spots.iter().map(around).reduce(Rect::around)?;
    let (left, top) = (all.left.max(0.0).floor(), all.top.max(0.0).floor());
    Some(Rect::new(
        left,
        top,
        all.right.min(width).ceil(),
        all.bottom.min(height).ceil(),
    ))
    .filter(|rect| rect.width() >= 1.0 && rect.height() >= 1.0)
}
