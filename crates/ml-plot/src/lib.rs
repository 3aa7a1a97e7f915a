#![doc = include_str!("../README.md")]

mod axes;
mod color;
mod color_map;
pub mod diagram;
mod figure;
mod font;
mod grids;
pub mod layer;
mod numbers;
mod scale;
mod scene;
mod style;
mod ticks;

pub use axes::{Axes, Legend};
pub use color::{Color, PALETTE};
pub use color_map::ColorMap;
pub use diagram::Diagram;
pub use figure::Figure;
pub use layer::surface::mesh;
pub use numbers::Number;
pub use scale::Scale;
pub use style::{Dash, Marker};
