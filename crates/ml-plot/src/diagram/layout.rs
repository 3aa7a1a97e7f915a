//! Places for nodes in layers: first which layer, then which order, then how far along.
//!
//! Works along and across the direction of the arrows, so that one layout serves both directions.

/// A node or a bend of a long arrow.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub(super) struct Place {
    /// Number of the layer.
    pub(super) layer: usize,
    /// Middle, across the direction of the arrows.
    pub(super) across: f64,
    /// Extent across the direction of the arrows.
    pub(super) breadth: f64,
}

/// Where nodes stand and which way arrows go.
#[derive(Debug, Clone, PartialEq, Default)]
pub(super) struct Layout {
    /// The nodes, then the bends.
    pub(super) places: Vec<Place>,
    /// For each arrow the places it passes, from its start to its end.
    pub(super) routes: Vec<Vec<usize>>,
}

/// Free space between neighbours in a layer.
const GAP: f64 = 22.0;
/// Breadth kept free for an arrow that passes a layer.
const BEND: f64 = 12.0;
/// Sweeps after which order and places hardly change.
const SWEEPS: usize = 12;

pub(super) fn layout(breadths: &[f64], edges: &[(usize, usize)]) -> Layout {
    let forward = without_loops(breadths.len(), edges);
    let layers = layers(breadths.len(), &forward);
    let mut places: Vec<Place> = breadths
        .iter()
        .zip(&layers)
        .map(|(&breadth, &layer)| Place {
            layer,
            across: 0.0,
            breadth,
        })
        .collect();
    let mut routes = Vec::with_capacity(edges.len());
    for (&(from, to), &(start, end)) in edges.iter().zip(&forward) {
        let mut route = vec![start];
        if start != end {
            for layer in places[start].layer + 1..places[end].layer {
                places.push(Place {
                    layer,
                    across: 0.0,
                    breadth: BEND,
                });
                route.push(places.len() - 1);
            }
        }
        route.push(end);
        if (from, to) != (start, end) {
            route.reverse();
        }
        routes.push(route);
    }
    let mut rows = ordered(&places, &routes);
    spread(&mut places, &routes, &mut rows);
    let least = places
        .iter()
        .map(|p| p.across - p.breadth / 2.0)
        .fold(f64::INFINITY, f64::min);
    places.iter_mut().for_each(|p| p.across -= least);
    Layout { places, routes }
}

/// The arrows with those that close a loop turned round.
fn without_loops(nodes: usize, edges: &[(usize, usize)]) -> Vec<(usize, usize)> {
    let mut out = vec![Vec::new(); nodes];
    for (i, &(from, _)) in edges.iter().enumerate() {
        out[from].push(i);
    }
    let (mut state, mut turned) = (vec![0_u8; nodes], vec![false; edges.len()]);
    for start in 0..nodes {
        if state[start] != 0 {
            continue;
        }
        // A stack of its own: a long chain must not overflow that of the thread.
        let mut stack = vec![(start, 0)];
        state[start] = 1;
        while let Some((node, next)) = stack.last_mut() {
            let Some(&edge) = out[*node].get(*next) else {
                state[*node] = 2;
                stack.pop();
                continue;
            };
            *next += 1;
            let to = edges[edge].1;
            match state[to] {
                0 => {
                    state[to] = 1;
                    stack.push((to, 0));
                }
                1 => turned[edge] = true,
                _ => {}
            }
        }
    }
    let turn =
        |(&(from, to), &turned): (&(usize, usize), &bool)| if turned { (to, from) } else { (from, to) };
    edges.iter().zip(&turned).map(turn).collect()
}

/// The longest way to each node.
fn layers(nodes: usize, edges: &[(usize, usize)]) -> Vec<usize> {
    let (mut layer, mut waiting) = (vec![0; nodes], vec![0_usize; nodes]);
    let mut out = vec![Vec::new(); nodes];
    for &(from, to) in edges.iter().filter(|(from, to)| from != to) {
        waiting[to] += 1;
        out[from].push(to);
    }
    let mut ready: Vec<usize> = (0..nodes).filter(|&n| waiting[n] == 0).collect();
    while let Some(node) = ready.pop() {
        for &to in &out[node] {
            layer[to] = layer[to].max(layer[node] + 1);
            waiting[to] -= 1;
            if waiting[to] == 0 {
                ready.push(to);
            }
        }
    }
    layer
}

/// Neighbours of every place in the layers before and after.
fn neighbours(count: usize, routes: &[Vec<usize>], places: &[Place]) -> [Vec<Vec<usize>>; 2] {
    let (mut before, mut after) = (vec![Vec::new(); count], vec![Vec::new(); count]);
    for pair in routes.iter().flat_map(|route| route.windows(2)) {
        let (a, b) = if places[pair[0]].layer < places[pair[1]].layer {
            (pair[0], pair[1])
        } else {
            (pair[1], pair[0])
        };
        if a != b {
            after[a].push(b);
            before[b].push(a);
        }
    }
    [before, after]
}

