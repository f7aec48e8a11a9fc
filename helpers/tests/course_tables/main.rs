//! The tables of `notebooks/README.md` keep to the truth: each line of ours in the tables "PyTorch line / our
//! line" stands in `lines/`, which is compiled and run, and each link leads to a file and a heading that exist.
#![allow(clippy::unwrap_used, missing_docs)]

mod lines;

use std::fs;
use std::path::{Path, PathBuf};

use serde_json::Value;

/// Everything that is compiled here.
const LINES: [&str; 4] = [
    include_str!("lines/data.rs"),
    include_str!("lines/layers.rs"),
    include_str!("lines/tensors.rs"),
    include_str!("lines/training.rs"),
];

fn notebooks() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../notebooks")
}

fn readme() -> String {
    fs::read_to_string(notebooks().join("README.md")).unwrap()
}

/// The text between a heading of the second level and the next.
fn section<'a>(text: &'a str, heading: &str) -> &'a str {
    let (_, after) = text.split_once(&format!("\n## {heading}\n")).unwrap();
    after
        .split_once("\n## ")
        .map_or(after, |(inside, _)| inside)
}

/// The cells of each row of the tables in a text, without titles and rules.
fn rows(text: &str) -> Vec<Vec<String>> {
    let lines: Vec<&str> = text.lines().collect();
    let mut rows = Vec::new();
    for (i, line) in lines.iter().enumerate() {
        let is_title = lines.get(i + 1).is_some_and(|next| next.starts_with("|--"));
        if line.starts_with("| ") && !is_title {
            // A bar inside a cell is written \|.
            let line = line.replace("\\|", "\u{1}");
            let cells = line.trim_matches('|').split('|');
            rows.push(cells.map(|cell| cell.replace('\u{1}', "|")).collect());
        }
    }
    rows
}

/// What stands between backticks.
fn code(cell: &str) -> Vec<String> {
    let parts = cell.split('`').enumerate();
    parts
        .filter(|(i, _)| i % 2 == 1)
        .map(|(_, part)| part.to_string())
        .collect()
}

/// Without spaces, and without the comma that rustfmt puts behind the last of several lines.
fn squeezed(code: &str) -> String {
    let dense: String = code.chars().filter(|c| !c.is_whitespace()).collect();
    dense.replace(",)", ")").replace(",}", "}")
}

#[test]
fn every_line_of_ours_is_compiled() {
    let compiled = squeezed(&LINES.concat());
    let readme = readme();
    let rows = rows(section(&readme, "If you know PyTorch"));
    assert!(rows.len() > 60, "{} rows", rows.len());
    let mut missing = Vec::new();
    for row in &rows {
        assert_eq!(row.len(), 2, "{row:?}");
        for line in code(&row[1]) {
            if line != "Training" && !compiled.contains(&squeezed(&line)) {
                missing.push(line);
            }
        }
    }
    assert!(
        missing.is_empty(),
        "write these into lines/ too, or mend the table:\n{}",
        missing.join("\n")
    );
}

/// The links of a text: what stands in `](...)`, parentheses in pairs inside; those to the web apart.
fn links(text: &str) -> Vec<&str> {
    let mut links = Vec::new();
    for rest in text.split("](").skip(1) {
        let mut open = 0;
        let end = rest.find(|c| {
            open += i32::from(c == '(') - i32::from(c == ')');
            open < 0
        });
        links.extend(end.map(|end| &rest[..end]));
    }
    links.retain(|link| !link.contains("://"));
    links
}

/// The anchors of a notebook, as JupyterLab makes them: a heading with dashes for spaces.
fn anchors(notebook: &Path) -> Vec<String> {
    let json: Value = serde_json::from_str(&fs::read_to_string(notebook).unwrap()).unwrap();
    let mut anchors = Vec::new();
    for cell in json["cells"].as_array().unwrap() {
        if cell["cell_type"] != "markdown" {
            continue;
        }
        let lines = cell["source"].as_array().into_iter().flatten();
        let text: String = lines.filter_map(Value::as_str).collect();
        let headings = text
            .lines()
            .filter_map(|line| line.trim_start_matches('#').strip_prefix(' '));
        anchors.extend(headings.map(|heading| heading.replace('`', "").replace(' ', "-")));
    }
    anchors
}

/// What is wrong with the links of a text that stands in this folder.
fn broken(text: &str, folder: &Path) -> Vec<String> {
    let mut broken = Vec::new();
    for link in links(text) {
        let (file, anchor) = link.split_once('#').unwrap_or((link, ""));
        let path = folder.join(file);
        if file.is_empty() {
            continue; // a heading of the same text
        }
        if !path.exists() {
            broken.push(format!("{link}: there is no such file"));
        } else if file.ends_with(".ipynb")
            && !anchor.is_empty()
            && !anchors(&path).iter().any(|heading| heading == anchor)
        {
            broken.push(format!("{link}: there is no heading {anchor}"));
        }
    }
    broken
}

#[test]
fn links_lead_to_files_and_headings() {
    let found = broken(&readme(), &notebooks());
    assert!(found.is_empty(), "{}", found.join("\n"));
}

#[test]
fn links_of_the_notebooks_lead_to_files_and_headings() {
    let mut found = Vec::new();
    for practical in ["tp1", "tp2"] {
        let folder = notebooks().join(practical);
        for entry in fs::read_dir(&folder).unwrap() {
            let path = entry.unwrap().path();
            if path.extension().is_none_or(|end| end != "ipynb") {
                continue;
            }
            let json: Value = serde_json::from_str(&fs::read_to_string(&path).unwrap()).unwrap();
            for cell in json["cells"].as_array().unwrap() {
                if cell["cell_type"] == "markdown" {
                    let lines = cell["source"].as_array().into_iter().flatten();
                    let text: String = lines.filter_map(Value::as_str).collect();
                    let name = path.file_name().unwrap().display();
                    found.extend(
                        broken(&text, &folder)
                            .iter()
                            .map(|b| format!("{name}: {b}")),
                    );
                }
            }
        }
    }
    assert!(found.is_empty(), "{}", found.join("\n"));
}

#[test]
fn every_row_of_the_slides_leads_to_a_section() {
    let readme = readme();
    let rows = rows(section(&readme, "Slide by slide"));
    assert!(rows.len() >= 35, "{} rows", rows.len());
    for row in rows {
        assert!(
            links(&row[1]).iter().any(|link| link.contains('#')),
            "{row:?}"
        );
    }
}
