//! A summary as a table, in HTML and in text.

use std::fmt;

use super::summary::{Row, Summary};
use candle_functional::display_shape;
use candle_functional::errors::some_of;
use figures::counts::thousands;
use figures::display;
use figures::table::Table;

impl Summary {
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
            let count = self.unused.iter().map(|p| p.var.elem_count()).sum();
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
                display_shape(&self.input)
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
        self.table().to_html()
    }

    fn table(&self) -> Table {
        let titles = [
            "layer",
            "kind",
            "output shape",
            "parameters",
            "multiply-adds",
            "receptive field",
        ];
        let mut rows = vec![titles.map(String::from).to_vec()];
        rows.extend(self.rows.iter().map(cells));
        Table {
            rows,
            left: 3,
            notes: self.totals(),
        }
    }
}

/// A line of the table; its level indents the name.
fn cells(row: &Row) -> Vec<String> {
    let name = row.name.rsplit('.').next().unwrap_or_default();
    let name = "  ".repeat(row.level) + name;
    if row.what.is_empty() {
        return [&name, "", "", "", "", ""].map(String::from).to_vec();
    }
    let count = |n: usize| if n == 0 { String::new() } else { thousands(n) };
    vec![
        name,
        row.what.clone(),
        display_shape(&row.output).to_string(),
        count(row.parameters),
        count(row.multiply_adds),
        match row.receptive_field {
            Some(side) if row.output.len() == 3 => side.to_string(),
            Some(side) => format!("{side} × {side}"),
            None => "all".to_string(),
        },
    ]
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
        let lines = self.table().lines();
        let width = lines.iter().map(|line| line.chars().count()).max();
        let rule = "─".repeat(width.unwrap_or(0));
        let (titles, rows) = lines.split_at(1);
        writeln!(f, "{}\n{rule}", titles.join("\n"))?;
        for row in rows {
            writeln!(f, "{row}")?;
        }
        write!(f, "{rule}\n{}", self.totals().join("\n"))
    }
}

fn megabytes(bytes: usize) -> String {
    format!("{:.2} MB", bytes as f64 / 1e6)
}
