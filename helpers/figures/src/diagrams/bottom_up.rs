//! The diagram of the first paper on convolutional networks: layers from the bottom to the top.

use candle_core::{Result, bail};

use super::architecture::Architecture;
use super::layer::{Layer, LayerKind};
use crate::Figure;
use crate::counts::thousands;
use crate::drawing::{AXIS, Dash, Drawing, INK, Rectangle, SMALL, SOFT_INK, dark, pale};
use crate::theme::PAGE;

/// The room of the planes, between the words at both sides.
const LEFT: f64 = 148.0;
const ROOM: f64 = 486.0;
/// Between a layer and the next.
const APART: f64 = 76.0;
const LINE: f64 = 15.0;
/// The side of a unit, at most: of an image, of a sequence, of a layer without planes.
const PIXEL: f64 = 4.6;
const FRAME: f64 = 11.0;
const UNIT_SIDE: f64 = 12.0;
/// More planes cannot be told apart.
const MOST: usize = 64;

/// A network as the paper of 1989 draws it (LeCun et al. 1989): the input at the bottom, the
/// output on top, every unit as a square. At the left stand the units of each layer, at the right the
/// links of each arrow, which are its multiply-adds with the biases counted, its kernels, parameters
/// and receptive field.
///
/// The maps of a sequence (N, C, L) are the C rows of one plane, as A. Waibel et al. draw their
/// time-delay network, Phoneme recognition using time-delay neural networks, IEEE Trans. ASSP 37, 1989.
///
/// ```
/// use helpers::prelude::*;
/// let model = models::lenet1989(&Parameters::new(&Device::Cpu))?;
/// let network = inspect::read("1989", &model, (1, 1, 16, 16))?;
/// let figure = inspect::bottom_up(&network)?;
/// # assert!(figure.svg()?.contains("19,968 links"));
/// # Ok::<(), helpers::Error>(())
/// ```
///
/// # Errors
/// A layer of more than 64 planes, of another rank than these or vectors; fewer than two layers.
pub fn bottom_up(network: &Architecture) -> Result<Figure> {
    let layers = &network.layers;
    if layers.len() < 2 {
        bail!("bottom_up: no layer was found between input and output");
    }
    for layer in layers {
        let few = layer.size.len() <= 2 && layer.channels <= MOST;
        if !few && !layer.size.is_empty() {
            bail!(
                "bottom_up: layers of at most {MOST} planes can be drawn, got {}@{}",
                layer.channels,
                layer.sides()
            );
        }
    }
    let wide = |(planes, _, columns): Planes| planes as f64 * (columns as f64 + 1.6);
    let widest = layers.iter().filter_map(planes).map(wide);
    let sequence = layers[0].size.len() == 1;
    let most = if sequence { FRAME } else { PIXEL };
    let cell = (ROOM / widest.fold(1.0, f64::max)).min(most);
    let high = |l: &Layer| match planes(l) {
        Some((_, rows, _)) => rows as f64 * cell,
        None => unit_side(l),
    };
    let total: f64 = layers.iter().map(high).sum::<f64>() + APART * (layers.len() - 1) as f64;
    let bottom = total + 18.0;
    let mut drawing = Drawing::new(PAGE, bottom + 40.0);
    let mut y = bottom;
    let mut rows: Vec<Row> = Vec::new();
    for layer in layers {
        y -= high(layer);
        rows.push(Row { layer, y, cell });
        y -= APART;
    }
    for row in &rows {
        row.draw(&mut drawing);
    }
    // On the planes, which would hide them.
    for pair in rows.windows(2) {
        links(&mut drawing, &pair[0], &pair[1]);
        kernels(&mut drawing, &pair[0], &pair[1]);
    }
    let units: usize = layers.iter().map(units).sum();
    let links: usize = layers.iter().map(|layer| layer.links).sum();
    let all = format!(
        "{} units, {} links, {} parameters",
        thousands(units),
        thousands(links),
        thousands(network.parameters)
    );
    drawing.text_from(&all, SMALL, INK, (12.0, bottom + 30.0));
    Ok(drawing.figure())
}

/// Planes with their rows and columns.
type Planes = (usize, usize, usize);

