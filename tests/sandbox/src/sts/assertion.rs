//! Reading an assertion as AWS would: base64, XML, signatures, and only then what it says.
//!
//! A signature is checked over the bytes as they came. The identity provider writes the canonical form, so
//! anything that has been read and written again by a client is refused here, as is anything changed.

use crate::idp_key::IdpKey;
use crate::saml::{ASSERTION, DSIG, PROTOCOL};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use quick_xml::Reader;
use quick_xml::events::Event;
use ring::digest::{SHA256, digest};
use std::ops::Range;

/// Deeper than any assertion.
const DEEPEST: usize = 32;

/// Why an assertion was not read.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Unreadable {
    Base64,
    Xml,
    Signature,
}

/// What a verified assertion says.
#[derive(Debug, Default)]
pub(super) struct Claims {
    pub(super) issuer: String,
    pub(super) audiences: Vec<String>,
    pub(super) recipient: Option<String>,
    pub(super) not_on_or_after: Option<String>,
    pub(super) subject: Option<String>,
    pub(super) subject_format: String,
    /// Attribute names and values.
    pub(super) attributes: Vec<(String, Vec<String>)>,
}

impl Claims {
    /// The values of an attribute.
    pub(super) fn values(&self, name: &str) -> Vec<&str> {
        let wanted = self.attributes.iter().filter(|(key, _)| key == name);
        wanted.flat_map(|(_, values)| values).map(String::as_str).collect()
    }
}

/// Decodes, parses and verifies.
pub(super) fn read(encoded: &str, key: &IdpKey) -> Result<Claims, Unreadable> {
    // A final line break passes: AWS's own instructions save the assertion with an editor and hand it over as file://. Blanks
    // inside are refused, as is what a browser's entities leave.
    let encoded = encoded.strip_suffix('\n').unwrap_or(encoded);
    let bytes = STANDARD.decode(encoded).map_err(|_| Unreadable::Base64)?;
    let xml = String::from_utf8(bytes).map_err(|_| Unreadable::Xml)?;
    let response = parse(&xml).ok_or(Unreadable::Xml)?;
    if response.name != "saml2p:Response" {
        return Err(Unreadable::Xml);
    }
    let assertion = response.only("saml2:Assertion").ok_or(Unreadable::Signature)?;
    // The one assertion that is read is a child of the one Response, and both are signed: nothing can be
    // wrapped around.
    for element in [&response, assertion] {
        if !verified(&xml, element, key) {
            return Err(Unreadable::Signature);
        }
    }
    Ok(claims(assertion))
}

/// Whether an element's own signature is the identity provider's and covers its bytes.
fn verified(xml: &str, element: &Element, key: &IdpKey) -> bool {
    checked(xml, element, key).unwrap_or(false)
}

