//! Programs that claim to be what they are not, and the pixels that a unit sees.

use exercise::tp2;
use helpers::prelude::*;

use super::{green, grey, red};

/// The notebook's program that claims to be LeNet-5.
fn claims_lenet5(p: &Parameters) -> Result<nn::Sequential> {
    Ok(nn::Sequential::new(p)
        .add("c1", nn::conv2d(1, 6, 5, &p.at("c1"))?.padding(2))
        .add("tanh1", nn::Tanh)
        .add("s2", nn::avg_pool2d(2))
        .add("c3", nn::conv2d(6, 16, 5, &p.at("c3"))?)
        .add("tanh3", nn::Tanh)
        .add("s4", nn::avg_pool2d(2))
        .add("c5", nn::conv2d(16, 120, 5, &p.at("c5"))?)
        .add("tanh5", nn::Tanh)
        .add("flatten", nn::Flatten)
        .add("f6", nn::linear(480, 84, &p.at("f6"))?)
        .add("tanh6", nn::Tanh)
        .add("output", nn::linear(84, 10, &p.at("output"))?))
}

#[test]
fn a_wrong_lenet5_is_drawn() {
    let boxes = [
        (6, 32),
        (6, 16),
        (16, 12),
        (16, 6),
        (120, 2),
        (84, 1),
        (10, 1),
    ];
    let card = |boxes: &[(usize, usize)], line| {
        let boxes = boxes.to_vec();
        tp2::wrong_lenet5(claims_lenet5, move || (boxes.clone(), line))
    };
    green(&card(&boxes, "c1"));
    let papers = [
        (6, 28),
        (6, 14),
        (16, 10),
        (16, 5),
        (120, 1),
        (84, 1),
        (10, 1),
    ];
    let first = "box 1, c1, Conv2d 5 × 5, padding 2, (maps, side): expected (6, 32), got (6, 28)";
    red(&card(&papers, "c1"), first);
    red(&card(&boxes[..5], "c1"), "expected 7, got 5");
    red(
        &card(&boxes, "s2"),
        "s2 is as in the paper, AvgPool2d 2 × 2 with 0 parameters",
    );
    red(
        &card(&boxes, "f6"),
        "f6 had to be changed only because of an earlier line",
    );
    red(
        &card(&boxes, "padding"),
        "\"padding\" is none of c1, tanh1, s2",
    );
    for card in [card(&boxes, "s2"), card(&boxes, "f6")] {
        assert!(!card.message().contains("c1"), "{card}"); // the line is not told
    }
    grey(&tp2::wrong_lenet5(claims_lenet5, || todo!("exercise 1")));
}

/// The notebook's program that claims to be VGG's first three stages.
fn claims_vgg(p: &Parameters) -> Result<nn::Sequential> {
    Ok(nn::Sequential::new(p)
        .add(
            "conv1_1",
            nn::conv2d(3, 64, 3, &p.at("conv1_1"))?.padding(1),
        )
        .add("relu1_1", nn::Relu)
        .add("pool1", nn::max_pool2d(2))
        .add(
            "conv2_1",
            nn::conv2d(64, 128, 3, &p.at("conv2_1"))?.padding(1),
        )
        .add("relu2_1", nn::Relu)
        .add("pool2", nn::max_pool2d(3).stride(2))
        .add(
            "conv3_1",
            nn::conv2d(128, 256, 3, &p.at("conv3_1"))?.padding(1),
        )
        .add("relu3_1", nn::Relu)
        .add(
            "conv3_2",
            nn::conv2d(256, 256, 3, &p.at("conv3_2"))?.padding(1),
        )
        .add("relu3_2", nn::Relu)
        .add("pool3", nn::max_pool2d(2)))
}

#[test]
fn a_wrong_vgg_is_drawn() {
    let mut boxes = vec![(64, 224), (64, 112), (128, 112), (128, 55)];
    boxes.extend([(256, 55), (256, 55), (256, 27)]);
    green(&tp2::wrong_vgg(claims_vgg, || (boxes.clone(), "pool2")));
    let card = tp2::wrong_vgg(claims_vgg, || (boxes.clone(), "pool3"));
    red(&card, "pool3 is as in the paper, MaxPool2d 2 × 2");
    boxes[3].1 = 56;
    let card = tp2::wrong_vgg(claims_vgg, || (boxes.clone(), "pool2"));
    red(
        &card,
        "box 4, pool2, MaxPool2d 3 × 3, stride 2, (maps, side): expected (128, 55), got (128, 56)",
    );
    grey(&tp2::wrong_vgg(claims_vgg, || todo!("exercise 5")));
}

#[test]
fn the_pixels_that_a_unit_sees_are_checked() {
    fn seen(layers: &[(i64, i64, i64)], unit: i64) -> (i64, i64) {
        let (mut first, mut last) = (unit, unit);
        for (kernel, stride, padding) in layers.iter().rev() {
            first = first * stride - padding;
            last = last * stride - padding + kernel - 1;
        }
        (first, last)
    }
    green(&tp2::pixels_seen(seen));
    // From the front; without the padding; the last pixel is one too far.
    let card = tp2::pixels_seen(|layers, unit| {
        let turned: Vec<_> = layers.iter().rev().copied().collect();
        seen(&turned, unit)
    });
    red(
        &card,
        "pixels_seen(&[(5, 1, 0), (2, 2, 0)], 3): expected (6, 11), got (6, 15)",
    );
    let card = tp2::pixels_seen(|layers, unit| {
        let bare: Vec<_> = layers.iter().map(|&(k, s, _)| (k, s, 0)).collect();
        seen(&bare, unit)
    });
    red(
        &card,
        "pixels_seen(&[(3, 1, 1), (3, 1, 1), (3, 1, 1)], 0): expected (-3, 3), got (0, 6)",
    );
    let card = tp2::pixels_seen(|layers, unit| {
        let (first, last) = seen(layers, unit);
        (first, last + 1)
    });
    red(&card, "expected (3, 7), got (3, 8)");
    grey(&tp2::pixels_seen(|_, _| todo!("exercise 4")));
}
