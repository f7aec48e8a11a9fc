//! A small layer with all its numbers: several channels, several kernels.

use candle_core::{Result, Tensor, bail};

use super::annotated_matrix::Matrix;
use super::small_convolution::{SmallConvolution, size};
use crate::values::finite_values;

/// The most channels and the most kernels that a figure has room for.
const MOST: usize = 4;

/// Its numbers, worked out.
pub(crate) struct SmallLayer {
    /// Each kernel's slices, one on each channel of the image.
    pub kernels: Vec<Vec<SmallConvolution>>,
    pub bias: Vec<f64>,
    /// A map for each kernel.
    pub output: Vec<Matrix>,
}

impl SmallLayer {
    /// An image (H, W) or (C, H, W), kernels (h, w) or (O, C, h, w), and a bias (O) if there is one.
    pub fn new(
        what: &str,
        image: &Tensor,
        kernels: &Tensor,
        bias: Option<&Tensor>,
        (stride, padding): (usize, usize),
    ) -> Result<SmallLayer> {
        let image = match image.rank() {
            2 => image.unsqueeze(0)?,
            3 => image.clone(),
            _ => bail!(
                "{what}: expected the image as (H, W) or (C, H, W), got {:?}",
                image.dims()
            ),
        };
        let kernels = match kernels.rank() {
            2 => kernels.unsqueeze(0)?.unsqueeze(0)?,
            4 => kernels.clone(),
            _ => bail!(
                "{what}: expected the kernel as (H, W) or (O, C, H, W), got {:?}",
                kernels.dims()
            ),
        };
        let (channels, count) = (image.dim(0)?, kernels.dim(0)?);
        if kernels.dim(1)? != channels {
            let dims = kernels.dims();
            bail!("{what}: the image has {channels} channels, but the kernels are {dims:?}");
        }
        if !(1..=MOST).contains(&channels) || !(1..=MOST).contains(&count) {
            bail!("{what}: 1 to {MOST} channels and kernels, got {channels} and {count}");
        }
        let bias = match bias {
            Some(bias) if bias.dims() != [count] => {
                bail!(
                    "{what}: {count} kernels need the bias as ({count}), got {:?}",
                    bias.dims()
                )
            }
            Some(bias) => finite_values(&format!("{what}: bias"), bias)?,
            None => vec![0.0; count],
        };
        let slice = |o, c| {
            let kernel = kernels.get(o)?.get(c)?;
            SmallConvolution::new(what, &image.get(c)?, &kernel, stride, padding)
        };
        let kernel = |o| (0..channels).map(|c| slice(o, c)).collect();
        let kernels: Vec<Vec<SmallConvolution>> =
            (0..count).map(kernel).collect::<Result<Vec<_>>>()?;
        let output = kernels.iter().zip(&bias);
        let output = output.map(|(slices, bias)| sum(slices, *bias)).collect();
        Ok(SmallLayer {
            kernels,
            bias,
            output,
        })
    }

    /// Rows and columns of a map.
    pub fn places(&self) -> (usize, usize) {
        size(&self.output[0])
    }

    /// The numbers under the window at a step: all of channel 0 first.
    pub fn window(&self, step: usize) -> Vec<f64> {
        let channels = self.kernels[0].iter();
        channels.flat_map(|slice| slice.window(step)).collect()
    }

    /// A kernel's numbers in the same order.
    pub fn weights(&self, kernel: usize) -> Vec<f64> {
        let slices = self.kernels[kernel].iter();
        slices.flat_map(|slice| slice.kernel.concat()).collect()
    }
}

/// The maps that one kernel's slices give, and its bias, added up.
fn sum(slices: &[SmallConvolution], bias: f64) -> Matrix {
    let (rows, columns) = size(&slices[0].output);
    let at = |row: usize, column: usize| {
        let parts = slices.iter().map(|slice| slice.output[row][column]);
        parts.sum::<f64>() + bias
    };
    let row = |row| (0..columns).map(|column| at(row, column)).collect();
    (0..rows).map(row).collect()
}
