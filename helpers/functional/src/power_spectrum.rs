//! The frequencies of a sound over time.

use std::f64::consts::TAU;

use candle_core::{Result, Tensor, bail};

/// The power of each frequency in windows of sounds (N, T), one every `hop` samples: (N, frames,
/// W / 2 + 1), where W is the length of `window`, the weights of a window's samples.
///
/// This is the squared magnitude of a short-time Fourier transform without padding, computed as a
/// product of matrices; it has a gradient. As `torchaudio.functional.spectrogram` with power 2.
///
/// ```
/// use candle_core::{Device, Tensor};
/// // Two periods in eight samples.
/// let wave = Tensor::new(&[[0f32, 1., 0., -1., 0., 1., 0., -1.]], &Device::Cpu)?;
/// let power = candle_functional::power_spectrum(&wave, &[1.0; 8], 8)?;
/// assert_eq!(power.round()?.to_vec3::<f32>()?, [[[0., 0., 16., 0., 0.]]]);
/// # Ok::<(), candle_core::Error>(())
/// ```
///
/// # Errors
/// Sounds that are not (N, T) or shorter than the window; a hop of 0.
pub fn power_spectrum(sounds: &Tensor, window: &[f64], hop: usize) -> Result<Tensor> {
    let (width, bins) = (window.len(), window.len() / 2 + 1);
    let (count, samples) = match *sounds.dims() {
        [count, samples] if samples >= width && hop > 0 => (count, samples),
        ref dims => {
            bail!(
                "power_spectrum: expected (N, T), T from {width}, a hop from 1, got {dims:?}, {hop}"
            )
        }
    };
    let frames = (samples - width) / hop + 1;
    let cut = (0..frames).map(|i| sounds.narrow(1, i * hop, width));
    let cut = Tensor::stack(&cut.collect::<Result<Vec<_>>>()?, 1)?.reshape(((), width))?;
    let part = |wave: fn(f64) -> f64| {
        let places = (0..width).flat_map(|n| (0..bins).map(move |k| (n, k)));
        let angle = |n: usize, k: usize| TAU * (n * k % width) as f64 / width as f64;
        let values: Vec<f64> = places.map(|(n, k)| window[n] * wave(angle(n, k))).collect();
        let matrix = Tensor::from_vec(values, (width, bins), sounds.device())?;
        cut.matmul(&matrix.to_dtype(sounds.dtype())?)?.sqr()
    };
    (part(f64::cos)? + part(f64::sin)?)?.reshape((count, frames, bins))
}
