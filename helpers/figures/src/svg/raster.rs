//! Pictures made of pixels, and PNG files that stay small: a palette instead of full colours.

use std::collections::HashMap;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use candle_core::{Error, Result};

use crate::theme::{Rgb, UNIT};

/// Opaque pixels, row by row from the top.
#[derive(Clone)]
pub(crate) struct Raster {
    pub width: usize,
    pub height: usize,
    pub pixels: Vec<Rgb>,
}

impl Raster {
    /// A PNG file of at most `colours` colours (2 to 256).
    pub fn png(&self, colours: usize) -> Result<Vec<u8>> {
        let (palette, index) = quantise(&self.pixels, colours);
        let (depth, bits) = match palette.len() {
            0..=2 => (png::BitDepth::One, 1),
            3..=4 => (png::BitDepth::Two, 2),
            5..=16 => (png::BitDepth::Four, 4),
            _ => (png::BitDepth::Eight, 8),
        };
        let mut data = Vec::new();
        for row in self.pixels.chunks(self.width) {
            for group in row.chunks(8 / bits) {
                let shift = |i: usize| 8 - bits * (i + 1);
                let packed = |(i, p): (usize, &Rgb)| index.get(p).copied().unwrap_or(0) << shift(i);
                data.push(group.iter().enumerate().map(packed).fold(0, |a, b| a | b));
            }
        }
        self.encode(
            png::ColorType::Indexed,
            depth,
            Some(palette.concat()),
            &data,
        )
    }

    /// A PNG file of all colours.
    pub fn full_png(&self) -> Result<Vec<u8>> {
        let depth = png::BitDepth::Eight;
        self.encode(png::ColorType::Rgb, depth, None, &self.pixels.concat())
    }

    fn encode(
        &self,
        colours: png::ColorType,
        depth: png::BitDepth,
        palette: Option<Vec<u8>>,
        data: &[u8],
    ) -> Result<Vec<u8>> {
        let mut file = Vec::new();
        let mut encoder = png::Encoder::new(&mut file, self.width as u32, self.height as u32);
        encoder.set_color(colours);
        encoder.set_depth(depth);
        encoder.set_compression(png::Compression::High);
        if let Some(palette) = palette {
            encoder.set_palette(palette);
            encoder.set_filter(png::Filter::NoFilter);
        }
        encoder
            .write_header()
            .and_then(|mut writer| writer.write_image_data(data))
            .map_err(Error::wrap)?;
        Ok(file)
    }

    /// An SVG `<image>` of these pixels at (x, y), in pixels of the screen; `crisp` keeps them
    /// square.
    pub fn image(&self, (x, y): (f64, f64), (w, h): (f64, f64), crisp: bool) -> Result<String> {
        let [x, y, w, h] = [x, y, w, h].map(|length| (length * UNIT).round());
        let rendering = if crisp { "pixelated" } else { "auto" };
        Ok(format!(
            r#"<image x="{x}" y="{y}" width="{w}" height="{h}" preserveAspectRatio="none" style="image-rendering:{rendering}" href="data:image/png;base64,{}"/>"#,
            base64(&self.png(64)?)
        ))
    }
}

pub(crate) fn base64(bytes: &[u8]) -> String {
    STANDARD.encode(bytes)
}

/// Colours of a picture, each with the number of its pixels.
type Colours = Vec<(Rgb, usize)>;

/// A palette of at most `limit` colours, and each pixel colour's place in it: the box of colours
/// that differ most is cut in two until there are enough boxes.
fn quantise(pixels: &[Rgb], limit: usize) -> (Vec<Rgb>, HashMap<Rgb, u8>) {
    let mut counts: HashMap<Rgb, usize> = HashMap::new();
    for pixel in pixels {
        *counts.entry(*pixel).or_default() += 1;
    }
    let mut all: Colours = counts.into_iter().collect();
    all.sort_unstable(); // the map's order changes from run to run
    let mut boxes = vec![(spread(&all), all)];
    while boxes.len() < limit {
        let worst = boxes
            .iter_mut()
            .max_by(|(a, _), (b, _)| a.1.total_cmp(&b.1));
        let Some(worst) = worst.filter(|(_, colours)| colours.len() > 1) else {
            break;
        };
        let ((channel, _), colours) = worst;
        colours.sort_by_key(|(colour, _)| colour[*channel]);
        let mean = mean(colours, *channel);
        let cut = colours.partition_point(|(colour, _)| f64::from(colour[*channel]) <= mean);
        let upper = colours.split_off(cut.clamp(1, colours.len() - 1));
        worst.0 = spread(&worst.1);
        boxes.push((spread(&upper), upper));
    }
    let mut palette = Vec::new();
    let mut index = HashMap::new();
    for (i, (_, colours)) in boxes.iter().enumerate() {
        palette.push(representative(colours));
        index.extend(colours.iter().map(|&(colour, _)| (colour, i as u8)));
    }
    (palette, index)
}

fn mean(colours: &Colours, channel: usize) -> f64 {
    let sum: usize = colours
        .iter()
        .map(|(c, n)| usize::from(c[channel]) * n)
        .sum();
    let total: usize = colours.iter().map(|(_, n)| n).sum();
    sum as f64 / total.max(1) as f64
}

/// The channel in which the colours differ most, and the sum of squared differences in it.
fn spread(colours: &Colours) -> (usize, f64) {
    let squares = |channel: usize| -> f64 {
        let mean = mean(colours, channel);
        let square = |(c, n): &(Rgb, usize)| (f64::from(c[channel]) - mean).powi(2) * *n as f64;
        colours.iter().map(square).sum()
    };
    let of = [0, 1, 2].map(|channel| (channel, squares(channel)));
    of.into_iter()
        .fold(of[0], |a, b| if b.1 > a.1 { b } else { a })
}

/// The commonest colour where one dominates, so that white stays white; else the mean.
fn representative(colours: &Colours) -> Rgb {
    let total: usize = colours.iter().map(|(_, n)| n).sum();
    match colours.iter().max_by_key(|(_, n)| *n) {
        Some((colour, n)) if 2 * n >= total => *colour,
        _ => [0, 1, 2].map(|channel| mean(colours, channel).round() as u8),
    }
}
