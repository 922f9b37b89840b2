//! Reports: one format, one file, one pure function over the same settled verdict.
//!
//! [`human()`] is for a person at a terminal, [`json()`] for machines; [`picture`] draws one diagnostic
//! and is also used for mistakes in policy files. Knows verdicts, texts and spans; nothing of Git,
//! of arguments or of policy files. Everything from the judged repository is escaped here: no
//! function returns a control character other than `\n` and, when colour is on, its own styles.

mod excerpt;
pub mod human;
pub mod json;

mod matrix;
pub mod picture;
pub mod status;
mod wrap;

pub use human::{Human, Verbosity, human};
pub use json::json;

/// How a report for people is drawn.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Style {
    /// Whether ANSI colours may be used. The caller knows the terminal.
    pub color: bool,
    /// Columns of the terminal; less than 40 is taken as 40.
    pub width: usize,
    /// Whether the terminal shows more than ASCII.
    pub unicode: bool,
}

impl Style {
    /// The columns to fill.
    fn columns(&self) -> usize {
        self.width.clamp(40, 400)
    }

    /// `text` in `look`, when colour is on.
    fn paint(&self, look: anstyle::Style, text: &str) -> String {
        if self.color && !text.is_empty() { format!("{look}{text}{look:#}") } else { text.to_string() }
    }

    /// The sign for left-out text.
    fn ellipsis(&self) -> &'static str {
        if self.unicode { "…" } else { "..." }
    }
}
