//! Notebook 2: shapes, parameters and layers read off a figure.

use candle_core::{Device, Result, Shape};
use rand::Rng;

use crate::{Card, check};
use candle_functional::random;
use inspect::{Row, Summary};
use networks::models;
use networks::nn::{self, Model, Parameters, Sequential};

const CASES: usize = 12;

/// A row of the table of a network: layer, feature maps, their side, parameters.
pub type TableRow = (&'static str, usize, usize, usize);

/// Checks the table of LeNet-5: a row for each convolution, pooling and fully connected layer, whose
/// maps have side 1.
///
/// ```
/// use helpers::prelude::*;
/// let card = exercise::tp2::lenet5_table(|| vec![("c1", 6, 28, 156)]);
/// assert!(card.message().contains("rows of the table: expected 7, got 1"));
/// ```
pub fn lenet5_table(f: impl Fn() -> Vec<TableRow>) -> Card {
    let verified = "Maps, sizes and parameters are those of the model that runs";
    check("The table of LeNet-5", verified, |cases| {
        let model = models::lenet5(&Parameters::new(&Device::Cpu))?;
        let summary = inspect::summary(&model, (1, 1, 32, 32))?;
        let rows: Vec<&Row> = drawn(&summary).collect();
        cases.equal("rows of the table", || Ok(f().len()), rows.len())?;
        for (i, row) in rows.into_iter().enumerate() {
            let name = &row.name;
            let (maps, side) = maps_and_side(row);
            cases.hint("Hint 1");
            cases.equal(&format!("row {i}, layer"), || Ok(f()[i].0), name.as_str())?;
            cases.equal(&format!("{name}, maps"), || Ok(f()[i].1), maps)?;
            cases.equal(&format!("{name}, side"), || Ok(f()[i].2), side)?;
            cases.hint("Hint 2");
            let what = format!("{name}, parameters");
            cases.equal(&what, || Ok(f()[i].3), row.parameters)?;
        }
        Ok(())
    })
}

/// Checks the sides of AlexNet's maps: `f(n)` lists them after each of its eight convolutions and
/// poolings for an image of n x n pixels.
///
/// ```
/// use helpers::prelude::*;
/// let card = exercise::tp2::alexnet_sides(|_| vec![55, 27, 27, 13, 13, 13, 13, 6]);
/// assert!(card.message().contains("alexnet_sides(227): expected [56, 27, 27, 13")); // 224 is right
/// ```
pub fn alexnet_sides(f: impl Fn(usize) -> Vec<usize>) -> Card {
    let steps = [(11, 4, 2), (3, 2, 0), (5, 1, 2), (3, 2, 0)];
    let steps = [&steps[..], &[(3, 1, 1), (3, 1, 1), (3, 1, 1), (3, 2, 0)]].concat();
    let verified = "The sides are right for images of many sizes";
    check("The sides of AlexNet", verified, |cases| {
        for case in 0..CASES {
            let n: usize = match case {
                0 => 224,
                1 => 227,
                _ => random::with_generator(|g| g.random_range(63..=400)),
            };
            let mut side = n;
            let expected: Vec<usize> = steps
                .iter()
                .map(|&(kernel, stride, padding): &(usize, usize, usize)| {
                    side = (side + 2 * padding - kernel) / stride + 1;
                    side
                })
                .collect();
            cases.equal(&format!("alexnet_sides({n})"), || Ok(f(n)), expected)?;
        }
        Ok(())
    })
}

/// Checks the receptive field of one unit behind a chain of layers, each given as (kernel, stride).
///
/// ```
/// use helpers::prelude::*;
/// let card = exercise::tp2::receptive_field(|layers| layers.iter().map(|(k, _)| k - 1).sum::<usize>() + 1);
/// assert!(card.message().contains("receptive_field([(5, 1), (2, 2), (5, 1)]): expected 14, got 10"));
/// ```
pub fn receptive_field(f: impl Fn(&[(usize, usize)]) -> usize) -> Card {
    let lenet5 = [(5, 1), (2, 2), (5, 1), (2, 2), (5, 1)];
    let verified = "The field is right behind chains of up to eight layers";
    check("The receptive field", verified, |cases| {
        for case in 0..CASES {
            let random = || {
                random::with_generator(|g| {
                    let layers = g.random_range(2..=8);
                    let layer = |_| (g.random_range(1..=7), g.random_range(1..=3));
                    (0..layers).map(layer).collect()
                })
            };
            let layers: Vec<(usize, usize)> = match case {
                0..=2 => lenet5[..[1, 3, 5][case]].to_vec(),
                _ => random(),
            };
            // From the last unit back: each layer turns a window of `side` units into a wider one.
            let back =
                |side: usize, &(kernel, stride): &(usize, usize)| (side - 1) * stride + kernel;
            let expected = layers.iter().rev().fold(1, back);
            let call = format!("receptive_field({layers:?})");
            cases.equal(&call, || Ok(f(&layers)), expected)?;
        }
        Ok(())
    })
}

/// Checks the parameters of ResNet50's block: `f(inputs, width)` counts its three convolutions and
/// their batch normalisations, and the 1 x 1 convolution with its own on the way around, which is
/// there when `inputs` is not `4 * width`.
///
/// ```
/// use helpers::prelude::*;
/// let plain = |inputs: usize, w: usize| inputs * w + 9 * w * w + 4 * w * w + 2 * (w + w + 4 * w);
/// let card = exercise::tp2::bottleneck(plain);
/// assert!(card.message().contains("bottleneck(64, 64): expected 75008, got 58112"));
/// ```
pub fn bottleneck(f: impl Fn(usize, usize) -> usize) -> Card {
    let verified = "The count is that of blocks that were built";
    check("The parameters of a bottleneck", verified, |cases| {
        cases.hint("Hint 1");
        for (inputs, width) in [
            (256, 64),
            (64, 16),
            (64, 64),
            (128, 16),
            (48, 20),
            (100, 32),
        ] {
            if inputs != 4 * width {
                cases.hint("Hint 2");
            }
            let params = Parameters::new(&Device::Cpu);
            let unit = |name: &str, inputs, outputs, k| -> Result<()> {
                nn::conv2d_no_bias(inputs, outputs, k, &params.at(format!("conv{name}")))?;
                nn::batch_norm2d(outputs, &params.at(format!("bn{name}"))).map(drop)
            };
            unit("1", inputs, width, 1)?;
            unit("2", width, width, 3)?;
            unit("3", width, 4 * width, 1)?;
            if inputs != 4 * width {
                unit("_around", inputs, 4 * width, 1)?;
            }
            let call = format!("bottleneck({inputs}, {width})");
            cases.equal(&call, || Ok(f(inputs, width)), params.count())?;
        }
        Ok(())
    })
}

/// Checks the first layers of ResNet18, written from its figure: a 7 x 7 convolution, batch
/// normalisation, ReLU and pooling, from (N, 3, 224, 224) to (N, 64, 56, 56).
///
/// ```
/// use helpers::prelude::*;
/// let card = exercise::tp2::resnet_stem(|p| {
///     let conv = nn::conv2d(3, 64, 7, &p.at("conv1"))?.stride(2);
///     Ok(nn::Sequential::new(p).add("conv1", conv))
/// });
/// assert!(card.message().contains("the layers: expected [\"Conv2d\", \"BatchNorm2d\""));
/// ```
pub fn resnet_stem(f: impl Fn(&Parameters) -> Result<Sequential>) -> Card {
    let verified = "Layers, shapes, parameters and settings are those of ResNet18";
    check("The missing layers of ResNet18", verified, |cases| {
        let p = Parameters::new(&Device::Cpu);
        let conv = nn::conv2d_no_bias(3, 64, 7, &p.at("conv1"))?;
        let right = Sequential::new(&p)
            .add("conv1", conv.stride(2).padding(3))
            .add("bn1", nn::batch_norm2d(64, &p.at("bn1"))?)
            .add("relu", nn::Relu)
            .add("maxpool", nn::max_pool2d(3).stride(2).padding(1));
        let image = (1, 3, 224, 224);
        let expected = inspect::summary(&right, image)?;
        let build = || inspect::summary(&f(&Parameters::new(&Device::Cpu))?, image);
        cases.hint("Hint 1");
        let kinds = |s: &Summary| -> Vec<String> { s.rows.iter().map(kind).collect() };
        cases.equal("the layers", || Ok(kinds(&build()?)), kinds(&expected))?;
        let got = build()?;
        for (i, (got, right)) in got.rows.iter().zip(&expected.rows).enumerate() {
            let layer = format!("layer {}, {}", i + 1, kind(right));
            let shape = format!("{layer}, output shape");
            cases.equal(&shape, || Ok(got.output.clone()), right.output.clone())?;
            cases.hint("Hint 2");
            let count = format!("{layer}, parameters");
            cases.equal(&count, || Ok(got.parameters), right.parameters)?;
            cases.equal(&layer, || Ok(got.what.clone()), right.what.clone())?;
        }
        Ok(())
    })
}

/// Checks the figure of a network read from its code: `f` lists (maps, side) after each of its
/// convolutions, poolings and fully connected layers, whose maps have side 1.
///
/// ```
/// use helpers::prelude::*;
/// let model = models::lenet5(&Parameters::new(&Device::Cpu))?;
/// let maps = || vec![(6, 28), (6, 14), (16, 10), (16, 5), (120, 1), (84, 1), (10, 1)];
/// let card = exercise::tp2::planes_of(&model, (1, 1, 32, 32), maps);
/// assert_eq!(card.status(), exercise::Status::Right);
/// # Ok::<(), helpers::Error>(())
/// ```
pub fn planes_of(
    model: &impl Model,
    input_shape: impl Into<Shape>,
    f: impl Fn() -> Vec<(usize, usize)>,
) -> Card {
    let verified = "Maps and sides are those of the model that runs";
    check("The figure of the code", verified, |cases| {
        let summary = inspect::summary(model, input_shape)?;
        let rows: Vec<&Row> = drawn(&summary).collect();
        cases.equal("boxes after the input", || Ok(f().len()), rows.len())?;
        for (i, row) in rows.into_iter().enumerate() {
            let what = format!("box {}, after {}, (maps, side)", i + 1, row.what);
            cases.equal(&what, || Ok(f()[i]), maps_and_side(row))?;
        }
        Ok(())
    })
}

/// `Conv2d`, without its settings.
fn kind(row: &Row) -> String {
    row.what
        .chars()
        .take_while(|c| c.is_alphanumeric())
        .collect()
}

/// The rows that a figure has a box for.
fn drawn(summary: &Summary) -> impl Iterator<Item = &Row> {
    let boxes = |row: &&Row| {
        ["Conv", "Pool", "Linear"]
            .iter()
            .any(|k| kind(row).contains(k))
    };
    summary.rows.iter().filter(boxes)
}

fn maps_and_side(row: &Row) -> (usize, usize) {
    let maps = row.output.get(1).copied().unwrap_or(1);
    (maps, row.output.get(2).copied().unwrap_or(1))
}
