//! Which members are secrets, and what a terminal shows in their place.

use super::Document;
use serde_json::{Map, Value};

/// What stands in a secret's place on a terminal.
pub const HIDDEN: &str = "(hidden: --reveal)";

/// Members that are secrets wherever they stand: Okta's tokens, the assertion, AWS's keys, OAuth's tokens.
const SECRET_MEMBERS: [&str; 18] = [
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
    "AWS_SECRET_ACCESS_KEY",
    "AWS_SESSION_TOKEN",
    "access_token",
    "id_token",
    "refresh_token",
    "device_code",
    "mfa_token",
];

/// A session object's `id` is the value of the cookie `sid`; every other document's `id` is a name. A session is told
/// by the members that only it has.
fn is_session(members: &Map<String, Value>) -> bool {
    members.contains_key("id")
        && (members.contains_key("lastPasswordVerification") || members.contains_key("userId"))
}

/// The document as a terminal may show it, and whether anything was hidden. Access key ids, ARNs and times stay.
pub fn mask(document: &Document) -> (Document, bool) {
    let mut members = document.0.clone();
    let mut secrets = Vec::new();
    collect_document(&members, &mut secrets);
    let hidden = replace(&mut members, &secrets, &mut |value| *value = HIDDEN.into());
    (Document(members), hidden)
}

/// A service's error body without its one-time tokens: the members are removed, and so is every text that repeats one
/// (a link with `?stateToken=`, say).
pub fn without_tokens(mut members: Map<String, Value>) -> Map<String, Value> {
    let mut secrets = Vec::new();
    collect_document(&members, &mut secrets);
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

fn collect_document(members: &Map<String, Value>, secrets: &mut Vec<String>) {
    if let (true, Some(id)) = (is_session(members), members.get("id").and_then(Value::as_str)) {
        secrets.push(id.to_owned());
    }
    collect(members, false, secrets);
}

fn collect(members: &Map<String, Value>, all: bool, secrets: &mut Vec<String>) {
    for (name, value) in members {
        match value {
            Value::String(text) if (all || SECRET_MEMBERS.contains(&name.as_str())) && !text.is_empty() => {
                secrets.push(text.clone());
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
fn replace(members: &mut Map<String, Value>, secrets: &[String], hide: &mut dyn FnMut(&mut Value)) -> bool {
    let mut any = false;
    for value in members.values_mut() {
        any |= replace_value(value, secrets, hide);
    }
    any
}

fn replace_value(value: &mut Value, secrets: &[String], hide: &mut dyn FnMut(&mut Value)) -> bool {
    match value {
        Value::String(text) => {
            let hit = secrets
                .iter()
                .any(|secret| text == secret || (secret.len() >= 8 && text.contains(secret.as_str())));
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
    fn nothing_to_hide_is_said() {
        assert!(!mask(&Document(Map::from_iter([("Account".to_owned(), "111122223333".into())]))).1);
    }
}
