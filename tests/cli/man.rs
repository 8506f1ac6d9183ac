//! The manual against the program, both ways: pages, flags, exit codes, variables.

use crate::floors;
use crate::harness::{Case, World, has, has_all, terminal, terminals};
use clap::{Command, CommandFactory};
use oktapipe::cli::Cli;
use oktapipe::error::Kind;
use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

/// Variables that AWS's own library reads for us.
const READ_BY_AWS: [&str; 2] = ["AWS_PROFILE", "AWS_CONFIG_FILE"];

/// Variables that `export` writes and nobody reads.
const WRITTEN: [&str; 14] = [
    // What a TAB offers behind --label.
    "AWS_VAULT",
    "AWS_ACCESS_KEY_ID",
    "AWS_SECRET_ACCESS_KEY",
    "AWS_SESSION_TOKEN",
    "AWS_SECURITY_TOKEN",
    "AWS_CREDENTIAL_EXPIRATION",
    "AWS_SESSION_EXPIRATION",
    "AWS_DEFAULT_PROFILE",
    // The two that serve prints or sets for its command, and those that it keeps from it.
    "AWS_CONTAINER_CREDENTIALS_FULL_URI",
    "AWS_CONTAINER_AUTHORIZATION_TOKEN",
    "AWS_CONTAINER_CREDENTIALS_RELATIVE_URI",
    "AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE",
    "AWS_WEB_IDENTITY_TOKEN_FILE",
    "AWS_ROLE_ARN",
];

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("man")
}

fn page(name: &str) -> String {
    let path = folder().join(format!("{name}.1"));
    std::fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

/// The lines of a section.
fn section<'p>(page: &'p str, title: &str) -> Vec<&'p str> {
    let head = format!(".Sh {title}");
    let lines = page.lines().skip_while(|line| *line != head).skip(1);
    let lines: Vec<&str> = lines.take_while(|line| !line.starts_with(".Sh ")).collect();
    assert!(!lines.is_empty(), "no section {title}");
    lines
}

/// The flags that a page lists with `.It Fl`: `-u` and `--username`.
fn listed(page: &str) -> BTreeSet<String> {
    let items = page.lines().filter_map(|line| line.strip_prefix(".It Fl "));
    let flags = items.flat_map(|item| item.split(" , Fl "));
    flags.map(|flag| format!("-{}", flag.split(' ').next().unwrap())).collect()
}

/// The flags that clap takes, those that every command takes apart.
fn taken(command: &Command, global: bool) -> BTreeSet<String> {
    let flags = command.get_arguments().filter(|flag| flag.is_global_set() == global && !flag.is_hide_set());
    flags
        .flat_map(|flag| {
            let long = flag.get_long().map(|long| format!("--{long}"));
            flag.get_short().map(|short| format!("-{short}")).into_iter().chain(long)
        })
        .collect()
}

/// The commands that are in a list somewhere.
fn shown(command: &Command) -> impl Iterator<Item = &Command> {
    command.get_subcommands().filter(|command| !command.is_hide_set())
}

#[test]
fn every_command_has_a_page_and_every_page_a_command() {
    let command = Cli::command();
    let commands: BTreeSet<String> =
        shown(&command).map(|command| format!("oktapipe-{}.1", command.get_name())).collect();
    let mut pages: BTreeSet<String> = std::fs::read_dir(folder())
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .collect();
    let main = page("oktapipe");
    assert!(pages.remove("oktapipe.1"), "{pages:?}");
    for (name, section) in [("oktapipe-config", 5), ("oktapipe-json", 5), ("oktapipe-pipeline", 7)] {
        assert!(pages.remove(&format!("{name}.{section}")), "{pages:?}");
        assert!(main.contains(&format!(".Xr {name} {section}")), "oktapipe.1 does not lead to {name}");
    }
    assert_eq!(pages, commands);
    for name in commands {
        let name = name.strip_suffix(".1").unwrap();
        assert!(main.contains(&format!(".It Xr {name} 1")), "oktapipe.1 does not list {name}");
    }
}

#[test]
fn every_flag_is_on_its_page_and_every_flag_of_a_page_is_taken() {
    let command = Cli::command();
    for command in shown(&command) {
        let name = format!("oktapipe-{}", command.get_name());
        assert_eq!(listed(&page(&name)), taken(command, false), "{name}");
    }
    let mut common = taken(&command, true);
    common.extend(["-h", "--help", "-V", "--version"].map(str::to_owned));
    assert_eq!(listed(&page("oktapipe")), common);
}

