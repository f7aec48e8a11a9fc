//! The digits, of two sets, and the photograph that come with the project.

use super::*;

#[test]
fn the_shipped_files_are_the_published_ones() {
    for (file, published) in [
        (
            "digits.csv.gz",
            "09f66e6debdee2cd2b5ae59e0d6abbb73fc2b0e0185d2e1957e9ebb51e23aa22",
        ),
        (
            "chelsea.png",
            "596aa1e7cb875eb79f437e310381d26b338a81c2da23439704a73c4651e8c4bb",
        ),
        (
            "t10k-images-idx3-ubyte.gz",
            "8d422c7b0a1c1c79245a5bcf07fe86e33eeafee792b84584aec276f5a2dbc4e6",
        ),
        (
            "t10k-labels-idx1-ubyte.gz",
            "f7ae60f92e00ec6debd23a6088c31dbd2371eca3ffa0defaefb259924204aec6",
        ),
        (
            "sky_photos/camera.png",
            "b0793d2adda0fa6ae899c03989482bff9a42d3d5690fc7e3648f2795d730c23a",
        ),
        (
            "sky_photos/camera_mask.png",
            "4ee9f05377ec4f740898b4db22a7d023cc379688f2e0c59893f291400a421db2",
        ),
        (
            "sky_photos/rocket.jpg",
            "c2dd0de7c538df8d111e479619b129464d0269d0ae5fd18ca91d33a7fdfea95c",
        ),
        (
            "sky_photos/rocket_mask.png",
            "d3537993c3200d431508fd05972156b100f99311c69084372dc46a84e1a8470b",
        ),
    ] {
        let path = Path::new(env!("CARGO_MANIFEST_DIR"))
            .join("../../datasets")
            .join(file);
        let digest = Sha256::digest(std::fs::read(path).unwrap());
        let hex: String = digest.iter().map(|byte| format!("{byte:02x}")).collect();
        assert_eq!(hex, published);
    }
}

#[test]
fn the_cat_is_in_colour_and_upright() {
    let cat = datasets::cat().unwrap();
    assert_eq!(cat.dims(), [3, 300, 451]);
    // As Python's Pillow reads them: (row, column) and red, green, blue.
    for (row, column, rgb) in CAT_PIXELS {
        let pixel = cat.i((.., row, column)).unwrap().to_vec1::<f32>().unwrap();
        assert_eq!(pixel, rgb.map(|value| value as f32 / 255.0));
    }
}

const CAT_PIXELS: [(usize, usize, [u8; 3]); 3] = [
    (0, 0, [143, 120, 104]),
    (150, 200, [125, 64, 35]),
    (299, 450, [162, 138, 128]),
];

#[test]
fn digits_are_all_there_with_their_labels() {
    let digits = datasets::digits().unwrap();
    assert_eq!(digits.inputs().dims(), [1797, 1, 8, 8]);
    assert_eq!(digits.inputs().dtype(), DType::F32);
    let targets: Vec<u32> = digits.targets().to_vec1().unwrap();
    let mut counts = [0; 10];
    for target in targets {
        counts[target as usize] += 1;
    }
    assert_eq!(counts, [178, 182, 177, 183, 181, 182, 181, 179, 174, 180]);
    let pixels: Vec<f32> = digits.inputs().flatten_all().unwrap().to_vec1().unwrap();
    assert_eq!(pixels.iter().copied().fold(f32::MAX, f32::min), 0.0);
    assert_eq!(pixels.iter().copied().fold(f32::MIN, f32::max), 1.0);
}

