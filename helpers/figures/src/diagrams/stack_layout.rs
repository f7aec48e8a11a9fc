//! Where stacks of feature maps stand, so that no words touch.

use super::layer::Layer;
use super::stack_words::{MOST_PLANES, Words};
use crate::drawing::{SMALL, text_width};

/// The side of the largest map, in pixels.
const LARGEST: f64 = 96.0;
/// How far the planes of one stack reach back.
const DEEPEST: f64 = 36.0;
/// Where all stacks are centred.
const MIDDLE: f64 = 120.0;

/// Where a stack lies: the top left corner of its front plane, and the size of that.
pub(super) struct Stack {
    pub at: (f64, f64),
    pub size: (f64, f64),
    pub planes: usize,
    /// From each plane to the one before it.
    pub step: f64,
}

pub(super) fn layout(layers: &[Layer], words: &[Words]) -> (Vec<Stack>, f64) {
    let sides = |layer: &Layer| match *layer.size.as_slice() {
        [] => None,
        [length] => Some((1.0, length as f64)),
        [.., h, w] => Some((h as f64, w as f64)),
    };
    let all = || layers.iter().filter_map(sides);
    let largest = all().fold(1.0, |most: f64, (h, w)| most.max(h).max(w));
    let vector = |layer: &&Layer| layer.size.is_empty();
    let longest = layers
        .iter()
        .filter(vector)
        .map(|m| m.channels)
        .max()
        .unwrap_or(1);
    let scale = |side: f64| (LARGEST * (side / largest).powf(0.62)).max(7.0);
    let mut places: Vec<Stack> = Vec::new();
    let (mut x, mut taken) = (20.0, 0.0);
    for (i, layer) in layers.iter().enumerate() {
        let (size, planes) = match sides(layer) {
            Some((h, w)) => ((scale(w), scale(h)), layer.channels.clamp(1, MOST_PLANES)),
            None => {
                let share = (1.0 + layer.channels as f64).ln() / (1.0 + longest as f64).ln();
                ((9.0, 34.0 + 80.0 * share), 1)
            }
        };
        let most = DEEPEST / planes.saturating_sub(1).max(1) as f64;
        let step = (size.0 * 0.08).clamp(2.0, 5.0).min(most);
        let deep = step * (planes - 1) as f64;
        if let Some(before) = places.last() {
            let below = words[i].caption.iter().chain(&words[i].facts);
            let wide = below.map(|t| text_width(t, SMALL)).fold(0.0, f64::max);
            let label = |i: usize| {
                let words: &Words = &words[i];
                text_width(&words.size, SMALL).max(text_width(&words.title, SMALL))
            };
            // Neither what stands above the maps nor what stands between them may touch.
            let apart = (label(i - 1) + label(i)) / 2.0 + 8.0;
            let by_label = middle(before) + apart - (size.0 + deep) / 2.0;
            let by_caption = 2.0 * (taken + 6.0 + wide / 2.0) - right(before);
            x = (right(before) + 30.0).max(by_label).max(by_caption);
            taken = (right(before) + x + wide) / 2.0;
        }
        places.push(Stack {
            at: (x + deep, MIDDLE - size.1 / 2.0 + deep / 2.0),
            size,
            planes,
            step,
        });
    }
    let end = places.last().map_or(0.0, right);
    let last = words.last().map_or(0.0, |words| {
        text_width(&words.size, SMALL).max(text_width(&words.title, SMALL)) / 2.0
    });
    (places, end + 12.0 + last)
}

pub(super) fn left(place: &Stack) -> f64 {
    place.at.0 - place.step * (place.planes - 1) as f64
}

pub(super) fn right(place: &Stack) -> f64 {
    place.at.0 + place.size.0
}

pub(super) fn middle(place: &Stack) -> f64 {
    (left(place) + right(place)) / 2.0
}
