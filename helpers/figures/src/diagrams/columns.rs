//! The diagram of ResNet's paper: columns of boxes, side by side.

use candle_core::{Result, bail};

use super::architecture::Architecture;
use super::columns_layout::{Band, ROW, is_projection, layout, side};
use super::layer::{Layer, LayerKind};
use crate::Figure;
use crate::counts::abbreviated;
use crate::drawing::{
    AXIS, Bend, Dash, Drawing, INK, Rectangle, SMALL, SOFT_INK, colour, dark, pale, text_width,
};
use crate::theme::{PAGE, Rgb};

const HIGH: f64 = 16.0;
/// Of the texts in the boxes and beside them.
const SIZE: f64 = 11.0;
/// Room for the sizes at the left.
const LEFT: f64 = 52.0;
/// Where boxes begin.
const TOP: f64 = 72.0;
/// Narrower figures would cut the legend.
const LEGEND: f64 = 540.0;
/// How far a skip connection goes out.
const OUT: f64 = 17.0;
/// Beside a box: its parameters, what it sees.
const BESIDE: f64 = 40.0;

/// Networks as ResNet's paper draws them (He et al. 2015, figure 3): a column of boxes for each, boxes
/// of one output size at one height. Skip connections are solid where they leave all as it is, dotted
/// where they fit the size. At the left of a box are its parameters, at its right the side of its
/// receptive field; below a column are its totals.
///
/// ```
/// use helpers::prelude::*;
/// let params = Parameters::new(&Device::Cpu);
/// let plain = models::plain34(10, &params.at("plain"))?;
/// let residual = models::resnet34(10, &params.at("residual"))?;
/// let figure = inspect::columns(&[
///     inspect::read("plain", &plain, (1, 3, 64, 64))?,
///     inspect::read("residual", &residual, (1, 3, 64, 64))?,
/// ])?;
/// # assert!(figure.svg()?.contains("3×3 conv, 128, /2"));
/// # Ok::<(), helpers::Error>(())
/// ```
///
/// # Errors
/// No network, more than fit side by side, maps that grow, a column too long to be shown.
pub fn columns(networks: &[Architecture]) -> Result<Figure> {
    if networks.is_empty() {
        bail!("columns: there is no network to draw");
    }
    let labels = networks.iter().flat_map(|n| n.layers.iter().skip(1));
    let wide = labels
        .map(|l| text_width(&label(l), SIZE))
        .fold(60.0, f64::max)
        + 12.0;
    let need = wide + 2.0 * BESIDE + OUT + 10.0;
    let pitch = ((PAGE - LEFT) / networks.len() as f64).min(need + 40.0);
    if pitch < need {
        let most = ((PAGE - LEFT) / need) as usize;
        bail!(
            "columns: {} networks are too many side by side, at most {most} of these",
            networks.len()
        );
    }
    let (bands, heights, end) = layout(networks, TOP)?;
    let width = (LEFT + pitch * networks.len() as f64).max(LEGEND);
    let mut drawing = Drawing::new(width, end + 62.0);
    sizes(&mut drawing, &bands, width);
    for (i, (network, heights)) in networks.iter().zip(&heights).enumerate() {
        let x = LEFT + pitch * i as f64 + BESIDE + 4.0 + wide / 2.0;
        Column {
            network,
            heights,
            x,
            wide,
        }
        .draw(&mut drawing, end);
    }
    legend(&mut drawing, networks, end + 52.0);
    Ok(drawing.figure())
}

/// What stands in a box: `3×3 conv, 128, /2`.
fn label(layer: &Layer) -> String {
    let slash = match layer.stride {
        0..=1 => String::new(),
        stride => format!(", /{stride}"),
    };
    match layer.kind {
        LayerKind::Input => "image".to_string(),
        LayerKind::Convolution => {
            format!("{} conv, {}{slash}", layer.window(), layer.channels)
        }
        LayerKind::Pooling if layer.averages() => format!("avg pool{slash}"),
        LayerKind::Pooling => format!("pool{slash}"),
        LayerKind::FullyConnected => format!("fc {}", layer.channels),
        LayerKind::Upsampling => format!("upsampling {}", layer.short),
        LayerKind::Other => layer.description.join(" "),
    }
}

struct Column<'a> {
    network: &'a Architecture,
    /// The middle of each box but the input's.
    heights: &'a [f64],
    /// The middle of the boxes.
    x: f64,
    wide: f64,
}

