//! Cross-entropy on the CPU, without a log-softmax of its own.

use std::sync::{Arc, OnceLock};

use candle_core::{Result, Tensor, bail};

use crate::check;
use crate::cpu_op::{differentiable, no_grad};
use crate::errors::display_shape;
use crate::kernels::{View, cross_entropy, cross_entropy_gradient};

/// The mean of `-log_softmax(logits)[i, targets[i]]` over the rows, faster than composed and without
/// a step in a trace: `logits` (N, C), `targets` (N) of type u32, each below C, on the CPU.
///
/// ```
/// use candle_core::{Device, Tensor};
/// use candle_functional as F;
/// let logits = Tensor::new(&[[0f32, 0.], [1000., -1000.]], &Device::Cpu)?;
/// let targets = Tensor::new(&[1u32, 0], &Device::Cpu)?;
/// let loss = F::cross_entropy_fused(&logits, &targets)?.to_scalar::<f32>()?;
/// assert!((loss - 2f32.ln() / 2.0).abs() < 1e-6);
/// # Ok::<(), candle_core::Error>(())
/// ```
///
/// # Errors
/// Shapes that do not fit, an empty input, types that are others, a target that is no class.
pub fn cross_entropy_fused(logits: &Tensor, targets: &Tensor) -> Result<Tensor> {
    const WHAT: &str = "cross_entropy";
    check::float(WHAT, logits)?;
    check::not_empty(WHAT, logits)?;
    let [n, classes] = *logits.dims() else {
        let dims = display_shape(logits.dims());
        bail!("{WHAT}: the logits must be (N, C), got {dims}");
    };
    if targets.dims() != [n] {
        let dims = display_shape(targets.dims());
        bail!("{WHAT}: {n} rows need {n} targets, ({n}), got {dims}");
    }
    // Written by forward, read by backward.
    let softmax = Arc::new(OnceLock::new());
    let known = softmax.clone();
    let run = move |v: &[View]| {
        let (loss, probs) = cross_entropy(v[0], v[1], classes)?;
        softmax.get_or_init(|| probs);
        Ok(loss)
    };
    differentiable(WHAT, &[logits, targets], (), run, move |inputs, _, grad| {
        let softmax = known.clone();
        let run = move |v: &[View]| match softmax.get() {
            Some(softmax) => cross_entropy_gradient(softmax, v[0], v[1]),
            None => bail!("{WHAT}: the softmax is lost"),
        };
        let dx = no_grad(WHAT, &[grad, inputs[1]], inputs[0].shape(), run)?;
        Ok(vec![Some(dx), None])
    })
}
