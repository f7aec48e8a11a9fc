//! The images that a classifier got most wrong.

use candle_core::{DType, Result, Tensor, bail};

use super::image_grid::ImageGrid;
use crate::figure::Figure;
use crate::scores::{argmax, class_names, log_scores};
use crate::values::finite_values;

/// The `count` worst mistakes among images (N, H, W), (N, 1, H, W) or (N, 3, H, W), with `scores`
/// (N, C), probabilities or logits, and class indices `targets` (N).
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
    const WHAT: &str = "worst_mistakes";
    let (n, classes) = match *scores.dims() {
        [n, classes] => (n, classes),
        ref dims => bail!("{WHAT}: expected scores (N, C), got {dims:?}"),
    };
    if images.dims().first() != Some(&n) {
        bail!(
            "{WHAT}: {n} rows of scores need as many images, got {:?}",
            images.dims()
        );
    }
    if !names.is_empty() && names.len() != classes {
        bail!(
            "{WHAT}: {classes} classes need as many names, got {}",
            names.len()
        );
    }
    let rows = log_scores(classes, &finite_values(WHAT, scores)?);
    let mut wrong = Vec::new();
    for (i, (scores, target)) in rows.iter().zip(finite_values(WHAT, targets)?).enumerate() {
        let decided = argmax(scores);
        if !(0.0..classes as f64).contains(&target) {
            bail!("{WHAT}: target {target}, but there are {classes} classes");
        }
        if decided != target as usize {
            let sum: f64 = scores.iter().map(|s| (s - scores[decided]).exp()).sum();
            wrong.push((1.0 / sum, i, target as usize, decided));
        }
    }
    if wrong.is_empty() || count == 0 {
        bail!(
            "{WHAT}: nothing to show, {} mistakes of {n} predictions, {count} wanted",
            wrong.len()
        );
    }
    let mistakes = wrong.len();
    wrong.sort_by(|a, b| b.0.total_cmp(&a.0));
    wrong.truncate(count);
    let name = class_names(names, classes);
    let places: Vec<u32> = wrong.iter().map(|(_, i, ..)| *i as u32).collect();
    let places = Tensor::new(places, images.device())?;
    let mut grid = ImageGrid::new(
        WHAT,
        &images.to_dtype(DType::F32)?.index_select(&places, 0)?,
    )?;
    let caption = |&(sure, _, target, decided): &(f64, usize, usize, usize)| {
        format!(
            "true {}\npred. {}, {:.0} %",
            name[target],
            name[decided],
            100.0 * sure
        )
    };
    grid.scale = false;
    grid.captions = wrong.iter().map(caption).collect();
    grid.note = format!("{mistakes} mistakes of {n} predictions, the most confident first");
    Ok(Figure::new(grid))
}
