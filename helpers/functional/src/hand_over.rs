//! The gradients of variables, past candle's sums: while somebody collects them, the operations of this
//! crate hand them over here.

use std::cell::RefCell;

use candle_core::Tensor;

thread_local! {
    /// Variables and a gradient of each, in the order they came; `None` while nobody collects.
    static COLLECTED: RefCell<Option<Vec<(Tensor, Tensor)>>> = const { RefCell::new(None) };
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
pub struct Collecting {
    before: Option<Vec<(Tensor, Tensor)>>,
}

impl Collecting {
    pub fn begin() -> Collecting {
        Collecting {
            before: COLLECTED.replace(Some(Vec::new())),
        }
    }

    pub fn end(self) -> Vec<(Tensor, Tensor)> {
        COLLECTED.take().unwrap_or_default()
    }
}

impl Drop for Collecting {
    fn drop(&mut self) {
        COLLECTED.set(self.before.take());
    }
}
