//! The networks of the lessons: one file per family, with the papers' sizes and PyTorch's names.
//!
//! Each is built in a place of a parameter store, and the outputs of all are logits, those of the
//! [`Perceptron`] apart. Where torchvision has the network, names, layouts and outputs are its own,
//! so that [`Parameters::load_torch`](crate::nn::Parameters::load_torch) takes its state dict.
//!
//! ```
//! use helpers::prelude::*;
//! let params = Parameters::new(&Device::Cpu);
//! let model = models::lenet5(&params)?;
//! let x = Tensor::zeros((8, 1, 32, 32), DType::F32, &Device::Cpu)?;
//! assert_eq!(model.forward(&x, false)?.dims(), [8, 10]);
//! assert_eq!(params.count(), 61_706);
//! # Ok::<(), helpers::Error>(())
//! ```

mod alexnet;
mod cnn;
mod fcn;
mod fcn_2015;
mod image_classifier;
mod lenet1989;
mod lenet5;
mod mlp;
mod perceptron;
mod resnet;
mod vgg;

pub use alexnet::{alexnet, alexnet_2012};
pub use cnn::cnn;
pub use fcn::{EncoderDecoder, Fcn, encoder_decoder, fcn_resnet50};
pub use fcn_2015::{Fcn2015, fcn_alexnet, fcn8s, fcn16s, fcn32s};
pub use image_classifier::ImageClassifier;
pub use lenet5::lenet5;
pub use lenet1989::{LeNet1989, Planes, lenet1989};
pub use mlp::{Mlp, mlp};
pub use perceptron::{Perceptron, perceptron};
pub use resnet::{
    ResNet, plain34, resnet18, resnet34, resnet50, resnet50_2015, resnet101_2015, resnet152_2015,
};
pub use vgg::{vgg11, vgg13, vgg16, vgg16_c, vgg19};
