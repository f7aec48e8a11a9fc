//! A step of a trace as a layer of a diagram.

use candle_core::Tensor;

use candle_functional::trace::{Operation, Step, Window};
use figures::diagrams::{Layer, LayerKind};

/// What a step is in a diagram; `None` for what belongs to the layer before it. `same_count` says
/// that it gives as many numbers as it takes.
pub(super) fn kind(step: Option<&Step>, same_count: bool) -> Option<LayerKind> {
    match step.map(|step| step.operation) {
        Some(
            Operation::ConvTranspose { .. }
            | Operation::UpsampleNearest { .. }
            | Operation::UpsampleBilinear { .. },
        ) => Some(LayerKind::Upsampling),
        Some(Operation::Conv { .. } | Operation::Unfold(_)) => Some(LayerKind::Convolution),
        Some(Operation::MaxPool(_) | Operation::AvgPool(_) | Operation::AdaptiveAvgPool { .. }) => {
            Some(LayerKind::Pooling)
        }
        Some(Operation::Linear) => Some(LayerKind::FullyConnected),
        _ if same_count => None,
        _ => Some(LayerKind::Other),
    }
}

/// The name of a step that is shown with the layer it follows.
pub(super) fn follower(step: &Step) -> Option<&'static str> {
    Some(match step.operation {
        Operation::Relu => "ReLU",
        Operation::Tanh => "tanh",
        Operation::Sigmoid => "sigmoid",
        Operation::Softmax { .. } => "softmax",
        Operation::LogSoftmax { .. } => "log softmax",
        Operation::BatchNorm { .. } => "batch norm",
        Operation::LayerNorm { .. } => "layer norm",
        Operation::Dropout { .. } => "dropout",
        _ => return None,
    })
}

/// A layer that gives a tensor of this shape.
pub(super) fn describe(kind: LayerKind, dims: &[usize], step: Option<&Step>) -> Layer {
    let channels = dims.get(1).copied().unwrap_or(1);
    let name = step.map_or("", |step| &step.name);
    let last = name.rsplit('.').next().unwrap_or_default();
    let mut layer = Layer::new(kind, last, channels, dims.get(2..).unwrap_or_default());
    if let Some(step) = step {
        let window = step.operation.window();
        layer.kernel = window.map(|window| window.kernel_size);
        layer.stride = window.map_or(1, |window| window.stride);
        layer.dilation = window.map_or(1, |window| window.dilation);
        (layer.description, layer.short) = words(step);
        if let Operation::Conv { groups, .. } = step.operation {
            layer.groups = groups;
        }
        if let Operation::Conv { .. } | Operation::Linear = step.operation {
            (layer.depth, layer.links) = connections(step);
        }
    }
    if kind == LayerKind::Other {
        layer.description = vec!["unnamed operation".to_string()];
    }
    layer
}

/// How many maps, or numbers, each kernel sees; and the connections of all numbers it gives to the
/// numbers they are computed from and to their biases.
fn connections(step: &Step) -> (usize, usize) {
    let own = step.parameters.iter().map(|p| p.var.as_tensor());
    let given = step.inputs.iter().skip(1);
    let tensors: Vec<&Tensor> = own.chain(given).collect();
    let Some((&[outputs, depth, ..], numbers)) =
        tensors.first().map(|w| (w.dims(), w.elem_count()))
    else {
        return (0, 0);
    };
    let units: usize = step.output.dims().iter().skip(1).product();
    let each = numbers / outputs.max(1) + usize::from(tensors.len() > 1);
    (depth, units * each)
}

/// A step in a few words, in lines, and in fewer.
fn words(step: &Step) -> (Vec<String>, String) {
    let flat = step.output.rank() == 3;
    let side = |window: Window| match flat {
        true => format!("{}", window.kernel_size),
        false => format!("{0}×{0}", window.kernel_size),
    };
    let over = |what: &str, window: Window| match flat {
        true => vec![format!("{what} over {}", side(window))],
        false => vec![format!("{} {what}", side(window))],
    };
    let slash = |window: Window| match window.stride {
        0..=1 => String::new(),
        stride => format!("/{stride}"),
    };
    let plain = |what: &str, short: String| (vec![what.to_string()], short);
    match step.operation {
        Operation::Conv { window, groups } => {
            let mut lines = over("convolution", window);
            let mut short = side(window) + &slash(window);
            if window.stride > 1 {
                lines.push(format!("stride {}", window.stride));
            }
            if window.dilation > 1 {
                lines.push(format!("dilation {}", window.dilation));
                short += &format!(" d{}", window.dilation);
            }
            if groups > 1 {
                lines.push(format!("{groups} groups"));
                short += &format!(", {groups} groups");
            }
            (lines, short)
        }
        Operation::MaxPool(w) => (over("max pooling", w), side(w) + &slash(w)),
        Operation::AvgPool(w) => (over("average pooling", w), side(w) + &slash(w)),
        Operation::AdaptiveAvgPool { .. } => plain("average pooling", "mean".to_string()),
        Operation::Linear => plain("fully connected", String::new()),
        Operation::ConvTranspose { window, .. } => {
            let what = format!("{} transposed convolution", side(window));
            plain(&what, scale(step))
        }
        Operation::UpsampleNearest { .. } => plain("nearest upsampling", scale(step)),
        Operation::UpsampleBilinear { .. } => plain("bilinear upsampling", scale(step)),
        _ => Default::default(),
    }
}

/// How many times wider the output of a step is than its input: `×2`.
fn scale(step: &Step) -> String {
    let side = |dims: &[usize]| dims.last().map_or(1.0, |&side| side as f64);
    let input = step.inputs.first().map_or(1.0, |x| side(x.dims()));
    let times = side(step.output.dims()) / input;
    format!("×{}", (times * 10.0).round() / 10.0)
}
