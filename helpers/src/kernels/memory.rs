//! Memory that stays with the process.
//!
//! A training step takes and frees the same large pieces over and over. The C library of Linux gives
//! those over 128 kB back to the system at once, and gets them again page by page, zeroed: for small
//! networks that was more than half of a step.

/// From now on, freed memory is kept for the next step: up to 2 GB of it.
#[cfg(all(target_os = "linux", target_env = "gnu"))]
pub(crate) fn keep() {
    use std::sync::Once;
    static ONCE: Once = Once::new();
    ONCE.call_once(|| {
        // SAFETY: mallopt takes two numbers and changes settings of the allocator.
        #[allow(unsafe_code)]
        unsafe {
            libc::mallopt(libc::M_MMAP_THRESHOLD, 32 << 20); // the most that it takes
            libc::mallopt(libc::M_TRIM_THRESHOLD, i32::MAX);
            // Small pieces go a way that is not tidied up each time a large one is freed.
            libc::mallopt(libc::M_MXFAST, 0);
            // One heap for all threads: those of other threads are given back after all.
            libc::mallopt(libc::M_ARENA_MAX, 1);
        }
    });
}

/// Other systems keep memory by themselves.
#[cfg(not(all(target_os = "linux", target_env = "gnu")))]
pub(crate) fn keep() {}
