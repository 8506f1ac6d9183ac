use super::run;
use crate::cli::{Cli, Complete};
use clap::CommandFactory;
use std::ffi::OsString;
use std::fs;
use std::os::unix::ffi::OsStringExt;
use std::path::PathBuf;
use std::sync::atomic::{AtomicUsize, Ordering};

/// A home of a test's own, gone with it.
struct Home(PathBuf);

impl Home {
    fn new(config: &str) -> Home {
        static COUNT: AtomicUsize = AtomicUsize::new(0);
        let number = COUNT.fetch_add(1, Ordering::Relaxed);
        let path = std::env::temp_dir().join(format!("oktapipe-complete-{}-{number}", std::process::id()));
        fs::create_dir_all(path.join(".aws")).unwrap();
        fs::write(path.join(".aws/config"), config).unwrap();
        Home(path)
    }

    fn lines(&self, words: &[&str]) -> Vec<String> {
        self.raw(words.iter().map(OsString::from).collect(), &[])
    }

    fn raw(&self, words: Vec<OsString>, variables: &[(&str, &str)]) -> Vec<String> {
        let mut all = vec![(OsString::from("HOME"), self.0.clone().into_os_string())];
        all.extend(variables.iter().map(|(name, value)| (OsString::from(name), OsString::from(value))));
        let text = run(&Complete { words }, &all.into_iter().collect());
        text.lines().map(str::to_owned).collect()
    }
}

impl Drop for Home {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.0);
    }
}

const ROLES: &str = "[profile a]\nrole_arn = arn:aws:iam::111122223333:role/Dev\nregion = xx-test-1\n\
    [profile b]\nsso_account_id = 222233334444\nsso_role_name = Ops\n";

#[test]
fn words_that_are_no_command_line_give_nothing() {
    let home = Home::new("");
    for words in [&[][..], &["bash"], &["bash", "oktapipe"], &["bash", "oktapipe", "nope", "x"]] {
        assert_eq!(home.lines(words), [""; 0], "{words:?}");
    }
    let bytes = OsString::from_vec(vec![b'a', 0xff]);
    let words = vec!["zsh".into(), "oktapipe".into(), "assume".into(), "--role".into(), bytes];
    assert_eq!(home.raw(words, &[]), [""; 0]);
}

#[test]
fn every_shown_command_is_offered_and_no_hidden_one() {
    let offered = Home::new("").lines(&["bash", "oktapipe", ""]);
    for command in Cli::command().get_subcommands() {
        let name = command.get_name().to_owned();
        assert_eq!(offered.contains(&name), !command.is_hide_set(), "{name}");
    }
    assert_eq!(Home::new("").lines(&["bash", "oktapipe", "comp"]), ["completions"]);
    assert_eq!(Home::new("").lines(&["bash", "oktapipe", "complete"]), [""; 0]);
}

#[test]
fn roles_are_handles_names_or_arns_as_they_are_begun() {
    let home = Home::new(ROLES);
    let role = |typed: &str| home.lines(&["bash", "oktapipe", "assume", "--role", typed]);
    assert_eq!(role(""), ["111122223333/Dev", "222233334444/Ops"]);
    assert_eq!(role("2"), ["222233334444/Ops"]);
    assert_eq!(role("D"), ["Dev"]);
    assert_eq!(role("arn:"), ["arn:aws:iam::111122223333:role/Dev"]);
    assert_eq!(home.lines(&["bash", "oktapipe", "assume", "--role=2"]), ["--role=222233334444/Ops"]);
    assert_eq!(home.lines(&["bash", "/opt/oktapipe_role", "1"]), ["111122223333/Dev"]);
    assert!(home.lines(&["bash", "oktapipe_role", "Dev", "--on"]).contains(&"--on-error".to_owned()));
    let words = ["bash", "oktapipe", "assume", "--role", "3"].map(OsString::from).to_vec();
    assert_eq!(home.raw(words, &[("OKTAPIPE_ROLE", "333344445555/Now")]), ["333344445555/Now"]);
}

#[test]
fn regions_are_awss_and_the_configurations() {
    let home = Home::new(ROLES);
    let region = |typed: &str| home.lines(&["bash", "oktapipe", "export", "--region", typed]);
    assert_eq!(region("xx"), ["xx-test-1"]);
    assert_eq!(region("cn-"), ["cn-north-1", "cn-northwest-1"]);
    assert!(region("us-").contains(&"us-gov-west-1".to_owned()));
}

#[test]
fn factors_durations_and_labels_are_those_that_are_taken() {
    let home = Home::new("");
    assert_eq!(home.lines(&["bash", "oktapipe", "factor-verify", "--factor", "sm"]), ["sms", "sms:OKTA"]);
    assert_eq!(home.lines(&["bash", "oktapipe", "saml-roles", "--duration", "a"]), ["assertion"]);
    assert_eq!(home.lines(&["bash", "oktapipe", "export", "--label", "AWSU"]), ["AWSUME_PROFILE"]);
}

#[test]
fn the_duration_of_an_assertion_is_offered_where_there_is_one() {
    let home = Home::new("");
    let with_duration = |command: &&clap::Command| {
        command.get_arguments().any(|argument| argument.get_long() == Some("duration"))
    };
    let mut without = Vec::new();
    for command in Cli::command().get_subcommands().filter(with_duration) {
        let offered = home.lines(&["bash", "oktapipe", command.get_name(), "--duration", ""]);
        assert!(offered.contains(&"max".to_owned()) && offered.len() >= 7, "{offered:?}");
        if !offered.contains(&"assertion".to_owned()) {
            without.push(command.get_name().to_owned());
        }
    }
    assert_eq!(without, ["assume-role", "console"]);
}

#[test]
fn a_hostile_configuration_gives_no_candidate_that_is_no_name() {
    let hostile = "[a]\nrole_arn = arn:aws:iam::111122223333:role/$(id)\nregion = $(id)\nsso_account_id = 1\nsso_role_name = `id`\n\
        [b]\nsso_account_id = 111122223333\nsso_role_name = a';id;'\n[c\nregion = \u{1b}]0;x\u{7}\nrole_arn\n= x\n";
    let home = Home::new(hostile);
    assert_eq!(home.lines(&["zsh", "oktapipe", "assume", "--role", ""]), [""; 0]);
    for typed in ["$", "`", "\u{1b}", "'"] {
        assert_eq!(home.lines(&["zsh", "oktapipe", "assume", "--region", typed]), [""; 0], "{typed}");
        assert_eq!(home.lines(&["zsh", "oktapipe", "assume", "--role", typed]), [""; 0], "{typed}");
    }
}

#[test]
fn a_candidate_is_one_line_and_bash_gets_no_descriptions() {
    let home = Home::new(ROLES);
    let folder = home.0.join("files");
    fs::create_dir(&folder).unwrap();
    for name in ["two\nlines", "a\ttab", "plain"] {
        fs::write(folder.join(name), "").unwrap();
    }
    let typed = format!("{}/", folder.display());
    assert_eq!(home.lines(&["bash", "oktapipe", "authn", "--ca-file", &typed]), [format!("{typed}plain")]);
    let described = home.lines(&["fish", "oktapipe", "assume", "--role", "1"]);
    assert_eq!(described, ["111122223333/Dev\tarn:aws:iam::111122223333:role/Dev"]);
}
