//! The same functions composed of candle operations, for CUDA and Metal, and for what has no loops.
//!
//! Only operations whose gradients are right there, in shapes for which they are: candle's conv2d
//! is given no padding and no leftover border (its backward counts those of the height only).

use candle_core::{Result, Tensor};

use crate::kernels::{Convolution, Resample, Table, WindowAxis};
use crate::memory::can_hold;

/// 1 / (1 + e^-x), where x is negative as e^x / (1 + e^x): neither overflows, nor does a gradient.
pub fn sigmoid(x: &Tensor) -> Result<Tensor> {
    let exp = x.abs()?.neg()?.exp()?;
    let below = (&exp + 1.0)?;
    let negative = x.detach().lt(0f64)?;
    negative.where_cond(&(exp / &below)?, &below.recip()?)
}

/// y from x and the weight, for one to three spatial dimensions.
pub fn conv(sizes: &Convolution, x: &Tensor, weight: &Tensor) -> Result<Tensor> {
    let [depth, height, width] = sizes.axes;
    let (n, c) = (sizes.batch, sizes.groups * sizes.in_channels);
    let outputs = sizes.groups * sizes.out_channels;
    let rank = x.rank();
    let mut y_dims = vec![n, outputs];
    y_dims.extend(sizes.axes[5 - rank..].iter().map(|axis| axis.output));

    let x = x.reshape((n, c, depth.input, height.input, width.input))?;
    let x = fit(&fit(&fit(&x, 2, depth)?, 3, height)?, 4, width)?;
    let kernels = [depth, height, width].map(|axis| axis.kernel);
    let weight = weight.reshape((
        outputs,
        sizes.in_channels,
        kernels[0],
        kernels[1],
        kernels[2],
    ))?;
    let mut sum: Option<Tensor> = None;
    // A volume is convolved slice by slice of the kernel.
    for k in 0..depth.kernel {
        let slices = take(&x, 2, depth, k)?.transpose(1, 2)?;
        let (_, _, _, h, w) = slices.dims5()?;
        let slices = slices.reshape((n * depth.output, c, h, w))?;
        let kernel = weight.narrow(2, k, 1)?.squeeze(2)?.contiguous()?;
        let y = slices.conv2d(&kernel, 0, width.stride, width.dilation, sizes.groups)?;
        sum = Some(match sum {
            Some(sum) => (sum + y)?,
            None => y,
        });
    }
    let y = sum.ok_or_else(|| candle_core::Error::msg("a kernel without depth"))?;
    let y = y.reshape((n, depth.output, outputs, height.output, width.output))?;
    y.transpose(1, 2)?.reshape(y_dims)
}

/// y from x (N, C, H, W); of equal numbers the gradient goes to the first.
pub fn max_pool(x: &Tensor, [height, width]: [WindowAxis; 2]) -> Result<Tensor> {
    let x = pad(x, 2, height, f64::NEG_INFINITY)?;
    let x = pad(&x, 3, width, f64::NEG_INFINITY)?;
    let mut best: Option<Tensor> = None;
    for kh in 0..height.kernel {
        let rows = take(&x, 2, height, kh)?;
        for kw in 0..width.kernel {
            let next = take(&rows, 3, width, kw)?;
            best = Some(match best {
                None => next,
                Some(best) => {
                    let larger = next.detach().gt(&best.detach())?;
                    let nan = next.detach().ne(&next.detach())?;
                    nan.where_cond(&next, &larger.where_cond(&next, &best)?)?
                }
            });
        }
    }
    best.ok_or_else(|| candle_core::Error::msg("a window without elements"))
}

/// y from x (N, C, H, W): one product of matrices for the width, one for the height.
pub fn resample(x: &Tensor, tables: &Resample) -> Result<Tensor> {
    let (n, c, h, w) = x.dims4()?;
    let (rows, columns) = (tables.height.rows.len(), tables.width.rows.len());
    let across = matrix(&tables.width, x)?;
    let x = x.reshape((n * c * h, w))?.matmul(&across)?;
    let x = x.reshape((n * c, h, columns))?.transpose(1, 2)?;
    let down = matrix(&tables.height, &x)?;
    let y = x.reshape((n * c * columns, h))?.matmul(&down)?;
    let y = y.reshape((n * c, columns, rows))?.transpose(1, 2)?;
    y.reshape((n, c, rows, columns))
}

