//! From what to what an axis reaches.

use ml_core::{Error, Result};

use super::{Axes, Axis};
use crate::layer::{Extent, Reach};
use crate::numbers::LARGEST;
use crate::scale::Scale;

/// Smallest number on a logarithmic axis, with room below for the air.
const LEAST: f64 = 1e-290;
/// Air between the data and the frame, of the range of the data.
const AIR: f64 = 0.045;

impl Axes {
    /// First and last value of both axes.
    pub(crate) fn limits(&self) -> Result<[(f64, f64); 2]> {
        let scales = [self.x.scale, self.y.scale];
        let mut both = Extent::default();
        for layer in &self.layers {
            let extent = layer.extent(scales);
            positive(layer.name(), "x", self.x.scale, extent.x)?;
            positive(layer.name(), "y", self.y.scale, extent.y)?;
            both = Extent {
                x: join(both.x, extent.x),
                y: join(both.y, extent.y),
            };
        }
        let down = self.layers.iter().any(|layer| layer.downwards());
        Ok([
            along("x", &self.x, both.x, false)?,
            along("y", &self.y, both.y, down)?,
        ])
    }
}

fn join(a: Option<Reach>, b: Option<Reach>) -> Option<Reach> {
    match (a, b) {
        (Some(a), Some(b)) => Some(a.union(b)),
        (one, other) => one.or(other),
    }
}

/// Only positive numbers on a logarithmic axis.
fn positive(layer: &'static str, axis: &str, scale: Scale, reach: Option<Reach>) -> Result<()> {
    match reach {
        Some(reach) if scale == Scale::Log && reach.low < LEAST => Err(Error::Data {
            op: layer,
            problem: format!("{axis} holds {}, which a logarithmic axis cannot show", reach.low),
            remedy: "leave out values that are not positive, or use a linear axis",
        }),
        _ => Ok(()),
    }
}

fn along(name: &str, axis: &Axis, reach: Option<Reach>, inverted: bool) -> Result<(f64, f64)> {
    let inverted = axis.inverted.unwrap_or(inverted);
    if let Some((first, last)) = axis.limits {
        let (positive, domain) = match axis.scale {
            Scale::Linear => (true, "finite and different"),
            Scale::Log => (
                first > 0.0 && last > 0.0,
                "finite, different and positive on a logarithmic axis",
            ),
        };
        let valid = first.abs().max(last.abs()) <= LARGEST && first != last && positive;
        let value = format!("{first} to {last}");
        ml_core::check::parameter(&format!("{name}_limits"), value, valid, domain)?;
        return Ok(if inverted && first < last {
            (last, first)
        } else {
            (first, last)
        });
    }
    let default = Reach::airy(if axis.scale == Scale::Log {
        (1.0, 10.0)
    } else {
        (0.0, 1.0)
    });
    let (low, high) = roomy(axis.scale, reach.unwrap_or(default));
    Ok(if inverted { (high, low) } else { (low, high) })
}

/// The range with air on its sides; a single value gets a range around it.
fn roomy(scale: Scale, reach: Reach) -> (f64, f64) {
    let [low, high] = [reach.low, reach.high].map(|v| scale.apply(v));
    let width = high - low;
    // Below this, neighbouring numbers could no longer be told apart on the axis.
    let least = low.abs().max(high.abs()) * 1e-12;
    let (low, high) = if width > least.max(LEAST) {
        let air = |flush: bool| if flush { 0.0 } else { AIR * width };
        (low - air(reach.flush.0), high + air(reach.flush.1))
    } else {
        let room = if low == 0.0 {
            0.5
        } else {
            (low.abs() * 0.05).max(10.0 * LEAST)
        };
        (low - room, high + room)
    };
    let ends = [low, high].map(|v| scale.undo(v).clamp(f64::MIN, f64::MAX));
    (ends[0], ends[1])
}
