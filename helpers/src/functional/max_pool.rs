//! Max pooling: the strongest response of each neighbourhood.

use std::sync::{Arc, OnceLock};

use candle_core::{Result, Tensor, bail};

use super::check::{self, words};
use super::cpu_op::{differentiable, plain};
use super::{composed, on_cpu};
use crate::kernels::{Axis, MaxPool, View};
use crate::trace::traced;

/// How a pooling window moves over its input: the same numbers for every spatial dimension.
///
/// ```
/// use helpers::prelude::*;
/// let apart = F::PoolOptions::new(2);
/// assert_eq!((apart.stride, apart.padding), (2, 0));
/// let alexnet = F::PoolOptions::new(3).stride(2);
/// assert_eq!(alexnet.kernel_size, 3);
/// ```
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct PoolOptions {
    /// The side of the window.
    pub kernel_size: usize,
    /// Elements between two windows.
    pub stride: usize,
    /// Elements added on each side of the input, at most half the window; they never win a max
    /// pooling, and count as zeros in an average.
    pub padding: usize,
}

impl PoolOptions {
    /// Windows side by side: the stride is the kernel size, nothing is added.
    pub fn new(kernel_size: usize) -> PoolOptions {
        PoolOptions {
            kernel_size,
            stride: kernel_size,
            padding: 0,
        }
    }

    /// The same with this stride.
    pub fn stride(self, stride: usize) -> PoolOptions {
        PoolOptions { stride, ..self }
    }

    /// The same with this padding.
    pub fn padding(self, padding: usize) -> PoolOptions {
        PoolOptions { padding, ..self }
    }

    pub(super) fn axis(&self, what: &str, input: usize) -> Result<Axis> {
        if self.padding > self.kernel_size / 2 {
            bail!(
                "{what}: padding {} is more than half the kernel, {}: a window would see nothing else",
                self.padding,
                self.kernel_size
            );
        }
        Axis::new(what, input, self.kernel_size, self.stride, self.padding, 1)
    }

    pub(super) fn settings(&self) -> Vec<(&'static str, String)> {
        vec![
            ("kernel_size", self.kernel_size.to_string()),
            ("stride", self.stride.to_string()),
            ("padding", self.padding.to_string()),
        ]
    }
}

/// The largest number of each window: `x` (N, C, L) to (N, C, L_out) with
/// `L_out = (L + 2 padding - kernel_size) / stride + 1`, rounded down.
///
/// The gradient goes to the element that won, the first of several that are equal.
///
/// ```
/// use helpers::prelude::*;
/// let x = Tensor::new(&[[[1f32, 5., 2., 3., 9.]]], &Device::Cpu)?;
/// let y = F::max_pool1d(&x, F::PoolOptions::new(2))?;
/// assert_eq!(y.to_vec3::<f32>()?, [[[5., 3.]]]);
/// # Ok::<(), helpers::Error>(())
/// ```
///
/// # Errors
/// A shape that is not (N, C, L), a window larger than the padded input, a padding of more than
/// half the window, an empty input.
pub fn max_pool1d(x: &Tensor, options: PoolOptions) -> Result<Tensor> {
    const WHAT: &str = "max_pool1d";
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
        || pool(&x.unsqueeze(2)?, [Axis::ABSENT, axis])?.reshape(dims),
    )
}

/// The largest number of each window: `x` (N, C, H, W) to (N, C, H_out, W_out) with
/// `H_out = (H + 2 padding - kernel_size) / stride + 1`, rounded down.
///
/// The gradient goes to the element that won, the first of several that are equal. A NaN in the
/// window wins.
///
/// ```
/// use helpers::prelude::*;
/// let x = Tensor::arange(0f32, 16., &Device::Cpu)?.reshape((1, 1, 4, 4))?;
/// let y = F::max_pool2d(&x, F::PoolOptions::new(2))?;
/// assert_eq!(y.flatten_all()?.to_vec1::<f32>()?, [5., 7., 13., 15.]);
/// let y = F::max_pool2d(&x, F::PoolOptions::new(3).stride(2).padding(1))?;
/// assert_eq!(y.flatten_all()?.to_vec1::<f32>()?, [5., 7., 13., 15.]);
/// # Ok::<(), helpers::Error>(())
/// ```
///
/// # Errors
/// A shape that is not (N, C, H, W), a window larger than the padded input, a padding of more than
/// half the window, an empty input.
pub fn max_pool2d(x: &Tensor, options: PoolOptions) -> Result<Tensor> {
    const WHAT: &str = "max_pool2d";
    check::float(WHAT, x)?;
    check::not_empty(WHAT, x)?;
    let [n, c, height, width] = *x.dims() else {
        bail!(
            "{WHAT}: the input must be (N, C, H, W), got {}",
            words(x.dims())
        );
    };
    let axes = [options.axis(WHAT, height)?, options.axis(WHAT, width)?];
    check::can_hold_windows(WHAT, &[n, c], &axes, x)?;
    traced(WHAT, "", &[x], &[], || options.settings(), || pool(x, axes))
}

fn pool(x: &Tensor, axes: [Axis; 2]) -> Result<Tensor> {
    if !on_cpu(x) {
        return composed::max_pool(x, axes);
    }
    let (n, c) = (x.dim(0)?, x.dim(1)?);
    let sizes = MaxPool {
        planes: n * c,
        axes,
    };
    // Written by the way there, read by the way back.
    let winners = Arc::new(OnceLock::new());
    let known = winners.clone();
    differentiable(
        "max_pool",
        &[x],
        (n, c, axes[0].output, axes[1].output),
        move |v| {
            let (y, places) = sizes.forward(v[0])?;
            winners.get_or_init(|| places);
            Ok(y)
        },
        move |inputs, _y, grad| {
            let known = known.clone();
            let back = move |v: &[View]| match known.get() {
                Some(winners) => sizes.backward(winners, v[0]),
                None => bail!("max_pool: the winners are lost"),
            };
            let dx = plain("max_pool_backward", &[grad], inputs[0].shape(), back)?;
            Ok(vec![Some(dx)])
        },
    )
}
