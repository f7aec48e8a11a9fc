//! A small convolution with all its numbers.

use candle_core::{Result, Tensor, bail};

use super::annotated_matrix::Matrix;
use crate::number_format::short_number;
use crate::values::finite_values;

/// Its numbers, worked out.
pub(crate) struct SmallConvolution {
    /// With its padding.
    pub image: Matrix,
    pub kernel: Matrix,
    pub output: Matrix,
    pub stride: usize,
    pub padding: usize,
}

impl SmallConvolution {
    pub fn new(
        what: &str,
        image: &Tensor,
        kernel: &Tensor,
        stride: usize,
        padding: usize,
    ) -> Result<SmallConvolution> {
        let (inside, kernel) = (
            matrix(what, "image", image)?,
            matrix(what, "kernel", kernel)?,
        );
        let ((h, w), (kh, kw)) = (size(&inside), size(&kernel));
        let (h, w) = (
            h.saturating_add(2 * padding.min(99)),
            w.saturating_add(2 * padding.min(99)),
        );
        if h > 12 || w > 12 {
            bail!("{what}: the image with its padding has at most 12 x 12 pixels, got {h} x {w}");
        }
        if kh > h || kw > w {
            bail!("{what}: a kernel of {kh} x {kw} does not fit in {h} x {w}");
        }
        if stride == 0 {
            bail!("{what}: the stride is at least 1, got 0");
        }
        let mut image = vec![vec![0.0; w]; h];
        for (row, values) in inside.iter().enumerate() {
            image[row + padding][padding..padding + values.len()].copy_from_slice(values);
        }
        let (rows, columns) = ((h - kh) / stride + 1, (w - kw) / stride + 1);
        let output = vec![vec![0.0; columns]; rows];
        let mut convolution = SmallConvolution {
            image,
            kernel,
            output,
            stride,
            padding,
        };
        for step in 0..rows * columns {
            let weights = convolution.kernel.concat();
            let products = convolution
                .window(step)
                .into_iter()
                .zip(weights)
                .map(|(x, w)| x * w);
            convolution.output[step / columns][step % columns] = products.sum();
        }
        Ok(convolution)
    }

    /// The window's upper left corner at a step: row and column.
    pub fn corner(&self, step: usize) -> (usize, usize) {
        let columns = self.output[0].len();
        (step / columns * self.stride, step % columns * self.stride)
    }

    /// The numbers under the window, row by row.
    pub fn window(&self, step: usize) -> Vec<f64> {
        let ((y, x), (kh, kw)) = (self.corner(step), size(&self.kernel));
        self.image[y..y + kh]
            .iter()
            .flat_map(|row| row[x..x + kw].to_vec())
            .collect()
    }
}

/// `2·3 + 1·(−1)`: numbers times weights, to be added up.
pub(crate) fn products(values: &[f64], weights: &[f64]) -> String {
    let product = |(x, w): (&f64, &f64)| match (short_number(*x), short_number(*w)) {
        (x, written) if *w < 0.0 => format!("{x}·({written})"),
        (x, written) => format!("{x}·{written}"),
    };
    let terms: Vec<String> = values.iter().zip(weights).map(product).collect();
    terms.join(" + ")
}

/// Rows and columns.
pub(crate) fn size(matrix: &Matrix) -> (usize, usize) {
    (matrix.len(), matrix[0].len())
}

fn matrix(what: &str, name: &str, tensor: &Tensor) -> Result<Matrix> {
    let [_, width] = *tensor.dims() else {
        bail!(
            "{what}: expected the {name} as (H, W), got {:?}",
            tensor.dims()
        );
    };
    let values = finite_values(&format!("{what}: {name}"), tensor)?;
    Ok(values.chunks(width).map(<[f64]>::to_vec).collect())
}
