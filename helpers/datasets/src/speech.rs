//! A voice out of a buzz, noise and resonators, and the spectrogram of what it says.

use std::f64::consts::PI;

use candle_core::{Device, Result, Tensor};
use rand::Rng;
use rand_distr::StandardNormal;

use candle_functional::power_spectrum;
use candle_functional::random::Generator;

/// Samples per second, and in one sound: a sixth of a second.
pub(super) const RATE: f64 = 12_000.0;
pub(super) const SAMPLES: usize = 2000;
pub(super) const BANDS: usize = 16;
const FRAMES: usize = 15;
/// Samples that one Fourier transform sees, and from one to the next; two make a frame.
const WINDOW: usize = 256;
const HOP: usize = 60;
/// The mouth's resonances are this wide, in Hz (D. Klatt, JASA 67, 1980).
const WIDTHS: [f64; 4] = [60.0, 90.0, 150.0, 200.0];

/// What the mouth does at one moment; frequencies in Hz.
#[derive(Clone, Copy)]
pub(super) struct Moment {
    pub pitch: f64,
    pub formants: [f64; 4],
    /// How strong the vocal cords' buzz is, and the noise of the breath.
    pub voice: f64,
    pub breath: f64,
    /// How strong the noise where the mouth opens is, and around which frequency.
    pub burst: f64,
    pub burst_at: f64,
}

/// A resonance: two poles (Klatt's digital resonator).
#[derive(Default)]
struct Resonator([f64; 3], [f64; 2]);

impl Resonator {
    fn tune(&mut self, frequency: f64, width: f64) {
        let c = -(-2.0 * PI * width / RATE).exp();
        let b = 2.0 * (-PI * width / RATE).exp() * (2.0 * PI * frequency / RATE).cos();
        self.0 = [1.0 - b - c, b, c];
    }

    fn pass(&mut self, x: f64) -> f64 {
        let Resonator([a, b, c], [last, before]) = *self;
        let y = a * x + b * last + c * before;
        self.1 = [y, last];
        y
    }
}

/// [`SAMPLES`] samples of at most 1, with a little background noise; `at` is asked every millisecond.
pub(super) fn speak(g: &mut Generator, at: impl Fn(f64) -> Moment) -> Vec<f32> {
    let (mut throat, mut front) = (Resonator::default(), Resonator::default());
    let mut mouth: [Resonator; 4] = Default::default();
    let (mut phase, mut last, mut now) = (g.random_range(0.0..1.0), 0.0, at(0.0));
    throat.tune(0.0, 100.0); // pulses of air are round: -12 dB per octave
    let mut sound: Vec<f64> = Vec::with_capacity(SAMPLES);
    for n in 0..SAMPLES {
        if n % 12 == 0 {
            now = at(n as f64 / RATE);
            front.tune(now.burst_at, 600.0);
            for (resonator, (&f, &width)) in mouth.iter_mut().zip(now.formants.iter().zip(&WIDTHS))
            {
                resonator.tune(f, width);
            }
        }
        phase += now.pitch / RATE;
        let pulse = if phase >= 1.0 { RATE / now.pitch } else { 0.0 };
        phase = phase.fract();
        let [breath, burst]: [f64; 2] = [g.sample(StandardNormal), g.sample(StandardNormal)];
        let source = throat.pass(now.voice * pulse) + 0.003 * now.breath * breath;
        let voiced = mouth
            .iter_mut()
            .fold(source, |x, resonator| resonator.pass(x));
        // The lips radiate high frequencies better: +6 dB per octave.
        sound.push(voiced - last + front.pass(now.burst * burst));
        last = voiced;
    }
    let peak = sound.iter().fold(1e-9, |peak: f64, x| peak.max(x.abs()));
    let (level, hiss) = (g.random_range(0.4..0.95), g.random_range(0.002..0.01));
    let heard = |x: f64| level * x / peak + hiss * g.sample::<f64, _>(StandardNormal);
    sound
        .into_iter()
        .map(heard)
        .map(|x| x.clamp(-1.0, 1.0) as f32)
        .collect()
}

/// Sounds (N, [`SAMPLES`]) as 16 mel bands by 15 frames of 10 ms, (N, 16, 15), as Waibel et al. 1989:
/// Hamming windows of 256 samples every 5 ms, the logarithm of the power in each band, two neighbours
/// averaged; each sound is shifted to mean 0 and scaled to lie from -1 to 1.
pub(super) fn spectrograms(sounds: &Tensor) -> Result<Tensor> {
    let count = sounds.dim(0)?;
    let hamming = |n: usize| 0.54 - 0.46 * (2.0 * PI * n as f64 / (WINDOW - 1) as f64).cos();
    let window: Vec<f64> = (0..WINDOW).map(hamming).collect();
    let power = power_spectrum(sounds, &window, HOP)?;
    let bins = power.dim(2)?;
    let mel = |hz: f64| 2595.0 * (1.0 + hz / 700.0).log10();
    let step = mel(RATE / 2.0) / (BANDS + 1) as f64;
    let weight = |(k, band): (usize, usize)| {
        let place = mel(k as f64 * RATE / WINDOW as f64) / step - (band + 1) as f64;
        (1.0 - place.abs()).max(0.0) as f32
    };
    let places = (0..bins).flat_map(|k| (0..BANDS).map(move |band| (k, band)));
    let bands: Vec<f32> = places.map(weight).collect();
    let bands = Tensor::from_vec(bands, (bins, BANDS), &Device::Cpu)?;
    let power = power.reshape(((), bins))?;
    let log = (power.matmul(&bands)? + 1e-4)?.log()?;
    let log = log.reshape((count, FRAMES, 2, BANDS))?.mean(2)?;
    let log = log.transpose(1, 2)?.contiguous()?;
    let log = log.broadcast_sub(&log.mean_keepdim((1, 2))?)?;
    let peak = log.abs()?.max_keepdim(1)?.max_keepdim(2)?;
    log.broadcast_div(&(peak + 1e-9)?)
}
