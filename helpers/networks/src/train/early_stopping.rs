//! The best epoch so far: when to give up, and what to go back to.

use std::collections::HashMap;

use candle_core::{Result, Tensor};

use super::{History, Training};

/// Copies of every parameter and buffer, by name; empty when none are kept.
pub(super) type Weights = HashMap<String, Tensor>;

impl History {
    /// Whether `patience` epochs in a row have brought nothing better.
    pub(super) fn is_stalled(&self, patience: Option<usize>) -> bool {
        let since_best = || self.best().map_or(0, |best| self.len() - 1 - best);
        patience.is_some_and(|patience| since_best() >= patience)
    }
}

impl Training {
    /// The weights of now: parameters move in place, so they are copied.
    pub(super) fn copy_weights(&self) -> Result<Weights> {
        let tensors = self.params.tensors().into_iter();
        tensors.map(|(name, t)| Ok((name, t.copy()?))).collect()
    }

    /// Goes back to the best weights, if they were kept.
    pub(super) fn restore(&self, best: &Weights) -> Result<()> {
        if best.is_empty() {
            return Ok(());
        }
        self.params.take("restore_best: the best epoch", best)
    }
}