/// Each layer's places in an order with few crossings: by the mean position of their neighbours.
fn ordered(places: &[Place], routes: &[Vec<usize>]) -> Vec<Vec<usize>> {
    let depth = places.iter().map(|p| p.layer + 1).max().unwrap_or(0);
    let mut rows = vec![Vec::new(); depth];
    for (i, place) in places.iter().enumerate() {
        rows[place.layer].push(i);
    }
    let sides = neighbours(places.len(), routes, places);
    let mut rank = vec![0.0; places.len()];
    let number = |row: &[usize], rank: &mut Vec<f64>| {
        row.iter().enumerate().for_each(|(i, &p)| rank[p] = i as f64);
    };
    rows.iter().for_each(|row| number(row, &mut rank));
    for sweep in 0..SWEEPS {
        let down = sweep % 2 == 0;
        for step in 0..depth {
            let row = &mut rows[if down { step } else { depth - 1 - step }];
            let near = &sides[usize::from(!down)];
            let key = |p: usize| match near[p].len() {
                0 => rank[p],
                n => near[p].iter().map(|&q| rank[q]).sum::<f64>() / n as f64,
            };
            let mut keyed: Vec<(f64, usize)> = row.iter().map(|&p| (key(p), p)).collect();
            // Stable: equals stay in the order in which they were added.
            keyed.sort_by(|a, b| a.0.total_cmp(&b.0));
            *row = keyed.into_iter().map(|(_, p)| p).collect();
            number(row, &mut rank);
        }
    }
    rows
}

/// Moves every place towards the middle of its neighbours, as far as its row lets it.
fn spread(places: &mut [Place], routes: &[Vec<usize>], rows: &mut [Vec<usize>]) {
    for row in rows.iter() {
        let mut end = 0.0;
        for &p in row {
            places[p].across = end + places[p].breadth / 2.0;
            end += places[p].breadth + GAP;
        }
    }
    let sides = neighbours(places.len(), routes, places);
    let depth = rows.len();
    for sweep in 0..2 * SWEEPS {
        // Parents are centred over their children last, which is what a tree should look like.
        let up = sweep % 2 == 1;
        for step in 0..depth {
            let row = &rows[if up { depth - 1 - step } else { step }];
            let near = &sides[usize::from(up)];
            let wish = |p: usize, places: &[Place]| match near[p].len() {
                0 => places[p].across,
                n => near[p].iter().map(|&q| places[q].across).sum::<f64>() / n as f64,
            };
            let wishes: Vec<f64> = row.iter().map(|&p| wish(p, places)).collect();
            for (&p, across) in row.iter().zip(apart(row, &wishes, places)) {
                places[p].across = across;
            }
        }
    }
}

/// The positions nearest to the wishes that keep the gaps: neighbours that collide move as one block around the
/// mean of their wishes.
fn apart(row: &[usize], wishes: &[f64], places: &[Place]) -> Vec<f64> {
    // Subtracting each one's distance from the row's start turns "at least a gap apart" into "in order".
    let mut offsets = vec![0.0; row.len()];
    for i in 1..row.len() {
        let (a, b) = (places[row[i - 1]].breadth, places[row[i]].breadth);
        offsets[i] = offsets[i - 1] + f64::midpoint(a, b) + GAP;
    }
    let mut blocks: Vec<(f64, usize)> = Vec::new();
    for (wish, offset) in wishes.iter().zip(&offsets) {
        let mut block = (wish - offset, 1);
        while let Some(&(sum, count)) = blocks.last() {
            if sum / (count as f64) <= block.0 / block.1 as f64 {
                break;
            }
            block = (block.0 + sum, block.1 + count);
            blocks.pop();
        }
        blocks.push(block);
    }
    let means = blocks
        .iter()
        .flat_map(|&(sum, count)| std::iter::repeat_n(sum / count as f64, count));
    means.zip(&offsets).map(|(mean, offset)| mean + offset).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_parent_stands_over_the_middle_of_its_children() {
        let layout = layout(&[50.0, 40.0, 40.0], &[(0, 1), (0, 2)]);
        let [root, left, right] = [0, 1, 2].map(|i| layout.places[i]);
        assert_eq!([root.layer, left.layer, right.layer], [0, 1, 1]);
        assert!((right.across - left.across - 40.0 - GAP).abs() < 1e-9);
        assert!((root.across - f64::midpoint(left.across, right.across)).abs() < 1e-9);
    }

    #[test]
    fn long_arrows_bend_around_the_layers_between() {
        let layout = layout(&[30.0; 3], &[(0, 1), (1, 2), (0, 2)]);
        assert_eq!(layout.routes[2].len(), 3);
        let (bend, node) = (layout.places[layout.routes[2][1]], layout.places[1]);
        assert!((bend.across - node.across).abs() >= (30.0 + BEND) / 2.0 + GAP - 1e-9);
    }

    #[test]
    fn loops_end() {
        let layout = layout(&[30.0; 3], &[(0, 1), (1, 2), (2, 0), (1, 1)]);
        assert_eq!([0, 1, 2].map(|i| layout.places[i].layer), [0, 1, 2]);
        assert_eq!(layout.routes[2].first(), Some(&2));
    }

    #[test]
    fn nodes_of_a_layer_never_overlap() {
        let edges: Vec<(usize, usize)> = (1..60)
            .map(|i| ((i * 7 % i), i))
            .chain((0..30).map(|i| (i, i + 30)))
            .collect();
        let layout = layout(&[25.0; 60], &edges);
        for (i, a) in layout.places.iter().enumerate() {
            for b in &layout.places[i + 1..] {
                let room = f64::midpoint(a.breadth, b.breadth) - 1e-6;
                assert!(a.layer != b.layer || (a.across - b.across).abs() >= room);
            }
        }
    }
}
