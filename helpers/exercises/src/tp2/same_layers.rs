//! Where a program parts from a figure: the first layer that differs.

use candle_core::Result;

use crate::Cases;
use figures::counts::thousands;
use inspect::{Row, Summary};

/// Compares the layers of the student's program with those of the figure, in the order in which they
/// run: kind and settings, output shape, parameters. Ends at the first that differs.
///
/// `of` comes before "layer 3" on the card. Dropout, which no figure draws, may be there or not, and
/// a ReLU may come before or behind a max pooling: the outputs are the same.
pub(super) fn same_layers(
    cases: &mut Cases,
    of: &str,
    code: &[&Row],
    figure: &[&Row],
) -> Result<()> {
    let (code, figure) = (in_order(code), in_order(figure));
    for i in 0..code.len().max(figure.len()) {
        let (code, figure) = (code.get(i), figure.get(i));
        let name = match code.map(|row| row.name.as_str()) {
            Some("") | None => String::new(),
            Some(name) => format!(", {name}"),
        };
        let place = format!("{of}layer {}{name}", i + 1);
        let whole = |row: Option<&&Row>| row.map_or("no more layers".to_string(), |r| what(r));
        cases.agree(&place, &whole(figure), &whole(code))?;
        let (Some(code), Some(figure)) = (code, figure) else {
            continue;
        };
        if kind(figure) != "ReLU" {
            cases.agree(&place, &output(figure), &output(code))?;
            let count = |row: &Row| format!("{} parameters", thousands(row.parameters));
            cases.agree(&place, &count(figure), &count(code))?;
        }
    }
    Ok(())
}

/// The layers and functions of a summary, without the lines that only name a group of them.
pub(super) fn layers(summary: &Summary) -> Vec<&Row> {
    let is_layer = |row: &&Row| !row.what.is_empty();
    summary.rows.iter().filter(is_layer).collect()
}

/// `Conv2d`, without its settings; `ReLU` for the layer and the function.
pub(super) fn kind(row: &Row) -> String {
    let what = row.what.chars();
    let kind: String = what.take_while(|c| c.is_alphanumeric()).collect();
    match kind.eq_ignore_ascii_case("relu") {
        true => "ReLU".to_string(),
        false => kind,
    }
}

fn what(row: &Row) -> String {
    match kind(row).as_str() {
        "ReLU" => "ReLU".to_string(),
        _ => row.what.clone(),
    }
}

/// `256 maps of 27 × 27`.
fn output(row: &Row) -> String {
    match row.output[..] {
        [_, maps, height, width] => format!("{maps} maps of {height} × {width}"),
        [_, units] => format!("{units} units"),
        _ => format!("the shape {:?}", row.output),
    }
}

fn in_order<'a>(rows: &[&'a Row]) -> Vec<&'a Row> {
    let mut rows = rows.to_vec();
    rows.retain(|row| !kind(row).starts_with("Drop") && !kind(row).starts_with("drop"));
    for i in 1..rows.len() {
        if kind(rows[i]) == "ReLU" && kind(rows[i - 1]) == "MaxPool2d" {
            rows.swap(i - 1, i);
        }
    }
    rows
}
