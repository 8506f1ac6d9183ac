//! Account aliases: decoration that no login depends on, wherever it comes from and whatever becomes of it.

use crate::harness::{Case, World, has_all};
use oktapipe_sandbox::{Action, Fault, Switch};
use serde_json::{Value, json};
use std::os::unix::fs::PermissionsExt;
use std::path::PathBuf;
use std::time::Duration;

const ADA: &str = "ada@acme.example";
const GRACE: &str = "grace@acme.example";

fn roles(world: &World, login: &str, arguments: &[&str]) -> Case {
    let assertion = world.sandbox.assertion(login).unwrap();
    world.oktapipe(&[&["saml-roles"], arguments].concat()).stdin(assertion)
}

/// Account, alias and source of each role.
fn named(document: &Value) -> Vec<(String, Value, Value)> {
    let roles = document["Roles"].as_array().unwrap().iter();
    let text = |role: &Value, name: &str| role.get(name).cloned().unwrap_or_default();
    roles
        .map(|role| {
            let account = role["AccountId"].as_str().unwrap().to_owned();
            (account, text(role, "AccountAlias"), text(role, "AccountAliasSource"))
        })
        .collect()
}

fn row(account: &str, alias: &str, source: &str) -> (String, Value, Value) {
    (account.to_owned(), json!(alias), json!(source))
}

fn nameless(account: &str) -> (String, Value, Value) {
    (account.to_owned(), Value::Null, Value::Null)
}

fn posts(world: &World) -> usize {
    world.sandbox.log().iter().filter(|request| request.path == "/saml").count()
}

fn file(world: &World) -> PathBuf {
    world.home.join(".cache/oktapipe/aliases")
}

fn person_calls(world: &World, text: &str) {
    let folder = world.home.join(".config/oktapipe");
    std::fs::create_dir_all(&folder).unwrap();
    std::fs::write(folder.join("config.toml"), text).unwrap();
    std::fs::set_permissions(folder.join("config.toml"), std::fs::Permissions::from_mode(0o600)).unwrap();
}

#[test]
fn the_sign_in_page_names_accounts_in_either_of_its_shapes_and_is_asked_once() {
    for switch in [None, Some(Switch::SignInNext)] {
        let world = World::new();
        switch.into_iter().for_each(|switch| world.sandbox.set(switch));
        let expected = [
            row("111122223333", "acme-production", "sign-in"),
            row("111122223333", "acme-production", "sign-in"),
            nameless("444455556666"),
        ];
        for _ in 0..2 {
            let document = roles(&world, ADA, &["--aliases"]).run().succeeds().json();
            assert_eq!(named(&document), expected, "{switch:?}");
        }
        assert_eq!(posts(&world), 1, "{switch:?}");
        // Names are no secrets, and are the person's own all the same.
        let mode = std::fs::metadata(file(&world)).unwrap().permissions().mode() & 0o777;
        assert_eq!(mode, 0o600);
        let kept = std::fs::read_to_string(file(&world)).unwrap();
        let words: Vec<Vec<&str>> = kept.lines().map(|line| line.split(' ').collect()).collect();
        assert_eq!((words[0][0], words[0][1], words[0][3]), ("111122223333", "sign-in", "acme-production"));
        assert_eq!((words[1][0], words[1][3]), ("444455556666", "-"));
    }
}

#[test]
fn without_the_flag_the_document_is_as_it_was_and_nobody_is_asked() {
    let world = World::new();
    person_calls(&world, "[aliases]\n111122223333 = 'prod'\n");
    roles(&world, ADA, &["--aliases"]).run().succeeds();
    let asked = world.sandbox.log().len();
    let document = roles(&world, ADA, &[]).run().succeeds().json();
    assert!(
        named(&document).iter().all(|(_, alias, source)| alias.is_null() && source.is_null()),
        "{document}"
    );
    assert_eq!(world.sandbox.log().len(), asked);
}

#[test]
fn the_persons_own_name_outweighs_all_others_and_spares_the_question() {
    let world = World::new();
    person_calls(&world, "[aliases]\n111122223333 = 'Prod.EU'\n444455556666 = 'two'\n");
    let document = roles(&world, ADA, &["--aliases"]).run().succeeds().json();
    let own = row("111122223333", "Prod.EU", "config");
    assert_eq!(named(&document), [own.clone(), own, row("444455556666", "two", "config")]);
    assert_eq!(posts(&world), 0);
}

