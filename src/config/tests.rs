use super::{Config, Form, KEYS, LEVELS, LIMIT, PROFILES, Value, with_profile};
use crate::cli::Cli;
use crate::error::{Error, Kind};
use clap::{ArgAction, CommandFactory};
use std::any::TypeId;
use std::path::Path;

const FILE: &str = r#"
[profile.base]
org = "acme"
username = "ada@acme.example"
factor = ["push", "token:software:totp"]
push-timeout = 60
strict-duration = true

[profile.prod]
inherit = "base"
role = "123456789012/Admin"
duration = 3600
strict-duration = false
username = ""

[aliases]
123456789012 = "prod"
"#;

/// The fault as a command tells it: its line, what happened and what to do.
fn fault(text: &str) -> (usize, String) {
    let fault = Config::parse(text).unwrap_err();
    let error = fault.error(Path::new("config.toml"));
    assert_eq!(error.kind(), Some(Kind::Config));
    (fault.line, error.to_string())
}

#[test]
fn a_profile_has_what_it_says_and_what_it_inherits() {
    let config = Config::parse(FILE).unwrap();
    let prod = config.profile("prod").unwrap();
    assert_eq!(prod.text("org"), Some("acme"));
    assert_eq!(prod.list("factor"), ["push", "token:software:totp"]);
    assert_eq!(prod.list("role"), ["123456789012/Admin"]);
    assert_eq!(prod.number("push-timeout"), Some(60));
    assert_eq!(prod.text("duration"), Some("3600"));
    assert!(!prod.switch("strict-duration") && config.profile("base").unwrap().switch("strict-duration"));
    assert_eq!(prod.text("username"), None, "a blank one unsets what is inherited");
    assert_eq!((prod.name(), prod.chain()), ("prod", &["prod".to_owned(), "base".to_owned()][..]));
    let org = prod.setting("org").unwrap();
    assert_eq!((org.profile.as_str(), org.line), ("base", 3));
    assert_eq!(
        (prod.setting("role").unwrap().line, prod.setting("role").unwrap().profile.as_str()),
        (11, "prod")
    );
    assert!(config.profile("nobody").is_none());
    assert_eq!(config.names().collect::<Vec<_>>(), ["base", "prod"]);
    assert_eq!(config.aliases().get("123456789012").map(String::as_str), Some("prod"));
}

#[test]
fn all_ways_in_which_toml_writes_a_table_are_one() {
    for text in [
        "profile.a.org = 'x'",
        "profile = {a = {org = 'x'}}",
        "[profile]\na.org = 'x'",
        "[profile]\na = {org = 'x'}",
        "\u{feff}[profile.a]\r\norg = \"\"\"\r\nx\"\"\"\r\n",
    ] {
        assert_eq!(Config::parse(text).unwrap().profile("a").unwrap().text("org"), Some("x"), "{text}");
    }
    assert_eq!(Config::parse("").unwrap().names().count(), 0);
}

