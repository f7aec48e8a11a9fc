//! Weights in the order in which tiles read them.

use super::buffer::zeros;
use super::results::filled;
use super::simd::Real;

/// The elements that are packed at a time.
const BLOCK: usize = 64;

/// Weights are packed in panels of `height` rows; those of the last panel that are not there are 0.
pub(super) struct Packing {
    pub(super) groups: usize,
    /// Rows per group.
    pub(super) rows: usize,
    /// The distance between two rows' weights.
    pub(super) row_stride: usize,
    pub(super) height: usize,
}

impl Packing {
    fn panels(&self) -> usize {
        self.rows.div_ceil(self.height)
    }

    /// The weights by group, panel, element of the sum and row; `elements` are those of a row.
    pub(super) fn weights<T: Real>(&self, weights: &[T], elements: &[usize]) -> Vec<T> {
        let (panels, height) = (self.panels(), self.height);
        let group = weights.len() / self.groups;
        let panel = elements.len() * height;
        let (count, cost) = (self.groups * panels, weights.len() * 8);
        filled(
            count * panel,
            panel,
            count,
            |i| i,
            cost,
            |i, packed: Vec<&mut [T]>| {
                let first = i % panels * height;
                let weights = &weights[i / panels * group + first * self.row_stride..];
                // Some elements of all rows, then the next ones: what is written stays in the cache.
                let packed = packed
                    .into_iter()
                    .flat_map(|panel| panel.chunks_mut(BLOCK * height));
                for (packed, elements) in packed.zip(elements.chunks(BLOCK)) {
                    for row in 0..height.min(self.rows - first) {
                        let weights = &weights[row * self.row_stride..];
                        let to = packed[row..].iter_mut().step_by(height);
                        to.zip(elements).for_each(|(to, &at)| *to = weights[at]);
                    }
                }
            },
        )
    }

    /// What the sums of each group start from.
    pub(super) fn bias<T: Real>(&self, bias: &[T]) -> Vec<T> {
        let rows = self.panels() * self.height;
        let mut packed = zeros::<T>(self.groups * rows);
        let groups = packed.chunks_exact_mut(rows);
        for (packed, bias) in groups.zip(bias.chunks_exact(self.rows)) {
            packed[..self.rows].copy_from_slice(bias);
        }
        packed
    }
}
