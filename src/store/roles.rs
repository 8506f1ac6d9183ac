//! The roles that assertions offered, by name: what completion knows without asking anybody.

use super::beginning;
use super::folder::Folder;
use crate::arn;
use crate::assertion::Role;
use crate::error::Error;
use std::collections::BTreeSet;
use std::path::PathBuf;

/// The most roles that are remembered. AWS takes assertions of some 250, so that is many orgs.
pub const LINES: usize = 5000;
/// As much of the file as is read: [`LINES`] with ARNs as long as people make them, and within what a TAB may take.
const LIMIT: usize = 2 << 20;
const NAME: &str = "roles";

/// The file of remembered roles. A line is `ROLE_ARN,PROVIDER_ARN`, as a value of the assertion's own `Role` attribute; sorted.
#[derive(Debug, Clone)]
pub struct Roles {
    folder: PathBuf,
}

impl Roles {
    /// The file in `folder`, which need not be there: see [`super::cache`].
    pub fn new(folder: PathBuf) -> Roles {
        Roles { folder }
    }

    /// What is remembered. Nothing if that is nothing, and for a file or folder that is not safe; lines that are no roles are skipped.
    pub fn known(&self) -> Vec<Role> {
        let file = Folder::open(&self.folder).and_then(|folder| folder.file(NAME)).ok().flatten();
        let text = file.and_then(|file| beginning(file, LIMIT)).unwrap_or_default();
        read(&text).collect()
    }

    /// Remembers what an assertion offers, in place of what its providers offered before: a role that was taken away is forgotten, and
    /// other orgs' stay. Past [`LINES`] the last of the others go.
    ///
    /// # Errors
    /// `io` when the folder or the file is not the person's own or cannot be written, `locked_file` when another process of ours writes there all
    /// the time; then everything is as it was.
    pub fn remember(&self, offered: &[Role]) -> Result<(), Error> {
        let folder = Folder::make(&self.folder)?;
        folder.lock()?;
        let before = folder.file(NAME)?.and_then(|file| beginning(file, LIMIT)).unwrap_or_default();
        let text = merge(&before, offered);
        if text == before { Ok(()) } else { folder.replace(NAME, &text) }
    }
}

fn read(text: &str) -> impl Iterator<Item = Role> {
    let pairs = text.lines().take(LINES).filter_map(arn::parse_pair);
    pairs.map(|(role, principal)| Role { role, principal })
}

/// The file's text after `offered` has come to what was there.
pub(super) fn merge(before: &str, offered: &[Role]) -> String {
    let providers: BTreeSet<_> = offered.iter().map(|role| &role.principal).collect();
    let line = |role: &Role| format!("{},{}\n", role.role, role.principal);
    let mut lines: BTreeSet<String> = offered.iter().take(LINES).map(line).collect();
    for other in read(before).filter(|role| !providers.contains(&role.principal)) {
        if lines.len() == LINES {
            break;
        }
        lines.insert(line(&other));
    }
    lines.into_iter().collect()
}
