//! `saml-roles`: every form in which an assertion comes, and the role that is meant. Offline.

use crate::harness::{Case, Outcome, World};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Value, json};

const ADA: &str = "ada@acme.example";

fn roles(world: &World, stdin: impl AsRef<[u8]>, arguments: &[&str]) -> Case {
    world.oktapipe(&[&["saml-roles"], arguments].concat()).stdin(stdin)
}

fn of(login: &str, arguments: &[&str]) -> Outcome {
    let world = World::new();
    let assertion = world.sandbox.assertion(login).unwrap();
    roles(&world, assertion, arguments).run()
}

fn names(document: &Value) -> Vec<&str> {
    document["Roles"].as_array().unwrap().iter().map(|role| role["RoleName"].as_str().unwrap()).collect()
}

/// An assertion in XML whose Role attribute has these values.
fn xml(values: &[&str]) -> String {
    let values: String =
        values.iter().map(|value| format!("<a:AttributeValue>{value}</a:AttributeValue>")).collect();
    format!(
        "<p:Response xmlns:p=\"urn:oasis:names:tc:SAML:2.0:protocol\" xmlns:a=\"urn:oasis:names:tc:SAML:2.0:assertion\">\
         <a:Assertion><a:AttributeStatement><a:Attribute Name=\"https://aws.amazon.com/SAML/Attributes/Role\">{values}\
         </a:Attribute></a:AttributeStatement></a:Assertion></p:Response>"
    )
}

const DEV: &str = "arn:aws:iam::111122223333:role/Dev";
const PROVIDER: &str = "arn:aws:iam::111122223333:saml-provider/OKTA";

#[test]
fn an_assertion_is_read_in_every_form_in_which_a_pipe_has_it() {
    let world = World::new();
    let base64 = world.sandbox.assertion(ADA).unwrap();
    let xml = STANDARD.decode(&base64).unwrap();
    let wrapped: String =
        base64.as_bytes().chunks(76).map(|line| format!("{}\r\n", str::from_utf8(line).unwrap())).collect();
    let entities = base64.replace('+', "&#x2b;").replace('/', "&#47;").replace('=', "&#x3d;");
    let page =
        format!("<!DOCTYPE html><form action=x><input name='SAMLResponse' value=\"{entities}\"/></form>");
    let plain = roles(&world, &base64, &[]).run().succeeds();
    assert_eq!(names(&plain.json()), ["Dev", "Deploy", "ReadOnly"]);
    for (what, text) in [
        ("the form", json!({ "SAMLResponse": base64 }).to_string().into_bytes()),
        ("wrapped lines", wrapped.into_bytes()),
        ("entities, as sed cuts them out of a page", entities.into_bytes()),
        ("the page", page.clone().into_bytes()),
        ("the page with a byte order mark", format!("\u{feff}\r\n{page}").into_bytes()),
        ("the XML", [&b"\n"[..], &xml, b"\n"].concat()),
    ] {
        assert_eq!(roles(&world, text, &[]).run().succeeds().stdout, plain.stdout, "{what}");
    }
    assert!(world.sandbox.log().is_empty());
}

#[test]
fn the_document_says_what_the_assertion_says() {
    let document = of(ADA, &[]).succeeds().json();
    assert_eq!(
        document["Roles"][1],
        json!({"RoleArn": "arn:aws:iam::111122223333:role/team/platform/Deploy", "PrincipalArn": PROVIDER,
            "AccountId": "111122223333", "RoleName": "Deploy", "Partition": "aws"})
    );
    assert_eq!((&document["RoleSessionName"], &document["SessionDuration"]), (&json!(ADA), &json!(43_200)));
    assert_eq!(document["Audience"], "urn:amazon:webservices");
    assert_eq!(document["Recipient"], "https://signin.aws.amazon.com/saml");
    assert!(
        document["NotOnOrAfter"].as_str().unwrap().ends_with('Z') && document["NotOnOrAfterEpoch"].is_i64()
    );
    assert!(document["Issuer"].is_string());
    // Three roles: none is settled.
    assert!(["RoleArn", "PrincipalArn", "DurationSeconds"].iter().all(|name| document.get(name).is_none()));
}

