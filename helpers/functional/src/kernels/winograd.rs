//! Convolutions with kernels of 3 x 3 and stride 1 in fewer multiplications: S. Winograd's minimal
//! filtering, as A. Lavin and S. Gray brought it to networks ("Fast algorithms for convolutional neural
//! networks", 2016).
//!
//! Of one channel, four neighbours of the result (2 x 2) need 36 products of the image and the kernel. From
//! 4 x 4 elements d of the image and the kernel g the same four come with 16:
//!
//! ```text
//! y = A' [ (G g G') * (B' d B) ] A        * multiplies element by element, ' transposes
//! ```
//!
//! Sums over the channels go between the brackets. So there are 16 products of matrices, (rows, channels)
//! with (channels, tiles of 2 x 2), and before and after them the
//! [transforms](super::winograd_transforms), which only add and halve. With few channels, or with few tiles, the
//! transforms would cost more than is saved.

use super::axis::WindowAxis;
use super::buffer::{borrow, give_back};
use super::parallel::task_count;
use super::pointwise::relu_in_place;
use super::results::filled;
use super::simd::{Real, arch};
use super::thread_pool::num_threads;
use super::tile::{Outer, Tiles};
use super::winograd_transforms::{ELEMENTS, Image, KernelPanel, ResultLines};

/// The least channels, on both sides, and tiles.
const LEAST: (usize, usize) = (64, 96);
/// Between the numbers of one element and the next: without it they lie at places that fall together in
/// the cache.
const GAP: usize = 16;
/// About so many tiles are worked on at a time, so that they stay in the cache.
const CHUNK: usize = 200;

/// One such convolution.
pub(super) struct Winograd {
    batch: usize,
    channels: usize,
    /// The channels of the result.
    rows: usize,
    /// Height and width: of the image, with so much padding before it, and of the result.
    image: [usize; 2],
    padding: [usize; 2],
    result: [usize; 2],
    /// In the weights, from one row's kernels to the next, and from one channel's.
    row_stride: usize,
    channel_stride: usize,
    /// Whether each kernel is turned by half a turn.
    turned: bool,
}

/// How the result is cut: a band of lines of tiles of one sample, and so many of them in a task.
struct Bands {
    lines: usize,
    per_sample: usize,
    each: usize,
}

impl Winograd {
    /// For a convolution of one group with `[in, out]` channels, if this is a good way to compute y, or (with
    /// `turned` kernels, which go over dy) dx.
    pub(super) fn new(
        batch: usize,
        [inputs, outputs]: [usize; 2],
        [depth, height, width]: [WindowAxis; 3],
        turned: bool,
    ) -> Option<Winograd> {
        let is_plain = |axis: WindowAxis| {
            (axis.kernel, axis.stride, axis.dilation) == (3, 1, 1) && axis.padding <= 2
        };
        if depth != WindowAxis::ABSENT || !is_plain(height) || !is_plain(width) {
            return None;
        }
        let axes = [height, width];
        let (x, y) = (axes.map(|axis| axis.input), axes.map(|axis| axis.output));
        let padding = axes.map(|axis| axis.padding);
        let winograd = match turned {
            false => Winograd {
                batch,
                channels: inputs,
                rows: outputs,
                image: x,
                padding,
                result: y,
                row_stride: 9 * inputs,
                channel_stride: 9,
                turned,
            },
            true => Winograd {
                batch,
                channels: outputs,
                rows: inputs,
                image: y,
                padding: padding.map(|padding| 2 - padding),
                result: x,
                row_stride: 9,
                channel_stride: 9 * inputs,
                turned,
            },
        };
        let [height, width] = winograd.tiles();
        let is_worth_it = inputs.min(outputs) >= LEAST.0 && batch * height * width >= LEAST.1;
        // An odd height is not cut into bands, and a large sample in one piece takes much memory.
        let is_cut = winograd.result[0].is_multiple_of(2) || height * width <= CHUNK;
        (is_worth_it && is_cut).then_some(winograd)
    }

