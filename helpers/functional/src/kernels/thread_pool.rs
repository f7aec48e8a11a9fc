//! A pool of threads that wait for work, and help whoever calls them.
//!
//! The caller works too, and never waits for a worker that has not come yet: on a machine that is
//! busy elsewhere it simply does more itself. (A pool that waits for all its threads is 20 times
//! slower as soon as another program wants a core.) A worker that finds nothing to do looks out for
//! work for longer than one operation of a network is behind the other, then sleeps.

use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Condvar, Mutex, MutexGuard, OnceLock, PoisonError, TryLockError};
use std::thread::ThreadId;

/// How often a worker looks before it sleeps.
const LOOKS: usize = 10_000;

/// For how many calls another caller is remembered: some steps of a small network.
const CROWDED: usize = 100;

type Work = dyn Fn(usize) + Sync;

struct ThreadPool {
    workers: usize,
    /// Held by the caller that has the workers; who it was.
    busy: Mutex<Option<ThreadId>>,
    /// How many more calls leave one worker's core to another caller, because two threads called in
    /// turn or at once: with all workers at two trainings, they would wait for one another.
    crowded: AtomicUsize,
    /// What the caller wants done, while it wants it, and by how many workers. Nobody waits with this in hand.
    job: Mutex<Option<(&'static Work, usize)>>,
    /// Counts jobs, for workers that look out.
    posted: AtomicUsize,
    sleepers: AtomicUsize,
    wake: Condvar,
    /// Workers that are inside the job: one more with the job in hand, one less at any time.
    inside: AtomicUsize,
    panicked: AtomicBool,
}

/// How many threads this crate's functions use on the CPU, the caller's included: as many as
/// `RAYON_NUM_THREADS` says, or as candle's `get_num_threads` finds.
pub fn num_threads() -> usize {
    thread_pool().workers + 1
}

/// Runs `work(thread)` on this thread, as number 0, and on every worker that comes in time. Whatever
/// must be done, this thread's part must do if nobody comes.
pub(super) fn call(work: &(dyn Fn(usize) + Sync)) {
    let pool = thread_pool();
    // Another thread has the workers, or nobody ever comes: alone is as good.
    let mut last = match pool.busy.try_lock() {
        Ok(last) if pool.workers > 0 => last,
        Err(TryLockError::Poisoned(last)) => last.into_inner(),
        Err(TryLockError::WouldBlock) => {
            pool.crowded.store(CROWDED, Ordering::Relaxed);
            return work(0);
        }
        _ => return work(0),
    };
    let this = std::thread::current().id();
    if last.replace(this).is_some_and(|last| last != this) {
        pool.crowded.store(CROWDED, Ordering::Relaxed);
    }
    let mut workers = pool.workers;
    let crowded = pool.crowded.load(Ordering::Relaxed);
    if crowded > 0 {
        pool.crowded.store(crowded - 1, Ordering::Relaxed);
        workers -= 1;
    }
    if workers == 0 {
        drop(last);
        return work(0);
    }
    // SAFETY: workers use `work` only between entering and leaving, which `inside` counts. `End`
    // takes the job back and waits until all have left before this function returns or unwinds.
    #[allow(unsafe_code)]
    let forever =
        unsafe { std::mem::transmute::<&(dyn Fn(usize) + Sync + '_), &'static Work>(work) };
    {
        let mut job = lock(&pool.job);
        *job = Some((forever, workers));
        // Of an earlier job whose caller panicked too, and so never asked.
        pool.panicked.store(false, Ordering::SeqCst);
        pool.posted.fetch_add(1, Ordering::SeqCst);
    }
    if pool.sleepers.load(Ordering::SeqCst) > 0 {
        pool.wake.notify_all();
    }
    let end = End(pool);
    work(0);
    drop(end);
    if pool.panicked.swap(false, Ordering::SeqCst) {
        resume_unwind(Box::new("a kernel panicked on another thread"));
    }
}

/// Nobody enters any more, and everybody has left.
struct End(&'static ThreadPool);

impl Drop for End {
    fn drop(&mut self) {
        *lock(&self.0.job) = None;
        let mut looks = 0;
        while self.0.inside.load(Ordering::SeqCst) > 0 {
            looks += 1;
            match looks < LOOKS {
                true => std::hint::spin_loop(),
                false => std::thread::yield_now(),
            }
        }
    }
}

fn thread_pool() -> &'static ThreadPool {
    static POOL: OnceLock<ThreadPool> = OnceLock::new();
    static SPAWNED: OnceLock<()> = OnceLock::new();
    let pool = POOL.get_or_init(|| ThreadPool {
        workers: candle_core::utils::get_num_threads().saturating_sub(1),
        busy: Mutex::new(None),
        crowded: AtomicUsize::new(0),
        job: Mutex::new(None),
        posted: AtomicUsize::new(0),
        sleepers: AtomicUsize::new(0),
        wake: Condvar::new(),
        inside: AtomicUsize::new(0),
        panicked: AtomicBool::new(false),
    });
    SPAWNED.get_or_init(|| {
        for thread in 1..=pool.workers {
            let builder = std::thread::Builder::new().name(format!("kernels-{thread}"));
            // Without a thread there is one worker less.
            let _ = builder.spawn(move || run_worker(pool, thread));
        }
    });
    pool
}

fn run_worker(pool: &'static ThreadPool, thread: usize) {
    let mut seen = 0;
    loop {
        let mut looks = 0;
        while pool.posted.load(Ordering::SeqCst) == seen && looks < LOOKS {
            looks += 1;
            std::hint::spin_loop();
        }
        let mut job = lock(&pool.job);
        if pool.posted.load(Ordering::SeqCst) == seen {
            pool.sleepers.fetch_add(1, Ordering::SeqCst);
            while pool.posted.load(Ordering::SeqCst) == seen {
                let woken = pool.wake.wait(job);
                job = woken.unwrap_or_else(PoisonError::into_inner);
            }
            pool.sleepers.fetch_sub(1, Ordering::SeqCst);
        }
        seen = pool.posted.load(Ordering::SeqCst);
        let Some((work, workers)) = *job else {
            continue;
        };
        if thread > workers {
            continue;
        }
        pool.inside.fetch_add(1, Ordering::SeqCst);
        drop(job);
        if catch_unwind(AssertUnwindSafe(|| work(thread))).is_err() {
            pool.panicked.store(true, Ordering::SeqCst);
        }
        pool.inside.fetch_sub(1, Ordering::SeqCst);
    }
}

/// A panic elsewhere leaves the job as it is, which is consistent at all times.
fn lock<T>(job: &Mutex<T>) -> MutexGuard<'_, T> {
    job.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
#[allow(clippy::panic)]
mod tests {
    use super::*;
    use crate::panics;

    #[test]
    fn everything_is_done_once_whoever_comes_and_however_many_call() {
        let callers: Vec<_> = (0..4)
            .map(|_| {
                std::thread::spawn(|| {
                    for round in 0..300 {
                        let (next, sum) = (AtomicUsize::new(0), AtomicUsize::new(0));
                        call(&|_| loop {
                            let i = next.fetch_add(1, Ordering::Relaxed);
                            if i >= round {
                                break;
                            }
                            sum.fetch_add(i, Ordering::Relaxed);
                        });
                        assert_eq!(sum.into_inner(), round * round.saturating_sub(1) / 2);
                    }
                })
            })
            .collect();
        for caller in callers {
            assert!(caller.join().is_ok());
        }
    }

    #[test]
    fn callers_in_turn_leave_a_core_to_each_other() {
        let seen = AtomicUsize::new(0);
        let last = thread_pool().workers;
        let count = |thread| {
            seen.fetch_add(usize::from(thread > 0 && thread == last), Ordering::SeqCst);
        };
        call(&count);
        std::thread::scope(|scope| {
            scope.spawn(|| call(&|_| ()));
        });
        seen.store(0, Ordering::SeqCst);
        for _ in 0..CROWDED / 2 {
            call(&|thread| {
                count(thread);
                std::thread::sleep(std::time::Duration::from_micros(100)); // a worker could come
            });
        }
        assert_eq!(seen.into_inner(), 0);
    }

    #[test]
    fn after_a_panic_it_goes_on() {
        for _ in 0..50 {
            assert!(panics::silently(|| call(&|_| panic!("ouch"))).is_err());
            let done = AtomicUsize::new(0);
            call(&|_| {
                done.fetch_add(1, Ordering::Relaxed);
            });
            assert!((1..=num_threads()).contains(&done.into_inner()));
        }
    }
}
