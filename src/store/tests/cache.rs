use super::{Place, mode};
use crate::document::Document;
use crate::error::Kind;
use crate::store::{Cache, Entry, Item, Owner, state};
use crate::time::{Clock, SystemClock};
use serde_json::{Map, json};
use std::ffi::OsStr;
use std::fs::{self, Permissions};
use std::os::unix::fs::{PermissionsExt, symlink};
use std::path::PathBuf;

const NOW: i64 = 1_800_000_000;

fn owner(user: &str) -> Owner {
    Owner {
        org: "https://acme.okta.com".to_owned(),
        user: user.to_owned(),
        app: "app".to_owned(),
        role: "[]".to_owned(),
        ..Owner::default()
    }
}

fn entry(secret: &str, until: i64) -> Entry {
    let document: Document = Map::from_iter([("id".to_owned(), json!(secret))]).into();
    Entry { document, since: NOW, until }
}

fn files(place: &Place) -> Vec<PathBuf> {
    let folder = place.0.join("state/oktapipe");
    let mut files: Vec<_> = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    files.retain(|path| path.file_name() != Some(OsStr::new("key")));
    files.sort();
    files
}

#[test]
fn the_folder_is_the_persons_runtime_folder_and_else_that_of_state() {
    let place = Place::new();
    let runtime = place.0.display().to_string();
    let with = |variables: &[(&str, &str)]| {
        state(|name| variables.iter().find(|(key, _)| *key == name).map(|(_, value)| OsStr::new(*value)))
    };
    let all = [("XDG_RUNTIME_DIR", runtime.as_str()), ("XDG_STATE_HOME", "/s"), ("HOME", "/h")];
    assert_eq!(with(&all), Some(place.0.join("oktapipe")));
    assert_eq!(with(&all[1..]), Some("/s/oktapipe".into()));
    assert_eq!(with(&all[2..]), Some("/h/.local/state/oktapipe".into()));
    // As `su` leaves it, and a relative one.
    assert_eq!(
        with(&[("XDG_RUNTIME_DIR", "/no/such/folder"), ("HOME", "/h")]),
        Some("/h/.local/state/oktapipe".into())
    );
    assert_eq!(with(&[("XDG_STATE_HOME", "s"), ("HOME", "h")]), None);
}

#[test]
fn an_entry_is_found_by_its_owner_and_kind_until_it_ends_and_holds_no_plain_secret() {
    let place = Place::new();
    let cache = place.cache();
    cache.put(Item::Session, &owner("ada"), &entry("s3cret", NOW + 60)).unwrap();
    let found = cache.get(Item::Session, &owner("ada"), NOW + 59).unwrap();
    assert_eq!(found, entry("s3cret", NOW + 60));
    assert_eq!(cache.get(Item::Session, &owner("eve"), NOW), None);
    assert_eq!(cache.get(Item::Assertion, &owner("ada"), NOW), None);
    for path in files(&place) {
        assert_eq!(mode(&path), 0o600);
        let bytes = fs::read(&path).unwrap();
        let text = String::from_utf8_lossy(&bytes);
        assert!(!text.contains("s3cret") && !text.contains("acme"), "{path:?}");
        assert!(path.file_name().unwrap().len() == 64 && !path.display().to_string().contains("ada"));
    }
    assert_eq!(mode(&place.0.join("state/oktapipe")), 0o700);
    // At its end it is gone, and so is its file.
    assert_eq!(cache.get(Item::Session, &owner("ada"), NOW + 60), None);
    assert!(files(&place).is_empty());
}

#[test]
fn a_damaged_a_renamed_and_a_prolonged_entry_are_no_entries_and_are_removed() {
    let place = Place::new();
    let cache = place.cache();
    cache.put(Item::Session, &owner("ada"), &entry("s3cret", NOW + 60)).unwrap();
    let path = files(&place).remove(0);
    let bytes = fs::read(&path).unwrap();
    let write = |path: &PathBuf, bytes: &[u8]| {
        fs::write(path, bytes).unwrap();
        fs::set_permissions(path, Permissions::from_mode(0o600)).unwrap();
    };
    for at in 0..bytes.len() {
        let mut changed = bytes.clone();
        changed[at] ^= 1;
        write(&path, &changed);
        assert_eq!(cache.get(Item::Session, &owner("ada"), NOW), None, "byte {at}");
        assert!(!path.exists());
    }
    for length in 0..bytes.len() {
        write(&path, &bytes[..length]);
        assert_eq!(cache.get(Item::Session, &owner("ada"), NOW), None, "{length} bytes");
    }
    write(&path, &bytes);
    assert!(cache.get(Item::Session, &owner("ada"), NOW).is_some());
    // The file of one person under the name of another's.
    cache.put(Item::Session, &owner("eve"), &entry("other", NOW + 60)).unwrap();
    let eves = files(&place).into_iter().find(|other| *other != path).unwrap();
    fs::copy(&path, &eves).unwrap();
    assert_eq!(cache.get(Item::Session, &owner("eve"), NOW), None);
}

