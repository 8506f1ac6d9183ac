//! The keys against the flags whose names they have.

use super::super::{Form, KEYS};
use crate::cli::Cli;
use clap::{ArgAction, CommandFactory};
use std::any::TypeId;

/// Flags of a login's stages that a profile has no key for, and why.
const NO_KEYS: [(&str, &str); 15] = [
    ("password-stdin", "it is about the one call"),
    ("password-fd", "it is about the one call"),
    ("passcode-fd", "it is about the one call"),
    ("all", "what is printed"),
    ("each", "what is printed"),
    ("skeleton", "what is printed"),
    ("aliases", "it goes online, where the stage else does not; names of one's own need no flag"),
    ("format", "the shell that calls knows it"),
    ("on-error", "the shell that calls knows it"),
    ("unset", "the shell that calls knows it"),
    ("verbose", "how the person wants it told"),
    ("quiet", "how the person wants it told"),
    ("color", "how the person wants it told"),
    ("reveal", "how the person wants it told"),
    ("profile", "it is the profile"),
];

#[test]
fn every_key_is_the_long_name_of_a_flag_and_of_its_form() {
    let command = Cli::command();
    let stages =
        ["authn", "factor-verify", "session", "saml-fetch", "saml-roles", "assume", "export", "login"];
    let flags: Vec<_> = stages
        .iter()
        .flat_map(|stage| command.find_subcommand(stage).unwrap().get_arguments())
        .chain(command.get_arguments())
        .collect();
    for key in &KEYS {
        let mut found = 0;
        for flag in flags.iter().filter(|flag| flag.get_long() == Some(key.name)) {
            found += 1;
            let is_number = flag.get_value_parser().type_id() == TypeId::of::<u64>();
            let form = match flag.get_action() {
                ArgAction::SetTrue => "Switch",
                ArgAction::Append => "List",
                _ if is_number => "Number",
                _ => "Text",
            };
            assert!(format!("{:?}", key.form).starts_with(form), "{} is {form}", key.name);
        }
        assert!(found > 0, "there is no flag {}", key.name);
    }
    // configure can write each, and doctor tell of it.
    for name in ["configure", "doctor"] {
        let own: Vec<_> = command
            .find_subcommand(name)
            .unwrap()
            .get_arguments()
            .filter_map(|flag| flag.get_long())
            .collect();
        for key in KEYS.iter().filter(|key| !["ca-file", "timeout"].contains(&key.name)) {
            assert!(own.contains(&key.name), "{name} has no --{}", key.name);
        }
    }
    for flag in flags.iter().filter_map(|flag| flag.get_long()) {
        let without = NO_KEYS.iter().any(|(name, _)| *name == flag) || flag == "no-input";
        assert!(without != KEYS.iter().any(|key| key.name == flag), "{flag}");
    }
}

#[test]
fn numbers_have_the_limits_of_their_flags() {
    for key in &KEYS {
        let Form::Number(range) = &key.form else { continue };
        for (number, taken) in [(*range.start(), true), (*range.end(), true), (range.end() + 1, false)] {
            let stage = if key.name == "timeout" { "session" } else { "factor-verify" };
            let words =
                ["oktapipe", stage, &format!("--{}", key.name), &number.to_string()].map(str::to_owned);
            assert_eq!(<Cli as clap::Parser>::try_parse_from(&words).is_ok(), taken, "{words:?}");
        }
    }
}
