//! Notebook 1: what a convolution computes.

use candle_core::{Device, Result, Tensor};
use rand::Rng;

use crate::{Card, Cases, check};
use candle_functional::random;
use candle_functional::{self as F, ConvOptions, PoolOptions};
use networks::nn::{self, Parameters};

const CASES: usize = 12;

/// A picture, row by row.
type Rows = Vec<Vec<f64>>;

/// Checks a convolution written by hand: `f(image, kernel, bias)`, stride 1, no padding.
///
/// ```
/// use helpers::prelude::*;
/// let card = exercise::tp2::convolution(|image, kernel, bias| {
///     let (h, w) = (image.len() - kernel.len() + 1, image[0].len() - kernel[0].len() + 1);
///     let mut output = vec![vec![bias; w]; h];
///     for (i, j) in (0..h).flat_map(|i| (0..w).map(move |j| (i, j))) {
///         for (a, row) in kernel.iter().enumerate() {
///             for (b, weight) in row.iter().enumerate() {
///                 output[i][j] += weight * image[i + a][j + b];
///             }
///         }
///     }
///     output
/// });
/// assert_eq!(card.status(), exercise::Status::Right);
/// ```
pub fn convolution(f: impl Fn(&[Vec<f64>], &[Vec<f64>], f64) -> Rows) -> Card {
    let verified = "It gives what conv2d gives, on images of many sizes";
    check("The convolution by hand", verified, |cases| {
        for case in 0..CASES {
            // Small and square first, then kernels higher than wide, and wider than high.
            let (h, w) = if case == 0 { (2, 2) } else { sides(1, 3) };
            let (image, kernel) = (picture(h + case.min(3), w + 2), picture(h, w));
            let bias = if case < 2 { 0.0 } else { number() };
            if case == 2 {
                cases.hint("Hint 2");
            }
            let weight = images(&kernel)?;
            let bias_of = Tensor::new(&[bias], &Device::Cpu)?;
            let none = ConvOptions::default();
            let right = F::conv2d(&images(&image)?, &weight, Some(&bias_of), none)?;
            let input = format!("convolve({image:?}, {kernel:?}, {bias})");
            compare(cases, &input, || f(&image, &kernel, bias), &right)?;
        }
        Ok(())
    })
}

/// Checks the patches of a picture as columns: `f(image, k)` has a row for each of the k x k places
/// in the window and a column for each position of the window, stride 1, no padding.
///
/// ```
/// use helpers::prelude::*;
/// let card = exercise::tp2::im2col(|image, _| image.to_vec());
/// assert_eq!(card.status(), exercise::Status::Wrong);
/// ```
pub fn im2col(f: impl Fn(&[Vec<f64>], usize) -> Rows) -> Card {
    let verified = "Kernel times columns is the convolution, on images of many sizes";
    check("The columns of an image", verified, |cases| {
        for case in 0..CASES {
            let (k, more) = (1 + (case + 1) % 3, sides(0, 3));
            let image = picture(k + more.0, k + more.1);
            let right = F::unfold(&images(&image)?, k, ConvOptions::default())?;
            let input = format!("im2col({image:?}, {k})");
            compare(cases, &input, || f(&image, k), &right)?;
        }
        Ok(())
    })
}

