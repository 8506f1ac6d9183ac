//! What comes of each fault: the kind on Okta's API, on its pages, and with AWS; `ok` where the answer is good all the same, and nothing where
//! the fault makes no sense.

use oktapipe_sandbox::Exchange;

/// A fault and what is expected of it.
pub struct Row {
    pub name: &'static str,
    /// Whether it is a fault of the connection.
    pub of_connection: bool,
    api: &'static str,
    page: &'static str,
    aws: &'static str,
    /// Exchanges with an outcome of their own.
    but: &'static [(Exchange, &'static str)],
}

/// The app's link answers with a redirect that has no body, so nothing can befall the body.
const NO_BODY: &[(Exchange, &str)] = &[(Exchange::AppLink, "ok")];
/// Cut where it ends anyway, a redirect leaves a connection that is good for nothing: whether the next request finds that out is a race.
const NOT_HERE: &[(Exchange, &str)] = &[(Exchange::AppLink, "")];

/// Kinds after which a push is looked at again.
const PASSING: [&str; 4] = ["network", "timeout", "rate_limited", "service_error"];

impl Row {
    pub fn expected(&self, exchange: Exchange) -> &'static str {
        if let Some((_, expected)) = self.but.iter().find(|(other, _)| *other == exchange) {
            return expected;
        }
        let usual = if exchange.is_page() {
            self.page
        } else if exchange.is_aws() {
            self.aws
        } else {
            self.api
        };
        if exchange == Exchange::Poll && PASSING.contains(&usual) { "ok" } else { usual }
    }
}

const fn every(name: &'static str, kind: &'static str) -> Row {
    each(name, [kind, kind, kind])
}

const fn each(name: &'static str, [api, page, aws]: [&'static str; 3]) -> Row {
    Row { name, of_connection: false, api, page, aws, but: &[] }
}

const fn connection(name: &'static str, kind: &'static str) -> Row {
    Row { of_connection: true, ..every(name, kind) }
}

const fn but(row: Row, but: &'static [(Exchange, &'static str)]) -> Row {
    Row { but, ..row }
}

pub const TABLE: [Row; 90] = [
    // Refused lasts until the faults are cleared, so looking again does not help.
    but(connection("refused", "network"), &[(Exchange::Poll, "mfa_timeout")]),
    connection("reset", "network"),
    connection("silent", "timeout"),
    connection("tls-self-signed", "tls"),
    connection("tls-expired", "tls"),
    connection("tls-not-yet", "tls"),
    connection("tls-other-name", "tls"),
    connection("tls-alert", "tls"),
    connection("tls-cut", "network"),
    connection("tls-1-1", "tls"),
    connection("tls-none", "tls"),
    every("close", "network"),
    every("cut-head", "network"),
    but(every("cut-body", "network"), NOT_HERE),
    but(every("cut-last", "network"), NOT_HERE),
    every("long-length", "network"),
    each("short-length", ["protocol", "ok", "protocol"]),
    every("two-lengths", "protocol"),
    every("bad-length", "protocol"),
    every("chunk-garbage", "protocol"),
    every("chunk-cut", "network"),
    every("until-close", "ok"),
    every("until-cut", "network"),
    every("twice", "ok"),
    every("endless", "protocol"),
    every("drip", "timeout"),
    every("late", "timeout"),
    every("interim", "ok"),
    every("interim-flood", "timeout"),
    every("not-http", "protocol"),
    every("huge-header", "protocol"),
    every("cookies", "ok"),
    every("cookie-flood", "protocol"),
    every("header-escape", "protocol"),
    every("gzip", "protocol"),
    every("date-past", "ok"),
    every("date-future", "ok"),
    every("date-garbage", "ok"),
    but(every("charset", "protocol"), NO_BODY),
    but(every("charset-bytes", "protocol"), NO_BODY),
    every("no-type", "ok"),
    but(every("empty", "protocol"), NO_BODY),
    every("too-long", "protocol"),
    but(every("deep", "protocol"), NO_BODY),
    every("html", "protocol"),
    every("json", "protocol"),
    every("json-list", "protocol"),
    every("xml", "protocol"),
    every("204", "protocol"),
    every("304", "protocol"),
    but(
        every("400", "protocol"),
        &[
            (Exchange::Assume, "config"),
            (Exchange::AssumeRole, "config"),
            (Exchange::SigninToken, "authentication_failed"),
        ],
    ),
    but(
        each("401", ["session_expired", "protocol", "authentication_failed"]),
        &[(Exchange::StepUp, "step_up_required"), (Exchange::Assume, "role_denied")],
    ),
    but(
        each("403", ["policy_denied", "protocol", "role_denied"]),
        &[(Exchange::SigninToken, "authentication_failed")],
    ),
    every("404", "protocol"),
    each("409", ["passcode_wrong", "protocol", "protocol"]),
    each("423", ["factor_unsupported", "protocol", "protocol"]),
    every("500", "service_error"),
    every("502", "service_error"),
    every("503", "service_error"),
    every("503-patience", "service_error"),
    every("504", "service_error"),
    every("999", "service_error"),
    every("429", "rate_limited"),
    every("429-bare", "rate_limited"),
    every("429-past", "rate_limited"),
    every("429-year", "rate_limited"),
    every("429-garbage", "rate_limited"),
    every("429-seconds", "rate_limited"),
    every("429-date", "rate_limited"),
    every("429-html", "rate_limited"),
    every("301", "protocol"),
    every("302", "protocol"),
    every("303", "protocol"),
    every("307", "protocol"),
    every("308", "protocol"),
    every("to-foreign", "protocol"),
    every("to-port", "protocol"),
    every("to-http", "protocol"),
    every("to-slashes", "protocol"),
    every("to-backslash", "protocol"),
    every("to-user", "protocol"),
    every("to-user-foreign", "protocol"),
    every("to-file", "protocol"),
    every("to-data", "protocol"),
    every("to-script", "protocol"),
    every("to-nowhere", "protocol"),
    every("to-empty", "protocol"),
    every("to-two", "protocol"),
    every("to-escape", "protocol"),
    every("to-long", "protocol"),
];
