//! A diagram as shapes.

use super::layout::layout;
use super::{Diagram, Direction, Edge, Node, Outline};
use crate::Color;
use crate::layer::annotation::arrow;
use crate::layer::{Draw, Extent, Frame, Reach};
use crate::scale::Scale;
use crate::scene::{Anchor, Point, Rect, Scene, Shape, Stroke, Text};
use crate::style::{Dash, INK, SMALL};

/// From text to outline.
const PADDING: (f64, f64) = (11.0, 8.0);
/// From layer to layer.
const STEP: f64 = 44.0;
/// Points on the curve between two places.
const CURVE: usize = 14;
const LINE: Color = Color::rgb(110, 110, 110);

/// Nodes and arrows with their places in pixels from the top left.
#[derive(Debug)]
pub(super) struct Drawing {
    nodes: Vec<(Node, Rect)>,
    edges: Vec<(Edge, Vec<Point>)>,
    size: (f64, f64),
}

impl Drawing {
    pub(super) fn new(diagram: &Diagram) -> Self {
        let down = diagram.direction == Direction::Down;
        let sizes: Vec<(f64, f64)> = diagram.nodes.iter().map(size).collect();
        // Seen along the arrows: (across, along).
        let turned: Vec<(f64, f64)> = sizes
            .iter()
            .map(|&(w, h)| if down { (w, h) } else { (h, w) })
            .collect();
        let ends: Vec<(usize, usize)> = diagram.edges.iter().map(|e| (e.from, e.to)).collect();
        let laid = layout(&turned.iter().map(|s| s.0).collect::<Vec<_>>(), &ends);
        let depth = laid.places.iter().map(|p| p.layer + 1).max().unwrap_or(1);
        let mut lengths = vec![0.0_f64; depth];
        for (place, size) in laid.places.iter().zip(&turned) {
            lengths[place.layer] = lengths[place.layer].max(size.1);
        }
        let step = STEP + if down { 0.0 } else { widest_label(diagram) };
        let starts: Vec<f64> = lengths
            .iter()
            .scan(0.0, |end, l| Some(std::mem::replace(end, *end + l + step)))
            .collect();
        let point = |across: f64, along: f64| if down { [across, along] } else { [along, across] };
        let middle = |layer: usize| starts[layer] + lengths[layer] / 2.0;
        let rect = |i: usize| {
            let ([x, y], (w, h)) = (
                point(laid.places[i].across, middle(laid.places[i].layer)),
                sizes[i],
            );
            Rect::new(x - w / 2.0, y - h / 2.0, x + w / 2.0, y + h / 2.0)
        };
        let nodes = diagram
            .nodes
            .iter()
            .enumerate()
            .map(|(i, node)| (node.clone(), rect(i)))
            .collect();
        // Arrows between the same two nodes run side by side.
        let beside = |i: usize| {
            let (a, b) = ends[i];
            let same: Vec<usize> = (0..ends.len())
                .filter(|&j| ends[j] == (a, b) || ends[j] == (b, a))
                .collect();
            let position = same.iter().position(|&j| j == i).unwrap_or(0);
            (position as f64 - (same.len() - 1) as f64 / 2.0) * 14.0
        };
        let route = |i: usize| {
            if ends[i].0 == ends[i].1 {
                return around(rect(ends[i].0));
            }
            let route = &laid.routes[i];
            let onward = laid.places[route[0]].layer < laid.places[route[1]].layer;
            let along = |k: usize, leaving: bool| {
                let place = laid.places[route[k]];
                let half = match diagram.nodes.get(route[k]) {
                    Some(node) => reach(node, turned[route[k]], beside(i)),
                    None => 0.0,
                };
                middle(place.layer) + if leaving == onward { half } else { -half }
            };
            let mut points = Vec::new();
            for k in 1..route.len() {
                let from = (laid.places[route[k - 1]].across + beside(i), along(k - 1, true));
                let to = (laid.places[route[k]].across + beside(i), along(k, false));
                points.extend(curve(from, to).map(|(across, along)| point(across, along)));
            }
            points
        };
        let edges = diagram
            .edges
            .iter()
            .enumerate()
            .map(|(i, edge)| (edge.clone(), route(i)))
            .collect();
        Self {
            nodes,
            edges,
            size: (0.0, 0.0),
        }
        .measured()
    }

    pub(super) fn size(&self) -> (f64, f64) {
        self.size
    }

    /// Everything moved to start at 0, 0, and the size that results.
    fn measured(mut self) -> Self {
        let boxes = self.nodes.iter().map(|(_, rect)| *rect);
        let points = self.edges.iter().flat_map(|(_, points)| points);
        let points = points.map(|&[x, y]| Rect::new(x, y, x, y).grown(2.0));
        let labels = self
            .edges
            .iter()
            .filter_map(|(edge, points)| Some(label(edge, points)?.bounds().grown(3.0)));
        let all = boxes
            .chain(points)
            .chain(labels)
            .reduce(Rect::around)
            .unwrap_or_default();
        for (_, r) in &mut self.nodes {
            *r = Rect::new(
                r.left - all.left,
                r.top - all.top,
                r.right - all.left,
                r.bottom - all.top,
            );
        }
        for [x, y] in self.edges.iter_mut().flat_map(|(_, points)| points) {
            (*x, *y) = (*x - all.left, *y - all.top);
        }
        self.size = (all.width(), all.height());
        self
    }
}

