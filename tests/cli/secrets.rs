//! Where secrets are not: logs, help, usage errors, a terminal. That no outcome of any case holds one, the harness sees to.

use crate::harness::{CANARY, Case, World, terminal, terminals};
use clap::CommandFactory;
use serde_json::Value;

const ADA: &str = "ada@acme.example";
const GRACE: &str = "grace@acme.example";
const HIDDEN: &str = "(hidden: --reveal)";

/// Variables with secrets in them.
fn with_secrets(case: Case) -> Case {
    ["OKTA_PASSWORD", "MFA_CODE", "OKTA_MFA_CODE", "AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN"]
        .into_iter()
        .fold(case, |case, name| case.env(name, "CANARY-of-a-variable"))
}

#[test]
fn a_verbose_pipe_logs_method_url_without_query_status_and_time() {
    let world = World::new();
    let code = world.sandbox.totp(GRACE, "GOOGLE").unwrap();
    let mut document = String::new();
    for (arguments, requests) in [
        (&["authn", "-v"][..], &["POST /api/v1/authn: 200"][..]),
        (&["factor-verify", "-v"], &["POST /api/v1/authn/factors/uftgrace00example0x7/verify: 200"]),
        // With the session token in the query: the log has none of it.
        (
            &["saml-fetch", "-v"],
            &[
                "GET /home/amazon_aws/0oaaws0000example0x7/272: 302",
                "GET /app/amazon_aws/exkaws0000example0x7/sso/saml: 200",
            ],
        ),
        (&["saml-roles", "-v", "--first"], &[]),
        (&["assume", "-v"], &["POST /: 200"]),
        (&["console", "-v"], &["POST /federation: 200"]),
    ] {
        let case =
            world.oktapipe(arguments).stdin(&document).env("MFA_CODE", &code).env("OKTA_USERNAME", GRACE);
        let outcome = case.env("OKTA_PASSWORD", world.password(GRACE)).run();
        assert_eq!(outcome.status, Some(0), "{outcome}");
        let lines: Vec<&str> = outcome.stderr.lines().collect();
        assert_eq!(lines.len(), requests.len(), "{outcome}");
        for (line, request) in lines.iter().zip(requests) {
            let line = line.replace(&world.sandbox.org(), "").replace(&world.sandbox.sts(), "");
            let took = line
                .strip_prefix("oktapipe: ")
                .and_then(|line| line.strip_prefix(request))
                .unwrap_or_else(|| panic!("{line}"));
            let took = took
                .strip_prefix(", ")
                .and_then(|took| took.strip_suffix(" ms"))
                .unwrap_or_else(|| panic!("{line}"));
            assert!(took.parse::<u32>().is_ok() && !line.contains('?'), "{line}");
        }
        document = outcome.stdout;
    }
    assert!(world.sandbox.log().iter().any(|request| request.path.contains("sessionToken=")));
}

#[test]
fn help_and_version_show_no_variables_value() {
    let world = World::new();
    let command = oktapipe::cli::Cli::command();
    let shown = command.get_subcommands().filter(|command| !command.is_hide_set());
    let names = shown.map(|command| command.get_name().to_owned());
    let mut calls: Vec<Vec<String>> = names.map(|name| vec![name, "--help".to_owned()]).collect();
    calls.extend([vec!["--help".to_owned()], vec!["-h".to_owned()], vec!["--version".to_owned()]]);
    for call in calls {
        let call: Vec<&str> = call.iter().map(String::as_str).collect();
        let outcome = with_secrets(world.oktapipe(&call)).run().succeeds();
        assert!(!outcome.stdout.contains(CANARY) && !outcome.stdout.is_empty(), "{outcome}");
    }
}

#[test]
fn a_word_that_may_be_a_password_is_not_repeated() {
    let world = World::new();
    for arguments in [
        &["authn", "hunter2"][..],
        &["authn", "-u", "ada", "hunter2"],
        &["authn", "--password", "hunter2"],
        &["authn", "--password=hunter2"],
        &["authn", "-phunter2"],
        &["factor-verify", "hunter2"],
        &["hunter2"],
        &["hunter2", "authn"],
        &["-v", "hunter2"],
        &["export", "hunter2"],
        &["authn", "--password-fd", "hunter2"],
        &["authn", "--password-stdin=hunter2"],
    ] {
        let outcome = world.oktapipe(arguments).run();
        assert_eq!(outcome.status, Some(2), "{outcome}");
        assert_eq!(outcome.stderr.lines().count(), 1, "{outcome}");
        assert!(!outcome.stderr.contains("hunter2") && !outcome.stdout.contains("hunter2"), "{outcome}");
    }
}

