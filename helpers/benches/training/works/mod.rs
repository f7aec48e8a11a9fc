//! What is timed: networks of the course in training, some that only answer, and single convolutions. Most are
//! built from stock candle's layers too; `pytorch.py` has all of them in PyTorch.

mod cnn;
mod convolution;
mod dense;
mod forward;
mod mlp;
mod perceptron;
mod residual;
mod resnet;
mod signals;
mod training;
mod zipcode;

pub use convolution::shapes;
use helpers::Result;
use serde_json::Value;
pub use training::Training;

/// Builds a network for batches of this size.
pub type Build = Box<dyn Fn(usize) -> Result<Training>>;

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
    /// The shape, where the work is one convolution.
    pub convolution: Option<Value>,
    pub helpers: Build,
    /// None where stock candle cannot.
    pub candle: Option<Build>,
}

/// The networks, in the order of the table, and the convolution that is the largest part of one.
pub fn networks() -> Vec<Work> {
    let mlp = || network(39_760, mlp::helpers).candle(mlp::candle);
    let cnn = || network(27_830, cnn::helpers).candle(cnn::candle);
    let perceptron = network(6, perceptron::helpers).candle(perceptron::candle);
    let zipcode = network(9_760, zipcode::helpers).candle(zipcode::candle);
    let resnet = network(11_689_512, resnet::helpers).slow();
    let residual = network(14_674, residual::helpers);
    let dense = network(40_736, dense::helpers);
    let resnet_forward = || {
        network(11_689_512, forward::resnet18)
            .slow()
            .without_optimizer()
    };
    let vgg_forward = network(138_357_544, forward::vgg16)
        .slow()
        .without_optimizer();
    vec![
        perceptron.called("perceptron", "perceptron 2-2, SGD, batch 10", 10),
        mlp().called("mlp-8", "MLP 784-50-10, Adam, batch 8", 8),
        mlp().called("mlp-64", "MLP 784-50-10, Adam, batch 64", 64),
        cnn().called("cnn-8", "CNN of TP2, Adam, batch 8", 8),
        cnn().called("cnn-64", "CNN of TP2, Adam, batch 64", 64),
        zipcode.called("zipcode", "zip-code network of 1989, SGD, batch 1", 1),
        convolution::work(),
        network(599, signals::tdnn).called("tdnn", "TDNN for phonemes, SGD, batch 32", 32),
        network(17_792, signals::siamese).called("siamese", "siamese towers, Adam, 32 pairs", 32),
        residual.called("residual", "20 residual layers, SGD, batch 50", 50),
        dense.called("dense", "FCN with transposed conv., Adam, batch 10", 10),
        resnet.called("resnet18", "ResNet18 at 224x224, SGD, batch 8", 8),
        resnet_forward().called("answer18-1", "ResNet18 at 224x224, forward, batch 1", 1),
        resnet_forward().called("answer18-8", "ResNet18 at 224x224, forward, batch 8", 8),
        vgg_forward.called("answer16-1", "VGG16 at 224x224, forward, batch 1", 1),
    ]
}

/// Networks and shapes.
pub fn all() -> Vec<Work> {
    networks().into_iter().chain(shapes()).collect()
}

fn network(parameters: usize, helpers: fn(usize) -> Result<Training>) -> Work {
    Work {
        name: "",
        title: "",
        batch: 0,
        parameters,
        optimizer: true,
        slow: false,
        convolution: None,
        helpers: Box::new(helpers),
        candle: None,
    }
}

impl Work {
    fn candle(mut self, candle: fn(usize) -> Result<Training>) -> Work {
        self.candle = Some(Box::new(candle));
        self
    }

    fn slow(mut self) -> Work {
        self.slow = true;
        self
    }

    fn without_optimizer(mut self) -> Work {
        self.optimizer = false;
        self
    }

    fn called(mut self, name: &'static str, title: &'static str, batch: usize) -> Work {
        (self.name, self.title, self.batch) = (name, title, batch);
        self
    }
}
