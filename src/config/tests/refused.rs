//! What is not taken, and how that is told.

use super::super::Value;
use super::{Config, fault};

#[test]
fn what_is_not_known_is_refused_with_its_line_and_the_nearest_that_is() {
    for (text, line, told) in [
        ("[profile.a]\n\norg = 'x'\nregoin = 'x'", 4, "the nearest is region"),
        ("[profile.a]\npolicy_arn = 'x'", 2, "the nearest is policy-arn"),
        ("[profiles.a]\norg = 'x'", 1, "the nearest is profile"),
        ("[profile.a]\nname = 'x'", 2, "the nearest is username"),
        ("\n\norg = 'x'", 3, "org stands outside of a profile"),
        ("nope = 'x'", 1, "there is no table nope"),
        ("[tokens]\norg = 'x'", 1, "known are "),
        ("[profile]\norg = 'x'", 2, "a profile begins with [profile.NAME]"),
        ("[[profile]]\norg = 'x'", 1, "profile is no table"),
        ("[profile.a]\n[profile.a.more]\norg = 'x'", 2, "no key more"),
        ("[profile.'a b']", 1, "cannot be the name of a profile"),
        ("[profile.-a]", 1, "cannot be the name of a profile"),
        ("[aliases]\n12 = 'x'", 2, "12 is no account"),
        ("[aliases]\n123456789012 = 'a b'", 2, "the alias of 123456789012 is not usable"),
        ("[profile.a]\norg = 'x'\norg = 'y'", 3, "duplicate key"),
        ("[profile.a]\n[profile.b]\n[profile.a]", 3, "duplicate key"),
        ("[profile.a]\norg = x", 2, "string values must be quoted"),
    ] {
        let (at, said) = fault(text);
        assert_eq!(at, line, "{text:?}: {said}");
        assert!(said.contains(told), "{text:?}: {said}");
        assert!(said.contains(&format!("config.toml line {line}")), "{said}");
    }
}

#[test]
fn a_value_is_of_its_flags_form() {
    for (key, value) in [
        ("org", "['a']"),
        ("org", "1"),
        ("org", "\"a\\u0000b\""),
        ("factor", "[1]"),
        ("factor", "['']"),
        ("factor", "true"),
        ("push-timeout", "0"),
        ("push-timeout", "3601"),
        ("push-timeout", "-1"),
        ("push-timeout", "'60'"),
        ("timeout", "1.5"),
        ("strict-duration", "'true'"),
        ("duration", "'1d'"),
        ("duration", "60"),
        ("role", "'arn:aws:iam::1:role/x'"),
        ("principal", "'okta'"),
        ("policy", "'policy.json'"),
        ("policy", "'file://policy.json'"),
        ("policy-arn", "['ReadOnlyAccess']"),
        ("policy-arn", "':iam::aws:policy/ReadOnlyAccess'"),
        ("policy-arn", "'arn:aws:s3:::bucket/:policy/x'"),
        ("policy-arn", "'arn:aws:iam::123456789012:role/x'"),
        ("region", "'eu west'"),
        ("label", "'A B'"),
        ("label", "'1A'"),
        ("ca-file", "'corp.pem'"),
        ("inherit", "['a']"),
        ("password-command", "\"a\\u0000\""),
    ] {
        let (line, said) = fault(&format!("[profile.a]\n{key} = {value}"));
        assert_eq!(line, 2);
        assert!(said.contains(key) && said.contains("give "), "{said}");
    }
    for (key, value) in [
        ("org", "'https://acme.okta.com'"),
        ("factor", "'push'"),
        ("factor", "[]"),
        ("role", "['*', '123456789012/Dev*', 'arn:aws:iam::123456789012:role/x']"),
        ("principal", "'arn:aws-us-gov:iam::123456789012:saml-provider/okta'"),
        ("duration", "'assertion'"),
        ("duration", "900"),
        ("policy", "'{}'"),
        ("policy", "'file:///etc/p.json'"),
        ("policy-arn", "'arn:aws:iam::aws:policy/ReadOnlyAccess'"),
        ("region", "'us-iso-east-1'"),
        ("ca-file", "'~/corp.pem'"),
        ("password-command", "\"\"\"\npass show okta |\n  head -1\"\"\""),
        ("remember", "true"),
    ] {
        Config::parse(&format!("[profile.a]\n{key} = {value}"))
            .unwrap_or_else(|fault| panic!("{key}: {fault:?}"));
    }
}

#[test]
fn a_value_is_not_shown_by_debug() {
    let values = [
        Value::Text("CANARY".into()),
        Value::List(vec!["CANARY".into()]),
        Value::Number(7),
        Value::Switch(true),
    ];
    assert_eq!(format!("{values:?}"), "[Text, List, Number, Switch]");
}

#[test]
fn a_secret_has_no_key_and_is_not_told() {
    for key in [
        "password",
        "okta_password",
        "passcode",
        "mfa-code",
        "OKTA_PASSWORD",
        "api-token",
        "client_secret",
        "password-fd",
    ] {
        let (line, said) = fault(&format!("[profile.a]\n{key} = 'CANARY-in-file'"));
        assert_eq!(line, 2);
        assert!(said.contains("password-command and passcode-command name programs"), "{said}");
        assert!(!said.contains("CANARY"), "{said}");
    }
    // Nor does the TOML parser show the line, whatever is wrong with it.
    for text in [
        "[profile.a]\npassword = 'CANARY",
        "[profile.a]\nusername = CANARY",
        "[profile.a]\npassword = \"CANARY\\q\"",
        "[profile.a]\nusername = 'CANARY'\nusername = 'CANARY'",
        "[profile.a]\norg = 'a' CANARY",
        "[profile.a]\npolicy = 'CANARY'",
        "[profile.a]\ninherit = ['CANARY']",
    ] {
        let (_, said) = fault(text);
        assert!(!said.contains("CANARY"), "{said}");
    }
    let command = Config::parse("[profile.a]\npassword-command = 'echo CANARY'").unwrap();
    assert!(!format!("{command:?} {:?}", command.profile("a")).contains("CANARY"));
}

#[test]
fn a_profile_that_inherits_from_itself_or_from_nobody_is_refused_with_the_line() {
    let text = "[profile.a]\ninherit = 'b'\n[profile.b]\norg = 'x'\ninherit = 'a'";
    assert_eq!(fault(text).0, 5);
    assert_eq!(fault("[profile.a]\ninherit = 'a'").0, 2);
    let (line, said) = fault("[profile.base]\n[profile.a]\n\ninherit = 'bose'");
    assert_eq!(line, 4);
    assert!(said.contains("the nearest is base"), "{said}");
}
