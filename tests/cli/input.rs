//! What may stand on a stage's stdin by mistake: a clear refusal with the right number, soon, and nothing half-written.

use crate::harness::{Case, Outcome, World};
use serde_json::{Value, json};
use std::time::{Duration, Instant};

/// The stages that read a document, with what they need besides.
const STAGES: [&[&str]; 10] = [
    &["factor-verify", "--no-input"],
    &["session"],
    &["saml-fetch"],
    &["saml-roles", "--no-input"],
    &["assume", "--no-input"],
    &["export", "-f", "json"],
    &["to-profile"],
    &["caller-identity"],
    &["assume-role", "--role", "arn:aws:iam::444455556666:role/Plain"],
    &["console"],
];

/// In a debug build with two cores that all tests share.
const SOON: Duration = Duration::from_secs(15);

/// Whether a stage takes many documents, one a line.
fn takes_many(stage: &[&str]) -> bool {
    ["assume", "assume-role", "to-profile"].contains(&stage[0]) || stage.ends_with(&["json"])
}

fn given(world: &World, stage: &[&str], stdin: impl AsRef<[u8]>) -> Case {
    world.oktapipe(stage).stdin(stdin)
}

/// Runs a stage that fails offline, and checks what holds for every failure. `export -f json` prints nothing of it.
#[track_caller]
fn refused(world: &World, stage: &[&str], stdin: impl AsRef<[u8]>, code: i32, kind: &str) -> Outcome {
    let start = Instant::now();
    let outcome = given(world, stage, stdin).run();
    assert!(start.elapsed() < SOON, "{:?}: {outcome}", start.elapsed());
    assert_eq!(outcome.status, Some(code), "{outcome}");
    assert_eq!(outcome.stderr.lines().count(), 1, "{outcome}");
    assert!(outcome.stderr.len() < 1000, "{outcome}");
    if stage[0] == "export" {
        assert_eq!(outcome.stdout, "", "{outcome}");
    } else {
        assert_eq!(outcome.fails(code, kind)["_oktapipe"]["error"]["stage"], stage[0]);
    }
    outcome
}

/// What each stage prints, by the name of the stage.
fn documents(world: &World) -> Vec<(&'static str, String)> {
    let mut documents = vec![("MFA_REQUIRED", world.authn("grace@acme.example").run().document())];
    let mut document = world.authn("ada@acme.example").run().document();
    documents.push(("SUCCESS", document.clone()));
    for (name, stage) in [
        ("session", &["session"][..]),
        ("form", &["saml-fetch"]),
        ("assertion", &["saml-roles", "--first"]),
        ("credentials", &["assume"]),
        ("identity", &["caller-identity"]),
    ] {
        document = given(world, stage, document).run().document();
        documents.push((name, document.clone()));
    }
    documents
}

#[test]
fn nothing_and_blanks_are_no_document() {
    let world = World::new();
    for stage in STAGES {
        for text in ["", "\n", " \r\n\t\n", "\u{feff}", "\u{feff} \n"] {
            let outcome = refused(&world, stage, text, 66, "no_document");
            assert!(outcome.stderr.contains("did the stage before fail?"), "{outcome}");
        }
    }
    assert!(world.sandbox.log().is_empty());
}

#[test]
fn another_stages_document_is_refused_with_the_stage_that_takes_it() {
    let world = World::new();
    let documents = documents(&world);
    let asked = world.sandbox.log().len();
    for (stage, taken) in STAGES.iter().zip([
        &["MFA_REQUIRED", "SUCCESS", "session", "form"][..],
        &["SUCCESS"],
        &["SUCCESS", "session", "form"],
        &["form"],
        &["assertion"],
        &["credentials"],
        &["credentials"],
        &["credentials"],
        &["credentials"],
    ]) {
        for (name, document) in documents.iter().filter(|(name, _)| !taken.contains(name)) {
            let outcome = refused(&world, stage, document, 65, "wrong_document");
            let hint = match *name {
                "MFA_REQUIRED" => "factor-verify",
                "SUCCESS" => "session or saml-fetch",
                "session" => "saml-fetch",
                "form" => "saml-roles",
                "assertion" => "assume",
                "credentials" => "export, to-profile and caller-identity",
                _ => "the end of a pipe",
            };
            assert!(outcome.stderr.contains(hint), "{name}: {outcome}");
        }
    }
    assert_eq!(world.sandbox.log().len(), asked);
}

#[test]
fn authn_refuses_other_stages_documents_and_what_is_no_document() {
    let world = World::new();
    let documents = documents(&world);
    let asked = world.sandbox.log().len();
    let authn: &[&str] = &["authn", "--username", "ada@acme.example", "--no-input"];
    for (_, document) in &documents {
        refused(&world, authn, document, 65, "wrong_document");
    }
    for text in ["hunter2", "<html>", "[1]", "{\"username\":", "{\"a\":1}{\"a\":2}", "\u{1}"] {
        refused(&world, authn, text, 65, "wrong_document");
    }
    for text in ["", " \n"] {
        refused(&world, authn, text, 69, "no_terminal");
    }
    assert_eq!(world.sandbox.log().len(), asked);
}

