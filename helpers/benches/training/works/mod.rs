//! What is timed: networks of the course in training. Each file has one, built from this crate's
//! layers and from stock candle's; `pytorch.py` has the same in PyTorch.

mod cnn;
mod convolution;
mod mlp;
mod perceptron;
mod resnet;
mod training;
mod zipcode;

use helpers::Result;
pub use training::Training;

type Build = fn(batch: usize) -> Result<Training>;

/// One line of the table.
pub struct Work {
    /// What `--only` and `pytorch.py` call it.
    pub name: &'static str,
    /// What the table calls it.
    pub title: &'static str,
    /// How many examples are in a step.
    pub batch: usize,
    /// How many numbers are trained.
    pub parameters: usize,
    /// Whether an optimizer is part of the step; PyTorch then has a plain and a fused one.
    pub optimizer: bool,
    /// Too slow for a quick run: built there, and not trained.
    pub slow: bool,
    pub helpers: Build,
    /// None where stock candle cannot.
    pub candle: Option<Build>,
}

/// All works, in the order of the table.
pub fn all() -> Vec<Work> {
    let work = |name, title, batch, parameters, helpers: Build, candle: Build| Work {
        name,
        title,
        batch,
        parameters,
        optimizer: true,
        slow: false,
        helpers,
        candle: Some(candle),
    };
    let mlp = |name, title, batch| work(name, title, batch, 39_760, mlp::helpers, mlp::candle);
    let cnn = |name, title, batch| work(name, title, batch, 27_830, cnn::helpers, cnn::candle);
    let mut works = vec![
        work(
            "perceptron",
            "perceptron 2-2, SGD, batch 10",
            10,
            6,
            perceptron::helpers,
            perceptron::candle,
        ),
        mlp("mlp-8", "MLP 784-50-10, Adam, batch 8", 8),
        mlp("mlp-64", "MLP 784-50-10, Adam, batch 64", 64),
        cnn("cnn-8", "CNN of TP2, Adam, batch 8", 8),
        cnn("cnn-64", "CNN of TP2, Adam, batch 64", 64),
        work(
            "zipcode",
            "zip-code network of 1989, SGD, batch 1",
            1,
            9_760,
            zipcode::helpers,
            zipcode::candle,
        ),
    ];
    works.extend(convolution::works());
    works.push(Work {
        slow: true,
        candle: None,
        ..work(
            "resnet18",
            "ResNet18 at 224x224, SGD, batch 8",
            8,
            11_689_512,
            resnet::helpers,
            resnet::helpers,
        )
    });
    works
}
