//! Beside AWS's own tools: what our stages print goes into the AWS CLI and botocore, and the stages of STS talk to a server
//! that is not ours (moto, from PyPI).

use crate::harness::{World, has_all, path};
use std::io::{BufRead, BufReader};
use std::process::{Child, Command, Stdio};

const DEV: &str = "arn:aws:sts::111122223333:assumed-role/Dev/";

#[test]
fn the_aws_cli_takes_our_skeleton_as_its_input_file() {
    if !has_all(&["aws"]) {
        return;
    }
    let world = World::new();
    let form = world.document_after("quote@acme.example", "saml-fetch");
    // A regular file: the CLI opens it twice.
    let script = "oktapipe saml-roles --skeleton --role Ops > skeleton.json &&
        aws sts assume-role-with-saml --output json --cli-input-json file://skeleton.json | oktapipe caller-identity";
    let outcome = world.shell("bash", script).stdin(form).run().succeeds();
    assert_eq!(
        outcome.json()["Arn"],
        "arn:aws:sts::111122223333:assumed-role/Ops/quote@acme.example",
        "{outcome}"
    );
}

#[test]
fn the_aws_cli_takes_our_assertion_from_a_pipe() {
    if !has_all(&["aws", "jq"]) {
        return;
    }
    let world = World::new();
    // jq -j and not -r: the CLI sends what it reads as it is, and the newline is no part of the assertion. 200 roles: an assertion of nearly
    // 100,000 characters, more than some systems take as one argument.
    let form = world.document_after("many@acme.example", "saml-fetch");
    let script = "oktapipe saml-roles -q --role 100000000003/Team-042 > roles.json &&
        jq -j .SAMLAssertion roles.json | aws sts assume-role-with-saml --output json \
            --role-arn \"$(jq -r .RoleArn roles.json)\" --principal-arn \"$(jq -r .PrincipalArn roles.json)\" \
            --saml-assertion file:///dev/stdin | oktapipe caller-identity";
    let outcome = world.shell("bash", script).stdin(form).run().succeeds();
    assert_eq!(
        outcome.json()["Arn"],
        "arn:aws:sts::100000000003:assumed-role/Team-042/many@acme.example",
        "{outcome}"
    );
}

#[test]
fn the_aws_cli_is_who_our_export_says() {
    if !has_all(&["aws"]) {
        return;
    }
    let world = World::new();
    let credentials = world.document_after("ada@acme.example", "assume");
    // What stood in the environment before does not get in the way.
    let script = "eval \"$(oktapipe export)\" && aws sts get-caller-identity --output json";
    let outcome = world
        .shell("sh", script)
        .env("AWS_PROFILE", "no-such-profile")
        .env("AWS_SECURITY_TOKEN", "old")
        .stdin(&credentials)
        .run()
        .succeeds();
    let theirs: serde_json::Value = serde_json::from_str(&outcome.stdout).unwrap();
    let ours = world.oktapipe(&["caller-identity"]).stdin(&credentials).run().json();
    for name in ["UserId", "Account", "Arn"] {
        assert!(theirs[name].is_string() && theirs[name] == ours[name], "{name}: {outcome}");
    }
    assert_eq!(theirs["Arn"], format!("{DEV}ada@acme.example"));
}

#[test]
fn the_credentials_of_the_aws_cli_are_taken_by_export_and_caller_identity() {
    if !has_all(&["aws"]) {
        return;
    }
    let world = World::new();
    let assertion = world.sandbox.assertion("solo@acme.example").unwrap();
    let script = "oktapipe saml-roles --skeleton > skeleton.json &&
        aws sts assume-role-with-saml --output json --cli-input-json file://skeleton.json > creds.json &&
        oktapipe caller-identity < creds.json > /dev/null && eval \"$(oktapipe export < creds.json)\" &&
        aws sts get-caller-identity --output text --query Arn";
    let outcome = world.shell("sh", script).stdin(assertion).run().succeeds();
    assert_eq!(outcome.stdout, format!("{DEV}solo@acme.example\n"));
}

