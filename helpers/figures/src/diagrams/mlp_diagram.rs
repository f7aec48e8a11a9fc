//! The diagram of a multilayer perceptron: columns of neurons, each joined with all of the next.

use super::layer::{Layer, LayerKind};
use crate::Figure;
use crate::counts::thousands;
use crate::drawing::{AXIS, Drawing, INK, SMALL, SOFT_INK, pale, text_width};

/// Larger layers are shown by this many, with dots between.
const MOST: usize = 9;
const APART: f64 = 20.0;

/// Fully connected layers as columns of neurons, at least one layer.
pub fn mlp_diagram(layers: &[Layer]) -> Figure {
    let captions: Vec<Vec<String>> = layers.iter().map(caption).collect();
    let widest = |lines: &Vec<String>| {
        lines
            .iter()
            .map(|t| text_width(t, SMALL))
            .fold(0.0, f64::max)
    };
    let gap = captions.iter().map(widest).fold(96.0, f64::max) + 24.0;
    let width = gap * (layers.len() - 1) as f64 + 130.0;
    let most = layers
        .iter()
        .map(|layer| layer.channels.min(MOST))
        .max()
        .unwrap_or(1);
    let middle = 44.0 + APART * (most - 1) as f64 / 2.0;
    let mut drawing = Drawing::new(width, 2.0 * middle + 54.0);
    let columns: Vec<Vec<(f64, f64)>> = layers
        .iter()
        .enumerate()
        .map(|(i, layer)| column(layer.channels, (65.0 + gap * i as f64, middle)))
        .collect();
    for pair in columns.windows(2) {
        for &from in &pair[0] {
            for &to in &pair[1] {
                drawing.line(&[from, to], 0.5, pale(AXIS, 0.35));
            }
        }
    }
    for (i, (layer, column)) in layers.iter().zip(&columns).enumerate() {
        for &at in column {
            drawing.disc(at, 7.0, layer.kind.fill());
        }
        let x = 65.0 + gap * i as f64;
        if layer.channels > MOST {
            for dot in [-4.5, 0.0, 4.5] {
                drawing.disc((x, middle + dot), 1.0, INK);
            }
        }
        let top = column.first().map_or(middle, |at| at.1);
        drawing.text(&thousands(layer.channels), SMALL, INK, (x, top - 14.0));
        for (line, text) in captions[i].iter().enumerate() {
            let colour = if line == 0 { INK } else { SOFT_INK };
            drawing.text(text, SMALL, colour, (x, 2.0 * middle + 15.0 * line as f64));
        }
    }
    drawing.figure()
}

/// The places of a layer's neurons; a place in the middle stays free where some are left out.
fn column(count: usize, (x, middle): (f64, f64)) -> Vec<(f64, f64)> {
    let places = count.min(MOST);
    let y = |i: usize| middle + APART * (i as f64 - (places - 1) as f64 / 2.0);
    let shown = (0..places).filter(|&i| count <= MOST || i != MOST / 2);
    shown.map(|i| (x, y(i))).collect()
}

fn caption(layer: &Layer) -> Vec<String> {
    if layer.kind == LayerKind::Input {
        return vec!["input".to_string()];
    }
    let mut lines = match layer.name.is_empty() {
        true => vec![layer.description.join(", ")],
        false => vec![layer.name.clone()],
    };
    if !layer.then.is_empty() {
        lines.push(layer.then.join(", "));
    }
    if layer.parameters > 0 {
        lines.push(format!("{} param.", thousands(layer.parameters)));
    }
    lines
}
