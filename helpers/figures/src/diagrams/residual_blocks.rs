//! The diagram of a block in ResNet's paper: from the top to the bottom, with a way around.

use candle_core::{Result, bail};

use super::architecture::Architecture;
use super::columns_layout::is_projection;
use super::layer::Layer;
use crate::Figure;
use crate::counts::thousands;
use crate::drawing::{AXIS, Bend, Dash, Drawing, INK, SMALL, SOFT_INK, colour, dark, pale};
use crate::theme::TEXT;

/// The room of one block.
const PITCH: f64 = 300.0;
const BOX: (f64, f64) = (112.0, 28.0);
/// From one box to the next.
const ROW: f64 = 70.0;
const TOP: f64 = 96.0;

/// Residual blocks side by side as ResNet's paper draws them (He et al. 2015, figures 2 and 5): boxes
/// for the layers, a curve for the skip connection, a circle where it is added. Beside the arrows stand
/// the maps and what is applied on the way; at the left of a box its parameters.
///
/// ```
/// use helpers::prelude::*;
/// struct Block(nn::Conv2d, nn::Conv2d);
///
/// impl Model for Block {
///     fn forward(&self, x: &Tensor, train: bool) -> Result<Tensor> {
///         let y = F::relu(&self.0.forward(x, train)?)?;
///         F::relu(&(self.1.forward(&y, train)? + x)?)
///     }
/// }
///
/// let params = Parameters::new(&Device::Cpu);
/// let conv = |name: &str| Ok::<_, helpers::Error>(nn::conv2d(64, 64, 3, &params.at(name))?.padding(1));
/// let block = Block(conv("conv1")?, conv("conv2")?);
/// let figure = inspect::residual_blocks(&[inspect::read("a block", &block, (1, 64, 8, 8))?])?;
/// # assert!(figure.svg()?.contains("identity"));
/// # Ok::<(), helpers::Error>(())
/// ```
///
/// # Errors
/// No block, more than three, one without layers.
pub fn residual_blocks(blocks: &[Architecture]) -> Result<Figure> {
    if !(1..=3).contains(&blocks.len()) {
        bail!(
            "residual_blocks: 1 to 3 blocks fit side by side, got {}",
            blocks.len()
        );
    }
    if let Some(empty) = blocks.iter().find(|b| !(2..=8).contains(&b.layers.len())) {
        bail!(
            "residual_blocks: a block of 1 to 7 layers can be drawn, {} has {}",
            empty.name,
            empty.layers.len().saturating_sub(1)
        );
    }
    let most = blocks.iter().map(|b| b.layers.len() - 1).max().unwrap_or(1);
    let height = TOP + ROW * most as f64 + 76.0;
    let mut drawing = Drawing::new(PITCH * blocks.len() as f64 + 10.0, height);
    for (i, block) in blocks.iter().enumerate() {
        draw(&mut drawing, block, PITCH * (i as f64 + 0.5) - 18.0);
    }
    Ok(drawing.figure())
}

