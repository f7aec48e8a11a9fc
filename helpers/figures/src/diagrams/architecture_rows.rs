//! A network as the cells of a table: a cell for each output size.

use super::architecture::Architecture;
use super::columns_layout::side;
use super::layer::{Layer, LayerKind};
use super::spanning_table::{Cell, Part};

/// What one network puts into the row of an output size.
#[derive(Clone, Default)]
pub(super) struct Stage {
    /// The side of the maps.
    pub side: usize,
    pub parts: Vec<Part>,
}

/// The stages of a network; blocks that a skip connection spans are in brackets, once for all that
/// are alike, and belong where they end.
pub(super) fn stages(network: &Architecture) -> Vec<Stage> {
    let blocks = !network.skips.is_empty();
    let mut stages: Vec<Stage> = Vec::new();
    let mut i = 1;
    while i < network.layers.len() {
        let skip = network
            .skips
            .iter()
            .find(|skip| skip.from + 1 == i && skip.to >= i);
        let (end, times) = match skip {
            Some(skip) => (skip.to, Some(1)),
            None => (i, None),
        };
        let inside = &network.layers[i..=end.min(network.layers.len() - 1)];
        let part = Part {
            lines: inside.iter().map(|l| (line(l, blocks), false)).collect(),
            times,
        };
        let side = inside.last().map_or(1, side);
        i = end + 1;
        match stages.last_mut() {
            Some(stage) if stage.side == side => add(&mut stage.parts, part),
            _ => stages.push(Stage {
                side,
                parts: vec![part],
            }),
        }
    }
    stages
}

/// Adds a block to its likes, or anything else after the others.
fn add(parts: &mut Vec<Part>, part: Part) {
    match parts.last_mut() {
        Some(last) if part.times.is_some() && last.lines == part.lines => {
            last.times = last.times.map(|times| times + 1);
        }
        _ => parts.push(part),
    }
}

/// A layer in the words of the papers' tables: `conv3-64` of VGG's; `3×3, 64` of ResNet's, whose
/// strides in blocks are left out.
fn line(layer: &Layer, blocks: bool) -> String {
    let stride = match layer.stride {
        0..=1 => String::new(),
        stride => format!(", stride {stride}"),
    };
    let (window, maps) = (layer.window(), layer.channels);
    match layer.kind {
        LayerKind::Convolution if !blocks => {
            format!("conv{}-{maps}{stride}", layer.kernel.unwrap_or(1))
        }
        LayerKind::Convolution if layer.kernel.is_some_and(|k| k > 3) => {
            format!("{window}, {maps}{stride}")
        }
        LayerKind::Convolution => format!("{window}, {maps}"),
        LayerKind::Pooling if layer.averages() => "average pool".to_string(),
        LayerKind::Pooling if !blocks => "maxpool".to_string(),
        LayerKind::Pooling => format!("{window} max pool{stride}"),
        LayerKind::FullyConnected if !blocks => format!("FC-{maps}"),
        LayerKind::FullyConnected => format!("{maps}-d fc"),
        LayerKind::Upsampling => format!("upsampling {}", layer.short),
        _ => layer.description.join(" "),
    }
}

/// Takes from the front of these parts, one of each network, what is the same in all: poolings, and
/// all lines where no network differs.
pub(super) fn common(parts: &mut [Vec<Part>]) -> Vec<String> {
    let plain = |part: &&Part| part.times.is_none();
    let Some(first) = parts.first().cloned() else {
        return Vec::new();
    };
    let pools =
        |part: &&Part| plain(part) && part.lines.iter().all(|(text, _)| text.contains("pool"));
    let all_alike = parts.iter().all(|other| *other == first) && first.iter().all(|p| plain(&p));
    let count = match all_alike {
        true => first.len(),
        false => first.iter().take_while(pools).count(),
    };
    let alike = |i: &usize| parts.iter().all(|other| other.get(*i) == first.get(*i));
    let count = (0..count).take_while(alike).count();
    parts
        .iter_mut()
        .for_each(|parts| drop(parts.drain(..count)));
    let lines = first[..count].iter().flat_map(|part| &part.lines);
    lines.map(|(text, _)| text.clone()).collect()
}

/// The cells of a row; lines that the cell at the left lacks stand out.
pub(super) fn compared(parts: Vec<Vec<Part>>) -> Vec<Cell> {
    let mut cells: Vec<Cell> = parts.into_iter().map(|parts| Cell { parts }).collect();
    let texts = |cell: &Cell| -> Vec<String> {
        let lines = cell.parts.iter().flat_map(|part| &part.lines);
        lines.map(|(text, _)| text.clone()).collect()
    };
    for i in (1..cells.len()).rev() {
        let mut left = texts(&cells[i - 1]);
        let plain = cells[i]
            .parts
            .iter_mut()
            .filter(|part| part.times.is_none());
        for (text, strong) in plain.flat_map(|part| &mut part.lines) {
            match left.iter().position(|other| other == text) {
                Some(place) => drop(left.remove(place)),
                None => *strong = true,
            }
        }
    }
    cells
}
