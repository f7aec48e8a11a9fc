//! Three networks without names.

use exercise::tp2;
use helpers::prelude::*;

use super::{green, grey, red};

/// The notebook's networks without names.
fn network_a(p: &Parameters) -> Result<nn::Sequential> {
    Ok(nn::Sequential::new(p)
        .add("a", nn::conv2d(1, 6, 5, &p.at("a"))?.padding(2))
        .add("b", nn::Relu)
        .add("c", nn::max_pool2d(2))
        .add("d", nn::conv2d(6, 16, 5, &p.at("d"))?)
        .add("e", nn::Relu)
        .add("f", nn::max_pool2d(2))
        .add("g", nn::Flatten)
        .add("h", nn::linear(400, 120, &p.at("h"))?)
        .add("i", nn::Relu)
        .add("j", nn::linear(120, 84, &p.at("j"))?)
        .add("k", nn::Relu)
        .add("l", nn::linear(84, 10, &p.at("l"))?))
}

fn network_b(p: &Parameters) -> Result<nn::Sequential> {
    Ok(nn::Sequential::new(p)
        .add("a", nn::conv2d(3, 64, 11, &p.at("a"))?.stride(4).padding(2))
        .add("b", nn::Relu)
        .add("c", nn::max_pool2d(3).stride(2))
        .add("d", nn::conv2d(64, 192, 5, &p.at("d"))?.padding(2))
        .add("e", nn::Relu)
        .add("f", nn::max_pool2d(3).stride(2))
        .add("g", nn::conv2d(192, 384, 3, &p.at("g"))?.padding(1))
        .add("h", nn::Relu)
        .add("i", nn::conv2d(384, 256, 3, &p.at("i"))?.padding(1))
        .add("j", nn::Relu)
        .add("k", nn::conv2d(256, 256, 3, &p.at("k"))?.padding(1))
        .add("l", nn::Relu)
        .add("m", nn::max_pool2d(3).stride(2)))
}

fn network_c(p: &Parameters) -> Result<nn::Sequential> {
    let mut net = nn::Sequential::new(p)
        .add(
            "a",
            nn::conv2d_no_bias(3, 64, 7, &p.at("a"))?
                .stride(2)
                .padding(3),
        )
        .add("b", nn::batch_norm2d(64, &p.at("b"))?)
        .add("c", nn::Relu)
        .add("d", nn::max_pool2d(3).stride(2).padding(1));
    let mut inputs = 64;
    for i in 0..16 {
        let outputs = 64 << (i / 4);
        let stride = if outputs == inputs { 1 } else { 2 };
        let conv = nn::conv2d_no_bias(inputs, outputs, 3, &p.at(format!("e{i}")))?;
        net = net
            .add(format!("e{i}"), conv.stride(stride).padding(1))
            .add(
                format!("f{i}"),
                nn::batch_norm2d(outputs, &p.at(format!("f{i}")))?,
            )
            .add(format!("g{i}"), nn::Relu);
        inputs = outputs;
    }
    Ok(net
        .add("h", nn::AdaptiveAvgPool2d { size: (1, 1) })
        .add("i", nn::Flatten)
        .add("j", nn::linear(512, 1000, &p.at("j"))?))
}

type Read = [(&'static str, Vec<(usize, usize)>); 3];

#[test]
fn three_networks_are_read() {
    let read = || -> Read {
        let a = vec![
            (6, 28),
            (6, 14),
            (16, 10),
            (16, 5),
            (120, 1),
            (84, 1),
            (10, 1),
        ];
        let b = vec![
            (64, 55),
            (64, 27),
            (192, 27),
            (192, 13),
            (384, 13),
            (256, 13),
            (256, 6),
        ];
        let c = vec![
            (64, 112),
            (64, 56),
            (128, 28),
            (256, 14),
            (512, 7),
            (512, 1),
            (1000, 1),
        ];
        [("LeNet-5", a), ("AlexNet", b), ("ResNet", c)]
    };
    let networks = [network_a, network_b, network_c];
    let card = |change: fn(&mut Read)| {
        tp2::three_networks(networks, || {
            let mut answer = read();
            change(&mut answer);
            answer
        })
    };
    green(&card(|_| ()));
    green(&card(|answer| answer[0].0 = "LENET 5"));
    red(
        &card(|a| a[0].1[0].1 = 24),
        "network a, box 1, Conv2d 5 × 5, padding 2, (maps, side): expected (6, 28), got (6, 24)",
    );
    red(
        &card(|a| a[1].0 = "VGG"),
        "network b: the figure of \"VGG\" begins differently",
    );
    red(
        &card(|a| a[2].1.clear()),
        "network c, boxes after the input: expected 7, got 0",
    );
    red(
        &card(|a| a[2].1.insert(2, (64, 56))),
        "network c, boxes after the input: expected 7, got 8",
    );
    grey(&tp2::three_networks(networks, || todo!("exercise 8")));
}
