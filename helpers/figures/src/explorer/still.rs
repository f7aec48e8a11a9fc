//! The explorer where no script runs: the same at one place of the output.

use candle_core::Result;

use super::convolution::{Convolution, Tap, most_telling, size};
use super::part::{Part, mark, mark_inside, row, side_in};
use super::scale::{Scale, furthest_from_0};
use crate::figure::Figure;
use crate::matrices::annotated_matrix::Matrix;
use crate::number_format::short_number;
use crate::svg::{Anchor, Canvas};
use crate::theme::{self, Rgb};

/// Zeros around the image: no grey, so that nobody takes them for pixels.
pub(crate) const PADDED: Rgb = [205, 217, 235];

/// The widest that a picture, and the kernel between two of them, may be, in pixels.
const PICTURE: f64 = 290.0;
const KERNEL: f64 = 114.0;
/// The widest that a matrix below them may be: three stand in a page.
const BELOW: f64 = 262.0;

/// What is drawn, and the colours of its numbers.
struct Still<'a> {
    convolution: &'a Convolution,
    output: &'a Matrix,
    place: (usize, usize),
    taps: Vec<Tap>,
    pixels: Scale,
    weights: Scale,
}

/// Input, kernel and output side by side; below them window, kernel and products at the place where
/// the output is furthest from 0.
pub(crate) fn draw(convolution: &Convolution, output: &Matrix) -> Result<Figure> {
    let place = most_telling(output);
    let still = Still {
        convolution,
        output,
        place,
        taps: convolution.taps(place),
        pixels: Scale::grey(&convolution.image),
        weights: Scale::around_0(furthest_from_0(&convolution.kernel)),
    };
    let mut canvas = Canvas::blank(360.0, theme::MARGIN);
    still.pictures(&mut canvas)?;
    canvas.height += 16.0;
    still.products(&mut canvas)?;
    let ((row, column), count) = (place, still.taps.len());
    let sum = short_number(output[row][column]);
    let lines = [
        format!("output ({row}, {column}) = {sum}: the sum of {count} products"),
        convolution.settings(),
    ];
    for (line, colour) in lines.iter().zip([theme::INK, theme::SOFT_INK]) {
        canvas.height += theme::TEXT * 1.6;
        let at = (theme::MARGIN, canvas.height);
        canvas.text(line, theme::TEXT, colour, Anchor::Start, at);
    }
    canvas.width += theme::MARGIN;
    canvas.height += theme::MARGIN;
    Ok(Figure::new(canvas))
}

impl Still<'_> {
    fn pictures(&self, canvas: &mut Canvas) -> Result<()> {
        let (convolution, output) = (self.convolution, self.output);
        let input = convolution.padded_image();
        // One scale of both pictures: a stride of 2 gives one half as large.
        let side = side_in(PICTURE, &input);
        let map = Scale::of_map(output);
        let (rows, columns) = size(output);
        let parts = [
            Part {
                name: input_name(convolution),
                values: &input,
                side,
                colour: &|row, column| self.pixel((row, column), input[row][column]),
            },
            Part {
                name: kernel_name(convolution),
                values: &convolution.kernel,
                side: side_in(KERNEL, &convolution.kernel),
                colour: &|u, v| self.weight(u, v),
            },
            Part {
                name: format!("output {rows} × {columns}"),
                values: output,
                side,
                colour: &|row, column| map.colour(output[row][column]),
            },
        ];
        let [image, _, result] = row(canvas, &parts, "*")?;
        for tap in self.taps.iter().filter(|_| convolution.dilation > 1) {
            mark_inside(canvas, image, side, tap.at);
        }
        mark(canvas, image, side, self.taps[0].at, convolution.span());
        mark(canvas, result, side, self.place, (1, 1));
        Ok(())
    }

    fn products(&self, canvas: &mut Canvas) -> Result<()> {
        let kernel = &self.convolution.kernel;
        let (_, kw) = size(kernel);
        let side = (BELOW / kw as f64).floor().min(48.0);
        let lay = |value: fn(&Tap) -> f64| -> Matrix {
            let rows = self.taps.chunks(kw);
            rows.map(|row| row.iter().map(value).collect()).collect()
        };
        let (window, products) = (lay(|tap| tap.x), lay(|tap| tap.x * tap.weight));
        let most = furthest_from_0(&self.convolution.image) * furthest_from_0(kernel);
        let scale = Scale::around_0(most);
        let parts = [
            Part {
                name: "window".to_string(),
                values: &window,
                side,
                colour: &|u, v| self.pixel(self.taps[u * kw + v].at, window[u][v]),
            },
            Part {
                name: "kernel".to_string(),
                values: kernel,
                side,
                colour: &|u, v| self.weight(u, v),
            },
            Part {
                name: "products".to_string(),
                values: &products,
                side,
                colour: &|u, v| scale.colour(products[u][v]),
            },
        ];
        row(canvas, &parts, "·").map(|_| ())
    }

    fn pixel(&self, (row, column): (usize, usize), value: f64) -> Rgb {
        match self.convolution.is_padding(row, column) {
            true => PADDED,
            false => self.pixels.colour(value),
        }
    }

    fn weight(&self, u: usize, v: usize) -> Rgb {
        self.weights.colour(self.convolution.kernel[u][v])
    }
}

fn input_name(convolution: &Convolution) -> String {
    let ((h, w), (high, wide)) = (size(&convolution.image), convolution.padded());
    match convolution.padding {
        0 => format!("input {h} × {w}"),
        _ => format!("input {h} × {w}, padded to {high} × {wide}"),
    }
}

fn kernel_name(convolution: &Convolution) -> String {
    let ((kh, kw), (high, wide)) = (size(&convolution.kernel), convolution.span());
    match convolution.dilation {
        1 => format!("kernel {kh} × {kw}"),
        _ => format!("kernel {kh} × {kw} on {high} × {wide}"),
    }
}
