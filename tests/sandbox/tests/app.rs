//! Sessions and the app's pages with curl.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod support;

use oktapipe_sandbox::{Action, Fault, Options, Sandbox};
use serde_json::json;
use std::time::{Duration, Instant};
use support::{Browser, lacks, xml};

fn sandbox() -> Sandbox {
    Sandbox::start(Options::default()).unwrap()
}

#[test]
fn the_app_page_holds_the_assertion_as_okta_writes_it() {
    if lacks(&["curl"]) {
        return;
    }
    let sandbox = sandbox();
    let page = Browser::new(&sandbox, "page").app_page("ada@acme.example");
    assert_eq!(page.status, 200);
    assert_eq!(page.header("content-type"), "text/html;charset=utf-8");
    let form = "<form id=\"appForm\" action=\"https&#x3a;&#x2f;&#x2f;signin.aws.amazon.com&#x2f;saml\" method=\"POST\">\n    <input name=\"SAMLResponse\" type=\"hidden\" value=\"";
    assert!(page.body.contains(form), "{}", page.body);
    assert!(
        page.body.contains("&#x2b;")
            && page
                .body
                .contains("&#x3d;\"/>\n    <input name=\"RelayState\" type=\"hidden\" value=\"\"/>\n</form>")
    );
    let assertion = page.input("SAMLResponse").unwrap();
    assert!(assertion.contains('+') && assertion.ends_with('='));
    let xml = xml(&assertion);
    let value =
        ">arn:aws:iam::111122223333:saml-provider/OKTA,arn:aws:iam::111122223333:role/team/platform/Deploy<";
    assert!(xml.contains(value), "{xml}");
    assert!(
        !sandbox
            .assertion("noroles")
            .map(|found| support::xml(&found))
            .unwrap()
            .contains("Attributes/Role\"")
    );
    let many = sandbox.assertion("many").unwrap();
    assert!((60_000..100_000).contains(&many.len()), "{}", many.len());
    let china = Browser::new(&sandbox, "china").app_page("china@acme.example");
    assert!(china.body.contains("signin.amazonaws.cn"));
}

#[test]
fn a_session_token_is_spent_once_whichever_way() {
    if lacks(&["curl"]) {
        return;
    }
    let sandbox = sandbox();
    let browser = Browser::new(&sandbox, "once");
    let token = browser.authn("ada@acme.example").at("/sessionToken");
    let spend = |token: &str| browser.post("/api/v1/sessions", &json!({ "sessionToken": token }));
    let session = spend(&token);
    assert_eq!((session.status, session.at("/status")), (200, "ACTIVE".to_owned()));
    assert_eq!(spend(&token).refusal(), (401, "E0000004".to_owned()));
    let link = format!("{}?onetimetoken={token}", sandbox.app_link());
    assert_eq!(browser.get(&link).status, 302);
    assert!(browser.follow(&link).body.contains("Acme - Sign In"));

    let cookie = format!("Cookie: sid={}", session.at("/id"));
    let with_cookie =
        |method: &str| browser.curl("/api/v1/sessions/me", &["-X", method, "-H", &cookie], None);
    assert_eq!(with_cookie("GET").at("/login"), "ada@acme.example");
    assert_eq!(with_cookie("DELETE").status, 204);
    assert_eq!(with_cookie("GET").refusal(), (404, "E0000007".to_owned()));

    let token = browser.authn("ada@acme.example").at("/sessionToken");
    sandbox.advance(Duration::from_secs(5 * 60));
    assert_eq!(spend(&token).refusal(), (401, "E0000004".to_owned()));
}

#[test]
fn the_cookie_redirect_takes_the_cookie_away_and_sets_it() {
    if lacks(&["curl"]) {
        return;
    }
    let sandbox = sandbox();
    let browser = Browser::new(&sandbox, "redirect");
    let token = browser.authn("ada@acme.example").at("/sessionToken");
    let target = sandbox.app_link().replace(':', "%3A").replace('/', "%2F");
    let url = format!(
        "/login/sessionCookieRedirect?checkAccountSetupComplete=true&token={token}&redirectUrl={target}"
    );
    let got = browser.get(&url);
    assert_eq!((got.status, got.header("location")), (302, sandbox.app_link().as_str()));
    let cookies =
        got.headers.iter().filter(|(name, value)| name == "set-cookie" && value.starts_with("sid="));
    let cookies: Vec<&str> = cookies.map(|(_, value)| value.as_str()).collect();
    assert!(
        matches!(cookies.as_slice(), [clear, set] if clear.starts_with("sid=\"\"") && set.starts_with("sid=102CANARY"))
    );
    assert!(browser.follow(&sandbox.app_link()).input("SAMLResponse").is_some());
    assert_eq!(
        browser.get(&url).header("location"),
        sandbox.app_link(),
        "the session counts, not the spent token"
    );
    let stranger = Browser::new(&sandbox, "stranger").get(&url);
    assert!(stranger.header("location").contains("/login/login.htm?fromURI=%2Fhome%2Famazon_aws%2F"));
    let elsewhere =
        browser.get("/login/sessionCookieRedirect?token=x&redirectUrl=https%3A%2F%2Fevil.example%2F");
    assert_eq!(elsewhere.status, 400);
}

