//! AlexNet (Krizhevsky, Sutskever and Hinton 2012): the network that made everyone look.

use candle_core::Result;

use super::ImageClassifier;
use crate::nn::{self, AdaptiveAvgPool2d, Conv2d, Parameters, Sequential};

/// torchvision's AlexNet: one tower of 64, 192, 384, 256 and 256 kernels (Krizhevsky 2014, "One
/// weird trick"); 61,100,840 parameters for 1000 classes. Images are (N, 3, H, W), 224 x 224 in the
/// paper, at least 63 x 63.
///
/// ```no_run
/// use helpers::prelude::*;
/// let params = Parameters::new(&Device::Cpu);
/// let model = models::alexnet(1000, &params)?;
/// params.load_torch("alexnet-owt-7be5be79.pth")?;
/// # Ok::<(), helpers::Error>(())
/// ```
///
/// # Errors
/// No classes, or a name that is taken.
pub fn alexnet(classes: usize, params: &Parameters) -> Result<ImageClassifier> {
    build([64, 192, 384, 256, 256], 1, classes, params)
}

/// The network of the 2012 paper's figure: 96, 256, 384, 384 and 256 kernels, the second, fourth
/// and fifth layers in two groups, one for each of the two GPUs; 60,965,224 parameters for 1000
/// classes.
///
/// Its local response normalisation, which has no parameters and which VGG (2014) found to be of
/// no use, is left out.
///
/// # Errors
/// No classes, or a name that is taken.
pub fn alexnet_2012(classes: usize, params: &Parameters) -> Result<ImageClassifier> {
    build([96, 256, 384, 384, 256], 2, classes, params)
}

fn build(
    k: [usize; 5],
    groups: usize,
    classes: usize,
    params: &Parameters,
) -> Result<ImageClassifier> {
    let (f, c) = (params.at("features"), params.at("classifier"));
    let grouped = |inputs: usize, outputs, k, place: usize| -> Result<Conv2d> {
        let mut conv = nn::conv2d(inputs / groups, outputs, k, &f.at(place))?.padding(k / 2);
        conv.options.groups = groups;
        Ok(conv)
    };
    let pool = || nn::max_pool2d(3).stride(2);
    let features = Sequential::new(&f)
        .add(0, nn::conv2d(3, k[0], 11, &f.at(0))?.stride(4).padding(2))
        .add(1, nn::Relu)
        .add(2, pool())
        .add(3, grouped(k[0], k[1], 5, 3)?)
        .add(4, nn::Relu)
        .add(5, pool())
        .add(6, nn::conv2d(k[1], k[2], 3, &f.at(6))?.padding(1))
        .add(7, nn::Relu)
        .add(8, grouped(k[2], k[3], 3, 8)?)
        .add(9, nn::Relu)
        .add(10, grouped(k[3], k[4], 3, 10)?)
        .add(11, nn::Relu)
        .add(12, pool());
    let classifier = Sequential::new(&c)
        .add(0, nn::dropout(0.5)?)
        .add(1, nn::linear(k[4] * 6 * 6, 4096, &c.at(1))?)
        .add(2, nn::Relu)
        .add(3, nn::dropout(0.5)?)
        .add(4, nn::linear(4096, 4096, &c.at(4))?)
        .add(5, nn::Relu)
        .add(6, nn::linear(4096, classes, &c.at(6))?);
    Ok(ImageClassifier {
        features,
        avgpool: AdaptiveAvgPool2d { size: (6, 6) },
        classifier,
    })
}
