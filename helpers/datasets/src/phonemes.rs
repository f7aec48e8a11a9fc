//! Speech sounds, synthesised from published measurements.

use candle_core::{Device, Error, Result, Tensor};
use rand::Rng;
use rand_distr::StandardNormal;

use super::check::check_count;
use super::mel::mel_bands;
use super::sounds::Sounds;
use super::speech::{Moment, RATE, SAMPLES, speak};
use candle_functional::random::{self, Generator};
use candle_functional::stop::stoppable;
use networks::data::TensorDataset;

/// The classes of [`vowels`], by the words they were measured in.
pub const VOWELS: [&str; 10] = [
    "heed", "hid", "head", "had", "hod", "hawed", "hood", "who'd", "hud", "heard",
];

/// Pitch and the first three formants in Hz of men, women and children, vowel by vowel: averages of 76
/// speakers. G. Peterson and H. Barney, Control methods used in a study of the vowels, JASA 24, 1952.
#[rustfmt::skip]
const MEASURED: [[[f64; 4]; 10]; 3] = [
    [[136., 270., 2290., 3010.], [135., 390., 1990., 2550.], [130., 530., 1840., 2480.], [127., 660., 1720., 2410.],
     [124., 730., 1090., 2440.], [129., 570.,  840., 2410.], [137., 440., 1020., 2240.], [141., 300.,  870., 2240.],
     [130., 640., 1190., 2390.], [133., 490., 1350., 1690.]],
    [[235., 310., 2790., 3310.], [232., 430., 2480., 3070.], [223., 610., 2330., 2990.], [210., 860., 2050., 2850.],
     [212., 850., 1220., 2810.], [216., 590.,  920., 2710.], [232., 470., 1160., 2680.], [231., 370.,  950., 2670.],
     [221., 760., 1400., 2780.], [218., 500., 1640., 1960.]],
    [[272., 370., 3200., 3730.], [269., 530., 2730., 3600.], [260., 690., 2610., 3570.], [251., 1010., 2320., 3320.],
     [256., 1030., 1370., 3170.], [263., 680., 1060., 3180.], [276., 560., 1410., 3310.], [274., 430., 1170., 3260.],
     [261., 850., 1590., 3360.], [261., 560., 1820., 2160.]],
];
/// The fourth formant is not in the table; it hardly differs between vowels.
const FOURTH: [f64; 3] = [3500.0, 4000.0, 4500.0];
/// Through a closed mouth little more than the lowest frequencies is heard.
const MURMUR: [f64; 4] = [200.0, 1500.0, 2500.0, 3500.0];

/// `count` steady vowels of men, women and children, a sixth of a second each: waves (N, 1, 2000),
/// spectrograms (N, 16, 15), targets (N), u32, which count through [`VOWELS`].
///
/// Formants and pitch are those measured by Peterson and Barney (1952), varied by speaker and by sound;
/// a buzz and some breath noise pass resonators there (D. Klatt's synthesiser, JASA 67, 1980).
///
/// ```
/// use helpers::prelude::*;
/// let sounds = datasets::vowels(20)?;
/// assert_eq!(sounds.waves.inputs().dims(), [20, 1, 2000]);
/// assert_eq!(sounds.spectrograms.inputs().dims(), [20, 16, 15]);
/// # Ok::<(), helpers::Error>(())
/// ```
///
/// # Errors
/// No sound, or too many to hold.
pub fn vowels(count: usize) -> Result<Sounds> {
    collect("vowels", count, VOWELS.len(), |vowel, g| {
        let steady = vary(vowel, g);
        let fall = g.random_range(0.0..1.0);
        speak(g, |t| Moment {
            pitch: steady.pitch * (1.0 - fall * t),
            ..steady
        })
    })
}

