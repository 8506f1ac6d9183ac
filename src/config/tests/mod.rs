//! What is read of a file of profiles. What the tests share stands here.

mod edit;
mod keys;
mod refused;

use super::{Config, LEVELS, LIMIT, PROFILES};
use crate::error::Kind;
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
fn a_blank_list_of_one_and_an_empty_one_unset_what_is_inherited() {
    for blank in ["''", "' '", "[]"] {
        let text = format!("[profile.a]\nfactor = 'push'\n[profile.b]\ninherit = 'a'\nfactor = {blank}");
        assert!(Config::parse(&text).unwrap().profile("b").unwrap().list("factor").is_empty(), "{blank}");
    }
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
