//! What lessons on training show: surfaces, curves, distributions, amounts.

use helpers::prelude::*;

use super::{Named, blobs, losses, ring};

pub fn figures() -> Result<Vec<Named>> {
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
                .title("What four hidden neurons compute (tanh)"),
        ),
        (
            "neurons_relu",
            plot::neurons(|x| hidden(x)?.relu(), &ring, &ring_targets)?
                .title("What four hidden neurons compute (ReLU)"),
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
            "spread",
            plot::spread(&[(
                "three seeds",
                (1..=8)
                    .map(|i| {
                        (
                            f64::from(i),
                            [0.8, 1.0, 1.3].map(|l| l / f64::from(i)).to_vec(),
                        )
                    })
                    .collect(),
            )])?
            .title("Three runs for each setting"),
        ),
        (
            "network",
            plot::network(
                &[
                    vec!["x0 = 1", "x1 = −1"],
                    vec!["h0", "h1", "h2"],
                    vec!["p = 0.25"],
                ],
                &[
                    Tensor::new(&[[0.5f32, -0.5], [0.4, 0.6], [-0.7, 0.2]], &Device::Cpu)?,
                    Tensor::new(&[[-0.6f32, 0.8, 0.3]], &Device::Cpu)?,
                ],
            )?
            .title("A network and its weights"),
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
