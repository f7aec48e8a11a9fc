//! The rows of a block diagram: what is wider than a page is cut where no skip connection passes.

use super::block_arcs::{self, Arc};
use super::block_labels;
use super::block_layout::{Scale, layout};
use super::cuboid::Cuboid;
use super::layer::{Layer, Skip};
use super::repeated_blocks::Repeat;
use crate::theme::PAGE;

/// Blocks side by side, with all that belongs to them.
pub(super) struct Row {
    pub layers: Vec<Layer>,
    pub skips: Vec<Skip>,
    pub repeats: Vec<Repeat>,
    pub blocks: Vec<Cuboid>,
    pub arcs: Vec<Arc>,
    /// Whether its first block is the last one of the row above.
    pub goes_on: bool,
    pub width: f64,
    /// From the row's top to the middle of the blocks' fronts, to their lowest edge, to its end.
    pub middle: f64,
    pub bottom: f64,
    pub high: f64,
}

pub(super) fn rows(
    layers: Vec<Layer>,
    skips: Vec<Skip>,
    repeats: Vec<Repeat>,
    scale: Scale,
) -> Vec<Row> {
    let blocks = layout(&layers, &skips, scale);
    let end = blocks.last().map_or(0.0, |b| b.right() + b.back);
    let cut = cut(&skips, &blocks, end / 2.0).filter(|_| end + 10.0 > PAGE);
    let Some(cut) = cut else {
        return vec![row(layers, skips, repeats, blocks)];
    };
    let move_skip = |skip: &Skip| Skip {
        from: skip.from - cut,
        to: skip.to - cut,
        ..skip.clone()
    };
    let move_repeat = |repeat: &Repeat| Repeat {
        first: repeat.first - cut,
        last: repeat.last - cut,
        times: repeat.times,
    };
    let (before, after): (Vec<Skip>, Vec<Skip>) = skips.into_iter().partition(|s| s.to <= cut);
    let (early, late): (Vec<Repeat>, Vec<Repeat>) =
        repeats.into_iter().partition(|repeat| repeat.last <= cut);
    let after = after.iter().map(move_skip).collect();
    let late = late.iter().map(move_repeat).collect();
    let mut all = rows(layers[..=cut].to_vec(), before, early, scale);
    let mut rest = rows(layers[cut..].to_vec(), after, late, scale);
    rest.iter_mut().take(1).for_each(|row| row.goes_on = true);
    all.extend(rest);
    all
}

/// The layer nearest to x after which no skip connection goes on; not the first ones nor the last.
fn cut(skips: &[Skip], blocks: &[Cuboid], x: f64) -> Option<usize> {
    let free = |&i: &usize| {
        let passes = |skip: &Skip| skip.from.min(skip.to) < i && skip.to.max(skip.from) > i;
        !skips.iter().any(passes)
    };
    let places = (2..blocks.len().saturating_sub(2)).filter(free);
    let distance = |&i: &usize| (blocks[i].right() - x).abs();
    places.min_by(|a, b| distance(a).total_cmp(&distance(b)))
}

fn row(layers: Vec<Layer>, skips: Vec<Skip>, repeats: Vec<Repeat>, blocks: Vec<Cuboid>) -> Row {
    let arcs = block_arcs::arcs(&skips, &blocks);
    let above = arcs.iter().map(|arc| arc.top);
    let above = above.chain(blocks.iter().map(Cuboid::tall));
    let middle = above.fold(0.0, f64::max) + 16.0;
    let below = blocks.iter().map(|b| b.high / 2.0).fold(0.0, f64::max);
    let bottom = middle + below;
    let end = blocks.last().map_or(0.0, |b| b.right() + b.back);
    let brackets = if repeats.is_empty() { 0.0 } else { 24.0 };
    Row {
        width: end + 10.0,
        high: bottom + block_labels::BELOW + brackets + 4.0,
        layers,
        skips,
        repeats,
        blocks,
        arcs,
        goes_on: false,
        middle,
        bottom,
    }
}
