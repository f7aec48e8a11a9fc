//! Sounds that can be heard: a player for each in the notebook.

use std::fmt;

use candle_core::{Result, Tensor, bail};

use crate::charts::sound::{samples, waveform};
use crate::display::{self, escape};
use crate::figure::Figure;
use crate::subplots::grid;
use crate::svg::base64;
use candle_functional::errors::first_line;

/// The most samples of all sounds together: they are kept in the notebook, 2.7 bytes each.
const MOST: usize = 100_000;
/// What browsers play.
const RATES: std::ops::RangeInclusive<f64> = 3_000.0..=96_000.0;

/// Sounds with their names, to be heard; made by [`play`].
#[derive(Clone)]
pub struct Player {
    named: Vec<(String, Tensor)>,
    rate: f64,
}

/// A player for each of these sounds (T), with its waveform; `rate` is the number of samples in a
/// second. Each sound is made as loud as a file can hold. Nothing is loaded from the network; where
/// sounds cannot be played (GitHub, a PDF) the waveforms stand alone.
///
/// ```
/// use helpers::prelude::*;
/// let time = (Tensor::arange(0f32, 4000., &Device::Cpu)? / 8000.)?;
/// let tone = (time * (2. * 3.14159 * 440.))?.sin()?;
/// let player = plot::play(&[("440 Hz", tone)], 8000.)?;
/// # assert!(player.html()?.contains("audio/wav;base64,UklGR"));
/// # Ok::<(), helpers::Error>(())
/// ```
///
/// # Errors
/// No sound, more than 100,000 samples in all, a sound that is not (T), a value that is not finite, a
/// rate outside 3,000 to 96,000.
pub fn play(named: &[(&str, Tensor)], rate: f64) -> Result<Player> {
    if named.is_empty() {
        bail!("play: there is no sound");
    }
    if !RATES.contains(&rate) {
        bail!("play: the rate is 3000 to 96000 samples in a second, got {rate}");
    }
    let mut length = 0;
    for (name, sound) in named {
        length += samples(&format!("play: {name}"), sound, rate)?.len();
    }
    if length > MOST {
        bail!(
            "play: at most {MOST} samples in all, which the notebook keeps, got {length}; take a part with .narrow(0, 0, {})",
            MOST / named.len()
        );
    }
    let named = named.iter();
    Ok(Player {
        named: named
            .map(|(name, x)| (name.to_string(), x.clone()))
            .collect(),
        rate,
    })
}

impl Player {
    /// The waveforms, three beside each other: the still form.
    ///
    /// # Errors
    /// A waveform that cannot be drawn.
    pub fn figure(&self) -> Result<Figure> {
        let mut waves = Vec::new();
        for (name, sound) in &self.named {
            waves.push(waveform(sound, self.rate)?.title(name).size(280, 180));
        }
        grid(&waves, waves.len().min(3))
    }

    /// Players and waveforms as HTML, which needs no network: for a page of your own.
    ///
    /// # Errors
    /// As [`figure`](Player::figure).
    pub fn html(&self) -> Result<String> {
        self.html_with(&self.still_png()?)
    }

    fn still_png(&self) -> Result<String> {
        Ok(base64(&self.figure()?.raster(1.0)?.png(16)?))
    }

    fn html_with(&self, png: &str) -> Result<String> {
        let mut html = String::from("<div style=\"display:flex;flex-wrap:wrap;gap:12px\">");
        for (name, sound) in &self.named {
            let name = escape(name);
            let file = base64(&wav(&samples("play", sound, self.rate)?, self.rate as u32));
            html += &format!(
                "<figure style=\"margin:0\"><figcaption>{name}</figcaption>\
                 <audio controls style=\"width:260px\" preload=\"auto\" aria-label=\"{name}\" src=\"data:audio/wav;base64,{file}\"></audio></figure>"
            );
        }
        let alt = escape(&self.to_string());
        html += &format!("</div><img alt=\"{alt}\" src=\"data:image/png;base64,{png}\">");
        Ok(html)
    }

    /// What [`evcxr_display`](Player::evcxr_display) prints.
    #[doc(hidden)]
    pub fn blocks(&self) -> String {
        let shown = || {
            let png = self.still_png()?;
            Ok((self.html_with(&png)?, png))
        };
        match shown() {
            // The picture once more for what takes no HTML: a PDF.
            Ok((html, png)) => display::blocks(&[
                ("text/html", &html),
                ("image/png", &png),
                ("text/plain", &self.to_string()),
            ]),
            Err(error) => display::blocks(&[("text/plain", &first_line(&error))]),
        }
    }

    /// Shows it in a notebook; evcxr calls this for the last expression of a cell.
    #[doc(hidden)]
    pub fn evcxr_display(&self) {
        display::print(&self.blocks());
    }
}

impl fmt::Display for Player {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let names: Vec<&str> = self.named.iter().map(|(name, _)| name.as_str()).collect();
        write!(f, "sounds: {}", names.join(", "))
    }
}

impl fmt::Debug for Player {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        display::is_shown_by_debug(|| self.evcxr_display());
        write!(f, "{self}")
    }
}

/// A WAV file: one channel, 16 bits a sample, the loudest at the end of their range.
fn wav(samples: &[f64], rate: u32) -> Vec<u8> {
    let loudest = samples.iter().fold(1e-9, |most: f64, x| most.max(x.abs()));
    let data = 2 * samples.len() as u32;
    let mut file = b"RIFF".to_vec();
    file.extend((36 + data).to_le_bytes());
    file.extend(b"WAVEfmt ");
    file.extend(16u32.to_le_bytes());
    file.extend([1u16, 1].map(u16::to_le_bytes).concat()); // whole numbers, one channel
    file.extend([rate, 2 * rate].map(u32::to_le_bytes).concat()); // samples, bytes a second
    file.extend([2u16, 16].map(u16::to_le_bytes).concat()); // bytes, bits a sample
    file.extend(b"data");
    file.extend(data.to_le_bytes());
    for x in samples {
        file.extend(((32_767.0 * x / loudest).round() as i16).to_le_bytes());
    }
    file
}
