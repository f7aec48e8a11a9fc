//! What stands below the blocks of a diagram: numbers of maps, kernels, parameters, sizes.

use super::layer::{Layer, LayerKind, Skip};
use crate::counts::{abbreviated, thousands};
use crate::drawing::{AXIS, Drawing, INK, SOFT_INK, text_width};

pub(super) const LABEL: f64 = 11.5;
const SHORT: f64 = 11.0;
/// From the blocks to the line with the sizes.
const LINE: f64 = 62.0;
/// All that these words take below the blocks.
pub(super) const BELOW: f64 = LINE + 20.0;
/// What stands at the left of the rows.
const HEADS: [&str; 3] = ["kernel", "param.", "sees"];
/// The room that takes.
pub(super) const LEFT: f64 = 54.0;

/// How many maps, the kernel, how many parameters, the side of the receptive field; and once for neighbours of one size, that size.
/// `places` are the left and right ends of the blocks.
pub(super) fn draw(
    drawing: &mut Drawing,
    layers: &[Layer],
    skips: &[Skip],
    places: &[(f64, f64)],
    y: f64,
) {
    for (row, head) in HEADS.iter().enumerate() {
        drawing.text_from(head, SHORT, SOFT_INK, (8.0, y + 28.0 + 13.0 * row as f64));
    }
    let (mut first, line) = (0, y + LINE);
    for (i, (layer, &(left, right))) in layers.iter().zip(places).enumerate() {
        let x = 0.5 * (left + right);
        drawing.text(&thousands(layer.channels), LABEL, INK, (x, y + 15.0));
        drawing.text(&layer.short, SHORT, SOFT_INK, (x, y + 28.0));
        drawing.text(&count(layer), SHORT, SOFT_INK, (x, y + 41.0));
        drawing.text(&sees(layer), SHORT, SOFT_INK, (x, y + 54.0));
        if ends_group(layers, skips, i) {
            if !layer.size.is_empty() {
                let start = places[first].0;
                let middle = 0.5 * (start + right);
                let half = (0.5 * (right - start)).max(9.0);
                let ends = [(middle - half, line), (middle + half, line)];
                drawing.line(&ends, 1.0, AXIS);
                drawing.text(&layer.sides(), LABEL, SOFT_INK, (middle, line + 13.0));
            }
            first = i + 1;
        }
    }
}

/// Whether the size below a layer is not that of the next one, or the next one begins a block that
/// changes it, as a bottleneck whose first convolution keeps the size.
pub(super) fn ends_group(layers: &[Layer], skips: &[Skip], i: usize) -> bool {
    let Some(next) = layers.get(i + 1) else {
        return true;
    };
    let block_end = |skip: &Skip| layers.get(skip.to).map(|layer| &layer.size);
    let changes = |skip: &Skip| skip.from == i && block_end(skip) != Some(&layers[i].size);
    next.size != layers[i].size || skips.iter().any(changes)
}

/// The room that the words below a block take.
pub(super) fn width(layer: &Layer) -> f64 {
    let few = |text: &str| text_width(text, SHORT);
    let maps = text_width(&thousands(layer.channels), LABEL);
    let below = [layer.short.as_str(), &count(layer), &sees(layer)];
    below.iter().map(|text| few(text)).fold(maps, f64::max)
}

/// `37k` parameters.
fn count(layer: &Layer) -> String {
    match layer.parameters {
        0 => String::new(),
        n => abbreviated(n),
    }
}

/// The side of what one number sees of the input.
fn sees(layer: &Layer) -> String {
    match (layer.kind, layer.field) {
        (LayerKind::Input, _) => String::new(),
        (_, Some(side)) => side.to_string(),
        (_, None) => "all".to_string(),
    }
}
