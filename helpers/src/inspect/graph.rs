//! The computation graph: what ran to give a loss, and where its gradient flows back.

use candle_core::{Result, Tensor, bail};

use super::flow::{Flow, Kind};
use super::layers;
use crate::functional::words;
use crate::plot::Figure;
use crate::plot::drawing::{AXIS, Drawing, INK, SMALL, SOFT_INK, colour, dark, pale, text_width};
use crate::trace;

const HIGH: f64 = 38.0;
/// From one layer to the next; less where there are many.
const LAYER: f64 = 72.0;
const HIGHEST: f64 = 3900.0;
/// More cannot be read on a page.
const MOST: usize = 150;
/// From here on parameters are named in the boxes of their layers.
const MANY: usize = 45;

/// The graph of a computation that runs now, as torchviz's `make_dot`: operations with the shapes
/// they gave, parameters by name, and thick lines where the gradient of the result flows back.
///
/// Layers and functions of this crate are named. Operations that candle offers itself (`+`,
/// `matmul`) keep no record that can be read: they are drawn as unnamed, between what they were
/// made from and what they gave. (A tensor that an unnamed operation takes both directly and by way
/// of other unnamed ones is joined with those only.) Large graphs name parameters in their layers.
///
/// ```
/// use helpers::prelude::*;
/// let params = Parameters::new(&Device::Cpu);
/// let model = models::perceptron(2, &params)?;
/// let x = Tensor::zeros((4, 2), DType::F32, &Device::Cpu)?;
/// let targets = Tensor::zeros(4, DType::U32, &Device::Cpu)?;
/// let graph = inspect::graph(|| loss::nll(&model.forward(&x, true)?.log()?, &targets))?;
/// # assert!(graph.svg()?.contains("fc.weight"));
/// # Ok::<(), helpers::Error>(())
/// ```
///
/// # Errors
/// Those of the computation, a graph of more than 150 boxes.
pub fn graph(compute: impl FnOnce() -> Result<Tensor>) -> Result<Figure> {
    let (answer, steps, used) = trace::record_cut(compute)?;
    draw(&Flow::new(None, &answer, steps, used)?)
}

fn draw(flow: &Flow) -> Result<Figure> {
    let fold = flow.nodes.len() > MANY;
    let hidden = |node: usize| fold && matches!(flow.nodes[node].kind, Kind::Parameter(_));
    let shown = reaching(flow).into_iter().filter(|&node| !hidden(node));
    let shown: Vec<usize> = shown.collect();
    if shown.len() > MOST {
        bail!(
            "graph: {} boxes are too many to be read, at most {MOST}; draw the loss of a smaller part",
            shown.len()
        );
    }
    let lines: Vec<[String; 2]> = shown.iter().map(|&node| label(flow, node, fold)).collect();
    let wide = |[a, b]: &[String; 2]| text_width(a, SMALL).max(text_width(b, SMALL)) + 20.0;
    let widths: Vec<f64> = lines.iter().map(wide).collect();
    let place = |node: &usize| shown.iter().position(|s| s == node);
    let inputs = |&node: &usize| flow.nodes[node].inputs.iter().filter_map(place).collect();
    let inputs: Vec<Vec<usize>> = shown.iter().map(inputs).collect();
    let layers = layers::place(&widths, &inputs);

    let step = (HIGHEST / layers.count as f64).min(LAYER);
    if step < HIGH + 14.0 {
        bail!(
            "graph: {} operations in a row are too many to be read; draw the loss of a smaller part",
            layers.count
        );
    }
    let (left, height) = (24.0, layers.count as f64 * step + 34.0);
    let width = layers.width.max(legend_width()) + 2.0 * left;
    let shift = (width - layers.width) / 2.0;
    let mut drawing = Drawing::new(width, height);
    let y = |layer: usize| 12.0 + layer as f64 * step;
    // Nodes stand first among the items, in order. The thick lines are drawn last.
    let grad = |edge: &Vec<usize>| flow.nodes[shown[edge[0]]].grad;
    let mut edges: Vec<&Vec<usize>> = layers.edges.iter().collect();
    edges.sort_by_key(|edge| grad(edge));
    for edge in edges {
        let (weight, ink) = flowing(grad(edge));
        for (n, pair) in edge.windows(2).enumerate() {
            let (a, b) = (&layers.items[pair[0]], &layers.items[pair[1]]);
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
    for (item, lines) in layers.items.iter().zip(&lines) {
        let Some(node) = item.node.map(|i| &flow.nodes[shown[i]]) else {
            continue;
        };
        let (x, top) = (item.x + shift, y(item.layer));
        let round = if matches!(node.kind, Kind::Step(_) | Kind::Unnamed) {
            4.0
        } else {
            HIGH / 2.0
        };
        let at = (x - item.width / 2.0, top);
        drawing.rectangle(at, (item.width, HIGH), round, fill(&node.kind, node.grad));
        drawing.text(&lines[0], SMALL, INK, (x, top + 16.0));
        drawing.text(&lines[1], SMALL - 1.0, SOFT_INK, (x, top + 30.0));
    }
    legend(&mut drawing, (left, height - 10.0));
    Ok(drawing.figure())
}

/// The nodes that the answer was made from, and itself.
fn reaching(flow: &Flow) -> Vec<usize> {
    let mut needed = vec![false; flow.nodes.len()];
    needed[flow.answer] = true;
    for node in (0..=flow.answer).rev() {
        if needed[node] {
            flow.nodes[node]
                .inputs
                .iter()
                .for_each(|&input| needed[input] = true);
        }
    }
    (0..needed.len()).filter(|&node| needed[node]).collect()
}

fn label(flow: &Flow, node: usize, fold: bool) -> [String; 2] {
    let dims = &flow.nodes[node].dims;
    let shape = if dims.is_empty() {
        "one number".to_string()
    } else {
        words(dims).to_string()
    };
    match &flow.nodes[node].kind {
        Kind::Data => ["data".to_string(), shape],
        Kind::Unnamed => ["unnamed operation".to_string(), shape],
        Kind::Parameter(p) if p.is_frozen() => [format!("{}, frozen", p.name()), shape],
        Kind::Parameter(p) => [p.name().to_string(), shape],
        Kind::Step(i) => {
            let step = &flow.steps[*i];
            let last = step.name.rsplit('.').next().unwrap_or_default();
            let kind = last.trim_end_matches(|c: char| c.is_ascii_digit());
            // `relu1` says all that `Relu relu1` does.
            let mut what = match kind.eq_ignore_ascii_case(step.what) {
                true => step.name.clone(),
                false => format!("{} {}", step.what, step.name),
            };
            if fold && !step.parameters.is_empty() {
                let names = step.parameters.iter().map(|p| p.name().rsplit('.').next());
                let names: Vec<&str> = names.flatten().collect();
                what.push_str(&format!(": {}", names.join(", ")));
            }
            [what.trim_end().to_string(), shape]
        }
    }
}

fn fill(kind: &Kind, grad: bool) -> [u8; 3] {
    match kind {
        Kind::Parameter(_) if grad => pale(colour(5), 0.55),
        Kind::Step(_) if grad => pale(colour(0), 0.75),
        Kind::Unnamed if grad => pale(colour(0), 0.92),
        _ => [236, 238, 241],
    }
}

/// Width and colour of a line.
fn flowing(grad: bool) -> (f64, [u8; 3]) {
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
