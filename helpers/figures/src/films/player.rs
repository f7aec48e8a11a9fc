//! The film: its frames, the page that plays them, and a few of them side by side.

use std::fmt;

use candle_core::{Result, bail};

use super::data::{evenly, json};
use crate::display;
use crate::figure::Figure;
use crate::scripted::{self, Scripted, still_png};
use crate::subplots::grid;

/// The most that a film may add to a notebook, in bytes.
const LIMIT: usize = 150_000;
/// What the scripts and the words around the pictures take of it, at most.
const AROUND: usize = 10_000;
/// The frames of the still form, their width in pixels, and their least height.
const SHOWN: usize = 6;
const SHOWN_WIDTH: u32 = 280;
const SHOWN_LEAST: u32 = 180;

/// Figures that follow one another; made by [`film`].
#[derive(Clone)]
pub struct Film {
    /// Without their titles: these are the labels.
    frames: Vec<Figure>,
    labels: Vec<String>,
}

/// Figures of one size as a film: a slider, which also takes the arrow keys, goes through the frames,
/// and a button plays them. It starts with the first frame and stands still until somebody plays it.
///
/// A frame's title becomes its label beside the slider: "epoch 3", say. All frames have the axes and
/// the scale of colours that the widest of them needs, and histograms the same bins: what moves on the
/// screen moves in the data.
///
/// A film adds at most 150 kB to a notebook. Where all frames would take more, as many as fit are
/// kept, evenly spaced, and a line below the slider says so; smaller figures leave room for more. Where
/// no script runs (a notebook that is not trusted, GitHub, a PDF) stands the
/// [`figure`](Film::figure). Who prefers reduced motion gets no button.
///
/// ```
/// use helpers::prelude::*;
/// let points = Tensor::new(&[[0f32, 0.], [1., 1.]], &Device::Cpu)?;
/// let targets = Tensor::new(&[0u32, 1], &Device::Cpu)?;
/// let mut frames = Vec::new();
/// for step in 0..10 {
///     let line = plot::scatter(&points, &targets)?.boundary([1.0, 0.1 * f64::from(step)], -1.0, "");
///     frames.push(line.title(&format!("step {step}")).size(400, 300));
/// }
/// let film = plot::film(&frames)?;
/// assert_eq!(film.to_string(), "film of 10 frames, from step 0 to step 9");
/// # assert!(film.html()?.len() < 60_000);
/// # Ok::<(), helpers::Error>(())
/// ```
///
/// # Errors
/// Fewer than two frames, frames of different sizes. A figure that cannot be drawn is reported when
/// the film is shown, as are frames so large that not even two of them fit.
pub fn film(frames: &[Figure]) -> Result<Film> {
    if frames.len() < 2 {
        bail!("film: expected at least 2 figures, got {}", frames.len());
    }
    let label = |(i, frame): (usize, &Figure)| match frame.title.trim() {
        "" => format!("frame {}", i + 1),
        title => title.replace(char::is_control, " "),
    };
    let labels = frames.iter().enumerate().map(label).collect();
    let untitled = frames.iter().map(|frame| frame.clone().title(""));
    // Twice: in wider bins a histogram may be higher.
    let frames = same_ranges(same_ranges(untitled.collect()));
    let (width, height) = frames[0].dimensions();
    for (i, frame) in frames.iter().enumerate() {
        let (w, h) = frame.dimensions();
        if (w, h) != (width, height) {
            bail!(
                "film: all figures need one size, the first is {width} x {height} without its title, figure {} is {w} x {h}; give each the same .size(..)",
                i + 1
            );
        }
    }
    Ok(Film { frames, labels })
}

/// The same, with the axes and scales of colours that all of them need, if each has as many.
fn same_ranges(frames: Vec<Figure>) -> Vec<Figure> {
    let ranges: Vec<_> = frames.iter().map(Figure::ranges).collect();
    let mut shared = ranges[0].clone();
    if ranges.iter().any(|own| own.len() != shared.len()) {
        return frames;
    }
    for own in &ranges {
        for (shared, own) in shared.iter_mut().zip(own) {
            *shared = (shared.0.min(own.0), shared.1.max(own.1));
        }
    }
    frames.iter().map(|f| f.with_ranges(&shared)).collect()
}

impl Film {
    /// A few of the frames in a grid, the first and the last among them, each under its label.
    ///
    /// # Errors
    /// A frame that cannot be drawn.
    pub fn figure(&self) -> Result<Figure> {
        let n = self.frames.len();
        let shown = evenly(n, n.min(SHOWN)).into_iter();
        let shown: Vec<Figure> = shown
            .map(|i| self.frames[i].clone().title(&self.labels[i]))
            .collect();
        let (width, height) = self.frames[0].dimensions();
        if width > SHOWN_WIDTH {
            let height = (height.saturating_mul(SHOWN_WIDTH) / width).max(SHOWN_LEAST);
            let small: Vec<Figure> = shown
                .iter()
                .map(|figure| figure.clone().size(SHOWN_WIDTH, height))
                .collect();
            let small = grid(&small, 3)?;
            // Some have no room for their labels in this size.
            if small.draw().is_ok() {
                return Ok(small);
            }
        }
        grid(&shown, 3)
    }

    /// The film as HTML with its script, which needs no network: for a page of your own.
    ///
    /// # Errors
    /// As [`figure`](Film::figure); frames so large that not even two of them fit.
    pub fn html(&self) -> Result<String> {
        Ok(self.scripted()?.html())
    }

    fn scripted(&self) -> Result<Scripted> {
        let still = still_png(&self.figure()?)?;
        let room = LIMIT.saturating_sub(2 * still.len() + AROUND);
        Ok(Scripted {
            name: "film",
            script: include_str!("player.js"),
            data: json(&self.frames, &self.labels, room)?,
            still,
            text: self.to_string(),
            promise: "this film plays, and a slider goes through it",
        })
    }

    /// What [`evcxr_display`](Film::evcxr_display) prints.
    #[doc(hidden)]
    pub fn blocks(&self) -> String {
        scripted::blocks(self.scripted())
    }

    /// Shows it in a notebook; evcxr calls this for the last expression of a cell.
    #[doc(hidden)]
    pub fn evcxr_display(&self) {
        display::print(&self.blocks());
    }
}

impl fmt::Display for Film {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (first, last) = (&self.labels[0], &self.labels[self.labels.len() - 1]);
        let n = self.frames.len();
        write!(f, "film of {n} frames, from {first} to {last}")
    }
}

impl fmt::Debug for Film {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        display::is_shown_by_debug(|| self.evcxr_display());
        write!(f, "{self}")
    }
}
