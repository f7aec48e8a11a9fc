//! What a neuron does with its sum: relu, sigmoid, tanh.

use candle_core::{CpuStorage, CustomOp1, CustomOp2, Layout, Result, Shape, Tensor};

use super::{check, on_cpu};
use crate::kernels::{Rectifier, View};
use crate::trace::traced;

/// `max(x, 0)`, element by element, for any shape; the gradient at 0 is 0, as PyTorch's.
///
/// ```
/// use helpers::prelude::*;
/// let x = Tensor::new(&[-2f32, 0., 3.], &Device::Cpu)?;
/// assert_eq!(F::relu(&x)?.to_vec1::<f32>()?, [0., 0., 3.]);
/// # Ok::<(), helpers::Error>(())
/// ```
///
/// # Errors
/// `x` holds integers.
pub fn relu(x: &Tensor) -> Result<Tensor> {
    check::float("relu", x)?;
    let compute = || {
        if on_cpu(x) {
            return x.contiguous()?.apply_op1(Relu);
        }
        // candle's own relu passes the gradient at 0 and turns NaN into 0.
        let off = x.detach().le(0f64)?;
        off.where_cond(&x.zeros_like()?, x)
    };
    traced("relu", "", &[x], &[], Vec::new, compute)
}

/// `1 / (1 + exp(-x))`, element by element, for any shape: a number as a probability.
///
/// ```
/// use helpers::prelude::*;
/// let x = Tensor::new(&[-1000f32, 0., 1000.], &Device::Cpu)?;
/// assert_eq!(F::sigmoid(&x)?.to_vec1::<f32>()?, [0., 0.5, 1.]);
/// # Ok::<(), helpers::Error>(())
/// ```
///
/// # Errors
/// `x` holds integers.
pub fn sigmoid(x: &Tensor) -> Result<Tensor> {
    check::float("sigmoid", x)?;
    let compute = || candle_nn::ops::sigmoid(x);
    traced("sigmoid", "", &[x], &[], Vec::new, compute)
}

/// The hyperbolic tangent, element by element, for any shape: from -1 to 1.
///
/// ```
/// use helpers::prelude::*;
/// let x = Tensor::new(&[-1000f32, 0., 1000.], &Device::Cpu)?;
/// assert_eq!(F::tanh(&x)?.to_vec1::<f32>()?, [-1., 0., 1.]);
/// # Ok::<(), helpers::Error>(())
/// ```
///
/// # Errors
/// `x` holds integers.
pub fn tanh(x: &Tensor) -> Result<Tensor> {
    check::float("tanh", x)?;
    traced("tanh", "", &[x], &[], Vec::new, || x.tanh())
}

struct Relu;

/// dx from (y, dy).
struct Backward;

impl CustomOp1 for Relu {
    fn name(&self) -> &'static str {
        "relu"
    }

    fn cpu_fwd(&self, storage: &CpuStorage, layout: &Layout) -> Result<(CpuStorage, Shape)> {
        let y = Rectifier::forward(View::new(storage, layout)?)?;
        Ok((y, layout.shape().clone()))
    }

    fn bwd(&self, _x: &Tensor, y: &Tensor, grad: &Tensor) -> Result<Option<Tensor>> {
        let grad = grad.contiguous()?;
        Ok(Some(y.apply_op2_no_bwd(&grad, &Backward)?))
    }
}

impl CustomOp2 for Backward {
    fn name(&self) -> &'static str {
        "relu_backward"
    }

    fn cpu_fwd(
        &self,
        s1: &CpuStorage,
        l1: &Layout,
        s2: &CpuStorage,
        l2: &Layout,
    ) -> Result<(CpuStorage, Shape)> {
        let dx = Rectifier::backward(View::new(s1, l1)?, View::new(s2, l2)?)?;
        Ok((dx, l1.shape().clone()))
    }
}
