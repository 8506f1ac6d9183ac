//! The names of accounts, as AWS said them: no secrets, and asked for again when they have grown old.

use super::beginning;
use super::folder::Folder;
use crate::alias::{Source, is_account, is_alias};
use crate::error::Error;
use std::collections::BTreeMap;
use std::path::PathBuf;

/// The most accounts that are remembered.
const LINES: usize = 5000;
/// As much of the file as is read: [`LINES`] with the longest aliases.
const LIMIT: usize = 1 << 20;
/// How long a name is believed, in seconds: a week. Aliases seldom change, and one that is taken over by another account chooses a role there.
const LIFE: i64 = 7 * 24 * 3600;
const NAME: &str = "aliases";

/// How an account was called, and that it was called nothing.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Remembered {
    /// Its alias, if it had one.
    pub alias: Option<String>,
    /// Who said so.
    pub source: Source,
    /// When, in seconds since 1970.
    pub seen: i64,
}

/// The file of remembered names. A line is `ACCOUNT SOURCE SECONDS [ALIAS]`; sorted.
#[derive(Debug, Clone)]
pub struct Aliases {
    folder: PathBuf,
}

impl Aliases {
    /// The file in `folder`, which need not be there: see [`super::cache`].
    pub fn new(folder: PathBuf) -> Aliases {
        Aliases { folder }
    }

    /// What is remembered and not too old, by account. Nothing for a file or folder that is not safe; lines that are no such are skipped.
    pub fn known(&self, now: i64) -> BTreeMap<String, Remembered> {
        let file = Folder::open(&self.folder).and_then(|folder| folder.file(NAME)).ok().flatten();
        let text = file.and_then(|file| beginning(file, LIMIT)).unwrap_or_default();
        read(&text, now)
    }

    /// Remembers what was said of accounts, in place of what was said before. What is too old is forgotten.
    ///
    /// # Errors
    /// `io` when the folder or the file is not the person's own or cannot be written; then everything is as it was.
    pub fn remember(&self, said: &BTreeMap<String, Remembered>, now: i64) -> Result<(), Error> {
        let folder = Folder::make(&self.folder)?;
        folder.lock()?;
        let before = folder.file(NAME)?.and_then(|file| beginning(file, LIMIT)).unwrap_or_default();
        let mut all = read(&before, now);
        all.extend(said.iter().map(|(account, remembered)| (account.clone(), remembered.clone())));
        let line = |(account, remembered): (&String, &Remembered)| {
            let Remembered { alias, source, seen } = remembered;
            format!("{account} {} {seen} {}\n", source.name(), alias.as_deref().unwrap_or("-"))
        };
        let text: String = all.iter().take(LINES).map(line).collect();
        if text == before { Ok(()) } else { folder.replace(NAME, &text) }
    }
}

fn read(text: &str, now: i64) -> BTreeMap<String, Remembered> {
    let line = |line: &str| {
        let mut words = line.split(' ');
        let account = words.next().filter(|text| is_account(text))?.to_owned();
        let source = Source::named(words.next()?)?;
        let seen = words.next()?.parse().ok()?;
        let alias = match words.next()? {
            "-" => None,
            text => Some(is_alias(text).then(|| text.to_owned())?),
        };
        let is_fresh = (0..=LIFE).contains(&now.checked_sub(seen)?);
        (is_fresh && words.next().is_none()).then_some((account, Remembered { alias, source, seen }))
    };
    text.lines().take(LINES).filter_map(line).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_are_read_strictly_and_believed_for_a_week() {
        let now = 2_000_000_000;
        let text = "000000000001 sign-in 1999999000 acme\n000000000002 iam 1999999000 -\n\
                    000000000003 config 1999999000 -x\n000000000004 iam 1999999000\n5 iam 1999999000 acme\n\
                    000000000006 later 1999999000 acme\n000000000007 iam 1999999000 acme more\n\
                    000000000008 iam 1999395199 acme\n000000000009 iam 2000000001 acme\n000000000010 iam x acme\n";
        let known = read(text, now);
        let alias = |account: &str| known.get(account).map(|known| known.alias.as_deref());
        assert_eq!(known.len(), 2, "{known:?}");
        assert_eq!((alias("000000000001"), alias("000000000002")), (Some(Some("acme")), Some(None)));
    }
}
