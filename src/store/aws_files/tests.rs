use super::profile::{Overwrite, Session, changes, other_way};
use super::{AwsFile, LINGER};
use crate::error::{Error, Kind};
use crate::ini::{Change, Ini};
use std::ffi::OsStr;
use std::fs::{self, Permissions};
use std::io::Write;
use std::os::unix::fs::{MetadataExt, PermissionsExt, symlink};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;
use std::time::{Duration, Instant};

const PATIENCE: Duration = Duration::from_secs(20);

/// A home of a test's own, gone with it.
struct Home(PathBuf);

impl Home {
    fn new() -> Home {
        static COUNT: AtomicUsize = AtomicUsize::new(0);
        let number = COUNT.fetch_add(1, Ordering::Relaxed);
        let path = std::env::temp_dir().join(format!("oktapipe-aws-{}-{number}", std::process::id()));
        fs::create_dir_all(&path).unwrap();
        fs::set_permissions(&path, Permissions::from_mode(0o700)).unwrap();
        Home(path)
    }

    /// With a credentials file.
    fn with(text: &str, mode: u32) -> Home {
        let home = Home::new();
        fs::create_dir(home.0.join(".aws")).unwrap();
        fs::write(home.path(), text).unwrap();
        fs::set_permissions(home.path(), Permissions::from_mode(mode)).unwrap();
        home
    }

    fn path(&self) -> PathBuf {
        self.0.join(".aws/credentials")
    }

    fn file(&self) -> AwsFile {
        AwsFile::credentials(Some(&self.path()), |_| None).unwrap()
    }

    fn set(&self, section: &str, key: &str, value: &str) -> Result<(), Error> {
        let note = self.file().edit(PATIENCE, |_| Ok(vec![one(section, key, value)]))?.note;
        assert_eq!(note, None);
        Ok(())
    }

    fn text(&self) -> String {
        fs::read_to_string(self.path()).unwrap()
    }

    /// What is in the folder, without the lock, which stays.
    fn names(&self) -> Vec<String> {
        let entries = fs::read_dir(self.0.join(".aws")).unwrap();
        let mut names: Vec<String> =
            entries.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
        names.retain(|name| name != ".credentials.oktapipe-lock");
        names.sort();
        names
    }

    /// The refusal, after which the file is as it was.
    #[track_caller]
    fn refused(&self, kind: Kind, word: &str) {
        let before = fs::read(self.path()).ok();
        let error = self.set("a", "k", "x").unwrap_err();
        assert_eq!((error.kind(), error.to_string().contains(word)), (Some(kind), true), "{error}");
        assert_eq!(fs::read(self.path()).ok(), before);
    }
}

impl Drop for Home {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.0);
    }
}

fn one<'c>(section: &'c str, key: &'c str, value: &'c str) -> Change<'c> {
    Change { section, set: vec![(key, value)], remove: vec![] }
}

fn mode(path: &Path) -> u32 {
    fs::metadata(path).unwrap().permissions().mode() & 0o7777
}

#[test]
fn the_file_is_the_flags_the_variables_or_the_homes() {
    let with = |flag: Option<&str>, variables: &'static [(&str, &str)]| {
        let variable =
            |name: &str| variables.iter().find(|(key, _)| *key == name).map(|(_, value)| OsStr::new(*value));
        AwsFile::credentials(flag.map(Path::new), variable)
            .map(|file| file.path().display().to_string())
            .map_err(|error| error.kind().unwrap())
    };
    const NAME: &str = "AWS_SHARED_CREDENTIALS_FILE";
    assert_eq!(with(None, &[("HOME", "/h")]).as_deref(), Ok("/h/.aws/credentials"));
    assert_eq!(with(None, &[("HOME", "/h"), (NAME, "/c")]).as_deref(), Ok("/c"));
    assert_eq!(with(None, &[("HOME", "/h"), (NAME, "~/c")]).as_deref(), Ok("/h/c"));
    assert_eq!(with(Some("f"), &[("HOME", "/h"), (NAME, "/c")]).as_deref(), Ok("f"));
    assert_eq!(with(None, &[("HOME", "/h"), (NAME, "$X/c")]), Err(Kind::Config));
    assert_eq!(with(None, &[("HOME", "/h"), (NAME, "~ada/c")]), Err(Kind::Config));
    assert_eq!(with(None, &[]), Err(Kind::Config));
    assert_eq!(with(None, &[("HOME", "h")]), Err(Kind::Config));
}

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

