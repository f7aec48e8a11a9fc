//! Average pooling: the mean response of each neighbourhood.

use candle_core::{Result, Tensor};

use crate::check;
use crate::kernels::{Resample, Row, Table, WindowAxis};
use crate::pool_options::PoolOptions;
use crate::resample::{resample, to_size};
use crate::trace::{Operation, traced};

/// The mean of each window: `x` (N, C, L) to (N, C, L_out), sizes as in
/// [`max_pool1d`](super::max_pool1d). Padding counts as zeros, as PyTorch does by default.
///
/// ```
/// use candle_core::{Device, Tensor};
/// use candle_functional as F;
/// let x = Tensor::new(&[[[1f32, 5., 2., 3., 9.]]], &Device::Cpu)?;
/// let y = F::avg_pool1d(&x, F::PoolOptions::new(2))?;
/// assert_eq!(y.to_vec3::<f32>()?, [[[3., 2.5]]]);
/// # Ok::<(), candle_core::Error>(())
/// ```
///
/// # Errors
/// A shape that is not (N, C, L), a window larger than the padded input, a padding of more than
/// half the window, an empty input.
pub fn avg_pool1d(x: &Tensor, options: PoolOptions) -> Result<Tensor> {
    const WHAT: &str = "avg_pool1d";
    let axes = options.axes(WHAT, 1, x)?;
    traced(
        WHAT,
        "",
        &[x],
        &[],
        Operation::AvgPool(options.window()),
        || resample(&x.unsqueeze(2)?, windows(axes))?.squeeze(2),
    )
}

/// The mean of each window: `x` (N, C, H, W) to (N, C, H_out, W_out), sizes as in
/// [`max_pool2d`](super::max_pool2d). Padding counts as zeros, as PyTorch does by default.
///
/// ```
/// use candle_core::{Device, Tensor};
/// use candle_functional as F;
/// let x = Tensor::arange(0f32, 16., &Device::Cpu)?.reshape((1, 1, 4, 4))?;
/// let y = F::avg_pool2d(&x, F::PoolOptions::new(2))?;
/// assert_eq!(y.flatten_all()?.to_vec1::<f32>()?, [2.5, 4.5, 10.5, 12.5]);
/// # Ok::<(), candle_core::Error>(())
/// ```
///
/// # Errors
/// A shape that is not (N, C, H, W), a window larger than the padded input, a padding of more than
/// half the window, an empty input.
pub fn avg_pool2d(x: &Tensor, options: PoolOptions) -> Result<Tensor> {
    const WHAT: &str = "avg_pool2d";
    let axes = options.axes(WHAT, 2, x)?;
    traced(
        WHAT,
        "",
        &[x],
        &[],
        Operation::AvgPool(options.window()),
        || resample(x, windows(axes)),
    )
}

/// The means of `output_size` windows that cover the image uniformly, whatever its size: `x`
/// (N, C, H, W) to (N, C, output_size.0, output_size.1).
///
/// Row i is the mean of rows `i H / H_out`, rounded down, to `(i + 1) H / H_out`, rounded up: sizes
/// that do not divide give windows that overlap.
///
/// ```
/// use candle_core::{Device, Tensor};
/// use candle_functional as F;
/// let x = Tensor::arange(0f32, 6., &Device::Cpu)?.reshape((1, 1, 2, 3))?;
/// let y = F::adaptive_avg_pool2d(&x, (1, 2))?;
/// assert_eq!(y.flatten_all()?.to_vec1::<f32>()?, [2., 3.]);
/// # Ok::<(), candle_core::Error>(())
/// ```
///
/// # Errors
/// A shape that is not (N, C, H, W), an empty input, a size of 0 or too large.
pub fn adaptive_avg_pool2d(x: &Tensor, output_size: (usize, usize)) -> Result<Tensor> {
    const WHAT: &str = "adaptive_avg_pool2d";
    let (height, width) = check::image(WHAT, x)?;
    to_size(
        WHAT,
        x,
        output_size,
        Operation::AdaptiveAvgPool { size: output_size },
        || Resample {
            height: cover(height, output_size.0),
            width: cover(width, output_size.1),
        },
    )
}

/// The windows of each axis, every element with weight 1 / kernel, those that are padding left out.
fn windows(axes: [WindowAxis; 2]) -> Resample {
    let [height, width] = axes.map(|axis| {
        let weight = 1.0 / axis.kernel as f64;
        let rows = (0..axis.output).map(|place| Row::uniform(axis.window(place), weight));
        Table {
            input: axis.input,
            rows: rows.collect(),
        }
    });
    Resample { height, width }
}

/// As many windows as there are outputs, which cover the input uniformly.
fn cover(input: usize, output: usize) -> Table {
    let rows = (0..output).map(|i| {
        let window = i * input / output..((i + 1) * input).div_ceil(output);
        let weight = 1.0 / window.len() as f64;
        Row::uniform(window, weight)
    });
    Table {
        input,
        rows: rows.collect(),
    }
}
