//! Grid, frame, ticks and titles.

use super::plan::{LABEL_GAP, TICK, TITLE_GAP, wrapped};
use super::{Axes, Plan};
use crate::scene::{Anchor, Point, Scene, Stroke, Text};
use crate::style::{GRID, INK, MEDIUM, SPINE};

/// Lines across the area at the ticks.
///
/// Names get none: bars lead the eye well enough.
pub(crate) fn grid(axes: &Axes, plan: &Plan, scene: &mut Scene) {
    let area = plan.frame.area;
    let [x_names, y_names] = axes.names().map(|names| names.is_some());
    let upright = marks(plan, true)
        .filter(|_| !x_names)
        .map(|x| vec![[x, area.top], [x, area.bottom]]);
    let level = marks(plan, false)
        .filter(|_| !y_names)
        .map(|y| vec![[area.left, y], [area.right, y]]);
    let lines: Vec<Vec<Point>> = upright.chain(level).collect();
    if !lines.is_empty() {
        scene.lines(lines, Stroke::solid(GRID, 1.0));
    }
}

/// The box around the area, and the ticks with their labels.
pub(crate) fn frame(plan: &Plan, scene: &mut Scene) {
    let area = plan.frame.area;
    let stroke = Stroke::solid(SPINE, 1.0);
    scene.rect(area, None, Some(stroke));
    let down = |x: f64, length: f64| vec![[x, area.bottom], [x, area.bottom + length]];
    let left = |y: f64, length: f64| vec![[area.left, y], [area.left - length, y]];
    let minor_x = plan
        .x_ticks
        .minor
        .iter()
        .map(|v| down(snapped(plan.frame.x.at(*v)), TICK * 0.6));
    let minor_y = plan
        .y_ticks
        .minor
        .iter()
        .map(|v| left(snapped(plan.frame.y.at(*v)), TICK * 0.6));
    let x = marks(plan, true).map(|x| down(x, TICK));
    let y = marks(plan, false).map(|y| left(y, TICK));
    let ticks: Vec<Vec<Point>> = x.chain(y).chain(minor_x).chain(minor_y).collect();
    if !ticks.is_empty() {
        scene.lines(ticks, stroke);
    }
    plan.x_labels()
        .into_iter()
        .chain(plan.y_labels())
        .for_each(|text| scene.text(text));
}

/// Title and the labels of the axes.
pub(crate) fn titles(axes: &Axes, plan: &Plan, scene: &mut Scene) {
    let area = plan.frame.area;
    let [x, y] = area.centre();
    let title = wrapped(&axes.title, axes.title_size, area.width());
    let top = [x, area.top - TITLE_GAP];
    scene.text(Text::new(&title, top, Anchor::BOTTOM, axes.title_size, INK));
    let label = wrapped(&axes.x.label, MEDIUM, area.width());
    let under = [x, plan.x_labels_end() + LABEL_GAP];
    scene.text(Text::new(&label, under, Anchor::TOP, MEDIUM, INK));
    let label = wrapped(&axes.y.label, MEDIUM, area.height());
    let beside = [plan.y_labels_end() - LABEL_GAP, y];
    scene.text(Text::new(&label, beside, Anchor::BOTTOM, MEDIUM, INK).turned(-90.0));
}

/// Positions of the ticks of the x axis, or of the y axis.
fn marks(plan: &Plan, along_x: bool) -> impl Iterator<Item = f64> {
    let (ticks, span) = if along_x {
        (&plan.x_ticks, plan.frame.x)
    } else {
        (&plan.y_ticks, plan.frame.y)
    };
    ticks.major.iter().map(move |tick| snapped(span.at(tick.value)))
}

fn snapped(position: f64) -> f64 {
    (position - 0.5).round() + 0.5
}
