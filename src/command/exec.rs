//! `exec`: a command with credentials in its environment, and nothing of ours beside it: this process becomes the command, so that its
//! stdin, signals, job control and status are its own.

use super::login::{Demand, Source, export};
use super::{Failed, online};
use crate::cli::{Exec, Export, Format};
use crate::context::Context;
use crate::error::{Error, Kind};
use crate::secret::child;
use crate::stage::Output;
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
    // The one format that says what is unset, too.
    let format = Export {
        format: Format::Nushell,
        region: arguments.role.region.clone(),
        label: arguments.label.clone(),
        ..Export::default()
    };
    let Output::Document(variables) = export(&format, context, &[document])? else {
        return Err(Error::new(Kind::Internal, "export printed no document", "report it").into());
    };
    let (program, rest) = arguments
        .command
        .split_first()
        .ok_or_else(|| Error::new(Kind::Usage, "no command is given", "give it behind --"))?;
    let mut command = child(program);
    command.args(rest);
    for (name, value) in variables.members() {
        match value.as_str() {
            Some(value) => command.env(name, value),
            None => command.env_remove(name),
        };
    }
    Ok(command)
}
