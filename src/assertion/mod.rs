//! The SAML response that Okta makes for AWS: its base64, and the roles and times in it.
//!
//! Nothing here verifies a signature. STS does, and it gets the bytes that came; what is read here serves to choose a role
//! and to explain a refusal, and nothing that we print may say "valid".

mod encoded;
#[cfg(test)]
mod laws;
mod saml;
#[cfg(test)]
mod tests;

use crate::arn::{PrincipalArn, RoleArn};
use crate::error::{Error, Kind};
use crate::xml::{self, Fault};
pub use encoded::{Encoded, TEXT_LIMIT, decode};

/// The longest assertion that STS takes, in characters of base64.
pub const LIMIT: usize = 100_000;
/// The same, in bytes of XML.
pub const XML_LIMIT: usize = LIMIT / 4 * 3;

/// What a response says, so far as a login to AWS needs it. Texts are as they came: not fit for a terminal.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Assertion {
    /// The roles on offer, in the document's order, each once.
    pub roles: Vec<Role>,
    /// Values of the Role attribute that are no pair of ARNs, fit to be shown. A login goes on without them.
    pub skipped: Vec<String>,
    /// What the session will be called, `RoleSessionName`.
    pub session_name: Option<String>,
    /// How long a console session may last, in seconds: `SessionDuration`.
    pub session_duration: Option<u32>,
    /// Whom CloudTrail will name, `SourceIdentity`.
    pub source_identity: Option<String>,
    /// Who made it: Okta's entity id for the app.
    pub issuer: Option<String>,
    /// Whom it is for, the first one named.
    pub audience: Option<String>,
    /// The sign-in address that it may be handed to, by the subject's confirmation.
    pub recipient: Option<String>,
    /// The sign-in address that the response is directed at.
    pub destination: Option<String>,
    /// The user's name, `NameID`.
    pub subject: Option<String>,
    /// From when it may be used: the latest of what confirmation and conditions say, for all of them have to hold.
    pub not_before: Option<Time>,
    /// When it ends: the earliest of what confirmation and conditions say.
    pub not_on_or_after: Option<Time>,
    /// When it was made.
    pub issue_instant: Option<Time>,
    /// When Okta wants the session to end that begins with it.
    pub session_not_on_or_after: Option<Time>,
    /// Whether it is encrypted for AWS. Then nothing of it can be read but issuer and destination, and STS takes it all the same.
    pub encrypted: bool,
}

/// A role, and the provider through which it is offered.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Role {
    /// The role.
    pub role: RoleArn,
    /// The SAML provider.
    pub principal: PrincipalArn,
}

/// A time in a response.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Time {
    /// As it came.
    pub text: String,
    /// In seconds since 1970; `None` if it is no time, or has no zone.
    pub epoch: Option<i64>,
}

/// Reads a response. Strictly: see the notes at the reader and at the walk over what it read.
pub fn parse(xml: &[u8]) -> Result<Assertion, Error> {
    saml::read(&xml::read(xml, XML_LIMIT).map_err(refused)?)
}

/// Whether a text that begins with `<` is a response and not a page: its first element has the local name `Response`,
/// whatever stands before it. Whether it is a good one, [`parse`] tells.
pub fn is_response(text: &[u8]) -> bool {
    let mut rest = text.strip_prefix(b"\xef\xbb\xbf").unwrap_or(text).trim_ascii_start();
    while let Some(tag) = rest.strip_prefix(b"<") {
        let end: &[u8] = match tag {
            [b'?', ..] => b"?>",
            [b'!', b'-', b'-', ..] => b"-->",
            [b'!', ..] => b">",
            _ => {
                let is_end = |b: &u8| b.is_ascii_whitespace() || matches!(b, b'>' | b'/');
                let name = tag.split(is_end).next().unwrap_or_default();
                return name.rsplit(|b| *b == b':').next() == Some(b"Response");
            }
        };
        let Some(at) = tag.windows(end.len()).position(|window| window == end) else { return false };
        let behind = tag.get(at + end.len()..).unwrap_or_default();
        // A DOCTYPE with declarations in it ends some `>` later; the next tag is what counts.
        rest =
            behind.get(behind.iter().position(|b| *b == b'<').unwrap_or(behind.len())..).unwrap_or_default();
    }
    false
}

fn refused(fault: Fault) -> Error {
    match fault {
        Fault::Refused { what, at } => self::fault(&what, at),
        Fault::NoXml => Error::new(
            Kind::WrongDocument,
            "this is not XML: it does not begin with a tag",
            "give the SAML response, its base64, or the page that holds it",
        ),
    }
}

/// What is wrong with the response, and where.
fn fault(what: &str, at: u64) -> Error {
    Error::new(
        Kind::Protocol,
        format!("the SAML response cannot be used: {what} (byte {at})"),
        "log in again; if it comes again like this, show it to your Okta administrator",
    )
}
