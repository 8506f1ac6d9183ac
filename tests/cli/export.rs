//! `export` and `caller-identity`: what is made of credentials.

use crate::harness::{Case, World};
use serde_json::{Value, json};
use std::time::Duration;

const ADA: &str = "ada@acme.example";

fn credentials() -> Value {
    json!({"Credentials": {"AccessKeyId": "ASIAEXAMPLE", "SecretAccessKey": "CANARYsk/a+b=", "SessionToken": "IQoCANARY+/==",
        "Expiration": "2030-01-02T03:04:05+00:00"}, "AssumedRoleUser": {"Arn": "arn:aws:sts::111122223333:assumed-role/Dev/ada"}})
}

/// `export`, with no region set.
fn export(world: &World, document: &Value, arguments: &[&str]) -> Case {
    let case = world.oktapipe(&[&["export"], arguments].concat()).stdin(document.to_string());
    case.without("AWS_REGION").without("AWS_DEFAULT_REGION")
}

const SH: &str = "unset AWS_PROFILE AWS_DEFAULT_PROFILE AWS_SECURITY_TOKEN\n\
    export AWS_ACCESS_KEY_ID='ASIAEXAMPLE'\n\
    export AWS_SECRET_ACCESS_KEY='CANARYsk/a+b='\n\
    export AWS_SESSION_TOKEN='IQoCANARY+/=='\n\
    export AWS_CREDENTIAL_EXPIRATION='2030-01-02T03:04:05Z'\n\
    export AWS_SESSION_EXPIRATION='2030-01-02T03:04:05Z'\n\
    export OKTAPIPE_EXPIRES_EPOCH='1893553445'\n";

const ROLE: &str = "export OKTAPIPE_ROLE='111122223333/Dev'\n";

#[test]
fn sh_is_statements_for_every_shell_of_the_family() {
    let world = World::new();
    for arguments in [&[][..], &["--format", "sh"], &["-f", "bash"], &["--format", "env"]] {
        let outcome = export(&world, &credentials(), arguments).run().succeeds();
        assert_eq!(outcome.stdout, format!("{SH}{ROLE}"));
    }
}

/// What is not known is unset: another role may have left it behind.
fn without_role() -> String {
    SH.replacen('\n', "\nunset OKTAPIPE_ROLE\n", 1)
}

#[test]
fn every_shape_in_which_tools_print_credentials_is_taken() {
    let world = World::new();
    let bare = credentials()["Credentials"].clone();
    let mut process = bare.clone();
    process["Version"] = 1.into();
    for document in [bare, process] {
        assert_eq!(export(&world, &document, &[]).run().succeeds().stdout, without_role());
    }
}

#[test]
fn a_region_is_exported_when_somebody_named_one() {
    let world = World::new();
    let both = |region: &str| format!("export AWS_REGION='{region}'\nexport AWS_DEFAULT_REGION='{region}'\n");
    let mut carried = credentials();
    carried["_oktapipe"] = json!({"v": 1, "region": "eu-west-1"});
    assert!(export(&world, &carried, &[]).run().succeeds().stdout.contains(&both("eu-west-1")));
    let by_variable = export(&world, &carried, &[]).env("AWS_DEFAULT_REGION", "eu-west-2");
    assert!(by_variable.run().succeeds().stdout.contains(&both("eu-west-2")));
    let by_flag = export(&world, &carried, &["--region", "eu-west-3"]).env("AWS_REGION", "eu-west-2");
    assert!(by_flag.run().succeeds().stdout.contains(&both("eu-west-3")));
    for region in ["eu-west-1'; touch x; '", "eu west", "$(id)"] {
        let outcome = export(&world, &credentials(), &["--region", region]).run();
        assert_eq!(outcome.status, Some(78), "{outcome}");
        assert_eq!(outcome.stdout, "(exit 78)\n");
    }
}

#[test]
fn long_term_keys_lose_a_session_token_that_is_left_over() {
    let world = World::new();
    let keys = json!({"AccessKeyId": "AKIAEXAMPLE", "SecretAccessKey": "CANARYsk"});
    let text = export(&world, &keys, &[]).run().succeeds().stdout;
    let unset = "unset AWS_SESSION_TOKEN AWS_CREDENTIAL_EXPIRATION AWS_SESSION_EXPIRATION OKTAPIPE_ROLE OKTAPIPE_EXPIRES_EPOCH\n";
    assert!(text.contains(unset) && !text.contains("EXPIRATION="), "{text}");
}

#[test]
fn json_is_the_variables_and_process_what_credential_process_prints() {
    let world = World::new();
    let variables = export(&world, &credentials(), &["-f", "json"]).run().succeeds().json();
    assert_eq!(
        variables,
        json!({"AWS_ACCESS_KEY_ID": "ASIAEXAMPLE", "AWS_SECRET_ACCESS_KEY": "CANARYsk/a+b=",
            "AWS_SESSION_TOKEN": "IQoCANARY+/==", "AWS_CREDENTIAL_EXPIRATION": "2030-01-02T03:04:05Z",
            "AWS_SESSION_EXPIRATION": "2030-01-02T03:04:05Z", "OKTAPIPE_EXPIRES_EPOCH": "1893553445",
            "OKTAPIPE_ROLE": "111122223333/Dev"})
    );
    let process = export(&world, &credentials(), &["-f", "process"]).run().succeeds().json();
    assert_eq!(
        process,
        json!({"Version": 1, "AccessKeyId": "ASIAEXAMPLE", "SecretAccessKey": "CANARYsk/a+b=",
            "SessionToken": "IQoCANARY+/==", "Expiration": "2030-01-02T03:04:05Z"})
    );
    // One document to the next: what export printed can be exported.
    assert_eq!(export(&world, &process, &[]).run().succeeds().stdout, without_role());
}

