//! Losses: one number that says how wrong the outputs are, averaged over the batch.

mod binary;
mod classes;
mod contrastive;
mod mse;

pub use binary::{
    binary_cross_entropy, binary_cross_entropy_with_logits,
    binary_cross_entropy_with_logits_weighted,
};
pub(crate) use classes::check_class_targets;
pub use classes::{cross_entropy, cross_entropy_weighted, nll, nll_weighted};
pub use contrastive::{contrastive, pairwise_distance};
pub use mse::mse;

use candle_core::{DType, Result, Tensor, bail};

use crate::functional::{float, words};

/// Refuses a pair of tensors that are not alike in shape, or hold nothing.
fn check_pair(what: &str, names: [&str; 2], a: &Tensor, b: &Tensor) -> Result<()> {
    if a.dims() != b.dims() {
        let ([a_name, b_name], a, b) = (names, words(a.dims()), words(b.dims()));
        bail!("{what}: {a_name} {a} and {b_name} {b} must have the same shape");
    }
    if a.elem_count() == 0 {
        bail!("{what}: there is nothing to score, got {}", words(a.dims()));
    }
    float(what, a)
}

/// Refuses values outside 0..=1; NaN passes, and the loss is then NaN.
fn check_unit(what: &str, name: &str, values: &Tensor) -> Result<()> {
    for extreme in [values.min_all()?, values.max_all()?] {
        let extreme = extreme.to_dtype(DType::F64)?.to_scalar::<f64>()?;
        if !(0.0..=1.0).contains(&extreme) && !extreme.is_nan() {
            bail!(
                "{what}: {name} must lie between 0 and 1, got {}",
                extreme as f32
            );
        }
    }
    Ok(())
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
    // ln(u) x / (u - 1) is 0 / 0 where u is 1, and there the answer is x.
    rounding.eq(0.0)?.where_cond(&x, &corrected)
}
