//! Which profile counts, and the file that it stands in.

use super::Environment;
use crate::config::{self, Config, Profile};
use crate::error::{Error, Kind, printable};
use rustix::fs::{FileType, Mode, OFlags};
use std::cell::OnceCell;
use std::fs::File;
use std::io::{self, ErrorKind, Read};
use std::path::{Path, PathBuf};

const BY_ARGUMENT: &str = "the command line";
const BY_FLAG: &str = "--profile";
const BY_VARIABLE: &str = "OKTAPIPE_PROFILE";
/// Counts where nobody names one.
const DEFAULT: &str = "default";

/// The person's profiles. The file is read when a profile is first asked for, and once: a command that needs none does not fail for a faulty one.
#[derive(Debug, Default)]
pub struct Profiles {
    file: Option<PathBuf>,
    home: Option<PathBuf>,
    named: Option<(String, &'static str)>,
    config: OnceCell<Option<Config>>,
}

impl Profiles {
    /// The profiles of `$OKTAPIPE_CONFIG`, else of `oktapipe/config.toml` in `$XDG_CONFIG_HOME`, else in `~/.config`; of these the one that
    /// stands behind the command, else that of the flag, else of `OKTAPIPE_PROFILE`.
    pub fn new(argument: Option<&str>, flag: Option<&str>, environment: &Environment) -> Profiles {
        let absolute = |name: &str| environment.path(name).map(Path::new).filter(|path| path.is_absolute());
        let below = |folder: PathBuf| folder.join("oktapipe/config.toml");
        let file = environment.path("OKTAPIPE_CONFIG").map(PathBuf::from);
        let file = file.or_else(|| absolute("XDG_CONFIG_HOME").map(|folder| below(folder.to_owned())));
        let given = |name: Option<&str>, by| {
            name.filter(|name| !name.trim().is_empty()).map(|name| (name.to_owned(), by))
        };
        let variable = || environment.text(BY_VARIABLE).map(|name| (name.to_owned(), BY_VARIABLE));
        Profiles {
            file: file.or_else(|| absolute("HOME").map(|home| below(home.join(".config")))),
            home: absolute("HOME").map(Path::to_owned),
            named: given(argument, BY_ARGUMENT).or_else(|| given(flag, BY_FLAG)).or_else(variable),
            config: OnceCell::new(),
        }
    }

    /// Where the file is, or would be. `None` without a home.
    pub fn file(&self) -> Option<&Path> {
        self.file.as_deref()
    }

    /// The name that a flag or variable gives, and which of them.
    pub fn named(&self) -> Option<(&str, &'static str)> {
        self.named.as_ref().map(|(name, by)| (name.as_str(), *by))
    }

    /// The file's content; `None` where there is no file.
    ///
    /// # Errors
    /// `config` for a file that is not the person's alone to write, no regular one, or faulty. It names programs that are run.
    pub fn config(&self) -> Result<Option<&Config>, Error> {
        if self.config.get().is_none() {
            let config = match &self.file {
                Some(file) => text(file)?.map(|text| Config::parse(&text)).transpose(),
                None => Ok(None),
            };
            let config =
                config.map_err(|fault| fault.error(self.file.as_deref().unwrap_or(Path::new(""))))?;
            let _ = self.config.set(config);
        }
        Ok(self.config.get().and_then(Option::as_ref))
    }

    /// The profile that counts: the one that a flag or variable names, else the one that a document names, else `default` if there is one.
    /// An empty one else.
    ///
    /// # Errors
    /// As [`Profiles::config`]; `config` for a name that is not there.
    pub fn select(&self, carried: Option<&str>) -> Result<Profile, Error> {
        let carried = carried.map(|name| (name, "the document"));
        let Some((name, by)) = self.named().or(carried) else {
            let profile = self.config()?.and_then(|config| config.profile(DEFAULT));
            return Ok(profile.map(|profile| self.at_home(profile)).unwrap_or_default());
        };
        let config = self.config()?;
        if let Some(profile) = config.and_then(|config| config.profile(name)) {
            return Ok(self.at_home(profile));
        }
        let message = format!("there is no profile {}, which {by} names", printable(name));
        let file = self.file.as_deref().map(|file| printable(&file.display().to_string()));
        let hint = match (config.map(|config| config.nearest(name)), file) {
            (Some(near), _) if !near.is_empty() => format!("the nearest is {}", near.join(", ")),
            (Some(_), Some(file)) => format!("{file} has no such profile"),
            (None, Some(file)) => format!("{file} would hold it, and is not there"),
            (_, None) => "set HOME or OKTAPIPE_CONFIG".to_owned(),
        };
        Err(Error::new(Kind::Config, message, hint))
    }

    fn at_home(&self, profile: Profile) -> Profile {
        match &self.home {
            Some(home) => profile.at_home(home),
            None => profile,
        }
    }
}

/// The file's text. A symlink is followed, as people keep such files in a repository; what it leads to is checked.
fn text(path: &Path) -> Result<Option<String>, Error> {
    // NONBLOCK: a fifo in its place would make us wait for ever.
    let flags = OFlags::RDONLY | OFlags::NONBLOCK | OFlags::CLOEXEC;
    let file: File = match rustix::fs::open(path, flags, Mode::empty()).map_err(io::Error::from) {
        Ok(file) => file.into(),
        Err(error) if matches!(error.kind(), ErrorKind::NotFound | ErrorKind::NotADirectory) => {
            return Ok(None);
        }
        Err(error) => return Err(refused(path, &format!("cannot be read ({error})"), "check it")),
    };
    let stat = rustix::fs::fstat(&file).map_err(|error| refused(path, &error.to_string(), "check it"))?;
    if FileType::from_raw_mode(stat.st_mode) != FileType::RegularFile {
        return Err(refused(path, "is no regular file", "name another with OKTAPIPE_CONFIG"));
    }
    // Root may write to any file as it is.
    if stat.st_uid != rustix::process::geteuid().as_raw() && stat.st_uid != 0 {
        return Err(refused(path, "belongs to another user", "the programs that it names are run: copy it"));
    }
    if Mode::from_raw_mode(stat.st_mode).intersects(Mode::WGRP | Mode::WOTH) {
        let hint = "the programs that it names are run: chmod go-w";
        return Err(refused(path, "can be written to by others", hint));
    }
    let mut bytes = Vec::new();
    let read = file.take(config::LIMIT as u64 + 1).read_to_end(&mut bytes);
    read.map_err(|error| refused(path, &format!("cannot be read ({error})"), "check it"))?;
    match String::from_utf8(bytes) {
        Ok(text) => Ok(Some(text)),
        Err(_) => Err(refused(path, "is not UTF-8", "TOML is")),
    }
}

fn refused(path: &Path, why: &str, hint: &str) -> Error {
    Error::new(Kind::Config, format!("{} {why}", printable(&path.display().to_string())), hint)
}
