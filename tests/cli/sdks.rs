//! The AWS SDKs take what `export` set, and nothing that stood in the environment or in `~/.aws` before leads them elsewhere. The sandbox's
//! STS verifies their signatures and says who they are.

use crate::harness::AwsClient::{Boto3, JavaScript, Rust};
use crate::harness::{AwsClient, AwsClients, Case, Clock, Outcome, SOLO_ARN, World};
use serde_json::json;

/// Whom the credentials of `export` belong to.
const DEV: &str = "arn:aws:sts::111122223333:assumed-role/Dev/ada@acme.example";
/// Whom the profile `old` belongs to: one who is misled by it signs well, as somebody else.
const OLD: &str = "arn:aws:iam::111122223333:user/ci";

/// What stood in the environment before, and where that leads a client for which nothing is unset: to `OLD`, nowhere, or not astray.
struct Before {
    variable: (&'static str, &'static str),
    boto3: Option<&'static str>,
    javascript: Option<&'static str>,
    rust: Option<&'static str>,
}

/// botocore takes keys of the environment before those of a profile, but stops if the profile is not in the config, and prefers the old
/// name of the token. The SDK for JavaScript takes the profile, and knows only the new names. That for Rust takes the keys, and knows only those names.
const BEFORE: [Before; 5] = [
    Before { variable: ("AWS_PROFILE", "old"), boto3: Some(DEV), javascript: Some(OLD), rust: Some(DEV) },
    Before { variable: ("AWS_PROFILE", "no-such-profile"), boto3: None, javascript: None, rust: Some(DEV) },
    Before {
        variable: ("AWS_DEFAULT_PROFILE", "old"),
        boto3: Some(DEV),
        javascript: Some(DEV),
        rust: Some(DEV),
    },
    Before {
        variable: ("AWS_DEFAULT_PROFILE", "no-such-profile"),
        boto3: None,
        javascript: Some(DEV),
        rust: Some(DEV),
    },
    Before { variable: ("AWS_SECURITY_TOKEN", "stale"), boto3: None, javascript: Some(DEV), rust: Some(DEV) },
];

/// A world with credentials of ada's in `creds.json`, those of an IAM user in `user.json` and in the profile `old`, and the clients.
struct Room {
    world: World,
    clients: AwsClients,
}

impl Room {
    fn new() -> Option<Room> {
        let world = World::new();
        let clients = AwsClients::new(&world)?;
        let (id, secret) = world.sandbox.user_key();
        let file = |name: &str, text: &str| std::fs::write(world.home.join(name), text).unwrap();
        file("creds.json", &world.document_after("ada@acme.example", "assume"));
        file("user.json", &json!({"AccessKeyId": id, "SecretAccessKey": secret}).to_string());
        std::fs::create_dir(world.home.join(".aws")).unwrap();
        let process = "sh -c \"oktapipe export --format process < creds.json\"";
        file(".aws/config", &format!("[profile old]\n[profile okta]\ncredential_process = {process}\n"));
        file(
            ".aws/credentials",
            &format!("[old]\naws_access_key_id = {id}\naws_secret_access_key = {secret}\n"),
        );
        Some(Room { world, clients })
    }

    /// A script of sh with a client at its end, which says who it is.
    fn case(&self, client: AwsClient, before: &str) -> Case {
        self.script(&format!("{before} {}", self.clients.identity(client)))
    }

    fn script(&self, script: &str) -> Case {
        self.clients.serve(self.world.shell("sh", script))
    }
}

#[track_caller]
fn is(outcome: Outcome, arn: &str) {
    assert!(outcome.status == Some(0) && outcome.stdout == format!("{arn}\n"), "not {arn}: {outcome}");
    // What the SDK for JavaScript says when keys and a profile are set.
    assert!(!outcome.stderr.contains("Multiple credential sources"), "{outcome}");
}

const TAKEN: &str = "eval \"$(oktapipe export < creds.json)\" &&";
/// The same without what `export` unsets.
const NOTHING_UNSET: &str = "eval \"$(oktapipe export < creds.json | grep -v '^unset ')\" &&";

#[test]
fn what_stood_in_the_environment_before_misleads_no_sdk() {
    let Some(room) = Room::new() else { return };
    for before in &BEFORE {
        let (name, value) = before.variable;
        for client in AwsClient::ALL {
            is(room.case(client, TAKEN).env(name, value).run(), DEV);
        }
    }
}

/// The control: what the test above shows is due to what `export` unsets.
#[test]
fn without_what_export_unsets_they_would_be_misled() {
    let Some(room) = Room::new() else { return };
    for before in &BEFORE {
        let (name, value) = before.variable;
        for (client, arn) in [(Boto3, before.boto3), (JavaScript, before.javascript), (Rust, before.rust)] {
            let outcome = room.case(client, NOTHING_UNSET).env(name, value).run();
            match arn {
                Some(arn) => {
                    assert_eq!(outcome.stdout, format!("{arn}\n"), "{client:?} {name}={value}: {outcome}")
                }
                None => assert!(
                    outcome.status != Some(0) && outcome.stdout.is_empty(),
                    "{client:?} {name}={value}: {outcome}"
                ),
            }
        }
    }
}

