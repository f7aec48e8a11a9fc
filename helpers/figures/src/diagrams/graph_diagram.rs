//! The diagram of a computation graph.

use candle_core::{Result, bail};

use super::layered_layout::layered_layout;
use crate::Figure;
use crate::drawing::{AXIS, Drawing, INK, SMALL, SOFT_INK, colour, dark, pale, text_width};
use crate::theme::Rgb;

/// A tensor in a graph, with the operation that gave it.
#[derive(Clone, Debug, PartialEq)]
pub struct GraphNode {
    /// Where the tensor comes from.
    pub kind: GraphNodeKind,
    /// What stands in the box: `Conv2d conv1`.
    pub label: String,
    /// What stands below it: the tensor's shape.
    pub shape: String,
    /// Whether a gradient flows back through it.
    pub grad: bool,
    /// The places of the nodes it was made from, which stand before it.
    pub inputs: Vec<usize>,
}

/// Where a tensor in a graph comes from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum GraphNodeKind {
    /// From outside: an input, targets.
    Data,
    /// A parameter.
    Parameter,
    /// A layer, or a function of its own.
    Layer,
    /// An operation that tensors offer themselves.
    TensorOperation,
}

const HIGH: f64 = 38.0;
/// From one layer to the next; less where there are many.
const LAYER: f64 = 72.0;
const HIGHEST: f64 = 3900.0;
/// More cannot be read on a page.
const MOST: usize = 150;

/// Nodes, all of which lead to the last: operations as boxes, parameters and data as round ones, and
/// thick lines where a gradient flows back.
///
/// # Errors
/// No node, more than 150 of them, too many in a row.
pub fn graph_diagram(nodes: &[GraphNode]) -> Result<Figure> {
    if nodes.is_empty() {
        bail!("graph: there is nothing to draw");
    }
    if nodes.len() > MOST {
        bail!(
            "graph: {} boxes are too many to be read, at most {MOST}; draw the loss of a smaller part",
            nodes.len()
        );
    }
    let width = |text: &str| text_width(text, SMALL);
    let wide = |node: &GraphNode| width(&node.label).max(width(&node.shape)) + 20.0;
    let widths: Vec<f64> = nodes.iter().map(wide).collect();
    let inputs: Vec<Vec<usize>> = nodes.iter().map(|node| node.inputs.clone()).collect();
    let layout = layered_layout(&widths, &inputs);

    let step = (HIGHEST / layout.count as f64).min(LAYER);
    if step < HIGH + 14.0 {
        bail!(
            "graph: {} operations in a row are too many to be read; draw the loss of a smaller part",
            layout.count
        );
    }
    let (left, height) = (24.0, layout.count as f64 * step + 34.0);
    let width = layout.width.max(legend_width()) + 2.0 * left;
    let shift = (width - layout.width) / 2.0;
    let mut drawing = Drawing::new(width, height);
    let y = |layer: usize| 12.0 + layer as f64 * step;
    // Nodes stand first among the items, in order. The thick lines are drawn last.
    let grad = |edge: &Vec<usize>| nodes[edge[0]].grad;
    let mut edges: Vec<&Vec<usize>> = layout.edges.iter().collect();
    edges.sort_by_key(|edge| grad(edge));
    for edge in edges {
        let (weight, ink) = flowing(grad(edge));
        for (n, pair) in edge.windows(2).enumerate() {
            let (a, b) = (&layout.items[pair[0]], &layout.items[pair[1]]);
            let from = (a.x + shift, y(a.layer) + HIGH);
            let to = (b.x + shift, y(b.layer));
            if n > 0 {
                let top = (from.0, from.1 - HIGH);
                drawing.line(&[top, from], weight, ink);
            }
            let half = (to.1 - from.1) / 2.0;
            let bend = [from, (from.0, from.1 + half), (to.0, to.1 - half), to];
            match b.node {
                Some(_) => drawing.arrow(bend, weight, ink),
                None => drawing.curve(bend, weight, ink),
            }
        }
    }
    for item in &layout.items {
        let Some(node) = item.node.map(|i| &nodes[i]) else {
            continue;
        };
        let (x, top) = (item.x + shift, y(item.layer));
        let round = match node.kind {
            GraphNodeKind::Data | GraphNodeKind::Parameter => HIGH / 2.0,
            GraphNodeKind::Layer | GraphNodeKind::TensorOperation => 4.0,
        };
        let at = (x - item.width / 2.0, top);
        drawing.rectangle(at, (item.width, HIGH), round, fill(node));
        drawing.text(&node.label, SMALL, INK, (x, top + 16.0));
        drawing.text(&node.shape, SMALL - 1.0, SOFT_INK, (x, top + 30.0));
    }
    legend(&mut drawing, (left, height - 10.0));
    Ok(drawing.figure())
}

fn fill(node: &GraphNode) -> Rgb {
    match node.kind {
        GraphNodeKind::Parameter if node.grad => pale(colour(5), 0.55),
        GraphNodeKind::Layer if node.grad => pale(colour(0), 0.75),
        GraphNodeKind::TensorOperation if node.grad => pale(colour(0), 0.92),
        _ => [236, 238, 241],
    }
}

/// Width and colour of a line.
fn flowing(grad: bool) -> (f64, Rgb) {
    if grad {
        (1.7, dark(colour(1), 0.1))
    } else {
        (0.9, AXIS)
    }
}

const LINES: [(bool, &str); 2] = [(true, "a gradient flows back"), (false, "no gradient")];
const ROUND: &str = "round: parameters and data";

fn legend(drawing: &mut Drawing, (mut x, y): (f64, f64)) {
    for (grad, text) in LINES {
        let (weight, ink) = flowing(grad);
        drawing.line(&[(x, y - 4.0), (x + 20.0, y - 4.0)], weight, ink);
        drawing.text_from(text, SMALL, SOFT_INK, (x + 26.0, y));
        x += 44.0 + text_width(text, SMALL);
    }
    drawing.text_from(ROUND, SMALL, SOFT_INK, (x, y));
}

fn legend_width() -> f64 {
    let lines = LINES.iter().map(|(_, text)| 44.0 + text_width(text, SMALL));
    lines.sum::<f64>() + text_width(ROUND, SMALL)
}
