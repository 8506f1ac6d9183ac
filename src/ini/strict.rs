//! A whole file as botocore reads it, to be edited: every line is one that it understands, or the file is refused with the line.
//!
//! botocore gives up on all profiles of a file for one line of it. So nothing is written into a file that it cannot read, and nothing that AWS's
//! other tools read otherwise: then an edit would change one profile for one tool and another for the next.

use crate::error::printable;
use std::collections::HashSet;
use std::fmt;

/// The longest file that is read, in bytes: 5,000 profiles, with the longest tokens 500.
pub const LIMIT: usize = 1 << 20;

/// The most lines that are read: a line more costs a hundred bytes and more, and 5,000 profiles have 40,000.
pub const LINES: usize = 50_000;

/// Why a file, or a change of it, is refused.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fault {
    /// The line, counted from 1; 0 if it is no line's.
    pub line: usize,
    /// What is wrong. A file's own words in it have been through [`printable`]; values are never among them.
    pub what: String,
}

impl Fault {
    pub(super) fn new(line: usize, what: impl Into<String>) -> Fault {
        Fault { line, what: what.into() }
    }
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.line > 0 {
            write!(f, "line {}: ", self.line)?;
        }
        f.write_str(&self.what)
    }
}

/// A file, every line of it understood. `Debug` shows no value.
pub struct Ini<'t> {
    /// The lines, with what ends each.
    pub(super) lines: Vec<&'t str>,
    /// The sections in the order of the file.
    pub sections: Vec<Section<'t>>,
}

/// A section with its keys.
#[derive(Debug)]
pub struct Section<'t> {
    /// What stands between the brackets, blanks and all.
    pub name: &'t str,
    /// The header's line, counted from 0.
    pub(super) header: usize,
    pub(super) indent: &'t str,
    pub(super) keys: Vec<Key<'t>>,
}

pub(super) struct Key<'t> {
    /// In lower case, as botocore has it.
    pub(super) name: String,
    pub(super) line: usize,
    pub(super) indent: &'t str,
    /// The line up to its value, and the value on it.
    pub(super) before: &'t str,
    pub(super) value: &'t str,
    /// The lines that go on with the value, without blanks around; an empty one where the line is blank.
    pub(super) more: Vec<(usize, &'t str)>,
}

impl fmt::Debug for Key<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} on line {}", self.name, self.line + 1)
    }
}

impl fmt::Debug for Ini<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list().entries(&self.sections).finish()
    }
}

impl Key<'_> {
    /// As Python's reader joins it.
    fn joined(&self) -> String {
        let mut text = self.value.to_owned();
        for (_, more) in &self.more {
            text.push('\n');
            text.push_str(more);
        }
        text.truncate(text.trim_end_matches(is_blank).len());
        text
    }
}

impl Section<'_> {
    /// A key's value: its lines, without blanks around each. Case does not count in the key.
    pub fn value(&self, key: &str) -> Option<String> {
        self.key(key).map(Key::joined)
    }

    /// The keys' names in lower case, in the order of the file.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        self.keys.iter().map(|key| key.name.as_str())
    }

    pub(super) fn key(&self, name: &str) -> Option<&Key<'_>> {
        let name = name.to_lowercase();
        self.keys.iter().find(|key| key.name == name)
    }

    /// The last line that says something.
    pub(super) fn last(&self) -> usize {
        let key = self.keys.last();
        key.map_or(self.header, |key| {
            key.more.iter().rfind(|(_, more)| !more.is_empty()).map_or(key.line, |(line, _)| *line)
        })
    }
}

impl<'t> Ini<'t> {
    /// Reads a whole file, in linear time.
    ///
    /// Refused is what botocore refuses: bytes that are no UTF-8, a byte order mark, text before the first section, a line without `=` or `:`, a key
    /// without a name, a section or key that is there twice, a nested line without `=`. And what other readers take for something else: a NUL, a
    /// carriage return inside a line, a section whose name or key whose line has a bracket too many, an indented section in a value.
    ///
    /// # Errors
    /// The first line that is refused.
    pub fn parse(bytes: &'t [u8]) -> Result<Ini<'t>, Fault> {
        if bytes.len() > LIMIT {
            return Err(Fault::new(0, format!("the file is longer than {} MiB", LIMIT >> 20)));
        }
        let text = std::str::from_utf8(bytes).map_err(|error| {
            let good = bytes.get(..error.valid_up_to()).unwrap_or_default();
            Fault::new(1 + good.iter().filter(|byte| **byte == b'\n').count(), "the text is not UTF-8")
        })?;
        let lines: Vec<&str> = text.split_inclusive('\n').collect();
        if lines.len() > LINES {
            return Err(Fault::new(LINES + 1, format!("the file has more than {LINES} lines")));
        }
        let mut reader = Reader::default();
        for (number, line) in lines.iter().enumerate() {
            reader.line(number, line)?;
        }
        reader.close_key()?;
        Ok(Ini { lines, sections: reader.sections })
    }

    /// The section of this very name: case and blanks count.
    pub fn section(&self, name: &str) -> Option<&Section<'t>> {
        self.sections.iter().find(|section| section.name == name)
    }
}

