//! Notebook 2, from a figure to its code: the card names the first layer where they part.

use candle_core::{Device, Result};

use super::bottleneck::Bottleneck;
use super::same_layers::{layers, same_layers};
use crate::{Card, check};
use candle_functional::random;
use networks::nn::{self, Model, Parameters, Sequential};

/// Checks the convolutions of AlexNet's figure of 2012, two towers written as groups: (N, 3, 224, 224)
/// to (N, 256, 6, 6), 2,334,080 parameters.
///
/// ```
/// use helpers::prelude::*;
/// let card = exercise::tp2::alexnet_features(|p| {
///     let conv1 = nn::conv2d(3, 96, 11, &p.at("conv1"))?.stride(4);
///     Ok(nn::Sequential::new(p).add("conv1", conv1))
/// });
/// assert!(card.message().contains("layer 1, conv1: the figure has Conv2d 11 × 11, stride 4, padding 2"));
/// ```
pub fn alexnet_features(f: impl Fn(&Parameters) -> Result<Sequential>) -> Card {
    let verified = "Layers, groups, shapes and parameters are those of the figure of 2012";
    check("The features of AlexNet", verified, |cases| {
        let image = (1, 3, 224, 224);
        let right = alexnet_of_2012(&Parameters::new(&Device::Cpu))?;
        let figure = inspect::summary(&right, image)?;
        let code = cases.run("alexnet_features(p)", || {
            inspect::summary(&f(&Parameters::new(&Device::Cpu))?, image)
        })?;
        same_layers(cases, "", &layers(&code), &layers(&figure))
    })
}

fn alexnet_of_2012(p: &Parameters) -> Result<Sequential> {
    let conv = |name: &str, seen, kernels, k, groups| -> Result<nn::Conv2d> {
        let mut conv = nn::conv2d(seen, kernels, k, &p.at(name))?.padding(k / 2);
        conv.options.groups = groups;
        Ok(conv)
    };
    let pool = || nn::max_pool2d(3).stride(2);
    let conv1 = nn::conv2d(3, 96, 11, &p.at("conv1"))?.stride(4).padding(2);
    Ok(Sequential::new(p)
        .add("conv1", conv1)
        .add("relu1", nn::Relu)
        .add("pool1", pool())
        .add("conv2", conv("conv2", 48, 256, 5, 2)?)
        .add("relu2", nn::Relu)
        .add("pool2", pool())
        .add("conv3", conv("conv3", 256, 384, 3, 1)?)
        .add("relu3", nn::Relu)
        .add("conv4", conv("conv4", 192, 384, 3, 2)?)
        .add("relu4", nn::Relu)
        .add("conv5", conv("conv5", 192, 256, 3, 2)?)
        .add("relu5", nn::Relu)
        .add("pool5", pool()))
}

/// Checks a stage of VGG's Table 1: `f(&[(3, 256), (3, 256), (1, 256)], 128, p)` is the third of
/// column C, from (N, 128, H, W) to (N, 256, H / 2, W / 2).
///
/// ```
/// use helpers::prelude::*;
/// let card = exercise::tp2::vgg_stage(|layers, inputs, p| {
///     let (k, maps) = layers[0];
///     Ok(nn::Sequential::new(p).add(0, nn::conv2d(inputs, maps, k, &p.at(0))?))
/// });
/// assert!(card.message().contains("the figure has Conv2d 3 × 3, padding 1, your code Conv2d 3 × 3"));
/// ```
pub fn vgg_stage(f: impl Fn(&[(usize, usize)], usize, &Parameters) -> Result<Sequential>) -> Card {
    let verified = "Layers, shapes and parameters are those of stages of all columns";
    check("A stage of VGG", verified, |cases| {
        let stages: [(&[(usize, usize)], usize); 5] = [
            (&[(3, 64)], 3),
            (&[(3, 64), (3, 64)], 3),
            (&[(3, 40), (3, 40), (1, 40)], 20),
            (&[(3, 24), (3, 24), (3, 24), (3, 24)], 16),
            (&[(1, 12), (3, 20)], 8),
        ];
        for (table, inputs) in stages {
            let call = format!("vgg_stage(&{table:?}, {inputs}, p)");
            let maps = (1, inputs, 16, 16);
            let p = Parameters::new(&Device::Cpu);
            let mut right = Sequential::new(&p);
            let mut seen = inputs;
            for (i, &(k, outputs)) in table.iter().enumerate() {
                let conv = nn::conv2d(seen, outputs, k, &p.at(i))?.padding(k / 2);
                right = right.add(i, conv).add("relu", nn::Relu);
                seen = outputs;
            }
            let figure = inspect::summary(&right.add("pool", nn::max_pool2d(2)), maps)?;
            let code = cases.run(&call, || {
                inspect::summary(&f(table, inputs, &Parameters::new(&Device::Cpu))?, maps)
            })?;
            let of = format!("{call}, ");
            same_layers(cases, &of, &layers(&code), &layers(&figure))?;
        }
        Ok(())
    })
}

