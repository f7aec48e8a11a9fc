//! Notebook 1: what a convolution computes.

use candle_core::{Device, Result, Tensor};
use rand::Rng;

use crate::{Card, Cases, check};
use candle_functional::random;
use candle_functional::{self as F, ConvOptions};

pub(super) const CASES: usize = 12;

/// A picture, row by row.
pub(super) type Rows = Vec<Vec<f64>>;

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

/// Checks one neuron on an image of several channels: `f(image, kernel, bias)`, `image[c]` and
/// `kernel[c]` are those of channel c; stride 1, no padding.
///
/// ```
/// use helpers::prelude::*;
/// let card = exercise::tp2::neuron(|image, _, _| image[0].clone());
/// assert_eq!(card.status(), exercise::Status::Wrong);
/// ```
pub fn neuron(f: impl Fn(&[Rows], &[Rows], f64) -> Rows) -> Card {
    let verified = "It gives what conv2d gives, with one channel and with several";
    check("A neuron on several channels", verified, |cases| {
        for case in 0..CASES {
            // One number first; then one channel, then many.
            let (h, w) = if case == 0 { (2, 2) } else { sides(1, 3) };
            let channels = [2, 1, 3][case % 3];
            let more = if case == 0 { (0, 0) } else { sides(0, 3) };
            let picked = |rows, columns| (0..channels).map(|_| picture(rows, columns)).collect();
            let image: Vec<Rows> = picked(h + more.0, w + more.1);
            let kernel: Vec<Rows> = picked(h, w);
            let bias = if case == 1 { 0.0 } else { number() };
            let batch = |rows: &Vec<Rows>| Tensor::new(rows.clone(), &Device::Cpu)?.unsqueeze(0);
            let bias_of = Tensor::new(&[bias], &Device::Cpu)?;
            let none = ConvOptions::default();
            let right = F::conv2d(&batch(&image)?, &batch(&kernel)?, Some(&bias_of), none)?;
            let input = format!("neuron({image:?}, {kernel:?}, {bias})");
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

/// One case whose output is a picture; `right` may have a batch and a channel in front.
pub(super) fn compare(
    cases: &mut Cases,
    input: &str,
    f: impl FnOnce() -> Rows,
    right: &Tensor,
) -> Result<()> {
    let right = right.flatten_to(right.rank() - 2)?;
    cases.close_tensor(input, || Tensor::new(f(), &Device::Cpu), &right)
}

/// The picture as a batch of one, (1, 1, H, W).
pub(super) fn images(rows: &Rows) -> Result<Tensor> {
    Tensor::new(rows.clone(), &Device::Cpu)?
        .unsqueeze(0)?
        .unsqueeze(0)
}

/// Whole numbers from -3 to 9: a picture that can be checked by hand.
pub(super) fn picture(rows: usize, columns: usize) -> Rows {
    let row = |_| (0..columns).map(|_| number()).collect();
    (0..rows).map(row).collect()
}

pub(super) fn number() -> f64 {
    random::with_generator(|g| f64::from(g.random_range(-3..=9)))
}

pub(super) fn sides(least: usize, most: usize) -> (usize, usize) {
    random::with_generator(|g| (g.random_range(least..=most), g.random_range(least..=most)))
}