#[test]
fn the_first_digits_are_the_known_ones() {
    let digits = datasets::digits().unwrap();
    let (image, target) = digits.get(0).unwrap();
    assert_eq!(target.to_scalar::<u32>().unwrap(), 0);
    // As scikit-learn's documentation prints load_digits().images[0].
    let expected = [
        [0f32, 0., 5., 13., 9., 1., 0., 0.],
        [0., 0., 13., 15., 10., 15., 5., 0.],
        [0., 3., 15., 2., 0., 11., 8., 0.],
        [0., 4., 12., 0., 0., 8., 8., 0.],
        [0., 5., 8., 0., 0., 9., 8., 0.],
        [0., 4., 11., 0., 1., 12., 7., 0.],
        [0., 2., 14., 5., 10., 12., 0., 0.],
        [0., 0., 6., 13., 10., 0., 0., 0.],
    ];
    let image = (image.squeeze(0).unwrap() * 16.0).unwrap();
    assert_eq!(image.to_vec2::<f32>().unwrap(), expected);
    let (_, targets) = digits.batch(&[0, 1, 2, 9, 10, 1796]).unwrap();
    assert_eq!(targets.to_vec1::<u32>().unwrap(), [0, 1, 2, 9, 0, 8]);
}

#[test]
fn two_digits_make_a_problem_with_two_classes() {
    let pair = datasets::digits().unwrap().keep_classes(&[8, 3]).unwrap();
    let targets: Vec<u32> = pair.targets().to_vec1().unwrap();
    assert_eq!(targets.iter().filter(|&&t| t == 0).count(), 174);
    assert_eq!(targets.iter().filter(|&&t| t == 1).count(), 183);
    let there = pair.to_device(&best_device()).unwrap();
    assert_eq!(there.inputs().dims(), [357, 1, 8, 8]);
}

#[test]
fn resized_digits_are_pytorchs_bilinear_ones() {
    let digits = datasets::digits_resized(16).unwrap();
    assert_eq!(digits.inputs().dims(), [1797, 1, 16, 16]);
    assert_eq!(digits.targets().dims(), [1797]);
    // F.interpolate(digits, size=16, mode="bilinear")[0, 0, 5], times 16.
    let row = (digits.inputs().i((0, 0, 5)).unwrap() * 16.0).unwrap();
    assert_eq!(
        row.to_vec1::<f32>().unwrap(),
        [
            0.0, 0.8125, 2.4375, 6.0, 11.5, 11.0625, 4.6875, 1.125, 0.375, 2.5625, 7.6875, 9.6875,
            8.5625, 6.0, 2.0, 0.0
        ]
    );
    assert!(datasets::digits_resized(0).is_err());
}

#[test]
fn mnists_ten_thousand_are_all_there_with_their_labels() {
    let digits = datasets::mnist_10k().unwrap();
    assert_eq!(digits.inputs().dims(), [10_000, 1, 28, 28]);
    assert_eq!(digits.inputs().dtype(), DType::F32);
    let targets: Vec<u32> = digits.targets().to_vec1().unwrap();
    assert_eq!(targets[..10], [7, 2, 1, 0, 4, 1, 4, 9, 5, 9]);
    assert_eq!(targets[9_997..], [4, 5, 6]);
    let mut counts = [0; 10];
    for target in targets {
        counts[target as usize] += 1;
    }
    assert_eq!(
        counts,
        [980, 1135, 1032, 1010, 982, 892, 958, 1028, 974, 1009]
    );
    // Row 7 of the first image and row 14 of the last, as Python's gzip reads the files.
    for (image, row, pixels) in MNIST_ROWS {
        let got = (digits.inputs().i((image, 0, row)).unwrap() * 255.0).unwrap();
        for (got, right) in got.to_vec1::<f32>().unwrap().into_iter().zip(pixels) {
            assert!((got - f32::from(right)).abs() < 1e-3, "{got} for {right}");
        }
    }
    let mean = digits.inputs().to_dtype(DType::F64).unwrap().mean_all();
    // The published mean of the test images.
    assert!((mean.unwrap().to_scalar::<f64>().unwrap() - 0.1325).abs() < 1e-4);
}

const MNIST_ROWS: [(usize, usize, [u8; 28]); 2] = [
    (
        0,
        7,
        [
            0, 0, 0, 0, 0, 0, 84, 185, 159, 151, 60, 36, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0,
            0, 0,
        ],
    ),
    (
        9_999,
        14,
        [
            0, 0, 0, 0, 0, 0, 33, 217, 253, 253, 132, 64, 0, 0, 18, 43, 157, 171, 253, 253, 253,
            253, 253, 160, 2, 0, 0, 0,
        ],
    ),
];
