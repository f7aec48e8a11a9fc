//! Dropout: some of the numbers, chosen at random, are left out while training.

use std::sync::Arc;

use candle_core::{CpuStorage, DType, Device, Result, Tensor, bail};
use rand::RngCore;

use crate::check;
use crate::cpu_op::{differentiable, no_grad, on_cpu};
use crate::kernels::{View, multiply, multiply_in_place};
use crate::random;
use crate::trace::{Operation, traced};

/// While training sets each number to 0 with probability `p` and divides the others by `1 - p`, so
/// that the mean stays; otherwise `x` as it is.
///
/// Any shape; the result has the same. What is left out is drawn from the generator behind
/// [`manual_seed`](crate::random::manual_seed).
///
/// ```
/// use candle_core::{DType, Device, Tensor};
/// use candle_functional::{self as F, random::manual_seed};
/// manual_seed(1);
/// let x = Tensor::ones(1000, DType::F32, &Device::Cpu)?;
/// let y = F::dropout(&x, 0.75, true)?.to_vec1::<f32>()?;
/// assert!(y.iter().all(|&v| v == 0.0 || v == 4.0));
/// assert_eq!(F::dropout(&x, 0.75, false)?.to_vec1::<f32>()?, vec![1.0; 1000]);
/// # Ok::<(), candle_core::Error>(())
/// ```
///
/// # Errors
/// `p` outside 0..=1, integers.
pub fn dropout(x: &Tensor, p: f64, train: bool) -> Result<Tensor> {
    check::float("dropout", x)?;
    if !(0.0..=1.0).contains(&p) {
        bail!("dropout: p is a probability, from 0 to 1, got {p}");
    }
    let operation = Operation::Dropout {
        p,
        train: Some(train),
    };
    traced("dropout", "", &[x], &[], operation, || {
        if !train || p == 0.0 {
            return Ok(x.clone());
        }
        if p == 1.0 {
            return x * x.zeros_like()?; // 1 / (1 - p) is infinite
        }
        let factors = draw_factors(x.elem_count(), p);
        let factors = Tensor::from_vec(factors, x.shape(), &Device::Cpu)?;
        let factors = factors.to_dtype(x.dtype())?.to_device(x.device())?;
        if !on_cpu(x) {
            return x * factors;
        }
        let product = |v: &[View]| multiply(v[0], v[1]);
        differentiable(
            "dropout",
            &[x, &factors],
            x.shape(),
            product,
            move |inputs, _, grad| {
                let dx = no_grad("dropout", &[grad, inputs[1]], grad.shape(), product)?;
                Ok(vec![Some(dx), None])
            },
        )
    })
}

/// What each number is multiplied by: 0 for those left out.
fn draw_factors(count: usize, p: f64) -> Vec<f32> {
    // A number of 32 bits is drawn for each; those below p of all numbers are left out. (Without a
    // branch: nothing can predict a random number.)
    let (first, scale) = ((p * 2f64.powi(32)) as u64, (1.0 / (1.0 - p)) as f32);
    let factor = |n: u32| scale * f32::from(u8::from(u64::from(n) >= first));
    let mut bytes = vec![0; 4 * count];
    random::with_generator(|g| g.fill_bytes(&mut bytes));
    let (numbers, _) = bytes.as_chunks();
    let factors = numbers.iter().map(|&n| factor(u32::from_le_bytes(n)));
    factors.collect()
}

/// The factors of a dropout that runs together with the layer before it.
#[derive(Clone)]
pub struct Factors(Arc<CpuStorage>);

impl Factors {
    /// As [`dropout`] draws them, with p above 0 and below 1.
    pub fn draw(count: usize, p: f64, dtype: DType) -> Factors {
        let factors = draw_factors(count, p);
        Factors(Arc::new(match dtype {
            DType::F64 => CpuStorage::F64(factors.into_iter().map(f64::from).collect()),
            _ => CpuStorage::F32(factors),
        }))
    }

    /// Multiplies as many numbers.
    pub fn apply(&self, numbers: CpuStorage) -> Result<CpuStorage> {
        multiply_in_place(numbers, &self.0)
    }
}
