//! What is drawn at random.

use super::*;

#[test]
fn the_seed_fixes_what_is_drawn() {
    let x = ramp(9, 9, false);
    for (name, transform) in every_transform() {
        let twice = || {
            let apply = || values(&transform.apply(&x).unwrap());
            [apply(), apply(), apply(), apply()]
        };
        manual_seed(1);
        let expected = twice();
        manual_seed(1);
        assert_eq!(twice(), expected, "{name}");
        let fixed = ["Normalize", "Resize", "CenterCrop", "RandomVerticalFlip"];
        let changes = expected.iter().any(|v| *v != expected[0]);
        assert_eq!(changes, !fixed.contains(&name), "{name}");
    }
}

#[test]
fn flips_come_as_often_as_asked() {
    manual_seed(1);
    for (p, least, most) in [(0.0, 0, 0), (1.0, 1000, 1000), (0.3, 240, 360)] {
        for down in [false, true] {
            let x = ramp(3, 3, down);
            let flip: Box<dyn Transform> = match down {
                false => Box::new(RandomHorizontalFlip::new(p).unwrap()),
                true => Box::new(RandomVerticalFlip::new(p).unwrap()),
            };
            let same = values(&x);
            let mirrored: Vec<f32> = same.iter().rev().copied().collect();
            let mut count = 0;
            for _ in 0..1000 {
                let y = values(&flip.apply(&x).unwrap());
                // A ramp turned around in one direction is the ramp read backwards.
                assert!(y == same || y == mirrored);
                count += usize::from(y == mirrored);
            }
            assert!((least..=most).contains(&count), "{count} of 1000");
        }
    }
}

#[test]
fn a_random_part_is_anywhere_and_zero_beyond_the_image() {
    manual_seed(1);
    let x = Tensor::arange(1f32, 21., &Device::Cpu).unwrap();
    let x = x.reshape((1, 4, 5)).unwrap();
    let crop = RandomCrop::new(3, 3).unwrap().padding(1).unwrap();
    let mut counts = [[0; 5]; 4];
    for _ in 0..2000 {
        let y = values(&crop.apply(&x).unwrap());
        // The pixel in the middle is always inside, and says where the part is.
        let middle = y[4] as usize - 1;
        let (row, column) = (middle / 5, middle % 5);
        counts[row][column] += 1;
        for (i, value) in y.iter().enumerate() {
            let (r, c) = (
                (row + i / 3).wrapping_sub(1),
                (column + i % 3).wrapping_sub(1),
            );
            let expected = if r < 4 && c < 5 {
                (r * 5 + c + 1) as f32
            } else {
                0.0
            };
            assert_eq!(*value, expected);
        }
    }
    // 100 expected in each of 20 places.
    let all: Vec<i32> = counts.concat();
    assert!(
        all.iter().all(|count| (60..150).contains(count)),
        "{counts:?}"
    );
}

#[test]
fn a_resized_part_has_the_size_and_proportions_asked_for() {
    manual_seed(1);
    let (h, w) = (60, 80);
    let crop = RandomResizedCrop::new(30, 30)
        .unwrap()
        .scale(0.2, 0.6)
        .unwrap();
    // The slopes of a ramp to the right and of one down tell the part's sides.
    let ramps = Tensor::cat(&[ramp(h, w, false), ramp(h, w, true)], 0).unwrap();
    let (mut areas, mut wide) = (Vec::new(), 0);
    for _ in 0..300 {
        let y = values(&crop.apply(&ramps).unwrap());
        let slope = |from: usize, to: usize| f64::from(y[to] - y[from]) / 10.0 * 30.0;
        let row = 15 * 30;
        let width = slope(row + 10, row + 20) * w as f64;
        let height = slope(900 + 10 * 30, 900 + 20 * 30) * h as f64;
        let (share, ratio) = (width * height / (h * w) as f64, width / height);
        assert!((0.18..0.63).contains(&share), "{share}");
        assert!((0.72..1.40).contains(&ratio), "{ratio}");
        areas.push(share);
        wide += usize::from(ratio > 1.0);
    }
    let mean = areas.iter().sum::<f64>() / 300.0;
    assert!((0.36..0.44).contains(&mean), "mean share {mean}");
    assert!((110..190).contains(&wide), "{wide} of 300 are wide");

    // Where no part fits, the middle in allowed proportions is taken.
    let strip = ramp(8, 80, false);
    let all = RandomResizedCrop::new(8, 11)
        .unwrap()
        .scale(1.0, 1.0)
        .unwrap();
    let middle = CenterCrop::new(8, 11).unwrap().apply(&strip).unwrap();
    let part = values(&all.apply(&strip).unwrap());
    assert!((part[0] - values(&middle)[0]).abs() <= 1.0 / 80.0);
    // All of a square is the square resized, as its proportions are drawn from 3:4 to 4:3.
    let square = ramp(16, 16, false);
    let all = RandomResizedCrop::new(5, 5)
        .unwrap()
        .scale(1.0, 1.0)
        .unwrap();
    let resized = values(&Resize::new(5, 5).unwrap().apply(&square).unwrap());
    assert_eq!(values(&all.apply(&square).unwrap()), resized);
}

