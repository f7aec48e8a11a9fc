//! Several transforms as one.

use std::any::type_name;
use std::fmt;
use std::sync::Arc;

use candle_core::{Result, Tensor};

use super::Transform;

/// Transforms one after the other, as torchvision's `Compose`. Cheap to clone.
///
/// ```
/// use helpers::prelude::*;
/// let prepare = transforms::Compose::new()
///     .add(transforms::ToTensor)
///     .add(transforms::Resize::new(32, 32)?);
/// let photo = Tensor::zeros((300, 451, 3), DType::U8, &Device::Cpu)?;
/// assert_eq!(prepare.apply(&photo)?.dims(), [3, 32, 32]);
/// assert_eq!(format!("{prepare:?}"), "ToTensor, Resize");
/// # Ok::<(), helpers::Error>(())
/// ```
#[derive(Clone, Default)]
pub struct Compose {
    transforms: Vec<(&'static str, Arc<dyn Transform>)>,
}

impl Compose {
    /// No transform yet: the image stays as it is.
    pub fn new() -> Compose {
        Compose::default()
    }

    /// The same with one more transform at the end.
    #[allow(clippy::should_implement_trait)] // called as in `nn::Sequential`
    pub fn add<T: Transform + 'static>(mut self, transform: T) -> Compose {
        let name = type_name::<T>();
        let name = name.rsplit("::").next().unwrap_or(name);
        self.transforms.push((name, Arc::new(transform)));
        self
    }
}

impl Transform for Compose {
    fn apply(&self, x: &Tensor) -> Result<Tensor> {
        let mut steps = self.transforms.iter();
        steps.try_fold(x.clone(), |x, (_, transform)| transform.apply(&x))
    }
}

impl fmt::Debug for Compose {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let names: Vec<&str> = self.transforms.iter().map(|(name, _)| *name).collect();
        f.write_str(&names.join(", "))
    }
}
