//! VGG (Simonyan and Zisserman 2014): 3 x 3 kernels only, and many layers of them.

use candle_core::Result;

use super::ImageClassifier;
use crate::nn::{self, AdaptiveAvgPool2d, Init, Parameters, Sequential};

/// VGG with 11 layers, the paper's configuration A, 132,863,336 parameters for 1000 classes. Images are (N, 3, H, W), 224 x 224 in
/// the paper, at least 32 x 32.
///
/// # Errors
/// No classes, or a name that is taken.
pub fn vgg11(classes: usize, params: &Parameters) -> Result<ImageClassifier> {
    build([1, 1, 2, 2, 2], 3, classes, params)
}

/// VGG with 13 layers, the paper's configuration B, 133,047,848 parameters for 1000 classes.
///
/// # Errors
/// As [`vgg11`].
pub fn vgg13(classes: usize, params: &Parameters) -> Result<ImageClassifier> {
    build([2, 2, 2, 2, 2], 3, classes, params)
}

/// VGG with 16 layers of which three have 1 x 1 kernels, the paper's configuration C, 133,638,952
/// parameters for 1000 classes.
///
/// # Errors
/// As [`vgg11`].
pub fn vgg16_c(classes: usize, params: &Parameters) -> Result<ImageClassifier> {
    build([2, 2, 3, 3, 3], 1, classes, params)
}

/// VGG with 19 layers, the paper's configuration E, 143,667,240 parameters for 1000 classes.
///
/// # Errors
/// As [`vgg11`].
pub fn vgg19(classes: usize, params: &Parameters) -> Result<ImageClassifier> {
    build([2, 2, 4, 4, 4], 3, classes, params)
}

/// VGG with 16 layers, the paper's configuration D, 138,357,544 parameters for 1000 classes.
///
/// # Errors
/// As [`vgg11`].
pub fn vgg16(classes: usize, params: &Parameters) -> Result<ImageClassifier> {
    build([2, 2, 3, 3, 3], 3, classes, params)
}

/// `depths` convolutions in each block, of 64, 128, 256, 512 and 512 kernels that start as He's; the
/// third of a block has kernels of side `third`.
fn build(
    depths: [usize; 5],
    third: usize,
    classes: usize,
    params: &Parameters,
) -> Result<ImageClassifier> {
    let (f, c) = (params.at("features"), params.at("classifier"));
    let mut features = Sequential::new(&f);
    let (mut place, mut inputs) = (0, 3);
    for (depth, outputs) in depths.into_iter().zip([64, 128, 256, 512, 512]) {
        for i in 0..depth {
            let k = if i == 2 { third } else { 3 };
            let conv = nn::conv2d(inputs, outputs, k, &f.at(place))?.padding(k / 2);
            conv.weight.init(Init::HeNormal)?;
            features = features.add(place, conv);
            features = features.add(place + 1, nn::Relu);
            (place, inputs) = (place + 2, outputs);
        }
        features = features.add(place, nn::max_pool2d(2));
        place += 1;
    }
    let classifier = Sequential::new(&c)
        .add(0, nn::linear(512 * 7 * 7, 4096, &c.at(0))?)
        .add(1, nn::Relu)
        .add(2, nn::dropout(0.5)?)
        .add(3, nn::linear(4096, 4096, &c.at(3))?)
        .add(4, nn::Relu)
        .add(5, nn::dropout(0.5)?)
        .add(6, nn::linear(4096, classes, &c.at(6))?);
    Ok(ImageClassifier {
        features,
        avgpool: AdaptiveAvgPool2d { size: (7, 7) },
        classifier,
    })
}