#[test]
fn a_change_that_is_there_already_writes_nothing() {
    let home = Home::with("[a]\nk=x\n", 0o600);
    let inode = fs::metadata(home.path()).unwrap().ino();
    home.set("a", "k", "x").unwrap();
    assert_eq!((fs::metadata(home.path()).unwrap().ino(), home.text().as_str()), (inode, "[a]\nk=x\n"));
}

#[test]
fn a_symlink_is_followed_once_and_stays_one() {
    let home = Home::with("", 0o600);
    fs::remove_file(home.path()).unwrap();
    let elsewhere = home.0.join("dotfiles");
    fs::create_dir(&elsewhere).unwrap();
    fs::write(elsewhere.join("mine"), "[b]\nk=1\n").unwrap();
    fs::set_permissions(elsewhere.join("mine"), Permissions::from_mode(0o600)).unwrap();
    symlink("../dotfiles/mine", home.path()).unwrap();
    home.set("a", "k", "x").unwrap();
    assert!(home.path().symlink_metadata().unwrap().is_symlink());
    assert_eq!(fs::read_to_string(elsewhere.join("mine")).unwrap(), "[b]\nk=1\n\n[a]\nk = x\n");
    assert_eq!(home.names(), ["credentials"]);
    // One that leads to nothing yet.
    fs::remove_file(elsewhere.join("mine")).unwrap();
    home.set("a", "k", "x").unwrap();
    assert_eq!(home.text(), "[a]\nk = x\n");
    fs::rename(elsewhere.join("mine"), elsewhere.join("other")).unwrap();
    symlink("other", elsewhere.join("mine")).unwrap();
    home.refused(Kind::Io, "symlink to a symlink");
}

#[test]
fn what_is_no_file_of_the_persons_own_is_refused_and_not_waited_for() {
    let start = Instant::now();
    let home = Home::with("", 0o600);
    fs::remove_file(home.path()).unwrap();
    rustix::fs::mkfifoat(rustix::fs::CWD, home.path(), rustix::fs::Mode::RUSR | rustix::fs::Mode::WUSR)
        .unwrap();
    let fault = home.set("a", "k", "x").unwrap_err();
    assert!(fault.to_string().contains("no regular file"), "{fault}");
    fs::remove_file(home.path()).unwrap();
    fs::create_dir(home.path()).unwrap();
    home.refused(Kind::Io, "no regular file");
    assert!(start.elapsed() < Duration::from_secs(2));

    let home = Home::with("[b]\n", 0o600);
    fs::hard_link(home.path(), home.0.join("second")).unwrap();
    home.refused(Kind::Io, "hard link");
    let home = Home::with("[b]\n", 0o400);
    home.refused(Kind::Io, "write-protected");
    let home = Home::with("[b]\n", 0o600);
    fs::set_permissions(home.0.join(".aws"), Permissions::from_mode(0o1777)).unwrap();
    home.refused(Kind::Io, "by everybody");
    if rustix::process::geteuid().is_root() {
        let nobody = Some(rustix::fs::Uid::from_raw(65534));
        let home = Home::with("[b]\n", 0o600);
        rustix::fs::chown(home.path(), nobody, None).unwrap();
        home.refused(Kind::Io, "another user");
        rustix::fs::chown(home.0.join(".aws"), nobody, None).unwrap();
        home.refused(Kind::Io, "another user");
    }
}

#[test]
fn a_lock_that_is_no_file_of_ours_is_refused_and_not_followed() {
    let home = Home::with("[b]\n", 0o600);
    let lock = home.0.join(".aws/.credentials.oktapipe-lock");
    fs::write(home.0.join("mine"), "keep").unwrap();
    symlink(home.0.join("mine"), &lock).unwrap();
    home.refused(Kind::CannotCreate, "cannot be locked");
    assert_eq!(fs::read_to_string(home.0.join("mine")).unwrap(), "keep");
    fs::remove_file(&lock).unwrap();
    rustix::fs::mkfifoat(rustix::fs::CWD, &lock, rustix::fs::Mode::RUSR | rustix::fs::Mode::WUSR).unwrap();
    home.refused(Kind::Io, "no file of yours");
}

#[test]
fn a_file_that_awss_tools_cannot_read_is_refused_with_its_line() {
    let home = Home::with("[b]\nk = 1\n\n[b]\n", 0o600);
    home.refused(Kind::Config, ".aws/credentials, line 4: the section b is there twice");
    assert_eq!(home.names(), ["credentials"]);
}

