//! A backend of plotters that draws on our canvas: lines of one style as one path, and texts in the
//! figures' own font.

use std::convert::Infallible;
use std::fmt::Display;

use candle_core::{Error, Result};
use plotters::coord::Shift;
use plotters::drawing::{DrawingArea, IntoDrawingArea};
use plotters::style::text_anchor::{HPos, VPos};
use plotters::style::{FontTransform, IntoFont, RGBColor, TextStyle};
use plotters_backend::{
    BackendColor, BackendCoord, BackendStyle, BackendTextStyle, DrawingBackend, DrawingErrorKind,
};

use crate::svg::{Anchor, Canvas, font};
use crate::theme::{self, Rgb, UNIT};

/// Adds what `draw` draws on an area of the whole canvas, in tenths of a pixel.
pub(crate) fn with_plotters(
    canvas: &mut Canvas,
    draw: impl FnOnce(&DrawingArea<Backend<'_>, Shift>) -> Result<()>,
) -> Result<()> {
    let lines = Vec::new();
    let area = Backend { canvas, lines }.into_drawing_area();
    draw(&area)?;
    area.present().map_err(failed)
}

/// Text of this size, as plotters is told of it.
pub(crate) fn lettering(size: f64, [r, g, b]: Rgb) -> TextStyle<'static> {
    ("figure", size * UNIT)
        .into_font()
        .color(&RGBColor(r, g, b))
}

/// plotters' errors as ours.
pub(crate) fn failed(error: impl Display) -> Error {
    Error::Msg(format!("the figure could not be drawn: {error}"))
}

/// The canvas as plotters sees it.
pub(crate) struct Backend<'a> {
    canvas: &'a mut Canvas,
    /// The paths so far, by their styles.
    lines: Vec<(String, String)>,
}

type Drawn = std::result::Result<(), DrawingErrorKind<Infallible>>;

impl DrawingBackend for Backend<'_> {
    type ErrorType = Infallible;

    fn get_size(&self) -> (u32, u32) {
        let size = [self.canvas.width, self.canvas.height];
        size.map(|side| (side * UNIT) as u32).into()
    }

    fn ensure_prepared(&mut self) -> Drawn {
        Ok(())
    }

    fn present(&mut self) -> Drawn {
        for (style, path) in self.lines.drain(..) {
            self.canvas
                .push(format!(r#"<path d="{path}" fill="none" {style}/>"#));
        }
        Ok(())
    }

    /// Axes have no single pixels.
    fn draw_pixel(&mut self, _: BackendCoord, _: BackendColor) -> Drawn {
        Ok(())
    }

    fn draw_line<S: BackendStyle>(
        &mut self,
        from: BackendCoord,
        to: BackendCoord,
        style: &S,
    ) -> Drawn {
        self.draw_path([from, to], style)
    }

    fn draw_path<S: BackendStyle, I: IntoIterator<Item = BackendCoord>>(
        &mut self,
        points: I,
        style: &S,
    ) -> Drawn {
        let colour = style.color();
        if colour.alpha == 0.0 {
            return Ok(());
        }
        let (r, g, b) = colour.rgb;
        let (stroke, width) = (theme::hex([r, g, b]), style.stroke_width());
        let stroke_style = format!(r#"stroke="{stroke}" stroke-width="{width}""#);
        let mut path = String::new();
        let mut last = None;
        for (x, y) in points {
            path += &match last {
                None => format!("M{x} {y}"),
                Some((_, at)) if at == y => format!("H{x}"),
                Some((at, _)) if at == x => format!("V{y}"),
                Some(_) => format!("L{x} {y}"),
            };
            last = Some((x, y));
        }
        match self
            .lines
            .iter_mut()
            .find(|(known, _)| *known == stroke_style)
        {
            Some((_, paths)) => paths.push_str(&path),
            None => self.lines.push((stroke_style, path)),
        }
        Ok(())
    }

    fn draw_text<S: BackendTextStyle>(&mut self, text: &str, style: &S, at: BackendCoord) -> Drawn {
        let (size, (r, g, b)) = (style.size() / UNIT, style.color().rgb);
        let anchor = match style.anchor().h_pos {
            HPos::Left => Anchor::Start,
            HPos::Center => Anchor::Middle,
            HPos::Right => Anchor::End,
        };
        // From there to the baseline, in font sizes.
        let down = match style.anchor().v_pos {
            VPos::Top => 0.76,
            VPos::Center => 0.27,
            VPos::Bottom => -0.27,
        };
        let (x, y) = (f64::from(at.0) / UNIT, f64::from(at.1) / UNIT);
        match style.transform() {
            FontTransform::None => {
                let at = (x, y + down * size);
                self.canvas.text(text, size, [r, g, b], anchor, at);
            }
            _ => self.canvas.upright(text, size, (x + down * size, y)),
        }
        Ok(())
    }

    fn estimate_text_size<S: BackendTextStyle>(
        &self,
        text: &str,
        style: &S,
    ) -> std::result::Result<(u32, u32), DrawingErrorKind<Infallible>> {
        let size = style.size();
        Ok((font::width(text, size) as u32, size as u32))
    }
}
