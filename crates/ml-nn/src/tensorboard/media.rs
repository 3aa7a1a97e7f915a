//! Histograms, PNG images and WAV sounds.

use image::{ExtendedColorType, ImageEncoder, codecs::png::PngEncoder};
use ml_core::{DType, Error, Result, Tensor};

/// So many buckets of equal width as (from, to, count); one around a single value; none for nothing. NaN and infinities are in
/// no bucket.
pub(super) fn histogram(values: &Tensor, count: usize) -> Result<Vec<[f64; 3]>> {
    let values = values.cast(DType::F64)?.to_vec::<f64>()?;
    let finite: Vec<f64> = values.into_iter().filter(|value| value.is_finite()).collect();
    let (least, most) = finite
        .iter()
        .fold((f64::INFINITY, f64::NEG_INFINITY), |(a, b), &v| {
            (a.min(v), b.max(v))
        });
    if finite.is_empty() {
        return Ok(Vec::new());
    }
    if least == most {
        return Ok(vec![[least - 0.5, least + 0.5, finite.len() as f64]]);
    }
    // Halves first: the difference of two finite numbers need not be finite.
    let width = most / count as f64 - least / count as f64;
    let edge = |number: usize| least + width * number as f64;
    let mut buckets: Vec<[f64; 3]> = (0..count).map(|n| [edge(n), edge(n + 1), 0.0]).collect();
    buckets[count - 1][1] = most;
    for value in finite {
        let number = (value / width - least / width) as usize;
        buckets[number.min(count - 1)][2] += 1.0;
    }
    Ok(buckets)
}

/// Images `[n, height, width, channels]` as width, height and PNG files; bytes, or numbers between 0 and 1.
pub(super) fn images(images: &Tensor) -> Result<(usize, usize, Vec<Vec<u8>>)> {
    let &[_, height, width, channels] = &images.shape()[..] else {
        return Err(misshaped("image", images, "[images, height, width, channels]"));
    };
    let color = match channels {
        1 => ExtendedColorType::L8,
        2 => ExtendedColorType::La8,
        3 => ExtendedColorType::Rgb8,
        4 => ExtendedColorType::Rgba8,
        _ => {
            return Err(misshaped(
                "image",
                images,
                "1 to 4 channels: grey, grey and opacity, RGB, RGBA",
            ));
        }
    };
    if height == 0 || width == 0 {
        return Err(misshaped("image", images, "at least 1 pixel"));
    }
    let pixels: Vec<u8> = match images.dtype() {
        DType::U8 => images.to_vec()?,
        // Rounded down to 0..=255 as TensorFlow does; NaN is black.
        _ => {
            let values = images.cast(DType::F32)?.to_vec::<f32>()?;
            values
                .into_iter()
                .map(|value| (value.clamp(0.0, 1.0) * 255.5) as u8)
                .collect()
        }
    };
    let png = |pixels: &[u8]| {
        let mut file = Vec::new();
        PngEncoder::new(&mut file)
            .write_image(pixels, width as u32, height as u32, color)
            .map_err(|error| Error::Data {
                op: "image",
                problem: error.to_string(),
                remedy: "write a smaller image",
            })?;
        Ok(file)
    };
    let files = pixels.chunks_exact(height * width * channels).map(png);
    Ok((width, height, files.collect::<Result<_>>()?))
}

/// Sounds `[n, frames, channels]` of numbers between -1 and 1 as WAV files of 16 bits.
///
/// Source: Microsoft and IBM, "Multimedia Programming Interface and Data Specifications 1.0" (1991).
pub(super) fn sounds(sounds: &Tensor, sample_rate: u32) -> Result<Vec<Vec<u8>>> {
    let &[_, frames, channels] = &sounds.shape()[..] else {
        return Err(misshaped("audio", sounds, "[sounds, frames, channels]"));
    };
    let size = frames.checked_mul(channels).and_then(|n| n.checked_mul(2));
    let size = size.filter(|&n| n > 0 && n < (1 << 31) && channels < 256);
    let Some(size) = size else {
        return Err(misshaped(
            "audio",
            sounds,
            "1 to 255 channels, at least 1 frame, less than 2 GiB",
        ));
    };
    let values = sounds.cast(DType::F32)?.to_vec::<f32>()?;
    let wav = |values: &[f32]| {
        let mut file = Vec::with_capacity(44 + size);
        let frame = 2 * channels as u16;
        file.extend(b"RIFF");
        file.extend((36 + size as u32).to_le_bytes());
        file.extend(b"WAVEfmt ");
        file.extend(16u32.to_le_bytes());
        file.extend(1u16.to_le_bytes());
        file.extend((channels as u16).to_le_bytes());
        file.extend(sample_rate.to_le_bytes());
        file.extend(sample_rate.saturating_mul(u32::from(frame)).to_le_bytes());
        file.extend(frame.to_le_bytes());
        file.extend(16u16.to_le_bytes());
        file.extend(b"data");
        file.extend((size as u32).to_le_bytes());
        let sample = |&value: &f32| ((value.clamp(-1.0, 1.0) * 32_767.0).round() as i16).to_le_bytes();
        file.extend(values.iter().flat_map(sample));
        file
    };
    Ok(values.chunks_exact(frames * channels).map(wav).collect())
}

fn misshaped(op: &'static str, tensor: &Tensor, rule: &str) -> Error {
    Error::BadShape {
        op,
        shape: tensor.shape().to_vec(),
        rule: format!("needed is {rule}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn buckets_hold_every_finite_number_once() -> Result<()> {
        let values = [0.0, 30.0, 0.5, 15.0, 29.0, f64::NAN, f64::INFINITY];
        let buckets = histogram(&Tensor::from(values.to_vec()), 30)?;
        let counts: Vec<f64> = buckets.iter().map(|bucket| bucket[2]).collect();
        assert_eq!(
            (buckets.len(), buckets[0], buckets[29]),
            (30, [0.0, 1.0, 2.0], [29.0, 30.0, 2.0])
        );
        assert_eq!((counts[15], counts.iter().sum::<f64>()), (1.0, 5.0));
        assert_eq!(histogram(&Tensor::from([2.0, 2.0]), 30)?, [[1.5, 2.5, 2.0]]);
        assert!(histogram(&Tensor::from([f64::NAN]), 30)?.is_empty());
        let wide = histogram(&Tensor::from([f64::MAX, f64::MIN]), 30)?;
        assert_eq!((wide[0][2], wide[29][2]), (1.0, 1.0));
        Ok(())
    }

    #[test]
    fn what_is_no_image_or_sound_is_refused() {
        let x = Tensor::from([[0.0f32]]);
        assert!(
            images(&x)
                .unwrap_err()
                .to_string()
                .contains("[images, height, width, channels]")
        );
        assert!(
            sounds(&x, 8000)
                .unwrap_err()
                .to_string()
                .contains("[sounds, frames, channels]")
        );
    }
}