#[test]
fn the_formats_and_defaults_that_clap_knows_are_on_the_page() {
    let command = Cli::command();
    for command in shown(&command) {
        let text = page(&format!("oktapipe-{}", command.get_name()));
        for flag in command.get_arguments().filter(|flag| !flag.is_global_set() && flag.get_long().is_some())
        {
            for value in flag.get_possible_values() {
                let takes_value = flag.get_action().takes_values();
                assert!(
                    !takes_value || text.contains(value.get_name()),
                    "{} {}",
                    command.get_name(),
                    value.get_name()
                );
            }
            for default in flag.get_default_values().iter().filter_map(|value| value.to_str()) {
                let takes_value = flag.get_action().takes_values();
                assert!(!takes_value || text.contains(default), "{} {default}", command.get_name());
            }
        }
    }
}

#[test]
fn every_key_of_a_profile_is_on_the_page_of_the_file_and_every_key_of_the_page_is_known() {
    let text = std::fs::read_to_string(folder().join("oktapipe-config.5")).unwrap();
    let told: BTreeSet<&str> = text.lines().filter_map(|line| line.strip_prefix(".It Ic ")).collect();
    let known: BTreeSet<&str> =
        oktapipe::config::KEYS.iter().map(|key| key.name).chain(["inherit"]).collect();
    assert_eq!(told, known);
}

#[test]
fn the_table_of_exit_codes_is_the_programs() {
    let text = page("oktapipe");
    let rows: Vec<(&str, u8)> = section(&text, "EXIT STATUS")
        .into_iter()
        .filter_map(|line| line.strip_prefix(".It Cm "))
        .map(|row| {
            let mut cells = row.split(" Ta ");
            (cells.next().unwrap(), cells.next().unwrap().parse().unwrap())
        })
        .collect();
    let kinds: Vec<(&str, u8)> = Kind::ALL.iter().map(|kind| (kind.name(), kind.exit_code())).collect();
    assert_eq!(rows, kinds);
}

#[test]
fn every_variable_that_is_read_is_in_the_manual_and_the_other_way_round() {
    let text = page("oktapipe");
    let told: BTreeSet<&str> = section(&text, "ENVIRONMENT")
        .into_iter()
        .filter_map(|line| line.strip_prefix(".It Ev "))
        .flat_map(|item| item.split(" , Ev "))
        .collect();
    let sources = floors::sources();
    let mut read = BTreeSet::new();
    // Those of other tools are on the page of import.
    for (_, text) in sources.iter().filter(|(file, _)| !file.starts_with("command/import/")) {
        for word in text.split('"').skip(1).step_by(2) {
            let is_name = !word.is_empty() && word.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'_');
            let is_variable = [
                "OKTA_",
                "AWS_",
                "GITHUB_",
                "SSL_CERT",
                "CLICOLOR",
                "OKTAPIPE_ASKPASS",
                "OKTAPIPE_CONFIG",
                "OKTAPIPE_PROFILE",
            ]
            .iter()
            .any(|prefix| word.starts_with(prefix))
                || ["MFA_CODE", "NO_COLOR", "TERM", "BROWSER", "WSL_DISTRO_NAME"].contains(&word)
                || word.to_ascii_lowercase().ends_with("_proxy");
            if is_name && is_variable && !WRITTEN.contains(&word) {
                read.insert(word);
            }
        }
    }
    read.extend(READ_BY_AWS);
    assert!(read.len() > 20, "{read:?}");
    assert_eq!(told, read);
}

#[test]
fn mandoc_finds_nothing_to_complain_about() {
    if !has("mandoc") {
        return;
    }
    let mut pages: Vec<String> = std::fs::read_dir(folder())
        .unwrap()
        .map(|entry| entry.unwrap().path().display().to_string())
        .collect();
    pages.sort();
    for page in pages {
        let outcome = Case::new("mandoc", &["-T", "lint", "-W", "warning", &page], &folder()).run();
        assert_eq!((outcome.status, outcome.stdout.as_str()), (Some(0), ""), "{outcome}");
    }
}

/// The program, run by itself; no sandbox is needed to read.
fn oktapipe(arguments: &[&str]) -> Case {
    Case::new(env!("CARGO_BIN_EXE_oktapipe"), arguments, &std::env::temp_dir())
}

