//! How good the predictions are.

use candle_core::{DType, Result, Tensor, bail};

use crate::loss::check_class_targets;
use candle_functional::memory::can_hold;
use candle_functional::values;

/// The share of rows whose highest score is that of the target class, from 0 to 1.
///
/// `scores` is (N, C): probabilities, log-probabilities or logits; `targets` is (N), u32. With a class
/// per pixel they are (N, C, H, W) and (N, H, W).
///
/// ```
/// use helpers::prelude::*;
/// let probs = Tensor::new(&[[0.9f32, 0.1], [0.6, 0.4]], &Device::Cpu)?;
/// let targets = Tensor::new(&[0u32, 1], &Device::Cpu)?;
/// assert_eq!(metrics::accuracy(&probs, &targets)?, 0.5);
/// # Ok::<(), helpers::Error>(())
/// ```
///
/// # Errors
/// Shapes that do not fit, targets that are not u32, a class outside 0..C, an empty batch, a NaN.
pub fn accuracy(scores: &Tensor, targets: &Tensor) -> Result<f64> {
    let pairs = predictions("accuracy", scores, targets)?;
    let right = pairs
        .iter()
        .filter(|(prediction, target)| prediction == target);
    Ok(right.count() as f64 / pairs.len() as f64)
}

/// The class with the highest score in each row, and that row's target.
fn predictions(what: &str, scores: &Tensor, targets: &Tensor) -> Result<Vec<(u32, u32)>> {
    check_class_targets(what, scores, targets)?;
    // Of all numbers, only NaN differs from itself; argmax would take it for class 0.
    let strange = scores.ne(scores)?.max(1)?.flatten_all()?.to_vec1::<u8>()?;
    if let Some(row) = strange.iter().position(|&nan| nan > 0) {
        bail!(
            "{what}: the scores of row {row} hold a NaN, which decides nothing: look for where it comes from, such as log(0), a division by 0 or a training that diverged"
        );
    }
    let flat = |tensor: &Tensor| tensor.flatten_all()?.to_vec1::<u32>();
    let (predictions, targets) = (flat(&scores.argmax(1)?)?, flat(targets)?);
    Ok(predictions.into_iter().zip(targets).collect())
}

/// How often each class was taken for which: (C, C), u32, a row for each true class, a column for
/// each prediction. `scores` and `targets` are as for [`accuracy`].
///
/// ```
/// use helpers::prelude::*;
/// let probs = Tensor::new(&[[0.9f32, 0.1], [0.6, 0.4], [0.2, 0.8]], &Device::Cpu)?;
/// let targets = Tensor::new(&[0u32, 1, 1], &Device::Cpu)?;
/// let counts = metrics::confusion_matrix(&probs, &targets)?;
/// assert_eq!(counts.to_vec2::<u32>()?, [[1, 0], [1, 1]]);
/// # Ok::<(), helpers::Error>(())
/// ```
///
/// # Errors
/// As [`accuracy`].
pub fn confusion_matrix(scores: &Tensor, targets: &Tensor) -> Result<Tensor> {
    let pairs = predictions("confusion_matrix", scores, targets)?;
    let classes = scores.dim(1)?;
    let size = can_hold("confusion_matrix", &[classes, classes], size_of::<u32>())?;
    let mut counts = vec![0u32; size];
    for (prediction, target) in pairs {
        counts[target as usize * classes + prediction as usize] += 1;
    }
    Tensor::from_vec(counts, (classes, classes), scores.device())
}

/// The receiver operating characteristic of a detector: what it finds and what it wrongly reports,
/// for every threshold.
#[derive(Clone, Debug)]
pub struct Roc {
    /// The scores from which on class 1 is reported, falling; the first, infinite, reports nothing.
    pub thresholds: Vec<f64>,
    /// The share of class 0 that is reported as class 1, rising from 0 to 1.
    pub false_positive_rate: Vec<f64>,
    /// The share of class 1 that is reported as class 1, rising from 0 to 1.
    pub true_positive_rate: Vec<f64>,
}

