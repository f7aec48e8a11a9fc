//! A product of packed weights with a laid out image: what the loops along places and along channels
//! have in common.

use super::padded_layout::{AxisMap, PaddedLayout};
use super::tile::Tiles;

/// One product: which places, with which weights, to which elements of the result.
pub(super) struct Product {
    /// Where each element of the sum starts in the layout ...
    pub(super) offsets: Vec<usize>,
    /// ... and which weight it has, in the group's first row.
    pub(super) weights: Vec<usize>,
    /// How many places there are along each dimension.
    pub(super) extents: [usize; 3],
    /// Where they are in the result.
    pub(super) maps: [AxisMap; 3],
}

/// A run of panels, and the planes that they write: by sample, then by row.
pub(super) struct Task<'a, T> {
    pub(super) unit: usize,
    pub(super) first_panel: usize,
    pub(super) rows: usize,
    pub(super) planes: Vec<&'a mut [T]>,
}

/// What a task multiplies.
pub(super) struct Factors<'a, T> {
    pub(super) layout: &'a PaddedLayout,
    pub(super) product: &'a Product,
    pub(super) tiles: &'a Tiles,
    /// The rows of a panel.
    pub(super) height: usize,
    /// One group of a chunk of samples.
    pub(super) image: &'a [T],
    /// The weights, from the task's first panel on.
    pub(super) packed: &'a [T],
    /// What the sums start from, from the same row on.
    pub(super) init: &'a [T],
}

/// The places of some samples up to the last that is wanted.
pub(super) fn count(sides: [usize; 3], samples: usize, extents: [usize; 3]) -> usize {
    let last = (samples - 1) * sides[0] + extents[0] - 1;
    let last = last * sides[1] + extents[1] - 1;
    last * sides[2] + extents[2]
}
