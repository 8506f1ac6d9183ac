//! Changes of some sections that keep every byte of the others, and of these what is not changed.

use super::strict::{Fault, Ini, Key, Section, is_blank};
use crate::error::printable;
use std::collections::{BTreeMap, BTreeSet, HashMap};
use zeroize::Zeroizing;

/// The longest name of a profile, in bytes.
pub const NAME_LIMIT: usize = 128;

/// What shall become of one section.
pub struct Change<'c> {
    /// The section's name: a profile's, or `profile ` and a profile's as `~/.aws/config` has it. Without one of that name it is added at the end.
    pub section: &'c str,
    /// Keys, and the value that each shall have.
    pub set: Vec<(&'c str, &'c str)>,
    /// Keys that shall go.
    pub remove: Vec<&'c str>,
}

/// Whether a profile may have this name: one that all of AWS's tools read as it is, without quotes. The Rust SDK takes `[A-Za-z0-9_./%@:+-]` only.
/// `DEFAULT` would give its keys to every profile, and other spellings of `default` are no name but a trap.
pub fn is_profile_name(text: &str) -> bool {
    (1..=NAME_LIMIT).contains(&text.len())
        && text.bytes().all(|b| b.is_ascii_alphanumeric() || b"_./%@:+-".contains(&b))
        && (text == "default" || !text.eq_ignore_ascii_case("default"))
}

/// Whether all of AWS's tools read this value as it is written. Not: control characters, blanks at its ends, and a `#` or `;` behind a blank, at which
/// the Rust SDK cuts.
pub fn is_value(text: &str) -> bool {
    let is_comment = |(before, c): (char, char)| is_blank(before) && matches!(c, '#' | ';');
    let starts = std::iter::once(' ').chain(text.chars());
    !text.chars().any(|c| c.is_control() || matches!(c, '\u{2028}' | '\u{2029}'))
        && text.trim_matches(is_blank) == text
        && !starts.zip(text.chars()).any(is_comment)
}

fn is_key(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'_')
}

impl Ini<'_> {
    /// The file's text after `changes`, each of another section.
    ///
    /// What is set already stays as it is written, down to blanks and case. A value that goes takes the indented lines below it along, not the
    /// comments among them. Lines that come are written as the file's first line ends.
    ///
    /// # Errors
    /// A name, key or value that AWS's tools would not all read alike; two changes of one section; a section that is there with blanks inside its
    /// brackets.
    pub fn edit(&self, changes: &[Change<'_>]) -> Result<Zeroizing<String>, Fault> {
        let mut edit = Edit { newline: self.newline(), ..Edit::default() };
        let mut names = BTreeSet::new();
        let mut known: HashMap<String, Vec<&Section<'_>>> = HashMap::new();
        for section in &self.sections {
            known.entry(plain(section.name)).or_default().push(section);
        }
        for change in changes {
            check(change)?;
            if !names.insert(change.section) {
                return Err(Fault::new(0, format!("the section {} is changed twice", change.section)));
            }
            match known.get(&plain(change.section)).map_or(&[][..], Vec::as_slice) {
                [] => edit.append(change),
                [section] if section.name == change.section => edit.change(self, section, change),
                [.., section] => {
                    let what =
                        format!("some tools take the section [{}] for [{}]", section.name, change.section);
                    return Err(Fault::new(section.header + 1, printable(&what)));
                }
            }
        }
        Ok(edit.apply(&self.lines))
    }

    fn newline(&self) -> &'static str {
        if self.lines.first().is_some_and(|line| line.ends_with("\r\n")) { "\r\n" } else { "\n" }
    }
}

/// A section's name as it is to tools that do not count blanks.
fn plain(name: &str) -> String {
    name.split_whitespace().collect::<Vec<_>>().join(" ")
}

fn check(change: &Change<'_>) -> Result<(), Fault> {
    let name = change.section.strip_prefix("profile ").unwrap_or(change.section);
    if !is_profile_name(name) {
        return Err(Fault::new(0, format!("{} cannot be the name of a profile", printable(change.section))));
    }
    let keys = change.set.iter().map(|(key, _)| key).chain(&change.remove);
    let mut seen = BTreeSet::new();
    for key in keys {
        if !is_key(key) || !seen.insert(key) {
            return Err(Fault::new(0, format!("{} cannot be a key, or is named twice", printable(key))));
        }
    }
    match change.set.iter().find(|(_, value)| !is_value(value)) {
        Some((key, _)) => Err(Fault::new(0, format!("the value of {key} holds what a profile cannot carry"))),
        None => Ok(()),
    }
}