#[test]
fn what_is_not_known_is_refused_with_its_line_and_the_nearest_that_is() {
    for (text, line, told) in [
        ("[profile.a]\n\norg = 'x'\nregoin = 'x'", 4, "the nearest is region"),
        ("[profile.a]\npolicy_arn = 'x'", 2, "the nearest is policy-arn"),
        ("[profiles.a]\norg = 'x'", 1, "the nearest is profile"),
        ("[profile.a]\nname = 'x'", 2, "the nearest is username"),
        ("\n\norg = 'x'", 3, "org stands outside of a profile"),
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

#[test]
fn the_limits_hold() {
    let chain = |levels: usize| -> String {
        let link = |n: usize| {
            format!(
                "[profile.p{n}]\n{}\n",
                if n > 0 { format!("inherit = 'p{}'", n - 1) } else { String::new() }
            )
        };
        (0..levels).map(link).collect()
    };
    assert_eq!(Config::parse(&chain(LEVELS)).unwrap().profile("p31").unwrap().chain().len(), LEVELS);
    assert!(fault(&chain(LEVELS + 1)).1.contains("more than 32 profiles inherit"));
    let many = |count: usize| -> String { (0..count).map(|n| format!("[profile.p{n}]\n")).collect() };
    assert_eq!(Config::parse(&many(PROFILES)).unwrap().names().count(), PROFILES);
    assert!(fault(&many(PROFILES + 1)).1.contains("more than 1000 profiles"));
    let comment = |size: usize| format!("#{}", "x".repeat(size - 1));
    assert!(Config::parse(&comment(LIMIT)).is_ok());
    assert_eq!(fault(&comment(LIMIT + 1)).0, 0);
    // A name may have as many parts as fit. Quickly, each.
    let start = std::time::Instant::now();
    let dots = "a.".repeat(LIMIT / 2 - 20);
    for text in [
        format!("[profile.{dots}a]"),
        format!("[profile.a]\n{dots}a = 1"),
        format!("profile = {{{dots}a = 1}}"),
        "[profile.a]\n".repeat(LIMIT / 12),
        (0..LIMIT / 12).map(|n| format!("[x.a{n}]\n")).collect::<String>().chars().take(LIMIT).collect(),
        format!("[profile.a]\nfactor = [{}]", "'a',".repeat(LIMIT / 4 - 20)),
    ] {
        assert!(text.len() <= LIMIT, "{}", text.len());
        let _ = Config::parse(&text);
    }
    assert!(start.elapsed().as_secs() < 10, "{:?}", start.elapsed());
    // Nested deeper than anybody writes: the parser's own limit, and no stack that overflows.
    assert!(fault(&format!("[profile.a]\nfactor = {}", "[".repeat(100_000))).1.contains("line 2"));
}

#[test]
fn a_tilde_in_a_path_is_the_home() {
    let text = "[profile.a]\nca-file = '~/corp.pem'\npolicy = 'file://~/p.json'";
    let profile = Config::parse(text).unwrap().profile("a").unwrap().at_home(Path::new("/home/ada"));
    assert_eq!(profile.text("ca-file"), Some("/home/ada/corp.pem"));
    assert_eq!(profile.text("policy"), Some("file:///home/ada/p.json"));
}

/// Flags of a login's stages that a profile has no key for, and why.
const NO_KEYS: [(&str, &str); 15] = [
    ("password-stdin", "it is about the one call"),
    ("password-fd", "it is about the one call"),
    ("passcode-fd", "it is about the one call"),
    ("all", "what is printed"),
    ("each", "what is printed"),
    ("skeleton", "what is printed"),
    ("aliases", "it goes online, where the stage else does not; names of one's own need no flag"),
    ("format", "the shell that calls knows it"),
    ("on-error", "the shell that calls knows it"),
    ("unset", "the shell that calls knows it"),
    ("verbose", "how the person wants it told"),
    ("quiet", "how the person wants it told"),
    ("color", "how the person wants it told"),
    ("reveal", "how the person wants it told"),
    ("profile", "it is the profile"),
];

#[test]
fn every_key_is_the_long_name_of_a_flag_and_of_its_form() {
    let command = Cli::command();
    let stages =
        ["authn", "factor-verify", "session", "saml-fetch", "saml-roles", "assume", "export", "login"];
    let flags: Vec<_> = stages
        .iter()
        .flat_map(|stage| command.find_subcommand(stage).unwrap().get_arguments())
        .chain(command.get_arguments())
        .collect();
    for key in &KEYS {
        let mut found = 0;
        for flag in flags.iter().filter(|flag| flag.get_long() == Some(key.name)) {
            found += 1;
            let is_number = flag.get_value_parser().type_id() == TypeId::of::<u64>();
            let form = match flag.get_action() {
                ArgAction::SetTrue => "Switch",
                ArgAction::Append => "List",
                _ if is_number => "Number",
                _ => "Text",
            };
            assert!(format!("{:?}", key.form).starts_with(form), "{} is {form}", key.name);
        }
        assert!(found > 0, "there is no flag {}", key.name);
    }
    // configure can write each, and doctor tell of it.
    for name in ["configure", "doctor"] {
        let own: Vec<_> = command
            .find_subcommand(name)
            .unwrap()
            .get_arguments()
            .filter_map(|flag| flag.get_long())
            .collect();
        for key in KEYS.iter().filter(|key| !["ca-file", "timeout"].contains(&key.name)) {
            assert!(own.contains(&key.name), "{name} has no --{}", key.name);
        }
    }
    for flag in flags.iter().filter_map(|flag| flag.get_long()) {
        let without = NO_KEYS.iter().any(|(name, _)| *name == flag) || flag == "no-input";
        assert!(without != KEYS.iter().any(|key| key.name == flag), "{flag}");
    }
}

#[test]
fn numbers_have_the_limits_of_their_flags() {
    for key in &KEYS {
        let Form::Number(range) = &key.form else { continue };
        for (number, taken) in [(*range.start(), true), (*range.end(), true), (range.end() + 1, false)] {
            let stage = if key.name == "timeout" { "session" } else { "factor-verify" };
            let words =
                ["oktapipe", stage, &format!("--{}", key.name), &number.to_string()].map(str::to_owned);
            assert_eq!(<Cli as clap::Parser>::try_parse_from(&words).is_ok(), taken, "{words:?}");
        }
    }
}

#[test]
fn an_edit_changes_what_it_names_and_nothing_else() {
    let before =
        "# mine\n\n[profile.a] # first\norg = 'x'   # why\n# between\nrole = 'Dev'\n\n[profile.b]\norg='y'\n";
    let settings = [
        ("org", Some(Value::Text("z".into()))),
        ("role", None),
        ("factor", Some(Value::List(vec!["push".into(), "sms".into()]))),
        ("push-timeout", Some(Value::Number(9))),
        ("strict-duration", Some(Value::Switch(true))),
    ];
    let after = with_profile(before, "a", &settings).unwrap();
    assert_eq!(
        after,
        "# mine\n\n[profile.a] # first\norg = \"z\"   # why\nfactor = [\"push\", \"sms\"]\npush-timeout = 9\nstrict-duration = true\n\n[profile.b]\norg='y'\n"
    );
    let settings =
        [("inherit", Some(Value::Text("b".into()))), ("label", Some(Value::List(vec!["A".into()])))];
    let after = with_profile(before, "c/d", &settings).unwrap();
    assert_eq!(after, format!("{before}\n[profile.\"c/d\"]\ninherit = \"b\"\nlabel = \"A\"\n"));
    assert_eq!(with_profile("", "a", &settings[1..]).unwrap(), "[profile.a]\nlabel = \"A\"\n");
    let inline =
        with_profile("profile = {a = {org = 'x'}}\n", "a", &[("region", Some(Value::Text("eu".into())))]);
    assert_eq!(inline.unwrap(), "profile = {a = {org = 'x', region = \"eu\" }}\n");
}

#[test]
fn an_edit_never_writes_what_would_not_be_read() {
    for (text, name, key, value) in [
        ("[profile.a]\nnope = 1", "a", "org", "x"),
        ("", "a b", "org", "x"),
        ("", "a", "inherit", "a"),
        ("", "a", "region", "no region"),
        ("", "a", "password", "CANARY"),
    ] {
        let fault = with_profile(text, name, &[(key, Some(Value::Text(value.into())))]).unwrap_err();
        assert!(
            matches!(fault.error(Path::new("f")), Error::Failed(_))
                && !format!("{fault:?}").contains("CANARY")
        );
    }
}
