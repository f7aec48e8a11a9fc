//! The gradient of the weights of a convolution with many output channels: at each place one number of
//! x, moved by an element of the kernel, times dy's of all channels, which lie side by side.
//!
//! dy is written out by place, some channels of it at a time. A stretch of places stays in the
//! first-level cache while x, moved by every element of the kernel, goes along it. Unlike with dot
//! products nothing is summed up across a vector, and nothing is computed between the rows of images.

use super::buffer::{borrow, give_back, zeros};
use super::padded_layout::PaddedLayout;
use super::parallel::{run_tasks, task_count};
use super::results::filled;
use super::shifted_sum::{STRETCH, Stretches};
use super::simd::{Real, arch};
use super::tile::Tiles;

/// Whether so many channels are enough for it: fewer leave vectors half empty, and keep the bits that
/// the notebooks' small networks were run with.
pub(super) fn is_worth_it(channels: usize) -> bool {
    channels >= 64
}

/// The products of dy (N, groups * channels, places) with padded x at each offset, added up over the places: by
/// group, channel and offset.
pub(super) fn wide_gradient<T: Real>(
    grad: &[T],
    channels: usize,
    extents: [usize; 3],
    layout: &PaddedLayout,
    x: &[T],
    offsets: &[usize],
) -> Vec<T> {
    let (groups, taps) = (layout.groups, offsets.len());
    let tiles = Tiles::new::<T>(arch());
    let width = tiles.columns(channels);
    let starts = starts(layout, extents);
    let places = starts.len() / layout.samples;
    let height = tiles.outer_rows(taps);
    let cost = grad.len() * taps;
    let (blocks, panels) = (channels.div_ceil(width), taps.div_ceil(height));
    let splits = task_count(cost, groups * panels)
        .div_ceil(groups)
        .min(panels);
    let each = panels.div_ceil(splits) * height;
    // By group, block of channels, offset and channel.
    let mut sums = zeros::<T>(groups * blocks * taps * width);
    for (i, sums) in sums.chunks_exact_mut(taps * width).enumerate() {
        let (group, first) = (i / blocks, i % blocks * width);
        let planes = Planes {
            grad,
            places,
            channels: groups * channels,
            first: group * channels + first,
            wanted: width.min(channels - first),
        };
        let by_place = planes.by_place(layout.batch, width);
        let parts = sums.chunks_mut(each * width).zip(offsets.chunks(each));
        let cost = cost / groups / blocks;
        run_tasks(
            cost,
            parts.collect(),
            |(sums, offsets): (&mut [T], &[usize])| {
                for (chunk, samples) in layout.chunks().enumerate() {
                    let x = &x[(chunk * groups + group) * layout.unit()..][..layout.unit()];
                    let upto = samples.end * places * width;
                    let b = &by_place[samples.start * places * width..upto];
                    tiles.sum_shifted(x, &starts, offsets, b, sums, Stretches::AsAWhole);
                }
            },
        );
        give_back(by_place);
    }
    let (rows, cost) = (groups * channels, sums.len() * 8);
    filled(
        rows * taps,
        taps,
        rows,
        |i| i,
        cost,
        |i, row: Vec<&mut [T]>| {
            let (group, channel) = (i / channels, i % channels);
            let block = group * blocks + channel / width;
            let sums = &sums[block * taps * width + channel % width..];
            for row in row {
                let sums = sums.iter().step_by(width);
                row.iter_mut().zip(sums).for_each(|(to, &sum)| *to = sum);
            }
        },
    )
}

/// Some channels of dy (N, channels, places).
struct Planes<'a, T> {
    grad: &'a [T],
    places: usize,
    channels: usize,
    first: usize,
    wanted: usize,
}

impl<T: Real> Planes<'_, T> {
    /// By sample and place, `width` channels side by side; those that are not there are 0.
    fn by_place(&self, batch: usize, width: usize) -> Vec<T> {
        let mut numbers = borrow::<T>(batch * self.places * width);
        let tasks = numbers
            .chunks_mut(self.places * width)
            .enumerate()
            .collect();
        run_tasks(
            batch * self.places * width * 8,
            tasks,
            |(sample, to): (usize, &mut [T])| {
                let planes = &self.grad[(sample * self.channels + self.first) * self.places..];
                for (i, to) in to.chunks_mut(STRETCH * width).enumerate() {
                    if self.wanted < width {
                        to.fill(T::ZERO);
                    }
                    for (channel, plane) in planes
                        .chunks_exact(self.places)
                        .take(self.wanted)
                        .enumerate()
                    {
                        let from = &plane[i * STRETCH..][..to.len() / width];
                        let to = to[channel..].iter_mut().step_by(width);
                        to.zip(from).for_each(|(to, &from)| *to = from);
                    }
                }
            },
        );
        numbers
    }
}

/// Where each place of the samples of a chunk starts in the layout.
fn starts(layout: &PaddedLayout, extents: [usize; 3]) -> Vec<usize> {
    let [depths, heights, widths] = layout.sides;
    let mut starts = Vec::with_capacity(layout.samples * extents.iter().product::<usize>());
    for sample in 0..layout.samples {
        for d in 0..extents[0] {
            for h in 0..extents[1] {
                let row = ((sample * depths + d) * heights + h) * widths;
                starts.extend(row..row + extents[2]);
            }
        }
    }
    starts
}
