//! `to-profile`: which profiles are written, named how, and what is refused before anything is.

use crate::harness::{CANARY, Outcome, World, has, has_all};
use serde_json::{Value, json};
use std::fs;
use std::os::unix::fs::{PermissionsExt, symlink};
use std::path::PathBuf;

const ADA: &str = "ada@acme.example";

/// What `assume` prints for a role, in the account 111122223333.
pub fn credentials(role: &str) -> Value {
    json!({
        "Credentials": {"AccessKeyId": format!("ASIA{role}"), "SecretAccessKey": "CANARYsk/a+b=", "SessionToken": "IQoCANARY+/==",
            "Expiration": "2030-01-02T03:04:05+00:00"},
        "AssumedRoleUser": {"AssumedRoleId": "AROAX:ada", "Arn": format!("arn:aws:sts::111122223333:assumed-role/{role}/{ADA}")},
    })
}

fn file(world: &World) -> PathBuf {
    world.home.join(".aws/credentials")
}

fn text(world: &World) -> String {
    fs::read_to_string(file(world)).unwrap()
}

/// A credentials file that is there already.
fn given(world: &World, text: &str) {
    fs::create_dir_all(world.home.join(".aws")).unwrap();
    fs::write(file(world), text).unwrap();
    fs::set_permissions(file(world), fs::Permissions::from_mode(0o600)).unwrap();
}

fn run(world: &World, flags: &[&str], documents: &[Value]) -> Outcome {
    let lines: String = documents.iter().map(|document| format!("{document}\n")).collect();
    let outcome = world.oktapipe(&[&["to-profile"], flags].concat()).stdin(lines).run();
    assert!(!outcome.stdout.contains(CANARY), "a key is printed: {outcome}");
    outcome
}

