//! `credential-process`, as the AWS CLI and SDKs run it: from a line in `~/.aws/config`, again and again, across the end of what it gave.

use crate::clients::installed;
use crate::harness::{Case, World, has, has_all, patiently};
use serde_json::Value;
use std::path::Path;
use std::time::Duration;

const SOLO: &str = "solo@acme.example";
const ARN: &str = "arn:aws:sts::111122223333:assumed-role/Dev/solo@acme.example";

/// A world with the profile `dev`, which needs nobody, and the AWS profile `okta`, which runs us for it.
fn world() -> World {
    let world = World::new();
    let home = world.home.display().to_string();
    let (org, app) = (world.sandbox.org(), world.sandbox.app_link());
    std::fs::write(world.home.join("password"), format!("{}\n", world.password(SOLO))).unwrap();
    let profile = format!(
        "[profile.dev]\norg = \"{org}\"\nusername = \"{SOLO}\"\napp = \"{app}\"\npassword-command = \"cat {home}/password; echo x >>{home}/asked\"\n"
    );
    std::fs::create_dir_all(world.home.join(".config/oktapipe")).unwrap();
    std::fs::write(world.home.join(".config/oktapipe/config.toml"), profile).unwrap();
    std::fs::create_dir(world.home.join(".aws")).unwrap();
    let line = format!("credential_process = {} credential-process dev", env!("CARGO_BIN_EXE_oktapipe"));
    std::fs::write(world.home.join(".aws/config"), format!("[profile okta]\n{line}\n")).unwrap();
    world
}

/// A script, without the variables that name org and app: the profile has them.
fn case(world: &World, script: &str) -> Case {
    world.shell("sh", script).without("OKTA_ORG").without("OKTA_APP_ID")
}

fn process(world: &World) -> Case {
    case(world, "exec oktapipe credential-process dev")
}

fn asked(world: &World) -> usize {
    std::fs::read_to_string(world.home.join("asked")).map_or(0, |text| text.lines().count())
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
    assert_eq!((world.sandbox.log().len(), asked(&world)), (before, 1));
    // With flags beside the profile, by clap, it is the same.
    let third = case(&world, "oktapipe credential-process dev -q").run().succeeds();
    assert_eq!(first.stdout, third.stdout);
}

#[test]
fn stdin_is_not_touched() {
    let world = world();
    for _ in 0..2 {
        let outcome =
            case(&world, "oktapipe credential-process dev >creds; cat").stdin("a\nb\n").run().succeeds();
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
        let outcome = case(&world, script).run();
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
            let anew = case(&world, "oktapipe credential-process dev --no-cache").env(name, value);
            world.sandbox.advance(Duration::from_secs(2));
            anew.run().succeeds();
        }
    }
}

const CLI: &str = "aws sts get-caller-identity --output text --query Arn";

#[test]
fn the_aws_cli_and_the_sdks_take_what_it_prints_and_sign_in_once() {
    if !has_all(&["aws", "node", "python3"]) {
        return;
    }
    let Some(modules) = modules() else { return };
    let world = world();
    std::fs::write(world.home.join("identity.py"), include_str!("clients/boto3/identity.py")).unwrap();
    std::fs::write(world.home.join("identity.cjs"), include_str!("clients/aws-sdk-js/identity.cjs")).unwrap();
    for client in [CLI, "python3 identity.py", "node identity.cjs"] {
        let outcome = case(&world, client).env("AWS_PROFILE", "okta").env("NODE_PATH", &modules).run();
        assert!(outcome.status == Some(0) && outcome.stdout == format!("{ARN}\n"), "{client}: {outcome}");
    }
    assert_eq!(asked(&world), 1);
}

#[test]
fn the_aws_cli_shows_why_it_failed() {
    if !has("aws") {
        return;
    }
    let world = world();
    std::fs::write(world.home.join("password"), "CANARY-wrong\n").unwrap();
    let outcome = case(&world, CLI).env("AWS_PROFILE", "okta").run();
    assert!(outcome.status != Some(0), "{outcome}");
    assert!(outcome.stderr.contains("oktapipe authn: Okta says: Authentication failed"), "{outcome}");
}

fn modules() -> Option<String> {
    let modules = installed("aws-sdk-js/node_modules/@aws-sdk/client-sts")?;
    Some(modules.ancestors().nth(2)?.display().to_string())
}

/// libfaketime, by which a program that runs sees the clock jump.
fn faketime() -> Option<String> {
    if !has("faketime") {
        return None;
    }
    let found = Case::new("find", &["/usr/lib", "-name", "libfaketime.so.1"], Path::new("/")).run();
    found.stdout.lines().next().map(str::to_owned)
}

