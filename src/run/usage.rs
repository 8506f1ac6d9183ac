//! What clap refuses, and what it prints by itself.

use super::stderr::Stderr;
use super::{Form, by_signal, fail, write};
use crate::cli::{Cli, Format};
use crate::context::Environment;
use crate::document::{error_document, to_line};
use crate::error::{Error, Kind};
use clap::CommandFactory;
use clap::error::{ContextKind, ContextValue, ErrorKind};
use std::ffi::OsString;
use std::process::ExitCode;

/// `--help` and `--version` go to stdout with 0. What clap refuses is a failure like any other.
pub(super) fn end(arguments: &[OsString], environment: &Environment, error: &clap::Error) -> ExitCode {
    let stderr = Stderr::without_flags(environment);
    if !error.use_stderr() {
        return match write(&error.render().to_string()) {
            Ok(()) => ExitCode::SUCCESS,
            Err(Error::ReaderGone) => by_signal(signal_hook::consts::SIGPIPE),
            Err(Error::Failed(failure)) => {
                stderr.failure("oktapipe", &failure);
                ExitCode::from(failure.kind.exit_code())
            }
            Err(_) => ExitCode::from(Kind::Internal.exit_code()),
        };
    }
    let words: Vec<&str> = arguments.iter().skip(1).filter_map(|argument| argument.to_str()).collect();
    // A flag's value may stand before the command, so the first word without a dash need not be it.
    let name = words.iter().copied().find(|word| is_command(word)).unwrap_or("oktapipe");
    let parsed = ["json", "process", "credential_process"];
    let form = match name {
        "export" if words.iter().any(|word| parsed.iter().any(|format| word.ends_with(format))) => {
            Form::Export(Format::Json)
        }
        "export" => Form::Export(Format::Sh),
        "explain" | "schema" | "completions" | "sandbox" | "demo" => Form::Nothing,
        _ => Form::Document,
    };
    let hint = if name == "oktapipe" {
        "see oktapipe --help".to_owned()
    } else {
        format!("see oktapipe {name} --help")
    };
    let Error::Failed(failure) = Error::new(Kind::Usage, refused_argument(error), hint) else {
        return ExitCode::from(2);
    };
    stderr.failure(name, &failure);
    fail(&form, Kind::Usage.exit_code(), || to_line(&error_document(name, &failure)))
}

fn is_command(word: &str) -> bool {
    Cli::command().get_subcommands().any(|command| command.get_name() == word)
}

/// clap's first line, which names the flag; a bare word is not repeated, for it may be a password that was meant for a prompt.
fn refused_argument(error: &clap::Error) -> String {
    let word = match error.get(ContextKind::InvalidArg) {
        Some(ContextValue::String(word)) => Some(word.as_str()),
        _ => None,
    };
    match (error.kind(), word) {
        (ErrorKind::UnknownArgument, Some(word)) if !word.starts_with('-') => {
            "this command takes no argument of that kind, only flags".to_owned()
        }
        (ErrorKind::UnknownArgument, Some(word)) => {
            format!("there is no flag {}", word.split('=').next().unwrap_or_default())
        }
        (ErrorKind::InvalidSubcommand, _) => "there is no such command".to_owned(),
        _ => {
            let text = error.render().to_string();
            let mut lines = text.lines().map(str::trim).take_while(|line| !line.is_empty());
            let first = lines.next().unwrap_or_default().trim_start_matches("error: ").to_owned();
            lines.fold(first, |all, line| format!("{all} {line}"))
        }
    }
}
