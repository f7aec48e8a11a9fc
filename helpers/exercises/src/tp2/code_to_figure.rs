//! Notebook 2, from a program to the figure that it draws.

use candle_core::{Device, Result, bail};
use rand::Rng;

use super::same_layers::{kind, layers};
use crate::{Card, Cases, check};
use candle_functional::random;
use figures::counts::thousands;
use inspect::{Row, Summary};
use networks::models;
use networks::nn::{self, Parameters, Sequential};

const CASES: usize = 12;

/// Checks what a student read off a program that claims to be LeNet-5 and differs from it in one
/// line: (maps, side) of each convolution, pooling and dense layer, and the name of the line.
///
/// ```
/// use helpers::prelude::*;
/// fn program(p: &Parameters) -> Result<nn::Sequential> {
///     Ok(nn::Sequential::new(p).add("c1", nn::conv2d(1, 6, 3, &p.at("c1"))?))
/// }
/// let card = exercise::tp2::wrong_lenet5(program, || (vec![(6, 28)], "c1"));
/// assert!(card.message().contains("box 1, c1, Conv2d 3 × 3, (maps, side): expected (6, 30), got (6, 28)"));
/// let card = exercise::tp2::wrong_lenet5(program, || (vec![(6, 30)], "c1"));
/// assert_eq!(card.status(), exercise::Status::Right);
/// ```
pub fn wrong_lenet5(
    program: impl Fn(&Parameters) -> Result<Sequential>,
    f: impl Fn() -> (Vec<(usize, usize)>, &'static str),
) -> Card {
    check("The figure of a wrong LeNet-5", WRONG, |cases| {
        let image = (1, 1, 32, 32);
        let right = models::lenet5(&Parameters::new(&Device::Cpu))?;
        let right = inspect::summary(&right, image)?;
        wrong_program(cases, (program, image), &right, f)
    })
}

/// Checks what a student read off a program that claims to be the first three stages of VGG's column A,
/// as [`wrong_lenet5`]. Its layers are `conv1_1`, `relu1_1`, `pool1`, ..., `conv3_2`, `relu3_2`, `pool3`.
///
/// ```
/// use helpers::prelude::*;
/// fn program(p: &Parameters) -> Result<nn::Sequential> {
///     Ok(nn::Sequential::new(p).add("conv1_1", nn::conv2d(3, 64, 3, &p.at("conv1_1"))?))
/// }
/// let card = exercise::tp2::wrong_vgg(program, || (vec![(64, 222)], "conv1_1"));
/// assert_eq!(card.status(), exercise::Status::Right);
/// ```
pub fn wrong_vgg(
    program: impl Fn(&Parameters) -> Result<Sequential>,
    f: impl Fn() -> (Vec<(usize, usize)>, &'static str),
) -> Card {
    check("The figure of a wrong VGG", WRONG, |cases| {
        let right = vgg_stages(&Parameters::new(&Device::Cpu))?;
        // Settings and parameters are the same for a small image.
        let right = inspect::summary(&right, (1, 3, 32, 32))?;
        wrong_program(cases, (program, (1, 3, 224, 224)), &right, f)
    })
}

fn vgg_stages(p: &Parameters) -> Result<Sequential> {
    let (mut net, mut inputs) = (Sequential::new(p), 3);
    for (stage, depth) in [1, 1, 2].into_iter().enumerate() {
        let maps = 64 << stage;
        for i in 1..=depth {
            let name = format!("conv{}_{i}", stage + 1);
            let conv = nn::conv2d(inputs, maps, 3, &p.at(&name))?.padding(1);
            net = net.add(&name, conv);
            net = net.add(name.replace("conv", "relu"), nn::Relu);
            inputs = maps;
        }
        net = net.add(format!("pool{}", stage + 1), nn::max_pool2d(2));
    }
    Ok(net)
}

const WRONG: &str = "Maps and sides are those of the program, and the wrong line is found";

fn wrong_program(
    cases: &mut Cases,
    (program, image): (
        impl Fn(&Parameters) -> Result<Sequential>,
        (usize, usize, usize, usize),
    ),
    right: &Summary,
    f: impl Fn() -> (Vec<(usize, usize)>, &'static str),
) -> Result<()> {
    let program = inspect::summary(&program(&Parameters::new(&Device::Cpu))?, image)?;
    cases.hint("Hint 1");
    let rows: Vec<&Row> = drawn(&program).collect();
    cases.equal("boxes after the input", || Ok(f().0.len()), rows.len())?;
    for (i, row) in rows.into_iter().enumerate() {
        let what = format!("box {}, {}, {}, (maps, side)", i + 1, row.name, row.what);
        cases.equal(&what, || Ok(f().0[i]), maps_and_side(row))?;
    }
    cases.hint("Hint 2");
    let name = cases.run("the wrong line", || Ok(f().1))?;
    wrong_line(name, &layers(&program), &layers(right))
}

/// An error unless `name` is the first line that is not as in the paper; it does not say which is.
fn wrong_line(name: &str, program: &[&Row], right: &[&Row]) -> Result<()> {
    let same = |a: &Row, b: &Row| a.what == b.what && a.parameters == b.parameters;
    let differs = |row: &&&Row| !right.iter().any(|r| r.name == row.name && same(r, row));
    if program
        .iter()
        .find(differs)
        .is_some_and(|row| row.name == name)
    {
        return Ok(());
    }
    let Some(row) = program.iter().find(|row| row.name == name) else {
        let names: Vec<&str> = program.iter().map(|row| row.name.as_str()).collect();
        bail!("the wrong line: {name:?} is none of {}", names.join(", "));
    };
    if differs(&row) {
        bail!("the wrong line: {name} had to be changed only because of an earlier line");
    }
    let count = thousands(row.parameters);
    bail!(
        "the wrong line: {name} is as in the paper, {} with {count} parameters",
        row.what
    );
}

/// Checks three networks read from their code: for each the paper it comes from and (maps, side) after
/// each layer that changes one of the two. Their inputs are (1, 1, 28, 28), (1, 3, 224, 224) and
/// (1, 3, 224, 224).
///
/// ```
/// use helpers::prelude::*;
/// fn network(p: &Parameters) -> Result<nn::Sequential> {
///     Ok(nn::Sequential::new(p).add(0, nn::avg_pool2d(2)))
/// }
/// let read = || [("VGG", vec![(1, 14)]), ("VGG", vec![(3, 112)]), ("VGG", vec![])];
/// let card = exercise::tp2::three_networks([network, network, network], read);
/// assert!(card.message().contains("network a: the figure of \"VGG\" begins differently"));
/// ```
pub fn three_networks(
    networks: [fn(&Parameters) -> Result<Sequential>; 3],
    f: impl Fn() -> [(&'static str, Vec<(usize, usize)>); 3],
) -> Card {
    let verified = "Maps and sides are those of the networks that run, and the papers are found";
    check("Three networks without names", verified, |cases| {
        let images = [(1, 1, 28, 28), (1, 3, 224, 224), (1, 3, 224, 224)];
        let papers = ["lenet5", "alexnet", "resnet"];
        for (i, letter) in ["a", "b", "c"].into_iter().enumerate() {
            let model = networks[i](&Parameters::new(&Device::Cpu))?;
            let summary = inspect::summary(&model, images[i])?;
            drop(model);
            let mut boxes: Vec<((usize, usize), &Row)> = drawn(&summary)
                .map(|row| (maps_and_side(row), row))
                .collect();
            boxes.dedup_by_key(|(sizes, _)| *sizes);
            cases.hint("Hint 1");
            let count = format!("network {letter}, boxes after the input");
            cases.equal(&count, || Ok(f()[i].1.len()), boxes.len())?;
            for (j, (sizes, row)) in boxes.into_iter().enumerate() {
                let what = format!(
                    "network {letter}, box {}, {}, (maps, side)",
                    j + 1,
                    row.what
                );
                cases.equal(&what, || Ok(f()[i].1[j]), sizes)?;
            }
            cases.hint("Hint 2");
            let paper = cases.run(&format!("network {letter}, its paper"), || Ok(f()[i].0))?;
            let letters = paper.chars().filter(|c| c.is_alphanumeric());
            if letters.collect::<String>().to_lowercase() != papers[i] {
                bail!("network {letter}: the figure of {paper:?} begins differently");
            }
        }
        Ok(())
    })
}

/// Checks which pixels of a row one unit sees behind a chain of layers, each given as (kernel, stride,
/// padding): `f(layers, unit)` is the first and the last, and may lie in the padding, outside the image.
///
/// ```
/// use helpers::prelude::*;
/// let card = exercise::tp2::pixels_seen(|_, unit| (unit, unit));
/// assert!(card.message().contains("pixels_seen(&[(5, 1, 0)], 3): expected (3, 7), got (3, 3)"));
/// ```
pub fn pixels_seen(f: impl Fn(&[(i64, i64, i64)], i64) -> (i64, i64)) -> Card {
    let verified = "The pixels are right behind chains of up to six layers";
    check("The pixels that a unit sees", verified, |cases| {
        let lenet5 = [(5, 1, 0), (2, 2, 0), (5, 1, 0), (2, 2, 0), (5, 1, 0)];
        let whole = |low, high| random::with_generator(|g| g.random_range(low..=high));
        for case in 0..CASES {
            let (layers, unit) = match case {
                0 => (lenet5[..1].to_vec(), 3),
                1 => (lenet5[..2].to_vec(), 3),
                2 => (lenet5.to_vec(), 0),
                3 => (vec![(3, 1, 1); 3], 0),
                _ => {
                    let layer = |_| (whole(1, 7), whole(1, 3), whole(0, 2));
                    ((0..whole(2, 6)).map(layer).collect(), whole(0, 9))
                }
            };
            // From the last layer back: the windows of a range of units make a wider range.
            let back = |(first, last): (i64, i64), &(kernel, stride, padding): &(i64, i64, i64)| {
                let start = |unit| unit * stride - padding;
                (start(first), start(last) + kernel - 1)
            };
            let expected = layers.iter().rev().fold((unit, unit), back);
            let call = format!("pixels_seen(&{layers:?}, {unit})");
            cases.equal(&call, || Ok(f(&layers, unit)), expected)?;
        }
        Ok(())
    })
}

/// The rows that a figure has a box for.
fn drawn(summary: &Summary) -> impl Iterator<Item = &Row> {
    let kinds = ["Conv", "Pool", "Linear"];
    let is_box = move |row: &&Row| kinds.iter().any(|k| kind(row).contains(k));
    summary.rows.iter().filter(is_box)
}

/// A dense layer is as many maps of side 1.
fn maps_and_side(row: &Row) -> (usize, usize) {
    let maps = row.output.get(1).copied().unwrap_or(1);
    (maps, row.output.get(2).copied().unwrap_or(1))
}
