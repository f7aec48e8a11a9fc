//! The fully connected map: y = x W^T + b.

use candle_core::{CpuStorage, CustomOp2, CustomOp3, Layout, Result, Shape, Tensor, bail};

use super::check::{self, words};
use super::conv_op::channel_sums;
use super::on_cpu;
use crate::kernels::{Linear, View};
use crate::trace::traced;

/// `y = x W^T + b`: `x` is (..., in), `weight` (out, in), `bias` (out); the result is (..., out).
///
/// ```
/// use helpers::prelude::*;
/// let x = Tensor::new(&[[1f32, 2.]], &Device::Cpu)?;
/// let weight = Tensor::new(&[[3f32, 4.]], &Device::Cpu)?;
/// let bias = Tensor::new(&[0.5f32], &Device::Cpu)?;
/// assert_eq!(F::linear(&x, &weight, Some(&bias))?.to_vec2::<f32>()?, [[11.5]]);
/// # Ok::<(), helpers::Error>(())
/// ```
///
/// # Errors
/// Shapes that do not fit, types that differ, a weight without inputs or outputs.
pub fn linear(x: &Tensor, weight: &Tensor, bias: Option<&Tensor>) -> Result<Tensor> {
    let (outputs, inputs) = match weight.dims() {
        [outputs, inputs] if *outputs > 0 && *inputs > 0 => (*outputs, *inputs),
        dims => bail!("linear: the weights must be (out, in), got {}", words(dims)),
    };
    let batch = match x.dims() {
        [batch @ .., last] if *last == inputs => batch,
        dims => bail!(
            "linear: the last dimension of the input must be {inputs}, got {}; the weights are ({outputs}, {inputs})",
            words(dims)
        ),
    };
    check::float("linear", x)?;
    check::alike("linear", x, weight, "weights")?;
    check::vector("linear", x, bias, "bias", outputs)?;
    let mut dims = batch.to_vec();
    dims.push(outputs);
    check::can_hold("linear", &dims)?;
    let tensors = [x, weight, bias.unwrap_or(x)];
    let tensors = &tensors[..2 + usize::from(bias.is_some())];
    traced("linear", "", tensors, &[], Vec::new, || {
        let rows: usize = batch.iter().product();
        let x = x.reshape((rows, inputs))?;
        if on_cpu(&x) {
            let sizes = Linear {
                rows,
                inputs,
                outputs,
            };
            return LinearOp::forward(sizes, &x, weight, bias)?.reshape(dims);
        }
        let y = x.matmul(&weight.t()?)?;
        let y = match bias {
            Some(bias) => y.broadcast_add(bias)?,
            None => y,
        };
        y.reshape(dims)
    })
}

/// Which of three tensors that belong together is computed from the two others.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Wanted {
    /// y from (x, weight), or (x, weight, bias).
    Output,
    /// dx from (dy, weight).
    Input,
    /// dweight from (x, dy).
    Weight,
}

#[derive(Clone, Copy, Debug)]
struct LinearOp {
    sizes: Linear,
    wanted: Wanted,
}

impl LinearOp {
    fn forward(
        sizes: Linear,
        x: &Tensor,
        weight: &Tensor,
        bias: Option<&Tensor>,
    ) -> Result<Tensor> {
        let (x, weight) = (x.contiguous()?, weight.contiguous()?);
        let op = LinearOp {
            sizes,
            wanted: Wanted::Output,
        };
        match bias {
            Some(bias) => x.apply_op3(&weight, &bias.contiguous()?, op),
            None => x.apply_op2(&weight, op),
        }
    }

    /// A gradient; none where nothing needs it.
    fn grad(&self, wanted: Wanted, a: &Tensor, b: &Tensor, of: &Tensor) -> Result<Option<Tensor>> {
        if !of.track_op() {
            return Ok(None);
        }
        let op = LinearOp { wanted, ..*self };
        Ok(Some(
            a.contiguous()?.apply_op2_no_bwd(&b.contiguous()?, &op)?,
        ))
    }
}

impl CustomOp2 for LinearOp {
    fn name(&self) -> &'static str {
        "linear"
    }

    fn cpu_fwd(
        &self,
        s1: &CpuStorage,
        l1: &Layout,
        s2: &CpuStorage,
        l2: &Layout,
    ) -> Result<(CpuStorage, Shape)> {
        let (a, b) = (View::new(s1, l1)?, View::new(s2, l2)?);
        let Linear {
            rows,
            inputs,
            outputs,
        } = self.sizes;
        Ok(match self.wanted {
            Wanted::Output => (self.sizes.forward(a, b, None)?, (rows, outputs).into()),
            Wanted::Input => (self.sizes.input(a, b)?, (rows, inputs).into()),
            Wanted::Weight => (self.sizes.weight(a, b)?, (outputs, inputs).into()),
        })
    }

    fn bwd(
        &self,
        x: &Tensor,
        weight: &Tensor,
        _y: &Tensor,
        grad: &Tensor,
    ) -> Result<(Option<Tensor>, Option<Tensor>)> {
        Ok((
            self.grad(Wanted::Input, grad, weight, x)?,
            self.grad(Wanted::Weight, x, grad, weight)?,
        ))
    }
}

impl CustomOp3 for LinearOp {
    fn name(&self) -> &'static str {
        "linear"
    }

    fn cpu_fwd(
        &self,
        s1: &CpuStorage,
        l1: &Layout,
        s2: &CpuStorage,
        l2: &Layout,
        s3: &CpuStorage,
        l3: &Layout,
    ) -> Result<(CpuStorage, Shape)> {
        let (x, weight, bias) = (View::new(s1, l1)?, View::new(s2, l2)?, View::new(s3, l3)?);
        let y = self.sizes.forward(x, weight, Some(bias))?;
        Ok((y, (self.sizes.rows, self.sizes.outputs).into()))
    }

    fn bwd(
        &self,
        x: &Tensor,
        weight: &Tensor,
        bias: &Tensor,
        y: &Tensor,
        grad: &Tensor,
    ) -> Result<(Option<Tensor>, Option<Tensor>, Option<Tensor>)> {
        let (dx, dw) = CustomOp2::bwd(self, x, weight, y, grad)?;
        Ok((dx, dw, channel_sums(bias, grad)?))
    }
}
