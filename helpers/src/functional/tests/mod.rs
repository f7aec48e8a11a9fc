//! The proof, on both paths: the CPU loops and the composition of candle operations.

mod pytorch;
mod random_shapes;

use std::cell::Cell;

thread_local! {
    /// Set while a test asks for the composed path.
    pub(super) static COMPOSED: Cell<bool> = const { Cell::new(false) };
}

/// Runs `test` on this crate's loops, then on the composition.
fn on_both_paths<T>(test: impl Fn(&str) -> T) -> [T; 2] {
    [(false, "loops"), (true, "composed")].map(|(composed, path)| {
        COMPOSED.set(composed);
        let answer = test(path);
        COMPOSED.set(false);
        answer
    })
}
