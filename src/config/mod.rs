//! The person's file of profiles, read as text: what a name stands for.
//!
//! ```toml
//! [profile.base]
//! org = "acme"                      # every key is the long name of a flag
//! factor = ["push", "token:software:totp"]
//!
//! [profile.prod]
//! inherit = "base"
//! role = "123456789012/Admin"
//! duration = "1h"
//!
//! [aliases]
//! 123456789012 = "prod"
//! ```
//!
//! What is not known is refused with its line: a misspelt `policy` that is passed over would give more than was meant. No secret has a key.

mod edit;
mod fault;
mod keys;
#[cfg(test)]
mod laws;
mod profile;
mod read;
#[cfg(test)]
mod tests;

pub use edit::{excerpt, is_name, with_aliases, with_profile};
pub use fault::Fault;
pub use keys::{Form, KEYS, Key};
pub use profile::{Profile, Setting, Value};

use crate::arn::nearest;
use std::collections::BTreeMap;
use toml_edit::Document;

/// The longest file that is read, in bytes: hostile TOML grows to 150 times its size in memory.
pub const LIMIT: usize = 128 << 10;
/// The most profiles of a file.
pub const PROFILES: usize = 1000;
/// How many profiles may inherit from each other, one from the next.
pub const LEVELS: usize = 32;

/// A file of profiles that was found good, whole.
#[derive(Debug, Default)]
pub struct Config {
    profiles: BTreeMap<String, Written>,
    aliases: BTreeMap<String, String>,
}

/// A profile as it is written.
#[derive(Debug)]
struct Written {
    inherit: Option<(String, usize)>,
    settings: BTreeMap<&'static str, (Value, usize)>,
}

impl Config {
    /// Reads the file's text.
    ///
    /// # Errors
    /// The first fault, with its line: what is no TOML, an unknown table or key with the nearest that is known, a value of another form than
    /// the flag takes, a profile that inherits from one that is not there or from itself, and what is past the limits.
    pub fn parse(text: &str) -> Result<Config, Fault> {
        if text.len() > LIMIT {
            return Err(Fault::new(
                0,
                format!("the file has more than {} KiB", LIMIT >> 10),
                "is it the right one",
            ));
        }
        // Windows' editors put it there, and TOML has no place for it.
        let text = text.strip_prefix('\u{feff}').unwrap_or(text);
        let document = Document::parse(text).map_err(|error| Fault::syntax(text, &error))?;
        let config = read::config(text, &document)?;
        for (name, written) in &config.profiles {
            config.chain(name, written)?;
        }
        Ok(config)
    }

    /// The names of the profiles, sorted.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        self.profiles.keys().map(String::as_str)
    }

    /// What the person calls an account, by its twelve digits.
    pub fn aliases(&self) -> &BTreeMap<String, String> {
        &self.aliases
    }

    /// A profile with all that it inherits; what stands in it outweighs that. `None` if there is none of that name.
    pub fn profile(&self, name: &str) -> Option<Profile> {
        let written = self.profiles.get(name)?;
        let chain = self.chain(name, written).ok()?;
        let mut settings: BTreeMap<&'static str, Setting> = BTreeMap::new();
        for (from, written) in &chain {
            for (key, (value, line)) in &written.settings {
                let setting = || Setting { value: value.clone(), profile: (*from).to_owned(), line: *line };
                settings.entry(key).or_insert_with(setting);
            }
        }
        Some(Profile::new(name, chain.into_iter().map(|(name, _)| name.to_owned()).collect(), settings))
    }

    /// Names like that one, for a hint.
    pub fn nearest(&self, name: &str) -> Vec<String> {
        nearest(name, &self.names().collect::<Vec<_>>())
    }

    /// The profile, and those that it inherits from, one from the next.
    fn chain<'c>(
        &'c self,
        name: &'c str,
        written: &'c Written,
    ) -> Result<Vec<(&'c str, &'c Written)>, Fault> {
        let mut chain = vec![(name, written)];
        let mut last = written;
        while let Some((next, line)) = &last.inherit {
            let Some((next, written)) = self.profiles.get_key_value(next) else {
                let hint = match self.nearest(next).first() {
                    Some(near) => format!("the nearest is {near}"),
                    None => "write it, or leave inherit out".to_owned(),
                };
                return Err(Fault::new(*line, format!("there is no profile {next} to inherit from"), hint));
            };
            if chain.iter().any(|(known, _)| known == next) {
                return Err(Fault::new(
                    *line,
                    format!("the profile {next} inherits from itself"),
                    "leave inherit out here",
                ));
            }
            if chain.len() == LEVELS {
                return Err(Fault::new(
                    *line,
                    format!("more than {LEVELS} profiles inherit from each other"),
                    "put together what they share",
                ));
            }
            chain.push((next, written));
            last = written;
        }
        Ok(chain)
    }
}
