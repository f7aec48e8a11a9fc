//! What networks like that of 1989 return, computed from their parameters.

use candle_core::{Result, Tensor};

use candle_functional::{self as F, ConvOptions};
use networks::nn::Parameters;

/// The outputs (N, 10) for images `x` (N, 1, 16, 16) of a network whose first layers are `h1` and `h2`, of
/// any odd kernel size, with a bias for each unit or for each kernel; or one dense layer `h`.
///
/// # Errors
/// A parameter that is missing: the names that exist are listed.
pub(super) fn outputs(params: &Parameters, x: &Tensor) -> Result<Tensor> {
    let is_dense = params.all().iter().any(|p| p.name() == "h.weight");
    let last = if is_dense {
        dense(&x.flatten_from(1)?, &params.at("h"))?
    } else {
        let h1 = maps(x, &params.at("h1"))?; // (N, 12, 8, 8)
        let part = |first, count| h1.narrow(1, first, count);
        let seen = Tensor::cat(&[part(0, 8)?, part(4, 8)?, part(0, 4)?, part(8, 4)?], 1)?;
        maps(&seen, &params.at("h2"))?.flatten_from(1)?
    };
    dense(&dense(&last, &params.at("h3"))?, &params.at("out"))
}

fn dense(x: &Tensor, params: &Parameters) -> Result<Tensor> {
    let (weight, bias) = (params.get("weight")?, params.get("bias")?);
    F::tanh(&F::linear(x, &weight.tensor(), Some(&bias.tensor()))?)
}

/// A frame of -1 that keeps the middle of each kernel over a pixel, a stride of 2, as many groups as the
/// kernels' inputs ask for.
fn maps(x: &Tensor, params: &Parameters) -> Result<Tensor> {
    let (weight, bias) = (params.get("weight")?.tensor(), params.get("bias")?.tensor());
    let (kernels, seen, k, _) = weight.dims4()?;
    let frame = k / 2;
    let framed = (x + 1.0)?
        .pad_with_zeros(2, frame, frame)?
        .pad_with_zeros(3, frame, frame)?;
    let options = ConvOptions {
        stride: 2,
        groups: x.dim(1)? / seen,
        ..Default::default()
    };
    let sums = F::conv2d(&(framed - 1.0)?, &weight, None, options)?;
    let side = sums.dim(2)?;
    let bias = match bias.elem_count() == kernels {
        true => bias.reshape((kernels, 1, 1))?,
        false => bias.reshape((kernels, side, side))?,
    };
    F::tanh(&sums.broadcast_add(&bias)?)
}
