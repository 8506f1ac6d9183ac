//! Which role is settled: what the flags leave, what a person picks, and what is said where nobody can.

use super::world::{Picker, output};
use super::*;

const ACCOUNTS: [(u64, &str); 3] =
    [(111_122_223_333, "Dev"), (111_122_223_333, "Ops"), (444_455_556_666, "team/Dev")];

fn arn(at: usize) -> String {
    format!("arn:aws:iam::{:012}:role/{}", ACCOUNTS[at].0, ACCOUNTS[at].1)
}

fn provider(at: usize) -> String {
    format!("arn:aws:iam::{:012}:saml-provider/OKTA", ACCOUNTS[at].0)
}

/// A response with these values of Role, and more in its assertion.
fn xml(values: &[String], more: &str) -> String {
    let values: String =
        values.iter().map(|value| format!("<AttributeValue>{value}</AttributeValue>")).collect();
    format!(
        "<p:Response xmlns:p='urn:oasis:names:tc:SAML:2.0:protocol'><Assertion xmlns='urn:oasis:names:tc:SAML:2.0:assertion'><AttributeStatement>\
         <Attribute Name='https://aws.amazon.com/SAML/Attributes/Role'>{values}</Attribute></AttributeStatement>{more}</Assertion></p:Response>"
    )
}

fn three() -> String {
    xml(&[0, 1, 2].map(|at| format!("{},{}", provider(at), arn(at))), "")
}

/// `Dev` through two providers, and `Ops` through one.
fn twice() -> String {
    let second = provider(0).replace("OKTA", "SECOND");
    xml(
        &[
            format!("{},{}", provider(0), arn(0)),
            format!("{second},{}", arn(0)),
            format!("{},{}", provider(1), arn(1)),
        ],
        "",
    )
}

fn roles(words: &[&str], input: &str, terminal: &dyn Terminal) -> Result<Value, Error> {
    match output(&[&["saml-roles"], words].concat(), input.as_bytes(), &[], terminal).0? {
        Output::Document(document) => Ok(Value::Object(document.into_members())),
        other => panic!("{other:?}"),
    }
}

/// Names of the roles that are listed, and the ARN of the one that is settled.
fn settled(words: &[&str], input: &str, terminal: &dyn Terminal) -> (Vec<String>, Option<String>) {
    let document = roles(words, input, terminal).unwrap_or_else(|error| panic!("{words:?}: {error}"));
    let listed = document["Roles"].as_array().unwrap().iter();
    let names = listed.map(|role| role["RoleName"].as_str().unwrap().to_owned()).collect();
    (names, document.get("RoleArn").map(|arn| arn.as_str().unwrap().to_owned()))
}

fn refused(words: &[&str], input: &str) -> (Kind, String) {
    let error = roles(words, input, &GONE).unwrap_err();
    (error.kind().unwrap(), error.to_string())
}

#[test]
fn flags_narrow_what_is_offered_and_the_only_one_left_is_settled() {
    let names = |names: &[&str]| names.iter().map(|name| (*name).to_owned()).collect::<Vec<_>>();
    assert_eq!(settled(&[], &three(), &GONE), (names(&["Dev", "Ops", "Dev"]), None));
    assert_eq!(settled(&["--first"], &three(), &GONE), (names(&["Dev"]), Some(arn(0))));
    for words in [
        &["--role", "Ops"][..],
        &["--role", &arn(1)],
        &["--role", "1111*/O?s"],
        &["--role", "none", "--role", "Ops"],
    ] {
        assert_eq!(settled(words, &three(), &GONE), (names(&["Ops"]), Some(arn(1))), "{words:?}");
    }
    assert_eq!(settled(&["--role", "Dev", "--first"], &three(), &GONE).1, Some(arn(0)));
    assert_eq!(settled(&["--principal", &provider(2)], &three(), &GONE), (names(&["Dev"]), Some(arn(2))));
    let both = ["--role", "Dev", "--principal", &provider(0)];
    assert_eq!(settled(&both, &three(), &GONE), (names(&["Dev"]), Some(arn(0))));
    let one = xml(&[format!("{},{}", provider(1), arn(1))], "");
    assert_eq!(settled(&[], &one, &GONE), (names(&["Ops"]), Some(arn(1))));
}

