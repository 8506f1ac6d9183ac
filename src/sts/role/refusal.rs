//! What a refused AssumeRole means for somebody who goes on from one role to the next.
//!
//! What STS says about the credentials, the region and its own state is told as for every call. These rows are about the role: they take the place of
//! what a call that STS refuses for another reason would be called.

use super::RoleRequest;
use crate::error::{Error, Failure, Kind, printable};
use serde_json::Value;

/// The refusal, told as one of this role.
pub(super) fn of_role(error: Error, request: &RoleRequest) -> Error {
    let Error::Failed(failure) = error else { return error };
    let said = |name: &str| {
        let member = failure.body.get("Error").and_then(|error| error.get(name));
        member.and_then(Value::as_str).unwrap_or_default().to_owned()
    };
    let (code, message) = (said("Code"), said("Message"));
    // Of all other kinds it is the credentials, the region or STS itself that is at fault.
    let is_of_the_call = matches!(failure.kind, Kind::RoleDenied | Kind::Protocol);
    if code.is_empty() || !is_of_the_call {
        return Error::Failed(failure);
    }
    let (kind, what, hint) = row(&failure, &code, &message.to_ascii_lowercase(), request);
    let words = printable(&format!("{code} {message}"));
    Error::new(kind, format!("{what} ({words})"), hint).with_body(failure.body)
}

fn row(failure: &Failure, code: &str, message: &str, request: &RoleRequest) -> (Kind, String, &'static str) {
    let role = printable(request.role_arn.as_str());
    let says = |words: &str| message.contains(words);
    match code {
        "AccessDenied" | "AccessDeniedException" if says("sts:tagsession") => (
            Kind::RoleDenied,
            format!("session tags are not allowed on {role}"),
            "have sts:TagSession allowed in its trust policy and to these credentials; tags that an earlier session made transitive count too",
        ),
        "AccessDenied" | "AccessDeniedException" if says("sts:setsourceidentity") => (
            Kind::RoleDenied,
            format!("a source identity is not allowed on {role}"),
            "have sts:SetSourceIdentity allowed in its trust policy and to these credentials; one that an earlier session has stays, and cannot be changed",
        ),
        "AccessDenied" | "AccessDeniedException" => (
            Kind::RoleDenied,
            format!("AWS does not let these credentials assume {role}"),
            "check that the role exists (case counts), that its trust policy names this caller, and the external id if it wants one, and that the caller may use sts:AssumeRole on it",
        ),
        "ValidationError" if says("role chaining") => (
            Kind::DurationTooLong,
            "credentials of a role give those of the next for 1 hour at most".to_owned(),
            "ask for 3600 or less with --duration",
        ),
        "ValidationError" if says("maxsessionduration") => (
            Kind::DurationTooLong,
            format!("{role} does not allow sessions of that length"),
            "ask for less with --duration; 3600 is always allowed",
        ),
        "ValidationError" if says("tag") => (
            Kind::Config,
            "AWS does not take the session tags".to_owned(),
            "check --tag and --transitive-tag: 50 tags, keys of 128 and values of 256 letters, digits and _.:/=+-@, and no key that an earlier session made transitive",
        ),
        "ValidationError" => (
            Kind::Config,
            "AWS does not take the request".to_owned(),
            "check role, session name, external id, source identity and session policies",
        ),
        "MalformedPolicyDocument" => {
            (Kind::Config, "the session policy is malformed".to_owned(), "correct the session policy")
        }
        "PackedPolicyTooLarge" => (
            Kind::Config,
            "session policies and tags are too large together".to_owned(),
            "shorten the session policy, or give fewer tags",
        ),
        _ if failure.kind == Kind::RoleDenied => {
            (Kind::RoleDenied, format!("AWS refuses {role}"), "ask the AWS administrator")
        }
        _ => (
            Kind::Protocol,
            "STS failed to give the role".to_owned(),
            "look its error code up in the AWS STS reference",
        ),
    }
}
