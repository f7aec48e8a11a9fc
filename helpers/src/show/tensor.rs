//! A tensor with its numbers: as PyTorch prints it, and up to two dimensions as a table.

use candle_core::{DType, Device, Result, Tensor};

use candle_functional::errors::display_shape;
use figures::display;

/// As many rows and columns are shown from each end.
const EDGE: usize = 5;

/// Shows tensors in a notebook, one below the other.
pub(super) fn show(tensors: &[&Tensor]) {
    let texts: Vec<String> = tensors.iter().map(|tensor| tensor.to_string()).collect();
    let text = texts.join("\n\n");
    let tables: Result<Option<Vec<String>>> = tensors.iter().map(|tensor| table(tensor)).collect();
    match tables {
        Ok(Some(tables)) => {
            display::show(&[("text/html", &tables.concat()), ("text/plain", &text)]);
        }
        // A table is more than can be had; whatever went wrong, the text says it too.
        _ => display::show(&[("text/plain", &text)]),
    }
}

/// The numbers as HTML in the colours of the notebook's theme; `None` for more than two dimensions
/// and for no numbers.
fn table(tensor: &Tensor) -> Result<Option<String>> {
    let (rows, columns) = match *tensor.dims() {
        [] => (1, 1),
        [columns] => (1, columns),
        [rows, columns] => (rows, columns),
        _ => return Ok(None),
    };
    if rows * columns == 0 {
        return Ok(None);
    }
    let shown = edges(&edges(&tensor.reshape((rows, columns))?, 0)?, 1)?;
    let mut lines = numbers(&shown.to_device(&Device::Cpu)?)?;
    if columns > 2 * EDGE {
        lines
            .iter_mut()
            .for_each(|line| line.insert(EDGE, "⋯".to_string()));
    }
    if rows > 2 * EDGE {
        lines.insert(EDGE, vec!["⋮".to_string(); lines[0].len()]);
    }
    let cells = |line: &Vec<String>| format!("<tr><td>{}</td></tr>", line.join("</td><td>"));
    Ok(Some(format!(
        "<table style=\"text-align:right;font-variant-numeric:tabular-nums\">{}</table>\
         <p style=\"color:var(--jp-ui-font-color2,inherit)\">{}, {}{}</p>",
        lines.iter().map(cells).collect::<String>(),
        display_shape(tensor.dims()),
        tensor.dtype().as_str(),
        match tensor.device() {
            Device::Cpu => String::new(),
            device => format!(", {}", networks::device::device_label(device)),
        }
    )))
}

/// The first and the last along a dimension, if there are too many.
fn edges(tensor: &Tensor, dim: usize) -> Result<Tensor> {
    match tensor.dim(dim)? {
        n if n > 2 * EDGE => {
            let (first, last) = (
                tensor.narrow(dim, 0, EDGE)?,
                tensor.narrow(dim, n - EDGE, EDGE)?,
            );
            Tensor::cat(&[first, last], dim)
        }
        _ => Ok(tensor.clone()),
    }
}

/// The numbers as text, written as PyTorch does: all in one form.
fn numbers(tensor: &Tensor) -> Result<Vec<Vec<String>>> {
    if matches!(
        tensor.dtype(),
        DType::U8 | DType::U32 | DType::I16 | DType::I32 | DType::I64
    ) {
        let rows = tensor.to_dtype(DType::I64)?.to_vec2::<i64>()?;
        return Ok(rows
            .iter()
            .map(|row| row.iter().map(i64::to_string).collect())
            .collect());
    }
    let rows = tensor.to_dtype(DType::F64)?.to_vec2::<f64>()?;
    let sizes = || {
        rows.iter()
            .flatten()
            .map(|v| v.abs())
            .filter(|v| v.is_finite() && *v > 0.0)
    };
    let (low, high) = (
        sizes().fold(f64::INFINITY, f64::min),
        sizes().fold(0.0, f64::max),
    );
    let form: &dyn Fn(f64) -> String = if high / low > 1e3 || high > 1e8 || low < 1e-4 {
        &|v| format!("{v:.4e}")
    } else if sizes().all(|v| v.fract() == 0.0) {
        &|v| {
            if v.is_finite() {
                format!("{v:.0}.")
            } else {
                format!("{v}")
            }
        }
    } else {
        &|v| format!("{v:.4}")
    };
    let line = |row: &Vec<f64>| row.iter().map(|&v| form(v)).collect();
    Ok(rows.iter().map(line).collect())
}
