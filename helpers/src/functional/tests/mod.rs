//! The proof, on both paths: the CPU loops and the composition of candle operations.

use std::cell::Cell;

thread_local! {
    /// Set while a test asks for the composed path.
    pub(super) static COMPOSED: Cell<bool> = const { Cell::new(false) };
}
