//! Work shared between the processor's cores.
//!
//! Threads take task after task until none is left, so which of them does what differs from run to
//! run. The answers do not: every task writes its own part of the result and adds up in its own
//! order, whoever runs it. No sum is ever split by thread.

use std::sync::{Mutex, PoisonError};

use candle_core::utils::barrier_pool;

/// Fewer multiply-adds than this, some microseconds of work, are done before another thread has come.
const WORTH_SHARING: usize = 1 << 18;

/// How many tasks to make of work that is `cost` multiply-adds long and can be cut in `parts`.
pub(super) fn pieces(cost: usize, parts: usize) -> usize {
    if cost < WORTH_SHARING {
        return 1;
    }
    let threads = barrier_pool().n_workers() + 1;
    parts.min(threads * 4).max(1)
}

/// Runs all tasks, together `cost` multiply-adds long; short ones on this thread.
pub(super) fn run<T: Send>(cost: usize, tasks: Vec<T>, work: impl Fn(T) + Sync) {
    if tasks.len() < 2 || cost < WORTH_SHARING {
        return tasks.into_iter().for_each(work);
    }
    let tasks: Vec<_> = tasks.into_iter().map(|t| Mutex::new(Some(t))).collect();
    barrier_pool().execute_chunked(tasks.len(), |range| {
        for task in &tasks[range] {
            let task = task.lock().unwrap_or_else(PoisonError::into_inner).take();
            task.into_iter().for_each(&work);
        }
    });
}