const BOTO3: &str = r#"
import boto3
client = boto3.client("sts")
for turn in ("first", "second", "third"):
    open(turn).read()
    key = client._request_signer._credentials.get_frozen_credentials().access_key
    print(key, client.get_caller_identity()["Arn"], flush=True)
    open(turn + ".done", "w").close()
"#;

const JAVASCRIPT: &str = r#"
const fs = require("node:fs");
const { STSClient, GetCallerIdentityCommand } = require("@aws-sdk/client-sts");
const { fromNodeProviderChain } = require("@aws-sdk/credential-providers");
const client = new STSClient({ credentials: fromNodeProviderChain(), maxAttempts: 1 });
(async () => {
  for (const turn of ["first", "second", "third"]) {
    fs.readFileSync(turn);
    const { accessKeyId } = await client.config.credentials();
    // What it learnt of the server's clock, which is the machine's.
    client.config.systemClockOffset = 0;
    const { Arn } = await client.send(new GetCallerIdentityCommand({}));
    console.log(accessKeyId, Arn);
    fs.writeFileSync(turn + ".done", "");
  }
})().catch((error) => { console.error(`${error.name}: ${error.message}`); process.exitCode = 1; });
"#;

/// One program that runs on: at once, half an hour later, and when what it has is at its end.
#[test]
fn a_program_that_runs_on_gets_new_credentials_when_its_own_end() {
    let (Some(library), Some(modules)) = (faketime(), modules()) else { return };
    if !has_all(&["node", "python3"]) {
        return;
    }
    for (client, program) in [("python3", BOTO3), ("node", JAVASCRIPT)] {
        let world = world();
        let time = world.home.join("time");
        std::fs::write(&time, "+0").unwrap();
        std::fs::write(world.home.join("program.cjs"), program).unwrap();
        // It waits for each turn by a fifo: a sleep would last as long as the clock jumps.
        let running = case(&world, &format!("mkfifo first second third; exec {client} program.cjs 2>said"))
            .env("AWS_PROFILE", "okta")
            .env("NODE_PATH", &modules)
            .env("LD_PRELOAD", &library)
            .env("FAKETIME_TIMESTAMP_FILE", &time.display().to_string())
            .env("FAKETIME_NO_CACHE", "1")
            // What Node.js waits with goes on as it is.
            .env("FAKETIME_DONT_FAKE_MONOTONIC", "1")
            .env("DONT_FAKE_MONOTONIC", "1")
            .start();
        patiently("the turns", || world.home.join("third").exists().then_some(()));
        let turn = |name: &str| {
            std::fs::write(world.home.join(name), "").unwrap();
            let done = world.home.join(format!("{name}.done"));
            let said = || std::fs::read_to_string(world.home.join("said")).unwrap_or_default();
            patiently(&format!("the {name} turn of {client}"), || {
                assert!(!said().contains("Error"), "{client}: {}", said());
                done.exists().then_some(())
            });
        };
        let advance = |minutes: u64, sum: u64| {
            world.sandbox.advance(Duration::from_secs(minutes * 60));
            std::fs::write(&time, format!("+{sum}m")).unwrap();
        };
        turn("first");
        advance(30, 30);
        turn("second");
        advance(35, 65);
        turn("third");
        let outcome = running.end().succeeds();
        let lines: Vec<(&str, &str)> =
            outcome.stdout.lines().map(|line| line.split_once(' ').unwrap()).collect();
        assert!(lines.len() == 3 && lines.iter().all(|(_, arn)| *arn == ARN), "{client}: {outcome}");
        assert_eq!(lines[0].0, lines[1].0, "{client}: {outcome}");
        assert_ne!(lines[1].0, lines[2].0, "{client}: {outcome}");
        // By the session: no password was asked for again.
        assert_eq!(asked(&world), 1, "{client}");
    }
}

#[test]
fn the_aws_cli_goes_on_across_an_end() {
    if !has_all(&["aws", "faketime"]) {
        return;
    }
    let world = world();
    let mut minutes = 0;
    for step in [0, 20, 45, 30] {
        minutes += step;
        world.sandbox.advance(Duration::from_secs(step * 60));
        let script = format!("exec faketime -f +{minutes}m {CLI}");
        let outcome = case(&world, &script).env("AWS_PROFILE", "okta").run();
        assert!(outcome.status == Some(0) && outcome.stdout == format!("{ARN}\n"), "{minutes}: {outcome}");
    }
    assert_eq!(asked(&world), 1);
}

#[test]
fn six_of_the_aws_cli_at_once_sign_in_once() {
    if !has("aws") {
        return;
    }
    let world = world();
    let script = format!("for n in 1 2 3 4 5 6; do {CLI} & done; wait");
    let outcome = case(&world, &script).env("AWS_PROFILE", "okta").run().succeeds();
    assert_eq!(outcome.stdout, format!("{ARN}\n").repeat(6));
    assert_eq!(asked(&world), 1);
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
