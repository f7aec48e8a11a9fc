//! The frames of a film as PNG files that share what is the same in most of them.

use candle_core::Result;

use crate::svg::{Indexed, Raster, base64, quantise};
use crate::theme::{self, Rgb};
use candle_functional::stop::check_stop;

/// A ground, and for each frame what it shows in other colours than the ground; elsewhere a frame is
/// clear. All are PNG files in base64.
pub(crate) struct Layers {
    pub ground: String,
    pub frames: Vec<String>,
}

impl Layers {
    /// Of pictures of one size, in at most `colours` colours for all of them (2 to 255).
    pub fn new(pictures: &[Raster], colours: usize) -> Result<Layers> {
        let all = pictures.iter().flat_map(|picture| &picture.pixels);
        let (palette, places) = quantise(all, colours);
        let place = |pixel: &Rgb| places.get(pixel).copied().unwrap_or(0);
        let indexed = |picture: &Raster| picture.pixels.iter().map(place).collect();
        let frames: Vec<Vec<u8>> = pictures.iter().map(indexed).collect();
        let (width, count) = (pictures[0].width, pictures[0].pixels.len());
        let at = |pixel: usize| frames.iter().map(move |frame| frame[pixel]);
        let ground: Vec<u8> = (0..count).map(|pixel| commonest(at(pixel))).collect();
        let mut over = Vec::new();
        for frame in &frames {
            check_stop()?;
            over.push(base64(&differing(&ground, frame, &palette, width).png()?));
        }
        let ground = Indexed {
            width,
            palette,
            clear: false,
            pixels: ground,
        };
        Ok(Layers {
            ground: base64(&ground.png()?),
            frames: over,
        })
    }
}

/// The number that comes most often; of several, the one that is first so often.
fn commonest(numbers: impl Iterator<Item = u8>) -> u8 {
    let mut counts = [0u16; 256];
    let (mut commonest, mut most) = (0, 0);
    for number in numbers {
        let count = &mut counts[usize::from(number)];
        *count += 1;
        if *count > most {
            (commonest, most) = (number, *count);
        }
    }
    commonest
}

/// A frame where it differs from the ground, with a palette of its own: few of the colours occur there.
fn differing(ground: &[u8], frame: &[u8], palette: &[Rgb], width: usize) -> Indexed {
    let mut own = vec![theme::BACKGROUND]; // never seen: it is clear
    let mut places: [Option<u8>; 256] = [None; 256];
    let mut pixels = Vec::with_capacity(frame.len());
    for (below, colour) in ground.iter().zip(frame) {
        let colour = usize::from(*colour);
        pixels.push(match places[colour] {
            _ if usize::from(*below) == colour => 0,
            Some(place) => place,
            None => {
                let place = own.len() as u8;
                own.push(palette[colour]);
                places[colour] = Some(place);
                place
            }
        });
    }
    Indexed {
        width,
        palette: own,
        clear: true,
        pixels,
    }
}
