//! ARNs of IAM roles and SAML providers: what an assertion offers, two by two, and what `--role` asks for.
//!
//! Typed, because the two halves of a pair look alike and come in either order: a role sent as a provider is refused by
//! STS with "Request ARN is invalid", which tells nobody what was wrong.

mod partition;
mod pattern;
#[cfg(test)]
mod tests;

use std::fmt;

pub use partition::Partition;
pub use pattern::{RolePattern, nearest};

/// The longest ARN that STS takes, in characters.
pub const LIMIT: usize = 2048;

/// A kind of ARN of IAM: its text, which `$rule` has allowed for what stands behind `$kind`.
macro_rules! arn {
    ($(#[$about:meta])* $name:ident, $kind:literal, $rule:ident) => {
        $(#[$about])*
        #[derive(Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
        pub struct $name(String);

        impl $name {
            /// `None` unless the whole text is such an ARN, by IAM's own rules for accounts, paths and names.
            pub fn parse(text: &str) -> Option<$name> {
                let (_, _, resource) = split(text)?;
                resource.strip_prefix($kind).filter(|name| $rule(name)).map(|_| $name(text.to_owned()))
            }

            /// The ARN as it came.
            pub fn as_str(&self) -> &str {
                &self.0
            }

            /// The twelve digits of the account.
            pub fn account_id(&self) -> &str {
                split(&self.0).map_or("", |(_, account, _)| account)
            }

            /// The partition, which settles where its STS is.
            pub fn partition(&self) -> Partition {
                Partition::of(split(&self.0).map_or("aws", |(partition, _, _)| partition))
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(&self.0)
            }
        }

        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(&self.0)
            }
        }
    };
}

arn! {
    /// The ARN of an IAM role, `arn:PARTITION:iam::ACCOUNT:role/PATH/NAME`.
    RoleArn, "role/", is_path_and_name
}
arn! {
    /// The ARN of an IAM SAML provider, `arn:PARTITION:iam::ACCOUNT:saml-provider/NAME`.
    PrincipalArn, "saml-provider/", is_provider_name
}

impl RoleArn {
    /// The path without its outer slashes, a slash, and the name; the name alone where the path is `/`.
    pub fn path_and_name(&self) -> &str {
        self.0.split_once(":role/").map_or("", |(_, resource)| resource)
    }

    /// The name: what follows the last slash.
    pub fn name(&self) -> &str {
        self.0.rsplit('/').next().unwrap_or_default()
    }
}

fn is_path_and_name(text: &str) -> bool {
    let (path, name) = text.rsplit_once('/').unwrap_or(("", text));
    path.len() <= 510 && path.bytes().all(|b| b.is_ascii_graphic()) && is_name(name, 64, b"_+=,.@-")
}

fn is_provider_name(text: &str) -> bool {
    is_name(text, 128, b"_.-")
}

fn is_name(text: &str, longest: usize, besides: &[u8]) -> bool {
    (1..=longest).contains(&text.len())
        && text.bytes().all(|b| b.is_ascii_alphanumeric() || besides.contains(&b))
}

/// The role and the provider of one value of the assertion's `Role` attribute, in either order, blanks around and
/// between them dropped (those of ASCII: a no-break space is a part of the ARN to AWS, and makes it none).
///
/// The value is cut at a comma before `arn:`, not at each comma, since the names of roles may contain commas. A
/// provider's name holds none, so at most one cut fits, even where a role's path (anything printable) has `,arn:` in it.
pub fn parse_pair(value: &str) -> Option<(RoleArn, PrincipalArn)> {
    let value = value.trim_ascii();
    if value.len() > 2 * LIMIT + 256 {
        return None;
    }
    value.match_indices(',').find_map(|(at, _)| {
        let right = value.get(at + 1..)?.trim_ascii_start();
        let left = right.starts_with("arn:").then(|| value.get(..at))??.trim_ascii_end();
        let (role, principal) = if is_role(left) { (left, right) } else { (right, left) };
        Some((RoleArn::parse(role)?, PrincipalArn::parse(principal)?))
    })
}

/// `ACCOUNT/NAME` of the role in the ARN of its session, `arn:PARTITION:sts::ACCOUNT:assumed-role/NAME/SESSION`. There is no path in it.
pub fn assumed_role(text: &str) -> Option<String> {
    let (head, resource) = text.split_once(":assumed-role/")?;
    let (name, _) = resource.split_once('/')?;
    let role = RoleArn::parse(&format!("{}:role/{name}", head.replacen(":sts:", ":iam:", 1)))?;
    Some(format!("{}/{name}", role.account_id()))
}

fn is_role(text: &str) -> bool {
    text.splitn(6, ':').nth(5).is_some_and(|resource| resource.starts_with("role/"))
}

/// Partition, account and resource of an ARN of IAM.
fn split(text: &str) -> Option<(&str, &str, &str)> {
    if text.len() > LIMIT {
        return None;
    }
    let mut parts = text.strip_prefix("arn:")?.splitn(5, ':');
    let (partition, service, region) = (parts.next()?, parts.next()?, parts.next()?);
    let (account, resource) = (parts.next()?, parts.next()?);
    let is_iam = Partition::is_name(partition) && service == "iam" && region.is_empty();
    let is_account = account.len() == 12 && account.bytes().all(|b| b.is_ascii_digit());
    (is_iam && is_account).then_some((partition, account, resource))
}
