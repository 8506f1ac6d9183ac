//! The file's text with one profile changed: all else, comments too, stays byte for byte.

use super::{Config, Fault, Value};
use toml_edit::{Array, DocumentMut, InlineTable, Item, Table};

/// Whether a profile may be called that: what stands in a command line, in a TOML table and in `~/.aws/config` without quotes.
pub fn is_name(name: &str) -> bool {
    (1..=128).contains(&name.len())
        && !name.starts_with('-')
        && name.bytes().all(|b| b.is_ascii_alphanumeric() || b"._@+/-".contains(&b))
}

/// The text with the profile's settings put in: each replaced where it stands, or added below. `inherit` is a key like the others; `None`
/// takes a setting out. A profile that is not there is added at the end.
///
/// # Errors
/// What [`Config::parse`] says of the text before, or of the text after.
pub fn with_profile(text: &str, name: &str, settings: &[(&str, Option<Value>)]) -> Result<String, Fault> {
    let before = Config::parse(text)?;
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    // Behind all that is there: a table that toml_edit adds comes before the comments at the file's end, which may be about what is above them.
    if !before.names().any(|known| known == name) {
        let end = if text.is_empty() || text.ends_with('\n') { "" } else { "\n" };
        let gap = if text.trim().is_empty() { "" } else { "\n" };
        let behind = format!("{text}{end}{gap}{}", edited("", name, settings)?);
        if Config::parse(&behind).is_ok() {
            return Ok(behind);
        }
    }
    let after = edited(text, name, settings)?;
    Config::parse(&after)?;
    Ok(after)
}

fn edited(text: &str, name: &str, settings: &[(&str, Option<Value>)]) -> Result<String, Fault> {
    let mut document: DocumentMut = text.parse().map_err(|error| Fault::syntax(text, &error))?;
    let profiles = document.entry("profile").or_insert_with(|| {
        let mut table = Table::new();
        table.set_implicit(true);
        Item::Table(table)
    });
    // An inline table holds values alone: with a table in it, toml_edit 0.25 panics when it is written.
    let new = match profiles.is_inline_table() {
        true => toml_edit::value(InlineTable::new()),
        false => Item::Table(Table::new()),
    };
    let profiles = profiles.as_table_like_mut();
    let profile = profiles.map(|profiles| profiles.entry(name).or_insert(new));
    let Some(profile) = profile.and_then(Item::as_table_like_mut) else { return Ok(document.to_string()) };
    for (key, setting) in settings {
        match setting {
            // The old item stays where it is, with its comment; only its value is another.
            Some(setting) => match profile.get_mut(key).and_then(Item::as_value_mut) {
                Some(old) => {
                    let mut new = toml(setting);
                    *new.decor_mut() = old.decor().clone();
                    *old = new;
                }
                None => {
                    profile.insert(key, Item::Value(toml(setting)));
                }
            },
            None => {
                profile.remove(key);
            }
        }
    }
    Ok(document.to_string())
}

/// The text with these accounts' aliases put in, each replaced or added. Nothing to put in, and it is as it was.
///
/// # Errors
/// As [`with_profile`].
pub fn with_aliases(text: &str, aliases: &[(&str, &str)]) -> Result<String, Fault> {
    Config::parse(text)?;
    if aliases.is_empty() {
        return Ok(text.to_owned());
    }
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    let mut document: DocumentMut = text.parse().map_err(|error| Fault::syntax(text, &error))?;
    let table = document.entry("aliases").or_insert_with(|| Item::Table(Table::new()));
    if let Some(table) = table.as_table_like_mut() {
        for (account, alias) in aliases {
            table.insert(account, toml_edit::value(*alias));
        }
    }
    let after = document.to_string();
    Config::parse(&after)?;
    Ok(after)
}

/// The part of a good text that is these profiles, as it is written.
pub fn excerpt(text: &str, names: &[&str]) -> String {
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    let Ok(mut document) = text.parse::<DocumentMut>() else { return String::new() };
    document.as_table_mut().retain(|table, _| table == "profile");
    if let Some(profiles) = document.get_mut("profile").and_then(Item::as_table_like_mut) {
        let others: Vec<String> = profiles
            .iter()
            .map(|(name, _)| name.to_owned())
            .filter(|name| !names.contains(&name.as_str()))
            .collect();
        for other in others {
            profiles.remove(&other);
        }
    }
    document.set_trailing("");
    document.to_string().trim_start().to_owned()
}

fn toml(setting: &Value) -> toml_edit::Value {
    match setting {
        Value::Text(text) => text.into(),
        Value::List(list) => match list.as_slice() {
            [one] => one.into(),
            _ => list.iter().collect::<Array>().into(),
        },
        Value::Number(number) => i64::try_from(*number).unwrap_or(i64::MAX).into(),
        Value::Switch(on) => (*on).into(),
    }
}
