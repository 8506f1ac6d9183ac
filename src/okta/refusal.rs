//! What Okta refuses, and what a person can do about it.
//!
//! Sources: Okta's list of API error codes, and its Authentication API reference for the states of a transaction. Only `errorCode` is
//! meant for programs; summaries are localised.

use crate::error::{Error, Kind, printable};
use crate::http::Response;
use crate::time;
use crate::transaction::Transaction;
use http::header::{DATE, HeaderName, RETRY_AFTER};
use serde_json::{Map, Value};

/// Whether an object is Okta's error body: it has an `errorCode`.
pub fn is_refusal(members: &Map<String, Value>) -> bool {
    members.get("errorCode").is_some_and(Value::is_string)
}

/// The failure that an Okta error body tells of, wherever it came from (`status` is 0 when only the body is known, as from curl).
pub fn refused_body(status: u16, body: Map<String, Value>) -> Error {
    let text = |name: &str| body.get(name).and_then(Value::as_str).map(printable).unwrap_or_default();
    let (code, summary) = (text("errorCode"), text("errorSummary"));
    let cause = body
        .get("errorCauses")
        .and_then(|causes| causes.get(0)?.get("errorSummary")?.as_str())
        .map(printable);
    let (kind, hint) = meaning(&code, status);
    let mut message =
        format!("Okta says: {} ({code})", if summary.is_empty() { "no reason given" } else { &summary });
    if let Some(cause) = cause.filter(|cause| !cause.is_empty() && *cause != summary) {
        message.push_str(&format!(": {cause}"));
    }
    Error::new(kind, message, hint).with_body(body)
}

/// The failure that an answer of the API tells of: one with a status of 300 or more, with an error body, or without any JSON object.
pub fn refused_answer(response: &Response, body: Option<Map<String, Value>>) -> Error {
    // A message that was sent a moment ago has a 429 of its own, whose summary says how long to wait.
    let sent_just_now =
        body.as_ref().and_then(|body| body.get("errorCode")?.as_str()).is_some_and(sent_just_now);
    if response.status == 429 && !sent_just_now {
        let wait =
            wait(response).map_or_else(|| "wait a minute".to_owned(), |seconds| format!("wait {seconds} s"));
        let error = Error::new(
            Kind::RateLimited,
            "Okta has had too many requests",
            format!("{wait}, then try again"),
        );
        return error.with_body(body.unwrap_or_default());
    }
    match body {
        Some(body) if is_refusal(&body) => refused_body(response.status, body),
        body => {
            let (kind, hint) = by_status(response.status);
            let what = if body.is_some() { "" } else { ", and no JSON" };
            Error::new(kind, format!("Okta answered HTTP {}{what}", response.status), hint)
                .with_body(body.unwrap_or_default())
        }
    }
}

/// The longest wait that is told. Okta's limits are by the minute or the hour; what says more is no limit of its.
const LONGEST_WAIT: i64 = 3600;

/// Seconds to wait, from X-Rate-Limit-Reset (epoch seconds) or Retry-After (seconds or a date, RFC 9110), against the answer's own
/// Date: no clock of ours is asked. `None` for what cannot be meant.
fn wait(response: &Response) -> Option<i64> {
    let date = || time::parse_http_date(response.header(DATE)?);
    let number = |name: HeaderName| response.header(name)?.trim().parse::<i64>().ok();
    let reset = || number(HeaderName::from_static("x-rate-limit-reset"))?.checked_sub(date()?);
    let after = || {
        let until = || time::parse_http_date(response.header(RETRY_AFTER)?)?.checked_sub(date()?);
        number(RETRY_AFTER).or_else(until)
    };
    let plausible = |seconds: &i64| *seconds <= LONGEST_WAIT;
    reset().filter(plausible).or_else(|| after().filter(plausible)).map(|seconds| seconds.max(1))
}

const AGAIN: &str = "sign in again";
const CHECK: &str = "run it again with -v to see the requests";
const BROWSER: &str = "sign in to Okta in a browser once to see what it asks for";

/// Whether a code of Okta's says that a text message, an email or a call went out a moment ago.
fn sent_just_now(code: &str) -> bool {
    matches!(code, "E0000109" | "E0000118" | "E0000133")
}

