//! AssumeRole: a further role with the keys of a role or of a user.
//!
//! From STS's API reference and the IAM guide ("Role chaining", "Session tags", "Monitor and control actions taken with assumed roles"). The texts
//! of AccessDenied and of the two durations are those that people report; that of a transitive tag that is set again is recalled.

use super::assume::throttled;
use super::identity::caller;
use super::issue::issue;
use super::request::{Parameters, duration, length, limits, policies, resource, sized, validation};
use super::{Refusal, escaped};
use crate::clock::SECOND;
use crate::exchange::Asked;
use crate::server::Shared;
use crate::state::{IssuedKey, RoleSession};
use crate::users::{Further, further};

/// The longest session that a session of a role can begin: an hour.
const CHAINED: i64 = 3600;

/// The result's members, as XML.
pub(super) fn assume_role(
    shared: &Shared,
    asked: &Asked,
    parameters: &Parameters,
) -> Result<String, Refusal> {
    let caller = caller(shared, asked, "sts")?;
    let mut errors = Vec::new();
    let arn = sized(parameters, "RoleArn", "roleArn", 20, 2048, &mut errors);
    let name = sized(parameters, "RoleSessionName", "roleSessionName", 2, 64, &mut errors);
    pattern("roleSessionName", name, "_+=,.@-", "[\\w+=,.@-]*", &mut errors);
    let external_id = parameters.get("ExternalId");
    if let Some(text) = external_id {
        length("externalId", text, 2, 1224, &mut errors);
        pattern("externalId", text, "_+=,.@:/-", "[\\w+=,.@:\\/-]*", &mut errors);
    }
    let source_identity = parameters.get("SourceIdentity");
    if let Some(text) = source_identity {
        length("sourceIdentity", text, 2, 64, &mut errors);
        pattern("sourceIdentity", text, "_+=,.@-", "[\\w+=,.@-]*", &mut errors);
    }
    let tags = tags(parameters, &mut errors);
    let duration = duration(parameters, &mut errors)?;
    limits(parameters, errors)?;
    if resource(arn, "role/").is_none() {
        return Err(validation(format!("{arn} is invalid")));
    }
    let packed = policies(parameters)?;
    if throttled(shared, arn) {
        return Err(Refusal::new(400, "Throttling", "Rate exceeded"));
    }
    let before = caller.session.clone().unwrap_or_default();
    let denied = |action: &str| {
        let message =
            format!("User: {} is not authorized to perform: sts:{action} on resource: {arn}", caller.arn);
        Refusal::new(403, "AccessDenied", message)
    };
    let role =
        further(arn).filter(|role| trusts(role, &caller, external_id)).ok_or_else(|| denied("AssumeRole"))?;
    let inherited = |key: &str| before.transitive.iter().any(|(other, _)| other.eq_ignore_ascii_case(key));
    if tags.iter().any(|(key, _)| inherited(key)) {
        let message = "One of the specified transitive tag keys can't be set because it conflicts with a transitive tag key from the calling session.";
        return Err(validation(message));
    }
    let tagged = !tags.is_empty() || !before.transitive.is_empty();
    if tagged && !role.marks {
        return Err(denied("TagSession"));
    }
    // A source identity that is there stays, and is set again in each session.
    let changes =
        source_identity.is_some_and(|new| before.source_identity.as_ref().is_some_and(|old| old != new));
    let source_identity = before.source_identity.or(source_identity.cloned());
    if changes || (!role.marks && source_identity.is_some()) {
        return Err(denied("SetSourceIdentity"));
    }
    if caller.session.is_some() && duration > CHAINED {
        return Err(validation(
            "The requested DurationSeconds exceeds the 1 hour session limit for roles assumed by role chaining.",
        ));
    }
    if duration > i64::from(role.max_session) {
        return Err(validation(
            "The requested DurationSeconds exceeds the MaxSessionDuration set for this role.",
        ));
    }
    let kept: Vec<&String> = members(parameters, "TransitiveTagKeys", "");
    let mut transitive = before.transitive;
    transitive.extend(tags.iter().filter(|(key, _)| kept.contains(&key)).cloned());
    let mut rest = String::new();
    if packed > 0 || !tags.is_empty() {
        rest.push_str(&format!("<PackedPolicySize>{packed}</PackedPolicySize>"));
    }
    if let Some(identity) = &source_identity {
        rest.push_str(&format!("<SourceIdentity>{}</SourceIdentity>", escaped(identity)));
    }
    let chained = caller.session.is_some();
    let session = RoleSession { role: role.arn.to_owned(), chained, transitive, source_identity };
    let expires = shared.clock.now() + duration * SECOND;
    Ok(format!("{}{rest}", issue(shared, name, expires, session)))
}

/// Whether the trust policy lets the caller in.
fn trusts(role: &Further, caller: &IssuedKey, external_id: Option<&String>) -> bool {
    let is_role = caller.session.as_ref().is_some_and(|session| session.role == role.trusts);
    let partition = caller.arn.split(':').nth(1).unwrap_or_default();
    let is_account = role.trusts == format!("arn:{partition}:iam::{}:root", caller.account);
    let wanted = role.external_id;
    (is_role || is_account) && wanted.is_none_or(|wanted| external_id.is_some_and(|given| given == wanted))
}

/// The session tags, in their order.
fn tags(parameters: &Parameters, errors: &mut Vec<String>) -> Vec<(String, String)> {
    let (keys, values) = (members(parameters, "Tags", ".Key"), members(parameters, "Tags", ".Value"));
    if keys.len() > 50 {
        errors.push(
            "Value at 'tags' failed to satisfy constraint: Member must have length less than or equal to 50"
                .to_owned(),
        );
    }
    for (number, key) in keys.iter().enumerate() {
        let member = format!("tags.{}.member.key", number + 1);
        length(&member, key, 1, 128, errors);
        pattern(&member, key, "_.:/=+-@ ", "[\\p{L}\\p{Z}\\p{N}_.:/=+\\-@]+", errors);
        if keys.iter().take(number).any(|other| other.eq_ignore_ascii_case(key)) {
            errors.push(format!("Duplicate tag keys found: '{key}'. Tag keys are case insensitive"));
        }
    }
    keys.into_iter().cloned().zip(values.into_iter().cloned()).collect()
}

/// `NAME.member.1TAIL`, `NAME.member.2TAIL`, ...
fn members<'a>(parameters: &'a Parameters, name: &str, tail: &str) -> Vec<&'a String> {
    (1..=100).map_while(|number| parameters.get(&format!("{name}.member.{number}{tail}"))).collect()
}

fn pattern(member: &str, value: &str, besides: &str, regex: &str, errors: &mut Vec<String>) {
    if !value.chars().all(|letter| letter.is_alphanumeric() || besides.contains(letter)) {
        errors.push(format!(
            "Value '{value}' at '{member}' failed to satisfy constraint: Member must satisfy regular expression pattern: {regex}"
        ));
    }
}
