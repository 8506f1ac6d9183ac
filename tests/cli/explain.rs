//! `explain`: each stage's commands in the place of the stage, in real bash, with the real curl, jq, sed, recode, base64, xq and aws; and
//! what everybody can read meanwhile, the argument lists.

use crate::harness::{self, CANARY, Case, Outcome, World, has};
use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;

const LOGIN: &str = "grace@acme.example";
const ARN: &str = "arn:aws:sts::111122223333:assumed-role/Dev/grace@acme.example";
const PIPE: [&str; 7] = ["authn", "factor-verify", "session", "saml-fetch", "saml-roles", "assume", "export"];
const TOOLS: [&str; 8] = ["curl", "jq", "sed", "recode", "base64", "xq", "aws", "cat"];

fn tools() -> bool {
    // All are looked for, so that all that are missing are named.
    TOOLS.iter().chain(&["bash"]).filter(|tool| !has(tool)).count() == 0
}

fn explained(world: &World, arguments: &[&str]) -> String {
    world.oktapipe(&[&["explain"], arguments].concat()).run().succeeds().stdout
}

/// A person in bash, with a code if they have an authenticator app; `explained STAGE` runs what `explain STAGE` printed. Each tool
/// notes its arguments in a file before it runs.
fn person(world: &World, login: &str, script: &str) -> Case {
    let folder = world.home.join("bin");
    fs::create_dir_all(&folder).unwrap();
    let log = world.home.join("argv");
    for tool in TOOLS {
        let paths = harness::path();
        let real =
            std::env::split_paths(&paths).map(|path| path.join(tool)).find(|path| path.is_file()).unwrap();
        let text = format!(
            "#!/bin/sh\nprintf '%s\\n' {tool} \"$@\" >> '{}'\nexec '{}' \"$@\"\n",
            log.display(),
            real.display()
        );
        executable(&folder.join(tool), &text);
    }
    let own = Path::new(env!("CARGO_BIN_EXE_oktapipe")).parent().unwrap();
    let path = format!("{}:{}:{}", folder.display(), own.display(), std::env::var("PATH").unwrap());
    let script = format!(
        "set -o pipefail\nexplained() {{ oktapipe explain \"$@\" > \"$HOME/$1.sh\" && bash \"$HOME/$1.sh\"; }}\n{script}"
    );
    let mut case = world
        .shell("bash", &script)
        .env("PATH", &path)
        .env("OKTA_USERNAME", login)
        .env("OKTA_PASSWORD", world.password(login));
    if let Some(code) = world.sandbox.totp(login, "GOOGLE") {
        case = case.env("MFA_CODE", &code);
        fs::write(world.home.join("code"), code).unwrap();
    }
    case
}

fn executable(path: &Path, text: &str) {
    fs::write(path, text).unwrap();
    fs::set_permissions(path, fs::Permissions::from_mode(0o755)).unwrap();
}

/// No password, token, cookie or key was an argument of any tool, nor the code, nor the assertion (base64 hides its canaries).
#[track_caller]
fn no_secret_in_arguments(world: &World, at_least: &[&str]) {
    let log = fs::read_to_string(world.home.join("argv")).unwrap();
    for tool in at_least {
        assert!(log.lines().any(|line| line == *tool), "{tool} did not run:\n{log}");
    }
    assert!(!log.contains(CANARY), "{log}");
    assert!(!log.contains("PD94bWwg") && log.lines().all(|line| line.len() < 1000), "an assertion:\n{log}");
    if let Ok(code) = fs::read_to_string(world.home.join("code")) {
        assert!(!log.lines().any(|line| line.contains(&code)), "the code:\n{log}");
    }
}

#[track_caller]
fn is_grace(outcome: &Outcome, what: &str) {
    assert!(outcome.status == Some(0) && outcome.stderr.is_empty(), "{what}: {outcome}");
    assert!(outcome.stdout.contains(ARN), "{what}: {outcome}");
}

/// The pipe of seven with some steps explained, and whom its variables belong to.
#[track_caller]
fn swapped(is_explained: impl Fn(usize) -> bool) -> World {
    let world = World::new();
    let step = |(at, stage): (usize, &&str)| match (is_explained(at), *stage) {
        (true, stage) => format!("explained {stage}"),
        (false, "saml-roles") => "oktapipe saml-roles --first".to_owned(),
        (false, stage) => format!("oktapipe {stage}"),
    };
    let pipe = PIPE.iter().enumerate().map(step).collect::<Vec<_>>().join(" | ");
    let script =
        format!("creds=$({pipe}) || exit\neval \"$creds\"\naws sts get-caller-identity --output json");
    is_grace(&person(&world, LOGIN, &script).run(), &pipe);
    world
}

