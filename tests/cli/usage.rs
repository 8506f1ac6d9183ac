//! What is typed wrongly: the line says what to type instead, and never repeats a word that may be a password.

use crate::harness::World;

#[test]
fn a_misspelt_command_or_flag_is_told_with_the_nearest() {
    let world = World::new();
    for (words, told) in [
        (&["logn"][..], "oktapipe: there is no such command; the nearest is login; see oktapipe --help"),
        (&["whomai"], "the nearest is whoami; "),
        // The hidden one is for shells.
        (&["complet"], "the nearest is completions; "),
        (
            &["login", "--pasword-command", "x"],
            "there is no flag --pasword-command; the nearest is --password-command; ",
        ),
        (&["to-profile", "--nam", "x"], "the nearest is --name; see oktapipe to-profile --help"),
        (&["zzzzzz"], "oktapipe: there is no such command; see oktapipe --help"),
    ] {
        let outcome = world.oktapipe(words).run();
        assert!(outcome.stderr.contains(told) && outcome.stderr.lines().count() == 1, "{outcome}");
        assert_eq!(outcome.status, Some(2), "{outcome}");
        assert_eq!(outcome.json()["_oktapipe"]["error"]["kind"], "usage", "{outcome}");
    }
}

#[test]
fn no_command_and_a_word_too_many_are_told_without_a_list_or_the_word() {
    let world = World::new();
    let outcome = world.oktapipe(&[]).run();
    assert_eq!(outcome.stderr, "oktapipe: no command is given; see oktapipe --help\n");
    let outcome = world.oktapipe(&["login", "dev", "hunter2"]).run();
    assert!(
        outcome.stderr.contains("there is an argument too many") && !outcome.stderr.contains("hunter2"),
        "{outcome}"
    );
    outcome.fails(2, "usage");
}

#[test]
fn help_says_what_a_flag_means_to_this_command() {
    let world = World::new();
    let help = |command: &str| {
        let text = world.oktapipe(&[command, "--help"]).run().succeeds().stdout;
        text.split_whitespace().collect::<Vec<_>>().join(" ")
    };
    for command in ["credential-process", "serve"] {
        assert!(help(command).contains("to be answered, at most 50 [default: 50]"), "{command}");
    }
    assert!(help("login").contains("to be answered [default: 300]"));
    // configure writes what it is told, and not what a variable says now.
    assert!(!help("configure").contains("OKTA_ORG") && !help("configure").contains("[env: AWS_REGION"));
    assert!(help("doctor").contains("[env: OKTA_ORG]"));
}

#[test]
fn where_there_is_no_assertion_none_is_offered_for_the_duration() {
    let world = World::new();
    let document = world.document_after("ada@acme.example", "assume");
    let role = "--role=arn:aws:iam::444455556666:role/chain/Deployer";
    for words in [&["console", "--duration", "13h"][..], &["assume-role", role, "--duration", "13h"]] {
        let outcome = world.oktapipe(words).stdin(&document).run();
        assert!(outcome.stderr.ends_with("give 15m to 12h, 900 to 43200 seconds, or max\n"), "{outcome}");
        outcome.fails(2, "usage");
    }
}

#[test]
fn a_region_of_another_partition_is_told_to_count_for_nothing_in_the_console() {
    let world = World::new();
    let document = world.document_after("china@acme.example", "assume");
    let outcome = world.oktapipe(&["console", "--url"]).stdin(&document).run();
    assert_eq!(outcome.status, Some(0), "{outcome}");
    assert!(
        outcome.stderr.contains("warning: region us-east-1 is not in aws-cn; it does not count"),
        "{outcome}"
    );
    assert!(!outcome.stdout.contains("us-east-1"), "{outcome}");
}
