//! ResNet (He et al. 2015, "Deep residual learning"): each block adds to what came in.

use candle_core::{Result, Tensor};

use crate::nn::{self, BatchNorm2d, Conv2d, Init, Linear, Model, Parameters, Sequential};
use candle_functional as F;

/// What tells the members of the family apart.
#[derive(Clone, Copy)]
pub(super) struct Design {
    /// How many blocks each stage has.
    pub depths: [usize; 4],
    /// Blocks of three units, the last four times as wide, instead of two.
    pub bottleneck: bool,
    /// A bottleneck's stride is in its first unit, as in the paper, not in its 3 x 3 one.
    pub stride_first: bool,
    /// The last two stages spread their kernels instead of halving the image.
    pub dilated: bool,
    /// Each block adds what came in.
    pub skips: bool,
}

impl Design {
    /// The design of torchvision's networks.
    pub const fn new(depths: [usize; 4], bottleneck: bool) -> Design {
        Design {
            depths,
            bottleneck,
            stride_first: false,
            dilated: false,
            skips: true,
        }
    }

    /// That of the paper's deeper networks.
    const fn of_2015(depths: [usize; 4]) -> Design {
        Design {
            stride_first: true,
            ..Design::new(depths, true)
        }
    }
}

/// A convolution, its normalisation and, in all but the last of a block, a ReLU.
#[derive(Clone, Debug)]
struct Unit {
    conv: Conv2d,
    bn: BatchNorm2d,
}

/// The branch of two or three units, beside a way through that leaves `x` as it is, or fits its
/// size with a 1 x 1 convolution.
#[derive(Clone, Debug)]
struct ResidualBlock {
    units: Vec<Unit>,
    downsample: Option<Sequential>,
    skip: bool,
}

/// Everything up to the last feature maps, shared with the FCN.
#[derive(Clone, Debug)]
pub(super) struct Backbone {
    stem: Unit,
    stages: Vec<Sequential>,
}

/// A residual network: a 7 x 7 convolution, four stages of blocks, a mean over the image, one fully
/// connected layer.
#[derive(Clone, Debug)]
pub struct ResNet {
    backbone: Backbone,
    /// The last layer, `fc`, from features to classes.
    pub fc: Linear,
}

/// ResNet with 18 layers, 11,689,512 parameters for 1000 classes.
///
/// ```
/// use helpers::prelude::*;
/// let params = Parameters::new(&Device::Cpu);
/// let model = models::resnet18(10, &params)?;
/// let x = Tensor::zeros((1, 3, 32, 32), DType::F32, &Device::Cpu)?;
/// assert_eq!(model.forward(&x, false)?.dims(), [1, 10]);
/// assert_eq!(params.get("layer2.0.downsample.0.weight")?.var().dims(), [128, 64, 1, 1]);
/// # Ok::<(), helpers::Error>(())
/// ```
///
/// # Errors
/// No classes, or a name that is taken.
pub fn resnet18(classes: usize, params: &Parameters) -> Result<ResNet> {
    build(Design::new([2, 2, 2, 2], false), classes, params)
}

/// ResNet with 34 layers, 21,797,672 parameters for 1000 classes.
///
/// # Errors
/// As [`resnet18`].
pub fn resnet34(classes: usize, params: &Parameters) -> Result<ResNet> {
    build(Design::new([3, 4, 6, 3], false), classes, params)
}

/// The 34 layers of [`resnet34`] without their skip connections, the paper's "plain" network of
/// figure 3: 21,623,848 parameters for 1000 classes.
///
/// # Errors
/// As [`resnet18`].
pub fn plain34(classes: usize, params: &Parameters) -> Result<ResNet> {
    let design = Design {
        skips: false,
        ..Design::new([3, 4, 6, 3], false)
    };
    build(design, classes, params)
}

/// ResNet with 50 layers in blocks of three ("bottlenecks", with torchvision's stride in the 3 x 3
/// convolution), 25,557,032 parameters for 1000 classes.
///
/// # Errors
/// As [`resnet18`].
pub fn resnet50(classes: usize, params: &Parameters) -> Result<ResNet> {
    build(Design::new([3, 4, 6, 3], true), classes, params)
}

/// ResNet with 50 layers as in the paper, where a stage that halves the image does so in the first
/// 1 x 1 convolution of its first block, not in the 3 x 3 one as torchvision's [`resnet50`]: as many
/// parameters, 3.8 instead of 4.1 billion multiply-adds.
///
/// # Errors
/// As [`resnet18`].
pub fn resnet50_2015(classes: usize, params: &Parameters) -> Result<ResNet> {
    build(Design::of_2015([3, 4, 6, 3]), classes, params)
}

/// The paper's ResNet with 101 layers, 44,549,160 parameters for 1000 classes.
///
/// # Errors
/// As [`resnet18`].
pub fn resnet101_2015(classes: usize, params: &Parameters) -> Result<ResNet> {
    build(Design::of_2015([3, 4, 23, 3]), classes, params)
}

/// The paper's ResNet with 152 layers, 60,192,808 parameters for 1000 classes.
///
/// # Errors
/// As [`resnet18`].
pub fn resnet152_2015(classes: usize, params: &Parameters) -> Result<ResNet> {
    build(Design::of_2015([3, 8, 36, 3]), classes, params)
}

