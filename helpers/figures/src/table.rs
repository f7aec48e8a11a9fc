//! Tables of texts, in HTML and in lines of text.

use super::display::escape;

/// Rows of texts, the first of which names the columns.
pub struct Table {
    /// A row's cells; spaces before a text indent it.
    pub rows: Vec<Vec<String>>,
    /// How many columns, from the first on, are aligned to the left; the others hold numbers.
    pub left: usize,
    /// Lines below the table.
    pub notes: Vec<String>,
}

impl Table {
    /// The table as HTML, in the colours of the notebook's theme.
    pub fn to_html(&self) -> String {
        let html_row = |tag: &str, row: &Vec<String>| {
            let cells = row.iter().enumerate().map(|(column, cell)| {
                let (side, indent) = match column < self.left {
                    true => ("left", cell.len() - cell.trim_start().len()),
                    false => ("right", 0),
                };
                let padding = 0.5 + 0.7 * indent as f64;
                let text = escape(cell.trim());
                format!(
                    "<{tag} style=\"text-align:{side};padding-left:{padding:.1}em\">{text}</{tag}>"
                )
            });
            format!("<tr>{}</tr>", cells.collect::<String>())
        };
        let (titles, rows) = self.rows.split_at(1.min(self.rows.len()));
        let titles: String = titles.iter().map(|row| html_row("th", row)).collect();
        let rows: String = rows.iter().map(|row| html_row("td", row)).collect();
        let notes: Vec<String> = self.notes.iter().map(|note| escape(note)).collect();
        format!(
            "<table style=\"font-variant-numeric:tabular-nums\"><thead>{titles}</thead>\
             <tbody>{rows}</tbody></table><p>{}</p>",
            notes.join("<br>")
        )
    }

    /// The rows as lines, each column as wide as its widest cell.
    pub fn lines(&self) -> Vec<String> {
        let columns = self.rows.first().map_or(0, Vec::len);
        let cells = |column: usize| self.rows.iter().map(move |row| row[column].chars().count());
        let widths: Vec<usize> = (0..columns).map(|i| cells(i).max().unwrap_or(0)).collect();
        let line = |row: &Vec<String>| {
            let cells = row.iter().zip(&widths).enumerate();
            let aligned = cells.map(|(column, (cell, &width))| match column < self.left {
                true => format!("{cell:<width$}"),
                false => format!("{cell:>width$}"),
            });
            aligned
                .collect::<Vec<_>>()
                .join("  ")
                .trim_end()
                .to_string()
        };
        self.rows.iter().map(line).collect()
    }
}
