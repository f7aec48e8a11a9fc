//! One image under one kernel, with the numbers of every window.

use candle_core::{Result, Tensor, bail};

use crate::matrices::annotated_matrix::Matrix;
use crate::values::finite_values;

/// The largest that the choices in the figure go to.
pub(crate) const MOST_STRIDE: usize = 4;
pub(crate) const MOST_PADDING: usize = 6;
pub(crate) const MOST_DILATION: usize = 4;
const IMAGE_SIDE: usize = 32;
const KERNEL_SIDE: usize = 7;

/// An image (H, W), a kernel (kH, kW), and how the kernel moves.
#[derive(Clone)]
pub(crate) struct Convolution {
    pub image: Matrix,
    pub kernel: Matrix,
    pub stride: usize,
    pub padding: usize,
    pub dilation: usize,
}

/// What is multiplied for one weight of the kernel.
pub(crate) struct Tap {
    /// Its pixel's row and column in the padded image.
    pub at: (usize, usize),
    /// The pixel, 0 in the padding.
    pub x: f64,
    pub weight: f64,
}

impl Convolution {
    pub fn new(what: &str, image: &Tensor, kernel: &Tensor) -> Result<Convolution> {
        Ok(Convolution {
            image: matrix(what, "image", image, IMAGE_SIDE)?,
            kernel: matrix(what, "kernel", kernel, KERNEL_SIDE)?,
            stride: 1,
            padding: 0,
            dilation: 1,
        })
    }

    /// The pixels that the kernel spans: (kH, kW), and more with dilation.
    pub fn span(&self) -> (usize, usize) {
        let (kh, kw) = size(&self.kernel);
        (self.dilation * (kh - 1) + 1, self.dilation * (kw - 1) + 1)
    }

    /// The image with its padding: rows and columns.
    pub fn padded(&self) -> (usize, usize) {
        let (h, w) = size(&self.image);
        (h + 2 * self.padding, w + 2 * self.padding)
    }

    /// The image with zeros around it.
    pub fn padded_image(&self) -> Matrix {
        let (rows, columns) = self.padded();
        let mut padded = vec![vec![0.0; columns]; rows];
        for (row, values) in padded[self.padding..].iter_mut().zip(&self.image) {
            row[self.padding..self.padding + values.len()].copy_from_slice(values);
        }
        padded
    }

    /// Whether a pixel of the padded image is padding.
    pub fn is_padding(&self, row: usize, column: usize) -> bool {
        let (h, w) = size(&self.image);
        let inside = |i: usize, side: usize| (self.padding..self.padding + side).contains(&i);
        !(inside(row, h) && inside(column, w))
    }

    /// `stride 1, padding 0, dilation 1`.
    pub fn settings(&self) -> String {
        let (stride, padding, dilation) = (self.stride, self.padding, self.dilation);
        format!("stride {stride}, padding {padding}, dilation {dilation}")
    }

    /// What is multiplied for the output at (row, column), a tap for each weight, row by row.
    pub fn taps(&self, (row, column): (usize, usize)) -> Vec<Tap> {
        let mut taps = Vec::new();
        for (u, weights) in self.kernel.iter().enumerate() {
            for (v, weight) in weights.iter().enumerate() {
                let at = (
                    row * self.stride + u * self.dilation,
                    column * self.stride + v * self.dilation,
                );
                let x = match self.is_padding(at.0, at.1) {
                    true => 0.0,
                    false => self.image[at.0 - self.padding][at.1 - self.padding],
                };
                taps.push(Tap {
                    at,
                    x,
                    weight: *weight,
                });
            }
        }
        taps
    }

    /// The output map: cross-correlation, as in deep learning.
    pub fn output(&self) -> Result<Matrix> {
        let ((h, w), (high, wide)) = (self.padded(), self.span());
        if high > h || wide > w {
            bail!(
                "explore_convolution: the kernel spans {high} x {wide} pixels and does not fit in {h} x {w}: more padding or less dilation"
            );
        }
        let (rows, columns) = ((h - high) / self.stride + 1, (w - wide) / self.stride + 1);
        let row = |row| {
            (0..columns)
                .map(|column| sum(&self.taps((row, column))))
                .collect()
        };
        Ok((0..rows).map(row).collect())
    }
}

/// The sum of the products. The values are f32: a sum so far below its parts is their rounding, and
/// would colour a map that is 0.
fn sum(taps: &[Tap]) -> f64 {
    let products = taps.iter().map(|tap| tap.x * tap.weight);
    let (sum, parts) = products.fold((0.0, 0.0), |(sum, parts), product| {
        (sum + product, parts + product.abs())
    });
    if sum.abs() < 1e-7 * parts { 0.0 } else { sum }
}

/// Where |output| is largest, the first of equals.
pub(crate) fn most_telling(output: &Matrix) -> (usize, usize) {
    let (mut place, mut most) = ((0, 0), -1.0);
    for (row, values) in output.iter().enumerate() {
        for (column, value) in values.iter().enumerate() {
            if value.abs() > most {
                (place, most) = ((row, column), value.abs());
            }
        }
    }
    place
}

/// Rows and columns.
pub(crate) fn size(matrix: &Matrix) -> (usize, usize) {
    (matrix.len(), matrix[0].len())
}

fn matrix(what: &str, name: &str, tensor: &Tensor, most: usize) -> Result<Matrix> {
    let (h, w) = match *tensor.dims() {
        [h, w] | [1, h, w] | [1, 1, h, w] => (h, w),
        ref dims => bail!(
            "{what}: expected the {name} as (H, W) or (1, 1, H, W), one channel, got {dims:?}"
        ),
    };
    if h > most || w > most {
        bail!("{what}: the {name} has at most {most} x {most} values, got {h} x {w}");
    }
    let values = finite_values(&format!("{what}: {name}"), tensor)?;
    Ok(values.chunks(w).map(<[f64]>::to_vec).collect())
}
