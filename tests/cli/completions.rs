//! TAB in real shells: what is on the line afterwards, seen by the command that is run with it.

use crate::harness::{World, has, has_all, terminal, terminals};
use std::fs;
use std::os::unix::fs::PermissionsExt;

const ROLES: &str = "arn:aws:iam::111122223333:role/Dev,arn:aws:iam::111122223333:saml-provider/okta\n\
    arn:aws:iam::222233334444:role/team/Adm,arn:aws:iam::222233334444:saml-provider/okta\n";

/// Names that would run something if they were put on the line as they are.
const CONFIG: &str = "[profile a]\nregion = xx-test-1\n[profile b]\nrole_arn = arn:aws:iam::333344445555:role/$(touch pwned)\n\
    region = $(touch pwned)\nsso_account_id = 444455556666\nsso_role_name = ';touch pwned;'\n";

/// A home with remembered roles, a hostile configuration and files of hostile names.
fn world() -> World {
    let world = World::new();
    let cache = world.home.join(".cache/oktapipe");
    fs::create_dir_all(&cache).unwrap();
    fs::set_permissions(&cache, fs::Permissions::from_mode(0o700)).unwrap();
    fs::write(cache.join("roles"), ROLES).unwrap();
    fs::create_dir_all(world.home.join(".aws")).unwrap();
    fs::write(world.home.join(".aws/config"), CONFIG).unwrap();
    for name in ["it's", "do$HOME", "ev$(touch pwned) x", "tick`touch pwned`"] {
        fs::write(world.home.join(name), "").unwrap();
    }
    world
}

fn script(world: &World, shell: &str) -> String {
    let outcome = world.oktapipe(&["completions", shell]).run();
    assert_eq!(outcome.status, Some(0));
    outcome.stdout
}

/// What is typed before TAB, and the words that are on the line after it.
const CASES: [(&str, &[&str]); 17] = [
    (
        "oktapipe assume --role arn:aws:iam::2",
        &["assume", "--role", "arn:aws:iam::222233334444:role/team/Adm"],
    ),
    ("oktapipe assume --role=arn:aws:iam::2", &["assume", "--role=arn:aws:iam::222233334444:role/team/Adm"]),
    ("oktapipe assume --role 2", &["assume", "--role", "222233334444/team/Adm"]),
    ("oktapipe assume --role=2", &["assume", "--role=222233334444/team/Adm"]),
    ("oktapipe assume --role '2", &["assume", "--role", "222233334444/team/Adm"]),
    (
        "oktapipe assume --role \"arn:aws:iam::2",
        &["assume", "--role", "arn:aws:iam::222233334444:role/team/Adm"],
    ),
    (
        "oktapipe assume --role 'arn:aws:iam::2",
        &["assume", "--role", "arn:aws:iam::222233334444:role/team/Adm"],
    ),
    ("oktapipe assume --region xx", &["assume", "--region", "xx-test-1"]),
    ("oktapipe comp", &["completions"]),
    ("oktapipe saml-roles --skel", &["saml-roles", "--skeleton"]),
    ("oktapipe export --format git", &["export", "--format", "github"]),
    ("oktapipe export --format=git", &["export", "--format=github"]),
    ("oktapipe authn --ca-file it", &["authn", "--ca-file", "it's"]),
    ("oktapipe authn --ca-file do", &["authn", "--ca-file", "do$HOME"]),
    ("oktapipe authn --ca-file ev", &["authn", "--ca-file", "ev$(touch pwned) x"]),
    ("oktapipe authn --ca-file \"tick", &["authn", "--ca-file", "tick`touch pwned`"]),
    ("oktapipe assume --role zz", &["assume", "--role", "zz"]),
];

/// Types each case in one shell, puts `show` before it once TAB has done its work, and reads what `show` was given.
#[track_caller]
fn completes(world: &World, shell: &'static str, setup: &str) {
    let setup =
        format!("{setup}; n=0; show() {{ n=$((n+1)); printf '<%s>' \"$@\"; echo \" done:$n\"; }}; show");
    let mut typing = terminal(world, shell, &setup).flag("interactive").expect("done:1");
    let mut wanted = Vec::new();
    for (place, (typed, words)) in CASES.iter().enumerate() {
        let number = place + 2;
        typing = typing.step("type", &format!("{typed}\\t")).step("sleep", "0.3");
        // A word that no candidate went on with keeps its open quote, if it has one: none of these does.
        typing = typing.key("C-a").step("type", "show \\n").expect(&format!("done:{number}"));
        wanted.push(format!("<oktapipe><{}> done:{number}", words.join("><")));
    }
    let (role, number) = ("oktapipe_role 2", CASES.len() + 2);
    typing = typing.step("type", &format!("{role}\\t")).step("sleep", "0.3");
    typing = typing.key("C-a").step("type", "show \\n").expect(&format!("done:{number}"));
    wanted.push(format!("<oktapipe_role><222233334444/team/Adm> done:{number}"));
    // The cursor stands in the middle: what is behind it stays.
    let number = number + 1;
    typing =
        typing.step("type", "oktapipe assume --role 2 --quiet\\x02\\x02\\x02\\x02\\x02\\x02\\x02\\x02\\t");
    typing =
        typing.step("sleep", "0.3").key("C-a").step("type", "show \\n").expect(&format!("done:{number}"));
    wanted.push(format!("<oktapipe><assume><--role><222233334444/team/Adm><--quiet> done:{number}"));
    let ended = typing.run();
    for line in wanted {
        assert!(ended.seen.contains(&line), "{shell}, {setup}: no {line} in\n{}", ended.seen);
    }
    assert!(!world.home.join("pwned").exists(), "{shell}: a name was run");
}

