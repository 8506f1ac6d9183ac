//! The assertion as it travels: one line of base64, which goes to STS exactly as it came.

use super::{LIMIT, XML_LIMIT};
use crate::error::{Error, Kind};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use std::fmt;
use zeroize::Zeroizing;

/// The longest text with blanks and references in it that is looked at, in bytes: every character a reference of ten.
pub const TEXT_LIMIT: usize = 10 * LIMIT;

/// A SAML response, encoded and decoded. It logs in for some minutes, so `Debug` shows its length only.
#[derive(Clone, PartialEq, Eq)]
pub struct Encoded {
    base64: Zeroizing<String>,
    xml: Zeroizing<Vec<u8>>,
}

impl Encoded {
    /// The text for STS: standard base64 in one line, with padding.
    pub fn base64(&self) -> &str {
        &self.base64
    }

    /// What it stands for.
    pub fn xml(&self) -> &[u8] {
        &self.xml
    }

    /// From the XML itself, as `base64 -d` prints it. Blanks around it are dropped; STS takes none before the declaration.
    pub fn from_xml(xml: &[u8]) -> Result<Encoded, Error> {
        let xml = xml.trim_ascii();
        if xml.len() > XML_LIMIT {
            return Err(too_long(xml.len().div_ceil(3) * 4));
        }
        Ok(Encoded { base64: STANDARD.encode(xml).into(), xml: xml.to_vec().into() })
    }
}

impl fmt::Debug for Encoded {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Encoded({} characters)", self.base64.len())
    }
}

/// Reads base64 as a form's value has it, or as `sed` cuts it out of a page: line breaks and blanks in it are dropped,
/// HTML references (`&#x2b;`, `&#61;`, `&plus;`) undone. Beyond that it has to be standard base64 to the last bit: what
/// is lenient here would be refused by STS, with less to go by.
pub fn decode(text: &str) -> Result<Encoded, Error> {
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    if text.len() > TEXT_LIMIT {
        return Err(Error::new(
            Kind::Protocol,
            format!(
                "the text is longer than any assertion: {} bytes, of which {TEXT_LIMIT} are looked at",
                text.len()
            ),
            "give the value of the SAMLResponse input, the page itself, or what saml-fetch prints",
        ));
    }
    let mut base64 = Zeroizing::new(String::with_capacity(text.len().min(2 * LIMIT)));
    if text.contains('&') {
        // Their decoder makes a string of its own.
        let plain = Zeroizing::new(html_escape::decode_html_entities(text).into_owned());
        base64.extend(plain.split_ascii_whitespace());
    } else {
        base64.extend(text.split_ascii_whitespace());
    }
    if base64.is_empty() {
        return Err(wrong("there is no base64 in the input".to_owned()));
    }
    let foreign = |c: char| !(c.is_ascii_alphanumeric() || matches!(c, '+' | '/' | '='));
    if let Some(at) = base64.find(foreign) {
        return Err(wrong(format!("this is not base64: character {} is none of its own", at + 1)));
    }
    if base64.len() > LIMIT {
        return Err(too_long(base64.len()));
    }
    let xml = STANDARD.decode(base64.as_bytes()).map_err(|fault| {
        let what = match fault {
            base64::DecodeError::InvalidLength(_) => "a character is missing".to_owned(),
            base64::DecodeError::InvalidPadding => "the = at its end are missing".to_owned(),
            base64::DecodeError::InvalidByte(at, _) => {
                format!("the = at character {} is out of place", at + 1)
            }
            base64::DecodeError::InvalidLastSymbol { .. } => {
                "the last character is not the one it was".to_owned()
            }
        };
        wrong(format!("This base64 of {} characters is cut or damaged: {what}", base64.len()))
    })?;
    Ok(Encoded { base64, xml: xml.into() })
}

fn wrong(message: String) -> Error {
    let hint = "give the value of the SAMLResponse input, the page itself, or what saml-fetch prints";
    Error::new(Kind::WrongDocument, message, hint)
}

fn too_long(length: usize) -> Error {
    Error::new(
        Kind::Protocol,
        format!("the assertion has {length} characters of base64; STS takes at most {LIMIT}"),
        "have fewer roles assigned to you in Okta: each takes some 300 characters",
    )
}
