#![allow(clippy::unwrap_used, clippy::expect_used, missing_docs)]

use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::Command;

use helpers::prelude::*;
use sha2::{Digest, Sha256};

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
    ] {
        let path = Path::new(env!("CARGO_MANIFEST_DIR"))
            .join("../datasets")
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
fn blobs_lie_around_their_centres() {
    manual_seed(1);
    let centres = [[-2.0, 1.0], [3.0, 0.0], [0.0, -5.0]];
    let count = 2000;
    let clouds = datasets::blobs(count, &centres, 0.5).unwrap();
    assert_eq!(clouds.inputs().dims(), [3 * count, 2]);
    assert_eq!(clouds.targets().dtype(), DType::U32);
    for (class, centre) in centres.iter().enumerate() {
        let cloud = clouds.keep_classes(&[class as u32]).unwrap();
        assert_eq!(cloud.len(), count);
        let points: Vec<Vec<f32>> = cloud.inputs().to_vec2().unwrap();
        for axis in 0..2 {
            let shift = |p: &Vec<f32>| f64::from(p[axis]) - centre[axis];
            let mean = points.iter().map(shift).sum::<f64>() / count as f64;
            let square = points.iter().map(|p| shift(p).powi(2)).sum::<f64>() / count as f64;
            assert!(mean.abs() < 0.05, "class {class}: off by {mean}");
            assert!(
                (square.sqrt() - 0.5).abs() < 0.04,
                "class {class}: {}",
                square.sqrt()
            );
        }
    }
    manual_seed(1);
    let again = datasets::blobs(count, &centres, 0.5).unwrap();
    let values = |set: &TensorDataset| set.inputs().to_vec2::<f32>().unwrap();
    assert_eq!(values(&again), values(&clouds));
}

#[test]
fn blobs_that_make_no_sense_are_errors() {
    let one = [[0.0, 0.0]];
    assert!(datasets::blobs(3, &one, 0.0).is_ok());
    for (count, centres, std, expected) in [
        (0, &one[..], 1.0, "got 0 points and 1 centres"),
        (3, &[], 1.0, "got 3 points and 0 centres"),
        (3, &[[0.0, f64::NAN]], 1.0, "the centres must be finite"),
        (3, &[[1e300, 0.0]], 1.0, "the centres must be finite"),
        (3, &one, -1.0, "std at least 0"),
        (3, &one, f64::NAN, "std at least 0"),
    ] {
        let error = datasets::blobs(count, centres, std)
            .unwrap_err()
            .to_string();
        assert!(error.contains(expected), "{error}");
    }
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

/// A file in a folder of its own.
fn file(content: impl AsRef<[u8]>) -> (tempfile::TempDir, PathBuf) {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("file");
    std::fs::write(&path, content).unwrap();
    (folder, path)
}

fn gzip(content: &[u8]) -> Vec<u8> {
    let mut gz = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::default());
    gz.write_all(content).unwrap();
    gz.finish().unwrap()
}

#[test]
fn idx_files_are_read_or_refused() {
    let good = [0, 0, 8, 2, 0, 0, 0, 2, 0, 0, 0, 3, 1, 2, 3, 4, 5, 6];
    for content in [good.to_vec(), gzip(&good)] {
        let (_folder, path) = file(content);
        let values = datasets::read_idx(path).unwrap().to_vec2::<u8>().unwrap();
        assert_eq!(values, [[1, 2, 3], [4, 5, 6]]);
    }
    let long = [&good[..], &[7]].concat();
    let huge = [0, 0, 8, 1, 255, 255, 255, 255];
    let damaged = "the header promises 6 values, shape [2, 3], but";
    for (content, reason) in [
        (good[..17].to_vec(), damaged),
        (long.clone(), damaged),
        (gzip(&good[..17]), damaged),
        (gzip(&long), damaged),
        (gzip(&good)[..25].to_vec(), ""),
        (b"".to_vec(), "the header cannot be read"),
        (good[..6].to_vec(), "the header cannot be read"),
        (b"1,2,3".to_vec(), "not an IDX file"),
        (vec![0, 0, 8, 0], "not an IDX file"),
        (vec![0, 0, 13, 1, 0, 0, 0, 1, 0, 0, 0, 0], "type 13"),
        (vec![0, 0, 8, 1, 0, 0, 0, 0], "there is no value"),
        (huge.to_vec(), "too large"),
        (gzip(&huge), "too large"),
    ] {
        let (_folder, path) = file(content);
        let error = datasets::read_idx(&path).unwrap_err().to_string();
        assert!(error.contains(reason) && error.contains("file"), "{error}");
    }
    let error = datasets::read_idx("no/such/file").unwrap_err().to_string();
    assert!(error.contains("no/such/file cannot be read: "), "{error}");
}

#[test]
fn csv_files_are_read_or_refused() {
    let expected = [[1.0, -2.5], [300.0, 0.0]];
    for content in ["1,-2.5\n3e2,0", "x,y\r\n1, -2.5\r\n\r\n300,0\r\n"] {
        for content in [content.as_bytes().to_vec(), gzip(content.as_bytes())] {
            let (_folder, path) = file(content);
            let table = datasets::read_csv(path).unwrap();
            assert_eq!(table.to_vec2::<f32>().unwrap(), expected);
        }
    }
    for (content, reason) in [
        ("", "there is no line of numbers"),
        ("x,y\n", "there is no line of numbers"),
        ("1,2\n3\n", "line 2: 1 columns, the lines before have 2"),
        ("1,2\n3,\n", "line 2: expected a finite number, got \"\""),
        (
            "1,2\n\n3,nan\n",
            "line 3: expected a finite number, got \"nan\"",
        ),
        ("1,2\n3,1e99\n", "line 2: expected a finite number"),
    ] {
        let (_folder, path) = file(content);
        let error = datasets::read_csv(path).unwrap_err().to_string();
        assert!(error.contains(reason), "{error}");
    }
    let (_folder, path) = file([b'1', 0xff]);
    assert!(
        datasets::read_csv(path)
            .unwrap_err()
            .to_string()
            .contains("line 1 is not text")
    );
    let (_folder, path) = file(vec![b'1'; 3 << 20]);
    assert!(
        datasets::read_csv(path)
            .unwrap_err()
            .to_string()
            .contains("line 1 is longer")
    );
}

#[test]
fn libsvm_files_are_read_or_refused() {
    let (_folder, path) = file("3 1:0.5 3:-1\n-1\n");
    let (x, labels) = datasets::read_libsvm(path, 3).unwrap();
    assert_eq!(x.to_vec2::<f32>().unwrap(), [[0.5, 0.0, -1.0], [0.0; 3]]);
    assert_eq!(labels.to_vec1::<f32>().unwrap(), [3.0, -1.0]);
    for (content, reason) in [
        ("", "there is no line"),
        ("a 1:1", "line 1: expected a finite number, got \"a\""),
        ("1 1", "expected feature:value, got \"1\""),
        ("1 1:x", "expected a finite number, got \"x\""),
        ("1 0:1", "feature \"0\" must be from 1 to 3"),
        ("1 4:1", "feature \"4\" must be from 1 to 3"),
        ("1 2:1 2:1", "feature \"2\" must be from 3 to 3"),
    ] {
        let (_folder, path) = file(content);
        let error = datasets::read_libsvm(path, 3).unwrap_err().to_string();
        assert!(error.contains(reason), "{error}");
    }
}

#[test]
fn image_folders_have_their_classes_sorted() {
    let folder = tempfile::tempdir().unwrap();
    let path = |name: &str| folder.path().join(name);
    for class in ["dog", "cat/young", ".hidden"] {
        std::fs::create_dir_all(path(class)).unwrap();
    }
    let picture = image::RgbImage::from_fn(3, 2, |x, y| image::Rgb([255, x as u8, y as u8]));
    for name in ["dog/b.png", "dog/a.PNG", "cat/young/c.png", "cat/d.jpeg"] {
        picture.save(path(name)).unwrap();
    }
    std::fs::write(path("dog/notes.txt"), "no picture").unwrap();
    let set = datasets::ImageFolder::new(folder.path()).unwrap();
    assert_eq!(set.classes(), ["cat", "dog"]);
    assert_eq!(set.targets(), [0, 0, 1, 1]);
    let (x, target) = set.get(3).unwrap();
    assert_eq!(target.to_scalar::<u32>().unwrap(), 1);
    let expected = (0..2).map(|y| [0, 1, 2].map(|x| [1.0, x as f32 / 255.0, y as f32 / 255.0]));
    let expected: Vec<[[f32; 3]; 3]> = expected.collect();
    let pixels = x.permute((1, 2, 0)).unwrap();
    assert_eq!(pixels.to_vec3::<f32>().unwrap(), expected);
    assert!(
        set.get(4)
            .unwrap_err()
            .to_string()
            .contains("there is no item 4")
    );

    // A picture that is cut off, and one that is none.
    let whole = std::fs::read(path("dog/b.png")).unwrap();
    std::fs::write(path("dog/b.png"), &whole[..whole.len() / 2]).unwrap();
    std::fs::write(path("cat/d.jpeg"), "no picture").unwrap();
    let error = set.get(3).unwrap_err().to_string();
    assert!(
        error.contains("b.png cannot be read as a picture"),
        "{error}"
    );
    let good = set.skip_corrupt();
    assert_eq!((good.len(), good.targets()), (2, vec![0, 1]));
    assert_eq!(good.skipped(), [path("cat/d.jpeg"), path("dog/b.png")]);

    std::fs::create_dir(path("fish")).unwrap();
    let error = datasets::ImageFolder::new(folder.path())
        .unwrap_err()
        .to_string();
    assert!(
        error.contains("fish has no .jpg, .jpeg or .png picture"),
        "{error}"
    );
    let error = datasets::ImageFolder::new(path("fish"))
        .unwrap_err()
        .to_string();
    assert!(
        error.contains("must have a folder for each class"),
        "{error}"
    );
    assert!(datasets::ImageFolder::new(path("none")).is_err());
}

/// The 10,000 real images, where `DATASETS_DIR` has them; nothing is downloaded for a test.
#[test]
fn mnist_is_the_real_one() {
    if !datasets::downloads_dir()
        .join("mnist/t10k-images-idx3-ubyte.gz")
        .is_file()
    {
        return println!("skipped: MNIST is not there");
    }
    let test = datasets::mnist(false).unwrap();
    assert_eq!(test.inputs().dims(), [10_000, 1, 28, 28]);
    let targets = test.targets().to_vec1::<u32>().unwrap();
    assert_eq!(targets[..10], [7, 2, 1, 0, 4, 1, 4, 9, 5, 9]);
    let counts =
        [0, 1, 2, 3, 4, 5, 6, 7, 8, 9].map(|d| targets.iter().filter(|t| **t == d).count());
    assert_eq!(
        counts,
        [980, 1135, 1032, 1010, 982, 892, 958, 1028, 974, 1009]
    );
    let mean = test
        .inputs()
        .to_dtype(DType::F64)
        .unwrap()
        .mean_all()
        .unwrap();
    // The published mean of the test images.
    assert!((mean.to_scalar::<f64>().unwrap() - 0.1325).abs() < 1e-4);
}

#[test]
#[ignore = "runs in a process that another test starts"]
fn child_loads() {
    let usps = datasets::usps(false).unwrap();
    assert_eq!(usps.inputs().dims(), [2, 1, 16, 16]);
    assert_eq!(
        usps.inputs()
            .i((1, 0, 0, 0..2))
            .unwrap()
            .to_vec1::<f32>()
            .unwrap(),
        [-1.0, 0.5]
    );
    assert_eq!(usps.targets().to_vec1::<u32>().unwrap(), [9, 0]);
    let fashion = datasets::fashion_mnist(true).unwrap();
    assert_eq!(fashion.inputs().dims(), [2, 1, 28, 28]);
    assert_eq!(
        fashion
            .inputs()
            .max_all()
            .unwrap()
            .to_scalar::<f32>()
            .unwrap(),
        1.0
    );
    assert_eq!(fashion.targets().to_vec1::<u32>().unwrap(), [9, 3]);
    let error = datasets::mnist(true).unwrap_err().to_string();
    assert!(error.contains("2 images and 3 labels"), "{error}");
    let photos = datasets::hymenoptera(false).unwrap();
    assert_eq!(
        (photos.classes(), photos.len()),
        (&["ants".into(), "bees".into()][..], 2)
    );
    let error = datasets::weights("resnet18").unwrap_err().to_string();
    assert!(
        error.contains("its SHA-256 is") && error.contains("expected f37072fd"),
        "{error}"
    );
    let error = datasets::weights("resnet19").unwrap_err().to_string();
    assert!(error.contains("there are resnet18, resnet34"), "{error}");
    println!("all loaded");
}

#[test]
fn sets_brought_by_hand_are_loaded_without_the_network() {
    let folder = tempfile::tempdir().unwrap();
    let put = |name: &str, content: &[u8]| {
        let path = folder.path().join(name);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, content).unwrap();
    };
    put("usps/usps.t", b"10 1:1\n1 1:-1 2:0.5\n");
    let images = [
        &[0, 0, 8, 3, 0, 0, 0, 2, 0, 0, 0, 28, 0, 0, 0, 28][..],
        &[255; 2 * 784],
    ]
    .concat();
    for (set, labels) in [("fashion_mnist", &[9u8, 3][..]), ("mnist", &[1, 2, 3])] {
        put(&format!("{set}/train-images-idx3-ubyte"), &images);
        let labels = [&[0, 0, 8, 1, 0, 0, 0, labels.len() as u8], labels].concat();
        put(&format!("{set}/train-labels-idx1-ubyte"), &labels);
    }
    for class in ["ants", "bees"] {
        put(
            &format!("hymenoptera/hymenoptera_data/val/{class}/1.jpg"),
            b"",
        );
    }
    put("weights/resnet18-f37072fd.pth", b"not this one");
    let mut child = Command::new(std::env::current_exe().unwrap());
    child.args(["child_loads", "--exact", "--ignored", "--nocapture"]);
    let child = child
        .env("DATASETS_DIR", folder.path())
        .env("HELPERS_OFFLINE", "1");
    let output = child.output().unwrap();
    let said = String::from_utf8_lossy(&output.stdout);
    assert!(
        said.contains("all loaded"),
        "{said}\n{}",
        String::from_utf8_lossy(&output.stderr)
    );
}

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
