//! What is kept from one run to the next, in files of the person's own: the names of roles, for completion; and, encrypted, what a login
//! got, so that the next one needs nobody.
//!
//! Nothing depends on it: whoever calls takes a failure for a warning, or for nothing. Beside it, AWS's own files.

mod aliases;
pub mod aws_files;
mod cache;
mod flight;
mod folder;
mod handover;
mod key;
mod own_file;
mod roles;
mod seal;
#[cfg(test)]
mod tests;

pub use aliases::{Aliases, Remembered};
pub use cache::{Cache, Entry, Item, Owner};
pub use flight::{Lead, Queue, Record, Turn};
pub use handover::hand_over;
pub use key::Place;
pub use own_file::OwnFile;
pub use roles::{LINES, Roles};

use crate::error::{Error, Kind, printable};
use rustix::fs::{FileType, Mode, OFlags};
use std::ffi::OsStr;
use std::fs::File;
use std::io::Read;
use std::path::{Path, PathBuf};

/// Our folder below the person's cache: `$XDG_CACHE_HOME/oktapipe`, else `~/.cache/oktapipe`. A relative path counts as unset, as the XDG
/// specification has it.
pub fn cache<'e>(variable: impl Fn(&str) -> Option<&'e OsStr>) -> Option<PathBuf> {
    let absolute = |name: &str| variable(name).map(Path::new).filter(|path| path.is_absolute());
    let cache = absolute("XDG_CACHE_HOME").map(Path::to_owned);
    Some(cache.or_else(|| Some(absolute("HOME")?.join(".cache")))?.join("oktapipe"))
}

/// The folder of what a login got: `$XDG_RUNTIME_DIR/oktapipe`, which is in memory and gone with the last session; else
/// `$XDG_STATE_HOME/oktapipe`, else `~/.local/state/oktapipe`. A runtime folder of somebody else's, as `sudo` leaves it in the environment,
/// counts as unset: what we made in it would be in its owner's way.
pub fn state<'e>(variable: impl Fn(&str) -> Option<&'e OsStr>) -> Option<PathBuf> {
    let absolute = |name: &str| variable(name).map(Path::new).filter(|path| path.is_absolute());
    let is_own = |path: &&Path| {
        let stat = rustix::fs::stat(*path);
        stat.is_ok_and(|stat| {
            stat.st_uid == rustix::process::geteuid().as_raw()
                && FileType::from_raw_mode(stat.st_mode) == FileType::Directory
        })
    };
    let state = absolute("XDG_RUNTIME_DIR").filter(is_own).or_else(|| absolute("XDG_STATE_HOME"));
    let state = state.map(Path::to_owned).or_else(|| Some(absolute("HOME")?.join(".local/state")));
    Some(state?.join("oktapipe"))
}

fn refused(path: &Path, why: &str) -> Error {
    let path = printable(&path.display().to_string());
    Error::new(Kind::Io, format!("{path} {why}"), "check it, or remove it")
}

/// The first `limit` bytes of a regular file as text, what is no UTF-8 replaced. `None` for everything else: a fifo is not waited for.
pub fn text(path: &Path, limit: usize) -> Option<String> {
    let file =
        rustix::fs::open(path, OFlags::RDONLY | OFlags::NONBLOCK | OFlags::CLOEXEC, Mode::empty()).ok()?;
    beginning(File::from(file), limit)
}

fn beginning(file: File, limit: usize) -> Option<String> {
    let stat = rustix::fs::fstat(&file).ok()?;
    if FileType::from_raw_mode(stat.st_mode) != FileType::RegularFile {
        return None;
    }
    let mut bytes = Vec::new();
    file.take(limit as u64).read_to_end(&mut bytes).ok()?;
    Some(String::from_utf8_lossy(&bytes).into_owned())
}
