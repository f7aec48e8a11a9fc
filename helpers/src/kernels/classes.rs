//! Cross-entropy on the CPU: log-softmax, the target's share and the mean in one pass, and the
//! gradient, `softmax - one-hot`, in another.

use candle_core::{CpuStorage, Result, WithDType};

use super::simd::Real;
use super::{View, float};

/// The mean of `-log_softmax(logits)[i, targets[i]]` over the rows of `logits`, `classes` long.
pub(crate) fn cross_entropy(logits: View, targets: View, classes: usize) -> Result<CpuStorage> {
    float!(logits, T => {
        let (logits, targets) = (logits.numbers::<T>()?, targets.numbers::<u32>()?);
        let mut total = 0.0;
        for (row, &target) in logits.chunks_exact(classes).zip(targets) {
            let (highest, sum) = highest_and_sum(row);
            total += (sum.ln() - (row[target as usize] - highest)).to_f64();
        }
        let mean = T::from_f64(total / targets.len() as f64);
        Ok(T::to_cpu_storage_owned(vec![mean]))
    })
}

/// Its gradient, where the loss's own is `scale`.
pub(crate) fn cross_entropy_gradient(
    logits: View,
    targets: View,
    classes: usize,
    scale: f64,
) -> Result<CpuStorage> {
    float!(logits, T => {
        let (logits, targets) = (logits.numbers::<T>()?, targets.numbers::<u32>()?);
        let scale = T::from_f64(scale / targets.len() as f64);
        let mut grads = Vec::with_capacity(logits.len());
        for (row, &target) in logits.chunks_exact(classes).zip(targets) {
            let (highest, sum) = highest_and_sum(row);
            let start = grads.len();
            grads.extend(row.iter().map(|&x| (x - highest).exp() / sum * scale));
            grads[start + target as usize] -= scale;
        }
        Ok(T::to_cpu_storage_owned(grads))
    })
}

/// The highest score, and the sum of `exp(score - highest)`.
fn highest_and_sum<T: Real>(row: &[T]) -> (T, T) {
    let mut highest = row[0];
    for &x in row {
        if x > highest {
            highest = x;
        }
    }
    let mut sum = T::ZERO;
    row.iter().for_each(|&x| sum += (x - highest).exp());
    (highest, sum)
}
