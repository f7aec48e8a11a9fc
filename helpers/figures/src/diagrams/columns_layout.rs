//! Where the boxes of columns stand: layers of one size at one height.

use candle_core::{Result, bail};

use super::architecture::Architecture;
use super::layer::{Layer, LayerKind, Skip};

/// From one box to the next.
pub(super) const ROW: f64 = 23.0;
const BETWEEN_SIZES: f64 = 9.0;
/// Higher figures cannot be shown.
const MOST_ROWS: usize = 150;

/// Boxes of one size, which all columns show at one height.
pub(super) struct Band {
    pub side: usize,
    /// The middle of its first box.
    pub y: f64,
}

/// The side of a layer's maps; a vector has 1.
pub(super) fn side(layer: &Layer) -> usize {
    layer.size.iter().copied().max().unwrap_or(1)
}

/// The bands from the top on, the height of each layer's box but the input's in each network, and
/// where they end.
pub(super) fn layout(
    networks: &[Architecture],
    top: f64,
) -> Result<(Vec<Band>, Vec<Vec<f64>>, f64)> {
    let mut sides: Vec<usize> = Vec::new();
    for network in networks {
        let own: Vec<usize> = network.layers.iter().map(side).collect();
        if let Some(pair) = own.windows(2).find(|pair| pair[1] > pair[0]) {
            bail!(
                "columns: the maps of a column only shrink, but those of {} grow from {} to {}; draw it with inspect::architecture",
                network.name,
                pair[0],
                pair[1]
            );
        }
        sides.extend(&own);
    }
    sides.sort_unstable_by(|a, b| b.cmp(a));
    sides.dedup();
    let of_side = |network: &Architecture, s: usize| {
        let boxes = network.layers.iter().filter(|l| l.kind != LayerKind::Input);
        boxes.filter(|layer| side(layer) == s).count()
    };
    let (mut bands, mut y, mut rows) = (Vec::new(), top, 0);
    for s in sides {
        let highest = networks.iter().map(|n| of_side(n, s)).max().unwrap_or(0);
        rows += highest;
        bands.push(Band { side: s, y });
        if highest > 0 {
            y += ROW * highest as f64 + BETWEEN_SIZES;
        }
    }
    if rows > MOST_ROWS {
        bail!("columns: {rows} boxes are too many in one column, at most {MOST_ROWS}");
    }
    let heights = networks.iter().map(|network| {
        let mut next: Vec<f64> = bands.iter().map(|band| band.y).collect();
        let boxes = network.layers.iter().skip(1).map(|layer| {
            let band = bands
                .iter()
                .position(|b| b.side == side(layer))
                .unwrap_or(0);
            let here = next[band];
            next[band] += ROW;
            here
        });
        boxes.collect()
    });
    let heights: Vec<Vec<f64>> = heights.collect();
    bands.retain(|band| networks.iter().any(|n| of_side(n, band.side) > 0));
    Ok((bands, heights, y))
}

/// Whether something is computed on the way, as where the number of maps changes.
pub(super) fn is_projection(skip: &Skip) -> bool {
    !skip.label.is_empty()
}
