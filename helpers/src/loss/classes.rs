//! Losses of classification: one of C classes is right.

use std::sync::{Arc, OnceLock};

use candle_core::{DType, Result, Tensor, bail};

use crate::functional::cpu_op::{differentiable, plain};
use crate::functional::{self as F, float, words};
use crate::kernels::{self, View};
use crate::trace::{self, traced};

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
    traced("nll", "", &[log_probs, targets], &[], Vec::new, || {
        check_class_targets("nll", log_probs, targets)?;
        check_log_probs("nll", log_probs)?;
        picked(log_probs, targets)?.mean_all()?.neg()
    })
}

/// [`nll`] in which class c counts `weights[c]` times; the mean is the weighted one, as in PyTorch's
/// `F.nll_loss(.., weight=weights)`. For sets where some classes are rare.
///
/// ```
/// use helpers::prelude::*;
/// let log_probs = Tensor::new(&[[-1f32, -2.], [-3., -4.]], &Device::Cpu)?;
/// let targets = Tensor::new(&[0u32, 1], &Device::Cpu)?;
/// let weights = Tensor::new(&[1f32, 3.], &Device::Cpu)?;
/// let loss = loss::nll_weighted(&log_probs, &targets, &weights)?;
/// assert_eq!(loss.to_scalar::<f32>()?, 3.25); // (1 * 1 + 3 * 4) / (1 + 3)
/// # Ok::<(), helpers::Error>(())
/// ```
///
/// # Errors
/// As [`nll`]; weights that are not C numbers of at least 0, or all 0 for these targets.
pub fn nll_weighted(log_probs: &Tensor, targets: &Tensor, weights: &Tensor) -> Result<Tensor> {
    let inputs = [log_probs, targets, weights];
    traced("nll_weighted", "", &inputs, &[], Vec::new, || {
        check_class_targets("nll_weighted", log_probs, targets)?;
        check_log_probs("nll_weighted", log_probs)?;
        weighted("nll_weighted", log_probs, targets, weights)
    })
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
        Vec::new,
        || {
            check_class_targets("cross_entropy", logits, targets)?;
            if logits.rank() == 2 && F::on_cpu(logits) && !trace::is_on() {
                return in_one_pass(logits, targets);
            }
            picked(&F::log_softmax(logits, 1)?, targets)?
                .mean_all()?
                .neg()
        },
    )
}

/// Cross-entropy of (N, C) on the CPU, where nobody looks at the log-softmax.
fn in_one_pass(logits: &Tensor, targets: &Tensor) -> Result<Tensor> {
    float("cross_entropy", logits)?;
    let classes = logits.dim(1)?;
    // Written by the way there, read by the way back.
    let softmax = Arc::new(OnceLock::new());
    let known = softmax.clone();
    let run = move |v: &[View]| {
        let (loss, shares) = kernels::cross_entropy(v[0], v[1], classes)?;
        softmax.get_or_init(|| shares);
        Ok(loss)
    };
    differentiable(
        "cross_entropy",
        &[logits, targets],
        (),
        run,
        move |inputs, _, grad| {
            let softmax = known.clone();
            let run = move |v: &[View]| match softmax.get() {
                Some(softmax) => kernels::cross_entropy_gradient(softmax, v[0], v[1]),
                None => bail!("cross_entropy: the softmax is lost"),
            };
            let dx = plain("cross_entropy", &[grad, inputs[1]], inputs[0].shape(), run)?;
            Ok(vec![Some(dx), None])
        },
    )
}

/// [`cross_entropy`] with class weights, as [`nll_weighted`].
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
/// As [`nll_weighted`], but for the values.
pub fn cross_entropy_weighted(
    logits: &Tensor,
    targets: &Tensor,
    weights: &Tensor,
) -> Result<Tensor> {
    let (what, inputs) = ("cross_entropy_weighted", [logits, targets, weights]);
    traced(what, "", &inputs, &[], Vec::new, || {
        check_class_targets(what, logits, targets)?;
        weighted(what, &F::log_softmax(logits, 1)?, targets, weights)
    })
}

fn weighted(what: &str, log_probs: &Tensor, targets: &Tensor, weights: &Tensor) -> Result<Tensor> {
    float(what, log_probs)?;
    let classes = log_probs.dim(1)?;
    if weights.dims() != [classes] {
        let got = words(weights.dims());
        bail!("{what}: {classes} classes need {classes} weights, ({classes}), got {got}");
    }
    let weights = weights.to_dtype(log_probs.dtype())?.contiguous()?;
    let each = weights.index_select(&targets.flatten_all()?.contiguous()?, 0)?;
    let lowest = weights
        .min_all()?
        .to_dtype(DType::F64)?
        .to_scalar::<f64>()?;
    let total = each.sum_all()?;
    if lowest < 0.0 || total.to_dtype(DType::F64)?.to_scalar::<f64>()? == 0.0 {
        bail!("{what}: weights must be at least 0, and not all 0 for these targets");
    }
    ((picked(log_probs, targets)? * each)?.sum_all()? / total)?.neg()
}

/// Refuses what is above 0, by more than rounding does; NaN passes, and the loss is then NaN.
fn check_log_probs(what: &str, log_probs: &Tensor) -> Result<()> {
    float(what, log_probs)?;
    let highest = log_probs.max_all()?.to_dtype(DType::F32)?;
    let highest = highest.to_scalar::<f32>()?;
    if highest > 1e-4 {
        bail!(
            "{what}: log-probabilities are at most 0, got {highest}: give the logarithm of probabilities, probs.log()?, or F::log_softmax(&logits, 1)? of logits (loss::cross_entropy takes logits as they are)"
        );
    }
    Ok(())
}

/// What each target's class got, as one row: `log_probs[i, targets[i]]`.
fn picked(log_probs: &Tensor, targets: &Tensor) -> Result<Tensor> {
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

/// The one place where scores (N, C, ...) and class targets (N, ...) are compared.
pub(crate) fn check_class_targets(what: &str, scores: &Tensor, targets: &Tensor) -> Result<()> {
    let (n, classes, rest) = match scores.dims() {
        [n, classes, rest @ ..] => (*n, *classes, rest),
        dims => bail!(
            "{what}: the first argument must be (N, C), got {}",
            words(dims)
        ),
    };
    if targets.dims().split_first() != Some((&n, rest)) {
        let got = words(targets.dims());
        if rest.is_empty() {
            bail!("{what}: {n} rows need {n} targets, ({n}), got {got}");
        }
        let (scores, rows) = (words(scores.dims()), [&[n], rest].concat());
        bail!(
            "{what}: scores {scores} need targets {}, one per pixel, got {got}",
            words(&rows)
        );
    }
    if targets.dtype() != DType::U32 {
        bail!(
            "{what}: targets are class indices of type u32, got {}",
            targets.dtype().as_str()
        );
    }
    if scores.elem_count() == 0 {
        bail!(
            "{what}: there is nothing to score, got {}",
            words(scores.dims())
        );
    }
    let highest = targets.flatten_all()?.to_vec1::<u32>()?.into_iter().max();
    let highest = highest.map_or(0, |highest| highest as usize);
    if highest >= classes {
        bail!(
            "{what}: target {highest}, but there are {classes} classes, 0 to {}",
            classes - 1
        );
    }
    Ok(())
}