/// What Python's `str.strip` takes for a blank.
pub(super) fn is_blank(c: char) -> bool {
    c.is_whitespace() || ('\u{1c}'..='\u{1f}').contains(&c)
}

#[derive(Default)]
struct Reader<'t> {
    sections: Vec<Section<'t>>,
    names: HashSet<&'t str>,
    keys: HashSet<String>,
    /// The indentation of the last line that was no continuation, in characters.
    indented: usize,
}

impl<'t> Reader<'t> {
    fn line(&mut self, number: usize, line: &'t str) -> Result<(), Fault> {
        let fault = |what: &str| Fault::new(number + 1, what);
        let line = line.strip_suffix('\n').map_or(line, |line| line.strip_suffix('\r').unwrap_or(line));
        if line.contains(['\r', '\0']) {
            return Err(fault("a carriage return or NUL stands inside the line"));
        }
        let value = line.trim_matches(is_blank);
        let indent = line.get(..line.len() - line.trim_start_matches(is_blank).len()).unwrap_or_default();
        if value.starts_with(['#', ';']) {
            return Ok(());
        }
        let key = self.sections.last_mut().and_then(|section| section.keys.last_mut());
        if value.is_empty() {
            if let Some(key) = key {
                key.more.push((number, value));
            }
            return Ok(());
        }
        let width = indent.chars().count();
        if let Some(key) = key.filter(|_| width > self.indented) {
            if value.starts_with('[') {
                return Err(fault("an indented section belongs to the value above it"));
            }
            key.more.push((number, value));
            return Ok(());
        }
        self.close_key()?;
        self.indented = width;
        if let Some(header) = value.strip_prefix('[') {
            return self.section(number, indent, header);
        }
        let Some(section) = self.sections.last_mut() else {
            return Err(fault(match value.strip_prefix('\u{feff}') {
                Some(_) => "the file begins with a byte order mark",
                None => "text stands before the first section",
            }));
        };
        let Some((name, rest)) = value.split_once(['=', ':']) else {
            return Err(fault("the line is no section and has no = in it"));
        };
        let name = name.trim_end_matches(is_blank).to_lowercase();
        if name.is_empty() {
            return Err(fault("a key has no name"));
        }
        if !self.keys.insert(name.clone()) {
            return Err(fault(&format!("the key {} is there twice", printable(&name))));
        }
        let rest = rest.trim_start_matches(is_blank);
        let end = line.trim_end_matches(is_blank).len();
        let before = line.get(..end - rest.len()).unwrap_or_default();
        section.keys.push(Key { name, line: number, indent, before, value: rest, more: Vec::new() });
        Ok(())
    }

    fn section(&mut self, number: usize, indent: &'t str, header: &'t str) -> Result<(), Fault> {
        let fault = |what: &str| Fault::new(number + 1, what);
        // Python takes the last bracket for the end, and the AWS CLI's own writer the first.
        let Some((name, rest)) =
            header.split_once(']').filter(|(name, rest)| !name.is_empty() && !rest.contains(']'))
        else {
            return Err(fault("the section's brackets do not fit"));
        };
        let rest = rest.trim_start_matches(is_blank);
        if !rest.is_empty() && !rest.starts_with(['#', ';']) {
            return Err(fault("text stands behind the section's name"));
        }
        if !self.names.insert(name) {
            return Err(fault(&format!("the section {} is there twice", printable(name))));
        }
        self.keys.clear();
        self.sections.push(Section { name, header: number, indent, keys: Vec::new() });
        Ok(())
    }

    /// A value that begins on the line below its key is a list of keys to botocore.
    fn close_key(&self) -> Result<(), Fault> {
        let Some(key) = self.sections.last().and_then(|section| section.keys.last()) else { return Ok(()) };
        // Where Python's `splitlines` cuts.
        let cuts = ['\u{b}', '\u{c}', '\u{1c}', '\u{1d}', '\u{1e}', '\u{85}', '\u{2028}', '\u{2029}'];
        let is_pair = |part: &str| part.contains('=') || part.chars().all(is_blank);
        let last = key.more.iter().rposition(|(_, more)| !more.is_empty());
        let nested = key.more.get(..last.map_or(0, |last| last + 1)).filter(|_| key.value.is_empty());
        match nested.unwrap_or_default().iter().find(|(_, more)| !more.split(cuts).all(is_pair)) {
            Some((line, _)) => Err(Fault::new(line + 1, "a nested line has no = in it")),
            None => Ok(()),
        }
    }
}
