//! `assume-role`: from the credentials of one role to those of the next, as `aws sts assume-role` does it.

use crate::harness::{Case, World, has_all};
use oktapipe_sandbox::{Action, Fault};
use serde_json::Value;
use std::collections::HashMap;
use std::time::Duration;

const ADA: &str = "ada@acme.example";
const DEPLOYER: &str = "arn:aws:iam::444455556666:role/chain/Deployer";
const PARTNER: &str = "arn:aws:iam::999900001111:role/Partner";
const PLAIN: &str = "arn:aws:iam::444455556666:role/Plain";
const NIGHTLY: &str = "arn:aws:iam::444455556666:role/Nightly";

fn further(world: &World, document: &str, arguments: &[&str]) -> Case {
    world.oktapipe(&[&["assume-role"], arguments].concat()).stdin(document)
}

/// The parameters of the last request to STS.
fn asked(world: &World) -> HashMap<String, String> {
    let request = world.sandbox.log().pop().unwrap();
    url::form_urlencoded::parse(request.body.as_bytes()).into_owned().collect()
}

fn dev(world: &World) -> String {
    world.document_after(ADA, "assume")
}

/// The keys of an IAM user, as a credential_process prints them.
fn user(world: &World) -> String {
    let (id, secret) = world.sandbox.user_key();
    format!("{{\"Version\":1,\"AccessKeyId\":\"{id}\",\"SecretAccessKey\":\"{secret}\"}}")
}

#[test]
fn a_chain_of_roles_is_a_pipe_and_the_session_keeps_its_name() {
    let world = World::new();
    let pipe = format!(
        "oktapipe assume-role --role {DEPLOYER} | oktapipe assume-role --role {PARTNER} --external-id acme/42 \
         | oktapipe caller-identity"
    );
    let outcome = world.shell("sh", &pipe).stdin(dev(&world)).run().succeeds();
    assert_eq!(
        outcome.json()["Arn"],
        format!("arn:aws:sts::999900001111:assumed-role/Partner/{ADA}"),
        "{outcome}"
    );
}

#[test]
fn the_answer_is_the_clis_and_the_context_travels() {
    let world = World::new();
    let document = dev(&world).replacen("\"v\":1", "\"v\":1,\"later\":[1],\"cookies\":{\"x\":\"y\"}", 1);
    let answer =
        further(&world, &document, &["--role", DEPLOYER, "--region", "eu-west-1"]).run().succeeds().json();
    let members: Vec<&String> = answer.as_object().unwrap().keys().collect();
    assert_eq!(members, ["Credentials", "AssumedRoleUser", "_oktapipe"]);
    assert_eq!(
        answer["AssumedRoleUser"]["Arn"],
        format!("arn:aws:sts::444455556666:assumed-role/Deployer/{ADA}")
    );
    let context = &answer["_oktapipe"];
    assert_eq!((&context["later"][0], &context["region"]), (&1.into(), &"eu-west-1".into()));
    assert!(context.get("cookies").is_none() && context["org"].is_string(), "{context}");
    assert_eq!(asked(&world)["DurationSeconds"], "3600");
}

