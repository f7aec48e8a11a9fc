//! The one place where a convolution runs on the CPU: its result and both its gradients.
//!
//! None of them writes out the patches. The image is copied into a [`PaddedLayout`], where each element of the
//! kernel is an offset, and the tiles of [`tile`](super::tile) do the rest:
//!
//! ```text
//! y[o]  = sum over c, k of W[o,c,k] * padded x, moved by k           outer tiles
//! dx[c] = sum over o, k of W[o,c,k] * padded dy, moved by -k         outer tiles
//! dW[o,c,k] = padded dy . padded x, moved by k                      dot products
//! ```
//!
//! Many channels are taken side by side instead: see [`along_channels`](super::along_channels) and
//! [`wide_gradient`](super::wide_gradient). Of the most usual kernels, 3 x 3 with stride 1, [`winograd`](super::winograd)
//! computes y and dx with fewer multiplications.
//!
//! With a stride s, kernel element k belongs to phase k % s: y reads that phase of padded x, and dx
//! is computed phase by phase. Sequences and images are volumes of depth and height 1. What is here
//! is the geometry; [`implicit_gemm`](super::implicit_gemm) runs it.

use candle_core::{CpuStorage, Result, WithDType};

use super::axis::WindowAxis;
use super::buffer::give_back;
use super::epilogue::ConvEpilogue;
use super::implicit_gemm::ImplicitGemm;
use super::padded_layout::{AxisMap, PaddedLayout};
use super::phases::{Phase, input_map, output_map, phases};
use super::product::Product;
use super::view::{View, float};
use super::weight_gradient::weight_gradient;
use super::wide_gradient::{is_worth_it, wide_gradient};
use super::winograd::Winograd;

/// The least number of places in a chunk of samples, where there are so many: long runs for small
/// images.
const CHUNK: usize = 1024;

/// The sizes of a convolution. Channels are counted per group.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Convolution {
    pub batch: usize,
    pub groups: usize,
    pub in_channels: usize,
    pub out_channels: usize,
    /// Depth, height, width.
    pub axes: [WindowAxis; 3],
}

impl Convolution {
    /// How many numbers one output needs.
    pub fn patch(&self) -> usize {
        self.in_channels * self.taps()
    }

    fn taps(&self) -> usize {
        self.axes.iter().map(|axis| axis.kernel).product()
    }

    /// How many places the kernel takes.
    pub fn places(&self) -> usize {
        self.axes.iter().map(|axis| axis.output).product()
    }

    /// The numbers of one sample and group.
    pub fn image(&self) -> usize {
        self.axes.iter().fold(self.in_channels, |n, a| n * a.input)
    }

    /// y (N, C_out, ...) from x (N, C_in, ...), the weight (C_out, C_in / groups, ...) and a bias
    /// (C_out). With a pooling y is what that makes of it, and the argmax of its windows come along.
    pub fn forward(
        &self,
        x: View,
        weight: View,
        bias: Option<View>,
        epilogue: Option<ConvEpilogue>,
    ) -> Result<(CpuStorage, Vec<u32>)> {
        if let Some(winograd) = self.winograd(false) {
            let y = float!(x, T => {
                let bias = bias.map_or(Ok(&[][..]), |bias| bias.numbers())?;
                let relu = epilogue.is_some_and(ConvEpilogue::has_relu);
                let y = winograd.run::<T>(x.numbers()?, weight.numbers()?, bias, relu);
                T::to_cpu_storage_owned(y)
            });
            let count = self.batch * self.out_channels * self.places();
            return match epilogue.and_then(ConvEpilogue::pool) {
                Some(pool) => pool.forward(View::whole(&y, count)?),
                None => Ok((y, Vec::new())),
            };
        }
        let (layout, taps) = self.input_layout();
        let maps = self.axes.map(output_map);
        let product = Product {
            offsets: taps,
            weights: (0..self.patch()).collect(),
            extents: self.axes.map(|axis| axis.output),
            maps,
        };
        let gemm = ImplicitGemm {
            layout,
            rows: self.out_channels,
            row_stride: self.patch(),
            products: vec![product],
        };
        float!(x, T => {
            let bias = bias.map_or(Ok(&[][..]), |bias| bias.numbers())?;
            let (y, argmax) = gemm.run::<T>(x.numbers()?, weight.numbers()?, bias, epilogue);
            Ok((T::to_cpu_storage_owned(y), argmax))
        })
    }

    /// dx from dy and the weight; it is also the transposed convolution.
    pub fn input_gradient(&self, grad: View, weight: View) -> Result<CpuStorage> {
        if let Some(winograd) = self.winograd(true) {
            return float!(grad, T => Ok(T::to_cpu_storage_owned(
                winograd.run::<T>(grad.numbers()?, weight.numbers()?, &[], false)
            )));
        }
        let furthest = self.axes.map(|axis| axis.furthest());
        // The places of the padded image before `first` are padding in every phase.
        let first = self.axes.map(|axis| axis.padding / axis.stride);
        let extents: [usize; 3] = std::array::from_fn(|i| {
            let axis = self.axes[i];
            (axis.input - 1 + axis.padding) / axis.stride + 1 - first[i]
        });
        let mut maps = self.axes.map(output_map);
        for (i, map) in maps.iter_mut().enumerate() {
            map.shift = first[i] as isize - furthest[i] as isize;
        }
        let layout = self.layout(self.out_channels, vec![maps], extents);
        let plane = layout.plane();
        let [_, height, width] = layout.sides;
        let mut products = Vec::new();
        self.each_phase(|phases| {
            let mut product = Product {
                offsets: Vec::new(),
                weights: Vec::new(),
                extents,
                maps: std::array::from_fn(|i| {
                    let mut map = input_map(self.axes[i], phases[i].remainder);
                    map.shift += (first[i] * self.axes[i].stride) as isize;
                    map
                }),
            };
            for channel in 0..self.out_channels {
                self.each_tap(phases, |tap, moved| {
                    let [d, h, w] = std::array::from_fn(|i| furthest[i] - moved[i]);
                    product
                        .offsets
                        .push(channel * plane + (d * height + h) * width + w);
                    product.weights.push(channel * self.patch() + tap);
                });
            }
            products.push(product);
        });
        let gemm = ImplicitGemm {
            layout,
            rows: self.in_channels,
            row_stride: self.taps(),
            products,
        };
        float!(grad, T => Ok(T::to_cpu_storage_owned(
            gemm.run::<T>(grad.numbers()?, weight.numbers()?, &[], None).0
        )))
    }

