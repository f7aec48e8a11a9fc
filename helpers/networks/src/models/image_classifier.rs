//! The form that AlexNet and VGG share.

use candle_core::{Result, Tensor};

use crate::nn::{self, AdaptiveAvgPool2d, Model, Sequential};

/// Convolutions, a pooling to a fixed size, fully connected layers: an AlexNet or a VGG, whose parts
/// have torchvision's names.
#[derive(Clone, Debug)]
pub struct ImageClassifier {
    /// The convolutions: images (N, 3, H, W) to (N, maps, H', W').
    pub features: Sequential,
    /// To the size that `classifier` takes, whatever the image's.
    pub avgpool: AdaptiveAvgPool2d,
    /// The fully connected layers, to the logits (N, classes).
    pub classifier: Sequential,
}

impl Model for ImageClassifier {
    /// Images (N, 3, H, W) to the logits (N, classes).
    fn forward(&self, x: &Tensor, train: bool) -> Result<Tensor> {
        let x = self.features.forward(x, train)?;
        let x = self.avgpool.forward(&x, train)?;
        let x = nn::Flatten.forward(&x, train)?;
        self.classifier.forward(&x, train)
    }
}
