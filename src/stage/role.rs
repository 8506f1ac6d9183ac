//! Which role: what `--role` and `--principal` leave of those that an assertion offers, and a pick on the terminal.

use super::aliases::Aliases;
use crate::arn::{PrincipalArn, RoleArn, RolePattern, nearest};
use crate::assertion::Role;
use crate::cli::RoleArgs;
use crate::context::Context;
use crate::duration;
use crate::error::{Error, Kind, printable};
use crate::terminal::Choice;
use std::collections::BTreeMap;

/// The roles that the flags leave, in the order in which they are offered.
///
/// # Errors
/// `usage` for a flag that is no pattern or ARN, `no_role` with the nearest names when nothing is left.
pub(super) fn narrow(arguments: &RoleArgs, offered: &[Role], aliases: &Aliases) -> Result<Vec<Role>, Error> {
    let patterns = arguments
        .role
        .iter()
        .map(|text| {
            RolePattern::parse(text).ok_or_else(|| unusable("--role", text, "an ARN, NAME or ACCOUNT/NAME"))
        })
        .collect::<Result<Vec<_>, _>>()?;
    let principal = principal(arguments)?;
    let is_meant =
        |pattern: &RolePattern, role: &RoleArn| pattern.matches(role) || aliases.means(pattern, role);
    let wanted = |role: &&Role| {
        (patterns.is_empty() || patterns.iter().any(|pattern| is_meant(pattern, &role.role)))
            && principal.as_ref().is_none_or(|principal| *principal == role.principal)
    };
    let left: Vec<Role> = offered.iter().filter(wanted).cloned().collect();
    if left.is_empty() { Err(no_role(&patterns, offered)) } else { Ok(left) }
}

/// The one role that is meant: the only one left, or the one that is picked on the terminal.
///
/// # Errors
/// `role_ambiguous` when nobody can pick.
pub(super) fn settle(context: &Context<'_>, left: Vec<Role>, aliases: &Aliases) -> Result<Role, Error> {
    let choices = choices(&left, aliases);
    let index = match left.len() {
        1 => 0,
        _ if context.terminal.can_ask() => context.terminal.choose("Which role?", &choices, HINT)?,
        _ => {
            let shown =
                choices.iter().take(5).map(|choice| choice.name.as_str()).collect::<Vec<_>>().join(", ");
            let more = if choices.len() > 5 { ", ..." } else { "" };
            return Err(Error::new(
                Kind::RoleAmbiguous,
                format!("{} roles are offered: {shown}{more}", choices.len()),
                HINT,
            ));
        }
    };
    left.into_iter().nth(index).ok_or_else(|| Error::new(Kind::RoleAmbiguous, "no role was picked", HINT))
}

/// The roles by account and name, and by provider where that alone tells two apart.
fn choices(roles: &[Role], aliases: &Aliases) -> Vec<Choice> {
    let mut offers = BTreeMap::new();
    roles.iter().for_each(|role| *offers.entry(role.role.as_str()).or_insert(0) += 1);
    let many: Vec<bool> = roles.iter().map(|role| offers.get(role.role.as_str()) > Some(&1)).collect();
    let with_providers = many.contains(&true);
    let alias = |role: &Role| aliases.of(role.role.account_id()).map(|(alias, _)| alias.to_owned());
    let with_aliases = roles.iter().any(|role| alias(role).is_some());
    let choice = |(role, is_many): (&Role, &bool)| {
        let provider = role.principal.as_str().rsplit('/').next().unwrap_or_default().to_owned();
        let name = handle(&role.role);
        let name = if *is_many { format!("{name} ({provider})") } else { name };
        let mut columns = vec![role.role.account_id().to_owned(), role.role.path_and_name().to_owned()];
        columns.extend(with_aliases.then(|| alias(role).unwrap_or_default()));
        columns.extend(with_providers.then_some(provider));
        Choice { name, columns }
    };
    roles.iter().zip(&many).map(choice).collect()
}

const HINT: &str =
    "choose one with --role ARN, NAME or ACCOUNT/NAME (and --principal); login and saml-roles have --first";

/// The role and provider of `--role ARN --principal ARN`, for an assertion that cannot be read.
pub(super) fn both_given(arguments: &RoleArgs) -> Result<Option<Role>, Error> {
    let Some(principal) = principal(arguments)? else { return Ok(None) };
    match arguments.role.as_slice() {
        [text] => Ok(RoleArn::parse(text).map(|role| Role { role, principal })),
        _ => Ok(None),
    }
}

fn principal(arguments: &RoleArgs) -> Result<Option<PrincipalArn>, Error> {
    let parse = |text: &String| {
        PrincipalArn::parse(text).ok_or_else(|| unusable("--principal", text, "the ARN of a SAML provider"))
    };
    arguments.principal.as_ref().map(parse).transpose()
}

fn unusable(flag: &str, text: &str, wanted: &str) -> Error {
    Error::new(Kind::Usage, format!("{flag} '{}' is not usable", printable(text)), format!("give {wanted}"))
}

fn no_role(patterns: &[RolePattern], offered: &[Role]) -> Error {
    if offered.is_empty() {
        return Error::new(
            Kind::NoRole,
            "the assertion offers no role",
            "ask an Okta administrator to give you a role in the AWS app",
        );
    }
    let wanted = patterns.first().map(RolePattern::as_str).unwrap_or_default();
    // Only the name is held against names: an account or a path in front would outweigh any typing error in it.
    let name = wanted.rsplit('/').next().unwrap_or(wanted);
    let names: Vec<&str> = offered.iter().map(|role| role.role.name()).collect();
    let near: Vec<String> = nearest(name, &names)
        .iter()
        .flat_map(|near| offered.iter().filter(move |role| role.role.name() == near))
        .map(|role| handle(&role.role))
        .take(3)
        .collect();
    let hint = match (near.as_slice(), offered) {
        ([], [only]) => format!("only {} is offered here (--first leaves but one)", handle(&only.role)),
        ([], [first, second, ..]) => {
            format!(
                "offered are {}, {} and others; oktapipe roles lists them all",
                handle(&first.role),
                handle(&second.role)
            )
        }
        _ => format!("the nearest are {}", near.join(", ")),
    };
    Error::new(
        Kind::NoRole,
        format!("none of the {} roles offered fits '{}'", offered.len(), printable(wanted)),
        hint,
    )
}

/// `ACCOUNT/NAME`, as people type it.
fn handle(role: &RoleArn) -> String {
    format!("{}/{}", role.account_id(), role.path_and_name())
}

/// What every role allows, and the default of AWS and of the published recipe.
pub(super) const DEFAULT_DURATION: u32 = duration::DEFAULT;

/// `--duration` in seconds.
///
/// # Errors
/// `usage` for what [`duration::parse`] does not take.
pub(super) fn duration(text: &str, assertion: Option<u32>) -> Result<u32, Error> {
    duration::parse(text, assertion).ok_or_else(|| unusable("--duration", text, duration::EXPECTED))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_duration_is_seconds_or_has_a_unit() {
        for (text, seconds) in [
            ("3600", 3600),
            ("900s", 900),
            ("30m", 1800),
            ("12h", 43_200),
            ("max", 43_200),
            ("assertion", 7200),
        ] {
            assert_eq!(duration(text, Some(7200)).unwrap(), seconds, "{text}");
        }
        for text in ["", "899", "43201", "1d", "h", "-3600", "1.5h", "99999999h", "min"] {
            assert_eq!(duration(text, None).unwrap_err().kind(), Some(Kind::Usage), "{text}");
        }
        assert_eq!(duration("assertion", None).unwrap(), DEFAULT_DURATION);
    }
}