#[test]
fn long_term_keys_after_temporary_ones_are_not_spoilt_by_their_session_token() {
    let Some(room) = Room::new() else { return };
    let taken = format!("{TAKEN} eval \"$(oktapipe export < user.json)\" &&");
    let control = format!("{TAKEN} eval \"$(oktapipe export < user.json | grep -v '^unset ')\" &&");
    for client in AwsClient::ALL {
        is(room.case(client, &taken).run(), OLD);
        let outcome = room.case(client, &control).run();
        assert!(
            outcome.status != Some(0) && outcome.stderr.contains("InvalidClientTokenId"),
            "{client:?}: {outcome}"
        );
    }
}

#[test]
fn files_of_variables_and_json_are_taken_by_every_sdk() {
    let Some(room) = Room::new() else { return };
    let sourced = |format: &str| {
        format!("oktapipe export -f {format} < creds.json > vars && set -a && . ./vars && set +a &&")
    };
    // As docker reads its file: each line as it is.
    let docker = "oktapipe export -f docker < creds.json > vars &&
        while IFS= read -r line; do export \"$line\"; done < vars &&";
    for client in AwsClient::ALL {
        is(room.case(client, &sourced("env-no-export")).run(), DEV);
    }
    for client in AwsClient::SDKS {
        is(room.case(client, &sourced("dotenv")).run(), DEV);
        is(room.case(client, docker).run(), DEV);
    }
    let dotenv = "oktapipe export -f dotenv < creds.json > vars && node --env-file=vars identity.cjs";
    is(room.script(dotenv).run(), DEV);
    for client in ["python3 identity.py", "node identity.cjs"] {
        let loaded = format!("oktapipe export -f json < creds.json > vars.json && {client} vars.json");
        is(room.script(&loaded).run(), DEV);
    }
}

#[test]
fn a_credential_process_serves_every_sdk() {
    let Some(room) = Room::new() else { return };
    for client in AwsClient::ALL {
        is(room.case(client, "").env("AWS_PROFILE", "okta").run(), DEV);
    }
}

/// With every character that a profile's name may have, and beside what older tools left in the profile.
#[test]
fn a_profile_that_was_written_serves_every_sdk() {
    const NAME: &str = "x_./%@:+-9";
    let Some(room) = Room::new() else { return };
    let file = room.world.home.join(".aws/credentials");
    let before = std::fs::read_to_string(&file).unwrap();
    let stale = format!(
        "{before}[{NAME}]\naws_access_key_id=ASIAOLD\naws_session_token=old\naws_security_token=old\n[last]\nregion=x"
    );
    std::fs::write(&file, stale).unwrap();
    let written =
        format!("oktapipe to-profile -q --name '{NAME}' --region eu-central-1 < creds.json > told &&");
    for client in AwsClient::ALL {
        is(room.case(client, &written).env("AWS_PROFILE", NAME).run(), DEV);
        is(room.case(client, "").env("AWS_PROFILE", "old").run(), OLD);
    }
    // Our own assume takes a profile's region by the SDK for Rust.
    let roles = room.world.document_after("ada@acme.example", "saml-roles");
    let case = room.world.oktapipe(&["assume"]).stdin(roles).env("AWS_PROFILE", NAME);
    let assumed = case.without("AWS_REGION").without("AWS_DEFAULT_REGION").run().succeeds().json();
    assert_eq!(assumed["_oktapipe"]["region"], "eu-central-1");
}

/// No SDK reads the file again by itself, so it is a program of each that is started before the end, after it, and when the profile is written anew.
#[test]
fn a_profile_goes_on_across_an_end_when_it_is_written_again() {
    let world = World::with_profile();
    let (Some(clients), Some(clock)) = (AwsClients::new(&world), Clock::new(&world)) else { return };
    let write = || {
        let script = "oktapipe login dev | oktapipe to-profile -q --name okta >told";
        clock.rules(world.by_profile(script)).run().succeeds();
    };
    let asked = |client| {
        let case = world.by_profile(clients.identity(client)).env("AWS_PROFILE", "okta");
        clock.rules(clients.serve(case)).run()
    };
    write();
    AwsClient::ALL.into_iter().for_each(|client| is(asked(client), SOLO_ARN));
    clock.advance(&world, 65);
    for client in AwsClient::ALL {
        let outcome = asked(client);
        assert!(
            outcome.status != Some(0) && outcome.stderr.contains("ExpiredToken"),
            "{client:?}: {outcome}"
        );
    }
    write();
    AwsClient::ALL.into_iter().for_each(|client| is(asked(client), SOLO_ARN));
    assert_eq!(world.asked(), 1);
}