    /// The result (N, rows, height, width), each row started from its bias, through ReLU if that is
    /// wanted.
    pub(super) fn run<T: Real>(
        &self,
        images: &[T],
        weights: &[T],
        bias: &[T],
        relu: bool,
    ) -> Vec<T> {
        let tiles = Tiles::new::<T>(arch());
        let height = tiles.outer_rows(self.rows);
        let kernels = self.transformed(weights, height);
        let [_, width] = self.tiles();
        let bands = self.bands();
        let units = self.batch * bands.per_sample;
        let plane = self.result[0] * self.result[1];
        let part = match bands.per_sample {
            1 => plane,
            _ => 2 * bands.lines * self.result[1],
        };
        let owner = |part: usize| {
            let (plane, band) = (part / bands.per_sample, part % bands.per_sample);
            (plane / self.rows * bands.per_sample + band) / bands.each
        };
        let cost = units * bands.lines * width * ELEMENTS * self.channels * self.rows;
        let work = |task: usize, mut parts: Vec<&mut [T]>| {
            let first = task * bands.each;
            let count = bands.each.min(units - first);
            let stride = (count * bands.lines * width).next_multiple_of(tiles.lanes);
            let next_element = self.channels * stride + GAP;
            let mut tiles_of_image = borrow::<T>(ELEMENTS * next_element);
            for i in 0..count {
                let (sample, band) = (
                    (first + i) / bands.per_sample,
                    (first + i) % bands.per_sample,
                );
                let size = self.image[0] * self.image[1];
                tiles.arch.dispatch(Image {
                    images: &images[sample * self.channels * size..][..self.channels * size],
                    sides: self.image,
                    padding: self.padding,
                    first_line: band * bands.lines,
                    lines: bands.lines,
                    width,
                    to: &mut tiles_of_image,
                    next_element,
                    stride,
                    start: i * bands.lines * width,
                });
            }
            let sums = self.products(&tiles, &kernels, &tiles_of_image, stride);
            let next_element = sums.len() / ELEMENTS;
            for (i, part) in parts.iter_mut().enumerate() {
                let (unit, row) = (i / self.rows, i % self.rows);
                tiles.arch.dispatch(ResultLines {
                    sums: &sums[row * stride..],
                    next_element,
                    start: unit * bands.lines * width,
                    width,
                    bias: bias.get(row).copied().unwrap_or(T::ZERO),
                    to: part,
                    side: self.result[1],
                });
                if relu {
                    relu_in_place(part);
                }
            }
            give_back(tiles_of_image);
            give_back(sums);
        };
        let count = self.batch * self.rows * plane;
        filled(count, part, units.div_ceil(bands.each), owner, cost, work)
    }

    /// For each element the product of the kernels and the tiles of the image: by element, row (as many as
    /// whole panels have) and tile.
    fn products<T: Real>(
        &self,
        tiles: &Tiles,
        kernels: &[T],
        tiles_of_image: &[T],
        stride: usize,
    ) -> Vec<T> {
        let height = tiles.outer_rows(self.rows);
        let (panel, panels) = (self.channels * height, self.rows.div_ceil(height));
        let offsets: Vec<usize> = (0..self.channels).map(|channel| channel * stride).collect();
        let next_element = panels * height * stride + GAP;
        let mut sums = borrow::<T>(ELEMENTS * next_element);
        let of_element = sums.chunks_exact_mut(next_element);
        let of_element = of_element.zip(kernels.chunks_exact(panels * panel));
        let of_element = of_element.zip(tiles_of_image.chunks_exact(self.channels * stride + GAP));
        for ((sums, kernels), b) in of_element {
            for start in (0..stride).step_by(tiles.width) {
                let rows = sums.chunks_exact_mut(height * stride);
                for (a, rows) in kernels.chunks_exact(panel).zip(rows) {
                    let outer = Outer {
                        a,
                        b,
                        offsets: &offsets,
                        start,
                        count: tiles.width.min(stride - start),
                        init: &[],
                        c: &mut rows[start..],
                        stride,
                    };
                    tiles.outer(height, outer);
                }
            }
        }
        sums
    }

    /// Tiles of 2 x 2 along the height and the width of the result.
    fn tiles(&self) -> [usize; 2] {
        self.result.map(|side| side.div_ceil(2))
    }

    /// Whole samples, or bands of one size.
    fn bands(&self) -> Bands {
        let [height, width] = self.tiles();
        let all = self.batch * height * width;
        // A few tasks for each thread, of half a chunk or more; with many threads one each, of less.
        let tasks = task_count(usize::MAX, all.div_ceil(CHUNK / 2));
        let tasks = tasks.max(num_threads().min(all.div_ceil(CHUNK / 4)));
        let most = all.div_ceil(tasks).min(CHUNK);
        let fits =
            |lines: &usize| height.is_multiple_of(*lines) && lines * width <= most.max(width);
        let even = self.result[0].is_multiple_of(2);
        let lines = (1..=height).rev().find(fits).filter(|_| even);
        let lines = lines.unwrap_or(height);
        Bands {
            lines,
            per_sample: height / lines,
            each: match lines == height {
                true => (most / (height * width)).max(1),
                false => 1,
            },
        }
    }

    /// The transformed kernels by element, panel of rows, channel and row.
    fn transformed<T: Real>(&self, weights: &[T], height: usize) -> Vec<T> {
        let panels = self.rows.div_ceil(height);
        let (part, cost) = (self.channels * height, self.channels * self.rows * 64);
        let count = ELEMENTS * panels * part;
        filled(
            count,
            part,
            panels,
            |part| part % panels,
            cost,
            |panel, to: Vec<&mut [T]>| {
                let first = panel * height;
                let panel = KernelPanel {
                    weights: &weights[first * self.row_stride..],
                    row_stride: self.row_stride,
                    channel_stride: self.channel_stride,
                    turned: self.turned,
                    rows: height.min(self.rows - first),
                    height,
                    to,
                };
                arch().dispatch(panel);
            },
        )
    }
}
