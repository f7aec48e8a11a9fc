//! Whether memory can hold what is asked for: an allocation that fails ends the process, and with it
//! all variables of a notebook.

use candle_core::{Result, bail};

use crate::errors::display_shape;

/// Below this, reading the system's state would take longer than what is asked for.
const SMALL: usize = 64 << 20;

/// How many numbers a shape holds, of `size` bytes each; refuses more than memory can hold.
///
/// Sizes that overflow are refused even where another one is 0: the strides would overflow too.
pub fn can_hold(what: &str, dims: &[usize], size: usize) -> Result<usize> {
    can_hold_computed(what, "", dims, size)
}

/// [`can_hold`] for a shape that nobody typed: `name` says whose it is, `padded input`.
pub fn can_hold_computed(what: &str, name: &str, dims: &[usize], size: usize) -> Result<usize> {
    let bytes = dims
        .iter()
        .try_fold(size, |bytes, &dim| bytes.checked_mul(dim.max(1)));
    let fits = |bytes| bytes <= SMALL || bytes <= available().0;
    if !bytes.is_some_and(fits) {
        let asked: f64 = dims.iter().map(|&dim| dim.max(1) as f64).product();
        let (available, word) = available();
        let whose = match name {
            "" => String::new(),
            name => format!("the {name} of shape "),
        };
        bail!(
            "{what}: {whose}{} takes {} of memory, more than the {} {word}: ask for less",
            display_shape(dims),
            gigabytes(asked * size as f64),
            gigabytes(available as f64)
        );
    }
    Ok(dims.iter().product())
}

/// How many bytes there are, and how they are called.
fn available() -> (usize, &'static str) {
    // Linux says how much can be had without swapping; elsewhere an amount that laptops have.
    let text = std::fs::read_to_string("/proc/meminfo").unwrap_or_default();
    let kilobytes = text.lines().find_map(|line| {
        let amount = line.strip_prefix("MemAvailable:")?.strip_suffix("kB")?;
        amount.trim().parse::<usize>().ok()
    });
    match kilobytes {
        Some(kilobytes) => (kilobytes.saturating_mul(1024), "available"),
        None => (4 << 30, "allowed at once"),
    }
}

fn gigabytes(bytes: f64) -> String {
    match bytes / 1e9 {
        amount if amount < 1e6 => format!("{amount:.1} GB"),
        amount => format!("{amount:.0e} GB"),
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    #[test]
    fn the_error_says_both_numbers() {
        let error = can_hold("normal", &[100_000, 100_000, 1000], 4).unwrap_err();
        let text = error.to_string();
        let start = "normal: (100000, 100000, 1000) takes 40000.0 GB of memory, more than the ";
        assert!(text.starts_with(start), "{text}");
        let there: f64 = text[start.len()..]
            .split(' ')
            .next()
            .unwrap()
            .parse()
            .unwrap();
        assert!(0.1 < there && there < 40_000.0, "{text}");
    }

    #[test]
    fn what_cannot_be_counted_is_refused() {
        for dims in [[usize::MAX, usize::MAX], [usize::MAX, 0], [1 << 62, 2]] {
            assert!(can_hold("normal", &dims, 4).is_err());
        }
    }

    #[test]
    fn what_fits_is_counted() {
        assert_eq!(can_hold("normal", &[], 4).unwrap(), 1);
        assert_eq!(can_hold("normal", &[2, 0], 4).unwrap(), 0);
        assert_eq!(can_hold("normal", &[SMALL / 4, 2], 4).unwrap(), SMALL / 2);
    }

    #[test]
    #[cfg(target_os = "linux")]
    fn linux_says_what_is_there() {
        let (bytes, word) = available();
        assert_eq!(word, "available");
        assert!(bytes > 50 << 20, "{bytes}");
    }
}
