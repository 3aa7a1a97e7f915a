//! SVG to pixels.

use ml_core::{Error, Result};
use resvg::tiny_skia::{IntSize, Pixmap, Transform};
use resvg::usvg::{Options, Tree};

use super::{Pixels, Scene, to_svg};

/// Pixels that one picture may have: 400 million bytes.
const LIMIT: f64 = 1e8;

/// A scene as PNG, `scale` pixels for each pixel of the figure.
pub(crate) fn rasterise(scene: &Scene, scale: f64) -> Result<Vec<u8>> {
    let (width, height) = ((scene.width * scale).round(), (scene.height * scale).round());
    let valid = scale.is_finite() && width >= 1.0 && height >= 1.0 && width * height <= LIMIT;
    let domain = "positive, with a picture of 1 to 100 million pixels";
    ml_core::check::parameter("scale", scale, valid, domain)?;
    let failed = |problem: String| Error::Numerical {
        op: "Figure::to_png",
        problem,
        remedy: "save as SVG instead, or draw fewer points",
    };
    let tree = Tree::from_str(&to_svg(scene), &Options::default()).map_err(|e| failed(e.to_string()))?;
    let mut pixmap = Pixmap::new(width as u32, height as u32)
        .ok_or_else(|| failed(format!("no room for {width} x {height} pixels")))?;
    resvg::render(
        &tree,
        Transform::from_scale(scale as f32, scale as f32),
        &mut pixmap.as_mut(),
    );
    pixmap.encode_png().map_err(|e| failed(e.to_string()))
}

/// Pixels as PNG.
pub(crate) fn encode(pixels: &Pixels) -> Vec<u8> {
    let mut data = pixels.rgba.clone();
    // PNG holds plain colours, the encoder expects colours multiplied by their opacity.
    for pixel in data.chunks_exact_mut(4).filter(|p| p[3] < 255) {
        let alpha = f32::from(pixel[3]) / 255.0;
        pixel[..3]
            .iter_mut()
            .for_each(|v| *v = (f32::from(*v) * alpha).round() as u8);
    }
    IntSize::from_wh(pixels.width as u32, pixels.height as u32)
        .and_then(|size| Pixmap::from_vec(data, size))
        .and_then(|pixmap| pixmap.encode_png().ok())
        .expect("images are checked to have pixels when they are added")
}
