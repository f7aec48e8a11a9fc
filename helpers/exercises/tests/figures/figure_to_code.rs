//! AlexNet's features, a stage of VGG, the head of an FCN.

use exercise::tp2;
use helpers::prelude::*;

use super::{green, grey, red};

/// AlexNet's features, with `groups` in the second, fourth and fifth convolution.
fn alexnet(p: &Parameters, groups: usize, padding: usize) -> Result<nn::Sequential> {
    let two_towers = |inputs: usize, kernels, k, name| -> Result<nn::Conv2d> {
        let mut conv = nn::conv2d(inputs / groups, kernels, k, &p.at(name))?.padding(k / 2);
        conv.options.groups = groups;
        Ok(conv)
    };
    let pool = || nn::max_pool2d(3).stride(2);
    let conv1 = nn::conv2d(3, 96, 11, &p.at("conv1"))?
        .stride(4)
        .padding(padding);
    Ok(nn::Sequential::new(p)
        .add("conv1", conv1)
        .add("relu1", nn::Relu)
        .add("pool1", pool())
        .add("conv2", two_towers(96, 256, 5, "conv2")?)
        .add("relu2", nn::Relu)
        .add("pool2", pool())
        .add("conv3", nn::conv2d(256, 384, 3, &p.at("conv3"))?.padding(1))
        .add("relu3", nn::Relu)
        .add("conv4", two_towers(384, 384, 3, "conv4")?)
        .add("relu4", nn::Relu)
        .add("conv5", two_towers(384, 256, 3, "conv5")?)
        .add("pool5", pool())
        .add("relu5", nn::Relu)) // behind the pooling, which changes nothing
}

#[test]
fn the_features_of_alexnet_are_checked() {
    green(&tp2::alexnet_features(|p| alexnet(p, 2, 2)));
    let card = tp2::alexnet_features(|p| alexnet(p, 1, 2));
    let groups = "layer 4, conv2: the figure has Conv2d 5 × 5, padding 2, groups 2, your code Conv2d 5 × 5, padding 2.";
    red(&card, groups);
    let card = tp2::alexnet_features(|p| alexnet(p, 2, 0));
    red(
        &card,
        "layer 1, conv1: the figure has Conv2d 11 × 11, stride 4, padding 2, your code Conv2d 11 × 11, stride 4.",
    );
    let card = tp2::alexnet_features(|p| {
        let conv1 = nn::conv2d(3, 48, 11, &p.at("conv1"))?.stride(4).padding(2);
        Ok(nn::Sequential::new(p).add("conv1", conv1))
    });
    red(
        &card,
        "layer 1, conv1: the figure has 96 maps of 55 × 55, your code 48 maps of 55 × 55",
    );
    // Half of the inputs, and no groups: the layer says so itself.
    let card = tp2::alexnet_features(|p| {
        Ok(alexnet(p, 2, 2)?.add("more", nn::conv2d(48, 256, 5, &p.at("more"))?))
    });
    red(&card, "alexnet_features(p): more: conv2d: ");
    let card = tp2::alexnet_features(|p| Ok(nn::Sequential::new(p)));
    red(
        &card,
        "layer 1: the figure has Conv2d 11 × 11, stride 4, padding 2, your code no more layers",
    );
    let card = tp2::alexnet_features(|p| Ok(alexnet(p, 2, 2)?.add("more", nn::Flatten)));
    red(
        &card,
        "layer 14, more: the figure has no more layers, your code Flatten",
    );
    grey(&tp2::alexnet_features(|_| todo!("exercise 2")));
}

fn stage(
    layers: &[(usize, usize)],
    inputs: usize,
    p: &Parameters,
    padding: fn(usize) -> usize,
) -> Result<nn::Sequential> {
    let (mut net, mut seen) = (nn::Sequential::new(p), inputs);
    for (i, &(k, maps)) in layers.iter().enumerate() {
        let conv = nn::conv2d(seen, maps, k, &p.at(i))?.padding(padding(k));
        net = net.add(i, conv).add(format!("relu{i}"), nn::Relu);
        seen = maps;
    }
    Ok(net.add("pool", nn::max_pool2d(2)))
}

#[test]
fn a_stage_of_vgg_is_checked() {
    green(&tp2::vgg_stage(|layers, inputs, p| {
        stage(layers, inputs, p, |k| k / 2)
    }));
    let card = tp2::vgg_stage(|layers, inputs, p| stage(layers, inputs, p, |_| 1));
    red(
        &card,
        "vgg_stage(&[(3, 40), (3, 40), (1, 40)], 20, p), layer 5, 2: the figure has Conv2d 1 × 1, your code Conv2d 1 × 1, padding 1",
    );
    let card = tp2::vgg_stage(|layers, inputs, p| {
        let mut net = nn::Sequential::new(p);
        for (i, &(k, maps)) in layers.iter().enumerate() {
            net = net.add(i, nn::conv2d(inputs, maps, k, &p.at(i))?.padding(k / 2));
            net = net.add("relu", nn::Relu);
        }
        Ok(net.add("pool", nn::max_pool2d(2)))
    });
    red(&card, "vgg_stage(&[(3, 64), (3, 64)], 3, p): 1: conv2d: ");
    let card = tp2::vgg_stage(|layers, inputs, p| {
        let (k, maps) = layers[0];
        Ok(nn::Sequential::new(p).add(0, nn::conv2d(inputs, maps, k, &p.at(0))?.padding(1)))
    });
    red(
        &card,
        "layer 2: the figure has ReLU, your code no more layers",
    );
    grey(&tp2::vgg_stage(|_, _, _| todo!("exercise 3")));
}

#[test]
fn the_head_of_an_fcn_is_checked() {
    let head = |(m, h, c): (usize, usize, usize), padding, last: bool, p: &Parameters| {
        let head = nn::Sequential::new(p)
            .add("fc6", nn::conv2d(m, h, 7, &p.at("fc6"))?.padding(padding))
            .add("relu6", nn::Relu)
            .add("drop6", nn::dropout(0.5)?)
            .add("fc7", nn::conv2d(h, h, 1, &p.at("fc7"))?)
            .add("relu7", nn::Relu)
            .add("drop7", nn::dropout(0.5)?)
            .add("score", nn::conv2d(h, c, 1, &p.at("score"))?);
        Ok(if last {
            head.add("relu", nn::Relu)
        } else {
            head
        })
    };
    green(&tp2::fcn_head(|m, h, c, p| head((m, h, c), 3, false, p)));
    let card = tp2::fcn_head(|m, h, c, p| head((m, h, c), 3, true, p));
    red(
        &card,
        "layer 6, relu: the figure has no more layers, your code ReLU",
    );
    let card = tp2::fcn_head(|m, h, c, p| head((m, h, c), 0, false, p));
    red(
        &card,
        "layer 1, fc6: the figure has Conv2d 7 × 7, padding 3, your code Conv2d 7 × 7.",
    );
    let card = tp2::fcn_head(|m, h, _, p| {
        Ok(nn::Sequential::new(p)
            .add("flatten", nn::Flatten)
            .add("fc6", nn::linear(m * 49, h, &p.at("fc6"))?))
    });
    red(
        &card,
        "layer 1, flatten: the figure has Conv2d 7 × 7, padding 3, your code Flatten",
    );
    grey(&tp2::fcn_head(|_, _, _, _| todo!("exercise 7")));
}