#[test]
fn a_document_that_was_cut_or_doubled_is_refused() {
    let world = World::new();
    let documents = documents(&world);
    let asked = world.sandbox.log().len();
    let taken = ["SUCCESS", "SUCCESS", "session", "form", "assertion", "credentials", "credentials"];
    for (stage, taken) in STAGES.iter().zip(taken) {
        let document = &documents.iter().find(|(name, _)| *name == taken).unwrap().1;
        for (what, text) in [
            ("cut", document[..document.len() - 2].to_owned()),
            ("cut in the middle", document[..document.len() / 2].to_owned()),
            ("doubled", format!("{document}{document}")),
            ("doubled without a newline", document.trim_end().repeat(2)),
            ("followed by text", format!("{document}and more")),
            ("followed by an error", format!("{document}{{\"_oktapipe\":{{\"error\":{{}}}}}}")),
            ("in an array", format!("[{document}]")),
            ("in a string", format!("{{\"a\":{}}}", json!(document))),
        ] {
            // Two are no mistake where many are taken, and an error among them stays in its place: `many` has it.
            let is_many = what.starts_with("doubled") || what == "followed by an error";
            if is_many && takes_many(stage) {
                continue;
            }
            let outcome = refused(&world, stage, text, 65, "wrong_document");
            if what.starts_with("cut") {
                assert!(outcome.stderr.contains("cut off"), "{outcome}");
            }
        }
    }
    assert_eq!(world.sandbox.log().len(), asked);
}

#[test]
fn ten_megabytes_of_anything_are_refused_soon() {
    const SIZE: usize = 10 << 20;
    let world = World::new();
    // A generator without a seed from outside: the same bytes each time.
    let mut state = 0x2545_f491_4f6c_dd1d_u64;
    let mut random = || {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        state as u8
    };
    let noise: Vec<u8> = (0..SIZE).map(|_| random()).collect();
    for bytes in [
        vec![0; SIZE],
        vec![b'{'; SIZE],
        vec![b'<'; SIZE],
        vec![b'A'; SIZE],
        vec![b' '; SIZE],
        noise,
        format!("{{\"sessionToken\":\"{}\"}}", "x".repeat(SIZE)).into_bytes(),
    ] {
        for stage in STAGES {
            // Blanks are no document; stages that take many read more of them before that is too much.
            match bytes[0] {
                b' ' if takes_many(stage) => refused(&world, stage, &bytes, 66, "no_document"),
                _ => refused(&world, stage, &bytes, 65, "wrong_document"),
            };
        }
    }
    assert!(world.sandbox.log().is_empty());
}

#[test]
fn a_document_just_under_the_limit_that_is_hostile_is_refused_soon() {
    let world = World::new();
    for (text, code, kind) in [
        ("{\"a\":".repeat(700_000), 65, "wrong_document"),
        (format!("{{\"a\":{}", "[".repeat(3_000_000)), 65, "wrong_document"),
        (format!("{{\"a\":{}}}", "9".repeat(3_000_000)), 65, "wrong_document"),
        (
            format!("{{{}\"z\":1}}", (0..300_000).map(|n| format!("\"{n}\":1,")).collect::<String>()),
            65,
            "wrong_document",
        ),
    ] {
        for stage in STAGES {
            refused(&world, stage, &text, code, kind);
        }
    }
    let roles: &[&str] = &["saml-roles"];
    for text in [
        "<".repeat(900_000),
        "<a>".repeat(300_000),
        "<p:Response ".repeat(300_000),
        "<Response>".repeat(100_000),
    ] {
        refused(&world, roles, &text, 76, "protocol");
    }
    refused(&world, roles, "A".repeat(3_999_996), 76, "protocol");
    assert!(world.sandbox.log().is_empty());
}

#[test]
fn bytes_that_are_no_text_are_refused() {
    let world = World::new();
    let noise: Vec<u8> = (0..=255).cycle().take(4096).collect();
    for bytes in [
        &b"\xff\xfe{\x00}\x00"[..],
        b"\x1f\x8b\x08\x00\x00",
        b"{\"sessionToken\":\"\xff\"}",
        b"{\"sessionToken\":\"\xed\xa0\x80\"}",
        b"\x00",
        b"\x7fELF\x02\x01\x01",
        &noise,
    ] {
        for stage in STAGES {
            refused(&world, stage, bytes, 65, "wrong_document");
        }
    }
}

