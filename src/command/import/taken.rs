//! What was taken over from a peer, and what was left.

use super::{gimme, okta_cli, saml2aws, shown};
use crate::cli::Peer;
use crate::config::{Form, Key, Value, is_name};
use crate::error::{Error, Kind, printable};
use crate::org::Org;
use std::collections::BTreeMap;
use std::path::Path;

/// All of it.
#[derive(Debug, Default)]
pub(super) struct Taken {
    pub(super) profiles: Vec<Found>,
    pub(super) left: Vec<Left>,
    /// Names of accounts.
    pub(super) aliases: BTreeMap<String, String>,
}

impl Taken {
    pub(super) fn is_empty(&self) -> bool {
        self.profiles.is_empty() && self.left.is_empty() && self.aliases.is_empty()
    }
}

/// A profile that the peer's settings make.
#[derive(Debug)]
pub(super) struct Found {
    pub(super) name: String,
    pub(super) settings: Vec<(&'static str, Value)>,
}

/// A setting that is not taken over, and why. Its value is not told: it may be a secret.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Left {
    pub(super) section: String,
    pub(super) key: String,
    pub(super) why: String,
}

impl Left {
    pub(super) fn new(section: &str, key: &str, why: &str) -> Left {
        Left { section: printable(section), key: printable(key), why: why.to_owned() }
    }

    pub(super) fn profile(name: &str, why: &str) -> Left {
        Left::new(name, "", why)
    }

    /// Whether it is the profile as a whole that was left.
    pub(super) fn is_of_profile(&self, name: &str) -> bool {
        self.key.is_empty() && self.section == name
    }
}

/// How many profiles a line names.
const NAMED: usize = 3;

/// A line for each setting that was left, and not for each profile that has it: what a peer's files give to all would be told for each.
pub(super) fn told<'l>(left: impl Iterator<Item = &'l Left>) -> Vec<String> {
    let mut lines: Vec<(&Left, Vec<&str>)> = Vec::new();
    for one in left {
        match lines.iter_mut().find(|(first, _)| first.key == one.key && first.why == one.why) {
            Some((_, sections)) if !sections.contains(&one.section.as_str()) => sections.push(&one.section),
            Some(_) => {}
            None => lines.push((one, vec![&one.section])),
        }
    }
    let line = |(first, sections): &(&Left, Vec<&str>)| {
        let named = sections.iter().take(NAMED).copied().collect::<Vec<_>>().join(", ");
        let rest = match sections.len().saturating_sub(NAMED) {
            0 => String::new(),
            rest => format!(" and {rest} more"),
        };
        let key = if first.key.is_empty() { String::new() } else { format!("{} ", first.key) };
        format!("{named}{rest}: {key}not taken over: {}", first.why)
    };
    lines.iter().map(line).collect()
}

/// Reads a file of the peer.
///
/// # Errors
/// `config` for one that is not of its form.
pub(super) fn from(tool: Peer, path: &Path, text: &str, taken: &mut Taken) -> Result<(), Error> {
    let is_yaml = path.extension().is_some_and(|extension| extension == "yaml" || extension == "yml");
    match tool {
        Peer::Saml2aws => saml2aws::read(text, taken),
        Peer::GimmeAwsCreds => gimme::read(text, taken),
        Peer::OktaAwsCli if is_yaml => okta_cli::yaml(text, taken).map_err(|line| {
            let message =
                format!("{} line {line} is not of the YAML that okta-aws-cli documents", shown(path));
            Error::new(
                Kind::Config,
                message,
                "write it with one key and value a line, without lists and anchors",
            )
        })?,
        Peer::OktaAwsCli => okta_cli::dotenv(text, taken),
    }
    Ok(())
}

/// One profile while it is read.
pub(super) struct Reading<'t> {
    taken: &'t mut Taken,
    section: String,
    settings: Vec<(&'static str, Value)>,
}

