//! Where the blocks of a diagram stand, and how large they are.

use super::block_labels::{self, LABEL};
use super::cuboid::Cuboid;
use super::layer::{Layer, LayerKind, Skip};
use crate::drawing::text_width;

/// The height of the largest map, in pixels.
const LARGEST: f64 = 150.0;
/// More layers than this stand close, and have no kernels drawn on them.
pub(super) const MOST_APART: usize = 14;

/// What all rows of a diagram share.
#[derive(Clone, Copy)]
pub(super) struct Scale {
    /// The side of the largest map.
    largest: f64,
    /// Whether blocks stand close.
    close: bool,
    /// Whether some blocks stand for several.
    folded: bool,
}

impl Scale {
    pub fn of(layers: &[Layer], folded: bool) -> Scale {
        Scale {
            largest: layers.iter().map(side).fold(1.0, f64::max),
            close: layers.len() > MOST_APART,
            folded,
        }
    }
}

fn side(layer: &Layer) -> f64 {
    match *layer.size.as_slice() {
        [] => 1.0,
        [length] => length as f64,
        [.., h, w] => h.max(w) as f64,
    }
}

pub(super) fn layout(layers: &[Layer], skips: &[Skip], scale: Scale) -> Vec<Cuboid> {
    let Scale {
        largest,
        close,
        folded,
    } = scale;
    let (tallest, stretch) = if close {
        (LARGEST, 1.0)
    } else {
        (1.25 * LARGEST, 1.6)
    };
    let mut blocks: Vec<Cuboid> = Vec::new();
    let (mut x, mut first) = (block_labels::LEFT, 0);
    for (i, layer) in layers.iter().enumerate() {
        let dense = layer.size.is_empty();
        let high = match dense {
            true => 14.0 + 0.075 * tallest * (layer.channels as f64).ln(),
            false => (tallest * (side(layer) / largest).powf(0.55)).max(9.0),
        };
        let thick = match (dense, layer.kind) {
            (true, _) => 8.0,
            (_, LayerKind::Pooling) => 6.0,
            _ => 3.0 + 2.0 * stretch * (layer.channels as f64).powf(0.36),
        };
        let back = if dense { 6.0 } else { 0.26 * high };
        if let (Some(before), Some(last)) = (blocks.last(), i.checked_sub(1).map(|i| &layers[i])) {
            let arrival = skips.iter().any(|s| s.from == i - 1 || s.to == i - 1);
            let same = last.size == layer.size && !dense;
            let room = (block_labels::width(last) + block_labels::width(layer)) / 2.0 + 4.0
                - (before.thick + thick) / 2.0;
            let gap = match same && close {
                true if arrival => 15.0,
                true => 3.0,
                false => 0.75 * before.back + if folded || close { 7.0 } else { 16.0 },
            };
            x = before.x + before.thick + gap.max(room);
            if block_labels::ends_group(layers, skips, i - 1) {
                // The sizes below must not touch either.
                let start: &Cuboid = &blocks[first];
                let centre = 0.5 * (start.x + before.x + before.thick);
                let apart =
                    (text_width(&last.sides(), LABEL) + text_width(&layer.sides(), LABEL)) / 2.0;
                if !dense {
                    x = x.max(centre + apart + 8.0 - thick / 2.0);
                }
                first = i;
            }
        }
        blocks.push(Cuboid {
            x,
            thick,
            high,
            back,
        });
    }
    blocks
}
