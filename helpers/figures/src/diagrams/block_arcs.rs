//! Skip connections as arcs above the blocks of a diagram.

use super::block_labels::LABEL;
use super::cuboid::Cuboid;
use super::layer::Skip;
use crate::drawing::{Drawing, colour, dark};
use crate::theme::Rgb;

/// Its ends and its top, above the middle of the blocks.
pub(super) struct Arc {
    from: (f64, f64),
    to: (f64, f64),
    pub top: f64,
    label: String,
}

/// An arc for each skip connection, higher where it spans more.
pub(super) fn arcs(skips: &[Skip], blocks: &[Cuboid]) -> Vec<Arc> {
    let after = |i: usize| {
        let b = &blocks[i];
        let room = blocks
            .get(i + 1)
            .map_or(14.0, |next| next.x - b.x - b.thick);
        let x = b.x + b.thick + (0.5 * b.back).min(room / 2.0);
        (x, b.high / 2.0 + 0.6 * (x - b.x - b.thick) + 1.0)
    };
    let mut arcs: Vec<Arc> = Vec::new();
    let mut skips: Vec<&Skip> = skips.iter().collect();
    skips.sort_by_key(|skip| skip.to - skip.from.min(skip.to));
    for skip in skips {
        let (from, to) = (after(skip.from), after(skip.to));
        let span = &blocks[skip.from.min(skip.to)..=skip.to.max(skip.from)];
        let highest = span.iter().map(Cuboid::tall).fold(0.0, f64::max);
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

/// Draws an arc over blocks whose fronts have their middle at this height.
pub(super) fn draw_arc(drawing: &mut Drawing, arc: &Arc, middle: f64) {
    let (a, b, height) = (arc.from, arc.to, middle - arc.top);
    let points = [
        (a.0, middle - a.1),
        (a.0, height - 4.0),
        (b.0, height - 4.0),
        (b.0, middle - b.1),
    ];
    drawing.arrow(points, 1.3, skip_colour());
    // The curve comes three quarters of the way to where it is pulled.
    let peak = 0.75 * (height - 4.0) + 0.125 * (2.0 * middle - a.1 - b.1);
    let label = (0.5 * (a.0 + b.0), peak - 4.0);
    drawing.text(&arc.label, LABEL, skip_colour(), label);
}

pub(super) fn skip_colour() -> Rgb {
    dark(colour(3), 0.25)
}
