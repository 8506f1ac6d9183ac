//! The output to stdout, whole and in one write; masked where a terminal shows it.

use super::stderr::Stderr;
use crate::cli::Cli;
use crate::document::{self, Document, error_document, to_line, to_pretty};
use crate::error::{Error, Kind};
use std::fs::File;
use std::io::{self, Write};
use std::path::Path;
use zeroize::Zeroizing;

const MASKED: &str = "secrets are masked on a terminal; --reveal shows them, and a pipe gets them";

pub(super) fn write_text(
    cli: &Cli,
    stderr: &Stderr,
    plain: &str,
    masked: &str,
    terminal: bool,
) -> Result<(), Error> {
    let masks = terminal && !cli.common.reveal && masked != plain;
    write(if masks { masked } else { plain })?;
    if masks {
        stderr.warning(MASKED);
    }
    Ok(())
}

/// Writes to the end of a file that is there, whole.
pub(super) fn append(file: &Path, text: &str) -> Result<(), Error> {
    let written =
        File::options().append(true).open(file).and_then(|mut file| file.write_all(text.as_bytes()));
    written.map_err(|error| {
        let path = crate::error::printable(&file.display().to_string());
        Error::new(Kind::Io, format!("{path} cannot be written: {error}"), "check what GITHUB_ENV names")
    })
}

pub(super) fn write_document(
    cli: &Cli,
    stderr: &Stderr,
    document: &Document,
    terminal: bool,
) -> Result<(), Error> {
    if !terminal {
        return write(&Zeroizing::new(to_line(document)));
    }
    if cli.common.reveal {
        return write(&Zeroizing::new(to_pretty(document)));
    }
    let (masked, hidden) = document::mask(document);
    write(&to_pretty(&masked))?;
    if hidden {
        stderr.warning(MASKED);
    }
    Ok(())
}

/// Many documents, one a line, in one write. A failed one is its error document, in its place, and one line on stderr.
pub(super) fn write_lines(
    cli: &Cli,
    stderr: &Stderr,
    name: &'static str,
    lines: Vec<Result<Document, Error>>,
    terminal: bool,
) -> Result<(), Error> {
    let (mut text, mut first, mut hides) = (Zeroizing::new(String::new()), None, false);
    for line in lines {
        let (document, exit_code) = match line {
            Ok(document) => (document, None),
            Err(Error::Failed(failure)) => {
                stderr.failure(name, &failure);
                (error_document(name, &failure), Some(failure.kind.exit_code()))
            }
            Err(Error::Upstream { exit_code, document }) => (document.into(), Some(exit_code)),
            Err(other) => return Err(other),
        };
        first = first.or(exit_code);
        text.push_str(&Zeroizing::new(match terminal {
            true if !cli.common.reveal => {
                let (masked, hidden) = document::mask(&document);
                hides |= hidden;
                to_pretty(&masked)
            }
            true => to_pretty(&document),
            false => to_line(&document),
        }));
    }
    write(&text)?;
    if hides {
        stderr.warning(MASKED);
    }
    first.map_or(Ok(()), |exit_code| Err(Error::Told { exit_code }))
}

/// Writes to stdout, whole, and flushes.
///
/// # Errors
/// [`Error::ReaderGone`] for EPIPE, `io` for any other reason (`/dev/full`, a closed descriptor).
pub(super) fn write(text: &str) -> Result<(), Error> {
    let mut stdout = io::stdout().lock();
    stdout.write_all(text.as_bytes()).and_then(|()| stdout.flush()).map_err(|error| match error.kind() {
        io::ErrorKind::BrokenPipe => Error::ReaderGone,
        _ => Error::new(Kind::Io, format!("stdout cannot be written: {error}"), "check where it goes"),
    })
}
