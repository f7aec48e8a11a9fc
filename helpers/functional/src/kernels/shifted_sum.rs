//! The inner loop where rows are one image, moved:
//!
//! ```text
//! c[m][j] += sum over i of a[start_i + moved_m] * b[i][j]     vectors along j, which are channels
//! ```
//!
//! In a convolution i counts the elements of a kernel and m the places; in the gradient of its weights
//! i counts the places and m the elements. A long sum goes in stretches, each of which stays in the
//! first-level cache while all rows go along it.

// Loops over constant ranges unroll into registers; iterators of arrays do not always.
#![allow(clippy::needless_range_loop)]

use super::simd::{Real, Simd, WithSimd};
use super::tile::Tiles;

/// The terms of a stretch.
pub(super) const STRETCH: usize = 256;

/// How a stretch is added to what the stretches before it came to.
#[derive(Clone, Copy, PartialEq)]
pub(super) enum Stretches {
    /// Term by term: the sum is the same as without stretches, to the last bit.
    TermByTerm,
    /// As a whole: a sum of very many terms, as over all places of a batch, loses less to rounding.
    AsAWhole,
}

impl Tiles {
    /// `c[m][j] += sum over i of a[starts[i] + moved[m]] * b[i][j]`; b has a number for each i and
    /// column; the columns are whole vectors, and at most a tile's.
    pub(super) fn sum_shifted<T: Real>(
        &self,
        a: &[T],
        starts: &[usize],
        moved: &[usize],
        b: &[T],
        c: &mut [T],
        stretches: Stretches,
    ) {
        if moved.is_empty() {
            return;
        }
        let columns = c.len() / moved.len();
        let height = self.outer_rows(moved.len());
        for (b, starts) in b.chunks(STRETCH * columns).zip(starts.chunks(STRETCH)) {
            let reach = starts.iter().max().map_or(0, |furthest| furthest + 1);
            let rows = c.chunks_mut(height * columns).zip(moved.chunks(height));
            for (c, moved) in rows {
                let tile = Shifted {
                    a,
                    starts,
                    reach,
                    moved,
                    b,
                    c,
                    stretches,
                };
                self.shifted(columns / self.lanes, tile);
            }
        }
    }

    /// Adds to one shifted tile, `vectors` wide and as high as `moved` is long.
    fn shifted<T: Real>(&self, vectors: usize, shifted: Shifted<T>) {
        macro_rules! choose {
            ($($m:literal)*) => {
                match (shifted.moved.len(), vectors) {
                    $(($m, 1) => self.arch.dispatch(ShiftedTile::<T, $m, 1>(shifted)),
                    ($m, 2) => self.arch.dispatch(ShiftedTile::<T, $m, 2>(shifted)),
                    ($m, 3) => self.arch.dispatch(ShiftedTile::<T, $m, 3>(shifted)),)*
                    (rows, _) => unreachable!("no tile is {rows} by {vectors}"),
                }
            };
        }
        choose!(1 2 3 4 5 6 7 8);
    }
}

struct Shifted<'a, T> {
    a: &'a [T],
    /// For each i where a starts.
    starts: &'a [usize],
    /// The largest of them, and one more.
    reach: usize,
    /// For each row how far a is moved.
    moved: &'a [usize],
    /// For each i a number per column.
    b: &'a [T],
    /// Row by row.
    c: &'a mut [T],
    stretches: Stretches,
}

struct ShiftedTile<'a, T, const M: usize, const V: usize>(Shifted<'a, T>);

impl<T: Real, const M: usize, const V: usize> WithSimd for ShiftedTile<'_, T, M, V> {
    type Output = ();

    #[inline(always)]
    fn with_simd<S: Simd>(self, simd: S) {
        let tile = self.0;
        let lanes = T::lanes::<S>();
        let mut rows: [&[T]; M] = [&[]; M];
        for m in 0..M {
            rows[m] = &tile.a[tile.moved[m]..][..tile.reach];
        }
        let whole = tile.stretches == Stretches::AsAWhole;
        let mut sums = [[T::splat(simd, T::ZERO); V]; M];
        if !whole {
            for (sums, c) in sums.iter_mut().zip(tile.c.chunks_exact(V * lanes)) {
                for (v, sum) in sums.iter_mut().enumerate() {
                    *sum = T::load(simd, &c[v * lanes..(v + 1) * lanes]);
                }
            }
        }
        for (from, &start) in tile.b.chunks_exact(V * lanes).zip(tile.starts) {
            // It never is larger; this lets the compiler drop the checks of the rows.
            let start = start.min(tile.reach - 1);
            let mut b = [T::splat(simd, T::ZERO); V];
            for (v, b) in b.iter_mut().enumerate() {
                *b = T::load(simd, &from[v * lanes..(v + 1) * lanes]);
            }
            for m in 0..M {
                let a = T::splat(simd, rows[m][start]);
                for v in 0..V {
                    sums[m][v] = T::mul_add(simd, a, b[v], sums[m][v]);
                }
            }
        }
        let one = T::splat(simd, T::ONE);
        for (sums, c) in sums.iter().zip(tile.c.chunks_exact_mut(V * lanes)) {
            for (v, &sum) in sums.iter().enumerate() {
                let c = &mut c[v * lanes..(v + 1) * lanes];
                let sum = match whole {
                    true => T::mul_add(simd, one, T::load(simd, c), sum),
                    false => sum,
                };
                T::store(simd, c, sum);
            }
        }
    }
}
