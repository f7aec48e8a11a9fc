//! Refusing outputs and targets that do not go together.

use candle_core::{DType, Result, Tensor, bail};

use candle_functional::{display_shape, float};

/// Refuses a pair of tensors that are not alike in shape, or hold nothing.
pub(super) fn check_pair(what: &str, names: [&str; 2], a: &Tensor, b: &Tensor) -> Result<()> {
    if a.dims() != b.dims() {
        let ([a_name, b_name], a, b) = (names, display_shape(a.dims()), display_shape(b.dims()));
        bail!("{what}: {a_name} {a} and {b_name} {b} must have the same shape");
    }
    if a.elem_count() == 0 {
        bail!(
            "{what}: there is nothing to score, got {}",
            display_shape(a.dims())
        );
    }
    float(what, a)
}

/// Refuses values outside 0..=1; NaN passes, and the loss is then NaN.
pub(super) fn check_unit(what: &str, name: &str, values: &Tensor) -> Result<()> {
    for extreme in [values.min_all()?, values.max_all()?] {
        let extreme = extreme.to_dtype(DType::F64)?.to_scalar::<f64>()?;
        if !(0.0..=1.0).contains(&extreme) && !extreme.is_nan() {
            bail!(
                "{what}: {name} must lie between 0 and 1, got {}",
                extreme as f32
            );
        }
    }
    Ok(())
}

/// The one place where scores (N, C, ...) and class targets (N, ...) are compared.
pub(crate) fn check_class_targets(what: &str, scores: &Tensor, targets: &Tensor) -> Result<()> {
    let (n, classes, rest) = match scores.dims() {
        [n, classes, rest @ ..] => (*n, *classes, rest),
        dims => bail!(
            "{what}: the first argument must be (N, C), got {}",
            display_shape(dims)
        ),
    };
    if targets.dims().split_first() != Some((&n, rest)) {
        let got = display_shape(targets.dims());
        if rest.is_empty() {
            bail!("{what}: {n} rows need {n} targets, ({n}), got {got}");
        }
        let (scores, rows) = (display_shape(scores.dims()), [&[n], rest].concat());
        bail!(
            "{what}: scores {scores} need targets {}, one per pixel, got {got}",
            display_shape(&rows)
        );
    }
    if targets.dtype() != DType::U32 {
        bail!(
            "{what}: targets are class indices of type u32, got {}",
            targets.dtype().as_str()
        );
    }
    if scores.elem_count() == 0 {
        bail!(
            "{what}: there is nothing to score, got {}",
            display_shape(scores.dims())
        );
    }
    let highest = targets.flatten_all()?.to_vec1::<u32>()?.into_iter().max();
    let highest = highest.map_or(0, |highest| highest as usize);
    if highest >= classes {
        bail!(
            "{what}: target {highest}, but there are {classes} classes, 0 to {}",
            classes - 1
        );
    }
    Ok(())
}