#[test]
fn bash_completes_arns_open_quotes_and_hostile_names_sourced_without_bash_completion() {
    if !terminals() || !has("bash") {
        return;
    }
    completes(&world(), "bash", "eval \"$(oktapipe completions bash)\"");
}

#[test]
fn bash_completes_from_the_first_tab_where_bash_completion_loads_the_script() {
    if !terminals() || !has("bash") {
        return;
    }
    let library = "/usr/share/bash-completion/bash_completion";
    if !std::path::Path::new(library).exists() {
        assert!(std::env::var_os("CI").is_none(), "bash-completion is not installed");
        eprintln!("skipped: bash-completion is not installed");
        return;
    }
    let world = world();
    let folder = world.home.join(".local/share/bash-completion/completions");
    fs::create_dir_all(&folder).unwrap();
    fs::write(folder.join("oktapipe"), script(&world, "bash")).unwrap();
    completes(&world, "bash", &format!(". {library}"));
}

#[test]
fn zsh_completes_sourced() {
    if !terminals() || !has("zsh") {
        return;
    }
    completes(
        &world(),
        "zsh",
        "unsetopt beep; autoload -Uz compinit; compinit -u -D; source <(oktapipe completions zsh)",
    );
}

#[test]
fn zsh_completes_from_the_first_tab_where_fpath_has_the_script() {
    if !terminals() || !has("zsh") {
        return;
    }
    let world = world();
    let folder = world.home.join("functions");
    fs::create_dir(&folder).unwrap();
    fs::write(folder.join("_oktapipe"), script(&world, "zsh")).unwrap();
    completes(
        &world,
        "zsh",
        "unsetopt beep; fpath=(~/functions $fpath); autoload -Uz compinit; compinit -u -D",
    );
}

/// Names of roles are longer than those of commands, and differ at their ends.
#[test]
fn zsh_lists_roles_that_begin_alike_whole_with_their_arns_below_each_other() {
    if !terminals() || !has("zsh") {
        return;
    }
    let world = world();
    let roles = ["ReadOnlyAccess", "ReadOther"]
        .map(|name| format!("role_arn = arn:aws:iam::111122223333:role/{name}\n"));
    fs::write(world.home.join(".aws/config"), format!("[profile a]\n{}[profile b]\n{}", roles[0], roles[1]))
        .unwrap();
    let setup = "unsetopt beep; autoload -Uz compinit; compinit -u -D; source <(oktapipe completions zsh)";
    let ended = terminal(&world, "zsh", setup)
        .flag("interactive")
        .step("env", "TERM=xterm")
        .step("size", "24x120")
        .step("type", "oktapipe assume --role 111122223333/Rea\\t\\t")
        .expect("111122223333/ReadOnlyAccess  arn:aws:iam::111122223333:role/ReadOnlyAccess")
        .expect("111122223333/ReadOther       arn:aws:iam::111122223333:role/ReadOther")
        // No Ctrl-C: zsh forgets one that comes while it draws the list.
        .key("C-g")
        .expect("ready$ ")
        .run();
    assert_eq!(ended.status, Some(0), "{ended:?}");
}

#[test]
fn fish_offers_what_fits_also_within_quotes() {
    if !has("fish") {
        return;
    }
    let world = world();
    for (typed, first) in [
        ("oktapipe assume --role arn:aws:iam::2", "arn:aws:iam::222233334444:role/team/Adm"),
        ("oktapipe assume --role=2", "--role=222233334444/team/Adm"),
        ("oktapipe assume --role '2", "222233334444/team/Adm"),
        ("oktapipe assume --role \"2", "222233334444/team/Adm"),
        ("A=1 oktapipe comp", "completions"),
        ("true | oktapipe comp", "completions"),
        ("oktapipe_role 2", "222233334444/team/Adm"),
        ("oktapipe authn --ca-file ev", "ev$(touch pwned) x"),
        ("oktapipe assume --role zz", ""),
        ("oktapipe assume --region '$(touch pwned)", ""),
    ] {
        let script = "oktapipe completions fish | source; complete -C $LINE";
        let outcome = world.shell("fish", script).env("LINE", typed).run();
        let mut offered = outcome.stdout.lines().map(|line| line.split('\t').next().unwrap());
        assert_eq!(offered.next().unwrap_or(""), first, "{typed}: {}", outcome.stderr);
        assert_eq!(offered.next(), None, "{typed}");
    }
    assert!(!world.home.join("pwned").exists());
}

