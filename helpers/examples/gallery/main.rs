//! Draws every figure into a folder: `cargo run -p helpers --example gallery -- <folder>`.

mod convolutions;
mod decisions;
mod films;
mod signals;
mod training;

use std::path::Path;

use candle_core::bail;
use helpers::prelude::*;

/// A figure and the name of its files.
type Named = (&'static str, plot::Figure);

/// Two classes around a centre each, and their targets.
fn blobs(n: usize) -> Result<(Tensor, Tensor)> {
    let one = random::normal(-1.0, 0.8, (n, 2), &Device::Cpu)?;
    let other = random::normal(1.0, 0.8, (n, 2), &Device::Cpu)?;
    let targets: Vec<u32> = (0..2 * n).map(|i| u32::from(i >= n)).collect();
    Ok((
        Tensor::cat(&[one, other], 0)?,
        Tensor::new(targets, &Device::Cpu)?,
    ))
}

/// `classes` groups on a circle.
fn ring(n: usize, classes: usize) -> Result<(Tensor, Tensor)> {
    let (mut points, mut targets) = (Vec::new(), Vec::new());
    let noise = random::normal(0.0, 0.35, (n, 2), &Device::Cpu)?.to_vec2::<f32>()?;
    for (i, noise) in noise.iter().enumerate() {
        let class = i % classes;
        let (sin, cos) = (class as f32 * std::f32::consts::TAU / classes as f32).sin_cos();
        points.push(vec![2.0 * cos + noise[0], 2.0 * sin + noise[1]]);
        targets.push(class as u32);
    }
    Ok((
        Tensor::new(points, &Device::Cpu)?,
        Tensor::new(targets, &Device::Cpu)?,
    ))
}

/// Scores from the distance to centres: curved or straight borders, without training.
struct Nearest {
    centres: Vec<[f64; 2]>,
    waves: f64,
}

impl Model for Nearest {
    fn forward(&self, x: &Tensor, _train: bool) -> Result<Tensor> {
        let bent = ((x.flip(&[1])? * 2.0)?.sin()? * self.waves)?;
        let x = (x + bent)?;
        let score = |centre: &[f64; 2]| {
            let centre = Tensor::new(centre, x.device())?.to_dtype(x.dtype())?;
            x.broadcast_sub(&centre)?.sqr()?.sum(1)?.neg()
        };
        Tensor::stack(
            &self.centres.iter().map(score).collect::<Result<Vec<_>>>()?,
            1,
        )
    }
}

/// A falling, noisy loss.
fn losses(n: usize, noise: f64) -> Result<Vec<f64>> {
    let drawn = random::normal(0.0, noise, n, &Device::Cpu)?.to_vec1::<f32>()?;
    let loss = |(i, noise): (usize, &f32)| {
        let t = i as f64 / n as f64;
        (0.05 + 2.2 * (-6.0 * t).exp()) * f64::from(*noise).exp()
    };
    Ok(drawn.iter().enumerate().map(loss).collect())
}

/// Rings of growing size, as pictures.
fn circles(n: usize, side: usize) -> Result<Tensor> {
    let mut values = Vec::new();
    for k in 0..n {
        for i in 0..side * side {
            let (x, y) = ((i % side) as f32, (i / side) as f32);
            let middle = side as f32 / 2.0 - 0.5;
            let r = ((x - middle).powi(2) + (y - middle).powi(2)).sqrt();
            let radius = 1.0 + (k % 10) as f32 * 0.1 * middle;
            values.push((1.6 - (r - radius).abs()).clamp(0.0, 1.0));
        }
    }
    Tensor::from_vec(values, (n, side, side), &Device::Cpu)
}

fn figures() -> Result<Vec<Named>> {
    manual_seed(1);
    let (points, targets) = blobs(60)?;
    let (many, many_targets) = blobs(1000)?;
    let (ten, ten_targets) = ring(1000, 10)?;
    let (three, three_targets) = ring(150, 3)?;
    let two = Nearest {
        centres: vec![[-1.0, -1.0], [1.0, 1.0]],
        waves: 0.0,
    };
    let corner = |i: usize, n: usize| {
        let (sin, cos) = (i as f64 * std::f64::consts::TAU / n as f64).sin_cos();
        [2.0 * cos, 2.0 * sin]
    };
    let tri = Nearest {
        centres: (0..3).map(|i| corner(i, 3)).collect(),
        waves: 0.0,
    };
    let wild = Nearest {
        centres: (0..10).map(|i| corner(i, 10)).collect(),
        waves: 0.5,
    };
    let mut diverged = losses(60, 0.1)?;
    diverged[20] = f64::NAN;
    diverged
        .iter_mut()
        .skip(40)
        .for_each(|v| *v = f64::INFINITY);
    let digits: Vec<String> = (0..10).map(|i| format!("label {i}")).collect();
    let digits: Vec<&str> = digits.iter().map(String::as_str).collect();
    let device = Device::Cpu;
    let scatter = plot::scatter(&points, &targets)?;
    Ok(vec![
        (
            "scatter",
            scatter
                .clone()
                .title("Two blobs")
                .subtitle("60 points of each class"),
        ),
        (
            "scatter_2000",
            plot::scatter(&many, &many_targets)?
                .title("2,000 points")
                .classes(&["healthy", "sick"]),
        ),
        (
            "scatter_10",
            plot::scatter(&ten, &ten_targets)?
                .title("Ten classes")
                .x_label("first component")
                .y_label("second component"),
        ),
        (
            "boundaries",
            scatter
                .clone()
                .title("The boundary moves: w₀x₀ + w₁x₁ + b = 0")
                .boundary([1.0, -0.3], 0.9, "step 0")
                .boundary([1.0, 0.0], 0.4, "step 10")
                .boundary([1.0, 0.4], 0.2, "step 50")
                .boundary([1.0, 1.0], 0.0, "step 200")
                .boundary([1.0, 1.0], 20.0, "lost"),
        ),
        (
            "regions",
            plot::decision_regions(&two, &points, &targets)?
                .title("Decision regions")
                .classes(&["zero", "one"])
                .boundary([1.0, 1.0], 0.0, "theory"),
        ),
        (
            "regions_3",
            plot::decision_regions(&tri, &three, &three_targets)?
                .title("Three classes")
                .subtitle("the stronger the colour, the surer the model"),
        ),
        (
            "regions_10",
            plot::decision_regions(&wild, &ten, &ten_targets)?.title("Ten classes, curved borders"),
        ),
        (
            "loss",
            plot::loss_curve(&losses(30, 0.05)?)?
                .title("Training loss")
                .x_label("epoch"),
        ),
        (
            "losses",
            plot::loss_curves(&[
                ("train", losses(400, 0.1)?),
                ("validation", losses(400, 0.02)?),
            ])?
            .title("Loss, two sets"),
        ),
        (
            "losses_log",
            plot::loss_curves(&[
                ("lr 0.1", losses(200, 0.1)?),
                ("lr 0.01", losses(150, 0.1)?),
                ("lr 0.001", losses(100, 0.1)?),
                ("lr 1", losses(50, 0.3)?),
            ])?
            .title("Learning rates")
            .log_y(),
        ),
        (
            "loss_long",
            plot::loss_curve(&losses(100_000, 0.3)?)?.title("100,000 steps"),
        ),
        (
            "loss_diverged",
            plot::loss_curve(&diverged)?.title("A training that diverges"),
        ),
        ("loss_flat", plot::loss_curve(&[0.25])?.title("One value")),
        (
            "images",
            plot::images(&circles(10, 28)?)?
                .captions(&digits)
                .title("Ten pictures"),
        ),
        (
            "images_64",
            plot::images(&circles(64, 28)?)?.title("64 pictures of 28 × 28"),
        ),
        (
            "images_noise",
            plot::images(&random::normal(0.0, 1.0, (64, 28, 28), &device)?)?
                .title("Noise, the worst case"),
        ),
        (
            "images_colour",
            plot::images(&random::uniform(0.0, 1.0, (6, 3, 8, 8), &device)?)?
                .title("Colours")
                .columns(3),
        ),
        (
            "kernels",
            plot::images(&random::normal(0.0, 0.4, (12, 1, 5, 5), &device)?)?
                .diverging()
                .title("Kernels, 5 × 5"),
        ),
        (
            "picture",
            plot::images(&circles(7, 40)?.get(6)?)?.title("One picture"),
        ),
        (
            "row",
            plot::side_by_side(&[
                plot::loss_curve(&losses(30, 0.05)?)?
                    .title("Loss")
                    .size(360, 300),
                plot::images(&circles(4, 14)?)?
                    .columns(2)
                    .title("Four pictures"),
            ])?,
        ),
    ])
}

fn main() -> Result<()> {
    let Some(folder) = std::env::args().nth(1) else {
        bail!("which folder? cargo run -p helpers --example gallery -- <folder>");
    };
    let all = [
        figures()?,
        training::figures()?,
        convolutions::figures()?,
        decisions::figures()?,
        signals::figures()?,
    ];
    // To be opened in a browser: they answer the mouse, or are heard.
    let films = films::films()?;
    let mut pages = vec![
        ("explore_convolution", convolutions::explorer()?.html()?),
        ("play", signals::player()?.html()?),
    ];
    let mut stills = Vec::new();
    for (name, film) in &films {
        pages.push((*name, film.html()?));
        stills.push((*name, film.figure()?));
    }
    for (name, page) in pages {
        println!("{name:20} {} bytes of HTML", page.len());
        std::fs::write(Path::new(&folder).join(format!("{name}.html")), page)?;
    }
    for (name, figure) in all.into_iter().flatten().chain(stills) {
        figure.save(Path::new(&folder).join(format!("{name}.svg")))?;
        figure.save(Path::new(&folder).join(format!("{name}.png")))?;
        let (svg, png) = (figure.svg()?.len(), figure.png()?.len());
        let shown = figure.blocks();
        let both = if shown.contains("image/svg+xml") {
            "SVG and PNG"
        } else {
            "PNG"
        };
        println!(
            "{name:20} {figure:?}: svg {svg}, png {png}, shown {} bytes ({both})",
            shown.len()
        );
    }
    Ok(())
}
