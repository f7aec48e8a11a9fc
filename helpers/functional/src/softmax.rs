//! Scores as probabilities: softmax and its logarithm.

use candle_core::{Result, Tensor, bail};

use crate::check;
use crate::errors::display_shape;
use crate::trace::{Operation, traced};

/// `exp(x_i) / sum_j exp(x_j)` along dimension `dim`: positive numbers that add up to 1.
///
/// Any shape; the result has the same. The largest score is taken off first, so that scores of
/// +-1000 do no harm.
///
/// ```
/// use candle_core::{Device, Tensor};
/// use candle_functional as F;
/// let scores = Tensor::new(&[[1000f32, 1000.], [0., 2f32.ln()]], &Device::Cpu)?;
/// let probs = F::softmax(&scores, 1)?.to_vec2::<f32>()?;
/// assert_eq!(probs[0], [0.5, 0.5]);
/// assert!((probs[1][1] - 2. / 3.).abs() < 1e-6);
/// # Ok::<(), candle_core::Error>(())
/// ```
///
/// # Errors
/// No such dimension, an empty tensor, integers.
pub fn softmax(x: &Tensor, dim: usize) -> Result<Tensor> {
    check("softmax", x, dim)?;
    let compute = || {
        let exp = below_zero(x, dim)?.exp()?;
        exp.broadcast_div(&exp.sum_keepdim(dim)?)
    };
    traced(
        "softmax",
        "",
        &[x],
        &[],
        Operation::Softmax { dim },
        compute,
    )
}

/// The logarithm of [`softmax`], `x_i - ln sum_j exp(x_j)`, without the softmax's rounding to 0.
///
/// ```
/// use candle_core::{Device, Tensor};
/// use candle_functional as F;
/// let scores = Tensor::new(&[[0f32, 1000.]], &Device::Cpu)?;
/// assert_eq!(F::log_softmax(&scores, 1)?.to_vec2::<f32>()?, [[-1000., 0.]]);
/// # Ok::<(), candle_core::Error>(())
/// ```
///
/// # Errors
/// No such dimension, an empty tensor, integers.
pub fn log_softmax(x: &Tensor, dim: usize) -> Result<Tensor> {
    check("log_softmax", x, dim)?;
    let compute = || {
        let x = below_zero(x, dim)?;
        x.broadcast_sub(&x.exp()?.sum_keepdim(dim)?.log()?)
    };
    let operation = Operation::LogSoftmax { dim };
    traced("log_softmax", "", &[x], &[], operation, compute)
}

/// The scores less the largest of them, which is a constant to the gradient: it cancels out.
fn below_zero(x: &Tensor, dim: usize) -> Result<Tensor> {
    x.broadcast_sub(&x.detach().max_keepdim(dim)?)
}

fn check(what: &str, x: &Tensor, dim: usize) -> Result<()> {
    check::float(what, x)?;
    check::not_empty(what, x)?;
    if dim >= x.rank() {
        bail!("{what}: {} has no dimension {dim}", display_shape(x.dims()));
    }
    Ok(())
}
