//! Figures: one call each, one look for all, shown in the notebook or saved as SVG or PNG.
//!
//! ```
//! use helpers::prelude::*;
//! let figure = plot::loss_curve(&[0.7, 0.5, 0.4])?.title("Training");
//! assert!(figure.svg()?.starts_with("<svg"));
//! # Ok::<(), helpers::Error>(())
//! ```

pub use figures::*;

use candle_core::{Result, Tensor};

use crate::loss::check_class_targets;
use crate::metrics::Roc;
use crate::nn::Model;

/// The class that `model` gives to every place around the points, the lines between the classes,
/// and the points (N, 2) with their targets (N), u32, on top.
///
/// The model maps (M, 2) to (M, C), C at least 2: probabilities (rows of numbers in 0..1 that sum
/// to 1) are taken as they are, anything else goes through a softmax. One output, (M, 1) or (M), is
/// the probability of class 1 where all are in 0..1, else its logit. The surer the model, the
/// stronger the colour. It is evaluated once, on a grid, with `train = false`.
///
/// ```
/// use helpers::prelude::*;
/// let params = Parameters::new(&Device::Cpu);
/// let model = nn::linear(2, 2, &params.at("fc"))?;
/// let points = Tensor::new(&[[0f32, 0.], [1., 1.]], &Device::Cpu)?;
/// let targets = Tensor::new(&[0u32, 1], &Device::Cpu)?;
/// let figure = plot::decision_regions(&model, &points, &targets)?.title("Before training");
/// # assert!(figure.svg()?.contains("Before training"));
/// # Ok::<(), helpers::Error>(())
/// ```
///
/// # Errors
/// As [`scatter`]; a model whose output is not (M, C) or not finite.
pub fn decision_regions(model: &dyn Model, points: &Tensor, targets: &Tensor) -> Result<Figure> {
    figures::decision_regions(|input| model.forward(input, false), points, targets)
}

/// ROC curves of [`metrics::roc`](crate::metrics::roc): the share of class 1 that is found, against
/// the share of class 0 that is taken for it; a dot where both errors are equal. The legend gives
/// the area under each curve (AUC) and the equal error rate (EER).
///
/// ```
/// use helpers::prelude::*;
/// let scores = Tensor::new(&[0.1f32, 0.4, 0.35, 0.8], &Device::Cpu)?;
/// let targets = Tensor::new(&[0u32, 0, 1, 1], &Device::Cpu)?;
/// let figure = plot::roc(&[("siamese", metrics::roc(&scores, &targets)?)])?;
/// # assert!(figure.svg()?.contains("AUC 0.75"));
/// # Ok::<(), helpers::Error>(())
/// ```
///
/// # Errors
/// No curve, more than ten.
pub fn roc(named: &[(&str, Roc)]) -> Result<Figure> {
    let mut curves = Vec::new();
    for (name, roc) in named {
        let falses = roc.false_positive_rate.iter().copied();
        curves.push(figures::RocCurve {
            name,
            points: falses.zip(roc.true_positive_rate.iter().copied()).collect(),
            area: roc.auc(),
            equal_error_rate: roc.equal_error_rate(),
        });
    }
    figures::roc(&curves)
}

/// The `count` worst mistakes among images (N, H, W), (N, 1, H, W) or (N, 3, H, W): the wrong
/// predictions of which the model was most confident, with the true class and the predicted one.
/// `scores` (N, C) are probabilities, or logits, which go through a softmax; `names` are the
/// classes' names, `&[]` for numbers.
///
/// ```
/// use helpers::prelude::*;
/// let images = random::uniform(0.0, 1.0, (3, 1, 8, 8), &Device::Cpu)?;
/// let probs = Tensor::new(&[[0.9f32, 0.1], [0.3, 0.7], [0.2, 0.8]], &Device::Cpu)?;
/// let targets = Tensor::new(&[0u32, 0, 0], &Device::Cpu)?;
/// let figure = plot::worst_mistakes(&images, &probs, &targets, &[], 16)?;
/// # assert!(figure.svg()?.contains("pred. 1, 80 %"));
/// # Ok::<(), helpers::Error>(())
/// ```
///
/// # Errors
/// Shapes that do not fit, a score that is not finite, no mistake at all.
pub fn worst_mistakes(
    images: &Tensor,
    scores: &Tensor,
    targets: &Tensor,
    names: &[&str],
    count: usize,
) -> Result<Figure> {
    check_class_targets("worst_mistakes", scores, targets)?;
    figures::worst_mistakes(images, scores, targets, names, count)
}
