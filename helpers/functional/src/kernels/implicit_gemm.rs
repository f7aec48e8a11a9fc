//! A convolution as a product of matrices, of which the matrix of patches is never written out: its
//! rows are read off the padded image.
//!
//! Weights are packed once, in panels. A task takes some panels and one chunk of samples, and goes
//! [along the places](super::along_places) or [along the channels](super::along_channels).

use std::sync::{Mutex, PoisonError};

use super::buffer::{borrow, give_back};
use super::epilogue::ConvEpilogue;
use super::packing::Packing;
use super::padded_layout::PaddedLayout;
use super::parallel::task_count;
use super::pointwise::relu_in_place;
use super::product::{Factors, Product, Task, count};
use super::results::filled;
use super::simd::{Real, arch};
use super::tile::Tiles;

pub(super) struct ImplicitGemm {
    pub(super) layout: PaddedLayout,
    /// The channels of the result, per group.
    pub(super) rows: usize,
    /// The distance between two rows' weights.
    pub(super) row_stride: usize,
    pub(super) products: Vec<Product>,
}

/// How a unit, a chunk of samples of a group, is cut into tasks.
struct Split {
    rows: usize,
    /// The rows of a panel.
    height: usize,
    /// The panels of a run.
    each: usize,
    runs: usize,
}

impl Split {
    fn task<'a, T>(&self, i: usize, planes: Vec<&'a mut [T]>) -> Task<'a, T> {
        let first = i % self.runs * self.each;
        Task {
            unit: i / self.runs,
            first_panel: first,
            rows: (self.each * self.height).min(self.rows - first * self.height),
            planes,
        }
    }
}

impl ImplicitGemm {
    /// The result (N, groups * rows, ...), each row started from its bias, and the argmax of the
    /// pooling, if there is one.
    pub(super) fn run<T: Real>(
        &self,
        images: &[T],
        weights: &[T],
        bias: &[T],
        epilogue: Option<ConvEpilogue>,
    ) -> (Vec<T>, Vec<u32>) {
        let pool = epilogue.and_then(ConvEpilogue::pool);
        let relu = |y: &mut [T]| {
            if epilogue.is_some_and(ConvEpilogue::has_relu) {
                relu_in_place(y);
            }
        };
        let padded = self.layout.fill(images);
        let tiles = Tiles::new::<T>(arch());
        let along_channels = self.is_better_along_channels(&tiles);
        let height = match along_channels {
            true => tiles.columns(self.rows),
            false => tiles.outer_rows(self.rows),
        };
        let panels = self.rows.div_ceil(height);
        let groups = self.layout.groups;
        let packing = Packing {
            groups,
            rows: self.rows,
            row_stride: self.row_stride,
            height,
        };
        let pack = |product: &Product| packing.weights(weights, &product.weights);
        let packed: Vec<Vec<T>> = self.products.iter().map(pack).collect();
        let init = packing.bias(bias);
        let plane: usize = self.products[0].maps.iter().map(|map| map.size).product();
        let kept = pool.map_or(plane, |pool| pool.places());
        let count = self.layout.batch * groups * self.rows * kept;
        let terms: usize = self.products.iter().map(|p| p.offsets.len()).sum();
        let places: usize = self.products[0].extents.iter().product();
        let cost = self.layout.batch * groups * self.rows * places * terms;
        let split = self.split(cost, height);
        let tasks = self.layout.chunks().count() * groups * split.runs;
        let mut argmax = vec![0; pool.map_or(0, |_| count)];
        let mut argmax_of: Vec<_> = (0..tasks).map(|_| Vec::new()).collect();
        for (i, plane) in argmax.chunks_exact_mut(kept).enumerate() {
            argmax_of[self.owner(&split, i)].push(plane);
        }
        let argmax_of: Vec<_> = argmax_of.into_iter().map(Mutex::new).collect();
        let fill = |mut task: Task<T>| {
            let group = task.unit % groups;
            let image = &padded[task.unit * self.layout.unit()..][..self.layout.unit()];
            let first = (group * panels + task.first_panel) * height;
            for (product, packed) in self.products.iter().zip(&packed) {
                let packed = &packed[first * product.offsets.len()..];
                let factors = Factors {
                    layout: &self.layout,
                    product,
                    tiles: &tiles,
                    height,
                    image,
                    packed,
                    init: &init[first..],
                };
                match along_channels {
                    true => factors.multiply_along_channels(&mut task),
                    false => factors.multiply_along_places(&mut task),
                }
            }
        };
        let owner = |i| self.owner(&split, i);
        let result = filled(
            count,
            kept,
            tasks,
            owner,
            cost,
            |i, mut planes: Vec<&mut [T]>| {
                let Some(pool) = pool else {
                    fill(split.task(i, planes.iter_mut().map(|plane| &mut **plane).collect()));
                    return planes.into_iter().for_each(relu);
                };
                let mut whole = borrow::<T>(planes.len() * plane);
                fill(split.task(i, whole.chunks_exact_mut(plane).collect()));
                let argmax = {
                    let mut argmax = argmax_of[i].lock().unwrap_or_else(PoisonError::into_inner);
                    std::mem::take(&mut *argmax)
                };
                let pooled = planes.into_iter().zip(argmax);
                for ((y, argmax), plane) in pooled.zip(whole.chunks_exact(plane)) {
                    pool.planes(plane, y, argmax);
                    relu(y);
                }
                give_back(whole);
            },
        );
        drop(argmax_of);
        give_back(padded);
        (result, argmax)
    }

    /// Whether the places between images cost more than the vectors that channels do not fill.
    fn is_better_along_channels(&self, tiles: &Tiles) -> bool {
        let extents = self.products[0].extents;
        let places = count(self.layout.sides, self.layout.samples, extents);
        let wanted = self.layout.samples * extents.iter().product::<usize>();
        let columns = tiles.columns(self.rows);
        let vectors = self.rows.div_ceil(columns) * columns;
        self.rows >= 32 && places * self.rows * 10 > wanted * vectors * 11
    }

    /// Shares out the planes of the result.
    fn split(&self, cost: usize, height: usize) -> Split {
        let panels = self.rows.div_ceil(height);
        let units = self.layout.chunks().count() * self.layout.groups;
        let runs = task_count(cost, units * panels).div_ceil(units).min(panels);
        let each = panels.div_ceil(runs);
        Split {
            rows: self.rows,
            height,
            each,
            runs: panels.div_ceil(each),
        }
    }

    /// The task of a plane of the result.
    fn owner(&self, split: &Split, plane: usize) -> usize {
        let (row, plane) = (plane % self.rows, plane / self.rows);
        let groups = self.layout.groups;
        let unit = plane / groups / self.layout.samples * groups + plane % groups;
        unit * split.runs + row / split.height / split.each
    }
}
