//! The diagram of LeNet's paper: stacks of feature maps, kernels that move over them.

use candle_core::{Result, bail};

use super::architecture::Architecture;
use super::layer::{Layer, LayerKind};
use super::stack_layout::{Stack, layout, left, middle, right};
use super::stack_words::{MOST_PLANES, Words, drawn, facts, paper_title, size_label};
use crate::Figure;
use crate::drawing::{AXIS, Drawing, INK, SMALL, SOFT_INK, dark, pale};
use crate::theme::PAGE;

/// Where what stands below them begins.
const CAPTIONS: f64 = 216.0;
const LINE: f64 = 15.0;

/// Layers as stacks of feature maps, each with its size, with the kernel of the next one as a square
/// on them; vectors are bars.
pub fn feature_map_diagram(layers: &[Layer]) -> Figure {
    let words = |layer: &Layer, description: &[String]| Words {
        title: match layer.kind {
            LayerKind::Input => "input".to_string(),
            _ => layer.name.clone() + &drawn(layer),
        },
        size: size_label(layer),
        caption: Vec::new(),
        facts: facts(layer, description),
    };
    let whole: Vec<Words> = layers.iter().map(|l| words(l, &l.description)).collect();
    if layout(layers, &whole).1 <= PAGE {
        return draw(layers, &whole);
    }
    // Letters of a figure that is shrunk to the page are hard to read.
    let narrow = |layer: &Layer| {
        let lines = layer.description.iter();
        let halves = lines.flat_map(|line| match line.rsplit_once(' ') {
            Some((first, last)) => vec![first.to_string(), last.to_string()],
            None => vec![line.clone()],
        });
        words(layer, &halves.collect::<Vec<_>>())
    };
    let narrow: Vec<Words> = layers.iter().map(narrow).collect();
    draw(layers, &narrow)
}

/// A network as the paper on LeNet-5 draws it (LeCun et al. 1998, figure 2): stacks of feature maps
/// with the paper's words above (`C1: f. maps 6@28×28`), and below each arrow its caption, then its
/// kernel, stride if it is not 1, parameters and receptive field. `captions` are for the arrows in order, as
/// `["Convolutions", "Subsampling", ...]`: a figure's words cannot be read from a model.
///
/// ```
/// use helpers::prelude::*;
/// let model = models::lenet5(&Parameters::new(&Device::Cpu))?;
/// let network = inspect::read("LeNet-5", &model, (1, 1, 32, 32))?;
/// let figure = inspect::stacks(
///     &network,
///     &["Convolutions", "Subsampling", "Convolutions", "Subsampling",
///       "Full connection", "Full connection", "Gaussian connections"],
/// )?;
/// # assert!(figure.svg()?.contains("C1: feature maps"));
/// # Ok::<(), helpers::Error>(())
/// ```
///
/// # Errors
/// Not one caption for each arrow, more than 10 layers, fewer than two.
pub fn stacks(network: &Architecture, captions: &[&str]) -> Result<Figure> {
    let arrows = network.layers.len().saturating_sub(1);
    if !(1..MOST_LAYERS).contains(&arrows) {
        bail!(
            "stacks: 2 to {MOST_LAYERS} layers can be drawn, got {}",
            arrows + 1
        );
    }
    if captions.len() != arrows {
        bail!(
            "stacks: {} needs a caption for each of its {arrows} arrows, got {}",
            network.name,
            captions.len()
        );
    }
    // A convolution that covers all of its maps gives a vector.
    let flat = |layer: &Layer| Layer {
        size: match layer.size.iter().all(|&side| side == 1) {
            true => Vec::new(),
            false => layer.size.clone(),
        },
        ..layer.clone()
    };
    let layers: Vec<Layer> = network.layers.iter().map(flat).collect();
    let words = layers.iter().enumerate().map(|(i, layer)| Words {
        title: paper_title(layer, i) + &drawn(layer),
        size: match layer.kind {
            LayerKind::Input => layer.sides(),
            _ => size_label(layer),
        },
        caption: match i.checked_sub(1) {
            Some(arrow) => captions[arrow].split(' ').map(String::from).collect(),
            None => Vec::new(),
        },
        facts: facts(&network.layers[i], &window(&network.layers[i])),
    });
    let words: Vec<Words> = words.collect();
    Ok(draw(&layers, &words))
}

