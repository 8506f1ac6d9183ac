//! From a page with decoys through the offline stage: the roles that were meant, and the base64 that stood in the form.
#![no_main]

use libfuzzer_sys::fuzz_target;
use oktapipe::assertion::{Encoded, XML_LIMIT};
use oktapipe::cli::Cli;
use oktapipe_fuzz::model::{Model, Style};
use oktapipe_fuzz::{pages, stages};
use serde_json::Value;
use std::sync::LazyLock;

static CLI: LazyLock<Cli> = LazyLock::new(|| stages::cli(&["oktapipe", "saml-roles"]));

fuzz_target!(|input: (Model, Style, Vec<u8>)| {
    let (model, style, decoys) = input;
    let xml = model.xml(&style);
    if model.roles().is_empty() || xml.trim_ascii().len() > XML_LIMIT {
        return;
    }
    let Ok(encoded) = Encoded::from_xml(xml.as_bytes()) else { panic!("{xml}") };
    let page = pages::page(encoded.base64(), &style, &decoys);
    let out = stages::run(&CLI, page.as_bytes()).unwrap_or_else(|error| panic!("{error} in {page}"));
    let out: Value = serde_json::from_str(&out).expect("JSON");
    let text = |value: &Value, name: &str| value[name].as_str().unwrap_or_default().to_owned();
    assert_eq!(out["SAMLAssertion"], encoded.base64(), "{page}");
    let roles: Vec<_> = out["Roles"]
        .as_array()
        .into_iter()
        .flatten()
        .map(|role| (text(role, "RoleArn"), text(role, "PrincipalArn")))
        .collect();
    assert_eq!(roles, model.roles(), "{page}");
});
