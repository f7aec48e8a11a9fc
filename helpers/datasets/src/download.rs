//! Files that are downloaded on request, once, and checked.

use std::fs::{self, File, TryLockError};
use std::path::{Path, PathBuf};
use std::thread;
use std::time::Duration;

use candle_core::{Error, Result, bail};

use super::checksum::{Checksum, with_ending};
use super::http::{resume, say, size};
use super::unzip::unzip;
use candle_functional::stop::check_stop;

/// How often a mirror that stops half way is asked for the rest.
const ATTEMPTS: usize = 5;

/// Where downloads go and are looked for: the folder that the environment variable `DATASETS_DIR`
/// names, or else `datasets/` of the checkout. Each set has a folder of its own in it.
pub fn downloads_dir() -> PathBuf {
    match std::env::var_os("DATASETS_DIR") {
        Some(folder) if !folder.is_empty() => folder.into(),
        _ => {
            // This crate lies in `helpers/datasets` of the checkout.
            let here = Path::new(env!("CARGO_MANIFEST_DIR"));
            here.ancestors().nth(2).unwrap_or(here).join("datasets")
        }
    }
}

fn offline() -> bool {
    std::env::var_os("HELPERS_OFFLINE").is_some_and(|set| !set.is_empty() && set != "0")
}

/// A file on the network: where it goes, where it comes from, and how to know that it is the right one.
///
/// Making one fetches nothing; [`get`](Download::get) does, if the file is not there yet.
///
/// ```no_run
/// use helpers::prelude::*;
/// let path = datasets::Download::new("usps/usps.bz2")
///     .mirror("https://www.csie.ntu.edu.tw/~cjlin/libsvmtools/datasets/multiclass/usps.bz2")
///     .checksum("ec16c51db3855ca6c91edd34d0e9b197")
///     .limit(20_000_000)
///     .get()?;
/// # Ok::<(), helpers::Error>(())
/// ```
#[derive(Clone, Debug)]
pub struct Download {
    file: PathBuf,
    mirrors: Vec<String>,
    checksum: Checksum,
    limit: u64,
    patience: Duration,
}

impl Download {
    /// A file below [`downloads_dir`]; at most 1 GB, from nowhere yet.
    pub fn new(file: impl Into<PathBuf>) -> Download {
        Download {
            file: file.into(),
            mirrors: Vec::new(),
            checksum: Checksum::Recorded,
            limit: 1_000_000_000,
            patience: Duration::from_secs(30),
        }
    }

    /// One more address, tried after those before it.
    pub fn mirror(mut self, url: impl Into<String>) -> Download {
        self.mirrors.push(url.into());
        self
    }

    /// The published checksum, in hexadecimal: 32 digits are an MD5, any other number of them the
    /// first digits of a SHA-256. Without one, the first download's is kept and later ones compared.
    pub fn checksum(mut self, hex: &str) -> Download {
        let hex = hex.to_lowercase();
        self.checksum = match hex.len() {
            32 => Checksum::Md5(hex),
            _ => Checksum::Sha256(hex),
        };
        self
    }

    /// The most bytes that the file may have (an archive: four times as many unpacked).
    pub fn limit(mut self, bytes: u64) -> Download {
        self.limit = bytes;
        self
    }

    /// How long a silent server is waited for: 30 seconds unless said otherwise.
    pub fn patience(mut self, patience: Duration) -> Download {
        self.patience = patience;
        self
    }

    /// The path of the file, which is downloaded if it is not there yet.
    ///
    /// A file that came another way counts too, with the same checksum or unpacked (`a.csv` for
    /// `a.csv.gz`, unchecked). Programs that share the folder wait for each other and download once.
    ///
    /// # Errors
    /// No mirror has the right file, or `HELPERS_OFFLINE=1`: the message says how to bring it by hand.
    pub fn get(&self) -> Result<PathBuf> {
        let path = downloads_dir().join(&self.file);
        let missing = match self.found(&path) {
            Ok(path) => return Ok(path),
            Err(reason) => reason,
        };
        check_stop()?;
        if offline() {
            let why = format!("{missing}, and HELPERS_OFFLINE forbids to download it");
            bail!("{}", self.help(&path, &why));
        }
        let _lock = lock(&path)?;
        if let Ok(path) = self.found(&path) {
            return Ok(path); // another program brought it meanwhile
        }
        let mut why = format!("{missing}, and no mirror has it");
        for url in &self.mirrors {
            say(&format!("{}: downloading {url}", self.file.display()));
            match self.fetch(url, &path) {
                Ok(()) => return Ok(path),
                Err(_) if check_stop().is_err() => break,
                Err(reason) => why += &format!("\n  {url}: {reason}"),
            }
        }
        check_stop()?;
        bail!("{}", self.help(&path, &why))
    }

