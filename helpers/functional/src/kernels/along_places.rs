//! A convolution along the places of an image: the numbers of a vector are places, and the rows of a
//! tile channels.
//!
//! The patch of the image that a tile reads stays in the first-level cache while the panels of weights
//! go by, and the panels in the second. What a tile has computed between two rows is not copied.

use super::buffer::zeros;
use super::product::{Factors, Task, count};
use super::simd::Real;
use super::tile::Outer;

/// Panels that go over a tile's place before it moves on, in numbers.
const PANELS: usize = 1 << 16;

impl<T: Real> Factors<'_, T> {
    /// Fills the task's planes; panels are as high as outer tiles.
    pub(super) fn multiply_along_places(&self, task: &mut Task<T>) {
        let samples = task.planes.len() / task.rows;
        let starts = self.row_starts(samples);
        let places = count(self.layout.sides, samples, self.product.extents);
        let panel = self.product.offsets.len() * self.height;
        let panels = task.rows.div_ceil(self.height);
        let block = (PANELS / panel.max(1)).clamp(1, panels);
        let mut sums = zeros::<T>(self.height * self.tiles.width);
        for first in (0..panels).step_by(block) {
            for start in (0..places).step_by(self.tiles.width) {
                let wanted = self.tiles.width.min(places - start);
                for i in first..panels.min(first + block) {
                    self.tiles.outer(
                        self.height,
                        Outer {
                            a: &self.packed[i * panel..(i + 1) * panel],
                            b: self.image,
                            offsets: &self.product.offsets,
                            start,
                            count: wanted,
                            init: &self.init[i * self.height..(i + 1) * self.height],
                            c: &mut sums,
                            stride: self.tiles.width,
                        },
                    );
                    let upto = task.rows.min((i + 1) * self.height);
                    let rows = i * self.height..upto;
                    self.scatter(&starts, &sums, start..start + wanted, rows, task);
                }
            }
        }
    }

    /// For each row of the layout: where it starts in the result's plane of which sample.
    fn row_starts(&self, samples: usize) -> Vec<Option<(usize, usize)>> {
        let [depth, height, width] = self.product.maps;
        let [depths, heights, _] = self.layout.sides;
        let inside = (
            depth.inside(self.product.extents[0]),
            height.inside(self.product.extents[1]),
        );
        let mut rows = Vec::with_capacity(samples * depths * heights);
        for sample in 0..samples {
            for d in 0..depths {
                for h in 0..heights {
                    let there = inside.0.contains(&d) && inside.1.contains(&h);
                    rows.push(there.then(|| {
                        let line = depth.at(d) * height.size + height.at(h);
                        (sample, line * width.size)
                    }));
                }
            }
        }
        rows
    }

    /// Copies what is wanted of a tile to where it belongs.
    fn scatter(
        &self,
        row_starts: &[Option<(usize, usize)>],
        sums: &[T],
        places: std::ops::Range<usize>,
        rows: std::ops::Range<usize>,
        task: &mut Task<T>,
    ) {
        let (side, map) = (self.layout.sides[2], self.product.maps[2]);
        let across = map.inside(self.product.extents[2]);
        let mut at = places.start;
        while at < places.end {
            let (row, first) = (at / side, at % side);
            let last = side.min(first + places.end - at);
            let wanted = first.max(across.start)..last.min(across.end);
            if let Some((sample, start)) = row_starts[row]
                && !wanted.is_empty()
            {
                let skip = at - places.start + wanted.start - first;
                let start = start + map.at(wanted.start);
                for (m, row) in rows.clone().enumerate() {
                    let from = &sums[m * self.tiles.width + skip..][..wanted.len()];
                    let to = &mut task.planes[sample * task.rows + row][start..];
                    if map.step == 1 {
                        to[..from.len()].copy_from_slice(from);
                    } else {
                        let to = to.iter_mut().step_by(map.step);
                        to.zip(from).for_each(|(to, &from)| *to = from);
                    }
                }
            }
            at += last - first;
        }
    }
}
