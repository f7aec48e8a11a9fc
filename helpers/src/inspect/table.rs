//! A summary as a table, in HTML and in text.

use std::fmt;

use super::Summary;
use super::summary::Row;
use crate::display::{self, escape};
use crate::errors::some_of;
use crate::functional::words;

impl Summary {
    /// The table's lines: name, kind, shape, parameters, multiply-adds, receptive field.
    fn cells(&self) -> Vec<[String; 6]> {
        let count = |n: usize| if n == 0 { String::new() } else { thousands(n) };
        let line = |row: &Row| {
            if row.what.is_empty() {
                let name = row.name.rsplit('.').next().unwrap_or_default();
                return [name, "", "", "", "", ""].map(String::from);
            }
            [
                row.name.rsplit('.').next().unwrap_or_default().to_string(),
                row.what.clone(),
                words(&row.output).to_string(),
                count(row.parameters),
                count(row.multiply_adds),
                match row.receptive_field {
                    Some(side) if row.output.len() == 3 => side.to_string(),
                    Some(side) => format!("{side} × {side}"),
                    None => "all".to_string(),
                },
            ]
        };
        self.rows.iter().map(line).collect()
    }

    fn totals(&self) -> Vec<String> {
        let frozen = self.parameters - self.trainable;
        let bytes = self.parameter_bytes + self.output_bytes;
        let mut totals = vec![format!(
            "{} parameters: {} trainable, {} frozen",
            thousands(self.parameters),
            thousands(self.trainable),
            thousands(frozen)
        )];
        if !self.unused.is_empty() {
            let count = self.unused.iter().map(|p| p.var().elem_count()).sum();
            let names: Vec<String> = self.unused.iter().map(|p| format!("{p:?}")).collect();
            totals.push(format!(
                "{} more in the same Parameters are unused: {}; {} in all",
                thousands(count),
                some_of(&names),
                thousands(self.parameters + count)
            ));
        }
        totals.extend([
            format!(
                "{} multiply-adds for an input of {}",
                thousands(self.multiply_adds),
                words(&self.input)
            ),
            format!(
                "memory: {} parameters + {} outputs = {}",
                megabytes(self.parameter_bytes),
                megabytes(self.output_bytes),
                megabytes(bytes)
            ),
        ]);
        totals
    }

    /// Shows the table in a notebook, as HTML and as text.
    #[doc(hidden)]
    pub fn evcxr_display(&self) {
        display::show(&[
            ("text/html", &self.to_html()),
            ("text/plain", &self.to_string()),
        ]);
    }

    /// The table as HTML, in the colours of the notebook's theme.
    pub fn to_html(&self) -> String {
        let mut html =
            String::from("<table style=\"font-variant-numeric:tabular-nums\"><thead><tr>");
        for (i, title) in TITLES.iter().enumerate() {
            html.push_str(&format!(
                "<th style=\"text-align:{}\">{title}</th>",
                side(i)
            ));
        }
        html.push_str("</tr></thead><tbody>");
        for (row, cells) in self.rows.iter().zip(self.cells()) {
            html.push_str("<tr>");
            for (i, cell) in cells.iter().enumerate() {
                let cell = cell.replace('&', "&amp;").replace('<', "&lt;");
                let indent = if i == 0 {
                    1.4 * row.level as f64 + 0.5
                } else {
                    0.5
                };
                html.push_str(&format!(
                    "<td style=\"text-align:{};padding-left:{indent}em\">{cell}</td>",
                    side(i)
                ));
            }
            html.push_str("</tr>");
        }
        html.push_str(&format!(
            "</tbody></table><p>{}</p>",
            escape(&self.totals().join("\n")).replace('\n', "<br>")
        ));
        html
    }
}

const TITLES: [&str; 6] = [
    "layer",
    "kind",
    "output shape",
    "parameters",
    "multiply-adds",
    "receptive field",
];

/// Words to the left, numbers to the right.
fn side(column: usize) -> &'static str {
    if column < 3 { "left" } else { "right" }
}

impl fmt::Debug for Summary {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if display::is_shown_by_debug(|| self.evcxr_display()) {
            return write!(f, "{self}");
        }
        f.debug_struct("Summary")
            .field("rows", &self.rows)
            .field("input", &self.input)
            .field("parameters", &self.parameters)
            .field("trainable", &self.trainable)
            .field("unused", &self.unused)
            .field("multiply_adds", &self.multiply_adds)
            .field("parameter_bytes", &self.parameter_bytes)
            .field("output_bytes", &self.output_bytes)
            .finish()
    }
}

impl fmt::Display for Summary {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut lines = vec![TITLES.map(String::from)];
        for (row, mut cells) in self.rows.iter().zip(self.cells()) {
            cells[0].insert_str(0, &"  ".repeat(row.level));
            lines.push(cells);
        }
        let width = |i: usize| {
            lines
                .iter()
                .map(|l| l[i].chars().count())
                .max()
                .unwrap_or(0)
        };
        let widths: [usize; 6] = std::array::from_fn(width);
        let rule = "─".repeat(widths.iter().sum::<usize>() + 2 * 5);
        for (n, line) in lines.iter().enumerate() {
            let aligned = line.iter().enumerate().map(|(i, cell)| match side(i) {
                "left" => format!("{cell:<w$}", w = widths[i]),
                _ => format!("{cell:>w$}", w = widths[i]),
            });
            writeln!(f, "{}", aligned.collect::<Vec<_>>().join("  ").trim_end())?;
            if n == 0 {
                writeln!(f, "{rule}")?;
            }
        }
        write!(f, "{rule}\n{}", self.totals().join("\n"))
    }
}

/// `61,706`.
pub(super) fn thousands(n: usize) -> String {
    let digits = n.to_string();
    let groups: Vec<&str> = digits
        .as_bytes()
        .rchunks(3)
        .rev()
        .filter_map(|group| std::str::from_utf8(group).ok())
        .collect();
    groups.join(",")
}

fn megabytes(bytes: usize) -> String {
    format!("{:.2} MB", bytes as f64 / 1e6)
}