#[test]
fn all_that_can_be_asked_for_is_sent() {
    let world = World::new();
    std::fs::write(world.home.join("policy.json"), "{\"Statement\":[]}\n").unwrap();
    let flags = [
        "--role",
        DEPLOYER,
        "--session-name",
        "nightly@acme",
        "--duration",
        "15m",
        "--tag",
        "Project=a=b",
        "--tag",
        "Team=x",
        "--transitive-tag",
        "Project",
        "--external-id",
        "e/1",
        "--source-identity",
        "ada",
        "--policy",
        "file://policy.json",
        "--policy-arn",
        "arn:aws:iam::aws:policy/ReadOnlyAccess",
    ];
    let answer = further(&world, &dev(&world), &flags).run().succeeds().json();
    assert!(answer["AssumedRoleUser"]["Arn"].as_str().unwrap().ends_with("/nightly@acme"), "{answer}");
    assert_eq!(answer["SourceIdentity"], "ada");
    assert!(answer["PackedPolicySize"].is_i64());
    let asked = asked(&world);
    for (name, value) in [
        ("DurationSeconds", "900"),
        ("Tags.member.1.Key", "Project"),
        ("Tags.member.1.Value", "a=b"),
        ("Tags.member.2.Key", "Team"),
        ("TransitiveTagKeys.member.1", "Project"),
        ("ExternalId", "e/1"),
        ("SourceIdentity", "ada"),
        ("Policy", "{\"Statement\":[]}"),
        ("PolicyArns.member.1.arn", "arn:aws:iam::aws:policy/ReadOnlyAccess"),
    ] {
        assert_eq!(asked[name], value, "{name}");
    }
}

#[test]
fn tags_and_source_identity_go_on_along_the_chain() {
    let world = World::new();
    let marks =
        ["--role", DEPLOYER, "--tag", "Project=x", "--transitive-tag", "Project", "--source-identity", "ada"];
    let first = further(&world, &dev(&world), &marks).run().document();
    let partner = ["--role", PARTNER, "--external-id", "acme/42"];
    let second = further(&world, &first, &partner).run().succeeds().json();
    assert_eq!(second["SourceIdentity"], "ada");
    let other = [&partner[..], &["--source-identity", "grace"]].concat();
    let outcome = further(&world, &first, &other).run();
    outcome.fails(77, "role_denied");
    assert!(outcome.stderr.contains("a source identity is not allowed"), "{outcome}");
    let again = [&partner[..], &["--tag", "project=y"]].concat();
    further(&world, &first, &again).run().fails(78, "config");
}

#[test]
fn a_role_that_refuses_is_role_denied_with_what_to_check() {
    let world = World::new();
    let document = dev(&world);
    for (flags, word) in [
        (&["--role", PARTNER][..], "external id"),
        (&["--role", "arn:aws:iam::444455556666:role/chain/deployer"], "case counts"),
        (&["--role", "arn:aws:iam::111122223333:role/Dev"], "trust policy"),
        (&["--role", PLAIN, "--tag", "a=b"], "sts:TagSession"),
        (&["--role", PLAIN, "--source-identity", "ada"], "sts:SetSourceIdentity"),
    ] {
        let outcome = further(&world, &document, flags).run();
        let error = outcome.fails(77, "role_denied");
        assert_eq!(error["Error"]["Code"], "AccessDenied");
        assert!(error["RequestId"].is_string());
        assert!(outcome.stderr.contains(word), "{word}: {outcome}");
    }
}

#[test]
fn a_chain_gives_an_hour_at_most_and_is_stepped_down_once_with_a_warning() {
    let world = World::new();
    let document = dev(&world);
    let before = world.sandbox.log().len();
    let outcome = further(&world, &document, &["--role", DEPLOYER, "--duration", "2h"]).run();
    assert!(outcome.status == Some(0) && outcome.stderr.lines().count() == 1, "{outcome}");
    assert!(outcome.stderr.contains("warning") && outcome.stderr.contains("3600"), "{outcome}");
    assert_eq!(world.sandbox.log().len(), before + 2);
    // Known to be an hour, so asked for at once.
    further(&world, &document, &["--role", DEPLOYER, "--duration", "max"]).run().succeeds();
    assert_eq!(asked(&world)["DurationSeconds"], "3600");
    let strict = ["--role", DEPLOYER, "--duration", "2h", "--strict-duration"];
    let outcome = further(&world, &document, &strict).run();
    assert_eq!(outcome.fails(77, "duration_too_long")["Error"]["Code"], "ValidationError");
    assert!(outcome.stderr.contains("1 hour at most"), "{outcome}");
}

