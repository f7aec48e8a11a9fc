//! Cross-entropy on the CPU: log-softmax, the target's share and the mean at once. It keeps the
//! softmax, of which the gradient is made: `softmax - one-hot`.

use candle_core::{CpuStorage, Result, WithDType, bail};

use super::simd::Real;
use super::view::{View, float};

/// The mean of `-log_softmax(logits)[i, targets[i]]` over the rows of `logits`, `classes` long; and
/// the softmax.
pub fn cross_entropy(
    logits: View,
    targets: View,
    classes: usize,
) -> Result<(CpuStorage, CpuStorage)> {
    float!(logits, T => {
        let (logits, targets) = (logits.numbers::<T>()?, targets.numbers::<u32>()?);
        if let Some(highest) = targets.iter().max().filter(|&&t| t as usize >= classes) {
            bail!("cross_entropy: target {highest}, but there are {classes} classes");
        }
        let (mut total, mut softmax) = (0.0, Vec::with_capacity(logits.len()));
        for (row, &target) in logits.chunks_exact(classes).zip(targets) {
            let highest = highest(row);
            let start = softmax.len();
            softmax.extend(row.iter().map(|&x| Real::exp(x - highest)));
            let row_of_softmax = &mut softmax[start..];
            let mut sum = T::ZERO;
            row_of_softmax.iter().for_each(|&exp| sum += exp);
            row_of_softmax.iter_mut().for_each(|exp| *exp /= sum);
            total += (sum.ln() - (row[target as usize] - highest)).to_f64();
        }
        let mean = T::from_f64(total / targets.len() as f64);
        Ok((T::to_cpu_storage_owned(vec![mean]), T::to_cpu_storage_owned(softmax)))
    })
}

/// The gradient of the logits from that of the mean, one number.
pub fn cross_entropy_gradient(
    softmax: &CpuStorage,
    grad: View,
    targets: View,
) -> Result<CpuStorage> {
    float!(grad, T => {
        let (softmax, targets) = (softmax.as_slice::<T>()?, targets.numbers::<u32>()?);
        let scale = grad.numbers::<T>()?[0].to_f64() / targets.len() as f64;
        let scale = T::from_f64(scale);
        let mut grads: Vec<T> = softmax.iter().map(|&share| share * scale).collect();
        let rows = grads.chunks_exact_mut(softmax.len() / targets.len());
        rows.zip(targets).for_each(|(row, &target)| row[target as usize] -= scale);
        Ok(T::to_cpu_storage_owned(grads))
    })
}

fn highest<T: Real>(row: &[T]) -> T {
    let mut highest = row[0];
    for &x in row {
        if x > highest {
            highest = x;
        }
    }
    highest
}