#[test]
fn a_person_picks_among_several_where_a_flag_says_that_one_is_meant() {
    assert_eq!(settled(&[], &three(), &Picker(Some(1))).1, None, "nothing is asked for a list");
    assert_eq!(settled(&["--role", "*"], &three(), &Picker(Some(1))).1, Some(arn(1)));
    assert_eq!(settled(&["--principal", &provider(0)], &three(), &Picker(Some(1))).1, Some(arn(1)));
    let skeleton = roles(&["--skeleton"], &three(), &Picker(Some(2))).unwrap();
    assert_eq!((&skeleton["RoleArn"], &skeleton["PrincipalArn"]), (&json!(arn(2)), &json!(provider(2))));
    assert_eq!(settled(&["--role", "Ops"], &three(), &Picker(None)).1, Some(arn(1)), "one needs no question");
    let error = roles(&["--role", "*"], &three(), &Picker(Some(3))).unwrap_err();
    assert_eq!(error.kind(), Some(Kind::RoleAmbiguous));
}

#[test]
fn roles_are_shown_by_account_and_name_and_by_provider_where_that_alone_tells_them_apart() {
    let shown = |input: &str| roles(&["--role", "*"], input, &Picker(None)).unwrap_err().to_string();
    assert!(
        shown(&three()).starts_with("Which role? 111122223333/Dev = 111122223333|Dev, 111122223333/Ops = 111122223333|Ops, 444455556666/team/Dev = 444455556666|team/Dev: "),
        "{}",
        shown(&three())
    );
    assert!(
        shown(&twice()).starts_with("Which role? 111122223333/Dev (OKTA) = 111122223333|Dev|OKTA, 111122223333/Dev (SECOND) = 111122223333|Dev|SECOND, 111122223333/Ops = 111122223333|Ops|OKTA: "),
        "{}",
        shown(&twice())
    );
}

#[test]
fn where_nobody_can_pick_five_are_named() {
    let (kind, text) = refused(&["--role", "*"], &twice());
    assert_eq!(kind, Kind::RoleAmbiguous);
    assert!(
        text.starts_with("3 roles are offered: 111122223333/Dev (OKTA), 111122223333/Dev (SECOND), 111122223333/Ops: choose one with --role"),
        "{text}"
    );
    let many = |count: usize| {
        let role = |at: usize| format!("{},{}{at}", provider(0), arn(0));
        refused(&["--role", "*"], &xml(&(0..count).map(role).collect::<Vec<_>>(), "")).1
    };
    assert!(many(5).contains("111122223333/Dev3, 111122223333/Dev4: choose"), "{}", many(5));
    assert!(many(6).contains("111122223333/Dev4, ...: choose"), "{}", many(6));
}

#[test]
fn a_role_that_is_not_offered_is_answered_with_the_nearest() {
    for (words, hint) in [
        (&["--role", "Devv"][..], "the nearest are 111122223333/Dev, 444455556666/team/Dev"),
        (&["--role", "999/Dev"], "the nearest are 111122223333/Dev, 444455556666/team/Dev"),
        (&["--role", "Administrator"], "offered are 111122223333/Dev, 111122223333/Ops and others"),
        (&["--principal", "arn:aws:iam::999999999999:saml-provider/OKTA"], "offered are 111122223333/Dev, "),
    ] {
        let (kind, text) = refused(words, &three());
        assert_eq!(kind, Kind::NoRole);
        assert!(text.starts_with("none of the 3 roles offered fits '") && text.contains(hint), "{text}");
    }
    let one = xml(&[format!("{},{}", provider(1), arn(1))], "");
    let (kind, text) = refused(&["--role", "Administrator"], &one);
    assert_eq!(kind, Kind::NoRole);
    assert!(text.contains("only 111122223333/Ops is offered"), "{text}");
    let (kind, text) = refused(&[], &xml(&[], ""));
    assert_eq!(kind, Kind::NoRole);
    assert!(text.starts_with("the assertion offers no role"), "{text}");
}

#[test]
fn flags_that_are_no_arn_or_pattern_are_usage() {
    for (words, flag) in [
        (["--role", "a b"], "--role 'a b'"),
        (["--principal", &arn(0)], "--principal 'arn:"),
        (["--duration", "1d"], "--duration '1d'"),
    ] {
        let (kind, text) = refused(&words, &three());
        assert_eq!(kind, Kind::Usage);
        assert!(text.starts_with(flag), "{text}");
    }
}

