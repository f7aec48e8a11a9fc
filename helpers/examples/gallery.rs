//! Draws every figure into a folder: `cargo run -p helpers --example gallery -- <folder>`.

use std::path::Path;

use candle_core::bail;
use helpers::prelude::*;

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

fn figures() -> Result<Vec<(&'static str, plot::Figure)>> {
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

/// A scene: sky above hilly ground, a round cloud; (3, side, side), and its classes.
fn scene(side: usize) -> Result<(Tensor, Tensor)> {
    let (mut planes, mut classes) = (vec![Vec::new(); 3], Vec::new());
    for i in 0..side * side {
        let (x, y) = (
            (i % side) as f32 / side as f32,
            (i / side) as f32 / side as f32,
        );
        let hills = 0.68 + 0.06 * (9.0 * x).sin();
        let cloud = ((x - 0.35) / 0.22).powi(2) + ((y - 0.3) / 0.12).powi(2);
        let (class, colour) = match () {
            () if y > hills => (2u32, [0.30, 0.42 - 0.2 * (y - hills), 0.18]),
            () if cloud < 1.0 => (1, [0.96, 0.96, 0.97 - 0.1 * cloud]),
            () => (0, [0.42 + 0.2 * y, 0.62 + 0.2 * y, 0.90]),
        };
        classes.push(class);
        planes
            .iter_mut()
            .zip(colour)
            .for_each(|(plane, v)| plane.push(v));
    }
    let photograph = Tensor::from_vec(planes.concat(), (3, side, side), &Device::Cpu)?;
    Ok((
        photograph,
        Tensor::from_vec(classes, (side, side), &Device::Cpu)?,
    ))
}

/// Half a second of a tone that rises, and one that stays.
fn sound(rate: f32) -> Result<Tensor> {
    let sample = |i: u32| {
        let t = i as f32 / rate;
        let fade = (std::f32::consts::PI * t / 0.5).sin();
        let rising = (std::f32::consts::TAU * (300.0 + 2500.0 * t) * t).sin();
        fade * (rising + 0.4 * (std::f32::consts::TAU * 700.0 * t).sin())
    };
    let samples: Vec<f32> = (0..(0.5 * rate) as u32).map(sample).collect();
    Tensor::new(samples, &Device::Cpu)
}

/// What lessons on training show: surfaces, curves, distributions, amounts.
fn training() -> Result<Vec<(&'static str, plot::Figure)>> {
    manual_seed(2);
    let device = Device::Cpu;
    let bowl = |a: f64, b: f64| Ok(0.1 + (a - 0.5).powi(2) + 3.0 * (b + 0.2).powi(2) + a * b);
    let descent = |lr: f64, steps: usize| {
        let (mut a, mut b) = (-1.7, 1.2);
        let mut path = vec![(a, b)];
        for _ in 0..steps {
            let slope = (2.0 * (a - 0.5) + b, 6.0 * (b + 0.2) + a);
            (a, b) = (a - lr * slope.0, b - lr * slope.1);
            path.push((a, b));
        }
        path
    };
    let path = descent(0.03, 12);
    let slope = |&(a, b): &(f64, f64)| {
        let slope = (2.0 * (a - 0.5) + b, 6.0 * (b + 0.2) + a);
        (-0.08 * slope.0, -0.08 * slope.1)
    };
    let starts: Vec<_> = path.iter().copied().step_by(3).collect();
    let arrows: Vec<_> = starts.iter().map(slope).collect();
    let (points, targets) = blobs(40)?;
    let pushes: Vec<_> = points.to_vec2::<f32>()?[..12]
        .iter()
        .map(|p| (f64::from(p[0]), f64::from(p[1])))
        .collect();
    let (ring, ring_targets) = ring(120, 2)?;
    let hidden = |x: &Tensor| {
        let w = Tensor::new(&[[1f32, -1., 0.5, 1.5], [1., 0.6, -1.2, 0.2]], &Device::Cpu)?;
        let b = Tensor::new(&[0.5f32, -0.3, 0., 1.], &Device::Cpu)?;
        x.matmul(&w)?.broadcast_add(&b)
    };
    let layers = |std: f64| -> Result<Vec<(String, Tensor)>> {
        let layer = |i: i32| {
            let values = random::normal(0.0, std.powi(i), 2000, &Device::Cpu)?;
            Ok((format!("layer {}", i + 1), values))
        };
        (0..8).map(layer).collect()
    };
    let layers = layers(0.75)?;
    let layers: Vec<(&str, Tensor)> = layers
        .iter()
        .map(|(n, t)| (n.as_str(), t.clone()))
        .collect();
    let wave = |shift: f64| -> Vec<(f64, f64)> {
        (0..200)
            .map(|i| f64::from(i) / 20.0)
            .map(|x| (x, (x + shift).sin()))
            .collect()
    };
    let noise: Vec<(f64, f64)> = (0..8)
        .map(|i| 2f64.powi(i))
        .map(|b| (b, 0.8 / b.sqrt()))
        .collect();
    Ok(vec![
        (
            "surface",
            plot::loss_surface(bowl, (-2.0, 2.0), (-1.5, 1.5))?
                .trajectory(&path, "lr 0.03")
                .trajectory(&descent(0.2, 12), "lr 0.2")
                .trajectory(&descent(0.36, 8), "lr 0.36, diverges")
                .title("The loss over two weights, and three descents"),
        ),
        (
            "surface_arrows",
            plot::loss_surface(bowl, (-2.0, 2.0), (-1.5, 1.5))?
                .trajectory(&path, "lr 0.03")
                .arrows(&starts, &arrows, "−lr · gradient")
                .title("Where the gradient points"),
        ),
        (
            "scatter_arrows",
            plot::scatter(&points, &targets)?
                .arrows(&pushes, &[(0.5, 0.3); 12], "push")
                .title("Arrows over points"),
        ),
        (
            "neurons",
            plot::neurons(|x| hidden(x)?.tanh(), &ring, &ring_targets)?
                .title("What four hidden neurons see (tanh)"),
        ),
        (
            "neurons_relu",
            plot::neurons(|x| hidden(x)?.relu(), &ring, &ring_targets)?
                .title("What four hidden neurons see (ReLU)"),
        ),
        (
            "learning_curves",
            plot::learning_curves(&[
                (
                    "16 neurons",
                    losses(30, 0.03)?,
                    losses(30, 0.05)?.iter().map(|v| v + 0.2).collect(),
                ),
                (
                    "256 neurons",
                    losses(30, 0.03)?.iter().map(|v| v * 0.8).collect(),
                    losses(30, 0.05)?
                        .iter()
                        .enumerate()
                        .map(|(i, v)| v + 0.02 * i as f64)
                        .collect(),
                ),
            ])?
            .title("Two networks"),
        ),
        (
            "lines",
            plot::lines(&[("sin x", wave(0.0)), ("cos x", wave(1.57))])?.title("Two functions"),
        ),
        (
            "lines_log",
            plot::lines(&[("measured", noise)])?
                .log_x()
                .log_y()
                .x_label("batch size")
                .y_label("gradient noise")
                .title("Noise falls as 1/√B"),
        ),
        (
            "histograms",
            plot::histograms(&layers)?.title("Activations of eight layers, started too small"),
        ),
        (
            "histogram",
            plot::histogram(&[
                ("genuine", random::normal(1.0, 0.3, 800, &device)?),
                ("forged", random::normal(2.2, 0.5, 800, &device)?),
            ])?
            .x_label("distance")
            .title("Distances between signatures"),
        ),
        (
            "bars",
            plot::bars(&[
                ("MLP 784-50-10", 39_760.0),
                ("TP2 CNN", 27_830.0),
                ("LeNet-5", 61_706.0),
            ])?
            .x_label("parameters")
            .title("Sizes"),
        ),
        (
            "bars_signed",
            plot::bars(&[("bias", -0.4), ("w0", 1.25), ("w1", 0.6)])?.title("Weights"),
        ),
    ])
}

/// What lessons on convolutions show.
fn convolutions() -> Result<Vec<(&'static str, plot::Figure)>> {
    manual_seed(3);
    let device = Device::Cpu;
    let kernels = random::normal(0.0, 0.4, (10, 1, 5, 5), &device)?;
    let trained = (&kernels * 0.5)?.add(&circles(10, 5)?.unsqueeze(1)?)?;
    let (photograph, classes) = scene(96)?;
    let wrong = classes.narrow(0, 4, 92)?;
    let wrong = Tensor::cat(&[wrong, classes.narrow(0, 0, 4)?], 0)?;
    let map = Tensor::new(
        &[[0.1f32, 0.4, 0.1], [0.3, 1., 0.2], [0., 0.2, 0.]],
        &device,
    )?;
    let small = Tensor::new(
        &[
            [0f32, 0., 1., 1.],
            [0., 0., 1., 1.],
            [0., 2., 2., 1.],
            [0., 0., 1., 3.],
        ],
        &device,
    )?;
    let sobel = Tensor::new(&[[-1f32, 0., 1.], [-2., 0., 2.], [-1., 0., 1.]], &device)?;
    let sounds = sound(8000.0)?;
    Ok(vec![
        (
            "kernels_grid",
            plot::kernels(&random::normal(0.0, 0.3, (6, 4, 5, 5), &device)?)?
                .title("Second layer: 6 × 4 kernels"),
        ),
        (
            "kernels_rgb",
            plot::kernels(&random::normal(0.0, 0.3, (16, 3, 7, 7), &device)?)?
                .title("First layer, in colour"),
        ),
        ("kernels_1", plot::kernels(&kernels)?.title("First layer")),
        (
            "kernels_before_after",
            plot::kernels_before_after(&kernels, &trained)?.title("What training changed"),
        ),
        (
            "feature_maps",
            plot::feature_maps(&circles(12, 14)?)?.title("Twelve feature maps"),
        ),
        (
            "feature_maps_signed",
            plot::feature_maps(&random::normal(0.0, 1.0, (1, 6, 8, 8), &device)?)?
                .title("Before the ReLU"),
        ),
        (
            "overlay",
            plot::overlay(&photograph, &map)?.title("Where the network looks"),
        ),
        (
            "segmentation",
            plot::segmentation(
                &photograph,
                &[("truth", classes), ("prediction", wrong)],
                &["sky", "cloud", "ground"],
            )?
            .title("A class for every pixel"),
        ),
        (
            "sliding",
            plot::sliding_window(&small, &sobel, 1, 1)?.title("A convolution, step by step"),
        ),
        (
            "sliding_2",
            plot::sliding_window(&circles(1, 7)?.get(0)?, &sobel, 2, 0)?.title("Stride 2"),
        ),
        (
            "im2col",
            plot::im2col(&small, &sobel, 1, 0)?.title("A convolution as one product"),
        ),
        (
            "im2col_padded",
            plot::im2col(&small, &sobel, 1, 1)?.title("The same with padding"),
        ),
        (
            "sound",
            plot::grid(
                &[
                    plot::waveform(&sounds, 8000.0)?,
                    plot::spectrogram(&sounds, 8000.0)?,
                ],
                1,
            )?
            .title("A rising tone"),
        ),
    ])
}

/// What tells how good a classifier is.
fn decisions() -> Result<Vec<(&'static str, plot::Figure)>> {
    manual_seed(4);
    let device = Device::Cpu;
    let targets: Vec<u32> = (0..1000).map(|i| i % 10).collect();
    let targets = Tensor::new(targets, &device)?;
    let sure = (F::one_hot(&targets, 10)? * 3.2)?;
    let scores = (sure + random::normal(0.0, 1.0, (1000, 10), &device)?)?;
    let pictures = circles(1000, 14)?;
    let two: Vec<u32> = (0..400).map(|i| i % 2).collect();
    let two = Tensor::new(two, &device)?;
    let detector = |noise: f64| {
        let noise = random::normal(0.0, noise, 400, &device)?;
        metrics::roc(&(two.to_dtype(DType::F32)? + noise)?, &two)
    };
    let counts = metrics::confusion_matrix(&scores, &targets)?;
    let small = Tensor::new(&[[950u32, 0], [41, 9]], &device)?;
    Ok(vec![
        (
            "confusion",
            plot::confusion_matrix(&counts, &[])?
                .title("Ten digits")
                .subtitle("1,000 test images"),
        ),
        (
            "confusion_2",
            plot::confusion_matrix(&small, &["healthy", "sick"])?.title("Without sampler"),
        ),
        (
            "confusions",
            plot::side_by_side(&[
                plot::confusion_matrix(&small, &["healthy", "sick"])?.title("Plain shuffle"),
                plot::confusion_matrix(&small, &["healthy", "sick"])?.title("Weighted sampler"),
            ])?,
        ),
        (
            "roc",
            plot::roc(&[("siamese", detector(0.5)?), ("untrained", detector(2.0)?)])?
                .title("Forged or genuine?"),
        ),
        (
            "mistakes",
            plot::worst_mistakes(&pictures, &scores, &targets, &[], 12)?
                .title("The worst mistakes"),
        ),
    ])
}

fn main() -> Result<()> {
    let Some(folder) = std::env::args().nth(1) else {
        bail!("which folder? cargo run -p helpers --example gallery -- <folder>");
    };
    let all = [figures()?, training()?, convolutions()?, decisions()?];
    for (name, figure) in all.into_iter().flatten() {
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