/// The window that moves over the maps before, and its stride.
fn window(layer: &Layer) -> Vec<String> {
    let mut lines = vec![layer.window()];
    if layer.stride > 1 {
        lines.push(format!("stride {}", layer.stride));
    }
    lines
}

/// More do not fit side by side.
const MOST_LAYERS: usize = 10;

fn draw(layers: &[Layer], words: &[Words]) -> Figure {
    let (places, width) = layout(layers, words);
    let captions = words.iter().map(|w| w.caption.len()).max().unwrap_or(0);
    let facts = words.iter().map(|w| w.facts.len()).max().unwrap_or(0);
    let gap = if captions > 0 { 5.0 } else { 0.0 };
    let height = CAPTIONS + LINE * (captions + facts) as f64 + gap;
    let mut drawing = Drawing::new(width, height);
    for ((layer, place), words) in layers.iter().zip(&places).zip(words) {
        stack(&mut drawing, layer, place);
        let x = middle(place);
        let top = place.at.1 - place.step * (place.planes - 1) as f64;
        drawing.text(&words.size, SMALL, INK, (x, top - 8.0));
        drawing.text(&words.title, SMALL, SOFT_INK, (x, top - 23.0));
    }
    for i in 1..layers.len() {
        connect(
            &mut drawing,
            (&layers[i - 1], &places[i - 1]),
            (&layers[i], &places[i]),
            layers.get(i + 1),
        );
        let x = (right(&places[i - 1]) + left(&places[i])) / 2.0;
        for (line, text) in words[i].caption.iter().enumerate() {
            drawing.text(text, SMALL, INK, (x, CAPTIONS + LINE * line as f64));
        }
        let below = CAPTIONS + LINE * captions as f64 + gap;
        for (line, text) in words[i].facts.iter().enumerate() {
            let colour = if line + captions == 0 { INK } else { SOFT_INK };
            drawing.text(text, SMALL, colour, (x, below + LINE * line as f64));
        }
    }
    drawing.figure()
}

/// The planes, from the back to the front; a vector is a bar.
fn stack(drawing: &mut Drawing, layer: &Layer, place: &Stack) {
    let fill = layer.kind.fill();
    for plane in 0..place.planes {
        let back = place.step * (place.planes - 1 - plane) as f64;
        // Lighter at the back, so that the front stands out.
        let fill = pale(fill, 0.5 * back / (place.step * MOST_PLANES as f64));
        let at = (place.at.0 - back, place.at.1 - back);
        drawing.rectangle(at, place.size, 0.0, fill);
    }
}

/// The kernel on one map and what it gives on the next, or lines that say "all with all".
fn connect(
    drawing: &mut Drawing,
    (layer, place): (&Layer, &Stack),
    (next, to): (&Layer, &Stack),
    after: Option<&Layer>,
) {
    let ((x, y), (w, h)) = (place.at, place.size);
    let ((to_x, to_y), (to_w, to_h)) = (to.at, to.size);
    let Some(kernel) = next.kernel.filter(|_| !layer.size.is_empty()) else {
        for (from, end) in [(y, to_y), (y + h, to_y + to_h)] {
            drawing.line(&[(x + w, from), (left(to), end)], 0.8, AXIS);
        }
        return;
    };
    let share = |layer: &Layer, kernel: usize, i: usize| {
        let place = layer.size.len().wrapping_sub(i);
        let side = layer.size.get(place).copied().unwrap_or(1);
        (kernel as f64 / side as f64).min(1.0)
    };
    // As it is on the map, but never so small that it could not be seen.
    let (kw, kh) = (
        (w * share(layer, kernel, 1)).max(5.0).min(w),
        (h * share(layer, kernel, 2)).max(5.0).min(h),
    );
    let (kx, ky) = (x + 0.86 * (w - kw), y + 0.8 * (h - kh));
    // Beside the next kernel, which lies at the right and below.
    let large = after
        .and_then(|l| l.kernel)
        .is_some_and(|k| share(next, k, 1) > 0.5);
    let (across, down) = if large { (0.13, 0.16) } else { (0.3, 0.35) };
    let (cx, cy) = (to_x + across * to_w, to_y + down * to_h);
    let strong = dark(next.kind.colour(), 0.1);
    for corner in [(kx + kw, ky), (kx + kw, ky + kh)] {
        drawing.line(&[corner, (cx, cy)], 0.8, strong);
    }
    drawing.rectangle((kx, ky), (kw, kh), 0.0, pale(strong, 0.25));
    drawing.disc((cx, cy), 2.0, strong);
}
