//! Digits that people spoke into a microphone.

use std::fs;
use std::path::Path;

use candle_core::{Device, Error, Result, Tensor, bail};

use super::mel::mel_bands;
use super::sounds::Sounds;
use super::wav::read_wav;
use super::{Download, downloads_dir};
use candle_functional::stop::stoppable;
use networks::data::TensorDataset;

const RATE: f64 = 8_000.0;
/// A second: few words are longer.
const SAMPLES: usize = 8_000;
/// The recordings below this number are for the test.
const TEST: u32 = 5;
const NAME: &str = "free-spoken-digit-dataset-1.0.9";

/// The words zero to nine, spoken in English by a few people: waves (N, 1, 8000), a second, cut off or
/// filled up with silence; spectrograms (N, 16, 98); targets (N), u32. Of each word and speaker
/// recordings 0 to 4 are for the test (`train` false), the other 45 for training: the speakers are the
/// same.
///
/// Downloads some 10 MB to `spoken_digits/` in [`downloads_dir`] the first time. Z. Jackson et al., Free
/// Spoken Digit Dataset, version 1.0.9, CC BY-SA 4.0. Without the network: put the files
/// `0_george_0.wav`, ... into `spoken_digits/recordings/`.
///
/// # Errors
/// Those of [`Download::get`] and [`read_wav`]; a file whose name is not digit_speaker_number.wav, or of
/// another rate than 8,000 samples in a second.
pub fn spoken_digits(train: bool) -> Result<Sounds> {
    let by_hand = downloads_dir().join("spoken_digits/recordings");
    if by_hand.is_dir() {
        return read(&by_hand, train);
    }
    let site = "https://github.com/Jakobovski/free-spoken-digit-dataset/archive/refs/tags";
    let folder = Download::new("spoken_digits/v1.0.9.zip")
        .mirror(format!("{site}/v1.0.9.zip"))
        .limit(100_000_000)
        .unpacked(NAME)?;
    read(&folder.join("recordings"), train)
}

fn read(folder: &Path, train: bool) -> Result<Sounds> {
    let listed = fs::read_dir(folder)
        .map_err(|error| Error::msg(format!("{} cannot be read: {error}", folder.display())))?;
    let mut paths = Vec::new();
    for entry in listed {
        let path = entry?.path();
        if path.extension().is_some_and(|end| end == "wav") {
            paths.push(path);
        }
    }
    paths.sort(); // a folder has no order of its own
    let (mut waves, mut targets) = (Vec::new(), Vec::new());
    for path in stoppable(paths) {
        let path = path?;
        let (digit, number) = named(&path)?;
        if (number >= TEST) != train {
            continue;
        }
        let (sound, rate) = read_wav(&path)?;
        if rate != RATE {
            bail!(
                "{}: expected {RATE} samples in a second, got {rate}",
                path.display()
            );
        }
        let mut samples = sound.to_vec1::<f32>()?;
        samples.resize(SAMPLES, 0.0);
        waves.extend(samples);
        targets.push(digit);
    }
    if targets.is_empty() {
        let part = if train { "training" } else { "test" };
        bail!("{} has no .wav file for {part}", folder.display());
    }
    let waves = Tensor::from_vec(waves, (targets.len(), SAMPLES), &Device::Cpu)?;
    let targets = Tensor::new(targets, &Device::Cpu)?;
    Ok(Sounds {
        spectrograms: TensorDataset::new(mel_bands(&waves, RATE)?, targets.clone())?,
        waves: TensorDataset::new(waves.unsqueeze(1)?, targets)?,
        rate: RATE,
    })
}

/// The digit and the number in `7_jackson_32.wav`.
fn named(path: &Path) -> Result<(u32, u32)> {
    let name = path.file_stem().unwrap_or_default().to_string_lossy();
    let parts: Vec<&str> = name.split('_').collect();
    if let [digit, _speaker, number] = parts[..]
        && let (Ok(digit @ 0..=9), Ok(number)) = (digit.parse::<u32>(), number.parse::<u32>())
    {
        return Ok((digit, number));
    }
    bail!(
        "{}: expected a name as 7_jackson_32.wav, digit, speaker, number",
        path.display()
    )
}
