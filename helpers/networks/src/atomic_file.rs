//! Files that appear whole or not at all.

use std::fs;
use std::path::Path;
use std::sync::atomic::{AtomicUsize, Ordering};

use candle_core::Result;

/// Lets `write` fill a file beside `path`, which then takes the place of `path`. Whoever reads
/// `path` never sees half of it.
pub(crate) fn write_atomically(path: &Path, write: impl FnOnce(&Path) -> Result<()>) -> Result<()> {
    // A name of its own for each attempt: two threads may write the same file at once.
    static ATTEMPTS: AtomicUsize = AtomicUsize::new(0);
    let attempt = ATTEMPTS.fetch_add(1, Ordering::Relaxed);
    let mut partial = path.file_name().unwrap_or_default().to_os_string();
    partial.push(format!(".{}-{attempt}.partial", std::process::id()));
    let partial = path.with_file_name(partial);
    let written = write(&partial).and_then(|()| Ok(fs::rename(&partial, path)?));
    if written.is_err() {
        // What is left of the attempt is of no use; that it cannot be removed is no news.
        let _ = fs::remove_file(&partial);
    }
    written
}
