//! The operations of this crate by their results: candle keeps its graph to itself.

use std::collections::HashMap;
use std::sync::{Arc, LazyLock, Mutex, MutexGuard, PoisonError, Weak};

use candle_core::{Result, Tensor, TensorId};

/// An operation, on the way back.
pub trait Step: Send + Sync {
    fn inputs(&self) -> &[Tensor];

    /// From the result and its gradient those of the inputs that want one.
    fn gradients(&self, result: &Tensor, grad: &Tensor) -> Result<Vec<Option<Tensor>>>;
}

type Known = HashMap<TensorId, Weak<dyn Step>>;

static KNOWN: LazyLock<Mutex<Known>> = LazyLock::new(Mutex::default);

fn known() -> MutexGuard<'static, Known> {
    KNOWN.lock().unwrap_or_else(PoisonError::into_inner)
}

/// `step` made the tensor of this name.
pub fn remember(result: TensorId, step: Weak<dyn Step>) {
    known().insert(result, step);
}

/// The operation is gone.
pub fn forget(result: TensorId) {
    known().remove(&result);
}

/// The operation that made each of the tensors; `None` if one of them is not of this crate.
pub fn all_known<'a>(
    results: impl Iterator<Item = &'a Tensor>,
) -> Option<Vec<(&'a Tensor, Arc<dyn Step>)>> {
    let known = known();
    let found = results.map(|result| Some((result, known.get(&result.id())?.upgrade()?)));
    found.collect()
}

#[cfg(test)]
pub fn is_known(result: TensorId) -> bool {
    known().contains_key(&result)
}