#[test]
fn a_role_is_found_by_alias_and_name() {
    let world = World::new();
    let settled =
        |case: Case| case.run().succeeds().json()["RoleArn"].as_str().unwrap_or_default().to_owned();
    let dev = "arn:aws:iam::111122223333:role/Dev";
    // By AWS's name with the flag, by one's own without: nobody is asked then.
    assert_eq!(settled(roles(&world, ADA, &["--aliases", "--role", "acme-production/Dev"])), dev);
    let outcome = roles(&world, ADA, &["--role", "acme-production/Dev"]).run();
    outcome.fails(77, "no_role");
    person_calls(&world, "[aliases]\n111122223333 = 'prod'\n444455556666 = 'two'\n");
    let asked = world.sandbox.log().len();
    assert_eq!(settled(roles(&world, ADA, &["--role", "prod/Dev"])), dev);
    assert_eq!(
        settled(roles(&world, ADA, &["--role", "prod/*ploy"])),
        "arn:aws:iam::111122223333:role/team/platform/Deploy"
    );
    assert_eq!(settled(roles(&world, ADA, &["--role", "two/*"])), "arn:aws:iam::444455556666:role/ReadOnly");
    roles(&world, ADA, &["--role", "PROD/Dev"]).run().fails(77, "no_role");
    assert_eq!(world.sandbox.log().len(), asked);
}

#[test]
fn assume_takes_the_names_that_the_document_has() {
    let world = World::new();
    let document = roles(&world, ADA, &["--aliases"]).run().document();
    let assume = |document: &str, role: &str| world.oktapipe(&["assume", "--role", role]).stdin(document);
    let answer = assume(&document, "acme-production/Dev").run().succeeds().json();
    assert!(answer["AssumedRoleUser"]["Arn"].as_str().unwrap().contains("/Dev/"), "{answer}");
    let bare = roles(&world, ADA, &[]).run().document();
    assume(&bare, "acme-production/Dev").run().fails(77, "no_role");
    person_calls(&world, "[aliases]\n111122223333 = 'prod'\n");
    assume(&bare, "prod/Dev").run().succeeds();
}

#[test]
fn a_page_that_names_none_is_a_warning_and_the_roles_are_listed_all_the_same() {
    let html = |body: &str| Action::Answer {
        status: 200,
        content_type: "text/html".to_owned(),
        body: body.to_owned(),
        headers: Vec::new(),
    };
    let foreign = "<div class=\"saml-account-name\">Account: evil (111122223333)</div>";
    let redirect = Action::Answer {
        status: 302,
        content_type: "text/html".to_owned(),
        body: foreign.to_owned(),
        headers: vec![("location".to_owned(), "https://localhost:1/".to_owned())],
    };
    for (fault, switch, word) in [
        (None, Some(Switch::SignInInterstitial), "browser"),
        (None, Some(Switch::SignInError), "invalid"),
        (Some(html("<html>")), None, "not the page"),
        (Some(html(&"<".repeat(300_000))), None, "more than"),
        (Some(redirect), None, "leads on"),
        (Some(Action::CloseBeforeAnswer), None, "not known"),
        (Some(Action::Delay(Duration::from_secs(9))), None, "takes too long"),
        (Some(html("<div class=saml-account-name>Account: \u{1b}[31m (111122223333)</div>")), None, ""),
    ] {
        let world = World::new();
        switch.into_iter().for_each(|switch| world.sandbox.set(switch));
        if let Some(action) = fault {
            world.sandbox.fault(Fault { path_prefix: "sts:/saml".to_owned(), skip: 0, times: 9, action });
        }
        let outcome = roles(&world, ADA, &["--aliases"]).run();
        assert_eq!(outcome.status, Some(0), "{outcome}");
        assert_eq!(outcome.stderr.lines().count(), usize::from(!word.is_empty()), "{outcome}");
        assert!(outcome.stderr.contains(word) && !outcome.stdout.contains("evil"), "{word}: {outcome}");
        assert_eq!(
            named(&outcome.json()),
            [nameless("111122223333"), nameless("111122223333"), nameless("444455556666")]
        );
        assert_eq!(posts(&world).max(1), 1, "{outcome}");
    }
}

#[test]
fn with_one_role_nothing_is_posted_for_that_would_open_a_session_of_the_console() {
    let world = World::new();
    let document = roles(&world, "solo@acme.example", &["--aliases"]).run().succeeds().json();
    assert_eq!(named(&document), [nameless("111122223333")]);
    assert!(world.sandbox.log().is_empty());
}

#[test]
fn every_document_of_each_has_the_names() {
    let world = World::new();
    let outcome = roles(&world, GRACE, &["--aliases", "--each"]).run().succeeds();
    for line in outcome.stdout.lines() {
        let document: Value = serde_json::from_str(line).unwrap();
        let (account, alias, _) = named(&document).remove(0);
        assert_eq!(alias == "acme-production", account == "111122223333", "{line}");
    }
    // What the AWS CLI reads has no place for them.
    let skeleton = roles(&world, GRACE, &["--aliases", "--first", "--skeleton"]).run().succeeds();
    assert!(!skeleton.stdout.contains("Alias"), "{skeleton}");
}

