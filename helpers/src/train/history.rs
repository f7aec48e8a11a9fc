//! What happened, epoch by epoch.

use std::fmt;

use candle_core::{Result, bail};

use crate::display::{self, escape};
use crate::plot::{self, Figure};

/// One epoch.
#[derive(Clone, Debug)]
pub struct Epoch {
    /// The mean over the training examples, while the parameters moved.
    pub train_loss: f64,
    /// The mean over the validation examples, at the end of the epoch.
    pub validation_loss: Option<f64>,
    /// The metrics, in the order they were asked for.
    pub metrics: Vec<f64>,
    /// The learning rate.
    pub lr: f64,
    /// How long it took, validation included.
    pub seconds: f64,
}

impl Epoch {
    /// What the best epoch is chosen by.
    fn watched(&self) -> f64 {
        self.validation_loss.unwrap_or(self.train_loss)
    }
}

/// The record of a training: as the last expression of a cell, a table; [`curves`](Self::curves)
/// draws it.
#[derive(Clone, Default)]
pub struct History {
    epochs: Vec<Epoch>,
    metrics: Vec<String>,
    /// Why it ended before its time, if it did.
    pub(super) note: String,
}

impl History {
    pub(super) fn new(metrics: Vec<String>) -> History {
        History {
            metrics,
            ..History::default()
        }
    }

    pub(super) fn push(&mut self, epoch: Epoch) {
        self.epochs.push(epoch);
    }

    pub(super) fn metric_names(&self) -> &[String] {
        &self.metrics
    }

    /// The epochs, in order.
    pub fn epochs(&self) -> &[Epoch] {
        &self.epochs
    }

    /// How many epochs were completed.
    pub fn len(&self) -> usize {
        self.epochs.len()
    }

    /// Whether no epoch was completed.
    pub fn is_empty(&self) -> bool {
        self.epochs.is_empty()
    }

    /// The training loss of each epoch.
    pub fn train_losses(&self) -> Vec<f64> {
        self.epochs.iter().map(|e| e.train_loss).collect()
    }

    /// The validation loss of each epoch; empty without validation data.
    pub fn validation_losses(&self) -> Vec<f64> {
        self.epochs
            .iter()
            .filter_map(|e| e.validation_loss)
            .collect()
    }

    /// A metric of each epoch, by its name.
    ///
    /// # Errors
    /// No metric of that name.
    pub fn metric(&self, name: &str) -> Result<Vec<f64>> {
        let Some(place) = self.metrics.iter().position(|metric| metric == name) else {
            bail!(
                "metric: none is called {name:?}; there are {:?}",
                self.metrics
            );
        };
        let values = self.epochs.iter().filter_map(|e| e.metrics.get(place));
        Ok(values.copied().collect())
    }

    /// The epoch with the lowest validation loss (without validation data, training loss), counted
    /// from 0; the first of equals.
    pub fn best(&self) -> Option<usize> {
        let losses = self.epochs.iter().map(Epoch::watched).enumerate();
        losses
            .min_by(|a, b| a.1.total_cmp(&b.1))
            .map(|(epoch, _)| epoch)
    }

    /// The best epoch as people count, from 1.
    pub(super) fn best_number(&self) -> usize {
        self.best().map_or(0, |best| best + 1)
    }

    /// The losses as a figure.
    ///
    /// # Errors
    /// No epoch was completed.
    pub fn curves(&self) -> Result<Figure> {
        if self.is_empty() {
            bail!("curves: no epoch was completed yet");
        }
        let curves = [
            ("train", self.train_losses()),
            ("validation", self.validation_losses()),
        ];
        let known = if curves[1].1.is_empty() { 1 } else { 2 };
        let figure = plot::loss_curves(&curves[..known])?;
        Ok(figure.title("Loss by epoch").x_label("epoch"))
    }

    /// Shows the table in a notebook, as HTML and as text.
    pub fn evcxr_display(&self) {
        display::show(&[
            ("text/html", &self.to_html()),
            ("text/plain", &self.to_string()),
        ]);
    }

