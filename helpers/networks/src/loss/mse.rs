//! Mean squared error.

use candle_core::{Result, Tensor};

use super::check::check_pair;
use candle_functional::trace::{Operation, traced};

/// Mean squared error: the mean of `(outputs - targets)^2`, as PyTorch's `F.mse_loss`.
///
/// Both have the same shape; PyTorch would stretch (8, 1) against (8) to (8, 8), with a warning.
///
/// ```
/// use helpers::prelude::*;
/// let outputs = Tensor::new(&[1f32, 2.], &Device::Cpu)?;
/// let targets = Tensor::new(&[1f32, 5.], &Device::Cpu)?;
/// assert_eq!(loss::mse(&outputs, &targets)?.to_scalar::<f32>()?, 4.5); // (0 + 9) / 2
/// # Ok::<(), helpers::Error>(())
/// ```
///
/// # Errors
/// Shapes or types that differ, an empty batch.
pub fn mse(outputs: &Tensor, targets: &Tensor) -> Result<Tensor> {
    traced(
        "mse",
        "",
        &[outputs, targets],
        &[],
        Operation::Loss(None),
        || {
            check_pair("mse", ["outputs", "targets"], outputs, targets)?;
            (outputs - targets)?.sqr()?.mean_all()
        },
    )
}
