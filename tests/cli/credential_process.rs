//! `credential-process`, as the AWS CLI and SDKs run it: from a line in `~/.aws/config`, again and again, across the end of what it gave.

use crate::harness::{AwsClient, AwsClients, Case, Clock, SOLO_ARN, World, has};
use serde_json::Value;
use std::time::Duration;

/// A world with the profile `dev`, which needs nobody, and the AWS profile `okta`, which runs us for it.
fn world() -> World {
    let world = World::with_profile();
    std::fs::create_dir(world.home.join(".aws")).unwrap();
    let line = format!("credential_process = {} credential-process dev", env!("CARGO_BIN_EXE_oktapipe"));
    std::fs::write(world.home.join(".aws/config"), format!("[profile okta]\n{line}\n")).unwrap();
    world
}

fn process(world: &World) -> Case {
    world.by_profile("exec oktapipe credential-process dev")
}

#[test]
fn a_profile_is_enough_and_the_second_call_uses_no_network() {
    let world = world();
    let first = process(&world).run().succeeds();
    let document = first.json();
    let names: Vec<&String> = document.as_object().unwrap().keys().collect();
    assert_eq!(names, ["Version", "AccessKeyId", "SecretAccessKey", "SessionToken", "Expiration"]);
    assert_eq!(document["Version"], 1);
    assert!(document["Expiration"].as_str().unwrap().ends_with('Z'), "{first}");
    let before = world.sandbox.log().len();
    let second = process(&world).run().succeeds();
    assert_eq!(first.stdout, second.stdout);
    assert_eq!((world.sandbox.log().len(), world.asked()), (before, 1));
    // With flags beside the profile, by clap, it is the same.
    let third = world.by_profile("oktapipe credential-process dev -q").run().succeeds();
    assert_eq!(first.stdout, third.stdout);
}

#[test]
fn stdin_is_not_touched() {
    let world = world();
    for _ in 0..2 {
        let outcome =
            world.by_profile("oktapipe credential-process dev >creds; cat").stdin("a\nb\n").run().succeeds();
        assert_eq!(outcome.stdout, "a\nb\n");
    }
    assert!(std::fs::read_to_string(world.home.join("creds")).unwrap().contains("Version"));
}

#[test]
fn a_failure_is_one_line_and_nothing_on_stdout() {
    let world = world();
    std::fs::write(world.home.join("password"), "CANARY-wrong\n").unwrap();
    let outcome = process(&world).run();
    assert!(outcome.status == Some(77) && outcome.stdout.is_empty(), "{outcome}");
    assert!(
        outcome.stderr.starts_with("oktapipe authn: Okta says") && outcome.stderr.lines().count() == 1,
        "{outcome}"
    );
    for (script, status) in [
        ("oktapipe credential-process nobody", 78),
        ("oktapipe credential-process --no-such-flag", 2),
        ("oktapipe credential-process dev --role nobody --no-cache", 77),
    ] {
        let outcome = world.by_profile(script).run();
        assert!(outcome.status == Some(status) && outcome.stdout.is_empty(), "{outcome}");
        assert_eq!(outcome.stderr.lines().count(), 1, "{outcome}");
    }
}

#[test]
fn the_profile_of_the_caller_leads_nowhere() {
    let world = world();
    for name in ["AWS_PROFILE", "AWS_DEFAULT_PROFILE"] {
        for value in ["okta", "no-such-profile"] {
            process(&world).env(name, value).run().succeeds();
            let anew = world.by_profile("oktapipe credential-process dev --no-cache").env(name, value);
            world.sandbox.advance(Duration::from_secs(2));
            anew.run().succeeds();
        }
    }
}

const CLI: &str = "aws sts get-caller-identity --output text --query Arn";

#[test]
fn the_aws_cli_and_the_sdks_take_what_it_prints_and_sign_in_once() {
    let world = world();
    let Some(clients) = AwsClients::new(&world) else { return };
    for client in AwsClient::ALL {
        let case = clients.serve(world.by_profile(clients.identity(client))).env("AWS_PROFILE", "okta");
        let outcome = case.run();
        assert!(
            outcome.status == Some(0) && outcome.stdout == format!("{SOLO_ARN}\n"),
            "{client:?}: {outcome}"
        );
    }
    assert_eq!(world.asked(), 1);
}

#[test]
fn the_aws_cli_shows_why_it_failed() {
    if !has("aws") {
        return;
    }
    let world = world();
    std::fs::write(world.home.join("password"), "CANARY-wrong\n").unwrap();
    let outcome = world.by_profile(CLI).env("AWS_PROFILE", "okta").run();
    assert!(outcome.status != Some(0), "{outcome}");
    assert!(outcome.stderr.contains("oktapipe authn: Okta says: Authentication failed"), "{outcome}");
}

/// One program that runs on: at once, half an hour later, and when what it has is at its end.
#[test]
fn a_program_that_runs_on_gets_new_credentials_when_its_own_end() {
    for client in AwsClient::SDKS {
        let world = world();
        let (Some(clients), Some(clock)) = (AwsClients::new(&world), Clock::new(&world)) else { return };
        let program = clients
            .start(client, &world, &clock, |script| world.by_profile(script).env("AWS_PROFILE", "okta"));
        program.turn("first");
        clock.advance(&world, 30);
        program.turn("second");
        clock.advance(&world, 35);
        program.turn("third");
        let [first, second, third] = program.keys(SOLO_ARN);
        assert!(first == second && second != third, "{client:?}: {first} {second} {third}");
        // By the session: no password was asked for again.
        assert_eq!(world.asked(), 1, "{client:?}");
    }
}

#[test]
fn the_aws_cli_goes_on_across_an_end() {
    if !has("aws") {
        return;
    }
    let world = world();
    let Some(clock) = Clock::new(&world) else { return };
    for minutes in [0, 20, 45, 30] {
        clock.advance(&world, minutes);
        let outcome = clock.rules(world.by_profile(CLI).env("AWS_PROFILE", "okta")).run().succeeds();
        assert_eq!(outcome.stdout, format!("{SOLO_ARN}\n"));
    }
    assert_eq!(world.asked(), 1);
}

#[test]
fn six_of_the_aws_cli_at_once_sign_in_once() {
    if !has("aws") {
        return;
    }
    let world = world();
    let script = format!("for n in 1 2 3 4 5 6; do {CLI} & done; wait");
    let outcome = world.by_profile(&script).env("AWS_PROFILE", "okta").run().succeeds();
    assert_eq!(outcome.stdout, format!("{SOLO_ARN}\n").repeat(6));
    assert_eq!(world.asked(), 1);
}

#[test]
fn on_a_terminal_the_keys_are_masked() {
    let world = world();
    let printed: Value = process(&world).run().succeeds().json();
    assert!(printed["SecretAccessKey"].as_str().unwrap().contains("CANARY"));
    if !crate::harness::terminals() {
        return;
    }
    let ended = crate::harness::terminal(
        &world,
        "sh",
        "unset OKTA_ORG OKTA_USERNAME; oktapipe credential-process dev",
    );
    let ended = ended.run();
    assert!(ended.seen.contains("(hidden: --reveal)"), "{ended:?}");
}
