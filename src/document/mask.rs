//! Which members are secrets, and what a terminal shows in their place.

use super::Document;
use serde_json::{Map, Value};
use std::collections::HashSet;

/// What stands in a secret's place on a terminal.
pub const HIDDEN: &str = "(hidden: --reveal)";

/// Members that are secrets wherever they stand: Okta's tokens, the assertion, AWS's keys, OAuth's tokens.
const SECRET_MEMBERS: [&str; 20] = [
    "stateToken",
    "sessionToken",
    "recoveryToken",
    "stateHandle",
    "password",
    "passCode",
    "answer",
    "SAMLResponse",
    "SAMLAssertion",
    "SecretAccessKey",
    "SessionToken",
    "SigninToken",
    "SigninUrl",
    "AWS_SECRET_ACCESS_KEY",
    "AWS_SESSION_TOKEN",
    "access_token",
    "id_token",
    "refresh_token",
    "device_code",
    "mfa_token",
];

/// The most bytes of texts times secrets that are searched. A login's documents have up to 40 secrets; a peer that sends 30,000
/// of them beside as many texts would keep us busy for a minute.
const SEARCHED: usize = 64 << 20;

/// A session object's `id` is the value of the cookie `sid`; every other document's `id` is a name. A session is told
/// by the members that only it has.
fn is_session(members: &Map<String, Value>) -> bool {
    members.contains_key("id")
        && (members.contains_key("lastPasswordVerification") || members.contains_key("userId"))
}

/// The document as a terminal may show it, and whether anything was hidden. Access key ids, ARNs and times stay.
pub fn mask(document: &Document) -> (Document, bool) {
    let mut members = document.0.clone();
    let hidden = replace(&mut members, &Secrets::of(&document.0), &mut |value| *value = HIDDEN.into());
    (Document(members), hidden)
}

/// A service's error body without its one-time tokens: the members are removed, and so is every text that repeats one
/// (a link with `?stateToken=`, say).
pub fn without_tokens(mut members: Map<String, Value>) -> Map<String, Value> {
    let secrets = Secrets::of(&members);
    replace(&mut members, &secrets, &mut |value| *value = Value::Null);
    remove_null_secrets(&mut members);
    members
}

/// Whether a secret's place holds [`HIDDEN`].
pub(super) fn holds_hidden(members: &Map<String, Value>) -> bool {
    members.values().any(|value| match value {
        Value::String(text) => text == HIDDEN,
        Value::Array(items) => items.iter().any(|item| match item {
            Value::Object(members) => holds_hidden(members),
            other => other.as_str() == Some(HIDDEN),
        }),
        Value::Object(members) => holds_hidden(members),
        _ => false,
    })
}

/// The secrets of a document.
struct Secrets {
    texts: HashSet<String>,
    /// Whether they are too many to be looked for; then every text counts as one.
    too_many: bool,
}

impl Secrets {
    fn of(members: &Map<String, Value>) -> Secrets {
        let mut texts = HashSet::new();
        if let (true, Some(id)) = (is_session(members), members.get("id").and_then(Value::as_str)) {
            texts.insert(id.to_owned());
        }
        collect(members, false, &mut texts);
        let searched: usize = members.values().map(text_bytes).sum();
        let too_many = texts.len().saturating_mul(searched) > SEARCHED;
        Secrets { texts, too_many }
    }

    fn stand_in(&self, text: &str) -> bool {
        let repeats = |secret: &String| secret.len() >= 8 && text.contains(secret.as_str());
        self.too_many || self.texts.contains(text) || self.texts.iter().any(repeats)
    }
}

fn text_bytes(value: &Value) -> usize {
    match value {
        Value::String(text) => text.len(),
        Value::Array(items) => items.iter().map(text_bytes).sum(),
        Value::Object(members) => members.values().map(text_bytes).sum(),
        _ => 0,
    }
}

