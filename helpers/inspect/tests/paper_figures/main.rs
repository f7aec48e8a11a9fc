//! The figures in the layouts of papers: numbers against those of the papers, what the trace tells, and
//! letters large enough to be read.
#![allow(clippy::unwrap_used, missing_docs)]

mod columns_and_tables;
mod drawings;

use helpers::prelude::*;
use inspect::Architecture;
use plot::Figure;

const IMAGE: (usize, usize, usize, usize) = (1, 3, 224, 224);

fn params() -> Parameters {
    Parameters::new(&Device::Cpu)
}

/// A model is read and gone.
fn read<M: Model>(model: Result<M>, shape: (usize, usize, usize, usize)) -> Result<Architecture> {
    inspect::read("network", &model?, shape)
}

/// The SVG, after a look at its width and at the sizes of its letters on a page of 840 pixels.
fn legible(figure: &Figure) -> Result<String> {
    let svg = figure.svg()?;
    let (_, rest) = svg.split_once("viewBox=\"0 0 ").unwrap();
    let width: f64 = rest.split(' ').next().unwrap().parse().unwrap();
    assert!(width <= 8400.0, "{width}");
    // Drawings are scaled as a whole, then each text from a grid of 125 steps in tenths of a pixel.
    let scales = svg.match_indices("scale(").map(|(at, word)| {
        let number = svg[at + word.len()..].split(')').next().unwrap();
        number.parse::<f64>().unwrap()
    });
    let drawn = svg.split("translate(").nth(1);
    let drawn = drawn.and_then(|rest| rest.split("scale(").nth(1));
    let drawn = drawn.map_or(1.0, |rest| {
        rest.split(')').next().unwrap().parse::<f64>().unwrap()
    });
    let texts = scales.filter(|scale| !(0.98..1.01).contains(scale) && *scale < 1.2);
    for scale in texts.filter(|scale| (scale - drawn).abs() > 1e-9) {
        let pixels = scale * drawn * 12.5;
        assert!(pixels > 10.9, "{pixels} pixels");
    }
    assert!(figure.blocks().len() <= 40_000 && figure.blocks().contains("image/png"));
    Ok(svg)
}

fn has(svg: &str, words: &[&str]) {
    for word in words {
        assert!(svg.contains(&format!("aria-label=\"{word}\"")), "{word}");
    }
}

fn count(svg: &str, word: &str) -> usize {
    svg.matches(&format!("aria-label=\"{word}\"")).count()
}

#[test]
fn the_uniform_style_can_be_read_too() -> Result<()> {
    let svg = legible(&inspect::architecture(
        &models::resnet50(1000, &params())?,
        IMAGE,
    )?)?;
    // The first 1 x 1 convolution of stages 2 to 4 stands alone with its size.
    assert_eq!((count(&svg, "56×56"), count(&svg, "14×14")), (2, 2));
    has(&svg, &["param.", "148k", "5 times"]);
    legible(&inspect::architecture(
        &models::fcn_resnet50(21, &params())?,
        IMAGE,
    )?)?;
    legible(&inspect::architecture(
        &models::lenet5(&params())?,
        (1, 1, 32, 32),
    )?)?;
    let svg = legible(&inspect::architecture(
        &models::cnn(&params())?,
        (1, 1, 28, 28),
    )?)?;
    has(&svg, &["10@28×28", "sees 5×5"]);
    let wide = nn::Sequential::new(&params()).add("c", nn::conv2d(1, 20, 3, &params().at("c"))?);
    let svg = legible(&inspect::architecture(&wide, (1, 1, 9, 9))?)?;
    has(&svg, &["20@7×7", "c (16 drawn)"]);
    Ok(())
}

#[test]
fn what_a_layout_cannot_show_is_one_clear_line() -> Result<()> {
    let lenet = read(models::lenet5(&params()), (1, 1, 32, 32))?;
    let decoder = read(models::encoder_decoder(2, &params()), (1, 3, 16, 16))?;
    let deep = read(models::resnet18(10, &params()), (1, 3, 64, 64))?;
    let p = params();
    let mut conv = nn::conv2d(1, 8, 3, &p.at("depthwise"))?;
    conv.options.groups = 8;
    let depthwise = read(
        Ok(nn::Sequential::new(&p).add("depthwise", conv)),
        (1, 8, 9, 9),
    )?;
    let same = std::slice::from_ref(&lenet);
    for (figure, expected) in [
        (inspect::columns(&[]), "no network to draw"),
        (
            inspect::columns(std::slice::from_ref(&decoder)),
            "grow from 4 to 8",
        ),
        (
            inspect::columns(&vec![lenet.clone(); 6]),
            "too many side by side",
        ),
        (inspect::architecture_table(&[]), "no network to show"),
        (
            inspect::architecture_table(&vec![lenet.clone(); 9]),
            "too many side by side",
        ),
        (
            inspect::architecture_table(&[lenet.clone(), deep.clone()]),
            "one input shape",
        ),
        (inspect::towers(&deep), "too many side by side"),
        (
            inspect::towers(&depthwise),
            "with 8 groups, at most 4 towers",
        ),
        (inspect::stacks(&deep, &[]), "2 to 10 layers"),
        (inspect::bottom_up(&deep), "at most 64 planes"),
        (inspect::residual_blocks(&[]), "1 to 3 blocks"),
        (
            inspect::residual_blocks(std::slice::from_ref(&deep)),
            "1 to 7 layers",
        ),
        (inspect::skips(&[]), "1 to 3 networks"),
        (inspect::skips(same), "does not enlarge"),
    ] {
        let error = figure.unwrap_err().to_string();
        let line = error.lines().next().unwrap(); // without a backtrace
        assert!(line.contains(expected), "{error}");
    }
    Ok(())
}
