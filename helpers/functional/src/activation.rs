//! What a neuron does with its sum: relu, sigmoid, tanh.

use candle_core::{Result, Tensor};

use crate::cpu_op::{differentiable, no_grad, on_cpu};
use crate::kernels::{self, Activation, View};
use crate::trace::{self, Operation, traced};
use crate::{check, composed};

/// `max(x, 0)`, element by element, for any shape; the gradient at 0 is 0, as PyTorch's.
///
/// ```
/// use candle_core::{Device, Tensor};
/// use candle_functional as F;
/// let x = Tensor::new(&[-2f32, 0., 3.], &Device::Cpu)?;
/// assert_eq!(F::relu(&x)?.to_vec1::<f32>()?, [0., 0., 3.]);
/// # Ok::<(), candle_core::Error>(())
/// ```
///
/// # Errors
/// `x` holds integers.
pub fn relu(x: &Tensor) -> Result<Tensor> {
    check::float("relu", x)?;
    let compute = || {
        if on_cpu(x) {
            return on_cpu_loops("relu", Activation::Relu, x);
        }
        // candle's own relu passes the gradient at 0 and turns NaN into 0.
        let off = x.detach().le(0f64)?;
        off.where_cond(&x.zeros_like()?, x)
    };
    traced("relu", "", &[x], &[], Operation::Relu, compute)
}

/// `1 / (1 + exp(-x))`, element by element, for any shape: a number as a probability.
///
/// ```
/// use candle_core::{Device, Tensor};
/// use candle_functional as F;
/// let x = Tensor::new(&[-1000f32, 0., 1000.], &Device::Cpu)?;
/// assert_eq!(F::sigmoid(&x)?.to_vec1::<f32>()?, [0., 0.5, 1.]);
/// # Ok::<(), candle_core::Error>(())
/// ```
///
/// # Errors
/// `x` holds integers.
pub fn sigmoid(x: &Tensor) -> Result<Tensor> {
    check::float("sigmoid", x)?;
    let compute = || match on_cpu(x) {
        true => on_cpu_loops("sigmoid", Activation::Sigmoid, x),
        false => composed::sigmoid(x),
    };
    traced("sigmoid", "", &[x], &[], Operation::Sigmoid, compute)
}

/// The hyperbolic tangent, element by element, for any shape: from -1 to 1.
///
/// ```
/// use candle_core::{Device, Tensor};
/// use candle_functional as F;
/// let x = Tensor::new(&[-1000f32, 0., 1000.], &Device::Cpu)?;
/// assert_eq!(F::tanh(&x)?.to_vec1::<f32>()?, [-1., 0., 1.]);
/// # Ok::<(), candle_core::Error>(())
/// ```
///
/// # Errors
/// `x` holds integers.
pub fn tanh(x: &Tensor) -> Result<Tensor> {
    check::float("tanh", x)?;
    let compute = || match on_cpu(x) {
        true => on_cpu_loops("tanh", Activation::Tanh, x),
        false => x.tanh(),
    };
    traced("tanh", "", &[x], &[], Operation::Tanh, compute)
}

/// `relu(a + b)` of two tensors of one shape, the end of a residual block, in one step unless a trace
/// is on.
///
/// ```
/// use candle_core::{Device, Tensor};
/// use candle_functional as F;
/// let a = Tensor::new(&[-2f32, 1.], &Device::Cpu)?;
/// assert_eq!(F::add_relu(&a, &a)?.to_vec1::<f32>()?, [0., 2.]);
/// # Ok::<(), candle_core::Error>(())
/// ```
///
/// # Errors
/// Integers, shapes or types that differ.
pub fn add_relu(a: &Tensor, b: &Tensor) -> Result<Tensor> {
    check::float("add_relu", a)?;
    check::alike("add_relu", a, b, "second input")?;
    if !on_cpu(a) || a.dims() != b.dims() || trace::is_on() {
        return relu(&(a + b)?);
    }
    let run = |v: &[View]| kernels::add_relu(v[0], v[1]);
    differentiable(
        "add_relu",
        &[a, b],
        a.shape(),
        run,
        move |inputs, y, grad| {
            let run = |v: &[View]| Activation::Relu.backward(v[0], v[1]);
            let both = no_grad("add_relu", &[y, grad], y.shape(), run)?;
            let wanted = |input: &&Tensor| input.track_op().then(|| both.clone());
            Ok(inputs.iter().map(wanted).collect())
        },
    )
}

fn on_cpu_loops(name: &'static str, function: Activation, x: &Tensor) -> Result<Tensor> {
    let run = move |v: &[View]| function.forward(v[0]);
    differentiable(name, &[x], x.shape(), run, move |_, y, grad| {
        let run = move |v: &[View]| function.backward(v[0], v[1]);
        Ok(vec![Some(no_grad(name, &[y, grad], y.shape(), run)?)])
    })
}
