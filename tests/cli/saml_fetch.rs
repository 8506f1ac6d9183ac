//! `saml-fetch`: the ways to the form, the pages that come instead of it, and where cookies and tokens never go.

use crate::harness::{Case, Outcome, World};
use oktapipe_sandbox::{Action, Fault};
use serde_json::{Value, json};
use std::time::Duration;

const ADA: &str = "ada@acme.example";
const APP_ID: &str = "0oaaws0000example0x7";
const EXTERNAL_KEY: &str = "exkaws0000example0x7";

fn fetch(world: &World, document: &str) -> Case {
    world.oktapipe(&["saml-fetch"]).stdin(document)
}

/// The stage's answer to a page that the app link gives for once.
fn shown(status: u16, body: &str) -> Outcome {
    let world = World::new();
    let session = world.document_after(ADA, "session");
    world.sandbox.fault(Fault::next("okta:/home", page(status, body)));
    fetch(&world, &session).run()
}

fn page(status: u16, body: &str) -> Action {
    let content_type = "text/html;charset=utf-8".to_owned();
    Action::Answer { status, content_type, body: body.to_owned(), headers: Vec::new() }
}

/// A page with the form, as other ways than the app link lead to.
fn form(world: &World) -> String {
    let assertion = world.sandbox.assertion(ADA).unwrap();
    format!(
        "<html><title>Acme</title><form id=appForm method=post action='https://signin.aws.amazon.com/saml'>\
         <input type=hidden name=SAMLResponse value='{assertion}'><input name=RelayState value='r&amp;s'></form>"
    )
}

#[track_caller]
fn is_form(outcome: Outcome) -> Value {
    let form = outcome.succeeds().json();
    assert!(form["SAMLResponse"].is_string() && form["RelayState"].is_string(), "{form}");
    assert_eq!(form["action"], "https://signin.aws.amazon.com/saml");
    form
}

#[test]
fn the_form_is_fetched_with_a_session_or_right_away_with_the_session_token() {
    let world = World::new();
    for last in ["authn", "session"] {
        let form = is_form(fetch(&world, &world.document_after(ADA, last)).run());
        assert_eq!(form["_oktapipe"]["app"], APP_ID);
        assert!(form["_oktapipe"]["cookies"]["sid"].is_string());
        let outcome = world.oktapipe(&["saml-roles"]).stdin(form.to_string()).run().succeeds();
        assert_eq!(outcome.json()["Roles"].as_array().unwrap().len(), 3);
    }
}

#[test]
fn a_session_of_curl_names_its_org_by_its_links() {
    let world = World::new();
    let mut session: Value = serde_json::from_str(&world.document_after(ADA, "session")).unwrap();
    session.as_object_mut().unwrap().remove("_oktapipe");
    is_form(fetch(&world, &session.to_string()).without("OKTA_ORG").run());
    // A bare id has no links; then the setting is what there is.
    let bare = json!({"id": session["id"]}).to_string();
    is_form(fetch(&world, &bare).run());
    fetch(&world, &bare).without("OKTA_ORG").run().fails(2, "usage");
}

#[test]
fn a_form_passes_through_as_it_came() {
    let world = World::new();
    let form = world.document_after(ADA, "saml-fetch");
    let asked = world.sandbox.log().len();
    assert_eq!(fetch(&world, &form).run().succeeds().stdout, form);
    assert_eq!(world.sandbox.log().len(), asked);
}

#[test]
fn an_app_that_wants_more_verification_gets_it_on_the_way() {
    for start in ["authn", "session"] {
        let world = World::new();
        let document = world.document_after("stepup@acme.example", start);
        let step_up = fetch(&world, &document).run().succeeds();
        assert_eq!(step_up.json()["status"], "MFA_REQUIRED");
        let code = world.sandbox.totp("stepup@acme.example", "GOOGLE").unwrap();
        let case = world.oktapipe(&["factor-verify"]).stdin(step_up.stdout).env("MFA_CODE", &code);
        let verified = case.run().succeeds();
        assert!(verified.json().get("sessionToken").is_none());
        // What was said once need not be said again: the document carries the app and the org.
        let case = fetch(&world, &verified.stdout).without("OKTA_APP_ID").without("OKTA_ORG");
        let form = is_form(case.run());
        let roles = world.oktapipe(&["saml-roles", "--first"]).stdin(form.to_string()).run().succeeds();
        world.oktapipe(&["assume"]).stdin(roles.stdout).run().succeeds();
    }
}

