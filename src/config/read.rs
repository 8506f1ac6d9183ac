//! TOML's tables to profiles, each value held against its key.

use super::fault::{Fault, line_of};
use super::{Config, Form, KEYS, Key, PROFILES, Value, Written, is_name};
use crate::arn::nearest;
use std::collections::BTreeMap;
use std::ops::Range;
use toml_edit::{Document, Item, TableLike};

const TABLES: [&str; 2] = ["profile", "aliases"];
const NO_SECRET: &str =
    "no secret stands in this file: password-command and passcode-command name programs that print one";

/// Finds lines, in order: a count from the start for each of thousands of keys would be quadratic.
struct Lines<'t> {
    text: &'t str,
    starts: Vec<usize>,
}

impl<'t> Lines<'t> {
    fn new(text: &'t str) -> Lines<'t> {
        let ends = text.bytes().enumerate().filter(|(_, byte)| *byte == b'\n');
        Lines { text, starts: ends.map(|(at, _)| at + 1).collect() }
    }

    fn of(&self, span: Option<Range<usize>>) -> usize {
        match span {
            Some(span) => self.starts.partition_point(|start| *start <= span.start) + 1,
            None => line_of(self.text, 0),
        }
    }
}

pub(super) fn config(text: &str, document: &Document<&str>) -> Result<Config, Fault> {
    let lines = Lines::new(text);
    let mut config = Config::default();
    for (name, item) in document.iter() {
        let line = key_line(&lines, document.as_table(), name, item);
        match (name, item.as_table_like()) {
            ("profile", Some(table)) => profiles(&lines, table, &mut config)?,
            ("aliases", Some(table)) => aliases(&lines, table, &mut config)?,
            ("profile" | "aliases", None) => {
                return Err(Fault::new(line, format!("{name} is no table"), "see oktapipe man config"));
            }
            // What a flag is called belongs into a profile.
            (name, None) if Key::named(name).is_some() => {
                return Err(Fault::new(
                    line,
                    format!("{name} stands outside of a profile"),
                    "put it below [profile.default]",
                ));
            }
            (name, _) => return Err(unknown(line, "table", name, &TABLES)),
        }
    }
    Ok(config)
}

fn profiles(lines: &Lines<'_>, table: &dyn TableLike, config: &mut Config) -> Result<(), Fault> {
    for (name, item) in table.iter() {
        let line = key_line(lines, table, name, item);
        if !is_name(name) {
            let message = format!("{name} cannot be the name of a profile");
            return Err(Fault::new(
                line,
                message,
                "a name is letters, digits and . _ @ + / -, not beginning with -, at most 128",
            ));
        }
        let Some(keys) = item.as_table_like() else {
            // A key that stands directly below [profile] lacks the profile's name.
            return Err(Fault::new(
                line,
                format!("profile.{name} is no table"),
                "a profile begins with [profile.NAME]",
            ));
        };
        if config.profiles.len() == PROFILES {
            return Err(Fault::new(
                line,
                format!("there are more than {PROFILES} profiles"),
                "is it the right file",
            ));
        }
        config.profiles.insert(name.to_owned(), profile(lines, keys)?);
    }
    Ok(())
}

fn profile(lines: &Lines<'_>, table: &dyn TableLike) -> Result<Written, Fault> {
    let mut written = Written { inherit: None, settings: BTreeMap::new() };
    for (name, item) in table.iter() {
        let line = key_line(lines, table, name, item);
        if name == "inherit" {
            let Some(from) = item.as_str() else {
                return Err(Fault::new(
                    line,
                    "inherit is not the name of a profile",
                    "give one name, as a string",
                ));
            };
            written.inherit = Some((from.to_owned(), line));
            continue;
        }
        let Some(key) = Key::named(name) else {
            let known: Vec<&str> = KEYS.iter().map(|key| key.name).chain(["inherit"]).collect();
            return Err(unknown(line, "key", name, &known));
        };
        let value = value(key, item).map_err(|expected| {
            Fault::new(line, format!("{} is not usable", key.name), format!("give {expected}"))
        })?;
        written.settings.insert(key.name, (value, line));
    }
    Ok(written)
}

/// The value, or what would be one.
fn value(key: &Key, item: &Item) -> Result<Value, String> {
    let checked = |text: &str| key.check(text).map(|()| text.to_owned()).map_err(str::to_owned);
    match (&key.form, item) {
        (Form::Text, item) => match (item.as_str(), item.as_integer()) {
            (Some(text), _) => checked(text).map(Value::Text),
            // `duration = 3600` is what people write; other keys check what they get.
            (None, Some(number)) if key.name == "duration" => checked(&number.to_string()).map(Value::Text),
            _ => Err("one string".to_owned()),
        },
        (Form::List, item) => match (item.as_str(), item.as_array()) {
            (Some(text), _) if text.trim().is_empty() => Ok(Value::List(Vec::new())),
            (Some(text), _) => Ok(Value::List(vec![checked(text)?])),
            (None, Some(items)) => {
                let text = |item: &toml_edit::Value| {
                    let text = item.as_str().filter(|text| !text.trim().is_empty());
                    checked(text.ok_or("strings that are not blank")?)
                };
                items.iter().map(text).collect::<Result<_, _>>().map(Value::List)
            }
            _ => Err("a string, or a list of strings".to_owned()),
        },
        (Form::Number(range), item) => item
            .as_integer()
            .and_then(|number| u64::try_from(number).ok())
            .filter(|number| range.contains(number))
            .map(Value::Number)
            .ok_or_else(|| format!("a number from {} to {}", range.start(), range.end())),
        (Form::Switch, item) => {
            item.as_bool().map(Value::Switch).ok_or_else(|| "true or false, without quotes".to_owned())
        }
    }
}

fn aliases(lines: &Lines<'_>, table: &dyn TableLike, config: &mut Config) -> Result<(), Fault> {
    for (account, item) in table.iter() {
        let line = key_line(lines, table, account, item);
        if account.len() != 12 || !account.bytes().all(|b| b.is_ascii_digit()) {
            return Err(Fault::new(line, format!("{account} is no account"), "an account is twelve digits"));
        }
        // What AWS takes for an account's alias, and what a person may write besides: capitals and a dot.
        let is_alias = |alias: &&str| {
            (1..=63).contains(&alias.len())
                && alias.bytes().all(|b| b.is_ascii_alphanumeric() || b"-_.".contains(&b))
        };
        let Some(alias) = item.as_str().filter(is_alias) else {
            let message = format!("the alias of {account} is not usable");
            return Err(Fault::new(line, message, "give letters, digits and - _ . as a string, at most 63"));
        };
        config.aliases.insert(account.to_owned(), alias.to_owned());
    }
    Ok(())
}

/// The line of a key; of a table that is only implied by others', that of its first content.
fn key_line(lines: &Lines<'_>, table: &dyn TableLike, name: &str, item: &Item) -> usize {
    let key = table.key(name).and_then(|key| key.span());
    lines.of(key.or_else(|| item.span()))
}

fn unknown(line: usize, what: &str, name: &str, known: &[&str]) -> Fault {
    let folded = name.to_ascii_lowercase().replace('_', "-");
    let hint = match nearest(&folded, known).first() {
        // `password` is near to `password-command`, and not what is meant by it.
        _ if known.len() > TABLES.len() && is_secret(&folded) => NO_SECRET.to_owned(),
        Some(near) => format!("the nearest is {near}"),
        None => format!("known are {}", known.join(", ")),
    };
    Fault::new(line, format!("there is no {what} {name}"), hint)
}

fn is_secret(name: &str) -> bool {
    ["pass", "secret", "token", "mfa", "otp", "credential", "access-key"]
        .iter()
        .any(|part| name.contains(part))
}