fn meaning(code: &str, status: u16) -> (Kind, &'static str) {
    match code {
        "E0000004" => (
            Kind::AuthenticationFailed,
            "check the name and the password; Okta gives the same answer for a locked or barred account",
        ),
        "E0000005" => (Kind::SessionExpired, AGAIN),
        "E0000006" | "E0000015" => (Kind::PolicyDenied, "ask an Okta administrator for access"),
        "E0000009" | "E0000010" | "E0000074" => (Kind::ServiceError, "try again later"),
        "E0000011" => {
            (Kind::SessionExpired, "the sign-in took too long or was cancelled: start again with authn")
        }
        "E0000047" => (Kind::RateLimited, "wait a minute, then try again"),
        "E0000064" => (Kind::PasswordExpired, "change the password in a browser"),
        "E0000067" => (Kind::MfaTimeout, "try again"),
        "E0000068" => (Kind::PasscodeWrong, "give the code that the factor shows now"),
        "E0000082" => (Kind::PasscodeWrong, "each code can be used once: wait for the next one"),
        "E0000069" | "E0000119" => {
            (Kind::LockedOut, "wait for the lock to end, or ask an Okta administrator to unlock the account")
        }
        "E0000085" => (
            Kind::PolicyDenied,
            "the org's sign-on policy refuses you here and now: ask an Okta administrator",
        ),
        "E0000092" => (Kind::StepUpRequired, BROWSER),
        code if sent_just_now(code) => {
            (Kind::RateLimited, "use the code that came, or wait as long as Okta says")
        }
        "E0000113" => (Kind::PasscodeWrong, "the token asks for another value: wait for its next code"),
        "E0000154" | "E0000180" => {
            (Kind::FactorUnsupported, "the factor is inactive: choose another with --factor")
        }
        _ => by_status(status),
    }
}

fn by_status(status: u16) -> (Kind, &'static str) {
    match status {
        429 => (Kind::RateLimited, "wait a minute, then try again"),
        401 => (Kind::AuthenticationFailed, AGAIN),
        403 => (Kind::PolicyDenied, "ask an Okta administrator for access"),
        500.. => (Kind::ServiceError, "try again later"),
        _ => (Kind::Protocol, CHECK),
    }
}

