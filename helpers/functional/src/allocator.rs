//! Memory that stays with the process.

/// Makes the memory allocator keep what is freed for the next allocation, up to 2 GB of it, from now
/// on and for the whole process: worth one call at the start of a program that trains.
///
/// A training step takes and frees the same large pieces over and over. The C library of Linux gives
/// those over 128 kB back to the system at once, and gets them again page by page, zeroed: for small
/// networks that was more than half of a step. Other systems keep memory by themselves, and nothing
/// happens there.
pub fn keep_freed_memory() {
    #[cfg(all(target_os = "linux", target_env = "gnu"))]
    set_malloc_options();
}

#[cfg(all(target_os = "linux", target_env = "gnu"))]
fn set_malloc_options() {
    use std::sync::Once;
    static ONCE: Once = Once::new();
    ONCE.call_once(|| {
        // SAFETY: mallopt takes two numbers and changes settings of the allocator.
        #[allow(unsafe_code)]
        unsafe {
            libc::mallopt(libc::M_MMAP_THRESHOLD, 32 << 20); // the most that it takes
            libc::mallopt(libc::M_TRIM_THRESHOLD, i32::MAX);
            // Small pieces are not tidied up each time a large one is freed.
            libc::mallopt(libc::M_MXFAST, 0);
            // One heap for all threads: those of other threads are given back after all.
            libc::mallopt(libc::M_ARENA_MAX, 1);
        }
    });
}
