//! The document that flows through the pipe.
//!
//! A document is the JSON object that the step's service (or the AWS CLI) prints, plus one reserved member:
//!
//! ```json
//! {"status": "SUCCESS", "sessionToken": "…",
//!  "_oktapipe": {"v": 1, "org": "https://acme.okta.com", "app": "0oa…", "region": "eu-west-1",
//!                "cookies": {"DT": "…"},
//!                "error": {"stage": "authn", "kind": "…", "message": "…", "hint": "…", "exit_code": 77, "retryable": false}}}
//! ```
//!
//! All members of `_oktapipe` but `v` are optional. No member of a service's answer is dropped because we don't know it;
//! members of a stage's input are not copied into its output, only `_oktapipe` travels ([`Carry`]).

#[cfg(test)]
mod laws;
mod mask;
mod read;
mod strict;
mod write;

pub use mask::{HIDDEN, mask, without_tokens};
pub use read::{INPUT_LIMIT, Input, LINES_LIMIT, LINES_VALUES, read, read_lines};
pub use strict::{DEPTH, VALUES};
pub use write::{to_line, to_pretty};

use crate::error::{Error, Failure, Kind};
use secrecy::SecretString;
use serde_json::{Map, Value, json};
use std::fmt;
use zeroize::Zeroize;

/// The name of the reserved member.
pub const RESERVED: &str = "_oktapipe";

/// The version of the reserved member that we write, and the highest that we read.
pub const VERSION: u64 = 1;

/// One JSON object. Its `Debug` prints member names only, and its strings are wiped when it is dropped (best effort:
/// what serde_json moved while it parsed is not).
#[derive(Clone, Default, PartialEq)]
pub struct Document(Map<String, Value>);

impl Document {
    /// The object's members.
    pub fn members(&self) -> &Map<String, Value> {
        &self.0
    }

    /// Takes the members out, to be written.
    pub fn into_members(mut self) -> Map<String, Value> {
        std::mem::take(&mut self.0)
    }

    /// A member that is a string.
    pub fn text(&self, name: &str) -> Option<&str> {
        self.0.get(name).and_then(Value::as_str)
    }

    /// A member that is a string and not empty, as a secret: an empty one is what a filter leaves of a member that was not there.
    pub fn secret(&self, name: &str) -> Option<SecretString> {
        self.text(name).filter(|text| !text.is_empty()).map(|text| SecretString::from(text.to_owned()))
    }

    /// Whether the document has the member.
    pub fn has(&self, name: &str) -> bool {
        self.0.contains_key(name)
    }

    /// The error that the document tells of, with the exit code of the stage that failed; a number that no stage can
    /// have exited with (0, or above 255) counts as 70.
    pub fn upstream_error(&self) -> Option<Error> {
        let error = self.0.get(RESERVED)?.get("error")?.as_object()?;
        let exit_code =
            error.get("exit_code").and_then(Value::as_u64).and_then(|code| u8::try_from(code).ok());
        let exit_code = exit_code.filter(|code| *code != 0).unwrap_or(Kind::Internal.exit_code());
        Some(Error::Upstream { exit_code, document: self.0.clone() })
    }

    /// The reserved member; empty where the document has none (it came from curl, say).
    ///
    /// # Errors
    /// `wrong_document` when it is no object, or from a later version than ours.
    pub fn carry(&self) -> Result<Carry, Error> {
        let Some(reserved) = self.0.get(RESERVED) else { return Ok(Carry::default()) };
        let Some(members) = reserved.as_object() else {
            return Err(Error::new(
                Kind::WrongDocument,
                "the document's member _oktapipe is not an object",
                "pass on what the stage before printed",
            ));
        };
        match members.get("v").map(Value::as_u64) {
            None | Some(Some(0..=VERSION)) => Ok(Carry(members.clone())),
            Some(_) => Err(Error::new(
                Kind::WrongDocument,
                "the document was written by a later version of oktapipe",
                "use the same oktapipe in all stages",
            )),
        }
    }
}

/// The object that a service answered with. `None` for anything else: text that is no JSON, another value, two values of one name,
/// more than [`VALUES`], deeper than [`DEPTH`].
pub fn object(bytes: &[u8]) -> Option<Map<String, Value>> {
    match serde_json::from_slice::<strict::Strict>(bytes).ok()?.value {
        Value::Object(members) => Some(members),
        _ => None,
    }
}

impl From<Map<String, Value>> for Document {
    fn from(members: Map<String, Value>) -> Self {
        Document(members)
    }
}

impl fmt::Debug for Document {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_set().entries(self.0.keys()).finish()
    }
}

impl Drop for Document {
    fn drop(&mut self) {
        self.0.values_mut().for_each(wipe);
    }
}

fn wipe(value: &mut Value) {
    match value {
        Value::String(text) => text.zeroize(),
        Value::Array(items) => items.iter_mut().for_each(wipe),
        Value::Object(members) => members.values_mut().for_each(wipe),
        _ => {}
    }
}

/// What travels from stage to stage: the reserved member. Members of it that we don't know travel too.
#[derive(Clone, Default, PartialEq)]
pub struct Carry(Map<String, Value>);

