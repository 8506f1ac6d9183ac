//! The keys of a profile: the long names of flags, and what their values are.

use crate::arn::{PrincipalArn, RolePattern};
use crate::duration;
use std::ops::RangeInclusive;

/// What a key's value is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Form {
    /// A string.
    Text,
    /// Strings, or one: the flag is repeatable.
    List,
    /// A whole number within what the flag takes.
    Number(RangeInclusive<u64>),
    /// `true` or `false`.
    Switch,
}

/// A key.
#[derive(Debug)]
pub struct Key {
    /// Its name, which is the flag's long one.
    pub name: &'static str,
    /// What its value is.
    pub form: Form,
    /// Whether a string, or one of the list, may be meant; if not, what would be.
    check: fn(&str) -> Result<(), &'static str>,
}

impl Key {
    const fn new(name: &'static str, form: Form, check: fn(&str) -> Result<(), &'static str>) -> Key {
        Key { name, form, check }
    }

    /// The key of that name.
    pub fn named(name: &str) -> Option<&'static Key> {
        KEYS.iter().find(|key| key.name == name)
    }

    /// Checks one string. A blank one is always taken: it unsets what is inherited.
    ///
    /// # Errors
    /// What the value should be.
    pub fn check(&self, text: &str) -> Result<(), &'static str> {
        if text.trim().is_empty() { Ok(()) } else { (self.check)(text) }
    }
}

/// Every key but `inherit`, in the order in which a login comes to need them.
pub static KEYS: [Key; 21] = [
    Key::new("org", Form::Text, line),
    Key::new("username", Form::Text, line),
    Key::new("password-command", Form::Text, command),
    Key::new("factor", Form::List, line),
    Key::new("provider", Form::Text, line),
    Key::new("passcode-command", Form::Text, command),
    Key::new("push-timeout", Form::Number(1..=3600), line),
    Key::new("app", Form::Text, line),
    Key::new("role", Form::List, role),
    Key::new("principal", Form::Text, principal),
    Key::new("first", Form::Switch, line),
    Key::new("duration", Form::Text, time),
    Key::new("strict-duration", Form::Switch, line),
    Key::new("policy", Form::Text, policy),
    Key::new("policy-arn", Form::List, policy_arn),
    Key::new("region", Form::Text, region),
    Key::new("label", Form::List, variable),
    Key::new("remember", Form::Switch, line),
    Key::new("no-cache", Form::Switch, line),
    Key::new("ca-file", Form::Text, path),
    Key::new("timeout", Form::Number(1..=3600), line),
];

fn line(text: &str) -> Result<(), &'static str> {
    if text.chars().any(char::is_control) { Err("one line of text") } else { Ok(()) }
}

/// A command may have lines; a NUL ends every argument of a process.
fn command(text: &str) -> Result<(), &'static str> {
    if text.contains('\0') { Err("a command for sh -c") } else { Ok(()) }
}

fn role(text: &str) -> Result<(), &'static str> {
    RolePattern::parse(text).map(|_| ()).ok_or("an ARN, NAME or ACCOUNT/NAME")
}

fn principal(text: &str) -> Result<(), &'static str> {
    PrincipalArn::parse(text).map(|_| ()).ok_or("the ARN of a SAML provider")
}

fn time(text: &str) -> Result<(), &'static str> {
    duration::parse(text, None).map(|_| ()).ok_or(duration::EXPECTED)
}

fn policy(text: &str) -> Result<(), &'static str> {
    match text.strip_prefix("file://") {
        Some(file) => path(file).map_err(|_| "JSON, file:///PATH or file://~/PATH"),
        None if text.trim_start().starts_with('{') => Ok(()),
        None => Err("JSON, file:///PATH or file://~/PATH"),
    }
}

/// As far as all partitions agree: what comes behind is AWS's to refuse.
fn policy_arn(text: &str) -> Result<(), &'static str> {
    let is_arn = text.starts_with("arn:") && text.contains(":iam::") && text.contains(":policy/");
    if is_arn { line(text) } else { Err("the ARN of a policy") }
}

fn region(text: &str) -> Result<(), &'static str> {
    let is_region =
        text.len() <= 63 && text.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-');
    if is_region { Ok(()) } else { Err("the name of a region, as eu-west-1") }
}

fn variable(text: &str) -> Result<(), &'static str> {
    let is_name = text.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'_');
    if is_name && !text.starts_with(|c: char| c.is_ascii_digit()) {
        Ok(())
    } else {
        Err("the name of a variable")
    }
}

/// The file is read from any folder, so a relative path would mean another file each time.
fn path(text: &str) -> Result<(), &'static str> {
    if text.starts_with('/') || text.starts_with("~/") { line(text) } else { Err("a path from / or ~/ on") }
}
