//! Which file, and what is none to write to.

use super::{AwsFile, Home, Kind};
use std::ffi::OsStr;
use std::fs::{self, Permissions};
use std::os::unix::fs::{MetadataExt, PermissionsExt, symlink};
use std::path::Path;
use std::time::{Duration, Instant};

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
fn a_file_that_awss_tools_cannot_read_is_refused_with_its_line() {
    let home = Home::with("[b]\nk = 1\n\n[b]\n", 0o600);
    home.refused(Kind::Config, ".aws/credentials, line 4: the section b is there twice");
    assert_eq!(home.names(), ["credentials"]);
}