impl Carry {
    /// A setting: `org`, `app`, `profile` or `region`.
    pub fn setting(&self, name: &str) -> Option<&str> {
        self.0.get(name).and_then(Value::as_str).filter(|text| !text.is_empty())
    }

    /// Sets a setting.
    pub fn set(&mut self, name: &str, value: &str) {
        self.0.insert(name.to_owned(), value.into());
    }

    /// The cookies of the org's origin, by name.
    pub fn cookies(&self) -> Vec<(String, SecretString)> {
        let cookies = self.0.get("cookies").and_then(Value::as_object);
        let pairs =
            cookies.into_iter().flatten().filter_map(|(name, value)| Some((name.clone(), value.as_str()?)));
        pairs.map(|(name, value)| (name, SecretString::from(value.to_owned()))).collect()
    }

    /// Replaces the cookies; none removes the member.
    pub fn set_cookies<'a>(&mut self, cookies: impl Iterator<Item = (&'a str, &'a str)>) {
        let cookies: Map<String, Value> =
            cookies.map(|(name, value)| (name.to_owned(), value.into())).collect();
        match cookies.is_empty() {
            true => self.0.remove("cookies"),
            false => self.0.insert("cookies".to_owned(), cookies.into()),
        };
    }

    /// The service's answer with the reserved member beside it, `v` first.
    pub fn beside(&self, mut answer: Map<String, Value>) -> Document {
        let mut reserved = Map::from_iter([("v".to_owned(), VERSION.into())]);
        reserved.extend(
            self.0
                .iter()
                .filter(|(name, _)| *name != "v" && *name != "error")
                .map(|(n, v)| (n.clone(), v.clone())),
        );
        answer.insert(RESERVED.to_owned(), reserved.into());
        Document(answer)
    }
}

impl fmt::Debug for Carry {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_set().entries(self.0.keys()).finish()
    }
}

impl Drop for Carry {
    fn drop(&mut self) {
        self.0.values_mut().for_each(wipe);
    }
}

/// The error document of a failed stage: the service's own error body, if it sent a JSON object, without its tokens, and
/// `_oktapipe.error` beside it.
pub fn error_document(stage: &str, failure: &Failure) -> Document {
    let (kind, exit_code, retryable) = failure.kind.row();
    let mut members = without_tokens(failure.body.clone());
    let error = json!({
        "stage": stage, "kind": kind, "message": failure.message, "hint": failure.hint,
        "exit_code": exit_code, "retryable": retryable,
    });
    members.insert(RESERVED.to_owned(), json!({ "v": VERSION, "error": error }));
    Document(members)
}

#[cfg(test)]
mod tests {
    mod members;

    use super::*;

    fn document(text: &str) -> Document {
        match read(text.as_bytes()).unwrap() {
            Input::Document(document) => document,
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn only_the_reserved_member_travels() {
        let carry =
            document(r#"{"a":1,"_oktapipe":{"v":1,"org":"https://a.okta.com","later":[1],"error":null}}"#)
                .carry()
                .unwrap();
        let out = carry.beside(Map::from_iter([("b".to_owned(), 2.into())]));
        assert_eq!(
            to_line(&out),
            "{\"b\":2,\"_oktapipe\":{\"v\":1,\"org\":\"https://a.okta.com\",\"later\":[1]}}\n"
        );
    }

    #[test]
    fn a_later_version_is_refused() {
        for reserved in ["{\"v\":2}", "{\"v\":\"1\"}", "{\"v\":1.5}", "[]", "7"] {
            let error = document(&format!("{{\"_oktapipe\":{reserved}}}")).carry().unwrap_err();
            assert_eq!(error.kind(), Some(Kind::WrongDocument), "{reserved}");
        }
    }

    #[test]
    fn an_error_document_tells_its_exit_code() {
        for (code, expected) in [("77", 77), ("0", 70), ("256", 70), ("-1", 70), ("\"77\"", 70), ("null", 70)]
        {
            let document = document(&format!("{{\"_oktapipe\":{{\"error\":{{\"exit_code\":{code}}}}}}}"));
            assert!(
                matches!(document.upstream_error(), Some(Error::Upstream { exit_code, .. }) if exit_code == expected),
                "{code}"
            );
        }
        assert!(document(r#"{"_oktapipe":{"v":1}}"#).upstream_error().is_none());
    }

    #[test]
    fn an_error_document_keeps_the_services_body_without_its_tokens() {
        let error = Error::new(Kind::LockedOut, "the account is locked", "ask the help desk");
        let body = document(
            r#"{"status":"LOCKED_OUT","stateToken":"00s3cret-token","_links":{"next":{"href":"https://a/?t=00s3cret-token"}}}"#,
        );
        let Error::Failed(failure) = error.with_body(body.members().clone()) else { panic!() };
        let text = to_line(&error_document("authn", &failure));
        assert!(
            !text.contains("s3cret") && text.contains("LOCKED_OUT") && text.contains("\"exit_code\":77"),
            "{text}"
        );
    }

    #[test]
    fn debug_shows_names_only() {
        let document = document(r#"{"sessionToken":"s3cret","_oktapipe":{"cookies":{"sid":"s3cret"}}}"#);
        let shown = format!("{document:?} {:?}", document.carry().unwrap());
        assert!(shown.contains("sessionToken") && !shown.contains("s3cret"), "{shown}");
    }
}
