//! The layered layout of a graph: each node stands below all it was made from, with few crossings.

/// A place in a layer: a node, or the bend of an edge that passes several layers.
pub(super) struct Item {
    pub node: Option<usize>,
    pub layer: usize,
    /// The middle, from the left end of the figure.
    pub x: f64,
    pub width: f64,
}

/// Items, and for each edge the items it passes, from its first node to its last.
pub(super) struct LayeredLayout {
    pub items: Vec<Item>,
    pub edges: Vec<Vec<usize>>,
    pub count: usize,
    pub width: f64,
}

const APART: f64 = 18.0;
const BEND: f64 = 10.0;

/// Nodes of these widths, at least one, each with the earlier nodes it was made from; all of them
/// lead to the last.
pub(super) fn layered_layout(widths: &[f64], inputs: &[Vec<usize>]) -> LayeredLayout {
    let layer = layers_of(inputs);
    let mut items: Vec<Item> = Vec::new();
    for (node, &width) in widths.iter().enumerate() {
        items.push(Item {
            node: Some(node),
            layer: layer[node],
            x: 0.0,
            width,
        });
    }
    let mut edges = Vec::new();
    for (to, from) in inputs.iter().enumerate() {
        for &from in from {
            let mut passed = vec![from];
            for between in layer[from] + 1..layer[to] {
                items.push(Item {
                    node: None,
                    layer: between,
                    x: 0.0,
                    width: BEND,
                });
                passed.push(items.len() - 1);
            }
            passed.push(to);
            edges.push(passed);
        }
    }
    let count = layer.iter().max().map_or(0, |last| last + 1);
    let mut rows: Vec<Vec<usize>> = vec![Vec::new(); count];
    let mut near: Vec<Vec<usize>> = vec![Vec::new(); items.len()];
    for (i, item) in items.iter().enumerate() {
        rows[item.layer].push(i);
    }
    for pair in edges.iter().flat_map(|edge| edge.windows(2)) {
        near[pair[0]].push(pair[1]);
        near[pair[1]].push(pair[0]);
    }
    let spine = spine(inputs, &layer);
    for (row, fixed) in rows.iter().zip(&spine) {
        let start: Vec<(f64, usize)> = row.iter().map(|&i| (0.0, i)).collect();
        spread(&mut items, &start, *fixed);
    }
    for sweep in 0..16 {
        let down = sweep % 2 == 0;
        for n in 0..count {
            let row = if down { n } else { count - 1 - n };
            // At first each layer follows the one before it, in the end both sides count.
            let wanted = |i: usize| {
                let counts = |&&j: &&usize| sweep >= 8 || (items[j].layer < items[i].layer) == down;
                let xs: Vec<f64> = near[i].iter().filter(counts).map(|&j| items[j].x).collect();
                match xs.len() {
                    _ if i == spine[row] => 0.0,
                    0 => items[i].x,
                    n => xs.iter().sum::<f64>() / n as f64,
                }
            };
            let mut order: Vec<(f64, usize)> = rows[row].iter().map(|&i| (wanted(i), i)).collect();
            if sweep < 8 {
                order.sort_by(|a, b| a.0.total_cmp(&b.0));
                rows[row] = order.iter().map(|(_, i)| *i).collect();
            }
            spread(&mut items, &order, spine[row]);
        }
    }
    let left = items
        .iter()
        .map(|i| i.x - i.width / 2.0)
        .fold(f64::MAX, f64::min);
    for item in &mut items {
        item.x -= left;
    }
    let width = items
        .iter()
        .map(|i| i.x + i.width / 2.0)
        .fold(0.0, f64::max);
    LayeredLayout {
        items,
        edges,
        count,
        width,
    }
}

/// Below all inputs; what has none stands right above the first that needs it.
fn layers_of(inputs: &[Vec<usize>]) -> Vec<usize> {
    let mut layer = vec![1; inputs.len()];
    for (node, from) in inputs.iter().enumerate() {
        layer[node] = from.iter().map(|&f| layer[f] + 1).max().unwrap_or(1);
    }
    for node in 0..inputs.len() {
        if inputs[node].is_empty() {
            let users = (0..inputs.len()).filter(|&user| inputs[user].contains(&node));
            layer[node] = users.map(|user| layer[user] - 1).min().unwrap_or(1);
        }
    }
    let first = layer.iter().min().copied().unwrap_or(0);
    layer.iter().map(|l| l - first).collect()
}

/// The longest way to the last node, one node in each layer: it is drawn straight.
fn spine(inputs: &[Vec<usize>], layer: &[usize]) -> Vec<usize> {
    let mut spine = vec![inputs.len() - 1];
    while let Some(&last) = spine.last() {
        let before = inputs[last]
            .iter()
            .filter(|&&input| layer[input] + 1 == layer[last]);
        // Of two ways as long, the one with something before it.
        match before.max_by_key(|&&input| (!inputs[input].is_empty(), std::cmp::Reverse(input))) {
            Some(&before) => spine.push(before),
            None => break,
        }
    }
    spine.reverse();
    spine
}

/// As near to where they want to be as their widths and order let them; `fixed` is where it wants.
fn spread(items: &mut [Item], row: &[(f64, usize)], fixed: usize) {
    let anchor = row.iter().position(|(_, i)| *i == fixed).unwrap_or(0);
    let apart =
        |items: &[Item], a: usize, b: usize| (items[a].width + items[b].width) / 2.0 + APART;
    items[row[anchor].1].x = row[anchor].0;
    for pair in row[anchor..].windows(2) {
        let [(_, before), (wanted, i)] = [pair[0], pair[1]];
        items[i].x = wanted.max(items[before].x + apart(items, before, i));
    }
    for pair in row[..=anchor].windows(2).rev() {
        let [(wanted, i), (_, after)] = [pair[0], pair[1]];
        items[i].x = wanted.min(items[after].x - apart(items, i, after));
    }
}
