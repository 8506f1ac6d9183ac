//! `assume`: an assertion to temporary credentials, by STS AssumeRoleWithSAML.

use super::aliases::Aliases;
use super::role::{self, DEFAULT_DURATION};
use super::{Output, Shape, checked, input_lines, misplaced, profile, still_read};
use crate::arn::{PrincipalArn, RoleArn};
use crate::assertion::Role;
use crate::cli::{Assume, PolicyArgs};
use crate::context::Context;
use crate::document::Document;
use crate::error::{Error, Kind, printable};
use crate::sts::{self, AssumeRequest};
use futures_util::stream::{self, StreamExt};
use serde_json::Value;

/// So many roles are assumed side by side. STS lets an account have 600 requests a second; this is about our own sockets.
const SIDE_BY_SIDE: usize = 8;

/// Assumes the role that is settled; of many documents, one a line, each its own, side by side. STS takes an assertion for 5 minutes after
/// it was issued, and as often as one likes.
///
/// # Errors
/// `role_ambiguous`, `no_role`; what STS refuses: `assertion_expired`, `role_denied`, `duration_too_long`, ...
pub async fn run(arguments: &Assume, context: &Context<'_>) -> Result<Output, Error> {
    let mut documents = input_lines(context)?;
    if documents.len() > 1 {
        let each = documents.into_iter().map(|document| one(arguments, context, document));
        return Ok(Output::Lines(stream::iter(each).buffered(SIDE_BY_SIDE).collect().await));
    }
    let document = documents.pop().ok_or_else(super::no_document)?;
    one(arguments, context, document).await.map(Output::Document)
}

async fn one(arguments: &Assume, context: &Context<'_>, document: Document) -> Result<Document, Error> {
    let document = checked(document)?;
    let mut carry = document.carry()?;
    if Shape::of(&document) != Shape::Assertion {
        return Err(misplaced(&document));
    }
    let assertion = document
        .secret("SAMLAssertion")
        .ok_or_else(|| unfit("SAMLAssertion", "is not a string that holds base64"))?;
    let profile = context.profile(&mut carry)?;
    let arguments = &profile::assume(arguments, &profile, &document);
    let role = settle(arguments, context, &document)?;
    let duration = duration(arguments, &document)?;
    let settings = super::aws(context, &arguments.region, &carry, &profile).await?;
    let region = settings.region_for(Some(&role.role.partition()))?;
    if let Some(warning) = &region.warning {
        (context.warn)(warning);
    }
    let mut request = AssumeRequest {
        role_arn: role.role,
        principal_arn: role.principal,
        assertion,
        duration: Some(duration),
        policy: policy(&arguments.policy, &document)?,
        policy_arns: policy_arns(&arguments.policy, &document)?,
    };
    still_read(context)?;
    let answer = match sts::assume_role_with_saml(context.http.connector(), &settings, &request).await {
        Err(error) if may_step_down(&error, arguments, duration) => {
            (context.warn)(&format!(
                "the role forbids sessions of {duration} s; asking for {DEFAULT_DURATION} s"
            ));
            request.duration = Some(DEFAULT_DURATION);
            sts::assume_role_with_saml(context.http.connector(), &settings, &request).await?
        }
        result => result?,
    };
    carry.set_cookies(std::iter::empty());
    if settings.region() == Some(region.name.as_str()) {
        carry.set("region", &region.name);
    }
    Ok(carry.beside(answer))
}

/// One step down, to what every role allows: AWS does not say what the role's own limit is.
fn may_step_down(error: &Error, arguments: &Assume, duration: u32) -> bool {
    error.kind() == Some(Kind::DurationTooLong) && !arguments.strict_duration && duration > DEFAULT_DURATION
}

