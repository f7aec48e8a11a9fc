//! A model as a table: its layers, what they give, what they cost.

use std::collections::HashSet;

use candle_core::{Result, Shape};

use super::computation_graph::{self, ComputationGraph, NodeKind};
use super::receptive_field::{Field, fields};
use candle_functional::trace::{Operation, Step, Trained};
use networks::nn::Model;

/// One line of a [`Summary`]: a layer or function that ran, or the name that several share.
#[derive(Clone, Debug)]
pub struct Row {
    /// Its name, `features.0`; empty for a function.
    pub name: String,
    /// What it is, `Conv2d 5 × 5`; empty for a name that several layers share.
    pub what: String,
    /// How far it is indented.
    pub level: usize,
    /// The shape of its output; empty for a shared name.
    pub output: Vec<usize>,
    /// Its parameters; 0 where an earlier line counts them.
    pub parameters: usize,
    /// Products of two numbers, each followed by a sum, in convolutions and matrix products.
    pub multiply_adds: usize,
    /// The side of the part of the input that one number of the output depends on; `None` where
    /// that is all of it. It may be larger than the input.
    pub receptive_field: Option<usize>,
}

/// A model's layers in the order they ran, with totals; shown as a table. Made by [`summary`].
#[derive(Clone)]
pub struct Summary {
    /// The lines.
    pub rows: Vec<Row>,
    /// The input's shape.
    pub input: Vec<usize>,
    /// Parameters that were used, each counted once.
    pub parameters: usize,
    /// Those of them that are not frozen.
    pub trainable: usize,
    /// What the same store holds and this forward pass did not use; not counted above. The layers
    /// outside, if the model is a part of a larger one.
    pub unused: Vec<Trained>,
    /// Multiply-adds in all, for this input.
    pub multiply_adds: usize,
    /// Bytes of the parameters.
    pub parameter_bytes: usize,
    /// Bytes of all outputs together: what a forward pass keeps for the backward one.
    pub output_bytes: usize,
}

/// The layers of `model` for an input of this shape, batch included: output shapes, parameters,
/// multiply-adds, receptive fields, totals and memory, as torchinfo's `summary`.
///
/// All is read from one forward pass on zeros, outside training: what a model does is counted, not
/// what it says. Operations of candle's own have a line only where they take a parameter, and their
/// multiply-adds are not known.
///
/// ```
/// use helpers::prelude::*;
/// let params = Parameters::new(&Device::Cpu);
/// let model = models::cnn(&params)?;
/// let summary = inspect::summary(&model, (1, 1, 28, 28))?;
/// assert_eq!(summary.parameters, 27_830);
/// assert_eq!(summary.rows[0].output, [1, 10, 28, 28]);
/// println!("{summary}");
/// # Ok::<(), helpers::Error>(())
/// ```
///
/// # Errors
/// A shape without a batch, or what the model says of such an input.
pub fn summary(model: &impl Model, input_shape: impl Into<Shape>) -> Result<Summary> {
    let shape = input_shape.into();
    let graph = computation_graph::of_model(model, shape.clone())?;
    Ok(of_graph(&graph, shape.into_dims()))
}

