//! The fully convolutional networks of 2015, made of AlexNet and of VGG16.

use candle_core::{Result, Tensor, bail};

use crate::nn::{self, Conv2d, Init, Model, Parameters, Sequential};
use candle_functional::{self as F, display_shape};

/// A network of Long, Shelhamer and Darrell 2015, "Fully convolutional networks for semantic
/// segmentation": a classifier's convolutions, its fully connected layers as convolutions, a score
/// for each class at every place, enlarged to the image.
///
/// The scores are enlarged by bilinear interpolation. The paper's enlarging layers start as that and
/// go on learning; it pads the image by 100 pixels and cuts the scores, here the first of the former
/// fully connected layers is padded by 3. Dropout is the paper's.
#[derive(Clone, Debug)]
pub struct Fcn2015 {
    /// The convolutions, in parts that end with a pooling.
    stages: Vec<Sequential>,
    /// The former fully connected layers, `conv6` and `conv7`.
    dense: Sequential,
    /// 4096 maps to the classes, 1 x 1.
    score: Conv2d,
    /// What is added of the poolings before the last, from the back: `score_pool4`, `score_pool3`.
    skips: Vec<Conv2d>,
}

/// The paper's FCN-AlexNet, its figure 1: 96, 256, 384, 384, 256, 4096, 4096 and 21 maps; 56,954,261
/// parameters for 21 classes.
///
/// ```no_run
/// use helpers::prelude::*;
/// let model = models::fcn_alexnet(21, &Parameters::new(&Device::Cpu))?;
/// let x = Tensor::zeros((1, 3, 64, 96), DType::F32, &Device::Cpu)?;
/// assert_eq!(model.forward(&x, false)?.dims(), [1, 21, 64, 96]);
/// # Ok::<(), helpers::Error>(())
/// ```
///
/// # Errors
/// No classes, or a name that is taken.
pub fn fcn_alexnet(classes: usize, params: &Parameters) -> Result<Fcn2015> {
    let pool = || nn::max_pool2d(3).stride(2);
    // In two groups, as the network of 2012.
    let halves = |inputs: usize, outputs, k, name: &str| -> Result<Conv2d> {
        let mut conv = nn::conv2d(inputs / 2, outputs, k, &params.at(name))?.padding(k / 2);
        conv.options.groups = 2;
        Ok(conv)
    };
    let conv1 = nn::conv2d(3, 96, 11, &params.at("conv1"))?.stride(4);
    let conv3 = nn::conv2d(256, 384, 3, &params.at("conv3"))?.padding(1);
    let stages = vec![
        Sequential::new(params)
            .add("conv1", conv1.padding(2))
            .add("relu1", nn::Relu)
            .add("pool1", pool()),
        Sequential::new(params)
            .add("conv2", halves(96, 256, 5, "conv2")?)
            .add("relu2", nn::Relu)
            .add("pool2", pool()),
        Sequential::new(params)
            .add("conv3", conv3)
            .add("relu3", nn::Relu)
            .add("conv4", halves(384, 384, 3, "conv4")?)
            .add("relu4", nn::Relu)
            .add("conv5", halves(384, 256, 3, "conv5")?)
            .add("relu5", nn::Relu)
            .add("pool5", pool()),
    ];
    build(stages, (256, 6), &[], classes, params)
}

/// The paper's FCN-32s on VGG16: one score map for each class at a 32nd of the image's size,
/// enlarged 32 times; 134,346,581 parameters for 21 classes. Images are (N, 3, H, W), H and W
/// multiples of 32 if the maps are to lie on the image exactly.
///
/// # Errors
/// No classes, or a name that is taken.
pub fn fcn32s(classes: usize, params: &Parameters) -> Result<Fcn2015> {
    build(vgg16_stages(params)?, (512, 7), &[], classes, params)
}

/// FCN-16s: the scores of [`fcn32s`], enlarged twice, plus those of the fourth pooling, enlarged 16
/// times; 134,357,354 parameters for 21 classes. What is added starts at zero, as in the paper.
///
/// # Errors
/// As [`fcn32s`].
pub fn fcn16s(classes: usize, params: &Parameters) -> Result<Fcn2015> {
    let skips = [("score_pool4", 512)];
    build(vgg16_stages(params)?, (512, 7), &skips, classes, params)
}

