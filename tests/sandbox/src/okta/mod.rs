//! The Okta org: which path goes where, and what every API answer carries.

mod app;
mod authn;
mod challenge;
pub(crate) mod codes;
pub(crate) mod control;
mod factor;
mod page;
mod refusal;
mod session;
mod shape;
pub(crate) mod transaction;

use crate::clock::{MINUTE, SECOND, cookie_date};
use crate::exchange::{Asked, Reply};
use crate::server::Shared;
use crate::state::{Session, State};
use refusal::Refusal;
use serde_json::{Value, json};

/// The id of the AWS app, as in its embed link.
pub(crate) const APP_ID: &str = "0oaaws0000example0x7";
/// The app's external key, as in its SAML address and in the assertions' issuer.
pub(crate) const EXTERNAL_KEY: &str = "exkaws0000example0x7";
/// The org's id.
const ORG_ID: &str = "00oacme000example0x7";
/// The app's name on the user's dashboard.
const APP_LABEL: &str = "AWS Account Federation";
/// How Okta takes the session cookie away (observed, the odd ten seconds included).
const SID_CLEAR: &str = "sid=\"\"; Expires=Thu, 01-Jan-1970 00:00:10 GMT; Path=/";

/// One request with everything needed to answer it.
pub(crate) struct Visit<'a> {
    pub(crate) shared: &'a Shared,
    pub(crate) state: &'a mut State,
    pub(crate) asked: &'a Asked,
    pub(crate) now: i64,
}

impl Visit<'_> {
    /// The body as a JSON object.
    fn json(&self) -> Result<Value, Refusal> {
        if self.asked.media_type() != "application/json" {
            return Err(Refusal::media_type());
        }
        match serde_json::from_slice(&self.asked.body) {
            Ok(value @ Value::Object(_)) => Ok(value),
            _ => Err(Refusal::malformed()),
        }
    }

    /// The session the request's cookie stands for.
    fn session(&mut self) -> Option<(String, Session)> {
        let sid = self.asked.cookie("sid")?;
        let session = self.state.session(&sid, self.now)?;
        Some((sid, session))
    }

    /// An absolute address in this org.
    fn address(&self, path: &str) -> String {
        format!("{}{path}", self.shared.org)
    }

    /// The cookies Okta sets whatever is asked: the servlet's session and the device token (observed).
    fn common_cookies(&mut self, reply: Reply) -> Reply {
        let device = self.asked.cookie("DT").unwrap_or_else(|| self.state.random.device_token());
        let servlet = self.state.random.servlet_session();
        let expires = cookie_date(self.now + 2 * 365 * 24 * 60 * MINUTE);
        reply
            .cookie(&format!("JSESSIONID={servlet}; Path=/; Secure; HttpOnly"))
            .cookie(&format!("DT={device}; Expires={expires}; Path=/; Secure; SameSite=None"))
    }
}

/// A member of an object that is a string.
fn text<'a>(body: &'a Value, name: &str) -> Option<&'a str> {
    body.get(name).and_then(Value::as_str)
}

/// A JSON answer.
fn ok(body: &Value) -> Reply {
    Reply::new(200, "application/json", body.to_string())
}

/// Answers a request to the org.
pub(crate) fn answer(shared: &Shared, asked: &Asked) -> Reply {
    let mut state = shared.state();
    let mut visit = Visit { shared, state: &mut state, asked, now: shared.clock.now() };
    // A proxy in front of Okta refuses a POST without a length before anything looks at the path (Okta's Authentication
    // API reference).
    let has_length = asked.header("content-length").is_some() || asked.header("transfer-encoding").is_some();
    if matches!(asked.method.as_str(), "POST" | "PUT") && !has_length {
        return Reply::new(411, "text/html", "<html><body><h1>411 Length Required</h1></body></html>\n");
    }
    let segments: Vec<&str> = asked.path.trim_start_matches('/').split('/').collect();
    match segments.as_slice() {
        ["api", "v1", rest @ ..] => api(&mut visit, rest),
        [".well-known", "okta-organization"] => ok(&organization(&visit)),
        other => app::answer(&mut visit, other),
    }
}

