//! The assertion: SAML 2.0 in the shape Okta's AWS app gives it (observed), Response and Assertion both
//! signed.
//!
//! The XML is written in the form exclusive canonicalisation yields, so that the bytes sent are the bytes
//! signed: no empty tags, name spaces before attributes, attributes sorted.

use crate::clock::{MINUTE, saml_time};
use crate::idp_key::IdpKey;
use crate::okta::EXTERNAL_KEY;
use crate::random::Random;
use crate::state::State;
use crate::switch::{Switch, Switches};
use crate::users::{App, User};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use ring::digest::{SHA256, digest};

/// The name spaces of SAML.
pub(crate) const PROTOCOL: &str = "urn:oasis:names:tc:SAML:2.0:protocol";
pub(crate) const ASSERTION: &str = "urn:oasis:names:tc:SAML:2.0:assertion";
/// The name space of XML signatures. A signature's SignedInfo inherits it in the document and declares it
/// when signed.
pub(crate) const DSIG: &str = "http://www.w3.org/2000/09/xmldsig#";
/// Where AWS's attribute names begin.
pub(crate) const AWS_ATTRIBUTES: &str = "https://aws.amazon.com/SAML/Attributes/";
/// How long an assertion may be redeemed: five minutes, from Okta and for AWS alike.
const LIFE: i64 = 5 * MINUTE;

/// The issuer of every assertion.
pub(crate) fn issuer() -> String {
    format!("http://www.okta.com/{EXTERNAL_KEY}")
}

/// What an assertion says.
#[derive(Debug, Clone)]
pub(crate) struct Contents {
    pub(crate) issuer: String,
    pub(crate) audience: String,
    pub(crate) recipient: String,
    pub(crate) subject: String,
    /// Attribute names without AWS's prefix, with their values.
    pub(crate) attributes: Vec<(String, Vec<String>)>,
    pub(crate) issued: i64,
    pub(crate) prefixes: Prefixes,
}

/// The prefixes of the three name spaces; an empty one makes its name space the default where it is used.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Prefixes {
    protocol: &'static str,
    assertion: &'static str,
    signature: &'static str,
}

impl Prefixes {
    /// Okta's own (observed), or those a switch asks for.
    fn of(switches: &Switches) -> Prefixes {
        if switches.contains(&Switch::NoPrefixes) {
            Prefixes { protocol: "", assertion: "", signature: "" }
        } else if switches.contains(&Switch::OtherPrefixes) {
            Prefixes { protocol: "samlp", assertion: "saml", signature: "dsig" }
        } else {
            Prefixes { protocol: "saml2p", assertion: "saml2", signature: "ds" }
        }
    }

    /// What stands before a name.
    fn colon(prefix: &str) -> String {
        if prefix.is_empty() { String::new() } else { format!("{prefix}:") }
    }

    /// The attribute that declares a name space.
    fn declared(prefix: &str, space: &str) -> String {
        if prefix.is_empty() { format!("xmlns=\"{space}\"") } else { format!("xmlns:{prefix}=\"{space}\"") }
    }
}

/// Where the form of a user's app page goes: AWS's sign-in of the partition the roles are in.
pub(crate) fn destination(user: &User) -> &'static str {
    if in_china(user) { "https://signin.amazonaws.cn/saml" } else { "https://signin.aws.amazon.com/saml" }
}

fn in_china(user: &User) -> bool {
    user.roles().iter().any(|role| role.arn.starts_with("arn:aws-cn:"))
}

