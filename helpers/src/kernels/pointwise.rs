//! Functions of single numbers, and their derivatives from the result.

use candle_core::{CpuStorage, Result, WithDType};

use super::simd::{Real, Simd, WithSimd, arch};
use super::{View, float};

/// The rectifier, whose derivative at 0 is 0; NaN stays NaN.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Rectifier;

impl Rectifier {
    pub(crate) fn forward(x: View) -> Result<CpuStorage> {
        float!(x, T => Ok(T::to_cpu_storage_owned(arch().dispatch(Relu(x.numbers::<T>()?)))))
    }

    /// dx from y and dy.
    pub(crate) fn backward(y: View, grad: View) -> Result<CpuStorage> {
        float!(y, T => {
            let (y, grad) = (y.numbers::<T>()?, grad.numbers::<T>()?);
            Ok(T::to_cpu_storage_owned(arch().dispatch(Slope(y, grad))))
        })
    }
}

struct Relu<'a, T>(&'a [T]);

impl<T: Real> WithSimd for Relu<'_, T> {
    type Output = Vec<T>;

    #[inline(always)]
    fn with_simd<S: Simd>(self, _: S) -> Vec<T> {
        let y = |&x: &T| if x <= T::ZERO { T::ZERO } else { x };
        self.0.iter().map(y).collect()
    }
}

struct Slope<'a, T>(&'a [T], &'a [T]);

impl<T: Real> WithSimd for Slope<'_, T> {
    type Output = Vec<T>;

    #[inline(always)]
    fn with_simd<S: Simd>(self, _: S) -> Vec<T> {
        let dx = |(&y, &grad): (&T, &T)| if y <= T::ZERO { T::ZERO } else { grad };
        self.0.iter().zip(self.1).map(dx).collect()
    }
}
