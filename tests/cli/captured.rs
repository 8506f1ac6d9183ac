//! Documents that were kept, sent elsewhere or gone through other programs; and stages in children that have no terminal and hardly an
//! environment, as ssh, sudo and cron start them.

use crate::harness::{World, has, has_all, terminal, terminals};
use std::time::Duration;

const GRACE: &str = "grace@acme.example";
const ADA: &str = "ada@acme.example";

fn keep(world: &World, name: &str, document: &str) {
    std::fs::write(world.home.join(name), document).unwrap();
}

/// What each stage printed for somebody, under the stage's name.
fn kept(world: &World) {
    keep(world, "mfa", &world.authn(GRACE).run().document());
    for stage in ["authn", "session", "saml-fetch", "saml-roles", "assume"] {
        // Okta counts four tries a second.
        world.sandbox.advance(Duration::from_secs(2));
        keep(world, stage, &world.document_after(ADA, stage));
    }
}

#[test]
fn a_day_later_each_document_is_refused_for_what_ran_out() {
    let world = World::new();
    kept(&world);
    world.sandbox.advance(Duration::from_secs(24 * 3600));
    for (script, code, kind, word) in [
        ("MFA_CODE=123456 oktapipe factor-verify <mfa", 77, "session_expired", "authn"),
        ("oktapipe session <authn", 77, "session_expired", "sign in again"),
        ("oktapipe saml-fetch <authn", 77, "session_expired", "sign in again"),
        ("oktapipe saml-fetch <session", 77, "session_expired", "sign in again"),
        ("oktapipe saml-roles --first <saml-fetch | oktapipe assume", 77, "assertion_expired", "saml-fetch"),
        ("oktapipe assume <saml-roles", 77, "assertion_expired", "saml-fetch"),
        ("oktapipe caller-identity <assume", 77, "session_expired", "expired"),
    ] {
        let outcome = world.shell("sh", script).run();
        outcome.fails(code, kind);
        assert!(outcome.stderr.contains(word), "{word}: {outcome}");
    }
    // What is offline does not ask the clock.
    world.shell("sh", "oktapipe saml-roles --first <saml-fetch >roles").run().succeeds();
    world.shell("sh", "oktapipe export <assume >code").run().succeeds();
}

/// A filter between all stages changes nothing.
#[test]
fn sorted_indented_with_crlf_or_with_a_byte_order_mark_a_document_is_the_same() {
    if !has_all(&["jq", "sed"]) {
        return;
    }
    for filter in [
        "jq -S .",
        "jq .",
        "jq --tab -S .",
        "jq -c .",
        "jq -a .",
        "jq . | sed 's/$/\\r/'",
        "{ printf '\\357\\273\\277'; cat; }",
        "{ printf '\\357\\273\\277\\r\\n'; jq . | sed 's/$/\\r/'; echo; echo; }",
        "{ echo; echo; cat; }",
        "tr -d '\\n'",
    ] {
        let world = World::new();
        let script = [
            "authn",
            "factor-verify",
            "session",
            "saml-fetch",
            "saml-roles --first",
            "assume",
            "caller-identity",
        ]
        .map(|stage| format!("oktapipe {stage}"))
        .join(&format!(" | {filter} | "));
        let outcome = world
            .shell("sh", &script)
            .env("OKTA_USERNAME", GRACE)
            .env("OKTA_PASSWORD", world.password(GRACE))
            .env("MFA_CODE", &world.sandbox.totp(GRACE, "GOOGLE").unwrap())
            .run()
            .succeeds();
        assert!(outcome.json()["Arn"].as_str().unwrap().ends_with(GRACE), "{filter}: {outcome}");
    }
}

/// The same with the failure: an error document that went through a filter still has its number.
#[test]
fn an_error_document_that_was_sorted_or_indented_keeps_its_number() {
    if !has_all(&["jq", "sed"]) {
        return;
    }
    let world = World::new();
    for filter in ["jq -S .", "jq .", "jq . | sed 's/$/\\r/'", "{ printf '\\357\\273\\277'; cat; }"] {
        let script = format!("oktapipe authn | {filter} | oktapipe session | {filter} | oktapipe saml-fetch");
        let outcome =
            world.shell("sh", &script).env("OKTA_USERNAME", ADA).env("OKTA_PASSWORD", "wrong").run();
        outcome.fails(77, "authentication_failed");
        world.sandbox.advance(Duration::from_secs(2));
    }
}