/// Checks a kernel for horizontal edges: its output is 0 on a uniform picture and on a
/// vertical edge, somewhere positive on an edge with the bright side below, and nowhere negative there.
///
/// ```
/// use helpers::prelude::*;
/// let across = [[-1.0, 0.0, 1.0]; 3]; // finds vertical ones
/// let card = exercise::tp2::horizontal_edges(|| across);
/// assert!(card.message().contains("a vertical edge"));
/// ```
pub fn horizontal_edges(f: impl Fn() -> [[f64; 3]; 3]) -> Card {
    let verified = "It responds to horizontal edges, bright below, and to nothing else";
    check("A kernel for horizontal edges", verified, |cases| {
        let outputs = |image: Rows| -> Result<Vec<f64>> {
            let kernel: Rows = f().iter().map(|row| row.to_vec()).collect();
            let none = ConvOptions::default();
            let y = F::conv2d(&images(&image)?, &images(&kernel)?, None, none)?;
            y.flatten_all()?.to_vec1()
        };
        for _ in 0..CASES {
            let (dark, bright) = random::with_generator(|g| {
                let dark: f64 = g.random_range(0.0..0.4);
                (dark, g.random_range(0.6..1.0))
            });
            let edge = |at: usize| if at < 3 { dark } else { bright };
            let said = format!("between brightness {dark:.2} and {bright:.2}");

            cases.hint("Hint 1");
            let uniform = format!("on a uniform image of brightness {bright:.2}");
            cases.close_list(&uniform, || outputs(vec![vec![bright; 6]; 3]), &[0.0; 4])?;
            let vertical = format!("on a vertical edge {said}");
            let row: Vec<f64> = (0..6).map(edge).collect();
            cases.close_list(&vertical, || outputs(vec![row; 3]), &[0.0; 4])?;

            cases.hint("Hint 2");
            let below: Rows = (0..6).map(|row| vec![edge(row); 3]).collect();
            let most = || Ok(outputs(below.clone())?.into_iter().fold(f64::MIN, f64::max) > 1e-6);
            let input = format!("on a horizontal edge, bright below, {said}: somewhere positive");
            cases.equal(&input, most, true)?;
            let least = || Ok(outputs(below.clone())?.into_iter().all(|y| y >= -1e-6));
            let input = format!("on a horizontal edge, bright below, {said}: nowhere negative");
            cases.equal(&input, least, true)?;
        }
        Ok(())
    })
}

/// Checks the number of parameters of a `Conv2d`: `f(c_in, c_out, kernel_size, bias)`.
///
/// ```
/// use helpers::prelude::*;
/// let card = exercise::tp2::conv_parameters(|c_in, c_out, k, _| c_in * c_out * k * k);
/// assert!(card.message().contains("bias = true"));
/// ```
pub fn conv_parameters(f: impl Fn(usize, usize, usize, bool) -> usize) -> Card {
    let verified = "The layers that were built hold as many";
    check("The parameters of a layer", verified, |cases| {
        for case in 0..CASES {
            let (c_in, c_out) = sides(1, 64);
            let (k, bias) = (1 + case % 7, case % 3 != 0);
            let params = Parameters::new(&Device::Cpu);
            let layer = if bias { nn::conv2d } else { nn::conv2d_no_bias };
            layer(c_in, c_out, k, &params.at("conv"))?;
            let input = format!("parameters({c_in}, {c_out}, kernel_size = {k}, bias = {bias})");
            cases.equal(&input, || Ok(f(c_in, c_out, k, bias)), params.count())?;
        }
        Ok(())
    })
}

/// Checks the size that a convolution gives along one side: `f(n, kernel_size, stride, padding,
/// dilation)`.
///
/// ```
/// use helpers::prelude::*;
/// let card = exercise::tp2::output_size(|n, k, s, p, _| (n + 2 * p - k) / s + 1);
/// assert!(card.message().contains("dilation = 2"));
/// ```
pub fn output_size(f: impl Fn(usize, usize, usize, usize, usize) -> usize) -> Card {
    let verified = "The sizes are those of convolutions that were run";
    check("The size of the output", verified, |cases| {
        for case in 0..3 * CASES {
            if case == 2 * CASES {
                cases.hint("Hint 2");
            }
            let dilation = 1 + case / (2 * CASES) + case % 2 * (case / (2 * CASES));
            let (kernel, stride) =
                random::with_generator(|g| (g.random_range(1..=7), 1 + case % 3));
            let padding = random::with_generator(|g| g.random_range(0..=3));
            let n = dilation * (kernel - 1) + 1 + sides(0, 30).0;
            let options = ConvOptions {
                stride,
                padding,
                dilation,
                groups: 1,
            };
            let x = Tensor::zeros((1, 1, n), candle_core::DType::F32, &Device::Cpu)?;
            let weight = Tensor::zeros((1, 1, kernel), x.dtype(), x.device())?;
            let right = F::conv1d(&x, &weight, None, options)?.dims()[2];
            let input = format!(
                "output_size(n = {n}, kernel_size = {kernel}, stride = {stride}, padding = {padding}, dilation = {dilation})"
            );
            let got = || Ok(f(n, kernel, stride, padding, dilation));
            cases.equal(&input, got, right)?;
        }
        Ok(())
    })
}

