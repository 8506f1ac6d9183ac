//! `to-profile`: credentials into profiles of the AWS credentials file, for tools that take them from nowhere else.

mod template;
#[cfg(test)]
mod tests;

use super::aliases::{self, Aliases};
use super::credentials::Credentials;
use super::{Output, checked, input_lines, wrong_document};
use crate::cli::ToProfile;
use crate::context::Context;
use crate::document::{Carry, Document};
use crate::error::{Error, Kind};
use crate::ini::LIMIT;
use crate::store;
use crate::store::aws_files::{AwsFile, Overwrite, Session, changes, other_way};
use crate::sts;
use crate::time;
use secrecy::ExposeSecret;
use serde_json::{Map, Value};
use std::collections::HashMap;
use template::{Holder, Template};

/// One document's credentials, and what is told of them.
struct Entry {
    profile: String,
    holder: Holder,
    credentials: Credentials,
    token: secrecy::SecretString,
    expiration: Option<String>,
    carry: Carry,
}

/// Writes the credentials of one document, or of many, one a line, in one edit of the file: all of them, or none. Error documents among them stay in
/// their place and change nothing for the others.
///
/// # Errors
/// `usage` for a template that is none, or that gives two roles one name; `wrong_document` for anything but temporary credentials, and for a role
/// whose name no profile can have; what [`AwsFile::edit`] and [`changes`] refuse.
pub fn run(arguments: &ToProfile, context: &Context<'_>) -> Result<Output, Error> {
    let template = Template::parse(&arguments.name)?;
    arguments.region.as_deref().map_or(Ok(()), sts::check_region)?;
    let file = AwsFile::credentials(arguments.file.as_deref(), |name| context.environment.path(name))?;
    let named = if template.asks_for_alias() { Aliases::of_person(context)? } else { Aliases::default() };
    let documents = input_lines(context)?;
    let is_one = documents.len() == 1;
    let mut lines = Vec::new();
    for document in documents {
        match checked(document) {
            Err(error) if is_one => return Err(error),
            Err(error) => lines.push(Err(error)),
            Ok(document) => {
                let mut holder = Holder::of(&document);
                if template.asks_for_alias() {
                    holder.look_up(|account| alias(context, &named, account));
                }
                lines.push(Ok(entry(&template, holder, &document)?));
            }
        }
    }
    let entries: Vec<&Entry> = lines.iter().filter_map(|line| line.as_ref().ok()).collect();
    apart(&entries)?;
    if !entries.is_empty() {
        write(arguments, context, &file, &entries)?;
    }
    let shown = file.path().to_string_lossy().into_owned();
    let mut told = lines.into_iter().map(|line| line.map(|entry| tell(entry, &shown)));
    match told.next() {
        Some(Ok(document)) if is_one => Ok(Output::Document(document)),
        first => Ok(Output::Lines(first.into_iter().chain(told).collect())),
    }
}

impl Entry {
    fn session<'e>(&'e self, region: Option<&'e str>) -> Session<'e> {
        Session {
            profile: &self.profile,
            access_key_id: &self.credentials.access_key_id,
            secret_access_key: self.credentials.secret_access_key.expose_secret(),
            session_token: self.token.expose_secret(),
            expiration: self.expiration.as_deref(),
            arn: self.holder.arn.as_deref(),
            region,
        }
    }
}

fn entry(template: &Template<'_>, holder: Holder, document: &Document) -> Result<Entry, Error> {
    let mut carry = document.carry()?;
    carry.set_cookies(std::iter::empty());
    let mut credentials = Credentials::read(document)?;
    let token = credentials.session_token.take().ok_or_else(|| {
        wrong_document(
            "the credentials have no SessionToken",
            "only temporary ones are written; for keys of a user take aws configure",
        )
    })?;
    let profile = template.name(&holder)?;
    let expiration = credentials.expiration.and_then(time::format);
    Ok(Entry { profile, holder, credentials, token, expiration, carry })
}

/// What the person calls the account, else what AWS did when it was last asked.
fn alias(context: &Context<'_>, named: &Aliases, account: &str) -> Option<String> {
    let remembered = || aliases::remembered(context, account)?.alias;
    named.of(account).map(|(alias, _)| alias.to_owned()).or_else(remembered)
}

/// Two documents of one profile, or of two that differ by case only, are found before anything is written.
fn apart(entries: &[&Entry]) -> Result<(), Error> {
    let mut names: HashMap<String, &Entry> = HashMap::new();
    for entry in entries {
        if let Some(other) = names.insert(entry.profile.to_lowercase(), entry) {
            let (one, two) = (other.holder.shown(), entry.holder.shown());
            let message = match one == two {
                true => format!("{one} is given twice, for the profile {}", entry.profile),
                false => format!("{one} and {two} would both be the profile {}", entry.profile),
            };
            return Err(Error::new(
                Kind::Usage,
                message,
                "give a --name that tells them apart, for instance {account}-{role}; nothing was written",
            ));
        }
    }
    Ok(())
}

fn write(
    arguments: &ToProfile,
    context: &Context<'_>,
    file: &AwsFile,
    entries: &[&Entry],
) -> Result<(), Error> {
    let region = arguments.region.as_deref();
    let sessions: Vec<Session<'_>> = entries.iter().map(|entry| entry.session(region)).collect();
    let overwrite = Overwrite { others: arguments.overwrite, long_term: arguments.overwrite_long_term };
    let patience = context.timeout();
    let edited = file.edit(patience, |ini| changes(&sessions, overwrite, ini))?;
    if let Some(note) = edited.note {
        (context.warn)(&note);
    }
    warn_of_config(context, entries);
    Ok(())
}

/// Keys that some tools will not find, since `~/.aws/config` sends them elsewhere.
fn warn_of_config(context: &Context<'_>, entries: &[&Entry]) {
    let file = AwsFile::config(|name| context.environment.path(name)).ok();
    let config = file.as_ref().and_then(|file| store::text(file.path(), LIMIT)).unwrap_or_default();
    let hidden = entries.iter().find_map(|entry| Some((&entry.profile, other_way(&config, &entry.profile)?)));
    if let Some((profile, way)) = hidden {
        (context.warn)(&format!(
            "the AWS config file has {way} for the profile {profile}, which some tools take before these keys"
        ));
    }
}

/// What was written, and where; no key of it.
fn tell(entry: Entry, file: &str) -> Document {
    let Holder { account, role, arn, .. } = entry.holder;
    let members = [
        ("Profile", Some(entry.profile)),
        ("File", Some(file.to_owned())),
        ("AccountId", account),
        ("RoleName", role),
        ("Arn", arn),
        ("Expiration", entry.expiration),
    ];
    let told = members.into_iter().filter_map(|(name, value)| Some((name.to_owned(), Value::String(value?))));
    entry.carry.beside(told.collect::<Map<_, _>>())
}
