//! The tables of VGG's and ResNet's papers: a network in each column.

use candle_core::{Result, bail};

use super::architecture::Architecture;
use super::architecture_rows::{Stage, common, compared, stages};
use super::columns::billions;
use super::columns_layout::side;
use super::layer::LayerKind;
use super::spanning_table::{Cell, Row, SpanningTable};
use crate::Figure;
use crate::drawing::{colour, dark};
use crate::theme::PAGE;

/// Networks as tables of papers show them (Simonyan and Zisserman 2014, table 1; He et al. 2015, table
/// 1): a column for each, from the image down, and a row for each output size. What all have in common
/// spans the table. Blocks with a skip connection are in brackets, with how many there are; without
/// such blocks, lines that the column at the left lacks are coloured. Parameters, multiply-adds and
/// the receptive field stand below. A network that is [`marked`](Architecture::marked) stands out.
///
/// ```
/// use helpers::prelude::*;
/// let params = Parameters::new(&Device::Cpu);
/// let a = models::resnet18(10, &params.at("a"))?;
/// let b = models::resnet34(10, &params.at("b"))?;
/// let figure = inspect::architecture_table(&[
///     inspect::read("18-layer", &a, (1, 3, 64, 64))?,
///     inspect::read("34-layer", &b, (1, 3, 64, 64))?.marked(),
/// ])?;
/// # assert!(figure.svg()?.contains("21.3 million"));
/// # Ok::<(), helpers::Error>(())
/// ```
///
/// # Errors
/// No network, more than fit side by side, inputs of different shapes, networks that halve their maps
/// differently.
pub fn architecture_table(networks: &[Architecture]) -> Result<Figure> {
    let Some(first) = networks.first() else {
        bail!("architecture_table: there is no network to show");
    };
    if let Some(other) = networks.iter().find(|n| n.input != first.input) {
        bail!(
            "architecture_table: all networks must have been read with one input shape, {} with {:?}, got {} with {:?}",
            first.name,
            first.input,
            other.name,
            other.input
        );
    }
    let all: Vec<Vec<Stage>> = networks.iter().map(stages).collect();
    let sides = |stages: &[Stage]| stages.iter().map(|s| s.side).collect::<Vec<usize>>();
    let expected = sides(&all[0]);
    if let Some(place) = all.iter().position(|stages| sides(stages) != expected) {
        bail!(
            "architecture_table: rows are output sizes, {} has {expected:?}, {} has {:?}",
            first.name,
            networks[place].name,
            sides(&all[place])
        );
    }
    let mut rows = heads(networks);
    let image = first.layers.first().map_or(0, side);
    for (i, size) in expected.into_iter().enumerate() {
        let mut parts: Vec<_> = all.iter().map(|stages| stages[i].parts.clone()).collect();
        let mut head = match size == image {
            true => String::new(), // stands beside the input
            false => format!("{size}×{size}"),
        };
        for line in common(&mut parts) {
            rows.push(Row {
                head: std::mem::take(&mut head),
                cells: vec![Cell::line(line)],
            });
        }
        if parts.iter().any(|parts| !parts.is_empty()) {
            let cells = compared(parts);
            rows.push(Row { head, cells });
        }
    }
    rows.extend(totals(networks));
    let table = SpanningTable {
        rows,
        columns: networks.len(),
        marked: (0..networks.len())
            .filter(|&i| networks[i].marked)
            .collect(),
        accent: dark(colour(1), 0.1),
    };
    if table.width() > PAGE {
        bail!(
            "architecture_table: {} networks are too many side by side; show them in two tables",
            networks.len()
        );
    }
    Ok(table.figure())
}

fn heads(networks: &[Architecture]) -> Vec<Row> {
    let depth = |n: &Architecture| Cell::line(format!("{} weight layers", n.depth()));
    let input = networks.first().and_then(|n| n.layers.first());
    let sides = input.map_or(String::new(), |layer| layer.sides());
    let channels = input.map_or(0, |layer| layer.channels);
    let image = format!("input ({sides} image, {channels} channels)");
    vec![
        Row {
            head: "output size".to_string(),
            cells: networks.iter().map(|n| Cell::line(&n.name)).collect(),
        },
        Row {
            head: String::new(),
            cells: networks.iter().map(depth).collect(),
        },
        Row {
            head: sides,
            cells: vec![Cell::line(image)],
        },
    ]
}

/// What the networks cost, and how far the last maps see.
fn totals(networks: &[Architecture]) -> Vec<Row> {
    let row = |head: &str, cell: &dyn Fn(&Architecture) -> String| Row {
        head: head.to_string(),
        cells: networks.iter().map(|n| Cell::line(cell(n))).collect(),
    };
    let field = |network: &Architecture| {
        // Not what a mean over the whole map sees.
        let maps = network
            .layers
            .iter()
            .filter(|l| side(l) > 1 && l.kind != LayerKind::Input);
        let last = maps.filter_map(|layer| layer.field).next_back();
        last.map_or("all".to_string(), |side| format!("{side}×{side}"))
    };
    vec![
        row("parameters", &|n| match n.parameters {
            0..100_000_000 => format!("{:.1} million", n.parameters as f64 / 1e6),
            _ => format!("{:.0} million", n.parameters as f64 / 1e6),
        }),
        row("multiply-adds", &|n| billions(n.multiply_adds)),
        row("last maps see", &field),
    ]
}
