//! The checks of TP2's notebook 1: a right answer is green, the usual wrong ones are red.

use exercise::tp2;
use helpers::prelude::*;

use crate::{green, grey, red};

type Rows = Vec<Vec<f64>>;

/// One channel under one slice, the window `stride` apart.
fn slide(image: &[Vec<f64>], kernel: &[Vec<f64>], stride: usize) -> Rows {
    let height = (image.len() - kernel.len()) / stride + 1;
    let width = (image[0].len() - kernel[0].len()) / stride + 1;
    let mut output = vec![vec![0.0; width]; height];
    for (i, row) in output.iter_mut().enumerate() {
        for (j, sum) in row.iter_mut().enumerate() {
            for (a, weights) in kernel.iter().enumerate() {
                for (b, weight) in weights.iter().enumerate() {
                    *sum += weight * image[i * stride + a][j * stride + b];
                }
            }
        }
    }
    output
}

fn plus(a: Rows, b: &Rows) -> Rows {
    let row = |(a, b): (Vec<f64>, &Vec<f64>)| a.iter().zip(b).map(|(a, b)| a + b).collect();
    a.into_iter().zip(b).map(row).collect()
}

fn shifted(map: Rows, by: f64) -> Rows {
    let row = |row: Vec<f64>| row.into_iter().map(|y| y + by).collect();
    map.into_iter().map(row).collect()
}

/// All channels under their slices.
fn neuron(image: &[Rows], kernel: &[Rows], bias: f64) -> Rows {
    let mut sum = slide(&image[0], &kernel[0], 1);
    for (channel, slice) in image.iter().zip(kernel).skip(1) {
        sum = plus(sum, &slide(channel, slice, 1));
    }
    shifted(sum, bias)
}

#[test]
fn the_convolution_by_hand_is_checked() {
    let right =
        |image: &[Vec<f64>], kernel: &[Vec<f64>], bias| shifted(slide(image, kernel, 1), bias);
    green(&tp2::convolution(right));
    red(
        &tp2::convolution(|image, kernel, _| slide(image, kernel, 1)),
        "Hint 2",
    );
    red(
        &tp2::convolution(|image, _, _| image.to_vec()),
        "expected the shape",
    );
    grey(&tp2::convolution(|_, _, _| todo!("exercise 1")));
}

#[test]
fn a_neuron_adds_its_channels_and_its_bias_once() {
    green(&tp2::neuron(neuron));
    type Neuron = fn(&[Rows], &[Rows], f64) -> Rows;
    let wrong: [Neuron; 4] = [
        // The first channel only; the first slice for all; a bias for each channel; no bias.
        |image, kernel, bias| neuron(&image[..1], &kernel[..1], bias),
        |image, kernel, bias| neuron(image, &vec![kernel[0].clone(); image.len()], bias),
        |image, kernel, bias| neuron(image, kernel, bias * image.len() as f64),
        |image, kernel, _| neuron(image, kernel, 0.0),
    ];
    for f in wrong {
        red(&tp2::neuron(f), "at [0, 0]: expected");
    }
    red(
        &tp2::neuron(|image, _, _| image[0].clone()),
        "the shape [1, 1]",
    );
    grey(&tp2::neuron(|_, _, _| todo!("exercise 2")));
}

#[test]
fn the_layers_forward_is_checked() {
    fn columns(x: &Tensor, w: &Tensor, stride: usize, padding: usize) -> Result<Tensor> {
        let options = F::ConvOptions {
            stride,
            padding,
            ..Default::default()
        };
        F::unfold(x, w.dim(3)?, options)
    }
    fn map(y: &Tensor, x: &Tensor, w: &Tensor, stride: usize, padding: usize) -> Result<Tensor> {
        let high = (x.dim(2)? + 2 * padding - w.dim(2)?) / stride + 1;
        y.reshape((x.dim(0)?, w.dim(0)?, high, ()))
    }
    fn rows(w: &Tensor) -> Result<Tensor> {
        w.flatten_from(1)
    }
    type Forward = fn(&Tensor, &Tensor, &Tensor, usize, usize) -> Result<Tensor>;
    let right: Forward = |x, w, b, s, p| {
        let y = rows(w)?.broadcast_matmul(&columns(x, w, s, p)?)?;
        let y = y.broadcast_add(&b.unsqueeze(1)?)?;
        F::relu(&map(&y, x, w, s, p)?)
    };
    green(&tp2::conv_layer(right));
    let wrong: [(Forward, &str); 5] = [
        // The weights' numbers in another order, no bias, no ReLU, not cut into rows, the stride forgotten.
        (
            |x, w, b, s, p| {
                let other = w.reshape(((), w.dim(0)?))?.t()?;
                let y = other.broadcast_matmul(&columns(x, w, s, p)?)?;
                F::relu(&map(&y.broadcast_add(&b.unsqueeze(1)?)?, x, w, s, p)?)
            },
            "at [0, ",
        ),
        (
            |x, w, _, s, p| {
                let y = rows(w)?.broadcast_matmul(&columns(x, w, s, p)?)?;
                F::relu(&map(&y, x, w, s, p)?)
            },
            "at [0, ",
        ),
        (
            |x, w, b, s, p| {
                let y = rows(w)?.broadcast_matmul(&columns(x, w, s, p)?)?;
                map(&y.broadcast_add(&b.unsqueeze(1)?)?, x, w, s, p)
            },
            "expected 0",
        ),
        (
            |x, w, b, s, p| {
                let y = rows(w)?.broadcast_matmul(&columns(x, w, s, p)?)?;
                F::relu(&y.broadcast_add(&b.unsqueeze(1)?)?)
            },
            "expected the shape",
        ),
        (
            |x, w, b, _, p| {
                let y = rows(w)?.broadcast_matmul(&columns(x, w, 1, p)?)?;
                F::relu(&map(&y.broadcast_add(&b.unsqueeze(1)?)?, x, w, 1, p)?)
            },
            "stride 2",
        ),
    ];
    for (f, message) in wrong {
        red(&tp2::conv_layer(f), message);
    }
    red(
        &tp2::conv_layer(|x, w, _, _, _| x.matmul(w)),
        "forward of x",
    );
    grey(&tp2::conv_layer(|_, _, _, _, _| todo!("exercise 7")));
}

