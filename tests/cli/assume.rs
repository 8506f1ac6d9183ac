//! `assume`: which role of a document, for how long, under which policies, where; and what STS refuses.

use crate::harness::{Case, World};
use oktapipe_sandbox::{Action, Fault};
use serde_json::{Value, json};
use std::collections::HashMap;
use std::time::Duration;

const ADA: &str = "ada@acme.example";
const GRACE: &str = "grace@acme.example";
const DEV: &str = "arn:aws:iam::111122223333:role/Dev";
const PROVIDER: &str = "arn:aws:iam::111122223333:saml-provider/OKTA";

/// What `saml-roles` prints for a user.
fn roles(world: &World, login: &str, arguments: &[&str]) -> String {
    let assertion = world.sandbox.assertion(login).unwrap();
    world.oktapipe(&[&["saml-roles", "-q"], arguments].concat()).stdin(assertion).run().document()
}

fn assume(world: &World, document: &str, arguments: &[&str]) -> Case {
    world.oktapipe(&[&["assume"], arguments].concat()).stdin(document)
}

/// The parameters of the last request to STS.
fn asked(world: &World) -> HashMap<String, String> {
    let request = world.sandbox.log().pop().unwrap();
    url::form_urlencoded::parse(request.body.as_bytes()).into_owned().collect()
}

#[test]
fn the_settled_role_is_assumed_and_the_answer_is_the_clis() {
    let world = World::new();
    for (login, arguments) in [("solo@acme.example", &[][..]), (ADA, &["--first"])] {
        let answer = assume(&world, &roles(&world, login, arguments), &[]).run().succeeds().json();
        for member in ["Credentials", "Subject", "SubjectType", "Issuer", "Audience", "NameQualifier"] {
            assert!(answer.get(member).is_some(), "{member} in {answer}");
        }
        assert_eq!(
            answer["AssumedRoleUser"]["Arn"],
            format!("arn:aws:sts::111122223333:assumed-role/Dev/{login}")
        );
        assert_eq!(asked(&world)["DurationSeconds"], "3600");
        assert!(answer.get("SAMLAssertion").is_none() && answer["_oktapipe"].get("cookies").is_none());
        let expiration = answer["Credentials"]["Expiration"].as_str().unwrap();
        assert!(
            expiration.len() == 20 && expiration.ends_with('Z') || expiration.ends_with("+00:00"),
            "{expiration}"
        );
    }
}

#[test]
fn a_role_of_the_list_is_assumed_by_its_name() {
    let world = World::new();
    let document = roles(&world, ADA, &[]);
    for (role, name) in
        [("ReadOnly", "ReadOnly"), ("444455556666/*", "ReadOnly"), ("*ploy", "Deploy"), (DEV, "Dev")]
    {
        let answer = assume(&world, &document, &["--role", role]).run().succeeds().json();
        let arn = answer["AssumedRoleUser"]["Arn"].as_str().unwrap();
        assert!(arn.contains(&format!("/{name}/")), "{role}: {arn}");
    }
    assume(&world, &document, &["--role", "Nope"]).run().fails(77, "no_role");
    assume(&world, &document, &["--role", "D*"]).run().fails(69, "role_ambiguous");
}

#[test]
fn several_roles_and_nobody_to_ask_is_role_ambiguous() {
    let world = World::new();
    let outcome = assume(&world, &roles(&world, ADA, &[]), &[]).run();
    outcome.fails(69, "role_ambiguous");
    assert!(outcome.stderr.contains("111122223333/Dev") && outcome.stderr.contains("--role"), "{outcome}");
    assert!(world.sandbox.log().is_empty());
}

#[test]
fn a_role_that_was_settled_can_be_overridden_by_naming_both_arns() {
    let world = World::new();
    let document = roles(&world, ADA, &["--first"]);
    let other = [
        "--role",
        "arn:aws:iam::444455556666:role/ReadOnly",
        "--principal",
        "arn:aws:iam::444455556666:saml-provider/OKTA",
    ];
    let answer = assume(&world, &document, &other).run().succeeds().json();
    assert!(answer["AssumedRoleUser"]["Arn"].as_str().unwrap().contains("/ReadOnly/"));
    // What the assertion does not offer is AWS's to refuse.
    let absent = ["--role", "arn:aws:iam::111122223333:role/Ops", "--principal", PROVIDER];
    let error = assume(&world, &document, &absent).run().fails(77, "no_role");
    assert_eq!(error["Error"]["Code"], "InvalidIdentityToken");
}

#[test]
fn a_duration_that_the_role_forbids_is_stepped_down_once_with_a_warning() {
    let world = World::new();
    for (role, duration) in [("Ops", "2h"), ("Ops", "max"), ("Ops", "assertion")] {
        let document = roles(&world, GRACE, &["--role", role, "--duration", duration]);
        let before = world.sandbox.log().len();
        let outcome = assume(&world, &document, &[]).run();
        assert!(outcome.status == Some(0) && outcome.stderr.lines().count() == 1, "{outcome}");
        assert!(outcome.stderr.contains("warning") && outcome.stderr.contains("3600"), "{outcome}");
        assert_eq!(asked(&world)["DurationSeconds"], "3600");
        assert_eq!(world.sandbox.log().len(), before + 2);
        assume(&world, &document, &["-q"]).run().succeeds();
    }
}