#[test]
fn without_a_session_the_app_leads_to_the_sign_in_page() {
    if lacks(&["curl"]) {
        return;
    }
    let sandbox = sandbox();
    let browser = Browser::new(&sandbox, "none");
    let sent = browser.get(&sandbox.app_link());
    assert_eq!(sent.status, 302);
    assert!(sent.headers.iter().any(|(name, value)| name == "set-cookie" && value.starts_with("sid=\"\"")));
    let page = browser.follow(&sandbox.app_link());
    assert_eq!(page.status, 200);
    assert!(page.body.contains("Acme - Sign In") && page.body.contains(r"\x2Fhome\x2Famazon_aws\x2F0oaaws"));
    let wrong = browser.get(&sandbox.app_link().replace("0oaaws", "0oaxxx"));
    assert_eq!(wrong.status, 404);
    assert!(wrong.body.contains("Page Not Found"));
}

#[test]
fn apps_refuse_in_html() {
    if lacks(&["curl"]) {
        return;
    }
    let sandbox = sandbox();
    let unassigned = Browser::new(&sandbox, "unassigned").app_page("unassigned@acme.example");
    assert_eq!(unassigned.status, 403);
    assert!(
        unassigned.body.contains("class=\"error-content\"") && unassigned.body.contains("App Not Assigned")
    );
    let swa = Browser::new(&sandbox, "swa").app_page("swa@acme.example");
    assert!(swa.body.contains("id=\"appForm\"") && swa.input("SAMLResponse").is_none());
}

#[test]
fn a_step_up_is_met_with_a_factor_and_comes_back_to_the_app() {
    if lacks(&["curl"]) {
        return;
    }
    let sandbox = sandbox();
    let browser = Browser::new(&sandbox, "stepup");
    let page = browser.app_page("stepup@acme.example");
    assert!(page.body.contains("Acme - Extra Verification"), "{}", page.body);
    let (_, rest) = page.body.split_once("var stateToken = '").unwrap();
    let (escaped, _) = rest.split_once("';").unwrap();
    assert!(escaped.contains("\\x2D") && !escaped.contains('-'));
    let token = escaped.replace("\\x2D", "-");

    let began = browser.post("/api/v1/authn", &json!({ "stateToken": token }));
    assert_eq!((began.at("/status"), began.at("/type")), ("MFA_REQUIRED".into(), "SESSION_STEP_UP".into()));
    let early = browser.follow(&format!("/login/step-up/redirect?stateToken={token}"));
    assert!(early.body.contains("Extra Verification"));
    let code = sandbox.totp("stepup", "GOOGLE").unwrap();
    let verify = began.at("/_embedded/factors/0/_links/verify/href");
    let done = browser.post(&verify, &json!({ "stateToken": token, "passCode": code }));
    assert_eq!((done.at("/status"), done.at("/sessionToken")), ("SUCCESS".into(), String::new()));
    assert_eq!(done.at("/_links/next/name"), "original");
    let stranger = Browser::new(&sandbox, "thief");
    assert!(stranger.follow(&done.at("/_links/next/href")).body.contains("Sign In"));
    assert!(browser.follow(&done.at("/_links/next/href")).input("SAMLResponse").is_some());
}

