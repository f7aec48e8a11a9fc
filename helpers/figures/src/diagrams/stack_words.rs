//! The words at stacks of feature maps.

use super::layer::{Layer, LayerKind};
use crate::counts::thousands;

/// Of more maps not all are drawn, which is said above them.
pub(super) const MOST_PLANES: usize = 16;

/// What stands above and below a stack.
pub(super) struct Words {
    pub title: String,
    pub size: String,
    /// Below the arrow to it: the lines of a caption, and what the layer is.
    pub caption: Vec<String>,
    pub facts: Vec<String>,
}

/// `C1: feature maps`, later `f. maps`; `F6: layer`; `OUTPUT`.
pub(super) fn paper_title(layer: &Layer, place: usize) -> String {
    let name = layer.name.to_uppercase();
    match (layer.kind, layer.size.is_empty(), place) {
        (LayerKind::Input, ..) => "INPUT".to_string(),
        (_, false, 1) => format!("{name}: feature maps"),
        (_, false, _) => format!("{name}: f. maps"),
        (_, true, _) if name == "OUTPUT" => name,
        (_, true, _) => format!("{name}: layer"),
    }
}

/// `6@28×28`.
pub(super) fn size_label(layer: &Layer) -> String {
    match layer.size.is_empty() {
        true => thousands(layer.channels),
        false => format!("{}@{}", layer.channels, layer.sides()),
    }
}

/// How many maps are drawn, if not all.
pub(super) fn drawn(layer: &Layer) -> String {
    match layer.channels > MOST_PLANES && !layer.size.is_empty() {
        true => format!(" ({MOST_PLANES} drawn)"),
        false => String::new(),
    }
}

/// What a layer does, in these words, its parameters, what it sees.
pub(super) fn facts(layer: &Layer, description: &[String]) -> Vec<String> {
    let mut lines = description.to_vec();
    if !layer.then.is_empty() {
        lines.push(layer.then.join(", "));
    }
    if layer.parameters > 0 {
        lines.push(format!("{} param.", thousands(layer.parameters)));
    }
    if layer.kind != LayerKind::Input && layer.field.is_some() {
        lines.push(format!("sees {}", layer.sees()));
    }
    lines.retain(|line| !line.is_empty());
    lines
}
