//! Credentials in any of the shapes that AWS's tools print them.

use super::misplaced;
use crate::document::Document;
use crate::error::{Error, Kind};
use crate::time;
use secrecy::SecretString;
use serde_json::{Map, Value};

/// Temporary credentials, checked.
#[derive(Debug)]
pub(super) struct Credentials {
    pub(super) access_key_id: String,
    pub(super) secret_access_key: SecretString,
    pub(super) session_token: Option<SecretString>,
    /// Seconds since 1970.
    pub(super) expiration: Option<i64>,
}

impl Credentials {
    /// Reads `{"Credentials": {…}}` as STS answers, credential_process JSON, or the bare members.
    ///
    /// # Errors
    /// `wrong_document` for other documents, missing members, and a value with a character that no key of AWS has: such a value would be
    /// code in somebody's shell.
    pub(super) fn read(document: &Document) -> Result<Credentials, Error> {
        let members = document.members();
        let members = members.get("Credentials").and_then(Value::as_object).unwrap_or(members);
        if !members.contains_key("AccessKeyId") {
            return Err(misplaced(document));
        }
        let required = |name| member(members, name)?.ok_or_else(|| fault(name, "is missing"));
        let expiration = match members.get("Expiration") {
            None | Some(Value::Null) => None,
            Some(value) => Some(
                value
                    .as_str()
                    .and_then(time::parse)
                    .ok_or_else(|| fault("Expiration", "is not an RFC 3339 time"))?,
            ),
        };
        Ok(Credentials {
            access_key_id: required("AccessKeyId")?,
            secret_access_key: SecretString::from(required("SecretAccessKey")?),
            session_token: member(members, "SessionToken")?.map(SecretString::from),
            expiration,
        })
    }
}

fn member(members: &Map<String, Value>, name: &str) -> Result<Option<String>, Error> {
    match members.get(name) {
        None | Some(Value::Null) => Ok(None),
        Some(Value::String(text)) if text.is_empty() => Ok(None),
        Some(Value::String(text))
            if text.bytes().all(|b| b.is_ascii_alphanumeric() || b"/+=_-.".contains(&b)) =>
        {
            Ok(Some(text.clone()))
        }
        Some(Value::String(_)) => Err(fault(name, "holds a character that no key of AWS has")),
        Some(_) => Err(fault(name, "is not a string")),
    }
}

fn fault(name: &str, what: &str) -> Error {
    Error::new(
        Kind::WrongDocument,
        format!("the credentials' {name} {what}"),
        "pass on what assume or the AWS CLI printed",
    )
}
