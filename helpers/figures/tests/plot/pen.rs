//! `plot::pen` and `plot::play`: what the eye and the ear get.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;

use crate::*;

/// A line from left to right that presses harder and harder; at moment 5 the pen is lifted.
fn stroke(moments: usize) -> Tensor {
    let last = (moments - 1) as f32;
    let x: Vec<f32> = (0..moments).map(|t| t as f32 / last).collect();
    let press = |t: usize| if t == 5 { 0.0 } else { t as f32 / last };
    let pressure: Vec<f32> = (0..moments).map(press).collect();
    let all = [x.clone(), x.iter().map(|x| x * x).collect(), pressure].concat();
    Tensor::from_vec(all, (3, moments), &CPU).unwrap()
}

#[test]
fn a_trajectory_shows_place_pressure_and_speed() {
    let figure = plot::pen(&[("one", stroke(33)), ("two", stroke(33))]).unwrap();
    has_texts(&figure, &["one", "two"]);
    let svg = figure.svg().unwrap();
    let document = Document::parse(&svg).unwrap();
    // Two lines with eight pressures each, and the lifted pieces.
    assert_eq!(of_class(&document, "pen").len(), 2 * 9);
    let replays = of_class(&document, "replay");
    assert_eq!(replays.len(), 2);
    let values = |node: &Node, name: &str| -> Vec<f64> {
        let mut animations = node.children().filter(|n| n.has_tag_name("animate"));
        let found = animations.find(|n| n.attribute("attributeName") == Some(name));
        let values = found.unwrap().attribute("values").unwrap().to_string();
        values.split(';').map(|v| v.parse().unwrap()).collect()
    };
    let (across, down) = (values(&replays[0], "cx"), values(&replays[0], "cy"));
    assert_eq!((across.len(), down.len()), (33, 33));
    // To the right in equal steps, and upwards, which is a smaller y.
    let steps: Vec<f64> = across.windows(2).map(|pair| pair[1] - pair[0]).collect();
    assert!(
        steps.iter().all(|step| (step - steps[0]).abs() <= 1.0),
        "{steps:?}"
    );
    assert!(down[0] > down[32] && down[16] > down[32]);
    assert!(figure.blocks().contains("image/svg+xml"));
    let many: Vec<(&str, Tensor)> = (0..12).map(|_| ("one of twelve", stroke(128))).collect();
    assert!(plot::pen(&many).unwrap().blocks().len() <= LIMIT);
}

#[test]
fn what_is_no_trajectory_is_one_clear_line() {
    assert_eq!(
        error(plot::pen(&[])),
        "pen: expected 1 to 12 trajectories, got 0"
    );
    assert_eq!(
        error(plot::pen(&[("flat", tensor(&[[0f32, 1.], [1., 0.]]))])),
        "pen: flat: expected x, y and pressure at 2 to 1000 moments, (3, T), got [2, 2]"
    );
    let strange = tensor(&[[0f32, 1.], [1., f32::NAN], [1., 1.]]);
    assert!(error(plot::pen(&[("bad", strange)])).contains("bad holds a value that is not finite"));
}

fn tone(samples: usize) -> Tensor {
    let x: Vec<f32> = (0..samples)
        .map(|i| 0.25 * (0.3 * i as f32).sin())
        .collect();
    Tensor::new(x, &CPU).unwrap()
}

#[test]
fn a_sound_becomes_a_wav_file_in_the_page() {
    let player = plot::play(&[("low", tone(2000)), ("<two>", tone(1000))], 12_000.0).unwrap();
    let html = player.html().unwrap();
    assert_eq!(html.matches("<audio controls").count(), 2);
    assert!(html.contains("&lt;two&gt;") && !html.contains("http"));
    let data = html.split("audio/wav;base64,").nth(1).unwrap();
    let file = STANDARD.decode(data.split('"').next().unwrap()).unwrap();
    assert_eq!(file.len(), 44 + 2 * 2000);
    assert_eq!((&file[..4], &file[8..16]), (&b"RIFF"[..], &b"WAVEfmt "[..]));
    let whole = |at: usize| u32::from_le_bytes(file[at..at + 4].try_into().unwrap());
    assert_eq!(
        [whole(4), whole(24), whole(28), whole(40)],
        [4036, 12_000, 24_000, 4000]
    );
    let sample = |i: usize| i16::from_le_bytes([file[44 + 2 * i], file[45 + 2 * i]]);
    let loudest = (0..2000).map(sample).map(i16::unsigned_abs).max();
    assert_eq!((sample(0), loudest), (0, Some(32_767)));
    // As loud as the file can hold: the waves of 0.25 fill it.
    close(f64::from(sample(3)), 32_767.0 * 0.9f64.sin(), 300.0);
    let blocks = player.blocks();
    assert!(blocks.contains("text/html") && blocks.contains("image/png"));
    assert_eq!(format!("{player:?}"), "sounds: low, <two>");
}

#[test]
fn what_cannot_be_played_is_one_clear_line() {
    assert_eq!(error(plot::play(&[], 8000.0)), "play: there is no sound");
    assert_eq!(
        error(plot::play(&[("a", tone(10))], 100.0)),
        "play: the rate is 3000 to 96000 samples in a second, got 100"
    );
    assert_eq!(
        error(plot::play(&[("a", tensor(&[[0f32]]))], 8000.0)),
        "play: a: expected a sound (T), got [1, 1]"
    );
    assert!(error(plot::play(&[("a", tone(100_001))], 8000.0)).contains("at most 100000 samples"));
}
