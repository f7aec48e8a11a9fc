//! The feature maps of a model in the order they arise, and the ways around them: what an
//! architecture figure shows.

use candle_core::{Result, bail};

use super::flow::{Flow, Kind};
use super::receptive::{kernel_size, setting};
use super::summary::parameters_of;
use crate::trace::Step;

/// What made a map.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Made {
    Input,
    Convolution,
    Pooling,
    Upsampling,
    Dense,
    Other,
}

/// Some planes of one size, or a vector, and the step that gave them.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Map {
    pub made: Made,
    pub name: String,
    pub channels: usize,
    /// Height and width; empty for a vector.
    pub size: Vec<usize>,
    /// `5×5 convolution`; empty for the input.
    pub how: String,
    /// `5×5/2`: kernel and stride in short; `3×3 d2` with a dilation of 2.
    pub short: String,
    /// What follows at once: `batch norm`, `ReLU`.
    pub then: Vec<&'static str>,
    pub kernel: Option<usize>,
    /// With those of the normalisation that follows.
    pub parameters: usize,
    /// The maps it was made from, the one with the longest way behind it first.
    from: Vec<usize>,
    depth: usize,
}

/// A way around maps: what stood behind `from` is added to, or joined with, what `to` gave.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Skip {
    pub from: usize,
    pub to: usize,
    /// What happens on the way, `1×1`; mostly nothing.
    pub label: String,
}

/// The longest way through a model, and the ways around parts of it.
pub(super) struct Chain {
    pub maps: Vec<Map>,
    pub skips: Vec<Skip>,
}

/// Maps beyond this many cannot be told apart in a figure.
const MOST: usize = 160;

pub(super) fn chain(flow: &Flow) -> Result<Chain> {
    let mut maps: Vec<Map> = Vec::new();
    let mut merges: Vec<(usize, usize)> = Vec::new(); // (the longer way, another one)
    let mut shown: Vec<Option<usize>> = Vec::new(); // the map that a node belongs to
    for (i, node) in flow.nodes.iter().enumerate() {
        let mut from: Vec<usize> = node.inputs.iter().filter_map(|&n| shown[n]).collect();
        from.sort_by_key(|&map| (std::cmp::Reverse(maps[map].depth), map));
        from.dedup();
        let step = flow.step(i);
        let place = match (&node.kind, from.first().copied()) {
            (Kind::Parameter(_), _) => None,
            (Kind::Data, _) if i == 0 => {
                maps.push(map(Made::Input, &node.dims, step, 0, Vec::new(), 0));
                Some(0)
            }
            (_, None) => None,
            (_, Some(main)) => {
                let before = elements(&maps[main]);
                let made = made(step, node.dims.iter().skip(1).product::<usize>() == before);
                let all = step.is_some_and(|s| s.what.to_lowercase().contains("adaptive"));
                if all && maps[main].size == node.dims[2..] {
                    shown.push(Some(main)); // an average over as many windows as there are values
                    continue;
                }
                merges.extend(from.iter().skip(1).map(|&other| (main, other)));
                match made {
                    Some(made) => {
                        let parameters = parameters_of(flow, i).map(|p| p.var().elem_count());
                        let (depth, count) = (maps[main].depth + 1, parameters.sum());
                        maps.push(map(made, &node.dims, step, count, from, depth));
                        // What is joined arrives at the new map.
                        let new = maps.len() - 1;
                        merges
                            .iter_mut()
                            .filter(|m| m.0 == main && made == Made::Other)
                            .for_each(|m| m.0 = new);
                        Some(new)
                    }
                    None => {
                        maps[main].then.extend(step.and_then(follower));
                        let parameters = parameters_of(flow, i).map(|p| p.var().elem_count());
                        maps[main].parameters += parameters.sum::<usize>();
                        Some(main)
                    }
                }
            }
        };
        shown.push(place);
    }
    let Some(mut at) = shown[flow.answer] else {
        bail!("architecture: the output does not come from the input by steps that can be drawn");
    };
    let mut main = vec![at];
    while let Some(&before) = maps[at].from.first() {
        at = before;
        main.push(at);
    }
    main.reverse();
    if main.len() > MOST {
        bail!(
            "architecture: {} feature maps are too many for one figure, at most {MOST}",
            main.len()
        );
    }
    let place = |map: usize| main.iter().position(|&m| m == map);
    let mut skips = Vec::new();
    for (to, mut other) in merges {
        let mut label = String::new();
        while place(other).is_none() {
            label = maps[other].short.clone();
            match maps[other].from.first() {
                Some(&before) => other = before,
                None => break,
            }
        }
        if let (Some(from), Some(to)) = (place(other), place(to)) {
            skips.push(Skip { from, to, label });
        }
    }
    let maps = main.iter().map(|&m| maps[m].clone()).collect();
    Ok(Chain { maps, skips })
}

