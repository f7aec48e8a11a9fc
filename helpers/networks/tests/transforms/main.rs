//! The transforms that are random, and what all say of things that are no images. Their exact
//! values are compared with torchvision's beside their source.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod draws;
mod refusals;

use helpers::prelude::*;
use transforms::*;

fn values(x: &Tensor) -> Vec<f32> {
    x.flatten_all().unwrap().to_vec1().unwrap()
}

/// What an error says, without the trace of calls that candle may append.
fn first_line<T>(answer: Result<T>) -> String {
    let error = answer.err().unwrap().to_string();
    error.lines().next().unwrap().to_string()
}

/// (1, h, w): 1 + column / w, or 1 + row / h; above 0 everywhere.
fn ramp(h: usize, w: usize, down: bool) -> Tensor {
    let value = |i: usize| match down {
        true => 1.0 + (i / w) as f32 / h as f32,
        false => 1.0 + (i % w) as f32 / w as f32,
    };
    Tensor::from_vec((0..h * w).map(value).collect(), (1, h, w), &Device::Cpu).unwrap()
}

fn every_transform() -> Vec<(&'static str, Box<dyn Transform>)> {
    vec![
        (
            "Normalize",
            Box::new(Normalize::new(&[0.5], &[0.5]).unwrap()),
        ),
        ("GaussianNoise", Box::new(GaussianNoise::new(0.1).unwrap())),
        ("Resize", Box::new(Resize::new(4, 4).unwrap())),
        ("CenterCrop", Box::new(CenterCrop::new(4, 4).unwrap())),
        ("RandomCrop", Box::new(RandomCrop::new(4, 4).unwrap())),
        (
            "RandomResizedCrop",
            Box::new(RandomResizedCrop::new(4, 4).unwrap()),
        ),
        (
            "RandomHorizontalFlip",
            Box::new(RandomHorizontalFlip::new(0.5).unwrap()),
        ),
        (
            "RandomVerticalFlip",
            Box::new(RandomVerticalFlip::new(0.5).unwrap()),
        ),
        (
            "RandomRotation",
            Box::new(RandomRotation::new(10.0).unwrap()),
        ),
        ("RandomAffine", Box::new(RandomAffine::new(10.0).unwrap())),
        (
            "ElasticTransform",
            Box::new(ElasticTransform::new(10.0, 1.0).unwrap()),
        ),
    ]
}
