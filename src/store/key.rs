//! The key of the cache: in the kernel's keyring of the user, where no file and no backup holds it; in a file where there is no keyring.

use super::folder::Folder;
use super::seal::{Key, LENGTH};
use crate::error::{Error, Kind};
use std::io::Read;
use zeroize::Zeroizing;

/// The key's name in the keyring, and that of its file.
const NAME: &str = "oktapipe:cache";
const FILE: &str = "key";

/// Where the key is kept.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Place {
    /// The kernel's keyring.
    Keyring,
    /// A file beside the entries, for the person alone.
    File,
}

/// What looking for the key in the keyring came to.
enum Keyring {
    Found(Key),
    Empty,
    /// There is none to be had: another system, a container that forbids it, a quota that is full.
    Closed,
}

/// The key, where there is one.
pub(super) fn find(folder: &Folder) -> Option<(Key, Place)> {
    match keyring::find(NAME) {
        Keyring::Found(key) => Some((key, Place::Keyring)),
        // A keyring whose quota is full is empty, and the key lies in the file.
        Keyring::Empty | Keyring::Closed => Some((file(folder)?, Place::File)),
    }
}

/// Makes what is sealed unreadable for ever.
pub(super) fn forget(folder: &Folder) {
    keyring::forget(NAME);
    folder.remove(FILE);
}

/// The key, made if there is none; and whether it was made now.
///
/// # Errors
/// `io` where it can be kept nowhere.
pub(super) fn find_or_make(folder: &Folder) -> Result<(Key, Place, bool), Error> {
    match keyring::find(NAME) {
        Keyring::Found(key) => return Ok((key, Place::Keyring, false)),
        Keyring::Empty => {
            if let Some(key) = Key::random().and_then(|key| keyring::add(NAME, &key)) {
                return Ok((key, Place::Keyring, true));
            }
        }
        Keyring::Closed => {}
    }
    folder.lock()?;
    if let Some(key) = file(folder) {
        return Ok((key, Place::File, false));
    }
    let key = Key::random()
        .ok_or_else(|| Error::new(Kind::Io, "the system gives no random numbers", "use --no-cache"))?;
    // One of another length, or that others may read, is no key.
    folder.remove(FILE);
    folder.create(FILE, key.bytes())?;
    Ok((key, Place::File, true))
}

fn file(folder: &Folder) -> Option<Key> {
    let mut bytes = Zeroizing::new(Vec::with_capacity(LENGTH + 1));
    folder.file(FILE).ok()??.take(LENGTH as u64 + 1).read_to_end(&mut bytes).ok()?;
    Key::new(&bytes)
}

#[cfg(target_os = "linux")]
mod keyring {
    use super::{Key, Keyring, LENGTH};
    use linux_keyutils::{KeyError, KeyPermissionsBuilder, KeyRing, KeyRingIdentifier, Permission};
    use zeroize::Zeroizing;

    /// The user's keyring, not the session's: a job of cron or ssh has another session.
    fn user() -> Result<KeyRing, KeyError> {
        KeyRing::from_special_id(KeyRingIdentifier::User, true)
    }

    /// Makes what is in the user's keyring this process's own while it lives. A service of systemd and `keyctl session` have a session that does not lead
    /// there: what they add they do not possess, and so cannot let anybody read, themselves not either.
    fn possess() -> Result<(), KeyError> {
        KeyRing::from_special_id(KeyRingIdentifier::Process, true)?.link_keyring_id(KeyRingIdentifier::User)
    }

    /// The key as the kernel has it. One that was left as it was added, by a process that was killed, say, is made readable.
    fn search(name: &str) -> Result<linux_keyutils::Key, KeyError> {
        let ring = user()?;
        match ring.search(name) {
            Err(KeyError::AccessDenied) => {
                possess()?;
                let key = ring.search(name)?;
                share(&key)?;
                Ok(key)
            }
            found => found,
        }
    }

    /// Lets the person read it and nobody change it. For the user too: from another session (ssh, systemd) a key is not possessed, and could not be read.
    fn share(key: &linux_keyutils::Key) -> Result<(), KeyError> {
        let allowed = || {
            Permission::VIEW | Permission::READ | Permission::SEARCH | Permission::LINK | Permission::SETATTR
        };
        key.set_perms(KeyPermissionsBuilder::builder().posessor(allowed()).user(allowed()).build())
    }

    pub(super) fn find(name: &str) -> Keyring {
        match search(name).and_then(|key| read(&key)) {
            Ok(Some(key)) => Keyring::Found(key),
            Ok(None)
            | Err(
                KeyError::KeyDoesNotExist
                | KeyError::KeyExpired
                | KeyError::KeyRevoked
                | KeyError::KeyringDoesNotExist,
            ) => Keyring::Empty,
            Err(_) => Keyring::Closed,
        }
    }

    /// Adds a key, and gives the one that is there then. Two that add at once shall end with the same one: the second changes the first
    /// until the permission to write is taken away, so what is read after that is what stays.
    pub(super) fn add(name: &str, key: &Key) -> Option<Key> {
        let ring = user().ok()?;
        // Where the session leads there anyway, it makes no difference.
        possess().ok()?;
        let added = ring.add_key(name, key.bytes()).or_else(|_| ring.search(name)).ok()?;
        share(&added).ok()?;
        read(&added).ok()?
    }

    pub(super) fn forget(name: &str) {
        let _ = search(name).and_then(|key| user()?.unlink_key(key));
    }

    fn read(key: &linux_keyutils::Key) -> Result<Option<Key>, KeyError> {
        let mut bytes = Zeroizing::new([0; LENGTH + 1]);
        let length = key.read(&mut *bytes)?;
        Ok(bytes.get(..length).and_then(Key::new))
    }
}

#[cfg(not(target_os = "linux"))]
mod keyring {
    use super::{Key, Keyring};

    pub(super) fn find(_: &str) -> Keyring {
        Keyring::Closed
    }

    pub(super) fn add(_: &str, _: &Key) -> Option<Key> {
        None
    }

    pub(super) fn forget(_: &str) {}
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn twenty_that_add_at_once_have_one_key_until_it_is_forgotten() {
        let name = format!("oktapipe:test-{}", std::process::id());
        if matches!(keyring::find(&name), Keyring::Closed) {
            return;
        }
        let keys: Vec<Vec<u8>> = std::thread::scope(|scope| {
            let add = || keyring::add(&name, &Key::random().unwrap()).unwrap().bytes().to_vec();
            let threads: Vec<_> = (0..20).map(|_| scope.spawn(add)).collect();
            threads.into_iter().map(|thread| thread.join().unwrap()).collect()
        });
        let Keyring::Found(found) = keyring::find(&name) else { panic!("not found") };
        // Without writing; and for the user, so that it is read in another session too.
        let proc = std::fs::read_to_string("/proc/keys").unwrap_or_default();
        let line = proc.lines().find(|line| line.contains(&name));
        assert!(line.is_none_or(|line| line.contains(" 3b3b0000 ")), "{line:?}");
        keyring::forget(&name);
        assert!(keys.iter().all(|key| key == found.bytes()));
        assert!(matches!(keyring::find(&name), Keyring::Empty));
    }
}
