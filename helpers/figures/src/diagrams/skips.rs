//! The diagram of the paper on FCNs: coarse and fine maps that are added.

use candle_core::{Result, bail};

use super::architecture::Architecture;
use super::layer::{Layer, LayerKind};
use super::skip_rows::{Fusion, Term, fusion, trunk};
use crate::Figure;
use crate::counts::abbreviated;
use crate::drawing::{AXIS, Dash, Drawing, INK, SMALL, SOFT_INK, colour, dark, pale};
use crate::theme::{PAGE, Rgb};

/// The side of a grid.
const GRID: f64 = 52.0;
/// The upper edge of the first row's grids, and from one row to the next.
const TOP: f64 = 30.0;
const ROW: f64 = 138.0;
/// Of all texts.
const SIZE: f64 = 11.0;
/// A grid of more cells is drawn as a plain square.
const MOST_CELLS: usize = 32;

/// Fully convolutional networks as their paper draws them (Long et al. 2015, figure 3): in the first
/// row what all have in common, with poolings as grids as fine as their maps and convolutions as bars;
/// in a row for each network the scores that it adds, each made by a 1 x 1 convolution of the layer
/// above it and enlarged so many times, and the prediction. Read with a small input, such as (1, 3, 64,
/// 64), the cells can be counted.
///
/// ```no_run
/// use helpers::prelude::*;
/// let params = Parameters::new(&Device::Cpu);
/// let fcn32s = models::fcn32s(21, &params.at("32s"))?;
/// let fcn8s = models::fcn8s(21, &params.at("8s"))?;
/// inspect::skips(&[
///     inspect::read("FCN-32s", &fcn32s, (1, 3, 64, 64))?,
///     inspect::read("FCN-8s", &fcn8s, (1, 3, 64, 64))?,
/// ])?;
/// # Ok::<(), helpers::Error>(())
/// ```
///
/// # Errors
/// No network, more than three, one that does not end with an enlargement of scores, one with a skip
/// connection from a layer that the first row does not show.
pub fn skips(networks: &[Architecture]) -> Result<Figure> {
    let Some(first) = networks.first().filter(|_| networks.len() <= 3) else {
        bail!(
            "skips: 1 to 3 networks can be drawn, got {}",
            networks.len()
        );
    };
    let places = trunk(first)?;
    let fusions: Vec<Fusion> = networks.iter().map(fusion).collect::<Result<_>>()?;
    let pitch = (PAGE - 20.0) / (places.len() as f64 + 1.0);
    if pitch < GRID + 14.0 {
        bail!("skips: {} has too many poolings to be drawn", first.name);
    }
    let x = |column: usize| 10.0 + pitch * (column as f64 + 0.5);
    let mut drawing = Drawing::new(PAGE, TOP + ROW * networks.len() as f64);
    for (column, pair) in places.windows(2).enumerate() {
        let between = &first.layers[pair[0] + 1..=pair[1]];
        convolutions(&mut drawing, between, (x(column), x(column + 1)));
    }
    for (column, &place) in places.iter().enumerate() {
        trunk_grid(&mut drawing, first, place, x(column));
    }
    let columns: Vec<&str> = places
        .iter()
        .map(|&p| first.layers[p].name.as_str())
        .collect();
    for (row, (network, fusion)) in networks.iter().zip(&fusions).enumerate() {
        let mut placed = Vec::new();
        for term in &fusion.terms {
            match columns.iter().position(|name| *name == term.origin) {
                Some(column) => placed.push((term, x(column))),
                None => bail!(
                    "skips: {} adds the scores of {}, which the first row does not show",
                    network.name,
                    term.origin
                ),
            }
        }
        placed.sort_by(|a, b| a.1.total_cmp(&b.1));
        let higher: Vec<&[Term]> = fusions[..row].iter().map(|f| &f.terms[..]).collect();
        let style = Style::of(row);
        sum(&mut drawing, fusion, (&placed, &higher), (row, style));
        let from = placed.last().map_or(0.0, |term| term.1);
        prediction(
            &mut drawing,
            network,
            fusion,
            (from, x(places.len())),
            (row, style),
        );
    }
    Ok(drawing.figure())
}

/// The line of a network: solid, dashed, dotted, as in the paper.
#[derive(Clone, Copy)]
struct Style {
    dash: Dash,
    ink: Rgb,
}

impl Style {
    fn of(row: usize) -> Style {
        let (dash, class) = [(Dash::Solid, 0), (Dash::Dashed, 1), (Dash::Dotted, 7)][row.min(2)];
        let ink = dark(colour(class), 0.1);
        Style { dash, ink }
    }
}

fn top(row: usize) -> f64 {
    TOP + ROW * row as f64
}

/// A square with as many cells as a map has, centred at x.
fn grid(drawing: &mut Drawing, cells: usize, (x, y): (f64, f64), fill: Rgb) {
    let left = x - GRID / 2.0;
    drawing.rectangle((left, y), (GRID, GRID), 0.0, fill);
    if cells > MOST_CELLS {
        return;
    }
    let step = GRID / cells.max(1) as f64;
    let lines = (1..cells).flat_map(|i| {
        let d = step * i as f64;
        [
            vec![(left + d, y), (left + d, y + GRID)],
            vec![(left, y + d), (left + GRID, y + d)],
        ]
    });
    let lines: Vec<_> = lines.collect();
    drawing.lines(&lines, 0.5, dark(fill, 0.3), Dash::Solid);
}

