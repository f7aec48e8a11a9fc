//! Notebook 1: layers of convolutional networks, and a program with errors.

use candle_core::{DType, Device, Result, Tensor};

use super::convolution::{CASES, Rows, compare, images, picture, sides};
use crate::{Card, check};
use candle_functional::random;
use candle_functional::{self as F, ConvOptions, PoolOptions};

/// Checks the forward pass of a convolutional layer with its ReLU: `f(x, w, b, stride, padding)`.
///
/// ```
/// use helpers::prelude::*;
/// let card = exercise::tp2::conv_layer(|x, w, b, stride, padding| {
///     let options = F::ConvOptions { stride, padding, ..Default::default() };
///     F::relu(&F::conv2d(x, w, Some(b), options)?)
/// });
/// assert_eq!(card.status(), exercise::Status::Right);
/// ```
pub fn conv_layer(f: impl Fn(&Tensor, &Tensor, &Tensor, usize, usize) -> Result<Tensor>) -> Card {
    let verified = "It gives what conv2d and a ReLU give, shapes and numbers";
    check("The forward pass of a layer", verified, |cases| {
        for case in 0..CASES {
            let (stride, padding) = (1 + case % 2, case / 2 % 2);
            let (k, (c_in, c_out)) = (1 + case % 3, sides(1, 4));
            let (n, (more_h, more_w)) = (1 + case % 3, sides(0, 4));
            let normal = |shape: &[usize]| random::normal(0.0, 1.0, shape, &Device::Cpu);
            let x = normal(&[n, c_in, k + more_h, k + 1 + more_w])?;
            let (w, b) = (normal(&[c_out, c_in, k, k])?, normal(&[c_out])?);
            let options = ConvOptions {
                stride,
                padding,
                ..ConvOptions::default()
            };
            let right = F::conv2d(&x, &w, Some(&b), options)?.relu()?;
            let input = format!(
                "forward of x {:?}, w {:?}, stride {stride}, padding {padding}",
                x.dims(),
                w.dims()
            );
            cases.close_tensor(&input, || f(&x, &w, &b, stride, padding), &right)?;
        }
        Ok(())
    })
}

/// Checks a convolution with a stride written by hand: `f(image, kernel, stride)`, square kernels, no
/// padding.
///
/// ```
/// use helpers::prelude::*;
/// let card = exercise::tp2::strided_convolution(|image, _, _| image.to_vec());
/// assert_eq!(card.status(), exercise::Status::Wrong);
/// ```
pub fn strided_convolution(f: impl Fn(&[Vec<f64>], &[Vec<f64>], usize) -> Rows) -> Card {
    let verified = "It gives what conv2d gives, with every stride";
    check("The convolution with a stride", verified, |cases| {
        for case in 0..CASES {
            let (k, stride) = (2 + case % 2, 1 + case / 2 % 3);
            let more = sides(stride, 2 * stride + 1);
            let (image, kernel) = (picture(k + more.0, k + more.1), picture(k, k));
            let options = ConvOptions {
                stride,
                ..ConvOptions::default()
            };
            let right = F::conv2d(&images(&image)?, &images(&kernel)?, None, options)?;
            let input = format!("strided({image:?}, {kernel:?}, {stride})");
            compare(cases, &input, || f(&image, &kernel, stride), &right)?;
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
    check("Max pooling by hand", verified, |cases| {
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

/// Checks a dense layer applied at every place of a map: `f(maps, w, b)`, maps (N, C, H, W), w (K, C),
/// b (K).
///
/// ```
/// use helpers::prelude::*;
/// let card = exercise::tp2::dense_everywhere(|maps, w, b| {
///     let kernels = w.unsqueeze(2)?.unsqueeze(3)?;
///     F::conv2d(maps, &kernels, Some(b), F::ConvOptions::default())
/// });
/// assert_eq!(card.status(), exercise::Status::Right);
/// ```
pub fn dense_everywhere(f: impl Fn(&Tensor, &Tensor, &Tensor) -> Result<Tensor>) -> Card {
    let verified = "Each place has what the dense layer gives for its channels";
    check("A dense layer at every position", verified, |cases| {
        for case in 0..CASES {
            let (n, (c, k)) = (1 + case % 2, sides(1, 5));
            let (h, w) = (1 + case % 3, 2 + case % 4);
            let normal = |shape: &[usize]| random::normal(0.0, 1.0, shape, &Device::Cpu);
            let (maps, weight, bias) = (normal(&[n, c, h, w])?, normal(&[k, c])?, normal(&[k])?);
            // One place, its channels, at a time.
            let places = maps.permute((0, 2, 3, 1))?.reshape((n * h * w, c))?;
            let logits = places.matmul(&weight.t()?)?.broadcast_add(&bias)?;
            let right = logits.reshape((n, h, w, k))?.permute((0, 3, 1, 2))?;
            let input = format!("everywhere(maps {:?}, w {:?})", maps.dims(), weight.dims());
            let got = || f(&maps, &weight, &bias)?.to_dtype(DType::F32);
            cases.close_tensor(&input, got, &right)?;
        }
        Ok(())
    })
}
