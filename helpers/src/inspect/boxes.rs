//! Architecture as in VGG's figure: a box per layer, as high as its maps, as thick as they are
//! many; with arcs for the ways around, as in ResNet's.

use super::architecture::{legend, legend_width};
use super::labels::{self, LABEL};
use super::maps::{Chain, Made, Map, Skip};
use super::repeats;
use crate::plot::Figure;
use crate::plot::drawing::{AXIS, Drawing, INK, colour, dark, pale, text_width};

/// The height of the largest map, in pixels.
const LARGEST: f64 = 150.0;
/// More maps than this stand close, and have no kernels drawn on them.
const MOST_APART: usize = 14;

/// A box's front: its left end, thickness and height, and how far it goes back.
struct Block {
    x: f64,
    thick: f64,
    high: f64,
    back: f64,
}

pub(super) fn draw(chain: &Chain) -> Figure {
    let (chain, repeats) = repeats::fold(chain);
    let blocks = layout(&chain, !repeats.is_empty());
    let tall = |b: &Block| b.high / 2.0 + 0.6 * b.back;
    let arcs = arcs(&chain, &blocks);
    let above = arcs
        .iter()
        .map(|arc| arc.top)
        .chain(blocks.iter().map(tall));
    let top = above.fold(0.0, f64::max) + 16.0;
    let below = blocks.iter().map(|b| b.high / 2.0).fold(0.0, f64::max);
    let end = blocks.last().map_or(0.0, |b| b.x + b.thick + b.back);
    let width = (end + 30.0).max(legend_width(&chain) + 40.0);
    let foot = top + below + if repeats.is_empty() { 82.0 } else { 100.0 };
    let mut drawing = Drawing::new(width, foot + 12.0);
    for (i, (map, block)) in chain.maps.iter().zip(&blocks).enumerate() {
        solid(&mut drawing, map, block, top);
        if let Some((next, to)) = chain.maps.get(i + 1).zip(blocks.get(i + 1)) {
            step(
                &mut drawing,
                (map, block),
                (next, to),
                top,
                chain.maps.len() <= MOST_APART,
            );
        }
    }
    for arc in &arcs {
        let (a, b, height) = (arc.from, arc.to, top - arc.top);
        let colour = dark(colour(3), 0.25);
        let points = [
            (a.0, top - a.1),
            (a.0, height - 4.0),
            (b.0, height - 4.0),
            (b.0, top - b.1),
        ];
        drawing.arrow(points, 1.3, colour);
        // The curve comes three quarters of the way to where it is pulled.
        let peak = 0.75 * (height - 4.0) + 0.125 * (2.0 * top - a.1 - b.1);
        let label = (0.5 * (a.0 + b.0), peak - 4.0);
        drawing.text(&arc.label, LABEL, colour, label);
    }
    let places: Vec<(f64, f64)> = blocks.iter().map(|b| (b.x, b.x + b.thick)).collect();
    labels::draw(
        &mut drawing,
        &chain.maps,
        &places,
        top + below,
        repeats.is_empty(),
    );
    for (first, last, times) in repeats {
        let (a, b) = (&blocks[first], &blocks[last]);
        let (x0, x1) = (a.x - 4.0, b.x + b.thick + 4.0);
        let y = top + below + 58.0;
        drawing.line(&[(x0, y - 5.0), (x0, y), (x1, y), (x1, y - 5.0)], 1.0, INK);
        drawing.text(
            &format!("{times} times"),
            LABEL,
            INK,
            (0.5 * (x0 + x1), y + 13.0),
        );
    }
    legend(&mut drawing, &chain, (20.0, foot));
    drawing.figure()
}

