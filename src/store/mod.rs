//! What is kept from one run to the next, in files of the person's own: the names of roles, for completion, and AWS's own files.
//!
//! The names are no secret, and nothing depends on them: whoever calls takes a failure for a warning, or for nothing.

pub mod aws_files;
mod folder;
mod own_file;
mod roles;
#[cfg(test)]
mod tests;

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
