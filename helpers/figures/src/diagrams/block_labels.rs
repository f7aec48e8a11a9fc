//! What stands below the blocks of a diagram: numbers of maps, kernels, parameters, sizes.

use super::layer::{Layer, LayerKind};
use crate::counts::{abbreviated, thousands};
use crate::drawing::{AXIS, Drawing, INK, SOFT_INK, text_width};

pub(super) const LABEL: f64 = 10.5;
const SHORT: f64 = 8.5;

/// How many maps, the kernel, how many parameters where no block stands for several; and once for
/// neighbours of one size, that size. `places` are the left and right ends of the blocks.
pub(super) fn draw(
    drawing: &mut Drawing,
    layers: &[Layer],
    places: &[(f64, f64)],
    y: f64,
    parameters: bool,
) {
    let (mut first, line) = (0, y + if parameters { 45.0 } else { 33.0 });
    for (i, (layer, &(left, right))) in layers.iter().zip(places).enumerate() {
        let x = 0.5 * (left + right);
        drawing.text(&thousands(layer.channels), LABEL, INK, (x, y + 15.0));
        drawing.text(kernel(layer), SHORT, SOFT_INK, (x, y + 27.0));
        if parameters {
            drawing.text(&count(layer), SHORT, SOFT_INK, (x, y + 38.0));
        }
        if layers.get(i + 1).is_none_or(|next| next.size != layer.size) {
            if !layer.size.is_empty() {
                let start = places[first].0;
                let middle = 0.5 * (start + right);
                let half = (0.5 * (right - start)).max(9.0);
                let ends = [(middle - half, line), (middle + half, line)];
                drawing.line(&ends, 1.0, AXIS);
                drawing.text(&layer.sides(), LABEL, SOFT_INK, (middle, line + 12.0));
            }
            first = i + 1;
        }
    }
}

/// The room that the words below a block take.
pub(super) fn width(layer: &Layer) -> f64 {
    let few = |text: &str| text_width(text, SHORT);
    let maps = text_width(&thousands(layer.channels), LABEL);
    maps.max(few(kernel(layer))).max(few(&count(layer)))
}

/// The kernel; in the first column, what stands in this row.
fn kernel(layer: &Layer) -> &str {
    match layer.kind {
        LayerKind::Input => "kernel",
        _ => &layer.short,
    }
}

/// `37k` parameters; in the first column, what stands in this row.
fn count(layer: &Layer) -> String {
    match layer.parameters {
        _ if layer.kind == LayerKind::Input => "param.".to_string(),
        0 => String::new(),
        n => abbreviated(n),
    }
}
