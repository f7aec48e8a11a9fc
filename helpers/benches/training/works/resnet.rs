//! ResNet18 (He et al. 2016) for 224x224 pictures and 1,000 classes, 11,689,512 parameters.
//! Stock candle cannot: its max pooling has no 3x3 windows with stride 2.

use helpers::prelude::*;

use super::training::{self, LR, Training, batches};

/// Two 3x3 convolutions, and a short cut around them.
struct BasicBlock {
    main: nn::Sequential,
    short_cut: nn::Sequential,
}

impl Model for BasicBlock {
    fn forward(&self, x: &Tensor, train: bool) -> Result<Tensor> {
        let y = self.main.forward(x, train)?;
        F::relu(&(y + self.short_cut.forward(x, train)?)?)
    }
}

fn block(inputs: usize, outputs: usize, stride: usize, p: &Parameters) -> Result<BasicBlock> {
    let conv1 = nn::conv2d_no_bias(inputs, outputs, 3, &p.at("conv1"))?;
    let conv2 = nn::conv2d_no_bias(outputs, outputs, 3, &p.at("conv2"))?;
    let main = nn::Sequential::new(p)
        .add("conv1", conv1.stride(stride).padding(1))
        .add("bn1", nn::batch_norm2d(outputs, &p.at("bn1"))?)
        .add("relu", nn::Relu)
        .add("conv2", conv2.padding(1))
        .add("bn2", nn::batch_norm2d(outputs, &p.at("bn2"))?);
    let p = p.at("downsample");
    let mut short_cut = nn::Sequential::new(&p);
    if stride != 1 {
        let conv = nn::conv2d_no_bias(inputs, outputs, 1, &p.at(0))?.stride(stride);
        let bn = nn::batch_norm2d(outputs, &p.at(1))?;
        short_cut = short_cut.add(0, conv).add(1, bn);
    }
    Ok(BasicBlock { main, short_cut })
}

fn resnet18(p: &Parameters) -> Result<nn::Sequential> {
    let conv1 = nn::conv2d_no_bias(3, 64, 7, &p.at("conv1"))?;
    let mut net = nn::Sequential::new(p)
        .add("conv1", conv1.stride(2).padding(3)) // (N, 64, 112, 112)
        .add("bn1", nn::batch_norm2d(64, &p.at("bn1"))?)
        .add("relu", nn::Relu)
        .add("maxpool", nn::max_pool2d(3).stride(2).padding(1)); // (N, 64, 56, 56)
    let mut inputs = 64;
    for (stage, outputs) in [(1, 64), (2, 128), (3, 256), (4, 512)] {
        let p = p.at(format!("layer{stage}"));
        let stride = if stage == 1 { 1 } else { 2 };
        let (first, second) = (p.at(0), p.at(1));
        net = net
            .add(
                format!("layer{stage}.0"),
                block(inputs, outputs, stride, &first)?,
            )
            .add(
                format!("layer{stage}.1"),
                block(outputs, outputs, 1, &second)?,
            );
        inputs = outputs;
    }
    Ok(net
        .add("avgpool", nn::AdaptiveAvgPool2d { size: (1, 1) }) // (N, 512, 1, 1)
        .add("flatten", nn::Flatten)
        .add("fc", nn::linear(512, 1000, &p.at("fc"))?))
}

pub fn helpers(batch: usize) -> Result<Training> {
    let params = Parameters::new(&Device::Cpu);
    let model = resnet18(&params)?;
    let sgd = optim::Sgd::new(&params, LR)?.momentum(0.9)?;
    let batches = batches(&[batch, 3, 224, 224], 1000)?;
    let loss = loss::cross_entropy;
    Ok(training::helpers(&params, model, loss, sgd, batches))
}
