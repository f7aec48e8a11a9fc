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
    let limits = [of_the_system(), of_the_container(), of_the_student()];
    match limits.into_iter().flatten().min() {
        Some(bytes) => (bytes, "available"),
        None => (4 << 30, "allowed at once"),
    }
}

fn read(path: &str) -> Option<String> {
    std::fs::read_to_string(path).ok()
}

fn of_the_system() -> Option<usize> {
    kilobytes(&read("/proc/meminfo")?, "MemAvailable:")
}

/// What the group of processes that this one belongs to may take, as containers limit it.
fn of_the_container() -> Option<usize> {
    let number = |name: &str| {
        let text = read(&format!("/sys/fs/cgroup/memory.{name}"))?;
        text.trim().parse::<usize>().ok()
    };
    // What files take is given up when it is needed.
    let files = read("/sys/fs/cgroup/memory.stat").map_or(0, |text| bytes_of_files(&text));
    Some(number("max")?.saturating_sub(number("current")?.saturating_sub(files)))
}

fn bytes_of_files(statistics: &str) -> usize {
    let amount = |line: &str| {
        let (name, amount) = line.split_once(' ')?;
        let is_file = ["active_file", "inactive_file"].contains(&name);
        amount.parse::<usize>().ok().filter(|_| is_file)
    };
    statistics.lines().filter_map(amount).sum()
}

/// What is left of the memory that JupyterHub names for a student; the kernel holds its process to it.
fn of_the_student() -> Option<usize> {
    let limit: usize = std::env::var("MEM_LIMIT").ok()?.parse().ok()?; // in bytes
    Some(limit.saturating_sub(kilobytes(&read("/proc/self/status")?, "VmRSS:")?))
}

/// The amount on the line that begins with `name`, in bytes.
fn kilobytes(text: &str, name: &str) -> Option<usize> {
    let amount = text.lines().find_map(|line| line.strip_prefix(name))?;
    let amount: usize = amount.strip_suffix("kB")?.trim().parse().ok()?;
    Some(amount.saturating_mul(1024))
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
    fn files_that_a_container_has_read_are_not_in_the_way() {
        let statistics = "anon 700\nfile 90\ninactive_anon 5\nactive_file 40\ninactive_file 30\n";
        assert_eq!(bytes_of_files(statistics), 70);
    }

    #[test]
    fn the_system_names_amounts_in_kilobytes() {
        let status = "VmPeak:\t 900 kB\nVmRSS:\t     24 kB\nThreads:\t7\n";
        assert_eq!(kilobytes(status, "VmRSS:"), Some(24 * 1024));
        assert_eq!(kilobytes(status, "VmSwap:"), None);
        assert_eq!(kilobytes(status, "Threads:"), None);
    }

    #[test]
    #[cfg(target_os = "linux")]
    fn linux_says_what_is_there() {
        let (bytes, word) = available();
        assert_eq!(word, "available");
        assert!(bytes > 50 << 20, "{bytes}");
    }
}
