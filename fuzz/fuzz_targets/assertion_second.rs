//! What we read, a second parser of XML takes too, and sees the same roles, by its own way to them.
#![no_main]

use libfuzzer_sys::fuzz_target;
use oktapipe::arn::parse_pair;
use oktapipe::assertion::parse;

const SAML: &str = "urn:oasis:names:tc:SAML:2.0:assertion";

fuzz_target!(|xml: &str| {
    let Some(read) = parse(xml.as_bytes()).ok().filter(|read| !read.encrypted) else { return };
    let second = roxmltree::Document::parse(xml).unwrap_or_else(|error| panic!("{error} in {xml}"));
    let named = |node: &roxmltree::Node<'_, '_>, name| node.has_tag_name((SAML, name));
    let assertions: Vec<_> = second.descendants().filter(|node| named(node, "Assertion")).collect();
    assert!(assertions.len() == 1 && assertions[0].parent() == Some(second.root_element()), "{xml}");
    let attributes = assertions[0]
        .children()
        .filter(|node| named(node, "AttributeStatement"))
        .flat_map(|node| node.children());
    let is_role = |name: &str| {
        name.ends_with("/SAML/Attributes/Role")
            && (name.contains("amazon.com/") || name.contains("amazonaws.cn/"))
    };
    let roles =
        attributes.filter(|node| named(node, "Attribute") && node.attribute("Name").is_some_and(is_role));
    let values = roles.flat_map(|node| node.children()).filter(|node| named(node, "AttributeValue"));
    let texts = values.map(|value| {
        value.descendants().filter_map(|node| node.text().filter(|_| node.is_text())).collect::<String>()
    });
    let mut pairs: Vec<_> = Vec::new();
    texts.filter_map(|text| parse_pair(&text)).for_each(|pair| {
        if !pairs.contains(&pair) {
            pairs.push(pair)
        }
    });
    let ours: Vec<_> = read.roles.into_iter().map(|role| (role.role, role.principal)).collect();
    assert!(ours.iter().all(|pair| pairs.contains(pair)), "{ours:?} but {pairs:?} in {xml}");
});
