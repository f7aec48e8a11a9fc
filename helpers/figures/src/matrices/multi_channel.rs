//! A convolution of several channels, one position worked out.

use candle_core::{Result, Tensor, bail};

use super::convolution::{CELL, HEAD, PALE};
use super::small_convolution::{products, size};
use super::small_layer::SmallLayer;
use crate::figure::Figure;
use crate::number_format::short_number;
use crate::svg::{Anchor, Canvas, font};
use crate::theme::{self, Rgb};

/// Between two matrices beside each other, and below one another.
const BESIDE: f64 = 30.0;
const BELOW: f64 = 34.0;
/// From one line of the sums to the next.
const LINE: f64 = 18.0;
/// Where a line begins behind the name of its channel.
const INDENT: f64 = 138.0;

/// An image of several channels (C, H, W) under several kernels (O, C, h, w) with their bias (O),
/// stride 1 and no padding. Every kernel has a slice for each channel. The output at the place `at`
/// (row, column) is worked out: the products are summed over the window and over the channels, and
/// the kernel's bias is added.
///
/// ```
/// use helpers::prelude::*;
/// let image = Tensor::arange(0f32, 18., &Device::Cpu)?.reshape((2, 3, 3))?;
/// let kernels = Tensor::ones((2, 2, 2, 2), DType::F32, &Device::Cpu)?;
/// let bias = Tensor::new(&[1f32, -1.], &Device::Cpu)?;
/// let figure = plot::multi_channel_convolution(&image, &kernels, &bias, (0, 0))?;
/// # assert!(figure.svg()?.contains("y[0] = 8 + 44 + 1 = 53"));
/// # Ok::<(), helpers::Error>(())
/// ```
///
/// # Errors
/// Shapes that do not fit each other, more than 4 channels or kernels, a side above 12, a place
/// outside the output, a value that is not finite.
pub fn multi_channel_convolution(
    image: &Tensor,
    kernels: &Tensor,
    bias: &Tensor,
    at: (usize, usize),
) -> Result<Figure> {
    const WHAT: &str = "multi_channel_convolution";
    let layer = SmallLayer::new(WHAT, image, kernels, Some(bias), (1, 0))?;
    let (rows, columns) = layer.places();
    if at.0 >= rows || at.1 >= columns {
        bail!("{WHAT}: the output has {rows} x {columns} places, got {at:?}");
    }
    let step = at.0 * columns + at.1;
    let mut canvas = Canvas::blank(0.0, 0.0);
    layer.draw(&mut canvas, step);
    layer.work_out(&mut canvas, step);
    canvas.width += theme::MARGIN;
    canvas.height += theme::MARGIN;
    Ok(Figure::new(canvas))
}

impl SmallLayer {
    /// The channels below one another, then a column for each kernel, then the maps; the canvas grows.
    fn draw(&self, canvas: &mut Canvas, step: usize) {
        let channels = &self.kernels[0];
        let ((h, w), (kh, kw)) = (size(&channels[0].image), size(&channels[0].kernel));
        let top = HEAD + 18.0;
        let down = |row: usize| top + row as f64 * (h as f64 * CELL + BELOW);
        let blue = theme::mix(theme::BACKGROUND, theme::CLASSES[4], 0.5);
        let mut left = theme::MARGIN;
        heading(canvas, "input", left);
        for (c, slice) in channels.iter().enumerate() {
            let (corner, (y, x)) = ((left, down(c)), slice.corner(step));
            let name = format!("x[{c}]");
            canvas.matrix(corner, CELL, &name, &slice.image, |row, column| {
                let inside = (y..y + kh).contains(&row) && (x..x + kw).contains(&column);
                if inside { blue } else { theme::BACKGROUND }
            });
            slice.frame(canvas, corner, step, theme::CLASSES[0]);
        }
        left += w as f64 * CELL + BESIDE;
        for (o, slices) in self.kernels.iter().enumerate() {
            heading(canvas, &format!("kernel {o}"), left);
            for (c, slice) in slices.iter().enumerate() {
                let name = format!("w[{o}, {c}]");
                canvas.matrix((left, down(c)), CELL, &name, &slice.kernel, |_, _| tint(o));
            }
            let bias = format!("b[{o}] = {}", short_number(self.bias[o]));
            let at = (left, down(slices.len() - 1) + kh as f64 * CELL + 20.0);
            canvas.text(&bias, theme::TEXT, theme::INK, Anchor::Start, at);
            left += (kw as f64 * CELL).max(56.0) + BESIDE;
        }
        let at = (left, down(0) + h as f64 * CELL / 2.0 + 5.0);
        canvas.text("→", theme::TITLE, theme::SOFT_INK, Anchor::Middle, at);
        left += BESIDE;
        heading(canvas, "output", left);
        let (_, columns) = self.places();
        for (o, map) in self.output.iter().enumerate() {
            let name = format!("y[{o}]");
            canvas.matrix((left, down(o)), CELL, &name, map, |row, column| {
                let here = row * columns + column == step;
                if here { tint(o) } else { PALE }
            });
        }
        canvas.width = left + (columns as f64 * CELL).max(60.0);
        let rows = channels.len().max(self.output.len());
        canvas.height = down(rows - 1) + h as f64 * CELL;
    }

    /// The sums behind the output at this step, a block for each kernel; the canvas grows.
    fn work_out(&self, canvas: &mut Canvas, step: usize) {
        let (_, columns) = self.places();
        for (o, slices) in self.kernels.iter().enumerate() {
            canvas.height += 10.0;
            let mut terms = Vec::new();
            for (c, slice) in slices.iter().enumerate() {
                let (window, weights) = (slice.window(step), slice.kernel.concat());
                let sum: f64 = window.iter().zip(&weights).map(|(x, w)| x * w).sum();
                let shown = format!("{} = {}", products(&window, &weights), short_number(sum));
                line(canvas, &format!("kernel {o}, channel {c}:"), &shown);
                terms.push(sum);
            }
            terms.push(self.bias[o]);
            let place = short_number(self.output[o][step / columns][step % columns]);
            let shown = format!("y[{o}] = {} = {place}", added(&terms));
            line(canvas, "with bias:", &shown);
        }
    }
}

/// `−2 + 7 − 1`.
fn added(terms: &[f64]) -> String {
    let mut text = short_number(terms[0]);
    for term in &terms[1..] {
        let sign = if *term < 0.0 { "−" } else { "+" };
        text += &format!(" {sign} {}", short_number(term.abs()));
    }
    text
}

/// A line of text below all others, behind its name.
fn line(canvas: &mut Canvas, name: &str, text: &str) {
    canvas.height += LINE;
    let (y, indent) = (canvas.height, theme::MARGIN + INDENT);
    let at = (theme::MARGIN, y);
    canvas.text(name, theme::TEXT, theme::SOFT_INK, Anchor::Start, at);
    canvas.text(text, theme::TEXT, theme::INK, Anchor::Start, (indent, y));
    canvas.width = canvas.width.max(indent + font::width(text, theme::TEXT));
}

fn heading(canvas: &mut Canvas, name: &str, left: f64) {
    let at = (left, theme::TEXT + 2.0);
    canvas.text(name, theme::PANEL_TITLE, theme::INK, Anchor::Start, at);
}

/// The colour of a kernel and of what it gives.
fn tint(kernel: usize) -> Rgb {
    let class = [5, 2, 3, 8][kernel % 4];
    theme::mix(theme::BACKGROUND, theme::CLASSES[class], 0.45)
}
