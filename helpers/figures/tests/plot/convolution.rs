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
fn im2col_has_a_column_for_every_position() {
    let figure = plot::im2col(&numbers(3), &numbers(2), 1, 0).unwrap();
    has_texts(
        &figure,
        &[
            "image",
            "kernel",
            "a column per position: 4 × 4",
            "output",
            "19",
            "25",
            "37",
            "43",
        ],
    );
    with_document(&figure, |document| {
        let cells = of_class(document, "cells");
        let squares = cells
            .iter()
            .map(|c| c.attribute("d").unwrap().matches('h').count());
        assert_eq!(squares.sum::<usize>(), 9 + 4 + 16 + 4);
    });
    has_texts(
        &plot::im2col(&numbers(3), &numbers(2), 1, 1).unwrap(),
        &["padded image"],
    );
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
        "im2col: expected the image as (H, W), got [1]"
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
        "im2col: at most 25 numbers in the window and 25 positions, got 9 and 36"
    );
}
