//! The receptive field: how much of the image one unit sees.

use super::flow::{Flow, Kind};
use crate::trace::Step;

/// What a unit sees along each spatial axis, in elements of the network's input.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Field {
    /// The side of the window.
    pub side: f64,
    /// How far the windows of neighbours are apart.
    pub jump: f64,
}

/// The field at every node; `None` where a unit sees everything, or nothing of the input.
pub(super) fn fields(flow: &Flow) -> Vec<Option<Field>> {
    let mut fields: Vec<Option<Field>> = Vec::new();
    for (i, node) in flow.nodes.iter().enumerate() {
        let before: Vec<&Field> = node
            .inputs
            .iter()
            .filter_map(|&n| fields[n].as_ref())
            .collect();
        let widest = before.iter().max_by(|a, b| a.side.total_cmp(&b.side));
        let field = match (&node.kind, widest) {
            (Kind::Data, _) if i == 0 && node.dims.len() > 2 => Some(Field {
                side: 1.0,
                jump: 1.0,
            }),
            (Kind::Unnamed, Some(field)) if node.dims.len() > 2 => Some((*field).clone()),
            (Kind::Step(_), Some(field)) => flow.step(i).and_then(|step| after(field, step)),
            _ => None,
        };
        fields.push(field);
    }
    fields
}

fn after(field: &Field, step: &Step) -> Option<Field> {
    let Field { side, jump } = *field;
    let [_, _, .., to] = *step.output.dims() else {
        return None; // flattened, or fully connected: all of it
    };
    let number = |key| setting(step, key).unwrap_or(1) as f64;
    let stride = number("stride");
    let from = *step.inputs.first()?.dims().last()?;
    let ratio = from as f64 / to as f64;
    let kernel = kernel_size(step).map(|k| k as f64);
    Some(match (step.what, kernel) {
        // Each output lies under so many of the kernels that the inputs spread.
        ("conv_transpose2d", Some(k)) => Field {
            side: side + ((k / stride).ceil() - 1.0) * jump,
            jump: jump / stride,
        },
        (_, Some(k)) => Field {
            side: side + (k - 1.0) * number("dilation") * jump,
            jump: jump * stride,
        },
        ("AdaptiveAvgPool2d" | "adaptive_avg_pool2d", None) => Field {
            side: side + (ratio.ceil() - 1.0) * jump,
            jump: jump * ratio,
        },
        ("upsample_bilinear2d", None) => Field {
            side: side + jump,
            jump: jump * ratio,
        },
        ("upsample_nearest2d", None) => Field {
            side,
            jump: jump * ratio,
        },
        _ => field.clone(),
    })
}

/// A setting that is a number.
pub(super) fn setting(step: &Step, key: &str) -> Option<usize> {
    let (_, value) = step.settings.iter().find(|(k, _)| *k == key)?;
    value.parse().ok()
}

/// The side of the window that moves over the input, for convolutions and pooling.
pub(super) fn kernel_size(step: &Step) -> Option<usize> {
    let weights = step.parameters.iter().map(|p| p.var().dims().to_vec());
    let weights = weights.chain(step.inputs.iter().skip(1).map(|t| t.dims().to_vec()));
    let convolution = setting(step, "stride").is_some();
    let of_weight = weights
        .filter(|dims| dims.len() > 2)
        .find_map(|dims| dims.last().copied());
    setting(step, "kernel_size").or(of_weight.filter(|_| convolution))
}