/// A profile whose keys come from a stage, as botocore reads it: no shell, stdout parsed, stderr lost.
fn profile(world: &World, document: &str) {
    let folder = world.home.join(".aws");
    std::fs::create_dir_all(&folder).unwrap();
    std::fs::write(world.home.join("document.json"), document).unwrap();
    let process = "sh -c \"oktapipe export --format process < document.json\"";
    std::fs::write(folder.join("config"), format!("[profile okta]\ncredential_process = {process}\n"))
        .unwrap();
}

#[test]
fn botocore_takes_our_export_as_a_credential_process() {
    if !has_all(&["aws"]) {
        return;
    }
    let world = World::new();
    profile(&world, &world.document_after("ada@acme.example", "assume"));
    let script = "aws sts get-caller-identity --profile okta --output text --query Arn";
    let outcome = world.shell("sh", script).run().succeeds();
    assert_eq!(outcome.stdout, format!("{DEV}ada@acme.example\n"));
}

#[test]
fn botocore_reports_a_failed_pipe_behind_a_credential_process_and_parses_nothing() {
    if !has_all(&["aws"]) {
        return;
    }
    let world = World::new();
    let refused = world.authn("ada@acme.example").env("OKTA_PASSWORD", "wrong").run();
    profile(&world, &refused.stdout);
    let outcome = world.shell("sh", "aws sts get-caller-identity --profile okta").run();
    assert!(outcome.status != Some(0) && outcome.stdout.is_empty(), "{outcome}");
    assert!(outcome.stderr.contains("Error when retrieving credentials from custom-process"), "{outcome}");
}

/// A moto server on a free port; killed when dropped.
struct Moto {
    child: Child,
    url: String,
}

impl Moto {
    fn start(world: &World) -> Moto {
        let mut command = Command::new("moto_server");
        command.args(["-H", "127.0.0.1", "-p", "0"]).env_clear();
        command.env("PATH", path()).env("HOME", &world.home).env("PYTHONUNBUFFERED", "1");
        let mut child =
            command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::piped()).spawn().unwrap();
        let mut lines = BufReader::new(child.stderr.take().unwrap()).lines().map_while(Result::ok);
        let url = lines.find_map(|line| {
            let (_, rest) = line.split_once("http://")?;
            Some(format!("http://{}", rest.split_whitespace().next()?))
        });
        // It logs each request, and would stop at a full or a closed pipe.
        std::thread::spawn(move || lines.for_each(drop));
        Moto { child, url: url.unwrap() }
    }
}

impl Drop for Moto {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

#[test]
fn assume_caller_identity_and_assume_role_work_with_moto() {
    if !has_all(&["moto_server"]) {
        return;
    }
    let world = World::new();
    let moto = Moto::start(&world);
    // One role: moto answers 500 to an assertion with more.
    let roles = world.document_after("solo@acme.example", "saml-roles");
    let assume = world.oktapipe(&["assume"]).env("AWS_ENDPOINT_URL_STS", &moto.url).stdin(roles).run();
    let credentials = assume.succeeds();
    let document = credentials.json();
    assert!(document["Credentials"]["AccessKeyId"].as_str().unwrap().starts_with("ASIA"), "{credentials}");
    assert!(document["AssumedRoleUser"]["Arn"].as_str().unwrap().starts_with(DEV), "{credentials}");
    let identity = world
        .oktapipe(&["caller-identity"])
        .env("AWS_ENDPOINT_URL_STS", &moto.url)
        .stdin(&credentials.stdout)
        .run()
        .succeeds();
    // moto names a user of its own there; that it finds the key's account is what counts.
    assert_eq!(identity.json()["Account"], "111122223333", "{identity}");
    let further = world
        .oktapipe(&["assume-role", "--role", "arn:aws:iam::444455556666:role/Deployer", "--tag", "a=b"])
        .env("AWS_ENDPOINT_URL_STS", &moto.url)
        .stdin(&credentials.stdout)
        .run()
        .succeeds()
        .json();
    assert_eq!(
        further["AssumedRoleUser"]["Arn"],
        "arn:aws:sts::444455556666:assumed-role/Deployer/solo@acme.example",
        "{further}"
    );
    assert!(world.sandbox.log().iter().all(|request| request.service != "sts"));
}