#[test]
fn the_program_carries_every_page_as_it_is() {
    let listed = oktapipe(&["man", "--list"]).run().succeeds().stdout;
    let mut files: Vec<String> = std::fs::read_dir(folder())
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .collect();
    // As the program has them: by name, without the section.
    files.sort_by_key(|file| file.rsplit_once('.').unwrap().0.to_owned());
    assert_eq!(listed.lines().collect::<Vec<_>>(), files);
    for file in files {
        let outcome = oktapipe(&["man", &file]).run().succeeds();
        assert_eq!(outcome.stdout, std::fs::read_to_string(folder().join(&file)).unwrap(), "{file}");
    }
    assert_eq!(oktapipe(&["man"]).run().succeeds().stdout, page("oktapipe"));
    assert_eq!(oktapipe(&["man", "authn"]).run().succeeds().stdout, page("oktapipe-authn"));
}

#[test]
fn a_page_that_there_is_not_is_named_with_the_nearest_and_prints_nothing() {
    let outcome = oktapipe(&["man", "asume"]).run();
    assert_eq!(
        (outcome.status, outcome.stdout.as_str(), outcome.stderr.as_str()),
        (Some(2), "", "oktapipe man: there is no page asume; the nearest is assume\n"),
        "{outcome}"
    );
}

#[test]
fn what_man_prints_is_what_mandoc_and_man_read() {
    if !has_all(&["man", "mandoc"]) {
        return;
    }
    let world = World::new();
    let script = "oktapipe man authn | man -l - | grep -c OKTAPIPE-AUTHN && oktapipe man authn | mandoc -T html | grep -c OKTAPIPE-AUTHN";
    world.shell("sh", script).run().succeeds();
}

#[test]
fn on_a_terminal_a_page_is_shown_by_man_with_the_persons_pager() {
    if !terminals() || !has("man") {
        return;
    }
    let world = World::new();
    let ended = terminal(&world, "sh", "MANPAGER='sed s/^/PAGED:/' oktapipe man json").expect("PAGED:").run();
    assert!(ended.seen.contains("OKTAPIPE-JSON(5)") && !ended.seen.contains(".Dd "), "{ended:?}");
    assert_eq!(ended.status, Some(0), "{ended:?}");
}

/// A folder with programs that stand for those of other systems, as the whole PATH.
fn only(world: &World, programs: &[(&str, &str)]) {
    use std::os::unix::fs::{PermissionsExt, symlink};
    let folder = world.home.join("only");
    std::fs::create_dir(&folder).unwrap();
    symlink(env!("CARGO_BIN_EXE_oktapipe"), folder.join("oktapipe")).unwrap();
    for (name, script) in programs {
        let file = folder.join(name);
        std::fs::write(&file, format!("#!/bin/sh\n{script}\n")).unwrap();
        std::fs::set_permissions(&file, std::fs::Permissions::from_mode(0o755)).unwrap();
    }
}

#[test]
fn where_there_is_no_man_mandoc_shows_a_page_and_its_status_is_ours() {
    if !terminals() {
        return;
    }
    let world = World::new();
    only(&world, &[("mandoc", "read -r line; echo \"mandoc $*: $line${OKTA_PASSWORD+ CANARY}\"; exit 7")]);
    let script = "OKTA_PASSWORD=x PATH=only oktapipe man json";
    let ended = terminal(&world, "sh", script).expect("mandoc -a: .Dd ").run();
    assert_eq!(ended.status, Some(7), "{ended:?}");
}

#[test]
fn where_neither_is_installed_a_terminal_gets_the_source_and_a_note() {
    if !terminals() {
        return;
    }
    let world = World::new();
    only(&world, &[]);
    let ended = terminal(&world, "sh", "PATH=only oktapipe man json").expect(".Dt OKTAPIPE-JSON 5").run();
    assert!(
        ended.seen.starts_with("oktapipe man: warning: neither man nor mandoc is installed"),
        "{ended:?}"
    );
    assert_eq!(ended.status, Some(0), "{ended:?}");
}

/// less stays at Ctrl-C; if we did not, the shell would come back and both would read the same keys.
#[test]
fn ctrl_c_belongs_to_the_pager() {
    if !terminals() {
        return;
    }
    let world = World::new();
    let pager = "trap '' INT; while read -r line; do :; done; echo shown; read -r line </dev/tty; echo \"got $line\"; exit 3";
    only(&world, &[("man", pager)]);
    let ended = terminal(&world, "sh", "PATH=only; exec oktapipe man json")
        .expect("shown")
        .key("C-c")
        .step("sleep", "0.2")
        .step("type", "q\\n")
        .expect("got q")
        .run();
    assert_eq!((ended.status, ended.signal), (Some(3), None), "{ended:?}");
}
