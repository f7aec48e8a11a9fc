//! The computation graph: what ran to give a loss, and where its gradient flows back.

use candle_core::{Result, Tensor};

use super::computation_graph::{ComputationGraph, NodeKind};
use candle_functional::{display_shape, trace};
use figures::Figure;
use figures::diagrams::{GraphNode, GraphNodeKind, graph_diagram};

/// From this many nodes on parameters are named in the boxes of their layers.
const MANY: usize = 45;

/// The graph of a computation that runs now, as torchviz's `make_dot`: operations with the shapes
/// they gave, parameters by name, and thick lines where the gradient of the result flows back.
///
/// Layers and functions of this crate are named. Operations that candle offers itself (`matmul`)
/// keep no record that can be read: they are drawn as unnamed, between what they were made from and
/// what they gave. Only a sum of two layers' outputs, as in a residual block, is known by its
/// gradient. (A tensor that an unnamed operation takes both directly and by way of other unnamed
/// ones is joined with those only.) Large graphs name parameters in their layers.
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
    let (output, steps, used) = trace::record_cut(compute)?;
    let graph = ComputationGraph::new(None, &output, steps, used)?;
    let fold = graph.nodes.len() > MANY;
    let hidden = |node: usize| fold && matches!(graph.nodes[node].kind, NodeKind::Parameter(_));
    let shown = ancestors(&graph).into_iter().filter(|&node| !hidden(node));
    let shown: Vec<usize> = shown.collect();
    let describe = |&node: &usize| describe(&graph, node, fold, &shown);
    let nodes: Vec<GraphNode> = shown.iter().map(describe).collect();
    graph_diagram(&nodes)
}

/// The nodes that the output was made from, and itself.
fn ancestors(graph: &ComputationGraph) -> Vec<usize> {
    let mut needed = vec![false; graph.nodes.len()];
    needed[graph.output] = true;
    for node in (0..=graph.output).rev() {
        if needed[node] {
            let inputs = &graph.nodes[node].inputs;
            inputs.iter().for_each(|&input| needed[input] = true);
        }
    }
    (0..needed.len()).filter(|&node| needed[node]).collect()
}

/// A node as the diagram shows it, joined with those of its inputs that are shown.
fn describe(graph: &ComputationGraph, node: usize, fold: bool, shown: &[usize]) -> GraphNode {
    let node = &graph.nodes[node];
    let place = |input: &usize| shown.iter().position(|s| s == input);
    GraphNode {
        kind: match node.kind {
            NodeKind::Data => GraphNodeKind::Data,
            NodeKind::Parameter(_) => GraphNodeKind::Parameter,
            NodeKind::Step(_) => GraphNodeKind::Layer,
            NodeKind::TensorOperation(_) => GraphNodeKind::TensorOperation,
        },
        label: label(graph, &node.kind, fold),
        shape: match node.dims.is_empty() {
            true => "one number".to_string(),
            false => display_shape(&node.dims).to_string(),
        },
        grad: node.grad,
        inputs: node.inputs.iter().filter_map(place).collect(),
    }
}

fn label(graph: &ComputationGraph, kind: &NodeKind, fold: bool) -> String {
    match kind {
        NodeKind::Data => "data".to_string(),
        NodeKind::TensorOperation(name) => name.to_string(),
        NodeKind::Parameter(p) if p.frozen => format!("{}, frozen", p.name),
        NodeKind::Parameter(p) => p.name.clone(),
        NodeKind::Step(i) => {
            let step = &graph.steps[*i];
            let last = step.name.rsplit('.').next().unwrap_or_default();
            let kind = last.trim_end_matches(|c: char| c.is_ascii_digit());
            // `relu1` says all that `Relu relu1` does.
            let mut what = match kind.eq_ignore_ascii_case(step.what) {
                true => step.name.clone(),
                false => format!("{} {}", step.what, step.name),
            };
            if fold && !step.parameters.is_empty() {
                let names = step.parameters.iter().map(|p| p.name.rsplit('.').next());
                let names: Vec<&str> = names.flatten().collect();
                what.push_str(&format!(": {}", names.join(", ")));
            }
            what.trim_end().to_string()
        }
    }
}
