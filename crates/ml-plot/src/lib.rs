#![doc = include_str!("../README.md")]

mod axes;
mod color;
mod color_map;
mod figure;
mod font;
pub mod layer;
mod numbers;
mod scale;
mod scene;
mod style;
mod ticks;

pub use axes::{Axes, Legend};
pub use color::{Color, PALETTE};
pub use color_map::ColorMap;
pub use figure::Figure;
pub use numbers::Number;
pub use scale::Scale;
pub use style::{Dash, Marker};
