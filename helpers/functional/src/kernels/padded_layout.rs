//! Images laid out so that a shifted image is a shifted slice.
//!
//! A convolution reads, for each element of its kernel, the image moved by that element's place. In
//! a layout that has the padding as zeros around each image, the rows of all images of a chunk lie
//! one after the other, so "moved" is "starts later", for long runs over the ends of rows. What is
//! computed at those ends is not wanted and not copied. The zeros after a row serve as those before
//! the next.
//!
//! With a stride s, neighbours in the result read elements s apart: each remainder by s (a phase)
//! gets a layout of its own, in which they are neighbours again.

use std::ops::Range;

use super::buffer::borrow_zeros;
use super::parallel::{run_tasks, task_count};
use super::simd::Real;

/// Where the places 0, 1, ... of a layout are along one dimension of an image.
#[derive(Clone, Copy, Debug)]
pub(super) struct AxisMap {
    pub(super) step: usize,
    pub(super) shift: isize,
    pub(super) size: usize,
}

impl AxisMap {
    /// The places that are inside the image.
    pub(super) fn inside(&self, places: usize) -> Range<usize> {
        let before = |end: isize| (end.max(0) as usize).div_ceil(self.step);
        let end = before(self.size as isize - self.shift).min(places);
        before(-self.shift).min(end)..end
    }

    /// The image element of a place that is inside.
    pub(super) fn at(&self, place: usize) -> usize {
        (place * self.step).wrapping_add_signed(self.shift)
    }
}

/// Padded layouts for a batch: by chunk of samples, group, channel and phase, then by sample and row.
#[derive(Debug)]
pub(super) struct PaddedLayout {
    pub(super) batch: usize,
    /// Samples in a chunk.
    pub(super) samples: usize,
    pub(super) groups: usize,
    pub(super) channels: usize,
    /// One for each phase; depth, height, width.
    pub(super) phases: Vec<[AxisMap; 3]>,
    pub(super) sides: [usize; 3],
    /// Zeros after the last sample, which has no next one's to share.
    pub(super) tail: usize,
}

impl PaddedLayout {
    /// The numbers of one channel and phase of a chunk.
    pub(super) fn plane(&self) -> usize {
        self.samples * self.sides.iter().product::<usize>() + self.tail
    }

    /// The numbers of one group of a chunk.
    pub(super) fn unit(&self) -> usize {
        self.channels * self.phases.len() * self.plane()
    }

    /// The samples of each chunk.
    pub(super) fn chunks(&self) -> impl Iterator<Item = Range<usize>> {
        let starts = (0..self.batch).step_by(self.samples);
        starts.map(|start| start..self.batch.min(start + self.samples))
    }

    /// Lays out the images (N, groups * channels, ...), in borrowed memory.
    pub(super) fn fill<T: Real>(&self, images: &[T]) -> Vec<T> {
        let mut layout = borrow_zeros::<T>(self.chunks().count() * self.groups * self.unit());
        let channel = self.phases.len() * self.plane();
        let all = layout.len() / channel;
        let cost = layout.len() * 8;
        let each = all.div_ceil(task_count(cost, all));
        let tasks = layout.chunks_mut(each * channel).enumerate().collect();
        run_tasks(cost, tasks, |(task, part): (usize, &mut [T])| {
            for (i, part) in part.chunks_exact_mut(channel).enumerate() {
                // Channels are counted over all groups here.
                let (i, count) = (task * each + i, self.groups * self.channels);
                self.fill_channel(images, i / count * self.samples, i % count, part);
            }
        });
        layout
    }

    fn fill_channel<T: Real>(&self, images: &[T], first: usize, channel: usize, to: &mut [T]) {
        let upto = self.batch.min(first + self.samples);
        let rows = self.sides[0] * self.sides[1];
        for (maps, to) in self.phases.iter().zip(to.chunks_exact_mut(self.plane())) {
            let [depth, height, width] = maps;
            let sides = self.sides;
            let across = width.inside(sides[2]);
            let run = across.len();
            for sample in first..upto {
                let image = sample * self.groups * self.channels + channel;
                for d in depth.inside(sides[0]).filter(|_| run > 0) {
                    let slice = image * depth.size + depth.at(d);
                    for h in height.inside(sides[1]) {
                        let line = slice * height.size + height.at(h);
                        let from = &images[line * width.size + width.at(across.start)..];
                        let row = (sample - first) * rows + d * sides[1] + h;
                        let to = &mut to[row * sides[2] + across.start..][..run];
                        if width.step == 1 {
                            to.copy_from_slice(&from[..run]);
                        } else {
                            let from = from.iter().step_by(width.step);
                            to.iter_mut().zip(from).for_each(|(to, &from)| *to = from);
                        }
                    }
                }
            }
        }
    }
}
