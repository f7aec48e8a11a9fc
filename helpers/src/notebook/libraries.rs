//! The libraries that the process has loaded: each cell is one.

use std::fs;
use std::path::Path;

/// Which of the loaded libraries are cells. Only Linux tells.
pub(super) struct Libraries {
    /// Lines like `7f46-7f47 r--p 0000 08:01 123   /lab/crate/target/debug/libcode_12.so`.
    maps: Option<String>,
}

impl Libraries {
    pub(super) fn read() -> Libraries {
        let maps = fs::read_to_string("/proc/self/maps").ok();
        Libraries { maps }
    }

    /// The number of the cell whose library holds this address.
    pub(super) fn cell_at(&self, address: usize) -> Option<u64> {
        self.map_at(address).and_then(cell)
    }

    /// The file of the library that holds this address, and the place in it.
    pub(super) fn place(&self, address: usize) -> Option<(&Path, usize)> {
        let file = file_of(self.map_at(address)?)?;
        // The first of a file's parts begins where the file does.
        let mut all = self.maps.as_ref()?.lines();
        let first = all.find(|map| file_of(map) == Some(file))?;
        Some((Path::new(file), address - range(first)?.start))
    }

    /// The line of the maps that holds this address.
    fn map_at(&self, address: usize) -> Option<&str> {
        let holds = |map: &&str| range(map).is_some_and(|range| range.contains(&address));
        self.maps.as_ref()?.lines().find(holds)
    }

    /// The number of the running cell, whose library was loaded last.
    pub(super) fn running_cell(&self) -> Option<u64> {
        self.maps.as_ref()?.lines().filter_map(cell).max()
    }
}

/// The file that a line of the maps is of.
fn file_of(map: &str) -> Option<&str> {
    Some(&map[map.find('/')?..])
}

/// The addresses that a line of the maps is of.
fn range(map: &str) -> Option<std::ops::Range<usize>> {
    let number = |hex: &str| usize::from_str_radix(hex, 16).ok();
    let (from, to) = map.split(' ').next()?.split_once('-')?;
    Some(number(from)?..number(to)?)
}

/// The number of the cell that a line of the maps is of.
fn cell(map: &str) -> Option<u64> {
    let name = map.rsplit('/').next()?.strip_prefix("libcode_")?;
    name.strip_suffix(".so")?.parse().ok()
}