impl Column<'_> {
    fn draw(&self, drawing: &mut Drawing, end: f64) {
        let (x, half) = (self.x, self.wide / 2.0);
        let boxes = || self.network.layers.iter().skip(1).zip(self.heights);
        drawing.text(&self.network.name, SMALL + 2.0, INK, (x, 18.0));
        drawing.text("image", SIZE, INK, (x, TOP - 30.0));
        let mut last = TOP - 26.0;
        let mut arrows = Vec::new();
        for &y in self.heights {
            arrows.push(vec![(x, last), (x, y - HIGH / 2.0)]);
            last = y + HIGH / 2.0;
        }
        drawing.arrows(&arrows, 0.9, SOFT_INK, Dash::Solid);
        self.skips(drawing);
        let mut fills: Vec<(Rgb, Vec<Rectangle>)> = Vec::new();
        for (layer, y) in boxes() {
            let rectangle = ((x - half, y - HIGH / 2.0), (self.wide, HIGH));
            let fill = fill(layer);
            match fills.iter_mut().find(|(colour, _)| *colour == fill) {
                Some((_, all)) => all.push(rectangle),
                None => fills.push((fill, vec![rectangle])),
            }
        }
        for (fill, all) in &fills {
            drawing.rectangles(all, *fill);
        }
        for (layer, y) in boxes() {
            drawing.text(&label(layer), SIZE, INK, (x, y + 4.0));
        }
        for (layer, y) in boxes() {
            if layer.parameters > 0 {
                let count = abbreviated(layer.parameters);
                drawing.text_to(&count, SIZE, SOFT_INK, (x - half - 5.0, y + 4.0));
            }
        }
        let right = x
            + half
            + if self.network.skips.is_empty() {
                5.0
            } else {
                OUT + 5.0
            };
        for (layer, y) in boxes() {
            let sees = layer
                .field
                .map_or("all".to_string(), |side| side.to_string());
            drawing.text_from(&sees, SIZE, SOFT_INK, (right, y + 4.0));
        }
        let parameters = format!("{} parameters", abbreviated(self.network.parameters));
        let work = format!("{} multiply-adds", billions(self.network.multiply_adds));
        drawing.text(&parameters, SMALL, INK, (x, end + 12.0));
        drawing.text(&work, SMALL, INK, (x, end + 28.0));
    }

    /// Round the right ends of the boxes that they span.
    fn skips(&self, drawing: &mut Drawing) {
        let below = |place: usize| match place.checked_sub(1).and_then(|i| self.heights.get(i)) {
            Some(y) => y + ROW / 2.0,
            None => TOP - ROW / 2.0,
        };
        let right = self.x + self.wide / 2.0 + 2.0;
        let (mut solid, mut dotted, mut heads) = (Vec::new(), Vec::new(), Vec::new());
        for skip in &self.network.skips {
            let (a, b) = (below(skip.from), below(skip.to));
            let out = right + OUT;
            let curve = [(right, a), (out, a), (out, b), (right, b)];
            let bend: Bend = ((self.x, a), curve, (self.x + 8.0, b));
            match is_projection(skip) {
                true => dotted.push(bend),
                false => solid.push(bend),
            }
            heads.push(vec![(self.x + 10.0, b), (self.x + 1.0, b)]);
        }
        drawing.bends(&solid, 1.2, skip_colour(), Dash::Solid);
        drawing.bends(&dotted, 1.4, skip_colour(), Dash::Dotted);
        if !heads.is_empty() {
            drawing.arrows(&heads, 1.2, skip_colour(), Dash::Solid);
        }
    }
}

/// The output sizes at the left, with a line where each begins.
fn sizes(drawing: &mut Drawing, bands: &[Band], width: f64) {
    drawing.text_from("output", SIZE, SOFT_INK, (8.0, TOP - 46.0));
    drawing.text_from("size", SIZE, SOFT_INK, (8.0, TOP - 32.0));
    let mut lines = Vec::new();
    for band in bands {
        let y = band.y - ROW / 2.0 - 2.0;
        lines.push(vec![(8.0, y), (width - 8.0, y)]);
        drawing.text_from(&band.side.to_string(), SMALL, INK, (8.0, band.y + 4.0));
    }
    drawing.lines(&lines, 0.5, pale(AXIS, 0.55), Dash::Solid);
}

fn legend(drawing: &mut Drawing, networks: &[Architecture], y: f64) {
    let words = "left of a box: parameters; right: receptive field";
    drawing.text_from(words, SIZE, SOFT_INK, (8.0, y));
    let mut x = 8.0 + text_width(words, SIZE) + 24.0;
    let skips = || networks.iter().flat_map(|network| &network.skips);
    for (dash, text) in [(Dash::Solid, "identity"), (Dash::Dotted, "1×1 convolution")] {
        if !skips().any(|skip| is_projection(skip) == (dash == Dash::Dotted)) {
            continue;
        }
        let line = vec![vec![(x, y - 4.0), (x + 26.0, y - 4.0)]];
        drawing.lines(&line, 1.4, skip_colour(), dash);
        drawing.text_from(text, SIZE, SOFT_INK, (x + 31.0, y));
        x += 31.0 + text_width(text, SIZE) + 18.0;
    }
}

/// One colour for layers of as many maps; poolings and images are white.
fn fill(layer: &Layer) -> Rgb {
    let class = match (layer.kind, layer.channels) {
        (LayerKind::Convolution, 0..=64) => 3,
        (LayerKind::Convolution, 65..=128) => 2,
        (LayerKind::Convolution, 129..=256) => 1,
        (LayerKind::Convolution, _) => 0,
        _ => {
            return if side(layer) > 1 {
                [250, 250, 250]
            } else {
                [236, 238, 241]
            };
        }
    };
    pale(colour(class), 0.72)
}

fn skip_colour() -> Rgb {
    dark(colour(7), 0.1)
}

/// `3.66 billion`.
pub(super) fn billions(count: usize) -> String {
    match count {
        0..50_000_000 => format!("{:.1} million", count as f64 / 1e6),
        _ => format!("{:.2} billion", count as f64 / 1e9),
    }
}