#[test]
fn a_strict_duration_is_not_stepped_down() {
    let world = World::new();
    let document = roles(&world, GRACE, &["--role", "Ops"]);
    let error = assume(&world, &document, &["--duration", "2h", "--strict-duration"])
        .run()
        .fails(77, "duration_too_long");
    assert_eq!(error["Error"]["Code"], "ValidationError");
    assert_eq!(world.sandbox.log().len(), 1);
    // A flag goes before the document's own.
    assume(&world, &roles(&world, GRACE, &["--role", "Ops", "--duration", "12h"]), &["--duration", "30m"])
        .run()
        .succeeds();
    assert_eq!(asked(&world)["DurationSeconds"], "1800");
}

#[test]
fn a_role_whose_trust_policy_refuses_is_role_denied() {
    let world = World::new();
    let error =
        assume(&world, &roles(&world, GRACE, &["--role", "Denied"]), &[]).run().fails(77, "role_denied");
    assert_eq!(error["Error"]["Code"], "AccessDenied");
    assert!(error["RequestId"].is_string());
}

#[test]
fn an_assertion_that_grew_old_is_assertion_expired() {
    let world = World::new();
    let document = roles(&world, ADA, &["--first"]);
    world.sandbox.advance(Duration::from_secs(301));
    let outcome = assume(&world, &document, &[]).run();
    outcome.fails(77, "assertion_expired");
    assert!(outcome.stderr.contains("saml-fetch"), "{outcome}");
}

#[test]
fn an_assertion_that_was_changed_is_refused_by_aws() {
    let world = World::new();
    let mut document: Value = serde_json::from_str(&roles(&world, ADA, &["--first"])).unwrap();
    let assertion = document["SAMLAssertion"].as_str().unwrap().replacen('A', "B", 40);
    document["SAMLAssertion"] = assertion.into();
    let outcome = assume(&world, &document.to_string(), &[]).run();
    assert!(matches!(outcome.status, Some(76 | 77)), "{outcome}");
    outcome.json();
}

#[test]
fn session_policies_are_sent_as_they_are() {
    let world = World::new();
    let document = roles(&world, ADA, &["--first"]);
    let policy = r#"{"Version":"2012-10-17","Statement":[]}"#;
    std::fs::write(world.home.join("policy.json"), format!("{policy}\n")).unwrap();
    for source in [policy, "file://policy.json"] {
        let arns = [
            "--policy-arn",
            "arn:aws:iam::aws:policy/ReadOnlyAccess",
            "--policy-arn",
            "arn:aws:iam::aws:policy/X",
        ];
        let case = assume(&world, &document, &[&["--policy", source], &arns[..]].concat());
        assert!(case.run().succeeds().json()["PackedPolicySize"].is_i64());
        let asked = asked(&world);
        assert_eq!(asked["Policy"], policy);
        assert_eq!(asked["PolicyArns.member.2.arn"], "arn:aws:iam::aws:policy/X");
    }
    assume(&world, &document, &["--policy", "{nonsense"]).run().fails(78, "config");
    assume(&world, &document, &["--policy-arn", "nonsense"]).run().fails(78, "config");
    assume(&world, &document, &["--policy", "file://absent.json"]).run().fails(74, "io");
}

#[test]
fn the_input_of_the_aws_cli_is_taken() {
    let world = World::new();
    let input = json!({
        "RoleArn": DEV, "PrincipalArn": PROVIDER, "SAMLAssertion": world.sandbox.assertion(ADA).unwrap(),
        "PolicyArns": [{"arn": "arn:aws:iam::aws:policy/ReadOnlyAccess"}], "Policy": "{}", "DurationSeconds": 900,
    });
    assume(&world, &input.to_string(), &[]).run().succeeds();
    let asked = asked(&world);
    assert_eq!(asked["PolicyArns.member.1.arn"], "arn:aws:iam::aws:policy/ReadOnlyAccess");
    assert_eq!((asked["DurationSeconds"].as_str(), asked["Policy"].as_str()), ("900", "{}"));
    for (member, value, code, kind) in [
        ("PolicyArns", json!(["arn:aws:iam::aws:policy/X"]), 65, "wrong_document"),
        ("PolicyArns", json!("arn:aws:iam::aws:policy/X"), 65, "wrong_document"),
        ("RoleArn", json!(PROVIDER), 65, "wrong_document"),
        ("DurationSeconds", json!("900"), 65, "wrong_document"),
        ("DurationSeconds", json!(-1), 65, "wrong_document"),
        ("Policy", json!({"Version": "2012-10-17"}), 65, "wrong_document"),
        ("SAMLAssertion", json!(7), 65, "wrong_document"),
        ("SAMLAssertion", json!(""), 65, "wrong_document"),
        ("DurationSeconds", json!(5), 78, "config"),
    ] {
        let mut changed = input.clone();
        changed[member] = value;
        let outcome = assume(&world, &changed.to_string(), &[]).run();
        assert_eq!(
            (outcome.status, &outcome.fails(code, kind)["_oktapipe"]["error"]["kind"]),
            (Some(code), &json!(kind)),
            "{member}"
        );
    }
}

