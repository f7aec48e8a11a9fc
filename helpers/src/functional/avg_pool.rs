//! Average pooling: the mean response of each neighbourhood.

use candle_core::{Result, Tensor, bail};

use super::PoolOptions;
use super::check::{self, words};
use super::resample::{image, resample, size_setting, to_size};
use crate::kernels::{Axis, Resample, Row, Table};
use crate::trace::traced;

/// The mean of each window: `x` (N, C, L) to (N, C, L_out), sizes as in
/// [`max_pool1d`](super::max_pool1d). Padding counts as zeros, as PyTorch does by default.
///
/// ```
/// use helpers::prelude::*;
/// let x = Tensor::new(&[[[1f32, 5., 2., 3., 9.]]], &Device::Cpu)?;
/// let y = F::avg_pool1d(&x, F::PoolOptions::new(2))?;
/// assert_eq!(y.to_vec3::<f32>()?, [[[3., 2.5]]]);
/// # Ok::<(), helpers::Error>(())
/// ```
///
/// # Errors
/// A shape that is not (N, C, L), a window larger than the padded input, a padding of more than
/// half the window, an empty input.
pub fn avg_pool1d(x: &Tensor, options: PoolOptions) -> Result<Tensor> {
    const WHAT: &str = "avg_pool1d";
    check::float(WHAT, x)?;
    check::not_empty(WHAT, x)?;
    let [n, c, length] = *x.dims() else {
        bail!(
            "{WHAT}: the input must be (N, C, L), got {}",
            words(x.dims())
        );
    };
    let axis = options.axis(WHAT, length)?;
    let dims = vec![n, c, axis.output];
    check::can_hold_windows(WHAT, &[n, c], &[axis], x)?;
    traced(
        WHAT,
        "",
        &[x],
        &[],
        || options.settings(),
        || {
            let (height, width) = (windows(Axis::ABSENT), windows(axis));
            resample(&x.unsqueeze(2)?, Resample { height, width })?.reshape(dims)
        },
    )
}

/// The mean of each window: `x` (N, C, H, W) to (N, C, H_out, W_out), sizes as in
/// [`max_pool2d`](super::max_pool2d). Padding counts as zeros, as PyTorch does by default.
///
/// ```
/// use helpers::prelude::*;
/// let x = Tensor::arange(0f32, 16., &Device::Cpu)?.reshape((1, 1, 4, 4))?;
/// let y = F::avg_pool2d(&x, F::PoolOptions::new(2))?;
/// assert_eq!(y.flatten_all()?.to_vec1::<f32>()?, [2.5, 4.5, 10.5, 12.5]);
/// # Ok::<(), helpers::Error>(())
/// ```
///
/// # Errors
/// A shape that is not (N, C, H, W), a window larger than the padded input, a padding of more than
/// half the window, an empty input.
pub fn avg_pool2d(x: &Tensor, options: PoolOptions) -> Result<Tensor> {
    const WHAT: &str = "avg_pool2d";
    let (height, width) = image(WHAT, x)?;
    let axes = [options.axis(WHAT, height)?, options.axis(WHAT, width)?];
    check::can_hold_windows(WHAT, &x.dims()[..2], &axes, x)?;
    let [height, width] = axes.map(|axis| axis.output);
    to_size(
        WHAT,
        x,
        (height, width),
        || options.settings(),
        || {
            let [height, width] = axes.map(windows);
            Resample { height, width }
        },
    )
}

/// The means of `output_size` windows that cover the image evenly, whatever its size: `x`
/// (N, C, H, W) to (N, C, output_size.0, output_size.1).
///
/// Row i is the mean of rows `i H / H_out`, rounded down, to `(i + 1) H / H_out`, rounded up: sizes
/// that do not divide give windows that overlap.
///
/// ```
/// use helpers::prelude::*;
/// let x = Tensor::arange(0f32, 6., &Device::Cpu)?.reshape((1, 1, 2, 3))?;
/// let y = F::adaptive_avg_pool2d(&x, (1, 2))?;
/// assert_eq!(y.flatten_all()?.to_vec1::<f32>()?, [2., 3.]);
/// # Ok::<(), helpers::Error>(())
/// ```
///
/// # Errors
/// A shape that is not (N, C, H, W), an empty input, a size of 0 or too large.
pub fn adaptive_avg_pool2d(x: &Tensor, output_size: (usize, usize)) -> Result<Tensor> {
    const WHAT: &str = "adaptive_avg_pool2d";
    let (height, width) = image(WHAT, x)?;
    to_size(
        WHAT,
        x,
        output_size,
        || size_setting(output_size),
        || Resample {
            height: cover(height, output_size.0),
            width: cover(width, output_size.1),
        },
    )
}

/// The windows of an axis, each element with weight 1 / kernel, those that are padding left out.
fn windows(axis: Axis) -> Table {
    let weight = 1.0 / axis.kernel as f64;
    let rows = (0..axis.output).map(|place| Row::even(axis.window(place), weight));
    Table {
        input: axis.input,
        rows: rows.collect(),
    }
}

/// As many windows as there are outputs, which cover the input evenly.
fn cover(input: usize, output: usize) -> Table {
    let rows = (0..output).map(|i| {
        let window = i * input / output..((i + 1) * input).div_ceil(output);
        let weight = 1.0 / window.len() as f64;
        Row::even(window, weight)
    });
    Table {
        input,
        rows: rows.collect(),
    }
}
