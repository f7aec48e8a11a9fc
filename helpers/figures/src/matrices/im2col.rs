//! A convolution as one product of matrices.

use candle_core::{Result, Tensor, bail};

use super::annotated_matrix::Matrix;
use super::convolution::{CELL, HEAD, PALE, kernel_colour};
use super::small_convolution::size;
use super::small_layer::SmallLayer;
use crate::figure::Figure;
use crate::svg::{Anchor, Canvas};
use crate::theme;

/// Between the parts, and between the channels of the image.
const GAP: f64 = 36.0;
const NEXT: f64 = 16.0;
/// The most numbers in a window and the most positions of it.
const MOST: usize = 16;

/// The convolution of one image, (H, W) or (C, H, W), with a kernel (h, w) or kernels (O, C, h, w)
/// as one product (im2col): the numbers under each position of the window become a column; a
/// kernel, laid out in the same order, is a row. Rows times columns are the outputs.
///
/// ```
/// use helpers::prelude::*;
/// let image = Tensor::arange(0f32, 9., &Device::Cpu)?.reshape((3, 3))?;
/// let kernel = Tensor::arange(0f32, 4., &Device::Cpu)?.reshape((2, 2))?;
/// let figure = plot::im2col(&image, &kernel, 1, 0)?;
/// # assert!(figure.svg()?.contains("(1 × 4) (4 × 4) = (1 × 4)"));
/// # Ok::<(), helpers::Error>(())
/// ```
///
/// # Errors
/// As [`sliding_window`](crate::sliding_window); more than 4 channels or kernels; a window of more
/// than 16 numbers, more than 16 positions.
pub fn im2col(image: &Tensor, kernel: &Tensor, stride: usize, padding: usize) -> Result<Figure> {
    const WHAT: &str = "im2col";
    let layer = SmallLayer::new(WHAT, image, kernel, None, (stride, padding))?;
    let weights: Matrix = (0..layer.kernels.len()).map(|o| layer.weights(o)).collect();
    let results: Matrix = layer.output.iter().map(|map| map.concat()).collect();
    let ((count, k), (_, n)) = (size(&weights), size(&results));
    if k > MOST || n > MOST {
        bail!("{WHAT}: at most {MOST} numbers in a window and {MOST} positions, got {k} and {n}");
    }
    let channels = &layer.kernels[0];
    let (h, w) = size(&channels[0].image);
    let (image_wide, image_high) = (w as f64 * CELL, h as f64 * CELL);
    let images = channels.len() as f64 * (image_wide + NEXT) - NEXT;
    let left = theme::MARGIN + images.max(k as f64 * CELL) + GAP;
    // Rows of the kernels stand below the image, so that each meets its columns where it gives its outputs.
    let below = HEAD + image_high.max(k as f64 * CELL) + HEAD + 10.0;
    let right = left + (n as f64 * CELL).max(150.0) + theme::MARGIN;
    let high = below + count as f64 * CELL + 26.0 + theme::MARGIN;
    let mut canvas = Canvas::blank(right.max(360.0), high);

    let padded = if padding > 0 { "padded " } else { "" };
    for (c, slice) in channels.iter().enumerate() {
        let name = match channels.len() {
            1 => format!("{padded}image"),
            _ => format!("{padded}channel {c}"),
        };
        let corner = (theme::MARGIN + c as f64 * (image_wide + NEXT), HEAD);
        canvas.matrix(corner, CELL, &name, &slice.image, |row, column| {
            slice.background(row, column)
        });
        for step in (0..n.min(2)).rev() {
            slice.frame(&mut canvas, corner, step, theme::CLASSES[step]);
        }
    }
    let tint = |_: usize, position: usize| match position {
        0 | 1 => theme::mix(theme::BACKGROUND, theme::CLASSES[position], 0.35),
        _ => PALE,
    };
    let windows: Matrix = (0..n).map(|step| layer.window(step)).collect();
    let columns: Matrix = (0..k)
        .map(|i| windows.iter().map(|window| window[i]).collect())
        .collect();
    let name = format!("a column per window: {k} × {n}");
    canvas.matrix((left, HEAD), CELL, &name, &columns, tint);
    let name = format!("a row per kernel: {count} × {k}");
    canvas.matrix((theme::MARGIN, below), CELL, &name, &weights, |_, _| {
        kernel_colour()
    });
    let name = format!("outputs: {count} × {n}");
    canvas.matrix((left, below), CELL, &name, &results, tint);
    // A frame around what belongs to each channel.
    let part = k as f64 * CELL / channels.len() as f64;
    for c in (0..channels.len()).filter(|_| channels.len() > 1) {
        let (along, across) = (c as f64 * part, (count as f64 * CELL, n as f64 * CELL));
        let corners = [(theme::MARGIN + along, below), (left, HEAD + along)];
        for (corner, size) in corners
            .into_iter()
            .zip([(part, across.0), (across.1, part)])
        {
            canvas.outline(corner, size, theme::AXIS, 1.5);
        }
    }
    let shapes = format!("rows times columns: ({count} × {k}) ({k} × {n}) = ({count} × {n})");
    let at = (theme::MARGIN, below + count as f64 * CELL + 24.0);
    canvas.text(&shapes, theme::TEXT, theme::INK, Anchor::Start, at);
    Ok(Figure::new(canvas))
}
