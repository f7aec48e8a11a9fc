//! What networks that enlarge their scores add up, and from where.

use candle_core::{Result, bail};

use super::architecture::Architecture;
use super::columns_layout::side;
use super::layer::{Layer, LayerKind};

/// What the diagram shows of one network's end.
pub(super) struct Fusion {
    /// What is added, from the layer named, enlarged so many times; the deepest last.
    pub terms: Vec<Term>,
    /// The side of the maps that are added.
    pub side: usize,
    /// How many times the sum is enlarged, to the prediction.
    pub times: usize,
    /// The side of the prediction.
    pub prediction: usize,
    /// The classes.
    pub classes: usize,
}

/// A part of the sum.
pub(super) struct Term {
    pub origin: String,
    pub times: usize,
    /// Parameters of the convolution that gives its scores.
    pub parameters: usize,
}

/// The layers that have a grid: the input, poolings, and the last one before the scores.
pub(super) fn trunk(network: &Architecture) -> Result<Vec<usize>> {
    let score = score(network)?;
    let shown = |&i: &usize| {
        matches!(
            network.layers[i].kind,
            LayerKind::Input | LayerKind::Pooling
        )
    };
    let mut places: Vec<usize> = (0..score).filter(shown).collect();
    if places.last() != Some(&(score - 1)) {
        places.push(score - 1);
    }
    Ok(places)
}

/// The place of the layer whose output is enlarged first.
fn score(network: &Architecture) -> Result<usize> {
    let up = |layer: &Layer| layer.kind == LayerKind::Upsampling;
    match network.layers.iter().position(up) {
        Some(place) if place >= 3 => Ok(place - 1),
        _ => bail!(
            "skips: {} does not enlarge the scores of a convolution; draw it with inspect::architecture",
            network.name
        ),
    }
}

pub(super) fn fusion(network: &Architecture) -> Result<Fusion> {
    let layers = &network.layers;
    let score = score(network)?;
    let ups: Vec<usize> = (score..layers.len())
        .filter(|&i| layers[i].kind == LayerKind::Upsampling)
        .collect();
    let (last, within) = match ups.split_last() {
        Some((&last, within)) if last + 1 == layers.len() => (last, within),
        _ => bail!("skips: {} must end with an enlargement", network.name),
    };
    let scale = |i: usize| side(&layers[i]) / side(&layers[i - 1]).max(1);
    let after = |place: usize| {
        within
            .iter()
            .filter(|&&i| i > place)
            .map(|&i| scale(i))
            .product()
    };
    let mut terms = Vec::new();
    for skip in network.skips.iter().rev() {
        if within.contains(&skip.to) {
            terms.push(Term {
                origin: layers[skip.from].name.clone(),
                times: after(skip.to),
                parameters: skip.parameters,
            });
        }
    }
    terms.push(Term {
        origin: layers[score - 1].name.clone(),
        times: after(score),
        parameters: layers[score].parameters,
    });
    Ok(Fusion {
        terms,
        side: side(&layers[last - 1]),
        times: scale(last),
        prediction: side(&layers[last]),
        classes: layers[last].channels,
    })
}