#[test]
fn what_a_killed_process_left_is_no_obstacle() {
    let home = Home::with("[b]\n", 0o600);
    fs::write(home.0.join(".aws/.credentials.oktapipe-new"), "[b]\nhalf").unwrap();
    fs::write(home.0.join(".aws/.credentials.oktapipe-lock"), "12 34 no numbers").unwrap();
    home.set("a", "k", "x").unwrap();
    assert_eq!((home.text().as_str(), home.names()), ("[b]\n\n[a]\nk = x\n", vec!["credentials".to_owned()]));
}

#[test]
fn a_lock_that_is_held_too_long_is_told_and_nothing_is_written() {
    let home = Home::with("[b]\n", 0o600);
    let lock = fs::File::create(home.0.join(".aws/.credentials.oktapipe-lock")).unwrap();
    lock.lock().unwrap();
    let start = Instant::now();
    let error = home.file().edit(Duration::from_millis(200), |_| Ok(vec![one("a", "k", "x")])).unwrap_err();
    assert_eq!(error.kind(), Some(Kind::LockedFile));
    assert!(start.elapsed() < Duration::from_secs(3));
    assert_eq!(home.text(), "[b]\n");
}

#[test]
fn writers_side_by_side_lose_nothing() {
    let home = Home::with("# mine\n[b]\nk = 1\n", 0o600);
    let names: Vec<String> = (0..24).map(|number| format!("n{number}")).collect();
    thread::scope(|scope| {
        for name in &names {
            scope.spawn(|| home.set(name, "k", "x").unwrap());
        }
    });
    let text = home.text();
    assert!(text.starts_with("# mine\n[b]\nk = 1\n"), "{text}");
    for name in &names {
        assert_eq!(text.matches(&format!("[{name}]\nk = x\n")).count(), 1, "{text}");
    }
}

/// As the AWS CLI writes: the old text is read, the file emptied, and filled again.
fn in_place(path: &Path, add: &str, gap: Duration) {
    let old = fs::read_to_string(path).unwrap();
    thread::sleep(gap);
    fs::write(path, "").unwrap();
    thread::sleep(gap);
    fs::write(path, old + add).unwrap();
}

#[test]
fn a_file_that_another_tool_has_just_emptied_is_not_taken_for_empty() {
    let home = Home::with("[b]\nk = 1\n", 0o600);
    let path = home.path();
    thread::scope(|scope| {
        scope.spawn(|| in_place(&path, "[cli]\nk = 2\n", Duration::from_millis(150)));
        // In the middle of it.
        thread::sleep(Duration::from_millis(200));
        home.set("a", "k", "x").unwrap();
    });
    assert_eq!(home.text(), "[b]\nk = 1\n[cli]\nk = 2\n\n[a]\nk = x\n");
}

#[test]
fn a_change_that_another_tool_undoes_is_made_again() {
    let home = Home::with("[b]\nk = 1\n", 0o600);
    let path = home.path();
    thread::scope(|scope| {
        // Reads before we write, and writes after it.
        scope.spawn(|| in_place(&path, "[cli]\nk = 2\n", LINGER));
        thread::sleep(Duration::from_millis(20));
        home.set("a", "k", "x").unwrap();
    });
    let text = home.text();
    assert!(
        text.contains("[a]\nk = x\n") && text.contains("[cli]\nk = 2\n") && text.contains("[b]\nk = 1\n"),
        "{text}"
    );
}

/// As the AWS CLI adds a profile: the file is opened to append, and something comes between.
#[test]
fn what_another_tool_writes_into_the_replaced_file_is_taken_over() {
    for (writes, expected) in [
        (&["[cli]\nk = 2\n"][..], "[b]\nk = 1\n\n[a]\nk = x\n\n[cli]\nk = 2\n"),
        (&["[cli]\nk =", " 2\n"], "[b]\nk = 1\n\n[a]\nk = x\n\n[cli]\nk = 2\n"),
        (&["l = 2\n[a]\nk = theirs\n"], "[b]\nk = 1\nl = 2\n\n[a]\nk = x\n"),
        (&["[not a name]\nk = 2\n"], "[b]\nk = 1\n\n[a]\nk = x\n"),
    ] {
        let home = Home::with("[b]\nk = 1\n", 0o600);
        let mut opened = fs::File::options().append(true).open(home.path()).unwrap();
        thread::scope(|scope| {
            scope.spawn(|| {
                let inode = opened.metadata().unwrap().ino();
                while fs::metadata(home.path()).unwrap().ino() == inode {
                    thread::sleep(Duration::from_millis(1));
                }
                for part in writes {
                    opened.write_all(part.as_bytes()).unwrap();
                    thread::sleep(Duration::from_millis(10));
                }
            });
            home.set("a", "k", "x").unwrap();
        });
        assert_eq!(home.text(), expected);
    }
}

