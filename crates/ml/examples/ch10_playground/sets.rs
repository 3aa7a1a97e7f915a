//! Points of two classes in the plane.

use std::f64::consts::TAU;

use ml::{core::Tensor, prelude::*};

/// The sets of the playground.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
pub(crate) enum Set {
    /// A disc inside a ring.
    Circle,
    /// Opposite quarters of a square.
    Xor,
    /// Two heaps.
    Gauss,
    /// Two arms of a spiral.
    Spiral,
}

/// The plane is drawn from minus this to this, both ways.
pub(crate) const HALF: f64 = 6.0;

/// Points and their classes, 0 and 1; the first half is for training.
pub(crate) struct Plane {
    pub(crate) points: Vec<[f64; 2]>,
    pub(crate) classes: Vec<bool>,
}

impl Plane {
    /// So many points of this set; `noise` from 0 to 0.5.
    pub(crate) fn draw(set: Set, count: usize, noise: f64, seed: u64) -> Self {
        let mut rng = Rng::new(seed).stream(set as u64);
        let mut all: Vec<([f64; 2], bool)> = (0..count)
            .map(|i| point(set, i, count, noise, &mut rng))
            .collect();
        rng.shuffle(&mut all);
        let (points, classes) = all.into_iter().unzip();
        Self { points, classes }
    }

    /// Points for training and for testing, with their classes in a column.
    pub(crate) fn halves(&self) -> Result<[(Tensor, Tensor); 2]> {
        let half = self.points.len() / 2;
        let part = |from: usize, to: usize| -> Result<(Tensor, Tensor)> {
            let points = self.points[from..to]
                .iter()
                .flatten()
                .map(|&v| v as f32)
                .collect();
            let classes = self.classes[from..to]
                .iter()
                .map(|&class| f32::from(u8::from(class)))
                .collect();
            Ok((
                Tensor::from_vec(points, [to - from, 2])?,
                Tensor::from_vec(classes, [to - from, 1])?,
            ))
        };
        Ok([part(0, half)?, part(half, self.points.len())?])
    }
}

/// One point; classes take turns.
fn point(set: Set, number: usize, count: usize, noise: f64, rng: &mut Rng) -> ([f64; 2], bool) {
    let class = number % 2 == 1;
    let mut between = |low: f64, high: f64| low + (high - low) * rng.uniform();
    match set {
        Set::Circle => {
            let (radius, angle) = if class {
                (between(0.0, 2.5), between(0.0, TAU))
            } else {
                (between(3.5, 5.0), between(0.0, TAU))
            };
            let (x, y) = (radius * angle.sin(), radius * angle.cos());
            let (dx, dy) = (between(-5.0, 5.0) * noise, between(-5.0, 5.0) * noise);
            // The class is that of the place where the noise leaves the point.
            ([x, y], (x + dx).hypot(y + dy) < 2.5)
        }
        Set::Xor => {
            let (x, y) = (between(0.3, 5.3), between(0.3, 5.3));
            let (dx, dy) = (between(-5.0, 5.0) * noise, between(-5.0, 5.0) * noise);
            // A class has two opposite quarters.
            let left = between(0.0, 1.0) < 0.5;
            let (x, y) = (if left { -x } else { x }, if left == class { -y } else { y });
            ([x, y], (x + dx) * (y + dy) >= 0.0)
        }
        Set::Gauss => {
            let centre = if class { 2.0 } else { -2.0 };
            // A variance from 0.5 without noise to 4 with most.
            let deviation = (0.5 + 7.0 * noise).sqrt();
            let mut normal = || centre + deviation * rng.standard_normal();
            ([normal(), normal()], class)
        }
        Set::Spiral => {
            let way = (number / 2) as f64 / (count as f64 / 2.0);
            let angle = 1.75 * way * TAU + if class { 0.0 } else { TAU / 2.0 };
            let (dx, dy) = (between(-1.0, 1.0) * 2.0 * noise, between(-1.0, 1.0) * 2.0 * noise);
            (
                [5.0 * way * angle.sin() + dx, 5.0 * way * angle.cos() + dy],
                class,
            )
        }
    }
}
