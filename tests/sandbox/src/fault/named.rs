//! The faults by name, for scripts and for tests that go through all of them.

use super::{Action, Certificate, Connection, Exchange, Tamper};
use crate::clock::{SECOND, http_date, real_now};
use std::time::Duration;

/// A fault with a name.
#[derive(Debug)]
pub struct NamedFault {
    /// The name: small letters, digits, hyphens.
    pub name: &'static str,
    /// What it does, in a few words.
    pub about: &'static str,
    make: fn(Exchange, &str) -> Action,
}

impl NamedFault {
    /// The fault of a name.
    pub fn named(name: &str) -> Option<&'static NamedFault> {
        NAMED_FAULTS.iter().find(|fault| fault.name == name)
    }

    /// What it does to an exchange with the service at `origin`.
    pub fn action(&self, exchange: Exchange, origin: &str) -> Action {
        (self.make)(exchange, origin)
    }
}

const fn fault(name: &'static str, about: &'static str, make: fn(Exchange, &str) -> Action) -> NamedFault {
    NamedFault { name, about, make }
}

/// All of them.
pub const NAMED_FAULTS: [NamedFault; 90] = [
    // The connection.
    fault("refused", "nobody listens, until the faults are cleared", |_, _| of(Connection::Refused)),
    fault("reset", "the connection is reset", |_, _| of(Connection::Reset)),
    fault("silent", "the connection is taken and nothing comes", |_, _| of(Connection::Silent)),
    fault("tls-self-signed", "a certificate that signed itself", |_, _| bad(Certificate::SelfSigned)),
    fault("tls-expired", "a certificate whose time is over", |_, _| bad(Certificate::Expired)),
    fault("tls-not-yet", "a certificate whose time has not come", |_, _| bad(Certificate::NotYetValid)),
    fault("tls-other-name", "a certificate of another host", |_, _| bad(Certificate::OtherName)),
    fault("tls-alert", "a TLS alert in answer to the hello", |_, _| of(Connection::Alert)),
    fault("tls-cut", "a handshake that breaks off", |_, _| of(Connection::TruncatedHandshake)),
    fault("tls-1-1", "a server that chooses TLS 1.1", |_, _| of(Connection::OldTls)),
    fault("tls-none", "plain HTTP where TLS is due", |_, _| of(Connection::PlainHttp)),
    // The answer breaks off, or its length is wrong.
    fault("close", "closed before the answer", |_, _| tamper(Tamper::NoAnswer)),
    fault("cut-head", "cut within the header lines", |_, _| tamper(Tamper::CutHead)),
    fault("cut-body", "cut in the middle of the body", |_, _| tamper(Tamper::CutHalf)),
    fault("cut-last", "cut before the last byte", |_, _| tamper(Tamper::CutLastByte)),
    fault("long-length", "Content-Length says more than comes", |_, _| tamper(Tamper::LongLength)),
    fault("short-length", "Content-Length says less than comes", |_, _| tamper(Tamper::ShortLength)),
    fault("two-lengths", "two values of Content-Length", |_, _| tamper(Tamper::TwoLengths)),
    fault("bad-length", "a Content-Length that is no number", |_, _| tamper(Tamper::BadLength)),
    fault("chunk-garbage", "chunks whose sizes are no numbers", |_, _| tamper(Tamper::ChunkGarbage)),
    fault("chunk-cut", "chunks without an end", |_, _| tamper(Tamper::ChunkCut)),
    fault("until-close", "no length: the connection's end is the body's", |_, _| tamper(Tamper::UntilClose)),
    fault("until-cut", "no length, and cut without TLS's farewell", |_, _| tamper(Tamper::UntilCut)),
    fault("twice", "the answer twice", |_, _| tamper(Tamper::Twice)),
    fault("endless", "a body without end", |_, _| tamper(Tamper::Endless)),
    fault("drip", "one byte every 50 ms", |_, _| tamper(Tamper::Drip)),
    fault("late", "an answer after 10 s", |_, _| Action::Delay(Duration::from_secs(10))),
    fault("interim", "two interim answers before the real one", |_, _| tamper(Tamper::Interim)),
    fault("interim-flood", "interim answers without end", |_, _| tamper(Tamper::InterimFlood)),
    fault("not-http", "no HTTP at all", |_, _| tamper(Tamper::NotHttp)),
    // Header lines.
    fault("huge-header", "a header line of 70 kB", |_, _| tamper(Tamper::LongHeader(70_000))),
    fault("cookies", "100 more cookies", |_, _| tamper(Tamper::Cookies(100))),
    fault("cookie-flood", "10,000 more cookies", |_, _| tamper(Tamper::Cookies(10_000))),
    fault("header-escape", "an escape sequence in a header line", |_, _| {
        tamper(Tamper::Header("x-title", "\u{1b}]0;evil\u{7}".to_owned()))
    }),
    fault("gzip", "a Content-Encoding that nobody asked for", |_, _| {
        tamper(Tamper::Header("content-encoding", "gzip".to_owned()))
    }),
    fault("date-past", "a Date of last year", |_, _| tamper(Tamper::Header("date", dated(-YEAR)))),
    fault("date-future", "a Date of next year", |_, _| tamper(Tamper::Header("date", dated(YEAR)))),
    fault("date-garbage", "a Date that is none", |_, _| {
        tamper(Tamper::Header("date", "yesterday".to_owned()))
    }),
    fault("charset", "the body in UTF-16, and called so", |_, _| tamper(Tamper::Utf16)),
    fault("charset-bytes", "a byte in the body that is no UTF-8", |_, _| tamper(Tamper::NotUtf8)),
    fault("no-type", "an answer without its Content-Type", |_, _| {
        tamper(Tamper::Header("content-type", String::new()))
    }),
    // The body.
    fault("empty", "200 with an empty body", |_, _| tamper(Tamper::Body(Vec::new()))),
    fault("too-long", "a body of one byte more than 1 MiB", |_, _| {
        tamper(Tamper::Body(vec![b' '; (1 << 20) + 1]))
    }),
    fault("deep", "brackets, 100,000 deep", |exchange, _| {
        let open = if exchange.is_aws() || exchange.is_page() { "<b>" } else { "[" };
        tamper(Tamper::Body(open.repeat(100_000).into_bytes()))
    }),
    fault("html", "200 with a page of somebody else's", |_, _| Action::answer(200, "text/html", PAGE)),
    fault("json", "200 with a JSON object of somebody else's", |_, _| {
        Action::answer(200, "application/json", "{\"message\": \"hello\"}")
    }),
    fault("json-list", "200 with a JSON list", |_, _| Action::answer(200, "application/json", "[1, 2]")),
    fault("xml", "200 with XML of somebody else's", |_, _| {
        Action::answer(200, "text/xml", "<a><b>c</b></a>")
    }),
    // Statuses.
    fault("204", "204 No Content", |_, _| tamper(Tamper::Status(204))),
    fault("304", "304 Not Modified", |_, _| tamper(Tamper::Status(304))),
    fault("400", "400 in the service's own form", |exchange, _| status(exchange, 400)),
    fault("401", "401 in the service's own form", |exchange, _| status(exchange, 401)),
    fault("403", "403 in the service's own form", |exchange, _| status(exchange, 403)),
    fault("404", "404 in the service's own form", |exchange, _| status(exchange, 404)),
    fault("409", "409 in the service's own form", |exchange, _| status(exchange, 409)),
    fault("423", "423 in the service's own form", |exchange, _| status(exchange, 423)),
    fault("500", "500 in the service's own form", |exchange, _| status(exchange, 500)),
    fault("502", "502, a page of a gateway", |_, _| Action::answer(502, "text/html", PAGE)),
    fault("503", "503 in the service's own form", |exchange, _| status(exchange, 503)),
    fault("503-patience", "503 that asks to wait for a year, in every known header", |exchange, _| {
        let seconds = (YEAR / 1_000_000_000).to_string();
        let action = status(exchange, 503).with("retry-after", seconds.clone());
        action.with("x-amz-retry-after", format!("{seconds}000"))
    }),
    fault("504", "504, a page of a gateway", |_, _| Action::answer(504, "text/html", PAGE)),
    fault("999", "a status that nobody knows", |exchange, _| status(exchange, 999)),
    // Too many requests.
    fault("429", "429 until half a minute from now", |exchange, _| {
        limited(exchange, Some(epoch(30 * SECOND)))
    }),
    fault("429-bare", "429 without a word of when", |exchange, _| limited(exchange, None)),
    fault("429-past", "429 until yesterday", |exchange, _| limited(exchange, Some(epoch(-DAY)))),
    fault("429-year", "429 until next year", |exchange, _| limited(exchange, Some(epoch(YEAR)))),
    fault("429-garbage", "429 until a word", |exchange, _| limited(exchange, Some("soon".to_owned()))),
    fault("429-seconds", "429 with Retry-After in seconds", |exchange, _| {
        limited(exchange, None).with("retry-after", "17")
    }),
    fault("429-date", "429 with Retry-After as a date", |exchange, _| {
        limited(exchange, None).with("retry-after", dated(40 * SECOND))
    }),
    fault("429-html", "429 as a page", |_, _| Action::answer(429, "text/html", PAGE)),
    // Redirects.
    fault("301", "301 to where it came from", |exchange, origin| loops(exchange, origin, 301)),
    fault("302", "302 to where it came from", |exchange, origin| loops(exchange, origin, 302)),
    fault("303", "303 to where it came from", |exchange, origin| loops(exchange, origin, 303)),
    fault("307", "307 to where it came from", |exchange, origin| loops(exchange, origin, 307)),
    fault("308", "308 to where it came from", |exchange, origin| loops(exchange, origin, 308)),
    fault("to-foreign", "302 to another host", |_, _| to("https://evil.example/?steal=1")),
    fault("to-port", "302 to another port of the same host", |_, origin| to(&format!("{origin}1/"))),
    fault("to-http", "302 from https to http", |_, origin| to(&origin.replacen("https:", "http:", 1))),
    fault("to-slashes", "302 to //evil.example", |_, _| to("//evil.example/")),
    fault("to-backslash", "302 to /\\evil.example", |_, _| to("/\\evil.example/")),
    fault("to-user", "302 to this host with a user in the URL", |_, origin| {
        to(&format!("{}/", origin.replacen("://", "://evil@", 1)))
    }),
    fault("to-user-foreign", "302 to a host behind this one's name as user", |_, origin| {
        to(&format!("{origin}@evil.example/"))
    }),
    fault("to-file", "302 to a file", |_, _| to("file:///etc/passwd")),
    fault("to-data", "302 to data", |_, _| to("data:text/html,<form>")),
    fault("to-script", "302 to a script", |_, _| to("javascript:alert(1)")),
    fault("to-nowhere", "302 without Location", |_, _| Action::answer(302, "", "")),
    fault("to-empty", "302 with an empty Location", |_, _| to("")),
    fault("to-two", "302 with two Locations", |_, origin| {
        to(&format!("{origin}/app/UserHome")).with("location", "https://evil.example/")
    }),
    fault("to-escape", "302 to a host with an escape sequence in it", |_, _| {
        to("https://evil\u{9b}31m.example/")
    }),
    fault("to-long", "302 to a URL of 60 kB", |_, origin| to(&format!("{origin}/{}", "a".repeat(60_000)))),
];