#[test]
fn a_file_that_changes_before_ours_takes_its_place_is_read_again() {
    let home = Home::with("[b]\nk = 1\n", 0o600);
    let mut seen = 0;
    let plan = |ini: &Ini<'_>| {
        seen += 1;
        if seen == 1 {
            fs::write(home.path(), "[b]\nk = 1\n[cli]\nk = 2\n").unwrap();
        }
        assert_eq!(ini.section("cli").is_some(), seen > 1);
        Ok(vec![one("a", "k", "x")])
    };
    home.file().edit(PATIENCE, plan).unwrap();
    assert_eq!(home.text(), "[b]\nk = 1\n[cli]\nk = 2\n\n[a]\nk = x\n");
    assert_eq!((seen, home.names()), (2, vec!["credentials".to_owned()]));
}

#[test]
fn what_turns_one_file_into_another_is_what_an_edit_can_do() {
    let turned = |before: &str, now: &str| {
        let late = super::late::Late::between(before.as_bytes(), now.as_bytes());
        Ini::parse(before.as_bytes()).unwrap().edit(&late.beside(vec![])).unwrap().to_string()
    };
    for now in [
        "",
        "[a]\nk = 1\n",
        "[a]\nk = 2\nl = 3\n",
        "[a]\n",
        "[a]\nk = 1\n\n[b]\n",
        "[a]\nk = 1\n\n[profile b]\nk = 1\n",
    ] {
        let whole = if now.is_empty() { "[a]\nk = 1\n" } else { now };
        assert_eq!(turned("[a]\nk = 1\n", now), whole, "{now}");
    }
    // What cannot be read, or set, is left.
    for now in ["[a]\nk = 9\n[a]\n", "[a]\nk = 9 # x\n", "[b c]\nk = 9\n"] {
        assert_eq!(turned("[a]\nk = 1\n", now), "[a]\nk = 1\n", "{now}");
    }
}

#[test]
fn a_file_that_another_tool_makes_in_between_is_not_replaced_unseen() {
    let home = Home::new();
    home.set("a", "k", "x").unwrap();
    let place = super::place::Place::find(&home.path()).unwrap();
    let new = super::replace::New::write(&place, None, "[b]\n").unwrap();
    assert!(new.take_place(true).unwrap().is_none());
    assert_eq!((home.text().as_str(), home.names()), ("[a]\nk = x\n", vec!["credentials".to_owned()]));
}

const DEV: &str = "arn:aws:sts::111122223333:assumed-role/Dev/ada";

fn session<'s>(profile: &'s str, arn: Option<&'s str>) -> Session<'s> {
    Session {
        profile,
        access_key_id: "ASIANEW",
        secret_access_key: "CANARYsk",
        session_token: "CANARYst",
        expiration: Some("2030-01-02T03:04:05Z"),
        arn,
        region: None,
    }
}

fn written(text: &str, session: Session<'_>, overwrite: Overwrite) -> Result<String, String> {
    let ini = Ini::parse(text.as_bytes()).unwrap();
    let sessions = [session];
    let changes = changes(&sessions, overwrite, &ini).map_err(|error| {
        assert_eq!(error.kind(), Some(Kind::Config));
        error.to_string()
    })?;
    Ok(ini.edit(&changes).unwrap().to_string())
}

const NONE: Overwrite = Overwrite { others: false, long_term: false };
const OTHERS: Overwrite = Overwrite { others: true, long_term: false };
const LONG_TERM: Overwrite = Overwrite { others: false, long_term: true };