#[test]
fn what_is_remembered_is_asked_for_again_when_it_is_old_or_not_safe() {
    let world = World::new();
    roles(&world, ADA, &["--aliases"]).run().succeeds();
    let kept = std::fs::read_to_string(file(&world)).unwrap();
    let old: String = kept
        .lines()
        .map(|line| {
            let mut words: Vec<&str> = line.split(' ').collect();
            words[2] = "1000000000";
            format!("{}\n", words.join(" "))
        })
        .collect();
    std::fs::write(file(&world), old).unwrap();
    roles(&world, ADA, &["--aliases"]).run().succeeds();
    assert_eq!(posts(&world), 2);
    // Somebody else might have written what is in there.
    std::fs::set_permissions(file(&world), std::fs::Permissions::from_mode(0o666)).unwrap();
    let outcome = roles(&world, ADA, &["--aliases"]).run();
    assert!(outcome.status == Some(0) && outcome.stderr.contains("not remembered"), "{outcome}");
    assert_eq!(posts(&world), 3);
}

#[test]
fn caller_identity_asks_iam_once_and_remembers() {
    let world = World::new();
    let dev = world.document_after(ADA, "assume");
    let asked =
        || world.sandbox.log().iter().filter(|request| request.body.contains("ListAccountAliases")).count();
    let identity = |document: &str| world.oktapipe(&["caller-identity", "--alias"]).stdin(document);
    for _ in 0..2 {
        let answer = identity(&dev).run().succeeds().json();
        assert_eq!(
            (&answer["AccountAlias"], &answer["AccountAliasSource"]),
            (&json!("acme-production"), &json!("iam"))
        );
        assert_eq!(answer["Account"], "111122223333");
    }
    assert_eq!(asked(), 1);
    let bare = world.oktapipe(&["caller-identity"]).stdin(&dev).run().succeeds().json();
    assert!(bare.get("AccountAlias").is_none());
    // The roles are named with it too: only the account that is missing is asked for.
    let document = roles(&world, ADA, &["--aliases"]).run().succeeds().json();
    assert_eq!(named(&document)[2], nameless("444455556666"));
    person_calls(&world, "[aliases]\n111122223333 = 'prod'\n");
    let answer = identity(&dev).run().succeeds().json();
    assert_eq!((&answer["AccountAlias"], &answer["AccountAliasSource"]), (&json!("prod"), &json!("config")));
}

#[test]
fn iam_that_refuses_or_is_ill_is_a_warning() {
    let world = World::new();
    let ops = roles(&world, GRACE, &["--role", "Ops"]).run().document();
    let ops = world.oktapipe(&["assume"]).stdin(ops).run().document();
    let identity =
        |world: &World, document: &str| world.oktapipe(&["caller-identity", "--alias"]).stdin(document).run();
    let outcome = identity(&world, &ops);
    assert!(
        outcome.status == Some(0) && outcome.stderr.contains("iam:ListAccountAliases is not allowed"),
        "{outcome}"
    );
    assert!(outcome.json()["Arn"].is_string() && outcome.json().get("AccountAlias").is_none(), "{outcome}");
    let action = Action::sts_error(500, "ServiceFailure", "Sorry");
    world.sandbox.fault(Fault { path_prefix: "sts:/".to_owned(), skip: 1, times: 9, action });
    let outcome = identity(&world, &ops);
    assert!(outcome.status == Some(0) && outcome.stderr.contains("status 500"), "{outcome}");
}

#[test]
fn the_aws_cli_is_told_the_same_alias() {
    if !has_all(&["aws"]) {
        return;
    }
    let world = World::new();
    let dev = world.document_after(ADA, "assume");
    let script =
        "eval \"$(oktapipe export)\" && aws iam list-account-aliases --output text --query AccountAliases";
    let outcome = world.shell("sh", script).stdin(&dev).run().succeeds();
    assert_eq!(outcome.stdout, "acme-production\n");
}

#[test]
fn an_endpoint_that_is_none_is_refused_and_not_passed_over() {
    let world = World::new();
    let dev = world.document_after(ADA, "assume");
    let case = world.oktapipe(&["caller-identity", "--alias"]).stdin(&dev);
    case.env("AWS_ENDPOINT_URL_IAM", "http://x.example").run().fails(78, "config");
}

#[test]
fn roles_signs_in_and_names_the_accounts() {
    let world = World::new();
    let case = |arguments: &[&str]| {
        let password = world.password(ADA);
        world.oktapipe(arguments).env("OKTA_USERNAME", ADA).env("OKTA_PASSWORD", password)
    };
    let document = case(&["roles", "--aliases"]).run().succeeds().json();
    assert!(named(&document).contains(&row("111122223333", "acme-production", "sign-in")), "{document}");
    let document = case(&["roles"]).run().succeeds().json();
    assert!(named(&document).contains(&nameless("111122223333")), "{document}");
}
