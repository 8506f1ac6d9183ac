//! XML, read strictly into a small tree.
//!
//! No text of the document gets into a fault, but for names that are fit to be shown.
//!
//! A SAML response is the one document where two parsers that read the same bytes differently have been worth a login
//! (CVE-2017-11427, CVE-2018-0489, CVE-2025-25291 and their kin). AWS alone verifies the signature; what this reader is
//! for is to never show a role that AWS would not see, and in STS's answers to never take a key that it did not mean. So anything that parsers are known to differ on is refused, not
//! interpreted: DOCTYPEs, other encodings, duplicate attributes, more than one root, control characters, unknown
//! entities and prefixes. Several of these quick-xml lets pass by itself.

mod lexical;

pub use lexical::trim;

use crate::error::printable;
use lexical::{is_char, is_name, is_spaced};
use quick_xml::XmlVersion;
use quick_xml::errors::{Error as XmlError, IllFormedError};
use quick_xml::escape::resolve_predefined_entity;
use quick_xml::events::{BytesStart, Event};
use quick_xml::name::{Namespace, NamespaceResolver, PrefixDeclaration, ResolveResult};
use quick_xml::reader::NsReader;
use std::collections::HashSet;

/// The deepest nesting. A signed response with encrypted parts has some 15 levels.
pub const DEPTH: usize = 64;

/// The namespaces of `xml:` and of `xmlns:` (Namespaces in XML 1.0, 3).
const RESERVED: [&str; 2] = ["http://www.w3.org/XML/1998/namespace", "http://www.w3.org/2000/xmlns/"];

/// Why a document is not read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Fault {
    /// It does not begin with a tag.
    NoXml,
    /// It is refused.
    Refused {
        /// What is wrong, as the end of a sentence about the document.
        what: String,
        /// The byte where that was seen.
        at: u64,
    },
}

/// An element, its unprefixed attributes, and what it holds.
#[derive(Debug)]
pub struct Element {
    /// The name of its namespace, empty for none.
    pub namespace: String,
    /// The name without its prefix.
    pub name: String,
    /// The byte behind its start tag.
    pub at: u64,
    attributes: Vec<(String, String)>,
    /// What it holds, in order.
    pub children: Vec<Node>,
}

/// What an element holds.
#[derive(Debug)]
pub enum Node {
    /// Another element.
    Element(Element),
    /// Text; what is written in parts, with references and CDATA, is one text.
    Text(String),
    /// A comment or a processing instruction: nothing by itself, but text on both sides of it is not one text.
    Break,
}

impl Element {
    /// The value of the unprefixed attribute of this name.
    pub fn attribute(&self, name: &str) -> Option<&str> {
        self.attributes.iter().find(|(known, _)| known == name).map(|(_, value)| value.as_str())
    }

    /// The elements in it, in order.
    pub fn elements(&self) -> impl Iterator<Item = &Element> {
        self.children.iter().filter_map(|child| match child {
            Node::Element(element) => Some(element),
            _ => None,
        })
    }

    /// The text of the element, blanks around it dropped. A comment in it (`Admin<!---->-RO`) cuts the text short for one
    /// parser and not for the other, so it is refused, as are processing instructions and elements.
    pub fn value(&self) -> Result<String, Fault> {
        let mut text = String::new();
        for child in &self.children {
            let Node::Text(part) = child else {
                let what = format!(
                    "there is a comment or an element inside of the value of {}",
                    printable(&self.name)
                );
                return Err(fault(&what, self.at));
            };
            text.push_str(part);
        }
        Ok(trim(&text).to_owned())
    }
}

fn fault(what: &str, at: u64) -> Fault {
    Fault::Refused { what: what.to_owned(), at }
}

