//! The file's text with one profile changed: all else, comments too, stays byte for byte.

use super::{Config, Fault, Value};
use toml_edit::{Array, DocumentMut, Item, Table, value};

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
    Config::parse(text)?;
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    let mut document: DocumentMut = text.parse().map_err(|error| Fault::syntax(text, &error))?;
    let profiles = document.entry("profile").or_insert_with(|| {
        let mut table = Table::new();
        table.set_implicit(true);
        Item::Table(table)
    });
    let is_new = profiles.get(name).is_none();
    if let Some(profiles) = profiles.as_table_like_mut() {
        let profile = profiles.entry(name).or_insert_with(|| Item::Table(Table::new()));
        if let Some(profile) = profile.as_table_like_mut() {
            for (key, setting) in settings {
                match setting {
                    // The old item stays where it is, with its comment; only its value is another.
                    Some(setting) => match profile.get_mut(key).and_then(Item::as_value_mut) {
                        Some(old) => {
                            let decor = old.decor().clone();
                            if let Ok(mut new) = item(setting).into_value() {
                                *new.decor_mut() = decor;
                                *old = new;
                            }
                        }
                        None => {
                            profile.insert(key, item(setting));
                        }
                    },
                    None => {
                        profile.remove(key);
                    }
                }
            }
        }
        if let Some(Item::Table(profile)) = profiles.get_mut(name)
            && is_new
            && !text.trim().is_empty()
        {
            profile.decor_mut().set_prefix("\n");
        }
    }
    let after = document.to_string();
    Config::parse(&after)?;
    Ok(after)
}

fn item(setting: &Value) -> Item {
    match setting {
        Value::Text(text) => value(text),
        Value::List(list) => match list.as_slice() {
            [one] => value(one),
            _ => value(list.iter().collect::<Array>()),
        },
        Value::Number(number) => value(i64::try_from(*number).unwrap_or(i64::MAX)),
        Value::Switch(on) => value(*on),
    }
}
