//! Running code that may panic: the panic becomes a value, and nothing is printed.

use std::any::Any;
use std::cell::Cell;
use std::panic::{self, AssertUnwindSafe};
use std::sync::Once;

thread_local! {
    static SILENT: Cell<bool> = const { Cell::new(false) };
}

/// Runs `f`; a panic in it is caught and returned as its message, without a word on stderr.
///
/// Only this thread is silent: panics elsewhere are reported as before.
pub fn silently<T>(f: impl FnOnce() -> T) -> Result<T, String> {
    static HOOK: Once = Once::new();
    HOOK.call_once(|| {
        let outer = panic::take_hook();
        panic::set_hook(Box::new(move |info| {
            if !is_silent() {
                outer(info);
            }
        }));
    });
    // What `f` leaves half-done is the caller's own and lives no longer than the result.
    let before = SILENT.replace(true);
    let result = panic::catch_unwind(AssertUnwindSafe(f));
    SILENT.set(before);
    result.map_err(|payload| message(payload.as_ref()))
}

/// Whether this thread runs something silently now.
pub fn is_silent() -> bool {
    // While a thread ends its thread-locals are gone; then panics are reported.
    SILENT.try_with(Cell::get).unwrap_or(false)
}

fn message(payload: &(dyn Any + Send)) -> String {
    let text = payload.downcast_ref::<String>().map(String::as_str);
    let text = text.or_else(|| payload.downcast_ref::<&str>().copied());
    text.unwrap_or("a panic without a message").to_string()
}
