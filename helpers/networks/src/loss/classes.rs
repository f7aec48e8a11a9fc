//! Losses of classification: one of C classes is right.

use candle_core::{DType, Result, Tensor, bail};

use super::check::check_class_targets;
use candle_functional::trace::{self, Operation, traced};
use candle_functional::{self as F, display_shape, float};

/// Negative log-likelihood: the mean of `-log_probs[i, targets[i]]`, as PyTorch's `F.nll_loss`.
///
/// `log_probs` is (N, C), natural logarithms of probabilities; `targets` is (N), u32 class indices.
/// One class per pixel: `log_probs` (N, C, H, W) and `targets` (N, H, W).
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
/// Shapes that do not fit, targets that are not u32, a class outside 0..C, an empty batch, values
/// above 0, which are no logarithms of probabilities.
pub fn nll(log_probs: &Tensor, targets: &Tensor) -> Result<Tensor> {
    traced(
        "nll",
        "",
        &[log_probs, targets],
        &[],
        Operation::Loss(None),
        || {
            check_class_targets("nll", log_probs, targets)?;
            check_log_probs(log_probs)?;
            target_log_probs(log_probs, targets)?.mean_all()?.neg()
        },
    )
}

/// Cross-entropy: [`nll`] of the log-softmax of `logits`, as PyTorch's `F.cross_entropy`.
///
/// `logits` is (N, C), the outputs of the last layer as they are; softmax must not come before it.
/// Scores of any size are safe: the highest is subtracted before `exp`.
///
/// ```
/// use helpers::prelude::*;
/// let logits = Tensor::new(&[[0f32, 0.], [1000., -1000.]], &Device::Cpu)?;
/// let targets = Tensor::new(&[0u32, 0], &Device::Cpu)?;
/// let loss = loss::cross_entropy(&logits, &targets)?.to_scalar::<f32>()?;
/// assert!((loss - 0.3466).abs() < 1e-4); // (ln 2 + 0) / 2
/// # Ok::<(), helpers::Error>(())
/// ```
///
/// # Errors
/// As [`nll`], but for the values.
pub fn cross_entropy(logits: &Tensor, targets: &Tensor) -> Result<Tensor> {
    traced(
        "cross_entropy",
        "",
        &[logits, targets],
        &[],
        Operation::Loss(None),
        || {
            check_class_targets("cross_entropy", logits, targets)?;
            if logits.rank() == 2 && logits.device().is_cpu() && !trace::is_on() {
                return F::cross_entropy_fused(logits, targets);
            }
            target_log_probs(&F::log_softmax(logits, 1)?, targets)?
                .mean_all()?
                .neg()
        },
    )
}

/// [`cross_entropy`] in which class c counts `weights[c]` times; the mean is the weighted one, as in
/// PyTorch's `F.cross_entropy(.., weight=weights)`. For sets where some classes are rare.
///
/// ```
/// use helpers::prelude::*;
/// let logits = Tensor::new(&[[0f32, 0.], [7., 7.]], &Device::Cpu)?;
/// let targets = Tensor::new(&[0u32, 1], &Device::Cpu)?;
/// let weights = Tensor::new(&[1f32, 3.], &Device::Cpu)?;
/// let loss = loss::cross_entropy_weighted(&logits, &targets, &weights)?;
/// assert!((loss.to_scalar::<f32>()? - 0.6931).abs() < 1e-4); // ln 2, twice
/// # Ok::<(), helpers::Error>(())
/// ```
///
/// # Errors
/// As [`cross_entropy`]; weights that are not C numbers of at least 0, or all 0 for these targets.
pub fn cross_entropy_weighted(
    logits: &Tensor,
    targets: &Tensor,
    weights: &Tensor,
) -> Result<Tensor> {
    let (what, inputs) = ("cross_entropy_weighted", [logits, targets, weights]);
    traced(what, "", &inputs, &[], Operation::Loss(None), || {
        check_class_targets(what, logits, targets)?;
        let log_probs = F::log_softmax(logits, 1)?;
        float(what, &log_probs)?;
        let classes = log_probs.dim(1)?;
        if weights.dims() != [classes] {
            let got = display_shape(weights.dims());
            bail!("{what}: {classes} classes need {classes} weights, ({classes}), got {got}");
        }
        let weights = weights.to_dtype(log_probs.dtype())?.contiguous()?;
        let each = weights.index_select(&targets.flatten_all()?.contiguous()?, 0)?;
        let lowest = weights.min_all()?.to_dtype(DType::F64)?;
        let total = each.sum_all()?;
        if lowest.to_scalar::<f64>()? < 0.0
            || total.to_dtype(DType::F64)?.to_scalar::<f64>()? == 0.0
        {
            bail!("{what}: weights must be at least 0, and not all 0 for these targets");
        }
        ((target_log_probs(&log_probs, targets)? * each)?.sum_all()? / total)?.neg()
    })
}

/// Refuses what is above 0, by more than rounding does; NaN passes, and the loss is then NaN.
fn check_log_probs(log_probs: &Tensor) -> Result<()> {
    float("nll", log_probs)?;
    let highest = log_probs.max_all()?.to_dtype(DType::F32)?;
    let highest = highest.to_scalar::<f32>()?;
    if highest > 1e-4 {
        bail!(
            "nll: log-probabilities are at most 0, got {highest}: give the logarithm of probabilities, probs.log()?, or F::log_softmax(&logits, 1)? of logits (loss::cross_entropy takes logits as they are)"
        );
    }
    Ok(())
}

/// The log-probability of each target's class, as one row: `log_probs[i, targets[i]]`.
fn target_log_probs(log_probs: &Tensor, targets: &Tensor) -> Result<Tensor> {
    let classes = log_probs.dim(1)?;
    // (N, C, ...) to (N ..., C); gather takes contiguous tensors only.
    let mut order: Vec<usize> = (0..log_probs.rank()).filter(|&dim| dim != 1).collect();
    order.push(1);
    let rows = log_probs
        .permute(order)?
        .contiguous()?
        .reshape(((), classes))?;
    let targets = targets.contiguous()?.reshape(((), 1))?;
    rows.gather(&targets, 1)?.squeeze(1)
}
