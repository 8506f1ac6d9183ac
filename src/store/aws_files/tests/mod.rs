//! A home with AWS's files, and what is changed in it. What the tests share stands here.

mod files;
mod locks;
mod modes;
mod others;
mod profile;

use super::AwsFile;
use crate::error::{Error, Kind};
use crate::ini::Change;
use std::fs::{self, Permissions};
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

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
