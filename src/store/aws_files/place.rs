//! Where the file is, and what it holds: opened by descriptors, so that what was checked is what is read and replaced.

use super::shown;
use crate::error::{Error, Kind};
use crate::ini::LIMIT;
use rustix::fd::OwnedFd;
use rustix::fs::{AtFlags, Mode, OFlags};
use rustix::io::Errno;
use std::ffi::{OsStr, OsString};
use std::fs::{DirBuilder, File, Metadata};
use std::io::{self, Read, Seek};
use std::os::unix::ffi::OsStrExt;
use std::os::unix::fs::{DirBuilderExt, MetadataExt};
use std::path::{Path, PathBuf};
use std::thread::sleep;
use std::time::{Duration, Instant};
use zeroize::Zeroizing;

/// How long a file that another tool may be writing has to stay the same before it is believed.
const REST: Duration = Duration::from_millis(50);
/// As [`REST`], for one that looks as if its writer were in the middle of it: empty, or its last line has no end.
const LONG_REST: Duration = Duration::from_millis(500);
/// Where POSIX access control lists are kept on Linux.
const ACL: &str = "system.posix_acl_access";

/// A name in a folder that was found safe.
pub(super) struct Place {
    path: PathBuf,
    pub(super) folder: OwnedFd,
    pub(super) name: OsString,
}

/// Which file, and as of when. Not when its inode changed: rename(2) changes that.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Stamp {
    pub(super) device: u64,
    pub(super) inode: u64,
    pub(super) size: u64,
    pub(super) seconds: i64,
    pub(super) nanoseconds: i64,
}

impl Stamp {
    pub(super) fn of(metadata: &Metadata) -> Stamp {
        Stamp {
            device: metadata.dev(),
            inode: metadata.ino(),
            size: metadata.size(),
            seconds: metadata.mtime(),
            nanoseconds: metadata.mtime_nsec(),
        }
    }
}

/// The file as it was read.
pub(super) struct Seen {
    file: File,
    pub(super) stamp: Stamp,
    /// The permission bits.
    pub(super) mode: u32,
    pub(super) group: u32,
    /// Its access control list, if it has one. Empty for one that cannot be read.
    pub(super) acl: Option<Vec<u8>>,
    pub(super) bytes: Zeroizing<Vec<u8>>,
}

impl PartialEq for Seen {
    fn eq(&self, other: &Seen) -> bool {
        let told = |seen: &Seen| (seen.stamp, seen.mode, seen.group);
        told(self) == told(other) && self.acl == other.acl && self.bytes == other.bytes
    }
}

impl Seen {
    /// What the very file holds now, whether it still has its name or not. `None` if that is no file of ours any more, or too long.
    pub(super) fn again(&self) -> Option<Zeroizing<Vec<u8>>> {
        let mut file = &self.file;
        file.rewind().ok()?;
        bytes(file, self.bytes.len()).ok().filter(|bytes| bytes.len() <= LIMIT)
    }
}

fn bytes(file: &File, length: usize) -> io::Result<Zeroizing<Vec<u8>>> {
    let mut bytes = Zeroizing::new(Vec::with_capacity(length.min(LIMIT) + 1));
    file.take(LIMIT as u64 + 1).read_to_end(&mut bytes)?;
    Ok(bytes)
}

impl Place {
    /// Follows a symlink once. Its folder is made if it is missing, for the person alone.
    pub(super) fn find(path: &Path) -> Result<Place, Error> {
        let parent = parent(path);
        if parent.symlink_metadata().is_err() {
            DirBuilder::new().recursive(true).mode(0o700).create(parent).map_err(|error| {
                let message = format!("the folder {} cannot be made ({error})", shown(parent));
                Error::new(Kind::CannotCreate, message, "make it, or name another file")
            })?;
        }
        let place = Place::open(path)?;
        let Ok(target) = rustix::fs::readlinkat(&place.folder, &place.name, Vec::new()) else {
            return Ok(place);
        };
        let target = Place::open(&parent.join(OsStr::from_bytes(target.to_bytes())))?;
        match rustix::fs::readlinkat(&target.folder, &target.name, Vec::new()) {
            Ok(_) => Err(place.refused("is a symlink to a symlink")),
            Err(_) => Ok(target),
        }
    }

    fn open(path: &Path) -> Result<Place, Error> {
        let parent = parent(path);
        let name = path.file_name().ok_or_else(|| refused(path, "is not the path of a file"))?.to_owned();
        let flags = OFlags::RDONLY | OFlags::DIRECTORY | OFlags::CLOEXEC;
        let folder = rustix::fs::open(parent, flags, Mode::empty())
            .map_err(|error| refused(parent, &format!("cannot be opened as a folder ({error})")))?;
        let stat = rustix::fs::fstat(&folder).map_err(|error| refused(parent, &error.to_string()))?;
        // Root may do as it likes anyway. A folder of a group is common: a umask of 002 makes them.
        if stat.st_uid != rustix::process::geteuid().as_raw() && stat.st_uid != 0 {
            return Err(refused(parent, "belongs to another user"));
        }
        if Mode::from_raw_mode(stat.st_mode).intersects(Mode::WOTH) {
            return Err(refused(parent, "can be written to by everybody"));
        }
        Ok(Place { path: path.to_owned(), folder, name })
    }

