//! What the crate does inside the course's kernel: it hears a Stop, and says in which line of the
//! cell a panic or an error arose.
//!
//! The kernel lets every cell call [`begin_cell`] before it runs. Where nobody calls it, in tests,
//! examples and the stock kernel, nothing here has any effect.

mod report;
mod source;
mod stop;

pub use crate::display::Show;
pub use report::failed;
pub(crate) use source::shows_by_debug;
pub(crate) use stop::{StoppableRead, check_stop, stoppable};

use std::cell::Cell;
use std::sync::Once;

thread_local! {
    static RUNS_CELLS: Cell<bool> = const { Cell::new(false) };
}

/// Whether this is the thread on which the kernel runs cells.
fn runs_cells() -> bool {
    // While a thread ends its thread-locals are gone.
    RUNS_CELLS.try_with(Cell::get).unwrap_or(false)
}

/// Called on the thread of cells right before each of them: a Stop from now on is meant for this
/// one. It never unwinds: the caller is the code that loads the cell's library.
pub extern "C" fn begin_cell() {
    static FIRST: Once = Once::new();
    FIRST.call_once(|| {
        stop::listen();
        report::install();
    });
    let _ = RUNS_CELLS.try_with(|runs| runs.set(true));
    stop::forget();
}

#[cfg(test)]
mod tests;