const DAY: i64 = 24 * 60 * 60 * SECOND;
const YEAR: i64 = 365 * DAY;

/// A page that a proxy or a gateway might put in the way; its title is not fit for a terminal.
const PAGE: &str = "<!DOCTYPE html><html><head><title>Gate\u{1b}]52;c;ZXZpbA==\u{7}way \u{202e}down</title></head>\
    <body><h1>Something is in the way</h1></body></html>";

fn of(connection: Connection) -> Action {
    Action::Connection(connection)
}

fn bad(certificate: Certificate) -> Action {
    Action::Connection(Connection::Certificate(certificate))
}

fn tamper(tamper: Tamper) -> Action {
    Action::Tamper(tamper)
}

fn dated(from_now: i64) -> String {
    http_date(real_now() + from_now)
}

fn epoch(from_now: i64) -> String {
    (real_now() + from_now).div_euclid(SECOND).to_string()
}

/// A refusal in the form of the exchange: Okta's JSON, Okta's page, STS's XML.
fn status(exchange: Exchange, status: u16) -> Action {
    if exchange.is_page() {
        return Action::answer(status, "text/html", PAGE);
    }
    if exchange.is_aws() {
        return match status {
            400 => Action::sts_error(400, "ValidationError", "1 validation error detected"),
            401 => Action::sts_error(401, "MissingAuthenticationToken", "Request is missing a token"),
            403 => Action::sts_error(403, "AccessDenied", "Not authorized to perform this action"),
            500 => Action::sts_error(500, "InternalFailure", "An internal error has occurred."),
            503 => Action::sts_error(503, "ServiceUnavailable", "The service is temporarily unavailable."),
            _ => Action::sts_error(status, "Unknown", "What this is nobody knows"),
        };
    }
    match status {
        400 => Action::okta_error(400, "E0000001", "Api validation failed: request"),
        401 => Action::okta_error(401, "E0000011", "Invalid token provided"),
        403 => {
            Action::okta_error(403, "E0000006", "You do not have permission to perform the requested action")
        }
        404 => Action::okta_error(404, "E0000007", "Not found: Resource not found: me (Session)"),
        409 => Action::okta_error(409, "E0000113", "Enter a new PIN having from 4 to 8 digits:"),
        423 => Action::okta_error(423, "E0000180", "Factor is inactive"),
        500 => Action::okta_error(500, "E0000009", "Internal Server Error"),
        503 => Action::okta_error(503, "E0000010", "Service is in read only mode"),
        _ => Action::okta_error(status, "E0000999", "What this is nobody knows"),
    }
}

