//! Showing a value in a notebook: evcxr takes blocks of content from standard output.

use std::cell::Cell;
use std::fmt::Debug;
use std::io::Write;
use std::sync::OnceLock;

/// One value in several forms, each (MIME type, content), as evcxr reads them.
pub(crate) fn blocks(forms: &[(&str, &str)]) -> String {
    let block = |(mime, content): &(&str, &str)| {
        format!("EVCXR_BEGIN_CONTENT {mime}\n{content}\nEVCXR_END_CONTENT\n")
    };
    forms.iter().map(block).collect()
}

/// Shows one value in several forms, each (MIME type, content); the reader takes the richest.
pub fn show(forms: &[(&str, &str)]) {
    print(&blocks(forms));
}

pub(crate) fn print(blocks: &str) {
    // One write, so that no other thread's line falls inside. Without a reader nobody looks.
    let mut out = std::io::stdout().lock();
    let _ = out.write_all(blocks.as_bytes()).and_then(|()| out.flush());
}

/// Text as HTML, or as an attribute in XML.
pub fn escape(text: &str) -> String {
    let text = text.replace('&', "&amp;").replace('<', "&lt;");
    text.replace('>', "&gt;").replace('"', "&quot;")
}

thread_local! {
    static BY_DEBUG: Cell<bool> = const { Cell::new(false) };
}

/// Whether the running cell shows its last expression by `Debug`.
static SHOWS_BY_DEBUG: OnceLock<fn() -> bool> = OnceLock::new();

/// From now on `ask` tells whether the notebook shows a value by `Debug`: evcxr does where
/// `evcxr_display` did not compile.
pub fn when_shown_by_debug(ask: fn() -> bool) {
    let _ = SHOWS_BY_DEBUG.set(ask);
}

/// Shows a value by its `Debug`.
pub fn by_debug(value: &dyn Debug) {
    /// Ends with the formatting, also where that panics.
    struct ByDebug(bool);
    impl Drop for ByDebug {
        fn drop(&mut self) {
            BY_DEBUG.set(self.0);
        }
    }
    let scope = ByDebug(BY_DEBUG.replace(true));
    let text = format!("{value:?}");
    drop(scope);
    show(&[("text/plain", &text)]);
}

/// Whether a value's `Debug` is wanted because the notebook shows the value, not for its own sake: a
/// figure in a `Result`, or one in a cell for which `evcxr_display` did not compile. Then it shows
/// itself with `evcxr_display`, and the text that follows is the one for people.
pub fn is_shown_by_debug(evcxr_display: impl FnOnce()) -> bool {
    let shown = BY_DEBUG.get() || SHOWS_BY_DEBUG.get().is_some_and(|ask| ask());
    if shown {
        evcxr_display();
    }
    shown
}
