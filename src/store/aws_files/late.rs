//! What another tool wrote into the file that ours had just replaced: it had opened it before, and would lose its change.

use super::place::Seen;
use crate::ini::{Change, Ini};
use std::thread::sleep;
use std::time::Duration;

/// How long what is written there has to stay the same before it is believed, and how often that is tried.
const REST: Duration = Duration::from_millis(20);
const TRIES: usize = 5;

/// Changes of whole sections, to be made in the file that is there now. Values are wiped with the texts that they are of: best effort.
#[derive(Default)]
pub(super) struct Late(Vec<Section>);

struct Section {
    name: String,
    set: Vec<(String, String)>,
    remove: Vec<String>,
}

impl Late {
    /// What became of the replaced file since it was read.
    pub(super) fn of(replaced: &Seen) -> Late {
        let mut now = replaced.again();
        for _ in 0..TRIES {
            match &now {
                Some(bytes) if *bytes != replaced.bytes => {}
                _ => return Late::default(),
            }
            sleep(REST);
            let before = std::mem::replace(&mut now, replaced.again());
            if before == now {
                break;
            }
        }
        now.map_or_else(Late::default, |now| Late::between(&replaced.bytes, &now))
    }

    /// What turns one text into the other, as far as an edit can: no section goes, and names and values are those that all tools take.
    pub(super) fn between(before: &[u8], now: &[u8]) -> Late {
        let (Ok(before), Ok(now)) = (Ini::parse(before), Ini::parse(now)) else { return Late::default() };
        let section = |section: &crate::ini::Section<'_>| {
            let was = before.section(section.name);
            let value = |name: &str| was.and_then(|was| was.value(name));
            let set = section.names().filter_map(|name| Some((name.to_owned(), section.value(name)?)));
            let gone =
                was.into_iter().flat_map(|was| was.names()).filter(|name| section.value(name).is_none());
            Section {
                name: section.name.to_owned(),
                set: set.filter(|(name, new)| value(name).as_ref() != Some(new)).collect(),
                remove: gone.map(str::to_owned).collect(),
            }
        };
        let changed = now.sections.iter().map(section).filter(|found| {
            let is_new = before.section(&found.name).is_none();
            is_new || !found.set.is_empty() || !found.remove.is_empty()
        });
        let empty = Ini::parse(b"");
        let is_fit =
            |section: &Section| empty.as_ref().is_ok_and(|empty| empty.edit(&[section.change()]).is_ok());
        Late(changed.filter(is_fit).collect())
    }

    pub(super) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The changes beside ours. Of a section that we change, ours count.
    pub(super) fn beside<'l>(&'l self, mut ours: Vec<Change<'l>>) -> Vec<Change<'l>> {
        for section in &self.0 {
            if ours.iter().all(|change| change.section != section.name) {
                ours.push(section.change());
            }
        }
        ours
    }
}

impl Section {
    fn change(&self) -> Change<'_> {
        Change {
            section: &self.name,
            set: self.set.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect(),
            remove: self.remove.iter().map(String::as_str).collect(),
        }
    }
}