#[test]
fn each_explained_stage_stands_in_the_place_of_ours_without_a_secret_in_argv() {
    if !tools() {
        return;
    }
    let uses: [&[&str]; 7] = [
        &["jq", "curl"],
        &["jq", "curl"],
        &["jq", "curl"],
        &["jq", "curl", "sed", "recode"],
        &["jq", "base64", "xq"],
        &["jq", "aws"],
        &["jq"],
    ];
    for (at, uses) in uses.into_iter().enumerate() {
        no_secret_in_arguments(&swapped(|other| other == at), uses);
    }
}

#[test]
fn all_explained_stages_make_a_pipe_without_ours() {
    if tools() {
        no_secret_in_arguments(&swapped(|_| true), &TOOLS);
    }
}

#[test]
fn the_log_of_arguments_would_show_a_password() {
    if !tools() {
        return;
    }
    let world = World::new();
    // As the guides have it, and harmless: nothing listens there.
    let script = "curl -s -d \"{\\\"password\\\":\\\"${OKTA_PASSWORD}\\\"}\" https://localhost:1/";
    assert_eq!(person(&world, LOGIN, script).run().status, Some(7));
    assert!(fs::read_to_string(world.home.join("argv")).unwrap().contains(world.password(LOGIN)));
}

#[test]
fn explained_caller_identity_asks_about_the_keys_on_its_stdin_and_no_others() {
    if !tools() {
        return;
    }
    let world = World::new();
    let credentials = world.document_after(LOGIN, "assume");
    let outcome = person(&world, LOGIN, "explained caller-identity").stdin(&credentials).run();
    is_grace(&outcome, "caller-identity");
    no_secret_in_arguments(&world, &["jq", "aws"]);
    // Old keys lie in wait; without input nobody's identity is printed.
    fs::create_dir_all(world.home.join(".aws")).unwrap();
    fs::write(
        world.home.join(".aws/credentials"),
        "[default]\naws_access_key_id = AKIAOLDOLDOLDOLDOLDO\naws_secret_access_key = old\n",
    )
    .unwrap();
    for stdin in ["", "{}", "{\"_oktapipe\":{\"v\":1,\"error\":{\"exit_code\":77}}}"] {
        let outcome = person(&world, LOGIN, "explained caller-identity").stdin(stdin).run();
        assert!(outcome.status != Some(0) && outcome.stdout.is_empty(), "{outcome}");
    }
}

#[test]
fn explained_assume_role_takes_the_role_with_the_keys_on_its_stdin() {
    if !tools() {
        return;
    }
    let world = World::new();
    let credentials = world.document_after(LOGIN, "assume");
    let role = "arn:aws:iam::444455556666:role/chain/Deployer";
    let script = "explained assume-role | oktapipe caller-identity";
    let outcome = person(&world, LOGIN, script).env("ROLE_ARN", role).stdin(&credentials).run().succeeds();
    assert_eq!(outcome.json()["Arn"], format!("arn:aws:sts::444455556666:assumed-role/Deployer/{LOGIN}"));
    no_secret_in_arguments(&world, &["jq", "aws"]);
    for stdin in ["", "{}", "{\"_oktapipe\":{\"v\":1,\"error\":{\"exit_code\":77}}}"] {
        let outcome = person(&world, LOGIN, "explained assume-role").env("ROLE_ARN", role).stdin(stdin).run();
        assert!(outcome.status != Some(0) && outcome.stdout.is_empty(), "{outcome}");
    }
}

#[test]
fn explained_console_makes_the_address_without_a_secret_in_argv() {
    if !tools() {
        return;
    }
    let world = World::new();
    let credentials = world.document_after(LOGIN, "assume");
    let outcome = person(&world, LOGIN, "explained console").stdin(&credentials).run().succeeds();
    let url = outcome.json()["SigninUrl"].as_str().unwrap().to_owned();
    let opened = Case::new("curl", &["-sS", "-o", "/dev/null", "-w", "%{http_code}", "-K", "-"], &world.home);
    let opened = world.sandbox.environment().iter().fold(opened, |case, (name, value)| case.env(name, value));
    assert_eq!(opened.stdin(format!("url = \"{url}\"")).run().stdout, "302");
    no_secret_in_arguments(&world, &["jq", "curl"]);
    for stdin in ["", "{}", "{\"_oktapipe\":{\"v\":1,\"error\":{\"exit_code\":77}}}"] {
        let outcome = person(&world, LOGIN, "explained console").stdin(stdin).run();
        assert!(outcome.status != Some(0) && outcome.stdout.is_empty(), "{outcome}");
    }
}

