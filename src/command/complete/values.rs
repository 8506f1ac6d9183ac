//! Which argument takes which values, by the argument's name: the same name means the same thing in every command.

use super::known::Known;
use crate::config::KEYS;
use crate::stage::factor_verify::FACTORS;
use clap::{Arg, Command};
use clap_complete::engine::ValueCompleter;
use clap_complete::{ArgValueCompleter, CompletionCandidate, PathCompleter};
use std::collections::BTreeSet;
use std::ffi::OsStr;
use std::sync::Arc;

/// AWS's regions by botocore's `endpoints.json`, a partition after the other, with the names that AWS gives them.
const REGIONS: &str = include_str!("regions.txt");

/// As `--duration` takes them, and what they are.
const DURATIONS: [(&str, &str); 7] = [
    ("15m", "the shortest that AWS gives"),
    ("30m", ""),
    ("1h", "what every role allows"),
    ("2h", ""),
    ("4h", ""),
    ("12h", "the longest that AWS gives"),
    ("max", "12h, or what the role allows"),
];
const ASSERTION: (&str, &str) = ("assertion", "what the assertion's SessionDuration says");

/// The commands that go on from credentials, where no assertion says anything.
const WITHOUT_ASSERTION: [&str; 2] = ["assume-role", "console"];

/// Variables that prompts show, and which.
const LABELS: [(&str, &str); 2] = [
    ("AWS_VAULT", "starship, powerlevel10k, oh-my-posh, spaceship; aws-vault refuses to run beside it"),
    ("AWSUME_PROFILE", "starship, powerlevel10k"),
];

const FILE_URL: &str = "file://";

/// The command with its arguments' completers. `known` is read only if one of its values is asked for.
pub(super) fn attach(command: Command, known: Known) -> Command {
    let known = Arc::new(known);
    let attach = |command: Command| {
        let has_assertion = !WITHOUT_ASSERTION.contains(&command.get_name());
        command.mut_args(|argument| match completer(&argument, has_assertion, &known) {
            Some(completer) => argument.add(completer),
            None => argument,
        })
    };
    attach(command).mut_subcommands(attach)
}

fn completer(argument: &Arg, has_assertion: bool, known: &Arc<Known>) -> Option<ArgValueCompleter> {
    let known = Arc::clone(known);
    // Positional in some commands, and a flag in all.
    if argument.get_value_names().is_some_and(|names| names.iter().any(|name| name == "PROFILE")) {
        return Some(live(move |_| known.profiles()));
    }
    Some(match argument.get_id().as_str() {
        "role" => live(move |typed| known.roles(typed)),
        "principal" => live(move |_| known.principals()),
        "region" => live(move |_| {
            let listed = REGIONS
                .lines()
                .filter_map(|line| line.split_once('\t'))
                .map(|(name, place)| (name.to_owned(), place.to_owned()));
            listed.chain(known.regions()).collect()
        }),
        "factor" => live(|_| {
            let each = |(kind, providers): &(&str, &[&str])| {
                let bare = (kind.to_string(), String::new());
                let named = providers.iter().map(|provider| (format!("{kind}:{provider}"), String::new()));
                std::iter::once(bare).chain(named).collect::<Vec<_>>()
            };
            FACTORS.iter().flat_map(each).collect()
        }),
        "provider" => live(|_| {
            let providers: BTreeSet<&str> =
                FACTORS.iter().flat_map(|(_, providers)| *providers).copied().collect();
            providers.into_iter().map(|provider| (provider.to_owned(), String::new())).collect()
        }),
        "duration" => fixed(DURATIONS.into_iter().chain(has_assertion.then_some(ASSERTION))),
        "label" => fixed(LABELS.into_iter()),
        "unset" => live(|_| KEYS.iter().map(|key| (key.name.to_owned(), String::new())).collect()),
        "aws_profile" => live(move |_| known.aws_profiles()),
        "ca_file" | "file" => ArgValueCompleter::new(|typed: &OsStr| files(typed)),
        "policy" => ArgValueCompleter::new(policy),
        _ => return None,
    })
}

fn fixed(
    values: impl Iterator<Item = (&'static str, &'static str)> + Clone + Send + Sync + 'static,
) -> ArgValueCompleter {
    live(move |_| values.clone().map(|(value, help)| (value.to_owned(), help.to_owned())).collect())
}

/// Values and what they are, of which those are offered that go on with what is typed.
fn live(values: impl Fn(&str) -> Vec<(String, String)> + Send + Sync + 'static) -> ArgValueCompleter {
    ArgValueCompleter::new(move |typed: &OsStr| {
        let Some(typed) = typed.to_str() else { return Vec::new() };
        let fitting = values(typed).into_iter().filter(|(value, _)| value.starts_with(typed));
        let candidate = |(value, help): (String, String)| {
            CompletionCandidate::new(value).help((!help.is_empty()).then(|| help.into()))
        };
        fitting.map(candidate).collect()
    })
}

/// Files and folders. The engine hides names that begin with a dot unless there is nothing else; here they are hidden unless a dot is typed.
fn files(typed: &OsStr) -> Vec<CompletionCandidate> {
    let bytes = typed.as_encoded_bytes();
    let name = bytes.rsplit(|byte| *byte == b'/').next().unwrap_or_default();
    let dotted = name.starts_with(b".");
    let found = PathCompleter::file().current_dir(".").complete(typed);
    found.into_iter().map(|file| if dotted { file.hide(false) } else { file }).collect()
}

/// JSON, which nobody completes, or `file://PATH`.
fn policy(typed: &OsStr) -> Vec<CompletionCandidate> {
    let Some(typed) = typed.to_str() else { return Vec::new() };
    match typed.strip_prefix(FILE_URL) {
        Some(path) => files(OsStr::new(path)).into_iter().map(|file| file.add_prefix(FILE_URL)).collect(),
        None if FILE_URL.starts_with(typed) => {
            vec![CompletionCandidate::new(FILE_URL).help(Some("the path of a file".into()))]
        }
        None => Vec::new(),
    }
}
