//! The proof, on both paths: the CPU loops and the composition of candle operations.

mod large_numbers;
mod pytorch;
mod random_shapes;

use crate::cpu_op::COMPOSED;

/// Runs `test` on this crate's loops, then on the composition.
fn on_both_paths<T>(test: impl Fn(&str) -> T) -> [T; 2] {
    [(false, "loops"), (true, "composed")].map(|(composed, path)| {
        COMPOSED.set(composed);
        let output = test(path);
        COMPOSED.set(false);
        output
    })
}
