//! The AWS SDKs take what `export` set, and nothing that stood in the environment or in `~/.aws` before leads them elsewhere. The sandbox's
//! STS verifies their signatures and says who they are.
//!
//! `.ci/run` installs the SDK for JavaScript into `$OKTAPIPE_TOOLS` as it does the clients of `clients.rs`; boto3 comes with moto.

use crate::clients::installed;
use crate::harness::{Case, Outcome, World, has_all};
use serde_json::json;

/// Whom the credentials of `export` belong to.
const DEV: &str = "arn:aws:sts::111122223333:assumed-role/Dev/ada@acme.example";
/// Whom the profile `old` belongs to: one who is misled by it signs well, as somebody else.
const OLD: &str = "arn:aws:iam::111122223333:user/ci";

#[derive(Clone, Copy, Debug, PartialEq)]
enum Client {
    Boto3,
    Cli,
    JavaScript,
}
use Client::{Boto3, Cli, JavaScript};

const ALL: [Client; 3] = [Boto3, Cli, JavaScript];

/// What stood in the environment before, and where that leads a client for which nothing is unset: to `OLD`, nowhere, or not astray.
struct Before {
    variable: (&'static str, &'static str),
    boto3: Option<&'static str>,
    javascript: Option<&'static str>,
}

/// botocore takes keys of the environment before those of a profile, but stops if the profile is not in the config, and prefers the old
/// name of the token. The SDK for JavaScript takes the profile, and knows only the new names.
const BEFORE: [Before; 5] = [
    Before { variable: ("AWS_PROFILE", "old"), boto3: Some(DEV), javascript: Some(OLD) },
    Before { variable: ("AWS_PROFILE", "no-such-profile"), boto3: None, javascript: None },
    Before { variable: ("AWS_DEFAULT_PROFILE", "old"), boto3: Some(DEV), javascript: Some(DEV) },
    Before { variable: ("AWS_DEFAULT_PROFILE", "no-such-profile"), boto3: None, javascript: Some(DEV) },
    Before { variable: ("AWS_SECURITY_TOKEN", "stale"), boto3: None, javascript: Some(DEV) },
];

/// A world with credentials of ada's in `creds.json`, those of an IAM user in `user.json` and in the profile `old`, and the clients.
struct Room {
    world: World,
    modules: String,
}

impl Room {
    fn new() -> Option<Room> {
        if !has_all(&["aws", "node", "python3"]) {
            return None;
        }
        let modules = installed("aws-sdk-js/node_modules/@aws-sdk/client-sts")?;
        let modules = modules.ancestors().nth(2)?.display().to_string();
        let world = World::new();
        let (id, secret) = world.sandbox.user_key();
        let file = |name: &str, text: &str| std::fs::write(world.home.join(name), text).unwrap();
        file("creds.json", &world.document_after("ada@acme.example", "assume"));
        file("user.json", &json!({"AccessKeyId": id, "SecretAccessKey": secret}).to_string());
        file("identity.py", include_str!("clients/boto3/identity.py"));
        file("identity.cjs", include_str!("clients/aws-sdk-js/identity.cjs"));
        std::fs::create_dir(world.home.join(".aws")).unwrap();
        let process = "sh -c \"oktapipe export --format process < creds.json\"";
        file(".aws/config", &format!("[profile old]\n[profile okta]\ncredential_process = {process}\n"));
        file(
            ".aws/credentials",
            &format!("[old]\naws_access_key_id = {id}\naws_secret_access_key = {secret}\n"),
        );
        Some(Room { world, modules })
    }

    /// A script of sh with a client at its end, which says who it is.
    fn case(&self, client: Client, before: &str) -> Case {
        let client = match client {
            Boto3 => "python3 identity.py",
            Cli => "aws sts get-caller-identity --output text --query Arn",
            JavaScript => "node identity.cjs",
        };
        self.world.shell("sh", &format!("{before} {client}")).env("NODE_PATH", &self.modules)
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
        for client in ALL {
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
        for (client, arn) in [(Boto3, before.boto3), (JavaScript, before.javascript)] {
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
    for client in ALL {
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
    for client in ALL {
        is(room.case(client, &sourced("env-no-export")).run(), DEV);
    }
    for client in [Boto3, JavaScript] {
        is(room.case(client, &sourced("dotenv")).run(), DEV);
        is(room.case(client, docker).run(), DEV);
    }
    let script = |script: &str| room.world.shell("sh", script).env("NODE_PATH", &room.modules);
    let dotenv = "oktapipe export -f dotenv < creds.json > vars && node --env-file=vars identity.cjs";
    is(script(dotenv).run(), DEV);
    for client in ["python3 identity.py", "node identity.cjs"] {
        let loaded = format!("oktapipe export -f json < creds.json > vars.json && {client} vars.json");
        is(script(&loaded).run(), DEV);
    }
}

#[test]
fn a_credential_process_serves_every_sdk() {
    let Some(room) = Room::new() else { return };
    for client in ALL {
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
    for client in ALL {
        is(room.case(client, &written).env("AWS_PROFILE", NAME).run(), DEV);
        is(room.case(client, "").env("AWS_PROFILE", "old").run(), OLD);
    }
    // The SDK for Rust is in our own assume, which takes a profile's region.
    let roles = room.world.document_after("ada@acme.example", "saml-roles");
    let case = room.world.oktapipe(&["assume"]).stdin(roles).env("AWS_PROFILE", NAME);
    let assumed = case.without("AWS_REGION").without("AWS_DEFAULT_REGION").run().succeeds().json();
    assert_eq!(assumed["_oktapipe"]["region"], "eu-central-1");
}
