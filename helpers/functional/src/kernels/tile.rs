//! Two of the inner loops of convolutions and linear maps, forward and backward.
//!
//! Both keep a small tile of results in registers while they run along the sum, so that each number
//! loaded is used several times:
//!
//! ```text
//! Outer    c[m][j] = init[m] + sum_k a[k][m] * b[offset_k + j]     vectors along j
//! Dot      c[m][n] = sum_i a[row_m + i] * b[row_n + i]             vectors along i
//! ```
//!
//! `Outer` multiplies packed weights with shifted views of one padded image: with one offset per
//! kernel element this is a convolution whose matrix of patches is never written out. With 32
//! registers a tile is 8 results by 3 vectors (24 sums, 3 of the image, 1 weight), with 16 it is 6
//! by 2. `Dot` is for the gradients of weights: both operands lie along the sum. A third loop is in
//! [`shifted_sum`](super::shifted_sum).

// Loops over constant ranges unroll into registers; iterators of arrays do not always.
#![allow(clippy::needless_range_loop)]

use super::simd::{Arch, Real, Simd, WithSimd, registers};

/// The columns of a [`Dot`] tile.
pub(super) const DOT_COLUMNS: usize = 4;
/// The most rows of a tile.
pub(super) const MOST_ROWS: usize = 8;

/// How large tiles are with these instructions.
#[derive(Clone, Copy)]
pub(super) struct Tiles {
    pub(super) arch: Arch,
    /// The numbers of a row of an outer tile.
    pub(super) width: usize,
    /// The numbers of a vector.
    pub(super) lanes: usize,
    outer_rows: usize,
    dot_rows: usize,
}

impl Tiles {
    pub(super) fn new<T: Real>(arch: Arch) -> Tiles {
        let (count, lanes) = registers::<T>(arch);
        let (outer_rows, vectors, dot_rows) = if count >= 32 { (8, 3, 6) } else { (6, 2, 3) };
        Tiles {
            arch,
            width: vectors * lanes,
            lanes,
            outer_rows,
            dot_rows,
        }
    }

    /// The height of outer tiles that cover `rows` with the least left over.
    pub(super) fn outer_rows(&self, rows: usize) -> usize {
        least_height(rows, self.outer_rows)
    }

    pub(super) fn dot_rows(&self, rows: usize) -> usize {
        least_height(rows, self.dot_rows)
    }

    /// One outer tile of `rows` by at most `width`; row m of the result is at `m * stride` of `c`,
    /// in full vectors.
    pub(super) fn outer<T: Real>(&self, rows: usize, outer: Outer<T>) {
        let vectors = outer.count.div_ceil(self.lanes);
        macro_rules! choose {
            ($($m:literal)*) => {
                match (rows, vectors) {
                    $(($m, 1) => self.arch.dispatch(OuterTile::<T, $m, 1>(outer)),
                    ($m, 2) => self.arch.dispatch(OuterTile::<T, $m, 2>(outer)),
                    ($m, _) => self.arch.dispatch(OuterTile::<T, $m, 3>(outer)),)*
                    _ => unreachable!("no tile has {rows} rows"),
                }
            };
        }
        choose!(1 2 3 4 5 6 7 8);
    }

    /// The width of tiles that cover `columns` with the least left over: two vectors at least, if
    /// there are so many, since narrow tiles wait for memory.
    pub(super) fn columns(&self, columns: usize) -> usize {
        let vectors = columns.div_ceil(self.lanes);
        let widths = (2..=self.width / self.lanes).rev();
        let best = widths.min_by_key(|&width| vectors.div_ceil(width) * width);
        best.unwrap_or(1).min(vectors) * self.lanes
    }

    /// One tile of dot products, one for each pair of starts; at most as many rows as
    /// [`dot_rows`](Self::dot_rows) says.
    pub(super) fn dot<T: Real>(&self, dot: Dot<T>) -> [[T; DOT_COLUMNS]; MOST_ROWS] {
        macro_rules! choose {
            ($($m:literal)*) => {
                match dot.rows.len() {
                    $($m => self.arch.dispatch(DotTile::<T, $m>(dot)),)*
                    rows => unreachable!("no tile has {rows} rows"),
                }
            };
        }
        choose!(1 2 3 4 5 6)
    }
}

/// The least height that needs no more tiles than `most` would.
fn least_height(rows: usize, most: usize) -> usize {
    rows.div_ceil(rows.div_ceil(most).max(1)).max(1)
}

pub(super) struct Outer<'a, T> {
    /// For each k the weights of all rows.
    pub(super) a: &'a [T],
    pub(super) b: &'a [T],
    /// For each k where b starts.
    pub(super) offsets: &'a [usize],
    /// Added to all offsets.
    pub(super) start: usize,
    /// How many columns are wanted.
    pub(super) count: usize,
    /// What the sums start from, one per row.
    pub(super) init: &'a [T],
    pub(super) c: &'a mut [T],
    /// From one row of c to the next.
    pub(super) stride: usize,
}

struct OuterTile<'a, T, const M: usize, const V: usize>(Outer<'a, T>);

