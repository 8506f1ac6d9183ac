//! Faults a test asks for: the next requests to some path go wrong in a chosen way.

use crate::clock::{SECOND, real_now};
use serde_json::json;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

/// A scripted fault: after `skip` requests whose path starts with `path_prefix`, the next `times` meet
/// `action`.
#[derive(Debug, Clone)]
pub struct Fault {
    /// The beginning of the path with its query, `/api/v1/authn`. With `okta:` or `sts:` in front it is meant
    /// for that service alone (`sts:/`); without, for both. An empty string is every request.
    pub path_prefix: String,
    /// How many matching requests pass unharmed first.
    pub skip: u32,
    /// How many then meet the action.
    pub times: u32,
    /// What happens to them.
    pub action: Action,
}

impl Fault {
    /// A fault for the very next request to a path, once.
    pub fn next(path_prefix: &str, action: Action) -> Fault {
        Fault { path_prefix: path_prefix.to_owned(), skip: 0, times: 1, action }
    }
}

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
        let body = body.to_string();
        Action::Answer { status, content_type: "application/json".to_owned(), body, headers: Vec::new() }
    }

    /// An error in STS's form.
    pub fn sts_error(status: u16, code: &str, message: &str) -> Action {
        let side = if status < 500 { "Sender" } else { "Receiver" };
        let body = format!(
            "<ErrorResponse xmlns=\"https://sts.amazonaws.com/doc/2011-06-15/\"><Error><Type>{side}</Type>\
             <Code>{code}</Code><Message>{message}</Message></Error>\
             <RequestId>5c35c35c-0000-4000-a000-5a4db0c5fa17</RequestId></ErrorResponse>"
        );
        Action::Answer { status, content_type: "text/xml".to_owned(), body, headers: Vec::new() }
    }
}

fn okta_429(limit: &str, reset: &str) -> Action {
    let summary = "API call exceeded rate limit due to too many requests.";
    let mut action = Action::okta_error(429, "E0000047", summary);
    if let Action::Answer { headers, .. } = &mut action {
        for (name, value) in [("limit", limit), ("remaining", "0"), ("reset", reset)] {
            headers.push((format!("x-rate-limit-{name}"), value.to_owned()));
        }
    }
    action
}

/// The faults still to come.
#[derive(Debug, Default)]
pub(crate) struct Faults {
    waiting: Mutex<Vec<Fault>>,
}

impl Faults {
    pub(crate) fn add(&self, fault: Fault) {
        self.waiting.lock().unwrap_or_else(PoisonError::into_inner).push(fault);
    }

    /// The action for a request, if one is due. Every fault that matches counts the request, so two faults on
    /// one path keep to their own numbers; the first one due is the one that happens.
    pub(crate) fn due(&self, service: &str, path: &str) -> Option<Action> {
        let mut waiting = self.waiting.lock().unwrap_or_else(PoisonError::into_inner);
        let mut due = None;
        for fault in waiting.iter_mut() {
            let prefix = match fault.path_prefix.split_once(':') {
                Some((named, rest)) if named == "okta" || named == "sts" => {
                    if named != service {
                        continue;
                    }
                    rest
                }
                _ => fault.path_prefix.as_str(),
            };
            if !path.starts_with(prefix) {
                continue;
            }
            if fault.skip > 0 {
                fault.skip -= 1;
            } else if fault.times > 0 && due.is_none() {
                fault.times -= 1;
                due = Some(fault.action.clone());
            }
        }
        waiting.retain(|fault| fault.times > 0);
        due
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_fault_skips_then_strikes_then_is_gone() {
        let faults = Faults::default();
        faults.add(Fault {
            path_prefix: "okta:/api".to_owned(),
            skip: 1,
            times: 2,
            action: Action::CloseBeforeAnswer,
        });
        assert!(faults.due("sts", "/api").is_none());
        let struck: Vec<bool> = (0..4).map(|_| faults.due("okta", "/api/v1").is_some()).collect();
        assert_eq!(struck, [false, true, true, false]);
    }
}
