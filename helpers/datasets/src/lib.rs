//! Data sets by name: real ones that ship with the course, synthetic ones drawn on the spot, and
//! larger ones that are downloaded when asked for, never before.
//!
//! Downloads go to [`downloads_dir`], one folder per set; a file that is there is used without the
//! network, however it came. Nothing is downloaded where `HELPERS_OFFLINE=1` is set.

mod cat;
mod check;
mod checksum;
mod csv;
mod decompress;
mod digits;
mod download;
mod http;
mod idx;
mod image_file;
mod image_folder;
mod libsvm;
mod mask_folder;
mod mel;
mod mnist;
mod moving_squares;
mod number;
mod phonemes;
mod points;
mod signatures;
mod skies;
mod sounds;
mod speech;
mod spoken_digits;
mod unzip;
mod usps;
mod wav;
mod weights;

pub use cat::cat;
pub use csv::{Csv, Table, read_csv};
pub use digits::{digits, digits_resized};
pub use download::{Download, downloads_dir};
pub use idx::read_idx;
pub use image_folder::{ImageFolder, hymenoptera};
pub use libsvm::read_libsvm;
pub use mask_folder::{MaskFolder, sky_photos};
pub use mnist::{fashion_mnist, mnist, mnist_10k};
pub use moving_squares::moving_squares;
pub use phonemes::{VOWELS, consonants, vowels};
pub use points::{blobs, circles, moons, spirals, xor};
pub use signatures::{Signatures, signatures};
pub use skies::skies;
pub use sounds::Sounds;
pub use spoken_digits::spoken_digits;
pub use usps::usps;
pub use wav::read_wav;
pub use weights::weights;
