//! Pictures made of pixels.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use candle_core::Result;

use super::indexed::{Indexed, encode};
use super::palette::quantise;
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
        let (palette, places) = quantise(self.pixels.iter(), colours);
        let place = |pixel: &Rgb| places.get(pixel).copied().unwrap_or(0);
        let indexed = Indexed {
            width: self.width,
            palette,
            clear: false,
            pixels: self.pixels.iter().map(place).collect(),
        };
        indexed.png()
    }

    /// A PNG file of all colours.
    pub fn full_png(&self) -> Result<Vec<u8>> {
        let format = (png::ColorType::Rgb, png::BitDepth::Eight);
        let size = (self.width, self.height);
        encode(size, format, &[], &[], &self.pixels.concat())
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
