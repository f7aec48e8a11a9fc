//! PNG files that stay small: a palette instead of full colours, in as few bits as it needs.

use candle_core::{Error, Result};

use crate::theme::Rgb;

/// A picture whose pixels are places in a palette, row by row from the top.
pub(crate) struct Indexed {
    pub width: usize,
    /// At most 256 colours.
    pub palette: Vec<Rgb>,
    /// Whether place 0 of the palette lets through what lies below.
    pub clear: bool,
    pub pixels: Vec<u8>,
}

impl Indexed {
    /// The PNG file.
    pub fn png(&self) -> Result<Vec<u8>> {
        let (depth, bits) = match self.palette.len() {
            0..=2 => (png::BitDepth::One, 1),
            3..=4 => (png::BitDepth::Two, 2),
            5..=16 => (png::BitDepth::Four, 4),
            _ => (png::BitDepth::Eight, 8),
        };
        let mut data = Vec::new();
        for row in self.pixels.chunks(self.width) {
            for group in row.chunks(8 / bits) {
                let shift = |i: usize| 8 - bits * (i + 1);
                let packed = |(i, place): (usize, &u8)| place << shift(i);
                data.push(group.iter().enumerate().map(packed).fold(0, |a, b| a | b));
            }
        }
        let size = (self.width, self.pixels.len() / self.width);
        let format = (png::ColorType::Indexed, depth);
        let opacity: &[u8] = if self.clear { &[0] } else { &[] };
        encode(size, format, &self.palette.concat(), opacity, &data)
    }
}

/// A PNG file of these bytes; `palette` and the opacity of its first colours may be empty.
pub(crate) fn encode(
    (width, height): (usize, usize),
    (colours, depth): (png::ColorType, png::BitDepth),
    palette: &[u8],
    opacity: &[u8],
    data: &[u8],
) -> Result<Vec<u8>> {
    let mut file = Vec::new();
    let mut encoder = png::Encoder::new(&mut file, width as u32, height as u32);
    encoder.set_color(colours);
    encoder.set_depth(depth);
    encoder.set_compression(png::Compression::High);
    if !palette.is_empty() {
        encoder.set_palette(palette);
        encoder.set_filter(png::Filter::NoFilter);
    }
    if !opacity.is_empty() {
        encoder.set_trns(opacity);
    }
    encoder
        .write_header()
        .and_then(|mut writer| writer.write_image_data(data))
        .map_err(Error::wrap)?;
    Ok(file)
}
