//! Figures that answer: HTML with a script, which needs no network, around a still form for where no
//! script runs.

use candle_core::Result;

use crate::display::{self, escape};
use crate::figure::Figure;
use candle_functional::errors::first_line;

/// What the scripts of all of them begin with.
const COMMON: &str = include_str!("scripted.js");
/// The most that a still form may take, in bytes: it stands in the notebook twice.
const STILL: usize = 24_000;

/// The parts of a figure that answers.
pub(crate) struct Scripted {
    /// Its script finds it by the attribute `data-name`.
    pub name: &'static str,
    pub script: &'static str,
    /// What the script starts from, as JSON: the attribute's value.
    pub data: String,
    /// The still form, a PNG in base64.
    pub still: String,
    /// What it shows, in words.
    pub text: String,
    /// What it does where the script runs: "this figure answers the mouse".
    pub promise: &'static str,
}

impl Scripted {
    pub fn html(&self) -> String {
        let (name, script, still) = (self.name, self.script, &self.still);
        let (data, text) = (escape(&self.data), escape(&self.text));
        format!(
            "<div data-{name}=\"{data}\"><img alt=\"{text}\" src=\"data:image/png;base64,{still}\">\
             <p>In JupyterLab, in a notebook that is trusted, {}.</p></div>\
             <script>{{\n{COMMON}{script}}}</script>",
            self.promise
        )
    }
}

/// A still form as PNG in base64.
pub(crate) fn still_png(figure: &Figure) -> Result<String> {
    figure.small_png(STILL)
}

/// What a notebook shows: the HTML, the still form once more for what takes no HTML (a PDF), and a
/// text; or the error.
pub(crate) fn blocks(made: Result<Scripted>) -> String {
    match made {
        Ok(made) => display::blocks(&[
            ("text/html", &made.html()),
            ("image/png", &made.still),
            ("text/plain", &made.text),
        ]),
        Err(error) => display::blocks(&[("text/plain", &first_line(&error))]),
    }
}