/// The notebook's program, with both of its errors or with one.
fn program(
    stride_in_columns: bool,
    kernel_upright: bool,
) -> impl Fn(&[Vec<f64>], &[Vec<f64>], usize) -> Rows {
    move |image, kernel, stride| {
        let k = kernel.len();
        let height = (image.len() - k) / stride + 1;
        let width = (image[0].len() - k) / stride + 1;
        let mut output = vec![vec![0.0; width]; height];
        for (i, row) in output.iter_mut().enumerate() {
            for (j, sum) in row.iter_mut().enumerate() {
                for (u, v) in (0..k).flat_map(|u| (0..k).map(move |v| (u, v))) {
                    let column = if stride_in_columns { j * stride } else { j } + v;
                    let (a, b) = if kernel_upright { (u, v) } else { (v, u) };
                    *sum += kernel[a][b] * image[i * stride + u][column];
                }
            }
        }
        output
    }
}

#[test]
fn both_errors_of_the_program_are_found() {
    green(&tp2::strided_convolution(program(true, true)));
    red(
        &tp2::strided_convolution(program(false, false)),
        ", 1) at [0, 0]",
    );
    red(
        &tp2::strided_convolution(program(true, false)),
        ", 1) at [0, 0]",
    );
    red(
        &tp2::strided_convolution(program(false, true)),
        ", 2) at [0, 1]",
    );
    grey(&tp2::strided_convolution(|_, _, _| todo!("exercise 6")));
}

#[test]
fn max_pooling_is_checked() {
    let from = |lowest: f64| {
        move |image: &[Vec<f64>], k: usize, stride: usize| -> Rows {
            let places = |side: usize| (side - k) / stride + 1;
            let window = |i: usize, j: usize| {
                let rows = image[i * stride..i * stride + k].iter();
                let inside = rows.flat_map(|row| &row[j * stride..j * stride + k]);
                inside.copied().fold(lowest, f64::max)
            };
            let row = |i| (0..places(image[0].len())).map(|j| window(i, j)).collect();
            (0..places(image.len())).map(row).collect()
        }
    };
    green(&tp2::max_pool(from(f64::NEG_INFINITY)));
    red(&tp2::max_pool(from(0.0)), "Open Hint 2");
    red(&tp2::max_pool(|image, _, _| image.to_vec()), "Open Hint 1");
    grey(&tp2::max_pool(|_, _, _| todo!("exercise 8")));
}

#[test]
fn a_dense_layer_at_every_place_is_checked() {
    green(&tp2::dense_everywhere(|maps, w, b| {
        let kernels = w.unsqueeze(2)?.unsqueeze(3)?;
        F::conv2d(maps, &kernels, Some(b), F::ConvOptions::default())
    }));
    // No bias; one value for the whole map.
    red(
        &tp2::dense_everywhere(|maps, w, _| {
            let kernels = w.unsqueeze(2)?.unsqueeze(3)?;
            F::conv2d(maps, &kernels, None, F::ConvOptions::default())
        }),
        "at [0, 0, 0, 0]",
    );
    red(
        &tp2::dense_everywhere(|maps, w, b| {
            let means = maps.flatten_from(2)?.mean(2)?;
            means.matmul(&w.t()?)?.broadcast_add(b)
        }),
        "expected the shape",
    );
    grey(&tp2::dense_everywhere(|_, _, _| todo!("exercise 9")));
}
