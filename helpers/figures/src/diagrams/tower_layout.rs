//! Where the blocks of towers stand, and what their layers look at.

use super::architecture::Architecture;
use super::cuboid::Cuboid;
use super::layer::{Layer, LayerKind};

/// The height of the largest map, in pixels.
const LARGEST: f64 = 132.0;
pub(super) const LEFT: f64 = 30.0;
/// No text but that of the rows stands between two blocks closer than this.
const LEAST_GAP: f64 = 26.0;

/// A layer that has a block of its own; poolings are between blocks.
pub(super) struct Station<'a> {
    pub layer: &'a Layer,
    /// The pooling on the way to it.
    pub pooling: Option<&'a Layer>,
    /// Whether each tower has a part of its maps.
    pub split: bool,
    pub looks: Looks,
    pub block: Cuboid,
}

/// What the kernels of a layer look at.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Looks {
    /// All there is: there is one tower, or what comes before is not split.
    AtAll,
    /// The maps of their own tower.
    AtOwn,
    /// The maps of all towers.
    Across,
}

/// The towers that a network falls into: as many as the groups of its layers.
pub(super) fn count(network: &Architecture) -> usize {
    let groups = network.layers.iter().map(|layer| layer.groups);
    groups.max().unwrap_or(1)
}

pub(super) fn stations(network: &Architecture, towers: usize, width: f64) -> Vec<Station<'_>> {
    let mut stations: Vec<Station> = Vec::new();
    let mut pooling = None;
    for (i, layer) in network.layers.iter().enumerate() {
        if layer.kind == LayerKind::Pooling && i + 1 < network.layers.len() {
            pooling = Some(layer);
            continue;
        }
        let ends = i == 0 || i + 1 == network.layers.len();
        let split = towers > 1 && !ends && layer.channels.is_multiple_of(towers);
        let looks = match stations.last() {
            Some(before) if before.split && layer.groups == towers => Looks::AtOwn,
            Some(before) if before.split => Looks::Across,
            _ => Looks::AtAll,
        };
        stations.push(Station {
            layer,
            pooling: pooling.take(),
            split,
            looks,
            block: Cuboid {
                x: 0.0,
                thick: 0.0,
                high: 0.0,
                back: 0.0,
            },
        });
    }
    place(&mut stations, towers, width);
    stations
}

/// The maps of a layer in each tower.
pub(super) fn maps(station: &Station, towers: usize) -> usize {
    let share = if station.split { towers } else { 1 };
    station.layer.channels / share
}

fn place(stations: &mut [Station], towers: usize, width: f64) {
    let side = |layer: &Layer| layer.size.iter().copied().max().unwrap_or(1) as f64;
    let largest = stations.iter().map(|s| side(s.layer)).fold(1.0, f64::max);
    for station in stations.iter_mut() {
        let maps = maps(station, towers) as f64;
        let block = &mut station.block;
        if station.layer.size.is_empty() {
            (block.thick, block.high, block.back) = (12.0, 24.0 + 9.0 * maps.ln(), 6.0);
            continue;
        }
        block.high = (LARGEST * (side(station.layer) / largest).powf(0.45)).max(16.0);
        block.back = 0.3 * block.high;
        block.thick = match station.layer.kind {
            LayerKind::Input => 5.0,
            _ => (4.2 * maps.powf(0.38)).min(84.0),
        };
    }
    let taken: f64 = stations.iter().map(|s| s.block.thick + s.block.back).sum();
    let gaps = stations.len().saturating_sub(1).max(1) as f64;
    let gap = ((width - 2.0 * LEFT - taken) / gaps).max(LEAST_GAP);
    let mut x = LEFT;
    for station in stations {
        station.block.x = x;
        x += station.block.thick + station.block.back + gap;
    }
}
