//! How a convolution is computed: a window that slides, and one product of matrices.

use candle_core::{Result, Tensor, bail};

use super::axis::short_number;
use super::canvas::{Anchor, Canvas};
use super::figure::{Content, Figure};
use super::font;
use super::points::finite;
use super::theme::{self, Rgb};

const CELL: f64 = 28.0;
const PALE: Rgb = [244, 246, 249];

/// A small convolution, worked out.
struct Sliding {
    /// The padded image, the kernel and the output, row by row.
    image: Vec<Vec<f64>>,
    kernel: Vec<Vec<f64>>,
    output: Vec<Vec<f64>>,
    stride: usize,
    padding: usize,
}

/// One image (H, W) under one kernel (h, w), step by step: where the window stands, what is
/// multiplied, and the number that goes to the output. Four steps are shown: the first two, the
/// first of the second row, and the last.
///
/// ```
/// use helpers::prelude::*;
/// let image = Tensor::arange(0f32, 9., &Device::Cpu)?.reshape((3, 3))?;
/// let kernel = Tensor::arange(0f32, 4., &Device::Cpu)?.reshape((2, 2))?;
/// let figure = plot::sliding_window(&image, &kernel, 1, 0)?;
/// # assert!(figure.svg()?.contains("0·0 + 1·1 + 3·2 + 4·3 = 19"));
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
    let sliding = Sliding::new("sliding_window", image, kernel, stride, padding)?;
    let (rows, columns) = (sliding.output.len(), sliding.output[0].len());
    let last = rows * columns - 1;
    let mut steps = vec![0, 1, columns, last];
    steps.retain(|step| *step <= last);
    steps.sort_unstable();
    steps.dedup();
    let panels: Vec<Canvas> = steps.iter().map(|step| sliding.panel(*step)).collect();
    let [image, output] = [&sliding.image, &sliding.output];
    let kernel_width = sliding.kernel[0].len() as f64 * CELL;
    let kernel_height = sliding.kernel.len() as f64 * CELL;
    let (width, height) = (panels[0].width, panels[0].height);
    let across = panels.len().min(2) as f64;
    let down = panels.len().div_ceil(2) as f64;
    let head = 24.0 + kernel_height.max(40.0) + 22.0;
    let total = (2.0 * theme::MARGIN + across * width + 30.0 * (across - 1.0)).max(440.0);
    let mut sketch = Canvas::blank(total, head + down * (height + 18.0) + 4.0);
    sketch.text(
        "kernel",
        theme::TEXT,
        theme::INK,
        Anchor::Start,
        (theme::MARGIN, 12.0),
    );
    sketch.matrix((theme::MARGIN, 20.0), CELL, &sliding.kernel, |_, _| {
        theme::mix(theme::BACKGROUND, theme::CLASSES[5], 0.45)
    });
    let said = [
        format!("stride {stride}, padding {padding}"),
        format!(
            "output: {rows} × {columns}, since ({} − {}) / {stride} + 1 = {rows} and ({} − {}) / {stride} + 1 = {columns}",
            image.len(),
            sliding.kernel.len(),
            image[0].len(),
            sliding.kernel[0].len()
        ),
    ];
    let beside = theme::MARGIN + kernel_width + 24.0;
    let lines = said
        .iter()
        .flat_map(|text| font::wrap(text, theme::TEXT, total - beside - theme::MARGIN));
    for (i, line) in lines.enumerate() {
        let at = (beside, 34.0 + 19.0 * i as f64);
        sketch.text(&line, theme::TEXT, theme::SOFT_INK, Anchor::Start, at);
    }
    for (i, panel) in panels.iter().enumerate() {
        let x = theme::MARGIN + (i % 2) as f64 * (width + 30.0);
        sketch.place(panel, (x, head + (i / 2) as f64 * (height + 18.0)), 1.0);
    }
    let _ = output;
    Ok(Figure::new(Content::Sketch(sketch)))
}

