//! Sounds: their amplitude over time, and their frequencies.

use candle_core::{Device, Result, Tensor, bail};
use candle_functional::{power_spectrum, values};

use super::axis::Axis;
use super::chart::{Chart, Layer};
use super::curves::{chart_of, curve};
use crate::colour_bar::ColourBar;
use crate::figure::Figure;
use crate::svg::Raster;
use crate::theme;
use crate::values::finite_values;

/// Quieter is drawn as silence, in decibels below the loudest.
const QUIET: f64 = -60.0;

/// The amplitude of a sound (T) over time; `rate` is the number of samples in a second.
///
/// ```
/// use helpers::prelude::*;
/// let time = (Tensor::arange(0f32, 800., &Device::Cpu)? / 8000.)?;
/// let tone = (time * (2. * 3.14159 * 440.))?.sin()?;
/// let figure = plot::waveform(&tone, 8000.)?.title("440 Hz");
/// # assert!(figure.svg()?.contains("time (s)"));
/// # Ok::<(), helpers::Error>(())
/// ```
///
/// # Errors
/// A sound that is not (T), a value that is not finite, a rate not above 0.
pub fn waveform(sound: &Tensor, rate: f64) -> Result<Figure> {
    let samples = samples("waveform", sound, rate)?;
    let points = samples
        .iter()
        .enumerate()
        .map(|(i, v)| (i as f64 / rate, *v))
        .collect();
    let mut chart = chart_of("waveform", vec![curve(0, "", points)])?;
    (chart.x_label, chart.y_label) = ("time (s)".to_string(), "amplitude".to_string());
    chart.x = Axis::new(0.0, samples.len() as f64 / rate);
    Ok(Figure::new(chart).size(580, 220))
}

/// The frequencies of a sound (T) over time, the louder the darker: the discrete Fourier transform
/// of windows of 25 ms (Hann), one every 5 ms, in decibels below the loudest.
///
/// # Errors
/// As [`waveform`]; a sound shorter than two windows' steps (30 ms).
pub fn spectrogram(sound: &Tensor, rate: f64) -> Result<Figure> {
    const WHAT: &str = "spectrogram";
    let samples = samples(WHAT, sound, rate)?;
    let (window, hop) = (
        (0.025 * rate).round() as usize,
        ((0.005 * rate).round() as usize).max(1),
    );
    if window < 4 || samples.len() < window + hop {
        bail!(
            "{WHAT}: a sound has at least 30 ms, got {} samples of {rate} a second",
            samples.len()
        );
    }
    // No more columns than pixels.
    let hop = hop.max((samples.len() - window) / 500);
    let (frames, bins) = ((samples.len() - window) / hop + 1, window / 2 + 1);
    let turn = std::f64::consts::TAU / window as f64;
    let hann = |i: usize| 0.5 - 0.5 * (turn * i as f64).cos();
    let hann: Vec<f64> = (0..window).map(hann).collect();
    let sound = Tensor::new(&samples[..], &Device::Cpu)?.unsqueeze(0)?;
    let power = values(&power_spectrum(&sound, &hann, hop)?)?;
    let loudest = power.iter().copied().fold(f64::MIN_POSITIVE, f64::max);
    let colour = |p: f64| {
        let decibels = (10.0 * (p / loudest).max(1e-30).log10()).max(QUIET);
        theme::amount((32.0 * (1.0 - decibels / QUIET)).round() / 32.0)
    };
    let rows = (0..bins)
        .rev()
        .flat_map(|b| (0..frames).map(move |f| f * bins + b));
    let pixels = rows.map(|i| colour(power[i])).collect();
    let middle = window as f64 / 2.0 / rate;
    let x = Axis::new(middle, middle + ((frames - 1) * hop) as f64 / rate);
    let y = Axis::new(0.0, rate * (bins - 1) as f64 / window as f64 / 1000.0);
    let image = Layer::Image(Raster {
        width: frames,
        height: bins,
        pixels,
    });
    let mut chart = Chart::new((x, "time (s)"), (y, "frequency (kHz)"), vec![image]);
    chart.colour_bar = Some(ColourBar {
        low: QUIET,
        high: 0.0,
        map: theme::amount,
        label: "dB".to_string(),
    });
    Ok(Figure::new(chart).size(580, 300))
}

/// The samples of a sound (T).
pub(crate) fn samples(what: &str, sound: &Tensor, rate: f64) -> Result<Vec<f64>> {
    if sound.rank() != 1 {
        bail!("{what}: expected a sound (T), got {:?}", sound.dims());
    }
    if !(rate.is_finite() && rate > 0.0) {
        bail!("{what}: the rate is a number of samples in a second, above 0, got {rate}");
    }
    finite_values(what, sound)
}
