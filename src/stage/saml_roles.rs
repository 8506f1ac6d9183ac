//! `saml-roles`: what an assertion offers, and the role that is meant. Offline; the signature is AWS's to verify, not ours.

use super::aliases::{self, Aliases};
use super::role::{self, DEFAULT_DURATION};
use super::{Output, Shape, input, misplaced, profile};
use crate::assertion::{self, Assertion, Encoded, Role, Time};
use crate::cli::SamlRoles;
use crate::context::Context;
use crate::document::{Carry, Document, Input};
use crate::error::{Error, Kind};
use crate::page::{self, Page};
use crate::store;
use crate::time;
use serde_json::{Map, Value, json};

/// Lists the roles of a form, a page, base64 or XML. Text that is no form at all is refused here; that it is no
/// assertion is told by the parser.
///
/// # Errors
/// `no_role`, `role_ambiguous`; `protocol` for an assertion that cannot be read; `wrong_document`.
pub fn run(arguments: &SamlRoles, context: &Context<'_>) -> Result<Output, Error> {
    let read = Read::new(context)?;
    let aliases = Aliases::of_person(context)?;
    list(arguments, context, read, &aliases)
}

/// As [`run`], with names of accounts: those that AWS said lately, or, if one is missing, says now. This is online.
///
/// # Errors
/// As [`run`]; that no names could be had is a warning.
pub async fn with_aliases(arguments: &SamlRoles, context: &Context<'_>) -> Result<Output, Error> {
    let mut read = Read::new(context)?;
    // Its timeout and certificates hold for what is asked now.
    context.profile(&mut read.carry)?;
    let aliases = aliases::looked_up(context, &read.encoded, &read.assertion).await?;
    list(arguments, context, read, &aliases)
}

/// The input, read.
struct Read {
    encoded: Encoded,
    carry: Carry,
    assertion: Assertion,
}

impl Read {
    fn new(context: &Context<'_>) -> Result<Read, Error> {
        let (encoded, carry) = encoded(context)?;
        let assertion = assertion::parse(encoded.xml())?;
        warn(context, &encoded, &assertion);
        Ok(Read { encoded, carry, assertion })
    }
}

fn list(
    arguments: &SamlRoles,
    context: &Context<'_>,
    read: Read,
    aliases: &Aliases,
) -> Result<Output, Error> {
    let Read { encoded, mut carry, assertion } = read;
    let profile = context.profile(&mut carry)?;
    let arguments = &SamlRoles {
        role: profile::role(&arguments.role, &profile),
        first: arguments.first || (!arguments.each && profile.switch("first")),
        ..arguments.clone()
    };
    if arguments.remember || profile.switch("remember") {
        remember(context, &assertion.roles);
    }
    carry.set_cookies(std::iter::empty());
    let given = role::both_given(&arguments.role)?;
    let (listed, settled) = match given.filter(|_| assertion.encrypted) {
        Some(unseen) => (vec![unseen.clone()], Some(unseen)),
        None if assertion.encrypted => {
            return Err(Error::new(
                Kind::NoRole,
                "the assertion is encrypted, so its roles cannot be read",
                "name both: --role ARN --principal ARN",
            ));
        }
        None => choose(arguments, context, &assertion.roles, aliases)?,
    };
    let shown = if arguments.aliases { aliases } else { &Aliases::default() };
    let duration = match &arguments.role.duration {
        Some(text) => role::duration(text, assertion.session_duration)?,
        None => DEFAULT_DURATION,
    };
    if arguments.each {
        let each = listed.into_iter().map(|role| {
            let settled = (role.clone(), duration);
            Ok(if arguments.skeleton {
                skeleton(&encoded, &settled)
            } else {
                carry.beside(members(
                    &encoded,
                    &assertion,
                    std::slice::from_ref(&role),
                    Some(&settled),
                    shown,
                ))
            })
        });
        return Ok(Output::Lines(each.collect()));
    }
    let settle = settled.map(|role| (role, duration));
    if arguments.skeleton {
        // `choose` settles one for a skeleton, or fails.
        let role = settle.ok_or_else(|| {
            Error::new(Kind::RoleAmbiguous, "no role is settled", "choose one with --role or --first")
        })?;
        return Ok(Output::Document(skeleton(&encoded, &role)));
    }
    let mut members = members(&encoded, &assertion, &listed, settle.as_ref(), shown);
    if arguments.role.duration.is_some() {
        // Also where no role is settled yet: assume takes it then.
        members.insert("DurationSeconds".to_owned(), duration.into());
    }
    Ok(Output::Document(carry.beside(members)))
}

/// The roles to list, and the one that is settled: the only one, or by flag.
fn choose(
    arguments: &SamlRoles,
    context: &Context<'_>,
    offered: &[Role],
    aliases: &Aliases,
) -> Result<(Vec<Role>, Option<Role>), Error> {
    let left = role::narrow(&arguments.role, offered, aliases)?;
    if arguments.each {
        return Ok((left, None));
    }
    let chosen = !arguments.role.role.is_empty() || arguments.role.principal.is_some() || arguments.skeleton;
    match left.as_slice() {
        [only] => Ok((vec![only.clone()], Some(only.clone()))),
        [first, ..] if arguments.first => Ok((vec![first.clone()], Some(first.clone()))),
        _ if chosen => role::settle(context, left, aliases).map(|role| (vec![role.clone()], Some(role))),
        _ => Ok((left, None)),
    }
}