impl<'t> Reading<'t> {
    pub(super) fn new(taken: &'t mut Taken, section: &str) -> Reading<'t> {
        Reading { taken, section: section.to_owned(), settings: Vec::new() }
    }

    pub(super) fn leave(&mut self, key: &str, why: &str) {
        let left = Left::new(&self.section, key, why);
        self.taken.left.push(left);
    }

    /// Takes a string over as the setting `ours`, if that is one that it may have.
    pub(super) fn take(&mut self, key: &str, ours: &'static str, text: &str) {
        self.take_all(key, ours, &[text.trim()]);
    }

    /// As [`Reading::take`], several.
    pub(super) fn take_all(&mut self, key: &str, ours: &'static str, texts: &[&str]) {
        let texts: Vec<String> =
            texts.iter().filter(|text| !text.is_empty()).map(|text| (*text).to_owned()).collect();
        let Some(known) = Key::named(ours).filter(|_| !texts.is_empty()) else { return };
        if let Some(expected) = texts.iter().find_map(|text| known.check(text).err()) {
            return self.leave(key, &format!("oktapipe wants {expected}"));
        }
        let value = match (&known.form, texts.as_slice()) {
            (Form::List, _) => Value::List(texts),
            (Form::Number(range), [text]) => {
                match text.parse().ok().filter(|number| range.contains(number)) {
                    Some(number) => Value::Number(number),
                    None => {
                        return self.leave(
                            key,
                            &format!("oktapipe wants {} to {} seconds", range.start(), range.end()),
                        );
                    }
                }
            }
            (_, [text]) => Value::Text(text.clone()),
            _ => return self.leave(key, "oktapipe wants one"),
        };
        self.settings.push((ours, value));
    }

    /// Takes an org over, which a peer has as a host or as a URL with whatever path.
    pub(super) fn take_org(&mut self, key: &str, text: &str) -> Option<Org> {
        let text = text.trim();
        let (scheme, rest) = text.split_once("://").unwrap_or(("https", text));
        let host = rest.split(['/', '?', '#']).next().unwrap_or_default();
        match Org::parse(&format!("{scheme}://{host}")) {
            Ok(org) => {
                self.settings.push(("org", Value::Text(org.origin())));
                Some(org)
            }
            Err(_) => {
                self.leave(key, "it is not the address of an Okta org");
                None
            }
        }
    }

    /// Takes the app's link over.
    pub(super) fn take_app(&mut self, key: &str, text: &str, org: Option<&Org>) {
        match org.map(|org| org.app(text)) {
            Some(Err(_)) => self.leave(key, "it does not lead to an app of the org"),
            _ => self.take(key, "app", text),
        }
    }

    /// Turns one of our switches on.
    pub(super) fn take_switch(&mut self, ours: &'static str) {
        self.settings.push((ours, Value::Switch(true)));
    }

    /// Takes a duration over; an hour is what is asked for anyway.
    pub(super) fn take_duration(&mut self, key: &str, text: &str) {
        if text.trim() != "3600" {
            self.take(key, "duration", text);
        }
    }

    pub(super) fn finish(self) {
        let mut name: String = self
            .section
            .trim()
            .chars()
            .map(|c| if c.is_ascii_alphanumeric() || "._@+/-".contains(c) { c } else { '-' })
            .take(128)
            .collect();
        if !is_name(&name) {
            name = name.trim_start_matches('-').to_owned();
        }
        if !is_name(&name) {
            self.taken.left.push(Left::profile(&self.section, "no profile can have its name"));
        } else if self.taken.profiles.iter().any(|known| known.name == name) {
            self.taken.left.push(Left::profile(&self.section, "another profile has its name already"));
        } else {
            self.taken.profiles.push(Found { name, settings: self.settings });
        }
    }
}

/// Whether a peer's switch is on.
pub(super) fn is_on(text: &str) -> bool {
    matches!(text.trim().to_ascii_lowercase().as_str(), "true" | "1" | "y" | "yes" | "on" | "t")
}