#[test]
fn a_step_up_without_the_cookies_of_its_session_is_session_expired() {
    let world = World::new();
    let step_up = fetch(&world, &world.document_after("stepup@acme.example", "session")).run().stdout;
    let code = world.sandbox.totp("stepup@acme.example", "GOOGLE").unwrap();
    let case = world.oktapipe(&["factor-verify"]).stdin(step_up).env("MFA_CODE", &code);
    let mut verified = case.run().json();
    verified["_oktapipe"].as_object_mut().unwrap().remove("cookies");
    fetch(&world, &verified.to_string()).run().fails(77, "session_expired");
}

#[test]
fn an_org_that_gives_step_ups_to_browsers_only_is_step_up_required() {
    let world = World::new();
    let session = world.document_after("stepup@acme.example", "session");
    world
        .sandbox
        .fault(Fault::next("/api/v1/authn", Action::okta_error(401, "E0000011", "Invalid token provided")));
    fetch(&world, &session).run().fails(77, "step_up_required");
}

#[test]
fn a_session_that_is_over_and_a_token_that_is_spent_are_session_expired() {
    let world = World::new();
    let transaction = world.document_after(ADA, "authn");
    let session = world.oktapipe(&["session"]).stdin(&transaction).run().document();
    fetch(&world, &transaction).run().fails(77, "session_expired");
    world.oktapipe(&["session"]).stdin(&transaction).run().fails(77, "session_expired");
    world.sandbox.advance(Duration::from_secs(24 * 3600));
    fetch(&world, &session).run().fails(77, "session_expired");
}

#[test]
fn each_page_that_is_not_the_form_has_its_kind() {
    for (login, code, kind, word) in [
        ("unassigned@acme.example", 77, "app_not_assigned", "App Not Assigned"),
        ("swa@acme.example", 78, "config", "SAML 2.0"),
    ] {
        let world = World::new();
        let outcome = fetch(&world, &world.document_after(login, "session")).run();
        outcome.fails(code, kind);
        assert!(outcome.stderr.contains(word), "{outcome}");
    }
    let large = format!("<html><title>Big</title>{}", "<p>x</p>".repeat(200_000));
    for (status, body, code, kind) in [
        (200, "<title>Acme - App Access Locked</title><p>App Access Locked", 77, "policy_denied"),
        (404, "<title>Page Not Found</title><div class=error-content><h1>404</h1></div>", 76, "protocol"),
        (200, "<title>Something\u{1b}[31m else</title>", 76, "protocol"),
        (200, "", 76, "protocol"),
        (200, "{\"status\": \"SUCCESS\"}", 76, "protocol"),
        (200, large.as_str(), 76, "protocol"),
        (
            200,
            "<form><input name=SAMLResponse value='!'></form><form><input name=SAMLResponse value='?'></form>",
            76,
            "protocol",
        ),
        (503, "<title>Down for maintenance</title>", 69, "service_error"),
    ] {
        let outcome = shown(status, body);
        outcome.fails(code, kind);
        assert!(!outcome.stderr.contains('\u{1b}'), "{outcome}");
    }
    assert!(shown(404, "<title>Page Not Found</title>").stderr.contains("Page Not Found"));
}

#[test]
fn an_app_that_the_org_does_not_have_is_told_with_the_pages_title() {
    let world = World::new();
    let session = world.document_after(ADA, "session");
    let outcome = world.oktapipe(&["saml-fetch", "--app", "0oaNoSuchApp"]).stdin(&session).run();
    outcome.fails(76, "protocol");
    assert!(outcome.stderr.contains("404") && outcome.stderr.contains("--app"), "{outcome}");
}

