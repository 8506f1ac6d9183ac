//! What a login is kept as: the Okta session, the assertion, the credentials of a role; an encrypted file each, with its end.
//!
//! No password and no code is ever kept. Nothing depends on it: what is damaged, expired, sealed with another key or not safe is not there,
//! and is fetched anew.

use super::folder::Folder;
use super::key::{self, Place};
use super::seal::{Key, digest, unique};
use crate::document;
use crate::error::{Error, Kind};
use serde_json::{Map, Value};
use std::io::Read;
use std::path::{Path, PathBuf};
use zeroize::Zeroizing;

/// The version of the entries; another one is not read.
const VERSION: u8 = 1;
/// As long as an entry may be: an assertion of 100,000 characters and what is around it, with room.
const LIMIT: u64 = 1 << 20;
/// Behind this, in seconds, an entry is removed that nobody asked for again: what ended is of no use to anybody.
const SWEEP: i64 = 3600;

/// What an entry holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Item {
    /// The document of `session`.
    Session,
    /// The document of `saml-fetch`.
    Assertion,
    /// The document of `assume`.
    Credentials,
}

impl Item {
    const ALL: [Item; 3] = [Item::Session, Item::Assertion, Item::Credentials];

    const fn name(self) -> &'static str {
        match self {
            Item::Session => "session",
            Item::Assertion => "assertion",
            Item::Credentials => "credentials",
        }
    }
}

/// Whose an entry is. Two that differ in any of these share nothing.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Owner {
    /// The org's origin.
    pub org: String,
    /// The OAuth client that signed in; empty for a sign-in with name and password.
    pub client: String,
    /// The login name.
    pub user: String,
    /// The app; empty for a session.
    pub app: String,
    /// The role as it was asked for, and what else shaped the credentials; empty for a session and an assertion.
    pub role: String,
}

impl Owner {
    const MEMBERS: [&str; 5] = ["org", "client", "user", "app", "role"];

    fn parts(&self) -> [&str; 5] {
        [&self.org, &self.client, &self.user, &self.app, &self.role]
    }

    /// The name of the entry's file.
    fn name(&self, item: Item) -> String {
        let [org, client, user, app, role] = self.parts();
        digest(&[item.name(), org, client, user, app, role])
    }

    /// The name of what is locked while one of many signs in, or assumes this role, for all of them.
    pub fn lock(&self) -> String {
        let [org, client, user, app, role] = self.parts();
        digest(&["lock", org, client, user, app, role]) + ".lock"
    }

    /// Whose Okta session it is: the same without app and role.
    #[must_use]
    pub fn session(&self) -> Owner {
        Owner { app: String::new(), role: String::new(), ..self.clone() }
    }

    /// Whose assertion it is: the same without the role.
    #[must_use]
    pub fn assertion(&self) -> Owner {
        Owner { role: String::new(), ..self.clone() }
    }
}

/// An entry that was found.
#[derive(Debug, Clone, PartialEq)]
pub struct Entry {
    /// The document.
    pub document: document::Document,
    /// When it was got, in seconds since 1970.
    pub since: i64,
    /// When it ends.
    pub until: i64,
}

/// The entries of the person.
pub struct Cache {
    folder: Folder,
}

impl std::fmt::Debug for Cache {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_tuple("Cache").field(&self.folder.path()).finish()
    }
}

impl Cache {
    /// The entries in `folder`, see [`super::state`]; `None` where it is not there.
    ///
    /// # Errors
    /// `io` for one that another user owns, or that others may look into.
    pub fn find(folder: &Path) -> Result<Option<Cache>, Error> {
        if folder.symlink_metadata().is_err() {
            return Ok(None);
        }
        Folder::open_private(folder).map(|folder| Some(Cache { folder }))
    }

    /// As [`Cache::find`], and makes the folder.
    ///
    /// # Errors
    /// `io` for a folder that cannot be made, that another user owns, or that others may look into.
    pub fn open(folder: PathBuf) -> Result<Cache, Error> {
        Ok(Cache { folder: Folder::make_private(&folder)? })
    }

    pub(super) fn folder(&self) -> &Folder {
        &self.folder
    }

    /// Where it is.
    pub fn path(&self) -> &Path {
        self.folder.path()
    }

    /// Where its key is kept, if there is one.
    pub fn place(&self) -> Option<Place> {
        key::find(&self.folder).map(|(_, place)| place)
    }

    /// The entry, if it is there and has not ended at `now`.
    pub fn get(&self, item: Item, owner: &Owner, now: i64) -> Option<Entry> {
        let name = owner.name(item);
        let bytes = self.bytes(&name)?;
        let (key, _) = key::find(&self.folder)?;
        let found = read(&key, &name, &bytes)
            .filter(|(found, entry)| *found == (item, owner.clone()) && entry.until > now);
        if found.is_none() {
            // Damaged, of another key, or over.
            self.folder.remove(&name);
        }
        found.map(|(_, entry)| entry)
    }