impl<T: Real, const M: usize, const V: usize> WithSimd for OuterTile<'_, T, M, V> {
    type Output = ();

    #[inline(always)]
    fn with_simd<S: Simd>(self, simd: S) {
        let tile = self.0;
        let lanes = T::lanes::<S>();
        let mut sums = [[T::splat(simd, T::ZERO); V]; M];
        for (sums, &init) in sums.iter_mut().zip(tile.init) {
            *sums = [T::splat(simd, init); V];
        }
        let (weights, _) = tile.a.as_chunks::<M>();
        if tile.count == V * lanes {
            for (weights, &offset) in weights.iter().zip(tile.offsets) {
                let from = &tile.b[tile.start + offset..][..V * lanes];
                let mut b = [T::splat(simd, T::ZERO); V];
                for (v, b) in b.iter_mut().enumerate() {
                    *b = T::load(simd, &from[v * lanes..(v + 1) * lanes]);
                }
                for (sums, &weight) in sums.iter_mut().zip(weights) {
                    let weight = T::splat(simd, weight);
                    for (sum, &b) in sums.iter_mut().zip(&b) {
                        *sum = T::mul_add(simd, weight, b, *sum);
                    }
                }
            }
        } else {
            // All vectors but the last are full.
            let few = tile.count - (V - 1) * lanes;
            for (weights, &offset) in weights.iter().zip(tile.offsets) {
                let from = &tile.b[tile.start + offset..][..(V - 1) * lanes + few];
                let mut b = [T::splat(simd, T::ZERO); V];
                for v in 0..V - 1 {
                    b[v] = T::load(simd, &from[v * lanes..(v + 1) * lanes]);
                }
                b[V - 1] = T::load_few(simd, &from[(V - 1) * lanes..]);
                for (sums, &weight) in sums.iter_mut().zip(weights) {
                    let weight = T::splat(simd, weight);
                    for (sum, &b) in sums.iter_mut().zip(&b) {
                        *sum = T::mul_add(simd, weight, b, *sum);
                    }
                }
            }
        }
        for (m, sums) in sums.iter().enumerate() {
            let row = &mut tile.c[m * tile.stride..][..V * lanes];
            for (v, &sum) in sums.iter().enumerate() {
                T::store(simd, &mut row[v * lanes..(v + 1) * lanes], sum);
            }
        }
    }
}

pub(super) struct Dot<'a, T> {
    pub(super) a: &'a [T],
    pub(super) rows: &'a [usize],
    pub(super) b: &'a [T],
    pub(super) columns: [usize; DOT_COLUMNS],
    pub(super) length: usize,
}

struct DotTile<'a, T, const M: usize>(Dot<'a, T>);

impl<T: Real, const M: usize> WithSimd for DotTile<'_, T, M> {
    type Output = [[T; DOT_COLUMNS]; MOST_ROWS];

    #[inline(always)]
    fn with_simd<S: Simd>(self, simd: S) -> Self::Output {
        let Dot {
            a,
            rows,
            b,
            columns,
            length,
        } = self.0;
        let full = length / T::lanes::<S>();
        let rest = full * T::lanes::<S>();
        let mut a_rows: [&[T]; M] = [&[]; M];
        let mut a_full: [&[T::Vector<S>]; M] = [&[]; M];
        for m in 0..M {
            a_rows[m] = &a[rows[m]..][..length];
            a_full[m] = &T::full::<S>(a_rows[m])[..full];
        }
        let mut b_rows: [&[T]; DOT_COLUMNS] = [&[]; DOT_COLUMNS];
        let mut b_full: [&[T::Vector<S>]; DOT_COLUMNS] = [&[]; DOT_COLUMNS];
        for n in 0..DOT_COLUMNS {
            b_rows[n] = &b[columns[n]..][..length];
            b_full[n] = &T::full::<S>(b_rows[n])[..full];
        }
        let mut sums = [[T::splat(simd, T::ZERO); DOT_COLUMNS]; M];
        for i in 0..full {
            // The fewer of both wait in registers, so that all sums stay in theirs.
            if M < DOT_COLUMNS {
                let mut a = [T::splat(simd, T::ZERO); M];
                for m in 0..M {
                    a[m] = a_full[m][i];
                }
                for n in 0..DOT_COLUMNS {
                    let b = b_full[n][i];
                    for m in 0..M {
                        sums[m][n] = T::mul_add(simd, a[m], b, sums[m][n]);
                    }
                }
            } else {
                let mut b = [T::splat(simd, T::ZERO); DOT_COLUMNS];
                for n in 0..DOT_COLUMNS {
                    b[n] = b_full[n][i];
                }
                for m in 0..M {
                    let a = a_full[m][i];
                    for n in 0..DOT_COLUMNS {
                        sums[m][n] = T::mul_add(simd, a, b[n], sums[m][n]);
                    }
                }
            }
        }
        if rest < length {
            for m in 0..M {
                let a = T::load_few(simd, &a_rows[m][rest..]);
                for n in 0..DOT_COLUMNS {
                    let b = T::load_few(simd, &b_rows[n][rest..]);
                    sums[m][n] = T::mul_add(simd, a, b, sums[m][n]);
                }
            }
        }
        let mut dots = [[T::ZERO; DOT_COLUMNS]; MOST_ROWS];
        for m in 0..M {
            for n in 0..DOT_COLUMNS {
                dots[m][n] = T::sum(simd, sums[m][n]);
            }
        }
        dots
    }
}
