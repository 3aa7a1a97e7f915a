//! One coordinate system with its layers, labels, legend and colour bar.

mod color_bar;
mod decoration;
mod legend;
mod limits;
mod plan;

pub use legend::Legend;
pub(crate) use plan::{Margins, Plan, wrapped};

use std::any::Any;

use ml_core::Result;

use crate::layer::Draw;
use crate::scale::Scale;
use crate::scene::Scene;
use crate::style::{self, setters};
use crate::ticks::Tick;
use crate::{Color, PALETTE};

/// What can be set for one axis.
#[derive(Debug, Clone, PartialEq, Default)]
pub(crate) struct Axis {
    pub(crate) label: String,
    pub(crate) scale: Scale,
    pub(crate) limits: Option<(f64, f64)>,
    pub(crate) inverted: Option<bool>,
    pub(crate) ticks: Option<Vec<Tick>>,
}

/// A coordinate system: layers are added with `line`, `scatter`, `histogram`, ... and drawn in that order.
///
/// Limits, ticks and the place of the legend are found from the data unless they are set.
#[derive(Debug)]
pub struct Axes {
    title: String,
    title_size: f64,
    pub(crate) x: Axis,
    pub(crate) y: Axis,
    equal_aspect: Option<bool>,
    grid: Option<bool>,
    framed: bool,
    legend: Legend,
    pub(crate) layers: Vec<Box<dyn Draw>>,
    colors_taken: usize,
}

impl Default for Axes {
    fn default() -> Self {
        Self {
            title: String::new(),
            title_size: style::LARGE,
            x: Axis::default(),
            y: Axis::default(),
            equal_aspect: None,
            grid: None,
            framed: true,
            legend: Legend::default(),
            layers: Vec::new(),
            colors_taken: 0,
        }
    }
}

impl Axes {
    setters! {
        /// Text above. Default none.
        title: String,
        /// Whether one unit is as long along y as along x. Default false; images set it.
        equal_aspect: Option<bool>,
        /// Whether lines lead from the ticks across the area. Default: yes, unless an image covers it.
        grid: Option<bool>,
        /// Whether frame, ticks and their labels show. Default true.
        framed: bool,
        /// Where the legend stands. Default: where it covers least; none when no layer has a label.
        legend: Legend,
    }

    /// Text under the x axis. Default none.
    pub fn x_label(&mut self, label: impl Into<String>) -> &mut Self {
        self.x.label = label.into();
        self
    }

    /// Text beside the y axis. Default none.
    pub fn y_label(&mut self, label: impl Into<String>) -> &mut Self {
        self.y.label = label.into();
        self
    }

    /// Scale of the x axis. Default linear.
    pub fn x_scale(&mut self, scale: Scale) -> &mut Self {
        self.x.scale = scale;
        self
    }

    /// Scale of the y axis. Default linear.
    pub fn y_scale(&mut self, scale: Scale) -> &mut Self {
        self.y.scale = scale;
        self
    }

    /// First and last value of the x axis: finite and different, a larger `first` inverts the axis.
    /// Default: from the data, with a little air.
    pub fn x_limits(&mut self, first: impl Into<f64>, last: impl Into<f64>) -> &mut Self {
        self.x.limits = Some((first.into(), last.into()));
        self
    }

    /// First and last value of the y axis, as [`x_limits`](Self::x_limits).
    pub fn y_limits(&mut self, first: impl Into<f64>, last: impl Into<f64>) -> &mut Self {
        self.y.limits = Some((first.into(), last.into()));
        self
    }

    /// Whether y grows downwards. Default: yes with images, heat maps and lying bars, else no.
    pub fn y_inverted(&mut self, inverted: bool) -> &mut Self {
        self.y.inverted = Some(inverted);
        self
    }

    /// Marks of the x axis: values with their texts. Default: round numbers, or the names of bars.
    pub fn x_ticks(
        &mut self,
        ticks: impl IntoIterator<Item = (impl Into<f64>, impl Into<String>)>,
    ) -> &mut Self {
        self.x.ticks = Some(own_ticks(ticks));
        self
    }

    /// Marks of the y axis: values with their texts.
    pub fn y_ticks(
        &mut self,
        ticks: impl IntoIterator<Item = (impl Into<f64>, impl Into<String>)>,
    ) -> &mut Self {
        self.y.ticks = Some(own_ticks(ticks));
        self
    }

    pub(crate) fn title_size(&mut self, size: f64) -> &mut Self {
        self.title_size = size;
        self
    }

    pub(crate) fn x_scale_now(&self) -> Scale {
        self.x.scale
    }

    /// The next colour of the palette.
    pub(crate) fn next_color(&mut self) -> Color {
        self.colors_taken += 1;
        PALETTE[(self.colors_taken - 1) % PALETTE.len()]
    }

    /// Adds a layer and hands it back for its settings.
    pub(crate) fn add<L: Draw>(&mut self, layer: L) -> &mut L {
        self.layers.push(Box::new(layer));
        let last: &mut dyn Any = self.layers.last_mut().expect("pushed just now").as_mut();
        last.downcast_mut().expect("it is of the type that was pushed")
    }

    /// The colour that the last layer took, for a layer that belongs to it.
    pub(crate) fn last_color(&mut self) -> Color {
        match self.colors_taken {
            0 => self.next_color(),
            taken => PALETTE[(taken - 1) % PALETTE.len()],
        }
    }

    pub(crate) fn is_equal(&self) -> bool {
        self.equal_aspect
            .unwrap_or_else(|| self.layers.iter().any(|l| l.equal_aspect()))
    }

    pub(crate) fn shows_grid(&self) -> bool {
        self.grid
            .unwrap_or_else(|| self.framed && !self.layers.iter().any(|l| l.covers()))
    }

    /// Every setting of every layer inside its domain.
    pub(crate) fn check(&self) -> Result<()> {
        self.layers.iter().try_for_each(|layer| layer.check())
    }

    pub(crate) fn draw(&self, plan: &Plan, scene: &mut Scene) {
        if self.shows_grid() {
            decoration::grid(self, plan, scene);
        }
        scene.clipped(plan.frame.area, |scene| {
            self.layers
                .iter()
                .for_each(|layer| layer.draw(&plan.frame, scene));
        });
        if self.framed {
            decoration::frame(plan, scene);
        }
        decoration::titles(self, plan, scene);
        self.layers
            .iter()
            .for_each(|layer| layer.draw_above(&plan.frame, scene));
        if let Some(scale) = self.color_scale() {
            color_bar::draw(&scale, plan.frame.area, scene);
        }
        legend::draw(self, plan, scene);
    }
}

fn own_ticks(ticks: impl IntoIterator<Item = (impl Into<f64>, impl Into<String>)>) -> Vec<Tick> {
    ticks
        .into_iter()
        .map(|(value, label)| Tick {
            value: value.into(),
            label: label.into(),
        })
        .collect()
}
