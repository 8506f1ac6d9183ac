//! Mode, group and access control list of the file.

use super::{Home, PATIENCE, mode, one};
use std::fs::{self, Permissions};
use std::os::unix::fs::{MetadataExt, PermissionsExt};
use std::path::Path;

#[test]
fn a_new_file_and_its_folder_are_the_persons_alone() {
    let home = Home::new();
    home.set("a", "k", "x").unwrap();
    assert_eq!(home.text(), "[a]\nk = x\n");
    assert_eq!((mode(&home.path()), mode(&home.0.join(".aws"))), (0o600, 0o700));
    assert_eq!(home.names(), ["credentials"]);
    assert_eq!(mode(&home.0.join(".aws/.credentials.oktapipe-lock")), 0o600);
}

#[test]
fn a_file_keeps_its_mode_and_that_others_may_open_it_is_noted() {
    for bits in [0o600, 0o640, 0o644, 0o660, 0o700] {
        let home = Home::with("[b]\nk=1\n", bits);
        let edited = home.file().edit(PATIENCE, |_| Ok(vec![one("a", "k", "x")])).unwrap();
        assert_eq!(mode(&home.path()), bits);
        assert_eq!(edited.note.is_some(), bits & 0o077 != 0, "{bits:o}");
    }
}

#[test]
fn a_file_keeps_its_group_and_is_not_opened_to_the_folders() {
    if !rustix::process::geteuid().is_root() {
        return;
    }
    let home = Home::with("[b]\n", 0o640);
    let (daemon, games) = (rustix::fs::Gid::from_raw(1), rustix::fs::Gid::from_raw(60));
    rustix::fs::chown(home.0.join(".aws"), None, Some(games)).unwrap();
    fs::set_permissions(home.0.join(".aws"), Permissions::from_mode(0o2700)).unwrap();
    rustix::fs::chown(home.path(), None, Some(daemon)).unwrap();
    home.file().edit(PATIENCE, |_| Ok(vec![one("a", "k", "x")])).unwrap();
    let after = fs::metadata(home.path()).unwrap();
    assert_eq!((after.gid(), after.mode() & 0o7777), (1, 0o640));
}

/// A list of POSIX access control as Linux keeps it: version 2, then tag, bits and id of each entry. It lets user 1 read.
fn list() -> Vec<u8> {
    let nobody = u32::MAX;
    let entries = [(1_u16, 6_u16, nobody), (2, 4, 1), (4, 0, nobody), (16, 4, nobody), (32, 0, nobody)];
    let entry = |(tag, bits, id): (u16, u16, u32)| {
        [&tag.to_le_bytes()[..], &bits.to_le_bytes(), &id.to_le_bytes()].concat()
    };
    [2_u32.to_le_bytes().to_vec(), entries.map(entry).concat()].concat()
}

#[test]
fn a_file_keeps_its_access_control_list_and_gets_none_of_the_folders() {
    const FILES: &str = "system.posix_acl_access";
    let set =
        |path: &Path, name: &str| rustix::fs::setxattr(path, name, &list(), rustix::fs::XattrFlags::empty());
    let get = |path: &Path| {
        let mut bytes = vec![0; 256];
        let length = rustix::fs::getxattr(path, FILES, bytes.as_mut_slice()).ok()?;
        Some(bytes[..length].to_vec())
    };
    let home = Home::with("[b]\n", 0o600);
    // A file system without them has nothing to keep.
    if set(&home.path(), FILES).is_err() {
        return;
    }
    let before = get(&home.path());
    let edited = home.file().edit(PATIENCE, |_| Ok(vec![one("a", "k", "x")])).unwrap();
    assert_eq!((get(&home.path()), mode(&home.path()), edited.note.is_some()), (before, 0o640, true));
    let home = Home::with("[b]\n", 0o640);
    set(&home.0.join(".aws"), "system.posix_acl_default").unwrap();
    home.file().edit(PATIENCE, |_| Ok(vec![one("a", "k", "x")])).unwrap();
    assert_eq!((get(&home.path()), mode(&home.path())), (None, 0o640));
}
