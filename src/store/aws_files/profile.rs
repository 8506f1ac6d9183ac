//! What of a credentials file may become a role's temporary credentials, and how they stand there.

use crate::arn;
use crate::error::{Error, Kind, printable};
use crate::ini::{self, Change, Ini, Section};

/// Where else a profile's credentials may come from. Some SDKs take these before the keys, and some after.
const OTHER_WAYS: [&str; 10] = [
    "credential_process",
    "role_arn",
    "source_profile",
    "credential_source",
    "web_identity_token_file",
    "sso_session",
    "sso_start_url",
    "sso_account_id",
    "sso_role_name",
    "sso_region",
];

/// A role's credentials, as a profile shall hold them. Every text has to be one that [`crate::ini::is_value`] takes.
pub struct Session<'s> {
    /// The profile's name.
    pub profile: &'s str,
    /// `aws_access_key_id`
    pub access_key_id: &'s str,
    /// `aws_secret_access_key`
    pub secret_access_key: &'s str,
    /// `aws_session_token`
    pub session_token: &'s str,
    /// `x_security_token_expires`, as saml2aws calls it: RFC 3339.
    pub expiration: Option<&'s str>,
    /// `x_principal_arn`, as saml2aws calls it: the ARN of the role's session.
    pub arn: Option<&'s str>,
    /// `region`, if it shall be written.
    pub region: Option<&'s str>,
}

/// What may be replaced that would not be without a word.
#[derive(Debug, Clone, Copy, Default)]
pub struct Overwrite {
    /// Profiles of other roles, and those that get credentials in another way.
    pub others: bool,
    /// Keys that do not expire.
    pub long_term: bool,
}

/// The changes of a credentials file that give it these profiles. A profile with credentials of the same role, or of one that it does not tell, is
/// refreshed; nothing of older credentials is left in it, for botocore prefers an old `aws_security_token` to a new `aws_session_token`.
///
/// # Errors
/// `config` for a profile that may not be replaced.
pub fn changes<'s>(
    sessions: &'s [Session<'s>],
    overwrite: Overwrite,
    file: &Ini<'_>,
) -> Result<Vec<Change<'s>>, Error> {
    sessions
        .iter()
        .map(|session| {
            let there = file.section(session.profile);
            may_replace(session, overwrite, file, there)?;
            Ok(change(session, there))
        })
        .collect()
}

fn change<'s>(session: &'s Session<'s>, there: Option<&Section<'_>>) -> Change<'s> {
    let account = session
        .arn
        .and_then(account)
        .filter(|_| there.is_some_and(|there| there.value("aws_account_id").is_some()));
    let may_be_set = [
        ("aws_access_key_id", Some(session.access_key_id)),
        ("aws_secret_access_key", Some(session.secret_access_key)),
        ("aws_session_token", Some(session.session_token)),
        ("aws_security_token", None),
        ("aws_account_id", account),
        ("x_principal_arn", session.arn),
        ("x_security_token_expires", session.expiration),
    ];
    let set = may_be_set.iter().filter_map(|(key, value)| value.map(|value| (*key, value)));
    let unset = may_be_set.iter().filter(|(_, value)| value.is_none()).map(|(key, _)| *key);
    Change {
        section: session.profile,
        set: set.chain(session.region.map(|region| ("region", region))).collect(),
        remove: unset.chain(OTHER_WAYS).collect(),
    }
}

/// Where `~/.aws/config` has the profile's credentials come from, if it says. Some of AWS's tools take that before the keys of the credentials
/// file: botocore a role, the SDKs for Rust and JavaScript a process too.
pub fn other_way(config: &str, profile: &str) -> Option<&'static str> {
    let is_profile = |section: &str| match section.strip_prefix("profile").map(str::trim) {
        Some(name) => name.trim_matches('"') == profile,
        None => section == "default" && profile == "default",
    };
    let mut entries = ini::entries(config).filter(|entry| is_profile(entry.section));
    entries.find_map(|entry| OTHER_WAYS.into_iter().find(|way| entry.is(way)))
}

fn account(arn: &str) -> Option<&str> {
    arn.split(':').nth(4)
}

fn may_replace(
    session: &Session<'_>,
    overwrite: Overwrite,
    file: &Ini<'_>,
    there: Option<&Section<'_>>,
) -> Result<(), Error> {
    let refused = |what: &str, hint: &str| {
        Err(Error::new(Kind::Config, format!("the profile {} {what}", session.profile), hint))
    };
    let is_twin = |name: &str| name != session.profile && name.eq_ignore_ascii_case(session.profile);
    if let (None, false, Some(twin)) =
        (there, overwrite.others, file.sections.iter().find(|section| is_twin(section.name)))
    {
        let what = format!("would differ from {} by case only", printable(twin.name));
        return refused(&what, "give another --name, or --overwrite to have both");
    }
    let Some(there) = there else { return Ok(()) };
    if is_long_term(there) && !overwrite.long_term {
        return refused("holds long-term keys", "give another --name, or --overwrite-long-term to lose them");
    }
    if overwrite.others {
        return Ok(());
    }
    let hint = "give another --name, or --overwrite";
    if let Some(way) = OTHER_WAYS.iter().find(|way| there.value(way).is_some()) {
        return refused(&format!("gets its credentials by {way}"), hint);
    }
    match (
        there.value("x_principal_arn").as_deref().and_then(arn::assumed_role),
        session.arn.and_then(arn::assumed_role),
    ) {
        (Some(old), Some(new)) if old != new => {
            refused(&format!("is that of {old}, and these are credentials of {new}"), hint)
        }
        (Some(old), None) => {
            refused(&format!("is that of {old}, and these credentials do not tell their role"), hint)
        }
        _ => Ok(()),
    }
}

/// Keys that do not expire, and that nobody gives us again: by their id, and by the token that they do not need.
fn is_long_term(section: &Section<'_>) -> bool {
    let value = |key: &str| section.value(key).filter(|value| !value.is_empty());
    let (id, secret) = (value("aws_access_key_id"), value("aws_secret_access_key"));
    let has_token = value("aws_session_token").or_else(|| value("aws_security_token")).is_some();
    id.as_deref().is_some_and(|id| id.starts_with("AKIA")) || (id.or(secret).is_some() && !has_token)
}
