//! The diagram of VGG's paper: a block per layer.

use super::block_arcs::{self, draw_arc};
use super::block_labels::{self, LABEL};
use super::block_layout::{Cuboid, MOST_APART, layout};
use super::block_legend;
use super::layer::{Layer, Skip};
use super::repeated_blocks;
use crate::Figure;
use crate::drawing::{AXIS, Drawing, INK, dark, pale};

/// Layers as blocks, as high as their maps and as thick as these are many, with arcs for skip
/// connections; equal blocks that follow each other, as ResNet's, are drawn once.
pub fn block_diagram(layers: &[Layer], skips: &[Skip]) -> Figure {
    let (layers, skips, repeats) = repeated_blocks::fold(layers, skips);
    let all_shown = repeats.is_empty();
    let blocks = layout(&layers, &skips, !all_shown);
    let arcs = block_arcs::arcs(&skips, &blocks);
    let above = arcs.iter().map(|arc| arc.top);
    let above = above.chain(blocks.iter().map(Cuboid::tall));
    let middle = above.fold(0.0, f64::max) + 16.0;
    let below = blocks.iter().map(|b| b.high / 2.0).fold(0.0, f64::max);
    let bottom = middle + below;
    let end = blocks.last().map_or(0.0, |b| b.x + b.thick + b.back);
    let width = (end + 30.0).max(block_legend::width(&layers, &skips) + 40.0);
    let foot = bottom + if all_shown { 82.0 } else { 100.0 };
    let mut drawing = Drawing::new(width, foot + 12.0);
    for (i, (layer, block)) in layers.iter().zip(&blocks).enumerate() {
        draw_block(&mut drawing, layer, block, middle);
        if let Some(next) = layers.get(i + 1).zip(blocks.get(i + 1)) {
            let kernels = layers.len() <= MOST_APART;
            connect(&mut drawing, (layer, block), next, middle, kernels);
        }
    }
    for arc in &arcs {
        draw_arc(&mut drawing, arc, middle);
    }
    let places: Vec<(f64, f64)> = blocks.iter().map(|b| (b.x, b.x + b.thick)).collect();
    block_labels::draw(&mut drawing, &layers, &places, bottom, all_shown);
    for repeat in repeats {
        let (a, b) = (&blocks[repeat.first], &blocks[repeat.last]);
        let (x0, x1) = (a.x - 4.0, b.x + b.thick + 4.0);
        let y = bottom + 58.0;
        drawing.line(&[(x0, y - 5.0), (x0, y), (x1, y), (x1, y - 5.0)], 1.0, INK);
        let (text, x) = (format!("{} times", repeat.times), 0.5 * (x0 + x1));
        drawing.text(&text, LABEL, INK, (x, y + 13.0));
    }
    block_legend::draw(&mut drawing, &layers, &skips, (20.0, foot));
    drawing.figure()
}

/// The front, the top and the right side of a block.
fn draw_block(drawing: &mut Drawing, layer: &Layer, b: &Cuboid, middle: f64) {
    let fill = layer.kind.fill();
    let (left, right) = (b.x, b.x + b.thick);
    let (up, down) = (middle - b.high / 2.0, middle + b.high / 2.0);
    let (dx, dy) = (b.back, -0.6 * b.back);
    drawing.polygon(
        &[
            (left, up),
            (left + dx, up + dy),
            (right + dx, up + dy),
            (right, up),
        ],
        pale(fill, 0.35),
    );
    drawing.polygon(
        &[
            (right, up),
            (right + dx, up + dy),
            (right + dx, down + dy),
            (right, down),
        ],
        dark(fill, 0.14),
    );
    drawing.polygon(
        &[(left, up), (right, up), (right, down), (left, down)],
        fill,
    );
}

/// The kernel on the right side of a block, with lines to what it gives, where there is room.
fn connect(
    drawing: &mut Drawing,
    (layer, from): (&Layer, &Cuboid),
    (next, to): (&Layer, &Cuboid),
    middle: f64,
    kernels: bool,
) {
    let right = from.x + from.thick;
    let Some(kernel) = next.kernel.filter(|_| !layer.size.is_empty()) else {
        drawing.line(
            &[(right + 0.5 * from.back, middle), (to.x, middle)],
            0.8,
            AXIS,
        );
        return;
    };
    if !kernels {
        return;
    }
    let side = layer.size.last().copied().unwrap_or(1) as f64;
    let share = (kernel as f64 / side).clamp((12.0 / from.high).min(1.0), 1.0);
    // A part of the side, as far down as a third.
    let (k, deep) = (share * from.high, share * from.back);
    let at = |s: f64, down: f64| {
        let back = 0.45 * (from.back - deep) + s * deep;
        (
            right + back,
            middle - from.high / 2.0 + 0.5 * (from.high - k) + down * k - 0.6 * back,
        )
    };
    let strong = dark(next.kind.colour(), 0.15);
    let target = (to.x, middle);
    for corner in [at(1.0, 0.0), at(1.0, 1.0)] {
        drawing.line(&[corner, target], 0.7, strong);
    }
    drawing.polygon(
        &[at(0.0, 0.0), at(1.0, 0.0), at(1.0, 1.0), at(0.0, 1.0)],
        pale(strong, 0.2),
    );
}