#[test]
fn the_keys_of_a_user_take_a_role_for_as_long_as_the_role_allows() {
    let world = World::new();
    let user = user(&world);
    let outcome = further(&world, &user, &["--role", NIGHTLY]).run();
    outcome.fails(2, "usage");
    assert!(outcome.stderr.contains("--session-name"), "{outcome}");
    assert!(world.sandbox.log().is_empty());
    let named = ["--role", NIGHTLY, "--session-name", "ci", "--duration", "max"];
    further(&world, &user, &named).run().succeeds();
    assert_eq!(asked(&world)["DurationSeconds"], "43200");
    let plain = ["--role", PLAIN, "--session-name", "ci", "--duration", "2h", "--strict-duration"];
    let outcome = further(&world, &user, &plain).run();
    outcome.fails(77, "duration_too_long");
    assert!(outcome.stderr.contains("role/Plain does not allow"), "{outcome}");
}

#[test]
fn flags_that_cannot_be_meant_are_refused_before_anything_is_asked() {
    let world = World::new();
    let document = dev(&world);
    let before = world.sandbox.log().len();
    for flags in [
        &[][..],
        &["--role", "Deployer"],
        &["--role", "444455556666/Deployer"],
        &["--role", "arn:aws:iam::111122223333:saml-provider/OKTA"],
        &["--role", DEPLOYER, "--session-name", "a b"],
        &["--role", DEPLOYER, "--session-name", "a"],
        &["--role", DEPLOYER, "--tag", "Project"],
        &["--role", DEPLOYER, "--duration", "assertion"],
        &["--role", DEPLOYER, "--duration", "5"],
    ] {
        further(&world, &document, flags).run().fails(2, "usage");
    }
    further(&world, &document, &["--role", DEPLOYER, "--policy", "file://absent"]).run().fails(74, "io");
    further(&world, &document, &["--role", DEPLOYER, "--region", "eu west"]).run().fails(78, "config");
    assert_eq!(world.sandbox.log().len(), before);
    further(&world, &document, &["--role", DEPLOYER, "--policy", "{nonsense"]).run().fails(78, "config");
    further(&world, &document, &["--role", DEPLOYER, "--tag", "a!=b"]).run().fails(78, "config");
}

#[test]
fn credentials_that_ended_or_were_changed_have_their_kinds() {
    let world = World::new();
    let document = dev(&world);
    let changed = document.replacen("\"SecretAccessKey\":\"", "\"SecretAccessKey\":\"x", 1);
    further(&world, &changed, &["--role", DEPLOYER]).run().fails(77, "authentication_failed");
    world.sandbox.advance(Duration::from_secs(3700));
    further(&world, &document, &["--role", DEPLOYER]).run().fails(77, "session_expired");
}

#[test]
fn the_keys_of_the_environment_and_of_aws_files_are_never_used() {
    let world = World::new();
    let (id, secret) = world.sandbox.user_key();
    std::fs::create_dir_all(world.home.join(".aws")).unwrap();
    let profile = format!("[default]\naws_access_key_id = {id}\naws_secret_access_key = {secret}\n");
    std::fs::write(world.home.join(".aws/credentials"), profile).unwrap();
    let case = |document: &str| {
        let case = further(&world, document, &["--role", PLAIN, "--session-name", "x1"]);
        case.env("AWS_ACCESS_KEY_ID", &id).env("AWS_SECRET_ACCESS_KEY", &secret)
    };
    case("{\"AccessKeyId\":\"ASIANOBODYKNOWSTHIS0\",\"SecretAccessKey\":\"x\",\"SessionToken\":\"y\"}")
        .run()
        .fails(77, "authentication_failed");
    case("").run().fails(66, "no_document");
    let answer = case(&dev(&world)).run().succeeds().json();
    assert!(answer["AssumedRoleUser"]["Arn"].as_str().unwrap().contains("/Plain/"), "{answer}");
}

