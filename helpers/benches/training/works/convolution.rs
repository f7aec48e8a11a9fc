//! One convolution alone, forward and backward (gradients of input and weights, no optimizer).

use helpers::candle_nn;
use helpers::prelude::*;

use super::{Training, Work};

/// 64 to 64 planes, 3x3, at 56x56: the work that ResNet18's first stage repeats.
pub fn works() -> Vec<Work> {
    vec![Work {
        name: "convolution",
        title: "convolution 64-64, 3x3, 56x56, batch 4",
        batch: 4,
        parameters: 64 * 64 * 9,
        optimizer: false,
        slow: false,
        helpers,
        candle: Some(candle),
    }]
}

fn helpers(batch: usize) -> Result<Training> {
    let params = Parameters::new(&Device::Cpu);
    let conv = nn::conv2d_no_bias(64, 64, 3, &params.at("conv"))?.padding(1);
    Ok(Training {
        parameters: params.count(),
        step: forward_backward(batch, move |x| conv.forward(x, true))?,
    })
}

fn candle(batch: usize) -> Result<Training> {
    let (vars, vb) = super::training::candle_vars();
    let config = candle_nn::Conv2dConfig {
        padding: 1,
        ..Default::default()
    };
    let conv = candle_nn::conv2d_no_bias(64, 64, 3, config, vb)?;
    let vars = vars.all_vars();
    Ok(Training {
        parameters: vars.iter().map(|var| var.elem_count()).sum(),
        step: forward_backward(batch, move |x| candle_nn::Module::forward(&conv, x))?,
    })
}

/// The gradient that enters from behind is 1 everywhere, as in `pytorch.py`.
fn forward_backward(
    batch: usize,
    conv: impl Fn(&Tensor) -> Result<Tensor> + 'static,
) -> Result<Box<dyn FnMut() -> Result<()>>> {
    let x = random::normal(0.0, 1.0, (batch, 64, 56, 56), &Device::Cpu)?;
    let x = Var::from_tensor(&x)?; // tracked, as the inputs of an inner layer are
    Ok(Box::new(move || conv(&x)?.backward().map(drop)))
}
