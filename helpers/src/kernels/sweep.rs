//! Tiles run over canvases: the loops between a convolution's geometry and its inner loops.
//!
//! Weights are packed once, in panels as high as a tile. A task takes some panels and one chunk of
//! samples and goes along its places, a tile's width at a time: the patch of canvas that a tile
//! reads stays in the first-level cache while the panels pass, and the panels in the second.

use super::canvas::{Canvas, Map};
use super::simd::{Real, arch};
use super::threads::{pieces, run};
use super::tile::{Outer, Tiles};
use super::{Finish, borrow, give_back, zeros};

/// Panels that pass over a tile's place before it moves on, in numbers.
const PANELS: usize = 1 << 16;

/// One use of the canvas: which places, with which weights, to which elements of the result.
pub(super) struct Pass {
    /// Where each element of the sum starts on the canvas ...
    pub(super) offsets: Vec<usize>,
    /// ... and which weight it has, in the group's first row.
    pub(super) weights: Vec<usize>,
    /// How many places there are along each dimension.
    pub(super) extents: [usize; 3],
    /// Where they are in the result.
    pub(super) maps: [Map; 3],
}

pub(super) struct Sweep {
    pub(super) canvas: Canvas,
    /// The channels of the result, per group.
    pub(super) rows: usize,
    /// The distance between two rows' weights.
    pub(super) row_stride: usize,
    pub(super) passes: Vec<Pass>,
}

/// A run of panels, and the planes that they write: by sample, then by row.
struct Task<'a, T> {
    unit: usize,
    first_panel: usize,
    rows: usize,
    planes: Vec<&'a mut [T]>,
}

/// A task, and the winners of each of its planes, if they are pooled.
type Pooled<'a, T> = (Task<'a, T>, Vec<&'a mut [u32]>);

impl Sweep {
    /// The result (N, groups * rows, ...), each row started from its bias, and the winners of the
    /// pooling, if there is one.
    pub(super) fn run<T: Real>(
        &self,
        images: &[T],
        weights: &[T],
        bias: &[T],
        finish: &Finish,
    ) -> (Vec<T>, Vec<u32>) {
        let laid_out = self.canvas.fill(images);
        let tiles = Tiles::new::<T>(arch());
        let height = tiles.outer_rows(self.rows);
        let panels = self.rows.div_ceil(height);
        let groups = self.canvas.groups;
        let packed: Vec<Vec<T>> = self
            .passes
            .iter()
            .map(|pass| self.pack(pass, weights, weights.len() / groups, height))
            .collect();
        let init = self.starts(bias, panels * height);
        let plane: usize = self.passes[0].maps.iter().map(|map| map.size).product();
        let kept = finish.pool.map_or(plane, |pool| pool.places());
        let mut result = zeros::<T>(self.canvas.batch * groups * self.rows * kept);
        let mut winners = vec![0; finish.pool.map_or(0, |_| result.len())];
        let terms: usize = self.passes.iter().map(|pass| pass.offsets.len()).sum();
        let places: usize = self.passes[0].extents.iter().product();
        let cost = self.canvas.batch * groups * self.rows * places * terms;
        let planes = result.chunks_exact_mut(kept);
        let tasks = self.tasks(cost, height, planes, winners.chunks_exact_mut(kept));
        let fill = |task: &mut Task<T>| {
            let group = task.unit % groups;
            let canvas = &laid_out[task.unit * self.canvas.unit()..][..self.canvas.unit()];
            let first = (group * panels + task.first_panel) * height;
            for (pass, packed) in self.passes.iter().zip(&packed) {
                let packed = &packed[first * pass.offsets.len()..];
                self.pass(pass, &tiles, height, canvas, packed, &init[first..], task);
            }
        };
        run(cost, tasks, |(mut task, winners): Pooled<T>| {
            let Some(pool) = finish.pool else {
                fill(&mut task);
                let planes = task.planes.iter_mut();
                return planes.for_each(|plane| finish.rectify(plane));
            };
            let mut whole = borrow::<T>(task.planes.len() * plane);
            fill(&mut Task {
                planes: whole.chunks_exact_mut(plane).collect(),
                ..task
            });
            let planes = task.planes.into_iter().zip(winners);
            for ((y, winners), plane) in planes.zip(whole.chunks_exact(plane)) {
                pool.planes(plane, y, winners);
                finish.rectify(y);
            }
            give_back(whole);
        });
        give_back(laid_out);
        (result, winners)
    }

