//! `completions`: the completions of a shell, made from the command line's own description.

use crate::cli::{Cli, Completions};
use crate::error::Error;
use crate::stage::Output;
use clap::CommandFactory;

/// Prints the script that a shell sources.
///
/// # Errors
/// None today; the signature is that of every command.
pub fn run(arguments: &Completions) -> Result<Output, Error> {
    let mut script = Vec::new();
    clap_complete::generate(arguments.shell, &mut Cli::command(), "oktapipe", &mut script);
    let text = String::from_utf8_lossy(&script).into_owned();
    Ok(Output::Text { plain: text.clone().into(), masked: text })
}
