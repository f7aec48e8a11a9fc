//! Gradients, without candle's detour.
//!
//! candle's `backward` makes zeros for every gradient and adds to them: two pieces of memory and two
//! loops more than the gradient itself. Where a graph has only operations of this crate,
//! [`backward`](crate::backward) goes back through it instead; else candle does, and the operations of
//! this crate hand the gradients of parameters, the leaves of the graph, [over](crate::hand_over).

use candle_core::backprop::GradStore;
use candle_core::{Result, Tensor, bail};

use crate::backward::through_known;
use crate::errors::display_shape;
use crate::hand_over::Collecting;

/// What `loss.backward()` gives, faster: the gradients are the same.
///
/// ```
/// use candle_core::{Device, Var};
/// use candle_functional as F;
/// let x = Var::new(&[[1f32, 2.]], &Device::Cpu)?;
/// let grads = F::gradients(&F::tanh(&x)?.sum_all()?)?;
/// assert!(grads.get(&x).is_some());
/// # Ok::<(), candle_core::Error>(())
/// ```
///
/// # Errors
/// A loss that is not one number (candle would take the sum silently), and those of candle's.
pub fn gradients(loss: &Tensor) -> Result<GradStore> {
    if loss.elem_count() != 1 {
        bail!(
            "backward: the loss must be one number, got shape {}: take its mean, loss.mean_all()?",
            display_shape(loss.dims())
        );
    }
    if let Some(grads) = through_known(loss)? {
        return Ok(grads);
    }
    let collecting = Collecting::begin();
    let mut grads = loss.backward()?;
    for (variable, grad) in collecting.end() {
        let grad = match grads.remove(&variable) {
            Some(other) => (other + grad)?, // it was used more than once
            None => grad,
        };
        grads.insert(&variable, grad);
    }
    Ok(grads)
}