fn build(design: Design, classes: usize, params: &Parameters) -> Result<ResNet> {
    let features = if design.bottleneck { 2048 } else { 512 };
    Ok(ResNet {
        backbone: Backbone::new(design, params)?,
        fc: nn::linear(features, classes, &params.at("fc"))?,
    })
}

impl Unit {
    /// Padding keeps the size where the stride is 1; weights start as He's.
    fn new(
        (inputs, outputs, k): (usize, usize, usize),
        (stride, dilation): (usize, usize),
        (conv, bn): (Parameters, Parameters),
    ) -> Result<Unit> {
        let conv = nn::conv2d_no_bias(inputs, outputs, k, &conv)?
            .stride(stride)
            .dilation(dilation)
            .padding(dilation * (k / 2));
        conv.weight.init(Init::HeNormal)?;
        let bn = nn::batch_norm2d(outputs, &bn)?;
        Ok(Unit { conv, bn })
    }

    fn forward(&self, x: &Tensor, train: bool, relu: bool) -> Result<Tensor> {
        let y = self.conv.forward(x, train)?;
        match relu {
            true => self.bn.forward_relu(&y, train),
            false => self.bn.forward(&y, train),
        }
    }
}

impl ResidualBlock {
    fn new(
        inputs: usize,
        width: usize,
        design: Design,
        (stride, dilation): (usize, usize),
        params: &Parameters,
    ) -> Result<ResidualBlock> {
        // (inputs, outputs, kernel) of each unit, and which of them has the stride.
        let (sizes, strided) = match design.bottleneck {
            false => (vec![(inputs, width, 3), (width, width, 3)], 0),
            true => (
                vec![(inputs, width, 1), (width, width, 3), (width, 4 * width, 1)],
                usize::from(!design.stride_first),
            ),
        };
        let outputs = if design.bottleneck { 4 * width } else { width };
        let unit = |(i, size): (usize, (usize, usize, usize))| {
            let (conv, bn) = (format!("conv{}", i + 1), format!("bn{}", i + 1));
            let moves = match i == strided {
                true => (stride, dilation),
                false => (1, 1),
            };
            Unit::new(size, moves, (params.at(conv), params.at(bn)))
        };
        let units = sizes
            .into_iter()
            .enumerate()
            .map(unit)
            .collect::<Result<_>>()?;
        let mut downsample = None;
        if design.skips && (stride != 1 || inputs != outputs) {
            let p = params.at("downsample");
            let fit = Unit::new((inputs, outputs, 1), (stride, 1), (p.at(0), p.at(1)))?;
            downsample = Some(Sequential::new(&p).add(0, fit.conv).add(1, fit.bn));
        }
        Ok(ResidualBlock {
            units,
            downsample,
            skip: design.skips,
        })
    }
}

impl Model for ResidualBlock {
    fn forward(&self, x: &Tensor, train: bool) -> Result<Tensor> {
        let mut y = x.clone();
        for (i, unit) in self.units.iter().enumerate() {
            let last = i + 1 == self.units.len();
            y = unit.forward(&y, train, !(last && self.skip))?;
        }
        match &self.downsample {
            Some(fit) => F::add_relu(&y, &fit.forward(x, train)?),
            None if self.skip => F::add_relu(&y, x),
            None => Ok(y),
        }
    }
}

impl Backbone {
    pub fn new(design: Design, params: &Parameters) -> Result<Backbone> {
        let stem = (params.at("conv1"), params.at("bn1"));
        let stem = Unit::new((3, 64, 7), (2, 1), stem)?;
        let (mut inputs, mut dilation, mut stages) = (64, 1, Vec::new());
        for (i, depth) in design.depths.into_iter().enumerate() {
            let width = 64 << i;
            let p = params.at(format!("layer{}", i + 1));
            let mut stage = Sequential::new(&p);
            // The first block of a stage still has the spread of the stage before.
            let mut moves = (if i == 0 { 1 } else { 2 }, dilation);
            if design.dilated && i >= 2 {
                dilation *= 2;
                moves.0 = 1;
            }
            for j in 0..depth {
                let block = ResidualBlock::new(inputs, width, design, moves, &p.at(j))?;
                stage = stage.add(j, block);
                inputs = if design.bottleneck { 4 * width } else { width };
                moves = (1, dilation);
            }
            stages.push(stage);
        }
        Ok(Backbone { stem, stages })
    }
}

impl Model for Backbone {
    /// (N, 3, H, W) to (N, 512 or 2048, H / 32, W / 32), or an eighth where dilated.
    fn forward(&self, x: &Tensor, train: bool) -> Result<Tensor> {
        let x = self.stem.forward(x, train, true)?;
        let mut x = nn::max_pool2d(3).stride(2).padding(1).forward(&x, train)?;
        for stage in &self.stages {
            x = stage.forward(&x, train)?;
        }
        Ok(x)
    }
}

impl Model for ResNet {
    /// Images (N, 3, H, W), 224 x 224 in the paper, to the logits (N, classes).
    fn forward(&self, x: &Tensor, train: bool) -> Result<Tensor> {
        let x = self.backbone.forward(x, train)?;
        let x = nn::AdaptiveAvgPool2d { size: (1, 1) }.forward(&x, train)?;
        self.fc.forward(&nn::Flatten.forward(&x, train)?, train)
    }
}