#[test]
fn too_many_requests_say_how_long_to_wait() {
    let world = World::new();
    let session = world.document_after(ADA, "session");
    world.sandbox.fault(Fault::next("okta:/app", Action::rate_limit(17)));
    let outcome = fetch(&world, &session).run();
    outcome.fails(75, "rate_limited");
    assert!(outcome.stderr.contains("wait 1") && outcome.stderr.contains(" s,"), "{outcome}");
}

#[test]
fn a_redirect_to_another_origin_is_refused_and_nothing_goes_there() {
    for (target, named) in
        [("sts", "localhost"), ("https://evil.example/x?t=1", "evil.example"), ("http", "http://localhost")]
    {
        let world = World::new();
        let session = world.document_after(ADA, "session");
        let target = match target {
            "sts" => format!("{}/app", world.sandbox.sts()),
            "http" => world.sandbox.org().replace("https", "http"),
            other => other.to_owned(),
        };
        world.sandbox.fault(Fault::next("okta:/home", Action::Redirect(target)));
        let outcome = fetch(&world, &session).run();
        outcome.fails(76, "protocol");
        assert!(outcome.stderr.contains(named) && outcome.stderr.contains("--org"), "{outcome}");
        assert!(world.sandbox.log().iter().all(|request| request.service == "okta"));
    }
}

#[test]
fn redirects_that_never_end_are_given_up() {
    for target in ["/home/again", ""] {
        let world = World::new();
        let session = world.document_after(ADA, "session");
        let action = Action::Redirect(target.to_owned());
        world.sandbox.fault(Fault { path_prefix: "okta:/home".to_owned(), skip: 0, times: 1000, action });
        fetch(&world, &session).run().fails(76, "protocol");
        assert!(world.sandbox.log().len() < 20);
    }
}

#[test]
fn a_web_sso_token_is_redeemed() {
    let world = World::new();
    world.sandbox.fault(Fault::next("okta:/login/token/sso", page(200, &form(&world))));
    let token = json!({"access_token": "CANARY-web-sso", "token_type": "N_A", "expires_in": 300,
        "issued_token_type": "urn:okta:oauth:token-type:web_sso_token"});
    let answer = is_form(fetch(&world, &token.to_string()).run());
    assert_eq!(answer["RelayState"], "r&s");
    let request = world.sandbox.log().pop().unwrap();
    assert_eq!((request.method.as_str(), request.body.as_str()), ("POST", "token=CANARY-web-sso"));
}

#[test]
fn an_oauth_token_of_another_kind_is_not_sent() {
    let world = World::new();
    for token in [
        json!({"access_token": "CANARY-access", "token_type": "Bearer"}),
        json!({"access_token": "CANARY-access", "issued_token_type": "urn:ietf:params:oauth:token-type:id_token"}),
    ] {
        fetch(&world, &token.to_string()).run().fails(65, "wrong_document");
    }
    assert!(world.sandbox.log().is_empty());
}

#[test]
fn a_finished_ion_document_leads_to_the_form() {
    let world = World::new();
    world.sandbox.fault(Fault::next("okta:/login/token/redirect", page(200, &form(&world))));
    let ion = |org: &str| {
        json!({"version": "1.0.0", "success": {"name": "success-redirect",
            "href": format!("{org}/login/token/redirect?stateToken=02.id.CANARY"), "method": "GET"}})
        .to_string()
    };
    is_form(fetch(&world, &ion(&world.sandbox.org())).run());
    let asked = world.sandbox.log().len();
    fetch(&world, &ion("https://evil.example")).run().fails(65, "org_mismatch");
    assert_eq!(world.sandbox.log().len(), asked);
}