/// The role: by `--role` and `--principal` whole, or of those that the document offers; else the one that it has settled.
fn settle(arguments: &Assume, context: &Context<'_>, document: &Document) -> Result<Role, Error> {
    let settled = match (document.text("RoleArn"), document.text("PrincipalArn")) {
        (Some(role), Some(principal)) => Some(read(role, principal)?),
        _ => None,
    };
    let offered = match document.members().get("Roles").and_then(Value::as_array) {
        Some(roles) => roles.iter().map(offer).collect::<Result<Vec<_>, _>>()?,
        None => settled.iter().cloned().collect(),
    };
    let aliases = Aliases::of_person(context)?.with_those_of(document);
    let flags = !arguments.role.role.is_empty() || arguments.role.principal.is_some();
    match (settled, flags) {
        (Some(settled), false) => Ok(settled),
        (_, false) if offered.is_empty() => Err(role::narrow(&arguments.role, &offered, &aliases)
            .err()
            .unwrap_or_else(|| misplaced(document))),
        (_, false) => role::settle(context, offered, &aliases),
        (_, true) => match role::both_given(&arguments.role)? {
            // Named whole, a role is asked for even where the document does not list it: AWS decides.
            Some(given) => Ok(given),
            None => role::settle(context, role::narrow(&arguments.role, &offered, &aliases)?, &aliases),
        },
    }
}

fn offer(value: &Value) -> Result<Role, Error> {
    let text = |name: &str| value.get(name).and_then(Value::as_str).unwrap_or_default();
    read(text("RoleArn"), text("PrincipalArn"))
}

fn read(role: &str, principal: &str) -> Result<Role, Error> {
    match (RoleArn::parse(role), PrincipalArn::parse(principal)) {
        (Some(role), Some(principal)) => Ok(Role { role, principal }),
        _ => Err(super::wrong_document(
            &format!(
                "RoleArn '{}' and PrincipalArn '{}' are not the ARNs of a role and a SAML provider",
                printable(role),
                printable(principal)
            ),
            "check their order: the role's ARN has :role/ in it, the provider's :saml-provider/",
        )),
    }
}

fn duration(arguments: &Assume, document: &Document) -> Result<u32, Error> {
    let number = |name: &str| match document.members().get(name) {
        None | Some(Value::Null) => Ok(None),
        Some(value) => match value.as_u64().and_then(|number| u32::try_from(number).ok()) {
            Some(number) => Ok(Some(number)),
            None => Err(unfit(name, "is not a number of seconds")),
        },
    };
    match &arguments.role.duration {
        Some(text) => role::duration(text, number("SessionDuration")?),
        None => Ok(number("DurationSeconds")?.unwrap_or(DEFAULT_DURATION)),
    }
}

/// A member that cannot be meant. One that limits the credentials must never be passed over: they would allow more than was asked for.
fn unfit(name: &str, what: &str) -> Error {
    super::wrong_document(
        &format!("the document's {name} {what}"),
        "see aws sts assume-role-with-saml help, under --cli-input-json",
    )
}

fn policy(flags: &PolicyArgs, document: &Document) -> Result<Option<String>, Error> {
    let carried = match document.members().get("Policy") {
        None | Some(Value::Null) => None,
        Some(Value::String(text)) => Some(text.as_str()),
        Some(_) => return Err(unfit("Policy", "is not a string that holds JSON")),
    };
    let Some(text) = flags.policy.as_deref().or(carried) else { return Ok(None) };
    let Some(path) = text.strip_prefix("file://").filter(|_| flags.policy.is_some()) else {
        return Ok(Some(text.to_owned()));
    };
    std::fs::read_to_string(path).map(|policy| Some(policy.trim_end().to_owned())).map_err(|error| {
        Error::new(
            Kind::Io,
            format!("the policy {} cannot be read: {error}", printable(path)),
            "check --policy",
        )
    })
}

/// `--policy-arn`, else the AWS CLI's `PolicyArns`: `[{"arn": …}]`.
fn policy_arns(flags: &PolicyArgs, document: &Document) -> Result<Vec<String>, Error> {
    if !flags.policy_arn.is_empty() {
        return Ok(flags.policy_arn.clone());
    }
    let items = match document.members().get("PolicyArns") {
        None | Some(Value::Null) => return Ok(Vec::new()),
        Some(value) => value.as_array(),
    };
    let arn = |item: &Value| item.get("arn").and_then(Value::as_str).map(str::to_owned);
    items
        .and_then(|items| items.iter().map(arn).collect::<Option<_>>())
        .ok_or_else(|| unfit("PolicyArns", "is not a list of {arn: ...}"))
}