#[test]
fn an_encrypted_assertion_takes_role_and_provider_from_the_flags() {
    let encrypted = "<p:Response xmlns:p='urn:oasis:names:tc:SAML:2.0:protocol'><EncryptedAssertion xmlns='urn:oasis:names:tc:SAML:2.0:assertion'/></p:Response>";
    let (role, principal) = (arn(0), provider(0));
    let both = ["--role", &role, "--principal", &principal];
    assert_eq!(settled(&both, encrypted, &GONE), (vec!["Dev".to_owned()], Some(arn(0))));
    let other = arn(1);
    for words in [
        &[][..],
        &both[..2],
        &both[2..],
        &["--role", "Dev", "--principal", &principal],
        &["--role", &role, "--role", &other, "--principal", &principal],
    ] {
        let (kind, text) = refused(words, encrypted);
        assert_eq!(kind, Kind::NoRole, "{words:?}");
        assert!(text.contains("encrypted"), "{text}");
    }
    // One that can be read is read: the flags do not add a role that it does not offer.
    let flags = ["--role", &other, "--principal", &principal];
    let one = xml(&[format!("{},{}", provider(0), arn(0))], "");
    assert_eq!(refused(&flags, &one).0, Kind::NoRole);
}

#[test]
fn each_gives_a_document_a_role_and_picks_none() {
    let words = ["saml-roles", "--each", "--role", "Dev"];
    let (lines, _) = output(&words, three().as_bytes(), &[], &Picker(None));
    let Ok(Output::Lines(lines)) = lines else { panic!("{lines:?}") };
    let arns: Vec<_> = lines.iter().map(|line| line.as_ref().unwrap().text("RoleArn").unwrap()).collect();
    assert_eq!(arns, [arn(0), arn(2)]);
}

#[test]
fn a_duration_stands_in_the_document_where_it_is_asked_for_or_a_role_is_settled() {
    let of = |words: &[&str]| roles(words, &three(), &GONE).unwrap().get("DurationSeconds").cloned();
    assert_eq!(of(&[]), None);
    assert_eq!(of(&["--first"]), Some(json!(3600)));
    assert_eq!(of(&["--duration", "2h"]), Some(json!(7200)));
    assert_eq!(of(&["--first", "--duration", "max"]), Some(json!(43_200)));
}

#[test]
fn the_facts_of_the_assertion_stand_in_the_document() {
    let more = "<Issuer>http://www.okta.com/exk1</Issuer><Conditions NotBefore='2026-03-01T10:10:57.000Z' NotOnOrAfter='2026-03-01T10:20:57.500Z'>\
        <AudienceRestriction><Audience>urn:amazon:webservices</Audience></AudienceRestriction></Conditions>\
        <AuthnStatement SessionNotOnOrAfter='soon'/>";
    let document = roles(&["--first"], &xml(&[format!("{},{}", provider(0), arn(0))], more), &GONE).unwrap();
    for (name, expected) in [
        ("Issuer", json!("http://www.okta.com/exk1")),
        ("Audience", json!("urn:amazon:webservices")),
        ("NotBefore", json!("2026-03-01T10:10:57Z")),
        ("NotOnOrAfter", json!("2026-03-01T10:20:57Z")),
        ("NotOnOrAfterEpoch", json!(1_772_360_457)),
        ("PrincipalArn", json!(provider(0))),
        (
            "Roles",
            json!([{"RoleArn": arn(0), "PrincipalArn": provider(0), "AccountId": "111122223333", "RoleName": "Dev", "Partition": "aws"}]),
        ),
    ] {
        assert_eq!(document[name], expected, "{name}");
    }
    for name in ["SessionNotOnOrAfter", "Subject", "RoleSessionName"] {
        assert_eq!(document.get(name), None);
    }
}

