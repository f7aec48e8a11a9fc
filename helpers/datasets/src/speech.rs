//! A voice out of a buzz, noise and resonators.

use std::f64::consts::PI;

use rand::Rng;
use rand_distr::StandardNormal;

use candle_functional::random::Generator;

/// Samples per second, and in one sound: a sixth of a second.
pub(super) const RATE: f64 = 12_000.0;
pub(super) const SAMPLES: usize = 2000;
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
