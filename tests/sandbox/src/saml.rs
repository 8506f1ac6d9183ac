//! The assertion: SAML 2.0 in the shape Okta's AWS app gives it (observed), Response and Assertion both
//! signed.
//!
//! The XML is written in the form exclusive canonicalisation yields, so that the bytes sent are the bytes
//! signed: no empty tags, name spaces before attributes, attributes sorted.

use crate::clock::{MINUTE, saml_time};
use crate::idp_key::IdpKey;
use crate::okta::EXTERNAL_KEY;
use crate::random::Random;
use crate::users::{App, User};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use ring::digest::{SHA256, digest};

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
}

/// Where the form of a user's app page goes: AWS's sign-in of the partition the roles are in.
pub(crate) fn destination(user: &User) -> &'static str {
    if in_china(user) { "https://signin.amazonaws.cn/saml" } else { "https://signin.aws.amazon.com/saml" }
}

fn in_china(user: &User) -> bool {
    user.roles().iter().any(|role| role.arn.starts_with("arn:aws-cn:"))
}

/// What a user's assertion says. `None` if the user's app gives no assertion.
pub(crate) fn contents(user: &User, now: i64) -> Option<Contents> {
    if matches!(user.app, App::Unassigned | App::PasswordForm) {
        return None;
    }
    let audience =
        if in_china(user) { "urn:amazon:webservices:cn-north-1" } else { "urn:amazon:webservices" };
    // Okta's order within a value: provider, then role.
    let roles: Vec<String> =
        user.roles().iter().map(|role| format!("{},{}", role.provider, role.arn)).collect();
    let mut attributes = Vec::new();
    if !roles.is_empty() {
        attributes.push(("Role".to_owned(), roles));
    }
    attributes.push(("RoleSessionName".to_owned(), vec![user.login.to_owned()]));
    attributes.push(("SessionDuration".to_owned(), vec![user.session_duration.to_string()]));
    Some(Contents {
        issuer: issuer(),
        audience: audience.to_owned(),
        recipient: destination(user).to_owned(),
        subject: user.login.to_owned(),
        attributes,
        issued: now,
    })
}