/// Checks the padding that keeps the size at stride 1: `f(kernel_size, dilation)`, for odd kernels.
///
/// ```
/// use helpers::prelude::*;
/// let card = exercise::tp2::same_padding(|k, dilation| dilation * (k - 1) / 2);
/// assert_eq!(card.status(), exercise::Status::Right);
/// ```
pub fn same_padding(f: impl Fn(usize, usize) -> usize) -> Card {
    check("Same padding", "The size stays", |cases| {
        for (dilation, kernel) in (1..=4).flat_map(|d| [1, 3, 5, 7, 11].map(|k| (d, k))) {
            let input = format!("same_padding(kernel_size = {kernel}, dilation = {dilation})");
            // n + 2 p - d (k - 1) = n
            let right = dilation * (kernel / 2);
            cases.equal(&input, || Ok(f(kernel, dilation)), right)?;
        }
        Ok(())
    })
}

/// Checks a max pooling written by hand: `f(image, kernel_size, stride)`, no padding.
///
/// ```
/// use helpers::prelude::*;
/// let card = exercise::tp2::max_pool(|image, _, _| image.to_vec());
/// assert_eq!(card.status(), exercise::Status::Wrong);
/// ```
pub fn max_pool(f: impl Fn(&[Vec<f64>], usize, usize) -> Rows) -> Card {
    let verified = "It gives what max_pool2d gives, windows overlapping or not";
    check("The max pooling by hand", verified, |cases| {
        for case in 0..CASES {
            let (k, stride) = [(2, 2), (2, 2), (3, 2), (3, 3), (3, 1), (2, 3)][case % 6];
            let more = sides(0, 4);
            let mut image = picture(k + more.0, k + more.1);
            if case % 6 == 1 {
                cases.hint("Hint 2");
                image.iter_mut().flatten().for_each(|x| *x = -x.abs() - 1.0);
            } else {
                cases.hint("Hint 1");
            }
            let right = F::max_pool2d(&images(&image)?, PoolOptions::new(k).stride(stride))?;
            let input = format!("max_pool({image:?}, {k}, {stride})");
            compare(cases, &input, || f(&image, k, stride), &right)?;
        }
        Ok(())
    })
}

/// One case whose output is a picture; `right` may have a batch and a channel in front.
fn compare(cases: &mut Cases, input: &str, f: impl FnOnce() -> Rows, right: &Tensor) -> Result<()> {
    let right = right.flatten_to(right.rank() - 2)?;
    cases.close_tensor(input, || Tensor::new(f(), &Device::Cpu), &right)
}

/// The picture as a batch of one, (1, 1, H, W).
fn images(rows: &Rows) -> Result<Tensor> {
    Tensor::new(rows.clone(), &Device::Cpu)?
        .unsqueeze(0)?
        .unsqueeze(0)
}

/// Whole numbers from -3 to 9: a picture that can be checked by hand.
fn picture(rows: usize, columns: usize) -> Rows {
    let row = |_| (0..columns).map(|_| number()).collect();
    (0..rows).map(row).collect()
}

fn number() -> f64 {
    random::with_generator(|g| f64::from(g.random_range(-3..=9)))
}

fn sides(least: usize, most: usize) -> (usize, usize) {
    random::with_generator(|g| (g.random_range(least..=most), g.random_range(least..=most)))
}
