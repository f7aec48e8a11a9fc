//! Numbers as text.

use candle_core::{Result, bail};

/// The finite number that a text is, if an f32 can hold it: a whole one must be held exactly, since
/// it may count or name something; other ones are rounded.
pub(super) fn number(text: &str) -> Result<f32> {
    let text = text.trim();
    let value = match text.parse::<f32>() {
        Ok(value) if value.is_finite() => value,
        _ => bail!("expected a finite number, got {:?}", short(text)),
    };
    let (whole, fraction) = text.split_once('.').unwrap_or((text, ""));
    if let Ok(exact) = whole.parse::<i128>()
        && fraction.bytes().all(|digit| digit == b'0')
        && value as i128 != exact
    {
        bail!(
            "{} would become {}: f32 holds every whole number up to 16777216 only; subtract a constant from such a column, or leave it out if it only numbers the rows",
            short(text),
            value as i128
        );
    }
    Ok(value)
}

/// Enough of a text to find it again: the whole may be a megabyte.
pub(super) fn short(text: &str) -> String {
    text.chars().take(20).collect()
}