    /// Keeps an entry in the place of the one before. Says whether the key had to be put into a file just now, for want of a keyring.
    ///
    /// # Errors
    /// `io` when it cannot be written; then the one before is still there.
    pub fn put(&self, item: Item, owner: &Owner, entry: &Entry) -> Result<bool, Error> {
        let (key, place, is_new) = key::find_or_make(&self.folder)?;
        let name = owner.name(item);
        let mut members: Map<String, Value> = Owner::MEMBERS
            .iter()
            .zip(owner.parts())
            .map(|(name, part)| ((*name).to_owned(), part.into()))
            .collect();
        members.insert("since".to_owned(), entry.since.into());
        members.insert("document".to_owned(), Value::Object(entry.document.members().clone()));
        let plain = Zeroizing::new(document::to_line(&members.into()));
        let head = head(item, entry.until);
        let sealed = key.seal(&beside(&head, &name), plain.as_bytes()).zip(unique());
        let (sealed, own) = sealed
            .ok_or_else(|| Error::new(Kind::Io, "the system gives no random numbers", "use --no-cache"))?;
        self.folder.replace_unlocked(&name, &own, &[head.as_slice(), &sealed].concat())?;
        self.sweep(entry.since);
        Ok(is_new && place == Place::File)
    }

    /// Drops an entry.
    pub fn remove(&self, item: Item, owner: &Owner) {
        self.folder.remove(&owner.name(item));
    }

    /// Every entry that can be read, ended or not, whose owner is `wanted`.
    pub fn entries(&self, wanted: impl Fn(&Owner) -> bool) -> Vec<(Item, Owner, Entry)> {
        let Some((key, _)) = key::find(&self.folder) else { return Vec::new() };
        let names = self.folder.names().into_iter().filter(|name| is_entry(name));
        let found = names.filter_map(|name| read(&key, &name, &self.bytes(&name)?));
        found
            .filter(|((_, owner), _)| wanted(owner))
            .map(|((item, owner), entry)| (item, owner, entry))
            .collect()
    }

    /// Drops every entry, and the key, so that copies of them are of no use.
    pub fn clear(&self) {
        for name in self.folder.names().iter().filter(|name| !name.ends_with(".lock")) {
            self.folder.remove(name);
        }
        key::forget(&self.folder);
    }

    fn bytes(&self, name: &str) -> Option<Vec<u8>> {
        // Most are shorter; growing from nothing is a call a step.
        let mut bytes = Vec::with_capacity(16 << 10);
        self.folder.file(name).ok()??.take(LIMIT).read_to_end(&mut bytes).ok()?;
        Some(bytes)
    }

    /// Removes what has ended, and what killed processes left half written.
    fn sweep(&self, now: i64) {
        for name in self.folder.names() {
            let over = if is_entry(&name) {
                let head = self.bytes(&name).and_then(|bytes| Some(until(bytes.split_first_chunk()?.0)));
                head.is_none_or(|until| until + SWEEP < now)
            } else {
                name.ends_with(".new") && self.age(&name, now).is_none_or(|age| age > SWEEP)
            };
            if over {
                self.folder.remove(&name);
            }
        }
    }

    fn age(&self, name: &str, now: i64) -> Option<i64> {
        let file = self.folder.file(name).ok()??;
        rustix::fs::fstat(&file).ok().map(|stat| now - stat.st_mtime)
    }
}

fn is_entry(name: &str) -> bool {
    name.len() == 64 && name.bytes().all(|byte| byte.is_ascii_hexdigit())
}

/// What stands before the sealed bytes, in clear and as associated data: version, kind, end.
const HEAD: usize = 10;

fn head(item: Item, until: i64) -> [u8; HEAD] {
    let mut head = [VERSION, item as u8, 0, 0, 0, 0, 0, 0, 0, 0];
    if let Some((_, end)) = head.split_first_chunk_mut::<2>() {
        end.copy_from_slice(&until.to_be_bytes());
    }
    head
}

fn until(head: &[u8; HEAD]) -> i64 {
    head.split_last_chunk().map_or(0, |(_, end)| i64::from_be_bytes(*end))
}

/// An entry under another name, of another kind, or with another end is no entry. The name stands for the whole key: it is its digest.
fn beside(head: &[u8; HEAD], name: &str) -> Vec<u8> {
    [head.as_slice(), name.as_bytes()].concat()
}

fn read(key: &Key, name: &str, bytes: &[u8]) -> Option<((Item, Owner), Entry)> {
    let (head, sealed) = bytes.split_first_chunk::<HEAD>()?;
    let item = Item::ALL.into_iter().find(|item| head.starts_with(&[VERSION, *item as u8]))?;
    let plain = key.open(&beside(head, name), sealed)?;
    let mut members = document::Document::from(document::object(&plain)?).into_members();
    let text = |name: &str| members.get(name).and_then(Value::as_str).map(str::to_owned);
    let owner = Owner {
        org: text("org")?,
        client: text("client")?,
        user: text("user")?,
        app: text("app")?,
        role: text("role")?,
    };
    let since = members.get("since")?.as_i64()?;
    let Some(Value::Object(document)) = members.remove("document") else { return None };
    Some(((item, owner), Entry { document: document.into(), since, until: until(head) }))
}
