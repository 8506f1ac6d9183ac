//! shellcheck reads every example.

use super::{Example, blocks, examples};
use crate::harness::{Case, World, has};
use std::fs;

/// The optional checks that are left out: two would only make an example longer to read, and the third takes each variable that is
/// set outside of it for a mistake.
const LEFT_OUT: [&str; 3] =
    ["require-variable-braces", "require-double-brackets", "check-unassigned-uppercase"];

/// What does not hold for examples, by number, and why.
const EXCLUDED: [(&str, &str); 4] = [
    ("SC1090", "where the file that is sourced lies depends on the reader"),
    ("SC1091", "the file that is sourced is the reader's, or ours and linted by itself"),
    ("SC2016", "a --passcode-command is a word of code, which the sh that runs it expands"),
    (
        "SC2312",
        "the status of a command in $( ) is no loss: export prints a statement that fails, and a stage tells of an empty input",
    ),
];

/// The names of shellcheck's optional checks, but those that are left out.
fn enabled(world: &World) -> String {
    let listed = Case::new("shellcheck", &["--list-optional"], &world.home).run().succeeds().stdout;
    let names: Vec<&str> =
        listed.lines().filter_map(|line| line.strip_prefix("name:")).map(str::trim).collect();
    assert!(LEFT_OUT.iter().all(|name| names.contains(name)), "{listed}");
    names.into_iter().filter(|name| !LEFT_OUT.contains(name)).collect::<Vec<_>>().join(",")
}

/// What shellcheck says about these examples, each a script of `shell`: `PLACE:LINE:COLUMN: ...`, where LINE 2 is the first of the example.
fn complaints(world: &World, shell: &str, excluded: &str, examples: &[&Example]) -> String {
    let folder = world.home.join(shell);
    fs::create_dir_all(&folder).unwrap();
    let enable = format!("--enable={}", enabled(world));
    let mut arguments = vec![enable.as_str(), "--format=gcc", "--color=never", excluded];
    for example in examples {
        let script = format!("#!/usr/bin/env {shell}\n{}", example.script);
        fs::write(folder.join(&example.place), script).unwrap();
        arguments.push(&example.place);
    }
    let outcome = Case::new("shellcheck", &arguments, &folder).run();
    assert!(matches!(outcome.status, Some(0 | 1)), "{outcome}");
    outcome.stdout
}

/// An example that dash runs is sh, whatever else runs it; the others are bash.
fn of_each_shell(all: &[Example]) -> [(&'static str, Vec<&Example>); 2] {
    let (bash, sh) = all.iter().partition(|example| example.says("bash"));
    [("sh", sh), ("bash", bash)]
}

#[test]
fn shellcheck_finds_nothing_to_complain_about() {
    if !has("shellcheck") {
        return;
    }
    let world = World::new();
    let excluded = EXCLUDED.map(|(number, _)| number).join(",");
    let all = examples(blocks::all());
    for (shell, examples) in of_each_shell(&all) {
        assert!(!examples.is_empty(), "{shell}");
        let said = complaints(&world, shell, &format!("--exclude={excluded}"), &examples);
        assert!(said.is_empty(), "{said}");
    }
}

/// An exclusion that no example needs any more would only hide a mistake.
#[test]
fn what_shellcheck_is_told_to_leave_out_is_there() {
    if !has("shellcheck") {
        return;
    }
    let world = World::new();
    let all = examples(blocks::all());
    let said =
        of_each_shell(&all).map(|(shell, examples)| complaints(&world, shell, "--norc", &examples)).concat();
    for (number, reason) in EXCLUDED {
        assert!(said.contains(&format!("[{number}]")), "{number} ({reason}): {said}");
    }
}