/// What a user's assertion says. `None` if the user's app gives no assertion.
pub(crate) fn contents(user: &User, switches: &Switches, now: i64) -> Option<Contents> {
    if matches!(user.app, App::Unassigned | App::PasswordForm) {
        return None;
    }
    let audience =
        if in_china(user) { "urn:amazon:webservices:cn-north-1" } else { "urn:amazon:webservices" };
    // Okta's order within a value: provider, then role.
    let reversed = switches.contains(&Switch::RoleBeforeProvider);
    let roles = user.roles().iter().map(|role| match reversed {
        false => format!("{},{}", role.provider, role.arn),
        true => format!("{},{}", role.arn, role.provider),
    });
    let roles: Vec<String> = roles.collect();
    let mut attributes = Vec::new();
    if !roles.is_empty() {
        attributes.push(("Role".to_owned(), roles));
    }
    attributes.push(("RoleSessionName".to_owned(), vec![user.login.to_owned()]));
    attributes.push(("SessionDuration".to_owned(), vec![user.session_duration.to_string()]));
    if switches.contains(&Switch::AttributesReversed) {
        attributes.reverse();
    }
    Some(Contents {
        issuer: issuer(),
        audience: audience.to_owned(),
        recipient: destination(user).to_owned(),
        subject: user.login.to_owned(),
        attributes,
        issued: now,
        prefixes: Prefixes::of(switches),
    })
}

/// A user's assertion, base64 on one line.
pub(crate) fn for_user(user: &User, key: &IdpKey, state: &mut State, now: i64) -> Option<String> {
    let contents = contents(user, &state.switches, now)?;
    Some(encoded(&contents, key, &mut state.random))
}

/// An assertion in base64. It always ends in `=`: the Response's id is made longer if the length would not
/// need padding, because a client that loses the padding must be found out on every run and not on two of
/// three.
pub(crate) fn encoded(contents: &Contents, key: &IdpKey, random: &mut Random) -> String {
    let xml = document(contents, key, random, 23);
    let xml = if xml.len().is_multiple_of(3) { document(contents, key, random, 24) } else { xml };
    STANDARD.encode(xml)
}