    /// dW from x and dy.
    pub fn weight_gradient(&self, x: View, grad: View) -> Result<CpuStorage> {
        let (layout, offsets) = self.input_layout();
        if is_worth_it(self.out_channels) {
            let extents = self.axes.map(|axis| axis.output);
            return float!(x, T => {
                let x = layout.fill::<T>(x.numbers()?);
                let grad = grad.numbers()?;
                let dw = wide_gradient(grad, self.out_channels, extents, &layout, &x, &offsets);
                give_back(x);
                Ok(T::to_cpu_storage_owned(dw))
            });
        }
        let grads = PaddedLayout {
            channels: self.out_channels,
            phases: vec![self.axes.map(output_map)],
            ..layout
        };
        let extents = self.axes.map(|axis| axis.output);
        float!(x, T => {
            let (x, grad) = (layout.fill::<T>(x.numbers()?), grads.fill::<T>(grad.numbers()?));
            let dw = weight_gradient(&grads, &grad, extents, &layout, &x, &offsets);
            give_back(x);
            give_back(grad);
            Ok(T::to_cpu_storage_owned(dw))
        })
    }

    fn winograd(&self, turned: bool) -> Option<Winograd> {
        let channels = [self.in_channels, self.out_channels];
        (self.groups == 1).then(|| Winograd::new(self.batch, channels, self.axes, turned))?
    }

    /// The layout of x, and where in it each element of a kernel starts.
    fn input_layout(&self) -> (PaddedLayout, Vec<usize>) {
        let mut phases = Vec::new();
        let mut starts = vec![(0, [0; 3]); self.taps()];
        self.each_phase(|each| {
            self.each_tap(each, |tap, moved| starts[tap] = (phases.len(), moved));
            phases.push(std::array::from_fn(|i| {
                input_map(self.axes[i], each[i].remainder)
            }));
        });
        let layout = self.layout(self.in_channels, phases, self.axes.map(|axis| axis.output));
        let (plane, sides) = (layout.plane(), layout.sides);
        let mut offsets = Vec::with_capacity(self.patch());
        for channel in 0..self.in_channels {
            offsets.extend(starts.iter().map(|&(phase, [d, h, w])| {
                let plane = (channel * layout.phases.len() + phase) * plane;
                plane + (d * sides[1] + h) * sides[2] + w
            }));
        }
        (layout, offsets)
    }

    /// A layout in which kernels reach beyond so many places.
    fn layout(
        &self,
        channels: usize,
        phases: Vec<[AxisMap; 3]>,
        extents: [usize; 3],
    ) -> PaddedLayout {
        // y, dy and x of a convolution must agree on the chunks, so only the result counts.
        let samples = (CHUNK / self.places()).clamp(1, self.batch.max(1));
        let samples = self.batch.div_ceil(self.batch.div_ceil(samples).max(1)); // of uniform size
        // The zeros after one row are the zeros before the next, as many as all phases have.
        let furthest = self.axes.map(|axis| axis.furthest());
        let shared: [usize; 3] = std::array::from_fn(|i| {
            let reach = extents[i] + furthest[i];
            let zeros = phases.iter().map(|maps| {
                let inside = maps[i].inside(reach);
                inside.start.min(reach - inside.end)
            });
            zeros.min().unwrap_or(0).min(furthest[i])
        });
        let sides: [usize; 3] = std::array::from_fn(|i| extents[i] + furthest[i] - shared[i]);
        PaddedLayout {
            batch: self.batch,
            samples,
            groups: self.groups,
            channels,
            phases,
            sides,
            tail: (shared[0] * sides[1] + shared[1]) * sides[2] + shared[2],
        }
    }

    fn each_phase(&self, mut visit: impl FnMut([&Phase; 3])) {
        let [depth, height, width] = self.axes.map(phases);
        for d in &depth {
            for h in &height {
                for w in &width {
                    visit([d, h, w]);
                }
            }
        }
    }

    /// The elements of the kernel in these phases: which of all, and where they are moved.
    fn each_tap(
        &self,
        [depth, height, width]: [&Phase; 3],
        mut visit: impl FnMut(usize, [usize; 3]),
    ) {
        for &(kd, d) in &depth.taps {
            for &(kh, h) in &height.taps {
                for &(kw, w) in &width.taps {
                    let line = kd * self.axes[1].kernel + kh;
                    visit(line * self.axes[2].kernel + kw, [d, h, w]);
                }
            }
        }
    }
}