#[test]
fn the_only_role_is_settled_and_so_is_the_first_where_one_asks_for_it() {
    for (login, arguments) in
        [("solo@acme.example", &[][..]), (ADA, &["--first"]), ("grace@acme.example", &["--first"])]
    {
        let document = of(login, arguments).succeeds().json();
        assert_eq!((&document["RoleArn"], &document["PrincipalArn"]), (&json!(DEV), &json!(PROVIDER)));
        assert_eq!(document["DurationSeconds"], 3600);
        assert_eq!(names(&document), ["Dev"]);
    }
}

#[test]
fn cookies_end_here_and_the_rest_of_the_context_goes_on() {
    let world = World::new();
    let form = world.document_after(ADA, "saml-fetch");
    assert!(form.contains("\"cookies\""));
    let document = roles(&world, form, &[]).run().succeeds().json();
    assert!(document["_oktapipe"].get("cookies").is_none());
    assert_eq!(document["_oktapipe"]["org"], world.sandbox.org().as_str());
    assert!(document.get("SAMLResponse").is_none());
}

#[test]
fn a_role_is_named_by_arn_name_or_account_and_name_with_globs() {
    for (role, name) in [
        (DEV, "Dev"),
        ("Dev", "Dev"),
        ("Deploy", "Deploy"),
        ("team/platform/Deploy", "Deploy"),
        ("444455556666/ReadOnly", "ReadOnly"),
        ("444455556666/*", "ReadOnly"),
        ("D?v", "Dev"),
        ("*ploy", "Deploy"),
        ("*Only", "ReadOnly"),
    ] {
        let document = of(ADA, &["--role", role]).succeeds().json();
        assert_eq!(names(&document), [name], "{role}");
        assert!(document["RoleArn"].as_str().unwrap().ends_with(name));
    }
}

#[test]
fn a_role_that_is_not_offered_is_no_role_with_the_nearest_names() {
    for (role, near) in [
        ("dev", "111122223333/Dev"),
        ("Deplyo", "Deploy"),
        ("111122223333/ReadOnly", "444455556666/ReadOnly"),
        ("arn:aws:iam::111122223333:role/Devv", "Dev"),
    ] {
        let outcome = of(ADA, &["--role", role]);
        outcome.fails(77, "no_role");
        assert!(outcome.stderr.contains(near) && outcome.stderr.contains("nearest"), "{outcome}");
    }
}

#[test]
fn several_roles_that_fit_are_ambiguous_unless_the_first_is_asked_for() {
    for arguments in [
        &["--role", "D*"][..],
        &["--role", "Dev", "--role", "ReadOnly"],
        &["--skeleton"],
        &["--principal", PROVIDER],
    ] {
        let outcome = of(ADA, arguments);
        outcome.fails(69, "role_ambiguous");
        assert!(
            outcome.stderr.contains("111122223333/Dev") && outcome.stderr.contains("--role"),
            "{outcome}"
        );
        let document = of(ADA, &[arguments, &["--first"]].concat()).succeeds().json();
        assert_eq!(document["RoleArn"], DEV);
    }
}

#[test]
fn a_role_offered_through_two_providers_is_settled_by_the_provider() {
    let world = World::new();
    let other = "arn:aws:iam::111122223333:saml-provider/NEW";
    let two = xml(&[&format!("{PROVIDER},{DEV}"), &format!("{DEV},{other}")]);
    roles(&world, &two, &["--role", "Dev"]).run().fails(69, "role_ambiguous");
    let document = roles(&world, &two, &["--role", "Dev", "--principal", other]).run().succeeds().json();
    assert_eq!(document["PrincipalArn"], other);
    roles(&world, &two, &["--principal", "arn:aws:iam::999999999999:saml-provider/X"])
        .run()
        .fails(77, "no_role");
}

#[test]
fn flags_that_cannot_be_meant_are_usage_errors() {
    for arguments in [
        ["--role", ""],
        ["--role", "arn:aws:iam::1:role/Dev"],
        ["--principal", "OKTA"],
        ["--duration", "1d"],
        ["--duration", "899"],
        ["--duration", "43201"],
    ] {
        of("solo@acme.example", &arguments).fails(2, "usage");
    }
}

