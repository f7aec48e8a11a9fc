//! Losses of yes-or-no decisions: each output is one probability, or its logit.

use candle_core::{Result, Tensor, bail};

use super::{check_pair, check_unit, log1p, with_slope};
use crate::trace::traced;

/// Binary cross-entropy: the mean of `-(y ln p + (1 - y) ln(1 - p))`, as PyTorch's
/// `F.binary_cross_entropy`.
///
/// `probs` p and `targets` y have the same shape; targets are 0 or 1 (or between) of any type. As
/// in PyTorch a logarithm is never below -100, so that a certain mistake costs 100. From the
/// outputs of a layer, [`binary_cross_entropy_with_logits`] is exact.
///
/// ```
/// use helpers::prelude::*;
/// let probs = Tensor::new(&[0.9f32, 0.2], &Device::Cpu)?;
/// let targets = Tensor::new(&[1f32, 0.], &Device::Cpu)?;
/// let loss = loss::binary_cross_entropy(&probs, &targets)?.to_scalar::<f32>()?;
/// assert!((loss - 0.1643).abs() < 1e-4); // (-ln 0.9 - ln 0.8) / 2
/// # Ok::<(), helpers::Error>(())
/// ```
///
/// # Errors
/// Shapes that differ, values outside 0 to 1, an empty batch.
pub fn binary_cross_entropy(probs: &Tensor, targets: &Tensor) -> Result<Tensor> {
    let what = "binary_cross_entropy";
    traced(what, "", &[probs, targets], &[], Vec::new, || {
        let y = binary_targets(what, ["probs", "targets"], probs, targets)?;
        check_unit(what, "probs", probs)?;
        let p = probs.detach();
        let not_y = y.affine(-1.0, 1.0)?;
        let (yes, no) = (floor(&p.log()?)?, floor(&log1p(&p.neg()?)?)?);
        let values = ((&y * yes)? + (not_y * no)?)?.neg()?;
        // PyTorch's slope: the divisor stays above 0 at p = 0 and p = 1 (its constant is an f32).
        let spread = (&p * p.affine(-1.0, 1.0)?)?;
        let slope = ((&p - &y)? / spread.maximum(f64::from(1e-12f32))?)?;
        with_slope(probs, &values, &slope)?.mean_all()
    })
}

/// The logarithm that is never below -100.
fn floor(log: &Tensor) -> Result<Tensor> {
    log.maximum(-100.0)
}

/// Binary cross-entropy of `sigmoid(logits)`, as PyTorch's `F.binary_cross_entropy_with_logits`:
/// the mean of `max(x, 0) - x y + ln(1 + exp(-|x|))`, which is exact and finite for every logit x.
/// Its gradient is `(sigmoid(x) - y) / N`.
///
/// ```
/// use helpers::prelude::*;
/// let logits = Tensor::new(&[0f32, 1000.], &Device::Cpu)?;
/// let targets = Tensor::new(&[1f32, 0.], &Device::Cpu)?;
/// let loss = loss::binary_cross_entropy_with_logits(&logits, &targets)?.to_scalar::<f32>()?;
/// assert!((loss - 500.3466).abs() < 1e-3); // (ln 2 + 1000) / 2
/// # Ok::<(), helpers::Error>(())
/// ```
///
/// # Errors
/// Shapes that differ, targets outside 0 to 1, an empty batch.
pub fn binary_cross_entropy_with_logits(logits: &Tensor, targets: &Tensor) -> Result<Tensor> {
    let what = "binary_cross_entropy_with_logits";
    traced(what, "", &[logits, targets], &[], Vec::new, || {
        from_logits(what, logits, targets, 1.0)
    })
}

/// [`binary_cross_entropy_with_logits`] in which the positive class counts `pos_weight` times, as
/// PyTorch's argument of that name: (number of 0s) / (number of 1s) balances a set. The mean is
/// over all outputs, as there.
///
/// ```
/// use helpers::prelude::*;
/// let logits = Tensor::new(&[0f32, 0.], &Device::Cpu)?;
/// let targets = Tensor::new(&[1f32, 0.], &Device::Cpu)?;
/// let loss = loss::binary_cross_entropy_with_logits_weighted(&logits, &targets, 3.0)?;
/// assert!((loss.to_scalar::<f32>()? - 1.3863).abs() < 1e-4); // (3 ln 2 + ln 2) / 2
/// # Ok::<(), helpers::Error>(())
/// ```
///
/// # Errors
/// As without weight; a weight that is negative or not finite.
pub fn binary_cross_entropy_with_logits_weighted(
    logits: &Tensor,
    targets: &Tensor,
    pos_weight: f64,
) -> Result<Tensor> {
    let what = "binary_cross_entropy_with_logits_weighted";
    let settings = || vec![("pos_weight", pos_weight.to_string())];
    traced(what, "", &[logits, targets], &[], settings, || {
        if !pos_weight.is_finite() || pos_weight < 0.0 {
            bail!("{what}: pos_weight must be a finite number of at least 0, got {pos_weight}");
        }
        from_logits(what, logits, targets, pos_weight)
    })
}

/// `w y softplus(-x) + (1 - y) softplus(x)`, with `softplus(x) = max(x, 0) + ln(1 + exp(-|x|))`.
fn from_logits(what: &str, logits: &Tensor, targets: &Tensor, w: f64) -> Result<Tensor> {
    let y = binary_targets(what, ["logits", "targets"], logits, targets)?;
    let x = logits.detach();
    let (weighted_y, not_y) = ((&y * w)?, y.affine(-1.0, 1.0)?);
    let small = x.abs()?.neg()?.exp()?; // exp(-|x|), from 0 to 1
    let bend = log1p(&small)?;
    let (yes, no) = ((x.neg()?.relu()? + &bend)?, (x.relu()? + &bend)?);
    let values = ((&weighted_y * yes)? + (&not_y * no)?)?;
    // sigmoid(x) is 1 / (1 + s) for x >= 0 and s / (1 + s) below, s = exp(-|x|): exact both ways.
    let (above, below) = ((&small + 1.0)?.recip()?, (&small / (&small + 1.0)?)?);
    let positive = x.ge(0.0)?;
    let sigmoid = positive.where_cond(&above, &below)?;
    let one_minus = positive.where_cond(&below, &above)?;
    let slope = ((not_y * sigmoid)? - (weighted_y * one_minus)?)?;
    with_slope(logits, &values, &slope)?.mean_all()
}

/// The targets in the type of the outputs, if they fit them.
fn binary_targets(
    what: &str,
    names: [&str; 2],
    outputs: &Tensor,
    targets: &Tensor,
) -> Result<Tensor> {
    check_pair(what, names, outputs, targets)?;
    let targets = targets.to_dtype(outputs.dtype())?.detach();
    check_unit(what, "targets", &targets)?;
    Ok(targets)
}
