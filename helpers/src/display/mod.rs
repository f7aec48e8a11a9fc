//! Showing a value in a notebook: evcxr takes blocks of content from standard output.

mod tensor;
mod value;

#[doc(hidden)]
pub use value::Show;
pub(crate) use value::is_shown_by_debug;

use std::io::Write;

/// Shows one value in several forms, each (MIME type, content); the reader takes the richest.
pub(crate) fn show(forms: &[(&str, &str)]) {
    let block = |(mime, content): &(&str, &str)| {
        format!("EVCXR_BEGIN_CONTENT {mime}\n{content}\nEVCXR_END_CONTENT\n")
    };
    let blocks: String = forms.iter().map(block).collect();
    // One write, so that no other thread's line falls inside. Without a reader nobody looks.
    let mut out = std::io::stdout().lock();
    let _ = out.write_all(blocks.as_bytes()).and_then(|()| out.flush());
}

/// Text as HTML.
pub(crate) fn escape(text: &str) -> String {
    let text = text.replace('&', "&amp;").replace('<', "&lt;");
    text.replace('>', "&gt;").replace('"', "&quot;")
}
