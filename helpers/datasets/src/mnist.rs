//! MNIST and Fashion-MNIST: 28x28 pictures of ten classes.

use candle_core::{DType, Result, Tensor, bail};
use flate2::read::GzDecoder;

use super::idx::idx;
use super::{Download, read_idx};
use networks::data::TensorDataset;

/// Images and labels, for training and for the test.
const FILES: [[&str; 2]; 2] = [
    ["train-images-idx3-ubyte.gz", "train-labels-idx1-ubyte.gz"],
    ["t10k-images-idx3-ubyte.gz", "t10k-labels-idx1-ubyte.gz"],
];

/// The test files are part of the library: nothing to find, nothing to download.
const SHIPPED: [&[u8]; 2] = [
    include_bytes!("../../../datasets/t10k-images-idx3-ubyte.gz"),
    include_bytes!("../../../datasets/t10k-labels-idx1-ubyte.gz"),
];

/// MNIST's 10,000 test digits, which ship with the course: images (10000, 1, 28, 28), f32 from 0 (paper)
/// to 1 (ink), and the digits 0 to 9 as targets (10000), u32. They are on the CPU.
///
/// The same as [`mnist(false)`](mnist), without the download. Y. LeCun, C. Cortes and C. Burges, The MNIST
/// database of handwritten digits (CC BY-SA 3.0); the paper is that of [`mnist`].
///
/// ```
/// use helpers::prelude::*;
/// let digits = datasets::mnist_10k()?;
/// assert_eq!(digits.inputs().dims(), [10_000, 1, 28, 28]);
/// let first = digits.targets().narrow(0, 0, 5)?;
/// assert_eq!(first.to_vec1::<u32>()?, [7, 2, 1, 0, 4]);
/// # Ok::<(), helpers::Error>(())
/// ```
pub fn mnist_10k() -> Result<TensorDataset> {
    let [images, labels] = SHIPPED.map(|file| idx(GzDecoder::new(file), None));
    digits_of("mnist_10k", &images?, &labels?)
}

/// Handwritten digits: 60,000 for training or 10,000 for the test; images (N, 1, 28, 28), f32 from 0
/// (paper) to 1 (ink), and the digits 0 to 9 as targets (N), u32.
///
/// The 10,000 also ship with the course: [`mnist_10k`]. This one downloads 10 or 1.7 MB to `mnist/` in [`downloads_dir`](super::downloads_dir) the first time.
/// Y. LeCun, L. Bottou, Y. Bengio and P. Haffner, Gradient-based learning applied to document
/// recognition, Proceedings of the IEEE, 1998.
///
/// ```no_run
/// use helpers::prelude::*;
/// let (train, test) = (datasets::mnist(true)?, datasets::mnist(false)?);
/// assert_eq!(test.inputs().dims(), [10_000, 1, 28, 28]);
/// # Ok::<(), helpers::Error>(())
/// ```
///
/// # Errors
/// Those of [`Download::get`] and [`read_idx`].
pub fn mnist(train: bool) -> Result<TensorDataset> {
    let mirrors = [
        "https://ossci-datasets.s3.amazonaws.com/mnist/",
        "https://storage.googleapis.com/cvdf-datasets/mnist/",
        "http://yann.lecun.com/exdb/mnist/",
    ];
    // Images and labels, for training and for the test.
    let checksums = [
        [
            "f68b3c2dcbeaaa9fbdd348bbdeb94873",
            "d53e105ee54ea40749a09fcbcd1e9432",
        ],
        [
            "8d422c7b0a1c1c79245a5bcf07fe86e33eeafee792b84584aec276f5a2dbc4e6",
            "f7ae60f92e00ec6debd23a6088c31dbd2371eca3ffa0defaefb259924204aec6",
        ],
    ];
    load("mnist", train, &mirrors, &checksums)
}

/// Pictures of clothes, in everything else like [`mnist`], to `fashion_mnist/` (26 or 4.4 MB).
///
/// Classes 0 to 9: T-shirt, trouser, pullover, dress, coat, sandal, shirt, sneaker, bag, ankle boot.
/// H. Xiao, K. Rasul and R. Vollgraf, Fashion-MNIST, 2017.
///
/// # Errors
/// Those of [`Download::get`] and [`read_idx`].
pub fn fashion_mnist(train: bool) -> Result<TensorDataset> {
    let mirrors = ["http://fashion-mnist.s3-website.eu-central-1.amazonaws.com/"];
    let checksums = [
        [
            "8d4fb7e6c68d591d4c3dfef9ec88bf0d",
            "25c81989df183df01b3e8a0aad5dffbe",
        ],
        [
            "bef4ecab320f06d8554ea6380940ec79",
            "bb300cfdad3c16e7a12a480ee83cd310",
        ],
    ];
    load("fashion_mnist", train, &mirrors, &checksums)
}

fn load(
    set: &str,
    train: bool,
    mirrors: &[&str],
    checksums: &[[&str; 2]; 2],
) -> Result<TensorDataset> {
    let (files, checksums) = (FILES[usize::from(!train)], checksums[usize::from(!train)]);
    let fetch = |kind: usize| {
        let (file, checksum) = (files[kind], checksums[kind]);
        let download = Download::new(format!("{set}/{file}"));
        let download = download.checksum(checksum).limit(50_000_000);
        let addresses = mirrors.iter().map(|mirror| format!("{mirror}{file}"));
        read_idx(addresses.fold(download, Download::mirror).get()?)
    };
    digits_of(set, &fetch(0)?, &fetch(1)?)
}

/// The set of images (N, 28, 28), u8 from 0 to 255, and labels (N), u8.
fn digits_of(set: &str, images: &Tensor, labels: &Tensor) -> Result<TensorDataset> {
    // Files that were brought unpacked have no checksum.
    let highest = labels.flatten_all()?.max(0)?.to_scalar::<u8>()?;
    let (&[n, 28, 28], &[m]) = (images.dims(), labels.dims()) else {
        bail!("{set}: expected images (N, 28, 28) and labels (N), got {images:?} and {labels:?}");
    };
    if n != m || highest > 9 {
        bail!("{set}: {n} images and {m} labels up to {highest}; expected one each, up to 9");
    }
    let images = (images.to_dtype(DType::F32)? / 255.0)?.unsqueeze(1)?;
    TensorDataset::new(images, labels.to_dtype(DType::U32)?)
}
