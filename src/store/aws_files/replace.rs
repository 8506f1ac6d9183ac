//! A new file beside the old one, whole on the disk before it takes the name.

use super::place::{Place, Seen, Stamp, set_access_control};
use crate::error::{Error, Kind};
use rustix::fs::{Gid, Mode, OFlags, RawMode, RenameFlags, renameat_with};
use rustix::io::Errno;
use std::ffi::OsString;
use std::fs::File;
use std::io::{self, Write};
use std::os::unix::fs::MetadataExt;

/// A file that is written and has not the name yet. It goes with this value, if it has not taken its place.
pub(super) struct New<'p> {
    place: &'p Place,
    name: OsString,
    stamp: Option<Stamp>,
}

impl<'p> New<'p> {
    /// Writes it, for the eyes of those who may open the old one, and no others.
    pub(super) fn write(place: &'p Place, old: Option<&Seen>, text: &str) -> Result<New<'p>, Error> {
        let name = place.beside("new");
        let cannot = |error: io::Error| {
            let message = format!("no file can be made beside {} ({error})", place.shown());
            Error::new(
                Kind::CannotCreate,
                message,
                "check the folder and the disk; the old file is as it was",
            )
        };
        // What a killed process left. The lock is held, so it is nobody's.
        place.remove(&name).map_err(|error| cannot(error.into()))?;
        let flags = OFlags::WRONLY | OFlags::CREATE | OFlags::EXCL | OFlags::NOFOLLOW | OFlags::CLOEXEC;
        let mode = Mode::RUSR | Mode::WUSR;
        let file: File = rustix::fs::openat(&place.folder, &name, flags, mode)
            .map_err(|error| cannot(error.into()))?
            .into();
        let mut new = New { place, name, stamp: None };
        new.stamp = Some(fill(file, old, text).map_err(|error| failed(place, &error))?);
        Ok(new)
    }

    /// Takes the place of the old one. `None` if there was none when it was written, and another tool has made one since.
    pub(super) fn take_place(mut self, is_first: bool) -> Result<Option<Stamp>, Error> {
        let folder = &self.place.folder;
        let stamp = self.stamp.ok_or_else(|| failed(self.place, &io::ErrorKind::Other.into()))?;
        let plain = || rustix::fs::renameat(folder, &self.name, folder, &self.place.name);
        let renamed = match is_first {
            true => {
                match renameat_with(folder, &self.name, folder, &self.place.name, RenameFlags::NOREPLACE) {
                    Err(Errno::EXIST) => return Ok(None),
                    // Not every file system can.
                    Err(Errno::INVAL | Errno::NOSYS | Errno::NOTSUP) => plain(),
                    other => other,
                }
            }
            false => plain(),
        };
        renamed.map_err(|error| failed(self.place, &error.into()))?;
        self.name.clear();
        // The new file is there whatever comes of this: only a power cut may still bring the old one back.
        let _ = rustix::fs::fsync(folder);
        Ok(Some(stamp))
    }
}

impl Drop for New<'_> {
    fn drop(&mut self) {
        if !self.name.is_empty() {
            let _ = self.place.remove(&self.name);
        }
    }
}

fn fill(mut file: File, old: Option<&Seen>, text: &str) -> io::Result<Stamp> {
    if let Some(old) = old {
        let mut mode = old.mode;
        if file.metadata()?.gid() != old.group
            && rustix::fs::fchown(&file, None, Some(Gid::from_raw(old.group))).is_err()
        {
            mode &= 0o707;
        }
        if !set_access_control(&file, old.acl.as_deref()) {
            mode &= 0o707;
        }
        // On macOS the bits are of another type than in std.
        rustix::fs::fchmod(&file, Mode::from_raw_mode(mode as RawMode))?;
    }
    file.write_all(text.as_bytes())?;
    file.sync_all()?;
    Ok(Stamp::of(&file.metadata()?))
}

fn failed(place: &Place, error: &io::Error) -> Error {
    let message = format!("{} cannot be written ({error})", place.shown());
    Error::new(Kind::Io, message, "the old file is as it was")
}
