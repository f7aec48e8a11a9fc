//! Blocks that repeat, as ResNet's: drawn once, with how many times they are there.

use super::layer::{Layer, Skip};

/// A block that stands for several: its first and last layer, and how many times it is there.
pub(super) struct Repeat {
    pub first: usize,
    pub last: usize,
    pub times: usize,
}

/// Layers and skip connections without the blocks that repeat the one before: a block is what a
/// skip connection spans.
pub(super) fn fold(layers: &[Layer], skips: &[Skip]) -> (Vec<Layer>, Vec<Skip>, Vec<Repeat>) {
    let (mut layers, mut skips) = (layers.to_vec(), skips.to_vec());
    let mut repeats: Vec<Repeat> = Vec::new();
    let mut i = 0;
    while i + 1 < skips.len() {
        let (a, b) = (skips[i].clone(), skips[i + 1].clone());
        let follows = a.to == b.from && a.from < a.to && a.label == b.label;
        let block = |skip: &Skip| skip.from + 1..=skip.to.max(skip.from);
        if !follows || !same(&layers[block(&a)], &layers[block(&b)]) {
            i += 1;
            continue;
        }
        let gone = b.to - b.from;
        layers.drain(b.from + 1..=b.to);
        skips.remove(i + 1);
        for skip in &mut skips[i + 1..] {
            skip.from -= gone;
            skip.to -= gone;
        }
        match repeats.last_mut().filter(|repeat| repeat.last == a.to) {
            Some(repeat) => repeat.times += 1,
            None => repeats.push(Repeat {
                first: a.from + 1,
                last: a.to,
                times: 2,
            }),
        }
    }
    (layers, skips, repeats)
}

fn same(a: &[Layer], b: &[Layer]) -> bool {
    let key = |layer: &Layer| {
        let (size, description) = (layer.size.clone(), layer.description.clone());
        (layer.kind, layer.channels, size, description)
    };
    a.iter().map(key).eq(b.iter().map(key))
}
