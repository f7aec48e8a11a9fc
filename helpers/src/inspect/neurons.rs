//! Architecture of fully connected layers: columns of neurons, each joined with all of the next.

use super::maps::{Made, Map};
use super::table::thousands;
use crate::plot::Figure;
use crate::plot::drawing::{AXIS, Drawing, INK, SMALL, SOFT_INK, pale, text_width};

/// Larger layers are shown by this many, with dots between.
const MOST: usize = 9;
const APART: f64 = 20.0;

pub(super) fn draw(maps: &[Map]) -> Figure {
    let captions: Vec<Vec<String>> = maps.iter().map(caption).collect();
    let widest = |lines: &Vec<String>| {
        lines
            .iter()
            .map(|t| text_width(t, SMALL))
            .fold(0.0, f64::max)
    };
    let gap = captions.iter().map(widest).fold(96.0, f64::max) + 24.0;
    let width = gap * (maps.len() - 1) as f64 + 130.0;
    let most = maps
        .iter()
        .map(|map| map.channels.min(MOST))
        .max()
        .unwrap_or(1);
    let middle = 44.0 + APART * (most - 1) as f64 / 2.0;
    let mut drawing = Drawing::new(width, 2.0 * middle + 54.0);
    let columns: Vec<Vec<(f64, f64)>> = maps
        .iter()
        .enumerate()
        .map(|(i, map)| column(map.channels, (65.0 + gap * i as f64, middle)))
        .collect();
    for pair in columns.windows(2) {
        for &from in &pair[0] {
            for &to in &pair[1] {
                drawing.line(&[from, to], 0.5, pale(AXIS, 0.35));
            }
        }
    }
    for (i, (map, column)) in maps.iter().zip(&columns).enumerate() {
        for &at in column {
            drawing.disc(at, 7.0, map.made.fill());
        }
        let x = 65.0 + gap * i as f64;
        if map.channels > MOST {
            for dot in [-4.5, 0.0, 4.5] {
                drawing.disc((x, middle + dot), 1.0, INK);
            }
        }
        let top = column.first().map_or(middle, |at| at.1);
        drawing.text(&thousands(map.channels), SMALL, INK, (x, top - 14.0));
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

fn caption(map: &Map) -> Vec<String> {
    if map.made == Made::Input {
        return vec!["input".to_string()];
    }
    let name = map.name.rsplit('.').next().filter(|name| !name.is_empty());
    let mut lines = vec![name.unwrap_or(&map.how).to_string()];
    if !map.then.is_empty() {
        lines.push(map.then.join(", "));
    }
    if map.parameters > 0 {
        lines.push(format!("{} param.", thousands(map.parameters)));
    }
    lines
}
