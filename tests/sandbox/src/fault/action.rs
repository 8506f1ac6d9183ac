//! What a fault does.

use super::tamper::Tamper;
use crate::clock::{SECOND, real_now};
use serde_json::json;
use std::time::Duration;

/// What a fault does.
#[derive(Debug, Clone)]
pub enum Action {
    /// Answers this, without doing what was asked.
    Answer {
        /// The HTTP status.
        status: u16,
        /// The `Content-Type`; empty for none.
        content_type: String,
        /// The body.
        body: String,
        /// Further headers.
        headers: Vec<(String, String)>,
    },
    /// Waits, then answers normally.
    Delay(Duration),
    /// Reads the request, does nothing of it and closes the connection.
    CloseBeforeAnswer,
    /// Does what was asked and sends the real head with its `Content-Length`, then only so many bytes of the
    /// body, then closes the connection.
    CutBody(usize),
    /// Answers 302 with this `Location`, without doing what was asked.
    Redirect(String),
    /// Does what was asked, and spoils the answer on its way.
    Tamper(Tamper),
    /// Spoils the connection, before any request.
    Connection(Connection),
}

/// What befalls a connection before any request.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Connection {
    /// Nobody listens. It lasts until the faults are cleared: what is refused cannot be counted.
    Refused,
    /// Taken, and reset at once.
    Reset,
    /// Taken, and nothing ever comes: a black hole.
    Silent,
    /// TLS with a certificate that is no good.
    Certificate(Certificate),
    /// The hello is answered with an alert.
    Alert,
    /// The server's hello breaks off.
    TruncatedHandshake,
    /// The server's hello chooses TLS 1.1.
    OldTls,
    /// The hello is answered in plain HTTP.
    PlainHttp,
}

/// What is wrong with a certificate.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Certificate {
    /// Signed by itself.
    SelfSigned,
    /// Its time is over.
    Expired,
    /// Its time has not come.
    NotYetValid,
    /// It is for another host.
    OtherName,
}

impl Action {
    /// Okta's answer to too many requests: 429 until so many seconds from now (Okta's rate limit pages).
    pub fn rate_limit(seconds: i64) -> Action {
        okta_429("600", &(real_now().div_euclid(SECOND) + seconds).to_string())
    }

    /// Okta's answer to too many requests at once: 429 with a limit of 0, whose reset is only a hint.
    pub fn concurrency_limit() -> Action {
        okta_429("0", &(real_now().div_euclid(SECOND) + 1).to_string())
    }

    /// An error in Okta's form.
    pub fn okta_error(status: u16, code: &str, summary: &str) -> Action {
        let body = json!({
            "errorCode": code,
            "errorSummary": summary,
            "errorLink": code,
            "errorId": "oaeSandboxFault0123456789",
            "errorCauses": [],
        });
        Action::answer(status, "application/json", body.to_string())
    }

    /// An error in STS's form.
    pub fn sts_error(status: u16, code: &str, message: &str) -> Action {
        let side = if status < 500 { "Sender" } else { "Receiver" };
        let body = format!(
            "<ErrorResponse xmlns=\"https://sts.amazonaws.com/doc/2011-06-15/\"><Error><Type>{side}</Type>\
             <Code>{code}</Code><Message>{message}</Message></Error>\
             <RequestId>5c35c35c-0000-4000-a000-5a4db0c5fa17</RequestId></ErrorResponse>"
        );
        Action::answer(status, "text/xml", body)
    }

    /// Any answer.
    pub fn answer(status: u16, content_type: &str, body: impl Into<String>) -> Action {
        let (content_type, body) = (content_type.to_owned(), body.into());
        Action::Answer { status, content_type, body, headers: Vec::new() }
    }

    /// A further header of an [`Action::Answer`]; others stay as they are.
    #[must_use]
    pub fn with(mut self, name: &str, value: impl Into<String>) -> Action {
        if let Action::Answer { headers, .. } = &mut self {
            headers.push((name.to_owned(), value.into()));
        }
        self
    }
}

fn okta_429(limit: &str, reset: &str) -> Action {
    let summary = "API call exceeded rate limit due to too many requests.";
    [("limit", limit), ("remaining", "0"), ("reset", reset)]
        .into_iter()
        .fold(Action::okta_error(429, "E0000047", summary), |action, (name, value)| {
            action.with(&format!("x-rate-limit-{name}"), value)
        })
}