fn collect(members: &Map<String, Value>, all: bool, secrets: &mut HashSet<String>) {
    for (name, value) in members {
        match value {
            Value::String(text) if (all || SECRET_MEMBERS.contains(&name.as_str())) && !text.is_empty() => {
                secrets.insert(text.clone());
            }
            Value::Object(members) => collect(members, name == "cookies", secrets),
            Value::Array(items) => {
                items
                    .iter()
                    .filter_map(Value::as_object)
                    .for_each(|members| collect(members, false, secrets));
            }
            _ => {}
        }
    }
}

/// Calls `hide` on every string that is a secret, or that repeats one of at least 8 characters.
fn replace(members: &mut Map<String, Value>, secrets: &Secrets, hide: &mut dyn FnMut(&mut Value)) -> bool {
    let mut any = false;
    for value in members.values_mut() {
        any |= replace_value(value, secrets, hide);
    }
    any
}

fn replace_value(value: &mut Value, secrets: &Secrets, hide: &mut dyn FnMut(&mut Value)) -> bool {
    match value {
        Value::String(text) => {
            let hit = secrets.stand_in(text);
            if hit {
                hide(value);
            }
            hit
        }
        Value::Array(items) => {
            items.iter_mut().fold(false, |any, item| replace_value(item, secrets, hide) | any)
        }
        Value::Object(members) => replace(members, secrets, hide),
        _ => false,
    }
}

fn remove_null_secrets(members: &mut Map<String, Value>) {
    members.retain(|name, value| !(value.is_null() && SECRET_MEMBERS.contains(&name.as_str())));
    for value in members.values_mut() {
        match value {
            Value::Object(members) => remove_null_secrets(members),
            Value::Array(items) => {
                items.iter_mut().filter_map(Value::as_object_mut).for_each(remove_null_secrets)
            }
            _ => {}
        }
    }
}

#[cfg(test)]
mod tests {
    mod edges;

    use super::*;
    use crate::document::to_line;
    use serde_json::json;

    fn masked(value: Value) -> String {
        let Value::Object(members) = value else { panic!() };
        to_line(&mask(&Document(members)).0)
    }

    #[test]
    fn secrets_are_hidden_and_names_are_not() {
        let text = masked(json!({
            "Credentials": {"AccessKeyId": "ASIA1", "SecretAccessKey": "s3cret", "SessionToken": "s3cret", "Expiration": "2026-01-01T00:00:00Z"},
            "_oktapipe": {"cookies": {"sid": "s3cret", "DT": "s3cret2"}},
        }));
        assert!(!text.contains("s3cret") && text.contains("ASIA1") && text.contains("2026-01-01"), "{text}");
    }

    #[test]
    fn an_id_is_hidden_in_a_session_only() {
        assert!(!masked(json!({"id": "102s3cret", "userId": "00u", "status": "ACTIVE"})).contains("s3cret"));
        assert!(masked(json!({"id": "00oacme", "pipeline": "v1"})).contains("00oacme"));
    }

    #[test]
    fn a_text_that_repeats_a_secret_is_hidden_too() {
        let text = masked(
            json!({"stateToken": "00s3cretT0ken", "_links": {"next": {"href": "https://a/x?stateToken=00s3cretT0ken"}}}),
        );
        assert!(!text.contains("s3cret"), "{text}");
    }

    #[test]
    fn too_many_secrets_hide_every_text() {
        let tokens = |n: usize| -> Vec<Value> {
            (0..n).map(|i| json!({"stateToken": format!("token-{i:06}"), "name": format!("n{i}")})).collect()
        };
        assert!(masked(json!({"all": tokens(100)})).contains("n99"));
        let begin = std::time::Instant::now();
        let text = masked(json!({"all": tokens(12_000), "errorSummary": "x"}));
        assert!(!text.contains("token-") && !text.contains("\"n1"));
        let members = json!({"all": tokens(12_000), "errorCode": 7}).as_object().unwrap().clone();
        let left = Value::Object(without_tokens(members)).to_string();
        assert!(!left.contains("token-") && left.contains("errorCode"));
        assert!(begin.elapsed() < std::time::Duration::from_secs(5), "{:?}", begin.elapsed());
    }

    #[test]
    fn nothing_to_hide_is_said() {
        assert!(!mask(&Document(Map::from_iter([("Account".to_owned(), "111122223333".into())]))).1);
    }
}