fn encoded(context: &Context<'_>) -> Result<(Encoded, Carry), Error> {
    let encoded = match input(context)? {
        Input::Document(document) => {
            let Some(text) = document.text("SAMLResponse").filter(|_| Shape::of(&document) == Shape::Form)
            else {
                return Err(misplaced(&document));
            };
            return Ok((assertion::decode(text)?, document.carry()?));
        }
        Input::Markup(xml) if assertion::is_response(&xml) => Encoded::from_xml(&xml)?,
        Input::Markup(page) => match page::read(&page)? {
            Page::Form(form) => assertion::decode(form.field("SAMLResponse").unwrap_or_default())?,
            _ => {
                return Err(Error::new(
                    Kind::Protocol,
                    "the page on stdin holds no SAMLResponse",
                    "saml-fetch says what Okta shows instead",
                ));
            }
        },
        Input::Text(text) => assertion::decode(&text)?,
        Input::Nothing => return Err(super::no_document()),
    };
    Ok((encoded, Carry::default()))
}

fn warn(context: &Context<'_>, encoded: &Encoded, assertion: &Assertion) {
    for skipped in &assertion.skipped {
        (context.warn)(&format!("skipped a Role value that is not a role and a provider: '{skipped}'"));
    }
    let size = encoded.base64().len();
    if size > assertion::LIMIT / 10 * 9 {
        (context.warn)(&format!(
            "the assertion has {size} characters; AWS takes {} at most: few more roles will fit",
            assertion::LIMIT
        ));
    }
}

/// Keeps what is offered for completion, whatever is chosen of it. A convenience, so a login never fails for it.
fn remember(context: &Context<'_>, offered: &[Role]) {
    let Some(folder) = store::cache(|name| context.environment.path(name)) else {
        return (context.warn)(
            "the roles are not remembered: neither HOME nor XDG_CACHE_HOME names a folder",
        );
    };
    if let Err(error) = store::Roles::new(folder).remember(offered) {
        (context.warn)(&format!("the roles are not remembered: {error}"));
    }
}

fn skeleton(encoded: &Encoded, settled: &(Role, u32)) -> Document {
    let mut members = settled_members(&settled.0, settled.1);
    members.insert("SAMLAssertion".to_owned(), encoded.base64().into());
    members.into()
}

fn settled_members(role: &Role, duration: u32) -> Map<String, Value> {
    Map::from_iter([
        ("RoleArn".to_owned(), role.role.as_str().into()),
        ("PrincipalArn".to_owned(), role.principal.as_str().into()),
        ("DurationSeconds".to_owned(), duration.into()),
    ])
}

/// The stage's document:
///
/// ```json
/// {"SAMLAssertion": "PD94…", "Roles": [{"RoleArn", "PrincipalArn", "AccountId", "RoleName", "Partition", "AccountAlias", "AccountAliasSource"}],
///  "RoleSessionName": "ada", "SessionDuration": 3600, "SourceIdentity": …, "Subject": …, "Issuer": …, "Audience": …, "Recipient": …,
///  "Destination": …, "IssueInstant": …, "NotBefore": …, "NotOnOrAfter": "…Z", "NotOnOrAfterEpoch": 1772360157, "SessionNotOnOrAfter": …,
///  "RoleArn", "PrincipalArn", "DurationSeconds": where one role is settled}
/// ```
///
/// What the assertion does not say is absent. Account ids are strings: they may begin with 0.
fn members(
    encoded: &Encoded,
    assertion: &Assertion,
    listed: &[Role],
    settled: Option<&(Role, u32)>,
    aliases: &Aliases,
) -> Map<String, Value> {
    let roles: Vec<Value> = listed.iter().map(|role| {
        let mut listed = json!({
            "RoleArn": role.role.as_str(), "PrincipalArn": role.principal.as_str(), "AccountId": role.role.account_id(),
            "RoleName": role.role.name(), "Partition": role.role.partition().name(),
        });
        if let (Some(listed), Some((alias, source))) = (listed.as_object_mut(), aliases.of(role.role.account_id())) {
            listed.insert("AccountAlias".to_owned(), alias.into());
            listed.extend(source.map(|source| ("AccountAliasSource".to_owned(), source.name().into())));
        }
        listed
    }).collect();
    let mut members = Map::from_iter([
        ("SAMLAssertion".to_owned(), encoded.base64().into()),
        ("Roles".to_owned(), roles.into()),
    ]);
    let mut add = |name: &str, value: Option<Value>| {
        if let Some(value) = value {
            members.insert(name.to_owned(), value);
        }
    };
    let text = |value: &Option<String>| value.as_deref().map(Value::from);
    add("RoleSessionName", text(&assertion.session_name));
    add("SessionDuration", assertion.session_duration.map(Value::from));
    add("SourceIdentity", text(&assertion.source_identity));
    add("Subject", text(&assertion.subject));
    add("Issuer", text(&assertion.issuer));
    add("Audience", text(&assertion.audience));
    add("Recipient", text(&assertion.recipient));
    add("Destination", text(&assertion.destination));
    let time = |time: &Option<Time>| {
        time.as_ref().and_then(|time| time.epoch).and_then(time::format).map(Value::from)
    };
    add("IssueInstant", time(&assertion.issue_instant));
    add("NotBefore", time(&assertion.not_before));
    add("NotOnOrAfter", time(&assertion.not_on_or_after));
    let until = assertion.not_on_or_after.as_ref().and_then(|time| time.epoch);
    add("NotOnOrAfterEpoch", until.map(Value::from));
    // AWS ends the session by then, whatever duration is asked for.
    add("SessionNotOnOrAfter", time(&assertion.session_not_on_or_after));
    if let Some((role, duration)) = settled {
        members.extend(settled_members(role, *duration));
    }
    members
}