fn trunk_grid(drawing: &mut Drawing, network: &Architecture, place: usize, x: f64) {
    let layer = &network.layers[place];
    let side = layer.size.last().copied().unwrap_or(1);
    let name = match layer.kind {
        LayerKind::Input => "image",
        _ => &layer.name,
    };
    grid(drawing, side, (x, TOP), layer.kind.fill());
    drawing.text(name, SMALL, INK, (x, TOP - 8.0));
    let size = format!("{}@{}", layer.channels, layer.sides());
    drawing.text(&size, SIZE, SOFT_INK, (x, TOP + GRID + 14.0));
    if let (Some(field), true) = (layer.field, place > 0) {
        drawing.text(
            &format!("sees {field}"),
            SIZE,
            SOFT_INK,
            (x, TOP + GRID + 28.0),
        );
    }
}

/// A bar for each convolution between two grids, with how many parameters they have.
fn convolutions(drawing: &mut Drawing, between: &[Layer], (from, to): (f64, f64)) {
    let convs = between.iter().filter(|l| l.kind == LayerKind::Convolution);
    let (a, b) = (from + GRID / 2.0, to - GRID / 2.0);
    let count = convs.clone().count();
    let middle = TOP + GRID / 2.0;
    drawing.line(&[(a, middle), (b, middle)], 0.8, AXIS);
    let step = (b - a) / (count as f64 + 1.0);
    let bars = (1..=count).map(|i| {
        let x = a + step * i as f64;
        ((x - 2.0, TOP + 6.0), (4.0, GRID - 12.0))
    });
    let bars: Vec<_> = bars.collect();
    if !bars.is_empty() {
        drawing.rectangles(&bars, LayerKind::Convolution.fill());
    }
    let parameters: usize = convs.map(|layer| layer.parameters).sum();
    if parameters > 0 {
        let at = (0.5 * (a + b), TOP - 8.0);
        drawing.text(&abbreviated(parameters), SIZE, SOFT_INK, at);
    }
}

/// The scores that a network adds, each under the layer it comes from.
fn sum(
    drawing: &mut Drawing,
    fusion: &Fusion,
    (placed, higher): (&[(&Term, f64)], &[&[Term]]),
    (row, style): (usize, Style),
) {
    if row == 0 {
        return; // the first network's scores are what the trunk ends with
    }
    let y = top(row);
    for (i, (term, x)) in placed.iter().enumerate() {
        grid(drawing, fusion.side, (*x, y), pale(style.ink, 0.78));
        // From where these scores are last seen above.
        let last = higher
            .iter()
            .rposition(|terms| terms.iter().any(|t| t.origin == term.origin));
        let from = top(last.unwrap_or(0)) + GRID + if last.unwrap_or(0) == 0 { 34.0 } else { 20.0 };
        drawing.arrows(
            &[vec![(*x, from), (*x, y - 18.0)]],
            1.2,
            style.ink,
            style.dash,
        );
        let name = match term.times {
            1 => term.origin.clone(),
            times => format!("{times}× {}", term.origin),
        };
        drawing.text(&name, SMALL, INK, (*x, y - 6.0));
        let count = format!("1×1, {}", abbreviated(term.parameters));
        drawing.text(&count, SIZE, SOFT_INK, (*x, y + GRID + 14.0));
        if let Some((_, next)) = placed.get(i + 1) {
            drawing.text(
                "+",
                SMALL + 6.0,
                style.ink,
                (0.5 * (x + next), y + GRID / 2.0 + 6.0),
            );
        }
    }
}

fn prediction(
    drawing: &mut Drawing,
    network: &Architecture,
    fusion: &Fusion,
    (from, x): (f64, f64),
    (row, style): (usize, Style),
) {
    let y = top(row);
    let middle = y + GRID / 2.0;
    let (a, b) = (from + GRID / 2.0 + 3.0, x - GRID / 2.0 - 2.0);
    drawing.arrows(
        &[vec![(a, middle), (b, middle)]],
        1.4,
        style.ink,
        style.dash,
    );
    let times = format!("{}×", fusion.times);
    drawing.text(&times, SMALL, style.ink, (0.5 * (a + b), middle - 7.0));
    if let (0, Some(score)) = (row, fusion.terms.last()) {
        let count = abbreviated(score.parameters);
        drawing.text("1×1,", SIZE, SOFT_INK, (0.5 * (a + b), middle + 16.0));
        drawing.text(&count, SIZE, SOFT_INK, (0.5 * (a + b), middle + 29.0));
    }
    grid(drawing, fusion.prediction, (x, y), pale(style.ink, 0.55));
    drawing.text(&network.name, SMALL, INK, (x, y - 8.0));
    let size = format!("{0}@{1}×{1}", fusion.classes, fusion.prediction);
    drawing.text(&size, SIZE, SOFT_INK, (x, y + GRID + 14.0));
    let lines = [
        format!("{}× upsampled", fusion.times),
        "prediction".to_string(),
    ];
    for (i, line) in lines.iter().enumerate() {
        drawing.text(line, SIZE, SOFT_INK, (x, y + GRID + 28.0 + 13.0 * i as f64));
    }
}