#[test]
fn nushells_own_completer_stays_and_candidates_are_quoted() {
    if !has_all(&["nu"]) {
        return;
    }
    let world = world();
    fs::write(world.home.join("o.nu"), script(&world, "nushell")).unwrap();
    let asked = "[[oktapipe assume --role '2'] [oktapipe assume --role \"'arn:aws:iam::2\"] [oktapipe comp] [oktapipe authn --ca-file it] \
        [oktapipe authn --ca-file ev] [git x]]";
    let script = format!(
        "$env.config.completions.external.completer = {{|spans| [{{value: $'mine ($spans | last)'}}] }}\nsource o.nu\n\
         for spans in {asked} {{ print ...(do $env.config.completions.external.completer $spans | get value) }}"
    );
    let outcome = world.shell("nu", &script).run();
    let wanted = [
        "222233334444/team/Adm",
        "arn:aws:iam::222233334444:role/team/Adm",
        "completions",
        "\"it's\"",
        "\"ev$(touch pwned) x\"",
        "mine x",
    ];
    assert_eq!(outcome.stdout.lines().collect::<Vec<_>>(), wanted, "{}", outcome.stderr);
}

#[test]
fn elvish_completes_at_its_prompt() {
    if !terminals() || !has("elvish") {
        return;
    }
    let world = world();
    let ended = terminal(&world, "sh", "elvish -norc")
        .step("env", "TERM=xterm")
        .step("size", "24x120")
        .step("sleep", "1")
        .step("type", "eval (oktapipe completions elvish | slurp); echo rea''dy\\r")
        .expect("ready")
        .step("sleep", "0.5")
        .step("type", "\\x15oktapipe assume --role arn:aws:iam::2\\t")
        .expect("22233334444:role/team/Adm")
        .step("type", "\\x15oktapipe comp\\t")
        .expect("letions")
        .step("type", "\\x15exit\\r")
        .run();
    assert_eq!(ended.status, Some(0), "{ended:?}");
}

#[test]
fn what_answers_a_tab_is_in_no_list_and_has_no_failure() {
    let world = world();
    assert!(!world.oktapipe(&["--help"]).run().stdout.contains("complete "));
    for arguments in [
        &["complete"][..],
        &["complete", "bash"],
        &["complete", "--nope"],
        &["complete", "bash", "x", "-", "--"],
    ] {
        let outcome = world.oktapipe(arguments).run();
        assert_eq!((outcome.status, outcome.stderr.as_str()), (Some(0), ""), "{arguments:?}");
    }
    let script = script(&world, "powershell");
    assert!(
        script.contains("'saml-roles'")
            && !script.contains("'complete'")
            && !script.contains("Invoke-Expression")
    );
}

#[test]
fn remembered_roles_are_completed_and_a_file_that_cannot_be_written_is_a_warning() {
    let world = World::new();
    let assertion = world.sandbox.assertion("ada@acme.example").unwrap();
    let plain = world.oktapipe(&["saml-roles"]).stdin(&assertion).run();
    assert!(!world.home.join(".cache").exists());
    let outcome = world.oktapipe(&["saml-roles", "--remember"]).stdin(&assertion).run();
    assert_eq!((outcome.status, outcome.stderr.as_str()), (Some(0), ""));
    assert_eq!(outcome.stdout, plain.stdout);
    let offered = world.oktapipe(&["complete", "bash", "oktapipe", "assume", "--role", "1111"]).run();
    assert!(offered.stdout.contains("111122223333/Dev\n"), "{}", offered.stdout);
    let kept = fs::read_to_string(world.home.join(".cache/oktapipe/roles")).unwrap();
    assert!(kept.lines().all(|line| line.starts_with("arn:aws:iam::")), "{kept}");

    let refused =
        world.oktapipe(&["saml-roles", "--remember"]).env("XDG_CACHE_HOME", "/proc").stdin(&assertion).run();
    assert_eq!((refused.status, &refused.stdout), (Some(0), &plain.stdout));
    assert!(refused.stderr.contains("the roles are not remembered: "), "{}", refused.stderr);
    assert_eq!(refused.stderr.lines().count(), 1);
}
