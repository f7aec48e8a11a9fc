//! What the crate does inside the course's kernel: it hears a Stop, says in which line of the cell a
//! panic or an error arose, and lets the process keep the memory that training steps use again.
//!
//! The kernel lets every cell call [`begin_cell`] before it runs. Where nobody calls it, in tests,
//! examples and the stock kernel, nothing here has any effect.

mod cell_thread;
mod libraries;
mod report;
mod source;

pub use crate::show::Show;
pub use report::failed;

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, LazyLock, Once};

use candle_functional::stop;

/// Set by the signal of an interrupt.
static STOP: LazyLock<Arc<AtomicBool>> = LazyLock::new(Arc::default);

/// Called on the thread of cells right before each of them: a Stop from now on is meant for this
/// one. It never unwinds: the caller is the code that loads the cell's library.
pub extern "C" fn begin_cell() {
    static FIRST: Once = Once::new();
    FIRST.call_once(|| {
        // Without a handler a Stop ends the process, as it does everywhere else.
        #[cfg(unix)]
        let _ = signal_hook::flag::register(signal_hook::consts::SIGINT, STOP.clone());
        report::install();
        candle_functional::keep_freed_memory();
        figures::display::when_shown_by_debug(source::shows_by_debug);
    });
    cell_thread::mark();
    stop::listen(&STOP);
    // A Stop that came before this cell was not meant for it.
    STOP.store(false, Ordering::Relaxed);
}

#[cfg(test)]
mod tests;
