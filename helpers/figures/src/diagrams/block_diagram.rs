//! The diagram of VGG's paper: a block per layer.

use super::block_arcs::draw_arc;
use super::block_labels::{self, LABEL};
use super::block_layout::{MOST_APART, Scale};
use super::block_legend;
use super::block_rows::{self, Row};
use super::cuboid::Cuboid;
use super::layer::{Layer, Skip};
use super::repeated_blocks;
use crate::Figure;
use crate::drawing::{AXIS, Drawing, INK, dark, pale};

/// Layers as blocks, as high as their maps and as thick as these are many, with arcs for skip
/// connections; equal blocks that follow each other, as ResNet's, are drawn once. What is wider than a
/// page goes on in a second row, which begins with the last block of the first, pale.
pub fn block_diagram(layers: &[Layer], skips: &[Skip]) -> Figure {
    let (layers, skips, repeats) = repeated_blocks::fold(layers, skips);
    let scale = Scale::of(&layers, !repeats.is_empty());
    let rows = block_rows::rows(layers.clone(), skips.clone(), repeats, scale);
    let width = rows.iter().map(|row| row.width).fold(0.0, f64::max);
    let legend = block_legend::width(&layers, &skips) + 40.0;
    let high: f64 = rows.iter().map(|row| row.high).sum();
    let mut drawing = Drawing::new(width.max(legend), high + 26.0);
    let mut top = 0.0;
    for row in &rows {
        draw_row(&mut drawing, row, top, layers.len() <= MOST_APART);
        top += row.high;
    }
    block_legend::draw(&mut drawing, &layers, &skips, (20.0, top + 14.0));
    drawing.figure()
}

/// A row of blocks with its arcs and words, from this height on.
fn draw_row(drawing: &mut Drawing, row: &Row, top: f64, kernels: bool) {
    let middle = top + row.middle;
    for (i, (layer, block)) in row.layers.iter().zip(&row.blocks).enumerate() {
        let seen = if row.goes_on && i == 0 { 0.65 } else { 0.0 };
        block.draw(drawing, pale(layer.kind.fill(), seen), middle);
        if let Some(next) = row.layers.get(i + 1).zip(row.blocks.get(i + 1)) {
            connect(drawing, (layer, block), next, middle, kernels);
        }
    }
    for arc in &row.arcs {
        draw_arc(drawing, arc, middle);
    }
    let places: Vec<(f64, f64)> = row.blocks.iter().map(|b| (b.x, b.right())).collect();
    let bottom = top + row.bottom;
    block_labels::draw(drawing, &row.layers, &row.skips, &places, bottom);
    for repeat in &row.repeats {
        let (a, b) = (&row.blocks[repeat.first], &row.blocks[repeat.last]);
        let (x0, x1) = (a.x - 4.0, b.right() + 4.0);
        let y = bottom + block_labels::BELOW + 4.0;
        drawing.line(&[(x0, y - 5.0), (x0, y), (x1, y), (x1, y - 5.0)], 1.0, INK);
        let (text, x) = (format!("{} times", repeat.times), 0.5 * (x0 + x1));
        drawing.text(&text, LABEL, INK, (x, y + 13.0));
    }
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
    let square = from.on_side(share, middle);
    let strong = dark(next.kind.colour(), 0.15);
    let target = (to.x, middle);
    for corner in [square[1], square[2]] {
        drawing.line(&[corner, target], 0.7, strong);
    }
    drawing.polygon(&square, pale(strong, 0.2));
}
