//! The layers of a model on the longest way through it, and the skip connections around them.

use std::cmp::Reverse;

use candle_core::{Result, bail};

use super::computation_graph::{ComputationGraph, Node, NodeKind};
use super::layer_description::{describe, follower, kind};
use super::receptive_field::{Field, fields};
use candle_functional::trace::{Operation, Step};
use figures::diagrams::{Layer, LayerKind, Skip};

/// The longest way through a model, and the skip connections around parts of it.
pub(super) struct LayerChain {
    pub layers: Vec<Layer>,
    pub skips: Vec<Skip>,
}

/// More layers than this cannot be told apart in a figure.
const MOST: usize = 160;

pub(super) fn layer_chain(graph: &ComputationGraph) -> Result<LayerChain> {
    let mut search = Search {
        fields: fields(graph),
        ..Search::default()
    };
    for (i, node) in graph.nodes.iter().enumerate() {
        let found = search.layer_of(graph, i, node);
        search.layer_of_node.push(found);
    }
    let Some(last) = search.layer_of_node[graph.output] else {
        bail!("architecture: the output does not come from the input by steps that can be drawn");
    };
    let chain = search.longest_way(last);
    if chain.len() > MOST {
        bail!(
            "architecture: {} feature maps are too many for one figure, at most {MOST}",
            chain.len()
        );
    }
    let layers = chain.iter().map(|&i| search.found[i].layer.clone());
    Ok(LayerChain {
        layers: layers.collect(),
        skips: search.skips(&chain),
    })
}

/// A layer and those it was made from, the one with the longest way behind it first.
struct Found {
    layer: Layer,
    from: Vec<usize>,
    depth: usize,
}

/// All layers of a graph, by their places in `found`.
#[derive(Default)]
struct Search {
    found: Vec<Found>,
    /// The layer that each node of the graph belongs to.
    layer_of_node: Vec<Option<usize>>,
    /// Where ways meet: the longer one, another one.
    merges: Vec<(usize, usize)>,
    /// What a unit of each node sees.
    fields: Vec<Option<Field>>,
}

impl Search {
    /// The layer that the next node belongs to: a new one, or the one before it.
    fn layer_of(&mut self, graph: &ComputationGraph, i: usize, node: &Node) -> Option<usize> {
        if let NodeKind::Parameter(_) = node.kind {
            return None;
        }
        if i == 0 && matches!(node.kind, NodeKind::Data) {
            let mut input = describe(LayerKind::Input, &node.dims, None);
            input.field = Some(1);
            return Some(self.add(input, Vec::new()));
        }
        let mut from: Vec<usize> = node
            .inputs
            .iter()
            .filter_map(|&n| self.layer_of_node[n])
            .collect();
        from.sort_by_key(|&layer| (Reverse(self.found[layer].depth), layer));
        from.dedup();
        let main = *from.first()?;
        let before = &mut self.found[main].layer;
        let step = graph.step(i);
        let adaptive = |step: &Step| matches!(step.operation, Operation::AdaptiveAvgPool { .. });
        if step.is_some_and(adaptive) && before.size == node.dims[2..] {
            return Some(main); // an average over as many windows as there are numbers
        }
        self.merges
            .extend(from.iter().skip(1).map(|&other| (main, other)));
        let numbers = before.channels * before.size.iter().product::<usize>();
        let same_count = node.dims.iter().skip(1).product::<usize>() == numbers;
        let parameters = graph.parameters_of(i).map(|p| p.var.elem_count()).sum();
        let Some(kind) = kind(step, same_count) else {
            if from.len() > 1 {
                before.before_sum = Some(before.then.len());
            }
            before.then.extend(step.and_then(follower));
            before.parameters += parameters;
            return Some(main);
        };
        let mut layer = describe(kind, &node.dims, step);
        layer.parameters = parameters;
        layer.field = self.fields[i].as_ref().map(|field| field.side as usize);
        let new = self.add(layer, from);
        if kind == LayerKind::Other {
            // What is joined arrives at the new layer.
            let here = self.merges.iter_mut().filter(|merge| merge.0 == main);
            here.for_each(|merge| merge.0 = new);
        }
        Some(new)
    }

    fn add(&mut self, layer: Layer, from: Vec<usize>) -> usize {
        let depth = from.first().map_or(0, |&main| self.found[main].depth + 1);
        self.found.push(Found { layer, from, depth });
        self.found.len() - 1
    }

    fn longest_way(&self, last: usize) -> Vec<usize> {
        let before = |&layer: &usize| self.found[layer].from.first().copied();
        let mut way: Vec<usize> = std::iter::successors(Some(last), before).collect();
        way.reverse();
        way
    }

    /// Of each other way that meets the chain, where it leaves the chain.
    fn skips(&self, chain: &[usize]) -> Vec<Skip> {
        let place = |layer: usize| chain.iter().position(|&l| l == layer);
        let mut skips = Vec::new();
        for &(to, mut other) in &self.merges {
            let (mut label, mut parameters) = (String::new(), 0);
            while place(other).is_none() {
                label = self.found[other].layer.short.clone();
                parameters += self.found[other].layer.parameters;
                match self.found[other].from.first() {
                    Some(&before) => other = before,
                    None => break,
                }
            }
            if let (Some(from), Some(to)) = (place(other), place(to)) {
                skips.push(Skip {
                    from,
                    to,
                    label,
                    parameters,
                });
            }
        }
        skips
    }
}
