//! A model drawn as papers draw it: stacked planes, boxes, or neurons.

use candle_core::{Result, Shape, bail};

use super::flow;
use super::maps::{self, Chain, Made, Map};
use super::{boxes, neurons, planes};
use crate::nn::Model;
use crate::plot::Figure;
use crate::plot::drawing::{Drawing, SMALL, SOFT_INK, colour, dark, pale, text_width};

/// The architecture of `model` for an input of this shape, batch included, drawn as papers draw it:
///
/// - a short network of convolutions as LeNet's: stacks of feature maps, each with its size, and at
///   each step the kernel as a square on the maps it moves over;
/// - a deep one as VGG's: a box per layer, as high as its maps and as thick as they are many; ways
///   around layers are arcs, and equal blocks are drawn once, as in ResNet;
/// - one of fully connected layers as neurons.
///
/// All is read from one forward pass on zeros: figure and code cannot disagree. Activations and
/// normalisations are named with the layer they follow.
///
/// ```
/// use helpers::prelude::*;
/// let model = models::lenet5(&Parameters::new(&Device::Cpu))?;
/// let figure = inspect::architecture(&model, (1, 1, 32, 32))?.title("LeNet-5");
/// # assert!(figure.svg()?.contains("16@10×10"));
/// # Ok::<(), helpers::Error>(())
/// ```
///
/// # Errors
/// A shape without a batch, what the model says of such an input, an output that is not made from
/// the input, more than 160 layers.
pub fn architecture(model: &impl Model, input_shape: impl Into<Shape>) -> Result<Figure> {
    let chain = maps::chain(&flow::of_model(model, input_shape)?)?;
    if chain.maps.len() < 2 {
        bail!("architecture: no layer was found between input and output");
    }
    let flat = |map: &Map| map.size.is_empty();
    if chain.skips.is_empty() && chain.maps.iter().all(flat) {
        return Ok(neurons::draw(&chain.maps));
    }
    if chain.skips.is_empty() && chain.maps.len() <= 10 {
        return Ok(planes::draw(&chain.maps));
    }
    Ok(boxes::draw(&chain))
}

impl Made {
    /// The colour of what was made so, and its name in legends.
    pub(super) fn style(self) -> ([u8; 3], &'static str) {
        match self {
            Made::Input => ([128, 134, 145], "input"),
            Made::Convolution => (colour(0), "convolution"),
            Made::Pooling => (colour(1), "pooling"),
            Made::Dense => (colour(2), "fully connected"),
            Made::Upsampling => (colour(3), "upsampling"),
            Made::Other => (colour(6), "other"),
        }
    }

    pub(super) fn fill(self) -> [u8; 3] {
        pale(self.style().0, 0.62)
    }
}

/// The kinds of maps in a figure with what always follows them, from (x, y) to the right.
pub(super) fn legend(drawing: &mut Drawing, chain: &Chain, (mut x, y): (f64, f64)) {
    for (made, text) in legend_entries(&chain.maps) {
        drawing.rectangle((x, y - 9.0), (11.0, 11.0), 2.0, made.fill());
        drawing.text_from(&text, SMALL, SOFT_INK, (x + 16.0, y));
        x += 16.0 + text_width(&text, SMALL) + 18.0;
    }
    if !chain.skips.is_empty() {
        let arc = dark(colour(3), 0.25);
        let (a, b) = ((x, y + 2.0), (x + 18.0, y - 1.0));
        drawing.arrow([a, (x, y - 13.0), (b.0, y - 13.0), b], 1.3, arc);
        drawing.text_from(SKIP, SMALL, SOFT_INK, (x + 25.0, y));
        x += 25.0 + text_width(SKIP, SMALL) + 18.0;
    }
    drawing.text_from(short(chain), SMALL, SOFT_INK, (x, y));
}

const SKIP: &str = "skip connection";

fn short(chain: &Chain) -> &'static str {
    match chain.maps.iter().any(|map| map.how.contains("dilation")) {
        true => "k×k/s d: kernel, stride, dilation",
        false => "k×k/s: kernel, stride",
    }
}

pub(super) fn legend_width(chain: &Chain) -> f64 {
    let width = |(_, text): &(Made, String)| 34.0 + text_width(text, SMALL);
    let skip = match chain.skips.is_empty() {
        true => 0.0,
        false => 43.0 + text_width(SKIP, SMALL),
    };
    let entries: f64 = legend_entries(&chain.maps).iter().map(width).sum();
    entries + skip + text_width(short(chain), SMALL)
}

fn legend_entries(maps: &[Map]) -> Vec<(Made, String)> {
    let kinds = [
        Made::Input,
        Made::Convolution,
        Made::Pooling,
        Made::Upsampling,
        Made::Dense,
        Made::Other,
    ];
    let mut entries = Vec::new();
    for made in kinds {
        let of_kind = || maps.iter().filter(move |map| map.made == made);
        // The last layer, which ends in the logits, is often without.
        if let Some(first) = of_kind().next() {
            let common = |word: &&&'static str| {
                of_kind().filter(|m| m.then.contains(*word)).count() + 1 >= of_kind().count()
            };
            let mut words = vec![made.style().1];
            words.extend(first.then.iter().filter(common));
            words.dedup();
            entries.push((made, words.join(" + ")));
        }
    }
    entries
}