/// `count` syllables of /b/, /d/ or /g/ and a vowel, cut around the moment when the mouth opens: a sixth
/// of a second each, waves (N, 1, 2000), spectrograms (N, 16, 15), targets (N), u32: 0 for b, 1 for d, 2
/// for g.
///
/// The second formant moves from halfway to the consonant's locus, 720 Hz for b, 1800 for d and 3000 for
/// g, to the vowel's (P. Delattre, A. Liberman and F. Cooper, Acoustic loci and transitional cues for
/// consonants, JASA 27, 1955); before back vowels, where the paper finds no locus for g, it starts just
/// above the vowel's with the third formant close. A burst of noise goes with it, and often a murmur
/// before it, which is the same for all three. The moment varies by 130 ms: a network must find it.
///
/// # Errors
/// No sound, or too many to hold.
pub fn consonants(count: usize) -> Result<Sounds> {
    collect("consonants", count, 3, |class, g| {
        let vowel = vary(g.random_range(0..VOWELS.len()), g);
        let [_, f2, f3, f4] = vowel.formants;
        let mut halfway = |locus: f64| (locus * g.random_range(0.93..1.07) + f2) / 2.0;
        let (start, third) = match class {
            0 => (halfway(720.0), 0.88 * f3),
            1 => (halfway(1800.0), 1.06 * f3),
            _ if f2 > 1500.0 => (halfway(3000.0).max(f2), 0.95 * f3),
            _ => (1.2 * f2, 0.75 * f3),
        };
        // Where the burst is, how strong, how long until the voice sets in and how fast the mouth opens.
        let (burst_at, strength, delay, slowness) = [
            (900.0, 0.008, 0.004, 0.02),
            (3800.0, 0.012, 0.007, 0.025),
            (1.1 * start, 0.012, 0.011, 0.03),
        ][class];
        let opens = g.random_range(0.01..0.14);
        let murmur = opens * g.random_range(0.0..2.0);
        let strength = strength * g.random_range(0.2..1.0);
        let closed = [200.0, start, third.max(start + 150.0), f4];
        speak(g, |t| {
            let after = t - opens;
            let left = (-after.max(0.0) / slowness).exp();
            let voice = match after {
                ..0.0 => {
                    if t > murmur {
                        0.15
                    } else {
                        0.0
                    }
                }
                _ => ((after - delay) / 0.01).clamp(0.0, 1.0),
            };
            let on_the_way = |i: usize| vowel.formants[i] + (closed[i] - vowel.formants[i]) * left;
            Moment {
                formants: match after {
                    ..0.0 => MURMUR,
                    _ => [0, 1, 2, 3].map(on_the_way),
                },
                voice,
                breath: voice,
                burst: if (0.0..delay).contains(&after) {
                    strength
                } else {
                    0.0
                },
                burst_at,
                ..vowel
            }
        })
    })
}

/// A vowel as somebody says it once.
fn vary(vowel: usize, g: &mut Generator) -> Moment {
    let speaker = g.random_range(0..MEASURED.len());
    let [pitch, f1, f2, f3] = MEASURED[speaker][vowel];
    let tract = g.random_range(0.95..1.05); // a shorter tract, higher resonances
    let mut off = || tract * (1.0 + 0.02 * g.sample::<f64, _>(StandardNormal).clamp(-3.0, 3.0));
    Moment {
        formants: [f1 * off(), f2 * off(), f3 * off(), FOURTH[speaker] * off()],
        pitch: pitch * g.random_range(0.85..1.15),
        voice: 1.0,
        breath: 1.0,
        burst: 0.0,
        burst_at: 1000.0,
    }
}

fn collect(
    what: &str,
    count: usize,
    classes: usize,
    sound: impl Fn(usize, &mut Generator) -> Vec<f32>,
) -> Result<Sounds> {
    check_count(what, count, 6 * SAMPLES)?; // windows overlap
    let waves = random::with_generator(|g| {
        let mut waves = Vec::with_capacity(count * SAMPLES);
        for i in stoppable(0..count) {
            waves.extend(sound(i? % classes, g));
        }
        Ok::<_, Error>(waves)
    })?;
    let waves = Tensor::from_vec(waves, (count, SAMPLES), &Device::Cpu)?;
    let targets: Vec<u32> = (0..count).map(|i| (i % classes) as u32).collect();
    let targets = Tensor::new(targets, &Device::Cpu)?;
    Ok(Sounds {
        spectrograms: TensorDataset::new(mel_bands(&waves, RATE)?, targets.clone())?,
        waves: TensorDataset::new(waves.unsqueeze(1)?, targets)?,
        rate: RATE,
    })
}
