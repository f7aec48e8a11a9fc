//! Refusing sets that cannot be drawn.

use candle_core::{Result, bail};

use candle_functional::memory::can_hold;

/// Refuses to draw no item at all, or more f32 numbers than memory holds.
pub(super) fn check_count(what: &str, count: usize, numbers_each: usize) -> Result<()> {
    if count == 0 {
        bail!("{what}: at least one item, got 0");
    }
    can_hold(what, &[count, numbers_each], size_of::<f32>()).map(|_| ())
}