/// The root element of a document of at most `limit` bytes.
///
/// # Errors
/// The first [`Fault`].
pub fn read(xml: &[u8], limit: usize) -> Result<Element, Fault> {
    let text = text_of(xml, limit)?;
    let mut reader = NsReader::from_str(text);
    let config = reader.config_mut();
    config.check_comments = true;
    config.expand_empty_elements = true;
    let (mut open, mut root): (Vec<Element>, Option<Element>) = (Vec::new(), None);
    loop {
        let at = reader.buffer_position();
        let event = reader.read_event().map_err(|error| ill_formed(&error, reader.error_position()))?;
        match event {
            Event::Decl(declaration) if at == 0 => {
                lexical::check_declaration(&declaration).map_err(|what| fault(&what, at))?;
            }
            Event::Decl(_) => return Err(fault("there is an XML declaration in the middle", at)),
            Event::DocType(_) => return Err(fault("it has a DOCTYPE", at)),
            Event::Start(_) if open.is_empty() && root.is_some() => {
                return Err(fault("it has more than one root element", at));
            }
            Event::Start(_) if open.len() >= DEPTH => {
                return Err(fault(&format!("it nests deeper than {DEPTH}"), at));
            }
            Event::Start(start) => open.push(element(&start, reader.resolver(), reader.buffer_position())?),
            Event::End(_) => {
                let Some(element) = open.pop() else { return Err(fault("an end tag ends nothing", at)) };
                match open.last_mut() {
                    Some(parent) => parent.children.push(Node::Element(element)),
                    None => root = Some(element),
                }
            }
            Event::Text(text) => {
                if text.contains("]]>") {
                    return Err(fault("there is ]]> in a text", at));
                }
                push_text(&mut open, &text.xml10_content(), at)?;
            }
            Event::CData(text) if !open.is_empty() => push_text(&mut open, &text.xml10_content(), at)?,
            Event::GeneralRef(reference) if !open.is_empty() => match reference.resolve_char_ref() {
                Ok(Some(c)) if is_char(c) => push_text(&mut open, c.encode_utf8(&mut [0; 4]), at)?,
                Ok(None) => match resolve_predefined_entity(&reference) {
                    Some(text) => push_text(&mut open, text, at)?,
                    None => return Err(fault("it uses an entity that XML does not define", at)),
                },
                _ => return Err(fault("it refers to a character that XML does not allow", at)),
            },
            Event::CData(_) | Event::GeneralRef(_) => {
                return Err(fault("there is text outside of the root", at));
            }
            Event::PI(pi) if pi.target().eq_ignore_ascii_case("xml") => {
                return Err(fault("there is an XML declaration in the middle", at));
            }
            Event::PI(pi) if !lexical::is_simple_name(pi.target()) => {
                return Err(fault("a processing instruction has a name that XML does not allow", at));
            }
            Event::Comment(_) | Event::PI(_) => {
                if let Some(parent) = open.last_mut() {
                    parent.children.push(Node::Break);
                }
            }
            Event::Eof => break,
            Event::Empty(_) => return Err(fault("an empty element was not expected", at)),
        }
    }
    match root {
        Some(root) if open.is_empty() => Ok(root),
        _ if !open.is_empty() => Err(fault("it is cut off", text.len() as u64)),
        _ => Err(fault("it has no root element", text.len() as u64)),
    }
}

/// The text, without its byte order mark, once it is sure to be XML's characters in UTF-8.
fn text_of(xml: &[u8], limit: usize) -> Result<&str, Fault> {
    if xml.len() > limit + 3 {
        return Err(fault(&format!("it has more than {limit} bytes"), 0));
    }
    if xml.starts_with(b"\xfe\xff")
        || xml.starts_with(b"\xff\xfe")
        || xml.get(..4).is_some_and(|b| b.contains(&0))
    {
        return Err(fault("it is encoded in UTF-16 or UTF-32, not in UTF-8", 0));
    }
    let xml = xml.strip_prefix(b"\xef\xbb\xbf").unwrap_or(xml);
    let text = std::str::from_utf8(xml).map_err(|error| fault("it is not UTF-8", error.valid_up_to() as u64));
    if !xml.trim_ascii_start().starts_with(b"<") {
        return Err(Fault::NoXml);
    }
    let text = text?;
    match text.char_indices().find(|(_, c)| !is_char(*c)) {
        Some((at, _)) => Err(fault("it holds a control character", at as u64)),
        None => Ok(text),
    }
}