#[test]
fn many_credentials_take_the_role_each_on_its_line() {
    let world = World::new();
    let roles = world.document_after("grace@acme.example", "saml-fetch");
    let script = format!(
        "oktapipe saml-roles --each | oktapipe assume 2>errors | oktapipe assume-role --role {DEPLOYER}; echo $? >status"
    );
    let outcome = world.shell("sh", &script).stdin(roles).run();
    let lines: Vec<Value> = outcome.stdout.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    // Dev may; Ops and Audit may not; Denied was refused by the stage before, and is not told again.
    let errors: Vec<&Value> = lines.iter().map(|line| &line["_oktapipe"]["error"]["stage"]).collect();
    assert_eq!(
        errors,
        [&Value::Null, &"assume-role".into(), &"assume-role".into(), &"assume".into()],
        "{outcome}"
    );
    assert!(lines[0]["AssumedRoleUser"]["Arn"].as_str().unwrap().contains("/Deployer/"), "{outcome}");
    assert_eq!(outcome.stderr.lines().count(), 2, "{outcome}");
    assert_eq!(std::fs::read_to_string(world.home.join("status")).unwrap(), "77\n");
}

#[test]
fn throttling_is_asked_about_again_and_an_ill_sts_has_its_kind() {
    let world = World::new();
    let document = dev(&world);
    world.sandbox.throttle("Deployer", 2);
    further(&world, &document, &["--role", DEPLOYER]).run().succeeds();
    world.sandbox.throttle("Deployer", 3);
    further(&world, &document, &["--role", DEPLOYER]).run().fails(75, "rate_limited");
    let action = Action::sts_error(403, "RegionDisabledException", "STS is not activated");
    world.sandbox.fault(Fault { path_prefix: "sts:/".to_owned(), skip: 0, times: 1, action });
    further(&world, &document, &["--role", DEPLOYER]).run().fails(78, "config");
}

#[test]
fn a_role_of_china_is_asked_for_in_china() {
    let world = World::new();
    let document = world.document_after("china@acme.example", "assume");
    let flags = ["--role", "arn:aws-cn:iam::777788889999:role/Deployer"];
    let outcome = further(&world, &document, &flags).run();
    assert!(outcome.status == Some(0) && outcome.stderr.contains("asking cn-northwest-1"), "{outcome}");
    assert!(outcome.json()["_oktapipe"].get("region").is_none(), "{outcome}");
}

#[test]
fn without_a_reader_nothing_is_asked() {
    let world = World::new();
    let document = dev(&world);
    let before = world.sandbox.log().len();
    let outcome = further(&world, &document, &["--role", DEPLOYER]).run_unread();
    assert_eq!(outcome.signal, Some(13), "{outcome}");
    assert_eq!(world.sandbox.log().len(), before);
}

/// The AWS CLI with the same keys, the same role and the same flags: the same document but for what each call makes anew.
#[test]
fn the_aws_cli_prints_the_same_document() {
    if !has_all(&["aws"]) {
        return;
    }
    let world = World::new();
    let document = dev(&world);
    let ours = further(
        &world,
        &document,
        &["--role", DEPLOYER, "--tag", "a=b", "--transitive-tag", "a", "--source-identity", "ada"],
    );
    let mut ours = ours.run().succeeds().json();
    let script = format!(
        "eval \"$(oktapipe export)\" && aws sts assume-role --output json --role-arn {DEPLOYER} \
         --role-session-name {ADA} --tags Key=a,Value=b --transitive-tag-keys a --source-identity ada"
    );
    let outcome = world.shell("sh", &script).stdin(&document).run().succeeds();
    let mut theirs: Value = serde_json::from_str(&outcome.stdout).unwrap();
    ours.as_object_mut().unwrap().remove("_oktapipe");
    for document in [&mut ours, &mut theirs] {
        for member in ["AccessKeyId", "SecretAccessKey", "SessionToken", "Expiration"] {
            let value = document["Credentials"][member].take();
            assert!(value.as_str().is_some_and(|text| !text.is_empty()), "{member}");
        }
    }
    assert_eq!(ours, theirs);
}