/// The failure that a transaction in a state from which no pipe can go on tells of, with the transaction as the body.
/// `protocol` for what is none: somebody else's JSON.
pub fn refused_status(members: &Map<String, Value>) -> Error {
    let transaction = Transaction::read(members);
    let status = transaction.as_ref().map_or("", |transaction| transaction.status);
    let result = transaction.as_ref().and_then(Transaction::factor_result);
    let (kind, message, hint) = match (status, result) {
        ("LOCKED_OUT", _) => (
            Kind::LockedOut,
            "the account is locked".to_owned(),
            "wait for the lock to end, or ask an Okta administrator to unlock it",
        ),
        ("PASSWORD_EXPIRED", _) => (
            Kind::PasswordExpired,
            "the password has expired".to_owned(),
            "change it in a browser, then sign in again",
        ),
        ("PASSWORD_RESET", _) => (
            Kind::PasswordExpired,
            "Okta wants a new password".to_owned(),
            "set it in a browser, then sign in again",
        ),
        ("MFA_ENROLL" | "MFA_ENROLL_ACTIVATE", _) => (
            Kind::EnrollmentRequired,
            "the org demands a second factor, and none is enrolled".to_owned(),
            "enrol one in a browser, then sign in again",
        ),
        ("MFA_CHALLENGE", Some("REJECTED")) => (
            Kind::MfaRejected,
            "the push was rejected".to_owned(),
            "sign in again; if it was not you, tell your security team",
        ),
        ("MFA_CHALLENGE", Some("TIMEOUT")) => (
            Kind::MfaTimeout,
            "nobody answered the push in time".to_owned(),
            "sign in again and answer it on the phone",
        ),
        ("MFA_CHALLENGE", Some(result)) => {
            (Kind::MfaRejected, format!("the factor ended with {}", printable(result)), AGAIN)
        }
        ("CONSENT_REQUIRED", _) => (Kind::ConsentRequired, "Okta asks for your consent".to_owned(), BROWSER),
        ("RECOVERY" | "RECOVERY_CHALLENGE", _) => (
            Kind::BrowserNeeded,
            "the account is being recovered".to_owned(),
            "finish the recovery in a browser, then sign in again",
        ),
        ("", _) => (Kind::Protocol, "Okta's answer is no transaction: it has no status".to_owned(), CHECK),
        (status, _) => (
            Kind::BrowserNeeded,
            format!(
                "the sign-in is in the state '{}', which cannot be finished from here",
                printable(status)
            ),
            BROWSER,
        ),
    };
    Error::new(kind, message, hint).with_body(members.clone())
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn members(value: Value) -> Map<String, Value> {
        value.as_object().unwrap().clone()
    }

    #[test]
    fn each_error_code_has_its_kind() {
        for (code, status, kind) in [
            ("E0000004", 401, Kind::AuthenticationFailed),
            ("E0000011", 401, Kind::SessionExpired),
            ("E0000047", 429, Kind::RateLimited),
            ("E0000068", 403, Kind::PasscodeWrong),
            ("E0000069", 403, Kind::LockedOut),
            ("E0000079", 403, Kind::PolicyDenied),
            ("E0000082", 403, Kind::PasscodeWrong),
            ("E0000009", 500, Kind::ServiceError),
            ("E0000007", 404, Kind::Protocol),
            ("E0000004", 0, Kind::AuthenticationFailed),
            ("E9999999", 0, Kind::Protocol),
            ("E9999999", 503, Kind::ServiceError),
        ] {
            assert_eq!(
                refused_body(status, members(json!({"errorCode": code}))).kind(),
                Some(kind),
                "{code} {status}"
            );
        }
    }

    /// An answer of 429 with these header lines; what `wait` makes of it.
    fn waits(headers: &[(&'static str, &str)]) -> Option<i64> {
        let mut all = http::HeaderMap::new();
        for (name, value) in headers {
            all.insert(HeaderName::from_static(name), value.parse().unwrap());
        }
        let url = url::Url::parse("https://example.okta.com/").unwrap();
        wait(&Response { status: 429, headers: all, body: Vec::new().into(), url })
    }

    #[test]
    fn how_long_to_wait_is_told_if_it_can_be_meant() {
        const DATE: (&str, &str) = ("date", "Thu, 01 Jan 2026 00:00:30 GMT");
        for (name, value, seconds) in [
            ("x-rate-limit-reset", "1767225660", Some(30)),
            ("x-rate-limit-reset", "1767139200", Some(1)),
            ("x-rate-limit-reset", "1798761600", None),
            ("x-rate-limit-reset", "9223372036854775807", None),
            ("x-rate-limit-reset", "-9223372036854775808", None),
            ("x-rate-limit-reset", "soon", None),
            ("retry-after", "17", Some(17)),
            ("retry-after", "0", Some(1)),
            ("retry-after", "31536000", None),
            ("retry-after", "Thu, 01 Jan 2026 00:01:10 GMT", Some(40)),
            ("retry-after", "Thu, 01 Jan 2027 00:00:00 GMT", None),
            ("retry-after", "-5", Some(1)),
            ("x-other", "5", None),
        ] {
            assert_eq!(waits(&[DATE, (name, value)]), seconds, "{name}: {value}");
        }
        assert_eq!(waits(&[("x-rate-limit-reset", "1767225660")]), None);
        let both = [DATE, ("x-rate-limit-reset", "1798761600"), ("retry-after", "17")];
        assert_eq!(waits(&both), Some(17));
    }

    #[test]
    fn the_summary_and_its_cause_are_said_without_control_characters() {
        let error = refused_body(
            403,
            members(json!({"errorCode": "E0000068", "errorSummary": "Invalid\u{1b}[2J",
            "errorCauses": [{"errorSummary": "Your passcode\ndoesn't match"}]})),
        );
        let text = error.to_string();
        assert!(text.starts_with("Okta says: Invalid [2J (E0000068): Your passcode doesn't match"), "{text}");
    }

    #[test]
    fn each_state_that_ends_a_pipe_has_its_kind() {
        for (state, kind) in [
            (json!({"status": "LOCKED_OUT"}), Kind::LockedOut),
            (json!({"status": "PASSWORD_EXPIRED"}), Kind::PasswordExpired),
            (json!({"status": "PASSWORD_RESET"}), Kind::PasswordExpired),
            (json!({"status": "MFA_ENROLL"}), Kind::EnrollmentRequired),
            (json!({"status": "MFA_ENROLL_ACTIVATE"}), Kind::EnrollmentRequired),
            (json!({"status": "MFA_CHALLENGE", "factorResult": "REJECTED"}), Kind::MfaRejected),
            (json!({"status": "MFA_CHALLENGE", "factorResult": "TIMEOUT"}), Kind::MfaTimeout),
            (json!({"status": "MFA_CHALLENGE", "factorResult": "FAILED"}), Kind::MfaRejected),
            (json!({"status": "RECOVERY"}), Kind::BrowserNeeded),
            (json!({"status": "CONSENT_REQUIRED"}), Kind::ConsentRequired),
            (json!({"status": "SOMETHING_NEW"}), Kind::BrowserNeeded),
            (json!({}), Kind::Protocol),
        ] {
            assert_eq!(refused_status(&members(state.clone())).kind(), Some(kind), "{state}");
        }
    }
}
