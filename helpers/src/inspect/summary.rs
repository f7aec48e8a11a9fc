//! A model as a table: its layers, what they give, what they cost.

use std::collections::HashSet;

use candle_core::{Result, Shape};

use super::flow::{self, Flow};
use super::receptive::{Field, fields, kernel_size, setting};
use crate::nn::{Model, Parameter};
use crate::trace::Step;

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
    pub unused: Vec<Parameter>,
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
    let flow = flow::of_model(model, shape.clone())?;
    let fields = fields(&flow);
    let mut summary = Summary {
        rows: Vec::new(),
        input: shape.into_dims(),
        parameters: 0,
        trainable: 0,
        unused: Vec::new(),
        multiply_adds: 0,
        parameter_bytes: 0,
        output_bytes: 0,
    };
    let mut seen = HashSet::new();
    let mut last = String::new();
    for (i, node) in flow.nodes.iter().enumerate() {
        let taken: Vec<&Parameter> = parameters_of(&flow, i).collect();
        let (name, what, steps) = match node.kind {
            flow::Kind::Step(place) => {
                let step = &flow.steps[place];
                (step.name.as_str(), describe(step), flow.inner(place))
            }
            flow::Kind::Unnamed if !taken.is_empty() => {
                let names: Vec<&str> = taken.iter().map(|p| p.name()).collect();
                let what = format!("unnamed operation on {}", names.join(", "));
                ("", what, &[][..])
            }
            _ => continue,
        };
        let mut parameters = 0;
        for parameter in taken {
            let var = parameter.var();
            if !seen.insert(var.id()) {
                continue;
            }
            parameters += var.elem_count();
            summary.parameter_bytes += var.elem_count() * var.dtype().size_in_bytes();
            if !parameter.is_frozen() {
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
    let used = flow.nodes.iter().filter_map(|node| match &node.kind {
        flow::Kind::Parameter(parameter) => Some(parameter.siblings()),
        _ => None,
    });
    let unused = used.flatten().filter(|p| seen.insert(p.var().id()));
    summary.unused = unused.collect();
    Ok(summary)
}

/// The parameters that a node was made from.
pub(super) fn parameters_of(flow: &Flow, node: usize) -> impl Iterator<Item = &Parameter> {
    let inputs = flow.nodes[node].inputs.iter();
    inputs.filter_map(|&input| match &flow.nodes[input].kind {
        flow::Kind::Parameter(parameter) => Some(parameter),
        _ => None,
    })
}

/// `Conv2d 5 × 5, stride 2, padding 2`.
pub(super) fn describe(step: &Step) -> String {
    let mut text = step.what.to_string();
    if let Some(k) = kernel_size(step) {
        let times = if step.what.ends_with("1d") { 1 } else { 2 };
        text.push(' ');
        text.push_str(&vec![k.to_string(); times].join(" × "));
    }
    let pooling = step.what.to_lowercase().contains("pool");
    for (key, usual) in [
        ("stride", 1),
        ("padding", 0),
        ("dilation", 1),
        ("groups", 1),
    ] {
        let usual = if pooling && key == "stride" {
            kernel_size(step).unwrap_or(1)
        } else {
            usual
        };
        if let Some(value) = setting(step, key).filter(|&value| value != usual) {
            text.push_str(&format!(", {key} {value}"));
        }
    }
    text
}

/// The products in a function of the trace.
fn multiply_adds(step: &Step) -> usize {
    let [x, weight, ..] = step.inputs.as_slice() else {
        return 0;
    };
    let per_output = || weight.elem_count() / weight.dims()[0].max(1);
    match step.what {
        "conv1d" | "conv2d" | "conv3d" | "linear" => step.output.elem_count() * per_output(),
        "conv_transpose2d" => x.elem_count() * per_output(),
        _ => 0,
    }
}

impl Summary {
    /// Adds the names that `name` shares with layers to come, and answers with its level.
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