fn draw(drawing: &mut Drawing, block: &Architecture, x: f64) {
    let (half, high) = (BOX.0 / 2.0, BOX.1);
    let layers = &block.layers[1..];
    // The layer after which something is added, and what is added.
    let skip = block.skips.last();
    let y = |i: usize| TOP + ROW * i as f64;
    drawing.text(&block.name, TEXT + 0.5, INK, (x, 16.0));
    let maps = format!("x: {}", maps(&block.layers[0]));
    drawing.text(&maps, SMALL, SOFT_INK, (x, TOP - 50.0));
    let mut arrows = vec![vec![(x, TOP - 42.0), (x, TOP)]];
    for (i, layer) in layers.iter().enumerate() {
        let bottom = y(i) + high;
        let sum = skip.is_some_and(|skip| skip.to == i + 1);
        drawing.rectangle((x - half, y(i)), BOX, 0.0, pale(layer.kind.colour(), 0.75));
        let (window, maps) = (layer.window(), layer.channels);
        let text = match (layer.kernel, layer.stride) {
            (None, _) => maps.to_string(),
            (_, 0..=1) => format!("{window}, {maps}"),
            (_, stride) => format!("{window}, {maps}, /{stride}"),
        };
        drawing.text(&text, TEXT + 0.5, INK, (x, y(i) + 19.0));
        let count = thousands(layer.parameters);
        drawing.text_to(&count, SMALL, SOFT_INK, (x - half - 6.0, y(i) + 18.0));
        let (before, after) = match (sum, layer.before_sum) {
            (true, Some(place)) => layer.then.split_at(place.min(layer.then.len())),
            _ => (&layer.then[..], &[][..]),
        };
        let words = |then: &[&str]| then.join(", ").to_lowercase();
        drawing.text_from(&words(before), SMALL, SOFT_INK, (x + 7.0, bottom + 18.0));
        if !sum {
            arrows.push(vec![(x, bottom), (x, y(i + 1))]);
            continue;
        }
        let centre = bottom + 40.0;
        arrows.push(vec![(x, bottom), (x, centre - 10.0)]);
        arrows.push(vec![(x, centre + 10.0), (x, centre + 42.0)]);
        drawing.disc((x, centre), 9.0, [255, 255, 255]);
        let cross = [
            vec![(x - 9.0, centre), (x + 9.0, centre)],
            vec![(x, centre - 9.0), (x, centre + 9.0)],
        ];
        drawing.lines(&cross, 1.0, INK, Dash::Solid);
        drawing.text_to("F(x)", SMALL, INK, (x - 8.0, bottom + 18.0));
        let added = match skip.is_some_and(is_projection) {
            true => "F(x) + Wx",
            false => "F(x) + x",
        };
        drawing.text_to(added, SMALL, INK, (x - 16.0, centre + 4.0));
        drawing.text_from(&words(after), SMALL, SOFT_INK, (x + 7.0, centre + 32.0));
    }
    drawing.arrows(&arrows, 1.0, INK, Dash::Solid);
    let Some(skip) = skip else {
        return;
    };
    let (start, end) = (TOP - 24.0, y(skip.to.saturating_sub(1)) + high + 40.0);
    let (right, out) = (x + half - 8.0, x + half + 78.0);
    let curve = [(right, start), (out, start), (out, end), (right, end)];
    let bend: Bend = ((x, start), curve, (x + 14.0, end));
    let ink = dark(colour(7), 0.1);
    let (dash, what) = match is_projection(skip) {
        true => (Dash::Dotted, format!("{} conv", skip.label)),
        false => (Dash::Solid, "identity".to_string()),
    };
    drawing.bends(&[bend], 1.4, ink, dash);
    let head = vec![(x + 16.0, end), (x + 10.0, end)];
    drawing.arrows(&[head], 1.4, ink, Dash::Solid);
    let middle = 0.5 * (start + end);
    let side = x + half + 62.0;
    drawing.text_from("x", TEXT, ink, (side, middle - 8.0));
    drawing.text_from(&what, SMALL, ink, (side, middle + 7.0));
    if skip.parameters > 0 {
        let count = thousands(skip.parameters);
        drawing.text_from(&count, SMALL, SOFT_INK, (side, middle + 21.0));
    }
    let total = format!("{} parameters", thousands(block.parameters));
    drawing.text(&total, SMALL, SOFT_INK, (x, end + 56.0));
    drawing.line(&[(x - 40.0, end + 43.0), (x + 40.0, end + 43.0)], 0.5, AXIS);
}

/// `64-d, 56×56`.
fn maps(layer: &Layer) -> String {
    match layer.size.is_empty() {
        true => format!("{}-d", layer.channels),
        false => format!("{}-d, {}", layer.channels, layer.sides()),
    }
}
