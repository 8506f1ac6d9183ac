//! A profile with all that it inherits.

use std::collections::BTreeMap;
use std::fmt;
use std::path::Path;

/// A value as its key takes it.
#[derive(Clone, PartialEq, Eq)]
pub enum Value {
    /// A string.
    Text(String),
    /// Strings.
    List(Vec<String>),
    /// A whole number.
    Number(u64),
    /// `true` or `false`.
    Switch(bool),
}

impl fmt::Debug for Value {
    /// The form alone: a command may hold a secret, in spite of all advice.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Value::Text(_) => "Text",
            Value::List(_) => "List",
            Value::Number(_) => "Number",
            Value::Switch(_) => "Switch",
        })
    }
}

/// A value, and where it is written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Setting {
    /// The value.
    pub value: Value,
    /// The profile that it stands in: this one, or one that it inherits from.
    pub profile: String,
    /// The line.
    pub line: usize,
}

/// What a profile says: each setting by the long name of its flag. The empty one says nothing.
#[derive(Debug, Clone, Default)]
pub struct Profile {
    name: String,
    chain: Vec<String>,
    settings: BTreeMap<&'static str, Setting>,
}

impl Profile {
    pub(super) fn new(name: &str, chain: Vec<String>, settings: BTreeMap<&'static str, Setting>) -> Profile {
        Profile { name: name.to_owned(), chain, settings }
    }

    /// Its name; nothing where no profile counts.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The profiles that it is made of, itself first.
    pub fn chain(&self) -> &[String] {
        &self.chain
    }

    /// A setting as it is written.
    pub fn setting(&self, key: &str) -> Option<&Setting> {
        self.settings.get(key)
    }

    /// A string that is not blank: a blank one unsets what is inherited.
    pub fn text(&self, key: &str) -> Option<&str> {
        match &self.settings.get(key)?.value {
            Value::Text(text) if !text.trim().is_empty() => Some(text),
            _ => None,
        }
    }

    /// The strings of a repeatable flag.
    pub fn list(&self, key: &str) -> &[String] {
        match self.settings.get(key).map(|setting| &setting.value) {
            Some(Value::List(list)) => list,
            _ => &[],
        }
    }

    /// A number.
    pub fn number(&self, key: &str) -> Option<u64> {
        match self.settings.get(key)?.value {
            Value::Number(number) => Some(number),
            _ => None,
        }
    }

    /// Whether a switch is on.
    pub fn switch(&self, key: &str) -> bool {
        matches!(self.settings.get(key), Some(Setting { value: Value::Switch(true), .. }))
    }

    /// The profile with `~/` in its paths resolved. Nobody else does that: no shell stands between the file and us.
    #[must_use]
    pub fn at_home(mut self, home: &Path) -> Profile {
        for (key, beginning) in [("ca-file", "~/"), ("policy", "file://~/")] {
            if let Some(Setting { value: Value::Text(text), .. }) = self.settings.get_mut(key)
                && let Some(rest) = text.strip_prefix(beginning)
            {
                let scheme = beginning.trim_end_matches("~/");
                *text = format!("{scheme}{}", home.join(rest).display());
            }
        }
        self
    }
}