#[test]
fn the_whole_recipe_signs_people_in() {
    if !tools() {
        return;
    }
    // With a code; with one role only; with a password full of what shells and JSON quote; in China.
    for (login, role) in [
        (LOGIN, "arn:aws:sts::111122223333:assumed-role/Dev"),
        ("solo@acme.example", "arn:aws:sts::111122223333:assumed-role/Dev"),
        ("quote@acme.example", "arn:aws:sts::111122223333:assumed-role/Dev"),
        ("china@acme.example", "arn:aws-cn:sts::777788889999:assumed-role/Dev"),
    ] {
        let world = World::new();
        let script = "oktapipe explain > recipe.sh\ncreds=$(bash recipe.sh) || exit\neval \"$creds\"\n\
            aws sts get-caller-identity --output json";
        let outcome = person(&world, login, script).run();
        assert!(
            outcome.status == Some(0) && outcome.stdout.contains(&format!("{role}/{login}")),
            "{outcome}"
        );
        no_secret_in_arguments(&world, &TOOLS);
        assert!(world.sandbox.unspent_session_tokens().is_empty());
    }
}

#[test]
fn the_whole_recipe_fails_where_a_step_fails_and_prints_nothing_to_evaluate() {
    if !tools() {
        return;
    }
    for login in
        ["locked@acme.example", "hidden@acme.example", "unassigned@acme.example", "noroles@acme.example"]
    {
        let world = World::new();
        let outcome = person(&world, login, "oktapipe explain > recipe.sh; bash recipe.sh").run();
        assert!(outcome.status != Some(0) && outcome.stdout.is_empty(), "{login}: {outcome}");
    }
}

#[test]
fn every_explained_stage_fails_without_input() {
    if !tools() {
        return;
    }
    let world = World::new();
    for stage in &PIPE[1..] {
        let outcome = person(&world, LOGIN, &format!("explained {stage}")).stdin("").run();
        assert!(outcome.status != Some(0) && !outcome.stdout.contains("export"), "{stage}: {outcome}");
    }
}

#[test]
fn shellcheck_finds_nothing_in_what_explain_prints() {
    if !has("shellcheck") {
        return;
    }
    let world = World::new();
    let stages = PIPE
        .iter()
        .chain(&["to-profile", "caller-identity", "assume-role", "console"])
        .map(|stage| vec![*stage]);
    for arguments in stages.chain([vec![]]) {
        let text = explained(&world, &arguments);
        // All that is optional but what would only make them longer to read, and what takes the environment's variables for mistakes.
        let all = "--enable=add-default-case,avoid-nullary-conditions,check-extra-masked-returns,check-set-e-suppressed,deprecate-which,\
                   quote-safe-variables";
        Case::new("shellcheck", &[all, "-"], &world.home).stdin(text).run().succeeds();
    }
}

#[test]
fn as_published_prints_the_recipes_own_lines_under_what_is_wrong_with_them() {
    let world = World::new();
    for (stage, line) in [
        ("authn", r#"-d "{\"username\":\"${OKTA_USERNAME}\",\"password\":\"${OKTA_PASSWORD}\"}""#),
        ("factor-verify", r#"select(.provider=="GOOGLE")"#),
        ("session", r#"{\"sessionToken\":\"${SESSION_TOKEN}\"}"#),
        ("saml-fetch", "| recode html"),
        ("saml-roles", r#"."saml2p:Response""#),
        ("assume", "--duration=3600"),
        ("export", "export AWS_SESSION_TOKEN=$(echo ${CREDENTIALS}"),
        ("to-profile", "\naws_session_token = $(echo ${CREDENTIALS}"),
        ("caller-identity", "\naws sts get-caller-identity\n"),
    ] {
        let text = explained(&world, &[stage, "--as-published"]);
        let (comment, lines) = text.split_once(line).unwrap_or_else(|| panic!("{stage}: {text}"));
        assert!(
            comment
                .starts_with(&format!("# {stage}, in the way of the published guides. Not for use:\n#  - ")),
            "{text}"
        );
        assert!(explained(&world, &["--as-published"]).contains(&format!("{line}{lines}")));
    }
}

/// So that nobody is told of mistakes in lines that would not have worked anyway.
#[test]
fn the_published_lines_work_for_the_one_case_of_the_guides() {
    if !tools() {
        return;
    }
    for (login, works) in [(LOGIN, true), ("solo@acme.example", false)] {
        let world = World::new();
        let script = explained(&world, &["--as-published"])
            .replace("https://${OKTA_ORG}.okta.com", "${OKTA_ORG}")
            .replace("OKTA_PASSWORD='...'\n", "");
        let outcome = person(&world, login, &script).run();
        assert_eq!(outcome.stdout.contains(ARN), works, "{outcome}");
        let log = fs::read_to_string(world.home.join("argv")).unwrap();
        assert!(log.contains(CANARY), "the password is in no argument after all");
    }
}

#[test]
fn a_stage_that_there_is_not_is_a_usage_error() {
    let world = World::new();
    for command in ["explain", "schema"] {
        let outcome = world.oktapipe(&[command, "login"]).run();
        assert!(outcome.status == Some(2) && outcome.stdout.is_empty(), "{outcome}");
        assert!(outcome.stderr.contains("authn") && outcome.stderr.lines().count() == 1, "{outcome}");
    }
}
