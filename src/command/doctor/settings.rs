//! Every setting, with the source that it has its value from.

use crate::cli::{Common, Settings};
use crate::config::{KEYS, Profile, Value};
use crate::context::Environment;
use serde_json::{Map, json};

/// Where a value comes from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum From {
    Flag(String),
    Variable(&'static str),
    Profile { profile: String, line: usize },
    Default,
}

/// A setting as it counts.
#[derive(Debug)]
pub(super) struct Row {
    pub(super) name: &'static str,
    /// As it may be shown; nothing where nothing gives it.
    pub(super) value: Option<String>,
    pub(super) from: From,
}

/// What a command or a secret is shown as.
const COMMAND: &str = "(a command)";
const SET: &str = "(set)";

/// The variables of settings, strongest first.
const VARIABLES: [(&str, &[&str]); 5] = [
    ("org", &["OKTA_ORG"]),
    ("username", &["OKTA_USERNAME"]),
    ("app", &["OKTA_APP_ID"]),
    ("region", &["AWS_REGION", "AWS_DEFAULT_REGION"]),
    ("ca-file", &["AWS_CA_BUNDLE"]),
];

/// What holds where nothing gives a setting.
const DEFAULTS: [(&str, &str); 7] = [
    ("push-timeout", "300"),
    ("duration", "3600"),
    ("timeout", "30"),
    ("strict-duration", "false"),
    ("remember", "false"),
    ("first", "false"),
    ("no-cache", "false"),
];

impl Row {
    pub(super) fn document(&self) -> Map<String, serde_json::Value> {
        let mut members = Map::new();
        members.insert("Setting".to_owned(), self.name.into());
        members.insert("Value".to_owned(), json!(self.value));
        match &self.from {
            From::Flag(flag) => {
                members.insert("Flag".to_owned(), flag.as_str().into());
            }
            From::Variable(name) => {
                members.insert("Variable".to_owned(), (*name).into());
            }
            From::Profile { profile, line } => {
                members.insert("Profile".to_owned(), profile.as_str().into());
                members.insert("Line".to_owned(), (*line).into());
            }
            From::Default => {}
        }
        members
    }

    /// Where it comes from, for a person.
    pub(super) fn source(&self) -> String {
        match &self.from {
            From::Flag(flag) => flag.clone(),
            From::Variable(name) => (*name).to_owned(),
            From::Profile { profile, line } => format!("profile {profile}, line {line}"),
            From::Default => "default".to_owned(),
        }
    }
}

/// All of them, in the order of [`KEYS`], and where password and code would come from.
pub(super) fn rows(
    flags: &Settings,
    common: &Common,
    environment: &Environment,
    profile: &Profile,
) -> Vec<Row> {
    let given = given(flags, common);
    let mut rows: Vec<Row> = Vec::new();
    for key in &KEYS {
        let flag = given.iter().find(|(name, _)| *name == key.name).and_then(|(_, value)| value.clone());
        rows.push(row(key.name, flag, environment, profile));
        // A secret stands beside the command that prints it, which it is stronger than.
        let (name, variables): (_, &[&'static str]) = match key.name {
            "password-command" => ("password", &["OKTA_PASSWORD"]),
            "passcode-command" => ("passcode", &["MFA_CODE", "OKTA_MFA_CODE"]),
            _ => continue,
        };
        if let Some(variable) = variables.iter().find(|name| environment.secret(name).is_some()) {
            rows.push(Row { name, value: Some(SET.to_owned()), from: From::Variable(variable) });
        }
    }
    rows
}

fn row(name: &'static str, flag: Option<String>, environment: &Environment, profile: &Profile) -> Row {
    let variables = VARIABLES.iter().find(|(key, _)| *key == name).map_or(&[][..], |(_, names)| names);
    let shown = |text: String| if name.ends_with("-command") { COMMAND.to_owned() } else { text };
    if let Some(value) = flag {
        return Row { name, value: Some(shown(value)), from: From::Flag(format!("--{name}")) };
    }
    if let Some((variable, text)) = variables.iter().find_map(|name| Some((*name, environment.text(name)?))) {
        return Row { name, value: Some(text.to_owned()), from: From::Variable(variable) };
    }
    if let Some(setting) = profile.setting(name) {
        let from = From::Profile { profile: setting.profile.clone(), line: setting.line };
        let value = text(&setting.value).filter(|text| !text.trim().is_empty());
        return Row { name, value: value.map(shown), from };
    }
    let value = DEFAULTS.iter().find(|(key, _)| *key == name).map(|(_, value)| (*value).to_owned());
    Row { name, value, from: From::Default }
}

fn text(value: &Value) -> Option<String> {
    Some(match value {
        Value::Text(text) => text.clone(),
        Value::List(list) => list.join(" "),
        Value::Number(number) => number.to_string(),
        Value::Switch(on) => on.to_string(),
    })
}

/// What the flags say.
fn given(flags: &Settings, common: &Common) -> Vec<(&'static str, Option<String>)> {
    crate::command::configure::flags(flags, common)
        .into_iter()
        .map(|(key, value)| (key, text(&value).filter(|text| !text.trim().is_empty())))
        .collect()
}
