//! Sets that somebody downloaded before.

use super::files::wav;
use super::*;

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
    let words = datasets::spoken_digits(true).unwrap();
    assert_eq!(words.waves.inputs().dims(), [2, 1, 8000]);
    assert_eq!(words.spectrograms.inputs().dims(), [2, 16, 98]);
    assert_eq!(words.waves.targets().to_vec1::<u32>().unwrap(), [3, 7]);
    let sample = |n: usize, t: usize| words.waves.inputs().i((n, 0, t)).unwrap();
    let sample = |n, t| sample(n, t).to_scalar::<f32>().unwrap();
    // Cut off after a second, filled up with silence.
    assert_eq!(
        [sample(0, 7999), sample(1, 99), sample(1, 100)],
        [0.5, 0.5, 0.0]
    );
    let test = datasets::spoken_digits(false).unwrap();
    assert_eq!(test.waves.targets().to_vec1::<u32>().unwrap(), [7]);
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
    for (name, samples) in [("3_ada_5", 9000), ("7_ada_49", 100), ("7_ada_4", 100)] {
        let sound = wav(8000, 1, &vec![16_384; samples]);
        put(&format!("spoken_digits/recordings/{name}.wav"), &sound);
    }
    put("weights/resnet18-f37072fd.pth", b"not this one");
    let mut child = Command::new(std::env::current_exe().unwrap());
    child.args([
        "brought_by_hand::child_loads",
        "--exact",
        "--ignored",
        "--nocapture",
    ]);
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