/// A child with nothing but a PATH, in a session of its own: what sudo with `env_reset`, ssh to a host and cron leave.
fn bare(world: &World, stage: &str) -> String {
    let (ca, sts) = (world.sandbox.ca_file().display().to_string(), world.sandbox.sts());
    format!(
        "setsid -w env -i PATH=\"$PATH\" AWS_ENDPOINT_URL_STS={sts} sh -c 'oktapipe {stage} --ca-file {ca}' "
    )
}

#[test]
fn the_document_carries_what_a_child_without_environment_needs() {
    if !has("setsid") {
        return;
    }
    let world = World::new();
    keep(&world, "authn", &world.authn(GRACE).run().document());
    keep(&world, "code", &world.sandbox.totp(GRACE, "GOOGLE").unwrap());
    // The org and the app travel; the code comes by descriptor, as no variable does. STS's address is the tests' own.
    let app = format!("saml-fetch --app {}", world.sandbox.app_link());
    let script = [
        "factor-verify --passcode-fd 3",
        "session",
        &app,
        "saml-roles --role Dev",
        "assume",
        "caller-identity",
    ]
    .map(|stage| bare(&world, stage))
    .join(" | ");
    let outcome =
        world.shell("sh", &format!("exec 3<code; {script}")).stdin(world.authn(GRACE).run().document()).run();
    // Without a region nothing is chosen but the partition's own.
    let outcome = outcome.succeeds();
    assert!(outcome.json()["Arn"].as_str().unwrap().contains("/Dev/"), "{outcome}");
}

#[test]
fn a_child_without_a_terminal_says_what_to_give_instead_of_asking() {
    if !has("setsid") {
        return;
    }
    let world = World::new();
    kept(&world);
    let asked = world.sandbox.log().len();
    let ca = world.sandbox.ca_file().display().to_string();
    for (script, kind, word) in [
        ("factor-verify <mfa", "no_terminal", "--passcode-fd"),
        ("authn -u ada --org https://localhost </dev/null", "no_terminal", "--password-fd"),
        ("authn --org https://localhost </dev/null", "no_terminal", "--password"),
    ] {
        let text = format!("setsid -w env -i PATH=\"$PATH\" SSL_CERT_FILE={ca} sh -c 'oktapipe {script}'");
        let outcome = world.shell("sh", &text).run();
        outcome.fails(69, kind);
        assert!(outcome.stderr.contains(word) || outcome.stderr.contains("--username"), "{outcome}");
    }
    assert_eq!(world.sandbox.log().len(), asked);
}

/// The person's terminal is there, and the child is not of its session.
#[test]
fn a_child_that_left_the_terminals_session_does_not_find_it() {
    if !terminals() || !has_all(&["setsid", "jq"]) {
        return;
    }
    let world = World::new();
    kept(&world);
    let script = "cat mfa | setsid -w sh -c 'oktapipe factor-verify' 2>err >out; echo \"$?\"; jq -r ._oktapipe.error.kind out";
    let ended = terminal(&world, "sh", script).run();
    assert!(ended.seen.ends_with("69\nno_terminal\n"), "{ended:?}");
    let script = "setsid -w sh -c 'oktapipe session' <authn 2>err | setsid -w sh -c 'oktapipe saml-fetch' | jq -r 'keys[0]'; cat err";
    let ended = terminal(&world, "sh", script).run();
    assert!(ended.seen.ends_with("RelayState\n"), "{ended:?}");
}

/// A stage alone in a script of somebody else's, with its descriptors closed as daemons have them.
#[test]
fn a_stage_works_with_stderr_closed_and_no_home() {
    let world = World::new();
    kept(&world);
    let outcome = world.shell("sh", "unset HOME; oktapipe session <authn 2>&-").run().succeeds();
    assert_eq!(outcome.json()["status"], "ACTIVE");
    let outcome =
        world.shell("sh", "HOME=/nonexistent oktapipe caller-identity <assume 2>&-").run().succeeds();
    assert!(outcome.json()["Arn"].is_string());
}
