//! The Stop button: long loops look here and end with an error, so that the cell ends by itself and
//! the variables stay.
//!
//! Jupyter's signal would otherwise end the process, and with it every variable.

use std::io::{self, Read};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, OnceLock};

use candle_core::{Error, Result};

/// Set by the signal; there is none before the first cell.
static STOP: OnceLock<Arc<AtomicBool>> = OnceLock::new();

/// From now on the signal of an interrupt is only noted.
pub(super) fn listen() {
    let flag = STOP.get_or_init(Arc::default);
    // Without a handler a Stop ends the process, as it does everywhere else.
    #[cfg(unix)]
    let _ = signal_hook::flag::register(signal_hook::consts::SIGINT, flag.clone());
    #[cfg(not(unix))]
    let _ = flag;
}

/// A Stop that came before this cell was not meant for it.
pub(super) fn forget() {
    if let Some(stop) = STOP.get() {
        stop.store(false, Ordering::Relaxed);
    }
}

/// An error once Stop was pressed during this cell. Loops ask after every batch or so; it costs
/// 3 nanoseconds.
///
/// Only the thread of cells is told: a run in the background is not what the Stop was meant for.
pub(crate) fn check_stop() -> Result<()> {
    let asked = || STOP.get().is_some_and(|stop| stop.load(Ordering::Relaxed));
    match super::runs_cells() && asked() {
        false => Ok(()),
        true => Err(stopped()),
    }
}

#[cold]
fn stopped() -> Error {
    Error::Msg("stopped by you; variables are kept".to_string())
}

/// The same items, each with a [`check_stop`] before it.
pub(crate) fn stoppable<I: IntoIterator>(items: I) -> impl Iterator<Item = Result<I::Item>> {
    items.into_iter().map(|item| check_stop().map(|()| item))
}

/// A reader that fails once Stop was pressed: for copies and parsers with loops of their own.
pub(crate) struct StoppableRead<R>(pub R);

impl<R: Read> Read for StoppableRead<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        check_stop().map_err(io::Error::other)?;
        self.0.read(buffer)
    }
}
