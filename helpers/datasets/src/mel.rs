//! Sounds as the networks of 1989 heard them: a few bands of frequencies over time.

use std::f64::consts::PI;

use candle_core::{Device, Result, Tensor};

use candle_functional::power_spectrum;
use candle_functional::stop::check_stop;

const BANDS: usize = 16;
/// Of these many sounds the Fourier transforms are taken at once.
const AT_ONCE: usize = 200;

/// Sounds (N, T) of `rate` samples in a second as 16 mel bands by frames of 10 ms, (N, 16, frames), as
/// Waibel et al. 1989: Hamming windows of 21 ms every 5 ms, the logarithm of the power in each band, two
/// neighbours averaged; each sound is shifted to mean 0 and scaled to lie from -1 to 1.
pub(super) fn mel_bands(sounds: &Tensor, rate: f64) -> Result<Tensor> {
    let samples = |milliseconds: f64| (milliseconds * rate / 1000.0).round() as usize;
    let (width, hop) = (samples(64.0 / 3.0), samples(5.0));
    let hamming = |n: usize| 0.54 - 0.46 * (2.0 * PI * n as f64 / (width - 1) as f64).cos();
    let window: Vec<f64> = (0..width).map(hamming).collect();
    let bins = width / 2 + 1;
    let mel = |hz: f64| 2595.0 * (1.0 + hz / 700.0).log10();
    let step = mel(rate / 2.0) / (BANDS + 1) as f64;
    let weight = |(k, band): (usize, usize)| {
        let place = mel(k as f64 * rate / width as f64) / step - (band + 1) as f64;
        (1.0 - place.abs()).max(0.0) as f32
    };
    let places = (0..bins).flat_map(|k| (0..BANDS).map(move |band| (k, band)));
    let weights: Vec<f32> = places.map(weight).collect();
    let weights = Tensor::from_vec(weights, (bins, BANDS), &Device::Cpu)?;
    let mut parts = Vec::new();
    for first in (0..sounds.dim(0)?).step_by(AT_ONCE) {
        check_stop()?;
        let count = AT_ONCE.min(sounds.dim(0)? - first);
        let power = power_spectrum(&sounds.narrow(0, first, count)?, &window, hop)?;
        let frames = power.dim(1)? / 2;
        let power = power.narrow(1, 0, 2 * frames)?.reshape(((), bins))?;
        let log = (power.matmul(&weights)? + 1e-4)?.log()?;
        let log = log.reshape((count, frames, 2, BANDS))?.mean(2)?;
        parts.push(log.transpose(1, 2)?.contiguous()?);
    }
    let log = Tensor::cat(&parts, 0)?;
    let log = log.broadcast_sub(&log.mean_keepdim((1, 2))?)?;
    let peak = log.abs()?.max_keepdim(1)?.max_keepdim(2)?;
    log.broadcast_div(&(peak + 1e-9)?)
}
