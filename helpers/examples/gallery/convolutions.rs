//! What lessons on convolutions show, and sounds.

use helpers::prelude::*;

use super::{Named, circles};

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

/// A digit under Sobel's kernel, to be explored.
pub fn explorer() -> Result<plot::ConvolutionExplorer> {
    let digit = datasets::digits_resized(28)?.inputs().get(3)?;
    let sobel = Tensor::new(
        &[[-1f32, 0., 1.], [-2., 0., 2.], [-1., 0., 1.]],
        &Device::Cpu,
    )?;
    plot::explore_convolution(&digit, &sobel)
}

/// An image of two channels, two kernels, and their bias.
fn channels() -> Result<(Tensor, Tensor, Tensor)> {
    let image = Tensor::new(
        &[
            [[0f32, 1., 2.], [3., 4., 5.], [6., 7., 8.]],
            [[1., 0., 2.], [0., 3., 1.], [2., 1., 0.]],
        ],
        &Device::Cpu,
    )?;
    let kernels = Tensor::new(
        &[
            [[[0f32, 1.], [2., 3.]], [[1., 0.], [0., -1.]]],
            [[[1., -1.], [0., 0.]], [[2., 0.], [1., 0.]]],
        ],
        &Device::Cpu,
    )?;
    Ok((image, kernels, Tensor::new(&[1f32, -2.], &Device::Cpu)?))
}

pub fn figures() -> Result<Vec<Named>> {
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
            "im2col_channels",
            plot::im2col(&channels()?.0, &channels()?.1, 1, 0)?.title("Two channels, two kernels"),
        ),
        (
            "multi_channel",
            plot::multi_channel_convolution(
                &channels()?.0,
                &channels()?.1,
                &channels()?.2,
                (0, 1),
            )?
            .title("Every kernel has a slice for each channel"),
        ),
        (
            "matrix",
            plot::matrix(&random::normal(0.0, 1.0, (4, 9), &device)?)?.title("Numbers"),
        ),
        ("explorer", explorer()?.figure()?),
        (
            "explorer_dilated",
            explorer()?.stride(2).padding(3).dilation(2).figure()?,
        ),
        (
            "explorer_small",
            plot::explore_convolution(&small, &sobel)?
                .padding(1)
                .figure()?,
        ),
        (
            "explorer_large",
            plot::explore_convolution(
                &random::normal(0.0, 1.0, (32, 24), &device)?,
                &random::normal(0.0, 0.3, (7, 7), &device)?,
            )?
            .padding(2)
            .figure()?,
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
