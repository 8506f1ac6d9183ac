//! What clap refuses, and what it prints by itself.

use super::output::write;
use super::stderr::Stderr;
use super::{Form, by_signal, fail};
use crate::cli::{Cli, Export, Format, OnError};
use crate::context::Environment;
use crate::document::{error_document, to_line};
use crate::error::{Error, Kind};
use clap::error::{ContextKind, ContextValue, ErrorKind};
use clap::{CommandFactory, ValueEnum};
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
    let form = match name {
        "export" => Form::Export(export(&words)),
        "login" if !values(&words, &["--format", "-f"]).is_empty() => Form::Export(export(&words)),
        "exec" => Form::Exec,
        "serve" if words.contains(&"--") => Form::Exec,
        "credential-process" | "serve" | "logout" | "explain" | "schema" | "init" | "man" | "completions"
        | "complete" | "sandbox" | "demo" => Form::Nothing,
        _ => Form::Document,
    };
    let Error::Failed(failure) = Error::new(Kind::Usage, refused_argument(error), hint(name, error)) else {
        return ExitCode::from(2);
    };
    stderr.failure(name, &failure);
    fail(&form, Kind::Usage.exit_code(), || to_line(&error_document(name, &failure)))
}

/// The nearest flag or command, where clap knows one, and where the rest stands.
fn hint(name: &str, error: &clap::Error) -> String {
    let help = match name {
        "oktapipe" => "see oktapipe --help".to_owned(),
        _ => format!("see oktapipe {name} --help"),
    };
    let near = [ContextKind::SuggestedArg, ContextKind::SuggestedSubcommand];
    let near = near.into_iter().find_map(|kind| match error.get(kind)? {
        ContextValue::String(near) => Some(near.as_str()),
        // The best one is the last.
        ContextValue::Strings(near) => near.iter().map(String::as_str).rfind(|near| *near != "complete"),
        _ => None,
    });
    match near {
        // `exec dev aws s3 ls` is what people type first: the word behind the profile is the command.
        _ if name == "exec" && is_of_command(error) => {
            format!("put -- before the command: oktapipe exec [PROFILE] -- COMMAND; {help}")
        }
        Some(near) => format!("the nearest is {}; {help}", near.split(' ').next().unwrap_or(near)),
        None => help,
    }
}

/// Whether `exec` found no command, or a word that may be one.
fn is_of_command(error: &clap::Error) -> bool {
    match error.kind() {
        ErrorKind::MissingRequiredArgument => true,
        ErrorKind::UnknownArgument => invalid(error).is_some_and(|word| !word.starts_with('-')),
        _ => false,
    }
}

fn invalid(error: &clap::Error) -> Option<&str> {
    match error.get(ContextKind::InvalidArg) {
        Some(ContextValue::String(word)) => Some(word.as_str()),
        _ => None,
    }
}

/// What `export` was asked to print, as far as the words tell; the failure must reach whoever evaluates it.
fn export(words: &[&str]) -> Export {
    let format = values(words, &["--format", "-f"]).pop().and_then(|name| Format::from_str(name, false).ok());
    let on_error = values(words, &["--on-error"]).pop().and_then(|name| OnError::from_str(name, false).ok());
    Export {
        format: format.unwrap_or_default(),
        on_error: on_error.unwrap_or_default(),
        label: values(words, &["--label"]).into_iter().map(str::to_owned).collect(),
        ..Export::default()
    }
}

/// The values of a flag in all its spellings: `--format json`, `--format=json`, `-f json`, `-fjson`, `-f=json`.
fn values<'w>(words: &[&'w str], flags: &[&str]) -> Vec<&'w str> {
    let attached = |word: &'w str, flag: &str| {
        let rest = word.strip_prefix(flag)?;
        match rest.strip_prefix('=') {
            None if flag.starts_with("--") => None,
            value => Some(value.unwrap_or(rest)),
        }
    };
    let value = |(at, word): (usize, &&'w str)| match flags.contains(word) {
        true => words.get(at + 1).copied(),
        false => flags.iter().find_map(|flag| attached(word, flag)),
    };
    words.iter().enumerate().filter_map(value).collect()
}

fn is_command(word: &str) -> bool {
    Cli::command().get_subcommands().any(|command| command.get_name() == word)
}

/// clap's first line, which names the flag; a bare word is not repeated, for it may be a password that was meant for a prompt.
fn refused_argument(error: &clap::Error) -> String {
    match (error.kind(), invalid(error)) {
        (ErrorKind::UnknownArgument, Some(word)) if !word.starts_with('-') => {
            "there is an argument too many, which is no flag".to_owned()
        }
        (ErrorKind::UnknownArgument, Some(word)) => {
            format!("there is no flag {}", word.split('=').next().unwrap_or_default())
        }
        // `--password-fd hunter2` is a mistake that people make once; the log of their CI keeps it.
        (ErrorKind::ValueValidation | ErrorKind::InvalidValue | ErrorKind::TooManyValues, Some(flag))
            if flag.contains("password") || flag.contains("passcode") =>
        {
            format!("that is no value for {flag}, which takes no secret itself")
        }
        (ErrorKind::InvalidSubcommand, _) => "there is no such command".to_owned(),
        (ErrorKind::MissingSubcommand, _) => "no command is given".to_owned(),
        _ => {
            let text = error.render().to_string();
            let mut lines = text.lines().map(str::trim).take_while(|line| !line.is_empty());
            let first = lines.next().unwrap_or_default().trim_start_matches("error: ").to_owned();
            lines.fold(first, |all, line| format!("{all} {line}"))
        }
    }
}