fn element(start: &BytesStart<'_>, resolver: &NamespaceResolver, at: u64) -> Result<Element, Fault> {
    // No element may have the prefix that declares prefixes; the resolver knows it as any other.
    if !is_name(start.name().0) || start.name().prefix().is_some_and(|prefix| prefix.is_xmlns()) {
        return Err(fault("an element has a name that XML does not allow", at));
    }
    if !is_spaced(start.attributes_raw()) {
        return Err(fault("there is no blank between two attributes", at));
    }
    // (namespace, local name): the reader itself looks for the same name twice, not for the same under two prefixes.
    let mut seen = HashSet::new();
    let mut attributes = Vec::new();
    for attribute in start.attributes() {
        let attribute = attribute.map_err(|error| {
            let is_twice = matches!(error, quick_xml::events::attributes::AttrError::Duplicated(..));
            fault(
                if is_twice { "an element has the same attribute twice" } else { "an attribute is broken" },
                at,
            )
        })?;
        let value = attribute.normalized_value(XmlVersion::Implicit1_0);
        let value = value.map_err(|_| fault("an attribute uses an entity that XML does not define", at))?;
        if !is_name(attribute.key.0) || attribute.value.contains('<') || !value.chars().all(is_char) {
            return Err(fault("an attribute holds what XML does not allow", at));
        }
        if let Some(declared) = attribute.key.as_namespace_binding() {
            // The resolver takes the value as it is written. An element whose namespace is written `urn:oasis&#58;...` would be
            // an assertion to AWS, and unknown here.
            let is_plain = !attribute.value.contains(['&', '\t', '\n', '\r']);
            // The resolver refuses these two for a prefix of one's own only.
            if declared == PrefixDeclaration::Default && RESERVED.contains(&&*attribute.value) {
                return Err(fault("a namespace is declared that XML keeps for itself", at));
            }
            if !is_plain || (attribute.value.is_empty() && matches!(declared, PrefixDeclaration::Named(_))) {
                return Err(fault("a namespace is not written plainly", at));
            }
            continue;
        }
        let (_, prefix) = attribute.key.decompose();
        match resolver.resolve_attribute(attribute.key) {
            (ResolveResult::Unknown(_), _) => {
                return Err(fault("an attribute has a prefix that is not declared", at));
            }
            (ResolveResult::Bound(Namespace(ns)), _) if prefix.is_some() => {
                if !seen.insert((ns.to_owned(), attribute.key.local_name().into_inner())) {
                    return Err(fault("an element has the same attribute twice", at));
                }
            }
            _ => attributes.push((attribute.key.0.to_owned(), value.into_owned())),
        }
    }
    // Only now: the resolver passes over a broken attribute in silence, and with it the declarations that follow.
    let (ns, local) = resolver.resolve_element(start.name());
    let namespace = match ns {
        ResolveResult::Bound(Namespace(name)) => name.to_owned(),
        ResolveResult::Unbound => String::new(),
        ResolveResult::Unknown(_) => return Err(fault("an element has a prefix that is not declared", at)),
    };
    Ok(Element { namespace, name: local.into_inner().to_owned(), at, attributes, children: Vec::new() })
}

/// Adds to the text that is open, so that `A&amp;B` and `<![CDATA[…]]>` between texts are one text.
fn push_text(open: &mut [Element], text: &str, at: u64) -> Result<(), Fault> {
    match open.last_mut().map(|parent| &mut parent.children) {
        Some(children) => match children.last_mut() {
            Some(Node::Text(known)) => known.push_str(text),
            _ => children.push(Node::Text(text.to_owned())),
        },
        None if text.chars().all(|c| c.is_ascii_whitespace()) => {}
        None => return Err(fault("there is text outside of the root", at)),
    }
    Ok(())
}

/// The reader's own words may repeat input, so that only the common ones are told, in ours.
fn ill_formed(error: &XmlError, at: u64) -> Fault {
    let what = match error {
        XmlError::IllFormed(IllFormedError::MismatchedEndTag { .. } | IllFormedError::UnmatchedEndTag(_)) => {
            "an end tag does not fit its start tag"
        }
        XmlError::IllFormed(IllFormedError::DoubleHyphenInComment) => "there is -- in a comment",
        XmlError::IllFormed(IllFormedError::UnclosedReference) => "there is an & that begins no reference",
        XmlError::Syntax(_) => "it is cut off or no XML",
        XmlError::Namespace(_) => "a namespace declaration is broken",
        _ => "it is not well-formed",
    };
    fault(what, at)
}

#[cfg(test)]
mod tests {
    mod documents;
}
