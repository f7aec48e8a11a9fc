//! How good the decisions are.

use candle_core::{DType, Result, Tensor};

use crate::loss::check_class_targets;

/// The share of rows whose highest score is that of the target class, from 0 to 1.
///
/// `scores` is (N, C): probabilities, log-probabilities or logits; `targets` is (N), u32. With a class
/// per pixel they are (N, C, H, W) and (N, H, W).
///
/// ```
/// use helpers::prelude::*;
/// let probs = Tensor::new(&[[0.9f32, 0.1], [0.6, 0.4]], &Device::Cpu)?;
/// let targets = Tensor::new(&[0u32, 1], &Device::Cpu)?;
/// assert_eq!(metrics::accuracy(&probs, &targets)?, 0.5);
/// # Ok::<(), helpers::Error>(())
/// ```
///
/// # Errors
/// Shapes that do not fit, targets that are not u32, a class outside 0..C, an empty batch.
pub fn accuracy(scores: &Tensor, targets: &Tensor) -> Result<f64> {
    check_class_targets("accuracy", scores, targets)?;
    let decisions = scores.argmax(1)?;
    let right = decisions.eq(targets)?.to_dtype(DType::F32)?;
    Ok(f64::from(right.sum_all()?.to_scalar::<f32>()?) / targets.elem_count() as f64)
}