#[test]
fn json_that_is_no_document_of_a_sign_in_is_refused() {
    let world = World::new();
    for text in [
        "{}",
        "[]",
        "null",
        "7",
        "\"text\"",
        "{\"a\":1}",
        "{\"id\":7}",
        "{\"sessionToken\":7}",
        "{\"status\":7}",
        "{\"SAMLResponse\":null}",
        "{\"SAMLAssertion\":[]}",
        "{\"Credentials\":7}",
        "{\"Credentials\":{}}",
        "{'a':1}",
        "{\"a\":NaN}",
    ] {
        for stage in STAGES {
            let outcome = given(&world, stage, text).run();
            let passed = outcome.status == Some(0) && matches!(stage[0], "factor-verify" | "saml-fetch");
            if !passed {
                refused(&world, stage, text, 65, "wrong_document");
            }
        }
    }
    assert!(world.sandbox.log().is_empty());
}

#[test]
fn a_byte_order_mark_crlf_and_indents_are_no_hindrance() {
    let world = World::new();
    let decorate = |document: &str| {
        let value: Value = serde_json::from_str(document).unwrap();
        format!("\u{feff}\r\n{}\r\n\r\n", serde_json::to_string_pretty(&value).unwrap().replace('\n', "\r\n"))
    };
    let mut document = world.authn("grace@acme.example").run().document();
    let code = world.sandbox.totp("grace@acme.example", "GOOGLE").unwrap();
    for stage in [
        &["factor-verify"][..],
        &["session"],
        &["saml-fetch"],
        &["saml-roles", "--first"],
        &["assume"],
        &["export", "-f", "process"],
        &["caller-identity"],
    ] {
        document = given(&world, stage, decorate(&document)).env("MFA_CODE", &code).run().succeeds().stdout;
    }
    let given = json!({"username": "ada@acme.example", "password": world.password("ada@acme.example")});
    world.oktapipe(&["authn"]).stdin(decorate(&given.to_string())).run().succeeds();
}

#[test]
fn an_error_document_goes_on_silently_with_its_number() {
    let world = World::new();
    let failed = world.authn("locked@acme.example").run();
    failed.fails(77, "locked_out");
    for stage in STAGES.into_iter().chain([&["authn", "--username", "ada"][..]]) {
        let outcome = given(&world, stage, &failed.stdout).run();
        outcome.passes_on(77);
        assert_eq!(
            outcome.stdout,
            if stage[0] == "export" { "" } else { failed.stdout.as_str() },
            "{outcome}"
        );
    }
    for (code, expected) in [
        (json!(2), 2),
        (json!(255), 255),
        (json!(0), 70),
        (json!(256), 70),
        (json!("77"), 70),
        (Value::Null, 70),
    ] {
        let document = json!({"_oktapipe": {"v": 1, "error": {"exit_code": code}}}).to_string();
        given(&world, &["session"], document).run().passes_on(expected);
    }
    assert_eq!(world.sandbox.log().len(), 1);
}

#[test]
fn an_error_of_a_later_version_still_goes_on() {
    let world = World::new();
    let document = json!({"_oktapipe": {"v": 2, "error": {"exit_code": 77}}}).to_string();
    for stage in STAGES {
        given(&world, stage, &document).run().passes_on(77);
    }
}

#[test]
fn an_okta_error_that_curl_passes_on_is_told_once() {
    let world = World::new();
    let body = json!({"errorCode": "E0000004", "errorSummary": "Authentication failed\u{1b}[2J", "errorId": "oae", "errorCauses": []}).to_string();
    for stage in STAGES {
        let outcome = refused(&world, stage, &body, 77, "authentication_failed");
        assert!(!outcome.stderr.contains('\u{1b}') && outcome.stderr.contains("E0000004"), "{outcome}");
        if stage[0] != "export" {
            assert_eq!(outcome.json()["errorCode"], "E0000004");
            given(&world, &["session"], &outcome.stdout).run().passes_on(77);
        }
    }
}

#[test]
fn a_later_version_of_the_document_is_refused() {
    let world = World::new();
    let documents = documents(&world);
    let asked = world.sandbox.log().len();
    let taken = ["MFA_REQUIRED", "SUCCESS", "session", "form", "assertion", "credentials", "credentials"];
    for (stage, taken) in STAGES.iter().zip(taken) {
        let document = &documents.iter().find(|(name, _)| *name == taken).unwrap().1;
        for reserved in [json!({"v": 2}), json!({"v": "1"}), json!([]), json!("x")] {
            let mut document: Value = serde_json::from_str(document).unwrap();
            document["_oktapipe"] = reserved;
            refused(&world, stage, document.to_string(), 65, "wrong_document");
        }
    }
    assert_eq!(world.sandbox.log().len(), asked);
}

#[test]
fn what_passes_through_is_of_a_version_that_we_know() {
    let world = World::new();
    for (stage, document) in [
        ("factor-verify", json!({"status": "SUCCESS", "sessionToken": "x", "_oktapipe": {"v": 2}})),
        ("saml-fetch", json!({"SAMLResponse": "x", "_oktapipe": {"v": 2}})),
    ] {
        given(&world, &[stage], document.to_string()).run().fails(65, "wrong_document");
    }
}
