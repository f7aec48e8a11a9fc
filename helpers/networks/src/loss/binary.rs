//! Losses of two classes: each output is one probability, or its logit.

use candle_core::{Result, Tensor};

use super::check::{check_pair, check_unit};
use candle_functional::trace::{Operation, traced};

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
    traced(
        what,
        "",
        &[probs, targets],
        &[],
        Operation::Loss(None),
        || {
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
        },
    )
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
    traced(
        what,
        "",
        &[logits, targets],
        &[],
        Operation::Loss(None),
        || {
            let y = binary_targets(what, ["logits", "targets"], logits, targets)?;
            let (x, not_y) = (logits.detach(), y.affine(-1.0, 1.0)?);
            // y softplus(-x) + (1 - y) softplus(x), with softplus(x) = max(x, 0) + ln(1 + exp(-|x|)).
            let small = x.abs()?.neg()?.exp()?; // exp(-|x|), from 0 to 1
            let bend = log1p(&small)?;
            let (yes, no) = ((x.neg()?.relu()? + &bend)?, (x.relu()? + &bend)?);
            let values = ((&y * yes)? + (&not_y * no)?)?;
            // sigmoid(x) is 1 / (1 + s) for x >= 0 and s / (1 + s) below, s = exp(-|x|): exact both ways.
            let (above, below) = ((&small + 1.0)?.recip()?, (&small / (&small + 1.0)?)?);
            let positive = x.ge(0.0)?;
            let sigmoid = positive.where_cond(&above, &below)?;
            let one_minus = positive.where_cond(&below, &above)?;
            let slope = ((not_y * sigmoid)? - (y * one_minus)?)?;
            with_slope(logits, &values, &slope)?.mean_all()
        },
    )
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

/// A tensor with these values whose gradient towards `x` is `slope`, both worked out beforehand.
///
/// For formulas that candle's chain of operations gets wrong at the edges (0 times infinity, the
/// corner of |x|), but whose derivative is simple.
fn with_slope(x: &Tensor, values: &Tensor, slope: &Tensor) -> Result<Tensor> {
    let zero = (x - x.detach())?;
    values.detach() + (zero * slope.detach())?
}

/// ln(1 + x) for x > -1, exact also where 1 + x rounds to 1 (Kahan's trick); no gradient.
fn log1p(x: &Tensor) -> Result<Tensor> {
    let x = x.detach();
    let u = (&x + 1.0)?;
    let rounding = (&u - 1.0)?;
    let corrected = ((u.log()? * &x)? / &rounding)?;
    // ln(u) x / (u - 1) is 0 / 0 where u is 1, and there the result is x.
    rounding.eq(0.0)?.where_cond(&x, &corrected)
}
