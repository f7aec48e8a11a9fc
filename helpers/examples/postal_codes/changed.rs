//! The network of 1989 with other biases, other kernels, or without a convolution.

use helpers::prelude::*;

/// h1 and h2 with kernels of `k` x `k`; the sides of the biases are those of the maps, 8 and 4, for a bias
/// for each unit, and 1 and 1 for one bias for each kernel.
pub struct Changed {
    weights: [nn::Parameter; 2],
    biases: [nn::Parameter; 2],
    h3: nn::Linear,
    out: nn::Linear,
}

pub fn changed(k: usize, sides: [usize; 2], params: &Parameters) -> Result<Changed> {
    let (h1, h2) = (params.at("h1"), params.at("h2"));
    let bias = |at: &Parameters, side| at.create("bias", (12, side, side), nn::Init::ZEROS);
    Ok(Changed {
        weights: [
            h1.create("weight", (12, 1, k, k), uniform(k * k))?,
            h2.create("weight", (12, 8, k, k), uniform(8 * k * k))?,
        ],
        biases: [bias(&h1, sides[0])?, bias(&h2, sides[1])?],
        h3: layer(192, 30, 0.0, &params.at("h3"))?,
        out: layer(30, 10, -1.0, &params.at("out"))?,
    })
}

impl Changed {
    /// A frame of -1, the convolution at stride 2 and the biases.
    fn sums(&self, i: usize, x: &Tensor, groups: usize) -> Result<Tensor> {
        let (weight, bias) = (self.weights[i].tensor(), self.biases[i].tensor());
        let frame = weight.dim(3)? / 2;
        let x = (x + 1.0)?
            .pad_with_zeros(2, frame, frame)?
            .pad_with_zeros(3, frame, frame)?;
        let options = F::ConvOptions {
            stride: 2,
            groups,
            ..Default::default()
        };
        F::conv2d(&(x - 1.0)?, &weight, None, options)?.broadcast_add(&bias)
    }
}

impl Model for Changed {
    /// Images (N, 1, 16, 16) in [-1, 1] to (N, 10).
    fn forward(&self, x: &Tensor, train: bool) -> Result<Tensor> {
        let h1 = F::tanh(&self.sums(0, x, 1)?)?; // (N, 12, 8, 8)
        let maps = |first, count| h1.narrow(1, first, count);
        let seen = Tensor::cat(&[maps(0, 8)?, maps(4, 8)?, maps(0, 4)?, maps(8, 4)?], 1)?;
        let h2 = F::tanh(&self.sums(1, &seen, 3)?)?.flatten_from(1)?; // (N, 192)
        let h3 = F::tanh(&self.h3.forward(&h2, train)?)?;
        F::tanh(&self.out.forward(&h3, train)?)
    }
}

/// 9,524 parameters without a convolution; tanh and first values as in 1989.
pub fn dense(params: &Parameters) -> Result<nn::Sequential> {
    Ok(nn::Sequential::new(params)
        .add("flatten", nn::Flatten)
        .add("h", layer(256, 32, 0.0, &params.at("h"))?)
        .add("tanh1", nn::Tanh)
        .add("h3", layer(32, 30, 0.0, &params.at("h3"))?)
        .add("tanh2", nn::Tanh)
        .add("out", layer(30, 10, -1.0, &params.at("out"))?)
        .add("tanh3", nn::Tanh))
}

fn layer(inputs: usize, outputs: usize, bias: f64, params: &Parameters) -> Result<nn::Linear> {
    let layer = nn::linear(inputs, outputs, params)?;
    layer.weight.init(uniform(inputs))?;
    layer.bias.init(nn::Init::Constant(bias))?;
    Ok(layer)
}

/// The paper's distribution: uniform in +-2.4 / sqrt(fan-in).
fn uniform(fan_in: usize) -> nn::Init {
    let bound = 2.4 / (fan_in as f64).sqrt();
    nn::Init::Uniform {
        low: -bound,
        high: bound,
    }
}
