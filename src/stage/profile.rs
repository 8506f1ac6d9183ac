//! What a profile gives of the flags that have neither a variable nor a place in the document. (The others go through `Context::setting`.)

use crate::cli::{Assume, FactorArgs, RoleArgs};
use crate::config::Profile;
use crate::context::Context;
use crate::document::Document;
use crate::error::printable;
use crate::org::Org;
use serde_json::Value;

fn text(flag: &Option<String>, profile: &Profile, key: &str) -> Option<String> {
    flag.clone().or_else(|| profile.text(key).map(str::to_owned))
}

pub(super) fn list(flag: &[String], profile: &Profile, key: &str) -> Vec<String> {
    if flag.is_empty() { profile.list(key).to_vec() } else { flag.to_vec() }
}

/// A `principal` goes with the `role` beside it: one that is named by flag may be offered through another provider.
pub(super) fn role(flags: &RoleArgs, profile: &Profile) -> RoleArgs {
    RoleArgs {
        role: list(&flags.role, profile, "role"),
        principal: match flags.role.is_empty() {
            true => text(&flags.principal, profile, "principal"),
            false => flags.principal.clone(),
        },
        duration: text(&flags.duration, profile, "duration"),
    }
}

/// What the document has settled is not the profile's to change.
pub(super) fn assume(flags: &Assume, profile: &Profile, document: &Document) -> Assume {
    let says = |name: &str| !matches!(document.members().get(name), None | Some(Value::Null));
    let mut filled = flags.clone();
    let role = role(&flags.role, profile);
    if !says("RoleArn") {
        filled.role.role = role.role;
        filled.role.principal = role.principal;
    }
    if !says("DurationSeconds") {
        filled.role.duration = role.duration;
    }
    if !says("Policy") {
        filled.policy.policy = text(&flags.policy.policy, profile, "policy");
    }
    if !says("PolicyArns") {
        filled.policy.policy_arn = list(&flags.policy.policy_arn, profile, "policy-arn");
    }
    filled.strict_duration |= profile.switch("strict-duration");
    filled
}

pub(super) fn factor_verify(
    flags: &FactorArgs,
    context: &Context<'_>,
    profile: &Profile,
    org: &Org,
) -> FactorArgs {
    let is_given = flags.passcode_fd.is_some()
        || ["MFA_CODE", "OKTA_MFA_CODE"].iter().any(|name| context.environment.secret(name).is_some());
    let command = || command(context, profile, "passcode-command", org);
    FactorArgs {
        factor: list(&flags.factor, profile, "factor"),
        provider: text(&flags.provider, profile, "provider"),
        passcode_command: flags.passcode_command.clone().or_else(|| if is_given { None } else { command() }),
        push_timeout: flags.push_timeout.or_else(|| profile.number("push-timeout")),
        ..flags.clone()
    }
}

/// The profile's command that prints a secret. What it prints belongs to the profile's org, so there is none, with a warning, where the
/// secret would go to another.
pub(super) fn command(context: &Context<'_>, profile: &Profile, key: &str, org: &Org) -> Option<String> {
    let command = profile.text(key)?;
    if is_of(profile, org) {
        return Some(command.to_owned());
    }
    (context.warn)(&format!(
        "the {key} of profile {} is not used: it is for another org than {org:?}",
        printable(profile.name())
    ));
    None
}

fn is_of(profile: &Profile, org: &Org) -> bool {
    profile.text("org").is_none_or(|text| Org::parse(text).is_ok_and(|own| own == *org))
}
