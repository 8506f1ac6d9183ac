//! A file of our own that people edit too: read whole, changed under a lock, and replaced whole or not at all.

use super::folder::Folder;
use super::refused;
use crate::error::Error;
use std::io::{ErrorKind, Read};
use std::path::{Path, PathBuf};

/// The file, which need not be there.
#[derive(Debug, Clone)]
pub struct OwnFile {
    path: PathBuf,
}

impl OwnFile {
    /// The file at `path`.
    pub fn new(path: PathBuf) -> OwnFile {
        OwnFile { path }
    }

    /// Its path, as it was named.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Its text; nothing where it is not there.
    ///
    /// # Errors
    /// `io` for what cannot be read, is longer than `limit` bytes, or no UTF-8.
    pub fn read(&self, limit: usize) -> Result<String, Error> {
        match std::fs::File::open(&self.path) {
            Ok(file) => text(&self.path, file, limit),
            Err(error) if error.kind() == ErrorKind::NotFound => Ok(String::new()),
            Err(error) => Err(refused(&self.path, &format!("cannot be read ({error})"))),
        }
    }

    /// Puts in its place what `change` makes of its text. A symlink stays one: people keep such files in a repository. The new file is the
    /// person's alone.
    ///
    /// # Errors
    /// What `change` refuses; as [`OwnFile::read`]; `io` where the folder is not the person's own, or cannot be written to; `locked_file` where
    /// another process of ours writes to it all the time.
    pub fn edit(
        &self,
        limit: usize,
        change: impl FnOnce(&str) -> Result<String, Error>,
    ) -> Result<(), Error> {
        // What the last link leads to. A link to nothing is an error, not a reason to make a file somewhere.
        let path = match self.path.symlink_metadata() {
            Ok(_) => self.path.canonicalize(),
            Err(_) => Ok(self.path.clone()),
        };
        let path = path.map_err(|error| refused(&self.path, &format!("leads nowhere ({error})")))?;
        let (Some(parent), Some(name)) = (path.parent(), path.file_name().and_then(|name| name.to_str()))
        else {
            return Err(refused(&path, "is not the path of a file"));
        };
        let folder = Folder::make(if parent.as_os_str().is_empty() { Path::new(".") } else { parent })?;
        folder.lock()?;
        let before = match folder.file(name)? {
            Some(file) => text(&path, file, limit)?,
            None => String::new(),
        };
        let after = change(&before)?;
        if after == before { Ok(()) } else { folder.replace(name, &after) }
    }
}

fn text(path: &Path, file: std::fs::File, limit: usize) -> Result<String, Error> {
    let mut text = String::new();
    let read = file.take(limit as u64 + 1).read_to_string(&mut text);
    read.map_err(|error| refused(path, &format!("cannot be read ({error})")))?;
    if text.len() > limit {
        Err(refused(path, &format!("has more than {} KiB", limit >> 10)))
    } else {
        Ok(text)
    }
}
