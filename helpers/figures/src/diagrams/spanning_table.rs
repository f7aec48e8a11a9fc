//! Drawing a table whose cells may span its columns.

use crate::Figure;
use crate::drawing::{AXIS, Drawing, INK, SOFT_INK, pale, text_width};
use crate::theme::Rgb;

/// Of all texts.
const SIZE: f64 = 11.5;
const LINE: f64 = 16.0;
const PAD: f64 = 6.0;

/// What stands in a cell.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct Cell {
    pub parts: Vec<Part>,
}

/// Lines of a cell; in brackets where they are there several times.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Part {
    /// Lines, and whether each stands out.
    pub lines: Vec<(String, bool)>,
    pub times: Option<usize>,
}

/// A row: what it is about, and a cell for each column, or one for all.
pub(super) struct Row {
    pub head: String,
    pub cells: Vec<Cell>,
}

/// A table with the names of its columns in the first row.
pub(super) struct SpanningTable {
    pub rows: Vec<Row>,
    pub columns: usize,
    /// Columns that stand out.
    pub marked: Vec<usize>,
    pub accent: Rgb,
}

impl Cell {
    /// One line.
    pub fn line(text: impl Into<String>) -> Cell {
        let lines = vec![(text.into(), false)];
        Cell {
            parts: vec![Part { lines, times: None }],
        }
    }

    fn height(&self) -> f64 {
        let lines: usize = self.parts.iter().map(|part| part.lines.len()).sum();
        let brackets = self.parts.iter().filter(|part| part.times.is_some());
        LINE * lines as f64 + 6.0 * brackets.count() as f64
    }

    fn width(&self) -> f64 {
        let part = |part: &Part| {
            let lines = part.lines.iter().map(|(text, _)| text_width(text, SIZE));
            let room = if part.times.is_some() { 46.0 } else { 0.0 };
            lines.fold(0.0, f64::max) + room
        };
        self.parts.iter().map(part).fold(0.0, f64::max)
    }
}

impl SpanningTable {
    /// The widths of the first column and of the others.
    fn widths(&self) -> (f64, f64) {
        let heads = self.rows.iter().map(|row| text_width(&row.head, SIZE));
        let own = self
            .rows
            .iter()
            .filter(|row| row.cells.len() == self.columns);
        let widths = own.flat_map(|row| &row.cells).map(Cell::width);
        let head = heads.fold(30.0, f64::max) + 2.0 * PAD;
        (head, widths.fold(60.0, f64::max) + 3.0 * PAD)
    }

    pub fn width(&self) -> f64 {
        let (head, wide) = self.widths();
        head + wide * self.columns as f64 + 10.0
    }

    pub fn figure(&self) -> Figure {
        let (head, wide) = self.widths();
        let right = head + wide * self.columns as f64;
        let heights: Vec<f64> = self.rows.iter().map(height).collect();
        let total: f64 = heights.iter().sum();
        let mut drawing = Drawing::new(self.width(), total + 16.0);
        let mut y = 5.0;
        let mut rules = vec![y];
        for (row, height) in self.rows.iter().zip(heights) {
            let middle = y + height / 2.0;
            drawing.text_from(&row.head, SIZE, SOFT_INK, (5.0 + PAD, middle + 4.0));
            let span = self.columns / row.cells.len().max(1);
            for (i, cell) in row.cells.iter().enumerate() {
                let x = 5.0 + head + wide * (i * span) as f64;
                if self.marked.contains(&i) && row.cells.len() == self.columns {
                    let size = (wide, height);
                    drawing.rectangle((x, y), size, 0.0, pale(self.accent, 0.85));
                }
                self.cell(&mut drawing, cell, (x + 0.5 * wide * span as f64, middle));
                if i > 0 {
                    drawing.line(&[(x, y), (x, y + height)], 0.6, AXIS);
                }
            }
            y += height;
            rules.push(y);
        }
        for (i, &y) in rules.iter().enumerate() {
            let outer = i == 0 || i + 1 == rules.len();
            let weight = if outer { 1.4 } else { 0.6 };
            drawing.line(&[(5.0, y), (5.0 + right, y)], weight, AXIS);
        }
        let x = 5.0 + head;
        drawing.line(&[(x, 5.0), (x, y)], 0.6, AXIS);
        drawing.figure()
    }

    /// A cell around its middle.
    fn cell(&self, drawing: &mut Drawing, cell: &Cell, (x, middle): (f64, f64)) {
        let mut y = middle - cell.height() / 2.0;
        for part in &cell.parts {
            let pad = if part.times.is_some() { 3.0 } else { 0.0 };
            let wide = part.lines.iter().map(|(text, _)| text_width(text, SIZE));
            let half = wide.fold(0.0, f64::max) / 2.0 + 6.0;
            let centre = if part.times.is_some() { x - 10.0 } else { x };
            let top = y;
            y += pad;
            for (text, strong) in &part.lines {
                let ink = if *strong { self.accent } else { INK };
                drawing.text(text, SIZE, ink, (centre, y + 12.0));
                y += LINE;
            }
            y += pad;
            if let Some(times) = part.times {
                for side in [-1.0, 1.0] {
                    let (edge, hook) = (centre + side * half, centre + side * (half - 4.0));
                    let (up, down) = (top + 2.0, y - 2.0);
                    let corners = [(hook, up), (edge, up), (edge, down), (hook, down)];
                    drawing.line(&corners, 1.0, INK);
                }
                let at = (centre + half + 4.0, 0.5 * (top + y) + 4.0);
                drawing.text_from(&format!("×{times}"), SIZE, INK, at);
            }
        }
    }
}

fn height(row: &Row) -> f64 {
    let cells = row.cells.iter().map(Cell::height);
    cells.fold(LINE, f64::max) + PAD
}
