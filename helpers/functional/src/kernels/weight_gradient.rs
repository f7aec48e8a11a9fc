//! The gradient of the weights of a convolution with few output channels: dot products of padded dy
//! and padded x.
//!
//! A stretch of four to six rows of dy stays in the first-level cache while padded x, moved by
//! every element of the kernel, goes along it.

use super::buffer::zeros;
use super::padded_layout::PaddedLayout;
use super::parallel::{run_tasks, task_count};
use super::product::count;
use super::simd::{Real, arch};
use super::tile::{DOT_COLUMNS, Dot, Tiles};

/// The places of one stretch of dot products: four rows of either side fit the first-level cache.
const STRETCH: usize = 1024;

/// The dot product of each channel of `a` with `b` at each offset, by group, added up over the
/// chunks; the layouts have the same sides.
pub(super) fn weight_gradient<T: Real>(
    a_layout: &PaddedLayout,
    a: &[T],
    extents: [usize; 3],
    b_layout: &PaddedLayout,
    b: &[T],
    offsets: &[usize],
) -> Vec<T> {
    let (channels, groups, columns) = (a_layout.channels, a_layout.groups, offsets.len());
    let tiles = Tiles::new::<T>(arch());
    let height = tiles.dot_rows(channels);
    let cost = a.len() * columns;
    let panels = channels.div_ceil(height);
    let splits = task_count(cost, groups * panels)
        .div_ceil(groups)
        .min(panels);
    let each = panels.div_ceil(splits) * height;
    let mut sums = zeros::<T>(groups * channels * columns);
    let mut tasks = Vec::new();
    for (group, sums) in sums.chunks_exact_mut(channels * columns).enumerate() {
        let parts = sums.chunks_mut(each * columns).enumerate();
        tasks.extend(parts.map(|(part, sums)| (group, part * each, sums)));
    }
    let work = |(group, first, sums): (usize, usize, &mut [T])| {
        for (chunk, samples) in a_layout.chunks().enumerate() {
            let a = &a[(chunk * groups + group) * a_layout.unit() + first * a_layout.plane()..];
            let b = &b[(chunk * groups + group) * b_layout.unit()..][..b_layout.unit()];
            let places = count(a_layout.sides, samples.len(), extents);
            for start in (0..places).step_by(STRETCH) {
                let length = STRETCH.min(places - start);
                for (i, sums) in sums.chunks_mut(height * columns).enumerate() {
                    let rows: [usize; 8] =
                        std::array::from_fn(|m| (i * height + m) * a_layout.plane() + start);
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
    run_tasks(cost, tasks, work);
    sums
}
