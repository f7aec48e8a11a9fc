//! Figures on their way out: to a notebook, to a file.

use std::path::Path;
use std::{fmt, fs};

use candle_core::{Error, Result, bail};

use crate::display;
use crate::figure::Figure;
use crate::svg::base64;
use candle_functional::errors::first_line;
use candle_functional::stop::check_stop;

/// The most that one figure may add to a notebook, in bytes.
const BUDGET: usize = 40_000 - 120; // less the lines around the two contents
/// The same for a PNG alone.
const PNG_BUDGET: usize = 32_000;
/// By how much images are made coarser, in turn, where a figure is too large.
const BLOCKS: [usize; 6] = [1, 2, 3, 4, 6, 8];
/// No figure of a usual size has a smaller PNG: not worth trying.
const LEAST_PNG: usize = 3_000;

impl Figure {
    /// Writes the figure to `path`, by its extension: `.svg`, or `.png` at twice its size on
    /// screen, sharp on paper. The file appears whole or not at all.
    ///
    /// ```
    /// use helpers::prelude::*;
    /// # let folder = tempfile::tempdir()?;
    /// # let path = folder.path().join("loss.svg");
    /// plot::loss_curve(&[0.7, 0.5, 0.4])?.save(&path)?; // path: "loss.svg"
    /// # assert!(path.exists());
    /// # Ok::<(), helpers::Error>(())
    /// ```
    ///
    /// # Errors
    /// Another extension, a folder that does not exist, a figure that cannot be drawn.
    pub fn save(&self, path: impl AsRef<Path>) -> Result<()> {
        let path = path.as_ref();
        let extension = path.extension().and_then(|e| e.to_str()).unwrap_or("");
        let content = match extension.to_ascii_lowercase().as_str() {
            "svg" => self.svg()?.into_bytes(),
            "png" => self.raster(2.0)?.full_png()?,
            _ => bail!("save: {} must end in .svg or .png", path.display()),
        };
        let half = path.with_extension(format!("{extension}.{}.part", std::process::id()));
        let written = fs::write(&half, content).and_then(|()| fs::rename(&half, path));
        written.map_err(|error| {
            // Nothing half-written stays behind; that it may not exist is no further error.
            fs::remove_file(&half).ok();
            Error::Msg(format!("save: {}: {error}", path.display()))
        })
    }

    /// Shows the figure in a notebook; evcxr calls this for the last expression of a cell.
    ///
    /// Both SVG and PNG are sent: a notebook that is not trusted yet shows only the PNG. Together
    /// they stay below 40 kB: where there is no room for both the PNG goes alone, and if need be it
    /// has fewer colours or coarser pictures.
    #[doc(hidden)]
    pub fn evcxr_display(&self) {
        display::print(&self.blocks());
    }

    /// What [`evcxr_display`](Figure::evcxr_display) prints: a block for each MIME type, or one of
    /// plain text with the error.
    #[doc(hidden)]
    pub fn blocks(&self) -> String {
        match self.fitting() {
            Ok((Some(svg), png)) => {
                display::blocks(&[("image/svg+xml", svg.trim_end()), ("image/png", &png)])
            }
            Ok((None, png)) => display::blocks(&[("image/png", &png)]),
            Err(error) => display::blocks(&[("text/plain", &first_line(&error))]),
        }
    }

    fn coarsened(&self, block: usize) -> Option<Figure> {
        match block {
            1 => Some(self.clone()),
            _ => self.coarser(block),
        }
    }

    /// A PNG (base64) of at most `most` bytes, of few colours and with coarser images if need be; the
    /// smallest of all where none is so small.
    pub(crate) fn small_png(&self, most: usize) -> Result<String> {
        let mut smallest = String::new();
        for block in BLOCKS {
            let Some(figure) = self.coarsened(block) else {
                break;
            };
            let raster = figure.raster(1.0)?;
            for colours in [256, 64, 32, 16, 8] {
                check_stop()?;
                smallest = base64(&raster.png(colours)?);
                if smallest.len() <= most {
                    return Ok(smallest);
                }
            }
        }
        Ok(smallest)
    }

    /// SVG and PNG (base64) that fit the budget: both first, then a PNG alone, then of fewer colours,
    /// then coarser pictures. Beside an SVG, which is what a reader sees once the notebook has run, a
    /// PNG of few colours does, but photographs need more of them than curves.
    fn fitting(&self) -> Result<(Option<String>, String)> {
        let together: &[usize] = match self.coarser(BLOCKS[1]) {
            Some(_) => &[32, 16],
            None => &[32, 16, 8],
        };
        const ALONE: [usize; 9] = [128, 64, 32, 24, 16, 12, 8, 6, 4];
        for block in BLOCKS {
            let Some(figure) = self.coarsened(block) else {
                break;
            };
            let (svg, raster) = (short(&figure.svg()?), figure.raster(1.0)?);
            let png = |colours: usize| {
                check_stop()?;
                Ok::<_, Error>(base64(&raster.png(colours)?))
            };
            if svg.len() + LEAST_PNG <= BUDGET {
                for &colours in together {
                    let png = png(colours)?;
                    if svg.len() + png.len() <= BUDGET {
                        return Ok((Some(svg), png));
                    }
                }
            }
            for colours in ALONE {
                let png = png(colours)?;
                if png.len() <= PNG_BUDGET {
                    return Ok((None, png));
                }
            }
        }
        bail!("this figure is too large to be shown; give it a smaller .size(..)")
    }
}

impl fmt::Debug for Figure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        display::is_shown_by_debug(|| self.evcxr_display());
        let (width, height) = self.dimensions();
        write!(f, "Figure({:?}, {width} x {height})", self.title)
    }
}

/// An SVG as a notebook keeps it in the fewest bytes: its file writes `"` as two, and begins a new
/// line, with what belongs to it, for each of ours. It is shown as a picture, of which a screen reader
/// sees the whole figure's label only.
fn short(svg: &str) -> String {
    const LABELLED: &str = "<use aria-label=\"";
    let (first, texts) = svg.split_once(LABELLED).unwrap_or((svg, ""));
    let mut short = first.to_string();
    for text in texts.split(LABELLED).filter(|text| !text.is_empty()) {
        let rest = text.split_once('"').map_or(text, |(_label, rest)| rest);
        short += &format!("<use{rest}");
    }
    let short = short.replace('\'', "&apos;").replace('"', "'");
    short.replace('\n', "")
}