#[test]
fn a_skeleton_holds_what_the_cli_takes_and_nothing_else() {
    for (login, arguments) in
        [("solo@acme.example", &["--skeleton"][..]), (ADA, &["--skeleton", "--first", "--duration", "2h"])]
    {
        let world = World::new();
        let form = world.document_after(login, "saml-fetch");
        let document = roles(&world, form, arguments).run().succeeds().json();
        let mut members: Vec<&str> = document.as_object().unwrap().keys().map(String::as_str).collect();
        members.sort_unstable();
        assert_eq!(members, ["DurationSeconds", "PrincipalArn", "RoleArn", "SAMLAssertion"]);
        assert_eq!(document["DurationSeconds"], if login == ADA { 7200 } else { 3600 });
    }
}

#[test]
fn a_duration_is_seconds_a_time_the_assertions_own_or_the_longest() {
    for (text, seconds) in [
        ("3600", 3600),
        ("900s", 900),
        ("30m", 1800),
        ("12h", 43_200),
        ("max", 43_200),
        ("assertion", 43_200),
    ] {
        let document = of(ADA, &["--first", "--duration", text]).succeeds().json();
        assert_eq!(document["DurationSeconds"], seconds, "{text}");
    }
    let document = of("solo@acme.example", &["--duration", "assertion"]).succeeds().json();
    assert_eq!(document["DurationSeconds"], 3600);
}

#[test]
fn an_assertion_without_roles_is_no_role() {
    for arguments in [&[][..], &["--first"], &["--role", "Dev"], &["--skeleton"]] {
        let outcome = of("noroles@acme.example", arguments);
        outcome.fails(77, "no_role");
        assert!(outcome.stderr.contains("offers no role"), "{outcome}");
    }
}

#[test]
fn two_hundred_roles_are_all_printed_and_few_are_named_on_stderr() {
    let outcome = of("many@acme.example", &[]).succeeds();
    assert_eq!(names(&outcome.json()).len(), 200);
    of("many@acme.example", &["--role", "Team-117"]).succeeds();
    let outcome = of("many@acme.example", &["--role", "Team-1*"]);
    outcome.fails(69, "role_ambiguous");
    assert!(outcome.stderr.contains("100 roles") && outcome.stderr.len() < 600, "{outcome}");
}

#[test]
fn an_assertion_near_the_limit_of_aws_is_warned_of() {
    let world = World::new();
    let values: Vec<String> = (0..600)
        .map(|n| {
            format!("arn:aws:iam::111122223333:saml-provider/OKTA,arn:aws:iam::111122223333:role/Team-{n:04}")
        })
        .collect();
    let values: Vec<&str> = values.iter().map(String::as_str).collect();
    let outcome = roles(&world, xml(&values), &[]).run();
    assert_eq!(names(&outcome.json()).len(), 600);
    assert_eq!((outcome.status, outcome.stderr.lines().count()), (Some(0), 1), "{outcome}");
    assert!(outcome.stderr.contains("100000"), "{outcome}");
    roles(&world, xml(&values), &["-q"]).run().succeeds();
}

#[test]
fn a_role_value_that_is_no_pair_is_skipped_with_a_warning() {
    let world = World::new();
    let values = [
        format!("{PROVIDER},{DEV}"),
        "no\u{85}nsense".to_owned(),
        DEV.to_owned(),
        format!("{DEV},{PROVIDER}"),
    ];
    let values: Vec<&str> = values.iter().map(String::as_str).collect();
    let outcome = roles(&world, xml(&values), &[]).run();
    assert_eq!(names(&outcome.json()), ["Dev"]);
    assert_eq!(outcome.stderr.lines().count(), 2, "{outcome}");
    assert!(
        outcome.stderr.contains("'no nsense'") && outcome.stderr.contains(&format!("'{DEV}'")),
        "{outcome}"
    );
    roles(&world, xml(&["nonsense"]), &["-q"]).run().fails(77, "no_role");
}

