use base64::Engine;
use base64::engine::general_purpose::STANDARD;

use crate::*;

fn tone(hertz: f32, rate: f32, seconds: f32) -> Tensor {
    let sample = |i: usize| (std::f32::consts::TAU * hertz * i as f32 / rate).sin();
    tensor(
        (0..(rate * seconds) as usize)
            .map(sample)
            .collect::<Vec<f32>>(),
    )
}

#[test]
fn a_tone_is_a_line_at_its_frequency() {
    let figure = plot::spectrogram(&tone(1000.0, 8000.0, 0.3), 8000.0).unwrap();
    has_texts(&figure, &["time (s)", "frequency (kHz)", "dB", "0", "−60"]);
    let svg = figure.svg().unwrap();
    let document = Document::parse(&svg).unwrap();
    let image = of_class(&document, "field")[0]
        .first_element_child()
        .unwrap();
    let data = image.attribute("href").unwrap().split(',').nth(1).unwrap();
    let pixels = image::load_from_memory(&STANDARD.decode(data).unwrap())
        .unwrap()
        .to_rgb8();
    // 25 ms at 8 kHz: 200 samples, 101 frequencies 40 Hz apart, from the top.
    assert_eq!(pixels.height(), 101);
    for column in [0, pixels.width() / 2, pixels.width() - 1] {
        let darkest = (0..101)
            .min_by_key(|&row| pixels.get_pixel(column, row).0[0])
            .unwrap();
        assert_eq!((100 - darkest) * 40, 1000);
    }
}

#[test]
fn a_waveform_spans_its_time() {
    let figure = plot::waveform(&tone(5.0, 1000.0, 1.0), 1000.0).unwrap();
    has_texts(&figure, &["time (s)", "amplitude", "0.0", "1.0"]);
    let nodes = line(&figure, "curve");
    assert!(nodes.len() > 100);
    let sound = plot::grid(&[figure.clone(), figure], 1).unwrap();
    assert!(format!("{sound:?}").contains("580 x 4"));
}

#[test]
fn wrong_sounds_are_one_clear_line() {
    let short = tone(100.0, 1000.0, 0.02);
    assert_eq!(
        error(plot::spectrogram(&short, 1000.0)),
        "spectrogram: a sound has at least 30 ms, got 20 samples of 1000 a second"
    );
    assert_eq!(
        error(plot::waveform(&short, 0.0)),
        "waveform: the rate is a number of samples in a second, above 0, got 0"
    );
    assert_eq!(
        error(plot::waveform(&tensor(&[[0f32]]), 1.0)),
        "waveform: expected a sound (T), got [1, 1]"
    );
}