#[test]
fn an_app_is_a_link_or_an_id() {
    let world = World::new();
    let session = world.document_after(ADA, "session");
    let link = world.sandbox.app_link();
    let exk = format!("/app/amazon_aws/{EXTERNAL_KEY}/sso/saml");
    for (app, path) in [
        (link.as_str(), "/home/amazon_aws/0oaaws0000example0x7/272"),
        (APP_ID, "/home/amazon_aws/0oaaws0000example0x7/272"),
        (EXTERNAL_KEY, exk.as_str()),
    ] {
        let before = world.sandbox.log().len();
        is_form(world.oktapipe(&["saml-fetch", "--app", app]).stdin(&session).run());
        assert_eq!(world.sandbox.log()[before].path, path);
    }
    let before = world.sandbox.log().len();
    world.oktapipe(&["saml-fetch", "--app", "other"]).stdin(&session).run().fails(76, "protocol");
    assert_eq!(world.sandbox.log()[before].path, "/app/amazon_aws/other/login");
}

#[test]
fn an_app_of_another_org_no_app_and_nonsense_are_refused_before_anything_is_sent() {
    let world = World::new();
    for last in ["authn", "session"] {
        let document = world.document_after(ADA, last);
        let asked = world.sandbox.log().len();
        fetch(&world, &document).without("OKTA_APP_ID").run().fails(2, "usage");
        for (app, code, kind) in [
            ("https://evil.example/home/amazon_aws/0oa1/272", 65, "org_mismatch"),
            ("http://localhost/home/amazon_aws/0oa1/272", 65, "org_mismatch"),
            ("../../etc", 78, "config"),
            ("a b", 78, "config"),
        ] {
            fetch(&world, &document).env("OKTA_APP_ID", app).run().fails(code, kind);
        }
        let mut carried: Value = serde_json::from_str(&document).unwrap();
        carried["_oktapipe"]["app"] = "https://evil.example/x".into();
        fetch(&world, &carried.to_string()).without("OKTA_APP_ID").run().fails(65, "org_mismatch");
        assert_eq!(world.sandbox.log().len(), asked);
    }
}

#[test]
fn an_app_that_the_document_carries_is_used() {
    let world = World::new();
    let mut session: Value = serde_json::from_str(&world.document_after(ADA, "session")).unwrap();
    session["_oktapipe"]["app"] = EXTERNAL_KEY.into();
    is_form(fetch(&world, &session.to_string()).without("OKTA_APP_ID").run());
}

#[test]
fn another_org_than_the_documents_gets_neither_cookie_nor_token() {
    let world = World::new();
    for last in ["authn", "session"] {
        let document = world.document_after(ADA, last);
        let asked = world.sandbox.log().len();
        for stage in ["session", "saml-fetch"] {
            if (last, stage) != ("session", "session") {
                let case = world.oktapipe(&[stage, "--org", &world.sandbox.sts()]).stdin(&document);
                case.run().fails(65, "org_mismatch");
            }
        }
        assert_eq!(world.sandbox.log().len(), asked);
    }
}

#[test]
fn without_a_reader_a_session_token_is_not_spent() {
    let world = World::new();
    let transaction = world.document_after(ADA, "authn");
    for stage in ["session", "saml-fetch"] {
        let outcome = world.oktapipe(&[stage]).stdin(&transaction).run_unread();
        assert_eq!((outcome.signal, outcome.stderr.as_str()), (Some(13), ""), "{outcome}");
    }
    assert_eq!(world.sandbox.unspent_session_tokens().len(), 1);
}

#[test]
fn what_the_page_is_slow_with_is_a_timeout() {
    let world = World::new();
    let session = world.document_after(ADA, "session");
    world.sandbox.fault(Fault::next("okta:/home", Action::Delay(Duration::from_secs(4))));
    world.oktapipe(&["saml-fetch", "--timeout", "1"]).stdin(&session).run().fails(75, "timeout");
    world.sandbox.fault(Fault::next("okta:/app", Action::CutBody(100)));
    fetch(&world, &session).run().fails(69, "network");
}
