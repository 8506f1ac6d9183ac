//! A model of a response, written in any of XML's ways, is read as the model.
#![no_main]

use libfuzzer_sys::fuzz_target;
use oktapipe::assertion::{XML_LIMIT, parse};
use oktapipe_fuzz::model::{Model, Style};

fuzz_target!(|input: (Model, Style)| {
    let (model, style) = input;
    let xml = model.xml(&style);
    if xml.len() > XML_LIMIT {
        return;
    }
    let read = parse(xml.as_bytes()).unwrap_or_else(|error| panic!("{error} in {xml}"));
    let roles: Vec<_> =
        read.roles.iter().map(|role| (role.role.to_string(), role.principal.to_string())).collect();
    assert_eq!(roles, model.roles(), "{xml}");
    assert_eq!(read.session_name, Some(model.session_name()), "{xml}");
    assert_eq!(read.session_duration, Some(model.duration.into()), "{xml}");
    assert!(read.skipped.is_empty() && read.issuer.as_deref() == Some("http://www.okta.com/exk1"), "{xml}");
});
