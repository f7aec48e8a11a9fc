//! The diagram of LeNet's paper: stacks of feature maps, kernels that move over them.

use super::layer::{Layer, LayerKind};
use crate::Figure;
use crate::counts::thousands;
use crate::drawing::{AXIS, Drawing, INK, SMALL, SOFT_INK, dark, pale, text_width};

/// The side of the largest map, in pixels.
const LARGEST: f64 = 104.0;
const MOST_PLANES: usize = 8;
/// Where all stacks are centred.
const MIDDLE: f64 = 112.0;
const HEIGHT: f64 = 264.0;

/// Where a stack lies: the top left corner of its front plane, and the size of that.
struct Stack {
    at: (f64, f64),
    size: (f64, f64),
    planes: usize,
    /// From each plane to the one in front of it.
    step: f64,
}

/// Layers as stacks of feature maps, each with its size, with the kernel of the next one as a square
/// on them; vectors are bars.
pub fn feature_map_diagram(layers: &[Layer]) -> Figure {
    let (places, width) = layout(layers);
    let mut drawing = Drawing::new(width, HEIGHT);
    for (layer, place) in layers.iter().zip(&places) {
        stack(&mut drawing, layer, place);
        let x = middle(place);
        let top = place.at.1 - place.step * (place.planes - 1) as f64;
        drawing.text(&size_label(layer), SMALL, INK, (x, top - 8.0));
        drawing.text(title(layer), SMALL, SOFT_INK, (x, top - 23.0));
    }
    for (i, layer) in layers.iter().enumerate().skip(1) {
        connect(
            &mut drawing,
            (&layers[i - 1], &places[i - 1]),
            (layer, &places[i]),
        );
        let x = (right(&places[i - 1]) + left(&places[i])) / 2.0;
        for (line, text) in caption(layer).iter().enumerate() {
            let colour = if line == 0 { INK } else { SOFT_INK };
            drawing.text(text, SMALL, colour, (x, 207.0 + 15.0 * line as f64));
        }
    }
    drawing.figure()
}

/// `C1`, or what the input is.
fn title(layer: &Layer) -> &str {
    if layer.kind == LayerKind::Input {
        return "input";
    }
    &layer.name
}

/// `6@28×28`.
fn size_label(layer: &Layer) -> String {
    match layer.size.is_empty() {
        true => thousands(layer.channels),
        false => format!("{}@{}", layer.channels, layer.sides()),
    }
}

/// What a layer does, its parameters last.
fn caption(layer: &Layer) -> Vec<String> {
    let mut lines = layer.description.clone();
    if !layer.then.is_empty() {
        lines.push(layer.then.join(", "));
    }
    if layer.parameters > 0 {
        lines.push(format!("{} param.", thousands(layer.parameters)));
    }
    lines
}

fn layout(layers: &[Layer]) -> (Vec<Stack>, f64) {
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
    let (mut x, mut taken) = (24.0, 0.0);
    for (i, layer) in layers.iter().enumerate() {
        let (size, planes) = match sides(layer) {
            Some((h, w)) => ((scale(w), scale(h)), layer.channels.clamp(1, MOST_PLANES)),
            None => {
                let share = (1.0 + layer.channels as f64).ln() / (1.0 + longest as f64).ln();
                ((9.0, 34.0 + 80.0 * share), 1)
            }
        };
        let step = (size.0 * 0.08).clamp(2.0, 5.0);
        let deep = step * (planes - 1) as f64;
        if let Some(before) = places.last() {
            let words = caption(layer);
            let wide = words
                .iter()
                .map(|t| text_width(t, SMALL))
                .fold(0.0, f64::max);
            let label = |m: &Layer| text_width(&size_label(m), SMALL);
            // Neither what stands above the maps nor what stands between them may touch.
            let apart = (label(&layers[i - 1]) + label(layer)) / 2.0 + 14.0;
            let by_label = middle(before) + apart - (size.0 + deep) / 2.0;
            let by_caption = 2.0 * (taken + 12.0 + wide / 2.0) - right(before);
            x = (right(before) + 44.0).max(by_label).max(by_caption);
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
    let last = layers
        .last()
        .map_or(0.0, |m| text_width(&size_label(m), SMALL) / 2.0);
    (places, end + 24.0 + last)
}

fn left(place: &Stack) -> f64 {
    place.at.0 - place.step * (place.planes - 1) as f64
}

fn right(place: &Stack) -> f64 {
    place.at.0 + place.size.0
}

fn middle(place: &Stack) -> f64 {
    (left(place) + right(place)) / 2.0
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
fn connect(drawing: &mut Drawing, (layer, place): (&Layer, &Stack), (next, to): (&Layer, &Stack)) {
    let ((x, y), (w, h)) = (place.at, place.size);
    let ((to_x, to_y), (to_w, to_h)) = (to.at, to.size);
    let Some(kernel) = next.kernel.filter(|_| !layer.size.is_empty()) else {
        for (from, end) in [(y, to_y), (y + h, to_y + to_h)] {
            drawing.line(&[(x + w, from), (left(to), end)], 0.8, AXIS);
        }
        return;
    };
    let share = |i: usize| {
        let side = layer
            .size
            .get(layer.size.len().wrapping_sub(i))
            .copied()
            .unwrap_or(1);
        (kernel as f64 / side as f64).min(1.0)
    };
    // As it is on the map, but never so small that it could not be seen.
    let (kw, kh) = (
        (w * share(1)).max(5.0).min(w),
        (h * share(2)).max(5.0).min(h),
    );
    let (kx, ky) = (x + 0.86 * (w - kw), y + 0.8 * (h - kh));
    let (cx, cy) = (to_x + 0.3 * to_w, to_y + 0.35 * to_h);
    let strong = dark(next.kind.colour(), 0.1);
    for corner in [(kx + kw, ky), (kx + kw, ky + kh)] {
        drawing.line(&[corner, (cx, cy)], 0.8, strong);
    }
    drawing.rectangle((kx, ky), (kw, kh), 0.0, pale(strong, 0.25));
    drawing.disc((cx, cy), 2.0, strong);
}
