//! The diagram of AlexNet's paper: towers of blocks, one for each group of maps.

use candle_core::{Result, bail};

use super::architecture::Architecture;
use super::cuboid::draw_all;
use super::layer::LayerKind;
use super::tower_layout::{self, Looks, Station, maps, stations};
use super::tower_rows::{self, LINE, SIZE, across_colour};
use crate::Figure;
use crate::drawing::{AXIS, Dash, Drawing, INK, SMALL, SOFT_INK, dark, pale};
use crate::theme::PAGE;

/// The height of a tower.
const TOWER: f64 = 158.0;
const MOST_TOWERS: usize = 4;
/// The middle of the first one.
const FIRST: f64 = 92.0;

/// A network as AlexNet's paper draws it (Krizhevsky et al. 2012, figure 2): a tower for each group of
/// maps, blocks as high as their maps and as thick as these are many, kernels as squares on them, and
/// lines where a layer looks at the maps of all towers. Poolings are named between the blocks they
/// join. Below stand what each layer looks at, its kernel and stride, its parameters and its receptive
/// field.
///
/// ```
/// use helpers::prelude::*;
/// let model = models::alexnet_2012(10, &Parameters::new(&Device::Cpu))?;
/// let network = inspect::read("AlexNet", &model, (1, 3, 224, 224))?;
/// let figure = inspect::towers(&network)?.title("AlexNet");
/// # assert!(figure.svg()?.contains("2048"));
/// # Ok::<(), helpers::Error>(())
/// ```
///
/// # Errors
/// More layers than fit side by side, fewer than two, more than 4 groups.
pub fn towers(network: &Architecture) -> Result<Figure> {
    draw(network, tower_layout::count(network))
}

/// [`towers`] with all groups drawn as one, as the paper on FCNs draws its network (Long et al. 2015,
/// figure 1). Where the last maps are enlarged to the size of the input, two arrows say which way
/// outputs and gradients go.
///
/// ```
/// use helpers::prelude::*;
/// let model = models::alexnet(10, &Parameters::new(&Device::Cpu))?;
/// let network = inspect::read("AlexNet", &model, (1, 3, 224, 224))?;
/// let figure = inspect::single_tower(&network)?;
/// # assert!(figure.svg()?.contains("4096"));
/// # Ok::<(), helpers::Error>(())
/// ```
///
/// # Errors
/// More layers than fit side by side, fewer than two.
pub fn single_tower(network: &Architecture) -> Result<Figure> {
    draw(network, 1)
}

fn draw(network: &Architecture, towers: usize) -> Result<Figure> {
    if towers > MOST_TOWERS {
        bail!(
            "towers: {} has a layer with {towers} groups, at most {MOST_TOWERS} towers can be drawn; single_tower draws them as one",
            network.name
        );
    }
    let stations = stations(network, towers, PAGE);
    let last = match stations.as_slice() {
        [_, .., last] => last,
        _ => bail!("towers: no layer was found between input and output"),
    };
    if last.block.right() + last.block.back > PAGE - 4.0 {
        bail!(
            "towers: {} layers are too many side by side; draw it with inspect::architecture",
            stations.len()
        );
    }
    let middles: Vec<f64> = (0..towers).map(|t| FIRST + TOWER * t as f64).collect();
    let bottom = FIRST + TOWER * (towers - 1) as f64 + 98.0;
    let rows = tower_rows::rows(&stations);
    let mut drawing = Drawing::new(PAGE, bottom + LINE * rows.len() as f64 + 8.0);
    let scene = Scene {
        stations: &stations,
        middles,
        towers,
    };
    for i in 0..stations.len() {
        scene.lines(&mut drawing, i);
    }
    scene.blocks(&mut drawing);
    for station in &stations {
        for middle in scene.places(station) {
            scene.labels(&mut drawing, station, middle);
        }
    }
    for i in 0..stations.len() {
        scene.kernels(&mut drawing, i);
    }
    scene.between(&mut drawing, bottom - 14.0);
    scene.directions(&mut drawing);
    tower_rows::draw(&mut drawing, &stations, &rows, bottom + 10.0);
    Ok(drawing.figure())
}

pub(super) struct Scene<'a> {
    pub(super) stations: &'a [Station<'a>],
    /// The middle of each tower.
    pub(super) middles: Vec<f64>,
    pub(super) towers: usize,
}

