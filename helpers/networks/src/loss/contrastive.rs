//! The loss of siamese networks: pairs, alike or not.

use candle_core::{DType, Result, Tensor, bail};

use super::check::check_pair;
use candle_functional as F;
use candle_functional::trace::{Operation, traced};

/// The Euclidean distance between the rows of `a` and `b`, both (N, ...): (N).
///
/// `sqrt(sum (a - b)^2 + 1e-12)`: the small number keeps the gradient finite where a = b.
///
/// ```
/// use helpers::prelude::*;
/// let a = Tensor::new(&[[0f32, 0.], [1., 1.]], &Device::Cpu)?;
/// let b = Tensor::new(&[[3f32, 4.], [1., 1.]], &Device::Cpu)?;
/// let distances = loss::pairwise_distance(&a, &b)?.to_vec1::<f32>()?;
/// assert!((distances[0] - 5.0).abs() < 1e-5 && distances[1] < 1e-5);
/// # Ok::<(), helpers::Error>(())
/// ```
///
/// # Errors
/// Shapes or types that differ, an empty batch.
pub fn pairwise_distance(a: &Tensor, b: &Tensor) -> Result<Tensor> {
    traced(
        "pairwise_distance",
        "",
        &[a, b],
        &[],
        Operation::Other,
        || {
            check_pair("pairwise_distance", ["a", "b"], a, b)?;
            let Some(&n) = a.dims().first() else {
                bail!("pairwise_distance: a and b must be (N, ...), got a single number");
            };
            let squares = (a - b)?.sqr()?.reshape((n, ()))?.sum(1)?;
            (squares + 1e-12)?.sqrt()
        },
    )
}

/// Contrastive loss (Hadsell, Chopra and LeCun 2006): the mean of `D^2 / 2` for pairs that are the
/// same and of `max(0, margin - D)^2 / 2` for pairs that are not: equals are pulled together,
/// others pushed apart until they are `margin` away.
///
/// `distances` D is (N), from [`pairwise_distance`]; `same` is (N), 1 for the same and 0 for
/// different (the paper's Y is the opposite), of any type.
///
/// ```
/// use helpers::prelude::*;
/// let distances = Tensor::new(&[2f32, 0.5], &Device::Cpu)?;
/// let same = Tensor::new(&[1u32, 0], &Device::Cpu)?;
/// let loss = loss::contrastive(&distances, &same, 1.0)?.to_scalar::<f32>()?;
/// assert!((loss - 1.0625).abs() < 1e-6); // (2^2 / 2 + 0.5^2 / 2) / 2
/// # Ok::<(), helpers::Error>(())
/// ```
///
/// # Errors
/// Shapes that differ, `same` other than 0 or 1, a margin that is not above 0, an empty batch.
pub fn contrastive(distances: &Tensor, same: &Tensor, margin: f64) -> Result<Tensor> {
    let operation = Operation::Loss(Some(("margin", margin)));
    traced(
        "contrastive",
        "",
        &[distances, same],
        &[],
        operation,
        || {
            check_pair("contrastive", ["distances", "same"], distances, same)?;
            if !margin.is_finite() || margin <= 0.0 {
                bail!("contrastive: the margin must be a finite number above 0, got {margin}");
            }
            let same = same.to_dtype(distances.dtype())?.detach();
            let strange = (same.sqr()? - &same)?.ne(0.0)?.to_dtype(DType::F32)?;
            if strange.sum_all()?.to_scalar::<f32>()? > 0.0 {
                bail!("contrastive: same must be 1 (the same) or 0 (different)");
            }
            let pull = (distances.sqr()? * &same)?;
            let short = F::relu(&distances.affine(-1.0, margin)?)?;
            let push = (short.sqr()? * same.affine(-1.0, 1.0)?)?;
            (pull + push)?.mean_all()? / 2.0
        },
    )
}
