//! The figure: a value that can be titled, sized, shown and saved.

use std::fmt;

use candle_core::{Error, Result, bail};
use resvg::{tiny_skia, usvg};

use super::canvas::Canvas;
use super::chart::Chart;
use super::panels::Panels;
use super::pictures::Pictures;
use super::raster::Raster;
use super::theme;
use crate::display;
use crate::errors::first_line;
use crate::notebook::check_stop;

/// A figure. As the last expression of a cell it is shown; [`save`](Figure::save) writes it to a
/// file.
///
/// Every function of this module gives one, and every setting takes it and gives it back:
///
/// ```
/// use helpers::prelude::*;
/// let figure = plot::loss_curve(&[0.7, 0.5, 0.4])?
///     .title("Training")
///     .subtitle("two classes, learning rate 0.1")
///     .x_label("epoch")
///     .size(480, 300);
/// assert_eq!(format!("{figure:?}"), r#"Figure("Training", 480 x 300)"#);
/// # Ok::<(), helpers::Error>(())
/// ```
///
/// A setting that does not fit (captions for a curve, say) is reported when the figure is drawn.
#[derive(Clone)]
pub struct Figure {
    title: String,
    subtitle: String,
    size: Option<(u32, u32)>,
    content: Content,
    problem: Option<String>,
}

/// The kinds of figures.
#[derive(Clone)]
pub(super) enum Content {
    Chart(Chart),
    Pictures(Pictures),
    Panels(Panels),
    /// Drawn beforehand.
    Sketch(Canvas),
}

impl Figure {
    pub(super) fn new(content: Content) -> Figure {
        Figure {
            title: String::new(),
            subtitle: String::new(),
            size: None,
            content,
            problem: None,
        }
    }

    /// The title, above the figure.
    pub fn title(mut self, title: &str) -> Figure {
        self.title = title.to_string();
        self
    }

    /// A smaller line below the title.
    pub fn subtitle(mut self, subtitle: &str) -> Figure {
        self.subtitle = subtitle.to_string();
        self
    }

    /// The size in pixels, title and legend included; each side from 120 to 4000.
    pub fn size(mut self, width: u32, height: u32) -> Figure {
        self.size = Some((width, height));
        self
    }

    /// The label of the horizontal axis.
    pub fn x_label(self, label: &str) -> Figure {
        self.axes("x_label", |chart| chart.x_label = label.to_string())
    }

    /// The label of the vertical axis.
    pub fn y_label(self, label: &str) -> Figure {
        self.axes("y_label", |chart| chart.y_label = label.to_string())
    }

    fn axes(self, setting: &str, apply: impl FnOnce(&mut Chart)) -> Figure {
        self.change(|content| match content {
            Content::Chart(chart) => {
                apply(chart);
                Ok(())
            }
            _ => bail!("{setting}: this figure has no axes"),
        })
    }

    /// The figure as SVG, its texts drawn as outlines: it needs no font.
    ///
    /// # Errors
    /// A setting that does not fit this figure, a size out of range.
    pub fn svg(&self) -> Result<String> {
        self.draw()?.finish(&self.title)
    }

    /// The figure as a PNG file of the size it has on screen, with at most 256 colours.
    ///
    /// # Errors
    /// As [`svg`](Figure::svg).
    pub fn png(&self) -> Result<Vec<u8>> {
        self.raster(1.0)?.png(256)
    }

    /// The SVG's pixels, `scale` to a unit.
    pub(super) fn raster(&self, scale: f32) -> Result<Raster> {
        let tree = usvg::Tree::from_str(&self.svg()?, &usvg::Options::default());
        let tree = tree.map_err(Error::wrap)?;
        let size = tree.size();
        let [width, height] = [size.width(), size.height()].map(|side| (side * scale) as u32);
        let Some(mut pixmap) = tiny_skia::Pixmap::new(width, height) else {
            bail!("the figure could not be drawn: {width} x {height} pixels");
        };
        // A figure shrunk to the page ends between two pixels: there would be a seam.
        pixmap.fill(tiny_skia::Color::WHITE);
        let transform = tiny_skia::Transform::from_scale(scale, scale);
        resvg::render(&tree, transform, &mut pixmap.as_mut());
        let pixels = pixmap.pixels().iter();
        Ok(Raster {
            width: width as usize,
            height: height as usize,
            pixels: pixels.map(|p| [p.red(), p.green(), p.blue()]).collect(),
        })
    }

    pub(super) fn draw(&self) -> Result<Canvas> {
        check_stop()?;
        if let Some(problem) = &self.problem {
            bail!("{problem}");
        }
        let (width, height) = self.dimensions();
        if !(120..=4000).contains(&width) || !(120..=4000).contains(&height) {
            bail!("size: each side of a figure is 120 to 4000 pixels, got {width} x {height}");
        }
        let mut canvas = Canvas::new(f64::from(width), f64::from(height));
        let top = canvas.header(&self.title, &self.second_line());
        match &self.content {
            Content::Chart(chart) => chart.draw(&mut canvas, top)?,
            Content::Pictures(pictures) => pictures.draw(&mut canvas, top)?,
            Content::Panels(panels) => panels.draw(&mut canvas, top)?,
            Content::Sketch(sketch) => {
                let room = (canvas.width, canvas.height - top);
                let scale = (room.0 / sketch.width).min(room.1 / sketch.height);
                canvas.place(sketch, (0.0, top), scale);
            }
        }
        Ok(canvas)
    }

    /// Width and height in pixels.
    pub(super) fn dimensions(&self) -> (u32, u32) {
        let natural = || {
            let (width, below) = match &self.content {
                Content::Chart(_) => return theme::CHART_SIZE,
                Content::Pictures(pictures) => pictures.size(),
                Content::Panels(panels) => panels.size(),
                Content::Sketch(sketch) => {
                    let scale = (theme::PAGE / sketch.width).min(1.0);
                    (scale * sketch.width, scale * sketch.height)
                }
            };
            let mut measured = Canvas::new(width, below);
            let top = measured.header(&self.title, &self.second_line());
            (width.ceil() as u32, (top + below).ceil().max(120.0) as u32)
        };
        self.size.unwrap_or_else(natural)
    }

    fn second_line(&self) -> String {
        let mut parts = match &self.content {
            Content::Chart(chart) => chart.notes(),
            Content::Pictures(pictures) => pictures.notes(),
            Content::Panels(_) | Content::Sketch(_) => Vec::new(),
        };
        if !self.subtitle.is_empty() {
            parts.insert(0, self.subtitle.clone());
        }
        parts.join(" · ")
    }

    /// The same with coarser pictures, of the same size, where there are pictures.
    pub(super) fn coarser(&self, block: usize) -> Option<Figure> {
        let content = match &self.content {
            Content::Pictures(pictures) => Content::Pictures(pictures.averaged(block)),
            Content::Panels(panels) => Content::Panels(panels.coarser(block)?),
            _ => return None,
        };
        Some(Figure {
            content,
            ..self.clone()
        })
    }

    /// Applies a setting; the first one that does not fit is kept as the figure's problem.
    pub(super) fn change(mut self, apply: impl FnOnce(&mut Content) -> Result<()>) -> Figure {
        if let Err(error) = apply(&mut self.content) {
            self.problem.get_or_insert(first_line(&error));
        }
        self
    }
}

impl fmt::Debug for Figure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        display::is_shown_by_debug(|| self.evcxr_display());
        let (width, height) = self.dimensions();
        write!(f, "Figure({:?}, {width} x {height})", self.title)
    }
}
