//! Work shared between the processor's cores.
//!
//! Each thread has its own tasks, the same in every call, so that numbers stay in the cache of the
//! core that wrote them; when it has done them, it takes what others have left. So who does what may
//! differ from run to run. The results do not: every task writes its own part of the result and adds
//! up in its own order, whoever runs it. No sum is ever split by thread.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Mutex, PoisonError};

use super::thread_pool::{call, num_threads};

/// Fewer multiply-adds than this, some microseconds of work, are done before another thread has come.
const WORTH_SHARING: usize = 1 << 19;

/// How many tasks to make of work that is `cost` multiply-adds long and can be cut in `parts`.
pub(super) fn task_count(cost: usize, parts: usize) -> usize {
    if cost < WORTH_SHARING {
        return 1;
    }
    let threads = num_threads();
    parts.min(threads * 4).max(1)
}

/// Runs all tasks, together `cost` multiply-adds long; short ones on this thread.
pub(super) fn run_tasks<T: Send>(cost: usize, tasks: Vec<T>, work: impl Fn(T) + Sync) {
    if tasks.len() < 2 || cost < WORTH_SHARING {
        return tasks.into_iter().for_each(work);
    }
    let tasks: Vec<_> = tasks.into_iter().map(|t| Mutex::new(Some(t))).collect();
    let threads = num_threads();
    let share = |thread: usize| thread * tasks.len() / threads;
    let next: Vec<_> = (0..threads).map(|t| AtomicUsize::new(share(t))).collect();
    call(&|thread| {
        for other in 0..threads {
            let owner = (thread + other) % threads;
            loop {
                let task = next[owner].fetch_add(1, Ordering::Relaxed);
                if task >= share(owner + 1) {
                    break;
                }
                let task = tasks[task].lock();
                let task = task.unwrap_or_else(PoisonError::into_inner).take();
                task.into_iter().for_each(&work);
            }
        }
    });
}
