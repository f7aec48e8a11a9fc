//! Class indices as vectors of zeros with a single one.

use candle_core::{DType, Result, Tensor, bail};

use crate::errors::display_shape;
use crate::memory::can_hold;
use crate::trace::{Operation, traced};

/// Class indices (N, ...) of type u32 as f32 vectors (N, ..., classes): 1 at the class, 0 elsewhere.
///
/// ```
/// use candle_core::{Device, Tensor};
/// use candle_functional as F;
/// let targets = Tensor::new(&[2u32, 0], &Device::Cpu)?;
/// let y = F::one_hot(&targets, 3)?;
/// assert_eq!(y.to_vec2::<f32>()?, [[0., 0., 1.], [1., 0., 0.]]);
/// # Ok::<(), candle_core::Error>(())
/// ```
///
/// # Errors
/// Targets that are not u32, a target that is no class.
pub fn one_hot(targets: &Tensor, classes: usize) -> Result<Tensor> {
    if targets.dtype() != DType::U32 {
        let dtype = targets.dtype().as_str();
        bail!("one_hot: targets are class indices of type u32, got {dtype}");
    }
    let mut dims = targets.dims().to_vec();
    dims.push(classes);
    can_hold("one_hot", &dims, size_of::<f32>())?;
    let operation = Operation::OneHot { classes };
    traced("one_hot", "", &[targets], &[], operation, || {
        if targets.elem_count() == 0 {
            return Tensor::zeros(dims, DType::F32, targets.device());
        }
        let highest = targets.flatten_all()?.max_all()?.to_scalar::<u32>()? as usize;
        if highest >= classes {
            let shape = display_shape(targets.dims());
            bail!("one_hot: target {highest} in {shape}, but there are {classes} classes");
        }
        let all = Tensor::arange(0, classes as u32, targets.device())?;
        let column = targets.unsqueeze(targets.rank())?;
        column.broadcast_eq(&all)?.to_dtype(DType::F32)
    })
}