fn size(node: &Node) -> (f64, f64) {
    let text = Text::new(&node.text, [0.0, 0.0], Anchor::CENTRE, SMALL, INK).bounds();
    let (w, h) = (text.width() + 2.0 * PADDING.0, text.height() + 2.0 * PADDING.1);
    // A circle around short text, a pill around longer text.
    if node.outline == Outline::Round {
        (w.max(h), h)
    } else {
        (w, h)
    }
}

/// From the middle of a node to its edge along the arrows, `aside` of its middle.
fn reach(node: &Node, (across, along): (f64, f64), aside: f64) -> f64 {
    if node.outline == Outline::Box {
        return along / 2.0;
    }
    let radius = across.min(along) / 2.0;
    let aside = (aside.abs() - (across / 2.0 - radius)).clamp(0.0, radius);
    along / 2.0 - radius + (radius * radius - aside * aside).sqrt()
}

fn widest_label(diagram: &Diagram) -> f64 {
    diagram
        .edges
        .iter()
        .map(|e| crate::font::width(&e.label, SMALL))
        .fold(0.0, f64::max)
}

/// An S-shaped curve that leaves and arrives along the direction of the arrows.
fn curve(from: (f64, f64), to: (f64, f64)) -> impl Iterator<Item = (f64, f64)> {
    let straight = (from.0 - to.0).abs() < 0.5;
    let points = if straight { 1 } else { CURVE };
    (0..=points).map(move |i| {
        let t = i as f64 / points as f64;
        // Bernstein weights of a cubic whose inner points lie half-way along.
        let (early, late) = ((1.0 - t).powi(2) * (1.0 + 2.0 * t), t * t * (3.0 - 2.0 * t));
        let inner = 1.5 * t * (1.0 - t);
        let along = (1.0 - t).powi(3) * from.1 + t.powi(3) * to.1 + inner * (from.1 + to.1);
        (early * from.0 + late * to.0, along)
    })
}

/// A loop at the right side of a node.
fn around(rect: Rect) -> Vec<Point> {
    let (x, y, reach) = (rect.right, rect.centre()[1], 26.0);
    let half = rect.height().min(24.0) / 2.0 - 3.0;
    let at = |i: usize| {
        let angle = std::f64::consts::PI * (i as f64 / CURVE as f64 - 0.5);
        [
            x + reach * angle.cos(),
            y + half * angle.sin() * (1.0 + 0.8 * angle.cos()),
        ]
    };
    (0..=CURVE).map(at).collect()
}

/// The text of an arrow on its middle.
fn label(edge: &Edge, points: &[Point]) -> Option<Text> {
    let place = if points.len() > 2 {
        points[points.len() / 2]
    } else {
        let (a, b) = (points.first()?, points.last()?);
        [f64::midpoint(a[0], b[0]), f64::midpoint(a[1], b[1])]
    };
    (!edge.label.is_empty()).then(|| Text::new(&edge.label, place, Anchor::CENTRE, SMALL, INK))
}

impl Draw for Drawing {
    fn name(&self) -> &'static str {
        "diagram"
    }

    fn extent(&self, _: [Scale; 2]) -> Extent {
        let (width, height) = self.size;
        Extent {
            x: Some(Reach::flush((0.0, width))),
            y: Some(Reach::flush((0.0, height))),
        }
    }

    fn draw(&self, _: &Frame, _: &mut Scene) {}

    /// One unit is one pixel: text would not shrink with a smaller picture.
    fn draw_above(&self, frame: &Frame, scene: &mut Scene) {
        let area = frame.area;
        let (dx, dy) = (
            area.left + (area.width() - self.size.0) / 2.0,
            area.top + (area.height() - self.size.1) / 2.0,
        );
        let moved = |[x, y]: Point| [x + dx, y + dy];
        let routes: Vec<Vec<Point>> = self
            .edges
            .iter()
            .map(|(_, points)| points.iter().map(|p| moved(*p)).collect())
            .collect();
        for ((edge, _), points) in self.edges.iter().zip(&routes) {
            let dash = if edge.dashed { Dash::Dashed } else { Dash::Solid };
            let stroke = Stroke {
                dash,
                ..Stroke::solid(LINE, 1.2)
            };
            let Some((&end, rest)) = points.split_last() else {
                continue;
            };
            // The head needs a straight end of some length.
            let far = |p: &&Point| (p[0] - end[0]).hypot(p[1] - end[1]) > 9.0;
            let Some(start) = rest.iter().rev().find(far) else {
                continue;
            };
            let kept = rest.iter().position(|p| p == start).unwrap_or(0);
            scene.line(points[..=kept].to_vec(), stroke);
            arrow(*start, end, 0.5, stroke, scene);
        }
        for ((edge, _), points) in self.edges.iter().zip(&routes) {
            if let Some(text) = label(edge, points) {
                scene.rect(text.bounds().grown(1.5), Color::WHITE.faded(0.9), None);
                scene.text(text);
            }
        }
        for (node, rect) in &self.nodes {
            let ([left, top], [right, bottom]) =
                (moved([rect.left, rect.top]), moved([rect.right, rect.bottom]));
            let rect = Rect::new(left, top, right, bottom);
            let radius = if node.outline == Outline::Round {
                rect.height() / 2.0
            } else {
                4.0
            };
            let stroke = Some(Stroke::solid(node.fill.blend(Color::BLACK, 0.45), 1.0));
            scene.push(Shape::Rect {
                rect,
                radius,
                fill: Some(node.fill),
                stroke,
            });
            let ink = if node.fill.is_dark() { Color::WHITE } else { INK };
            scene.text(Text::new(&node.text, rect.centre(), Anchor::CENTRE, SMALL, ink));
        }
    }
}