fn lines(outcome: &Outcome) -> Vec<Value> {
    outcome.stdout.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

#[test]
fn a_login_ends_in_a_profile_that_the_aws_cli_takes() {
    if !has("aws") {
        return;
    }
    let world = World::new();
    let document = world.document_after(ADA, "assume");
    let told = world.oktapipe(&["to-profile"]).stdin(&document).run().succeeds().json();
    assert_eq!(told["Profile"], "111122223333-Dev");
    assert_eq!(told["File"], file(&world).display().to_string());
    assert_eq!((&told["AccountId"], &told["RoleName"]), (&json!("111122223333"), &json!("Dev")));
    let carried: Value = serde_json::from_str(&document).unwrap();
    assert_eq!(told["_oktapipe"], carried["_oktapipe"]);
    assert!(
        told["Expiration"].as_str().unwrap().ends_with('Z')
            && text(&world).contains(told["Expiration"].as_str().unwrap())
    );
    let script = "aws --profile 111122223333-Dev sts get-caller-identity --output text --query Arn";
    let outcome = world.shell("sh", script).run();
    assert_eq!(outcome.document().trim(), "arn:aws:sts::111122223333:assumed-role/Dev/ada@acme.example");
}

#[test]
fn many_roles_are_many_profiles_and_a_failed_one_stays_in_its_place() {
    let world = World::new();
    given(&world, "# mine\n[keep]\nregion = eu-west-3");
    let failed = json!({"_oktapipe": {"v": 1, "error": {"stage": "assume", "kind": "role_denied", "message": "m", "hint": "h",
        "exit_code": 77, "retryable": false}}});
    let documents = [credentials("Dev"), failed.clone(), credentials("Ops")];
    let outcome = run(&world, &["--name", "{role}", "--region", "eu-west-1"], &documents);
    assert_eq!((outcome.status, outcome.stderr.as_str()), (Some(77), ""), "{outcome}");
    let told = lines(&outcome);
    assert_eq!((&told[0]["Profile"], &told[1], &told[2]["Profile"]), (&json!("Dev"), &failed, &json!("Ops")));
    let text = text(&world);
    assert!(
        text.starts_with("# mine\n[keep]\nregion = eu-west-3\n\n[Dev]\naws_access_key_id = ASIADev\n"),
        "{text}"
    );
    assert_eq!(text.matches("region = eu-west-1\n").count(), 2, "{text}");
    // Nothing but failures: nothing is written.
    let world = World::new();
    let outcome = run(&world, &[], &[failed.clone(), failed.clone()]);
    assert_eq!((outcome.status, lines(&outcome)), (Some(77), vec![failed.clone(), failed.clone()]));
    run(&world, &[], &[failed]).passes_on(77);
    assert!(!world.home.join(".aws").exists());
}

#[test]
fn again_is_a_refresh_that_touches_nothing_else() {
    let world = World::new();
    let other = "[111122223333-Dev]\r\n# of saml2aws\r\naws_access_key_id   = ASIAOLD\r\naws_secret_access_key=old\r\naws_session_token=old\r\n\
        aws_security_token = old\r\nregion = eu-west-3\r\noutput: json\r\n[other]\r\nregion=x";
    given(&world, other);
    run(&world, &[], &[credentials("Dev")]).succeeds();
    let first = text(&world);
    assert_eq!(
        first,
        "[111122223333-Dev]\r\n# of saml2aws\r\naws_access_key_id   = ASIADev\r\naws_secret_access_key=CANARYsk/a+b=\r\naws_session_token=IQoCANARY+/==\r\n\
        region = eu-west-3\r\noutput: json\r\nx_principal_arn = arn:aws:sts::111122223333:assumed-role/Dev/ada@acme.example\r\n\
        x_security_token_expires = 2030-01-02T03:04:05Z\r\n[other]\r\nregion=x"
    );
    run(&world, &[], &[credentials("Dev")]).succeeds();
    assert_eq!(text(&world), first);
}

#[test]
fn the_file_is_the_flags_or_the_variables() {
    let world = World::new();
    let document = credentials("Dev").to_string();
    let case = |flags: &[&str]| world.oktapipe(&[&["to-profile"], flags].concat()).stdin(&document);
    let told = case(&[]).env("AWS_SHARED_CREDENTIALS_FILE", "~/mine/creds").run().succeeds().json();
    assert_eq!(told["File"], world.home.join("mine/creds").display().to_string());
    assert!(world.home.join("mine/creds").exists());
    let told =
        case(&["--file", "here"]).env("AWS_SHARED_CREDENTIALS_FILE", "~/mine/creds").run().succeeds().json();
    assert!(told["File"] == "here" && world.home.join("here").exists());
    assert!(!file(&world).exists());
    case(&[]).env("AWS_SHARED_CREDENTIALS_FILE", "$HOME/creds").run().fails(78, "config");
    case(&[]).without("HOME").run().fails(78, "config");
    case(&["--file", "/proc/none/creds"]).run().fails(73, "io");
    case(&["--file", "/"]).run().fails(74, "io");
}

#[test]
fn two_documents_for_one_profile_are_found_before_anything_is_written() {
    let world = World::new();
    given(&world, "[keep]\n");
    let other = || {
        let mut other = credentials("Dev");
        other["AssumedRoleUser"]["Arn"] = "arn:aws:sts::999999999999:assumed-role/dev/x".into();
        other
    };
    for documents in
        [vec![credentials("Ops"), credentials("Dev"), credentials("Dev")], vec![credentials("Dev"), other()]]
    {
        let error = run(&world, &["--name", "{role}", "--overwrite"], &documents).fails(2, "usage");
        assert!(
            error["_oktapipe"]["error"]["message"].as_str().unwrap().contains("111122223333/Dev"),
            "{error}"
        );
        assert_eq!(text(&world), "[keep]\n");
    }
    run(&world, &[], &[credentials("Dev"), other()]).document();
    assert!(text(&world).contains("[111122223333-Dev]\n") && text(&world).contains("[999999999999-dev]\n"));
}

#[test]
fn names_and_values_that_a_profile_cannot_carry_are_refused_and_nothing_is_written() {
    let world = World::new();
    given(&world, "[keep]\naws_access_key_id = AKIAKEEP\n");
    let before = text(&world);
    for role in
        ["x]\n[keep", "a]", "a,b", "a=b", "a b", "\u{1b}[31m", "DEFAULT", "default", "[a", "a\r", "é", ""]
    {
        let mut document = credentials("Dev");
        document["AssumedRoleUser"]["Arn"] =
            format!("arn:aws:sts::111122223333:assumed-role/{role}/s").into();
        let outcome = run(&world, &["--name", "{role}"], &[credentials("Ops"), document]);
        outcome.fails(65, "wrong_document");
        assert_eq!(text(&world), before, "{role:?}");
    }
    // The session's name is in the file too, as far as it can be.
    let mut document = credentials("Dev");
    document["AssumedRoleUser"]["Arn"] = "arn:aws:sts::111122223333:assumed-role/Dev/s\n[keep]\nx = y".into();
    run(&world, &[], &[document]).succeeds();
    assert_eq!(text(&world).matches("[keep]").count(), 1);
    let before = text(&world);
    for (member, value) in [
        ("SecretAccessKey", json!("a\n[keep]\naws_access_key_id = x")),
        ("SessionToken", json!("a\rb")),
        ("SessionToken", json!("a #b")),
        ("AccessKeyId", json!("\u{85}")),
        ("SessionToken", Value::Null),
        ("Expiration", json!("2030\nx = y")),
        ("SecretAccessKey", Value::Null),
    ] {
        let mut document = credentials("Dev");
        document["Credentials"][member] = value;
        let outcome = run(&world, &["--name", "x"], &[document]);
        outcome.fails(65, "wrong_document");
        assert_eq!(text(&world), before, "{member}");
    }
    for name in ["a b", "a]", "DEFAULT", "{x}", "{role", ""] {
        run(&world, &["--name", name], &[credentials("Dev")]).fails(2, "usage");
    }
    run(&world, &["--region", "eu west"], &[credentials("Dev")]).fails(78, "config");
    let mut hidden = credentials("Dev");
    hidden["Credentials"]["SecretAccessKey"] = "(hidden: --reveal)".into();
    run(&world, &[], &[hidden]).fails(65, "masked_document");
    assert_eq!(text(&world), before);
}

#[test]
fn default_is_written_only_if_it_is_asked_for_and_what_tells_no_role_needs_a_name() {
    let world = World::new();
    run(&world, &["--name", "default"], &[credentials("Dev")]).succeeds();
    assert!(text(&world).starts_with("[default]\n"));
    let process =
        world.oktapipe(&["export", "-f", "process"]).stdin(credentials("Dev").to_string()).run().json();
    run(&world, &[], std::slice::from_ref(&process)).fails(65, "wrong_document");
    let told = run(&world, &["--name", "p"], &[process]).succeeds().json();
    assert_eq!(
        told,
        json!({"Profile": "p", "File": file(&world).display().to_string(), "Expiration": "2030-01-02T03:04:05Z", "_oktapipe": {"v": 1}})
    );
    let mut aliased = credentials("Dev");
    aliased["AccountAlias"] = "acme-prod".into();
    assert_eq!(
        run(&world, &["--name", "{alias}/{role}"], &[aliased]).succeeds().json()["Profile"],
        "acme-prod/Dev"
    );
    run(&world, &["--name", "{alias}"], &[credentials("Dev")]).fails(65, "wrong_document");
}

#[test]
fn an_alias_is_the_documents_the_persons_or_what_aws_said_lately() {
    let world = World::new();
    let named = |document: Value| {
        run(&world, &["--name", "{alias}-{role}"], &[document]).succeeds().json()["Profile"]
            .as_str()
            .unwrap()
            .to_owned()
    };
    let form = world.document_after(ADA, "saml-fetch");
    world.oktapipe(&["saml-roles", "--aliases"]).stdin(form).run().document();
    let said = named(credentials("Dev"));
    assert!(said.ends_with("-Dev") && !said.starts_with("1111"), "{said}");
    let folder = world.home.join(".config/oktapipe");
    fs::create_dir_all(&folder).unwrap();
    fs::write(folder.join("config.toml"), "[aliases]\n111122223333 = \"mine\"\n").unwrap();
    assert_eq!(named(credentials("Dev")), "mine-Dev");
    let mut document = credentials("Dev");
    document["AccountAlias"] = "given".into();
    assert_eq!(named(document), "given-Dev");
}

#[test]
fn long_term_keys_and_other_roles_are_replaced_only_if_that_is_said() {
    let world = World::new();
    let long_term = "[Dev]\naws_access_key_id = AKIAX\naws_secret_access_key = CANARYold\n";
    let other =
        "[Dev]\naws_session_token = x\nx_principal_arn = arn:aws:sts::999999999999:assumed-role/Dev/x\n";
    for (text_before, right, wrong) in [
        (long_term, "--overwrite-long-term", "--overwrite"),
        (other, "--overwrite", "--overwrite-long-term"),
        ("[Dev]\ncredential_process = /bin/x\n", "--overwrite", "--overwrite-long-term"),
        ("[dev]\n", "--overwrite", "--overwrite-long-term"),
    ] {
        given(&world, text_before);
        for flags in [&["--name", "{role}"][..], &["--name", "{role}", wrong]] {
            let error = run(&world, flags, &[credentials("Ops"), credentials("Dev")]).fails(78, "config");
            assert!(error["_oktapipe"]["error"]["hint"].as_str().unwrap().contains(right), "{error}");
            assert_eq!(text(&world), text_before);
        }
        run(&world, &["--name", "{role}", right], &[credentials("Ops"), credentials("Dev")]).document();
        assert!(text(&world).contains("ASIADev") && text(&world).contains("ASIAOps"), "{}", text(&world));
    }
}

#[test]
fn a_file_that_awss_tools_cannot_read_is_named_with_the_line() {
    let world = World::new();
    given(&world, "[a]\nk = 1\n[a]\n");
    let outcome = run(&world, &[], &[credentials("Dev")]);
    outcome.fails(78, "config");
    assert!(outcome.stderr.contains(".aws/credentials, line 3: the section a is there twice; "), "{outcome}");
    assert_eq!(text(&world), "[a]\nk = 1\n[a]\n");
}

#[test]
fn a_new_file_is_the_persons_alone_under_every_umask_and_an_open_one_is_warned_of() {
    for umask in ["000", "022", "077"] {
        let world = World::new();
        let script = format!(
            "umask {umask}; oktapipe to-profile && stat -c %a .aws .aws/credentials .aws/.credentials.oktapipe-lock"
        );
        let outcome = world.shell("sh", &script).stdin(credentials("Dev").to_string()).run().succeeds();
        assert!(outcome.stdout.ends_with("\n700\n600\n600\n"), "{umask}: {outcome}");
        fs::set_permissions(file(&world), fs::Permissions::from_mode(0o644)).unwrap();
        let outcome = world
            .shell("sh", &format!("umask {umask}; oktapipe to-profile --name new"))
            .stdin(credentials("Dev").to_string())
            .run();
        assert!(outcome.status == Some(0) && outcome.stderr.lines().count() == 1, "{outcome}");
        assert!(outcome.stderr.contains("warning: other users may open"), "{outcome}");
        assert_eq!(fs::metadata(file(&world)).unwrap().permissions().mode() & 0o777, 0o644);
    }
}

#[test]
fn a_symlinked_file_stays_one() {
    let world = World::new();
    given(&world, "");
    fs::remove_file(file(&world)).unwrap();
    fs::create_dir(world.home.join("dotfiles")).unwrap();
    symlink("../dotfiles/aws", file(&world)).unwrap();
    run(&world, &[], &[credentials("Dev")]).succeeds();
    assert!(file(&world).symlink_metadata().unwrap().is_symlink());
    assert!(fs::read_to_string(world.home.join("dotfiles/aws")).unwrap().starts_with("[111122223333-Dev]"));
}

#[test]
fn what_explain_prints_for_it_writes_a_profile_too() {
    if !has_all(&["bash", "jq", "awk", "flock", "aws"]) {
        return;
    }
    let world = World::new();
    given(&world, "[keep]\nregion = x\n[111122223333-Dev]\naws_access_key_id = old\n");
    let document = world.document_after(ADA, "assume");
    let script = "bash <(oktapipe explain to-profile) && aws --profile 111122223333-Dev sts get-caller-identity --output text --query Arn";
    let outcome = world.shell("bash", script).stdin(&document).run().succeeds();
    let (told, arn) = outcome.stdout.split_once('\n').unwrap();
    let told: Value = serde_json::from_str(told).unwrap();
    let ours = run(&world, &[], &[serde_json::from_str(&document).unwrap()]).succeeds().json();
    assert_eq!(
        (&told["Profile"], &told["File"], &told["Arn"]),
        (&ours["Profile"], &ours["File"], &ours["Arn"])
    );
    assert_eq!(arn.trim(), "arn:aws:sts::111122223333:assumed-role/Dev/ada@acme.example");
    assert!(
        text(&world).starts_with("[keep]\nregion = x\n")
            && text(&world).matches("111122223333-Dev]").count() == 1
    );
    let before = text(&world);
    for stdin in ["", "{}", "{\"_oktapipe\":{\"v\":1,\"error\":{\"exit_code\":77}}}"] {
        let outcome = world.shell("bash", "bash <(oktapipe explain to-profile)").stdin(stdin).run();
        assert!(
            outcome.status != Some(0) && outcome.stdout.is_empty() && text(&world) == before,
            "{outcome}"
        );
    }
}

#[test]
fn a_profile_that_the_config_file_sends_elsewhere_is_written_with_a_warning() {
    let world = World::new();
    given(&world, "");
    let config = "[profile Dev]\nrole_arn = x\nregion = eu-west-3\n";
    fs::write(world.home.join(".aws/config"), config).unwrap();
    let outcome = run(&world, &["--name", "{role}"], &[credentials("Ops"), credentials("Dev")]);
    assert!(outcome.status == Some(0) && outcome.stderr.lines().count() == 1, "{outcome}");
    assert!(outcome.stderr.contains("has role_arn for the profile Dev"), "{outcome}");
    assert_eq!(fs::read_to_string(world.home.join(".aws/config")).unwrap(), config);
    run(&world, &["-q", "--name", "{role}"], &[credentials("Ops"), credentials("Dev")]).document();
}
