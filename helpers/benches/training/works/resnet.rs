//! ResNet18 (He et al. 2016) for 224x224 pictures and 1,000 classes, 11,689,512 parameters.
//! Stock candle cannot: its max pooling has no 3x3 windows with stride 2.

use helpers::prelude::*;

use super::training::{self, LR, Training, batches};

pub fn helpers(batch: usize) -> Result<Training> {
    let params = Parameters::new(&Device::Cpu);
    let model = models::resnet18(1000, &params)?;
    let sgd = optim::Sgd::new(&params, LR)?.momentum(0.9)?;
    let batches = batches(&[batch, 3, 224, 224], 1000)?;
    let loss = loss::cross_entropy;
    Ok(training::helpers(&params, model, loss, sgd, batches))
}
