use crate::*;

fn numbers(side: usize) -> Tensor {
    Tensor::arange(0f32, (side * side) as f32, &CPU)
        .unwrap()
        .reshape((side, side))
        .unwrap()
}

#[test]
fn the_window_gives_the_known_numbers() {
    // The book "Dive into Deep Learning", 7.2: 19, 25, 37, 43.
    let figure = plot::sliding_window(&numbers(3), &numbers(2), 1, 0).unwrap();
    has_texts(
        &figure,
        &[
            "step 1",
            "step 2",
            "step 3",
            "step 4",
            "kernel",
            "output",
            "0·0 + 1·1",
            "+ 3·2 + 4·3 = 19",
            "+ 4·2 + 5·3 = 25",
            "+ 6·2 + 7·3 = 37",
            "+ 7·2 + 8·3 = 43",
            "stride 1, padding 0: 2 × 2 outputs",
        ],
    );
}

#[test]
fn stride_and_padding_agree_with_conv2d() {
    for (stride, padding) in [(1, 0), (1, 1), (2, 1), (3, 2)] {
        let (image, kernel) = (numbers(5), (numbers(3) - 4.0).unwrap());
        let four = |t: &Tensor| t.unsqueeze(0).unwrap().unsqueeze(0).unwrap();
        let options = F::ConvOptions {
            stride,
            padding,
            ..F::ConvOptions::default()
        };
        let output = F::conv2d(&four(&image), &four(&kernel), None, options).unwrap();
        let output = output.flatten_all().unwrap().to_vec1::<f32>().unwrap();
        let last = output[output.len() - 1].to_string().replace('-', "−");
        let figure = plot::sliding_window(&image, &kernel, stride, padding).unwrap();
        with_document(&figure, |document| {
            let end = format!("= {last}");
            assert!(
                texts(document).iter().any(|text| text.ends_with(&end)),
                "{end}"
            );
        });
    }
}

#[test]
fn im2col_is_a_product_of_a_row_and_columns() {
    let figure = plot::im2col(&numbers(3), &numbers(2), 1, 0).unwrap();
    has_texts(
        &figure,
        &[
            "image",
            "a row per kernel: 1 × 4",
            "a column per window: 4 × 4",
            "outputs: 1 × 4",
            "rows times columns: (1 × 4) (4 × 4) = (1 × 4)",
            "19",
            "25",
            "37",
            "43",
        ],
    );
    assert_eq!(squares(&figure), 9 + 4 + 16 + 4);
    has_texts(
        &plot::im2col(&numbers(3), &numbers(2), 1, 1).unwrap(),
        &["padded image"],
    );
}

/// How many squares the matrices of a figure have.
fn squares(figure: &Figure) -> usize {
    let paths = every(figure, "cells", "d").into_iter();
    paths.map(|path| path.matches('h').count()).sum()
}

/// 0 to 8 and 8 to 0; ones and twos, and a kernel of which the second slice is negative.
fn two_channels() -> (Tensor, Tensor, Tensor) {
    let image = Tensor::stack(&[&numbers(3), &(8.0 - numbers(3)).unwrap()], 0).unwrap();
    let slice = |value: f32| Tensor::full(value, (2, 2), &CPU).unwrap();
    let kernel = |a, b| Tensor::stack(&[&slice(a), &slice(b)], 0).unwrap();
    let kernels = Tensor::stack(&[&kernel(1.0, 2.0), &kernel(1.0, -1.0)], 0).unwrap();
    (image, kernels, tensor(&[5f32, -3.0]))
}

