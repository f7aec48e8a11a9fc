//! Data sets by name: real ones that ship with the course, synthetic ones drawn on the spot, and
//! larger ones that are downloaded when asked for, never before.
//!
//! Downloads go to [`downloads_dir`], one folder per set; a file that is there is used without the
//! network, however it came. Nothing is downloaded where `HELPERS_OFFLINE=1` is set.

mod cat;
mod checksum;
mod csv;
mod digits;
mod download;
mod idx;
mod image_folder;
mod libsvm;
mod mnist;
mod number;
mod open;
mod phonemes;
mod picture;
mod plane;
mod signatures;
mod skies;
mod speech;
mod squares;
mod transfer;
mod unpack;
mod usps;
mod weights;

pub use cat::cat;
pub use csv::{Csv, Table, read_csv};
pub use digits::{digits, digits_resized};
pub use download::{Download, downloads_dir};
pub use idx::read_idx;
pub use image_folder::{ImageFolder, hymenoptera};
pub use libsvm::read_libsvm;
pub use mnist::{fashion_mnist, mnist};
pub use phonemes::{Phonemes, VOWELS, consonants, vowels};
pub use plane::{blobs, circles, moons, spirals, xor};
pub use signatures::{Signatures, signatures};
pub use skies::skies;
pub use squares::moving_squares;
pub use usps::usps;
pub use weights::weights;

use candle_core::{Result, bail};

/// Refuses to draw no item at all, or more than memory surely holds.
fn check_count(what: &str, count: usize, numbers_each: usize) -> Result<()> {
    if count == 0 {
        bail!("{what}: at least one item, got 0");
    }
    crate::random::can_hold(&[count, numbers_each]).map(|_| ())
}
