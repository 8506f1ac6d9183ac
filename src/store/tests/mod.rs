mod cache;
mod flight;

use super::roles::merge;
use super::{Cache, LINES, Roles, text};
use crate::arn;
use crate::assertion::Role;
use crate::error::Kind;
use proptest::prelude::*;
use std::ffi::OsStr;
use std::fs::{self, Permissions};
use std::os::unix::fs::{PermissionsExt, symlink};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

/// A folder of a test's own, gone with it.
struct Place(PathBuf);

impl Place {
    fn new() -> Place {
        static COUNT: AtomicUsize = AtomicUsize::new(0);
        let number = COUNT.fetch_add(1, Ordering::Relaxed);
        let path = std::env::temp_dir().join(format!("oktapipe-store-{}-{number}", std::process::id()));
        fs::create_dir_all(&path).unwrap();
        fs::set_permissions(&path, Permissions::from_mode(0o700)).unwrap();
        Place(path)
    }

    fn roles(&self) -> Roles {
        Roles::new(self.0.join("cache/oktapipe"))
    }

    fn cache(&self) -> Cache {
        Cache::open(self.0.join("state/oktapipe")).unwrap()
    }

    fn file(&self) -> PathBuf {
        self.0.join("cache/oktapipe/roles")
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.0);
    }
}

fn role(account: u64, name: &str, provider: &str) -> Role {
    let pair =
        format!("arn:aws:iam::{account:012}:role/{name},arn:aws:iam::{account:012}:saml-provider/{provider}");
    let (role, principal) = arn::parse_pair(&pair).unwrap();
    Role { role, principal }
}

fn mode(path: &Path) -> u32 {
    fs::symlink_metadata(path).unwrap().permissions().mode() & 0o7777
}

/// The kind of the refusal, and that nothing was written.
fn refused(place: &Place) -> String {
    let error = place.roles().remember(&[role(1, "Dev", "okta")]).unwrap_err();
    assert_eq!(error.kind(), Some(Kind::Io));
    assert_eq!(place.roles().known(), []);
    error.to_string()
}

#[test]
fn the_folder_is_xdgs_and_else_that_of_the_home() {
    let with = |variables: &'static [(&str, &str)]| {
        super::cache(|name| {
            variables.iter().find(|(key, _)| *key == name).map(|(_, value)| OsStr::new(*value))
        })
    };
    assert_eq!(with(&[("XDG_CACHE_HOME", "/c"), ("HOME", "/h")]), Some("/c/oktapipe".into()));
    assert_eq!(with(&[("XDG_CACHE_HOME", "c"), ("HOME", "/h")]), Some("/h/.cache/oktapipe".into()));
    assert_eq!(with(&[("HOME", "/h")]), Some("/h/.cache/oktapipe".into()));
    assert_eq!(with(&[("HOME", "h")]), None);
    assert_eq!(with(&[]), None);
}

#[test]
fn what_is_remembered_is_known_and_only_the_person_may_read_it() {
    let place = Place::new();
    assert_eq!(place.roles().known(), []);
    let two = [role(2, "team/Dev", "okta"), role(1, "Dev,a=b", "okta")];
    place.roles().remember(&two).unwrap();
    assert_eq!(place.roles().known(), [two[1].clone(), two[0].clone()]);
    assert_eq!((mode(&place.0.join("cache/oktapipe")), mode(&place.file())), (0o700, 0o600));
    assert_eq!(fs::read_dir(place.0.join("cache/oktapipe")).unwrap().count(), 1);
}

#[test]
fn roles_of_a_provider_replace_its_older_ones_and_others_stay() {
    let place = Place::new();
    place.roles().remember(&[role(1, "Old", "okta"), role(1, "Other", "second")]).unwrap();
    place.roles().remember(&[role(1, "New", "okta")]).unwrap();
    assert_eq!(place.roles().known(), [role(1, "New", "okta"), role(1, "Other", "second")]);
    // An assertion whose roles cannot be read takes nothing away.
    place.roles().remember(&[]).unwrap();
    assert_eq!(place.roles().known().len(), 2);
}

