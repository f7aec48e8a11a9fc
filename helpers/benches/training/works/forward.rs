//! Networks that only answer, in evaluation mode: what transfer learning waits for.

use helpers::prelude::*;

use super::training::Training;

pub fn resnet18(batch: usize) -> Result<Training> {
    let params = Parameters::new(&Device::Cpu);
    answering(&params, models::resnet18(1000, &params)?, batch)
}

pub fn vgg16(batch: usize) -> Result<Training> {
    let params = Parameters::new(&Device::Cpu);
    answering(&params, models::vgg16(1000, &params)?, batch)
}

fn answering(params: &Parameters, model: impl Model + 'static, batch: usize) -> Result<Training> {
    let x = random::normal(0.0, 1.0, (batch, 3, 224, 224), &Device::Cpu)?;
    Ok(Training {
        parameters: params.count(),
        step: Box::new(move || model.forward(&x, false).map(drop)),
    })
}
