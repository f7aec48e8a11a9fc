//! The figure: a value that can be titled, sized, shown and saved.

use std::any::Any;
use std::sync::Arc;

use candle_core::{Error, Result, bail};
use resvg::{tiny_skia, usvg};

use crate::legend::Legend;
use crate::svg::{Canvas, Raster};
use crate::theme;
use candle_functional::errors::first_line;
use candle_functional::stop::check_stop;

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
    pub(crate) title: String,
    subtitle: String,
    size: Option<(u32, u32)>,
    content: Arc<dyn Content>,
    problem: Option<String>,
}

/// What a figure shows below its title.
pub(crate) trait Content: Any + Send + Sync {
    /// The width and height it takes where nobody asks for a size, in pixels; none if it fits any.
    fn size(&self) -> Option<(f64, f64)>;

    /// Draws everything below `top` pixels.
    fn draw(&self, canvas: &mut Canvas, top: f64) -> Result<()>;

    /// What stands beside it, if that could stand once beside several.
    fn beside(&self) -> Option<Legend> {
        None
    }

    /// The same without those parts of its legend that `common` holds.
    fn without(&self, _common: &Legend) -> Option<Arc<dyn Content>> {
        None
    }

    /// What the figure must say about its data besides its subtitle.
    fn notes(&self) -> Vec<String> {
        Vec::new()
    }

    /// From where to where its axes and its scales of colours go, where that can be changed.
    fn ranges(&self) -> Vec<(f64, f64)> {
        Vec::new()
    }

    /// The same with other such ranges, at least as wide.
    fn with_ranges(&self, _ranges: &[(f64, f64)]) -> Option<Arc<dyn Content>> {
        None
    }

    /// The same with coarser images, of the same size, if it holds images.
    fn coarser(&self, _block: usize) -> Option<Arc<dyn Content>> {
        None
    }
}

/// What was drawn beforehand; it is scaled to the figure.
impl Content for Canvas {
    fn size(&self) -> Option<(f64, f64)> {
        let scale = (theme::PAGE / self.width).min(1.0);
        Some((scale * self.width, scale * self.height))
    }

    fn draw(&self, canvas: &mut Canvas, top: f64) -> Result<()> {
        let (width, height) = (canvas.width, canvas.height - top);
        let scale = (width / self.width).min(height / self.height);
        canvas.place(self, (0.0, top), scale);
        Ok(())
    }
}

impl Figure {
    pub(crate) fn new(content: impl Content) -> Figure {
        Figure {
            title: String::new(),
            subtitle: String::new(),
            size: None,
            content: Arc::new(content),
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
    pub(crate) fn raster(&self, scale: f32) -> Result<Raster> {
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

    pub(crate) fn draw(&self) -> Result<Canvas> {
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
        self.content.draw(&mut canvas, top)?;
        Ok(canvas)
    }

    /// Width and height in pixels.
    pub(crate) fn dimensions(&self) -> (u32, u32) {
        if let Some(size) = self.size {
            return size;
        }
        let Some((width, below)) = self.content.size() else {
            return theme::DEFAULT_SIZE;
        };
        let mut measured = Canvas::new(width, below);
        let top = measured.header(&self.title, &self.second_line());
        (width.ceil() as u32, (top + below).ceil().max(120.0) as u32)
    }

    /// What title and subtitle take above the drawing, in pixels.
    pub(crate) fn header(&self) -> f64 {
        let (width, height) = self.dimensions();
        let mut measured = Canvas::blank(f64::from(width), f64::from(height));
        measured.header(&self.title, &self.second_line())
    }

    /// What stands beside it, if that could stand once beside several.
    pub(crate) fn beside(&self) -> Option<Legend> {
        self.content.beside()
    }

    /// The same without those parts of its legend that `common` holds, narrower by so many pixels
    /// if its width does not follow from what it shows.
    pub(crate) fn without(&self, common: &Legend, narrower: u32) -> Figure {
        let Some(content) = self.content.without(common) else {
            return self.clone();
        };
        let fits_any = self.content.size().is_none();
        let sized = self.size.or(fits_any.then_some(theme::DEFAULT_SIZE));
        let narrow = |width: u32| width.saturating_sub(narrower).max(width.min(160));
        Figure {
            content,
            size: sized.map(|(width, height)| (narrow(width), height)),
            ..self.clone()
        }
    }

    fn second_line(&self) -> String {
        let mut parts = self.content.notes();
        if !self.subtitle.is_empty() {
            parts.insert(0, self.subtitle.clone());
        }
        parts.join(" · ")
    }

    /// From where to where its axes and its scales of colours go, where that can be changed.
    pub(crate) fn ranges(&self) -> Vec<(f64, f64)> {
        self.content.ranges()
    }

    /// The same with other such ranges, at least as wide.
    pub(crate) fn with_ranges(&self, ranges: &[(f64, f64)]) -> Figure {
        let content = self.content.with_ranges(ranges);
        Figure {
            content: content.unwrap_or_else(|| self.content.clone()),
            ..self.clone()
        }
    }

    /// The same with coarser images, of the same size, if there are images.
    pub(crate) fn coarser(&self, block: usize) -> Option<Figure> {
        Some(Figure {
            content: self.content.coarser(block)?,
            ..self.clone()
        })
    }

    /// Applies a setting of one kind of content; other kinds meet it with the error `unfit`. The
    /// first error is kept as the figure's problem.
    pub(crate) fn change<C: Content + Clone>(
        mut self,
        unfit: &str,
        apply: impl FnOnce(&mut C) -> Result<()>,
    ) -> Figure {
        let content: &dyn Any = self.content.as_ref();
        let changed = match content.downcast_ref::<C>().cloned() {
            Some(mut content) => apply(&mut content).map(|()| self.content = Arc::new(content)),
            None => Err(Error::Msg(unfit.to_string())),
        };
        if let Err(error) = changed {
            self.problem.get_or_insert(first_line(&error));
        }
        self
    }
}