#[test]
fn what_is_odd_in_an_assertion_is_warned_of_and_costs_no_login() {
    let warned = |input: &str| output(&["saml-roles"], input.as_bytes(), &[], &GONE).1;
    let pair = format!("{},{}", provider(0), arn(0));
    assert!(warned(&xml(std::slice::from_ref(&pair), "")).is_empty());
    assert_eq!(
        warned(&xml(&[pair.clone(), "br\u{202e}oken".to_owned()], "")),
        ["skipped a Role value that is not a role and a provider: 'broken'"]
    );
    // 67,500 bytes are 90,000 characters of base64.
    let rest = 67_500 - xml(std::slice::from_ref(&pair), "<!---->").len();
    let long = |more: usize| {
        warned(&xml(std::slice::from_ref(&pair), &format!("<!--{}-->", "x".repeat(rest + more))))
    };
    assert!(long(0).is_empty());
    assert!(long(1)[0].starts_with("the assertion has 90004 characters; AWS takes 100000 at most"));
}

#[test]
fn roles_are_remembered_in_the_cache_or_it_is_said_why_not() {
    let folder = std::env::temp_dir().join(format!("oktapipe-remember-{}", std::process::id()));
    std::fs::create_dir(&folder).unwrap();
    let home = folder.to_str().unwrap();
    let words = ["saml-roles", "--remember", "--role", "Ops"];
    let (result, warned) = output(&words, three().as_bytes(), &[("XDG_CACHE_HOME", home)], &GONE);
    assert!(result.is_ok() && warned.is_empty(), "{warned:?}");
    let kept = crate::store::Roles::new(folder.join("oktapipe")).known();
    assert_eq!(kept.iter().map(|role| role.role.as_str().to_owned()).collect::<Vec<_>>(), [0, 1, 2].map(arn));
    std::fs::remove_dir_all(&folder).unwrap();
    let (result, warned) = output(&words, three().as_bytes(), &[], &GONE);
    assert!(result.is_ok());
    assert_eq!(warned, ["the roles are not remembered: neither HOME nor XDG_CACHE_HOME names a folder"]);
    let (result, warned) = output(&words, three().as_bytes(), &[("HOME", "/dev/null")], &GONE);
    assert!(result.is_ok() && warned[0].starts_with("the roles are not remembered: "), "{warned:?}");
}

#[test]
fn a_profile_chooses_where_no_flag_does() {
    let file = std::env::temp_dir().join(format!("oktapipe-picks-{}.toml", std::process::id()));
    let settled = |profile: &str, words: &[&str]| {
        std::fs::write(&file, format!("[profile.default]\n{profile}\n")).unwrap();
        let words = [&["saml-roles"], words].concat();
        let variables = [("OKTAPIPE_CONFIG", file.to_str().unwrap())];
        match output(&words, three().as_bytes(), &variables, &GONE).0.unwrap() {
            Output::Document(document) => vec![document.text("RoleArn").map(str::to_owned)],
            Output::Lines(lines) => {
                lines.iter().map(|line| line.as_ref().unwrap().text("RoleArn").map(str::to_owned)).collect()
            }
            other => panic!("{other:?}"),
        }
    };
    assert_eq!(settled("", &[]), [None]);
    assert_eq!(settled("role = 'Ops'", &[]), [Some(arn(1))]);
    assert_eq!(settled("role = 'Ops'", &["--role", "team/Dev"]), [Some(arn(2))]);
    assert_eq!(settled("first = true", &[]), [Some(arn(0))]);
    assert_eq!(settled("first = true\nrole = '444455556666/*'", &[]), [Some(arn(2))]);
    // Each is meant, whatever one of them the profile is for.
    assert_eq!(settled("first = true", &["--each"]), [0, 1, 2].map(|at| Some(arn(at))));
    std::fs::remove_file(&file).unwrap();
}

#[test]
fn what_is_no_form_and_no_page_with_one_is_told_apart() {
    for (input, kind, words) in [
        ("<html><title>Acme - Sign In</title></html>", Kind::Protocol, "holds no SAMLResponse"),
        ("{\"SAMLAssertion\": \"PD94\", \"Roles\": []}", Kind::WrongDocument, "an assertion"),
        ("{\"SAMLResponse\": 7}", Kind::WrongDocument, "a sign-in form"),
        ("{\"id\": \"102\"}", Kind::WrongDocument, "an Okta session"),
        (" \n", Kind::NoDocument, "stdin is empty"),
    ] {
        let (refused, text) = refused(&[], input);
        assert_eq!(refused, kind, "{text}");
        assert!(text.contains(words), "{text}");
    }
}