    /// What the sums of each group start from: the bias, and 0 for rows that are not there.
    fn starts<T: Real>(&self, bias: &[T], rows: usize) -> Vec<T> {
        let mut starts = zeros::<T>(self.canvas.groups * rows);
        let groups = starts.chunks_exact_mut(rows);
        for (starts, bias) in groups.zip(bias.chunks_exact(self.rows)) {
            starts[..self.rows].copy_from_slice(bias);
        }
        starts
    }

    /// Shares out the planes of the result.
    fn tasks<'a, T: Real>(
        &self,
        cost: usize,
        height: usize,
        planes: impl Iterator<Item = &'a mut [T]>,
        mut winners: impl Iterator<Item = &'a mut [u32]>,
    ) -> Vec<Pooled<'a, T>> {
        let (panels, groups) = (self.rows.div_ceil(height), self.canvas.groups);
        let units = self.canvas.chunks().count() * groups;
        let splits = pieces(cost, units * panels).div_ceil(units).min(panels);
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
            let unit = i / groups / self.canvas.samples * groups + i % groups;
            let (task, winners_of) = &mut tasks[unit * splits + row / height / each];
            task.planes.push(plane);
            winners_of.extend(winners.next());
        }
        tasks
    }

    /// The weights by group, panel, element of the sum and row; rows that are not there weigh 0.
    fn pack<T: Real>(&self, pass: &Pass, weights: &[T], group: usize, height: usize) -> Vec<T> {
        let panels = self.rows.div_ceil(height);
        let panel = pass.weights.len() * height;
        let mut packed = zeros::<T>(self.canvas.groups * panels * panel);
        for (i, packed) in packed.chunks_exact_mut(panel).enumerate() {
            let start = i / panels * group + i % panels * height * self.row_stride;
            let rows = height.min(self.rows - i % panels * height);
            for row in 0..rows {
                let weights = &weights[start + row * self.row_stride..];
                let to = packed[row..].iter_mut().step_by(height);
                to.zip(&pass.weights)
                    .for_each(|(to, &at)| *to = weights[at]);
            }
        }
        packed
    }

    #[allow(clippy::too_many_arguments)]
    fn pass<T: Real>(
        &self,
        pass: &Pass,
        tiles: &Tiles,
        height: usize,
        canvas: &[T],
        packed: &[T],
        init: &[T],
        task: &mut Task<T>,
    ) {
        let samples = task.planes.len() / task.rows;
        let rows = self.row_starts(pass, samples);
        let places = count(self.canvas.sides, samples, pass.extents);
        let panel = pass.offsets.len() * height;
        let panels = task.rows.div_ceil(height);
        let together = (PANELS / panel.max(1)).clamp(1, panels);
        let mut sums = zeros::<T>(height * tiles.width);
        for first in (0..panels).step_by(together) {
            for start in (0..places).step_by(tiles.width) {
                let wanted = tiles.width.min(places - start);
                for i in first..panels.min(first + together) {
                    tiles.outer(
                        height,
                        Outer {
                            a: &packed[i * panel..(i + 1) * panel],
                            b: canvas,
                            offsets: &pass.offsets,
                            start,
                            count: wanted,
                            init: &init[i * height..(i + 1) * height],
                            c: &mut sums,
                            stride: tiles.width,
                        },
                    );
                    let upto = task.rows.min((i + 1) * height);
                    self.scatter(
                        pass,
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

    /// For each row of the canvas: where it starts in the result's plane of which sample.
    fn row_starts(&self, pass: &Pass, samples: usize) -> Vec<Option<(usize, usize)>> {
        let [depth, height, width] = pass.maps;
        let [depths, heights, _] = self.canvas.sides;
        let inside = (
            depth.inside(pass.extents[0]),
            height.inside(pass.extents[1]),
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
        pass: &Pass,
        row_starts: &[Option<(usize, usize)>],
        sums: &[T],
        width: usize,
        places: std::ops::Range<usize>,
        rows: std::ops::Range<usize>,
        task: &mut Task<T>,
    ) {
        let (side, map) = (self.canvas.sides[2], pass.maps[2]);
        let across = map.inside(pass.extents[2]);
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
