//! Losses: one number that says how wrong the outputs are, averaged over the batch.

use candle_core::{DType, Result, Tensor, bail};

/// Negative log-likelihood: the mean of `-log_probs[i, targets[i]]`, as PyTorch's `F.nll_loss`.
///
/// `log_probs` is (N, C), natural logarithms of probabilities; `targets` is (N), u32 class indices.
///
/// ```
/// use helpers::prelude::*;
/// let probs = Tensor::new(&[[0.5f32, 0.5], [0.1, 0.9]], &Device::Cpu)?;
/// let targets = Tensor::new(&[0u32, 1], &Device::Cpu)?;
/// let loss = loss::nll(&probs.log()?, &targets)?.to_scalar::<f32>()?;
/// assert!((loss - 0.3993).abs() < 1e-4); // (-ln 0.5 - ln 0.9) / 2
/// # Ok::<(), helpers::Error>(())
/// ```
///
/// # Errors
/// Shapes that do not fit, targets that are not u32, a class outside 0..C, an empty batch.
pub fn nll(log_probs: &Tensor, targets: &Tensor) -> Result<Tensor> {
    check_class_targets("nll", log_probs, targets)?;
    // gather takes contiguous tensors only; a transposed or sliced one is copied.
    let (log_probs, targets) = (log_probs.contiguous()?, targets.contiguous()?);
    let picked = log_probs.gather(&targets.unsqueeze(1)?, 1)?;
    picked.mean_all()?.neg()
}

/// The one place where scores (N, C) and class targets (N) are compared.
pub(crate) fn check_class_targets(what: &str, scores: &Tensor, targets: &Tensor) -> Result<()> {
    let (n, classes) = match scores.dims() {
        [n, classes] => (*n, *classes),
        dims => bail!("{what}: the first argument must be (N, C), got {dims:?}"),
    };
    if targets.dims() != [n] {
        bail!(
            "{what}: {n} rows need {n} targets, ({n}), got {:?}",
            targets.dims()
        );
    }
    if targets.dtype() != DType::U32 {
        bail!(
            "{what}: targets are class indices of type u32, got {:?}",
            targets.dtype()
        );
    }
    if n == 0 || classes == 0 {
        bail!("{what}: there is nothing to score, got {:?}", scores.dims());
    }
    let highest = targets.max_all()?.to_scalar::<u32>()? as usize;
    if highest >= classes {
        bail!(
            "{what}: target {highest}, but there are {classes} classes, 0 to {}",
            classes - 1
        );
    }
    Ok(())
}