#[test]
fn a_leftover_of_a_killed_process_is_no_obstacle() {
    let place = Place::new();
    place.roles().remember(&[]).unwrap();
    fs::write(place.file().with_extension("new"), "half a li").unwrap();
    place.roles().remember(&[role(1, "Dev", "okta")]).unwrap();
    assert_eq!(place.roles().known(), [role(1, "Dev", "okta")]);
    assert!(!place.file().with_extension("new").exists());
}

#[test]
fn a_symlink_in_place_of_folder_or_file_is_refused_and_not_followed() {
    let place = Place::new();
    let elsewhere = place.0.join("elsewhere");
    fs::create_dir(&elsewhere).unwrap();
    fs::create_dir(place.0.join("cache")).unwrap();
    symlink(&elsewhere, place.0.join("cache/oktapipe")).unwrap();
    refused(&place);
    assert_eq!(fs::read_dir(&elsewhere).unwrap().count(), 0);

    fs::remove_file(place.0.join("cache/oktapipe")).unwrap();
    place.roles().remember(&[]).unwrap();
    fs::write(elsewhere.join("mine"), "keep\n").unwrap();
    symlink(elsewhere.join("mine"), place.file()).unwrap();
    refused(&place);
    assert_eq!(fs::read_to_string(elsewhere.join("mine")).unwrap(), "keep\n");
}

#[test]
fn what_others_can_write_to_is_refused() {
    for bits in [0o020, 0o002] {
        let place = Place::new();
        place.roles().remember(&[role(1, "Dev", "okta")]).unwrap();
        fs::set_permissions(place.file(), Permissions::from_mode(0o600 | bits)).unwrap();
        assert!(refused(&place).contains("written to by others"));
        fs::set_permissions(place.file(), Permissions::from_mode(0o600)).unwrap();
        fs::set_permissions(place.0.join("cache/oktapipe"), Permissions::from_mode(0o700 | bits)).unwrap();
        assert!(refused(&place).contains("written to by others"));
    }
}

#[test]
fn what_is_another_users_is_refused() {
    // Only root can give a file away; a folder of root's is there for everybody else.
    let place = Place::new();
    if rustix::process::geteuid().is_root() {
        place.roles().remember(&[]).unwrap();
        let nobody = Some(rustix::fs::Uid::from_raw(65534));
        rustix::fs::chown(place.0.join("cache/oktapipe"), nobody, None).unwrap();
        assert!(refused(&place).contains("another user"));
    } else {
        let error = Roles::new("/usr".into()).remember(&[]).unwrap_err();
        assert!(error.to_string().contains("another user"), "{error}");
    }
}

#[test]
fn a_fifo_or_a_folder_in_place_of_the_file_is_not_waited_for() {
    let place = Place::new();
    place.roles().remember(&[]).unwrap();
    let fifo = place.file();
    rustix::fs::mkfifoat(rustix::fs::CWD, &fifo, rustix::fs::Mode::RUSR | rustix::fs::Mode::WUSR).unwrap();
    let start = Instant::now();
    refused(&place);
    assert_eq!(text(&fifo, 100), None);
    assert!(start.elapsed() < Duration::from_secs(2));
    assert_eq!(text(&place.0, 100), None);
    assert_eq!(text(Path::new("/dev/zero"), 100), None);
}

#[test]
fn a_folder_that_another_process_writes_to_is_given_up_soon() {
    let place = Place::new();
    place.roles().remember(&[role(1, "Dev", "okta")]).unwrap();
    let other = fs::File::open(place.0.join("cache/oktapipe")).unwrap();
    rustix::fs::flock(&other, rustix::fs::FlockOperation::LockExclusive).unwrap();
    let start = Instant::now();
    let error = place.roles().remember(&[role(1, "New", "okta")]).unwrap_err();
    assert_eq!(error.kind(), Some(Kind::LockedFile));
    assert!(error.to_string().contains("another oktapipe"), "{error}");
    assert!(start.elapsed() < Duration::from_secs(5));
    assert_eq!(place.roles().known(), [role(1, "Dev", "okta")]);
}