#[test]
fn what_others_can_read_and_symlinks_are_refused_and_followed_nowhere() {
    let place = Place::new();
    let cache = place.cache();
    cache.put(Item::Session, &owner("ada"), &entry("s3cret", NOW + 60)).unwrap();
    let path = files(&place).remove(0);
    for bits in [0o640, 0o604, 0o620, 0o602] {
        fs::set_permissions(&path, Permissions::from_mode(bits)).unwrap();
        assert_eq!(cache.get(Item::Session, &owner("ada"), NOW), None, "{bits:o}");
    }
    fs::set_permissions(&path, Permissions::from_mode(0o600)).unwrap();
    let elsewhere = place.0.join("elsewhere");
    fs::rename(&path, &elsewhere).unwrap();
    symlink(&elsewhere, &path).unwrap();
    assert_eq!(cache.get(Item::Session, &owner("ada"), NOW), None);
    // Written anew, the link is replaced and what it led to stays.
    let before = fs::read(&elsewhere).unwrap();
    cache.put(Item::Session, &owner("ada"), &entry("new", NOW + 60)).unwrap();
    assert_eq!(fs::read(&elsewhere).unwrap(), before);
    assert!(fs::symlink_metadata(&path).unwrap().is_file());

    let folder = place.0.join("state/oktapipe");
    for bits in [0o750, 0o705, 0o770] {
        fs::set_permissions(&folder, Permissions::from_mode(bits)).unwrap();
        let error = Cache::open(folder.clone()).unwrap_err();
        assert_eq!(error.kind(), Some(Kind::Io), "{bits:o}");
        assert!(Cache::find(&folder).is_err());
    }
    assert!(Cache::find(&place.0.join("nowhere")).unwrap().is_none());
    let moved = place.0.join("moved");
    fs::set_permissions(&folder, Permissions::from_mode(0o700)).unwrap();
    fs::rename(&folder, &moved).unwrap();
    symlink(&moved, &folder).unwrap();
    assert!(Cache::open(folder).is_err());
}

#[test]
fn entries_that_ended_and_halves_of_killed_writers_are_swept() {
    let place = Place::new();
    let cache = place.cache();
    cache.put(Item::Session, &owner("ada"), &entry("old", NOW - 7200)).unwrap();
    let half = place.0.join("state/oktapipe/0123.abcd.new");
    fs::write(&half, "half").unwrap();
    fs::set_permissions(&half, Permissions::from_mode(0o600)).unwrap();
    let lock = place.0.join("state/oktapipe/0123.lock");
    fs::write(&lock, "").unwrap();
    // The half is as old as the machine's clock says, so the sweeper's clock is set far ahead of it.
    let later = Entry { since: NOW + 1_000_000_000, ..entry("new", NOW + 2_000_000_000) };
    cache.put(Item::Session, &owner("eve"), &later).unwrap();
    assert!(!half.exists() && lock.exists());
    assert_eq!(files(&place).len(), 2);
}

#[test]
fn all_entries_of_a_person_are_found_and_clearing_takes_them_and_leaves_the_locks() {
    let place = Place::new();
    let cache = place.cache();
    for (item, user) in [(Item::Session, "ada"), (Item::Credentials, "ada"), (Item::Session, "eve")] {
        cache.put(item, &owner(user), &entry("s3cret", NOW + 60)).unwrap();
    }
    let of_ada = cache.entries(|owner| owner.user == "ada");
    assert_eq!(of_ada.len(), 2);
    assert!(of_ada.iter().all(|(_, owner, entry)| owner.user == "ada" && entry.until == NOW + 60));
    for (item, owner, _) in &of_ada {
        cache.remove(*item, owner);
    }
    assert_eq!(cache.entries(|_| true).len(), 1);
}

#[test]
fn writers_side_by_side_leave_one_whole_entry() {
    let place = Place::new();
    let cache = place.cache();
    // The machine's own time: a writer sweeps away what another one left long ago, and takes nothing for that which is being written.
    let now = SystemClock.now();
    std::thread::scope(|scope| {
        for number in 0..16 {
            let cache = &cache;
            scope.spawn(move || {
                let entry = Entry { since: now, ..entry(&format!("s{number}"), now + 60) };
                cache.put(Item::Session, &owner("ada"), &entry).unwrap();
                assert!(cache.get(Item::Session, &owner("ada"), now).is_some());
            });
        }
    });
    assert!(cache.get(Item::Session, &owner("ada"), now).is_some());
    assert_eq!(files(&place).len(), 1);
}
