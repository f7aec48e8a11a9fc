//! What stands below the boxes of an architecture: numbers of maps, kernels, parameters, sizes.

use super::maps::{Made, Map};
use super::table::thousands;
use crate::plot::drawing::{AXIS, Drawing, INK, SOFT_INK, text_width};

pub(super) const LABEL: f64 = 10.5;
const SHORT: f64 = 8.5;

/// How many maps, the kernel, how many parameters where no box stands for several; and once for
/// neighbours of one size, that size. `places` are the left and right ends of the boxes.
pub(super) fn draw(
    drawing: &mut Drawing,
    maps: &[Map],
    places: &[(f64, f64)],
    y: f64,
    parameters: bool,
) {
    let (mut first, line) = (0, y + if parameters { 45.0 } else { 33.0 });
    for (i, (map, &(left, right))) in maps.iter().zip(places).enumerate() {
        let x = 0.5 * (left + right);
        drawing.text(&thousands(map.channels), LABEL, INK, (x, y + 15.0));
        drawing.text(kernel(map), SHORT, SOFT_INK, (x, y + 27.0));
        if parameters {
            drawing.text(&count(map), SHORT, SOFT_INK, (x, y + 38.0));
        }
        if maps.get(i + 1).is_none_or(|next| next.size != map.size) {
            if !map.size.is_empty() {
                let start = places[first].0;
                let middle = 0.5 * (start + right);
                let half = (0.5 * (right - start)).max(9.0);
                let ends = [(middle - half, line), (middle + half, line)];
                drawing.line(&ends, 1.0, AXIS);
                drawing.text(&sides(map), LABEL, SOFT_INK, (middle, line + 12.0));
            }
            first = i + 1;
        }
    }
}

/// The room that the words below a box take.
pub(super) fn width(map: &Map) -> f64 {
    let few = |text: &str| text_width(text, SHORT);
    let maps = text_width(&thousands(map.channels), LABEL);
    maps.max(few(kernel(map))).max(few(&count(map)))
}

/// `56×56`.
pub(super) fn sides(map: &Map) -> String {
    let sides: Vec<String> = map.size.iter().map(usize::to_string).collect();
    sides.join("×")
}

/// The kernel; in the first column, what stands in this row.
fn kernel(map: &Map) -> &str {
    match map.made {
        Made::Input => "kernel",
        _ => &map.short,
    }
}

/// `37k`, `102.8M` parameters; in the first column, what stands in this row.
fn count(map: &Map) -> String {
    let n = map.parameters as f64;
    match map.parameters {
        _ if map.made == Made::Input => "param.".to_string(),
        0 => String::new(),
        1..1000 => format!("{n}"),
        1000..9950 => format!("{:.1}k", n / 1e3),
        9950..999_500 => format!("{:.0}k", n / 1e3),
        _ => format!("{:.1}M", n / 1e6),
    }
}
