//! Our own code for the sh family, read back: a person's pipe may end in `oktapipe export` already where credentials are wanted.
//!
//! This is no shell. A line is one of the three that [`Script`](super::Script) writes, byte for byte, or the whole text is refused.

use super::{Dialect, is_name};
use secrecy::SecretString;

/// One line of a script.
#[derive(Debug)]
pub enum Statement {
    /// `unset NAME...`
    Unset(Vec<String>),
    /// `export NAME='...'`
    Export(String, SecretString),
    /// `(exit N)`, which stands last.
    Exit(u8),
}

/// Whether `text` begins as a script does, so that it is none of the other texts that a stage may be given: base64 and markup hold no blank
/// there.
pub fn is_code(text: &[u8]) -> bool {
    ["unset ", "export ", "(exit "].iter().any(|word| text.starts_with(word.as_bytes()))
}

/// Reads what [`Script`](super::Script) writes for [`Dialect::Sh`]. The last newline may be missing: `$(...)` takes it away.
///
/// None for any other text, a comment, a blank too many, or a value that is quoted otherwise.
pub fn read(text: &str) -> Option<Vec<Statement>> {
    let mut statements = Vec::new();
    let mut lines = text.strip_suffix('\n').unwrap_or(text).split('\n').peekable();
    while let Some(line) = lines.next() {
        let statement = statement(line)?;
        if matches!(statement, Statement::Exit(_)) && lines.peek().is_some() {
            return None;
        }
        statements.push(statement);
    }
    Some(statements)
}

fn statement(line: &str) -> Option<Statement> {
    if let Some(names) = line.strip_prefix("unset ") {
        let names: Vec<String> = names.split(' ').map(str::to_owned).collect();
        return names.iter().all(|name| is_name(name)).then_some(Statement::Unset(names));
    }
    if let Some(code) = line.strip_prefix("(exit ") {
        let code: u8 = code.strip_suffix(')')?.parse().ok()?;
        return (code > 0 && Dialect::Sh.failure(code).trim_end() == line).then_some(Statement::Exit(code));
    }
    let (name, word) = line.strip_prefix("export ")?.split_once('=')?;
    let value = value(word)?;
    is_name(name).then(|| Statement::Export(name.to_owned(), value.into()))
}

/// The value of a quoted word. That quoting it gives the word again rules out every other way to write it.
fn value(word: &str) -> Option<String> {
    let value = word.strip_prefix('\'')?.strip_suffix('\'')?.replace("'\\''", "'");
    (Dialect::Sh.quote(&value).ok()? == word).then_some(value)
}