/// Checks a bottleneck block of ResNet: `f(inputs, width, stride, p)` goes from (N, inputs, H, W) to
/// (N, 4 * width, H / stride, W / stride), with the paper's stride in the first 1 x 1 convolution and,
/// where the shape changes, a 1 x 1 convolution on the shortcut.
///
/// The names are those of the notebook: `a`, `b`, `c` and `shortcut`, each with `conv` and `bn`.
///
/// ```
/// use helpers::prelude::*;
/// let card = exercise::tp2::bottleneck(|inputs, width, _, p| {
///     nn::conv2d_no_bias(inputs, width, 3, &p.at("a").at("conv"))
/// });
/// assert!(card.message().contains("the figure has Conv2d 1 × 1, your code Conv2d 3 × 3"));
/// ```
pub fn bottleneck<M: Model>(f: impl Fn(usize, usize, usize, &Parameters) -> Result<M>) -> Card {
    let verified = "Both paths, shapes, parameters and outputs are those of the figure";
    check("The bottleneck of ResNet", verified, |cases| {
        let blocks = [(64, 16, 1), (16, 16, 1), (64, 32, 2), (64, 16, 2)];
        for (inputs, width, stride) in blocks {
            let call = format!("bottleneck({inputs}, {width}, {stride}, p)");
            let (mine, yours) = (Parameters::new(&Device::Cpu), Parameters::new(&Device::Cpu));
            let right = Bottleneck::new(inputs, width, stride, &mine)?;
            let x = random::uniform(-1.0, 1.0, (2, inputs, 8, 8), &Device::Cpu)?;
            let figure = inspect::summary(&right, x.dims())?;
            cases.hint("Hint 1");
            let model = cases.run(&call, || f(inputs, width, stride, &yours))?;
            let code = cases.run(&call, || inspect::summary(&model, x.dims()))?;
            for path in ["branch", "shortcut"] {
                let rows = |summary| {
                    let mut rows = layers(summary);
                    let is_around = path == "shortcut";
                    rows.retain(|row| row.name.starts_with("shortcut") == is_around);
                    rows
                };
                let of = format!("{call}, {path}, ");
                same_layers(cases, &of, &rows(&code), &rows(&figure))?;
            }
            cases.hint("Hint 2");
            for parameter in mine.all() {
                parameter.set(&yours.get(parameter.name())?.tensor())?;
            }
            for train in [false, true] {
                let expected = right.forward(&x, train)?;
                let what = format!("{call}, forward of x (2, {inputs}, 8, 8), train {train},");
                cases.close_tensor(&what, || model.forward(&x, train), &expected)?;
            }
        }
        Ok(())
    })
}

/// Checks the head of a fully convolutional network on VGG16: `f(maps, hidden, classes, p)`, from
/// (N, maps, H, W) to (N, classes, H, W), is 7 x 7, 1 x 1 and 1 x 1.
///
/// ```
/// use helpers::prelude::*;
/// let card = exercise::tp2::fcn_head(|maps, hidden, _, p| {
///     let fc6 = nn::linear(maps * 49, hidden, &p.at("fc6"))?;
///     Ok(nn::Sequential::new(p).add("flatten", nn::Flatten).add("fc6", fc6))
/// });
/// assert!(card.message().contains("the figure has Conv2d 7 × 7, padding 3, your code Flatten"));
/// ```
pub fn fcn_head(f: impl Fn(usize, usize, usize, &Parameters) -> Result<Sequential>) -> Card {
    let verified = "Layers, shapes and parameters are those of the figure, on images of any size";
    check("The head of an FCN", verified, |cases| {
        let sizes = [
            (8, 16, 5, (7, 7)),
            (8, 16, 5, (10, 12)),
            (12, 20, 21, (9, 7)),
        ];
        for (maps, hidden, classes, (height, width)) in sizes {
            let call = format!("fcn_head({maps}, {hidden}, {classes}, p)");
            let shape = (1, maps, height, width);
            let p = Parameters::new(&Device::Cpu);
            let right = Sequential::new(&p)
                .add("fc6", nn::conv2d(maps, hidden, 7, &p.at("fc6"))?.padding(3))
                .add("relu6", nn::Relu)
                .add("fc7", nn::conv2d(hidden, hidden, 1, &p.at("fc7"))?)
                .add("relu7", nn::Relu)
                .add("score", nn::conv2d(hidden, classes, 1, &p.at("score"))?);
            let figure = inspect::summary(&right, shape)?;
            let on = format!("{call} on {maps} maps of {height} × {width}");
            let code = cases.run(&on, || {
                inspect::summary(
                    &f(maps, hidden, classes, &Parameters::new(&Device::Cpu))?,
                    shape,
                )
            })?;
            same_layers(cases, &format!("{on}, "), &layers(&code), &layers(&figure))?;
        }
        Ok(())
    })
}