/// What happens to lines.
#[derive(Default)]
struct Edit {
    newline: &'static str,
    gone: BTreeSet<usize>,
    /// What a line becomes, without its end.
    replaced: BTreeMap<usize, Zeroizing<String>>,
    /// What comes behind a line, whole lines.
    behind: BTreeMap<usize, Zeroizing<String>>,
    appended: Zeroizing<String>,
}

impl Edit {
    fn change(&mut self, ini: &Ini<'_>, section: &Section<'_>, change: &Change<'_>) {
        for key in change.remove.iter().filter_map(|name| section.key(name)) {
            self.gone.insert(key.line);
            self.without_more(key);
        }
        let mut new = Zeroizing::new(String::new());
        for (name, value) in &change.set {
            match section.key(name) {
                Some(_) if section.value(name).as_deref() == Some(*value) => {}
                Some(key) => {
                    // `key =` has nothing behind it that says how it is to be written: as what is before it.
                    let is_spaced = key.before.trim_start_matches(is_blank).contains(is_blank);
                    let blank = if key.value.is_empty() && is_spaced { " " } else { "" };
                    self.replaced.insert(key.line, Zeroizing::new([key.before, blank, value].concat()));
                    self.without_more(key);
                }
                None => push(&mut new, &[indent(ini, section), name, " = ", value, self.newline]),
            }
        }
        if !new.is_empty() {
            self.behind.insert(section.last(), new);
        }
    }

    fn without_more(&mut self, key: &Key<'_>) {
        self.gone.extend(key.more.iter().filter(|(_, more)| !more.is_empty()).map(|(line, _)| *line));
    }

    fn append(&mut self, change: &Change<'_>) {
        if !self.appended.is_empty() {
            self.appended.push_str(self.newline);
        }
        push(&mut self.appended, &["[", change.section, "]", self.newline]);
        for (name, value) in &change.set {
            push(&mut self.appended, &[name, " = ", value, self.newline]);
        }
    }

    fn apply(&self, lines: &[&str]) -> Zeroizing<String> {
        let length: usize = lines.iter().map(|line| line.len()).sum();
        let grown = |more: &BTreeMap<usize, Zeroizing<String>>| {
            more.values().map(|text| text.len() + 2).sum::<usize>()
        };
        let room = length + grown(&self.replaced) + grown(&self.behind) + self.appended.len() + 8;
        // Room for all of it: a text that grows leaves its keys behind.
        let mut text = Zeroizing::new(String::with_capacity(room));
        for (number, line) in lines.iter().enumerate() {
            match self.replaced.get(&number) {
                Some(new) => {
                    text.push_str(new);
                    text.push_str(line.get(line.trim_end_matches(['\r', '\n']).len()..).unwrap_or_default());
                }
                None if self.gone.contains(&number) => {}
                None => text.push_str(line),
            }
            if let Some(new) = self.behind.get(&number) {
                self.end_line(&mut text);
                text.push_str(new);
            }
        }
        if !self.appended.is_empty() {
            self.end_line(&mut text);
            if text.lines().next_back().is_some_and(|line| !line.chars().all(is_blank)) {
                text.push_str(self.newline);
            }
            text.push_str(&self.appended);
        }
        text
    }

    fn end_line(&self, text: &mut String) {
        if !text.is_empty() && !text.ends_with('\n') {
            text.push_str(self.newline);
        }
    }
}

/// Without a temporary that nobody wipes.
fn push(text: &mut String, parts: &[&str]) {
    parts.iter().for_each(|part| text.push_str(part));
}

/// The indentation of a new last key: as deep as the one before, or the line below would go on with our value. Before a section's first key there is
/// none; then the next section must not be deeper.
fn indent<'t>(ini: &Ini<'t>, section: &Section<'t>) -> &'t str {
    let next = || {
        let behind = ini.sections.partition_point(|other| other.header <= section.header);
        ini.sections.get(behind).map_or("", |next| next.indent)
    };
    section.keys.last().map_or_else(next, |key| key.indent)
}