    /// The table as HTML, in the colours of the notebook's theme; the best epoch is marked.
    pub fn to_html(&self) -> String {
        let row = |cells: Vec<String>, tag: &str| {
            let cell =
                |c: String| format!("<{tag} style=\"text-align:right\">{}</{tag}>", escape(&c));
            format!(
                "<tr>{}</tr>",
                cells.into_iter().map(cell).collect::<String>()
            )
        };
        let rows: String = self
            .rows()
            .into_iter()
            .map(|cells| row(cells, "td"))
            .collect();
        format!(
            "<table style=\"font-variant-numeric:tabular-nums\"><thead>{}</thead><tbody>{rows}</tbody></table><p>{}</p>",
            row(self.titles(), "th"),
            escape(&self.ending())
        )
    }

    fn titles(&self) -> Vec<String> {
        let metrics = self.metrics.iter().map(String::as_str);
        let titles = ["epoch", "train loss", "validation loss"].into_iter();
        let titles = titles.chain(metrics).chain(["learning rate", "seconds"]);
        titles.map(String::from).collect()
    }

    /// A row for each epoch; of very many, some evenly spread ones, the last and the best.
    fn rows(&self) -> Vec<Vec<String>> {
        const MOST: usize = 20;
        let step = self.len().div_ceil(MOST).max(1);
        let best = self.best();
        let shown = |&(n, _): &(usize, &Epoch)| {
            (n + 1) % step == 0 || Some(n) == best || n + 1 == self.len()
        };
        let row = |(n, e): (usize, &Epoch)| {
            let mark = if Some(n) == best { "* " } else { "" };
            let mut cells = vec![format!("{mark}{}", n + 1), format!("{:.4}", e.train_loss)];
            cells.push(
                e.validation_loss
                    .map_or("-".to_string(), |loss| format!("{loss:.4}")),
            );
            cells.extend(e.metrics.iter().map(|value| format!("{value:.4}")));
            cells.extend([rate(e.lr), format!("{:.1}", e.seconds)]);
            cells
        };
        self.epochs
            .iter()
            .enumerate()
            .filter(shown)
            .map(row)
            .collect()
    }

    /// One line: the best epoch, and why training ended before its time.
    pub(super) fn ending(&self) -> String {
        let mut ending = match self.best().and_then(|best| self.epochs.get(best)) {
            Some(epoch) => {
                let names = self.metrics.iter().zip(&epoch.metrics);
                let metrics: String = names
                    .map(|(name, value)| format!(", {name} {value:.4}"))
                    .collect();
                let which = if epoch.validation_loss.is_some() {
                    "validation"
                } else {
                    "train"
                };
                format!(
                    "* best: epoch {}, {which} loss {:.4}{metrics}",
                    self.best_number(),
                    epoch.watched()
                )
            }
            None => "no epoch was completed".to_string(),
        };
        if !self.note.is_empty() {
            ending.push_str(&format!(" ({})", self.note));
        }
        ending
    }
}

/// `0.01`, `2.50e-4`.
fn rate(lr: f64) -> String {
    if lr > 0.0 && lr < 1e-3 {
        return format!("{lr:.2e}");
    }
    let digits = format!("{lr:.5}");
    digits
        .trim_end_matches('0')
        .trim_end_matches('.')
        .to_string()
}

impl fmt::Display for History {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut lines = vec![self.titles()];
        lines.extend(self.rows());
        let length = |cell: &String| cell.chars().count();
        let width = |column: usize| lines.iter().map(|l| length(&l[column])).max().unwrap_or(0);
        let widths: Vec<usize> = (0..lines[0].len()).map(width).collect();
        for line in &lines {
            let cells = line
                .iter()
                .zip(&widths)
                .map(|(cell, w)| format!("{cell:>w$}"));
            writeln!(f, "{}", cells.collect::<Vec<_>>().join("  "))?;
        }
        write!(f, "{}", self.ending())
    }
}

impl fmt::Debug for History {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}
