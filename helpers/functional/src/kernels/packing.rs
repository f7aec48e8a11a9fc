//! Weights in the order in which tiles read them.

use super::buffer::zeros;
use super::simd::Real;

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
        let mut packed = zeros::<T>(self.groups * panels * panel);
        for (i, packed) in packed.chunks_exact_mut(panel).enumerate() {
            let first = i % panels * height;
            for row in 0..height.min(self.rows - first) {
                let weights = &weights[i / panels * group + (first + row) * self.row_stride..];
                let to = packed[row..].iter_mut().step_by(height);
                to.zip(elements).for_each(|(to, &at)| *to = weights[at]);
            }
        }
        packed
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
