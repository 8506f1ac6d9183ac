//! What a command ends with, and how that is written; or what this process becomes.

use super::output::{append, write, write_document, write_lines, write_text};
use super::stderr::Stderr;
use crate::cli::Cli;
use crate::command::{self, exec};
use crate::error::Error;
use crate::process;
use crate::stage::Output;
use secrecy::ExposeSecret;
use std::io;
use std::os::unix::process::CommandExt;

/// What a command ends with.
pub(super) enum Ending {
    Output(Output),
    /// Output of one of the stages that the command is made of.
    Login(command::login::Printed),
    /// A command that this process becomes.
    Exec(std::process::Command),
    /// What was found, and the number of the first fault.
    Report(command::doctor::Report),
    /// What a TAB offers: a shell in the middle of a line has no use for a failure.
    Candidates(String),
    /// A program of its own has shown everything.
    Shown,
    /// Text, and a server that goes on after it was written, until a signal.
    #[cfg(feature = "sandbox")]
    Serving(command::sandbox::Serving),
    /// A show that writes as it goes, with the exit code of what it ran.
    #[cfg(feature = "sandbox")]
    Demo(command::demo::Demo),
}

impl Ending {
    pub(super) fn write(self, cli: &Cli, stderr: &Stderr, terminal: bool) -> Result<(), Error> {
        match self {
            Ending::Output(output) => write_output(cli, stderr, cli.command.name(), output, terminal),
            Ending::Login(printed) => write_output(cli, stderr, printed.stage, printed.output, terminal),
            Ending::Exec(command) => Err(become_command(command, stderr)),
            Ending::Report(report) => {
                write_output(cli, stderr, cli.command.name(), report.output, terminal)?;
                match report.exit_code {
                    0 => Ok(()),
                    exit_code => Err(Error::Told { exit_code }),
                }
            }
            Ending::Candidates(lines) => {
                let _ = write(&lines);
                Ok(())
            }
            Ending::Shown => Ok(()),
            #[cfg(feature = "sandbox")]
            Ending::Serving(serving) => {
                write(&serving.text)?;
                serving.wait()
            }
            #[cfg(feature = "sandbox")]
            Ending::Demo(demo) => demo.show(&mut |text| write(text)),
        }
    }
}

/// Writes what a stage printed; `name` is the stage, for the lines of it that failed.
fn write_output(
    cli: &Cli,
    stderr: &Stderr,
    name: &'static str,
    output: Output,
    terminal: bool,
) -> Result<(), Error> {
    match output {
        Output::Document(document) => write_document(cli, stderr, &document, terminal),
        Output::Lines(lines) => write_lines(cli, stderr, name, lines, terminal),
        Output::Text { plain, masked } => write_text(cli, stderr, plain.expose_secret(), &masked, terminal),
        Output::Appended { plain, masked, file, lines } => {
            write_text(cli, stderr, plain.expose_secret(), &masked, terminal)?;
            append(&file, lines.expose_secret())
        }
    }
}

/// Becomes the command. Comes back only if that cannot be, which has then been said.
fn become_command(mut command: std::process::Command, stderr: &Stderr) -> Error {
    if let Some(limit) = process::CoreLimit::inherited() {
        limit.restore();
    }
    let error = command.exec();
    not_run("exec", &command, &error, stderr)
}

/// Says why a command does not run.
pub(super) fn not_run(
    name: &'static str,
    command: &std::process::Command,
    error: &io::Error,
    stderr: &Stderr,
) -> Error {
    let (failed, exit_code) = exec::not_run(command, error);
    if let Error::Failed(failure) = &failed {
        stderr.failure(name, failure);
    }
    Error::Told { exit_code }
}