/// Too many requests, in the form of the exchange; `until` is Okta's header.
fn limited(exchange: Exchange, until: Option<String>) -> Action {
    let action = if exchange.is_aws() {
        Action::sts_error(429, "Throttling", "Rate exceeded")
    } else if exchange.is_page() {
        Action::answer(429, "text/html", PAGE)
    } else {
        Action::okta_error(429, "E0000047", "API call exceeded rate limit due to too many requests.")
    };
    let action =
        action.with("date", dated(0)).with("x-rate-limit-limit", "600").with("x-rate-limit-remaining", "0");
    match until {
        Some(until) => action.with("x-rate-limit-reset", until),
        None => action,
    }
}

fn to(location: &str) -> Action {
    Action::answer(302, "", "").with("location", location)
}

/// A redirect to an address that answers with the same redirect again, as long as the fault lasts.
fn loops(exchange: Exchange, origin: &str, status: u16) -> Action {
    let path = match exchange {
        Exchange::AppLink => format!("/home/amazon_aws/{}/272", crate::okta::APP_ID),
        Exchange::AppPage => format!("/app/amazon_aws/{}/sso/saml", crate::okta::EXTERNAL_KEY),
        Exchange::Session => "/api/v1/sessions".to_owned(),
        Exchange::Assume | Exchange::Identity | Exchange::AssumeRole => "/".to_owned(),
        Exchange::SigninToken => "/federation".to_owned(),
        _ => "/api/v1/authn".to_owned(),
    };
    Action::answer(status, "", "").with("location", format!("{origin}{path}"))
}
