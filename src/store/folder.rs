//! A folder that is ours alone, opened once: what is checked is what is written to, whatever its path leads to meanwhile.

use super::refused;
use crate::error::{Error, Kind, printable};
use rustix::fd::OwnedFd;
use rustix::fs::{AtFlags, FileType, FlockOperation, Mode, OFlags, Stat};
use rustix::io::Errno;
use std::fs::{DirBuilder, File};
use std::io::{self, Write};
use std::os::unix::fs::DirBuilderExt;
use std::path::{Path, PathBuf};
use std::thread::sleep;
use std::time::Duration;

/// How often, and how long, a folder is asked for that another oktapipe writes to: its file is written in milliseconds.
const TRIES: u32 = 50;
const PAUSE: Duration = Duration::from_millis(10);

/// A folder that was found safe.
pub(super) struct Folder {
    path: PathBuf,
    descriptor: OwnedFd,
    /// What nobody else may do with it and its files.
    forbidden: Mode,
}

/// What others must not do with files that hold no secret: write them.
const WRITING: Mode = Mode::WGRP.union(Mode::WOTH);
/// What they must not do with secrets: anything.
const ALL: Mode = Mode::RWXG.union(Mode::RWXO);

impl Folder {
    /// Opens it, and refuses a symlink, another user's, and one that others may write to: they could have put any file there.
    pub(super) fn open(path: &Path) -> Result<Folder, Error> {
        Folder::open_without(path, WRITING)
    }

    /// As [`Folder::open`], and refuses what others may so much as read.
    pub(super) fn open_private(path: &Path) -> Result<Folder, Error> {
        Folder::open_without(path, ALL)
    }

    fn open_without(path: &Path, forbidden: Mode) -> Result<Folder, Error> {
        let flags = OFlags::RDONLY | OFlags::DIRECTORY | OFlags::NOFOLLOW | OFlags::CLOEXEC;
        let descriptor = rustix::fs::open(path, flags, Mode::empty())
            .map_err(|error| refused(path, &format!("cannot be opened as a folder ({error})")))?;
        let stat = rustix::fs::fstat(&descriptor).map_err(|error| refused(path, &error.to_string()))?;
        safe(&stat, FileType::Directory, forbidden).map_err(|why| refused(path, why))?;
        Ok(Folder { path: path.to_owned(), descriptor, forbidden })
    }

    /// As [`Folder::open`], and makes what is missing of it, for the person alone.
    pub(super) fn make(path: &Path) -> Result<Folder, Error> {
        make(path)?;
        Folder::open(path)
    }

    /// As [`Folder::open_private`], and makes what is missing.
    pub(super) fn make_private(path: &Path) -> Result<Folder, Error> {
        make(path)?;
        Folder::open_private(path)
    }

    /// Where it is.
    pub(super) fn path(&self) -> &Path {
        &self.path
    }

    /// The names of its files.
    pub(super) fn names(&self) -> Vec<String> {
        let entries = rustix::fs::Dir::read_from(&self.descriptor).into_iter().flatten();
        entries.filter_map(|entry| Some(entry.ok()?.file_name().to_str().ok()?.to_owned())).collect()
    }

    /// Keeps other processes of ours from writing, for as long as this value lives. `locked_file` if one of them writes for too long.
    pub(super) fn lock(&self) -> Result<(), Error> {
        for _ in 0..TRIES {
            match rustix::fs::flock(&self.descriptor, FlockOperation::NonBlockingLockExclusive) {
                Ok(()) => return Ok(()),
                Err(Errno::WOULDBLOCK | Errno::INTR) => sleep(PAUSE),
                Err(error) => return Err(refused(&self.path, &format!("cannot be locked ({error})"))),
            }
        }
        let message = format!(
            "{} is being written to by another oktapipe",
            printable(&self.path.display().to_string())
        );
        Err(Error::new(Kind::LockedFile, message, "try again"))
    }

    /// A file of it for reading, if there is one.
    pub(super) fn file(&self, name: &str) -> Result<Option<File>, Error> {
        let path = self.path.join(name);
        // NONBLOCK: a fifo in its place would make us wait for ever.
        let flags = OFlags::RDONLY | OFlags::NOFOLLOW | OFlags::NONBLOCK | OFlags::CLOEXEC;
        let file = match rustix::fs::openat(&self.descriptor, name, flags, Mode::empty()) {
            Ok(file) => file,
            Err(Errno::NOENT) => return Ok(None),
            Err(error) => return Err(refused(&path, &format!("cannot be opened ({error})"))),
        };
        let stat = rustix::fs::fstat(&file).map_err(|error| refused(&path, &error.to_string()))?;
        safe(&stat, FileType::RegularFile, self.forbidden).map_err(|why| refused(&path, why))?;
        Ok(Some(file.into()))
    }

