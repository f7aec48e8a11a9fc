//! What the colours of a block diagram mean.

use super::block_arcs::skip_colour;
use super::layer::{Layer, LayerKind, Skip};
use crate::drawing::{Drawing, SMALL, SOFT_INK, text_width};

const SKIP: &str = "skip connection";

/// The kinds of layers with what always follows them, from (x, y) to the right.
pub(super) fn draw(
    drawing: &mut Drawing,
    layers: &[Layer],
    skips: &[Skip],
    (mut x, y): (f64, f64),
) {
    for (kind, text) in entries(layers) {
        drawing.rectangle((x, y - 9.0), (11.0, 11.0), 2.0, kind.fill());
        drawing.text_from(&text, SMALL, SOFT_INK, (x + 16.0, y));
        x += 16.0 + text_width(&text, SMALL) + 18.0;
    }
    if !skips.is_empty() {
        let (a, b) = ((x, y + 2.0), (x + 18.0, y - 1.0));
        drawing.arrow([a, (x, y - 13.0), (b.0, y - 13.0), b], 1.3, skip_colour());
        drawing.text_from(SKIP, SMALL, SOFT_INK, (x + 25.0, y));
        x += 25.0 + text_width(SKIP, SMALL) + 18.0;
    }
    drawing.text_from(short(layers), SMALL, SOFT_INK, (x, y));
}

/// How to read a layer's short form.
fn short(layers: &[Layer]) -> &'static str {
    match layers.iter().any(|layer| layer.dilation > 1) {
        true => "k×k/s d: kernel, stride, dilation",
        false => "k×k/s: kernel, stride",
    }
}

pub(super) fn width(layers: &[Layer], skips: &[Skip]) -> f64 {
    let width = |(_, text): &(LayerKind, String)| 34.0 + text_width(text, SMALL);
    let skip = match skips.is_empty() {
        true => 0.0,
        false => 43.0 + text_width(SKIP, SMALL),
    };
    let entries: f64 = entries(layers).iter().map(width).sum();
    entries + skip + text_width(short(layers), SMALL)
}

fn entries(layers: &[Layer]) -> Vec<(LayerKind, String)> {
    let mut entries = Vec::new();
    for kind in LayerKind::ALL {
        let of_kind = || layers.iter().filter(move |layer| layer.kind == kind);
        if let Some(first) = of_kind().next() {
            // The last layer, which ends in the logits, is often without.
            let common = |word: &&&'static str| {
                of_kind().filter(|m| m.then.contains(*word)).count() + 1 >= of_kind().count()
            };
            let mut words = vec![kind.name()];
            words.extend(first.then.iter().filter(common));
            words.dedup();
            entries.push((kind, words.join(" + ")));
        }
    }
    entries
}
