//! `exec`: a command with credentials in its environment, and nothing of ours beside it: this process becomes the command, so that its
//! stdin, signals, job control and status are its own.

use super::login::{Demand, Source, export};
use super::{Failed, online};
use crate::cli::{Exec, Export, Format};
use crate::context::Context;
use crate::document::Document;
use crate::error::{Error, Kind, printable};
use crate::secret::child;
use crate::stage::Output;
use std::ffi::OsString;
use std::io;
use std::process::Command;

/// The exit code of every failure of ours, usage among them, so that none can be taken for one of the command's: as env(1), timeout(1) and
/// docker run have it. 126 and 127 stand for a command that cannot be run, and for one that is not there.
pub const FAILED: u8 = 125;
/// As a shell has it.
pub const NOT_EXECUTABLE: u8 = 126;
/// As a shell has it.
pub const NOT_FOUND: u8 = 127;

/// The command, ready to be run: the person's environment, with what `export` sets and without what it unsets, and without passwords and codes.
///
/// # Errors
/// As `login`.
pub fn run(arguments: &Exec, context: &Context<'_>) -> Result<Command, Failed> {
    let source = Source::new(context, &arguments.sign_in, &arguments.role, Demand::Person)?;
    let document = match source.fresh() {
        Some(fresh) => fresh,
        None => online(source.credentials())?,
    };
    let mut command = command(&arguments.command)?;
    let format =
        Export { region: arguments.role.region.clone(), label: arguments.label.clone(), ..Export::default() };
    for (name, value) in variables(context, document, format)?.members() {
        match value.as_str() {
            Some(value) => command.env(name, value),
            None => command.env_remove(name),
        };
    }
    Ok(command)
}

/// A command from its words, without the variables that are no command's.
///
/// # Errors
/// `usage` where there is no word.
pub(super) fn command(words: &[OsString]) -> Result<Command, Error> {
    let (program, rest) = words
        .split_first()
        .ok_or_else(|| Error::new(Kind::Usage, "no command is given", "give it behind --"))?;
    let mut command = child(program);
    command.args(rest);
    Ok(command)
}

/// What `export` sets for these credentials, and as null what it unsets.
///
/// # Errors
/// Those of `export`.
pub(super) fn variables(
    context: &Context<'_>,
    credentials: Document,
    format: Export,
) -> Result<Document, Failed> {
    // The one format that says what is unset, too.
    let format = Export { format: Format::Nushell, ..format };
    match export(&format, context, &[credentials])? {
        Output::Document(variables) => Ok(variables),
        _ => Err(Error::new(Kind::Internal, "export printed no document", "report it").into()),
    }
}

/// Why a command does not run, and the number for it.
pub fn not_run(command: &Command, error: &io::Error) -> (Error, u8) {
    let program = printable(&command.get_program().to_string_lossy());
    let (exit_code, hint) = match error.kind() {
        io::ErrorKind::NotFound => (NOT_FOUND, "check its name, and PATH"),
        _ => (NOT_EXECUTABLE, "check that it is a program, and may be run"),
    };
    (Error::new(Kind::Config, format!("{program} cannot be run: {error}"), hint), exit_code)
}
