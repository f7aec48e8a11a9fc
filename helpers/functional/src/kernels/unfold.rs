//! im2col for a whole batch, and its reverse.

use candle_core::{CpuStorage, Result, WithDType};

use super::buffer::zeros;
use super::conv::Convolution;
use super::view::{View, float};

/// Neighbours in a row of the columns, and where they are in the image, `stride` apart.
struct Run {
    column: usize,
    image: usize,
    count: usize,
}

impl Convolution {
    /// The patches of x (N, C, ...) as columns (N, patch, places).
    pub fn unfold(&self, x: View) -> Result<CpuStorage> {
        float!(x, T => self.unfold_in::<T>(x))
    }

    /// The reverse: columns that came from the same element are added up.
    pub fn fold(&self, columns: View) -> Result<CpuStorage> {
        float!(columns, T => self.fold_in::<T>(columns))
    }

    fn unfold_in<T: WithDType>(&self, x: View) -> Result<CpuStorage> {
        let one = self.patch() * self.places();
        let mut columns = zeros::<T>(self.batch * one);
        let images = x.numbers::<T>()?.chunks_exact(self.image());
        for (image, columns) in images.zip(columns.chunks_exact_mut(one)) {
            self.fill_columns(image, columns);
        }
        Ok(T::to_cpu_storage_owned(columns))
    }

    fn fold_in<T: WithDType>(&self, columns: View) -> Result<CpuStorage> {
        let one = self.patch() * self.places();
        let mut images = zeros::<T>(self.batch * self.image());
        let columns = columns.numbers::<T>()?.chunks_exact(one);
        for (columns, image) in columns.zip(images.chunks_exact_mut(self.image())) {
            self.add_columns(columns, image);
        }
        Ok(T::to_cpu_storage_owned(images))
    }

    /// im2col of one sample and group. Padding is left as it is: `columns` starts as zeros, and the
    /// same places are padding in every sample.
    fn fill_columns<T: Copy>(&self, image: &[T], columns: &mut [T]) {
        let stride = self.axes[2].stride;
        self.each_run(|run| {
            let to = &mut columns[run.column..run.column + run.count];
            if stride == 1 {
                to.copy_from_slice(&image[run.image..run.image + run.count]);
            } else {
                let from = image[run.image..].iter().step_by(stride);
                to.iter_mut().zip(from).for_each(|(to, &from)| *to = from);
            }
        });
    }

    /// The reverse: every column is added where it came from.
    fn add_columns<T: WithDType>(&self, columns: &[T], image: &mut [T]) {
        let stride = self.axes[2].stride;
        self.each_run(|run| {
            let from = &columns[run.column..run.column + run.count];
            let to = image[run.image..].iter_mut().step_by(stride);
            to.zip(from).for_each(|(to, &from)| *to += from);
        });
    }

    /// Walks through the columns row by row, past the padding.
    fn each_run(&self, mut visit: impl FnMut(Run)) {
        let [depth, height, width] = &self.axes;
        let mut row = 0;
        for channel in 0..self.in_channels {
            for kd in 0..depth.kernel {
                for kh in 0..height.kernel {
                    for kw in 0..width.kernel {
                        let across = width.valid(kw);
                        let (first, count) = (across.start, across.len());
                        for d in depth.valid(kd).filter(|_| count > 0) {
                            for h in height.valid(kh) {
                                let plane = channel * depth.input + depth.position(d, kd);
                                let line = plane * height.input + height.position(h, kh);
                                let place = (row * depth.output + d) * height.output + h;
                                visit(Run {
                                    column: place * width.output + first,
                                    image: line * width.input + width.position(first, kw),
                                    count,
                                });
                            }
                        }
                        row += 1;
                    }
                }
            }
        }
    }
}