fn checked(xml: &str, element: &Element, key: &IdpKey) -> Option<bool> {
    let signature = element.only("ds:Signature")?;
    let info = signature.only("ds:SignedInfo")?;
    let reference = info.only("ds:Reference")?;
    if reference.attribute("URI")? != format!("#{}", element.attribute("ID")?) {
        return Some(false);
    }
    let before = xml.get(element.at.start..signature.at.start)?;
    let after = xml.get(signature.at.end..element.at.end)?;
    let found = STANDARD.encode(digest(&SHA256, format!("{before}{after}").as_bytes()));
    if found != reference.only("ds:DigestValue")?.text {
        return Some(false);
    }
    // What is signed is the element by itself, with the declaration that it inherits in the document.
    let prefix = info.written.strip_suffix("SignedInfo")?.trim_end_matches(':');
    let declaration = if prefix.is_empty() { "xmlns".to_owned() } else { format!("xmlns:{prefix}") };
    let rest = xml.get(info.at.clone())?.strip_prefix(&format!("<{}>", info.written))?;
    let info = format!(r#"<{} {declaration}="{DSIG}">{rest}"#, info.written);
    let value = STANDARD.decode(&signature.only("ds:SignatureValue")?.text).ok()?;
    Some(key.verifies(info.as_bytes(), &value))
}

fn claims(assertion: &Element) -> Claims {
    let mut claims = Claims::default();
    if let Some(issuer) = assertion.only("saml2:Issuer") {
        claims.issuer.clone_from(&issuer.text);
    }
    if let Some(subject) = assertion.only("saml2:Subject") {
        if let Some(name) = subject.only("saml2:NameID") {
            claims.subject = Some(name.text.clone());
            claims.subject_format = name.attribute("Format").unwrap_or_default().to_owned();
        }
        let data = subject.only("saml2:SubjectConfirmation");
        if let Some(data) = data.and_then(|found| found.only("saml2:SubjectConfirmationData")) {
            claims.recipient = data.attribute("Recipient").map(str::to_owned);
            claims.not_on_or_after = data.attribute("NotOnOrAfter").map(str::to_owned);
        }
    }
    let restrictions = assertion.only("saml2:Conditions");
    let restrictions = restrictions.into_iter().flat_map(|found| found.all("saml2:AudienceRestriction"));
    let audiences = restrictions.flat_map(|found| found.all("saml2:Audience"));
    claims.audiences = audiences.map(|found| found.text.clone()).collect();
    let statements = assertion.all("saml2:AttributeStatement");
    for attribute in statements.flat_map(|found| found.all("saml2:Attribute")) {
        let values = attribute.all("saml2:AttributeValue").map(|value| value.text.clone()).collect();
        let name = attribute.attribute("Name").unwrap_or_default().to_owned();
        claims.attributes.push((name, values));
    }
    claims
}

/// An element with its place in the text.
#[derive(Debug, Default)]
struct Element {
    /// The name with Okta's prefix for its name space, whatever prefix the document has.
    name: String,
    /// The name as it is written.
    written: String,
    attributes: Vec<(String, String)>,
    text: String,
    children: Vec<Element>,
    at: Range<usize>,
}

impl Element {
    fn all<'a>(&'a self, name: &'static str) -> impl Iterator<Item = &'a Element> {
        self.children.iter().filter(move |child| child.name == name)
    }

    /// The child of this name, if there is exactly one.
    fn only(&self, name: &'static str) -> Option<&Element> {
        let mut found = self.all(name);
        match (found.next(), found.next()) {
            (Some(child), None) => Some(child),
            _ => None,
        }
    }

    fn attribute(&self, name: &str) -> Option<&str> {
        let found = self.attributes.iter().find(|(key, _)| key == name);
        found.map(|(_, value)| value.as_str())
    }
}

/// A name with the prefix Okta has for its name space; in a name space that has no place here, as it is written.
/// `spaces` are the declarations in force, the innermost last.
fn usual_name(written: &str, spaces: &[(String, String)]) -> String {
    let (prefix, local) = written.split_once(':').unwrap_or(("", written));
    let declared = spaces.iter().rev().find(|(declared, _)| declared == prefix);
    let usual = match declared.map(|(_, space)| space.as_str()) {
        Some(PROTOCOL) => "saml2p",
        Some(ASSERTION) => "saml2",
        Some(DSIG) => "ds",
        _ => return format!("?{written}"),
    };
    format!("{usual}:{local}")
}

/// Parses a document. A document type is refused.
fn parse(xml: &str) -> Option<Element> {
    let mut reader = Reader::from_str(xml);
    reader.config_mut().expand_empty_elements = true;
    let mut open: Vec<Element> = Vec::new();
    let mut spaces: Vec<(String, String)> = Vec::new();
    // How many declarations were in force before each open element.
    let mut outer: Vec<usize> = Vec::new();
    let mut root = None;
    loop {
        let start = usize::try_from(reader.buffer_position()).ok()?;
        match reader.read_event().ok()? {
            Event::Start(tag) => {
                if open.len() >= DEEPEST || root.is_some() {
                    return None;
                }
                let mut attributes = Vec::new();
                outer.push(spaces.len());
                for attribute in tag.attributes() {
                    let attribute = attribute.ok()?;
                    let value = quick_xml::escape::unescape(&attribute.value).ok()?.into_owned();
                    let key = attribute.key.as_ref().to_owned();
                    if let Some(prefix) = key.strip_prefix("xmlns") {
                        spaces.push((prefix.trim_start_matches(':').to_owned(), value.clone()));
                    }
                    attributes.push((key, value));
                }
                let written = tag.name().as_ref().to_owned();
                open.push(Element {
                    name: usual_name(&written, &spaces),
                    written,
                    attributes,
                    at: start..start,
                    ..Element::default()
                });
            }
            Event::End(_) => {
                let mut closed = open.pop()?;
                spaces.truncate(outer.pop()?);
                closed.at.end = usize::try_from(reader.buffer_position()).ok()?;
                match open.last_mut() {
                    Some(parent) => parent.children.push(closed),
                    None => root = Some(closed),
                }
            }
            Event::Text(text) => {
                if let Some(current) = open.last_mut() {
                    current.text.push_str(&text.xml10_content());
                }
            }
            Event::GeneralRef(reference) => {
                let entity = format!("&{};", reference.into_inner());
                open.last_mut()?.text.push_str(&quick_xml::escape::unescape(&entity).ok()?);
            }
            Event::DocType(_) | Event::CData(_) => return None,
            Event::Eof => return root.filter(|_| open.is_empty()),
            _ => {}
        }
    }
}