/// `GET /.well-known/okta-organization`: `v1` is a Classic org (observed).
fn organization(visit: &Visit<'_>) -> Value {
    json!({
        "id": ORG_ID,
        "_links": { "organization": { "href": visit.shared.org }, "alternate": { "href": visit.shared.org } },
        "settings": { "analyticsCollectionEnabled": false, "bugReportingEnabled": true, "omEnabled": false },
        "pipeline": "v1",
    })
}

fn api(visit: &mut Visit<'_>, path: &[&str]) -> Reply {
    type Handler = fn(&mut Visit<'_>) -> Result<Reply, Refusal>;
    let method = visit.asked.method.clone();
    let only = |wanted: &str, handler: Handler, visit: &mut Visit<'_>| {
        if method == wanted { handler(visit) } else { Err(Refusal::method()) }
    };
    let outcome = match path {
        ["authn"] => only("POST", authn::begin, visit),
        ["authn", "cancel"] => only("POST", authn::cancel, visit),
        ["authn", "previous"] => only("POST", authn::previous, visit),
        ["authn", "skip"] => only("POST", authn::skip, visit),
        ["authn", "introspect"] => only("POST", authn::introspect, visit),
        ["authn", "factors", id, "verify"] if method == "POST" => {
            let id = shape::usual_id(id, &visit.state.switches);
            factor::verify(visit, &id)
        }
        ["authn", "factors", id, "verify", "resend"] if method == "POST" => {
            let id = shape::usual_id(id, &visit.state.switches);
            factor::resend(visit, &id)
        }
        ["authn", "factors", _, "verify"] | ["authn", "factors", _, "verify", "resend"] => {
            Err(Refusal::method())
        }
        ["sessions"] => only("POST", session::create, visit),
        ["sessions", "me"] if method == "DELETE" => session::close(visit),
        ["sessions", "me"] => only("GET", session::current, visit),
        ["sessions", "me", "lifecycle", "refresh"] => only("POST", session::current, visit),
        ["users", "me"] => only("GET", session::me, visit),
        ["users", "me", "appLinks"] => only("GET", session::app_links, visit),
        _ => Err(Refusal::path()),
    };
    let limited = matches!(&outcome, Err(refusal) if refusal.status == 429);
    let reply = outcome.unwrap_or_else(|refusal| refusal.reply(&visit.state.random.error_id()));
    let reply =
        if path.starts_with(&["authn"]) { shape::shaped(reply, &visit.state.switches) } else { reply };
    dress(visit, reply, limited)
}

/// What every API answer carries, refusals included (Okta's rate limit pages; cookies and cache headers
/// observed).
fn dress(visit: &mut Visit<'_>, reply: Reply, limited: bool) -> Reply {
    let minute = visit.now.div_euclid(MINUTE);
    let calls = if visit.state.minute.0 == minute { visit.state.minute.1.saturating_add(1) } else { 1 };
    visit.state.minute = (minute, calls);
    let (limit, remaining, reset) = if limited {
        (4, 0, visit.now.div_euclid(SECOND) + 1)
    } else {
        (600, 600_u32.saturating_sub(calls), (minute + 1) * 60)
    };
    let request_id = visit.state.random.okta_request_id();
    let reply = reply
        .header("x-okta-request-id", &request_id)
        .header("x-rate-limit-limit", &limit.to_string())
        .header("x-rate-limit-remaining", &remaining.to_string())
        .header("x-rate-limit-reset", &reset.to_string())
        .header("cache-control", "no-cache, no-store")
        .header("pragma", "no-cache")
        .header("expires", "0");
    // Callers without a session are told to forget the cookie; one with a session would lose it by that.
    let reply = if visit.session().is_none() { reply.cookie(SID_CLEAR) } else { reply };
    visit.common_cookies(reply)
}
