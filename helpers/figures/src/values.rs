//! The values of a tensor, as numbers to draw.

use candle_core::{Result, Tensor, bail};
use candle_functional::values;

/// All values of a tensor, row by row; an error if one of them is not finite.
pub(crate) fn finite_values(what: &str, tensor: &Tensor) -> Result<Vec<f64>> {
    let values = values(tensor)?;
    if values.is_empty() {
        bail!("{what}: there is no value in {:?}", tensor.dims());
    }
    if let Some(i) = values.iter().position(|v| !v.is_finite()) {
        bail!(
            "{what}: value {i} of {} is not finite, {}",
            values.len(),
            values[i]
        );
    }
    Ok(values)
}

/// The lowest and the highest value.
pub(crate) fn min_max(values: &[f64]) -> (f64, f64) {
    let low = values.iter().copied().fold(f64::INFINITY, f64::min);
    let high = values.iter().copied().fold(f64::NEG_INFINITY, f64::max);
    (low, high)
}
