//! The receptive field: how much of the image one unit sees.

use super::computation_graph::{ComputationGraph, NodeKind};
use candle_functional::trace::{Operation, Step};

/// What a unit sees along each spatial axis, in elements of the network's input.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Field {
    /// The side of the window.
    pub side: f64,
    /// How far the windows of neighbours are apart.
    pub jump: f64,
}

/// The field at every node; `None` where a unit sees everything, or nothing of the input.
pub(super) fn fields(graph: &ComputationGraph) -> Vec<Option<Field>> {
    let mut fields: Vec<Option<Field>> = Vec::new();
    for (i, node) in graph.nodes.iter().enumerate() {
        let before: Vec<&Field> = node
            .inputs
            .iter()
            .filter_map(|&n| fields[n].as_ref())
            .collect();
        let widest = before.iter().max_by(|a, b| a.side.total_cmp(&b.side));
        let field = match (&node.kind, widest) {
            (NodeKind::Data, _) if i == 0 && node.dims.len() > 2 => Some(Field {
                side: 1.0,
                jump: 1.0,
            }),
            (NodeKind::TensorOperation(_), Some(field)) if node.dims.len() > 2 => {
                Some((*field).clone())
            }
            (NodeKind::Step(_), Some(field)) => graph.step(i).and_then(|step| after(field, step)),
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
    let from = *step.inputs.first()?.dims().last()?;
    let ratio = from as f64 / to as f64;
    Some(match (step.operation, step.operation.window()) {
        // Each output lies under so many of the kernels that the inputs spread.
        (Operation::ConvTranspose { .. }, Some(window)) => {
            let stride = window.stride as f64;
            let kernels = (window.kernel_size as f64 / stride).ceil();
            Field {
                side: side + (kernels - 1.0) * jump,
                jump: jump / stride,
            }
        }
        (_, Some(window)) => Field {
            side: side + ((window.kernel_size - 1) * window.dilation) as f64 * jump,
            jump: jump * window.stride as f64,
        },
        (Operation::AdaptiveAvgPool { .. }, _) => Field {
            side: side + (ratio.ceil() - 1.0) * jump,
            jump: jump * ratio,
        },
        (Operation::UpsampleBilinear { .. }, _) => Field {
            side: side + jump,
            jump: jump * ratio,
        },
        (Operation::UpsampleNearest { .. }, _) => Field {
            side,
            jump: jump * ratio,
        },
        _ => field.clone(),
    })
}
