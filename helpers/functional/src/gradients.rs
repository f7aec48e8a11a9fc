//! Gradients, without candle's detour for parameters.
//!
//! candle's `backward` makes zeros for every gradient and adds to them: two pieces of memory and two
//! loops more than the gradient itself. For parameters, the leaves of the graph, this
//! crate's operations hand the gradient over here instead, while [`gradients`] runs.

use std::cell::RefCell;

use candle_core::backprop::GradStore;
use candle_core::{Result, Tensor, bail};

use crate::errors::display_shape;

thread_local! {
    /// Variables and a gradient of each, in the order they came; `None` while nobody collects.
    static COLLECTED: RefCell<Option<Vec<(Tensor, Tensor)>>> = const { RefCell::new(None) };
}

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

/// Takes the gradients of variables out of `grads`, if somebody collects them.
pub fn hand_over(inputs: &[&Tensor], grads: &mut [Option<Tensor>]) {
    COLLECTED.with_borrow_mut(|collected| {
        let Some(collected) = collected else { return };
        for (input, grad) in inputs.iter().zip(grads) {
            if input.is_variable() {
                collected.extend(grad.take().map(|grad| ((*input).clone(), grad)));
            }
        }
    });
}

/// Collects until it is dropped, also by an error or a panic.
struct Collecting {
    before: Option<Vec<(Tensor, Tensor)>>,
}

impl Collecting {
    fn begin() -> Collecting {
        Collecting {
            before: COLLECTED.replace(Some(Vec::new())),
        }
    }

    fn end(self) -> Vec<(Tensor, Tensor)> {
        COLLECTED.take().unwrap_or_default()
    }
}

impl Drop for Collecting {
    fn drop(&mut self) {
        COLLECTED.set(self.before.take());
    }
}