/// The same convolution as one product (im2col): the numbers under each position of the window
/// become a column; the kernel, laid out in the same order, times each column gives the output.
///
/// ```
/// use helpers::prelude::*;
/// let image = Tensor::arange(0f32, 9., &Device::Cpu)?.reshape((3, 3))?;
/// let kernel = Tensor::arange(0f32, 4., &Device::Cpu)?.reshape((2, 2))?;
/// let figure = plot::im2col(&image, &kernel, 1, 0)?;
/// # assert!(figure.svg()?.contains("43"));
/// # Ok::<(), helpers::Error>(())
/// ```
///
/// # Errors
/// As [`sliding_window`]; a window of more than 25 numbers, more than 25 positions.
pub fn im2col(image: &Tensor, kernel: &Tensor, stride: usize, padding: usize) -> Result<Figure> {
    const WHAT: &str = "im2col";
    let sliding = Sliding::new(WHAT, image, kernel, stride, padding)?;
    let (columns, weights) = (sliding.output[0].len(), sliding.kernel.concat());
    let results = sliding.output.concat();
    if weights.len() > 25 || results.len() > 25 {
        let (k, n) = (weights.len(), results.len());
        bail!("{WHAT}: at most 25 numbers in the window and 25 positions, got {k} and {n}");
    }
    let tint = |i: usize| theme::mix(theme::BACKGROUND, theme::CLASSES[i % 10], 0.35);
    let windows: Vec<Vec<f64>> = (0..results.len())
        .map(|step| sliding.window(step))
        .collect();
    let rows: Vec<Vec<f64>> = (0..weights.len())
        .map(|i| windows.iter().map(|w| w[i]).collect())
        .collect();
    let (h, k) = (sliding.image.len() as f64, weights.len() as f64);
    let input_width = sliding.image[0].len() as f64 * CELL;
    let top = 44.0;
    let kernel_left = theme::MARGIN + input_width.max(110.0) + 40.0;
    let left = kernel_left + CELL + 60.0;
    let width = left + results.len() as f64 * CELL + theme::MARGIN + 60.0;
    let bottom = top + k * CELL + 36.0;
    let height = (bottom + CELL).max(top + h * CELL) + theme::MARGIN;
    let mut sketch = Canvas::blank(width, height);
    let mut head = |lines: [&str; 2], x: f64| {
        for (line, y) in lines.into_iter().zip([18.0, 34.0]) {
            sketch.text(line, theme::TEXT, theme::INK, Anchor::Start, (x, y));
        }
    };
    head(
        ["", if padding > 0 { "padded image" } else { "image" }],
        theme::MARGIN,
    );
    head(["kernel,", "in a column"], kernel_left - 22.0);
    let size = format!("{} × {}", weights.len(), results.len());
    head(["one column per position of the window", &size], left);
    let pale = |_: usize, _: usize| PALE;
    sketch.matrix((theme::MARGIN, top), CELL, &sliding.image, |row, column| {
        sliding.ground(row, column)
    });
    for step in (0..results.len().min(2)).rev() {
        let (y, x) = (step / columns * stride, step % columns * stride);
        let corner = (theme::MARGIN + x as f64 * CELL, top + y as f64 * CELL);
        let size = (
            sliding.kernel[0].len() as f64 * CELL,
            sliding.kernel.len() as f64 * CELL,
        );
        sketch.outline(corner, size, theme::CLASSES[step], 3.0);
    }
    let column: Vec<Vec<f64>> = weights.iter().map(|w| vec![*w]).collect();
    sketch.matrix((kernel_left, top), CELL, &column, |_, _| {
        theme::mix(theme::BACKGROUND, theme::CLASSES[5], 0.45)
    });
    sketch.matrix((left, top), CELL, &rows, |_, position| {
        if position < 2 { tint(position) } else { PALE }
    });
    let middle = top + k * CELL / 2.0 + 5.0;
    sketch.text(
        "×",
        theme::TITLE,
        theme::INK,
        Anchor::Middle,
        (left - 30.0, middle),
    );
    sketch.matrix((left, bottom), CELL, &[results.clone()], pale);
    let arrow = (left + results.len() as f64 * CELL / 2.0, bottom - 13.0);
    sketch.text("↓", theme::TITLE, theme::SOFT_INK, Anchor::Middle, arrow);
    sketch.text(
        "output",
        theme::TEXT,
        theme::INK,
        Anchor::End,
        (left - 10.0, bottom + 18.0),
    );
    Ok(Figure::new(Content::Sketch(sketch)))
}

impl Sliding {
    fn new(
        what: &str,
        image: &Tensor,
        kernel: &Tensor,
        stride: usize,
        padding: usize,
    ) -> Result<Sliding> {
        let (image, kernel) = (
            matrix(what, "image", image)?,
            matrix(what, "kernel", kernel)?,
        );
        let (h, w) = (image.len() + 2 * padding, image[0].len() + 2 * padding);
        if h > 12 || w > 12 {
            bail!("{what}: the image with its padding has at most 12 x 12 pixels, got {h} x {w}");
        }
        let (kh, kw) = (kernel.len(), kernel[0].len());
        if kh > h || kw > w {
            bail!("{what}: a kernel of {kh} x {kw} does not fit in {h} x {w}");
        }
        if stride == 0 {
            bail!("{what}: the stride is at least 1, got 0");
        }
        let mut padded = vec![vec![0.0; w]; h];
        for (row, values) in image.iter().enumerate() {
            padded[row + padding][padding..padding + values.len()].copy_from_slice(values);
        }
        let (rows, columns) = ((h - kh) / stride + 1, (w - kw) / stride + 1);
        let mut sliding = Sliding {
            image: padded,
            kernel,
            output: vec![vec![0.0; columns]; rows],
            stride,
            padding,
        };
        for step in 0..rows * columns {
            let window = sliding.window(step);
            let products = window
                .iter()
                .zip(sliding.kernel.concat())
                .map(|(x, w)| x * w);
            sliding.output[step / columns][step % columns] = products.sum();
        }
        Ok(sliding)
    }

