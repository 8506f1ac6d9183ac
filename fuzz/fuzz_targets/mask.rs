//! No value of a masked document, or of an error body without its tokens, repeats a secret.
#![no_main]

use libfuzzer_sys::fuzz_target;
use oktapipe::document::{Document, mask, object, without_tokens};
use serde_json::Value;

fn texts<'a>(value: &'a Value, name: &'a str, out: &mut Vec<(&'a str, &'a str)>) {
    match value {
        Value::String(text) => out.push((name, text)),
        Value::Array(items) => items.iter().for_each(|item| texts(item, "", out)),
        Value::Object(members) => members.iter().for_each(|(name, value)| texts(value, name, out)),
        _ => {}
    }
}

fuzz_target!(|bytes: &[u8]| {
    let Some(members) = object(bytes) else { return };
    let (whole, document) = (Value::Object(members.clone()), Document::from(members.clone()));
    let mut before = Vec::new();
    texts(&whole, "", &mut before);
    let secret = |name: &str| {
        ["stateToken", "sessionToken", "SecretAccessKey", "SAMLAssertion", "password"].contains(&name)
    };
    let secrets: Vec<_> =
        before.iter().filter(|(name, text)| secret(name) && text.len() >= 8).map(|(_, text)| *text).collect();
    let shown = [Value::Object(mask(&document).0.members().clone()), Value::Object(without_tokens(members))];
    for value in &shown {
        let mut after = Vec::new();
        texts(value, "", &mut after);
        let shows =
            |text: &str| text != "(hidden: --reveal)" && secrets.iter().any(|secret| text.contains(secret));
        assert!(!after.iter().any(|(_, text)| shows(text)), "{value}");
    }
});
