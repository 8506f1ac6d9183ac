//! One writer of ours at a time: a lock on a file beside, never on the data itself, which others may empty or replace.
//!
//! The kernel frees it when its holder dies. In it stands which file its last holder left: that one is whole.

use super::place::{Place, Stamp};
use crate::error::{Error, Kind};
use rustix::fs::{AtFlags, FlockOperation, Mode, OFlags};
use rustix::io::Errno;
use std::fs::File;
use std::io::{Read, Seek, Write};
use std::os::unix::fs::MetadataExt;
use std::thread::sleep;
use std::time::{Duration, Instant};

const PAUSE: Duration = Duration::from_millis(5);

/// The lock, held for as long as this value lives.
pub(super) struct Lock(File);

impl Lock {
    /// Waits for it until `until`.
    pub(super) fn take(place: &Place, until: Instant) -> Result<Lock, Error> {
        let name = place.beside("lock");
        let flags = OFlags::RDWR | OFlags::CREATE | OFlags::NOFOLLOW | OFlags::NONBLOCK | OFlags::CLOEXEC;
        loop {
            let file: File = rustix::fs::openat(&place.folder, &name, flags, Mode::RUSR | Mode::WUSR)
                .map_err(|error| failed(place, error))?
                .into();
            let metadata =
                file.metadata().map_err(|error| place.refused(&format!("cannot be locked ({error})")))?;
            if !metadata.is_file() || metadata.uid() != rustix::process::geteuid().as_raw() {
                return Err(place.refused("cannot be locked: the lock beside it is no file of yours"));
            }
            loop {
                match rustix::fs::flock(&file, FlockOperation::NonBlockingLockExclusive) {
                    Ok(()) => break,
                    Err(Errno::WOULDBLOCK | Errno::INTR) => {
                        place.still(until)?;
                        sleep(PAUSE);
                    }
                    Err(error) => return Err(place.refused(&format!("cannot be locked ({error})"))),
                }
            }
            // Somebody may have removed the file that we waited for.
            let named = rustix::fs::statat(&place.folder, &name, AtFlags::SYMLINK_NOFOLLOW);
            if named.is_ok_and(|stat| stat.st_ino == metadata.ino()) {
                return Ok(Lock(file));
            }
            place.still(until)?;
        }
    }

    /// Which file the last holder left.
    pub(super) fn known(&self) -> Option<Stamp> {
        let mut text = String::new();
        (&self.0).rewind().ok()?;
        (&self.0).take(200).read_to_string(&mut text).ok()?;
        let numbers: Vec<i64> = text.split_whitespace().map_while(|word| word.parse().ok()).collect();
        let [device, inode, size, seconds, nanoseconds] = numbers.try_into().ok()?;
        let unsigned = |number: i64| u64::try_from(number).ok();
        Some(Stamp {
            device: unsigned(device)?,
            inode: unsigned(inode)?,
            size: unsigned(size)?,
            seconds,
            nanoseconds,
        })
    }

    /// Leaves that for the next one. If it fails, he only waits a little longer.
    pub(super) fn remember(&self, stamp: Stamp) {
        let Stamp { device, inode, size, seconds, nanoseconds } = stamp;
        let _ = self.0.set_len(0);
        let _ = (&self.0).rewind();
        let _ = (&self.0).write_all(format!("{device} {inode} {size} {seconds} {nanoseconds}\n").as_bytes());
    }
}

fn failed(place: &Place, error: Errno) -> Error {
    let message = format!("{} cannot be locked: no file can be made beside it ({error})", place.shown());
    Error::new(Kind::CannotCreate, message, "check the folder, or name another file")
}
