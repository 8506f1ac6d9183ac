//! What stands at the ends of a stage: nobody who writes, nobody who reads, no room, a descriptor that is closed. And old keys that lie
//! about, which the published recipe falls back to.

use crate::harness::{World, has};
use oktapipe_sandbox::{Action, Fault};
use std::time::Duration;

const SHELLS: [&str; 4] = ["bash", "dash", "zsh", "ksh"];
const ADA: &str = "ada@acme.example";
const GRACE: &str = "grace@acme.example";

fn shells() -> impl Iterator<Item = &'static str> {
    SHELLS.into_iter().filter(|shell| has(shell))
}

fn keep(world: &World, name: &str, document: &str) {
    std::fs::write(world.home.join(name), document).unwrap();
}

/// What a shell makes of a death by SIGPIPE; ksh93 adds 256 to the number of the signal, others 128.
fn is_sigpipe(status: &str) -> bool {
    matches!(status.trim(), "141" | "269")
}

/// In a world of its own, since a shell may say for itself that a program was killed or not found: of our lines there is one.
#[track_caller]
fn is_no_document(world: &World, shell: &str, pipe: &str) {
    let session = |script: &str| {
        let outcome = world
            .shell(shell, script)
            .env("OKTA_USERNAME", ADA)
            .env("OKTA_PASSWORD", world.password(ADA))
            .run();
        let ours: Vec<&str> = outcome.stderr.lines().filter(|line| line.starts_with("oktapipe ")).collect();
        assert!(
            ours == ["oktapipe saml-fetch: stdin is empty; did the stage before fail?"],
            "{shell}: {outcome}"
        );
        outcome
    };
    let outcome = session(&format!("{pipe} | oktapipe saml-fetch | oktapipe saml-roles"));
    assert_eq!(outcome.status, Some(66), "{shell}: {outcome}");
    assert_eq!(outcome.json()["_oktapipe"]["error"]["kind"], "no_document");
    let script = format!(
        "eval \"$({pipe} | oktapipe saml-fetch | oktapipe export)\"; echo \"$? ${{AWS_ACCESS_KEY_ID-unset}}\""
    );
    assert_eq!(session(&script).stdout, "66 unset\n", "{shell}");
}

#[test]
fn a_program_that_is_missing_in_the_middle_of_a_pipe_is_no_document() {
    for shell in shells() {
        is_no_document(&World::new(), shell, "oktapipe authn | no-such-program");
        is_no_document(&World::new(), shell, "no-such-program");
    }
}

#[test]
fn a_stage_that_was_killed_is_no_document() {
    if !has("timeout") {
        return;
    }
    for shell in shells() {
        let world = World::new();
        let slow = Action::Delay(Duration::from_secs(10));
        world.sandbox.fault(Fault {
            path_prefix: "/api/v1/sessions".to_owned(),
            skip: 0,
            times: 2,
            action: slow,
        });
        is_no_document(&world, shell, "oktapipe authn | timeout -s KILL 0.4 oktapipe session");
    }
}

#[test]
fn a_reader_that_leaves_ends_a_stage_by_sigpipe_without_a_word() {
    let world = World::new();
    // saml-fetch passes a form on. It is larger than the buffer of a pipe, and of the sockets that are ksh93's pipes.
    let form = serde_json::json!({ "SAMLResponse": "A".repeat(2 << 20), "RelayState": "" });
    keep(&world, "form.json", &form.to_string());
    for shell in shells() {
        let script = "{ oktapipe saml-fetch < form.json; echo \"$?\" > status; } | head -c 1";
        let outcome = world.shell(shell, script).run().succeeds();
        assert_eq!(outcome.stdout, "{", "{shell}: {outcome}");
        let status = std::fs::read_to_string(world.home.join("status")).unwrap();
        assert!(is_sigpipe(&status), "{shell}: {status}");
    }
}

/// What can be spent once is not spent for nobody.
#[test]
fn a_stage_whose_reader_is_gone_sends_nothing() {
    let world = World::new();
    keep(&world, "authn.json", &world.document_after(ADA, "authn"));
    keep(&world, "mfa.json", &world.authn(GRACE).run().document());
    keep(&world, "roles.json", &world.document_after("solo@acme.example", "saml-roles"));
    let asked = world.sandbox.log().len();
    // The reader of a pipe, and of a socket in ksh93.
    for shell in shells() {
        for stage in [
            "oktapipe authn",
            "oktapipe factor-verify < mfa.json",
            "oktapipe session < authn.json",
            "oktapipe saml-fetch < authn.json",
            "oktapipe assume < roles.json",
        ] {
            let script = format!(
                "rm -f gone; {{ until [ -e gone ]; do sleep 0.02; done; {stage}; echo \"$?\" > status; }} \
                 | sh -c 'exec <&-; : > gone'"
            );
            let outcome = world
                .shell(shell, &script)
                .env("OKTA_USERNAME", ADA)
                .env("OKTA_PASSWORD", world.password(ADA))
                .env("MFA_CODE", &world.sandbox.totp(GRACE, "GOOGLE").unwrap())
                .run()
                .succeeds();
            let status = std::fs::read_to_string(world.home.join("status")).unwrap();
            assert!(is_sigpipe(&status), "{shell}: {stage}: {status}: {outcome}");
            assert_eq!(world.sandbox.log().len(), asked, "{shell}: {stage}");
        }
    }
    assert_eq!(world.sandbox.unspent_session_tokens().len(), 1);
}