    /// The numbers under the window at a step, row by row.
    fn window(&self, step: usize) -> Vec<f64> {
        let columns = self.output[0].len();
        let (y, x) = (step / columns * self.stride, step % columns * self.stride);
        let rows = self.image[y..y + self.kernel.len()].iter();
        rows.flat_map(|row| row[x..x + self.kernel[0].len()].iter().copied())
            .collect()
    }

    /// White, or grey where the image is padded.
    fn ground(&self, row: usize, column: usize) -> Rgb {
        let inside = |i: usize, side: usize| (self.padding..side - self.padding).contains(&i);
        let inside = inside(row, self.image.len()) && inside(column, self.image[0].len());
        if inside {
            theme::BACKGROUND
        } else {
            theme::GRID
        }
    }

    fn panel(&self, step: usize) -> Canvas {
        let columns = self.output[0].len();
        let (y, x) = (step / columns * self.stride, step % columns * self.stride);
        let (h, w) = (self.image.len() as f64, self.image[0].len() as f64);
        let (kh, kw) = (self.kernel.len(), self.kernel[0].len());
        let left = w * CELL + 50.0;
        let width = (left + columns as f64 * CELL).max(280.0);
        let terms = self.window(step).into_iter().zip(self.kernel.concat());
        let terms: Vec<String> = terms
            .map(|(x, w)| format!("{}·{}", short_number(x), signed(w)))
            .collect();
        let result = self.output[step / columns][step % columns];
        let sum = format!("{} = {}", terms.join(" + "), short_number(result));
        let lines = font::wrap(&sum, theme::SMALL, width);
        let bottom = 22.0 + h * CELL + 8.0;
        let mut panel = Canvas::blank(width, bottom + 15.0 * lines.len() as f64 + 2.0);
        let blue = theme::mix(theme::BACKGROUND, theme::CLASSES[4], 0.5);
        let title = format!("step {}", step + 1);
        panel.text(&title, theme::TEXT, theme::INK, Anchor::Start, (0.0, 13.0));
        panel.text(
            "output",
            theme::TEXT,
            theme::INK,
            Anchor::Start,
            (left, 13.0),
        );
        panel.matrix((0.0, 22.0), CELL, &self.image, |row, column| {
            let inside = (y..y + kh).contains(&row) && (x..x + kw).contains(&column);
            if inside {
                blue
            } else {
                self.ground(row, column)
            }
        });
        let corner = (x as f64 * CELL, 22.0 + y as f64 * CELL);
        panel.outline(
            corner,
            (kw as f64 * CELL, kh as f64 * CELL),
            theme::CLASSES[0],
            3.0,
        );
        panel.text(
            "→",
            theme::TITLE,
            theme::SOFT_INK,
            Anchor::Middle,
            (left - 25.0, 22.0 + h * CELL / 2.0),
        );
        let text = |row: usize, column: usize| match row * columns + column <= step {
            true => short_number(self.output[row][column]),
            false => String::new(),
        };
        for (row, column) in (0..self.output.len()).flat_map(|r| (0..columns).map(move |c| (r, c)))
        {
            let at = (left + column as f64 * CELL, 22.0 + row as f64 * CELL);
            let fill = if row * columns + column == step {
                blue
            } else {
                PALE
            };
            panel.cell(at, CELL, fill, &text(row, column));
        }
        for (i, line) in lines.iter().enumerate() {
            let at = (0.0, bottom + 12.0 + 15.0 * i as f64);
            panel.text(line, theme::SMALL, theme::SOFT_INK, Anchor::Start, at);
        }
        panel
    }
}

/// A factor that can stand behind a dot.
fn signed(value: f64) -> String {
    let written = short_number(value);
    if value < 0.0 {
        format!("({written})")
    } else {
        written
    }
}

fn matrix(what: &str, name: &str, tensor: &Tensor) -> Result<Vec<Vec<f64>>> {
    let [_, width] = *tensor.dims() else {
        bail!(
            "{what}: expected the {name} as (H, W), got {:?}",
            tensor.dims()
        );
    };
    let values = finite(&format!("{what}: {name}"), tensor)?;
    Ok(values.chunks(width).map(<[f64]>::to_vec).collect())
}
