//! Points with their classes.

use candle_core::{Result, Tensor};

use super::chart::{Chart, Layer};
use super::points::Points;
use crate::figure::Figure;

/// Points (N, 2), coloured by their targets (N), u32 class indices from 0 to 9.
///
/// ```
/// use helpers::prelude::*;
/// let points = Tensor::new(&[[0f32, 0.], [1., 1.], [0., 1.]], &Device::Cpu)?;
/// let targets = Tensor::new(&[0u32, 1, 0], &Device::Cpu)?;
/// let figure = plot::scatter(&points, &targets)?
///     .title("Three points")
///     .classes(&["low", "high"]);
/// # assert!(figure.svg()?.contains("high"));
/// # Ok::<(), helpers::Error>(())
/// ```
///
/// # Errors
/// Shapes that do not fit, targets that are not u32, a class above 9, values that are not finite.
pub fn scatter(points: &Tensor, targets: &Tensor) -> Result<Figure> {
    let points = Points::new("scatter", points, targets)?;
    let (x, y) = points.axes("scatter")?;
    Ok(Figure::new(Chart::new(
        (x, "x0"),
        (y, "x1"),
        vec![Layer::Points(points)],
    )))
}