fn elements(map: &Map) -> usize {
    map.channels * map.size.iter().product::<usize>()
}

fn map(
    made: Made,
    dims: &[usize],
    step: Option<&Step>,
    parameters: usize,
    from: Vec<usize>,
    depth: usize,
) -> Map {
    let kernel = step.and_then(kernel_size).filter(|_| made != Made::Dense);
    let (mut how, short) = step.map(|s| words(s, made, kernel)).unwrap_or_default();
    if made == Made::Other {
        how = "unnamed operation".to_string();
    }
    Map {
        made,
        name: step.map(|s| s.name.clone()).unwrap_or_default(),
        channels: dims.get(1).copied().unwrap_or(1),
        size: dims.get(2..).unwrap_or_default().to_vec(),
        how,
        short,
        then: Vec::new(),
        kernel,
        parameters,
        from,
        depth,
    }
}

/// What a step makes; `None` for what belongs to the map before it.
fn made(step: Option<&Step>, same_count: bool) -> Option<Made> {
    let what = step.map(|s| s.what.to_lowercase()).unwrap_or_default();
    let is = |part: &str| what.contains(part);
    if is("conv_transpose") || is("upsample") {
        Some(Made::Upsampling)
    } else if is("conv") || (step.is_some_and(|s| setting(s, "stride").is_some()) && !is("pool")) {
        Some(Made::Convolution)
    } else if is("pool") {
        Some(Made::Pooling)
    } else if is("linear") {
        Some(Made::Dense)
    } else if same_count {
        None
    } else {
        Some(Made::Other)
    }
}

fn follower(step: &Step) -> Option<&'static str> {
    Some(match step.what {
        "Relu" | "relu" => "ReLU",
        "Tanh" | "tanh" => "tanh",
        "Sigmoid" | "sigmoid" => "sigmoid",
        "Softmax" | "softmax" => "softmax",
        "LogSoftmax" | "log_softmax" => "log softmax",
        "BatchNorm1d" | "BatchNorm2d" | "batch_norm" => "batch norm",
        "LayerNorm" | "layer_norm" => "layer norm",
        "Dropout" | "dropout" => "dropout",
        _ => return None,
    })
}

/// A step in a few words, and in fewer.
fn words(step: &Step, made: Made, kernel: Option<usize>) -> (String, String) {
    let flat = step.output.rank() == 3;
    let window = kernel.map(|k| {
        if flat {
            format!("{k}")
        } else {
            format!("{k}×{k}")
        }
    });
    let window = window.unwrap_or_default();
    let over = |what: &str| match flat {
        true => format!("{what} over {window}"),
        false => format!("{window} {what}"),
    };
    let stride = setting(step, "stride").filter(|&s| s > 1);
    let slash = stride.map(|s| format!("/{s}")).unwrap_or_default();
    match made {
        Made::Convolution => {
            let mut how = over("convolution");
            let dilation = setting(step, "dilation").filter(|&d| d > 1);
            for (key, unusual) in [("stride", stride), ("dilation", dilation)] {
                how.extend(unusual.map(|value| format!(", {key} {value}")));
            }
            let groups = setting(step, "groups").filter(|&g| g > 1);
            let groups = groups.map(|g| format!(", {g} groups")).unwrap_or_default();
            let spread = dilation.map(|d| format!(" d{d}")).unwrap_or_default();
            (how + &groups, format!("{window}{slash}{spread}{groups}"))
        }
        Made::Pooling if kernel.is_some() => {
            let kind = if step.what.to_lowercase().contains("max") {
                "max"
            } else {
                "average"
            };
            (over(&format!("{kind} pooling")), format!("{window}{slash}"))
        }
        Made::Pooling => ("average pooling".to_string(), "mean".to_string()),
        Made::Dense => ("fully connected".to_string(), String::new()),
        Made::Upsampling => {
            let sides = |t: &candle_core::Tensor| t.dims().last().copied().unwrap_or(1) as f64;
            let times = step
                .inputs
                .first()
                .map_or(1.0, |x| sides(&step.output) / sides(x));
            let kind = match (step.what, kernel) {
                (_, Some(_)) => format!("{window} transposed convolution"),
                ("upsample_nearest2d", _) => "nearest upsampling".to_string(),
                _ => "bilinear upsampling".to_string(),
            };
            (kind, format!("×{}", (times * 10.0).round() / 10.0))
        }
        Made::Input | Made::Other => Default::default(),
    }
}