fn document(contents: &Contents, key: &IdpKey, random: &mut Random, digits: usize) -> String {
    let response_id = random.saml_id(digits);
    let assertion_id = random.saml_id(23);
    let at = |ms: i64| saml_time(contents.issued + ms);
    let (issued, expires) = (at(0), at(LIFE));
    let Prefixes { protocol, assertion, .. } = contents.prefixes;
    let (p, s) = (Prefixes::colon(protocol), Prefixes::colon(assertion));
    let protocol_space = Prefixes::declared(protocol, PROTOCOL);
    let saml_space = Prefixes::declared(assertion, ASSERTION);
    let issuer = format!(
        r#"Format="urn:oasis:names:tc:SAML:2.0:nameid-format:entity">{}</{s}Issuer>"#,
        escaped(&contents.issuer)
    );
    let recipient = escaped(&contents.recipient);

    let before = format!(
        r#"<{s}Assertion {saml_space} ID="{assertion_id}" IssueInstant="{issued}" Version="2.0"><{s}Issuer {issuer}"#
    );
    let subject = format!(
        r#"<{s}Subject><{s}NameID Format="urn:oasis:names:tc:SAML:1.1:nameid-format:unspecified">{}</{s}NameID><{s}SubjectConfirmation Method="urn:oasis:names:tc:SAML:2.0:cm:bearer"><{s}SubjectConfirmationData NotOnOrAfter="{expires}" Recipient="{recipient}"></{s}SubjectConfirmationData></{s}SubjectConfirmation></{s}Subject>"#,
        escaped(&contents.subject)
    );
    let conditions = format!(
        r#"<{s}Conditions NotBefore="{}" NotOnOrAfter="{expires}"><{s}AudienceRestriction><{s}Audience>{}</{s}Audience></{s}AudienceRestriction></{s}Conditions>"#,
        at(-LIFE),
        escaped(&contents.audience)
    );
    let authentication = format!(
        r#"<{s}AuthnStatement AuthnInstant="{issued}" SessionIndex="id{}.{}"><{s}AuthnContext><{s}AuthnContextClassRef>urn:oasis:names:tc:SAML:2.0:ac:classes:PasswordProtectedTransport</{s}AuthnContextClassRef></{s}AuthnContext></{s}AuthnStatement>"#,
        contents.issued,
        random.saml_id(9).trim_start_matches("id")
    );
    let attributes: String =
        contents.attributes.iter().map(|(name, values)| attribute(&s, name, values)).collect();
    let after = format!(
        "{subject}{conditions}{authentication}<{s}AttributeStatement>{attributes}</{s}AttributeStatement></{s}Assertion>"
    );
    let assertion = signed(&before, &after, &assertion_id, key, contents.prefixes);

    let before = format!(
        r#"<{p}Response {protocol_space} Destination="{recipient}" ID="{response_id}" IssueInstant="{issued}" Version="2.0"><{s}Issuer {saml_space} {issuer}"#
    );
    let after = format!(
        r#"<{p}Status><{p}StatusCode Value="urn:oasis:names:tc:SAML:2.0:status:Success"></{p}StatusCode></{p}Status>{assertion}</{p}Response>"#
    );
    let response = signed(&before, &after, &response_id, key, contents.prefixes);
    format!(r#"<?xml version="1.0" encoding="UTF-8"?>{response}"#)
}

fn attribute(s: &str, name: &str, values: &[String]) -> String {
    // Okta gives Role another name format than the rest (observed).
    let format = if name == "Role" { "uri" } else { "basic" };
    // Every value declares its name spaces again (observed): that is what makes long lists of roles so long.
    let values: String = values
        .iter()
        .map(|value| {
            format!(
                r#"<{s}AttributeValue xmlns:xs="http://www.w3.org/2001/XMLSchema" xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" xsi:type="xs:string">{}</{s}AttributeValue>"#,
                escaped(value)
            )
        })
        .collect();
    format!(
        r#"<{s}Attribute Name="{AWS_ATTRIBUTES}{name}" NameFormat="urn:oasis:names:tc:SAML:2.0:attrname-format:{format}">{values}</{s}Attribute>"#
    )
}

/// Puts an enveloped signature between the two parts of an element.
fn signed(before: &str, after: &str, id: &str, key: &IdpKey, prefixes: Prefixes) -> String {
    let d = Prefixes::colon(prefixes.signature);
    let space = Prefixes::declared(prefixes.signature, DSIG);
    let digest = STANDARD.encode(digest(&SHA256, format!("{before}{after}").as_bytes()));
    // The prefix list keeps the declaration of `xs`, which only a value of `xsi:type` uses.
    let info = format!(
        r##"<{d}CanonicalizationMethod Algorithm="http://www.w3.org/2001/10/xml-exc-c14n#"></{d}CanonicalizationMethod><{d}SignatureMethod Algorithm="http://www.w3.org/2001/04/xmldsig-more#rsa-sha256"></{d}SignatureMethod><{d}Reference URI="#{id}"><{d}Transforms><{d}Transform Algorithm="http://www.w3.org/2000/09/xmldsig#enveloped-signature"></{d}Transform><{d}Transform Algorithm="http://www.w3.org/2001/10/xml-exc-c14n#"><ec:InclusiveNamespaces xmlns:ec="http://www.w3.org/2001/10/xml-exc-c14n#" PrefixList="xs"></ec:InclusiveNamespaces></{d}Transform></{d}Transforms><{d}DigestMethod Algorithm="http://www.w3.org/2001/04/xmlenc#sha256"></{d}DigestMethod><{d}DigestValue>{digest}</{d}DigestValue></{d}Reference></{d}SignedInfo>"##
    );
    let signature = key.sign(format!(r#"<{d}SignedInfo {space}>{info}"#).as_bytes());
    let signature = STANDARD.encode(signature);
    let certificate = lines(key.certificate());
    format!(
        r#"{before}<{d}Signature {space}><{d}SignedInfo>{info}<{d}SignatureValue>{signature}</{d}SignatureValue><{d}KeyInfo><{d}X509Data><{d}X509Certificate>{certificate}</{d}X509Certificate></{d}X509Data></{d}KeyInfo></{d}Signature>{after}"#
    )
}

/// Base64 in lines of 76, as Okta writes the certificate (observed). Elsewhere the XML has no line breaks.
fn lines(bytes: &[u8]) -> String {
    let mut broken = String::new();
    for (count, letter) in STANDARD.encode(bytes).chars().enumerate() {
        if count > 0 && count % 76 == 0 {
            broken.push('\n');
        }
        broken.push(letter);
    }
    broken
}

/// A certificate as PEM.
pub(crate) fn pem(der: &[u8]) -> String {
    format!("-----BEGIN CERTIFICATE-----\n{}\n-----END CERTIFICATE-----\n", lines(der))
}

fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;")
}
