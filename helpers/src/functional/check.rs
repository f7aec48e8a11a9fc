//! What every function asks of its arguments, answered in one line when they do not fit.

use std::fmt;

use candle_core::{DType, Result, Tensor, bail};

use crate::kernels::Axis;

/// More numbers than this in one result are a mistake in a padding or a size (4 GiB in f32).
const MOST_ELEMENTS: usize = 1 << 30;

/// A shape as students write it: `(8, 3, 28, 28)`, `(3)`; written out only when it is shown.
pub(crate) struct Words<'a>(&'a [usize]);

pub(crate) fn words(dims: &[usize]) -> Words<'_> {
    Words(dims)
}

impl fmt::Display for Words<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("(")?;
        for (i, dim) in self.0.iter().enumerate() {
            let comma = if i == 0 { "" } else { ", " };
            write!(f, "{comma}{dim}")?;
        }
        f.write_str(")")
    }
}

/// Floats, of a kind the CPU loops take where they run.
pub(crate) fn float(what: &str, x: &Tensor) -> Result<()> {
    let dtype = x.dtype();
    if x.device().is_cpu() && !matches!(dtype, DType::F32 | DType::F64) {
        bail!("{what}: takes f32 or f64, got {}", dtype.as_str());
    }
    if !dtype.is_float() {
        bail!(
            "{what}: takes floating-point numbers, got {}",
            dtype.as_str()
        );
    }
    Ok(())
}

/// Another argument of the same type, on the same device.
pub(super) fn alike(what: &str, x: &Tensor, other: &Tensor, name: &str) -> Result<()> {
    if x.dtype() != other.dtype() {
        let (x, other) = (x.dtype().as_str(), other.dtype().as_str());
        bail!("{what}: the input is {x}, but the {name} {other}");
    }
    if !x.device().same_device(other.device()) {
        bail!("{what}: the input and the {name} are on different devices");
    }
    Ok(())
}

/// An optional vector with one number per channel, feature or output.
pub(super) fn vector(
    what: &str,
    x: &Tensor,
    vector: Option<&Tensor>,
    name: &str,
    length: usize,
) -> Result<()> {
    match vector {
        None => Ok(()),
        Some(vector) if vector.dims() == [length] => alike(what, x, vector, name),
        Some(vector) => {
            let dims = words(vector.dims());
            bail!("{what}: the {name} must be ({length}), got {dims}")
        }
    }
}

/// At least one number.
pub(super) fn not_empty(what: &str, x: &Tensor) -> Result<()> {
    if x.elem_count() == 0 {
        bail!("{what}: the input is empty, {}", words(x.dims()));
    }
    Ok(())
}

/// A tensor of this shape can be held; sizes that overflow cannot, even where another one is 0: the
/// strides would overflow too. `name` says what it is: its shape was not typed, but computed.
pub(super) fn can_hold(what: &str, name: &str, dims: &[usize]) -> Result<()> {
    let count = dims
        .iter()
        .try_fold(1usize, |n, &d| n.checked_mul(d.max(1)));
    match count {
        Some(count) if count <= MOST_ELEMENTS => Ok(()),
        _ => bail!(
            "{what}: the {name} would be {}, more than memory holds",
            words(dims)
        ),
    }
}

/// The result of moving windows over (N, C, ...) can be held, and so can the padded input.
pub(super) fn can_hold_windows(what: &str, lead: &[usize], axes: &[Axis]) -> Result<()> {
    let outputs = axes.iter().map(|axis| axis.output);
    let padded = axes.iter().map(|axis| axis.input + 2 * axis.padding);
    can_hold(
        what,
        "padded input",
        &[lead, &padded.collect::<Vec<_>>()].concat(),
    )?;
    can_hold(
        what,
        "result",
        &[lead, &outputs.collect::<Vec<_>>()].concat(),
    )
}
