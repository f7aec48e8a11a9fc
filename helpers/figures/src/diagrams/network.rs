//! A small network drawn with its numbers: what each unit holds, what each connection weighs.

use candle_core::{Result, Tensor, bail};
use candle_functional::values;

use crate::Figure;
use crate::drawing::{AXIS, Drawing, INK, SMALL, colour, pale, text_width};
use crate::number_format::short_number;

/// The most units of a layer; more cannot be read.
const MOST: usize = 8;
/// From one line of text to the next, around the lines, between two columns, between two units.
const LINE: f64 = 15.0;
const AROUND: f64 = 9.0;
const GAP: f64 = 190.0;
const APART: f64 = 16.0;

/// A network with its numbers. `units` holds the text of each unit, layer by layer from the inputs
/// on; a line break starts a second line. `connections` holds a tensor (outputs, inputs) between
/// each layer and the next, as the layers hold their weights: its numbers stand on the lines, which
/// are orange above 0 and blue below, the wider the larger.
///
/// ```
/// use helpers::prelude::*;
/// let units = [vec!["x0 = 1", "x1 = 2"], vec!["b = 0.5\nz = 1.5"]];
/// let weights = Tensor::new(&[[3.0, -1.0]], &Device::Cpu)?;
/// let figure = plot::network(&units, &[weights])?.title("One neuron");
/// # assert!(figure.svg()?.contains("z = 1.5"));
/// # Ok::<(), helpers::Error>(())
/// ```
///
/// # Errors
/// Fewer than two layers, a layer without a unit or with more than eight, connections that do not
/// fit the layers or are not finite.
pub fn network<T: AsRef<str>>(units: &[Vec<T>], connections: &[Tensor]) -> Result<Figure> {
    let layers = units.len();
    if layers < 2 || connections.len() != layers - 1 {
        let got = connections.len();
        bail!(
            "network: expected two layers or more and connections from each to the next, got {layers} layers and {got}"
        );
    }
    if let Some(layer) = units.iter().find(|l| l.is_empty() || l.len() > MOST) {
        bail!(
            "network: a layer has 1 to {MOST} units, got {}",
            layer.len()
        );
    }
    let texts: Vec<Vec<Vec<&str>>> = units
        .iter()
        .map(|layer| {
            layer
                .iter()
                .map(|t| t.as_ref().split('\n').collect())
                .collect()
        })
        .collect();
    let columns = columns(&texts);
    let right = columns.last().map_or(0.0, |column| column.x + column.width);
    let bottom = columns
        .iter()
        .flat_map(|c| c.y.iter().map(move |y| y + c.height / 2.0));
    let mut drawing = Drawing::new(right + 14.0, bottom.fold(0.0, f64::max) + 14.0);
    for (i, tensor) in connections.iter().enumerate() {
        connect(&mut drawing, (&columns[i], &columns[i + 1]), tensor)?;
    }
    for (column, layer) in columns.iter().zip(&texts) {
        for (y, lines) in column.y.iter().zip(layer) {
            let corner = (column.x, y - column.height / 2.0);
            drawing.rectangle(corner, (column.width, column.height), 8.0, pale(AXIS, 0.8));
            let first = y - LINE * (lines.len() - 1) as f64 / 2.0 + 0.36 * SMALL;
            for (i, line) in lines.iter().enumerate() {
                let at = (column.x + column.width / 2.0, first + LINE * i as f64);
                drawing.text(line, SMALL, INK, at);
            }
        }
    }
    Ok(drawing.figure())
}

/// The units of one layer: boxes of one size, with their left edge at `x` and their middles at `y`.
struct Column {
    x: f64,
    width: f64,
    height: f64,
    y: Vec<f64>,
}

/// Where the boxes stand: those of a smaller layer are spread over the height of the largest.
fn columns(texts: &[Vec<Vec<&str>>]) -> Vec<Column> {
    let height = |layer: &Vec<Vec<&str>>| {
        let lines = layer.iter().map(Vec::len).max().unwrap_or(1);
        LINE * lines as f64 + AROUND
    };
    let needs = texts
        .iter()
        .map(|layer| layer.len() as f64 * (height(layer) + APART));
    let whole = needs.fold(0.0, f64::max);
    let mut x = 14.0;
    let mut columns = Vec::new();
    for layer in texts {
        let widths = layer.iter().flatten().map(|line| text_width(line, SMALL));
        let width = widths.fold(20.0, f64::max) + 2.0 * AROUND;
        let share = whole / layer.len() as f64;
        let y = (0..layer.len()).map(|i| share * (i as f64 + 0.5));
        columns.push(Column {
            x,
            width,
            height: height(layer),
            y: y.collect(),
        });
        x += width + GAP;
    }
    columns
}

/// Draws the lines between two layers, each with its number in a gap.
fn connect(drawing: &mut Drawing, (from, to): (&Column, &Column), tensor: &Tensor) -> Result<()> {
    let (inputs, outputs) = (from.y.len(), to.y.len());
    if tensor.dims() != [outputs, inputs] {
        bail!(
            "network: between {inputs} and {outputs} units stand connections ({outputs}, {inputs}), got {:?}",
            tensor.dims()
        );
    }
    let numbers = values(tensor)?;
    if let Some(number) = numbers.iter().find(|v| !v.is_finite()) {
        bail!("network: every connection must be finite, got {number}");
    }
    let most = numbers.iter().fold(1e-12, |most: f64, v| most.max(v.abs()));
    // The numbers stand where the lines are furthest apart: near the layer of more units.
    let along = if outputs >= inputs { 0.8 } else { 0.25 };
    for (i, &number) in numbers.iter().enumerate() {
        let start = (from.x + from.width, from.y[i % inputs]);
        let end = (to.x, to.y[i / inputs]);
        let (dx, dy) = (end.0 - start.0, end.1 - start.1);
        let label = short_number(number);
        let half = (text_width(&label, SMALL) / 2.0 + 4.0) / dx;
        let gap = half.min(8.0 / dy.abs().max(1e-9));
        let place = |t: f64| (start.0 + t * dx, start.1 + t * dy);
        let line = pale(if number < 0.0 { colour(0) } else { colour(1) }, 0.35);
        let width = 0.6 + 2.4 * number.abs() / most;
        drawing.line(&[start, place(along - gap)], width, line);
        drawing.line(&[place(along + gap), end], width, line);
        let (x, y) = place(along);
        drawing.text(&label, SMALL, INK, (x, y + 0.36 * SMALL));
    }
    Ok(())
}
