//! Ending long computations from outside: their loops look at a flag and end with an error.
//!
//! In a notebook the flag is the Stop button. Jupyter's signal would otherwise end the process, and
//! with it every variable.

use std::cell::OnceCell;
use std::io::{self, Read};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use candle_core::{Error, Result};

thread_local! {
    static FLAG: OnceCell<Arc<AtomicBool>> = const { OnceCell::new() };
}

/// From now on the computations of this thread, and of no other, end once `flag` is set. A thread
/// keeps the first flag it was given.
pub fn listen(flag: &Arc<AtomicBool>) {
    // While a thread ends its thread-locals are gone.
    let _ = FLAG.try_with(|own| own.set(flag.clone()));
}

/// An error once the flag of this thread is set. Loops ask after every batch or so; it costs
/// 3 nanoseconds.
pub fn check_stop() -> Result<()> {
    let is_set = |own: &OnceCell<Arc<AtomicBool>>| {
        own.get().is_some_and(|flag| flag.load(Ordering::Relaxed))
    };
    match FLAG.try_with(is_set) {
        Ok(true) => Err(stopped()),
        _ => Ok(()),
    }
}

#[cold]
fn stopped() -> Error {
    Error::Msg("stopped by you; variables are kept".to_string())
}

/// The same items, each with a [`check_stop`] before it.
pub fn stoppable<I: IntoIterator>(items: I) -> impl Iterator<Item = Result<I::Item>> {
    items.into_iter().map(|item| check_stop().map(|()| item))
}

/// A reader that fails once the flag is set: for copies and parsers with loops of their own.
pub struct StoppableRead<R>(pub R);

impl<R: Read> Read for StoppableRead<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        check_stop().map_err(io::Error::other)?;
        self.0.read(buffer)
    }
}
