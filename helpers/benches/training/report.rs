//! The table and the JSON file.

use std::io::Write;
use std::path::Path;

use serde_json::{Value, json};

use crate::Result;
use crate::options::Options;
use crate::rounds::{Measured, median};
use crate::sides::Side;

/// What stands above the table.
pub fn head(machine: &Value) {
    let text = |key: &str| machine[key].as_str().unwrap_or("none").to_string();
    let limit = match machine["limited_to"].as_str() {
        Some(limit) => format!(", limited to {limit}"),
        None if machine["avx512f"] == true => ", AVX-512".into(),
        None => String::new(),
    };
    println!(
        "{}, {} threads{limit}; {}; PyTorch {}",
        text("cpu"),
        machine["threads"],
        text("rustc"),
        text("torch")
    );
    println!("milliseconds a step (forward, backward, optimizer), medians; f32\n");
    println!(
        "{:<46} {:>9} {:>9} {:>9} {:>9}   {:<28} candle/helpers",
        "", "helpers", "candle", "torch", "(fused)", "torch/helpers (range)"
    );
}

/// One line of the table.
pub fn line(measured: &Measured) {
    let ms = |side| match measured.median(side) {
        Some(ms) if ms.is_finite() => format!("{ms:.3}"),
        Some(_) => "built".into(),
        None => "-".into(),
    };
    let ratio = |other: Option<Side>| match other.and_then(|side| measured.ratios(side)) {
        Some(ratios) if !ratios.is_empty() => {
            let (low, high) = range(&ratios);
            let fused = match other {
                Some(Side::TorchFused) => " fused",
                _ => "",
            };
            format!("{:.2}x ({low:.2} - {high:.2}){fused}", median(&ratios))
        }
        _ => "-".into(),
    };
    let candle = measured.ratios(Side::Candle);
    let candle = candle.map_or("-".into(), |ratios| format!("{:.2}x", median(&ratios)));
    println!(
        "{:<46} {:>9} {:>9} {:>9} {:>9}   {:<28} {candle}",
        measured.title,
        ms(Side::Helpers),
        ms(Side::Candle),
        ms(Side::Torch),
        ms(Side::TorchFused),
        ratio(measured.best_torch()),
    );
}

fn range(numbers: &[f64]) -> (f64, f64) {
    let low = numbers.iter().copied().fold(f64::INFINITY, f64::min);
    let high = numbers.iter().copied().fold(f64::NEG_INFINITY, f64::max);
    (low, high)
}

/// Writes everything to a file: whole, or not at all.
pub fn write_json(path: &Path, machine: Value, options: &Options, all: &[Measured]) -> Result<()> {
    let works: Vec<Value> = all.iter().map(json_of).collect();
    let value = json!({
        "machine": machine,
        "rounds": options.rounds,
        "turn_ms": options.turn(),
        "works": works,
    });
    let folder = match path.parent() {
        Some(folder) if !folder.as_os_str().is_empty() => folder,
        _ => Path::new("."),
    };
    let mut file = tempfile::NamedTempFile::new_in(folder)?;
    serde_json::to_writer_pretty(&mut file, &value)?;
    writeln!(file)?;
    file.persist(path)?;
    println!("\nwritten to {}", path.display());
    Ok(())
}

fn json_of(measured: &Measured) -> Value {
    let by_side = |value: &dyn Fn(&[f64]) -> Value| {
        let sides = measured.times.iter();
        let sides = sides.map(|(side, times)| (side.name().to_string(), value(times)));
        Value::Object(sides.collect())
    };
    let ratio = |other: Option<Side>| match other.and_then(|side| measured.ratios(side)) {
        Some(ratios) if !ratios.is_empty() => {
            let (low, high) = range(&ratios);
            json!({ "median": median(&ratios), "low": low, "high": high, "rounds": ratios })
        }
        _ => Value::Null,
    };
    json!({
        "name": measured.name,
        "title": measured.title,
        "parameters": measured.parameters,
        "median_ms": by_side(&|times| json!(median(times))),
        "rounds_ms": by_side(&|times| json!(times)),
        "best_torch": measured.best_torch().map(Side::name),
        "torch_over_helpers": ratio(measured.best_torch()),
        "candle_over_helpers": ratio(Some(Side::Candle)),
    })
}