#[test]
fn a_skeleton_of_saml_roles_is_taken_too() {
    let world = World::new();
    assume(&world, &roles(&world, ADA, &["--skeleton", "--first"]), &[]).run().succeeds();
}

#[test]
fn the_region_that_somebody_chose_travels_and_none_does_unasked() {
    let world = World::new();
    let document = roles(&world, ADA, &["--first"]);
    let region = |case: Case| case.run().succeeds().json()["_oktapipe"]["region"].clone();
    let bare = || assume(&world, &document, &[]).without("AWS_REGION").without("AWS_DEFAULT_REGION");
    assert_eq!(region(bare()), Value::Null);
    assert_eq!(region(bare().env("AWS_DEFAULT_REGION", "eu-west-1")), "eu-west-1");
    assert_eq!(
        region(bare().env("AWS_DEFAULT_REGION", "eu-west-1").env("AWS_REGION", "eu-west-2")),
        "eu-west-2"
    );
    assert_eq!(region(assume(&world, &document, &["--region", "eu-west-3"])), "eu-west-3");
    let mut carried: Value = serde_json::from_str(&document).unwrap();
    carried["_oktapipe"]["region"] = "eu-north-1".into();
    let case = assume(&world, &carried.to_string(), &[]).without("AWS_REGION").without("AWS_DEFAULT_REGION");
    assert_eq!(region(case), "eu-north-1");
    assume(&world, &document, &["--region", "eu west"]).run().fails(78, "config");
}

#[test]
fn where_nobody_names_a_region_it_is_the_one_of_the_aws_profile() {
    let world = World::new();
    let document = roles(&world, ADA, &["--first"]);
    std::fs::create_dir(world.home.join(".aws")).unwrap();
    let config = "[default]\nregion = eu-south-1\n[profile prod]\nregion = eu-west-1\n[profile bare]\n";
    std::fs::write(world.home.join(".aws/config"), config).unwrap();
    let bare = || assume(&world, &document, &[]).without("AWS_REGION").without("AWS_DEFAULT_REGION");
    let region = |case: Case| case.run().succeeds().json()["_oktapipe"]["region"].clone();
    assert_eq!(region(bare()), "eu-south-1");
    assert_eq!(region(bare().env("AWS_PROFILE", " ")), "eu-south-1");
    assert_eq!(region(bare().env("AWS_PROFILE", "prod")), "eu-west-1");
    assert_eq!(region(bare().env("AWS_PROFILE", "bare")), Value::Null);
    assert_eq!(region(bare().env("AWS_REGION", "eu-north-1")), "eu-north-1");
}

#[test]
fn a_region_of_another_partition_gives_way_with_a_warning() {
    let world = World::new();
    for (login, region, asked) in
        [(ADA, "cn-north-1", "us-east-1"), ("china@acme.example", "us-east-1", "cn-north")]
    {
        let document = roles(&world, login, &["--first"]);
        let outcome = assume(&world, &document, &["--region", region]).run();
        assert!(outcome.status == Some(0) && outcome.stderr.lines().count() == 1, "{outcome}");
        assert!(outcome.stderr.contains(region) && outcome.stderr.contains(asked), "{outcome}");
        assert_ne!(outcome.json()["_oktapipe"]["region"], region);
    }
}

#[test]
fn what_sts_is_ill_with_has_the_kinds_of_services() {
    let html = Action::Answer {
        status: 200,
        content_type: "text/html".to_owned(),
        body: "<html>Welcome".to_owned(),
        headers: Vec::new(),
    };
    for (action, code, kind) in [
        (Action::sts_error(500, "InternalFailure", "Sorry"), 69, "service_error"),
        (Action::sts_error(400, "Throttling", "Rate exceeded"), 75, "rate_limited"),
        (Action::sts_error(403, "RegionDisabledException", "STS is not activated"), 78, "config"),
        (Action::sts_error(400, "Newly", "Something\u{1b}[2J new"), 76, "protocol"),
        (html, 76, "protocol"),
        (Action::Delay(Duration::from_secs(4)), 75, "timeout"),
        (Action::CloseBeforeAnswer, 69, "network"),
    ] {
        let world = World::new();
        world.sandbox.fault(Fault { path_prefix: "sts:/".to_owned(), skip: 0, times: 9, action });
        let outcome = assume(&world, &roles(&world, ADA, &["--first"]), &["--timeout", "1"]).run();
        outcome.fails(code, kind);
        assert!(!outcome.stderr.contains('\u{1b}'), "{outcome}");
    }
}

#[test]
fn without_a_reader_nothing_is_asked() {
    let world = World::new();
    let outcome = assume(&world, &roles(&world, ADA, &["--first"]), &[]).run_unread();
    assert_eq!(outcome.signal, Some(13), "{outcome}");
    assert!(world.sandbox.log().is_empty());
}