#[test]
fn writers_side_by_side_lose_nothing() {
    let place = Place::new();
    std::thread::scope(|scope| {
        for number in 0..8 {
            let roles = place.roles();
            scope.spawn(move || {
                let mine = [role(number, "Dev", &format!("p{number}"))];
                // The lock is given up after half a second, which eight writes on a busy machine may take.
                while roles.remember(&mine).is_err() {}
            });
        }
    });
    assert_eq!(place.roles().known().len(), 8);
}

#[test]
fn a_hostile_file_is_read_up_to_its_cap_and_gives_roles_only() {
    let place = Place::new();
    place.roles().remember(&[]).unwrap();
    let good = "arn:aws:iam::111122223333:role/Dev,arn:aws:iam::111122223333:saml-provider/okta";
    let bad = [
        "\0",
        "\u{1b}]0;x\u{7}",
        "arn:aws:iam::1:role/x",
        "$(id),`id`",
        &"x".repeat(1 << 20),
        "arn:aws:iam::111122223333:role/$(id) x,arn:aws:iam::111122223333:saml-provider/o",
    ];
    let mut bytes = bad.join("\n").into_bytes();
    bytes.extend([0xff, 0xfe, b'\n']);
    bytes.extend(format!("{good}\n").bytes());
    fs::write(place.file(), &bytes).unwrap();
    let start = Instant::now();
    assert_eq!(place.roles().known(), [role(111_122_223_333, "Dev", "okta")]);
    fs::write(place.file(), format!("{good}\n").repeat(100_000)).unwrap();
    assert_eq!(place.roles().known().len(), LINES);
    assert!(start.elapsed() < Duration::from_secs(5));
    // Remembering again leaves no line that is none.
    fs::write(place.file(), &bytes).unwrap();
    place.roles().remember(&[]).unwrap();
    assert_eq!(fs::read_to_string(place.file()).unwrap(), format!("{good}\n"));
}

proptest! {
    #[test]
    fn merging_is_sorted_without_doubles_capped_and_holds_what_is_offered(
        before in prop::collection::vec((0..3u64, "[A-C]", "[a-c]"), 0..20),
        now in prop::collection::vec((0..3u64, "[A-C]", "[a-c]"), 0..20),
        noise in "\\PC*",
    ) {
        let roles = |all: &[(u64, String, String)]| all.iter().map(|(a, b, c)| role(*a, b, c)).collect::<Vec<_>>();
        let (before, now) = (roles(&before), roles(&now));
        let text = merge(&(merge("", &before) + &noise), &now);
        let lines: Vec<&str> = text.lines().collect();
        prop_assert!(lines.is_sorted() && lines.windows(2).all(|two| two[0] != two[1]));
        let known: Vec<Role> = lines.iter().map(|line| arn::parse_pair(line).unwrap()).map(|(role, principal)| Role { role, principal }).collect();
        prop_assert!(now.iter().all(|role| known.contains(role)));
        for role in &known {
            let replaced = now.iter().any(|other| other.principal == role.principal);
            prop_assert!(now.contains(role) || (before.contains(role) && !replaced));
        }
        prop_assert_eq!(merge(&text, &now), text);
    }
}

#[test]
fn past_the_cap_what_is_offered_now_stays() {
    let many: Vec<Role> = (0..LINES as u64).map(|number| role(number, "Dev", "first")).collect();
    let new = [role(999_999_999_999, "Z", "second")];
    let text = merge(&merge("", &many), &new);
    assert_eq!(text.lines().count(), LINES);
    assert!(text.contains(":role/Z,"), "the new one is gone");
}