#[test]
fn a_value_that_would_be_code_or_no_key_is_refused() {
    let world = World::new();
    for (member, value) in [
        ("SecretAccessKey", json!("x'; rm -rf ~; '")),
        ("SecretAccessKey", json!("a\nb")),
        ("SessionToken", json!("$(id)")),
        ("AccessKeyId", json!("\u{e9}")),
        ("AccessKeyId", json!(7)),
        ("AccessKeyId", json!("")),
        ("SecretAccessKey", Value::Null),
        ("Expiration", json!("tomorrow")),
        ("Expiration", json!(1_900_000_000)),
    ] {
        let mut document = credentials();
        document["Credentials"][member] = value;
        let outcome = export(&world, &document, &[]).run();
        assert_eq!((outcome.status, outcome.stdout.as_str()), (Some(65), "(exit 65)\n"), "{outcome}");
        assert!(outcome.stderr.contains(member) && outcome.stderr.lines().count() == 1, "{outcome}");
        for format in ["json", "process"] {
            let outcome = export(&world, &document, &["-f", format]).run();
            assert_eq!((outcome.status, outcome.stdout.as_str()), (Some(65), ""), "{outcome}");
        }
    }
}

#[test]
fn a_failed_pipe_ends_in_a_statement_that_fails_with_its_number() {
    let world = World::new();
    let failed = json!({"_oktapipe": {"v": 1, "error": {"stage": "authn", "kind": "authentication_failed", "message": "m",
        "hint": "h", "exit_code": 77, "retryable": false}}});
    let outcome = export(&world, &failed, &[]).run();
    outcome.passes_on(77);
    assert_eq!(outcome.stdout, "(exit 77)\n");
    for format in ["json", "process"] {
        let outcome = export(&world, &failed, &["--format", format]).run();
        outcome.passes_on(77);
        assert_eq!(outcome.stdout, "");
    }
    let outcome = export(&world, &credentials(), &["--nonsense"]).run();
    assert_eq!((outcome.status, outcome.stdout.as_str()), (Some(2), "(exit 2)\n"), "{outcome}");
    let outcome = export(&world, &credentials(), &["--format=json", "--nonsense"]).run();
    assert_eq!((outcome.status, outcome.stdout.as_str()), (Some(2), ""), "{outcome}");
}

#[test]
fn what_a_terminal_showed_is_refused() {
    let world = World::new();
    let mut document = credentials();
    document["Credentials"]["SecretAccessKey"] = "(hidden: --reveal)".into();
    let outcome = export(&world, &document, &[]).run();
    assert_eq!((outcome.status, outcome.stdout.as_str()), (Some(65), "(exit 65)\n"), "{outcome}");
    assert!(outcome.stderr.contains("masked"), "{outcome}");
    world.oktapipe(&["caller-identity"]).stdin(document.to_string()).run().fails(65, "masked_document");
}

#[test]
fn the_caller_is_who_assumed_the_role_and_no_old_key_is_used() {
    let world = World::new();
    let document = world.document_after(ADA, "assume");
    std::fs::create_dir_all(world.home.join(".aws")).unwrap();
    std::fs::write(
        world.home.join(".aws/credentials"),
        "[default]\naws_access_key_id=AKIAOLD\naws_secret_access_key=old\n",
    )
    .unwrap();
    let ask = |document: &str| {
        world
            .oktapipe(&["caller-identity"])
            .stdin(document)
            .env("AWS_ACCESS_KEY_ID", "AKIAOLD")
            .env("AWS_SECRET_ACCESS_KEY", "old")
    };
    for document in
        [document.clone(), world.oktapipe(&["export", "-f", "process"]).stdin(&document).run().document()]
    {
        let identity = ask(&document).run().succeeds().json();
        assert_eq!(identity["Arn"], "arn:aws:sts::111122223333:assumed-role/Dev/ada@acme.example");
        assert_eq!(identity["Account"], "111122223333");
    }
    let asked = world.sandbox.log().len();
    let failed = json!({"_oktapipe": {"v": 1, "error": {"exit_code": 77}}}).to_string();
    ask(&failed).run().passes_on(77);
    ask("").run().fails(66, "no_document");
    assert_eq!(world.sandbox.log().len(), asked);
}

#[test]
fn keys_that_were_changed_or_grew_old_are_told_apart() {
    let world = World::new();
    let document = world.document_after(ADA, "assume");
    for (member, value) in [
        ("SecretAccessKey", "CANARYsk/other"),
        ("AccessKeyId", "ASIAOTHER"),
        ("SessionToken", "IQoCANARYother"),
    ] {
        let mut changed: Value = serde_json::from_str(&document).unwrap();
        changed["Credentials"][member] = value.into();
        let error = world
            .oktapipe(&["caller-identity"])
            .stdin(changed.to_string())
            .run()
            .fails(77, "authentication_failed");
        assert!(error["Error"]["Code"].is_string());
    }
    world.sandbox.advance(Duration::from_secs(3601));
    world.oktapipe(&["caller-identity"]).stdin(document).run().fails(77, "session_expired");
}
