//! The one place where a convolution runs on the CPU: its result and both its gradients.
//!
//! Every patch that the kernel sees becomes a column (im2col); the convolution is then a product of
//! matrices, and so are its gradients:
//!
//! ```text
//! y = W cols(x)        dW = dy cols(x)^T        dx = cols^T(W^T dy)
//! ```
//!
//! Sequences and images are volumes of depth and height 1.

use candle_core::backend::BackendStorage;
use candle_core::{CpuStorage, Layout, Result, WithDType, bail};

use super::{Axis, View, zeros};

/// The sizes of a convolution. Channels are counted per group.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Convolution {
    pub(crate) batch: usize,
    pub(crate) groups: usize,
    pub(crate) in_channels: usize,
    pub(crate) out_channels: usize,
    /// Depth, height, width.
    pub(crate) axes: [Axis; 3],
}

/// Neighbours in a row of the columns, and where they are in the image, `stride` apart.
struct Run {
    column: usize,
    image: usize,
    count: usize,
}

impl Convolution {
    /// How many numbers one output needs: the height of the matrix of columns.
    pub(crate) fn patch(&self) -> usize {
        self.axes.iter().fold(self.in_channels, |n, a| n * a.kernel)
    }

    /// How many places the kernel takes: the width of that matrix.
    pub(crate) fn places(&self) -> usize {
        self.axes.iter().map(|axis| axis.output).product()
    }

    /// The numbers of one sample and group.
    pub(crate) fn image(&self) -> usize {
        self.axes.iter().fold(self.in_channels, |n, a| n * a.input)
    }

    /// y (N, C_out, ...) from x (N, C_in, ...) and the weight (C_out, C_in / groups, ...).
    pub(crate) fn forward(&self, x: View, weight: View) -> Result<CpuStorage> {
        match x.storage {
            CpuStorage::F32(_) => self.forward_in::<f32>(x, weight),
            CpuStorage::F64(_) => self.forward_in::<f64>(x, weight),
            _ => bail!("a convolution takes f32 or f64"),
        }
    }

    /// dx from dy and the weight; it is also the transposed convolution.
    pub(crate) fn input(&self, grad: View, weight: View) -> Result<CpuStorage> {
        match grad.storage {
            CpuStorage::F32(_) => self.input_in::<f32>(grad, weight),
            CpuStorage::F64(_) => self.input_in::<f64>(grad, weight),
            _ => bail!("a convolution takes f32 or f64"),
        }
    }

    /// dW from x and dy.
    pub(crate) fn weight(&self, x: View, grad: View) -> Result<CpuStorage> {
        match x.storage {
            CpuStorage::F32(_) => self.weight_in::<f32>(x, grad),
            CpuStorage::F64(_) => self.weight_in::<f64>(x, grad),
            _ => bail!("a convolution takes f32 or f64"),
        }
    }

    fn forward_in<T: WithDType>(&self, x: View, weight: View) -> Result<CpuStorage> {
        let (patch, places) = (self.patch(), self.places());
        let mut y: Vec<T> = Vec::with_capacity(self.batch * self.outputs());
        let mut columns = zeros::<T>(patch * places);
        for (i, image) in x.numbers::<T>()?.chunks_exact(self.image()).enumerate() {
            self.fill_columns(image, &mut columns);
            let storage = T::to_cpu_storage_owned(columns);
            let product = multiply(
                self.kernels(weight, i % self.groups),
                Matrix::new(&storage, 0, patch, places),
            )?;
            y.extend_from_slice(product.as_slice::<T>()?);
            columns = T::cpu_storage_data(storage)?;
        }
        Ok(T::to_cpu_storage_owned(y))
    }

    fn input_in<T: WithDType>(&self, grad: View, weight: View) -> Result<CpuStorage> {
        let mut dx = zeros::<T>(self.batch * self.groups * self.image());
        for (i, image) in dx.chunks_exact_mut(self.image()).enumerate() {
            let columns = multiply(
                self.kernels(weight, i % self.groups).transposed()?,
                self.grads(grad, i),
            )?;
            self.add_columns(columns.as_slice::<T>()?, image);
        }
        Ok(T::to_cpu_storage_owned(dx))
    }

    fn weight_in<T: WithDType>(&self, x: View, grad: View) -> Result<CpuStorage> {
        let (patch, places) = (self.patch(), self.places());
        let one_group = self.out_channels * patch;
        let mut dw = zeros::<T>(self.groups * one_group);
        let mut columns = zeros::<T>(patch * places);
        for (i, image) in x.numbers::<T>()?.chunks_exact(self.image()).enumerate() {
            self.fill_columns(image, &mut columns);
            let storage = T::to_cpu_storage_owned(columns);
            let product = multiply(
                self.grads(grad, i),
                Matrix::new(&storage, 0, patch, places).transposed()?,
            )?;
            let start = i % self.groups * one_group;
            let sums = &mut dw[start..start + one_group];
            for (sum, &value) in sums.iter_mut().zip(product.as_slice::<T>()?) {
                *sum += value;
            }
            columns = T::cpu_storage_data(storage)?;
        }
        Ok(T::to_cpu_storage_owned(dw))
    }

    /// The numbers of one sample of the result.
    fn outputs(&self) -> usize {
        self.groups * self.out_channels * self.places()
    }

    /// The kernels of one group, one per row.
    fn kernels<'a>(&self, weight: View<'a>, group: usize) -> Matrix<'a> {
        let (rows, columns) = (self.out_channels, self.patch());
        let start = weight.start + group * rows * columns;
        Matrix::new(weight.storage, start, rows, columns)
    }

    /// dy of one sample and group, one channel per row.
    fn grads<'a>(&self, grad: View<'a>, i: usize) -> Matrix<'a> {
        let (rows, columns) = (self.out_channels, self.places());
        let start = grad.start + i * rows * columns;
        Matrix::new(grad.storage, start, rows, columns)
    }

    /// im2col of one sample and group. Padding is left as it is: `columns` starts as zeros, and the
    /// same places are padding in every sample.
    pub(crate) fn fill_columns<T: Copy>(&self, image: &[T], columns: &mut [T]) {
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
    pub(crate) fn add_columns<T: WithDType>(&self, columns: &[T], image: &mut [T]) {
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

/// Part of a storage, seen as a matrix.
struct Matrix<'a> {
    storage: &'a CpuStorage,
    layout: Layout,
}

impl<'a> Matrix<'a> {
    fn new(storage: &'a CpuStorage, start: usize, rows: usize, columns: usize) -> Matrix<'a> {
        let layout = Layout::contiguous_with_offset((rows, columns), start);
        Matrix { storage, layout }
    }

    fn transposed(self) -> Result<Matrix<'a>> {
        let layout = self.layout.transpose(0, 1)?;
        Ok(Matrix { layout, ..self })
    }
}

fn multiply(a: Matrix, b: Matrix) -> Result<CpuStorage> {
    let (m, k) = a.layout.shape().dims2()?;
    let n = b.layout.dim(1)?;
    a.storage
        .matmul(b.storage, (1, m, n, k), &a.layout, &b.layout)
}
