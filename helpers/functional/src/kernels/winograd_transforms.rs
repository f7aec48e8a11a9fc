//! What goes before and after the products of [`winograd`](super::winograd): of the kernels, of the image,
//! and of the result.
//!
//! ```text
//!      | 1   0   0  |         | 1   0  -1   0 |         | 1   1   1   0 |
//!  G = | .5  .5  .5 |    B' = | 0   1   1   0 |    A' = | 0   1  -1  -1 |
//!      | .5 -.5  .5 |         | 0  -1   1   0 |
//!      | 0   0   1  |         | 0   1   0  -1 |
//! ```
//!
//! Tiles of the image overlap: each begins two elements after the one before. A line is therefore first
//! split into its even and its odd elements. Then neighbours are tiles, and a vector holds many of them.

// Loops over constant ranges unroll into registers; iterators of arrays do not always.
#![allow(clippy::needless_range_loop)]

use super::buffer::zeros;
use super::simd::{Real, Simd, WithSimd};
use super::tile::MOST_ROWS;

/// The elements of a transformed tile.
pub(super) const ELEMENTS: usize = 16;

/// G g G' of some rows' kernels, every channel.
pub(super) struct KernelPanel<'a, T> {
    /// From the first row's on.
    pub(super) weights: &'a [T],
    pub(super) row_stride: usize,
    pub(super) channel_stride: usize,
    /// Whether each kernel is turned by half a turn.
    pub(super) turned: bool,
    /// As many as there are, of the panel's height.
    pub(super) rows: usize,
    pub(super) height: usize,
    /// For each element a part, by channel and row.
    pub(super) to: Vec<&'a mut [T]>,
}

/// One number for each row of a panel.
type Rows<T> = [T; MOST_ROWS];

impl<T: Real> WithSimd for KernelPanel<'_, T> {
    type Output = ();

    #[inline(always)]
    fn with_simd<S: Simd>(mut self, _: S) {
        for channel in 0..self.to[0].len() / self.height {
            let mut taps = [[T::ZERO; MOST_ROWS]; 9];
            for row in 0..self.rows {
                let at = row * self.row_stride + channel * self.channel_stride;
                for (tap, &number) in self.weights[at..][..9].iter().enumerate() {
                    taps[if self.turned { 8 - tap } else { tap }][row] = number;
                }
            }
            let columns = [0, 1, 2].map(|i| along(taps[i], taps[i + 3], taps[i + 6]));
            for line in 0..4 {
                let elements = along(columns[0][line], columns[1][line], columns[2][line]);
                for (to, rows) in self.to[4 * line..].iter_mut().zip(&elements) {
                    to[channel * self.height..][..self.height]
                        .copy_from_slice(&rows[..self.height]);
                }
            }
        }
    }
}

/// G times three numbers.
#[inline(always)]
fn along<T: Real>(a: Rows<T>, b: Rows<T>, c: Rows<T>) -> [Rows<T>; 4] {
    let half = T::from_f64(0.5);
    let sum = std::array::from_fn(|i| (a[i] + b[i] + c[i]) * half);
    let difference = std::array::from_fn(|i| (a[i] - b[i] + c[i]) * half);
    [a, sum, difference, c]
}

/// B' d B of some lines of tiles of a sample, every channel.
pub(super) struct Image<'a, T> {
    /// By channel.
    pub(super) images: &'a [T],
    pub(super) sides: [usize; 2],
    pub(super) padding: [usize; 2],
    pub(super) first_line: usize,
    pub(super) lines: usize,
    /// Tiles in a line.
    pub(super) width: usize,
    /// By element, channel and tile; a channel's tiles take `stride` numbers, these begin at `start`.
    pub(super) to: &'a mut [T],
    pub(super) next_element: usize,
    pub(super) stride: usize,
    pub(super) start: usize,
}

impl<T: Real> WithSimd for Image<'_, T> {
    type Output = ();

    #[inline(always)]
    fn with_simd<S: Simd>(self, _: S) {
        let ([height, side], pairs) = (self.sides, self.width + 1);
        // Every line's even elements, then its odd ones.
        let mut split = zeros::<T>((2 * self.lines + 2) * 2 * pairs);
        let mut elements: Vec<&mut [T]> = self.to.chunks_exact_mut(self.next_element).collect();
        for (channel, image) in self.images.chunks_exact(height * side).enumerate() {
            for (i, split) in split.chunks_exact_mut(2 * pairs).enumerate() {
                let at = (2 * self.first_line + i).checked_sub(self.padding[0]);
                match at.and_then(|at| image.chunks_exact(side).nth(at)) {
                    Some(line) => split_line(line, self.padding[1], split),
                    None => split.fill(T::ZERO),
                }
            }
            for line in 0..self.lines {
                let at = channel * self.stride + self.start + line * self.width;
                let of =
                    |i: usize| split[(2 * line + i) * 2 * pairs..][..2 * pairs].split_at(pairs);
                let lines = [of(0), of(1), of(2), of(3)];
                let (first, rest) = elements.split_at_mut(4);
                let (second, rest) = rest.split_at_mut(4);
                let (third, fourth) = rest.split_at_mut(4);
                let minus = |a: T, b: T| a - b;
                across(lines[0], lines[2], minus, first, at, self.width);
                across(lines[1], lines[2], |a, b| a + b, second, at, self.width);
                across(lines[2], lines[1], minus, third, at, self.width);
                across(lines[1], lines[3], minus, fourth, at, self.width);
            }
        }
    }
}

