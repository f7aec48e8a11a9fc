//! What stands below towers, layer by layer.

use super::layer::LayerKind;
use super::tower_layout::{Looks, Station};
use crate::counts::abbreviated;
use crate::drawing::{AXIS, Drawing, INK, SOFT_INK, colour, dark, pale, text_width};
use crate::theme::{PAGE, Rgb};

/// From one line to the next.
pub(super) const LINE: f64 = 16.0;
/// Of the texts in the lines and at the blocks.
pub(super) const SIZE: f64 = 11.5;

/// A row's head, and its cell for each station but the input.
pub(super) type Line = (&'static str, Vec<String>);

/// The lines of numbers below the blocks; those that would be empty are left out.
pub(super) fn rows(stations: &[Station]) -> Vec<Line> {
    let several = stations.iter().any(|s| s.looks != Looks::AtAll);
    let kernel = |s: &Station| match (s.layer.kind, s.layer.stride) {
        (LayerKind::FullyConnected, _) => "dense".to_string(),
        (LayerKind::Upsampling, _) => s.layer.short.clone(),
        (_, 0..=1) => s.layer.window(),
        (_, stride) => format!("{}/{stride}", s.layer.window()),
    };
    let groups = |s: &Station| match s.layer.groups {
        0..=1 => String::new(),
        groups => groups.to_string(),
    };
    let looks = |s: &Station| match s.looks {
        Looks::AtAll => String::new(),
        Looks::AtOwn => "own".to_string(),
        Looks::Across => "all".to_string(),
    };
    let sees = |s: &Station| match s.layer.kind {
        LayerKind::Upsampling => String::new(),
        _ => s.layer.sees(),
    };
    let count = |s: &Station| match s.layer.parameters {
        0 => String::new(),
        n => abbreviated(n),
    };
    let cells = |cell: &dyn Fn(&Station) -> String| -> Vec<String> {
        stations.iter().skip(1).map(cell).collect()
    };
    let pool = |s: &Station| s.pooling.map_or(String::new(), |p| p.short.clone());
    let mut rows = vec![("pooling", cells(&pool)), ("kernel", cells(&kernel))];
    rows.push(match several {
        true => ("towers seen", cells(&looks)),
        false => ("groups", cells(&groups)),
    });
    rows.push(("parameters", cells(&count)));
    rows.push(("sees of input", cells(&sees)));
    rows.retain(|(_, row)| row.iter().any(|cell| !cell.is_empty()));
    rows
}

/// Draws these lines from this height on.
pub(super) fn draw(drawing: &mut Drawing, stations: &[Station], rows: &[Line], y: f64) {
    for (i, (head, row)) in rows.iter().enumerate() {
        let y = y + LINE * i as f64;
        let rule = [(8.0, y - 12.0), (PAGE - 8.0, y - 12.0)];
        drawing.line(&rule, 0.5, pale(AXIS, 0.5));
        drawing.text_from(head, SIZE, SOFT_INK, (8.0, y));
        for (cell, station) in row.iter().zip(&stations[1..]) {
            let ink = match *head == "towers seen" && station.looks == Looks::Across {
                true => across_colour(),
                false => INK,
            };
            let x = 0.5 * (station.block.x + station.block.right());
            let x = x.min(PAGE - 6.0 - text_width(cell, SIZE) / 2.0);
            drawing.text(cell, SIZE, ink, (x, y));
        }
    }
}

/// The colour of what looks at the maps of all towers.
pub(super) fn across_colour() -> Rgb {
    dark(colour(1), 0.05)
}
