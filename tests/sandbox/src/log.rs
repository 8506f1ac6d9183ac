//! The record of what was asked.

use std::sync::{Mutex, PoisonError};

/// One request the sandbox got, with the status it answered. Requests to `/sandbox/…` are not recorded: they
/// are the tester's, not the tested program's.
#[derive(Debug, Clone)]
pub struct Request {
    /// `okta` or `sts`.
    pub service: &'static str,
    /// The method.
    pub method: String,
    /// The path, with its query.
    pub path: String,
    /// The status answered; 0 if a fault closed the connection instead.
    pub status: u16,
    /// Whether a session cookie (`sid`) came with it.
    pub has_cookie: bool,
    /// Every request header in the order received, names in lower case.
    pub headers: Vec<(String, String)>,
    /// The request's body; bytes that are not UTF-8 are replaced.
    pub body: String,
}

impl Request {
    /// The first header of this name (given in lower case).
    pub fn header(&self, name: &str) -> Option<&str> {
        let found = self.headers.iter().find(|(key, _)| key == name);
        found.map(|(_, value)| value.as_str())
    }
}

/// All requests of one sandbox, oldest first.
#[derive(Debug, Default)]
pub(crate) struct Log {
    requests: Mutex<Vec<Request>>,
}

impl Log {
    pub(crate) fn add(&self, request: Request) {
        self.requests.lock().unwrap_or_else(PoisonError::into_inner).push(request);
    }

    pub(crate) fn all(&self) -> Vec<Request> {
        self.requests.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }
}