/// What each stage reads from the file `in`, and whether its output holds a secret.
fn on_a_terminal() -> [(&'static str, Option<&'static str>, bool); 11] {
    [
        ("authn", None, true),
        ("factor-verify", Some("authn"), true),
        ("session", Some("authn"), true),
        ("saml-fetch", Some("session"), true),
        ("saml-roles --first", Some("saml-fetch"), true),
        ("assume", Some("saml-roles"), true),
        ("export", Some("assume"), true),
        ("to-profile", Some("assume"), false),
        ("caller-identity", Some("assume"), false),
        ("assume-role --role arn:aws:iam::444455556666:role/Plain", Some("assume"), true),
        ("console", Some("assume"), true),
    ]
}

fn prepare(world: &World, before: Option<&str>) -> String {
    let document = before.map(|before| world.document_after(ADA, before)).unwrap_or_default();
    std::fs::write(world.home.join("in"), document).unwrap();
    std::fs::write(world.home.join("password"), world.password(ADA)).unwrap();
    "OKTA_PASSWORD=$(cat password); export OKTA_PASSWORD; oktapipe".to_owned()
}

#[test]
fn a_terminal_gets_masked_and_indented_output_and_one_line_that_says_so() {
    if !terminals() {
        return;
    }
    for (stage, before, is_secret) in on_a_terminal() {
        let world = World::new();
        let run = prepare(&world, before);
        let ended = terminal(&world, "sh", &format!("{run} {stage} <in")).run();
        assert_eq!(ended.status, Some(0), "{stage}: {ended:?}");
        assert_eq!(ended.seen.contains(HIDDEN), is_secret, "{stage}: {ended:?}");
        assert_eq!(
            ended.seen.lines().filter(|line| line.contains("masked")).count(),
            usize::from(is_secret),
            "{stage}"
        );
        assert!(stage == "export" || ended.seen.starts_with("{\n  \""), "{stage}: {ended:?}");
        if stage == "assume" {
            assert!(
                ended.seen.contains("\"AccessKeyId\": \"ASIA") && ended.seen.contains(":assumed-role/Dev/"),
                "{ended:?}"
            );
        }
    }
}

#[test]
fn reveal_shows_what_a_pipe_would_get() {
    if !terminals() {
        return;
    }
    for (stage, before, is_secret) in on_a_terminal() {
        let world = World::new();
        let run = prepare(&world, before);
        let ended = terminal(&world, "sh", &format!("{run} {stage} --reveal <in")).run_revealed();
        assert!(!ended.seen.contains(HIDDEN) && !ended.seen.contains("masked"), "{stage}: {ended:?}");
        // An assertion is base64, so its canary cannot be read.
        assert!(
            !is_secret || ended.seen.contains(CANARY) || ended.seen.contains("\"PD94"),
            "{stage}: {ended:?}"
        );
    }
}

#[test]
fn quiet_leaves_out_the_line_and_masks_all_the_same() {
    if !terminals() {
        return;
    }
    let world = World::new();
    let run = prepare(&world, Some("saml-roles"));
    let ended = terminal(&world, "sh", &format!("{run} assume -q <in")).run();
    assert!(ended.seen.contains(HIDDEN) && !ended.seen.contains("masked"), "{ended:?}");
}

#[test]
fn what_a_terminal_showed_is_refused_by_the_next_stage() {
    if !terminals() {
        return;
    }
    for (stage, before, next) in [
        ("authn", None, "session"),
        ("session", Some("authn"), "saml-fetch"),
        ("assume", Some("saml-roles"), "caller-identity"),
    ] {
        let world = World::new();
        let run = prepare(&world, before);
        let seen = terminal(&world, "sh", &format!("{run} {stage} -q <in")).run().seen;
        let document: Value = serde_json::from_str(&seen).unwrap();
        world.oktapipe(&[next]).stdin(document.to_string()).run().fails(65, "masked_document");
    }
}

#[test]
fn debug_of_a_document_shows_names_only() {
    let text = r#"{"sessionToken":"CANARY-a","Credentials":{"SecretAccessKey":"CANARY-b"},"_oktapipe":{"cookies":{"sid":"CANARY-c"}}}"#;
    let input = oktapipe::document::read(text.as_bytes()).unwrap();
    let oktapipe::document::Input::Document(document) = &input else { panic!("{input:?}") };
    let shown = format!("{input:?} {document:?} {:?}", document.carry().unwrap());
    assert!(shown.contains("sessionToken") && !shown.contains(CANARY), "{shown}");
}