#[test]
fn a_profile_holds_the_keys_their_end_and_whose_they_are() {
    let new = "[dev]\naws_access_key_id = ASIANEW\naws_secret_access_key = CANARYsk\naws_session_token = CANARYst\n\
        x_principal_arn = arn:aws:sts::111122223333:assumed-role/Dev/ada\nx_security_token_expires = 2030-01-02T03:04:05Z\n";
    assert_eq!(written("", session("dev", Some(DEV)), NONE).as_deref(), Ok(new));
    let with_region = written("", Session { region: Some("eu-west-1"), ..session("dev", Some(DEV)) }, NONE);
    assert_eq!(with_region, Ok(format!("{new}region = eu-west-1\n")));
    // Refreshed, by us and others.
    assert_eq!(written(new, session("dev", Some(DEV)), NONE).as_deref(), Ok(new));
    let others = "[dev]\n# saml2aws\naws_access_key_id        = ASIAOLD\naws_session_token=old\naws_security_token = old\nregion = eu-west-3\n\
        x_security_token_expires = 2020-01-01T00:00:00+01:00\naws_account_id = 999999999999\n";
    let text = written(others, session("dev", Some(DEV)), NONE).unwrap();
    assert!(
        !text.contains("security_token =")
            && text.contains("region = eu-west-3\n")
            && text.contains("# saml2aws\n"),
        "{text}"
    );
    assert!(text.contains("aws_account_id = 111122223333\n") && text.contains("expires = 2030-"), "{text}");
    // What is not known of these is not left of those.
    let text = written(new, Session { expiration: None, ..session("dev", None) }, OTHERS).unwrap();
    assert_eq!(
        text,
        "[dev]\naws_access_key_id = ASIANEW\naws_secret_access_key = CANARYsk\naws_session_token = CANARYst\n"
    );
}

#[test]
fn long_term_keys_are_not_overwritten_unless_that_is_said() {
    for text in [
        "[dev]\naws_access_key_id = AKIAOLD\naws_secret_access_key = CANARY\n",
        "[dev]\naws_access_key_id = AKIAOLD\naws_secret_access_key = CANARY\naws_session_token = x\n",
        "[dev]\nAWS_ACCESS_KEY_ID: old\n",
        "[dev]\naws_secret_access_key = CANARY\naws_session_token =\n",
    ] {
        for overwrite in [NONE, OTHERS] {
            let error = written(text, session("dev", Some(DEV)), overwrite).unwrap_err();
            assert!(error.contains("long-term keys") && !error.contains("CANARY"), "{error}");
        }
        assert!(written(text, session("dev", Some(DEV)), LONG_TERM).unwrap().contains("ASIANEW"), "{text}");
    }
}

#[test]
fn profiles_of_other_roles_and_ways_are_not_overwritten_unless_that_is_said() {
    let of = |arn: &str| {
        format!("[dev]\naws_access_key_id = ASIAOLD\naws_session_token = x\nx_principal_arn = {arn}\n")
    };
    for (text, arn, word) in [
        (of("arn:aws:sts::999999999999:assumed-role/Dev/ada"), Some(DEV), "is that of 999999999999/Dev, and"),
        (of("arn:aws:sts::111122223333:assumed-role/Ops/ada"), Some(DEV), "111122223333/Ops"),
        (of(DEV), None, "do not tell their role"),
        ("[dev]\ncredential_process = x\n".to_owned(), Some(DEV), "by credential_process"),
        ("[dev]\nrole_arn = x\nsource_profile = y\n".to_owned(), Some(DEV), "by role_arn"),
        ("[Dev]\n".to_owned(), Some(DEV), "differ from Dev by case only"),
    ] {
        for overwrite in [NONE, LONG_TERM] {
            let error = written(&text, session("dev", arn), overwrite).unwrap_err();
            assert!(error.contains(word), "{error}");
        }
        let text = written(&text, session("dev", arn), OTHERS).unwrap();
        assert!(
            text.contains("ASIANEW") && !text.contains("credential_process") && !text.contains("role_arn"),
            "{text}"
        );
    }
    // Another session of the role is the role.
    assert!(
        written(&of("arn:aws:sts::111122223333:assumed-role/Dev/bob"), session("dev", Some(DEV)), NONE)
            .is_ok()
    );
    assert!(written(&of("something"), session("dev", Some(DEV)), NONE).is_ok());
}

#[test]
fn that_the_configuration_has_another_way_for_a_profile_is_known() {
    let config = "[default]\nregion = x\nsso_session = y\n[profile a]\nrole_arn = z\n[profile \"b\"]\nCredential_Process: p\n\
        [c]\nrole_arn = no profile\n[profile d]\nregion = x\n";
    let found = ["default", "a", "b", "c", "d"].map(|profile| other_way(config, profile));
    assert_eq!(found, [Some("sso_session"), Some("role_arn"), Some("credential_process"), None, None]);
}
