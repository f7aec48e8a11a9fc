//! What every function asks of its arguments, and says in one line when they do not fit.

use candle_core::{DType, Result, Tensor, bail};

use crate::errors::display_shape;
use crate::kernels::WindowAxis;
use crate::memory;

/// Floats, of a kind the CPU loops take where they run.
pub fn float(what: &str, x: &Tensor) -> Result<()> {
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
pub fn alike(what: &str, x: &Tensor, other: &Tensor, name: &str) -> Result<()> {
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
pub fn vector(
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
            let dims = display_shape(vector.dims());
            bail!("{what}: the {name} must be ({length}), got {dims}")
        }
    }
}

/// At least one number.
pub fn not_empty(what: &str, x: &Tensor) -> Result<()> {
    if x.elem_count() == 0 {
        bail!("{what}: the input is empty, {}", display_shape(x.dims()));
    }
    Ok(())
}

/// The height and width of images (N, C, H, W).
pub fn image(what: &str, x: &Tensor) -> Result<(usize, usize)> {
    float(what, x)?;
    not_empty(what, x)?;
    match x.dims() {
        [_, _, height, width] => Ok((*height, *width)),
        dims => bail!(
            "{what}: the input must be (N, C, H, W), got {}",
            display_shape(dims)
        ),
    }
}

/// A result of this shape can be held, in the type of `like`.
/// `name` says what it is: its shape was not typed, but computed.
pub fn can_hold(what: &str, name: &str, dims: &[usize], like: &Tensor) -> Result<()> {
    let size = like.dtype().size_in_bytes();
    memory::can_hold_computed(what, name, dims, size).map(|_| ())
}

/// The result of moving windows over (N, C, ...) can be held, and so can the padded input.
pub fn can_hold_windows(
    what: &str,
    lead: &[usize],
    axes: &[WindowAxis],
    like: &Tensor,
) -> Result<()> {
    let outputs = axes.iter().map(|axis| axis.output);
    let padded = axes.iter().map(|axis| axis.input + 2 * axis.padding);
    let outputs = outputs.collect::<Vec<_>>();
    can_hold(what, "result", &[lead, &outputs].concat(), like)?;
    let padded = padded.collect::<Vec<_>>();
    can_hold(what, "padded input", &[lead, &padded].concat(), like)
}
