//! A convolution of small images to many channels: the numbers of a vector are channels, and the rows
//! of a tile places.
//!
//! Along the places of a padded 7 x 7 image every eighth number belongs to no place, and so does every
//! eighth row. Places that are the rows of a tile can be any: only those that are wanted are computed.
//! Each sum adds up the same terms in the same order as along the places.

use super::buffer::zeros;
use super::product::{Factors, Task};
use super::shifted_sum::Stretches;
use super::simd::Real;

impl<T: Real> Factors<'_, T> {
    /// Fills the task's planes; panels are as high as tiles are wide.
    pub(super) fn multiply_along_channels(&self, task: &mut Task<T>) {
        let (product, columns) = (self.product, self.height);
        let places = self.places(task.planes.len() / task.rows);
        let moved: Vec<usize> = places.iter().map(|place| place.from).collect();
        let mut sums = zeros::<T>(places.len() * columns);
        let panels = self.packed.chunks(product.offsets.len() * columns);
        let panels = panels.zip(self.init.chunks(columns)).enumerate();
        for (i, (packed, init)) in panels.take(task.rows.div_ceil(columns)) {
            sums.chunks_exact_mut(columns)
                .for_each(|sums| sums.copy_from_slice(init));
            self.tiles.sum_shifted(
                self.image,
                &product.offsets,
                &moved,
                packed,
                &mut sums,
                Stretches::TermByTerm,
            );
            for row in i * columns..task.rows.min((i + 1) * columns) {
                for (place, sums) in places.iter().zip(sums.chunks_exact(columns)) {
                    let plane = &mut task.planes[place.sample * task.rows + row];
                    plane[place.to] = sums[row - i * columns];
                }
            }
        }
    }

    /// The places of some samples that are wanted.
    fn places(&self, samples: usize) -> Vec<Place> {
        let product = self.product;
        let [_, heights, widths] = self.layout.sides;
        let [depth, height, width] = product.maps;
        let inside = |i: usize| product.maps[i].inside(product.extents[i]);
        let mut places = Vec::new();
        for sample in 0..samples {
            for d in inside(0) {
                for h in inside(1) {
                    for w in inside(2) {
                        let row = (sample * self.layout.sides[0] + d) * heights + h;
                        let line = depth.at(d) * height.size + height.at(h);
                        places.push(Place {
                            from: row * widths + w,
                            sample,
                            to: line * width.size + width.at(w),
                        });
                    }
                }
            }
        }
        places
    }
}

/// A place: where it is in the layout, and where in the result.
struct Place {
    from: usize,
    sample: usize,
    to: usize,
}
