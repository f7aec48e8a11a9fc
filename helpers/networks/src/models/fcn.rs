//! Fully convolutional networks (Long, Shelhamer and Darrell 2015): a class for every pixel.

use candle_core::{Result, Tensor, bail};

use super::resnet::{Backbone, Design};
use crate::nn::{self, Conv2d, Model, Parameters, Sequential};
use candle_functional::{self as F, display_shape};

/// torchvision's FCN: a ResNet-50 whose last two stages are dilated, a small head, and its output
/// enlarged to the image's size.
#[derive(Clone, Debug)]
pub struct Fcn {
    backbone: Backbone,
    /// 3 x 3 convolution to 512 maps, batch normalisation, ReLU, dropout, 1 x 1 to classes.
    pub classifier: Sequential,
}

/// An [`Fcn`], 32,957,013 parameters for 21 classes, without torchvision's auxiliary head.
///
/// # Errors
/// No classes, or a name that is taken.
pub fn fcn_resnet50(classes: usize, params: &Parameters) -> Result<Fcn> {
    let p = params.at("classifier");
    let design = Design {
        dilated: true,
        ..Design::new([3, 4, 6, 3], true)
    };
    let backbone = Backbone::new(design, &params.at("backbone"))?;
    let classifier = Sequential::new(&p)
        .add(0, nn::conv2d_no_bias(2048, 512, 3, &p.at(0))?.padding(1))
        .add(1, nn::batch_norm2d(512, &p.at(1))?)
        .add(2, nn::Relu)
        .add(3, nn::dropout(0.1)?)
        .add(4, nn::conv2d(512, classes, 1, &p.at(4))?);
    Ok(Fcn {
        backbone,
        classifier,
    })
}

impl Model for Fcn {
    /// Images (N, 3, H, W) to the logits (N, classes, H, W).
    fn forward(&self, x: &Tensor, train: bool) -> Result<Tensor> {
        let size = image(x)?;
        let y = self.backbone.forward(x, train)?;
        F::upsample_bilinear2d(&self.classifier.forward(&y, train)?, size, false)
    }
}

/// A small encoder-decoder: two halvings, two doublings, and what the encoder saw added in the
/// decoder, as in FCN-8s.
#[derive(Clone, Debug)]
pub struct EncoderDecoder {
    /// 3 to 16 maps, at full size.
    pub enc1: Conv2d,
    /// 16 to 32 maps, at half the size.
    pub enc2: Conv2d,
    /// 32 to 64 maps, at a quarter.
    pub bottom: Conv2d,
    /// 64 to 32 maps, at half the size.
    pub dec2: Conv2d,
    /// 32 to 16 maps, at full size.
    pub dec1: Conv2d,
    /// 16 maps to the classes, 1 x 1.
    pub head: Conv2d,
}

/// An [`EncoderDecoder`] for colour images; about 47,000 parameters.
///
/// ```
/// use helpers::prelude::*;
/// let params = Parameters::new(&Device::Cpu);
/// let model = models::encoder_decoder(3, &params)?;
/// let x = Tensor::zeros((2, 3, 32, 48), DType::F32, &Device::Cpu)?;
/// assert_eq!(model.forward(&x, false)?.dims(), [2, 3, 32, 48]);
/// # Ok::<(), helpers::Error>(())
/// ```
///
/// # Errors
/// No classes, or a name that is taken.
pub fn encoder_decoder(classes: usize, params: &Parameters) -> Result<EncoderDecoder> {
    let conv = |name: &str, inputs, outputs| -> Result<Conv2d> {
        Ok(nn::conv2d(inputs, outputs, 3, &params.at(name))?.padding(1))
    };
    Ok(EncoderDecoder {
        enc1: conv("enc1", 3, 16)?,
        enc2: conv("enc2", 16, 32)?,
        bottom: conv("bottom", 32, 64)?,
        dec2: conv("dec2", 64, 32)?,
        dec1: conv("dec1", 32, 16)?,
        head: nn::conv2d(16, classes, 1, &params.at("head"))?,
    })
}

impl Model for EncoderDecoder {
    /// Images (N, 3, H, W), at least 4 x 4, to the logits (N, classes, H, W).
    fn forward(&self, x: &Tensor, train: bool) -> Result<Tensor> {
        let layer = |conv: &Conv2d, x: &Tensor| F::relu(&conv.forward(x, train)?);
        let half = |x: &Tensor| nn::max_pool2d(2).forward(x, train);
        let e1 = layer(&self.enc1, x)?; // (N, 16, H, W)
        let e2 = layer(&self.enc2, &half(&e1)?)?; // (N, 32, H/2, W/2)
        let b = layer(&self.bottom, &half(&e2)?)?; // (N, 64, H/4, W/4)
        let d2 = layer(&self.dec2, &F::upsample_bilinear2d(&b, image(&e2)?, false)?)?;
        let d2 = (d2 + &e2)?;
        let d1 = layer(&self.dec1, &F::upsample_bilinear2d(&d2, image(x)?, false)?)?;
        self.head.forward(&(d1 + &e1)?, train)
    }
}

/// Height and width.
fn image(x: &Tensor) -> Result<(usize, usize)> {
    match *x.dims() {
        [_, _, height, width] => Ok((height, width)),
        _ => bail!(
            "fcn: the input must be (N, C, H, W), got {}",
            display_shape(x.dims())
        ),
    }
}
