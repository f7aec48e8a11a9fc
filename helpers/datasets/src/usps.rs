//! Zip codes, as the network of 1989 read them.

use candle_core::{DType, Result, bail};

use super::{Download, read_libsvm};
use networks::data::TensorDataset;

/// Digits from envelopes of the US Postal Service: 7,291 for training or 2,007 for the test; images
/// (N, 1, 16, 16), f32 from -1 (paper) to 1 (ink), and the digits 0 to 9 as targets (N), u32.
///
/// Downloads 6.6 or 1.8 MB to `usps/` in [`downloads_dir`](super::downloads_dir) the first time.
/// Y. LeCun et al., Backpropagation applied to handwritten zip code recognition, Neural Computation,
/// 1989; J. J. Hull, A database for handwritten text recognition research, 1994.
///
/// # Errors
/// Those of [`Download::get`] and [`read_libsvm`].
pub fn usps(train: bool) -> Result<TensorDataset> {
    let (file, checksum) = match train {
        true => ("usps.bz2", "ec16c51db3855ca6c91edd34d0e9b197"),
        false => ("usps.t.bz2", "8ea070ee2aca1ac39742fdd1ef5ed118"),
    };
    let site = "https://www.csie.ntu.edu.tw/~cjlin/libsvmtools/datasets/multiclass/";
    let download = Download::new(format!("usps/{file}"));
    let download = download.mirror(format!("{site}{file}")).checksum(checksum);
    let path = download.limit(20_000_000).get()?;
    let (inputs, labels) = read_libsvm(&path, 256)?;
    // Labels 1 to 10 mean the digits 0 to 9.
    let known = labels.to_vec1::<f32>()?;
    if known
        .iter()
        .any(|&l| !(1.0..=10.0).contains(&l) || l.fract() != 0.0)
    {
        bail!("{}: the labels must be 1 to 10", path.display());
    }
    let targets = (labels - 1.0)?.to_dtype(DType::U32)?;
    TensorDataset::new(inputs.reshape(((), 1, 16, 16))?, targets)
}
