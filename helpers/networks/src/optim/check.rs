//! Refusing settings that make no sense.

use candle_core::{Result, bail};

/// A setting that must be a finite number of at least 0.
pub(super) fn check_setting(what: &str, value: f64) -> Result<()> {
    if !value.is_finite() || value < 0.0 {
        bail!("the {what} must be a finite number of at least 0, got {value}");
    }
    Ok(())
}
