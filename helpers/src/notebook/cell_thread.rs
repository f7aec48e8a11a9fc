//! The thread on which the kernel runs cells.

use std::cell::Cell;

thread_local! {
    static RUNS_CELLS: Cell<bool> = const { Cell::new(false) };
}

/// Marks this thread as the one on which the kernel runs cells.
pub(super) fn mark() {
    // While a thread ends its thread-locals are gone.
    let _ = RUNS_CELLS.try_with(|runs| runs.set(true));
}

/// Whether this is the thread on which the kernel runs cells.
pub(super) fn runs_cells() -> bool {
    RUNS_CELLS.try_with(Cell::get).unwrap_or(false)
}
