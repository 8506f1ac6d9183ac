//! What is wrong in a file of profiles, and on which line.

use crate::error::{Error, Kind, printable};
use std::path::Path;
use toml_edit::TomlError;

/// A fault. No value of the file is in it: a password that somebody wrote there is not told to a log.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fault {
    /// The line, from 1 on; 0 for the file as a whole.
    pub line: usize,
    message: String,
    hint: String,
}

impl Fault {
    pub(super) fn new(line: usize, message: impl AsRef<str>, hint: impl AsRef<str>) -> Fault {
        Fault { line, message: printable(message.as_ref()), hint: printable(hint.as_ref()) }
    }

    /// What the TOML parser says. Its own text shows the line with what stands there; only its description is taken.
    pub(super) fn syntax(text: &str, error: &TomlError) -> Fault {
        let line = error.span().map_or(0, |span| line_of(text, span.start));
        let message = error.message().lines().next().unwrap_or("no TOML").to_owned();
        Fault::new(line, message, "see oktapipe man config")
    }

    /// The failure of a command that reads `path`.
    pub fn error(&self, path: &Path) -> Error {
        let path = printable(&path.display().to_string());
        let place = if self.line == 0 { path } else { format!("{path} line {}", self.line) };
        Error::new(Kind::Config, format!("{place}: {}", self.message), &self.hint)
    }
}

/// The line that a byte stands on, from 1 on.
pub(super) fn line_of(text: &str, byte: usize) -> usize {
    let before = text.as_bytes().get(..byte).unwrap_or(text.as_bytes());
    before.iter().filter(|byte| **byte == b'\n').count() + 1
}