/// The columns (N, C k k, L) of x (N, C, H, W).
pub fn unfold(x: &Tensor, sizes: &Convolution) -> Result<Tensor> {
    let [_, height, width] = sizes.axes;
    let x = fit(&fit(x, 2, height)?, 3, width)?;
    let mut patches = Vec::new();
    for kh in 0..height.kernel {
        let rows = take(&x, 2, height, kh)?;
        for kw in 0..width.kernel {
            patches.push(take(&rows, 3, width, kw)?);
        }
    }
    let columns = Tensor::stack(&patches, 2)?;
    columns.reshape((sizes.batch, sizes.patch(), sizes.places()))
}

/// (x - mean) / sqrt(var + eps) of x (N, C, ...), channel by channel, scaled and shifted.
pub fn batch_norm(
    x: &Tensor,
    (mean, var): (&Tensor, &Tensor),
    (weight, bias): (Option<&Tensor>, Option<&Tensor>),
    eps: f64,
) -> Result<Tensor> {
    let mut shape = vec![x.dim(1)?];
    shape.resize(x.rank() - 1, 1);
    let along = |vector: &Tensor| vector.reshape(shape.as_slice());
    let std = along(&(var + eps)?.sqrt()?)?;
    let y = x.broadcast_sub(&along(mean)?)?.broadcast_div(&std)?;
    let weight = weight.map(along).transpose()?;
    let bias = bias.map(along).transpose()?;
    scale_and_shift(&y, weight.as_ref(), bias.as_ref())
}

/// The mean and the variance of each channel of x (N, C, ...).
pub fn moments(x: &Tensor) -> Result<(Tensor, Tensor)> {
    let others: Vec<usize> = (0..x.rank()).filter(|&dim| dim != 1).collect();
    let mean = x.mean_keepdim(others.as_slice())?;
    let squares = x.broadcast_sub(&mean)?.sqr()?;
    let var = squares.mean_keepdim(others.as_slice())?.flatten_all()?;
    Ok((mean.flatten_all()?, var))
}

/// A normalised tensor times a weight, plus a bias.
pub fn scale_and_shift(
    y: &Tensor,
    weight: Option<&Tensor>,
    bias: Option<&Tensor>,
) -> Result<Tensor> {
    let y = match weight {
        Some(weight) => y.broadcast_mul(weight)?,
        None => y.clone(),
    };
    match bias {
        Some(bias) => y.broadcast_add(bias),
        None => Ok(y),
    }
}

/// Pads a dimension with zeros and cuts off what no kernel reaches.
fn fit(x: &Tensor, dim: usize, axis: WindowAxis) -> Result<Tensor> {
    let reached = (axis.output - 1) * axis.stride + (axis.kernel - 1) * axis.dilation + 1;
    pad(x, dim, axis, 0.0)?.narrow(dim, 0, reached)
}

fn pad(x: &Tensor, dim: usize, axis: WindowAxis, value: f64) -> Result<Tensor> {
    if axis.padding == 0 {
        return Ok(x.clone());
    }
    let mut dims = x.dims().to_vec();
    dims[dim] = axis.padding;
    let border = Tensor::full(value as f32, dims, x.device())?.to_dtype(x.dtype())?;
    Tensor::cat(&[&border, x, &border], dim)
}

/// What kernel element `k` sees at each place; `x` is padded.
fn take(x: &Tensor, dim: usize, axis: WindowAxis, k: usize) -> Result<Tensor> {
    let first = k * axis.dilation;
    if axis.stride == 1 {
        return x.narrow(dim, first, axis.output);
    }
    let places = (0..axis.output).map(|place| (first + place * axis.stride) as u32);
    let places = Tensor::from_iter(places, x.device())?;
    x.contiguous()?.index_select(&places, dim)
}

/// A table as a matrix (input, output), of the type of `like`.
fn matrix(table: &Table, like: &Tensor) -> Result<Tensor> {
    let shape = (table.input, table.rows.len());
    can_hold("resampling", &[shape.0, shape.1], size_of::<f64>())?;
    let mut values = vec![0f64; shape.0 * shape.1];
    for (output, row) in table.rows.iter().enumerate() {
        for (i, weight) in row.weights.iter().enumerate() {
            values[(row.start + i) * shape.1 + output] = *weight;
        }
    }
    // Metal has no f64: converted before it moves.
    Tensor::from_vec(values, shape, &candle_core::Device::Cpu)?
        .to_dtype(like.dtype())?
        .to_device(like.device())
}
