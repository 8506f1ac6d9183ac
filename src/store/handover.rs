//! A page for a browser that has to be handed a secret: in a file of the person's own, for arguments are everybody's to read.

use super::folder::Folder;
use crate::error::Error;
use std::path::{Path, PathBuf};

/// Puts a page into `folder` under a name, in the place of the one before, and gives its path.
///
/// It stays there until the next one: when a browser has read it, nobody tells us.
///
/// # Errors
/// `io` when the folder is not the person's own or cannot be written to; `locked_file` when another process of ours writes to it all the time.
pub fn hand_over(folder: &Path, name: &str, page: &str) -> Result<PathBuf, Error> {
    let path = folder.join(name);
    let folder = Folder::make_private(folder)?;
    folder.lock()?;
    folder.replace(name, page)?;
    Ok(path)
}
