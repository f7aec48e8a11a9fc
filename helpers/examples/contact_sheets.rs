//! Draws a sheet of every data set into a folder: `cargo run -p helpers --example contact_sheets -- <folder>`.
//! With a second argument, `downloads`, also of the sets that must be downloaded.

use std::path::Path;

use candle_core::bail;
use helpers::prelude::*;
use plot::Figure;

/// The first `count` inputs of a set, as pictures of one channel, (count, H, W).
fn first(set: &TensorDataset, count: usize) -> Result<Tensor> {
    let pictures = set.inputs().narrow(0, 0, count.min(set.len()))?;
    match pictures.dims() {
        [_, 1, _, _] => pictures.squeeze(1),
        _ => Ok(pictures),
    }
}

fn digits(set: &TensorDataset, count: usize, title: &str) -> Result<Figure> {
    let captions = set.targets().narrow(0, 0, count)?.to_vec1::<u32>()?;
    Ok(plot::images(&first(set, count)?)?
        .captions(&captions)
        .title(title))
}

fn points(set: &TensorDataset, title: &str) -> Result<Figure> {
    Ok(plot::scatter(set.inputs(), set.targets())?
        .size(360, 320)
        .title(title))
}

/// Spectrograms with the low bands below.
fn spectrograms(sounds: &datasets::Sounds, names: &[&str], title: &str) -> Result<Figure> {
    let count = sounds.spectrograms.len();
    let captions: Vec<&str> = (0..count).map(|i| names[i % names.len()]).collect();
    let pictures = sounds.spectrograms.inputs().flip(&[1])?;
    Ok(plot::images(&pictures)?
        .captions(&captions)
        .columns(10)
        .title(title))
}

fn sheets() -> Result<Vec<(&'static str, Figure)>> {
    manual_seed(1);
    let scenes = datasets::skies(24, 64)?;
    let masks = (scenes.targets().to_dtype(DType::F32)? / 2.0)?;
    let signatures = datasets::signatures(3, 2)?;
    let kinds = ["genuine", "genuine", "forged", "forged"];
    let mut hands = Vec::new();
    for (i, kind) in kinds.into_iter().cycle().take(12).enumerate() {
        hands.push((kind, signatures.strokes.get(i)?));
    }
    let films = datasets::moving_squares(4)?
        .inputs()
        .reshape((32, 16, 16))?;
    let (vowels, consonants) = (datasets::vowels(40)?, datasets::consonants(30)?);
    let sound = |sounds: &datasets::Sounds, i: usize| -> Result<Figure> {
        let samples = sounds.waves.inputs().get(i)?.squeeze(0)?.to_vec1::<f32>()?;
        let samples: Vec<f64> = samples.into_iter().map(f64::from).collect();
        Ok(plot::loss_curve(&samples)?
            .x_label("sample")
            .y_label("pressure of the air"))
    };
    let mut sheets = vec![
        ("digits", digits(&datasets::digits()?, 40, "digits")?),
        (
            "digits_28",
            digits(&datasets::digits_resized(28)?, 20, "digits_resized(28)")?,
        ),
        (
            "cat",
            plot::images(&datasets::cat()?.unsqueeze(0)?)?.title("cat"),
        ),
        (
            "plane",
            plot::side_by_side(&[
                points(&datasets::xor(150, 0.3)?, "xor")?,
                points(&datasets::moons(150, 0.1)?, "moons")?,
            ])?,
        ),
        (
            "plane_2",
            plot::side_by_side(&[
                points(&datasets::circles(150, 0.08)?, "circles")?,
                points(&datasets::spirals(150, 3, 0.03)?, "spirals")?,
            ])?,
        ),
        (
            "vowels",
            spectrograms(&vowels, &datasets::VOWELS, "vowels")?,
        ),
        (
            "consonants",
            spectrograms(&consonants, &["b", "d", "g"], "consonants")?,
        ),
        ("wave_vowel", sound(&vowels, 4)?.title("a vowel's wave")),
        ("wave_da", sound(&consonants, 1)?.title("/d/ and a vowel")),
        ("signatures", plot::pen(&hands)?.title("signatures")),
        (
            "skies",
            plot::images(scenes.inputs())?.columns(6).title("skies"),
        ),
        (
            "skies_masks",
            plot::images(&masks)?.columns(6).title("their masks"),
        ),
        (
            "squares",
            plot::images(&films)?
                .columns(8)
                .title("moving_squares: right, left, down, up"),
        ),
    ];
    if std::env::args().nth(2).as_deref() != Some("downloads") {
        return Ok(sheets);
    }
    for (name, set) in [
        ("mnist", datasets::mnist(false)),
        ("fashion_mnist", datasets::fashion_mnist(false)),
        ("usps", datasets::usps(false)),
    ] {
        match set {
            Ok(set) => sheets.push((name, digits(&set, 40, name)?)),
            Err(error) => println!("{name} is left out: {error}"),
        }
    }
    Ok(sheets)
}

fn main() -> Result<()> {
    let Some(folder) = std::env::args().nth(1) else {
        bail!("which folder? cargo run -p helpers --example contact_sheets -- <folder>");
    };
    for (name, figure) in sheets()? {
        figure.save(Path::new(&folder).join(format!("{name}.png")))?;
    }
    Ok(())
}