/// A user's assertion, base64 on one line.
pub(crate) fn for_user(user: &User, key: &IdpKey, random: &mut Random, now: i64) -> Option<String> {
    Some(encoded(&contents(user, now)?, key, random))
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
    let issuer = format!(
        r#"Format="urn:oasis:names:tc:SAML:2.0:nameid-format:entity">{}</saml2:Issuer>"#,
        escaped(&contents.issuer)
    );
    let recipient = escaped(&contents.recipient);

    let before = format!(
        r#"<saml2:Assertion xmlns:saml2="urn:oasis:names:tc:SAML:2.0:assertion" ID="{assertion_id}" IssueInstant="{issued}" Version="2.0"><saml2:Issuer {issuer}"#
    );
    let subject = format!(
        r#"<saml2:Subject><saml2:NameID Format="urn:oasis:names:tc:SAML:1.1:nameid-format:unspecified">{}</saml2:NameID><saml2:SubjectConfirmation Method="urn:oasis:names:tc:SAML:2.0:cm:bearer"><saml2:SubjectConfirmationData NotOnOrAfter="{expires}" Recipient="{recipient}"></saml2:SubjectConfirmationData></saml2:SubjectConfirmation></saml2:Subject>"#,
        escaped(&contents.subject)
    );
    let conditions = format!(
        r#"<saml2:Conditions NotBefore="{}" NotOnOrAfter="{expires}"><saml2:AudienceRestriction><saml2:Audience>{}</saml2:Audience></saml2:AudienceRestriction></saml2:Conditions>"#,
        at(-LIFE),
        escaped(&contents.audience)
    );
    let authentication = format!(
        r#"<saml2:AuthnStatement AuthnInstant="{issued}" SessionIndex="id{}.{}"><saml2:AuthnContext><saml2:AuthnContextClassRef>urn:oasis:names:tc:SAML:2.0:ac:classes:PasswordProtectedTransport</saml2:AuthnContextClassRef></saml2:AuthnContext></saml2:AuthnStatement>"#,
        contents.issued,
        random.saml_id(9).trim_start_matches("id")
    );
    let attributes: String =
        contents.attributes.iter().map(|(name, values)| attribute(name, values)).collect();
    let after = format!(
        "{subject}{conditions}{authentication}<saml2:AttributeStatement>{attributes}</saml2:AttributeStatement></saml2:Assertion>"
    );
    let assertion = signed(&before, &after, &assertion_id, key);

    let before = format!(
        r#"<saml2p:Response xmlns:saml2p="urn:oasis:names:tc:SAML:2.0:protocol" Destination="{recipient}" ID="{response_id}" IssueInstant="{issued}" Version="2.0"><saml2:Issuer xmlns:saml2="urn:oasis:names:tc:SAML:2.0:assertion" {issuer}"#
    );
    let after = format!(
        r#"<saml2p:Status><saml2p:StatusCode Value="urn:oasis:names:tc:SAML:2.0:status:Success"></saml2p:StatusCode></saml2p:Status>{assertion}</saml2p:Response>"#
    );
    let response = signed(&before, &after, &response_id, key);
    format!(r#"<?xml version="1.0" encoding="UTF-8"?>{response}"#)
}

fn attribute(name: &str, values: &[String]) -> String {
    // Okta gives Role another name format than the rest (observed).
    let format = if name == "Role" { "uri" } else { "basic" };
    // Every value declares its name spaces again (observed): that is what makes long lists of roles so long.
    let values: String = values
        .iter()
        .map(|value| {
            format!(
                r#"<saml2:AttributeValue xmlns:xs="http://www.w3.org/2001/XMLSchema" xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" xsi:type="xs:string">{}</saml2:AttributeValue>"#,
                escaped(value)
            )
        })
        .collect();
    format!(
        r#"<saml2:Attribute Name="{AWS_ATTRIBUTES}{name}" NameFormat="urn:oasis:names:tc:SAML:2.0:attrname-format:{format}">{values}</saml2:Attribute>"#
    )
}

/// Puts an enveloped signature between the two parts of an element.
fn signed(before: &str, after: &str, id: &str, key: &IdpKey) -> String {
    let digest = STANDARD.encode(digest(&SHA256, format!("{before}{after}").as_bytes()));
    // The prefix list keeps the declaration of `xs`, which only a value of `xsi:type` uses.
    let info = format!(
        r##"<ds:CanonicalizationMethod Algorithm="http://www.w3.org/2001/10/xml-exc-c14n#"></ds:CanonicalizationMethod><ds:SignatureMethod Algorithm="http://www.w3.org/2001/04/xmldsig-more#rsa-sha256"></ds:SignatureMethod><ds:Reference URI="#{id}"><ds:Transforms><ds:Transform Algorithm="http://www.w3.org/2000/09/xmldsig#enveloped-signature"></ds:Transform><ds:Transform Algorithm="http://www.w3.org/2001/10/xml-exc-c14n#"><ec:InclusiveNamespaces xmlns:ec="http://www.w3.org/2001/10/xml-exc-c14n#" PrefixList="xs"></ec:InclusiveNamespaces></ds:Transform></ds:Transforms><ds:DigestMethod Algorithm="http://www.w3.org/2001/04/xmlenc#sha256"></ds:DigestMethod><ds:DigestValue>{digest}</ds:DigestValue></ds:Reference></ds:SignedInfo>"##
    );
    let signature = key.sign(format!(r#"<ds:SignedInfo xmlns:ds="{DSIG}">{info}"#).as_bytes());
    let signature = STANDARD.encode(signature);
    let certificate = lines(key.certificate());
    format!(
        r#"{before}<ds:Signature xmlns:ds="{DSIG}"><ds:SignedInfo>{info}<ds:SignatureValue>{signature}</ds:SignatureValue><ds:KeyInfo><ds:X509Data><ds:X509Certificate>{certificate}</ds:X509Certificate></ds:X509Data></ds:KeyInfo></ds:Signature>{after}"#
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