/// A line, with `padding` zeros before it and zeros after it: the even elements, then the odd ones.
#[inline(always)]
fn split_line<T: Real>(line: &[T], padding: usize, to: &mut [T]) {
    to.fill(T::ZERO);
    let (even, odd) = to.split_at_mut(to.len() / 2);
    let skip = padding % 2;
    if let (1, Some(&first)) = (skip, line.first()) {
        odd[padding / 2] = first;
    }
    let line = &line[skip.min(line.len())..];
    let from = (padding + skip) / 2;
    let pairs = line.chunks_exact(2);
    if let ([last], Some(to)) = (pairs.remainder(), even.get_mut(from + line.len() / 2)) {
        *to = *last;
    }
    for ((even, odd), pair) in even[from..].iter_mut().zip(&mut odd[from..]).zip(pairs) {
        (*even, *odd) = (pair[0], pair[1]);
    }
}

/// One line of B' d, joined from two of the image, times B: four elements of each tile.
#[inline(always)]
fn across<T: Real>(
    a: (&[T], &[T]),
    b: (&[T], &[T]),
    join: impl Fn(T, T) -> T,
    elements: &mut [&mut [T]],
    at: usize,
    width: usize,
) {
    let [w, x, y, z] = elements else { return };
    let (w, x) = (&mut w[at..][..width], &mut x[at..][..width]);
    let (y, z) = (&mut y[at..][..width], &mut z[at..][..width]);
    let (a_even, a_odd) = (&a.0[..width + 1], &a.1[..width + 1]);
    let (b_even, b_odd) = (&b.0[..width + 1], &b.1[..width + 1]);
    for i in 0..width {
        let d0 = join(a_even[i], b_even[i]);
        let d1 = join(a_odd[i], b_odd[i]);
        let d2 = join(a_even[i + 1], b_even[i + 1]);
        let d3 = join(a_odd[i + 1], b_odd[i + 1]);
        w[i] = d0 - d2;
        x[i] = d1 + d2;
        y[i] = d2 - d1;
        z[i] = d1 - d3;
    }
}

/// A' m A of some lines of tiles of one row of the result.
pub(super) struct ResultLines<'a, T> {
    /// The sums of the row's first element, and from one element to the next.
    pub(super) sums: &'a [T],
    pub(super) next_element: usize,
    /// The first tile, and the tiles in a line.
    pub(super) start: usize,
    pub(super) width: usize,
    pub(super) bias: T,
    pub(super) to: &'a mut [T],
    /// The numbers of a line of the result.
    pub(super) side: usize,
}

impl<T: Real> WithSimd for ResultLines<'_, T> {
    type Output = ();

    #[inline(always)]
    fn with_simd<S: Simd>(self, _: S) {
        let bias = self.bias;
        for (i, to) in self.to.chunks_mut(2 * self.side).enumerate() {
            let at = self.start + i * self.width;
            let m: [&[T]; ELEMENTS] =
                std::array::from_fn(|e| &self.sums[e * self.next_element + at..][..self.width]);
            let of = |line: usize| {
                [
                    m[4 * line],
                    m[4 * line + 1],
                    m[4 * line + 2],
                    m[4 * line + 3],
                ]
            };
            let (upper, lower) = to.split_at_mut(self.side);
            pairs::<T, false>([of(0), of(1), of(2)], bias, upper);
            // The last line of an odd height has no second one.
            if !lower.is_empty() {
                pairs::<T, true>([of(1), of(2), of(3)], bias, lower);
            }
        }
    }
}

/// One line of A' m, from three lines of m (the first and the others, or the first less the others), times A:
/// two neighbours of each tile. Of the last tile only the first is written, if the line is odd.
#[inline(always)]
fn pairs<T: Real, const LESS: bool>([a, b, c]: [[&[T]; 4]; 3], bias: T, to: &mut [T]) {
    let pair = |i: usize| {
        let mut m = [T::ZERO; 4];
        for (e, m) in m.iter_mut().enumerate() {
            *m = match LESS {
                false => a[e][i] + b[e][i] + c[e][i],
                true => a[e][i] - b[e][i] - c[e][i],
            };
        }
        [m[0] + m[1] + m[2] + bias, m[1] - m[2] - m[3] + bias]
    };
    let width = a[0].len();
    let (whole, rest) = to.as_chunks_mut::<2>();
    for (i, to) in whole.iter_mut().enumerate() {
        *to = pair(i);
    }
    if let [to] = rest {
        *to = pair(width - 1)[0];
    }
}