/// FCN-8s: the scores of [`fcn16s`] before they are enlarged, twice as large, plus those of the third
/// pooling, enlarged 8 times; 134,362,751 parameters for 21 classes.
///
/// ```no_run
/// use helpers::prelude::*;
/// let model = models::fcn8s(21, &Parameters::new(&Device::Cpu))?;
/// let x = Tensor::zeros((1, 3, 64, 96), DType::F32, &Device::Cpu)?;
/// assert_eq!(model.forward(&x, false)?.dims(), [1, 21, 64, 96]);
/// # Ok::<(), helpers::Error>(())
/// ```
///
/// # Errors
/// As [`fcn32s`].
pub fn fcn8s(classes: usize, params: &Parameters) -> Result<Fcn2015> {
    let skips = [("score_pool4", 512), ("score_pool3", 256)];
    build(vgg16_stages(params)?, (512, 7), &skips, classes, params)
}

/// VGG16's convolutions by the paper's names: `conv1_1`, ..., `pool5`.
fn vgg16_stages(params: &Parameters) -> Result<Vec<Sequential>> {
    let (mut inputs, mut stages) = (3, Vec::new());
    let sizes = [(2, 64), (2, 128), (3, 256), (3, 512), (3, 512)];
    for (i, (depth, outputs)) in sizes.into_iter().enumerate() {
        let mut stage = Sequential::new(params);
        for j in 1..=depth {
            let name = format!("conv{}_{j}", i + 1);
            let conv = nn::conv2d(inputs, outputs, 3, &params.at(&name))?.padding(1);
            conv.weight.init(Init::HeNormal)?;
            stage = stage.add(name, conv);
            stage = stage.add(format!("relu{}_{j}", i + 1), nn::Relu);
            inputs = outputs;
        }
        stages.push(stage.add(format!("pool{}", i + 1), nn::max_pool2d(2)));
    }
    Ok(stages)
}

/// `(maps, k)`: what comes out of the last stage, and the kernel that covers it in the classifier.
fn build(
    stages: Vec<Sequential>,
    (maps, k): (usize, usize),
    skips: &[(&str, usize)],
    classes: usize,
    params: &Parameters,
) -> Result<Fcn2015> {
    let dense = Sequential::new(params)
        .add(
            "conv6",
            nn::conv2d(maps, 4096, k, &params.at("conv6"))?.padding(3),
        )
        .add("relu6", nn::Relu)
        .add("drop6", nn::dropout(0.5)?)
        .add("conv7", nn::conv2d(4096, 4096, 1, &params.at("conv7"))?)
        .add("relu7", nn::Relu)
        .add("drop7", nn::dropout(0.5)?);
    let score = nn::conv2d(4096, classes, 1, &params.at("score"))?;
    let mut added = Vec::new();
    for &(name, inputs) in skips {
        let conv = nn::conv2d(inputs, classes, 1, &params.at(name))?;
        conv.weight.init(Init::ZEROS)?;
        conv.bias
            .as_ref()
            .map_or(Ok(()), |bias| bias.init(Init::ZEROS))?;
        added.push(conv);
    }
    Ok(Fcn2015 {
        stages,
        dense,
        score,
        skips: added,
    })
}

impl Model for Fcn2015 {
    /// Images (N, 3, H, W), at least 64 x 64, to the logits (N, classes, H, W).
    fn forward(&self, x: &Tensor, train: bool) -> Result<Tensor> {
        let [_, _, height, width] = *x.dims() else {
            bail!(
                "fcn: the input must be (N, 3, H, W), got {}",
                display_shape(x.dims())
            );
        };
        let (mut maps, mut pooled) = (x.clone(), Vec::new());
        for stage in &self.stages {
            maps = stage.forward(&maps, train)?;
            pooled.push(maps.clone());
        }
        let maps = self.dense.forward(&maps, train)?;
        let mut scores = self.score.forward(&maps, train)?; // (N, classes, H/32, W/32)
        for (conv, pool) in self.skips.iter().zip(pooled.iter().rev().skip(1)) {
            let size = (pool.dim(2)?, pool.dim(3)?);
            scores = F::upsample_bilinear2d(&scores, size, false)?;
            scores = (scores + conv.forward(pool, train)?)?;
        }
        F::upsample_bilinear2d(&scores, (height, width), false)
    }
}
