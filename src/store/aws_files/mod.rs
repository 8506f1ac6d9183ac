//! AWS's own files, `~/.aws/credentials` and `~/.aws/config`: changed under a lock, whole or not at all, with every other byte kept.
//!
//! Processes of ours wait for each other. The AWS CLI takes no lock: it reads the file, empties it and writes it anew, or opens it and appends. So a
//! file that we did not write last is read only once it has come to rest, and one that changes before ours takes its place is read again. A moment after
//! that it is looked at once more: a tool that had read the old file and wrote since has undone our change, which is then made again; one that had
//! opened the old file and wrote since wrote into what nobody reads any more, and its change is made in the new one. What remains is a tool that takes
//! longer than a tenth of a second from reading or opening to writing, with our change in between: then one of the two is lost.

mod late;
mod lock;
mod place;
mod profile;
mod replace;
#[cfg(test)]
mod tests;

pub use profile::{Overwrite, Session, changes, other_way};

use crate::error::{Error, Kind, printable};
use crate::ini::{Change, Fault, Ini};
use late::Late;
use lock::Lock;
use place::{Place, Seen, Stamp};
use replace::New;
use std::ffi::OsStr;
use std::path::{Path, PathBuf};
use std::thread::sleep;
use std::time::{Duration, Instant};

/// How long after a write it is looked whether another tool has undone it: the AWS CLI's way from reading to writing takes milliseconds, and a few
/// dozen on a busy machine.
const LINGER: Duration = Duration::from_millis(100);
/// How often a write is done again that was undone.
const ROUNDS: usize = 8;

/// One of AWS's files, which need not be there yet.
#[derive(Debug, Clone)]
pub struct AwsFile {
    path: PathBuf,
}

/// What an edit did.
#[derive(Debug)]
pub struct Edited {
    /// What the person should know, for a warning.
    pub note: Option<String>,
}

impl AwsFile {
    /// The credentials file: `flag`, else `AWS_SHARED_CREDENTIALS_FILE`, else `~/.aws/credentials`.
    ///
    /// # Errors
    /// `config` if there is no home, and for a variable that AWS's tools take for different files.
    pub fn credentials<'e>(
        flag: Option<&Path>,
        variable: impl Fn(&str) -> Option<&'e OsStr>,
    ) -> Result<AwsFile, Error> {
        AwsFile::choose(flag, variable, "AWS_SHARED_CREDENTIALS_FILE", ".aws/credentials")
    }

    /// The configuration: `AWS_CONFIG_FILE`, else `~/.aws/config`.
    ///
    /// # Errors
    /// As [`AwsFile::credentials`].
    pub fn config<'e>(variable: impl Fn(&str) -> Option<&'e OsStr>) -> Result<AwsFile, Error> {
        AwsFile::choose(None, variable, "AWS_CONFIG_FILE", ".aws/config")
    }

    fn choose<'e>(
        flag: Option<&Path>,
        variable: impl Fn(&str) -> Option<&'e OsStr>,
        name: &str,
        below: &str,
    ) -> Result<AwsFile, Error> {
        let home = variable("HOME").map(Path::new).filter(|home| home.is_absolute());
        let at_home = |below: &Path| {
            let home = home.ok_or_else(|| config("HOME is not set", "set it, or name the file"))?;
            Ok::<PathBuf, Error>(home.join(below))
        };
        let path = match (flag, variable(name).map(Path::new)) {
            (Some(flag), _) => flag.to_owned(),
            (None, None) => at_home(Path::new(below))?,
            (None, Some(path)) => match path.strip_prefix("~") {
                Ok(below) => at_home(below)?,
                // Python's tools put in variables and other people's homes, and the SDKs do not.
                Err(_) if path.to_string_lossy().starts_with('~') || path.to_string_lossy().contains('$') => {
                    return Err(config(
                        &format!("{name} has a ~ or $ that only some of AWS's tools resolve"),
                        "set it to an absolute path",
                    ));
                }
                Err(_) => path.to_owned(),
            },
        };
        Ok(AwsFile { path })
    }

    /// The path, as it was named: a symlink is not resolved.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Changes the file by what `plan` makes of it. `plan` sees the file under the lock, and again each time that another tool came between.
    ///
    /// A symlink is followed once and stays one. The file keeps its mode and group; a new one is the person's alone, and so is a new folder. No other
    /// process sees anything but the old file or the new one.
    ///
    /// # Errors
    /// What `plan` refuses; `config` for a file that AWS's tools cannot read, or not alike; `io` for one that is no file of the person's own, in a
    /// folder that others may write to, or that cannot be read or written; `locked_file` if others write to it for longer than `patience`.
    pub fn edit<'c>(
        &self,
        patience: Duration,
        mut plan: impl FnMut(&Ini<'_>) -> Result<Vec<Change<'c>>, Error>,
    ) -> Result<Edited, Error> {
        let place = Place::find(&self.path)?;
        let until = Instant::now() + patience;
        let (mut edited, mut late) = (Edited { note: None }, Late::default());
        for _ in 0..ROUNDS {
            let lock = Lock::take(&place, until)?;
            let wrote = once(&place, &lock, until, &mut |ini| plan(ini).map(|ours| late.beside(ours)))?;
            drop(lock);
            let Some(wrote) = wrote else { break };
            edited.note = edited.note.or(wrote.note);
            sleep(LINGER);
            late = wrote.replaced.as_ref().map(Late::of).unwrap_or_default();
            if late.is_empty() && place.stamp() == Some(wrote.stamp) {
                break;
            }
        }
        Ok(edited)
    }
}

struct Wrote {
    stamp: Stamp,
    replaced: Option<Seen>,
    note: Option<String>,
}

/// One change under the lock. `None` if there is nothing to change.
fn once<'c>(
    place: &Place,
    lock: &Lock,
    until: Instant,
    plan: &mut impl FnMut(&Ini<'_>) -> Result<Vec<Change<'c>>, Error>,
) -> Result<Option<Wrote>, Error> {
    loop {
        let old = place.at_rest(lock.known(), until)?;
        let bytes = old.as_ref().map_or(&[][..], |old| &old.bytes);
        let unreadable = |fault: Fault| {
            config(&format!("{}, {fault}", place.shown()), "mend that line; nothing was written")
        };
        let ini = Ini::parse(bytes).map_err(unreadable)?;
        let text = ini.edit(&plan(&ini)?).map_err(unreadable)?;
        if old.is_some() && text.as_bytes() == bytes {
            return Ok(None);
        }
        let new = New::write(place, old.as_ref(), &text)?;
        let stamp = if place.look()? == old { new.take_place(old.is_none())? } else { None };
        if let Some(stamp) = stamp {
            lock.remember(stamp);
            let is_open = old.as_ref().is_some_and(|old| old.mode & 0o077 != 0);
            let note = is_open
                .then(|| format!("other users may open {0}; chmod 600 {0} keeps it to you", place.shown()));
            return Ok(Some(Wrote { stamp, replaced: old, note }));
        }
        place.still(until)?;
    }
}

fn config(message: &str, hint: &str) -> Error {
    Error::new(Kind::Config, message, hint)
}

fn shown(path: &Path) -> String {
    printable(&path.display().to_string())
}
