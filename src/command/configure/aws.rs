//! The line of `~/.aws/config` by which AWS's own tools get their credentials from a profile of ours.

use crate::config::Profile;
use crate::context::Context;
use crate::error::{Error, Kind, printable};
use crate::ini::{self, Change, Ini, Section};
use crate::store::aws_files::AwsFile;
use crate::store::{self, OwnFile};
use std::path::{Path, PathBuf};
use std::time::Duration;

/// How long another program may hold the file.
const PATIENCE: Duration = Duration::from_secs(10);

/// Ways in which a profile may get credentials already. botocore takes keys before a credential_process, and the Rust SDK after it.
const OTHER_WAYS: [&str; 9] = [
    "aws_access_key_id",
    "aws_secret_access_key",
    "role_arn",
    "source_profile",
    "credential_source",
    "web_identity_token_file",
    "sso_session",
    "sso_start_url",
    "sso_account_id",
];
const PROCESS: &str = "credential_process";
const DEFAULT: &str = "default";

/// An AWS profile that is to have the line.
#[derive(Debug)]
pub(super) struct Line {
    file: AwsFile,
    profile: String,
    /// Its section in the file, unless it is the default one.
    long: String,
    process: String,
    region: Option<String>,
}

impl Line {
    /// The line for the AWS profile `aws`, with the region that our profile says, for a profile that has none.
    ///
    /// # Errors
    /// `usage` for a name that AWS's tools do not all take; `config` for a program whose path cannot stand in the line, and for an AWS profile
    /// that gets credentials in another way.
    pub(super) fn new(
        context: &Context<'_>,
        aws: &str,
        name: &str,
        profile: &Profile,
    ) -> Result<Line, Error> {
        if !ini::is_profile_name(aws) {
            let message = format!("{} cannot be the name of an AWS profile", printable(aws));
            return Err(Error::new(Kind::Usage, message, "take letters, digits and . _ / % @ : + -"));
        }
        let program = quoted(&program(context)?)?;
        let line = Line {
            file: AwsFile::config(|name| context.environment.path(name))?,
            profile: aws.to_owned(),
            long: format!("profile {aws}"),
            process: format!("{program} credential-process {name}"),
            region: profile.text("region").map(str::to_owned),
        };
        line.has_no_keys(context)?;
        let bytes = OwnFile::new(line.file.path().to_owned()).read(ini::LIMIT)?;
        let unreadable = |fault: ini::Fault| {
            Error::new(
                Kind::Config,
                format!("{}, {fault}", shown(line.file.path())),
                "mend that line; nothing was written",
            )
        };
        let ini = Ini::parse(bytes.as_bytes()).map_err(unreadable)?;
        ini.edit(&line.change(&ini)?).map_err(unreadable)?;
        if context.environment.path("OKTAPIPE_CONFIG").is_some() {
            (context.warn)("OKTAPIPE_CONFIG has to be set for AWS's tools too, or they find no profile");
        }
        Ok(line)
    }

    pub(super) fn profile(&self) -> &str {
        &self.profile
    }

    pub(super) fn path(&self) -> &Path {
        self.file.path()
    }

    /// The line with its section, for the eyes.
    pub(super) fn shown(&self) -> String {
        let section = if self.profile == DEFAULT { DEFAULT } else { &self.long };
        format!("[{section}]\n{PROCESS} = {}\n", self.process)
    }

    /// Writes it. That others may open the file is nothing to warn of: no secret stands in it.
    pub(super) fn write(&self) -> Result<(), Error> {
        self.file.edit(PATIENCE, |ini| self.change(ini)).map(drop)
    }

    fn change<'l>(&'l self, ini: &Ini<'_>) -> Result<Vec<Change<'l>>, Error> {
        let is_default = self.profile == DEFAULT;
        let names =
            |section: &&Section<'_>| section.name == self.long || (is_default && section.name == DEFAULT);
        let there: Vec<&Section<'_>> = ini.sections.iter().filter(names).collect();
        let there = match there.as_slice() {
            [] => None,
            [one] => Some(*one),
            // The Rust SDK takes one of them, and botocore the last.
            _ => return Err(self.refused("stands there as [default] and as [profile default]")),
        };
        if let Some(there) = there {
            self.may_have(there)?;
        }
        let is_long = there.map_or(!is_default, |there| there.name == self.long);
        let has_region = there.is_some_and(|there| there.value("region").is_some());
        let region = self.region.as_deref().filter(|_| !has_region).map(|region| ("region", region));
        Ok(vec![Change {
            section: if is_long { &self.long } else { DEFAULT },
            set: [(PROCESS, self.process.as_str())].into_iter().chain(region).collect(),
            remove: Vec::new(),
        }])
    }

    fn may_have(&self, there: &Section<'_>) -> Result<(), Error> {
        if let Some(way) =
            OTHER_WAYS.iter().find(|way| there.value(way).is_some_and(|value| !value.is_empty()))
        {
            return Err(self.refused(&format!("has {way}")));
        }
        match there.value(PROCESS) {
            Some(other) if other != self.process && !other.contains(" credential-process ") => {
                Err(self.refused("has another credential_process"))
            }
            _ => Ok(()),
        }
    }

    /// botocore reads both files as one, and takes keys of the credentials file first.
    fn has_no_keys(&self, context: &Context<'_>) -> Result<(), Error> {
        let file = AwsFile::credentials(None, |name| context.environment.path(name))?;
        let text = store::text(file.path(), ini::LIMIT).unwrap_or_default();
        let mut keys =
            ini::entries(&text).filter(|entry| entry.section == self.profile && !entry.value.is_empty());
        let key = keys.find(|entry| entry.is(PROCESS) || OTHER_WAYS.iter().any(|way| entry.is(way)));
        key.map_or(Ok(()), |_| Err(self.refused(&format!("has keys of its own in {}", shown(file.path())))))
    }

    fn refused(&self, what: &str) -> Error {
        let message = format!("the AWS profile {} {what}", self.profile);
        Error::new(Kind::Config, message, "give another --aws-profile, or take that out; nothing was written")
    }
}

/// The program as the person calls it: what the kernel knows of it may be a path with a version in it, which the next update removes.
fn program(context: &Context<'_>) -> Result<PathBuf, Error> {
    let own = std::env::current_exe().map_err(|error| {
        Error::new(
            Kind::Config,
            format!("the path of this program is not known ({error})"),
            "write the line by hand",
        )
    })?;
    let own_name = own.file_name().map(ToOwned::to_owned).unwrap_or_default();
    let folders = context.environment.path("PATH").map(std::env::split_paths).into_iter().flatten();
    let found = folders.filter(|folder| folder.is_absolute()).map(|folder| folder.join(&own_name));
    let is_own = |path: &PathBuf| path.canonicalize().is_ok_and(|path| path == own);
    Ok({ found }.find(is_own).unwrap_or(own))
}

/// A path as botocore, which splits words, and the Rust SDK, which has a shell do it, both read it.
fn quoted(path: &Path) -> Result<String, Error> {
    let text = path.to_string_lossy();
    let is_plain = |c: char| c.is_ascii_alphanumeric() || "_./:=@,+-".contains(c);
    match (text.chars().all(is_plain), text.chars().all(|c| is_plain(c) || c == ' ')) {
        (true, _) => Ok(text.into_owned()),
        (_, true) => Ok(format!("\"{text}\"")),
        _ => Err(Error::new(
            Kind::Config,
            format!("AWS's tools do not all read the path {}", shown(path)),
            "install oktapipe where the path has letters, digits and _ . / - only",
        )),
    }
}

fn shown(path: &Path) -> String {
    printable(&path.display().to_string())
}
