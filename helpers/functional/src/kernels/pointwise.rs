//! Functions of single numbers, and their derivatives from the result.

use candle_core::{CpuStorage, Result, bail};

use super::parallel::task_count;
use super::results::filled;
use super::simd::{Real, Simd, WithSimd, arch};
use super::view::{View, float};

/// What a neuron does with its sum.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Activation {
    /// The rectifier, whose derivative at 0 is 0; NaN stays NaN.
    Relu,
    Sigmoid,
    Tanh,
}

impl Activation {
    pub fn forward(self, x: View) -> Result<CpuStorage> {
        float!(x, T => {
            let x: &[T] = x.numbers()?;
            match self {
                Activation::Relu => each(x, x, |x, _| relu(x)),
                Activation::Sigmoid => each(x, x, |x, _| T::ONE / (T::ONE + (T::ZERO - x).exp())),
                Activation::Tanh => each(x, x, |x, _| Real::tanh(x)),
            }
        })
    }

    /// dx from y and dy.
    pub fn backward(self, y: View, grad: View) -> Result<CpuStorage> {
        float!(y, T => {
            let (y, grad): (&[T], &[T]) = (y.numbers()?, grad.numbers()?);
            match self {
                Activation::Relu => each(y, grad, |y, g| if y <= T::ZERO { T::ZERO } else { g }),
                Activation::Sigmoid => each(y, grad, |y, g| g * y * (T::ONE - y)),
                Activation::Tanh => each(y, grad, |y, g| g * (T::ONE - y * y)),
            }
        })
    }
}

/// ReLU in place.
pub(super) fn relu_in_place<T: Real>(y: &mut [T]) {
    arch().dispatch(ReluInPlace(y));
}

struct ReluInPlace<'a, T>(&'a mut [T]);

impl<T: Real> WithSimd for ReluInPlace<'_, T> {
    type Output = ();

    #[inline(always)]
    fn with_simd<S: Simd>(self, _: S) {
        self.0.iter_mut().for_each(|y| *y = relu(*y));
    }
}

#[inline(always)]
fn relu<T: Real>(x: T) -> T {
    if x <= T::ZERO { T::ZERO } else { x }
}

/// The sum of two tensors of one shape, number by number.
pub fn add(a: View, b: View) -> Result<CpuStorage> {
    float!(a, T => each(a.numbers::<T>()?, b.numbers::<T>()?, |a, b| a + b))
}

/// Their sum through a ReLU.
pub fn add_relu(a: View, b: View) -> Result<CpuStorage> {
    float!(a, T => each(a.numbers::<T>()?, b.numbers::<T>()?, |a, b| relu(a + b)))
}

/// The product of two tensors of one shape, number by number.
pub fn multiply(a: View, b: View) -> Result<CpuStorage> {
    float!(a, T => each(a.numbers::<T>()?, b.numbers::<T>()?, |a, b| a * b))
}

/// The first of them times the second, in the first's memory.
pub fn multiply_in_place(mut a: CpuStorage, b: &CpuStorage) -> Result<CpuStorage> {
    match (&mut a, b) {
        (CpuStorage::F32(a), CpuStorage::F32(b)) => a.iter_mut().zip(b).for_each(|(a, b)| *a *= b),
        (CpuStorage::F64(a), CpuStorage::F64(b)) => a.iter_mut().zip(b).for_each(|(a, b)| *a *= b),
        _ => bail!("kernels take f32 or f64"),
    }
    Ok(a)
}

/// The function of each pair of numbers.
fn each<T: Real>(
    a: &[T],
    b: &[T],
    function: impl Fn(T, T) -> T + Copy + Sync,
) -> Result<CpuStorage> {
    let cost = a.len() * 16;
    let size = a.len().div_ceil(task_count(cost, a.len())).max(1);
    let tasks = a.len().div_ceil(size);
    let y = filled(
        a.len(),
        size,
        tasks,
        |i| i,
        cost,
        |task, y: Vec<&mut [T]>| {
            for y in y {
                let at = task * size..task * size + y.len();
                let (a, b) = (&a[at.clone()], &b[at]);
                arch().dispatch(Each { y, a, b, function });
            }
        },
    );
    Ok(T::to_cpu_storage_owned(y))
}

struct Each<'a, T, F> {
    y: &'a mut [T],
    a: &'a [T],
    b: &'a [T],
    function: F,
}

impl<T: Real, F: Fn(T, T) -> T> WithSimd for Each<'_, T, F> {
    type Output = ();

    #[inline(always)]
    fn with_simd<S: Simd>(self, _: S) {
        for ((y, &a), &b) in self.y.iter_mut().zip(self.a).zip(self.b) {
            *y = (self.function)(a, b);
        }
    }
}
