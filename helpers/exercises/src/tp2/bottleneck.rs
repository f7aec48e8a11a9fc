//! The block of ResNet's deeper networks, as its figure 2 draws it.

use candle_core::{Result, Tensor};

use candle_functional as F;
use networks::nn::{self, Model, Parameters, Sequential};

/// 1 x 1, 3 x 3 and 1 x 1 convolutions beside a shortcut.
pub(super) struct Bottleneck {
    a: Sequential,
    b: Sequential,
    c: Sequential,
    shortcut: Option<Sequential>,
}

impl Bottleneck {
    /// From `inputs` maps to `4 * width`; the stride is in the first 1 x 1 convolution, as in the paper.
    pub(super) fn new(
        inputs: usize,
        width: usize,
        stride: usize,
        p: &Parameters,
    ) -> Result<Bottleneck> {
        let outputs = 4 * width;
        let shortcut = match stride != 1 || inputs != outputs {
            true => Some(conv_bn((inputs, outputs), 1, stride, &p.at("shortcut"))?),
            false => None,
        };
        Ok(Bottleneck {
            a: conv_bn((inputs, width), 1, stride, &p.at("a"))?,
            b: conv_bn((width, width), 3, 1, &p.at("b"))?,
            c: conv_bn((width, outputs), 1, 1, &p.at("c"))?,
            shortcut,
        })
    }
}

fn conv_bn(
    (inputs, outputs): (usize, usize),
    k: usize,
    stride: usize,
    p: &Parameters,
) -> Result<Sequential> {
    let conv = nn::conv2d_no_bias(inputs, outputs, k, &p.at("conv"))?;
    Ok(Sequential::new(p)
        .add("conv", conv.stride(stride).padding(k / 2))
        .add("bn", nn::batch_norm2d(outputs, &p.at("bn"))?))
}

impl Model for Bottleneck {
    fn forward(&self, x: &Tensor, train: bool) -> Result<Tensor> {
        let y = F::relu(&self.a.forward(x, train)?)?;
        let y = F::relu(&self.b.forward(&y, train)?)?;
        let y = self.c.forward(&y, train)?;
        let around = match &self.shortcut {
            Some(fit) => fit.forward(x, train)?,
            None => x.clone(),
        };
        F::relu(&(y + around)?)
    }
}
