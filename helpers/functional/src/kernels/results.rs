//! The memory of a result, which tasks fill.
//!
//! Large memory costs more than what is computed: each task clears its own parts shortly before it
//! fills them, while they come into the cache of its core, not all of them beforehand.

use std::mem::MaybeUninit;

use super::parallel::run_tasks;
use super::simd::Real;

/// A result of `count` numbers. Part i, of `size` numbers, belongs to task `owner(i)` of `tasks`;
/// `work` gets a task's number and its parts, in order and all 0. The tasks are together `cost`
/// multiply-adds long.
pub(super) fn filled<T: Real>(
    count: usize,
    size: usize,
    tasks: usize,
    owner: impl Fn(usize) -> usize,
    cost: usize,
    work: impl Fn(usize, Vec<&mut [T]>) + Sync,
) -> Vec<T> {
    let mut result = Box::<[T]>::new_uninit_slice(count);
    let mut parts: Vec<(usize, Vec<&mut [MaybeUninit<T>]>)> =
        (0..tasks).map(|task| (task, Vec::new())).collect();
    for (i, part) in result.chunks_mut(size.max(1)).enumerate() {
        parts[owner(i)].1.push(part);
    }
    run_tasks(cost, parts, |(task, parts)| {
        work(task, parts.into_iter().map(cleared).collect());
    });
    // SAFETY: the chunks are all of the result, each is in one task, and every task has cleared its.
    #[allow(unsafe_code)]
    unsafe { result.assume_init() }.into_vec()
}

fn cleared<T: Real>(part: &mut [MaybeUninit<T>]) -> &mut [T] {
    part.fill(MaybeUninit::new(T::ZERO));
    // SAFETY: all of it has just been written.
    #[allow(unsafe_code)]
    unsafe {
        part.assume_init_mut()
    }
}
