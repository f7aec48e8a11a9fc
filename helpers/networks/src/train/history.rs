//! What happened, epoch by epoch.

use std::fmt;

use candle_core::{Result, bail};

use figures::display;
use figures::table::Table;
use figures::{self, Figure};

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
    pub(super) epochs: Vec<Epoch>,
    pub(super) metrics: Vec<String>,
    /// Why it ended before its time, if it did.
    pub(super) note: String,
}

impl History {
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

    /// The losses as a figure.
    ///
    /// # Errors
    /// No epoch was completed.
    pub fn curves(&self) -> Result<Figure> {
        if self.is_empty() {
            bail!("curves: no epoch was completed yet");
        }
        let run = ("", self.train_losses(), self.validation_losses());
        Ok(figures::learning_curves(&[run])?.title("Loss by epoch"))
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

    /// A row for each epoch; of very many, every so many epochs one, and the best and the last.
    fn table(&self) -> Table {
        const MOST: usize = 20;
        let step = self.len().div_ceil(MOST).max(1);
        let titles = ["epoch", "train loss", "validation loss", "lr", "seconds"].into_iter();
        let titles = titles.chain(self.metrics.iter().map(String::as_str));
        let mut rows = vec![titles.map(|title| format!("{title:>8}")).collect()];
        for (n, e) in (1..).zip(&self.epochs) {
            let best = self.best() == Some(n - 1);
            if n % step != 0 && n != self.len() && !best {
                continue;
            }
            let validation = e
                .validation_loss
                .map_or("-".to_string(), |loss| format!("{loss:.4}"));
            let mut row = vec![
                format!("{}{n}", if best { "* " } else { "" }),
                format!("{:.4}", e.train_loss),
                validation,
                // Three digits, and no zeros after them.
                format!("{:.2e}", e.lr)
                    .parse::<f64>()
                    .unwrap_or(e.lr)
                    .to_string(),
                format!("{:.1}", e.seconds),
            ];
            row.extend(e.metrics.iter().map(|value| format!("{value:.4}")));
            rows.push(row);
        }
        Table {
            rows,
            left: 0,
            notes: vec![self.ending()],
        }
    }

    /// One line: the best epoch, and why training ended before its time.
    pub(super) fn ending(&self) -> String {
        let note = if self.note.is_empty() {
            String::new()
        } else {
            format!(" ({})", self.note)
        };
        let Some((n, best)) = self.best().map(|n| (n + 1, &self.epochs[n])) else {
            return format!("no epoch was completed{note}");
        };
        let metrics = self.metrics.iter().zip(&best.metrics);
        let metrics: String = metrics
            .map(|(name, value)| format!(", {name} {value:.4}"))
            .collect();
        let which = best.validation_loss.map_or("train", |_| "validation");
        format!(
            "* best: epoch {n}, {which} loss {:.4}{metrics}{note}",
            best.watched()
        )
    }
}

impl fmt::Debug for History {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if display::is_shown_by_debug(|| self.evcxr_display()) {
            return write!(f, "{self}");
        }
        f.debug_struct("History")
            .field("epochs", &self.epochs)
            .field("metrics", &self.metrics)
            .field("note", &self.note)
            .finish()
    }
}

impl fmt::Display for History {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for line in self.table().lines() {
            writeln!(f, "{line}")?;
        }
        write!(f, "{}", self.ending())
    }
}