/// The summary of a forward pass on an input of this shape.
pub(super) fn of_graph(graph: &ComputationGraph, input: Vec<usize>) -> Summary {
    let fields = fields(graph);
    let mut summary = Summary {
        rows: Vec::new(),
        input,
        parameters: 0,
        trainable: 0,
        unused: Vec::new(),
        multiply_adds: 0,
        parameter_bytes: 0,
        output_bytes: 0,
    };
    let mut seen = HashSet::new();
    let mut last = String::new();
    for (i, node) in graph.nodes.iter().enumerate() {
        let taken: Vec<&Trained> = graph.parameters_of(i).collect();
        let (name, what, steps) = match node.kind {
            NodeKind::Step(place) => {
                let step = &graph.steps[place];
                (step.name.as_str(), describe(step), graph.inner(place))
            }
            NodeKind::TensorOperation(name) if !taken.is_empty() => {
                let names: Vec<&str> = taken.iter().map(|p| p.name.as_str()).collect();
                let what = format!("{name} on {}", names.join(", "));
                ("", what, &[][..])
            }
            _ => continue,
        };
        let mut parameters = 0;
        for parameter in taken {
            let var = &parameter.var;
            if !seen.insert(var.id()) {
                continue;
            }
            parameters += var.elem_count();
            summary.parameter_bytes += var.elem_count() * var.dtype().size_in_bytes();
            if !parameter.frozen {
                summary.trainable += var.elem_count();
            }
        }
        let multiply_adds = steps.iter().map(multiply_adds).sum();
        summary.parameters += parameters;
        summary.multiply_adds += multiply_adds;
        summary.output_bytes += node.dims.iter().product::<usize>() * node.dtype.size_in_bytes();
        let level = summary.headings(name, &last);
        if !name.is_empty() {
            last = name.to_string();
        }
        summary.rows.push(Row {
            name: name.to_string(),
            what,
            level,
            output: node.dims.clone(),
            parameters,
            multiply_adds,
            receptive_field: fields[i].as_ref().map(|Field { side, .. }| *side as usize),
        });
    }
    let used = graph.nodes.iter().filter_map(|node| match &node.kind {
        NodeKind::Parameter(parameter) => parameter.store.upgrade(),
        _ => None,
    });
    let all = used.flat_map(|store| store.trained());
    let unused = all.filter(|p| seen.insert(p.var.id()));
    summary.unused = unused.collect();
    summary
}

/// `Conv2d 5 × 5, stride 2, padding 2`.
fn describe(step: &Step) -> String {
    let mut text = step.what.to_string();
    let Some(window) = step.operation.window() else {
        return text;
    };
    let flat = step.inputs.first().is_some_and(|x| x.rank() == 3);
    let sides = vec![window.kernel_size.to_string(); if flat { 1 } else { 2 }];
    text += &format!(" {}", sides.join(" × "));
    let (groups, usual_stride) = match step.operation {
        Operation::Conv { groups, .. } => (groups, 1),
        Operation::MaxPool(_) | Operation::AvgPool(_) => (1, window.kernel_size),
        _ => (1, 1),
    };
    for (name, value, usual) in [
        ("stride", window.stride, usual_stride),
        ("padding", window.padding, 0),
        ("dilation", window.dilation, 1),
        ("groups", groups, 1),
    ] {
        if value != usual {
            text += &format!(", {name} {value}");
        }
    }
    text
}

/// The products in a function of the trace; a layer has none beside those of its functions.
fn multiply_adds(step: &Step) -> usize {
    let [x, weight, ..] = step.inputs.as_slice() else {
        return 0;
    };
    let per_number = || weight.elem_count() / weight.dims()[0].max(1);
    match step.operation {
        Operation::Conv { .. } | Operation::Linear => step.output.elem_count() * per_number(),
        Operation::ConvTranspose { .. } => x.elem_count() * per_number(),
        _ => 0,
    }
}

impl Summary {
    /// Adds the names that `name` shares with layers to come, and returns its level.
    fn headings(&mut self, name: &str, last: &str) -> usize {
        let parts: Vec<&str> = name.split('.').collect();
        let before: Vec<&str> = last.split('.').collect();
        let same = parts
            .iter()
            .zip(&before)
            .take_while(|(a, b)| a == b)
            .count();
        if name.is_empty() {
            return before.len() - 1; // a function: beside the layer before it
        }
        for level in same.min(parts.len() - 1)..parts.len() - 1 {
            self.rows.push(Row {
                name: parts[..=level].join("."),
                what: String::new(),
                level,
                output: Vec::new(),
                parameters: 0,
                multiply_adds: 0,
                receptive_field: None,
            });
        }
        parts.len() - 1
    }
}
