//! The gradient of a convolution's weights: dot products of two canvases.
//!
//! A stretch of four to six rows of dy stays in the first-level cache while x's canvas, moved by
//! every element of the kernel, passes along it.

use super::canvas::Canvas;
use super::simd::{Real, arch};
use super::sweep::count;
use super::threads::{pieces, run};
use super::tile::{DOT_COLUMNS, Dot, Tiles};
use super::zeros;

/// The places of one stretch of dot products: four rows of either side fit the first-level cache.
const STRETCH: usize = 1024;

/// The dot product of each channel of `a` with `b` at each offset, by group, added up over the
/// chunks; the canvases have the same sides.
pub(super) fn products<T: Real>(
    a_canvas: &Canvas,
    a: &[T],
    extents: [usize; 3],
    b_canvas: &Canvas,
    b: &[T],
    offsets: &[usize],
) -> Vec<T> {
    let (channels, groups, columns) = (a_canvas.channels, a_canvas.groups, offsets.len());
    let tiles = Tiles::new::<T>(arch());
    let height = tiles.dot_rows(channels);
    let cost = a.len() * columns;
    let panels = channels.div_ceil(height);
    let splits = pieces(cost, groups * panels).div_ceil(groups).min(panels);
    let each = panels.div_ceil(splits) * height;
    let mut sums = zeros::<T>(groups * channels * columns);
    let mut tasks = Vec::new();
    for (group, sums) in sums.chunks_exact_mut(channels * columns).enumerate() {
        let parts = sums.chunks_mut(each * columns).enumerate();
        tasks.extend(parts.map(|(part, sums)| (group, part * each, sums)));
    }
    let work = |(group, first, sums): (usize, usize, &mut [T])| {
        for (chunk, samples) in a_canvas.chunks().enumerate() {
            let a = &a[(chunk * groups + group) * a_canvas.unit() + first * a_canvas.plane()..];
            let b = &b[(chunk * groups + group) * b_canvas.unit()..][..b_canvas.unit()];
            let places = count(a_canvas.sides, samples.len(), extents);
            for start in (0..places).step_by(STRETCH) {
                let length = STRETCH.min(places - start);
                for (i, sums) in sums.chunks_mut(height * columns).enumerate() {
                    let rows: [usize; 8] =
                        std::array::from_fn(|m| (i * height + m) * a_canvas.plane() + start);
                    let rows = &rows[..sums.len() / columns];
                    for k in (0..columns).step_by(DOT_COLUMNS) {
                        let at = |i: usize| start + offsets[(k + i).min(columns - 1)];
                        let dots = tiles.dot(Dot {
                            a,
                            rows,
                            b,
                            columns: std::array::from_fn(at),
                            length,
                        });
                        let upto = columns.min(k + DOT_COLUMNS);
                        for (sums, dots) in sums.chunks_exact_mut(columns).zip(dots) {
                            let sums = sums[k..upto].iter_mut();
                            sums.zip(dots).for_each(|(sum, dot)| *sum += dot);
                        }
                    }
                }
            }
        }
    };
    run(cost, tasks, work);
    sums
}
