//! The convolution as a candle operation on the CPU, with its gradients.

use candle_core::{
    CpuStorage, CustomOp1, CustomOp2, CustomOp3, Layout, Result, Shape, Tensor, bail,
};

use crate::kernels::{self, Convolution, View};

/// Which of three tensors that belong together is computed from the two others.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Wanted {
    /// y from (x, weight).
    Output,
    /// dx from (dy, weight).
    Input,
    /// dweight from (x, dy).
    Weight,
}

#[derive(Clone, Debug)]
pub(super) struct ConvOp {
    sizes: Convolution,
    wanted: Wanted,
    shape: Shape,
}

impl ConvOp {
    /// y, of shape `dims`, from x, the weight and the bias.
    pub(super) fn forward(
        sizes: Convolution,
        x: &Tensor,
        weight: &Tensor,
        bias: Option<&Tensor>,
        dims: Vec<usize>,
    ) -> Result<Tensor> {
        let op = ConvOp::new(sizes, Wanted::Output, dims);
        let (x, weight) = (x.contiguous()?, weight.contiguous()?);
        match bias {
            Some(bias) => x.apply_op3(&weight, &bias.contiguous()?, op),
            None => x.apply_op2(&weight, op),
        }
    }

    /// The transposed convolution: `sizes` are those of the convolution it undoes, `dims` the shape
    /// of that one's input.
    pub(super) fn transposed(
        sizes: Convolution,
        x: &Tensor,
        weight: &Tensor,
        dims: Vec<usize>,
    ) -> Result<Tensor> {
        let op = ConvOp::new(sizes, Wanted::Input, dims);
        x.contiguous()?.apply_op2(&weight.contiguous()?, op)
    }

    fn new(sizes: Convolution, wanted: Wanted, shape: impl Into<Shape>) -> ConvOp {
        ConvOp {
            sizes,
            wanted,
            shape: shape.into(),
        }
    }

    /// A gradient, of the shape of `like`; none where nothing needs it.
    fn grad(
        &self,
        wanted: Wanted,
        a: &Tensor,
        b: &Tensor,
        like: &Tensor,
    ) -> Result<Option<Tensor>> {
        if !like.track_op() {
            return Ok(None);
        }
        let op = ConvOp::new(self.sizes, wanted, like.shape());
        Ok(Some(
            a.contiguous()?.apply_op2_no_bwd(&b.contiguous()?, &op)?,
        ))
    }
}

impl CustomOp2 for ConvOp {
    fn name(&self) -> &'static str {
        match self.wanted {
            Wanted::Output => "conv",
            Wanted::Input => "conv_transpose",
            Wanted::Weight => "conv_weight",
        }
    }

    fn cpu_fwd(
        &self,
        s1: &CpuStorage,
        l1: &Layout,
        s2: &CpuStorage,
        l2: &Layout,
    ) -> Result<(CpuStorage, Shape)> {
        let (a, b) = (View::new(s1, l1)?, View::new(s2, l2)?);
        let storage = match self.wanted {
            Wanted::Output => self.sizes.forward(a, b, None)?,
            Wanted::Input => self.sizes.input(a, b)?,
            Wanted::Weight => self.sizes.weight(a, b)?,
        };
        Ok((storage, self.shape.clone()))
    }

    fn bwd(
        &self,
        x: &Tensor,
        weight: &Tensor,
        _y: &Tensor,
        grad: &Tensor,
    ) -> Result<(Option<Tensor>, Option<Tensor>)> {
        match self.wanted {
            Wanted::Output => Ok((
                self.grad(Wanted::Input, grad, weight, x)?,
                self.grad(Wanted::Weight, x, grad, weight)?,
            )),
            // Here x is the undone convolution's output, and `grad` has the shape of its input.
            Wanted::Input => Ok((
                self.grad(Wanted::Output, grad, weight, x)?,
                self.grad(Wanted::Weight, grad, x, weight)?,
            )),
            Wanted::Weight => bail!("a convolution is derived once, not twice"),
        }
    }
}

/// The convolution with a bias.
impl CustomOp3 for ConvOp {
    fn name(&self) -> &'static str {
        "conv"
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
        let storage = self.sizes.forward(x, weight, Some(bias))?;
        Ok((storage, self.shape.clone()))
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

/// The gradient of a bias (C), which was added to all numbers of its channel in (N, C, ...).
pub(super) fn channel_sums(bias: &Tensor, grad: &Tensor) -> Result<Option<Tensor>> {
    let wanted = bias.track_op();
    wanted
        .then(|| grad.contiguous()?.apply_op1_no_bwd(&ChannelSums))
        .transpose()
}

struct ChannelSums;

impl CustomOp1 for ChannelSums {
    fn name(&self) -> &'static str {
        "channel_sums"
    }

    fn cpu_fwd(&self, storage: &CpuStorage, layout: &Layout) -> Result<(CpuStorage, Shape)> {
        let channels = layout.dim(1)?;
        let inner = layout.dims()[2..].iter().product();
        let sums = kernels::channel_sums(View::new(storage, layout)?, channels, inner)?;
        Ok((sums, channels.into()))
    }
}