/// The ROC curve of `scores` (N), the higher the likelier class 1, with `targets` (N), u32, 0 or 1.
///
/// ```
/// use helpers::prelude::*;
/// let scores = Tensor::new(&[0.1f32, 0.4, 0.35, 0.8], &Device::Cpu)?;
/// let targets = Tensor::new(&[0u32, 0, 1, 1], &Device::Cpu)?;
/// let roc = metrics::roc(&scores, &targets)?;
/// assert_eq!(roc.auc(), 0.75);
/// assert_eq!(roc.equal_error_rate(), 0.5);
/// # Ok::<(), helpers::Error>(())
/// ```
///
/// # Errors
/// Shapes that do not fit, targets that are not u32 or not 0 or 1, a NaN, a class that is missing.
pub fn roc(scores: &Tensor, targets: &Tensor) -> Result<Roc> {
    let (n, got) = (scores.dims(), targets.dims());
    if n.len() != 1 || n != got || targets.dtype() != DType::U32 {
        let dtype = targets.dtype();
        bail!("roc: expected scores (N) and targets (N), u32, got {n:?} and {got:?}, {dtype:?}");
    }
    let scores = values(scores)?;
    let mut ranked: Vec<(f64, u32)> = scores.into_iter().zip(targets.to_vec1::<u32>()?).collect();
    if let Some((score, target)) = ranked.iter().find(|(s, t)| s.is_nan() || *t > 1) {
        bail!("roc: scores are numbers, targets 0 or 1, got {score} and {target}");
    }
    let ones = ranked.iter().filter(|(_, target)| *target == 1).count();
    let zeros = ranked.len() - ones;
    if ones == 0 || zeros == 0 {
        bail!("roc: both classes must be there, got {zeros} of class 0 and {ones} of class 1");
    }
    ranked.sort_by(|a, b| b.0.total_cmp(&a.0));
    let mut roc = Roc {
        thresholds: vec![f64::INFINITY],
        false_positive_rate: vec![0.0],
        true_positive_rate: vec![0.0],
    };
    let (mut found, mut wrong) = (0, 0);
    // Equal scores are reported together.
    for tied in ranked.chunk_by(|a, b| a.0 == b.0) {
        let of_class_1 = tied.iter().filter(|(_, target)| *target == 1).count();
        (found, wrong) = (found + of_class_1, wrong + tied.len() - of_class_1);
        roc.thresholds.push(tied[0].0);
        roc.false_positive_rate.push(wrong as f64 / zeros as f64);
        roc.true_positive_rate.push(found as f64 / ones as f64);
    }
    Ok(roc)
}

impl Roc {
    /// The curve's pieces, from (x, y) to (x, y).
    fn pieces(&self) -> impl Iterator<Item = [(f64, f64); 2]> {
        let rates = self
            .false_positive_rate
            .iter()
            .zip(&self.true_positive_rate);
        let points: Vec<(f64, f64)> = rates.map(|(x, y)| (*x, *y)).collect();
        (1..points.len()).map(move |i| [points[i - 1], points[i]])
    }

    /// The area under the curve: the chance that one of class 1 scores higher than one of class 0;
    /// 1 is perfect, 0.5 is guessing.
    pub fn auc(&self) -> f64 {
        let area = |[(x0, y0), (x1, y1)]: [(f64, f64); 2]| (x1 - x0) * (y0 + y1) / 2.0;
        self.pieces().map(area).sum()
    }

    /// The equal error rate: where as large a share of class 0 is reported as of class 1 is missed,
    /// on a straight line between two thresholds.
    pub fn equal_error_rate(&self) -> f64 {
        // x + y - 1 rises from -1 to 1 along the curve; the errors are equal where it is 0.
        let crossing = self.pieces().find(|[_, (x, y)]| x + y >= 1.0);
        crossing.map_or(1.0, |[(x0, y0), (x1, y1)]| {
            let (from, to) = (x0 + y0 - 1.0, x1 + y1 - 1.0);
            x0 + (x1 - x0) * -from / (to - from)
        })
    }
}
