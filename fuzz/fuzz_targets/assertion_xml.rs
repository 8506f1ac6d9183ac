//! The roles of a response, written into the smallest response, are read back as they were; so is an encrypted one.
#![no_main]

use libfuzzer_sys::fuzz_target;
use oktapipe::assertion::{XML_LIMIT, is_response, parse};

fuzz_target!(|xml: &[u8]| {
    let is_xml = is_response(xml);
    let Ok(assertion) = parse(xml) else { return };
    assert!(is_xml, "a response that is taken for a page");
    assert!(!assertion.encrypted || assertion.roles.is_empty());
    let escape = |text: &str| text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;");
    let values = assertion.roles.iter().map(|role| {
        let (role, principal) = (escape(role.role.as_str()), role.principal.as_str());
        format!("<AttributeValue>{role},{principal}</AttributeValue>")
    });
    let small = format!(
        "<p:Response xmlns:p='urn:oasis:names:tc:SAML:2.0:protocol'><Assertion xmlns='urn:oasis:names:tc:SAML:2.0:assertion'>\
         <AttributeStatement><Attribute Name='https://aws.amazon.com/SAML/Attributes/Role'>{}</Attribute></AttributeStatement>\
         </Assertion></p:Response>",
        values.collect::<String>()
    );
    let again = parse(small.as_bytes()).map(|again| again.roles).ok();
    assert!(small.len() > XML_LIMIT || again == Some(assertion.roles), "{small}");
});
