//! How a pooling window moves.

use candle_core::{Result, Tensor, bail};

use crate::check;
use crate::errors::display_shape;
use crate::kernels::WindowAxis;
use crate::trace::Window;

/// How a pooling window moves over its input: the same numbers for every spatial dimension.
///
/// ```
/// use candle_functional as F;
/// let side_by_side = F::PoolOptions::new(2);
/// assert_eq!((side_by_side.stride, side_by_side.padding), (2, 0));
/// let alexnet = F::PoolOptions::new(3).stride(2);
/// assert_eq!(alexnet.kernel_size, 3);
/// ```
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct PoolOptions {
    /// The side of the window.
    pub kernel_size: usize,
    /// Elements between two windows.
    pub stride: usize,
    /// Elements added on each side of the input, at most half the window; they are never the
    /// maximum, and count as zeros in an average.
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

    /// The height and width of a pooling of `x`, (N, C, L) or (N, C, H, W) as `rank` says: 1 or 2. A
    /// sequence has no height.
    pub(crate) fn axes(self, what: &str, rank: usize, x: &Tensor) -> Result<[WindowAxis; 2]> {
        check::float(what, x)?;
        check::not_empty(what, x)?;
        let (dims, sides) = (x.dims(), if rank == 1 { "L" } else { "H, W" });
        if dims.len() != rank + 2 {
            let dims = display_shape(dims);
            bail!("{what}: the input must be (N, C, {sides}), got {dims}");
        }
        let mut axes = [WindowAxis::ABSENT; 2];
        let present = &mut axes[2 - rank..];
        for (axis, &input) in present.iter_mut().zip(&dims[2..]) {
            *axis = self.axis(what, input)?;
        }
        check::can_hold_windows(what, &dims[..2], present, x)?;
        Ok(axes)
    }

    pub(crate) fn axis(self, what: &str, input: usize) -> Result<WindowAxis> {
        if self.padding > self.kernel_size / 2 {
            bail!(
                "{what}: padding {} is more than half the kernel, {}: a window would see nothing else",
                self.padding,
                self.kernel_size
            );
        }
        WindowAxis::new(what, input, self.kernel_size, self.stride, self.padding, 1)
    }

    /// The window as a step of a trace keeps it.
    #[doc(hidden)]
    pub fn window(&self) -> Window {
        Window {
            kernel_size: self.kernel_size,
            stride: self.stride,
            padding: self.padding,
            dilation: 1,
        }
    }
}
