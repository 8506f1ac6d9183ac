//! From the tree to the facts that a login needs.

use super::{Assertion, Role, Time, fault, refused};
use crate::arn;
use crate::error::{Error, Kind, printable};
use crate::time;
use crate::xml::{Element, trim};
use std::collections::{HashMap, HashSet};

/// AWS's own attribute names, and those in the documentation of AWS China, where the domain was replaced with the rest.
const PREFIXES: [&str; 3] = [
    "https://aws.amazon.com/SAML/Attributes/",
    "http://www.amazonaws.cn/SAML/Attributes/",
    "https://www.amazonaws.cn/SAML/Attributes/",
];
const ASSERTION: &str = "urn:oasis:names:tc:SAML:2.0:assertion";
const PROTOCOL: &str = "urn:oasis:names:tc:SAML:2.0:protocol";

/// What was met so far of AWS's attributes.
#[derive(Default)]
struct Met<'a> {
    /// Values by the attribute's full name: the two worlds of AWS may each have their own.
    singles: HashMap<&'a str, String>,
    /// Roles, which are offered once each: to search the list for each of them would take the square of their number.
    roles: HashSet<Role>,
}

const STATUS: &str = "urn:oasis:names:tc:SAML:2.0:status:";

/// The facts of a response.
///
/// The assertion is taken where SAML puts it, below the root, and only if there is no other anywhere: a second one is how
/// signatures are wrapped (CVE-2024-45409 and others), and searching for "the first Assertion" finds the wrong one.
pub(super) fn read(root: &Element) -> Result<Assertion, Error> {
    if (root.namespace.as_str(), root.name.as_str()) != (PROTOCOL, "Response") {
        return Err(fault("its root is no Response of SAML 2.0", root.at));
    }
    check_status(root)?;
    let mut counts = Counts::default();
    counts.add(root);
    let assertion = only(root, ASSERTION, "Assertion")?;
    let encrypted = only(root, ASSERTION, "EncryptedAssertion")?;
    let found = (1, usize::from(assertion.is_some()), usize::from(encrypted.is_some()));
    match (assertion, encrypted) {
        _ if (counts.responses, counts.assertions, counts.encrypted) != found => {
            Err(fault("it holds an assertion or response in a place of its own making", root.at))
        }
        _ if counts.id_again.is_some() => {
            Err(fault("it uses an ID twice", counts.id_again.unwrap_or_default()))
        }
        (Some(_), Some(_)) => Err(fault("it holds two assertions, one of them encrypted", root.at)),
        (Some(assertion), None) => facts(root, assertion),
        (None, Some(_)) => Ok(Assertion {
            issuer: only(root, ASSERTION, "Issuer")?.map(value).transpose()?,
            destination: root.attribute("Destination").map(str::to_owned),
            encrypted: true,
            ..Assertion::default()
        }),
        (None, None) => Err(fault("it holds no assertion", root.at)),
    }
}

/// Responses, assertions and encrypted assertions, at any depth, and where an ID stands a second time: a signature names what it
/// covers by ID, and verifiers have disagreed on which of two that is.
#[derive(Default)]
struct Counts<'a> {
    responses: usize,
    assertions: usize,
    encrypted: usize,
    ids: HashSet<&'a str>,
    id_again: Option<u64>,
}

impl<'a> Counts<'a> {
    fn add(&mut self, element: &'a Element) {
        match (element.namespace.as_str(), element.name.as_str()) {
            (PROTOCOL, "Response") => self.responses += 1,
            (ASSERTION, "Assertion") => self.assertions += 1,
            (ASSERTION, "EncryptedAssertion") => self.encrypted += 1,
            _ => {}
        }
        if [ASSERTION, PROTOCOL].contains(&element.namespace.as_str())
            && element.attribute("ID").is_some_and(|id| !self.ids.insert(id))
        {
            self.id_again = self.id_again.or(Some(element.at));
        }
        element.elements().for_each(|child| self.add(child));
    }
}

/// A response without a status passes: then nothing says that the login failed.
fn check_status(root: &Element) -> Result<(), Error> {
    let Some(status) = only(root, PROTOCOL, "Status")? else { return Ok(()) };
    let mut codes = Vec::new();
    let mut code = only(status, PROTOCOL, "StatusCode")?;
    while let Some(element) = code {
        codes.push(element.attribute("Value").unwrap_or_default());
        code = only(element, PROTOCOL, "StatusCode")?;
    }
    if codes.first().is_some_and(|code| code.strip_prefix(STATUS) == Some("Success")) {
        return Ok(());
    }
    let codes: Vec<_> =
        codes.iter().map(|code| printable(code.strip_prefix(STATUS).unwrap_or(code))).collect();
    let codes =
        if codes.is_empty() { "it has no status code".to_owned() } else { printable(&codes.join(", ")) };
    let said = only(status, PROTOCOL, "StatusMessage")?.map(value).transpose()?;
    let said = said.map_or(String::new(), |text| format!(" ({})", printable(&text)));
    Err(Error::new(
        Kind::Protocol,
        format!("the SAML response says that the login failed: {codes}{said}"),
        "log in again; if that does not help, show this to your Okta administrator",
    ))
}