impl Scene<'_> {
    /// The heights at which a station's blocks stand.
    fn places(&self, station: &Station) -> Vec<f64> {
        match station.split {
            true => self.middles.clone(),
            false => vec![self.places_middle()],
        }
    }

    fn places_middle(&self) -> f64 {
        self.middles.iter().sum::<f64>() / self.towers as f64
    }

    fn blocks(&self, drawing: &mut Drawing) {
        for kind in LayerKind::ALL {
            let mut blocks = Vec::new();
            for station in self.stations.iter().filter(|s| s.layer.kind == kind) {
                for middle in self.places(station) {
                    blocks.push((&station.block, middle));
                }
            }
            if !blocks.is_empty() {
                draw_all(drawing, &blocks, kind.fill());
            }
        }
    }

    fn labels(&self, drawing: &mut Drawing, station: &Station, middle: f64) {
        let (block, layer) = (&station.block, station.layer);
        let (up, down) = (middle - block.high / 2.0, middle + block.high / 2.0);
        let maps = maps(station, self.towers).to_string();
        // Lines leave a vector at both ends, inwards: its number is outside.
        let above = station.split && layer.size.is_empty() && middle < self.places_middle();
        let y = if above {
            up - 0.6 * block.back - 5.0
        } else {
            down + 14.0
        };
        // Lines come to the last layer from below, at its left.
        let aside = if station.split || self.towers == 1 {
            0.0
        } else {
            9.0
        };
        let x = 0.5 * (block.x + block.right() + block.back) + aside;
        drawing.text(&maps, SMALL + 1.0, INK, (x, y));
        if let [.., h, w] = *layer.size.as_slice() {
            let slant = (
                block.x + 0.5 * block.back - 2.0,
                up - 0.3 * block.back - 4.0,
            );
            drawing.text_to(&w.to_string(), SIZE, SOFT_INK, slant);
            // Lines come to the lower tower from above, to low blocks at half their height, and to
            // enlarged maps at both ends.
            let y = if layer.kind == LayerKind::Upsampling {
                middle + 4.0
            } else if middle > self.places_middle() || block.high < 34.0 {
                down - 2.0
            } else {
                up + 13.0
            };
            drawing.text_to(&h.to_string(), SIZE, SOFT_INK, (block.x - 3.0, y));
            if self.predicts_pixels(station) {
                let at = (PAGE - 8.0, up - 0.6 * block.back - 10.0);
                drawing.text_to("pixelwise prediction", SIZE, INK, at);
            }
        }
    }

    /// Whether these maps are enlarged to the size of the input.
    pub(super) fn predicts_pixels(&self, station: &Station) -> bool {
        let input = self.stations.first().map(|first| &first.layer.size);
        station.layer.kind == LayerKind::Upsampling && input == Some(&station.layer.size)
    }

    /// From what a station is made of to its blocks.
    fn lines(&self, drawing: &mut Drawing, i: usize) {
        let Some((before, station)) = self.pair(i) else {
            return;
        };
        let (mut own, mut across) = (Vec::new(), Vec::new());
        for from in self.places(before) {
            for to in self.places(station) {
                let crosses = before.split && from != to;
                if crosses && station.looks == Looks::AtOwn {
                    continue;
                }
                let lines = if crosses { &mut across } else { &mut own };
                let x = station.block.x;
                let end = station.block.high / 2.0;
                if before.layer.size.is_empty() || station.layer.kernel.is_none() {
                    let start = (before.block.right() + 0.5 * before.block.back, from);
                    let half = before.block.high / 2.0;
                    lines.push(vec![(start.0, from - half), (x, to - end)]);
                    lines.push(vec![(start.0, from + half), (x, to + end)]);
                } else {
                    let square = self.square(before, station, from);
                    lines.push(vec![square[1], (x, to)]);
                    lines.push(vec![square[2], (x, to)]);
                }
            }
        }
        drawing.lines(&own, 0.8, AXIS, Dash::Solid);
        drawing.lines(&across, 1.2, across_colour(), Dash::Solid);
    }

    /// The kernel of a station on the blocks before it, over their sides.
    fn kernels(&self, drawing: &mut Drawing, i: usize) {
        let Some((before, station)) = self.pair(i) else {
            return;
        };
        let Some(kernel) = station
            .layer
            .kernel
            .filter(|_| !before.layer.size.is_empty())
        else {
            return;
        };
        for from in self.places(before) {
            let square = self.square(before, station, from);
            let strong = match station.looks {
                Looks::Across => across_colour(),
                _ => dark(station.layer.kind.colour(), 0.15),
            };
            drawing.polygon(&square, pale(strong, 0.2));
            let right = before.block.right() + before.block.back;
            let on_the_face = right - square[1].0 > 20.0;
            // Lines to the towers below leave an upper one downwards: its number is above them.
            let above = station.looks == Looks::Across && from < self.places_middle();
            let at = match (on_the_face, above) {
                (true, _) => (square[1].0 + 3.0, square[2].1 + 12.0),
                (false, true) => (right + 4.0, square[1].1.min(from - 2.0) - 6.0),
                (false, false) => (right + 4.0, square[2].1.max(from + 10.0) + 13.0),
            };
            drawing.text_from(&kernel.to_string(), SIZE, dark(strong, 0.2), at);
        }
    }

    fn square(&self, before: &Station, station: &Station, middle: f64) -> [(f64, f64); 4] {
        let side = before.layer.size.last().copied().unwrap_or(1).max(1) as f64;
        let kernel = station.layer.kernel.unwrap_or(1) as f64;
        let least = (9.0 / before.block.high).min(1.0);
        before
            .block
            .on_side((kernel / side).clamp(least, 1.0), middle)
    }

    pub(super) fn pair(&self, i: usize) -> Option<(&Station<'_>, &Station<'_>)> {
        let before = self.stations.get(i.checked_sub(1)?)?;
        Some((before, self.stations.get(i)?))
    }
}