#[test]
fn role_names_with_commas_paths_and_entities_are_read() {
    let world = World::new();
    let comma = "arn:aws:iam::111122223333:role/a,b";
    let document =
        roles(&world, xml(&[&format!("\n {comma}&#44;{PROVIDER} \n")]), &[]).run().succeeds().json();
    assert_eq!((&document["RoleArn"], &document["Roles"][0]["RoleName"]), (&json!(comma), &json!("a,b")));
}

#[test]
fn an_encrypted_assertion_is_said_to_be_one_and_goes_on_unseen() {
    let world = World::new();
    let encrypted = "<p:Response xmlns:p='urn:oasis:names:tc:SAML:2.0:protocol' xmlns:a='urn:oasis:names:tc:SAML:2.0:assertion'>\
        <a:Issuer>http://www.okta.com/exk</a:Issuer><a:EncryptedAssertion>x</a:EncryptedAssertion></p:Response>";
    for arguments in [
        &[][..],
        &["--first"],
        &["--role", "Dev"],
        &["--role", DEV],
        &["--role", "D*", "--principal", PROVIDER],
    ] {
        let outcome = roles(&world, encrypted, arguments).run();
        outcome.fails(77, "no_role");
        assert!(outcome.stderr.contains("encrypted") && outcome.stderr.contains("--principal"), "{outcome}");
    }
    let both = ["--role", DEV, "--principal", PROVIDER];
    let document = roles(&world, encrypted, &both).run().succeeds().json();
    assert_eq!((&document["RoleArn"], names(&document)), (&json!(DEV), vec!["Dev"]));
    assert_eq!(document["SAMLAssertion"], STANDARD.encode(encrypted));
    roles(&world, encrypted, &[&both[..], &["--skeleton"]].concat()).run().succeeds();
}

#[test]
fn what_is_no_assertion_is_told_apart() {
    let world = World::new();
    let base64 = world.sandbox.assertion(ADA).unwrap();
    let refused = xml(&[]).replace("<a:Assertion>", "<p:Status><p:StatusCode Value='urn:oasis:names:tc:SAML:2.0:status:Responder'/></p:Status><a:Assertion>");
    for (text, code, kind, word) in [
        (base64[..base64.len() - 3].to_owned(), 65, "wrong_document", "cut"),
        (base64.replace('+', "%2B"), 65, "wrong_document", "base64"),
        (STANDARD.encode("not XML"), 65, "wrong_document", "not XML"),
        (STANDARD.encode("<html>"), 76, "protocol", ""),
        ("<html><title>Acme - Sign In</title></html>".to_owned(), 76, "protocol", "SAMLResponse"),
        (refused, 76, "protocol", "login failed"),
        (format!("<!DOCTYPE Response [<!ENTITY x 'y'>]>{}", xml(&["&x;"])), 76, "protocol", ""),
        (xml(&["Admin<!-- -->-RO"]), 76, "protocol", "comment"),
        (format!("<Response>{}", "<a>".repeat(10_000)), 76, "protocol", ""),
        ("A".repeat(100_004), 76, "protocol", "100000"),
        (json!({"SAMLResponse": 7}).to_string(), 65, "wrong_document", "form"),
    ] {
        let outcome = roles(&world, &text, &[]).run();
        outcome.fails(code, kind);
        assert!(outcome.stderr.contains(word), "{outcome}");
    }
}

#[test]
fn when_the_identity_provider_wants_the_session_to_end_is_told_and_else_absent() {
    let world = World::new();
    let xml = STANDARD.decode(world.sandbox.assertion(ADA).unwrap()).unwrap();
    let xml = String::from_utf8(xml).unwrap();
    assert!(roles(&world, &xml, &[]).run().succeeds().json().get("SessionNotOnOrAfter").is_none());
    // Signatures are AWS's to verify.
    let ends = "AuthnStatement SessionNotOnOrAfter=\"2099-03-01T12:00:00.500Z\" ";
    let document = roles(&world, xml.replacen("AuthnStatement ", ends, 1), &[]).run().succeeds().json();
    assert_eq!(document["SessionNotOnOrAfter"], "2099-03-01T12:00:00Z", "{document}");
}