    /// The folder called `name` in this zip archive, unpacked beside it; it may be there already.
    ///
    /// # Errors
    /// Those of [`get`](Download::get), an archive that is damaged, has no such folder, unpacks to
    /// more than four times the limit or would write outside its folder.
    pub fn unpacked(&self, name: &str) -> Result<PathBuf> {
        let folder = downloads_dir().join(&self.file).with_file_name(name);
        if folder.is_dir() {
            return Ok(folder);
        }
        let archive = self.get()?;
        let _lock = lock(&folder)?;
        if !folder.is_dir() {
            unzip(&archive, &folder, self.limit.saturating_mul(4))?;
        }
        Ok(folder)
    }

    /// The file that is there, or why it cannot be used.
    fn found(&self, path: &Path) -> std::result::Result<PathBuf, String> {
        let compressed = matches!(path.extension(), Some(end) if end == "gz" || end == "bz2");
        let plain = path.with_extension("");
        if path.is_file() {
            let wrong = |why| format!("{} is there, but {why}", path.display());
            self.checksum.check(path, path).map_err(wrong)?;
            Ok(path.to_path_buf())
        } else if compressed && plain.is_file() {
            Ok(plain)
        } else {
            Err(format!("{} is not there", path.display()))
        }
    }

    fn help(&self, path: &Path, why: &str) -> String {
        format!(
            "{}: {why}\nTo bring it by hand: download {} elsewhere and save it as {}, or set DATASETS_DIR to the folder that holds it (now {})",
            self.file.display(),
            self.mirrors.first().map_or("it", String::as_str),
            path.display(),
            downloads_dir().display()
        )
    }

    /// Downloads to a file beside `path`, which becomes `path` once it is whole and right.
    fn fetch(&self, url: &str, path: &Path) -> std::result::Result<(), String> {
        let part = with_ending(path, ".part");
        if matches!(self.checksum, Checksum::Recorded) {
            // Nothing would tell the halves of two different files apart.
            let _ = fs::remove_file(&part);
        }
        let mut reason = String::new();
        for _ in 0..ATTEMPTS {
            let before = size(&part);
            reason = match resume(url, &part, self.limit, self.patience) {
                Ok(()) => match self.checksum.check(&part, path) {
                    Ok(()) => return fs::rename(&part, path).map_err(|error| error.to_string()),
                    Err(why) if check_stop().is_err() => why,
                    Err(why) => {
                        let _ = fs::remove_file(&part);
                        why
                    }
                },
                Err(why) => why,
            };
            // What came in one go and is wrong stays wrong; so does a server that sends nothing.
            if size(&part) == before || check_stop().is_err() {
                break;
            }
        }
        Err(reason)
    }
}

/// Holds the folder of `path` until it is dropped: one program at a time.
fn lock(path: &Path) -> Result<File> {
    let folder = path.parent().unwrap_or(path);
    let open = || {
        fs::create_dir_all(folder)?;
        let mut options = File::options();
        let options = options.create(true).write(true).truncate(false);
        options.open(folder.join(".lock"))
    };
    let cannot = |error| {
        Error::msg(format!(
            "{} cannot be written to ({error}): set DATASETS_DIR to a folder of your own",
            folder.display()
        ))
    };
    let file = open().map_err(cannot)?;
    for attempt in 0.. {
        match file.try_lock() {
            Ok(()) => break,
            Err(TryLockError::Error(error)) => return Err(cannot(error)),
            Err(TryLockError::WouldBlock) if attempt == 0 => {
                say(&format!("waiting: {} is in use", folder.display()));
            }
            Err(TryLockError::WouldBlock) => {
                check_stop()?;
                thread::sleep(Duration::from_millis(100));
            }
        }
    }
    Ok(file)
}