/// As gimme-aws-creds does it: no redirect is followed, the app is asked again with its address in the query.
#[test]
fn a_step_up_can_end_at_the_embed_link() {
    if lacks(&["curl"]) {
        return;
    }
    let sandbox = sandbox();
    let browser = Browser::new(&sandbox, "gimme");
    let page = browser.app_page("stepup@acme.example");
    let (_, rest) = page.body.split_once("var stateToken = '").unwrap();
    let token = rest.split_once("';").unwrap().0.replace("\\x2D", "-");
    let began = browser.post("/api/v1/authn", &json!({ "stateToken": token }));
    let link = |end: &str| format!("{}?stateToken={end}", sandbox.app_link());
    assert!(browser.follow(&link(&token)).body.contains("Extra Verification"), "not met yet");
    let code = sandbox.code("stepup", "token:software:totp");
    let verify = began.at("/_embedded/factors/0/_links/verify/href");
    let done = browser.post(&verify, &json!({ "stateToken": token, "passCode": code }));
    let thief = Browser::new(&sandbox, "thief");
    assert!(thief.follow(&link(&done.at("/_links/next/href"))).body.contains("Sign In"));
    assert!(browser.follow(&link(&done.at("/_links/next/href"))).input("SAMLResponse").is_some());
}

#[test]
fn faults_happen_as_scripted() {
    if lacks(&["curl"]) {
        return;
    }
    let sandbox = sandbox();
    let browser = Browser::new(&sandbox, "faults");
    let at = |action: Action| sandbox.fault(Fault::next("okta:/.well-known", action));
    let ask = || browser.try_curl("/.well-known/okta-organization", &[], None);
    at(Action::CloseBeforeAnswer);
    assert_eq!(ask().err(), Some(52), "curl: the server answered nothing");
    at(Action::CutBody(10));
    assert_eq!(ask().err(), Some(18), "curl: the answer is shorter than its length");
    at(Action::Redirect("https://elsewhere.example/".to_owned()));
    assert_eq!(ask().unwrap().header("location"), "https://elsewhere.example/");
    at(Action::Answer {
        status: 503,
        content_type: "text/html".to_owned(),
        body: "<h1>busy</h1>".to_owned(),
        headers: vec![("retry-after".to_owned(), "1".to_owned())],
    });
    let busy = ask().unwrap();
    assert_eq!((busy.status, busy.header("retry-after")), (503, "1"));
    at(Action::Delay(Duration::from_millis(300)));
    let began = Instant::now();
    assert_eq!(ask().unwrap().status, 200);
    assert!(began.elapsed() >= Duration::from_millis(300));
    let statuses: Vec<u16> = sandbox.log().iter().map(|asked| asked.status).collect();
    assert_eq!(statuses, [0, 200, 302, 503, 200]);
}

#[test]
fn the_folder_goes_with_the_sandbox() {
    if lacks(&["curl"]) {
        return;
    }
    let sandbox = sandbox();
    let folder = sandbox.ca_file().parent().unwrap().to_owned();
    let users = Browser::new(&sandbox, "users").get("/sandbox/users");
    assert!(users.body.contains("grace@acme.example"));
    assert!(sandbox.log().is_empty());
    assert!(folder.exists());
    drop(sandbox);
    assert!(!folder.exists());
}

#[test]
fn a_port_can_be_chosen_and_is_not_shared() {
    if lacks(&["curl"]) {
        return;
    }
    let first = sandbox();
    let port = first.org().rsplit(':').next().and_then(|port| port.parse().ok()).unwrap();
    let second = Sandbox::start(Options { port, ..Options::default() });
    assert_eq!(second.map(|_| ()).map_err(|error| error.kind()), Err(std::io::ErrorKind::AddrInUse));
    drop(first);
    // Free again, it may be given to a sandbox of another test that asks for any port, and lasts as long as that.
    let start = Instant::now();
    while let Err(error) = Sandbox::start(Options { port, ..Options::default() }) {
        assert!(start.elapsed() < Duration::from_secs(30), "{error}");
        std::thread::sleep(Duration::from_millis(100));
    }
}

#[test]
fn a_rate_limit_can_be_scripted() {
    if lacks(&["curl"]) {
        return;
    }
    let sandbox = sandbox();
    let browser = Browser::new(&sandbox, "limits");
    sandbox.fault(Fault::next("okta:/api/v1/authn", Action::rate_limit(3)));
    sandbox.fault(Fault { skip: 1, ..Fault::next("okta:/api/v1/authn", Action::concurrency_limit()) });
    let limits = || {
        let got = browser.authn("ada@acme.example");
        (
            got.status,
            got.header("x-rate-limit-limit").to_owned(),
            got.header("x-rate-limit-remaining").to_owned(),
        )
    };
    assert_eq!(limits(), (429, "600".to_owned(), "0".to_owned()));
    assert_eq!(limits(), (429, "0".to_owned(), "0".to_owned()));
    assert_eq!(limits().0, 200);
}