fn layout(chain: &Chain, folded: bool) -> Vec<Block> {
    let maps = &chain.maps;
    let side = |map: &Map| match *map.size.as_slice() {
        [] => 1.0,
        [length] => length as f64,
        [.., h, w] => h.max(w) as f64,
    };
    let largest = maps.iter().map(side).fold(1.0, f64::max);
    let close = maps.len() > MOST_APART;
    let (tallest, stretch) = if close {
        (LARGEST, 1.0)
    } else {
        (1.25 * LARGEST, 1.6)
    };
    let mut blocks: Vec<Block> = Vec::new();
    let (mut x, mut first) = (34.0, 0);
    for (i, map) in maps.iter().enumerate() {
        let dense = map.size.is_empty();
        let high = match dense {
            true => 14.0 + 0.075 * tallest * (map.channels as f64).ln(),
            false => (tallest * (side(map) / largest).powf(0.55)).max(9.0),
        };
        let thick = match (dense, map.made) {
            (true, _) => 8.0,
            (_, Made::Pooling) => 6.0,
            _ => 3.0 + 2.0 * stretch * (map.channels as f64).powf(0.36),
        };
        let back = if dense { 6.0 } else { 0.26 * high };
        if let (Some(before), Some(last)) = (blocks.last(), i.checked_sub(1).map(|i| &maps[i])) {
            let arrival = chain.skips.iter().any(|s| s.from == i - 1 || s.to == i - 1);
            let same = last.size == map.size && !dense;
            let room = (labels::width(last) + labels::width(map)) / 2.0 + 4.0
                - (before.thick + thick) / 2.0;
            let gap = match same && close {
                true if arrival => 15.0,
                true => 3.0,
                false => 0.75 * before.back + if folded || close { 7.0 } else { 16.0 },
            };
            x = before.x + before.thick + gap.max(room);
            if last.size != map.size {
                // The sizes below must not touch either.
                let start: &Block = &blocks[first];
                let centre = 0.5 * (start.x + before.x + before.thick);
                let apart = (text_width(&labels::sides(last), LABEL)
                    + text_width(&labels::sides(map), LABEL))
                    / 2.0;
                if !dense {
                    x = x.max(centre + apart + 8.0 - thick / 2.0);
                }
                first = i;
            }
        }
        blocks.push(Block {
            x,
            thick,
            high,
            back,
        });
    }
    blocks
}

/// Front, top and right side.
fn solid(drawing: &mut Drawing, map: &Map, b: &Block, middle: f64) {
    let fill = map.made.fill();
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

/// The kernel on the right side of a box, with lines to what it gives, where there is room.
fn step(
    drawing: &mut Drawing,
    (map, from): (&Map, &Block),
    (next, to): (&Map, &Block),
    middle: f64,
    kernels: bool,
) {
    let right = from.x + from.thick;
    let Some(kernel) = next.kernel.filter(|_| !map.size.is_empty()) else {
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
    let side = map.size.last().copied().unwrap_or(1) as f64;
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
    let strong = dark(next.made.style().0, 0.15);
    let target = (to.x, middle);
    for corner in [at(1.0, 0.0), at(1.0, 1.0)] {
        drawing.line(&[corner, target], 0.7, strong);
    }
    drawing.polygon(
        &[at(0.0, 0.0), at(1.0, 0.0), at(1.0, 1.0), at(0.0, 1.0)],
        pale(strong, 0.2),
    );
}

struct Arc {
    from: (f64, f64),
    to: (f64, f64),
    top: f64,
    label: String,
}

/// The arcs, higher where they span more; heights are above the middle.
fn arcs(chain: &Chain, blocks: &[Block]) -> Vec<Arc> {
    let after = |i: usize| {
        let b = &blocks[i];
        let room = blocks
            .get(i + 1)
            .map_or(14.0, |next| next.x - b.x - b.thick);
        let x = b.x + b.thick + (0.5 * b.back).min(room / 2.0);
        (x, b.high / 2.0 + 0.6 * (x - b.x - b.thick) + 1.0)
    };
    let mut arcs: Vec<Arc> = Vec::new();
    let mut skips: Vec<&Skip> = chain.skips.iter().collect();
    skips.sort_by_key(|skip| skip.to - skip.from.min(skip.to));
    for skip in skips {
        let (from, to) = (after(skip.from), after(skip.to));
        let span = &blocks[skip.from.min(skip.to)..=skip.to.max(skip.from)];
        let highest = span
            .iter()
            .map(|b| b.high / 2.0 + 0.6 * b.back)
            .fold(0.0, f64::max);
        let inside = |arc: &&Arc| arc.from.0 > from.0 && arc.to.0 < to.0;
        let below = arcs
            .iter()
            .filter(inside)
            .map(|arc| arc.top)
            .fold(0.0, f64::max);
        arcs.push(Arc {
            from,
            to,
            top: (highest + 20.0).max(below + 14.0),
            label: skip.label.clone(),
        });
    }
    arcs
}