#[test]
fn a_full_disk_under_stdout_is_io() {
    let world = World::new();
    keep(&world, "form.json", &world.document_after(ADA, "saml-fetch"));
    keep(&world, "creds.json", &world.document_after("solo@acme.example", "assume"));
    for command in [
        "authn",
        "saml-roles < form.json",
        "export < creds.json",
        "export --format json < creds.json",
        "export --format process < creds.json",
        "caller-identity < creds.json",
        "completions bash",
        "--help",
        "--version",
    ] {
        let outcome = world
            .shell("sh", &format!("oktapipe {command} > /dev/full"))
            .env("OKTA_USERNAME", ADA)
            .env("OKTA_PASSWORD", world.password(ADA))
            .run();
        assert!(
            outcome.status == Some(74)
                && outcome.stderr.lines().count() == 1
                && outcome.stderr.contains("No space left on device"),
            "{command}: {outcome}"
        );
    }
}

/// The failure that is told is the first one, whatever becomes of its document.
#[test]
fn a_failure_keeps_its_number_when_its_document_cannot_be_written() {
    let world = World::new();
    for (stdout, stage) in [("> /dev/full", "session"), ("> /dev/full", "export"), (">&-", "session")] {
        let outcome = world.shell("sh", &format!("oktapipe {stage} {stdout}")).run();
        assert!(outcome.status == Some(66) && outcome.stderr.lines().count() == 1, "{stage}: {outcome}");
    }
}

#[test]
fn closed_descriptors_are_as_dev_null() {
    let world = World::new();
    keep(&world, "creds.json", &world.document_after("solo@acme.example", "assume"));
    for shell in shells() {
        // No file or socket of ours takes the number of stdout, into which a document would then go.
        world.shell(shell, "oktapipe caller-identity < creds.json >&-").run().succeeds();
        world.shell(shell, "oktapipe session <&-").run().fails(66, "no_document");
        let outcome = world.shell(shell, "oktapipe session < /dev/null 2>&-").run();
        assert!(outcome.status == Some(66) && outcome.stderr.is_empty(), "{shell}: {outcome}");
        assert_eq!(outcome.json()["_oktapipe"]["error"]["kind"], "no_document");
    }
}

/// Keys in every place where AWS's tools look for some.
fn old_keys(world: &World) {
    let folder = world.home.join(".aws");
    std::fs::create_dir_all(&folder).unwrap();
    let keys = "aws_access_key_id = AKIAOLDOLDOLDOLDOLD0\naws_secret_access_key = old\n";
    std::fs::write(folder.join("credentials"), format!("[default]\n{keys}[old]\n{keys}")).unwrap();
    std::fs::write(folder.join("config"), "[profile runs]\ncredential_process = touch asked\n").unwrap();
}

const OLD: [(&str, &str); 3] = [
    ("AWS_ACCESS_KEY_ID", "AKIAOLDOLDOLDOLDOLD0"),
    ("AWS_SECRET_ACCESS_KEY", "old"),
    ("AWS_SESSION_TOKEN", "old"),
];

#[test]
fn old_keys_are_never_asked_about_when_a_pipe_has_failed() {
    let pipe = "oktapipe authn | oktapipe factor-verify | oktapipe session | oktapipe saml-fetch \
        | oktapipe saml-roles --first | oktapipe assume | oktapipe caller-identity";
    for shell in shells() {
        for profile in ["default", "old", "runs"] {
            let world = World::new();
            old_keys(&world);
            let case = world.shell(shell, pipe).env("OKTA_USERNAME", ADA).env("OKTA_PASSWORD", "wrong");
            let case = OLD.into_iter().fold(case, |case, (name, value)| case.env(name, value));
            case.env("AWS_PROFILE", profile).run().fails(77, "authentication_failed");
            assert!(world.sandbox.log().iter().all(|request| request.service == "okta"));
            assert!(!world.home.join("asked").exists());
        }
    }
}

#[test]
fn caller_identity_signs_with_the_keys_on_stdin_beside_old_ones() {
    let world = World::new();
    old_keys(&world);
    let credentials = world.document_after(ADA, "assume");
    for profile in ["default", "old", "runs"] {
        let case = world.oktapipe(&["caller-identity"]).stdin(&credentials).env("AWS_PROFILE", profile);
        let case = OLD.into_iter().fold(case, |case, (name, value)| case.env(name, value));
        let outcome = case.run().succeeds();
        assert!(outcome.json()["Arn"].as_str().unwrap().ends_with(ADA), "{outcome}");
    }
    assert!(!world.home.join("asked").exists());
}