/// What a layer is drawn as; nothing for a vector.
fn planes(layer: &Layer) -> Option<Planes> {
    match *layer.size.as_slice() {
        [rows, columns] => Some((layer.channels, rows, columns)),
        [frames] => Some((1, layer.channels, frames)),
        _ => None,
    }
}

/// A layer and the height of its upper edge.
struct Row<'a> {
    layer: &'a Layer,
    y: f64,
    /// The side of a unit in a plane.
    cell: f64,
}

fn units(layer: &Layer) -> usize {
    layer.channels * layer.size.iter().product::<usize>()
}

fn unit_side(layer: &Layer) -> f64 {
    (ROOM / layer.channels as f64).min(UNIT_SIDE)
}

impl Row<'_> {
    /// The planes, or units, each (left, width, height).
    fn planes(&self) -> Vec<(f64, f64, f64)> {
        let (n, w, h, pitch) = match planes(self.layer) {
            Some((n, rows, columns)) => {
                let (w, h) = (columns as f64 * self.cell, rows as f64 * self.cell);
                (n, w, h, (ROOM / n as f64).min(2.0 * w + 6.0))
            }
            None => {
                let side = unit_side(self.layer);
                (self.layer.channels, side, side, side)
            }
        };
        let start = LEFT + (ROOM - pitch * n as f64) / 2.0 + (pitch - w) / 2.0;
        (0..n).map(|i| (start + pitch * i as f64, w, h)).collect()
    }

    fn draw(&self, drawing: &mut Drawing) {
        let drawn = self.planes();
        let all: Vec<_> = drawn
            .iter()
            .map(|&(x, w, h)| ((x, self.y), (w, h)))
            .collect();
        drawing.rectangles(&all, self.layer.kind.fill());
        let mut grid = Vec::new();
        if let Some((_, rows, columns)) = planes(self.layer) {
            for &(x, w, h) in &drawn {
                for i in 1..rows {
                    let y = self.y + i as f64 * self.cell;
                    grid.push(vec![(x, y), (x + w, y)]);
                }
                for j in 1..columns {
                    let x = x + j as f64 * self.cell;
                    grid.push(vec![(x, self.y), (x, self.y + h)]);
                }
            }
        }
        let line = dark(self.layer.kind.fill(), 0.18);
        drawing.lines(&grid, 0.4, line, Dash::Solid);
        let layer = self.layer;
        let middle = self.y + drawn.first().map_or(0.0, |plane| plane.2) / 2.0;
        let name = match layer.kind {
            LayerKind::Input => "input".to_string(),
            _ if layer.name.is_empty() => layer.description.join(", "),
            _ if layer.name.starts_with("out") => "output".to_string(),
            _ => format!("layer {}", layer.name.to_uppercase()),
        };
        let count = match layer.size.as_slice() {
            size if layer.channels > 1 && !size.is_empty() => {
                let each: usize = size.iter().product();
                format!("{} × {each} = {} units", layer.channels, units(layer))
            }
            _ => format!("{} units", thousands(units(layer))),
        };
        drawing.text_from(&name, SMALL + 1.0, INK, (12.0, middle - 3.0));
        drawing.text_from(&count, SMALL, SOFT_INK, (12.0, middle + 12.0));
    }
}

/// The kernel on each plane that it sees.
fn squares(from: &Row, to: &Row) -> Vec<Rectangle> {
    let (Some(kernel), Some((_, rows, columns))) = (to.layer.kernel, planes(from.layer)) else {
        return Vec::new();
    };
    let tall = match (from.layer.size.len(), to.layer.kind) {
        (1, LayerKind::Convolution) => rows, // it sees all maps of the sequence
        (1, _) => 1,
        _ => kernel,
    };
    let (wide, high) = (kernel as f64 * from.cell, tall as f64 * from.cell);
    let at = |n: usize, side: usize| ((n.saturating_sub(side) / 2) as f64) * from.cell;
    let corner = |x: f64| (x + at(columns, kernel), from.y + at(rows, tall));
    let planes = from.planes();
    let seen = to.layer.depth.clamp(1, planes.len());
    let square = |&(x, ..): &(f64, f64, f64)| (corner(x), (wide, high));
    planes[..seen].iter().map(square).collect()
}