    /// A name beside it, which no other tool takes for one of its own.
    pub(super) fn beside(&self, what: &str) -> OsString {
        let mut name = OsString::from(".");
        name.push(&self.name);
        name.push(format!(".oktapipe-{what}"));
        name
    }

    /// The file as it is. `None` if there is none; not waited for, if it is a fifo.
    pub(super) fn look(&self) -> Result<Option<Seen>, Error> {
        let flags = OFlags::RDONLY | OFlags::NOFOLLOW | OFlags::NONBLOCK | OFlags::CLOEXEC;
        let file: File = match rustix::fs::openat(&self.folder, &self.name, flags, Mode::empty()) {
            Ok(file) => file.into(),
            Err(Errno::NOENT) => return Ok(None),
            Err(error) => return Err(self.refused(&format!("cannot be opened ({error})"))),
        };
        let unreadable = |error: io::Error| self.refused(&format!("cannot be read ({error})"));
        let metadata = file.metadata().map_err(unreadable)?;
        self.check(&metadata)?;
        let bytes = bytes(&file, usize::try_from(metadata.len()).unwrap_or(0)).map_err(unreadable)?;
        let acl = access_control(&file);
        Ok(Some(Seen {
            file,
            stamp: Stamp::of(&metadata),
            mode: metadata.mode() & 0o777,
            group: metadata.gid(),
            acl,
            bytes,
        }))
    }

    fn check(&self, metadata: &Metadata) -> Result<(), Error> {
        let fault = if !metadata.is_file() {
            "is no regular file"
        } else if metadata.uid() != rustix::process::geteuid().as_raw() {
            "belongs to another user"
        } else if metadata.nlink() > 1 {
            "has a second name (a hard link), which would keep the old keys"
        } else if metadata.mode() & 0o200 == 0 {
            "is write-protected"
        } else {
            return Ok(());
        };
        Err(self.refused(fault))
    }

    /// The file once it has come to rest: at once if it is the one that we wrote last.
    pub(super) fn at_rest(&self, known: Option<Stamp>, until: Instant) -> Result<Option<Seen>, Error> {
        let mut seen = self.look()?;
        loop {
            let Some(now) = &seen else { return Ok(seen) };
            if known == Some(now.stamp) {
                return Ok(seen);
            }
            sleep(if now.bytes.ends_with(b"\n") { REST } else { LONG_REST });
            let again = self.look()?;
            if again == seen {
                return Ok(seen);
            }
            self.still(until)?;
            seen = again;
        }
    }

    /// The stamp of what stands there now, a symlink's too.
    pub(super) fn stamp(&self) -> Option<Stamp> {
        let flags = OFlags::RDONLY | OFlags::NOFOLLOW | OFlags::NONBLOCK | OFlags::CLOEXEC;
        let file: File = rustix::fs::openat(&self.folder, &self.name, flags, Mode::empty()).ok()?.into();
        file.metadata().ok().as_ref().map(Stamp::of)
    }

    /// Fails when the time is up.
    pub(super) fn still(&self, until: Instant) -> Result<(), Error> {
        if Instant::now() < until {
            return Ok(());
        }
        Err(Error::new(
            Kind::LockedFile,
            format!("{} is being written to by others", self.shown()),
            "try again, or give --timeout more seconds",
        ))
    }

    pub(super) fn remove(&self, name: &OsStr) -> Result<(), Errno> {
        match rustix::fs::unlinkat(&self.folder, name, AtFlags::empty()) {
            Err(Errno::NOENT) => Ok(()),
            other => other,
        }
    }

    pub(super) fn shown(&self) -> String {
        shown(&self.path)
    }

    pub(super) fn refused(&self, why: &str) -> Error {
        refused(&self.path, why)
    }
}

fn parent(path: &Path) -> &Path {
    match path.parent() {
        Some(parent) if parent != Path::new("") => parent,
        _ => Path::new("."),
    }
}

fn refused(path: &Path, why: &str) -> Error {
    Error::new(
        Kind::Io,
        format!("{} {why}", shown(path)),
        "mend that, or name another file; nothing was written",
    )
}

fn access_control(file: &File) -> Option<Vec<u8>> {
    let mut acl = vec![0; 4096];
    match rustix::fs::fgetxattr(file, ACL, acl.as_mut_slice()) {
        Ok(length) => {
            acl.truncate(length);
            Some(acl)
        }
        Err(Errno::RANGE) => Some(Vec::new()),
        Err(_) => None,
    }
}

/// Gives a new file the list of the old one, and none if that had none: the folder may have given it one of its own. Whether it worked.
pub(super) fn set_access_control(file: &File, acl: Option<&[u8]>) -> bool {
    match acl {
        Some([]) => false,
        Some(acl) => rustix::fs::fsetxattr(file, ACL, acl, rustix::fs::XattrFlags::empty()).is_ok(),
        None => {
            let _ = rustix::fs::fremovexattr(file, ACL);
            access_control(file).is_none()
        }
    }
}