fn facts(root: &Element, assertion: &Element) -> Result<Assertion, Error> {
    let issuer = match only(assertion, ASSERTION, "Issuer")? {
        Some(issuer) => Some(issuer),
        None => only(root, ASSERTION, "Issuer")?,
    };
    let subject = only(assertion, ASSERTION, "Subject")?;
    let conditions = only(assertion, ASSERTION, "Conditions")?;
    let confirmations: Vec<&Element> = all(subject, ASSERTION, "SubjectConfirmation")
        .flat_map(|confirmation| all(Some(confirmation), ASSERTION, "SubjectConfirmationData"))
        .collect();
    let times = |name| {
        let places = confirmations.iter().copied().chain(conditions);
        places.filter_map(|element| element.attribute(name)).map(Time::of).collect::<Vec<_>>()
    };
    let audience = all(conditions, ASSERTION, "AudienceRestriction")
        .flat_map(|restriction| all(Some(restriction), ASSERTION, "Audience"))
        .next();
    let session_end = all(Some(assertion), ASSERTION, "AuthnStatement")
        .filter_map(|statement| statement.attribute("SessionNotOnOrAfter"))
        .map(Time::of)
        .collect();
    let name_id = subject.map(|subject| only(subject, ASSERTION, "NameID")).transpose()?.flatten();
    let mut out = Assertion {
        issuer: issuer.map(value).transpose()?,
        audience: audience.map(value).transpose()?,
        recipient: confirmations.iter().find_map(|data| data.attribute("Recipient")).map(str::to_owned),
        destination: root.attribute("Destination").map(str::to_owned),
        subject: name_id.map(value).transpose()?,
        not_before: times("NotBefore").into_iter().max_by_key(|time| time.epoch),
        not_on_or_after: earliest(times("NotOnOrAfter")),
        session_not_on_or_after: earliest(session_end),
        issue_instant: assertion.attribute("IssueInstant").map(Time::of),
        ..Assertion::default()
    };
    let mut met = Met::default();
    for statement in all(Some(assertion), ASSERTION, "AttributeStatement") {
        for attribute in all(Some(statement), ASSERTION, "Attribute") {
            take(attribute, &mut met, &mut out)?;
        }
    }
    Ok(out)
}

/// An attribute of the user, if it is one of AWS's. What others hold is none of our business, elements among it.
///
/// All but Role have one value. A second one that differs is refused, since nobody knows which one AWS would take.
fn take<'a>(attribute: &'a Element, met: &mut Met<'a>, out: &mut Assertion) -> Result<(), Error> {
    let full = attribute.attribute("Name").unwrap_or_default();
    let Some(name) = PREFIXES.iter().find_map(|prefix| full.strip_prefix(prefix)) else { return Ok(()) };
    if !matches!(name, "Role" | "RoleSessionName" | "SessionDuration" | "SourceIdentity") {
        return Ok(());
    }
    for element in all(Some(attribute), ASSERTION, "AttributeValue") {
        let value = value(element)?;
        if name != "Role" && !value.is_empty() && *met.singles.entry(full).or_insert(value.clone()) != value {
            return Err(fault(&format!("it has two different values of {name}"), element.at));
        }
        match name {
            "Role" => take_role(&value, &mut met.roles, out),
            _ if value.is_empty() => {}
            "RoleSessionName" => out.session_name = out.session_name.take().or(Some(value)),
            "SourceIdentity" => out.source_identity = out.source_identity.take().or(Some(value)),
            _ if value.bytes().all(|b| b.is_ascii_digit()) => {
                out.session_duration = out.session_duration.or(value.parse().ok());
            }
            _ => {}
        }
    }
    Ok(())
}

/// One value that is no pair must not cost the login to the others.
fn take_role(value: &str, met: &mut HashSet<Role>, out: &mut Assertion) {
    match arn::parse_pair(value) {
        Some((role, principal)) => {
            let role = Role { role, principal };
            if met.insert(role.clone()) {
                out.roles.push(role);
            }
        }
        None if value.is_empty() => out.skipped.push("(an empty value)".to_owned()),
        None => out.skipped.push(printable(value)),
    }
}

fn value(element: &Element) -> Result<String, Error> {
    element.value().map_err(refused)
}

fn all<'a>(
    parent: Option<&'a Element>,
    ns: &'static str,
    name: &'static str,
) -> impl Iterator<Item = &'a Element> {
    parent
        .into_iter()
        .flat_map(Element::elements)
        .filter(move |child| child.namespace == ns && child.name == name)
}

/// The one child of this name; a second one is refused, since nobody knows which one AWS would read.
fn only<'a>(parent: &'a Element, ns: &'static str, name: &'static str) -> Result<Option<&'a Element>, Error> {
    let mut found = all(Some(parent), ns, name);
    let first = found.next();
    match found.next() {
        Some(second) => Err(fault(&format!("it has more than one {name}"), second.at)),
        None => Ok(first),
    }
}

/// The first of times that are read as such; a text that is none only if there is no other.
fn earliest(times: Vec<Time>) -> Option<Time> {
    times.into_iter().min_by_key(|time| time.epoch.unwrap_or(i64::MAX))
}

impl Time {
    fn of(text: &str) -> Time {
        Time { text: trim(text).to_owned(), epoch: time::parse(trim(text)) }
    }
}
