//! Reading the cells of a notebook file (nbformat 4).

use serde_json::Value;

pub fn cells(notebook: &Value) -> &[Value] {
    notebook["cells"].as_array().map_or(&[], Vec::as_slice)
}

/// A text, which the format keeps whole or as a list of lines.
pub fn text(value: &Value) -> String {
    match value {
        Value::Array(lines) => lines.iter().filter_map(Value::as_str).collect(),
        _ => value.as_str().unwrap_or_default().to_string(),
    }
}

pub fn source(cell: &Value) -> String {
    text(&cell["source"])
}

/// Whether there is something to run in the cell.
pub fn is_code(cell: &Value) -> bool {
    cell["cell_type"] == "code" && !source(cell).trim().is_empty()
}

/// The exercise a cell belongs to and its part in it, from the metadata
/// `"exercise": {"id": "1", "part": "hint"}`.
pub fn exercise(cell: &Value) -> Option<(String, String)> {
    let exercise = cell["metadata"]["exercise"].as_object()?;
    let field = |name: &str| match exercise.get(name) {
        Some(Value::String(text)) => text.clone(),
        Some(other) => other.to_string(),
        None => "?".to_string(),
    };
    Some((field("id"), field("part")))
}

/// What a cell printed or showed as text.
pub fn printed(cell: &Value) -> String {
    let outputs = cell["outputs"].as_array().into_iter().flatten();
    let texts = outputs.map(|output| match output["name"].as_str() {
        Some("stdout") => text(&output["text"]),
        _ => text(&output["data"]["text/plain"]) + "\n",
    });
    texts.collect()
}
