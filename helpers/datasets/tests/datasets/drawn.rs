//! Sets that are drawn by lot: sounds, signatures, skies.

use super::*;

#[test]
fn what_is_drawn_is_the_same_for_the_same_seed() {
    let draw = || {
        manual_seed(3);
        let sounds = [
            datasets::vowels(12).unwrap(),
            datasets::consonants(12).unwrap(),
        ];
        let signatures = datasets::signatures(2, 3).unwrap();
        let [vowels, consonants] = sounds;
        [
            datasets::xor(6, 0.1).unwrap(),
            datasets::moons(6, 0.1).unwrap(),
            datasets::circles(6, 0.1).unwrap(),
            datasets::spirals(6, 3, 0.1).unwrap(),
            vowels.waves,
            vowels.spectrograms,
            consonants.waves,
            consonants.spectrograms,
            signatures.pairs().unwrap(),
            datasets::skies(2, 16).unwrap(),
            datasets::moving_squares(4).unwrap(),
        ]
    };
    let values = |x: &Tensor| -> Vec<f32> {
        let x = x.to_dtype(DType::F32).unwrap();
        x.flatten_all().unwrap().to_vec1().unwrap()
    };
    for (set, again) in draw().iter().zip(&draw()) {
        let inputs = values(set.inputs());
        assert_eq!(inputs, values(again.inputs()));
        assert_eq!(values(set.targets()), values(again.targets()));
        assert!(
            inputs.iter().all(|x| x.is_finite() && x.abs() < 4.0),
            "{set:?}"
        );
    }
}

#[test]
fn sets_that_make_no_sense_are_errors() {
    let many = usize::MAX;
    for result in [
        datasets::xor(0, 0.1).err(),
        datasets::moons(5, -0.1).err(),
        datasets::circles(5, f64::NAN).err(),
        datasets::spirals(5, 0, 0.1).err(),
        datasets::spirals(many, many, 0.1).err(),
        datasets::vowels(0).err(),
        datasets::consonants(many).err(),
        datasets::signatures(0, 5).err(),
        datasets::signatures(5, 1).err(),
        datasets::signatures(5, many).err(),
        datasets::skies(0, 64).err(),
        datasets::skies(1, 15).err(),
        datasets::skies(1, many).err(),
        datasets::moving_squares(0).err(),
        datasets::moving_squares(many).err(),
    ] {
        result.expect("refused");
    }
}

#[test]
fn vowels_have_their_formants() {
    manual_seed(1);
    let sounds = datasets::vowels(300).unwrap().spectrograms;
    let mean = sounds
        .inputs()
        .reshape((30, 10, 16, 15))
        .unwrap()
        .mean(3)
        .unwrap()
        .mean(0)
        .unwrap();
    let bands = mean.to_vec2::<f32>().unwrap();
    // "heed" has its second formant above 2,200 Hz and little around 1,000 Hz; "hod" the reverse.
    let band = |hz: f64| (2595.0 * (1.0 + hz / 700.0f64).log10() / 149.7 - 1.0).round() as usize;
    let (heed, hod) = (&bands[0], &bands[4]);
    assert!(heed[band(2600.0)] > heed[band(1150.0)] + 0.3, "{heed:?}");
    assert!(hod[band(1150.0)] > hod[band(2100.0)] + 0.3, "{hod:?}");
}

#[test]
fn signatures_of_a_writer_are_alike_and_pairs_are_balanced() {
    manual_seed(1);
    let set = datasets::signatures(3, 4).unwrap();
    assert_eq!(set.strokes.dims(), [24, 3, 128]);
    assert_eq!(set.writers.to_vec1::<u32>().unwrap()[7..9], [0, 1]);
    assert_eq!(
        set.genuine.to_vec1::<u32>().unwrap()[..8],
        [1, 1, 1, 1, 0, 0, 0, 0]
    );
    let pressure = set.strokes.i((.., 2)).unwrap();
    assert_eq!(pressure.min_all().unwrap().to_scalar::<f32>().unwrap(), 0.0);
    assert!(pressure.max_all().unwrap().to_scalar::<f32>().unwrap() <= 1.0);
    let pairs = set.pairs().unwrap();
    assert_eq!(pairs.inputs().dims(), [36, 2, 3, 128]);
    let same = pairs.targets().to_vec1::<u32>().unwrap();
    assert_eq!(same.iter().sum::<u32>(), 18);
    // The first pair: signatures 0 and 1 of the first writer; the second: 0 and a forgery.
    for (pair, other) in [(0, 1), (1, 5)] {
        let (a, b) = (
            pairs.inputs().i((pair, 0)).unwrap(),
            pairs.inputs().i((pair, 1)).unwrap(),
        );
        let expected = [0, other].map(|i| set.strokes.i(i).unwrap().to_vec2::<f32>().unwrap());
        assert_eq!([a, b].map(|t| t.to_vec2::<f32>().unwrap()), expected);
    }
}

#[test]
fn skies_hold_all_three_classes() {
    manual_seed(1);
    let scenes = datasets::skies(20, 32).unwrap();
    let classes: Vec<u32> = scenes.targets().flatten_all().unwrap().to_vec1().unwrap();
    for class in 0..3 {
        let share = classes.iter().filter(|&&c| c == class).count() as f64 / classes.len() as f64;
        assert!(share > 0.15, "class {class}: {share}");
    }
    let pixels = scenes.inputs().flatten_all().unwrap();
    assert!(pixels.min(0).unwrap().to_scalar::<f32>().unwrap() >= 0.0);
    assert!(pixels.max(0).unwrap().to_scalar::<f32>().unwrap() <= 1.0);
}
