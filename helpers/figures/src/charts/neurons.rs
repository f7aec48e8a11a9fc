//! What the neurons of a hidden layer see of the plane.

use candle_core::{Result, Tensor, bail};

use super::chart::{Chart, Layer};
use super::line::Line;
use super::points::Points;
use super::scalar_field::{ScalarField, evaluate_on_grid, raster};
use crate::colour_bar::ColourBar;
use crate::figure::Figure;
use crate::number_format::short_number;
use crate::subplots::grid;
use crate::theme;
use crate::values::min_max;

/// Grid points along each axis.
const SIDE: usize = 61;

/// The output of each neuron of a hidden layer everywhere around the points: a small chart for
/// each, the darker the higher, with the line where it switches. The colours are the classes' alone.
///
/// `hidden` maps (M, 2) to the layer's outputs (M, H), H at most 32.
///
/// ```
/// use helpers::prelude::*;
/// let params = Parameters::new(&Device::Cpu);
/// let fc1 = nn::linear(2, 4, &params.at("fc1"))?;
/// let points = Tensor::new(&[[0f32, 0.], [1., 1.]], &Device::Cpu)?;
/// let targets = Tensor::new(&[0u32, 1], &Device::Cpu)?;
/// let figure = plot::neurons(|x| fc1.forward(x, false)?.tanh(), &points, &targets)?;
/// # assert!(figure.svg()?.contains("neuron 3"));
/// # Ok::<(), helpers::Error>(())
/// ```
///
/// # Errors
/// As [`decision_regions`](crate::decision_regions).
pub fn neurons(
    hidden: impl Fn(&Tensor) -> Result<Tensor>,
    points: &Tensor,
    targets: &Tensor,
) -> Result<Figure> {
    const WHAT: &str = "neurons";
    let mut drawn = Points::new(WHAT, points, targets)?;
    drawn.unnamed = true;
    let (x, y) = drawn.axes(WHAT)?;
    let (count, values) = evaluate_on_grid(WHAT, hidden, points, SIDE, &x, &y)?;
    if count > 32 {
        bail!("{WHAT}: at most 32 neurons fit a figure, the layer has {count}");
    }
    let (least, most) = min_max(&values);
    let span = (most - least).max(1e-12);
    // In steps: few colours make a small file. Pale: the points must be seen on it.
    let step = |v: &f64| shade(((v - least) / span * 16.0).round() / 16.0);
    let chart = |neuron: usize| {
        let values: Vec<f64> = values.iter().skip(neuron).step_by(count).copied().collect();
        let (low, high) = min_max(&values);
        let field = raster(SIDE, values.iter().map(step).collect());
        let level = match low {
            low if low < 0.0 => 0.0,
            low if low > 0.0 && high <= 1.0 => 0.5, // a sigmoid
            _ => 0.05 * high,                       // a ReLU, flat where it is off
        };
        let outputs = ScalarField { side: SIDE, values };
        let layers = vec![
            Layer::Image(field),
            Layer::Line(Line::new("contour", "", outputs.contour(level, &x, &y))),
            Layer::Points(drawn.clone()),
        ];
        let range = format!("{} to {}", short_number(low), short_number(high));
        let mut chart = Chart::new((x.clone(), "x0"), (y.clone(), "x1"), layers);
        chart.colour_bar = Some(ColourBar {
            low: least,
            high: most,
            map: shade,
            label: "output".to_string(),
        });
        Figure::new(chart)
            .title(&format!("neuron {neuron}"))
            .subtitle(&range)
            .size(215, 245)
    };
    let charts: Vec<Figure> = (0..count).map(chart).collect();
    grid(&charts, count.min(4))
}

/// White at the lowest output, grey at the highest.
fn shade(t: f64) -> theme::Rgb {
    theme::mix(theme::BACKGROUND, theme::AXIS, 0.9 * t)
}
