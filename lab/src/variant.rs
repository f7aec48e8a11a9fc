//! The line of a notebook that a reader may change, other data for instance. Its cell names it in
//! the metadata, `"variant": {"line": "small()", "becomes": "large()", "needs": "mnist"}`. Where the
//! downloads have what it needs, the cell is run once more with it, in the same kernel, and so are
//! the cells behind. `"checked": "large()?.subset(..)"` is run instead if all of it takes too long.

use std::path::{Path, PathBuf};

use serde_json::{Value, json};

use crate::cells::{cells, source};

pub struct Variant {
    /// The cell, with the line changed, and all cells behind it.
    pub cells: Vec<Value>,
    pub becomes: String,
    /// A folder among the downloads.
    needs: String,
}

impl Variant {
    /// Whether the data are there.
    pub fn can_run(&self, downloads: &Path) -> bool {
        downloads.join(&self.needs).is_dir()
    }
}

/// Where the notebooks look for downloads.
pub fn downloads(root: &Path) -> PathBuf {
    let moved = std::env::var_os("DATASETS_DIR").filter(|folder| !folder.is_empty());
    moved.map_or(root.join("datasets"), PathBuf::from)
}

/// The variants of a notebook, and what is wrong with them.
pub fn find(notebook: &Value) -> (Vec<Variant>, Vec<String>) {
    let (mut found, mut problems) = (Vec::new(), Vec::new());
    for (index, cell) in cells(notebook).iter().enumerate() {
        let Some(variant) = cell["metadata"].get("variant") else {
            continue;
        };
        let field = |name: &str| variant[name].as_str().unwrap_or_default().to_string();
        let (line, becomes) = (field("line"), field("becomes"));
        let checked = match field("checked") {
            none if none.is_empty() => becomes.clone(),
            checked => checked,
        };
        let text = source(cell);
        let mut lines: Vec<&str> = text.lines().collect();
        let mut places = (0..lines.len()).filter(|&i| lines[i].trim() == line);
        match (places.next(), places.next()) {
            (Some(place), None) if text.contains(&format!("// {becomes}")) => {
                lines[place] = &checked;
                let mut again = cells(notebook)[index..].to_vec();
                again[0]["source"] = json!(lines.join("\n"));
                for (number, cell) in again.iter_mut().enumerate() {
                    cell["id"] = json!(format!("variant-{index}-{number}"));
                }
                found.push(Variant {
                    cells: again,
                    needs: field("needs"),
                    becomes,
                });
            }
            _ => problems.push(format!(
                "the variant \"{becomes}\": its cell must have the line \"{line}\" once, and \"// {becomes}\""
            )),
        }
    }
    (found, problems)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    fn notebook(text: &str) -> Value {
        let variant = json!({"line": "small()", "becomes": "large()", "needs": "mnist"});
        let cell = json!({"cell_type": "code", "source": text, "metadata": {"variant": variant}});
        let after = json!({"cell_type": "code", "source": "after"});
        json!({"cells": [{"cell_type": "markdown", "source": "small()"}, cell, after]})
    }

    #[test]
    fn the_line_is_changed_in_its_cell_and_the_cells_behind_follow() {
        let (found, problems) = find(&notebook("fn f() {\n    small()\n    // large()\n}"));
        assert!(problems.is_empty());
        let again: Vec<String> = found[0].cells.iter().map(source).collect();
        assert_eq!(again, ["fn f() {\nlarge()\n    // large()\n}", "after"]);
    }

    #[test]
    fn what_takes_too_long_is_checked_with_another_line() {
        let mut notebook = notebook("small()\n// large()");
        notebook["cells"][1]["metadata"]["variant"]["checked"] = json!("large().take(9)");
        let (found, _) = find(&notebook);
        assert_eq!(source(&found[0].cells[0]), "large().take(9)\n// large()");
        assert_eq!(found[0].becomes, "large()");
    }

    #[test]
    fn a_variant_without_its_line_or_its_comment_is_a_problem() {
        for text in ["small()", "// large()", "small()\nsmall()\n// large()"] {
            let (found, problems) = find(&notebook(text));
            assert!(found.is_empty());
            assert!(problems[0].starts_with("the variant \"large()\""));
        }
    }

    #[test]
    fn it_runs_where_its_data_are() {
        let folder = tempfile::tempdir().unwrap();
        let (found, _) = find(&notebook("small()\n// large()"));
        assert!(!found[0].can_run(folder.path()));
        std::fs::create_dir(folder.path().join("mnist")).unwrap();
        assert!(found[0].can_run(folder.path()));
    }
}
