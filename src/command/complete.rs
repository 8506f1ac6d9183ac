//! `complete`: what may stand for the word that is being typed. The scripts of `completions` call it at each TAB.
//!
//! `oktapipe complete SHELL WORD...`: the words of one command, its name first, as the shell would hand them over; the last one is being
//! typed, and may be empty. What stands behind the cursor is not told, since it does not count. Prints one candidate a line, for the
//! whole of that word, and behind a tab what it is, for a shell that shows it.
//!
//! It is asked in the middle of somebody's line. So it reads local files and nothing else, is done in milliseconds, and has no failure: what cannot
//! be read gives no candidates. clap's own engine does the work, called as a library; its `CompleteEnv` would print clap's scripts,
//! which lose ARNs at their colons in bash and evaluate what is typed in PowerShell.

mod known;
#[cfg(test)]
mod tests;
mod values;

use crate::cli::{Cli, Complete};
use crate::context::Environment;
use clap::{Arg, Command, CommandFactory};
use clap_complete::CompletionCandidate;
use known::Known;
use std::collections::BTreeSet;
use std::ffi::OsString;
use std::path::Path;

/// The lines to print. None for anything that is not as above.
pub fn run(arguments: &Complete, environment: &Environment) -> String {
    let Some((shell, words)) = arguments.words.split_first() else { return String::new() };
    let Some((name, typed)) = words.first().zip(words.last()).filter(|_| words.len() > 1) else {
        return String::new();
    };
    let describes = shell != "bash";
    let command = values::attach(command(name), Known::new(environment));
    let mut seen = BTreeSet::new();
    let mut lines = String::new();
    for candidate in candidates(command, words, typed) {
        // A candidate is one line, and every shell but bash cuts at a tab. No flag, role or region has such a character.
        let Some(value) = candidate.get_value().to_str().filter(|value| !value.contains(char::is_control))
        else {
            continue;
        };
        if !seen.insert(value.to_owned()) {
            continue;
        }
        lines.push_str(value);
        if let Some(help) = candidate.get_help().filter(|_| describes) {
            let help = help.to_string();
            let first = help.lines().next().unwrap_or_default();
            lines.push('\t');
            lines.extend(first.chars().filter(|c| !c.is_control()));
        }
        lines.push('\n');
    }
    lines
}

/// The description of what the words' first one runs: oktapipe, however it is called, or its shell function, which takes a role and what
/// `export` takes.
fn command(name: &OsString) -> Command {
    let mut whole = Cli::command();
    if Path::new(name).file_name().is_none_or(|name| name != "oktapipe_role") {
        return whole;
    }
    whole.build();
    let export = whole.find_subcommand("export").cloned().unwrap_or_default();
    export.name("oktapipe_role").arg(Arg::new("role").index(1))
}

fn candidates(mut command: Command, words: &[OsString], typed: &OsString) -> Vec<CompletionCandidate> {
    let mut all = ask(&mut command, words);
    if typed == "-" {
        // The engine gives one spelling of each flag here, and takes the letter.
        let mut long = words.to_vec();
        if let Some(word) = long.last_mut() {
            *word = "--".into();
        }
        let mut both = ask(&mut command, &long);
        both.append(&mut all);
        all = both;
    }
    // What is hidden from `--help` is offered nowhere, not even when nothing else fits, as the engine has it.
    all.retain(|candidate| !candidate.is_hide_set());
    let is_flag =
        |candidate: &CompletionCandidate| candidate.get_value().as_encoded_bytes().starts_with(b"-");
    if typed.is_empty() && !all.iter().all(is_flag) {
        // Commands and values first; flags are for who types a dash, or where there is nothing else.
        all.retain(|candidate| !is_flag(candidate));
    }
    all
}

fn ask(command: &mut Command, words: &[OsString]) -> Vec<CompletionCandidate> {
    let last = words.len().saturating_sub(1);
    // The folder is that of the process, by its own name: asking for its path may fail where listing it does not.
    clap_complete::engine::complete(command, words.to_vec(), last, Some(Path::new("."))).unwrap_or_default()
}