#[test]
fn several_channels_are_added_up_and_the_bias_once() {
    let (image, kernels, bias) = two_channels();
    let figure = plot::multi_channel_convolution(&image, &kernels, &bias, (0, 1)).unwrap();
    has_texts(
        &figure,
        &[
            "kernel 1",
            "w[1, 0]",
            "b[1] = −3",
            "1·1 + 2·1 + 4·1 + 5·1 = 12",
            "7·2 + 6·2 + 4·2 + 3·2 = 40",
            "y[0] = 12 + 40 + 5 = 57",
            "7·(−1) + 6·(−1) + 4·(−1) + 3·(−1) = −20",
            "y[1] = 12 − 20 − 3 = −11",
        ],
    );
    let batch = F::conv2d(
        &image.unsqueeze(0).unwrap(),
        &kernels,
        Some(&bias),
        F::ConvOptions::default(),
    );
    let outputs = batch.unwrap().flatten_all().unwrap().to_vec1::<f32>();
    let written = outputs.unwrap().into_iter();
    let written: Vec<String> = written.map(|y| y.to_string().replace('-', "−")).collect();
    has_texts(&figure, &Vec::from_iter(written.iter().map(|y| &y[..])));
    assert_eq!(squares(&figure), 2 * 9 + 4 * 4 + 2 * 4);

    let product = plot::im2col(&image, &kernels, 1, 0).unwrap();
    has_texts(
        &product,
        &[
            "channel 1",
            "rows times columns: (2 × 8) (8 × 4) = (2 × 4)",
            "52",
            "−8",
        ],
    );
    assert_eq!(squares(&product), 2 * 9 + 2 * 8 + 8 * 4 + 2 * 4);
}

#[test]
fn a_matrix_shows_its_numbers() {
    let figure = plot::matrix(&tensor(&[[0f32, 1.5], [-2.0, 3.0]])).unwrap();
    has_texts(&figure, &["0", "1.5", "−2", "3"]);
    assert_eq!(squares(&figure), 4);
}

#[test]
fn wrong_convolutions_are_one_clear_line() {
    let window = |image: usize, kernel: usize, stride, padding| {
        error(plot::sliding_window(
            &numbers(image),
            &numbers(kernel),
            stride,
            padding,
        ))
    };
    assert_eq!(
        window(3, 4, 1, 0),
        "sliding_window: a kernel of 4 x 4 does not fit in 3 x 3"
    );
    assert_eq!(
        window(3, 2, 0, 0),
        "sliding_window: the stride is at least 1, got 0"
    );
    assert_eq!(
        window(13, 3, 1, 0),
        "sliding_window: the image with its padding has at most 12 x 12 pixels, got 13 x 13"
    );
    assert!(window(3, 2, 1, usize::MAX).starts_with("sliding_window: the image with its padding"));
    assert_eq!(
        error(plot::im2col(&tensor(&[1f32]), &numbers(2), 1, 0)),
        "im2col: expected the image as (H, W) or (C, H, W), got [1]"
    );
    assert_eq!(
        error(plot::im2col(
            &tensor(&[[1f32, f32::INFINITY]]),
            &numbers(1),
            1,
            0
        )),
        "im2col: image: value 1 of 2 is not finite, inf"
    );
    assert_eq!(
        error(plot::im2col(&numbers(8), &numbers(3), 1, 0)),
        "im2col: at most 16 numbers in a window and 16 positions, got 9 and 36"
    );
    let (image, kernels, bias) = two_channels();
    let several = |image: &Tensor, kernels: &Tensor, bias: &Tensor, at| {
        error(plot::multi_channel_convolution(image, kernels, bias, at))
    };
    assert_eq!(
        several(&numbers(3), &kernels, &bias, (0, 0)),
        "multi_channel_convolution: the image has 1 channels, but the kernels are [2, 2, 2, 2]"
    );
    assert_eq!(
        several(&image, &kernels, &tensor(&[1f32]), (0, 0)),
        "multi_channel_convolution: 2 kernels need the bias as (2), got [1]"
    );
    assert_eq!(
        several(&image, &kernels, &bias, (0, 2)),
        "multi_channel_convolution: the output has 2 x 2 places, got (0, 2)"
    );
    assert_eq!(
        error(plot::matrix(&tensor(&[1f32]))),
        "matrix: expected (H, W), each side from 1 to 28, got [1]"
    );
}