/// The units that are drawn as computed from these kernels: one of the first plane, and of the last
/// one too where all kernels are on a single map.
fn computed(to: &Row, squares: &[Rectangle]) -> Vec<Rectangle> {
    let unit = |&(x, w, h): &(f64, f64, f64)| match planes(to.layer) {
        Some((_, rows, columns)) => {
            let (i, j) = ((rows / 2) as f64, (columns / 2) as f64);
            let corner = (x + j * to.cell, to.y + i * to.cell);
            (corner, (to.cell, to.cell))
        }
        None => ((x, to.y), (w, h)),
    };
    let drawn = to.planes();
    let last = drawn
        .last()
        .filter(|_| squares.len() == 1 && drawn.len() > 1);
    drawn.first().into_iter().chain(last).map(unit).collect()
}

fn kernels(drawing: &mut Drawing, from: &Row, to: &Row) {
    let squares = squares(from, to);
    let ink = dark(to.layer.kind.colour(), 0.15);
    let frame = |&((x, y), (w, h)): &Rectangle| {
        vec![(x, y), (x + w, y), (x + w, y + h), (x, y + h), (x, y)]
    };
    let frames: Vec<_> = squares.iter().map(frame).collect();
    drawing.lines(&frames, 1.4, ink, Dash::Solid);
    if !squares.is_empty() {
        drawing.rectangles(&computed(to, &squares), ink);
    }
}

/// The lines from kernels to units, or those that say "all with all"; and what the arrow is.
fn links(drawing: &mut Drawing, from: &Row, to: &Row) {
    let layer = to.layer;
    let (lower, upper) = (from.planes(), to.planes());
    let squares = squares(from, to);
    let mut lines = Vec::new();
    for ((x, y), (side, high)) in computed(to, &squares) {
        for &((left, top), (k, _)) in &squares {
            lines.push(vec![(left, top), (x, y + high)]);
            lines.push(vec![(left + k, top), (x + side, y + high)]);
        }
    }
    let ink = pale(dark(layer.kind.colour(), 0.1), 0.35);
    drawing.lines(&lines, 0.6, ink, Dash::Solid);
    if let (true, [a, .., b], [c, .., d]) = (squares.is_empty(), &lower[..], &upper[..]) {
        let (ya, yb) = (from.y, to.y + c.2);
        let (left, right) = ((a.0, ya), (b.0 + b.1, ya));
        let (start, end) = ((c.0, yb), (d.0 + d.1, yb));
        let all = [
            vec![left, start],
            vec![right, end],
            vec![left, end],
            vec![right, start],
        ];
        drawing.lines(&all, 0.6, AXIS, Dash::Solid);
    }
    let y = 0.5 * (from.y + to.y + upper.first().map_or(0.0, |plane| plane.2)) - LINE;
    for (line, text) in facts(layer).iter().enumerate() {
        let ink = if line == 0 { INK } else { SOFT_INK };
        let at = (LEFT + ROOM + 16.0, y + LINE * line as f64);
        drawing.text_from(text, SMALL, ink, at);
    }
}

/// What an arrow is, in lines.
fn facts(layer: &Layer) -> Vec<String> {
    let mut lines = Vec::new();
    if layer.links > 0 {
        lines.push(format!("{} links", thousands(layer.links)));
    }
    lines.push(match (layer.kernel, layer.kind) {
        (Some(_), LayerKind::Convolution) => {
            let deep = match layer.depth {
                0..=1 => String::new(),
                depth => format!("×{depth}"),
            };
            format!(
                "from {} kernels {}{deep}, stride {}",
                layer.channels,
                layer.window(),
                layer.stride
            )
        }
        (Some(_), _) => format!("windows of {}, stride {}", layer.window(), layer.stride),
        _ => "fully connected".to_string(),
    });
    if layer.parameters > 0 {
        lines.push(format!("{} parameters", thousands(layer.parameters)));
    }
    if layer.kernel.is_some() {
        lines.push(format!("a unit sees {}", layer.sees()));
    }
    lines
}
