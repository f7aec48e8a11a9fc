//! How a convolution is computed: a window that slides.

use candle_core::{Result, Tensor};

use super::small_convolution::{SmallConvolution, products, size};
use crate::figure::Figure;
use crate::number_format::short_number;
use crate::svg::{Anchor, Canvas};
use crate::theme::{self, Rgb};

pub(super) const CELL: f64 = 28.0;
/// Above a matrix, for the lines that name it.
pub(super) const HEAD: f64 = 22.0;
pub(super) const PALE: Rgb = [244, 246, 249];

/// One image (H, W) under one kernel (h, w), step by step: where the window stands, what is
/// multiplied, and the number that goes to the output. Four steps are shown: the first two, the
/// first of the second row, and the last.
///
/// ```
/// use helpers::prelude::*;
/// let image = Tensor::arange(0f32, 9., &Device::Cpu)?.reshape((3, 3))?;
/// let kernel = Tensor::arange(0f32, 4., &Device::Cpu)?.reshape((2, 2))?;
/// let figure = plot::sliding_window(&image, &kernel, 1, 0)?;
/// # assert!(figure.svg()?.contains("+ 3·2 + 4·3 = 19"));
/// # Ok::<(), helpers::Error>(())
/// ```
///
/// # Errors
/// An image or kernel that is not (H, W), a side above 12 with padding, a kernel that does not fit,
/// a stride of 0, a value that is not finite.
pub fn sliding_window(
    image: &Tensor,
    kernel: &Tensor,
    stride: usize,
    padding: usize,
) -> Result<Figure> {
    let convolution = SmallConvolution::new("sliding_window", image, kernel, stride, padding)?;
    let (rows, columns) = size(&convolution.output);
    let mut steps = vec![0, 1, columns, rows * columns - 1];
    steps.retain(|step| *step < rows * columns);
    steps.sort_unstable();
    steps.dedup();
    let panels: Vec<Canvas> = steps.iter().map(|step| convolution.panel(*step)).collect();
    let (width, height) = (panels[0].width + 26.0, panels[0].height + 16.0);
    let (kh, kw) = size(&convolution.kernel);
    let top = HEAD + (kh as f64 * CELL).max(50.0) + 20.0;
    let total = (width * panels.len().min(2) as f64).max(460.0) + theme::MARGIN;
    let mut canvas = Canvas::blank(total, top + height * panels.len().div_ceil(2) as f64);
    canvas.matrix(
        (theme::MARGIN, HEAD),
        CELL,
        "kernel",
        &convolution.kernel,
        |_, _| kernel_colour(),
    );
    let caption = format!("stride {stride}, padding {padding}: {rows} × {columns} outputs");
    let at = (theme::MARGIN + kw as f64 * CELL + 24.0, 38.0);
    canvas.text(&caption, theme::TEXT, theme::SOFT_INK, Anchor::Start, at);
    for (i, panel) in panels.iter().enumerate() {
        let corner = ((i % 2) as f64 * width, (i / 2) as f64 * height);
        canvas.place(panel, (theme::MARGIN + corner.0, top + corner.1), 1.0);
    }
    Ok(Figure::new(canvas))
}

impl SmallConvolution {
    /// White, or grey where the image is padded.
    pub(super) fn background(&self, row: usize, column: usize) -> Rgb {
        let (h, w) = size(&self.image);
        let inside = |i: usize, side: usize| (self.padding..side - self.padding).contains(&i);
        if inside(row, h) && inside(column, w) {
            theme::BACKGROUND
        } else {
            theme::GRID
        }
    }

    /// Draws a frame around the window, over an image at `corner`.
    pub(super) fn frame(&self, canvas: &mut Canvas, corner: (f64, f64), step: usize, colour: Rgb) {
        let ((y, x), (kh, kw)) = (self.corner(step), size(&self.kernel));
        let corner = (corner.0 + x as f64 * CELL, corner.1 + y as f64 * CELL);
        canvas.outline(corner, (kw as f64 * CELL, kh as f64 * CELL), colour, 3.0);
    }

    /// The image with the window, the output so far, and the products.
    fn panel(&self, step: usize) -> Canvas {
        let ((y, x), (kh, kw)) = (self.corner(step), size(&self.kernel));
        let ((h, w), (_, columns)) = (size(&self.image), size(&self.output));
        let left = w as f64 * CELL + 44.0;
        let bottom = HEAD + h as f64 * CELL + 18.0;
        let mut panel = Canvas::blank(
            (left + columns as f64 * CELL).max(290.0),
            bottom + 16.0 * kh as f64,
        );
        let blue = theme::mix(theme::BACKGROUND, theme::CLASSES[4], 0.5);
        let name = format!("step {}", step + 1);
        panel.matrix((0.0, HEAD), CELL, &name, &self.image, |row, column| {
            let inside = (y..y + kh).contains(&row) && (x..x + kw).contains(&column);
            if inside {
                blue
            } else {
                self.background(row, column)
            }
        });
        self.frame(&mut panel, (0.0, HEAD), step, theme::CLASSES[0]);
        let mut so_far = self.output.clone();
        let later = so_far.iter_mut().flatten().skip(step + 1);
        later.for_each(|value| *value = f64::NAN);
        panel.matrix((left, HEAD), CELL, "output", &so_far, |row, column| {
            if row * columns + column == step {
                blue
            } else {
                PALE
            }
        });
        let at = (left - 22.0, HEAD + h as f64 * CELL / 2.0);
        panel.text("→", theme::TITLE, theme::SOFT_INK, Anchor::Middle, at);
        let window = self.window(step);
        for (row, (values, weights)) in window.chunks(kw).zip(&self.kernel).enumerate() {
            let plus = if row > 0 { "+ " } else { "" };
            let end = match row + 1 == kh {
                true => format!(" = {}", short_number(self.output.concat()[step])),
                false => String::new(),
            };
            let line = format!("{plus}{}{end}", products(values, weights));
            let at = (0.0, bottom + 16.0 * row as f64);
            panel.small(&line, Anchor::Start, at);
        }
        panel
    }
}

pub(super) fn kernel_colour() -> Rgb {
    theme::mix(theme::BACKGROUND, theme::CLASSES[5], 0.45)
}
