//! A model as a table: its layers, what they give, what they cost.

use std::fmt;
use std::io::Write;

use candle_core::{Result, Shape};

use super::flow::{self, Flow};
use super::receptive::{Field, fields, kernel_size, setting};
use crate::functional::words;
use crate::nn::Model;
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
#[derive(Clone, Debug)]
pub struct Summary {
    /// The lines.
    pub rows: Vec<Row>,
    /// The input's shape.
    pub input: Vec<usize>,
    /// Parameters in all, each counted once.
    pub parameters: usize,
    /// Those of them that are not frozen.
    pub trainable: usize,
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
/// what it says.
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
        multiply_adds: 0,
        parameter_bytes: 0,
        output_bytes: 0,
    };
    let mut seen = Vec::new();
    let mut last = String::new();
    for (i, node) in flow.nodes.iter().enumerate() {
        let flow::Kind::Step(place) = node.kind else {
            continue;
        };
        let step = &flow.steps[place];
        let mut parameters = 0;
        for parameter in parameters_of(&flow, i) {
            let var = parameter.var();
            if seen.contains(&var.id()) {
                continue;
            }
            seen.push(var.id());
            parameters += var.elem_count();
            summary.parameter_bytes += var.elem_count() * var.dtype().size_in_bytes();
            if !parameter.is_frozen() {
                summary.trainable += var.elem_count();
            }
        }
        let multiply_adds = flow.inner(place).iter().map(multiply_adds).sum();
        summary.parameters += parameters;
        summary.multiply_adds += multiply_adds;
        summary.output_bytes += step.output.elem_count() * step.output.dtype().size_in_bytes();
        let level = summary.headings(&step.name, &last);
        if !step.name.is_empty() {
            last.clone_from(&step.name);
        }
        summary.rows.push(Row {
            name: step.name.clone(),
            what: describe(step),
            level,
            output: node.dims.clone(),
            parameters,
            multiply_adds,
            receptive_field: fields[i].as_ref().map(|Field { side, .. }| *side as usize),
        });
    }
    Ok(summary)
}

/// The parameters that a node was made from.
pub(super) fn parameters_of(
    flow: &Flow,
    node: usize,
) -> impl Iterator<Item = &crate::nn::Parameter> {
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

    /// The table's lines: name, kind, shape, parameters, multiply-adds, receptive field.
    fn cells(&self) -> Vec<[String; 6]> {
        let count = |n: usize| if n == 0 { String::new() } else { thousands(n) };
        let line = |row: &Row| {
            if row.what.is_empty() {
                let name = row.name.rsplit('.').next().unwrap_or_default();
                return [name, "", "", "", "", ""].map(String::from);
            }
            [
                row.name.rsplit('.').next().unwrap_or_default().to_string(),
                row.what.clone(),
                words(&row.output).to_string(),
                count(row.parameters),
                count(row.multiply_adds),
                match row.receptive_field {
                    Some(side) if row.output.len() == 3 => side.to_string(),
                    Some(side) => format!("{side} × {side}"),
                    None => "all".to_string(),
                },
            ]
        };
        self.rows.iter().map(line).collect()
    }

    fn totals(&self) -> [String; 3] {
        let frozen = self.parameters - self.trainable;
        let bytes = self.parameter_bytes + self.output_bytes;
        [
            format!(
                "{} parameters: {} trainable, {} frozen",
                thousands(self.parameters),
                thousands(self.trainable),
                thousands(frozen)
            ),
            format!(
                "{} multiply-adds for an input of {}",
                thousands(self.multiply_adds),
                words(&self.input)
            ),
            format!(
                "memory: {} parameters + {} outputs = {}",
                megabytes(self.parameter_bytes),
                megabytes(self.output_bytes),
                megabytes(bytes)
            ),
        ]
    }

    /// Shows the table in a notebook, as HTML and as text.
    pub fn evcxr_display(&self) {
        let block = |mime: &str, content: &str| {
            format!("EVCXR_BEGIN_CONTENT {mime}\n{content}\nEVCXR_END_CONTENT\n")
        };
        let both = block("text/html", &self.to_html()) + &block("text/plain", &self.to_string());
        // One write, so that no other thread's line falls inside. Without a reader nobody looks.
        let mut out = std::io::stdout().lock();
        let _ = out.write_all(both.as_bytes()).and_then(|()| out.flush());
    }

    /// The table as HTML, in the colours of the notebook's theme.
    pub fn to_html(&self) -> String {
        let mut html =
            String::from("<table style=\"font-variant-numeric:tabular-nums\"><thead><tr>");
        for (i, title) in TITLES.iter().enumerate() {
            html.push_str(&format!(
                "<th style=\"text-align:{}\">{title}</th>",
                side(i)
            ));
        }
        html.push_str("</tr></thead><tbody>");
        for (row, cells) in self.rows.iter().zip(self.cells()) {
            html.push_str("<tr>");
            for (i, cell) in cells.iter().enumerate() {
                let cell = cell.replace('&', "&amp;").replace('<', "&lt;");
                let indent = if i == 0 {
                    1.4 * row.level as f64 + 0.5
                } else {
                    0.5
                };
                html.push_str(&format!(
                    "<td style=\"text-align:{};padding-left:{indent}em\">{cell}</td>",
                    side(i)
                ));
            }
            html.push_str("</tr>");
        }
        html.push_str(&format!(
            "</tbody></table><p>{}</p>",
            self.totals().join("<br>")
        ));
        html
    }
}

const TITLES: [&str; 6] = [
    "layer",
    "kind",
    "output shape",
    "parameters",
    "multiply-adds",
    "receptive field",
];

/// Words to the left, numbers to the right.
fn side(column: usize) -> &'static str {
    if column < 3 { "left" } else { "right" }
}

impl fmt::Display for Summary {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut lines = vec![TITLES.map(String::from)];
        for (row, mut cells) in self.rows.iter().zip(self.cells()) {
            cells[0].insert_str(0, &"  ".repeat(row.level));
            lines.push(cells);
        }
        let width = |i: usize| {
            lines
                .iter()
                .map(|l| l[i].chars().count())
                .max()
                .unwrap_or(0)
        };
        let widths: [usize; 6] = std::array::from_fn(width);
        let rule = "─".repeat(widths.iter().sum::<usize>() + 2 * 5);
        for (n, line) in lines.iter().enumerate() {
            let aligned = line.iter().enumerate().map(|(i, cell)| match side(i) {
                "left" => format!("{cell:<w$}", w = widths[i]),
                _ => format!("{cell:>w$}", w = widths[i]),
            });
            writeln!(f, "{}", aligned.collect::<Vec<_>>().join("  ").trim_end())?;
            if n == 0 {
                writeln!(f, "{rule}")?;
            }
        }
        write!(f, "{rule}\n{}", self.totals().join("\n"))
    }
}

/// `61,706`.
pub(super) fn thousands(n: usize) -> String {
    let digits = n.to_string();
    let groups: Vec<&str> = digits
        .as_bytes()
        .rchunks(3)
        .rev()
        .filter_map(|group| std::str::from_utf8(group).ok())
        .collect();
    groups.join(",")
}

fn megabytes(bytes: usize) -> String {
    format!("{:.2} MB", bytes as f64 / 1e6)
}
