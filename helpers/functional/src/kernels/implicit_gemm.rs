//! A convolution as a product of matrices, of which the matrix of patches is never written out: its
//! rows are read off the padded image. These are the loops between the geometry and the tiles.
//!
//! Weights are packed once, in panels as high as a tile. A task takes some panels and one chunk of
//! samples and goes along its places, a tile's width at a time: the patch of the image that a tile
//! reads stays in the first-level cache while the panels go by, and the panels in the second.

use super::buffer::{borrow, give_back, zeros};
use super::epilogue::ConvEpilogue;
use super::packing::Packing;
use super::padded_layout::{AxisMap, PaddedLayout};
use super::parallel::{run_tasks, task_count};
use super::pointwise::relu_in_place;
use super::simd::{Real, arch};
use super::tile::{Outer, Tiles};

/// Panels that go over a tile's place before it moves on, in numbers.
const PANELS: usize = 1 << 16;

/// One product: which places, with which weights, to which elements of the result.
pub(super) struct Product {
    /// Where each element of the sum starts in the layout ...
    pub(super) offsets: Vec<usize>,
    /// ... and which weight it has, in the group's first row.
    pub(super) weights: Vec<usize>,
    /// How many places there are along each dimension.
    pub(super) extents: [usize; 3],
    /// Where they are in the result.
    pub(super) maps: [AxisMap; 3],
}

pub(super) struct ImplicitGemm {
    pub(super) layout: PaddedLayout,
    /// The channels of the result, per group.
    pub(super) rows: usize,
    /// The distance between two rows' weights.
    pub(super) row_stride: usize,
    pub(super) products: Vec<Product>,
}

/// A run of panels, and the planes that they write: by sample, then by row.
struct Task<'a, T> {
    unit: usize,
    first_panel: usize,
    rows: usize,
    planes: Vec<&'a mut [T]>,
}

/// A task, and the argmax of each of its planes, if they are pooled.
type Pooled<'a, T> = (Task<'a, T>, Vec<&'a mut [u32]>);

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
        let height = tiles.outer_rows(self.rows);
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
        let mut result = zeros::<T>(self.layout.batch * groups * self.rows * kept);
        let mut argmax = vec![0; pool.map_or(0, |_| result.len())];
        let terms: usize = self.products.iter().map(|p| p.offsets.len()).sum();
        let places: usize = self.products[0].extents.iter().product();
        let cost = self.layout.batch * groups * self.rows * places * terms;
        let planes = result.chunks_exact_mut(kept);
        let tasks = self.tasks(cost, height, planes, argmax.chunks_exact_mut(kept));
        let fill = |task: &mut Task<T>| {
            let group = task.unit % groups;
            let image = &padded[task.unit * self.layout.unit()..][..self.layout.unit()];
            let first = (group * panels + task.first_panel) * height;
            for (product, packed) in self.products.iter().zip(&packed) {
                let packed = &packed[first * product.offsets.len()..];
                self.multiply(product, &tiles, height, image, packed, &init[first..], task);
            }
        };
        run_tasks(cost, tasks, |(mut task, argmax): Pooled<T>| {
            let Some(pool) = pool else {
                fill(&mut task);
                let planes = task.planes.iter_mut();
                return planes.for_each(|plane| relu(plane));
            };
            let mut whole = borrow::<T>(task.planes.len() * plane);
            fill(&mut Task {
                planes: whole.chunks_exact_mut(plane).collect(),
                ..task
            });
            let planes = task.planes.into_iter().zip(argmax);
            for ((y, argmax), plane) in planes.zip(whole.chunks_exact(plane)) {
                pool.planes(plane, y, argmax);
                relu(y);
            }
            give_back(whole);
        });
        give_back(padded);
        (result, argmax)
    }

    /// Shares out the planes of the result.
    fn tasks<'a, T: Real>(
        &self,
        cost: usize,
        height: usize,
        planes: impl Iterator<Item = &'a mut [T]>,
        mut argmax: impl Iterator<Item = &'a mut [u32]>,
    ) -> Vec<Pooled<'a, T>> {
        let (panels, groups) = (self.rows.div_ceil(height), self.layout.groups);
        let units = self.layout.chunks().count() * groups;
        let splits = task_count(cost, units * panels).div_ceil(units).min(panels);
        let each = panels.div_ceil(splits);
        let splits = panels.div_ceil(each);
        let mut tasks = Vec::with_capacity(units * splits);
        for unit in 0..units {
            for split in 0..splits {
                let task = Task {
                    unit,
                    first_panel: split * each,
                    rows: (each * height).min(self.rows - split * each * height),
                    planes: Vec::new(),
                };
                tasks.push((task, Vec::new()));
            }
        }
        for (i, plane) in planes.enumerate() {
            let (row, i) = (i % self.rows, i / self.rows);
            let unit = i / groups / self.layout.samples * groups + i % groups;
            let (task, argmax_of) = &mut tasks[unit * splits + row / height / each];
            task.planes.push(plane);
            argmax_of.extend(argmax.next());
        }
        tasks
    }

    #[allow(clippy::too_many_arguments)]
    fn multiply<T: Real>(
        &self,
        product: &Product,
        tiles: &Tiles,
        height: usize,
        image: &[T],
        packed: &[T],
        init: &[T],
        task: &mut Task<T>,
    ) {
        let samples = task.planes.len() / task.rows;
        let rows = self.row_starts(product, samples);
        let places = count(self.layout.sides, samples, product.extents);
        let panel = product.offsets.len() * height;
        let panels = task.rows.div_ceil(height);
        let block = (PANELS / panel.max(1)).clamp(1, panels);
        let mut sums = zeros::<T>(height * tiles.width);
        for first in (0..panels).step_by(block) {
            for start in (0..places).step_by(tiles.width) {
                let wanted = tiles.width.min(places - start);
                for i in first..panels.min(first + block) {
                    tiles.outer(
                        height,
                        Outer {
                            a: &packed[i * panel..(i + 1) * panel],
                            b: image,
                            offsets: &product.offsets,
                            start,
                            count: wanted,
                            init: &init[i * height..(i + 1) * height],
                            c: &mut sums,
                            stride: tiles.width,
                        },
                    );
                    let upto = task.rows.min((i + 1) * height);
                    self.scatter(
                        product,
                        &rows,
                        &sums,
                        tiles.width,
                        start..start + wanted,
                        i * height..upto,
                        task,
                    );
                }
            }
        }
    }

    /// For each row of the layout: where it starts in the result's plane of which sample.
    fn row_starts(&self, product: &Product, samples: usize) -> Vec<Option<(usize, usize)>> {
        let [depth, height, width] = product.maps;
        let [depths, heights, _] = self.layout.sides;
        let inside = (
            depth.inside(product.extents[0]),
            height.inside(product.extents[1]),
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
    #[allow(clippy::too_many_arguments)]
    fn scatter<T: Real>(
        &self,
        product: &Product,
        row_starts: &[Option<(usize, usize)>],
        sums: &[T],
        width: usize,
        places: std::ops::Range<usize>,
        rows: std::ops::Range<usize>,
        task: &mut Task<T>,
    ) {
        let (side, map) = (self.layout.sides[2], product.maps[2]);
        let across = map.inside(product.extents[2]);
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
                    let from = &sums[m * width + skip..][..wanted.len()];
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

/// The places of some samples up to the last that is wanted.
pub(super) fn count(sides: [usize; 3], samples: usize, extents: [usize; 3]) -> usize {
    let last = (samples - 1) * sides[0] + extents[0] - 1;
    let last = last * sides[1] + extents[1] - 1;
    last * sides[2] + extents[2]
}