    /// A file that is locked and written in place, made if it is not there. It never gets another name, so a lock on it is a lock on all.
    pub(super) fn lasting(&self, name: &str) -> Result<File, Error> {
        let path = self.path.join(name);
        let flags = OFlags::RDWR | OFlags::CREATE | OFlags::NOFOLLOW | OFlags::NONBLOCK | OFlags::CLOEXEC;
        let file = rustix::fs::openat(&self.descriptor, name, flags, Mode::RUSR | Mode::WUSR)
            .map_err(|error| refused(&path, &format!("cannot be opened ({error})")))?;
        let stat = rustix::fs::fstat(&file).map_err(|error| refused(&path, &error.to_string()))?;
        safe(&stat, FileType::RegularFile, self.forbidden).map_err(|why| refused(&path, why))?;
        Ok(file.into())
    }

    /// Removes a file. One that is not there is removed already.
    pub(super) fn remove(&self, name: &str) {
        let _ = rustix::fs::unlinkat(&self.descriptor, name, AtFlags::empty());
    }

    /// Puts `text` in the place of a file, whole or not at all: a new file beside it, on the disk before it gets the name.
    pub(super) fn replace(&self, name: &str, text: &str) -> Result<(), Error> {
        let new = format!("{name}.new");
        let failed =
            |error: io::Error| refused(&self.path.join(name), &format!("cannot be written ({error})"));
        // What a killed process left. The lock is held, so it is nobody's.
        match rustix::fs::unlinkat(&self.descriptor, &new, AtFlags::empty()) {
            Ok(()) | Err(Errno::NOENT) => {}
            Err(error) => return Err(failed(error.into())),
        }
        self.rename_over(&new, name, text.as_bytes())
    }

    /// As [`Folder::replace`], without the lock: what is being written has a name of its own. The last of several writers stays.
    pub(super) fn replace_unlocked(&self, name: &str, own: &str, bytes: &[u8]) -> Result<(), Error> {
        self.rename_over(&format!("{name}.{own}.new"), name, bytes)
    }

    fn rename_over(&self, new: &str, name: &str, bytes: &[u8]) -> Result<(), Error> {
        let written = self.write(new, bytes).and_then(|()| {
            rustix::fs::renameat(&self.descriptor, new, &self.descriptor, name)?;
            Ok(rustix::fs::fsync(&self.descriptor)?)
        });
        written.map_err(|error| {
            self.remove(new);
            refused(&self.path.join(name), &format!("cannot be written ({error})"))
        })
    }

    /// Writes a file that is not there yet.
    pub(super) fn create(&self, name: &str, bytes: &[u8]) -> Result<(), Error> {
        self.write(name, bytes)
            .map_err(|error| refused(&self.path.join(name), &format!("cannot be written ({error})")))
    }

    fn write(&self, name: &str, bytes: &[u8]) -> io::Result<()> {
        let flags = OFlags::WRONLY | OFlags::CREATE | OFlags::EXCL | OFlags::NOFOLLOW | OFlags::CLOEXEC;
        let mut file: File =
            rustix::fs::openat(&self.descriptor, name, flags, Mode::RUSR | Mode::WUSR)?.into();
        file.write_all(bytes)?;
        file.sync_all()
    }
}

fn make(path: &Path) -> Result<(), Error> {
    // Nothing is made where something is: `recursive` follows a symlink and finds it good.
    if path.symlink_metadata().is_err() {
        DirBuilder::new().recursive(true).mode(0o700).create(path).map_err(|error| {
            let path = printable(&path.display().to_string());
            let message = format!("the folder {path} cannot be made ({error})");
            Error::new(Kind::CannotCreate, message, "make it, or check what is in its way")
        })?;
    }
    Ok(())
}

fn safe(stat: &Stat, kind: FileType, forbidden: Mode) -> Result<(), &'static str> {
    if FileType::from_raw_mode(stat.st_mode) != kind {
        return Err("is of another kind than it should be");
    }
    if stat.st_uid != rustix::process::geteuid().as_raw() {
        return Err("belongs to another user");
    }
    let open = Mode::from_raw_mode(stat.st_mode) & forbidden;
    if open.intersects(WRITING) {
        return Err("can be written to by others");
    }
    if !open.is_empty() {
        return Err("can be read by others");
    }
    Ok(())
}
