//! The card: what a check says of a student's answer, as text, HTML and JSON.

use std::fmt;

use figures::display::{self, escape};

/// Under this MIME type the notebook keeps a card's JSON line; Jupyter does not show it.
const JSON: &str = "application/vnd.helpers.card+json";

/// How far an exercise has come.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Status {
    /// The hole, `todo!()`, is still there.
    Unwritten,
    /// At least one case came out wrong.
    Wrong,
    /// Every case came out right.
    Right,
}

/// The outcome of a check; the last line of a cell shows it.
#[derive(Clone)]
pub struct Card {
    name: String,
    status: Status,
    message: String,
}

impl Card {
    pub(super) fn new(name: &str, status: Status, message: &str) -> Card {
        Card {
            name: one_line(name, 200),
            status,
            message: one_line(message, 600),
        }
    }

    /// The name of the exercise.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// How far the exercise has come.
    pub fn status(&self) -> Status {
        self.status
    }

    /// What was verified, or the first case that came out wrong; one line.
    pub fn message(&self) -> &str {
        &self.message
    }

    /// 1 when every case came out right, else 0.
    pub fn points(&self) -> u32 {
        u32::from(self.status == Status::Right)
    }

    /// One line of JSON, to grade a class: `{"message":"...","name":"...","points":1,"status":"right"}`.
    /// A notebook keeps it in the check cell's output, as `application/vnd.helpers.card+json`.
    pub fn to_json(&self) -> String {
        let status = match self.status {
            Status::Unwritten => "unwritten",
            Status::Wrong => "wrong",
            Status::Right => "right",
        };
        serde_json::json!({
            "name": self.name,
            "status": status,
            "message": self.message,
            "points": self.points(),
        })
        .to_string()
    }

    /// Shows the card in a notebook.
    #[doc(hidden)]
    pub fn evcxr_display(&self) {
        display::show(&[
            ("text/html", &self.to_html()),
            ("text/plain", &self.to_string()),
            (JSON, &self.to_json()),
        ]);
    }

    /// One line of HTML in the colours of the notebook's theme; where that is not known, dark on an
    /// opaque light ground.
    fn to_html(&self) -> String {
        let (border, background) = match self.status {
            Status::Unwritten => ("#6e7781", "#eeeeee"),
            Status::Wrong => ("#c62828", "#fdecea"),
            Status::Right => ("#1a7f37", "#e6f4ea"),
        };
        let (sign, word) = self.status.sign_and_word();
        format!(
            "<div style=\"background:var(--jp-layout-color2,{background});\
             color:var(--jp-ui-font-color1,#1f2328);border-left:6px solid {border};\
             border-radius:4px;padding:8px 12px;font-family:sans-serif\">\
             <strong>{sign} {}: {word}.</strong> {}</div>",
            escape(&self.name),
            escape(&self.message)
        )
    }
}

impl Status {
    /// Colour is never alone: a sign and a word say the same.
    fn sign_and_word(self) -> (&'static str, &'static str) {
        match self {
            Status::Unwritten => ("…", "not written yet"),
            Status::Wrong => ("✗", "not right yet"),
            Status::Right => ("✓", "verified"),
        }
    }
}

impl fmt::Debug for Card {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if display::is_shown_by_debug(|| self.evcxr_display()) {
            return write!(f, "{self}");
        }
        f.debug_struct("Card")
            .field("name", &self.name)
            .field("status", &self.status)
            .field("message", &self.message)
            .finish()
    }
}

impl fmt::Display for Card {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (sign, word) = self.status.sign_and_word();
        write!(f, "{sign} {}: {word}. {}", self.name, self.message)
    }
}

/// At most so many characters, without line breaks or other control characters: a line of the
/// student's text can then never end the display.
pub(super) fn one_line(text: &str, most: usize) -> String {
    let words: Vec<&str> = text
        .split(|c: char| c.is_whitespace() || c.is_control())
        .collect();
    let words = words.into_iter().filter(|word| !word.is_empty());
    let line = words.collect::<Vec<_>>().join(" ");
    match line.char_indices().nth(most) {
        Some((end, _)) => format!("{}…", &line[..end]),
        None => line,
    }
}
