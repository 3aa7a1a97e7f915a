//! Blood cells with bounding boxes.

use std::path::{Path, PathBuf};

use super::files::{damaged, text};
use crate::registry::{Cache, Result};

/// Blood cell images, as [`bccd`] reads them: the split of the data set's authors.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Bccd {
    /// Images to learn from.
    pub train: Vec<AnnotatedImage>,
    /// Images to choose by.
    pub valid: Vec<AnnotatedImage>,
    /// Images to test on.
    pub test: Vec<AnnotatedImage>,
}

/// An image and the boxes in it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AnnotatedImage {
    /// The JPEG file.
    pub image: PathBuf,
    /// Width in pixels.
    pub width: u32,
    /// Height in pixels.
    pub height: u32,
    /// The cells.
    pub boxes: Vec<CellBox>,
}

/// A box around one cell, in pixels from the upper left corner.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CellBox {
    /// `RBC`, `WBC` or `Platelets`.
    pub kind: String,
    /// Left edge.
    pub x_min: u32,
    /// Upper edge.
    pub y_min: u32,
    /// Right edge.
    pub x_max: u32,
    /// Lower edge.
    pub y_max: u32,
}

/// 364 microscope images of blood with boxes around red cells, white cells and platelets.
///
/// Source: S. Cheng, "BCCD Dataset" (2017).
///
/// # Errors
/// Says how to get the data if it is missing; names the file that is damaged.
pub fn bccd() -> Result<Bccd> {
    bccd_in(&Cache::from_env()?)
}

/// As [`bccd`], from this cache.
///
/// # Errors
/// As [`bccd`].
pub fn bccd_in(cache: &Cache) -> Result<Bccd> {
    let read = |part: &str| -> Result<Vec<AnnotatedImage>> {
        let names = text(&cache.path("bccd", &format!("ImageSets/Main/{part}.txt"))?)?;
        names
            .split_whitespace()
            .map(|name| annotated(cache, name))
            .collect()
    };
    Ok(Bccd {
        train: read("train")?,
        valid: read("val")?,
        test: read("test")?,
    })
}

fn annotated(cache: &Cache, name: &str) -> Result<AnnotatedImage> {
    let image = cache.path("bccd", &format!("JPEGImages/{name}.jpg"))?;
    let path = cache.path("bccd", &format!("Annotations/{name}.xml"))?;
    parse(&path, image, &text(&path)?)
}

/// Reads the VOC form, which nests no element in one of its own name and uses no attributes.
fn parse(path: &Path, image: PathBuf, xml: &str) -> Result<AnnotatedImage> {
    let missing = |what: &str| damaged(path, format!("has no {what}"));
    let size = inside(xml, "size").ok_or_else(|| missing("<size>"))?.0;
    let number = |text: &str, tag: &str| -> Result<u32> {
        let cell = inside(text, tag).ok_or_else(|| missing(&format!("<{tag}>")))?.0;
        cell.trim()
            .parse()
            .map_err(|_| damaged(path, format!("<{tag}> holds {cell:?}, not a whole number")))
    };
    let mut boxes = Vec::new();
    let mut rest = xml;
    while let Some((object, after)) = inside(rest, "object") {
        let kind = inside(object, "name")
            .ok_or_else(|| missing("<name> in an <object>"))?
            .0;
        boxes.push(CellBox {
            kind: kind.trim().to_owned(),
            x_min: number(object, "xmin")?,
            y_min: number(object, "ymin")?,
            x_max: number(object, "xmax")?,
            y_max: number(object, "ymax")?,
        });
        rest = after;
    }
    Ok(AnnotatedImage {
        image,
        width: number(size, "width")?,
        height: number(size, "height")?,
        boxes,
    })
}

/// What the first element of this name holds, and what follows it.
fn inside<'a>(xml: &'a str, tag: &str) -> Option<(&'a str, &'a str)> {
    let (_, rest) = xml.split_once(&format!("<{tag}>"))?;
    rest.split_once(&format!("</{tag}>"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn boxes_are_read() {
        let cell = |kind: &str, x: u32| {
            format!(
                "<object><name>{kind}</name><bndbox><xmin>{x}</xmin><ymin>2</ymin><xmax>30</xmax>\
                 <ymax>40</ymax></bndbox></object>"
            )
        };
        let xml = format!(
            "<annotation><size><width>640</width><height>480</height></size>{}{}</annotation>",
            cell("WBC", 1),
            cell("RBC", 5)
        );
        let read = |xml: &str| parse(Path::new("f"), PathBuf::new(), xml);
        let image = read(&xml).unwrap();
        assert_eq!((image.width, image.height, image.boxes.len()), (640, 480, 2));
        assert_eq!(
            (
                image.boxes[1].kind.as_str(),
                image.boxes[1].x_min,
                image.boxes[1].y_max
            ),
            ("RBC", 5, 40)
        );
        let error = read(&xml.replace("<xmax>30</xmax>", "")).unwrap_err().to_string();
        assert!(error.starts_with("f: has no <xmax>"), "{error}");
        let error = read(&xml.replace("640", "wide")).unwrap_err().to_string();
        assert!(error.contains("<width> holds \"wide\""), "{error}");
    }
}