#[test]
fn random_turns_and_moves_keep_to_their_ranges() {
    manual_seed(1);
    // One bright pixel right of the middle shows where everything went.
    let (side, out) = (41, 10);
    let mut data = vec![0f32; side * side];
    data[20 * side + 20 + out] = 1.0;
    let x = Tensor::from_vec(data, (1, side, side), &Device::Cpu).unwrap();
    let place = |transform: &dyn Transform| {
        let y = values(&transform.apply(&x).unwrap());
        let sum = y.iter().sum::<f32>();
        let mean = |at: &dyn Fn(usize) -> usize| {
            let moment = y.iter().enumerate().map(|(i, v)| v * at(i) as f32);
            f64::from(moment.sum::<f32>() / sum) - 20.0
        };
        (mean(&|i| i / side), mean(&|i| i % side)) // rows down, columns right of the middle
    };
    let rotation = RandomRotation::new(30.0).unwrap();
    let affine = RandomAffine::new(0.0).unwrap().translate(0.1, 0.2).unwrap();
    let scaled = RandomAffine::new(0.0).unwrap().scale(0.5, 1.5).unwrap();
    let (mut angles, mut rights, mut downs, mut scales) = (vec![], vec![], vec![], vec![]);
    for _ in 0..300 {
        let (down, right) = place(&rotation);
        assert!((down.hypot(right) - out as f64).abs() < 0.3);
        angles.push((-down).atan2(right).to_degrees());
        let (down, right) = place(&affine);
        rights.push(right - out as f64);
        downs.push(down);
        assert!(
            rights
                .iter()
                .chain(&downs)
                .all(|v| (v - v.round()).abs() < 1e-3)
        );
        scales.push(place(&scaled).1 / out as f64);
    }
    for (drawn, low, high) in [
        (angles, -30.0, 30.0),
        (rights, -4.0, 4.0),
        (downs, -8.0, 8.0),
        (scales, 0.5, 1.5),
    ] {
        let tenth = (high - low) / 10.0;
        let least = drawn.iter().copied().fold(f64::INFINITY, f64::min);
        let most = drawn.iter().copied().fold(f64::NEG_INFINITY, f64::max);
        let mean = drawn.iter().sum::<f64>() / 300.0;
        let slack = 0.03 * (high - low);
        assert!(
            least >= low - slack && least < low + tenth,
            "{least} for {low}"
        );
        assert!(
            most <= high + slack && most > high - tenth,
            "{most} for {high}"
        );
        assert!(
            (mean - (low + high) / 2.0).abs() < tenth,
            "{mean} for {low} to {high}"
        );
    }
}

#[test]
fn nothing_changes_where_nothing_is_asked() {
    let x = ramp(7, 10, false);
    let still: [Box<dyn Transform>; 7] = [
        Box::new(RandomRotation::new(0.0).unwrap()),
        Box::new(RandomAffine::new(0.0).unwrap()),
        Box::new(ElasticTransform::new(0.0, 2.0).unwrap()),
        Box::new(GaussianNoise::new(0.0).unwrap()),
        Box::new(RandomCrop::new(7, 10).unwrap()),
        Box::new(Resize::new(7, 10).unwrap()),
        Box::new(Compose::new()),
    ];
    let x = (x / 2.0).unwrap();
    for (i, transform) in still.iter().enumerate() {
        let y = transform.apply(&x).unwrap();
        let off = (y - &x).unwrap().abs().unwrap().flatten_all().unwrap();
        assert!(
            off.max(0).unwrap().to_scalar::<f32>().unwrap() < 1e-6,
            "{i}"
        );
    }
}

#[test]
fn noise_has_its_spread_and_stays_between_0_and_1() {
    manual_seed(1);
    let grey = Tensor::full(0.5f32, (1, 100, 100), &Device::Cpu).unwrap();
    let noisy = values(&GaussianNoise::new(0.1).unwrap().apply(&grey).unwrap());
    let mean = noisy.iter().sum::<f32>() / 1e4;
    let std = (noisy.iter().map(|v| (v - mean).powi(2)).sum::<f32>() / 1e4).sqrt();
    assert!(
        (mean - 0.5).abs() < 0.005 && (std - 0.1).abs() < 0.005,
        "{mean} {std}"
    );
    let loud = values(&GaussianNoise::new(10.0).unwrap().apply(&grey).unwrap());
    assert!(loud.iter().all(|v| (0.0..=1.0).contains(v)));
}
